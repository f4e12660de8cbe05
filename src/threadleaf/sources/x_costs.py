"""What questions to X's API cost: at most, before they are asked, and in fact, by what was returned.

X charges for each resource that an answer returns, those in `includes` too, and nothing for what fails. Amounts are in
millionths of a US dollar.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

from threadleaf.core.untyped import get, items
from threadleaf.sources._x_answers import data
from threadleaf.sources._x_posts import either, name_of
from threadleaf.sources._x_requests import LEAST
from threadleaf.wire import Request


class Prices(Struct, frozen=True, kw_only=True):
    """What X charges for one post, one account, one resource of one's own account, one reply, one deletion."""

    post: int = 5_000
    user: int = 10_000
    owned: int = 1_000
    reply: int = 10_000
    delete: int = 10_000


def most(request: Request, prices: Prices) -> int:
    """What a request can cost at most: each post may name two more, and each post that was asked for has its writer."""
    path, query = _parts(request)
    if request.method != "GET":
        return _deed(request, prices)
    if path[-1] == "me" or "username" in path:
        return prices.user
    number = _number(path, query)
    expansions = query.get("expansions", "")
    posts = 3 * number if "referenced_" in expansions else number
    writers = 0 if "author_id" not in expansions else (3 * number if "_posts.author_id" in expansions else number)
    writers = 3 * number if "referenced_tweets.id.author_id" in expansions else writers
    if "search" in path and "from:" in query.get("query", "") and writers == number:
        writers = 1
    if path[-1] == "mentions":
        return (posts + writers) * prices.owned
    return posts * prices.post + writers * prices.user


def returned(request: Request, body: object, prices: Prices) -> Mapping[str, int]:
    """What an answer returned, by a name that is the same for the same resource on the same day, and the price of each."""
    if request.method != "GET":
        return {}
    path, _ = _parts(request)
    is_person = path[-1] == "me" or "username" in path
    owned = path[-1] == "mentions"
    posts = [*([] if is_person else data(body)), *items(either(get(body, "includes"), "tweets", "posts"))]
    users = [*(data(body) if is_person else []), *items(get(body, "includes", "users"))]
    found = {f"post {name}": prices.owned if owned else prices.post for name in _names(posts)}
    return found | {f"user {name}": prices.owned if owned else prices.user for name in _names(users)}


def deed(request: Request, prices: Prices) -> int:
    """What a request costs that writes or deletes, once it is done; nothing for one that reads."""
    return 0 if request.method == "GET" else _deed(request, prices)


def thread(posts: int, prices: Prices) -> int:
    """About what reading a thread of so many posts costs: each of them once, and its author."""
    return posts * prices.post + prices.user


def page(posts: int, prices: Prices) -> int:
    """What a search for so many posts of one author can cost at most."""
    return 3 * posts * prices.post + prices.user


SMALLEST = LEAST
"""The fewest posts that a search can be asked for."""


def _deed(request: Request, prices: Prices) -> int:
    return prices.delete if request.method == "DELETE" else prices.reply


def _number(path: list[str], query: Mapping[str, str]) -> int:
    """How many posts can be returned for what was asked for."""
    if "ids" in query:
        return query["ids"].count(",") + 1
    if path[-1].isdigit():
        return 1
    size = query.get("max_results", "10")
    return int(size) if size.isdecimal() else 100


def _names(forms: list[object]) -> set[str]:
    return {name for form in forms if (name := name_of(get(form, "id")))}


def _parts(request: Request) -> tuple[list[str], Mapping[str, str]]:
    url = urlsplit(request.url)
    return url.path.strip("/").split("/"), {name: values[0] for name, values in parse_qs(url.query).items()}
