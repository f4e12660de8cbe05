"""Wishes: our opt-out list, and the pages that a wish keeps out of lists."""

from __future__ import annotations

from sqlalchemy import Column, Connection, DateTime, ForeignKey, Integer, LargeBinary, MetaData, Table, Text, text


def apply(connection: Connection) -> None:
    metadata = MetaData()
    threads = Table("threads", metadata, Column("id", Integer, primary_key=True))
    opt_outs = Table(
        "opt_outs",
        metadata,
        Column("mark", LargeBinary, primary_key=True),
        Column("network", Text, nullable=False),
        Column("since", DateTime(timezone=True), nullable=False),
        Column("source", Text, nullable=False),
        sqlite_with_rowid=False,
    )
    quiet = Table(
        "quiet",
        metadata,
        Column("thread", Integer, ForeignKey(threads.c.id, ondelete="CASCADE"), primary_key=True),
    )
    metadata.create_all(connection, tables=[opt_outs, quiet], checkfirst=False)
    # Pages made without these wishes are made anew.
    connection.execute(text("DELETE FROM pages"))
    # What was kept before anybody asked for such wishes is in no list until it is read again.
    connection.execute(text("INSERT INTO quiet (thread) SELECT id FROM threads"))
