"""What the bot asks of its own server, in Mastodon's API and with its token."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote, urlencode

from threadleaf.wire import Request

TOKEN = "bot-fedi"  # noqa: S105 -- a name, by which the door knows the secret
"""The credential of the bot's account, sent to its own server alone."""
PAGE = 40
"""Notifications, or posts of an account, that one answer gives; the most that all servers know."""


def account(origin: str) -> Request:
    """Whose token it is."""
    return _request(f"{origin}/api/v1/accounts/verify_credentials", "Asking who the bot is")


def app(origin: str) -> Request:
    """What the program may do that the token was given to."""
    return _request(f"{origin}/api/v1/apps/verify_credentials", "Asking what the bot may do")


def instance(origin: str) -> Request:
    """The server's limits."""
    return _request(f"{origin}/api/v2/instance", "Asking for the server's limits")


def mentions(origin: str, bound: Literal["min_id", "max_id", ""] = "", number: str = "") -> Request:
    """Notifications of mentions, the newest first: those right after one (`min_id`), right before one, or the newest."""
    asked = [("types[]", "mention"), ("limit", str(PAGE)), *([(bound, number)] if bound else [])]
    return _request(f"{origin}/api/v1/notifications?{urlencode(asked, quote_via=quote)}", "Looking for mentions")


def status(origin: str, number: str, wait: float = 0.0) -> Request:
    """One post, after `wait` seconds."""
    return _request(f"{origin}/api/v1/statuses/{_part(number)}", "Reading a post", wait)


def context(origin: str, number: str) -> Request:
    """What stands above and below a post: with a token that is up to 4,096 posts each way."""
    return _request(f"{origin}/api/v1/statuses/{_part(number)}/context", "Reading what a post answers")


def own(origin: str, number: str, before: str = "") -> Request:
    """The bot's own posts, the newest first, or those right before one."""
    bound = {"max_id": before} if before else {}
    asked = urlencode({"exclude_reblogs": "true", "limit": PAGE, **bound}, quote_via=quote)
    return _request(f"{origin}/api/v1/accounts/{_part(number)}/statuses?{asked}", "Looking for the bot's own answer")


def post(origin: str, body: bytes, once: str) -> Request:
    """Publish a post."""
    return Request(
        url=f"{origin}/api/v1/statuses", method="POST", body=body, once=once, purpose="Answering", credential=TOKEN
    )


def favourite(origin: str, number: str) -> Request:
    """Like a post; a second time changes nothing."""
    url = f"{origin}/api/v1/statuses/{_part(number)}/favourite"
    return Request(url=url, method="POST", purpose="Confirming by a like", credential=TOKEN)


def delete(origin: str, number: str) -> Request:
    """Delete a post of the bot's own."""
    url = f"{origin}/api/v1/statuses/{_part(number)}"
    return Request(url=url, method="DELETE", purpose="Deleting the bot's own answer", credential=TOKEN)


def _part(number: str) -> str:
    return quote(number, safe="")


def _request(url: str, purpose: str, wait: float = 0.0) -> Request:
    return Request(url=url, purpose=purpose, credential=TOKEN, wait=wait)
