"""The model: what a source saw (`Conversation`) and what we show (`Thread`).

Words are those of the project's glossary (docs/walk.md). Both top types are flat tuples that are joined by ids:
a post names its author and its parent by id, a gap names its neighbours by id. Nothing here is ever nested by
reply, so no depth of conversation can exhaust a stack. Offsets are in Unicode code points; times are aware UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

FORMAT_VERSION = 1
"""Version of the JSON form of a thread (docs/json.md)."""

Network = Literal["bsky", "fedi", "x", "nostr", "page", "file"]
SpanKind = Literal["link", "mention", "tag", "emoji", "em", "strong", "code", "pre", "quote", "del", "item", "ruby"]
MediaKind = Literal["image", "video", "gif", "audio", "unknown"]
Visibility = Literal["public", "unlisted", "private", "direct"]
Reason = Literal["deleted", "blocked", "protected", "opted-out", "taken-down", "unreachable", "unknown"]
QuoteState = Literal[
    "shown", "not-found", "blocked", "detached", "opted-out", "taken-down", "hidden", "address", "unknown"
]
State = Literal["complete", "incomplete", "open"]


class _Part(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Base of every piece of the model: immutable, by keyword, defaults left out of the JSON.

    `gc=False`: what cannot change cannot form a cycle, so the garbage collector need not walk it.
    """


class Ref(Struct, frozen=True, order=True):
    """The address of one post, recognised without a look-up.

    `id` is the network's own: `at://AUTHORITY/app.bsky.feed.post/RKEY` (bsky; the authority may still be a handle),
    the post's address (fedi), decimal digits (x), `HOST/ID` or 64 hexadecimal digits (page), 64 hexadecimal
    digits (file).
    """

    network: Network
    id: str


class Span(_Part, frozen=True, kw_only=True, gc=False):
    """A range of a post's text, `[start, end)` in code points, that means something.

    `value` is the address (link, mention), the tag without its sign (tag), the image address (emoji), the
    reading (ruby), the list marker's kind (item); empty otherwise. Spans of a text are sorted by start, then by
    descending end; two spans either nest or do not touch.
    """

    start: int
    end: int
    kind: SpanKind
    value: str = ""


class Author(_Part, frozen=True, kw_only=True, gc=False):
    """An account, known by a stable `id` (DID, actor address, numeric id); the handle may change or be absent.

    `name_spans` are the custom emoji in the name, each with the address of its picture.
    `labels` are the values that stand on the account (negated ones removed); `signals` are further wishes of the
    account as the network words them (`noindex`, `indexable=false` …).
    """

    id: str
    network: Network
    handle: str = ""
    name: str = ""
    name_spans: tuple[Span, ...] = ()
    url: str = ""
    avatar: str = ""
    bio: str = ""
    labels: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()


class Media(_Part, frozen=True, kw_only=True, gc=False):
    """One attached picture, film or sound. `alt` is the author's own description; empty means there is none.

    `width` and `height` in pixels, or a ratio where the network gives only that; 0 when unknown.
    """

    kind: MediaKind
    url: str = ""
    thumb: str = ""
    alt: str = ""
    width: int = 0
    height: int = 0


class Card(_Part, frozen=True, kw_only=True, gc=False):
    """A link's preview as the network stored it."""

    url: str
    title: str = ""
    description: str = ""
    thumb: str = ""


class Option(_Part, frozen=True, kw_only=True, gc=False):
    """One choice of a poll; `votes` is None while the network hides the count."""

    title: str
    votes: int | None = None


class Poll(_Part, frozen=True, kw_only=True, gc=False):
    """A poll. `voters` is None where the network does not count people."""

    options: tuple[Option, ...]
    voters: int | None = None
    multiple: bool = False
    ends: datetime | None = None
    closed: bool = False


class Quote(_Part, frozen=True, kw_only=True, gc=False):
    """That a post quotes another. The quoted post, if it may be shown, is in `quoted` under the same id.

    `state` `address`: only the address is known (saved pages). `author` is the quoted author's id or handle if known.
    """

    id: str
    url: str = ""
    state: QuoteState = "shown"
    author: str = ""


class Version(_Part, frozen=True, kw_only=True, gc=False):
    """An earlier form of a post's words, as it was read here: never what only the network's history tells.

    `hash` (8 hexadecimal digits) is its address: `?v=` shows the thread as it stood then. `until` is the last reading
    that found this form, `replaced` the first one after it that found another; `edited` is when the network says this
    form was made, None if it says nothing or this is the first. `alts` are the descriptions of its media in order,
    `options` the choices of its poll.
    """

    hash: str
    until: datetime
    replaced: datetime
    edited: datetime | None = None
    text: str = ""
    spans: tuple[Span, ...] = ()
    langs: tuple[str, ...] = ()
    warning: str = ""
    alts: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


class Post(_Part, frozen=True, kw_only=True, gc=False):
    """One message on a network, exactly as its author wrote it.

    `author`, `parent`, `root` are ids; `parent_author` is the id of the parent's author where the network names it
    even without the parent. `replies` is the number of answers that the network counts (None: it does not say).
    `place` is the 1-based place in a saved page, None where reply edges give the order; `uncertain` says that the
    page does not prove that a new post begins here. `version` changes with each edit. `created` may be absent.
    `versions` are earlier forms of its words, oldest first, and `seen` is when it was read last if that was not in the
    latest reading of its conversation; a source gives neither (`core.versions`).
    """

    id: str
    author: str
    text: str = ""
    spans: tuple[Span, ...] = ()
    url: str = ""
    created: datetime | None = None
    edited: datetime | None = None
    parent: str | None = None
    parent_author: str | None = None
    root: str | None = None
    langs: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    card: Card | None = None
    poll: Poll | None = None
    quote: Quote | None = None
    warning: str = ""
    sensitive: bool = False
    labels: tuple[str, ...] = ()
    visibility: Visibility = "public"
    version: str = ""
    replies: int | None = None
    place: int | None = None
    uncertain: bool = False
    versions: tuple[Version, ...] = ()
    seen: datetime | None = None


class Missing(_Part, frozen=True, kw_only=True, gc=False):
    """A post that the network names but does not give.

    `author` and `parent` are ids where known. `says` is the network's own word (`not-found`, `blocked` …): only
    where it is `deleted` may anyone say "deleted".
    """

    id: str
    author: str = ""
    parent: str | None = None
    reason: Reason = "unknown"
    says: str = ""


class Frontier(_Part, frozen=True, kw_only=True, gc=False):
    """A post below which answers by its author may exist that were not seen.

    `why`: `limit` the network or a ceiling cut the answer off; `count` the network counts more answers than it
    shows; `unreachable` a request failed; `unseen` the answers below this post were never asked for. `hidden` is
    the number of answers not shown, None if unknown.
    """

    post: str
    why: Literal["limit", "count", "unreachable", "unseen"]
    hidden: int | None = None


class Reported(_Part, frozen=True, kw_only=True, gc=False):
    """The network's own count of the chain of self-replies to which `post` belongs."""

    post: str
    count: int


class Note(_Part, frozen=True, kw_only=True, gc=False):
    """Something that was repaired or cut on the way, told to the reader under *How we know*.

    `kind` is one of the keys of `render.claims.NOTES`; `n` a figure that belongs to it, `post` the id it concerns.
    Those that begin with `STOPPED` say what stood in the way of one reading, and count only while ends are open.
    """

    kind: str
    n: int | None = None
    post: str = ""


STOPPED = "stopped-"
ALONG = "along-branch"
"""The note of a thread that is read along one of its branches."""
ALONE = "appview-down"
"""The note of a reading for which the network's moderation could not be asked."""


class Conversation(_Part, frozen=True, kw_only=True, gc=False):
    """What a source saw, as the network told it; the input of `core.assemble.assemble`.

    `linked` says whether reply edges were seen (False for saved pages: then `Post.place` is the order).
    `announced` is a number of posts that a page's own head or foot claims. `read_at` is when the latest answer
    arrived, None for saved answers that do not say. `address` is where the conversation was found, if known.
    `begun_at` is when a reading began that came to a limit and was gone on with, by the clock of whoever keeps it.
    """

    network: Network
    anchor: str
    posts: tuple[Post, ...]
    authors: tuple[Author, ...] = ()
    missing: tuple[Missing, ...] = ()
    frontiers: tuple[Frontier, ...] = ()
    reported: tuple[Reported, ...] = ()
    quoted: tuple[Post, ...] = ()
    notes: tuple[Note, ...] = ()
    linked: bool = True
    announced: int | None = None
    read_at: datetime | None = None
    address: str = ""
    begun_at: datetime | None = None


class Branch(_Part, frozen=True, kw_only=True, gc=False):
    """A path of the author's tree that leaves the main line (or another branch) below the post `at`."""

    at: str
    posts: tuple[Post, ...]


class Gap(_Part, frozen=True, kw_only=True, gc=False):
    """A place where a post by the author must be, or probably is, and was not obtained.

    It stands between the posts `after` and `before` (ids; None at the start and at the end of the line).
    `id` is the missing post's id where known; `number` and `last` the first and last counter that do not occur;
    `count` how many posts are missing, None if nobody can know. `line` is the first post's id of the branch it
    stands in, empty for the main line. `beside` is a doubled number right next to it (5, 5, 7: number 6 with 5).
    """

    after: str | None = None
    before: str | None = None
    reason: Reason = "unknown"
    id: str = ""
    says: str = ""
    number: int | None = None
    last: int | None = None
    count: int | None = 1
    line: str = ""
    beside: int | None = None


class Counter(_Part, frozen=True, kw_only=True, gc=False):
    """One number the author wrote: text `[start, end)` of a post says `number` (to `last`) of `total`."""

    post: str
    start: int
    end: int
    number: int
    last: int | None = None
    total: int | None = None


class Numbering(_Part, frozen=True, kw_only=True, gc=False):
    """The author's numbering of a thread.

    `kind`: `posts` the numbers demonstrably count posts and may be folded away; `items` they number something else
    and stay; `none` there are none. `style` is the form (`n/`, `n/N`, `(n/N)`, `n.`, `/n` …), `at` where it sits.
    `skipped` numbers do not occur, `repeated` ones occur twice or more. `total` is what the author announced.
    """

    kind: Literal["posts", "items", "none"] = "none"
    style: str = ""
    at: Literal["start", "end", ""] = ""
    found: tuple[Counter, ...] = ()
    total: int | None = None
    skipped: tuple[int, ...] = ()
    repeated: tuple[int, ...] = ()


class Completeness(_Part, frozen=True, kw_only=True, omit_defaults=False, gc=False):
    """What can honestly be said about completeness: a state, figures, and how we know.

    `posts` counts the main line; `branch_posts` the author's posts in branches. `missing` is the number of posts
    known to be missing, None if at least one gap has no number. `announced` is the author's (or a page's) own
    total, `reported` the network's. `open_ends` are the posts below which more may exist. `links_seen` is False
    for saved pages. `withheld` counts posts that are not shown because of somebody's wish.
    """

    state: State
    posts: int
    branch_posts: int = 0
    missing: int | None = 0
    announced: int | None = None
    reported: int | None = None
    ends_reached: bool = False
    links_seen: bool = True
    open_ends: tuple[str, ...] = ()
    withheld: int = 0
    read_at: datetime | None = None
    notes: tuple[Note, ...] = ()


class Part(_Part, frozen=True, kw_only=True, gc=False):
    """One thread of a series by the same author, by the id of a post in it; `here` is this very thread."""

    id: str
    url: str = ""
    title: str = ""
    where: Literal["earlier", "here", "later"] = "here"


class Piece(_Part, frozen=True, kw_only=True, gc=False):
    """Text `[start, end)` of a post as it stands in a paragraph, `glue` is put before it when it is not the first."""

    post: str
    start: int
    end: int
    glue: str = ""


class Cut(_Part, frozen=True, kw_only=True, gc=False):
    """Text `[start, end)` of a post that the article view leaves out, and why."""

    post: str
    start: int
    end: int
    why: Literal["counter", "ellipsis", "mentions", "space"]


class Paragraph(_Part, frozen=True, kw_only=True, gc=False):
    """Pieces read as one paragraph; `after` holds quoted addresses moved behind it. A media-only post is an empty piece."""

    pieces: tuple[Piece, ...]
    after: tuple[Piece, ...] = ()


class Article(_Part, frozen=True, kw_only=True, omit_defaults=False, gc=False):
    """The main line as an article. Per post, pieces and cuts by start concatenate to the exact text."""

    paragraphs: tuple[Paragraph, ...] = ()
    cuts: tuple[Cut, ...] = ()


class Reading(_Part, frozen=True, kw_only=True, gc=False):
    """Another plausible reading of the same address: the thread of `author` through post `id`."""

    author: str
    id: str


class AsOf(_Part, frozen=True, kw_only=True, omit_defaults=False, gc=False):
    """That a thread stands as it was read at `until`; `hash` is the version's address."""

    hash: str
    until: datetime


class Thread(_Part, frozen=True, kw_only=True, omit_defaults=False, gc=False):
    """What we show: one author's thread. This is also the documented JSON form (docs/json.md).

    `posts` is the main line. `branches` leave it; `replies_by_author` are the author's answers to other people;
    `context` holds posts by others (the one the first post answers, the ones the author answers, and answers to the
    author), `quoted` the quoted posts; `authors` everybody named in any of them. `as_of`: what was edited since stands
    as it was then (None: everything is as it was read last).
    """

    version: int = FORMAT_VERSION
    ref: Ref
    network: Network
    url: str = ""
    title: str = ""
    author: Author
    authors: tuple[Author, ...] = ()
    posts: tuple[Post, ...]
    branches: tuple[Branch, ...] = ()
    replies_by_author: tuple[Post, ...] = ()
    context: tuple[Post, ...] = ()
    quoted: tuple[Post, ...] = ()
    gaps: tuple[Gap, ...] = ()
    counters: Numbering = Numbering()
    completeness: Completeness
    parts: tuple[Part, ...] = ()
    article: Article = Article()
    readings: tuple[Reading, ...] = ()
    as_of: AsOf | None = None
