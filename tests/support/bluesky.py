"""Bluesky in a dictionary: an AppView, a directory and repositories that answer `Request`s as the real ones do.

What it imitates was seen on real servers: the public service's ten levels and fifty ancestors, own answers first,
trimming to ten, `moreReplies`, deletions that leave no trace from above, posts and people that are left out without a
word, replies that a threadgate hides but that are counted, cursors that are record keys, repositories that a server
no longer finds once their accounts are inactive.
"""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from threadleaf.core.assemble import assemble
from threadleaf.core.model import Ref
from threadleaf.core.ref import int_to_tid
from threadleaf.sources import bluesky
from threadleaf.wire import Answer, Refused, Scope

START = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)
MINUTE = 60_000_000 << 10


def did(name):
    return f"did:plc:{name}"


class Bluesky:
    """People are words, posts are AT URIs. `flat`: whether the newer form of threads is served.

    `refuse` is called with each request and may return a reply of its own; `asked` lists the requests.
    """

    def __init__(self, *, flat=True, levels=10, parents=50):
        self.flat, self.levels, self.parents = flat, levels, parents
        self.records, self.deleted, self.unshown, self.labels = {}, {}, set(), {}
        self.blocked = set()  # posts that are counted, not shown as answers, and only named as ancestors
        self.gates = {}  # the replies that the author of a first post hid
        self.handles, self.profiles, self.inactive = {}, {}, {}
        self.asked = []
        self.refuse = lambda request: None
        self.server = "https://pds.example"
        self.obeys_cursors = True
        self._minute = self._answers = 0
        self._index = (None, {}, {})

    # --- what people do -----------------------------------------------------------------------------------------

    def post(self, name, text="", *, to=None, minutes=1, key=None, embed=None):
        self._minute += minutes
        at = START + timedelta(minutes=self._minute)
        key = key or int_to_tid((int(START.timestamp() * 1_000_000) << 10) + self._minute * MINUTE)
        uri = f"at://{did(name)}/app.bsky.feed.post/{key}"
        record = {"$type": "app.bsky.feed.post", "text": text or key, "createdAt": at.isoformat(), "langs": ["en"]}
        if to:
            root = self.records[to].get("reply", {}).get("root", {"uri": to, "cid": "c"})
            record["reply"] = {"root": root, "parent": {"uri": to, "cid": "c"}}
        if embed:
            record["embed"] = embed
        self.records[uri] = record
        return uri

    def thread(self, name, length, *, to=None):
        """A chain of posts; their URIs."""
        chain = []
        for number in range(1, length + 1):
            chain.append(self.post(name, f"Post {number}.", to=chain[-1] if chain else to))
        return chain

    def quote(self, name, quoted, *, to=None):
        """A post that quotes another."""
        embed = {"$type": "app.bsky.embed.record", "record": {"uri": quoted, "cid": "c"}}
        return self.post(name, "Look at this.", to=to, embed=embed)

    def hide(self, uri):
        """What the first author does to a reply."""
        self.gates.setdefault(self._root(uri), []).append(uri)

    def delete(self, uri):
        self.deleted[uri] = self.records.pop(uri)

    # --- what a source sees -------------------------------------------------------------------------------------

    def seen(self, uri, scope=Scope()):  # noqa: B008 -- frozen
        """The conversation around a post, as the source reads it; `asked` are the requests of this reading."""
        self.asked.clear()
        return self.run(bluesky.steps(Ref("bsky", uri), scope))

    def unrolled(self, uri, scope=Scope()):  # noqa: B008 -- frozen
        return assemble(self.seen(uri, scope))

    def run(self, steps):
        """Drive a source to its end; the conversation."""
        try:
            wanted = next(steps)
            while True:
                wanted = steps.send(tuple(self._reply(request) for request in wanted))
        except StopIteration as end:
            return end.value

    def methods(self):
        """The kinds of requests that were made, in order, but for those of people."""
        kinds = [urlsplit(request.url).path.rpartition(".")[2] or request.url for request in self.asked]
        return [kind for kind in kinds if kind != "getProfiles"]

    def people(self):
        """Who was asked about, request by request."""
        return [parse_qs(urlsplit(r.url).query)["actors"] for r in self.asked if "getProfiles" in r.url]

    def _reply(self, request):
        self.asked.append(request)
        self._answers += 1
        return self.refuse(request) or self.answer(request)

    def answer(self, request):
        url = urlsplit(request.url)
        asked = parse_qs(url.query, keep_blank_values=True)
        one = {key: values[0] for key, values in asked.items()}
        if url.path.startswith("/did:"):
            return self._say(request, *self._document(url.path[1:]))
        if url.path == "/.well-known/atproto-did":
            return self._own_word(request, url.hostname)
        match url.path.rpartition(".")[2]:
            case "getPostThreadV2":
                return self._say(request, *self._flat(one))
            case "getPostThread":
                return self._say(request, *self._nested(one))
            case "getPosts":
                return self._say(request, {"posts": [self.view(uri) for uri in asked["uris"] if self.is_shown(uri)]})
            case "getProfiles":
                found = [name for actor in asked["actors"] if (name := self.whose(actor)) and self.is_active(name)]
                return self._say(request, {"profiles": [self.profile(name) for name in found]})
            case "resolveHandle":
                return self._say(request, *self._resolution(one["handle"]))
            case "getRepoStatus":
                return self._say(request, self._status(one["did"].removeprefix("did:plc:")))
            case "getRecord":
                return self._say(request, *self._record(one))
        return self._say(request, *self._list(one))

    def _say(self, request, body, status=200):
        at = START + timedelta(days=1, seconds=self._answers)
        return Answer(status=status, body=json.dumps(body).encode(), at=at, url=request.url)

    # --- what the AppView shows ---------------------------------------------------------------------------------

    def is_shown(self, uri):
        return uri in self.records and uri not in self.unshown and self.is_active(uri.split("/")[2][8:])

    def answers(self, uri):
        """Shown answers, the oldest first."""
        hidden = self.gates.get(self._root(uri), ())
        return [
            answer
            for answer in self._below.get(uri, ())
            if self.is_shown(answer) and answer not in hidden and answer not in self.blocked
        ]

    @property
    def _below(self):
        """The answers to each post, deleted ones too."""
        size = (len(self.records), len(self.deleted))
        if self._index[0] != size:
            below = {}
            for uri, record in sorted({**self.records, **self.deleted}.items()):
                below.setdefault(self._above(record), []).append(uri)
            self._index = (size, below, {})
        return self._index[1]

    def is_active(self, name):
        return name not in self.inactive

    def handle(self, name):
        return self.handles.get(name, f"{name}.example")

    def whose(self, actor):
        """The name of whoever a DID or a handle leads to; None if to nobody."""
        if actor.startswith("did:plc:"):
            return actor.removeprefix("did:plc:")
        names = {uri.split("/")[2].removeprefix("did:plc:") for uri in self.records}
        return next((name for name in sorted(names) if self.handle(name) == actor), None)

    def author(self, name):
        labels = [{"val": value, "src": did(name), "uri": did(name)} for value in self.labels.get(name, ())]
        return {"did": did(name), "handle": self.handle(name), "displayName": name.title(), "labels": labels}

    def profile(self, name):
        """The detailed view, which has the text of the profile."""
        written = sum(uri.split("/")[2] == did(name) for uri in self.records)
        return self.author(name) | {"description": self.profiles.get(name, ""), "postsCount": written}

    def view(self, uri):
        record = self.records[uri]
        name = uri.split("/")[2].removeprefix("did:plc:")
        return {
            "uri": uri,
            "cid": f"cid-{uri[-13:]}",
            "author": self.author(name),
            "record": record,
            "replyCount": len([answer for answer in self._below.get(uri, ()) if self.is_shown(answer)]),
            "indexedAt": record["createdAt"],
            "labels": [],
        } | self._shown_embed(record)

    def _shown_embed(self, record):
        quoted = record.get("embed", {}).get("record", {}).get("uri")
        if not quoted:
            return {}
        kind = "app.bsky.embed.record#view"
        if not self.is_shown(quoted):
            return {"embed": {"$type": kind, "record": {"$type": f"{kind}NotFound", "uri": quoted}}}
        view = self.view(quoted)
        inner = {"$type": f"{kind}Record", "value": view.pop("record")} | view
        inner["embeds"] = [embed for embed in [inner.pop("embed", None)] if embed]
        return {"embed": {"$type": kind, "record": inner}}

    def _resolve(self, uri):
        """The post with its DID; unchanged if the handle in it leads to nobody."""
        authority, _, rest = uri.removeprefix("at://").partition("/")
        name = self.whose(authority)
        return f"at://{did(name)}/{rest}" if name else uri

    def _root(self, uri):
        return self.records[uri].get("reply", {}).get("root", {}).get("uri", uri)

    def _gate(self, root):
        return {"threadgate": {"record": {"hiddenReplies": self.gates[root]}}} if root in self.gates else {}

    def _flat(self, asked):
        if not self.flat:
            return {"error": "MethodNotImplemented", "message": "Method Not Implemented"}, 501
        anchor = self._resolve(asked["anchor"])
        if not self.is_shown(anchor):
            return {"thread": [self._item(anchor, 0, anchor)], "hasOtherReplies": False}, 200
        root = self._root(anchor)
        thread = [self._item(anchor, 0, root)]
        parent, depth = self._parent(anchor), -1
        while parent and asked["above"] == "true" and -depth <= self.parents:
            thread.insert(0, self._item(parent, depth, root))
            goes_on = self.is_shown(parent) and parent not in self.blocked
            parent, depth = self._parent(parent) if goes_on else None, depth - 1
        if parent and asked["above"] == "true" and self.is_shown(parent):
            thread[0]["value"]["moreParents"] = True
        below = min(int(asked["below"]), self.levels)
        stack = [(uri, 1) for uri in reversed(self._sorted(anchor, root))] if below else []
        while stack:
            uri, depth = stack.pop()
            answers = self._sorted(uri, root)
            shown = answers[: int(asked["branchingFactor"])] if depth < below else []
            thread.append(self._item(uri, depth, root, len(answers) - len(shown)))
            stack += [(answer, depth + 1) for answer in reversed(shown)]
        return {"thread": thread, "hasOtherReplies": False} | self._gate(root), 200

    def _item(self, uri, depth, root, more=0):
        kind = "app.bsky.unspecced.defs#threadItem"
        if not self.is_shown(uri):
            return {"uri": uri, "depth": depth, "value": {"$type": f"{kind}NotFound"}}
        name = uri.split("/")[2].removeprefix("did:plc:")
        if uri in self.blocked:
            return {"uri": uri, "depth": depth, "value": {"$type": f"{kind}Blocked", "author": {"did": did(name)}}}
        if "!no-unauthenticated" in self.labels.get(name, ()):
            return {"uri": uri, "depth": depth, "value": {"$type": f"{kind}NoUnauthenticated"}}
        value = {
            "$type": f"{kind}Post",
            "post": self.view(uri),
            "moreParents": False,
            "moreReplies": more,
            "opThread": False,
            "hiddenByThreadgate": False,
        }
        chain = self._first_chain(root)
        if uri in chain:
            value |= {"opThread": True, "opThreadPostIndex": chain.index(uri) + 1, "opThreadPostCount": len(chain)}
        return {"uri": uri, "depth": depth, "value": value}

    def _first_chain(self, root):
        """The first author's oldest answers to herself; a deleted one keeps its place while one hangs below it."""
        below, chains = self._below, self._index[2]
        if root not in chains:
            chains[root] = [root]
            owner = root.split("/")[2]

            def own(uri):
                return [answer for answer in below.get(uri, ()) if answer.split("/")[2] == owner]

            while following := [uri for uri in own(chains[root][-1]) if uri in self.records or own(uri)]:
                chains[root].append(following[0])
        return chains[root]

    def _above(self, record):
        return record.get("reply", {}).get("parent", {}).get("uri")

    def _sorted(self, uri, root):
        """The continuation first, then other answers by the first author, then everybody else's."""
        owner = root.split("/")[2]
        return sorted(self.answers(uri), key=lambda answer: answer.split("/")[2] != owner)

    def _parent(self, uri):
        return self._above(self.records[uri])

    def _nested(self, asked):
        anchor = self._resolve(asked["uri"])
        if not self.is_shown(anchor):
            return {"error": "NotFound", "message": f"Post not found: {anchor}"}, 400
        top = self._node(anchor)
        stack = [(top, min(int(asked["depth"]), self.levels))]
        while stack:
            node, levels = stack.pop()
            if levels:
                node["replies"] = [self._node(uri) for uri in reversed(self.answers(node["post"]["uri"]))]
                stack += [(reply, levels - 1) for reply in node["replies"]]
        node, height = top, int(asked["parentHeight"])
        while node.get("post") and height and (parent := self._parent(node["post"]["uri"])):
            node["parent"] = self._node(parent)
            node, height = node["parent"], height - 1
        return {"thread": top} | self._gate(self._root(anchor)), 200

    def _node(self, uri):
        kind = "app.bsky.feed.defs#"
        if not self.is_shown(uri):
            return {"$type": f"{kind}notFoundPost", "uri": uri, "notFound": True}
        return {"$type": f"{kind}threadViewPost", "post": self.view(uri)}

    # --- what directories and an account's own servers say ------------------------------------------------------

    def _document(self, account):
        name = account.removeprefix("did:plc:")
        service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": self.server}
        names = ["https://elsewhere.example", f"at://{self.handle(name)}"]
        return {"id": account, "alsoKnownAs": names, "service": [{"id": "#other"}, service]}, 200

    def _resolution(self, handle):
        name = self.whose(handle)
        if not name:
            return {"error": "InvalidRequest", "message": "Unable to resolve handle"}, 400
        return {"did": did(name)}, 200

    def _own_word(self, request, host):
        name = self.whose(host)
        at, body = START + timedelta(days=1, seconds=self._answers), did(name or "").encode() + b"\n"
        return Answer(status=200 if name else 404, body=body, at=at, url=request.url, media_type="text/plain")

    def _status(self, name):
        inactive = {"active": False, "status": self.inactive.get(name)}
        return {"did": did(name)} | ({"active": True, "rev": "r"} if self.is_active(name) else inactive)

    def _record(self, asked):
        name, collection = asked["repo"].removeprefix("did:plc:"), asked["collection"]
        uri = f"at://{asked['repo']}/{collection}/{asked['rkey']}"
        record = self.records.get(uri) if collection.endswith(".post") else self._own_profile(name)
        if not self.is_active(name):  # then the reference server asks the AppView, which has none either
            return {"error": "InvalidRequest", "message": "Could not locate record"}, 400
        if record is None:
            return {"error": "RecordNotFound", "message": f"Could not locate record: {uri}"}, 400
        return {"uri": uri, "cid": f"cid-{uri[-13:]}", "value": record}, 200

    def _own_profile(self, name):
        if name not in self.profiles and name not in self.labels:
            return None
        labels = {
            "$type": "com.atproto.label.defs#selfLabels",
            "values": [{"val": v} for v in self.labels.get(name, ())],
        }
        return {"displayName": name.title(), "description": self.profiles.get(name, ""), "labels": labels}

    def _list(self, asked):
        if not self.is_active(asked["repo"].removeprefix("did:plc:")):
            return {"error": "InvalidRequest", "message": f"Could not find repo: {asked['repo']}"}, 400
        own = sorted(uri for uri in self.records if uri.split("/")[2] == asked["repo"])
        cursor = asked["cursor"] if self.obeys_cursors else ""
        page = [uri for uri in own if uri.rpartition("/")[2] > cursor][: int(asked["limit"])]
        body = {"records": [{"uri": uri, "cid": f"cid-{uri[-13:]}", "value": self.records[uri]} for uri in page]}
        # The reference server gives a cursor with every page that holds anything, the last one too.
        return body | ({"cursor": page[-1].rpartition("/")[2]} if page else {}), 200


def fixed(status, body):
    """A `refuse` that answers every request with the same."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda request: Answer(status=status, body=raw, at=START)


def when(words, reply):
    """A `refuse` that answers only requests whose address holds one of the words (several parted by blanks)."""
    return lambda request: reply(request) if any(word in request.url for word in words.split()) else None


def is_whole(thread, chain):
    return ([post.id for post in thread.posts], thread.completeness.state) == (chain, "complete")


def refusing(*words, kind="network"):
    """A `refuse` for requests whose address holds one of the words."""
    return lambda request: Refused(kind=kind) if any(word in request.url for word in words) else None
