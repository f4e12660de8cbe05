"""A `Thread` as text or bytes: the last step before a reader. Nothing here reads a file, a clock or a setting.

Wishes are applied before: what is in the thread is shown. `view` is `article` (posts joined into paragraphs) or
`posts` (one block per post, exact text). `say` is the tongue of what is said around it. The modules load when they are
used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from threadleaf.render.tongue import ENGLISH, Tongue

if TYPE_CHECKING:
    from threadleaf.core.model import Post, Thread
    from threadleaf.render._cite import Citation

View = Literal["article", "posts"]


class Shown(Struct, frozen=True):
    """How a site shows a picture: at a `path` of its own, `width` by `height` pixels (0: not known).

    `state` says whether it is shown, and `stored` here as long as the page is; or that its server did not answer (`away`),
    that it was `refused` by us or by whoever has it, or is `gone`.
    """

    path: str
    width: int = 0
    height: int = 0
    state: Literal["shown", "stored", "away", "refused", "gone"] = "shown"


Show = Callable[[str], Shown | None]
"""From a picture's address to how the site shows it; None: it only links there."""
LOGO = "x-logo"
"""Under this name `Show` has X's logo, where the operator has one."""


class Site(Struct, frozen=True, kw_only=True):
    """The site on which a page stands, and whose own pages other threads are linked to.

    `origin` stands before the paths of its pages: empty on the site itself, `https://host` elsewhere; `host` is its
    name in words. `path` is that of the thread's own page: with it posts can be cited, branches be read as the main
    line, and the thread's shape be seen; empty where the page is shown elsewhere. `view` is the view that its address
    names, empty if it names none; `line` is the name of the branch that is read as the main line, `refresh` is the address that is sent to have the thread read again; empty: that is not offered.
    `level` goes with it: who sees the page, so that reading it again shows it to nobody else.
    `translates` says that posts can be had in another language. `media` tells how pictures are shown; None: they are
    only linked. `present` is the address of the page as it is now, where the thread is an earlier version of it.
    """

    origin: str = ""
    host: str = ""
    path: str = ""
    view: str = ""
    line: str = ""
    refresh: str = ""
    level: str = ""
    translates: bool = False
    media: Show | None = None
    present: str = ""

    @property
    def query(self) -> str:
        """What names view and branch in the address of this page, as in `view=posts&line=3k…`."""
        asked = {"view": self.view, "line": self.line}
        return "&".join([f"{name}={value}" for name, value in asked.items() if value])


def plain(thread: Thread, view: View = "article", *, say: Tongue = ENGLISH) -> str:
    """The thread as plain text, safe for a terminal: no control characters, no bidirectional controls, no wrapping."""
    from threadleaf.render._plain import render

    return render(thread, view, say)


def markdown(thread: Thread, view: View = "article", *, say: Tongue = ENGLISH) -> str:
    """The thread as CommonMark; everything that its authors wrote is escaped and stays literal."""
    from threadleaf.render._markdown import render

    return render(thread, view, say)


def json(thread: Thread) -> bytes:
    """The thread as UTF-8 JSON, exactly as in the model (docs/json.md, docs/thread.schema.json)."""
    from threadleaf.render._json import render

    return render(thread)


def html(
    thread: Thread, view: View = "article", *, css: str = "", site: Site | None = None, say: Tongue = ENGLISH
) -> str:
    """The thread as a page in one file, which loads nothing.

    Parameters: `css` is put into the page as it is; `site`, if given, is whose own pages parts and readings link to.
    """
    from threadleaf.render._html import page

    return page(thread, view, css=css, site=site, say=say)


def article_html(thread: Thread, view: View = "article", *, site: Site | None = None, say: Tongue = ENGLISH) -> str:
    """Only the thread of `html` (head, `<article>`, foot), for a page that has its own surroundings."""
    from threadleaf.render._html import article

    return article(thread, view, site=site, say=say)


def shape(thread: Thread, *, say: Tongue = ENGLISH) -> str:
    """The shape of the thread as an SVG drawing: its line, gaps, branches, and how much others answered."""
    from threadleaf.render._map import file

    return file(thread, say)


def citation(thread: Thread, place: str = "", *, page: str = "", say: Tongue = ENGLISH) -> Citation:
    """How to cite a thread, or one of its author's posts with its words.

    `place` is the post's name on our page of the thread (`#3k…`), empty for the thread; `page` is the address of that
    page, empty where it has none for everybody. Raises KeyError if the author has no such post in this thread.
    """
    from threadleaf.render._cite import cite

    return cite(thread, place, page, say)


def translation(thread: Thread, post: Post, translated: str, *, say: Tongue = ENGLISH) -> str:
    """One of the thread's posts as HTML: what a machine made of it in the language of `say`, and the author's words."""
    from threadleaf.render._translation import render

    return render(thread, post, translated, say)


def post_named(thread: Thread, place: str) -> Post | None:
    """The author's post that has this name on our page of the thread (`#3k…`); None if there is none."""
    from threadleaf.render._names import named

    return named(thread, place)
