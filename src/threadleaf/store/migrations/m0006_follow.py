"""Who follows what by e-mail."""

from __future__ import annotations

from sqlalchemy import Column, Connection, DateTime, Index, Integer, LargeBinary, MetaData, Table, Text


def apply(connection: Connection) -> None:
    metadata = MetaData()
    follows = Table(
        "follows",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("mark", LargeBinary, nullable=False, unique=True),
        *(Column(name, Text, nullable=False) for name in ("token", "address", "topic", "lang")),
        Column("asked_at", DateTime(timezone=True), nullable=False),
        Column("confirmed_at", DateTime(timezone=True)),
        Column("told_at", DateTime(timezone=True), nullable=False),
        Column("seen", Integer, nullable=False),
        Index("follows_by_token", "token", unique=True),
        Index("follows_by_address", "address"),
        sqlite_autoincrement=True,
    )
    metadata.create_all(connection, tables=[follows], checkfirst=False)
