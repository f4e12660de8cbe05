"""When all that a page of X shows was last seen at X, and whether it is held back."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Connection, DateTime, ForeignKey, Index, Integer, MetaData, Table, text


def apply(connection: Connection) -> None:
    metadata = MetaData()
    threads = Table("threads", metadata, Column("id", Integer, primary_key=True))
    seen = Table(
        "x_seen",
        metadata,
        Column("thread", Integer, ForeignKey(threads.c.id, ondelete="CASCADE"), primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("held", Boolean, nullable=False),
        Index("x_seen_by_time", "held", "at"),
    )
    metadata.create_all(connection, tables=[seen], checkfirst=False)
    connection.execute(
        text(
            "INSERT INTO x_seen (thread, at, held) SELECT id, checked_at, false FROM threads"
            " WHERE network = 'x' AND origin = 'network' AND NOT removing"
        )
    )
