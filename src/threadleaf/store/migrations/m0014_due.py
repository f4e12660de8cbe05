"""When threads are read again, and which tombstones may be lifted."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)


def apply(connection: Connection) -> None:
    metadata = MetaData()
    threads = Table("threads", metadata, Column("id", Integer, primary_key=True))
    due = Table(
        "due",
        metadata,
        Column("thread", Integer, ForeignKey(threads.c.id, ondelete="CASCADE"), primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False),
        Index("due_by_time", "at"),
    )
    metadata.create_all(connection, tables=[due], checkfirst=False)
    connection.execute(
        text(
            "INSERT INTO due (thread, at) SELECT id, checked_at FROM threads WHERE origin = 'network' AND NOT removing"
        )
    )
    _mark_what_lifts(connection)


def _mark_what_lifts(connection: Connection) -> None:
    """A further column; the table is made anew, so that it is the same wherever it comes from."""
    connection.execute(
        text("CREATE TEMPORARY TABLE stones AS SELECT mark, network, removed_at, reason FROM tombstones")
    )
    connection.execute(text("DROP TABLE tombstones"))
    tombstones = Table(
        "tombstones",
        MetaData(),
        Column("mark", LargeBinary, primary_key=True),
        Column("network", Text, nullable=False),
        Column("removed_at", DateTime(timezone=True), nullable=False),
        Column("reason", Text, nullable=False),
        Column("lifts", Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
    tombstones.create(connection, checkfirst=False)
    connection.execute(
        text(
            "INSERT INTO tombstones (mark, network, removed_at, reason, lifts)"
            " SELECT mark, network, removed_at, reason, false FROM stones"
        )
    )
    connection.execute(text("DROP TABLE stones"))
