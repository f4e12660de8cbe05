"""What surrounds a thread: every page as HTML, from the templates. Knows no requests and no database."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from markupsafe import escape
from minijinja import Environment

from threadleaf import __version__, render
from threadleaf.core import ref as refs
from threadleaf.core.model import Ref, Thread
from threadleaf.render import claims, words
from threadleaf.store.records import Reading, Saved, View
from threadleaf.web import assets

PRIVACY = (
    "This site sets no cookies, keeps no record of who reads what, and loads nothing from anybody else. "
    "It reads only what anyone may read without logging in."
)
EXPORTS = {"txt": "Text", "md": "Markdown", "json": "JSON", "html": "Web page"}
"""Formats by the suffix of their address; the command line knows them by the same names."""

# The scripts for which a font of ours is fetched early; anything else is set in the reader's own fonts.
_SCRIPTS = ((0x0041, 0x024F, "latin"), (0x0370, 0x03FF, "greek"), (0x0400, 0x045F, "cyrillic"))


@cache
def _templates() -> dict[str, str]:
    folder = files(__package__) / "templates"
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}


@cache
def _environment() -> Environment:
    common = {"stylesheet": assets.url("threadleaf.css"), "icon": assets.url("icon.svg"), "privacy": PRIVACY}
    return Environment(
        templates=_templates(), globals=common, undefined_behavior="strict", debug=False, finalizer=_escaped
    )


def _escaped(value: object) -> object:
    """Text escaped once, and as the articles are: minijinja's own escape turns every slash of an address into `&#x2f;`."""
    return escape(value) if isinstance(value, str) else NotImplemented


def version(origin: str) -> str:
    """A name for everything besides the thread that a reading page is made from."""
    digest = hashlib.sha256(repr((sorted(_templates().items()), origin)).encode())
    return f"{__version__}-{assets.version()}-{digest.hexdigest()[:8]}"


def _page(template: str, **context: object) -> str:
    base = {"indexable": False, "canonical": "", "preload": assets.url("fonts/literata-latin.woff2")}
    return _environment().render_template(template, **{**base, **context})


def home(entries: Sequence[Saved], *, address: str, sentence: str, unrolls: bool) -> str:
    """The front page: the box, with what was typed into it and what is wrong with it, and the latest threads.

    `unrolls` says whether the box makes new pages or only finds those that are there.
    """
    told = {"address": address, "sentence": sentence, "unrolls": unrolls}
    return _page("home.html", entries=list(map(_entry, entries)), indexable=True, **told)


def latest(entries: Sequence[Saved], *, older: str = "", later: bool = False) -> str:
    """A page of the list; `older` is the address of the next one, `later` says that this is not the first."""
    return _page("latest.html", entries=list(map(_entry, entries)), older=older, later=later)


def message(heading: str, sentence: str) -> str:
    """A page that says one thing."""
    return _page("message.html", heading=heading, sentence=sentence)


def unread(ref: Ref, *, name: str, unrolls: bool) -> str:
    """The page of a post that we could read and have not. `name` is an author that the asked address names."""
    told = {"author": name or _author(ref), "network": words.NETWORKS[ref.network], "unrolls": unrolls}
    return _page("unread.html", address=refs.address(ref), **told)


def thread(reading: Reading, view: View, *, origin: str) -> str:
    """The reading page. Links stay on our host and are relative to its root; `origin` only makes the canonical one."""
    thread, path = reading.thread, reading.saved.path
    private = reading.saved.visibility == "private"
    return _page(
        "thread.html",
        title=_heading(thread),
        article=render.article_html(thread, view, site=render.Site()),
        views=_views(view),
        exports=[{"href": f"{path}.{suffix}", "name": name} for suffix, name in EXPORTS.items()],
        checked=_checked(thread),
        canonical=origin + path if origin and not private else "",
        preload=_first_font(thread),
    )


def _entry(saved: Saved) -> Mapping[str, str]:
    """One line of a list of threads, in words."""
    return {
        "path": saved.path,
        "title": saved.title or words.UNTITLED,
        "lang": saved.lang,
        "author": saved.author_name or f"@{saved.author_handle}",
        "network": words.on_network(saved.network),
        "posts": claims.in_short(saved.posts, saved.state),
        "seen_by": "" if saved.visibility == "listed" else saved.visibility,
        "datetime": saved.created_at.isoformat(),
        "day": words.kept(saved.created_at),
    }


def _views(current: View) -> list[Mapping[str, object]]:
    names: tuple[tuple[View, str], ...] = (("article", "Article"), ("posts", "As posted"))
    return [{"name": name, "href": f"?view={view}", "current": view == current} for view, name in names]


def _heading(thread: Thread) -> str:
    """The title of the window: the author's words and name."""
    if not thread.title:
        return words.untitled(thread.author)
    return f"{thread.title} — {words.person(thread.author)}"


def _checked(thread: Thread) -> Mapping[str, str] | None:
    read_at = thread.completeness.read_at
    return {"datetime": read_at.isoformat(), "text": words.moment(read_at)} if read_at else None


def _first_font(thread: Thread) -> str:
    """The address of the font in which the thread begins; empty if none of ours has its script."""
    first = next((character for character in thread.title if character.isalpha()), "A")
    for start, end, script in _SCRIPTS:
        if start <= ord(first) <= end:
            return assets.url(f"fonts/literata-{script}.woff2")
    return ""


def _author(ref: Ref) -> str:
    """The author as far as an address names one: a handle, never a DID, which tells nobody anything."""
    if ref.network == "bsky":
        authority = ref.id.removeprefix("at://").partition("/")[0]
        return "" if authority.startswith("did:") else f"@{authority}"
    if ref.network == "fedi":
        host, *segments = ref.id.removeprefix("https://").split("/")
        name = next((segment for segment in segments if segment.startswith("@")), "")
        return name if not name or "@" in name[1:] else f"{name}@{host}"
    return ""
