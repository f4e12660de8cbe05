"""Search and lists: what they know of a thread, its author, its tags, how often it is asked for, and the words in it.

The tables are filled when the store is opened: what may be searched depends on wishes, which no schema knows.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

_SQLITE = """CREATE VIRTUAL TABLE found USING fts5(
 words, content='', tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Co'"
)"""
_SECURE = "INSERT INTO found (found, rank) VALUES ('secure-delete', 1)"
_POSTGRES = (
    """CREATE TABLE found (
 place BIGINT NOT NULL REFERENCES entries (place) ON DELETE CASCADE,
 part INTEGER NOT NULL,
 words TSVECTOR NOT NULL,
 PRIMARY KEY (place, part)
)""",
    "CREATE INDEX found_words ON found USING gin (words)",
)


def apply(connection: Connection) -> None:
    metadata = MetaData()
    threads = Table("threads", metadata, Column("id", Integer, primary_key=True))
    authors = Table(
        "authors",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("mark", LargeBinary, nullable=False, unique=True),
        *(Column(name, Text, nullable=False) for name in ("network", "author", "handle", "name")),
    )
    author_words = Table(
        "author_words",
        metadata,
        Column("word", Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True),
        Column("author", Integer, ForeignKey(authors.c.id, ondelete="CASCADE"), primary_key=True),
        Index("author_words_by_author", "author"),
        sqlite_with_rowid=False,
    )
    entries = Table(
        "entries",
        metadata,
        Column("place", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
        Column("thread", Integer, ForeignKey(threads.c.id, ondelete="CASCADE"), nullable=False, unique=True),
        Column("author", Integer, ForeignKey(authors.c.id), nullable=False),
        *(Column(name, Text, nullable=False) for name in ("network", "lang", "reach")),
        Column("posted", DateTime(timezone=True), nullable=False),
        Column("features", Integer, nullable=False),
        Column("hidden", Text, nullable=False),
        Index("entries_by_author", "author", "place"),
        Index("entries_by_reach", "reach", "thread"),
        Index("entries_by_network", "reach", "network", "thread"),
        Index("entries_by_lang", "reach", "lang", "thread"),
    )
    topics = Table(
        "topics",
        metadata,
        Column("tag", Text, primary_key=True),
        Column("place", BigInteger, ForeignKey(entries.c.place, ondelete="CASCADE"), primary_key=True),
        Column("name", Text, nullable=False),
        Index("topics_by_place", "place"),
        sqlite_with_rowid=False,
    )
    asked = Table(
        "asked",
        metadata,
        Column("day", Date, primary_key=True),
        Column("thread", Integer, ForeignKey(threads.c.id, ondelete="CASCADE"), primary_key=True),
        Column("times", Integer, nullable=False),
        Index("asked_by_thread", "thread"),
        sqlite_with_rowid=False,
    )
    metadata.create_all(connection, tables=[authors, author_words, entries, topics, asked], checkfirst=False)
    for statement in statements(connection):
        connection.execute(text(statement))


def statements(connection: Connection) -> tuple[str, ...]:
    """What makes the full-text index."""
    if connection.dialect.name != "sqlite":
        return _POSTGRES
    version: str = connection.execute(text("SELECT sqlite_version()")).scalar_one()
    return sqlite_statements(version)


def sqlite_statements(version: str) -> tuple[str, ...]:
    """The same for SQLite; only since 3.42 it can be told to leave no bytes of what is forgotten."""
    secure = tuple(map(int, version.split(".")[:2])) >= (3, 42)
    return (_SQLITE, _SECURE) if secure else (_SQLITE,)
