"""What is asked of servers with Mastodon's API."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from threadleaf.wire import HOME, Request

PAGE = 40
"""The most posts of an account that one answer gives."""


def status(host: str, number: str) -> Request:
    """One post."""
    return _request(host, f"statuses/{_part(number)}", "Reading the post")


def context(host: str, number: str) -> Request:
    """What stands above and below a post: without login up to 40 posts above it, 60 below, 20 levels deep."""
    return _request(host, f"statuses/{_part(number)}/context", "Reading the thread")


def posts_after(host: str, account: str, number: str) -> Request:
    """An account's posts right after one of them; the order within the answer is the newest first."""
    return _posts(host, account, "min_id", number)


def posts_before(host: str, account: str, number: str) -> Request:
    """An account's posts right before one of them."""
    return _posts(host, account, "max_id", number)


def _posts(host: str, account: str, bound: str, number: str) -> Request:
    asked = urlencode({"exclude_reblogs": "true", bound: number, "limit": PAGE}, quote_via=quote)
    return _request(host, f"accounts/{_part(account)}/statuses?{asked}", "Reading the author's other posts")


def lookup(host: str, name: str) -> Request:
    """An account of a server by its name there."""
    asked = urlencode({"acct": name}, quote_via=quote)
    return _request(host, f"accounts/lookup?{asked}", "Reading the author's profile")


def newest(host: str, account: str) -> Request:
    """An account's newest posts, replies to others among them."""
    asked = urlencode({"exclude_reblogs": "true", "limit": PAGE}, quote_via=quote)
    return _request(host, f"accounts/{_part(account)}/statuses?{asked}", "Reading the author's newest posts")


def finger(host: str, name: str) -> Request:
    """Which actor an account's name stands for (WebFinger, RFC 7033)."""
    asked = urlencode({"resource": f"acct:{name}@{host}"}, quote_via=quote)
    url = f"https://{host}/.well-known/webfinger?{asked}"
    return Request(url=url, accept="application/jrd+json, application/json", purpose="Looking up the account")


def page(url: str) -> Request:
    """A post's own web page, as anybody sees it."""
    return Request(url=url, accept="text/html", purpose="Asking whether the posts are public")


# --- the operator's own server, with a token -------------------------------------------------------------------


def search(home: str, url: str) -> Request:
    """Have the server look up a post that lives elsewhere; it answers with its own number for it."""
    asked = urlencode({"q": url, "resolve": "true", "type": "statuses", "limit": 5}, quote_via=quote)
    purpose = "Asking your server for the post"
    return Request(url=f"{home}/api/v2/search?{asked}", purpose=purpose, credential=HOME)


def home_context(home: str, number: str, wait: float = 0.0) -> Request:
    """What a server knows of what stands around a post, after `wait` seconds."""
    url = f"{home}/api/v1/statuses/{_part(number)}/context"
    return Request(url=url, purpose="Asking your server for the thread", credential=HOME, wait=wait)


def refresh(home: str, name: str, wait: float) -> Request:
    """Whether the server has fetched more answers by now (Mastodon's async refreshes), after `wait` seconds."""
    url = f"{home}/api/v1_alpha/async_refreshes/{_part(name)}"
    return Request(url=url, purpose="Waiting for your server", credential=HOME, wait=wait)


def _part(number: str) -> str:
    return quote(number, safe="")


def _request(host: str, path: str, purpose: str) -> Request:
    return Request(url=f"https://{host}/api/v1/{path}", purpose=purpose)
