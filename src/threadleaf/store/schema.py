"""The tables as they are now. How they came about is in `migrations`; a test holds the two together."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    event,
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
    Column("lang", Text, primary_key=True),
    Column("made_by", Text, nullable=False),
    Column("etag", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("gzip", LargeBinary, nullable=False),
    Column("brotli", LargeBinary, nullable=False),
)

tombstones = Table(  # of every way that led to a removed page: a keyed hash, no id, no content
    "tombstones",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("network", Text, nullable=False),
    Column("removed_at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    # What its network or its author has taken back, and may give again: then the page may be made anew.
    Column("lifts", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

named = Table(  # whom and what a page holds or names: the first half of the mark that a tombstone of it would have
    "named",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("thread", Integer, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
    Index("named_by_thread", "thread"),
    sqlite_with_rowid=False,
)

erasing = Table(  # pages that hold something which was taken down, and have to be kept anew without it
    "erasing",
    metadata,
    Column("thread", Integer, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
)

due = Table(  # when a thread that was read from its network is to be read again
    "due",
    metadata,
    Column("thread", Integer, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
    Column("at", Moment, nullable=False),
    Index("due_by_time", "at"),
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

unrolls = Table(  # what people asked to have unrolled; what was asked for is emptied when it is done
    "unrolls",
    metadata,
    Column("id", Text, primary_key=True),
    # Of post and level, while it is not done: everybody who asks for the same gets the same.
    Column("mark", LargeBinary, unique=True),
    Column("network", Text, nullable=False),
    Column("post", LargeBinary),
    Column("level", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("thread", Integer, ForeignKey("threads.id", ondelete="CASCADE")),
    Column("anchor", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("asker", Text, nullable=False),
    Index("unrolls_by_finish", "finished_at"),
    Index("unrolls_by_thread", "thread"),
    sqlite_with_rowid=False,
)

hidden = Table(  # pages that nobody sees while a report is looked at: a keyed hash of every way that leads to one
    "hidden",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    # None while no page is kept: should it be made again, it is hidden again.
    Column("thread", Integer, ForeignKey("threads.id", ondelete="SET NULL")),
    # The number of the page that was hidden, by which its ways belong together; it is never given again.
    Column("page", Integer, primary_key=True, autoincrement=False),
    Column("since", Moment, nullable=False),
    Index("hidden_by_thread", "thread"),
    sqlite_with_rowid=False,
)

reports = Table(  # what somebody reported; what could tell who or what it was about is emptied in time
    "reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket", LargeBinary, nullable=False, unique=True),
    Column("at", Moment, nullable=False),
    Column("network", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("asker", LargeBinary),
    Column("state", Text, nullable=False),
    Column("decided_at", Moment),
    Column("because", Text, nullable=False),
    Index("reports_by_state", "state", "id"),
    sqlite_autoincrement=True,
)

blocked_hosts = Table(  # servers whose posts are not read and not kept
    "blocked_hosts",
    metadata,
    Column("host", Text, primary_key=True),
    Column("since", Moment, nullable=False),
    sqlite_with_rowid=False,
)

audit = Table(  # what was done in the operator's name: never a title, an address or a name of anybody
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("did", Text, nullable=False),
    Column("about", Text, nullable=False),
)

yearly = Table(  # how often, by year: the numbers that everybody may see
    "yearly",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("what", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    sqlite_with_rowid=False,
)

sessions = Table(  # where the operator is signed in; `mark` is a hash of the secret in the cookie
    "sessions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mark", LargeBinary, nullable=False, unique=True),
    Column("begun_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

counters = Table(  # how much of a limit is used, by a keyed hash of who asks; gone when its time is over
    "counters",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("mark", LargeBinary, primary_key=True),
    Column("used", Integer, nullable=False),
    Column("ends", Moment, nullable=False),
    Index("counters_by_end", "ends"),
    sqlite_with_rowid=False,
)

codes = Table(  # how authors prove who they are, and what then opens their console: keyed hashes, gone in time
    "codes",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("who", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("codes_by_time", "kind", "at"),
    sqlite_with_rowid=False,
)

statements = Table(  # what authors said, of their account or of a page: keyed hashes of them and of every way to it
    "statements",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("says", Text, nullable=False),
    Column("at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

indexing = Table(  # what was said of pages and search engines, by author and operator: keyed hashes of every way to one
    "indexing",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("voice", Text, primary_key=True),
    Column("says", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

indexed = Table(  # what counts of that for a page that is kept
    "indexed",
    metadata,
    Column("thread", Integer, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
    Column("says", Boolean, nullable=False),
)

held = Table(  # requests that wait for an author's word: keyed hashes of request and author, and what was asked for
    "held",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("author", LargeBinary, nullable=False),
    Column("network", Text, nullable=False),
    Column("post", LargeBinary, nullable=False),
    Column("level", Text, nullable=False),
    Column("asker", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("held_by_author", "author"),
    Index("held_by_time", "at"),
    sqlite_with_rowid=False,
)

authors = Table(  # whoever wrote a thread that is kept: found by a digest of network and id, which may be long
    "authors",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mark", LargeBinary, nullable=False, unique=True),
    Column("network", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("handle", Text, nullable=False),
    Column("name", Text, nullable=False),
)

author_words = Table(  # the words of an author's handle and name, compared by code points
    "author_words",
    metadata,
    Column("word", Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True),
    Column("author", Integer, ForeignKey("authors.id", ondelete="CASCADE"), primary_key=True),
    Index("author_words_by_author", "author"),
    sqlite_with_rowid=False,
)

entries = Table(  # what lists and searches know of a thread
    "entries",
    metadata,
    # In order of the time of posting; it is the number of the thread in the full-text index too.
    Column("place", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("thread", Integer, ForeignKey("threads.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("author", Integer, ForeignKey("authors.id"), nullable=False),
    Column("network", Text, nullable=False),
    Column("lang", Text, nullable=False),
    Column("reach", Text, nullable=False),  # who sees it in lists: a `PageVisibility`, or `quiet` (see that table)
    Column("posted", Moment, nullable=False),
    Column("features", Integer, nullable=False),  # bits, see `core.query.HAS`
    Column("hidden", Text, nullable=False),  # JSON: ids of the author's posts that may not be shown
    Index("entries_by_author", "author", "place"),
    Index("entries_by_reach", "reach", "thread"),
    Index("entries_by_network", "reach", "network", "thread"),
    Index("entries_by_lang", "reach", "lang", "thread"),
)

topics = Table(  # the authors' own tags: as two spellings are equal, and as written
    "topics",
    metadata,
    Column("tag", Text, primary_key=True),
    Column("place", BigInteger, ForeignKey("entries.place", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, nullable=False),
    Index("topics_by_place", "place"),
    sqlite_with_rowid=False,
)

asked = Table(  # how often a thread was asked for on a day (UTC); nothing about who
    "asked",
    metadata,
    Column("day", Date, primary_key=True),
    Column("thread", Integer, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
    Column("times", Integer, nullable=False),
    Index("asked_by_thread", "thread"),
    sqlite_with_rowid=False,
)

FOUND = {  # the full-text index, by the kind of the database; what it does is in `store.fulltext`
    "sqlite": (
        """CREATE VIRTUAL TABLE found USING fts5(
 words, content='', tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Co'"
)""",
    ),
    "postgresql": (
        """CREATE TABLE found (
 place BIGINT NOT NULL REFERENCES entries (place) ON DELETE CASCADE,
 part INTEGER NOT NULL,
 words TSVECTOR NOT NULL,
 PRIMARY KEY (place, part)
)""",
        "CREATE INDEX found_words ON found USING gin (words)",
    ),
}
for _dialect, _statements in FOUND.items():
    for _statement in _statements:
        event.listen(metadata, "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]

follows = Table(  # what people follow by e-mail; `mark` is a keyed hash of address and topic
    "follows",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mark", LargeBinary, nullable=False, unique=True),
    Column("token", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("lang", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
    Column("told_at", Moment, nullable=False),
    Column("seen", Integer, nullable=False),
    Index("follows_by_token", "token", unique=True),
    Index("follows_by_address", "address"),
    sqlite_autoincrement=True,
)

pictures = Table(  # pictures of posts; `name` is a keyed hash of the address, under which this site shows them
    "pictures",
    metadata,
    Column("name", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("kept", Boolean, nullable=False),
    Column("tried_at", Moment),
    Column("again_at", Moment),
)

pictures_of = Table(  # which rendered page shows which picture; whatever deletes the page takes this along
    "pictures_of",
    metadata,
    Column("thread", Integer, primary_key=True),
    Column("view", Text, primary_key=True),
    Column("lang", Text, primary_key=True),
    Column("picture", Text, ForeignKey("pictures.name", ondelete="CASCADE"), primary_key=True),
    Column("archive", Boolean, nullable=False),
    ForeignKeyConstraint(["thread", "view", "lang"], ["pages.thread", "pages.view", "pages.lang"], ondelete="CASCADE"),
    Index("pictures_of_by_picture", "picture"),
)

mentions = Table(  # posts that name the bot: keyed hashes, and `body` until it is done with
    "mentions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("network", Text, nullable=False),
    Column("notification", LargeBinary, nullable=False),
    Column("post", LargeBinary, nullable=False),
    Column("body", LargeBinary),
    Column("seen_at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("unroll", Text, nullable=False),
    Column("until", Moment),
    Column("verdict", Text, nullable=False),
    Column("decided_at", Moment),
    # Keyed hashes, which are dropped in time.
    Column("asker", LargeBinary),
    Column("conversation", LargeBinary),
    # Whose thread was unrolled anew for somebody else.
    Column("author", LargeBinary),
    Column("thread", LargeBinary),
    UniqueConstraint("network", "notification"),
    UniqueConstraint("network", "post"),
    Index("mentions_by_state", "network", "state", "seen_at"),
    Index("mentions_by_asker", "asker", "decided_at"),
    Index("mentions_by_conversation", "conversation", "decided_at"),
    Index("mentions_by_author", "author", "decided_at"),
    sqlite_autoincrement=True,
)

turns = Table(  # mentions that are not done with, in the order in which they are looked at; the keyed hashes go with the row
    "turns",
    metadata,
    Column("mention", Integer, ForeignKey(mentions.c.id, ondelete="CASCADE"), primary_key=True),
    Column("network", Text, nullable=False),
    Column("turn", Integer, nullable=False),  # -1: it has had its turn, and is gone on with
    Column("seen_at", Moment, nullable=False),
    Column("asker", LargeBinary),
    # Whose thread it is about, or what else it names.
    Column("about", LargeBinary),
    Index("turns_in_order", "network", "turn", "seen_at", "mention"),
    Index("turns_by_asker", "asker", "turn"),
    Index("turns_by_about", "about", "turn"),
)

claims = Table(  # threads that were answered in public, by keyed hashes of thread and author; `answer` is in `outbox`
    "claims",
    metadata,
    Column("network", Text, primary_key=True),
    Column("thread", LargeBinary, primary_key=True),
    Column("author", LargeBinary, nullable=False),
    Column("answer", Integer, nullable=False),
    Index("claims_by_author", "author"),
    sqlite_with_rowid=False,
)

outbox = Table(  # what the bot does; `target` and `body` are emptied when it is done
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("network", Text, nullable=False),
    Column("deed", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("native", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("says", Text, nullable=False),
    Column("path", Text, nullable=False),  # of the page that an answer names
    Column("tries", Integer, nullable=False),
    Column("until", Moment),
    Column("thread", LargeBinary),
    UniqueConstraint("network", "deed", "key"),
    Index("outbox_by_state", "network", "state", "id"),
    Index("outbox_by_native", "network", "native"),
    Index("outbox_by_time", "network", "at"),
    Index("outbox_by_thread", "thread"),
    sqlite_autoincrement=True,
)

bot_state = Table(  # how far the bot has read, which process is the bot, and when it last had its turn
    "bot_state",
    metadata,
    Column("network", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("held_until", Moment),
    Column("turned_at", Moment),
    sqlite_with_rowid=False,
)

x_seen = Table(  # since when all that a page shows was seen at X; `held`: that is too long ago, and nobody sees it
    "x_seen",
    metadata,
    Column("thread", Integer, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("held", Boolean, nullable=False),
    Index("x_seen_by_time", "held", "at"),
)

x_spent = Table(  # what reading X has cost, in millionths of a US dollar, by day (UTC)
    "x_spent",
    metadata,
    Column("day", Date, primary_key=True),
    Column("amount", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

x_held = Table(  # what readings that go on may still cost
    "x_held",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("day", Date, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("since", Moment, nullable=False),
    Index("x_held_by_day", "day"),
    sqlite_autoincrement=True,
)

x_paid = Table(  # what was returned and paid for on a day, by keyed hashes; the next day they are deleted
    "x_paid",
    metadata,
    Column("day", Date, primary_key=True),
    Column("mark", LargeBinary, primary_key=True),
    sqlite_with_rowid=False,
)
