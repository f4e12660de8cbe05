"""Moderation: reports, hidden pages, blocked hosts, what was decided; the operator's sessions; counters of limits."""

from __future__ import annotations

from sqlalchemy import Column, Connection, DateTime, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text


def apply(connection: Connection) -> None:
    metadata = MetaData()
    threads = Table("threads", metadata, Column("id", Integer, primary_key=True))
    made = (
        Table(
            "hidden",
            metadata,
            Column("mark", LargeBinary, primary_key=True),
            Column("thread", Integer, ForeignKey(threads.c.id, ondelete="SET NULL")),
            Column("page", Integer, primary_key=True, autoincrement=False),
            Column("since", DateTime(timezone=True), nullable=False),
            Index("hidden_by_thread", "thread"),
            sqlite_with_rowid=False,
        ),
        Table(
            "reports",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("ticket", LargeBinary, nullable=False, unique=True),
            Column("at", DateTime(timezone=True), nullable=False),
            *(Column(name, Text, nullable=False) for name in ("network", "path", "address", "reason", "words")),
            Column("contact", Text, nullable=False),
            Column("asker", LargeBinary),
            Column("state", Text, nullable=False),
            Column("decided_at", DateTime(timezone=True)),
            Column("because", Text, nullable=False),
            Index("reports_by_state", "state", "id"),
            sqlite_autoincrement=True,
        ),
        Table(
            "blocked_hosts",
            metadata,
            Column("host", Text, primary_key=True),
            Column("since", DateTime(timezone=True), nullable=False),
            sqlite_with_rowid=False,
        ),
        Table(
            "audit",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("at", DateTime(timezone=True), nullable=False),
            *(Column(name, Text, nullable=False) for name in ("did", "about")),
        ),
        Table(
            "yearly",
            metadata,
            Column("year", Integer, primary_key=True, autoincrement=False),
            Column("what", Text, primary_key=True),
            Column("number", Integer, nullable=False),
            sqlite_with_rowid=False,
        ),
        Table(
            "sessions",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("mark", LargeBinary, nullable=False, unique=True),
            Column("begun_at", DateTime(timezone=True), nullable=False),
            Column("seen_at", DateTime(timezone=True), nullable=False),
            sqlite_autoincrement=True,
        ),
        Table(
            "counters",
            metadata,
            Column("kind", Text, primary_key=True),
            Column("mark", LargeBinary, primary_key=True),
            Column("used", Integer, nullable=False),
            Column("ends", DateTime(timezone=True), nullable=False),
            Index("counters_by_end", "ends"),
            sqlite_with_rowid=False,
        ),
    )
    metadata.create_all(connection, tables=list(made), checkfirst=False)
