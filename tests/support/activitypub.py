"""Servers of the fediverse in a dictionary: they answer `Request`s for ActivityPub objects as real ones do.

What is imitated: Mastodon's first page of five own answers that are named only, then pages of whole posts, the author's
own first (`replies_controller.rb`, `note_serializer.rb`), and its list of a conversation (`contexts_controller.rb`);
GoToSocial's pages of addresses, the newest first, behind a signature; Pleroma's five names without a next page.
"""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from threadleaf.sources._fedi_activitypub import activitypub
from threadleaf.sources._fedi_sightings import Sightings
from threadleaf.wire import Answer, Refused, Scope

START = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
HOST = "one.example"


def actor(name, host=HOST):
    return f"https://{host}/users/{name}"


class Fediverse:
    """People are `name` or `name@host`, posts are the addresses of their objects.

    `style` is whose ways the servers have (`mastodon`, `gotosocial`, `pleroma`, `bare`), `contexts` whether they list
    whole conversations, `signed` the hosts that answer signed requests only. `hidden` are posts whose pages show
    nothing to strangers, `answers` replies of one's own by address, `asked` the requests. `refuse` is called with each
    request and may return a reply of its own.
    """

    def __init__(self, style="mastodon", *, contexts=False, signed=(), limit=60):
        self.style, self.contexts, self.signed, self.limit = style, contexts, set(signed), limit
        self.notes, self.actors, self.deleted, self.hidden, self.answers = {}, {}, set(), set(), {}
        self.asked = []
        self.refuse = lambda request: None
        self._number = 1000
        self._index = (0, {})

    # --- what people do -----------------------------------------------------------------------------------------

    def person(self, name, **more):
        """An account; its actor's address."""
        user, _, host = name.partition("@")
        address = actor(user, host or HOST)
        self.actors[address] = {
            "type": "Person",
            "id": address,
            "preferredUsername": user,
            "name": user.title(),
            "url": f"https://{host or HOST}/@{user}",
            "outbox": f"{address}/outbox",
            **more,
        }
        return address

    def post(self, name, text="", *, to=None, **more):
        """A post; its address."""
        self._number += 1
        user, _, host = name.partition("@")
        author = actor(user, host or HOST)
        if author not in self.actors:
            self.person(name)
        address = f"{author}/statuses/{self._number}"
        at = START + timedelta(minutes=self._number - 1000)
        self.notes[address] = {
            "type": "Note",
            "id": address,
            "url": f"https://{host or HOST}/@{user}/{self._number}",
            "attributedTo": author,
            "content": f"<p>{text or f'Post {self._number}.'}</p>",
            "published": at.isoformat(),
            "to": PUBLIC,
            "cc": f"{author}/followers",
            **({"inReplyTo": to} if to else {}),
            **more,
        }
        return address

    def thread(self, name, length, *, to=None, **more):
        """A chain of posts; their addresses."""
        chain = []
        for number in range(1, length + 1):
            chain.append(self.post(name, f"Number {number}.", to=chain[-1] if chain else to, **more))
        return chain

    def delete(self, address):
        self.deleted.add(address)

    # --- what a source sees -------------------------------------------------------------------------------------

    def read(self, url, scope=Scope(), seen=None):  # noqa: B008 -- frozen
        """Go the way by ActivityPub; the outcome, and what was seen."""
        seen = seen or Sightings()
        return self.run(activitypub(url, scope, seen)), seen

    def run(self, steps):
        """Drive a source, or a way of one, to its end; what it returns."""
        self.asked.clear()
        try:
            wanted = next(steps)
            while True:
                wanted = steps.send(tuple(self._reply(request) for request in wanted))
        except StopIteration as end:
            return end.value

    def urls(self, accept="json"):
        """The addresses that were asked for."""
        return [request.url for request in self.asked if accept in request.accept]

    def _reply(self, request):
        self.asked.append(request)
        return self.refuse(request) or self._answer(request)

    def _answer(self, request):
        if request.accept == "text/html":
            shown = any(note["url"] == request.url for note in self.notes.values() if self._has_page(note))
            return self.say(request, "<html>", 200 if shown else 404)
        if urlsplit(request.url).hostname in self.signed and not request.credential:
            return self.say(request, {"error": "signature required"}, 401)
        found = self.answers.get(request.url)
        name = self._id_at(request.url)
        if found is None and request.credential and name in self.notes and name not in self.deleted:
            found = self.note(name)  # a signature shows more than anybody may see
        if found is None:
            found = self._object(request.url)
        return self.say(request, *(found if isinstance(found, tuple) else (found, 200)))

    def say(self, request, body, status=200, media_type=""):
        at = START + timedelta(days=1, seconds=len(self.asked))
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = media_type or ("text/html" if request.accept == "text/html" else "application/activity+json")
        return Answer(status=status, body=data, at=at, url=request.url, media_type=kind)

    # --- what a server says -------------------------------------------------------------------------------------

    def _has_page(self, note):
        return note["id"] not in self.deleted | self.hidden and self._is_public(note)

    def _is_public(self, note):
        return PUBLIC in (note["to"], note["cc"])

    def _object(self, url):
        address, _, query = url.partition("?")
        asked = {key: values[0] for key, values in parse_qs(query).items()}
        address = self._id_at(address)
        if address in self.deleted:
            return {"type": "Tombstone", "id": address}, 410
        if address in self.notes and self._is_public(self.notes[address]):
            return self.note(address)
        if address in self.actors:
            return self.actors[address]
        if address.endswith("/replies"):
            return self._replies(address.removesuffix("/replies"), asked)
        if "/contexts/" in address:
            return self._conversation(address, asked)
        if address.endswith("/outbox"):
            return self._outbox(address, asked)
        return {"error": "Not Found"}, 404

    def _id_at(self, address):
        """The id of a post by its page's address; any other address as it is."""
        by_page = {note["url"]: note["id"] for note in self.notes.values()}
        return by_page.get(address, address)

    def answers_to(self, address):
        """Public answers to a post that still exist, the oldest first."""
        if self._index[0] != len(self.notes):
            below = {}
            for note in self.notes.values():
                below.setdefault(note.get("inReplyTo"), []).append(note["id"])
            self._index = (len(self.notes), below)
        return [
            name
            for name in self._index[1].get(address, ())
            if name not in self.deleted and self._is_public(self.notes[name])
        ]

    def note(self, address):
        """A post as its server gives it."""
        note = dict(self.notes[address])
        own = [name for name in self.answers_to(address) if self._author(name) == note["attributedTo"]]
        replies = f"{address}/replies"
        first = {"type": "CollectionPage", "partOf": replies}
        if self.style == "mastodon":
            follow = f"min_id={self._id(own[:5][-1])}&page=true" if own else "only_other_accounts=true&page=true"
            first |= {"items": own[:5], "next": f"{replies}?{follow}"}
        elif self.style == "gotosocial":
            first |= {"next": f"{replies}?page=true&only_other_accounts=false"}
        elif self.style == "pleroma":
            first |= {"items": own[:5]}
        if self.style != "bare":
            note.setdefault("replies", {"type": "Collection", "id": replies, "first": first})
        if self.contexts:
            note.setdefault("context", f"https://{self._host(address)}/contexts/{self._id(self._root(address))}")
        return note

    def _author(self, address):
        return self.notes[address]["attributedTo"]

    def _host(self, address):
        return urlsplit(address).hostname

    def _id(self, address):
        return address.rpartition("/")[2]

    def _root(self, address):
        while (above := self.notes[address].get("inReplyTo")) in self.notes:
            address = above
        return address

    def _replies(self, address, asked):
        others = asked.get("only_other_accounts") == "true"
        answers = [
            name
            for name in self.answers_to(address)
            if self.style == "gotosocial" or (self._author(name) == self._author(address)) != others
        ]
        replies = f"{address}/replies"
        if self.style == "gotosocial":
            older = [name for name in reversed(answers) if self._id(name) < asked.get("max_id", "9999")]
            page = {"type": "OrderedCollectionPage", "id": f"{replies}?limit=20&only_other_accounts=false"}
            page |= {"totalItems": len(answers), "orderedItems": older[: self.limit]}
            if older:
                last = self._id(older[: self.limit][-1])
                page["next"] = f"{replies}?limit=20&max_id={last}&only_other_accounts=false"
            return page
        after = [name for name in answers if self._id(name) > asked.get("min_id", "")][: self.limit]
        page = {"type": "CollectionPage", "partOf": replies, "items": self._items(after, address)}
        if len(after) == self.limit:
            page["next"] = f"{replies}?min_id={self._id(after[-1])}&page=true" + "&only_other_accounts=true" * others
        elif not others:
            page["next"] = f"{replies}?only_other_accounts=true&page=true"
        return page

    def _items(self, names, address):
        """Posts of the server itself are given whole, others by their addresses."""
        return [self.note(name) if self._host(name) == self._host(address) else name for name in names]

    def _conversation(self, address, asked):
        base = address.removesuffix("/items")
        root = next((name for name in self.notes if self._id(name) == self._id(base)), "")
        members = [n for n, v in self.notes.items() if self._root(n) == root and n not in self.deleted]
        members = [name for name in members if self._is_public(self.notes[name])]
        if "page" not in asked:
            return {"type": "Collection", "id": address, "first": f"{base}/items?page=true"}
        after = [name for name in members if self._id(name) > asked.get("min_id", "")][: self.limit]
        page = {"type": "CollectionPage", "partOf": f"{base}/items", "items": self._items(after, address)}
        if len(after) == self.limit:
            page["next"] = f"{base}/items?page=true&min_id={self._id(after[-1])}"
        return page

    def _outbox(self, address, asked):
        if not asked:
            return {"type": "OrderedCollection", "id": address, "first": f"{address}?page=true"}
        author = address.removesuffix("/outbox")
        sent = [n for n, v in self.notes.items() if v["attributedTo"] == author and n not in self.deleted]
        after = [
            name for name in sent if self._id(name) > asked.get("min_id", "") and self._is_public(self.notes[name])
        ]
        page = after[: self.limit][::-1]
        whole = self.style != "gotosocial"
        items = [{"type": "Create", "object": self.note(name) if whole else name} for name in page]
        newer = {"prev": f"{address}?page=true&min_id={self._id(page[0])}"} if page else {}
        return {"type": "OrderedCollectionPage", "partOf": address, "orderedItems": items, **newer}


def refusing(*words, kind="network"):
    """A `refuse` for requests whose address holds one of the words."""
    return lambda request: Refused(kind=kind) if any(word in request.url for word in words) else None
