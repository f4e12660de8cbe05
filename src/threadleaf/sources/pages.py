"""Saved unrolled pages, as text or HTML: what remains of threads whose originals may be gone.

The way through: bytes → text (`_pages_repair`) → lines (`_pages_lines`, `_pages_html`) → the thread's own lines, author
and count (`_pages_frame`) → posts (`_pages_bounds`, with the author's numbers from `_pages_marks`) → `Conversation`.
Such a page has no reply edges: posts stand in the page's order, and whether one begins at a line may be uncertain.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

from threadleaf.core import ref as refs
from threadleaf.core.counters import read as read_counters
from threadleaf.core.errors import TooLarge, UnknownAddress, Unreadable
from threadleaf.core.limits import MOST_BYTES, MOST_POSTS
from threadleaf.core.model import Author, Conversation, Note, Post, Ref
from threadleaf.sources._pages_bounds import Draft, drafts
from threadleaf.sources._pages_frame import Frame, frame
from threadleaf.sources._pages_html import Page, html_page
from threadleaf.sources._pages_lines import in_runs, text_lines, ties, without_repeats
from threadleaf.sources._pages_repair import decode, is_text, repair
from threadleaf.sources._pages_spans import beside, links, mentions, quote_in
from threadleaf.wire import Document

MAX_LINES = 100_000

UNKNOWN = "unknown:"
"""The id of an author whose handle and name the page does not say; with a name it follows. No handle has a colon."""

_HTML = (
    r"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*"
    r"<(?:!doctype\s+html|html|head|body|meta|link|title|article|section|main|div|span|p)\b"
)
_STRANGE = (
    "is not a saved page of an unroller: it has no foot with the author (“You can follow @…”), no head, and no numbered "
    "posts. Save the thread's page at twtext, twunroll or Thread Reader as text or HTML, and give that file"
)
_FEWEST = 3  # numbered posts that show by themselves that a text is a thread
_EPOCH = 1288834974657  # ms: X's ids carry their time since November 2010, from the next number on
_FIRST_DATED = 29_700_859_247
_LAST_OLD_YEAR = 2022  # posts of more than 280 characters were sold from February 2023 on


def matches(ref: Ref) -> bool:  # noqa: ARG001 -- the face of every source
    """Never: a saved page is given as a file."""
    return False


def recognises(document: Document) -> bool:
    """Whether a document may be a page: everything that is not JSON. What it really is, `read` says."""
    return not re.match(rb"(?:\xef\xbb\xbf)?\s*(?:\{|\[\s*[\[{\"])", document.body[:1024])


def read(documents: Sequence[Document]) -> Conversation:
    """Read one saved page.

    Raises Unreadable for what is no page of a thread (empty, binary, without posts, a list of threads, any other
    text), TooLarge beyond 20 MiB, 100,000 lines or 10,000 posts.
    """
    document = _one(documents)
    label = _label(document.name)
    page, notes, markup = _open(document.body, label)
    _at_most(MAX_LINES, page.lines, "lines", label)
    framed = frame(page.lines, label)
    if not framed.body:
        raise _unreadable(label, "holds no post. Open the thread, save its page as text or HTML, and give that file")
    runs = in_runs(framed.body)
    if runs:
        framed.body, repeats = without_repeats(framed.body)
        notes += (Note(kind="repaired-lines", n=repeats),) * (repeats > 0)
    if not framed.whole or (markup and not page.ended):
        notes += (Note(kind="no-foot"),)
    address, number = _address(page.addresses)
    old = _is_old(framed, number or _number_in(document.name))
    posts = _grouped(framed, runs=runs, old=old)
    _at_most(MOST_POSTS, posts, "posts", label)
    conversation = _conversation(framed, page, posts, notes, document, address)
    if not (framed.known or address or _titled(page) or _is_numbered(conversation.posts)):
        raise _unreadable(label, _STRANGE)
    return conversation


# --- From bytes to lines ----------------------------------------------------------------------------------------


def _one(documents: Sequence[Document]) -> Document:
    if len(documents) != 1:
        raise Unreadable(f"{len(documents)} files were given as saved pages. Give one page at a time.")
    return documents[0]


def _label(name: str) -> str:
    """A file's name as it can be shown to anybody."""
    shown = "".join(sign for sign in name if sign.isprintable()).strip()
    return f"“{shown if len(shown) <= 100 else '…' + shown[-99:]}”" if shown else "This page"


def _unreadable(label: str, why: str) -> Unreadable:
    return Unreadable(f"{label} {why}.", subject=label)


def _at_most(most: int, things: Sequence[object], what: str, label: str) -> None:
    if len(things) > most:
        raise TooLarge(f"{label} has more than {most:,} {what}. Give a part of it as a file of its own.", subject=label)


def _open(body: bytes, label: str) -> tuple[Page, tuple[Note, ...], bool]:
    """A page's lines, notes on what was repaired, and whether it is HTML."""
    if len(body) > MOST_BYTES:
        raise TooLarge(f"{label} has more than 20 MiB. Save the thread's page alone, without pictures.", subject=label)
    if not body.strip():
        raise _unreadable(label, "is empty. Save the page again and give the new file")
    if not is_text(body):
        raise _unreadable(label, "is neither text nor HTML. Save the page as one of them and give that file")
    text, notes = decode(body)
    if re.search(r"^content-type:\s*multipart/related", text[:2048], re.IGNORECASE | re.MULTILINE):
        raise _unreadable(label, "is a web archive (MHTML). Save the page as “HTML only” and give that file")
    markup = bool(re.match(_HTML, text[:4096], re.IGNORECASE | re.DOTALL))
    text, repairs = repair(text, marked_up=markup)
    return html_page(text, MAX_LINES) if markup else Page(lines=text_lines(text, MAX_LINES)), notes + repairs, markup


# --- What is known of age and address ---------------------------------------------------------------------------


def _address(candidates: Sequence[str]) -> tuple[str, str]:
    """The first address of an unrolled thread among those that a page gives itself, and the post id in it."""
    for candidate in candidates:
        try:
            found = refs.parse(candidate)
        except UnknownAddress:
            continue
        if found.network == "page" and "/" in found.id:
            return refs.address(found), found.id.partition("/")[2]
    return "", ""


def _number_in(name: str) -> str:
    """A post's id at the end of a file's name. It is good enough to tell a page's age, and for nothing else."""
    found = re.search(r"(?<!\d)\d{15,19}(?=\D*\Z)", name)
    return found[0] if found else ""


def _is_old(framed: Frame, number: str) -> bool:
    """Whether all posts were written while X's limit held; a page that prints no date can often be told by its form."""
    written = _time(number)
    year = framed.year or (written.year if written else None)
    return year <= _LAST_OLD_YEAR if year else framed.old


def _time(number: str) -> datetime | None:
    """When a post was written, from its id."""
    if not number or int(number) < _FIRST_DATED:
        return None
    return datetime.fromtimestamp(((int(number) >> 22) + _EPOCH) / 1000, UTC)


# --- From lines to posts ----------------------------------------------------------------------------------------


def _grouped(framed: Frame, *, runs: bool, old: bool) -> list[Draft]:
    if framed.body[0].part:
        return [Draft((line,), uncertain=False) for line in framed.body]
    joints = ties(framed.body, framed.form, runs=runs)
    return drafts(framed.body, joints, count=framed.announced, old=old, known=framed.form != "plain" or runs)


def _is_numbered(posts: Sequence[Post]) -> bool:
    """Whether the author's numbers alone show that a text is a thread: numbers that a list may have show nothing."""
    numbering = read_counters(posts, linked=False)
    counted = {counter.post for counter in numbering.found} if numbering.kind == "posts" else set()
    return sum(post.id in counted and not post.uncertain for post in posts) >= _FEWEST


def _conversation(
    framed: Frame, page: Page, found: Sequence[Draft], notes: tuple[Note, ...], document: Document, address: str
) -> Conversation:
    author = _author(framed, page)
    posts: list[Post] = []
    ids: Counter[str] = Counter()
    for draft in found:
        posts.append(_post(draft, author, ids, len(posts) + 1))
        notes += draft.lines[0].part.notes if draft.lines[0].part else ()
    uncertain = sum(post.uncertain for post in posts)
    if uncertain:
        notes += (Note(kind="guessed-boundaries", n=uncertain),)
    if not author.handle:
        notes += (Note(kind="no-handle" if framed.name else "no-author"),)
    others = {post.author for post in posts} - {author.id}
    return Conversation(
        network="page",
        anchor=posts[0].id,
        posts=tuple(posts),
        authors=(author, *(_account(handle) for handle in sorted(others))),
        notes=notes,
        linked=False,
        announced=framed.announced,
        read_at=document.at,
        address=address,
    )


def _author(framed: Frame, page: Page) -> Author:
    """The author: as the posts' own elements say, as the foot or head says, as the title says, or unknown."""
    first = framed.body[0].part
    handle = (first.handle if first else "") or framed.handle or _titled(page)
    if handle:
        return _account(handle, framed.name, framed.bio)
    name = framed.name or "Unknown author"
    return Author(id=UNKNOWN + framed.name, network="page", name=name, bio=framed.bio)


def _titled(page: Page) -> str:
    """The handle of the author whom a page's title names; empty if none does."""
    titled = (re.search(r"Thread by .{0,80}?@([A-Za-z0-9_]{1,15})\b", title) for title in page.titles)
    return next((found[1] for found in titled if found), "")


def _account(handle: str, name: str = "", bio: str = "") -> Author:
    return Author(id=handle.lower(), network="page", handle=handle, name=name, url=f"https://x.com/{handle}", bio=bio)


def _post(draft: Draft, author: Author, ids: Counter[str], place: int) -> Post:
    first = draft.lines[0]
    text = first.text + "".join(line.glue + line.text for line in draft.lines[1:])
    part = first.part
    spans = beside(part.spans if part else (), links(text))
    handle = (part.handle if part else "") or author.handle
    own = handle.lower() or author.id
    number = part.number if part else ""
    return Post(
        id=_id(text, author, ids),
        author=own,
        text=text,
        spans=beside(spans, mentions(text)),
        url=f"https://x.com/{handle or 'i'}/status/{number}" if number else "",
        created=_time(number),
        media=part.media if part else (),
        quote=(part.quote if part else None) or quote_in(text, spans, number),
        place=place,
        uncertain=draft.uncertain,
    )


def _id(text: str, author: Author, ids: Counter[str]) -> str:
    """The same text by the same author has the same id on every page; a repetition on one page gets a number."""
    plain = f"{author.handle.lower()}\n{unicodedata.normalize('NFC', text)}"
    name = sha256(plain.encode()).hexdigest()[:16]
    ids[name] += 1
    return name if ids[name] == 1 else f"{name}-{ids[name]}"
