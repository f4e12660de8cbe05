"""Lists of threads: the latest, of an author, with a tag, most asked for. They work without a script."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import get_args
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threadleaf.core.model import Network
from threadleaf.render import words
from threadleaf.render._safe import line
from threadleaf.store.records import Listing
from threadleaf.web import answers, feeds, follow, languages, links, shell
from threadleaf.web.site import Site

ON_LATEST = 50
"""Threads on one page of a list."""
ON_TOPICS = 200
DAYS = (7, 30)
"""Of how many days it can be seen what was asked for most."""

_FILTERED: Sequence[Network] = ("bsky", "fedi", "x", "page")


def routes(site: Site) -> list[BaseRoute]:
    """Every list."""
    lists = Lists(site)
    return [
        Route("/latest", lists.latest),
        Route("/author/{network}/{who:path}", lists.author),
        Route("/topics", lists.topics),
        Route("/topic/{tag:path}", lists.topic),
        Route("/asked", lists.asked),
    ]


class Lists:
    """The handlers of lists."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def latest(self, request: Request) -> Response:
        """The list of threads, newest first.

        `?before=` is the number of the last thread seen, `?network=` and `?language=` leave out all others (not
        `?lang=`, which is the language of the interface).
        """
        before = number(request.query_params.get("before", ""))
        chosen = _filters(request)
        network = next((name for name in get_args(Network) if name == chosen.get("network")), None)
        found = await run_in_threadpool(
            self._site.service.list,
            ON_LATEST + 1,
            before,
            visibility=self._site.seen,
            network=network,
            lang=chosen.get("language", ""),
        )
        more = {**chosen, "before": found[ON_LATEST - 1].number} if len(found) > ON_LATEST else {}
        html = shell.page(
            "latest.html",
            entries=list(map(shell.entry, found[:ON_LATEST])),
            older=f"/latest?{urlencode(more)}" if more else "",
            later=before is not None,
            networks=_networks(chosen.get("network", "")),
            spoken=_spoken(chosen.get("language", "")),
            filtered=bool(chosen),
            feeds=feeds.alternates("/latest"),
            follow=follow.link(self._site.settings, "latest"),
        )
        return answers.answer(request, html)

    async def author(self, request: Request) -> Response:
        """The threads of an author, by stable id or handle; `?start=` is where the page before ended."""
        network, who = request.path_params["network"], request.path_params["who"]
        if network not in get_args(Network):
            raise HTTPException(404)
        start = number(request.query_params.get("start", ""))
        person, listing = await run_in_threadpool(
            self._site.service.author, network, who, ON_LATEST, start, visibility=self._site.seen
        )
        path = links.author(person.network, person.id)
        handle = line(f"@{person.handle}") if person.handle else ""
        html = shell.page(
            "author.html",
            name=line(person.name) or handle or languages.say()(words.NOBODY),
            doubt=words.doubts(person.name, person.handle, languages.say()),
            handle=handle,
            on_network=words.on_network(person.network, languages.say()),
            follow=follow.link(self._site.settings, f"author:{person.network}:{person.id}"),
            canonical=self._canonical(path),
            **_listed(listing, path),
        )
        return answers.answer(request, html)

    async def topics(self, request: Request) -> Response:
        """The tags on the most threads."""
        found = await run_in_threadpool(self._site.service.topics, ON_TOPICS, visibility=self._site.seen)
        rows = [{"name": topic.name, "threads": topic.threads, "href": links.topic(topic.tag)} for topic in found]
        return answers.answer(request, shell.page("topics.html", topics=rows))

    async def topic(self, request: Request) -> Response:
        """The threads with a tag; `?start=` is where the page before ended."""
        tag, start = request.path_params["tag"], number(request.query_params.get("start", ""))
        name, listing = await run_in_threadpool(
            self._site.service.topic, tag, ON_LATEST, start, visibility=self._site.seen
        )
        path = links.topic(name)
        told = {"name": name, "canonical": self._canonical(path), **_listed(listing, path)}
        followed = follow.link(self._site.settings, f"search:#{name}")
        return answers.answer(request, shell.page("topic.html", follow=followed, **told))

    async def asked(self, request: Request) -> Response:
        """What was asked for most in `?days=` 7 or 30."""
        days = number(request.query_params.get("days", ""))
        days = days if days in DAYS else DAYS[0]
        found = await run_in_threadpool(self._site.service.asked, days, ON_LATEST, visibility=self._site.seen)
        html = shell.page(
            "asked.html",
            entries=[{**shell.entry(saved), "times": times} for saved, times in found],
            days=days,
            spans=[{"days": span, "current": span == days} for span in DAYS],
        )
        return answers.answer(request, html)

    def _canonical(self, path: str) -> str:
        origin = self._site.settings.public_origin
        return origin + path if origin else ""


def number(text: str) -> int | None:
    """A number from a query; anything else counts as none."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text, re.ASCII) else None


def _listed(listing: Listing, path: str) -> Mapping[str, object]:
    """What `listing.html` needs."""
    return {
        "entries": list(map(shell.entry, listing.pages)),
        "total": listing.total,
        "older": f"{path}?start={listing.next}" if listing.next is not None else "",
        "feeds": feeds.alternates(path),
    }


def _filters(request: Request) -> dict[str, str]:
    """What was chosen, without the empty choices of the form and without what is none."""
    network = request.query_params.get("network", "")
    language = request.query_params.get("language", "")
    chosen = {"network": network if network in _FILTERED else ""}
    chosen["language"] = language.lower() if re.fullmatch(r"[A-Za-z]{2,3}", language, re.ASCII) else ""
    return {name: value for name, value in chosen.items() if value}


def _networks(chosen: str) -> Sequence[Mapping[str, object]]:
    say = languages.say()
    return [{"value": name, "name": say(words.NETWORKS[name]), "chosen": name == chosen} for name in _FILTERED]


def _spoken(chosen: str) -> Sequence[Mapping[str, object]]:
    """The languages to choose from, each by its own name; another one that was chosen by its short name."""
    names = {code.partition("-")[0]: name for code, name in languages.NAMES.items()}
    if chosen:
        names.setdefault(chosen, chosen)
    return [{"value": code, "name": name, "chosen": code == chosen} for code, name in names.items()]
