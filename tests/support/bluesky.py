"""Bluesky in a dictionary: an AppView, a directory and repositories that answer `Request`s as the real ones do.

What it imitates was seen on real servers: the public service's ten levels and fifty ancestors, own answers first,
trimming to ten, `moreReplies`, deletions that leave no trace from above, posts that are left out without a word,
cursors that are record keys.
"""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from threadleaf.core.ref import int_to_tid
from threadleaf.wire import Answer, Refused

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
        self.asked = []
        self.refuse = lambda request: None
        self.server = "https://pds.example"
        self.obeys_cursors = True
        self._minute = 0
        self._index = (None, {}, {})

    # --- what people do -----------------------------------------------------------------------------------------

    def post(self, name, text="", *, to=None, minutes=1, key=None):
        self._minute += minutes
        at = START + timedelta(minutes=self._minute)
        key = key or int_to_tid((int(START.timestamp() * 1_000_000) << 10) + self._minute * MINUTE)
        uri = f"at://{did(name)}/app.bsky.feed.post/{key}"
        record = {"$type": "app.bsky.feed.post", "text": text or key, "createdAt": at.isoformat(), "langs": ["en"]}
        if to:
            root = self.records[to].get("reply", {}).get("root", {"uri": to, "cid": "c"})
            record["reply"] = {"root": root, "parent": {"uri": to, "cid": "c"}}
        self.records[uri] = record
        return uri

    def thread(self, name, length, *, to=None):
        """A chain of posts; their URIs."""
        chain = []
        for number in range(1, length + 1):
            chain.append(self.post(name, f"Post {number}.", to=chain[-1] if chain else to))
        return chain

    def delete(self, uri):
        self.deleted[uri] = self.records.pop(uri)

    # --- what a source sees -------------------------------------------------------------------------------------

    def run(self, steps):
        """Drive a source to its end; the conversation."""
        try:
            wanted = next(steps)
            while True:
                wanted = steps.send(tuple(self._reply(request) for request in wanted))
        except StopIteration as end:
            return end.value

    def methods(self):
        """The kinds of requests that were made, in order."""
        return [urlsplit(request.url).path.rpartition(".")[2] or request.url for request in self.asked]

    def _reply(self, request):
        self.asked.append(request)
        return self.refuse(request) or self.answer(request)

    def answer(self, request):
        url = urlsplit(request.url)
        asked = parse_qs(url.query, keep_blank_values=True)
        one = {key: values[0] for key, values in asked.items()}
        if url.hostname == "plc.directory":
            service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": self.server}
            return self._say(request, {"id": url.path[1:], "service": [{"id": "#other"}, service]})
        if url.path.endswith("getPostThreadV2"):
            return self._say(request, *self._flat(one))
        if url.path.endswith("getPostThread"):
            return self._say(request, *self._nested(one))
        if url.path.endswith("getPosts"):
            return self._say(request, {"posts": [self.view(uri) for uri in asked["uris"] if self.is_shown(uri)]})
        return self._say(request, self._list(one))

    def _say(self, request, body, status=200):
        at = START + timedelta(days=1, seconds=len(self.asked))
        return Answer(status=status, body=json.dumps(body).encode(), at=at, url=request.url)

    # --- what the AppView shows ---------------------------------------------------------------------------------

    def is_shown(self, uri):
        return uri in self.records and uri not in self.unshown

    def answers(self, uri):
        """Shown answers, the oldest first."""
        return [answer for answer in self._below.get(uri, ()) if self.is_shown(answer)]

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

    def author(self, name):
        labels = [{"val": value, "src": did(name), "uri": did(name)} for value in self.labels.get(name, ())]
        return {"did": did(name), "handle": f"{name}.example", "displayName": name.title(), "labels": labels}

    def view(self, uri):
        record = self.records[uri]
        name = uri.split("/")[2].removeprefix("did:plc:")
        return {
            "uri": uri,
            "cid": f"cid-{uri[-13:]}",
            "author": self.author(name),
            "record": record,
            "replyCount": len(self.answers(uri)),
            "indexedAt": record["createdAt"],
            "labels": [],
        }

    def _resolve(self, uri):
        authority, _, rest = uri.removeprefix("at://").partition("/")
        name = authority.removesuffix(".example").removeprefix("did:plc:")
        return f"at://{did(name)}/{rest}"

    def _flat(self, asked):
        if not self.flat:
            return {"error": "MethodNotImplemented", "message": "Method Not Implemented"}, 501
        anchor = self._resolve(asked["anchor"])
        if not self.is_shown(anchor):
            return {"error": "NotFound", "message": f"Post not found: {anchor}"}, 400
        root = self.records[anchor].get("reply", {}).get("root", {}).get("uri", anchor)
        thread = [self._item(anchor, 0, root)]
        parent, depth = self._parent(anchor), -1
        while parent and asked["above"] == "true" and -depth <= self.parents:
            thread.insert(0, self._item(parent, depth, root))
            parent, depth = self._parent(parent) if self.is_shown(parent) else None, depth - 1
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
        return {"thread": thread, "hasOtherReplies": False}, 200

    def _item(self, uri, depth, root, more=0):
        kind = "app.bsky.unspecced.defs#threadItem"
        if not self.is_shown(uri):
            return {"uri": uri, "depth": depth, "value": {"$type": f"{kind}NotFound"}}
        name = uri.split("/")[2].removeprefix("did:plc:")
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
        return {"thread": top}, 200

    def _node(self, uri):
        kind = "app.bsky.feed.defs#"
        if not self.is_shown(uri):
            return {"$type": f"{kind}notFoundPost", "uri": uri, "notFound": True}
        return {"$type": f"{kind}threadViewPost", "post": self.view(uri)}

    # --- what a repository lists --------------------------------------------------------------------------------

    def _list(self, asked):
        own = sorted(uri for uri in self.records if uri.split("/")[2] == asked["repo"])
        cursor = asked["cursor"] if self.obeys_cursors else ""
        page = [uri for uri in own if uri.rpartition("/")[2] > cursor][: int(asked["limit"])]
        body = {"records": [{"uri": uri, "cid": f"cid-{uri[-13:]}", "value": self.records[uri]} for uri in page]}
        # The reference server gives a cursor with every page that holds anything, the last one too.
        return body | ({"cursor": page[-1].rpartition("/")[2]} if page else {})


def refusing(*words, kind="network"):
    """A `refuse` for requests whose address holds one of the words."""
    return lambda request: Refused(kind=kind) if any(word in request.url for word in words) else None
