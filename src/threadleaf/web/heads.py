"""What stands in the head of a thread's page for others: feeds, Open Graph, oEmbed, JSON-LD."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from markupsafe import Markup

from threadleaf.config import Settings
from threadleaf.core.model import Thread
from threadleaf.core.terms import is_bound
from threadleaf.render.feed import clean
from threadleaf.render.jsonld import jsonld
from threadleaf.render.opening import author, opening, title
from threadleaf.service.public import is_indexable
from threadleaf.store.records import Reading
from threadleaf.web import feeds

CARD = (1200, 630)
"""Width and height of a page's picture, in pixels."""

_LINK = Markup('<link rel="alternate" type="{}" href="{}" title="{}">')
_DESCRIPTION = 200


def head(reading: Reading, settings: Settings) -> Markup:
    """The lines for the head of a thread's page; a private page, which is for nobody else, has none."""
    if reading.saved.visibility == "private":
        return Markup()
    return Markup("\n").join(_lines(reading, settings))


def picture(path: str) -> str:
    """The path of the picture of the page at `path`."""
    return f"{path}.png"


def _lines(reading: Reading, settings: Settings) -> Iterator[Markup]:
    path, origin = reading.saved.path, settings.public_origin
    if is_bound(reading.thread.network) and not settings.personal:
        yield from _bare(origin + path)
        return
    yield _LINK.format("text/markdown", f"{path}.md", "Markdown")
    told_of = settings.personal or is_indexable(reading, unsaid=settings.search_engines)
    if told_of:
        for feed in feeds.alternates(path, thread=True):
            yield _LINK.format(feed["type"], feed["href"], clean(title(reading.thread)))
    if origin:
        yield from _cards(reading.thread, origin + path, origin)
        if told_of:
            told = jsonld(reading.thread, url=origin + path, image=origin + picture(path))
            yield Markup('<script type="application/ld+json">') + Markup(told) + Markup("</script>")  # noqa: S704 -- no `<`


def _bare(url: str) -> Iterator[Markup]:
    """What X's terms let programs have of its threads: where the page is."""
    for key, value in {"og:type": "article", "og:site_name": "Threadleaf", "og:url": url}.items():
        yield Markup('<meta property="{}" content="{}">').format(key, value)


def _cards(thread: Thread, url: str, origin: str) -> Iterator[Markup]:
    """How the page looks where its address is shown as a card."""
    name, said = clean(title(thread)), clean(opening(thread, _DESCRIPTION))
    first = thread.posts[0].created
    width, height = CARD
    told = {
        "og:type": "article",
        "og:site_name": "Threadleaf",
        "og:title": name,
        "og:description": said,
        "og:url": url,
        "og:image": picture(url),
        "og:image:type": "image/png",
        "og:image:width": str(width),
        "og:image:height": str(height),
        "og:image:alt": f"{name} — {clean(author(thread))}",
        "article:published_time": f"{first.isoformat()[:19]}Z" if first else "",
    }
    yield Markup('<meta name="description" content="{}">').format(said)
    for key, value in told.items():
        if value:
            yield Markup('<meta property="{}" content="{}">').format(key, value)
    yield Markup('<meta name="twitter:card" content="summary_large_image">')
    for form in ("json", "xml"):
        address = f"{origin}/oembed?{urlencode({'url': url, 'format': form})}"
        yield _LINK.format(f"{'text' if form == 'xml' else 'application'}/{form}+oembed", address, name)
