"""The endpoints of the fake that write, and oEmbed, which needs no token."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from threadleaf.fakes import _x_forms as forms
from threadleaf.fakes._x_forms import Form, Problem
from threadleaf.fakes.x import Person, Response, Tweet

if TYPE_CHECKING:
    from threadleaf.fakes.x import XNetwork

Query = Mapping[str, str]


def created(world: XNetwork, who: Person, body: bytes, limits: Query) -> Response:
    asked = msgspec.json.decode(body)
    text, target = str(asked.get("text", "")), str(asked.get("reply", {}).get("in_reply_to_tweet_id", ""))
    above = world.tweets.get(target)
    if target and above is None:
        raise Problem(
            403,
            "invalid-request",
            "Forbidden",
            "You attempted to reply to a Tweet that is deleted or not visible to you.",
        )
    if above is None or not _summons(world, above, who):
        raise Problem(
            403,
            "client-forbidden",
            "Forbidden",
            "You may only reply to posts that mention you or quote one of your posts.",
        )
    own = [tweet for tweet in world.tweets.values() if tweet.author == who.id]
    if any(tweet.raw.endswith(text) for tweet in own):
        raise Problem(
            403, "invalid-request", "Forbidden", "You are not allowed to create a Tweet with duplicate content."
        )
    name = world.post(who.username, text, to=target)
    world.bill.charge("reply")
    if world.after_create == "hang":
        return Response(504, b"", hangs=True)
    if world.after_create == "fault":
        return sent(503, forms.problem("about:blank", "Service Unavailable", "Service Unavailable"), limits)
    return sent(201, {"data": {"id": name, "text": text, "edit_history_tweet_ids": [name]}}, limits)


def _summons(world: XNetwork, tweet: Tweet, bot: Person) -> bool:
    """Whether a post names the bot itself (not only by answering it), or quotes one of its posts."""
    shown = tweet.display[0] if tweet.display else 0
    for mention in world.written(tweet).entities.get("mentions", ()):
        if str(mention["username"]).lower() == bot.username.lower() and int(str(mention["start"])) >= shown:
            return True
    quoted = [world.tweets.get(name) for kind, name in tweet.references if kind == "quoted"]
    return any(other is not None and other.author == bot.id for other in quoted)


def deleted(world: XNetwork, who: Person, name: str, limits: Query) -> Response:
    tweet = world.tweets.get(name)
    if tweet is not None and tweet.author != who.id:
        raise Problem(403, "client-forbidden", "Forbidden", "You may delete your own posts only.")
    if tweet is not None:
        world.delete(name)
        world.bill.charge("delete")
    return sent(200, {"data": {"deleted": tweet is not None}}, limits)


# --- oEmbed ----------------------------------------------------------------------------------------------------


def oembed(world: XNetwork, query: Query) -> Response:
    """One post as publish.x.com describes it; nobody is asked for a token there."""
    found = re.search(r"/status/(\d+)", urlsplit(query.get("url", "")).path)
    tweet = world.tweets.get(found[1]) if found else None
    if tweet is None or not world.is_shown(tweet):
        return sent(404, {"error": "Not Found"}, {})
    person = world.people[tweet.author]
    address = f"https://x.com/{person.username}"
    text = escape(tweet.raw)
    html = (
        f'<blockquote class="twitter-tweet" data-dnt="true"><p lang="{tweet.lang}" dir="ltr">{text}</p>&mdash; '
        f'{escape(person.name)} (@{person.username}) <a href="{address}/status/{tweet.id}">{tweet.at:%B %d, %Y}</a></blockquote>\n'
    )
    form: Form = {
        "url": f"{address}/status/{tweet.id}",
        "author_name": person.name,
        "author_url": address,
        "html": html,
        "width": 550,
        "height": None,
        "type": "rich",
        "cache_age": "3153600000",
        "provider_name": "X",
        "version": "1.0",
    }
    return sent(200, form, {})


def sent(status: int, form: Form, fields: Query) -> Response:
    return Response(status, json.dumps(form, ensure_ascii=False).encode(), fields)
