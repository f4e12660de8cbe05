"""A feed as JSON Feed, version 1.1 (jsonfeed.org)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from threadleaf.render.feed import Entry, Feed

MEDIA_TYPE = "application/feed+json; charset=utf-8"


def jsonfeed(feed: Feed) -> bytes:
    """The feed as a JSON Feed document."""
    told: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.address,
        "language": feed.lang,
    }
    if feed.hub:
        told["hubs"] = [{"type": "WebSub", "url": feed.hub}]
    return msgspec.json.encode({**told, "items": [_item(entry) for entry in feed.entries]})


def _item(entry: Entry) -> dict[str, Any]:
    author = {"name": entry.author, "url": entry.author_url}
    told = {
        "external_url": entry.original,
        "summary": entry.summary,
        "language": entry.lang,
    }
    return {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.html,
        "date_published": _moment(entry.published),
        "date_modified": _moment(entry.updated),
        "authors": [{name: value for name, value in author.items() if value}],
        **{name: value for name, value in told.items() if value},
    }


def _moment(when: datetime) -> str:
    """RFC 3339, in UTC."""
    return f"{when.isoformat()[:19]}Z"
