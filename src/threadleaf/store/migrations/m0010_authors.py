"""Authors: the codes by which they prove who they are, and what they said about their pages."""

from __future__ import annotations

from sqlalchemy import Column, Connection, DateTime, Index, LargeBinary, MetaData, Table, Text


def apply(connection: Connection) -> None:
    metadata = MetaData()
    codes = Table(
        "codes",
        metadata,
        Column("mark", LargeBinary, primary_key=True),
        Column("who", LargeBinary, nullable=False),
        *(Column(name, Text, nullable=False) for name in ("kind", "way")),
        Column("at", DateTime(timezone=True), nullable=False),
        Index("codes_by_time", "kind", "at"),
        sqlite_with_rowid=False,
    )
    statements = Table(
        "statements",
        metadata,
        Column("mark", LargeBinary, primary_key=True),
        Column("says", Text, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        sqlite_with_rowid=False,
    )
    metadata.create_all(connection, tables=[codes, statements], checkfirst=False)
