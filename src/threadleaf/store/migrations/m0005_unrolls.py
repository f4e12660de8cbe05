"""What people asked to have unrolled: what waits, what is being read, how it ended."""

from __future__ import annotations

from sqlalchemy import Column, Connection, DateTime, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text


def apply(connection: Connection) -> None:
    metadata = MetaData()
    threads = Table("threads", metadata, Column("id", Integer, primary_key=True))
    unrolls = Table(
        "unrolls",
        metadata,
        Column("id", Text, primary_key=True),
        Column("mark", LargeBinary, unique=True),
        Column("network", Text, nullable=False),
        Column("post", LargeBinary),
        Column("level", Text, nullable=False),
        Column("asked_at", DateTime(timezone=True), nullable=False),
        Column("finished_at", DateTime(timezone=True)),
        Column("thread", Integer, ForeignKey(threads.c.id, ondelete="CASCADE")),
        *(Column(name, Text, nullable=False) for name in ("anchor", "error", "code", "sentence")),
        Index("unrolls_by_finish", "finished_at"),
        Index("unrolls_by_thread", "thread"),
        sqlite_with_rowid=False,
    )
    metadata.create_all(connection, tables=[unrolls], checkfirst=False)
