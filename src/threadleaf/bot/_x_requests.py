"""What the bot asks of X's API with the token of its own account."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from threadleaf.sources._x_requests import Words, fields
from threadleaf.wire import Request

TOKEN = "bot-x"  # noqa: S105 -- a name, by which the door knows the secret
"""The credential of the bot's account (OAuth 2.0, user context), sent to the origin of X's API alone."""
PAGE = 100
FEW = 10
"""So many of the bot's own posts are looked through first: mostly there are fewer, and money is held for each."""


def me(api: str) -> Request:
    """Whose token it is, and what the profile says."""
    return _request(api, "/2/users/me", {"user.fields": "description,protected"}, "Asking who the bot is")


def mentions(api: str, account: str, bound: tuple[str, str], token: str, words: Words) -> Request:
    """Posts that name an account, the newest first. `bound`: since an id (`since_id`) or a time (`start_time`)."""
    asked = dict([bound]) | _page(token, PAGE) | dict(fields(words))
    return _request(api, f"/2/users/{quote(account, safe='')}/mentions", asked, "Looking for mentions")


def own(api: str, account: str, since: str, token: str, words: Words) -> Request:
    """The bot's own posts since an id, the newest first, with what they answer.

    In the newer vocabulary that has no field, and comes with the expansion.
    """
    newer = words == "post"
    what = (
        {"post.fields": "created_at", "expansions": "referenced_posts"}
        if newer
        else {"tweet.fields": "referenced_tweets"}
    )
    asked = {"since_id": since} | _page(token, PAGE if token else FEW) | what
    return _request(api, f"/2/users/{quote(account, safe='')}/tweets", asked, "Looking for the bot's own answer")


def since(api: str, account: str, time: str, token: str, words: Words) -> Request:
    """The bot's own posts since a time, the newest first, with the addresses in them."""
    what = {"post.fields" if words == "post" else "tweet.fields": "created_at,entities"}
    asked = {"start_time": time} | _page(token, PAGE if token else FEW) | what
    return _request(api, f"/2/users/{quote(account, safe='')}/tweets", asked, "Looking for the bot's own answers")


def one(api: str, name: str) -> Request:
    """A post, and nothing about it."""
    return _request(api, f"/2/tweets/{quote(name, safe='')}", {}, "Looking for the bot's own answer")


def post(api: str, body: bytes) -> Request:
    """Publish a post."""
    return Request(url=f"{api}/2/tweets", method="POST", body=body, purpose="Answering", credential=TOKEN)


def delete(api: str, name: str) -> Request:
    """Delete a post of the bot's own."""
    url = f"{api}/2/tweets/{quote(name, safe='')}"
    return Request(url=url, method="DELETE", purpose="Deleting the bot's own answer", credential=TOKEN)


def _page(token: str, size: int) -> dict[str, str]:
    return {"max_results": str(size)} | ({"pagination_token": token} if token else {})


def _request(api: str, path: str, asked: dict[str, str], purpose: str) -> Request:
    query = f"?{urlencode(asked, quote_via=quote, safe=',:')}" if asked else ""
    return Request(url=f"{api}{path}{query}", purpose=purpose, credential=TOKEN)
