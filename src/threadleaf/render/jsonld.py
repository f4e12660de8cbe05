"""What a thread is, for search engines: schema.org's SocialMediaPosting as JSON-LD."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from threadleaf.core.model import Thread
from threadleaf.render._safe import web
from threadleaf.render._script import language
from threadleaf.render.feed import clean
from threadleaf.render.opening import author, opening, title

_LONGEST = 500
"""Code points of the text: what it is about, not a second copy of the page."""


def jsonld(thread: Thread, *, url: str, image: str) -> str:
    """A thread as JSON-LD that may stand within a `<script>` element: it has no `<` (HTML §4.12.1.3).

    `url` is the page's address, `image` that of its picture.
    """
    dates = [post.created for post in thread.posts if post.created]
    edits = [post.edited for post in thread.posts if post.edited]
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "SocialMediaPosting",
        "headline": clean(title(thread)),
        "author": _known({"@type": "Person", "name": clean(author(thread)), "url": web(thread.author.url)}),
        "datePublished": _moment(min(dates)) if dates else "",
        "dateModified": _moment(max([*dates, *edits])) if dates else "",
        "text": clean(opening(thread, _LONGEST)),
        "url": url,
        "mainEntityOfPage": url,
        "image": image,
        "isBasedOn": web(thread.url),
        "inLanguage": language(thread.posts[0].langs).tag,
    }
    return msgspec.json.encode(_known(told)).decode().replace("<", "\\u003c")


def _known(told: dict[str, Any]) -> dict[str, Any]:
    """What is known of it."""
    return {name: value for name, value in told.items() if value}


def _moment(when: datetime) -> str:
    return f"{when.isoformat()[:19]}Z"
