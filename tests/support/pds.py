"""The server of a bot's account on Bluesky, in memory: sessions, notifications, records.

What it imitates was seen on real servers: tokens that rotate, `reasons` filtered after paging, `swapRecord` compared
with what is there, a write of the same bytes that succeeds without changing anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.chats import SERVICE, Chats, No
from threadleaf.core.aturi import int_to_tid
from threadleaf.wire import Answer, Refused, Reply, Request

BOT = "did:plc:bot"
HANDLE = "bot.example"
PASSWORD = "an app password"
POST = "app.bsky.feed.post"

Record = dict[str, Any]
Fault = Callable[["Pds", Request], Reply | None]
"""What becomes of a write in place of its usual answer; None: nothing odd, after all."""


class Pds:
    """`records` by URI; `faults` befall the next writes, one each; `asked` lists the methods that were asked.

    `chats` are passed on only if `may_chat`: the app password has to allow it. `closed` are posts that are not open to
    answers of the bot, `blocks` who blocks whom.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.records: dict[str, Record] = {f"at://{BOT}/app.bsky.actor.profile/self": _profile("bot")}
        self.listed: list[Record] = []
        self.faults: list[Fault] = []
        self.asked: list[str] = []
        self.password = PASSWORD
        self.chats, self.may_chat = Chats(clock, BOT), False
        self.closed: set[str] = set()
        self.blocks: set[tuple[str, str]] = set()
        self.writes = 0
        self._access = self._refresh = ""
        self._tokens = 0
        self.refuse: Callable[[str], Reply | None] = lambda method: None

    # --- what people do -----------------------------------------------------------------------------------------

    def mention(self, who: str, words: str, *, to: str = "", bot: bool = False, **more: Any) -> str:
        """Somebody mentions the bot, perhaps below a post; the URI."""
        at = self.clock()
        key = int_to_tid((int(at.timestamp() * 1_000_000) + len(self.listed)) << 10)
        uri = f"at://did:plc:{who}/{POST}/{key}"
        facet = {
            "index": {"byteStart": 0, "byteEnd": len(HANDLE) + 1},
            "features": [{"$type": "app.bsky.richtext.facet#mention", "did": BOT}],
        }
        record: Record = {"$type": POST, "text": f"@{HANDLE} {words}", "facets": [facet], "createdAt": _iso(at)}
        record |= {"langs": ["en"]} | more
        if to:
            root = self.records.get(to, {}).get("reply", {}).get("root", {"uri": to, "cid": "root"})
            record["reply"] = {"root": root, "parent": {"uri": to, "cid": "parent"}}
        author = {"did": f"did:plc:{who}", "handle": f"{who}.example", "labels": [{"val": "bot"}] if bot else []}
        notification = {"uri": uri, "cid": "cid", "author": author, "reason": "mention", "record": record}
        self.listed.insert(0, notification | {"indexedAt": _iso(at)})
        return uri

    def answers(self, to: str = "") -> list[Record]:
        """The bot's posts, or those that answer one."""
        posts = [record for uri, record in self.records.items() if f"/{POST}/" in uri]
        return [post for post in posts if not to or post["reply"]["parent"]["uri"] == to]

    def likes(self) -> list[str]:
        """What the bot likes."""
        return [record["subject"]["uri"] for uri, record in self.records.items() if "/app.bsky.feed.like/" in uri]

    def expire(self) -> None:
        """The first token is over."""
        self._access = "over"

    def revoke(self) -> None:
        """The app password works no longer, and no token does."""
        self.password, self._access, self._refresh = "another", "over", "over"

    # --- answering ----------------------------------------------------------------------------------------------

    def ask(self, requests: Sequence[Request]) -> list[Reply]:
        return [self._ask(request) for request in requests]

    def _ask(self, request: Request) -> Reply:
        path = urlsplit(request.url).path
        method = path.rpartition(".")[2] if path.startswith("/xrpc/") else "identity"
        self.asked.append(method)
        refused = self.refuse(method)
        if refused is not None:
            return refused
        asked = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
        name = re.sub("([A-Z])", r"_\1", method).lower()  # resolveHandle: _resolve_handle
        answer: Reply = getattr(self, f"_{name}")(request, asked)
        return answer

    def _identity(self, _request: Request, _asked: Record) -> Reply:
        service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": "https://pds.example"}
        return self.says({"id": BOT, "service": [service], "alsoKnownAs": [f"at://{HANDLE}"]})

    def _resolve_handle(self, _request: Request, asked: Record) -> Reply:
        if asked["handle"] != HANDLE:
            return self.fails("InvalidRequest", "Unable to resolve handle")
        return self.says({"did": BOT})

    def _create_session(self, request: Request, _asked: Record) -> Reply:
        if json.loads(request.body) != {"identifier": BOT, "password": self.password}:
            return self.fails("AuthenticationRequired", "Invalid identifier or password", 401)
        return self._session()

    def _refresh_session(self, request: Request, _asked: Record) -> Reply:
        assert request.credential == "bluesky-refresh"
        return self._session() if self._refresh != "over" else self.fails("ExpiredToken", "Token has been revoked")

    def _session(self) -> Reply:
        self._tokens += 1
        self._access, self._refresh = f"access {self._tokens}", f"refresh {self._tokens}"
        return self.says({"did": BOT, "accessJwt": self._access, "refreshJwt": self._refresh})

    def _expired(self, request: Request) -> Reply | None:
        assert request.credential == "bluesky"
        return self.fails("ExpiredToken", "Token has expired") if self._access == "over" else None

    def _list_notifications(self, request: Request, asked: Record) -> Reply:
        start, limit = int(asked.get("cursor", "0")), int(asked["limit"])
        page = self.listed[start : start + limit]
        more = {"cursor": str(start + limit)} if start + limit < len(self.listed) else {}
        return self._expired(request) or self.says({"notifications": page, **more})

    def _put_record(self, request: Request, _asked: Record) -> Reply:
        if (refused := self._expired(request)) is not None:
            return refused
        fault = self.faults.pop(0) if self.faults else None
        return (fault(self, request) if fault else None) or self.put(request)

    def put(self, request: Request) -> Reply:
        """Write a record, as one asks for it."""
        told = json.loads(request.body)
        uri = f"at://{told['repo']}/{told['collection']}/{told['rkey']}"
        there, new = self.records.get(uri), told["record"]
        if there != new and there is not None and "swapRecord" in told:
            return self.fails("InvalidSwap", "Record was at bafy")
        self.writes += there is None
        self.records[uri] = new
        return self.says({"uri": uri, "cid": sha256(json.dumps(new).encode()).hexdigest()})

    def _delete_record(self, request: Request, _asked: Record) -> Reply:
        if (refused := self._expired(request)) is not None:
            return refused
        fault = self.faults.pop(0) if self.faults else None
        return (fault(self, request) if fault else None) or self.drop(request)

    def drop(self, request: Request) -> Reply:
        told = json.loads(request.body)
        self.records.pop(f"at://{told['repo']}/{told['collection']}/{told['rkey']}", None)
        return self.says({})

    def _get_record(self, _request: Request, asked: Record) -> Reply:
        uri = f"at://{asked['repo']}/{asked['collection']}/{asked['rkey']}"
        if uri not in self.records:
            return self.fails("RecordNotFound", f"Could not locate record: {uri}")
        return self.says({"uri": uri, "cid": "cid", "value": self.records[uri]})

    # --- what is passed on --------------------------------------------------------------------------------------

    def _get_convo_availability(self, request: Request, asked: Record) -> Reply:
        # Seen on the reference server: whether somebody takes messages is told to any app password.
        return self._passed_on(request, self.chats.availability, asked, needs=False)

    def _get_convo_for_members(self, request: Request, asked: Record) -> Reply:
        return self._passed_on(request, self.chats.chat, asked)

    def _get_messages(self, request: Request, asked: Record) -> Reply:
        return self._passed_on(request, self.chats.listed, asked)

    def _send_message(self, request: Request, _asked: Record) -> Reply:
        fault = self.faults.pop(0) if self.faults else None
        return (fault(self, request) if fault else None) or self.message(request)

    def message(self, request: Request) -> Reply:
        """Send a message, as one asks for it."""
        return self._passed_on(request, self.chats.send, json.loads(request.body))

    def _passed_on(
        self, request: Request, method: Callable[[Record], object], told: Record, *, needs: bool = True
    ) -> Reply:
        assert request.service == SERVICE
        if (refused := self._expired(request)) is not None:
            return refused
        if needs and not self.may_chat:
            return self.fails("InvalidToken", "Bad token method")
        try:
            return self.says(method(told))
        except No as no:
            return self.fails(*no.args)

    # --- saying -------------------------------------------------------------------------------------------------

    def do(self, request: Request) -> Reply:
        """Carry a write out, whatever it is."""
        name = urlsplit(request.url).path.rpartition(".")[2]
        return {"deleteRecord": self.drop, "putRecord": self.put, "sendMessage": self.message}[name](request)

    def _list_records(self, _request: Request, asked: Record) -> Reply:
        mine = [uri for uri in self.records if uri.startswith(f"at://{asked['repo']}/{asked['collection']}/")]
        before = asked.get("cursor", "~")
        found = sorted((uri for uri in mine if uri.rpartition("/")[2] < before), reverse=True)[: int(asked["limit"])]
        page = [{"uri": uri, "cid": "cid", "value": self.records[uri]} for uri in found]
        return self.says({"records": page} | ({"cursor": found[-1].rpartition("/")[2]} if found else {}))

    def _get_posts(self, request: Request, _asked: Record) -> Reply:
        uris = parse_qs(urlsplit(request.url).query)["uris"]
        views = [
            {"uri": uri, "viewer": {"replyDisabled": uri in self.closed}, "author": self._seen(uri)} for uri in uris
        ]
        return self._expired(request) or self.says({"posts": views})

    def _seen(self, uri: str) -> Record:
        did = uri.split("/")[2]
        return {"did": did, "viewer": {"blockedBy": (did, BOT) in self.blocks}}

    def _get_relationships(self, request: Request, asked: Record) -> Reply:
        others = parse_qs(urlsplit(request.url).query)["others"]
        told = [
            {"did": did} | ({"blocking": "at://a/b/c"} if (asked["actor"], did) in self.blocks else {})
            for did in others
        ]
        return self.says({"actor": asked["actor"], "relationships": told})

    def says(self, body: object, status: int = 200) -> Answer:
        return Answer(status=status, body=json.dumps(body).encode(), at=self.clock(), media_type="application/json")

    def fails(self, error: str, message: str, status: int = 400) -> Answer:
        return self.says({"error": error, "message": message}, status)


def done_and_lost(pds: Pds, request: Request) -> Reply:
    """It is done, and the answer does not arrive."""
    pds.do(request)
    return Refused(kind="timeout", detail="There was no whole answer within 20 seconds.")


def done_and_fails(pds: Pds, request: Request) -> Reply:
    """It is done, and what stands before the server says that it is not."""
    pds.do(request)
    return pds.fails("UpstreamTimeout", "Upstream Timeout", 504)


def lost(_pds: Pds, _request: Request) -> Reply:
    """It does not arrive."""
    return Refused(kind="network", detail="The connection was closed.")


def broken(pds: Pds, _request: Request) -> Reply:
    """The server fails before it does anything."""
    return pds.fails("InternalServerError", "Internal Server Error", 500)


def busy(seconds: float) -> Fault:
    """The server wants to be left alone for a while."""
    return lambda pds, _request: Refused(kind="rate", until=pds.clock() + timedelta(seconds=seconds))


def _profile(*labels: str) -> Record:
    values = [{"val": label} for label in labels]
    return {"$type": "app.bsky.actor.profile", "labels": {"values": values}}


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
