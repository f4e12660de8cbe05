"""What machines look for at fixed addresses: who may crawl here, and which pages search engines may list."""

from __future__ import annotations

from datetime import datetime

from markupsafe import escape
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threadleaf.web import answers
from threadleaf.web.site import Site

_XML = "application/xml; charset=utf-8"
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

TRAINERS = (
    "AI2Bot", "Ai2Bot-Dolma", "Amazonbot", "anthropic-ai", "Applebot-Extended", "Bytespider", "CCBot", "ChatGPT-User",
    "Claude-SearchBot", "Claude-User", "Claude-Web", "ClaudeBot", "cohere-ai", "cohere-training-data-crawler",
    "Diffbot", "DuckAssistBot", "FacebookBot", "FriendlyCrawler", "Google-CloudVertexBot",
    "Google-Extended", "GoogleOther", "GPTBot", "iaskspider", "ICC-Crawler", "ImagesiftBot", "img2dataset",
    "ISSCyberRiskCrawler", "Kangaroo Bot", "Meta-ExternalAgent", "Meta-ExternalFetcher", "MistralAI-User",
    "OAI-SearchBot", "omgili", "omgilibot", "PanguBot", "PerplexityBot", "Perplexity-User", "PetalBot", "Scrapy",
    "SemrushBot-OCOB", "Sidetrade indexer bot", "Timpibot", "VelenPublicWebCrawler", "Webzio-Extended", "YouBot",
)  # fmt: skip
"""Crawlers that gather texts to train or feed models: authors were asked about reading, not about that."""

_COSTLY = ("/unroll", "/admin", "/api/", "/search", "/*?translate=")
"""Where a crawler finds nothing of its own."""


def routes(site: Site) -> list[BaseRoute]:
    """The fixed addresses."""
    known = WellKnown(site)
    return [
        Route("/robots.txt", known.robots),
        Route("/sitemap.xml", known.index),
        Route("/sitemap-{number:int}.xml", known.pages),
    ]


class WellKnown:
    """The handlers of fixed addresses."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._origin = site.settings.public_origin
        self._unsaid = site.settings.search_engines

    async def robots(self, request: Request) -> Response:
        """Who may crawl here (RFC 9309): search engines, and nobody who gathers texts for models; nobody on a personal site."""
        return answers.answer(request, robots(self._origin), media_type="text/plain; charset=utf-8")

    async def index(self, request: Request) -> Response:
        """The list of the files that list pages."""
        self._public()
        found = await run_in_threadpool(self._site.service.maps.files, unsaid=self._unsaid)
        rows = "".join(
            f"<sitemap><loc>{escape(f'{self._origin}/sitemap-{number}.xml')}</loc></sitemap>\n" for number in found
        )
        return self._answer(request, "sitemapindex", rows)

    async def pages(self, request: Request) -> Response:
        """The addresses of pages that search engines may list."""
        self._public()
        number = request.path_params["number"]
        if number >= 2**31:  # more than any database counts to
            raise HTTPException(404)
        found = await run_in_threadpool(self._site.service.maps.pages, number, unsaid=self._unsaid)
        if not found:
            raise HTTPException(404)
        rows = "".join(
            f"<url><loc>{escape(self._origin + path)}</loc><lastmod>{_day(changed)}</lastmod></url>\n"
            for path, changed in found
        )
        return self._answer(request, "urlset", rows)

    def _public(self) -> None:
        """A personal site has no address that a search engine could list."""
        if not self._origin:
            raise HTTPException(404)

    def _answer(self, request: Request, root: str, rows: str) -> Response:
        xml = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_NAMESPACE}">\n{rows}</{root}>\n'
        return answers.answer(request, xml, media_type=_XML)


def robots(origin: str) -> str:
    """The rules for crawlers. `origin` is empty for a personal site, where nobody crawls."""
    if not origin:
        return "User-agent: *\nDisallow: /\n"
    shut_out = "\n".join(f"User-agent: {name}" for name in TRAINERS)
    kept_from = "\n".join(f"Disallow: {path}" for path in _COSTLY)
    return f"{shut_out}\nDisallow: /\n\nUser-agent: *\n{kept_from}\n\nSitemap: {origin}/sitemap.xml\n"


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
