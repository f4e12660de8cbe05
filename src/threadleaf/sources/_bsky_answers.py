"""The forms in which Bluesky answers, and what each of them shows. Saved answers and live ones are read alike.

    {"thread": {…}}   getPostThread: nested, a node's answers in `replies`, what it answers in `parent`
    {"thread": […]}   getPostThreadV2: flat, with depths; 0 is the post that was asked for
    {"posts": […]}    getPosts and listings of its kind: posts alone
    {"records": […]}  listRecords of an author's repository: records alone
    {"uri", "value"}  getRecord: one record
    {"profiles": […]} getProfiles: people
    {"error": …}      a refusal

Nested answers are walked with a stack: they may be thousands of levels deep. An answer about something else than was
asked for is refused as a whole: a server that gives other ids than those asked for is not to be believed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qs

from msgspec import Struct

from threadleaf.core.characters import clean
from threadleaf.core.errors import Unreadable
from threadleaf.core.model import Missing, Post, Reason
from threadleaf.core.untyped import get, items, number, string
from threadleaf.sources._bsky_asked import fits, is_one_of, name_of
from threadleaf.sources._bsky_ends import END
from threadleaf.sources._bsky_sightings import Sightings
from threadleaf.sources._bsky_uris import POSTS, owner, post_uri, record_key
from threadleaf.sources._deep import json_of
from threadleaf.wire import Answer, Reply, Request

_NO_SUCH_POST = ("NotFound", "RecordNotFound")


class Exchange(Struct, frozen=True, kw_only=True):
    """One answer. `request` is the address that was asked, or its path and query; empty if nobody noted it."""

    body: object
    request: str = ""
    at: datetime | None = None
    name: str = ""


def tell(exchange: Exchange, sightings: Sightings) -> None:
    """Tell `sightings` what an answer shows.

    Raises Unreadable for a form that is not read, for an error other than that there is no such post, and for an
    answer about something else than was asked for.
    """
    body = exchange.body
    query = parse_qs(clean(exchange.request.partition("?")[2]))
    asked = {key: values[0] for key, values in query.items()}
    if not fits(body, asked, query.get("uris", [])):
        sentence = "This answer is about another post or account than the one that was asked about."
        raise Unreadable(sentence, subject=exchange.name)
    sightings.begin(exchange.at)
    if isinstance(get(body, "thread"), list):
        _flat(items(get(body, "thread")), asked, sightings)
    elif (top := get(body, "thread")) is not None or _is_node(body):
        _nested(body if top is None else top, sightings)
    elif isinstance(get(body, "posts"), list):
        _posts(items(get(body, "posts")), query.get("uris", []), sightings)
    elif isinstance(get(body, "records"), list):
        _listing(body, asked, sightings)
    elif isinstance(get(body, "value"), dict) and string(get(body, "uri")):
        _record(body, sightings)
    elif isinstance(get(body, "profiles"), list):
        _profiles(items(get(body, "profiles")), query.get("actors", []), sightings)
    else:
        _error(exchange, asked, sightings)
    _gate(get(body, "threadgate"), sightings)


def tell_reply(request: Request, reply: Reply, sightings: Sightings) -> object:
    """Tell `sightings` what a live reply shows, and return its JSON; None if it shows nothing that is read."""
    body = json_of(reply)
    if body is None or not isinstance(reply, Answer):
        return None
    try:
        tell(Exchange(body=body, request=request.url, at=reply.at), sightings)
    except Unreadable:
        return None
    return body


def _gate(gate: object, sightings: Sightings) -> None:
    sightings.hidden(clean(uri) for uri in map(string, items(get(gate, "record", "hiddenReplies"))))


# --- getPostThread ---------------------------------------------------------------------------------------------


def _is_node(body: object) -> bool:
    return isinstance(get(body, "post"), dict) or _refusal(body, None) is not None


def _nested(top: object, sightings: Sightings) -> None:
    sightings.asked_for(clean(string(get(top, "post", "uri")) or string(get(top, "uri"))))
    # Each entry: a node, the id of the post above it if it was met going down, and whether it was met going up.
    stack: list[tuple[object, str | None, bool]] = [(top, None, False)]
    while stack:
        node, above, is_ancestor = stack.pop()
        post = sightings.view(get(node, "post"))
        if post is None:
            if (refused := _refusal(node, above)) is not None:
                sightings.refusal(refused)
            continue
        _gate(get(node, "post", "threadgate"), sightings)
        replies = get(node, "replies")
        if isinstance(replies, list):
            sightings.ends.answers_listed(post.id)
            stack += [(reply, post.id, False) for reply in reversed(replies)]
        elif not is_ancestor:
            # Absent, not empty: this is how the answer says that it ends here.
            sightings.ends.cut(post.id)
        if (parent := get(node, "parent")) is not None:
            stack.append((parent, None, True))


def _refusal(node: object, above: str | None) -> Missing | None:
    """A node that stands for a post without giving it, in either version's words; None for any other node."""
    uri, kind = clean(string(get(node, "uri"))), string(get(node, "$type")).rpartition("#")[2]
    words: Mapping[str, tuple[Reason, str]] = {
        "notFoundPost": ("unknown", "not-found"),
        "blockedPost": ("blocked", "blocked"),
        "threadItemNotFound": ("unknown", "not-found"),
        "threadItemBlocked": ("blocked", "blocked"),
        "threadItemNoUnauthenticated": ("opted-out", "no-unauthenticated"),
    }
    if not uri or kind not in words:
        return None
    reason, says = words[kind]
    author = clean(string(get(node, "author", "did"))) or owner(uri)
    return Missing(id=uri, author=author, parent=above, reason=reason, says=says)


# --- getPostThreadV2 -------------------------------------------------------------------------------------------


class _Item(Struct):
    """An entry from the anchor on down, and the authors of the answers to it that stand below it.

    `more` is how many further answers the AppView says there are, None if it does not say.
    """

    found: Post | Missing
    depth: int
    more: int | None
    answers: list[str]


def _flat(thread: list[object], asked: Mapping[str, str], sightings: Sightings) -> None:
    path: list[_Item] = []  # from the anchor down to the entry before
    below: list[_Item] = []
    for entry in thread:
        depth, value = get(entry, "depth"), get(entry, "value")
        if type(depth) is not int:
            continue
        above = path[depth - 1] if 0 < depth <= len(path) else None
        del path[max(depth, 0) :]
        found = sightings.view(get(value, "post")) or _refused_entry(entry, above)
        if found is None:
            continue
        if isinstance(found, Missing):
            sightings.refusal(found)
        else:
            _facts(value, found, sightings)
        if above is not None:
            above.answers.append(found.author)
        if depth >= 0:
            below.append(_Item(found, depth, number(get(value, "moreReplies")), []))
            path += below[-1:] if depth == len(path) else []
        if depth == 0:
            sightings.asked_for(found.id)
    reached = max((item.depth for item in below), default=0)
    if asked.get("below", "0") != "0":
        reached = max(reached, 1)  # so many levels were looked at for sure, even if nothing stands there
    for item in below:
        if isinstance(item.found, Post):
            _ends(item, item.found, reached, sightings)


def _refused_entry(entry: object, above: _Item | None) -> Missing | None:
    value = get(entry, "value")
    node = {"uri": get(entry, "uri"), "$type": get(value, "$type"), "author": get(value, "author")}
    return _refusal(node, above.found.id if above else None)


def _facts(value: object, post: Post, sightings: Sightings) -> None:
    """What an entry says of its post besides showing it."""
    _gate(get(value, "post", "threadgate"), sightings)
    if get(value, "hiddenByThreadgate") is True:
        sightings.hidden([post.id])
    if count := number(get(value, "opThreadPostCount")):
        sightings.reported(post.root or post.id, post.id, count)
    if place := number(get(value, "opThreadPostIndex")):
        sightings.places[post.id] = place


def _ends(item: _Item, post: Post, reached: int, sightings: Sightings) -> None:
    """Say whether the answers to a post end with those that stand below it; `reached` is how deep the answer went.

    The AppView puts the first author's own answers to her posts before all others, and trims after sorting. So hers
    are all there when nothing was trimmed, or when an answer by somebody else stands behind them.
    """
    trimmed = item.more != 0
    if item.more == 0 and not item.answers and item.depth >= reached:
        trimmed = True  # nobody looked below this level, whatever is said to be there
    if not trimmed:
        sightings.ends.answers_listed(post.id)
    elif item.more or item.depth:
        sightings.ends.cut(post.id)
    is_first_author = post.author == owner(post.root or post.id)
    if is_first_author and (not trimmed or any(author != post.author for author in item.answers)):
        sightings.ends.own_listed(post.id, post.replies or 0)


# --- getPosts, getRecord, listRecords --------------------------------------------------------------------------


def _posts(posts: list[object], asked: list[str], sightings: Sightings) -> None:
    shown = {post.id for post in map(sightings.view, posts) if post}
    for uri in shown if len(shown) == 1 else ():
        sightings.asked_for(uri)
    for uri in asked:
        # A post that is not there is left out without a word.
        if uri not in shown and owner(uri):
            sightings.refusal(Missing(id=uri, author=owner(uri), says="not-found"))


def _profiles(profiles: list[object], asked: list[str], sightings: Sightings) -> None:
    for view in profiles:
        if is_one_of(view, asked):
            sightings.profile(view)


def _record(body: object, sightings: Sightings) -> None:
    uri = name_of(body)
    sightings.asked_for(uri)
    sightings.record(uri, get(body, "cid"), get(body, "value"))


def _listing(body: object, asked: Mapping[str, str], sightings: Sightings) -> None:
    """A page of one repository; of anything else that a saved page holds nothing is taken."""
    records = [record for record in items(get(body, "records")) if f"/{POSTS}/" in name_of(record)]
    repository = owner(name_of(records[0])) if records else asked.get("repo", "")
    own = [record for record in records if owner(name_of(record)) == repository]
    for record in own:
        sightings.record(name_of(record), get(record, "cid"), get(record, "value"))
    keys = [record_key(name_of(record)) for record in own]
    if repository and (keys or asked):
        sightings.listing(repository, *_stretch(keys, asked, ends=not string(get(body, "cursor"))))


def _stretch(keys: list[str], asked: Mapping[str, str], *, ends: bool) -> tuple[str, str]:
    """Between which keys a page holds every record; `ends`: no page follows it.

    Pages run from the newest key down, or with `reverse` up from the oldest; the cursor is the key to go on behind
    (the reference server's practice). Of a page that nobody noted the request of, only what it holds is known. A page
    in any other order proves nothing, nor does an empty one that is not the last.
    """
    start = asked.get("cursor", "")
    upwards = asked.get("reverse") == "true" if asked else keys[0] < keys[-1]
    if keys != sorted(keys, reverse=not upwards) or not (keys or ends):
        return "", ""
    if upwards:
        ignored = bool(keys and start and keys[0] <= start)  # a server with cursors of another kind
        low = start if asked and not ignored else keys[0]
        return low, END if ends else keys[-1]
    high = (start or END) if asked else keys[0]
    return "" if ends else keys[-1], high


# --- errors ----------------------------------------------------------------------------------------------------


def _error(exchange: Exchange, asked: Mapping[str, str], sightings: Sightings) -> None:
    error, message = string(get(exchange.body, "error")), string(get(exchange.body, "message"))
    uri = asked.get("uri") or asked.get("anchor") or _named(message)
    if "repo" in asked and "rkey" in asked:
        uri = post_uri(asked["repo"], asked["rkey"])
    if error in _NO_SUCH_POST and uri:
        sightings.asked_for(uri, refused=True)
        sightings.refusal(Missing(id=uri, author=owner(uri), says="not-found"))
    else:
        sentence = "This is not one of the answers of Bluesky that Threadleaf reads: a thread, posts, or records."
        if re.fullmatch("[A-Za-z]{1,60}", error):
            sentence = f"This is not a thread but an error that Bluesky gave as its answer: {error}."
        raise Unreadable(sentence, subject=exchange.name)


def _named(message: str) -> str:
    """The post that an error's text names last."""
    return next((word for word in reversed(message.split()) if word.startswith("at://")), "")
