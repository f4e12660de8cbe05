"""Networks on which people prove accounts, as their servers answer; and a service that asks them, with a clock to turn.

A test says what stands where (`Bsky`, `Fedi`, `X`, `Pages`); whatever nobody said is answered with 404.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.store.build import line, talk
from threadleaf.core.model import Conversation
from threadleaf.service import Threadleaf
from threadleaf.service.answers import Renderer
from threadleaf.store import open_store
from threadleaf.store.threads import Store
from threadleaf.wire import Answer, Refused, Reply, Request, Scope, Steps

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANN, MAL = "did:plc:ann", "did:plc:mal"
HOST = "social.example"
ACTOR, OTHER = f"https://{HOST}/users/ann", f"https://{HOST}/users/mal"
AP = "application/activity+json"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"

Said = Callable[[Request], Reply | None]


class Net:
    """Everything that is asked, by whoever answers. `asked` are the requests so far."""

    def __init__(self) -> None:
        self.now = NOON
        self.asked: list[Request] = []
        self.hosts: dict[str, Said] = {}
        self.down = False

    def later(self, **more: float) -> None:
        self.now += timedelta(**more)

    def fetch(self, steps: Steps) -> Conversation:
        """Carry out a generator of requests."""
        try:
            wanted = next(steps)
            while True:
                wanted = steps.send(tuple(map(self._reply, wanted)))
        except StopIteration as end:
            return end.value

    def _reply(self, request: Request) -> Reply:
        self.asked.append(request)
        if self.down:
            return Refused(kind="network", detail="Nobody answers.")
        said = self.hosts.get(urlsplit(request.url).netloc, lambda _: None)(request)
        return said or self.answer(request, {"error": "NotFound"}, status=404)

    def answer(self, request: Request, body: object, *, status: int = 200, kind: str = "", url: str = "") -> Answer:
        """An answer of now; `url` is where it came from, if that is another address."""
        raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        media = kind or ("text/html" if isinstance(body, str) else "application/json")
        date = {"date": format_datetime(self.now, usegmt=True)}
        return Answer(status=status, body=raw, at=self.now, url=url or request.url, media_type=media, fields=date)


def asked(request: Request) -> tuple[str, dict[str, list[str]]]:
    """The path and the query of a request."""
    parts = urlsplit(request.url)
    return parts.path, parse_qs(parts.query)


# --- Bluesky ---------------------------------------------------------------------------------------------------


class Bsky:
    """The AppView, the directory and one server of repositories."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.handles = {"ann.example": ANN, "mal.example": MAL}
        self.bios: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.websites: dict[str, str] = {}
        self.feeds: dict[str, list[dict[str, Any]]] = {}
        self.records: dict[tuple[str, str], dict[str, Any]] = {}
        self.made: datetime | None = None
        net.hosts["public.api.bsky.app"] = self._appview
        net.hosts["plc.directory"] = self._directory
        net.hosts["pds.example"] = self._repository

    def profile(self, did: str) -> dict[str, Any]:
        handle = next((name for name, owner in self.handles.items() if owner == did), "handle.invalid")
        told = {"did": did, "handle": handle, "description": self.bios.get(did, "")}
        return told | {"displayName": self.names.get(did, ""), "website": self.websites.get(did)}

    def post(self, did: str, text: str, key: str = "3kpost", **record: Any) -> dict[str, Any]:
        """A post as the AppView shows it; `record` adds to what its author wrote."""
        made = {"text": text, "createdAt": self.net.now.isoformat(), "$type": "app.bsky.feed.post"} | record
        return {"uri": f"at://{did}/app.bsky.feed.post/{key}", "author": self.profile(did), "record": made}

    def says(self, did: str, text: str, **record: Any) -> None:
        """Have an account write a post."""
        self.feeds.setdefault(did, []).append({"post": self.post(did, text, **record)})

    def _appview(self, request: Request) -> Reply | None:
        path, query = asked(request)
        reply: Reply | None = None
        if path.endswith("getProfiles"):
            people = [self.handles.get(name, name) for name in query["actors"]]
            known = [self.profile(did) for did in people if did in self.handles.values()]
            reply = self.net.answer(request, {"profiles": known})
        elif path.endswith("getAuthorFeed"):
            reply = self.net.answer(request, {"feed": self.feeds.get(query["actor"][0], [])})
        elif path.endswith("getPosts"):
            every = [item["post"] for feed in self.feeds.values() for item in feed]
            wanted = [self._by_did(uri) for uri in query["uris"]]
            reply = self.net.answer(request, {"posts": [post for post in every if post["uri"] in wanted]})
        if isinstance(reply, Answer) and self.made is not None:
            reply.fields["date"] = format_datetime(self.made, usegmt=True)  # type: ignore[index]
        return reply

    def _by_did(self, uri: str) -> str:
        _, _, who, *rest = uri.split("/")
        return "/".join(["at:", "", self.handles.get(who, who), *rest])

    def _directory(self, request: Request) -> Reply:
        did = urlsplit(request.url).path[1:]
        server = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": "https://pds.example"}
        return self.net.answer(request, {"id": did, "service": [server]})

    def _repository(self, request: Request) -> Reply | None:
        _, query = asked(request)
        record = self.records.get((query["repo"][0], query["collection"][0]))
        return None if record is None else self.net.answer(request, record)

    def keeps(self, did: str, code: str, **more: Any) -> None:
        """Have a repository hold the record with a code."""
        uri = f"at://{did}/app.threadleaf.author/self"
        self.records[did, "app.threadleaf.author"] = {"uri": uri, "value": {"code": code}} | more


# --- the fediverse ---------------------------------------------------------------------------------------------


class Fedi:
    """A server with Mastodon's API and ActivityPub, and its accounts."""

    def __init__(self, net: Net, host: str = HOST) -> None:
        self.net, self.host = net, host
        self.people = {"ann": self.actor("ann"), "mal": self.actor("mal")}
        self.statuses: dict[str, list[dict[str, Any]]] = {}
        self.api = True
        self.signed = False
        self.aliases: dict[str, str] = {}
        net.hosts[host] = self._server

    def actor(self, name: str) -> dict[str, Any]:
        uri = f"https://{self.host}/users/{name}"
        told = {"id": uri, "type": "Person", "preferredUsername": name, "url": f"https://{self.host}/@{name}"}
        return told | {"summary": "", "attachment": [], "outbox": f"{uri}/outbox"}

    def lists(self, name: str, html: str) -> None:
        """Add a line to an account's table."""
        self.people[name]["attachment"].append({"type": "PropertyValue", "name": "Web", "value": html})

    def account(self, name: str, host: str = "") -> dict[str, Any]:
        home = host or self.host
        told = {"id": f"n-{name}", "acct": name if not host else f"{name}@{host}", "url": f"https://{home}/@{name}"}
        moved = {"moved": {"id": "1"}} if self.people.get(name, {}).get("movedTo") else {}
        return told | {"uri": f"https://{home}/users/{name}", "note": ""} | moved

    def says(self, name: str, html: str, number: str = "100", host: str = "", **more: Any) -> dict[str, Any]:
        """Have an account write a post; `host`: it is a copy of one that lives there."""
        home = host or self.host
        told = {"id": number, "uri": f"https://{home}/users/{name}/statuses/{number}", "visibility": "public"}
        told |= {"account": self.account(name, host), "content": html, "created_at": self.net.now.isoformat()}
        self.statuses.setdefault(name, []).append(told | more)
        return told | more

    def _server(self, request: Request) -> Reply | None:
        path, query = asked(request)
        if self.signed and request.accept.startswith(AP) and not request.credential:
            return self.net.answer(request, {"error": "signature"}, status=401)
        if path == "/.well-known/webfinger":
            return self._finger(request, query["resource"][0])
        if path.startswith("/api/"):
            return self._api(request, path, query) if self.api else None
        return self._object(request, path)

    def _finger(self, request: Request, resource: str) -> Reply | None:
        name = resource.removeprefix("acct:").partition("@")[0]
        if name not in self.people:
            return None
        link = {"rel": "self", "type": AP, "href": self.people[name]["id"]}
        return self.net.answer(request, {"links": [{"rel": "http://webfinger.net/rel/profile-page"}, link]})

    def _api(self, request: Request, path: str, query: dict[str, list[str]]) -> Reply | None:
        last = path.rpartition("/")[2]
        if last == "lookup":
            name = query["acct"][0]
            found: Any = self.account(name) if name in self.people else None
        elif "/accounts/" in path:
            found = self.statuses.get(path.split("/")[4].removeprefix("n-"), [])
        else:
            found = next((one for said in self.statuses.values() for one in said if one["id"] == last), None)
        return None if found is None else self.net.answer(request, found)

    def _object(self, request: Request, path: str) -> Reply | None:
        name = path.split("/")[2] if path.startswith("/users/") else ""
        notes = [self._note(one) for one in self.statuses.get(name, [])]
        uri = f"https://{self.host}{path}"
        found: Any = None
        if name in self.people and path.count("/") == 2:
            found = self.people[name]
        elif path.endswith("/outbox"):
            found = {"id": uri, "type": "OrderedCollection", "first": f"{uri}/page"}
        elif path.endswith("/outbox/page"):
            made = [{"id": f"{note['id']}/activity", "type": "Create", "object": note} for note in notes]
            found = {"id": uri, "type": "OrderedCollectionPage", "orderedItems": made}
        else:
            found = next((note for note in notes if note["id"] == uri), None)
        return None if found is None else self.net.answer(request, found, kind=AP)

    def _note(self, status: dict[str, Any]) -> dict[str, Any]:
        told = {"id": status["uri"], "type": "Note", "attributedTo": status["account"]["uri"], "to": [PUBLIC]}
        edited = {"updated": status["edited_at"]} if status.get("edited_at") else {}
        return told | {"content": status["content"], "published": status["created_at"]} | edited


# --- X and pages -----------------------------------------------------------------------------------------------


class X:
    """The embeds of X: posts by number, each with the handle and the name that its author has today."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.posts: dict[str, tuple[str, str, str]] = {"20": ("ann", "Ann", "A thread.")}
        net.hosts["publish.x.com"] = self._embed

    def says(self, handle: str, text: str, number: str = "30", name: str = "Ann") -> None:
        """Have an account write a post."""
        self.posts[number] = (handle, name, text)

    def _embed(self, request: Request) -> Reply | None:
        number = asked(request)[1]["url"][0].rpartition("/")[2]
        if number not in self.posts:
            return None
        handle, name, text = self.posts[number]
        html = f'<blockquote class="twitter-tweet"><p lang="en" dir="ltr">{escape(text)}</p>&mdash; {escape(name)}'
        url = f"https://x.com/{handle}/status/{number}"
        html += f' (@{handle}) <a href="{url}">March 1, 2026</a></blockquote>'
        told = {"url": url, "author_name": name, "author_url": f"https://x.com/{handle}", "html": html}
        return self.net.answer(request, told)


class Web:
    """Web pages: HTML by address, and where some of them lead instead."""

    def __init__(self, net: Net, host: str = "ann.example.org") -> None:
        self.net = net
        self.pages: dict[str, str] = {}
        self.leads: dict[str, str] = {}
        net.hosts[host] = self._page

    def _page(self, request: Request) -> Reply | None:
        at = self.leads.get(request.url, request.url)
        return None if at not in self.pages else self.net.answer(request, self.pages[at], url=at)


def page(code: str, account: str, *, body: str = "") -> str:
    """A page that speaks for an account in its head."""
    head = f'<meta name="threadleaf" content="{code}"><link rel="me" href="{account}">'
    return f"<!doctype html><html><head><title>Ann</title>{head}</head><body>{body}</body></html>"


# --- the service -----------------------------------------------------------------------------------------------


class Here:
    """A service with a database that asks the networks above."""

    def __init__(self, store: Store, net: Net, *, signs: bool = False) -> None:
        self.net, self.store = net, store
        self.bsky, self.fedi, self.x, self.web = Bsky(net), Fedi(net), X(net), Web(net)
        self._scope = Scope(signs=signs)
        self.use(None)

    def use(self, renderer: Renderer | None) -> None:
        """Have a service that makes pages with this."""
        self.service = Threadleaf(self.store, self.net.fetch, lambda: self.net.now, renderer, scope=self._scope)
        self.authors = self.service.authors

    def keep(self, *names: object, save: Any = "listed", **more: Any) -> str:
        """Keep a thread of Ann's on Bluesky, as if it had just been read; its path."""
        told = talk(*line(*names, **more))
        service = Threadleaf(self.store, lambda steps: (steps.close(), told)[1], lambda: self.net.now)
        return service.unroll(told.posts[0].url, save=save).path


@contextmanager
def here(folder: Path, *, signs: bool = False) -> Iterator[Here]:
    """The service over a database in a folder."""
    with open_store(folder / "authors.db") as store:
        yield Here(store, Net(), signs=signs)
