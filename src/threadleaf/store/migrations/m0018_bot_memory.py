"""When the bot last had its turn, by which it knows a database that is older than what it did."""

from __future__ import annotations

from sqlalchemy import Column, Connection, DateTime, MetaData, Table, Text, text


def apply(connection: Connection) -> None:
    """A further column; the table is made anew, so that it is the same wherever it comes from."""
    connection.execute(
        text("CREATE TEMPORARY TABLE states AS SELECT network, cursor, holder, held_until FROM bot_state")
    )
    connection.execute(text("DROP TABLE bot_state"))
    bot_state = Table(
        "bot_state",
        MetaData(),
        Column("network", Text, primary_key=True),
        Column("cursor", Text, nullable=False),
        Column("holder", Text, nullable=False),
        Column("held_until", DateTime(timezone=True)),
        Column("turned_at", DateTime(timezone=True)),
        sqlite_with_rowid=False,
    )
    bot_state.create(connection, checkfirst=False)
    connection.execute(
        text(
            "INSERT INTO bot_state (network, cursor, holder, held_until)"
            " SELECT network, cursor, holder, held_until FROM states"
        )
    )
    connection.execute(text("DROP TABLE states"))
