"""Whether search engines may list a page: what its author and the operator said of it, and what follows from that."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Connection, DateTime, ForeignKey, Integer, LargeBinary, MetaData, Table, Text


def apply(connection: Connection) -> None:
    metadata = MetaData()
    threads = Table("threads", metadata, Column("id", Integer, primary_key=True))
    indexing = Table(
        "indexing",
        metadata,
        Column("mark", LargeBinary, primary_key=True),
        Column("voice", Text, primary_key=True),
        Column("says", Boolean, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        sqlite_with_rowid=False,
    )
    indexed = Table(
        "indexed",
        metadata,
        Column("thread", Integer, ForeignKey(threads.c.id, ondelete="CASCADE"), primary_key=True),
        Column("says", Boolean, nullable=False),
    )
    metadata.create_all(connection, tables=[indexing, indexed], checkfirst=False)
