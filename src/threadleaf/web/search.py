"""The search page: one box, what was found, and how to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threadleaf.core.errors import BadQuery
from threadleaf.core.found import Excerpt
from threadleaf.core.model import Ref
from threadleaf.core.query import LONGEST
from threadleaf.render import words
from threadleaf.render._safe import line, straight
from threadleaf.render.tongue import Tongue
from threadleaf.store.records import Hit, Order, Person, Results
from threadleaf.web import answers, errors, feeds, follow, languages, links, shell
from threadleaf.web.lists import number
from threadleaf.web.site import Site
from threadleaf.web.threads import place

ON_SEARCH = 20
"""Threads on one page."""


def routes(site: Site) -> list[BaseRoute]:
    """The search page."""
    return [Route("/search", Search(site).search)]


class Search:
    """The handler of the search page."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def search(self, request: Request) -> Response:
        """What is found for `?q=`; `?order=relevance` has the best first, `?start=` is where the page before ended.

        Without `q` it is the box alone. What is wrong with a search is said beside the box.
        """
        asked = request.query_params.get("q", "").strip()[: LONGEST + 1]
        order: Order = "relevance" if request.query_params.get("order") == "relevance" else "newest"
        if not asked:
            return answers.answer(request, _page(asked, order, None))
        start = number(request.query_params.get("start", ""))
        service, seen = self._site.service, self._site.seen
        try:
            results = await run_in_threadpool(service.search, asked, ON_SEARCH, start, visibility=seen, order=order)
        except BadQuery as error:
            return errors.answer(errors.status(error), _page(asked, order, None, languages.told(error.sentence)))
        followed = follow.link(self._site.settings, f"search:{asked}")
        return answers.answer(request, _page(asked, order, results, followed=followed))


def _page(asked: str, order: Order, results: Results | None, sentence: str = "", followed: str = "") -> str:
    """The page; `results` is None if nothing was looked for, `sentence` says what is wrong; `followed` is where it is followed."""
    say = languages.say()
    follow = {"q": asked, **({"order": order} if order != "newest" else {})}
    older = urlencode({**follow, "start": results.next}) if results and results.next is not None else ""
    return shell.page(
        "search.html",
        asked=asked,
        follow=followed,
        feeds=feeds.alternates("/search", f"?{urlencode({'q': asked})}") if results else (),
        sentence=sentence,
        looked=results is not None,
        count=_count(results, say) if results else "",
        people=[_person(person, say) for person in results.people] if results else [],
        hits=[_hit(hit) for hit in results.hits] if results else [],
        older=f"/search?{older}" if older else "",
        orders=[
            {"name": say("Newest first"), "href": f"/search?{urlencode({'q': asked})}", "current": order == "newest"},
            {
                "name": say("Best first"),
                "href": f"/search?{urlencode({'q': asked, 'order': 'relevance'})}",
                "current": order == "relevance",
            },
        ],
        ways=_ways(say),
    )


def _count(results: Results, say: Tongue) -> str:
    if results.more:
        return say("More than {n} threads", n=results.total)
    return say.plural(results.total, "{n} thread", "{n} threads")


def _person(person: Person, say: Tongue) -> Mapping[str, str]:
    handle = line(f"@{person.handle}") if person.handle else ""
    return {
        "href": links.author(person.network, person.id),
        "name": line(person.name) or handle or person.id,
        "doubt": words.doubts(person.name, person.handle, say),
        "handle": handle if person.name else "",
        "threads": say.plural(person.threads, "{n} thread", "{n} threads"),
    }


def _hit(hit: Hit) -> Mapping[str, object]:
    post = Ref(hit.saved.network, hit.excerpt.post)
    return {**shell.entry(hit.saved), "place": place(post, hit.saved.path), "excerpt": marked_up(hit.excerpt)}


def marked_up(excerpt: Excerpt) -> Markup:
    """An excerpt as HTML, what was looked for in `mark`."""
    html, done = Markup(), 0
    for start, end in excerpt.marks:
        html += straight(excerpt.text[done:start]) + Markup("<mark>{}</mark>").format(straight(excerpt.text[start:end]))
        done = end
    return html + straight(excerpt.text[done:])


def _ways(say: Tongue) -> Sequence[tuple[str, str]]:
    """How to ask: what to type, and what it finds."""
    return (
        ("tide mill", say("threads with both words; plurals and, in Russian, other endings count")),
        ('"tide mill"', say("these words in a row, exactly so")),
        ("mill -wheel", say("without a word")),
        ("mill*", say("whatever begins so")),
        ("from:ann", say("by an author: a handle or a name")),
        ("network:bsky", say("on a network: bsky, fedi, x or page")),
        ("lang:ru", say("in a language, by its short name")),
        ("before:2026 after:2025-06", say("posted before or after a year, a month or a day")),
        ("has:image", say("with image, video, audio, link, poll, quote, warning, gap or branch")),
        ("#tides", say("with a tag of the author’s")),
    )
