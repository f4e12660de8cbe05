"""The endpoints of the fake that read: look-up, search, timelines; and what stands before them all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from threadleaf.fakes import _x_forms as forms
from threadleaf.fakes._x_forms import Asked, Form, Problem
from threadleaf.fakes._x_writing import created, deleted, oembed, sent
from threadleaf.fakes.x import Person, Response, Tweet

if TYPE_CHECKING:
    from threadleaf.fakes.x import XNetwork

Query = Mapping[str, str]
_QUARTER = 900
_LIMITS = {
    "tweets": 3_500,
    "recent": 450,
    "all": 300,
    "timeline": 10_000,
    "mentions": 450,
    "username": 300,
    "create": 100,
}
_EXPANSIONS = {
    "tweet": {"author_id", "attachments.media_keys", "attachments.poll_ids", "referenced_tweets.id", "referenced_tweets.id.author_id"},
    "post": {"author_id", "attachments.media_keys", "attachments.poll_ids", "referenced_posts", "referenced_posts.author_id"},
}  # fmt: skip


def answer(world: XNetwork, method: str, path: str, query: Query, fields: Mapping[str, str], body: bytes) -> Response:
    """The answer to any request."""
    if path == "/oembed":
        return oembed(world, query)
    kind = _kind(method, path)
    try:
        who = _who(world, fields)
        limits = _limit(world, kind)
    except Problem as problem:
        left = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(_ends(world))} if problem.status == 429 else {}
        return sent(problem.status, problem.form, left)
    try:
        return _routed(world, kind, path.strip("/").split("/"), query, who, body, limits)
    except Problem as problem:
        return sent(problem.status, problem.form, limits)


def _kind(method: str, path: str) -> str:
    if method != "GET":
        return "create" if method == "POST" else "delete"
    if path.startswith("/2/users/") and path.endswith("/tweets"):
        return "timeline"
    if "/by/username/" in path:
        return "username"
    return "one" if re.fullmatch(r"/2/tweets/\d+", path) else path.rpartition("/")[2]


def _routed(
    world: XNetwork, kind: str, path: Sequence[str], query: Query, who: Person | None, body: bytes, limits: Query
) -> Response:
    match kind, path:
        case "tweets", ["2", "tweets"]:
            return sent(200, _lookup(world, query, _ids(query), one=False), limits)
        case "one", ["2", "tweets", name]:
            return sent(200, _lookup(world, query, [name], one=True), limits)
        case (("recent" | "all"), ["2", "tweets", "search", _]):
            return sent(200, _search(world, query, everything=kind == "all"), limits)
        case (("timeline" | "mentions"), ["2", "users", number, _]):
            return sent(200, _timeline(world, query, number, kind), limits)
        case "username", ["2", "users", "by", "username", name]:
            return sent(
                200, _person(world, query, lambda person: person.username.lower() == name.lower(), name), limits
            )
        case "me", ["2", "users", "me"] if who is not None:
            return sent(200, _person(world, query, lambda person: person.id == who.id, who.username), limits)
        case "create", ["2", "tweets"]:
            return created(world, _acting(who), body, limits)
        case "delete", ["2", "tweets", name]:
            return deleted(world, _acting(who), name, limits)
    raise Problem(404, "resource-not-found", "Not Found", "There is no such endpoint.")


# --- who asks, and how often -----------------------------------------------------------------------------------


def _who(world: XNetwork, fields: Query) -> Person | None:
    """For whom a program acts; None for nobody."""
    token = fields.get("authorization", "").removeprefix("Bearer ")
    if token == world.app_token:
        return None
    person = world.people.get(token.removeprefix("fake-user-token-"))
    if not token.startswith("fake-user-token-") or person is None:
        raise Problem(401, "unauthorized", "Unauthorized", "Unauthorized")
    return person


def _acting(who: Person | None) -> Person:
    if who is None:
        detail = "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint."
        raise Problem(403, "unsupported-authentication", "Unsupported Authentication", detail)
    return who


def _ends(world: XNetwork) -> int:
    return (int(world.clock().timestamp()) // _QUARTER + 1) * _QUARTER


def _limit(world: XNetwork, kind: str) -> Query:
    """Count a request; what its headers say of the limit."""
    most, ends = world.limits.get(kind, _LIMITS.get(kind, 900)), _ends(world)
    used = world.used[kind, ends] = world.used.get((kind, ends), 0) + 1
    if used > most:
        raise Problem(429, "rate-limit-exceeded", "Too Many Requests", "Too Many Requests")
    return {
        "x-rate-limit-limit": str(most),
        "x-rate-limit-remaining": str(most - used),
        "x-rate-limit-reset": str(ends),
    }


# --- reading ---------------------------------------------------------------------------------------------------


def _asked(world: XNetwork, query: Query) -> Asked:
    """What was asked for, in which vocabulary. A parameter of the one that is not understood is refused."""
    newer = "post.fields" in query or "referenced_posts" in query.get("expansions", "")
    understood = ("both", "post" if newer else "tweet")
    if world.words not in understood and query.keys() & {"post.fields", "tweet.fields"}:
        name = "post.fields" if newer else "tweet.fields"
        raise Problem(
            400, "invalid-request", "Invalid Request", f"The query parameter [{name}] is not one of the known ones."
        )
    words: forms.Words = "post" if newer or world.words == "post" else "tweet"
    expansions = _list(query, "expansions")
    if wrong := {*expansions} - _EXPANSIONS[words]:
        raise Problem(400, "invalid-request", "Invalid Request", f"The expansions {sorted(wrong)} are not known.")
    return Asked(words, _list(query, f"{words}.fields"), _list(query, "user.fields"), expansions)


def _list(query: Query, name: str) -> list[str]:
    return [word for word in query.get(name, "").split(",") if word]


def _ids(query: Query) -> list[str]:
    ids = _list(query, "ids")
    if not 1 <= len(ids) <= 100 or not all(name.isdigit() for name in ids):
        raise Problem(400, "invalid-request", "Invalid Request", "`ids` must be 1 to 100 ids.")
    return ids


def _lookup(world: XNetwork, query: Query, ids: Sequence[str], *, one: bool) -> Form:
    asked = _asked(world, query)
    found = [tweet for name in ids if (tweet := world.tweets.get(name)) and world.is_shown(tweet)]
    there = {tweet.id for tweet in found}
    lost = [forms.missing(world, name, "id" if one else "ids") for name in ids if name not in there]
    body = _body(world, found, asked, lost, owned=False)
    if one and found:
        body["data"] = forms.post(world, found[0], asked)
    return body


def _search(world: XNetwork, query: Query, *, everything: bool) -> Form:
    if everything and not world.archive:
        raise Problem(403, "client-forbidden", "Client Forbidden", "This app may not search the full archive.")
    asked, now = _asked(world, query), world.clock()
    oldest = datetime.fromtimestamp(0, now.tzinfo) if everything else now - timedelta(days=7)
    low, high = _window(query, oldest, now)
    if everything and "start_time" not in query:
        low = (high if "end_time" in query else now) - timedelta(days=30)
    filters = _filters(world, query.get("query", ""), 1_024 if everything else 512)
    indexed = now - timedelta(seconds=world.index_delay)
    found = [
        tweet
        for tweet in world.newest()
        if world.is_shown(tweet)
        and low <= tweet.at < high
        and tweet.at <= indexed
        and all(fits(tweet) for fits in filters)
    ]
    return _page(world, found, query, asked, (10, 500 if everything else 100), "next_token", owned=False)


def _window(query: Query, oldest: datetime, now: datetime) -> tuple[datetime, datetime]:
    low, high = (_moment(query, name) for name in ("start_time", "end_time"))
    if low is not None and low < oldest:
        raise Problem(400, "invalid-request", "Invalid Request", "'start_time' must be within the last seven days.")
    if high is not None and (high > now - timedelta(seconds=10) or high <= (low or oldest)):
        raise Problem(
            400, "invalid-request", "Invalid Request", "'end_time' must be 10 s before now and after the start."
        )
    return low or oldest, high or now + timedelta(seconds=1)


def _moment(query: Query, name: str) -> datetime | None:
    text = query.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text):
        raise Problem(400, "invalid-request", "Invalid Request", f"`{name}` must be YYYY-MM-DDTHH:mm:ssZ.")
    return datetime.fromisoformat(text)


def _filters(world: XNetwork, text: str, longest: int) -> list[Callable[[Tweet], bool]]:
    """The operators of a query; any other word is looked for in the text."""
    if not text or len(text) > longest:
        raise Problem(400, "invalid-request", "Invalid Request", f"`query` must have 1 to {longest} characters.")
    return [_filter(world, term) for term in text.split()]


def _filter(world: XNetwork, term: str) -> Callable[[Tweet], bool]:
    name, colon, value = term.partition(":")
    if name == "conversation_id" and value.isdigit():
        return lambda tweet: tweet.conversation == value and (world.root_in_search or tweet.id != value)
    if name == "from" and value:
        return lambda tweet: world.people[tweet.author].username.lower() == value.lower()
    if colon:
        raise Problem(400, "invalid-request", "Invalid Request", f"Reference to invalid operator '{name}'.")
    return lambda tweet: term.lower() in tweet.raw.lower()


def _timeline(world: XNetwork, query: Query, number: str, kind: str) -> Form:
    asked, person = _asked(world, query), world.people.get(number)
    if person is None or person.suspended:
        lost = forms.problem("resource-not-found", "Not Found Error", f"Could not find user with id: [{number}].")
        return {"errors": [lost], "meta": {"result_count": 0}}
    low, high = _window(query, datetime.fromtimestamp(0, world.clock().tzinfo), world.clock())
    since, until = (int(query.get(name, edge)) for name, edge in (("since_id", "0"), ("until_id", str(1 << 63))))
    ours = _mentioning(world, person) if kind == "mentions" else (lambda tweet: tweet.author == number)
    without = _list(query, "exclude")
    found = [
        tweet
        for tweet in world.newest()
        if ours(tweet) and world.is_shown(tweet) and low <= tweet.at < high and since < int(tweet.id) < until
        and not ("replies" in without and tweet.answers)
    ][: 800 if kind == "mentions" else 3_200]  # fmt: skip
    owned = person.username == world.owner
    return _page(world, found, query, asked, (5, 100), "pagination_token", owned=owned)


def _mentioning(world: XNetwork, person: Person) -> Callable[[Tweet], bool]:
    def names(tweet: Tweet) -> bool:
        mentions = world.written(tweet).entities.get("mentions", ())
        return any(str(mention["username"]).lower() == person.username.lower() for mention in mentions)

    return names


def _page(
    world: XNetwork,
    found: Sequence[Tweet],
    query: Query,
    asked: Asked,
    bounds: tuple[int, int],
    token: str,
    *,
    owned: bool,
) -> Form:
    """A page of a listing; its token is where the next one begins."""
    size = int(query.get("max_results", "10"))
    if not bounds[0] <= size <= bounds[1]:
        raise Problem(
            400, "invalid-request", "Invalid Request", f"`max_results` must be from {bounds[0]} to {bounds[1]}."
        )
    place = query.get(token, "t0")
    if not re.fullmatch(r"t\d+", place):
        raise Problem(400, "invalid-request", "Invalid Request", f"`{token}` is not one that was given.")
    start = int(place[1:])
    page = found[start : start + size]
    body = _body(world, page, asked, [], owned=owned)
    meta: dict[str, object] = {"result_count": len(page)}
    if page:
        meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
    if start + size < len(found):
        meta["next_token"] = f"t{start + size}"
    return {**body, "meta": meta}


def _person(world: XNetwork, query: Query, fits: Callable[[Person], bool], name: str) -> Form:
    asked = Asked("tweet", (), _list(query, "user.fields"), ())
    person = next(filter(fits, world.people.values()), None)
    if person is None or person.suspended:
        detail = f"User has been suspended: [{name}]." if person else f"Could not find user with username: [{name}]."
        title = "Forbidden" if person else "Not Found Error"
        return {"errors": [forms.problem("resource-not-found", title, detail, resource_type="user", value=name)]}
    world.bill.resources(world.clock().date(), "user", [person.id])
    return {"data": forms.user(person, asked)}


def _body(world: XNetwork, found: Sequence[Tweet], asked: Asked, lost: list[Form], *, owned: bool) -> Form:
    """Posts, what belongs to them by the expansions, and partial errors; all that is returned is charged for."""
    referenced: list[Tweet] = []
    if asked.name("referenced_posts") + (".id" if asked.words == "tweet" else "") in asked.expansions:
        names = dict.fromkeys(name for tweet in found for _, name in tweet.references)
        referenced = [tweet for name in names if (tweet := world.tweets.get(name)) and world.is_shown(tweet)]
        there = {tweet.id for tweet in referenced}
        parameter = "referenced_posts" if asked.words == "post" else "referenced_tweets.id"
        lost = lost + [forms.missing(world, name, parameter) for name in names if name not in there]
    writers = [*(found if "author_id" in asked.expansions else ())]
    writers += referenced if any(word.endswith(".author_id") for word in asked.expansions) else []
    users = [world.people[number] for number in dict.fromkeys(tweet.author for tweet in writers)]
    includes: dict[str, list[Form]] = {
        "users": [forms.user(person, asked) for person in users],
        asked.name("posts"): [forms.post(world, tweet, asked) for tweet in referenced],
        "media": _media(found, referenced, asked),
        "polls": [forms.poll(tweet) for tweet in found if tweet.poll and "attachments.poll_ids" in asked.expansions],
    }
    day = world.clock().date()
    world.bill.resources(day, "post", [tweet.id for tweet in (*found, *referenced)], owned=owned)
    world.bill.resources(day, "user", [person.id for person in users], owned=owned)
    body: Form = {"data": [forms.post(world, tweet, asked) for tweet in found]} if found else {}
    if included := {name: some for name, some in includes.items() if some}:
        body["includes"] = included
    return {**body, "errors": lost} if lost else body


def _media(found: Sequence[Tweet], referenced: Sequence[Tweet], asked: Asked) -> list[Form]:
    if "attachments.media_keys" not in asked.expansions:
        return []
    return [form for tweet in (*found, *referenced) for form in forms.media(tweet)]
