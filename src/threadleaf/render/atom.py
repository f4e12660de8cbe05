"""A feed in Atom (RFC 4287). The ids are tag: URIs; HTML stands in it as escaped text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from markupsafe import Markup, escape

from threadleaf.render.feed import Entry, Feed

MEDIA_TYPE = "application/atom+xml; charset=utf-8"


def atom(feed: Feed) -> str:
    """The feed as an Atom document."""
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>',
        Markup('<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{}">').format(feed.lang),
        _text("id", feed.id),
        _text("title", feed.title),
        _text("updated", _moment(feed.updated)),
        _link(feed.home, "alternate", "text/html"),
        _link(feed.address, "self", MEDIA_TYPE.partition(";")[0]),
        *([_link(feed.hub, "hub")] if feed.hub else []),
        "<generator>Threadleaf</generator>",
        *(line for entry in feed.entries for line in _entry(entry)),
        "</feed>\n",
    ]
    return "\n".join(parts)


def _entry(entry: Entry) -> Iterator[str]:
    lang = Markup(' xml:lang="{}"').format(entry.lang) if entry.lang else ""
    yield f"<entry{lang}>"
    yield _text("id", entry.id)
    yield _text("title", entry.title)
    yield _text("published", _moment(entry.published))
    yield _text("updated", _moment(entry.updated))
    uri = _text("uri", entry.author_url) if entry.author_url else ""
    yield f"<author>{_text('name', entry.author)}{uri}</author>"
    yield _link(entry.url, "alternate", "text/html")
    if entry.original:
        yield _link(entry.original, "via")
    if entry.summary:
        yield _text("summary", entry.summary)
    yield Markup('<content type="html" xml:base="{}">{}</content>').format(entry.url, str(entry.html))
    yield "</entry>"


def _text(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def _link(address: str, relation: str, kind: str = "") -> str:
    typed = Markup(' type="{}"').format(kind) if kind else ""
    return Markup('<link rel="{}"{} href="{}"/>').format(relation, typed, address)


def _moment(when: datetime) -> str:
    """RFC 3339, in UTC."""
    return f"{when.isoformat()[:19]}Z"
