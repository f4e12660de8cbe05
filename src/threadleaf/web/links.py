"""Links of a page to other pages of ours: those that stay in the language that its address named, and other languages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import unescape
from urllib.parse import quote, urlsplit, urlunsplit

from markupsafe import escape

from threadleaf.core.model import Network
from threadleaf.web import languages
from threadleaf.web.languages import Choice

_LINK = re.compile(r'(<(?:a|form)\b[^>]*? (?:href|action)=")((?:/(?!/|static/)|\?)[^"]*)(")')
_QUERY_FORM = re.compile(r'<form\b(?![^>]*\bmethod="post")[^>]* action="/[^"]*"[^>]*>', re.IGNORECASE)
_LANGUAGE = re.compile(r"[?&;]lang=")


def named(address: str, code: str) -> str:
    """An address of ours with the language named in it, unless it names one."""
    parts = urlsplit(address)
    if _LANGUAGE.search(f"?{parts.query}"):
        return address
    return urlunsplit(parts._replace(query=f"{parts.query}&lang={code}".removeprefix("&")))


def author(network: Network, author_id: str) -> str:
    """The path of the list of an author's threads, by stable id."""
    return f"/author/{network}/{quote(author_id, safe=':')}"


def topic(tag: str) -> str:
    """The path of the list of the threads with a tag."""
    return f"/topic/{quote(tag, safe='')}"


def carried(html: str, choice: Choice) -> str:
    """A page whose links and forms stay in the language that its address named.

    This is done here, at one place, and not at every link of every template. In what others wrote a quotation mark is
    always escaped, so nothing of theirs looks like a link of ours.
    """
    if not choice.asked:
        return html
    html = _LINK.sub(lambda found: f"{found[1]}{_escaped(found[2], choice.code)}{found[3]}", html)
    hidden = f'<input type="hidden" name="lang" value="{choice.code}">'
    return _QUERY_FORM.sub(lambda found: found[0] + hidden, html)


def _escaped(address: str, code: str) -> str:
    return str(escape(named(unescape(address), code)))


def others(choice: Choice) -> Sequence[Mapping[str, str]]:
    """The same page in the other languages, each by its own name."""
    return [
        {"code": code, "name": name, "href": f"{choice.here}lang={code}"}
        for code, name in languages.NAMES.items()
        if code != choice.code
    ]
