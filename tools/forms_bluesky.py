"""The answers that a Bluesky AppView and PDS would give about a story: `getPostThread`, V2, `listRecords`, `getPosts`.

Shapes are those of the lexicons `app.bsky.feed.defs`, `app.bsky.unspecced.defs` and `com.atproto.repo.listRecords`.
"""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterator
from email.utils import format_datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from tools.story import Card, Given, Post, Story, did, media

from threadleaf.core.ref import int_to_tid

Json = dict[str, Any]

_DEFS = "app.bsky.feed.defs"
_V2 = "app.bsky.unspecced.defs"
_FACET = "app.bsky.richtext.facet"
_BRANCHES = 10


def answer(story: Story, given: Given) -> Json:
    """One answer, wrapped as a recorded exchange unless it is to be plain."""
    body, method, asked = _ANSWERS[given.form](story, given)
    if given.plain:
        return body
    return {
        "request": f"/xrpc/{method}?{urlencode(asked, doseq=True)}",
        "status": 200,
        "headers": {
            "content-type": "application/json; charset=utf-8",
            "date": format_datetime(story.read_at(), usegmt=True),
        },
        "body": body,
    }


# --- names and records -------------------------------------------------------------------------------------------


def uri(story: Story, post: Post) -> str:
    """The post's AT URI; its record key is a TID of the time it was written."""
    key = int_to_tid((int(post.when.timestamp() * 1_000_000) << 10) | 21)
    return f"at://{did(story.people[post.by].handle)}/app.bsky.feed.post/{key}"


def cid(name: str, codec: int = 0x71) -> str:
    """A well-formed CID (version 1, SHA-256) of an invented thing."""
    return "b" + b32encode(bytes([1, codec, 0x12, 0x20]) + sha256(name.encode()).digest()).decode().lower().rstrip("=")


def _strong(story: Story, post: Post) -> Json:
    return {"uri": uri(story, post), "cid": cid(uri(story, post))}


def _time(post: Post) -> str:
    return post.when.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def record(story: Story, post: Post) -> Json:
    """The post's record as its author's repository holds it."""
    made: Json = {"$type": "app.bsky.feed.post", "text": post.text, "createdAt": _time(post), "langs": [story.lang]}
    if post.parent:
        made["reply"] = {
            "root": _strong(story, story.root(post)),
            "parent": _strong(story, story[post.parent]),
        }
    if post.spans:
        made["facets"] = list(_facets(post))
    if embed := _embed(story, post):
        made["embed"] = embed
    if post.label:
        made["labels"] = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": post.label}]}
    return made


def _facets(post: Post) -> Iterator[Json]:
    for span in post.spans:
        start = len(post.text[: span.start].encode())
        end = start + len(post.text[span.start : span.end].encode())
        if span.kind == "link":
            feature = {"$type": f"{_FACET}#link", "uri": span.value}
        elif span.kind == "mention":
            feature = {"$type": f"{_FACET}#mention", "did": span.value.rsplit("/", 1)[-1]}
        else:
            feature = {"$type": f"{_FACET}#tag", "tag": span.value}
        yield {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}


def _embed(story: Story, post: Post) -> Json:
    """What a record says of pictures, a link's preview or a quoted post; no post here has two of them."""
    if post.images:
        return {
            "$type": "app.bsky.embed.images",
            "images": [
                {"alt": image.alt, "image": _blob(media(story, image)), "aspectRatio": _ratio(image.size)}
                for image in post.images
            ],
        }
    if post.card:
        return {"$type": "app.bsky.embed.external", "external": _card(post.card)}
    if post.quote:
        return {"$type": "app.bsky.embed.record", "record": _strong(story, story[post.quote])}
    return {}


def _blob(name: str) -> Json:
    return {"$type": "blob", "ref": {"$link": cid(name, 0x55)}, "mimeType": "image/jpeg", "size": 100_000 + len(name)}


def _ratio(size: tuple[int, int]) -> Json:
    return {"width": size[0], "height": size[1]}


def _card(card: Card) -> Json:
    return {"uri": card.url, "title": card.title, "description": card.description}


# --- views -------------------------------------------------------------------------------------------------------


def _author(story: Story, key: str) -> Json:
    person = story.people[key]
    return {"did": did(person.handle), "handle": person.handle, "displayName": person.name, "labels": []}


def _view(story: Story, post: Post) -> Json:
    """`app.bsky.feed.defs#postView`."""
    made: Json = {
        **_strong(story, post),
        "author": _author(story, post.by),
        "record": record(story, post),
        **_counts(story, post),
        "indexedAt": _time(post),
        "labels": _labels(story, post),
    }
    if embed := _embed_view(story, post):
        made["embed"] = embed
    return made


def _counts(story: Story, post: Post) -> Json:
    quotes = sum(other.quote == post.key for other in story.post)
    return {"replyCount": len(story.children(post.key)), "repostCount": 0, "likeCount": 0, "quoteCount": quotes}


def _labels(story: Story, post: Post) -> list[Json]:
    """An author's own labels stand on the view too, with the author as their source."""
    source = did(story.people[post.by].handle)
    return [{"src": source, "uri": uri(story, post), "val": post.label, "cts": _time(post)}] if post.label else []


def _embed_view(story: Story, post: Post) -> Json:
    if post.images:
        return {
            "$type": "app.bsky.embed.images#view",
            "images": [
                {
                    "thumb": media(story, image, "thumb/"),
                    "fullsize": media(story, image),
                    "alt": image.alt,
                    "aspectRatio": _ratio(image.size),
                }
                for image in post.images
            ],
        }
    if post.card:
        return {"$type": "app.bsky.embed.external#view", "external": _card(post.card)}
    if post.quote:
        return {"$type": "app.bsky.embed.record#view", "record": _quoted(story, post)}
    return {}


def _quoted(story: Story, post: Post) -> Json:
    """The quoted post, or what the network shows instead (`app.bsky.embed.record`)."""
    quoted, kind = story[post.quote], "app.bsky.embed.record#view"
    name = uri(story, quoted)
    if post.quote_state == "not-found":
        return {"$type": f"{kind}NotFound", "uri": name, "notFound": True}
    if post.quote_state == "blocked":
        author = {"did": did(story.people[quoted.by].handle)}
        return {"$type": f"{kind}Blocked", "uri": name, "blocked": True, "author": author}
    if post.quote_state == "detached":
        return {"$type": f"{kind}Detached", "uri": name, "detached": True}
    return {
        "$type": f"{kind}Record",
        **_strong(story, quoted),
        "author": _author(story, quoted.by),
        "value": record(story, quoted),
        "labels": _labels(story, quoted),
        **_counts(story, quoted),
        "indexedAt": _time(quoted),
        "embeds": [],
    }


# --- getPostThread -----------------------------------------------------------------------------------------------


def _thread_v1(story: Story, given: Given) -> tuple[Json, str, Json]:
    anchor = story[given.post]
    thread = _below_v1(story, anchor, given.below)
    if parent := _parent_v1(story, anchor):
        thread["parent"] = parent
    asked = {"uri": uri(story, anchor), "depth": given.below, "parentHeight": 80}
    return {"thread": thread}, "app.bsky.feed.getPostThread", asked


def _below_v1(story: Story, post: Post, depth: int) -> Json:
    """A post and what answers it, the newest first; nothing says that a depth was the last."""
    made: Json = {"$type": f"{_DEFS}#threadViewPost", "post": _view(story, post)}
    if depth:
        made["replies"] = [_below_v1(story, child, depth - 1) for child in reversed(story.children(post.key))]
    return made


def _parent_v1(story: Story, post: Post) -> Json | None:
    if not post.parent:
        return None
    parent = story[post.parent]
    if parent.gone:
        return {"$type": f"{_DEFS}#notFoundPost", "uri": uri(story, parent), "notFound": True}
    made: Json = {"$type": f"{_DEFS}#threadViewPost", "post": _view(story, parent)}
    if above := _parent_v1(story, parent):
        made["parent"] = above
    return made


# --- getPostThreadV2 ---------------------------------------------------------------------------------------------


def _thread_v2(story: Story, given: Given) -> tuple[Json, str, Json]:
    anchor = story[given.post]
    chain = _chain(story, story.root(anchor))
    items = [*_above_v2(story, anchor, chain)] if given.above else []
    items += _below_v2(story, anchor, chain, 0, given.below)
    asked = {
        "anchor": uri(story, anchor),
        "above": str(given.above).lower(),
        "below": given.below,
        "branchingFactor": _BRANCHES,
        "sort": "oldest",
    }
    return {"hasOtherReplies": False, "thread": items}, "app.bsky.unspecced.getPostThreadV2", asked


def _chain(story: Story, root: Post) -> list[str]:
    """The root author's own chain as the network counts it: the oldest answer goes on, taken-down posts count."""
    chain = [root]
    while own := [p for p in story.post if p.parent == chain[-1].key and p.by == root.by]:
        chain.append(min(own, key=lambda post: post.when))
    return [post.key for post in chain] if len(chain) > 1 else []


def _item(story: Story, post: Post, depth: int, value: Json) -> Json:
    return {"uri": uri(story, post), "depth": depth, "value": value}


def _post_v2(story: Story, post: Post, chain: list[str], more: int) -> Json:
    made: Json = {
        "$type": f"{_V2}#threadItemPost",
        "post": _view(story, post),
        "moreParents": False,
        "moreReplies": more,
        "opThread": post.key in chain,
        "hiddenByThreadgate": False,
        "mutedByViewer": False,
    }
    if post.key in chain:
        made |= {"opThreadPostIndex": chain.index(post.key) + 1, "opThreadPostCount": len(chain)}
    return made


def _above_v2(story: Story, anchor: Post, chain: list[str]) -> list[Json]:
    items: list[Json] = []
    post = anchor
    while post.parent:
        post = story[post.parent]
        depth = -len(items) - 1
        if post.gone:
            items.append(_item(story, post, depth, {"$type": f"{_V2}#threadItemNotFound"}))
            break
        items.append(_item(story, post, depth, _post_v2(story, post, chain, 0)))
    return items[::-1]


def _below_v2(story: Story, post: Post, chain: list[str], depth: int, limit: int) -> Iterator[Json]:
    """A post and what answers it: the chain first, then the root author's other answers, then everybody else's."""
    first = story.root(post).by
    children = sorted(story.children(post.key), key=lambda p: (p.key not in chain, p.by != first))
    shown = children[: _BRANCHES if depth else None] if depth < limit else []
    yield _item(story, post, depth, _post_v2(story, post, chain, len(children) - len(shown)))
    for child in shown:
        yield from _below_v2(story, child, chain, depth + 1, limit)


# --- listRecords and getPosts ------------------------------------------------------------------------------------


def _records(story: Story, given: Given) -> tuple[Json, str, Json]:
    """One page of an author's records, the newest first, with a cursor if there are more."""
    own = sorted((p for p in story.post if p.by == given.of and not p.gone), key=lambda p: p.when, reverse=True)
    start = given.after * given.limit
    page = own[start : start + given.limit]
    asked: Json = {
        "repo": did(story.people[given.of].handle),
        "collection": "app.bsky.feed.post",
        "limit": given.limit,
    }
    if start:
        asked["cursor"] = _key(story, own[start - 1])
    body: Json = {"records": [{**_strong(story, post), "value": record(story, post)} for post in page]}
    if own[start + given.limit :]:
        body["cursor"] = _key(story, page[-1])
    return body, "com.atproto.repo.listRecords", asked


def _key(story: Story, post: Post) -> str:
    return uri(story, post).rsplit("/", 1)[-1]


def _posts(story: Story, given: Given) -> tuple[Json, str, Json]:
    """The views of everything that the author said in one conversation (25 at most)."""
    anchor = story[given.post]
    posts = [p for p in story.post if p.by == anchor.by and not p.gone and story.root(p) is story.root(anchor)]
    asked = {"uris": [uri(story, post) for post in posts]}
    return {"posts": [_view(story, post) for post in posts]}, "app.bsky.feed.getPosts", asked


_ANSWERS = {"v1": _thread_v1, "v2": _thread_v2, "records": _records, "posts": _posts}
