"""A `Thread` as text or bytes: the last step before a reader. Nothing here reads a file, a clock or a setting.

Wishes are applied before: what is in the thread is shown. `view` is `article` (posts joined into paragraphs) or
`posts` (one block per post, exact text). The modules load when they are used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from threadleaf.core.model import Thread

View = Literal["article", "posts"]


class Site(Struct, frozen=True):
    """Whose pages other threads are linked to. `origin` is empty on the site itself, `https://host` elsewhere."""

    origin: str = ""


def plain(thread: Thread, view: View = "article") -> str:
    """The thread as plain text, safe for a terminal: no control characters, no bidirectional controls, no wrapping."""
    from threadleaf.render._plain import render

    return render(thread, view)


def markdown(thread: Thread, view: View = "article") -> str:
    """The thread as CommonMark; everything that its authors wrote is escaped and stays literal."""
    from threadleaf.render._markdown import render

    return render(thread, view)


def json(thread: Thread) -> bytes:
    """The thread as UTF-8 JSON, exactly as in the model (docs/json.md, docs/thread.schema.json)."""
    from threadleaf.render._json import render

    return render(thread)


def html(thread: Thread, view: View = "article", *, css: str = "", site: Site | None = None) -> str:
    """The thread as a page in one file, which loads nothing.

    Parameters: `css` is put into the page as it is; `site`, if given, is whose own pages parts and readings link to.
    """
    from threadleaf.render._html import page

    return page(thread, view, css=css, site=site)


def article_html(thread: Thread, view: View = "article", *, site: Site | None = None) -> str:
    """Only the `<article>` of `html`, for a page that has its own surroundings."""
    from threadleaf.render._html import article

    return article(thread, view, site=site)
