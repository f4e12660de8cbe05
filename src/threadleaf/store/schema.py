"""The tables as they are now. How they came about is in `migrations`; a test holds the two together."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """An aware time, always UTC. SQLite stores text without a zone, so the zone is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        known: datetime = value
        return known.replace(tzinfo=UTC) if known.tzinfo is None else known.astimezone(UTC)


meta = Table(  # the version of the schema, the keys of this instance
    "meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

threads = Table(
    "threads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("network", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("author_id", Text, nullable=False),
    Column("author_handle", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("lang", Text, nullable=False),
    Column("posts", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("visibility", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("checked_at", Moment, nullable=False),
    Column("first_posted", Moment),
    Column("last_posted", Moment),
    Column("etag", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    # Its tombstones are committed, its content is not deleted yet: nobody sees it any more.
    Column("removing", Boolean, nullable=False),
    # Last: SQLite reads the columns before a long value without touching it.
    Column("conversation", LargeBinary, nullable=False),
    Column("thread", LargeBinary, nullable=False),
    Index("threads_by_visibility", "visibility", "id"),
    sqlite_autoincrement=True,  # the number of a removed page is never given again
)

aliases = Table(
    "aliases",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("private", Boolean, primary_key=True),
    Column("thread", Integer, ForeignKey("threads.id", ondelete="CASCADE"), nullable=False),
    Index("aliases_by_thread", "thread"),
    sqlite_with_rowid=False,
)

pages = Table(  # rendered pages; `made_by` is the version of the renderer. A save deletes those of its thread
    "pages",
    metadata,
    Column("thread", Integer, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
    Column("view", Text, primary_key=True),
    Column("made_by", Text, nullable=False),
    Column("etag", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

tombstones = Table(  # of every way that led to a removed page: a keyed hash, no id, no content
    "tombstones",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("network", Text, nullable=False),
    Column("removed_at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    sqlite_with_rowid=False,
)

opt_outs = Table(  # authors who asked to be left out, or whom the operator leaves out: keyed hashes, no id
    "opt_outs",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("network", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("source", Text, nullable=False),
    sqlite_with_rowid=False,
)

quiet = Table(  # pages against whose place in lists a wish speaks, whatever visibility was asked for
    "quiet",
    metadata,
    Column("thread", Integer, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
)
