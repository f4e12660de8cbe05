"""Whom and what pages hold or name, and which of them have to be kept anew without it."""

from __future__ import annotations

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, LargeBinary, MetaData, Table


def apply(connection: Connection) -> None:
    metadata = MetaData()
    Table("threads", metadata, Column("id", Integer, primary_key=True))
    named = Table(
        "named",
        metadata,
        Column("mark", LargeBinary, primary_key=True),
        Column("thread", Integer, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
        Index("named_by_thread", "thread"),
        sqlite_with_rowid=False,
    )
    thread = Column("thread", Integer, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True)
    erasing = Table("erasing", metadata, thread)
    metadata.create_all(connection, tables=[named, erasing], checkfirst=False)
