"""Requests that wait for the word of an author."""

from __future__ import annotations

from sqlalchemy import Column, Connection, DateTime, Index, LargeBinary, MetaData, Table, Text


def apply(connection: Connection) -> None:
    metadata = MetaData()
    held = Table(
        "held",
        metadata,
        Column("mark", LargeBinary, primary_key=True),
        Column("author", LargeBinary, nullable=False),
        Column("network", Text, nullable=False),
        Column("post", LargeBinary, nullable=False),
        *(Column(name, Text, nullable=False) for name in ("level", "asker")),
        Column("at", DateTime(timezone=True), nullable=False),
        Index("held_by_author", "author"),
        Index("held_by_time", "at"),
        sqlite_with_rowid=False,
    )
    metadata.create_all(connection, tables=[held], checkfirst=False)
