"""What surrounds a thread: every page as HTML, from the templates. Knows no requests and no database."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from urllib.parse import urlencode, urlsplit

from markupsafe import Markup, escape
from minijinja import Environment
from msgspec.structs import replace

from threadleaf import __version__, render
from threadleaf.core import ref as refs
from threadleaf.core.model import Network, Post, Ref, Thread
from threadleaf.jobs.passing import LIVE
from threadleaf.render import claims, words
from threadleaf.render._safe import line as on_one_line
from threadleaf.render.tongue import Tongue, marked
from threadleaf.service.pages import default_view
from threadleaf.service.translating import TRANSLATED
from threadleaf.store.records import PageVisibility, Reading, Saved, View
from threadleaf.web import assets, here, languages, links

PRIVACY = marked(
    "This site sets no cookies, keeps no record of who reads what, and loads nothing from anybody else. "
    "It reads only what anyone may read without logging in."
)
EXPORTS = {"txt": marked("Text"), "md": "Markdown", "json": "JSON", "html": marked("Web page"), "svg": marked("Shape")}
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
    digest = hashlib.sha256(repr((sorted(_templates().items()), languages.version(), origin)).encode())
    return f"{__version__}-{assets.version()}-{digest.hexdigest()[:8]}"


def page(template: str, **context: object) -> str:
    """A page from a template; what `base.html` needs has a default."""
    choice = languages.chosen()
    base = {
        "indexable": False,
        "feeds": (),
        "follow": "",
        "head": "",
        "canonical": "",
        "preload": assets.url("fonts/literata-latin.woff2"),
        "say": languages.say(),
        "languages": links.others(choice),
        "personal": here.personal(),
    }
    return links.carried(_environment().render_template(template, **{**base, **context}), choice)


def home(
    entries: Sequence[Saved],
    *,
    address: str,
    sentence: str,
    unrolls: bool,
    reads: str,
    token: str,
    levels: Mapping[str, object],
    bot: str = "",
) -> str:
    """The front page: the box, with what was typed into it and what is wrong with it, and the latest threads.

    `unrolls` says whether the box makes new pages or only finds those that are there, `levels` (of
    `asking.levels`) for whom. `reads` names the networks that can be read here. `token` is that of the operator's
    session if it is the operator who asks; `bot` how the bots of this site are called, empty if there are none.
    """
    told = {"address": address, "sentence": sentence, "unrolls": unrolls, "reads": reads, "token": token}
    return page("home.html", entries=list(map(entry, entries)), indexable=True, bot=bot, **told, **levels)


def message(heading: str, sentence: str, about: str = "", *, present: str = "") -> str:
    """A page that says one thing; `about` is the path of a page of which that is said, and which may be reported, `present`
    that of a page that is there."""
    said = sentence if isinstance(sentence, Markup) else on_one_line(sentence)
    return page("message.html", heading=heading, sentence=said, about=about, present=present)


def unread(ref: Ref, *, name: str, unrolls: bool, levels: Mapping[str, object], sentence: str = "") -> str:
    """The page of a post that we could read and have not. `name` is an author that the asked address names.

    `unrolls` says whether whoever comes by may have it read, `levels` (of `asking.levels`) for whom, `sentence` why it
    cannot be read here at all.
    """
    told = {
        "author": name or _author(ref),
        "on_network": languages.say()(words.ON_NETWORK[ref.network]),
        "unrolls": unrolls and not sentence,
        "sentence": sentence,
    }
    return page("unread.html", address=refs.address(ref), **told, **levels)


def thread(
    reading: Reading,
    view: View,
    *,
    origin: str,
    head: str = "",
    indexable: bool = False,
    follow: str = "",
    refreshes: bool = False,
    line: str = "",
    translates: bool = False,
    media: render.Show | None = None,
) -> str:
    """The reading page. Links stay on our host and are relative to its root; `origin` only makes the canonical one.

    `head` is HTML for the head of the page; `indexable` says that search engines may list it; `follow` is where it can
    be followed by e-mail, empty if nowhere; `refreshes` says that a reader may have the thread read again; `line` is
    the name of the branch that is read as the main line in `reading`, empty for the thread as it is; `translates` says
    that posts can be had in other languages; `media` tells how pictures are shown. An earlier version of the thread can
    be neither read again nor cited, and leads to the present one.
    """
    thread, path = reading.thread, reading.saved.path
    private = reading.saved.visibility == "private"
    say = languages.say()
    more = {"v": thread.as_of.hash if thread.as_of else "", "line": line}
    spot = _spot(reading, origin, refreshes=refreshes, view=_named(view, thread.network), line=line, media=media)
    site = replace(spot, translates=translates and thread.network in TRANSLATED)
    form = urlencode(
        {name: value for name, value in {"view": site.view, "line": line, "v": more["v"]}.items() if value}
    )
    return page(
        "thread.html",
        title=_heading(thread, say),
        article=render.article_html(thread, view, site=site, say=say),
        views=_views(view, more, say),
        exports=_exports(path, view, more, thread.network, say),
        cite=f"{path}?{site.query}{'&' if site.query else ''}cite=",
        checked=_checked(thread, say),
        printed=_printed(thread, origin + path if origin and not private else "", say),
        kept={
            "path": path + (f"?{form}" if form else ""),
            "said": _saved(site, more, say),
            "title": on_one_line(thread.title) or say(words.UNTITLED),
            "author": words.person(thread.author, say),
            "lang": reading.saved.lang,
        },
        path=path,
        yours=path if path.startswith("/t/") else refs.address(thread.ref),
        fleeting=path.startswith(LIVE),
        read=assets.url("read.js"),
        shelf=assets.url("shelf.js"),
        keep=assets.url("keep.js"),
        canonical=origin + path if origin and not private else "",
        head=head,
        indexable=indexable,
        follow=follow,
        preload=_first_font(thread),
    )


def _saved(site: render.Site, more: Mapping[str, str], say: Tongue) -> str:
    """What is saved of a page on a reader's device: just what is seen, which is named where it is not the usual form."""
    forms = {"article": say("Article"), "posts": say("As posted")}
    what = [forms.get(site.view, ""), more["line"] and say("along a branch"), more["v"] and say("an earlier version")]
    named = list(filter(None, what))
    return say("Saved on this device: {what}.", what=" · ".join(named)) if named else say("Saved on this device.")


def entry(saved: Saved) -> Mapping[str, str]:
    """One line of a list of threads, in words."""
    say = languages.say()
    return {
        "path": saved.path,
        "title": on_one_line(saved.title) or say(words.UNTITLED),
        "lang": saved.lang,
        "author": on_one_line(saved.author_name or f"@{saved.author_handle}"),
        "doubt": words.doubts(saved.author_name, saved.author_handle, say),
        "by": links.author(saved.network, saved.author_id),
        "network": words.on_network(saved.network, say),
        "posts": claims.in_short(saved.posts, saved.state, say),
        "seen_by": say(_SEEN_BY[saved.visibility]) if saved.visibility in _SEEN_BY else "",
        "datetime": saved.created_at.isoformat(timespec="seconds"),
        "day": words.kept(saved.created_at, say),
    }


_SEEN_BY: Mapping[PageVisibility, str] = {"unlisted": marked("unlisted"), "private": marked("private")}


def _spot(
    reading: Reading, origin: str, *, refreshes: bool, view: str, line: str, media: render.Show | None
) -> render.Site:
    """Where a page of a thread stands. What is shown while it is still being read can be neither cited nor refreshed."""
    saved, as_of = reading.saved, reading.thread.as_of
    kept = saved.path.startswith(("/t/", "/p/")) and as_of is None
    again = kept and refreshes and saved.origin == "network" and saved.visibility != "private"
    return render.Site(
        host=urlsplit(origin).netloc,
        path=saved.path if kept else "",
        view=view,
        line=line,
        refresh=refs.address(reading.thread.ref) if again else "",
        level=saved.visibility,
        media=media,
        present=saved.path if as_of else "",
    )


def _named(view: View, network: str) -> str:
    """How an address names a view; empty if it need not, since it is the network's own."""
    return view if view != default_view(network) else ""


def cite(reading: Reading, place: str, *, origin: str, view: View, line: str = "") -> str:
    """The page that says how to cite a thread, or the post at a place of its page, in the view and on the line in which it
    is read (`line` as in `thread`). Raises KeyError without such a post."""
    saved, say = reading.saved, languages.say()
    query = render.Site(view=_named(view, saved.network), line=line).query
    path = saved.path + (f"?{query}" if query else "")
    page_of_it = origin + path if origin and saved.visibility != "private" else ""
    found = render.citation(reading.thread, place, page=page_of_it, say=say)
    back = path + (f"#{place}" if place else "")
    heading = say("Cite this post") if place else say("Cite this thread")
    return page("cite.html", heading=heading, found=found, back=back, lang=saved.lang, read=assets.url("read.js"))


def translation(reading: Reading, post: Post, place: str, translated: str, *, by: str) -> str:
    """The page that shows one of the thread's posts in the reader's language, beside its author's words.

    `place` is the post's name on the thread's page; `by` is the host of the machine that translated it.
    """
    thread, say = reading.thread, languages.say()
    return page(
        "translation.html",
        by=by,
        texts=render.translation(thread, post, translated, say=say),
        back=f"{reading.saved.path}#{place}",
        preload=_first_font(thread),
    )


def _views(current: View, more: Mapping[str, str], say: Tongue) -> list[Mapping[str, object]]:
    names: tuple[tuple[View, str], ...] = (("article", say("Article")), ("posts", say("As posted")))
    rest = "".join([f"&{name}={value}" for name, value in more.items() if value])
    return [{"name": name, "href": f"?view={view}{rest}", "current": view == current} for view, name in names]


VIEWED = frozenset({"txt", "md", "html"})
"""The formats that have views; the others hold the posts as they are."""


def _exports(path: str, view: View, more: Mapping[str, str], network: Network, say: Tongue) -> list[Mapping[str, str]]:
    """The files of a page, as it is seen: with its view, where the file would have another, its version and its branch."""
    exports: list[Mapping[str, str]] = []
    for suffix, name in EXPORTS.items():
        asked = {"view": _named(view, network) if suffix in VIEWED else "", **more}
        query = urlencode({name: value for name, value in asked.items() if value})
        exports.append({"href": f"{path}.{suffix}" + (f"?{query}" if query else ""), "name": say(name)})
    return exports


def _heading(thread: Thread, say: Tongue) -> str:
    """The title of the window: the author's words and name."""
    if not thread.title:
        return words.untitled(thread.author, say)
    return f"{on_one_line(thread.title)} — {words.person(thread.author, say)}"


def _checked(thread: Thread, say: Tongue) -> Markup | None:
    read_at = thread.completeness.read_at
    if read_at is None:
        return None
    return Markup('<time datetime="{}">{}</time>').format(read_at.isoformat(timespec="seconds"), say.moment(read_at))


def _printed(thread: Thread, address: str, say: Tongue) -> str:
    """What stands below each printed page: where it is, and as of when; empty if neither is known."""
    read_at = thread.completeness.read_at
    when = say("Last checked {when}.", when=say.moment(read_at)) if read_at else ""
    return " · ".join(filter(None, [address, when]))


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
