"""The first schema: threads, what leads to them, rendered pages, tombstones, and the key of the tombstones."""

from __future__ import annotations

import secrets

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
)


def apply(connection: Connection) -> None:
    metadata = MetaData()
    meta = Table(
        "meta",
        metadata,
        Column("name", Text, primary_key=True),
        Column("value", LargeBinary, nullable=False),
    )
    Table(
        "threads",
        metadata,
        Column("id", Integer, primary_key=True),
        *(Column(name, Text, nullable=False) for name in ("network", "key", "path", "title", "author_id")),
        *(Column(name, Text, nullable=False) for name in ("author_handle", "author_name", "lang")),
        Column("posts", Integer, nullable=False),
        *(Column(name, Text, nullable=False) for name in ("state", "visibility", "origin")),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("checked_at", DateTime(timezone=True), nullable=False),
        Column("first_posted", DateTime(timezone=True)),
        Column("last_posted", DateTime(timezone=True)),
        Column("etag", Text, nullable=False),
        Column("revision", Integer, nullable=False),
        Column("removing", Boolean, nullable=False),
        Column("conversation", LargeBinary, nullable=False),
        Column("thread", LargeBinary, nullable=False),
        Index("threads_by_visibility", "visibility", "id"),
        sqlite_autoincrement=True,
    )
    Table(
        "aliases",
        metadata,
        Column("digest", LargeBinary, primary_key=True),
        Column("private", Boolean, primary_key=True),
        Column("thread", Integer, ForeignKey("threads.id", ondelete="CASCADE"), nullable=False),
        Index("aliases_by_thread", "thread"),
        sqlite_with_rowid=False,
    )
    Table(
        "pages",
        metadata,
        Column("thread", Integer, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
        Column("view", Text, primary_key=True),
        *(Column(name, Text, nullable=False) for name in ("made_by", "etag")),
        Column("body", LargeBinary, nullable=False),
    )
    Table(
        "tombstones",
        metadata,
        Column("mark", LargeBinary, primary_key=True),
        Column("network", Text, nullable=False),
        Column("removed_at", DateTime(timezone=True), nullable=False),
        Column("reason", Text, nullable=False),
        sqlite_with_rowid=False,
    )
    metadata.create_all(connection, checkfirst=False)
    connection.execute(meta.insert().values(name="tombstone-key", value=secrets.token_bytes(32)))
