"""The bot: whoever mentioned it, which threads were answered, what goes out, and how far it has read."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)


def apply(connection: Connection) -> None:
    metadata = MetaData()
    made = (
        Table(
            "mentions",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("network", Text, nullable=False),
            Column("notification", LargeBinary, nullable=False),
            Column("post", LargeBinary, nullable=False),
            Column("body", LargeBinary),
            Column("seen_at", DateTime(timezone=True), nullable=False),
            Column("state", Text, nullable=False),
            Column("unroll", Text, nullable=False),
            Column("until", DateTime(timezone=True)),
            Column("verdict", Text, nullable=False),
            Column("decided_at", DateTime(timezone=True)),
            *(Column(name, LargeBinary) for name in ("asker", "conversation", "author", "thread")),
            UniqueConstraint("network", "notification"),
            UniqueConstraint("network", "post"),
            Index("mentions_by_state", "network", "state", "seen_at"),
            *(Index(f"mentions_by_{name}", name, "decided_at") for name in ("asker", "conversation", "author")),
            sqlite_autoincrement=True,
        ),
        Table(
            "claims",
            metadata,
            Column("network", Text, primary_key=True),
            Column("thread", LargeBinary, primary_key=True),
            Column("author", LargeBinary, nullable=False),
            Column("answer", Integer, nullable=False),
            Index("claims_by_author", "author"),
            sqlite_with_rowid=False,
        ),
        Table(
            "outbox",
            metadata,
            Column("id", Integer, primary_key=True),
            *(Column(name, Text, nullable=False) for name in ("network", "deed", "key", "target")),
            Column("body", LargeBinary, nullable=False),
            Column("at", DateTime(timezone=True), nullable=False),
            *(Column(name, Text, nullable=False) for name in ("state", "native", "url", "says", "path")),
            Column("tries", Integer, nullable=False),
            Column("until", DateTime(timezone=True)),
            Column("thread", LargeBinary),
            UniqueConstraint("network", "deed", "key"),
            Index("outbox_by_state", "network", "state", "id"),
            Index("outbox_by_native", "network", "native"),
            Index("outbox_by_time", "network", "at"),
            Index("outbox_by_thread", "thread"),
            sqlite_autoincrement=True,
        ),
        Table(
            "bot_state",
            metadata,
            Column("network", Text, primary_key=True),
            Column("cursor", Text, nullable=False),
            Column("holder", Text, nullable=False),
            Column("held_until", DateTime(timezone=True)),
            sqlite_with_rowid=False,
        ),
    )
    metadata.create_all(connection, tables=list(made), checkfirst=False)
