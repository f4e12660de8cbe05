"""Bluesky: mentions from the account's notifications, answers as records under names that follow from the mention.

What is written is named before it is written, and only where nothing of that name is (`swapRecord: null`), so that a
second try changes nothing. Whether it is there is read from the repository, never from the status of an answer.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar, Literal
from urllib.parse import quote, urlencode

import msgspec

from threadleaf.bot._bluesky_session import Account, Keeps, NoSession, body, error, signed, until, words
from threadleaf.bot.network import Deed, Heard, Mention, Outcome, Outgoing
from threadleaf.bot.session import Tokens
from threadleaf.core.aturi import int_to_tid, is_tid, tid_to_int
from threadleaf.core.model import Network
from threadleaf.core.untyped import get, items, string
from threadleaf.sources import _bsky_requests as requests
from threadleaf.sources._bsky_records import author_of, from_record
from threadleaf.sources._bsky_uris import owner, public_address, record_key
from threadleaf.sources._moments import moment
from threadleaf.wire import Answer, Asking, Reply, Request, Scope, ask

POST, LIKE = "app.bsky.feed.post", "app.bsky.feed.like"
LABEL = "bot"
"""What an account calls itself that is no person (label of the profile)."""
PAGE, PAGES = 100, 20
NAMES = 3
"""So many names are tried for a record: others may have taken one, or the server may not like it."""

_OVERLAP = timedelta(hours=1)  # notifications come late, and not in order
_DAY = timedelta(days=1)
_MICROSECOND = 1 << 10  # in the number of a TID
_NEVER = frozenset({"InvalidRequest", "InvalidRecord", "InvalidMention"})

There = Literal["mine", "another's", "missing", "unknown"]


class Bluesky:
    """The channel. `session` keeps the tokens; the door that sends for it must know their names."""

    network: ClassVar[Network] = "bsky"
    hourly: ClassVar[int] = 833
    """Half of the 1,666 records that an account may write in an hour."""
    later: ClassVar[Deed] = "like"
    nods: ClassVar[bool] = True
    holds: ClassVar[bool] = False

    def __init__(self, handle: str, password: str, scope: Scope, session: Keeps) -> None:
        self._account = Account(handle, password, scope, session)
        self._handle = handle

    @property
    def me(self) -> str:
        """The account's DID, once it has signed in."""
        tokens = self._account.session.tokens
        return tokens.did if tokens else ""

    # --- hearing ------------------------------------------------------------------------------------------------

    def mentions(self, cursor: str) -> Asking[Heard]:
        """What is new, newest first as the server lists it, turned round."""
        found: list[Mention] = []
        newest = moment(cursor)
        place = ""
        for _ in range(PAGES):
            try:
                reply = yield from self._account.asked(partial(_notifications, place))
            except NoSession as none:
                return Heard(mentions=tuple(reversed(found)), cursor=cursor, says=none.says, until=none.until)
            listed = get(body(reply), "notifications")
            if not isinstance(reply, Answer) or reply.status != 200 or not isinstance(listed, list):
                return Heard(mentions=tuple(reversed(found)), cursor=cursor, says=words(reply), until=until(reply))
            since = max(reply.at - _DAY - _OVERLAP, (newest or reply.at - _DAY) - _OVERLAP)
            times = [at for item in listed if (at := moment(get(item, "indexedAt")))]
            found += (mention for item in listed if (mention := self._mention(item)) and mention.seen_at >= since)
            place = string(get(body(reply), "cursor"))
            if not place or (times and min(times) < since):
                break
        latest = max((mention.seen_at for mention in found), default=newest)
        return Heard(mentions=tuple(reversed(found)), cursor=latest.isoformat() if latest else "")

    def _mention(self, item: object) -> Mention | None:
        """A notification as a mention; None for any other, and where the mention is not one of ours."""
        uri, cid, seen = string(get(item, "uri")), string(get(item, "cid")), moment(get(item, "indexedAt"))
        asker, record = author_of(get(item, "author")), get(item, "record")
        if asker is None or seen is None or get(item, "reason") != "mention" or owner(uri) != asker.id:
            return None
        post = from_record(uri, cid, record)
        mine = f"https://bsky.app/profile/{self.me}"
        if not any(span.kind == "mention" and span.value == mine for span in post.spans):
            return None
        root = get(record, "reply", "root")
        return Mention(
            network="bsky",
            notification=uri,
            post=post,
            asker=asker,
            native=uri,
            proof=cid,
            root_native=string(get(root, "uri")),
            root_proof=string(get(root, "cid")),
            conversation=string(get(root, "uri")) or uri,
            parent_is_ours=post.parent_author == self.me,
            parent_native=post.parent or "",
            is_bot=LABEL in asker.labels,
            seen_at=seen,
        )

    # --- writing down -------------------------------------------------------------------------------------------

    def compose(self, deed: Deed, mention: Mention, text: str, link: str, at: datetime) -> Outgoing:
        """A record under a name that follows from the mention. Raises ValueError for a deed that is no record here."""
        if deed not in ("answer", "like"):
            raise ValueError(f"on Bluesky there is no {deed} to compose")
        key = _key(self.me, mention)
        subject = {"uri": mention.native, "cid": mention.proof}
        if deed == "like":
            record: dict[str, Any] = {"$type": LIKE, "subject": subject, "createdAt": _time(at)}
        else:
            root = {"uri": mention.root_native, "cid": mention.root_proof} if mention.root_native else subject
            record = {"$type": POST, "text": text, "facets": list(_facets(text, link)), "createdAt": _time(at)}
            record["reply"] = {"root": root, "parent": subject}
        told = {"repo": self.me, "collection": record["$type"], "rkey": key, "record": record, "swapRecord": None}
        return Outgoing(
            network="bsky", deed=deed, key=key, target=mention.native, body=msgspec.json.encode(told), at=at
        )

    # --- doing --------------------------------------------------------------------------------------------------

    def send(self, out: Outgoing) -> Asking[Outcome]:
        """Write the record, or delete one; then read whether that is so, unless the server has said it."""
        try:
            if out.deed == "delete":
                return (yield from self._delete(out))
            for name in _names(out):
                outcome = yield from self._write(out, name)
                if outcome is not None:
                    return outcome
        except NoSession as none:
            return Outcome(fate="not-done", says=none.says, until=none.until)
        return Outcome(fate="refused", says="Every name that the record could have is taken.")

    def _write(self, out: Outgoing, name: str) -> Asking[Outcome | None]:
        """Write under one name; None if another name is to be tried."""
        told = msgspec.json.decode(out.body)
        sent = out.body if name == out.key else msgspec.json.encode({**told, "rkey": name})
        reply = yield from self._account.asked(lambda tokens: _call(tokens, "putRecord", sent))
        uri = f"at://{told['repo']}/{told['collection']}/{name}"
        if isinstance(reply, Answer) and reply.status == 200 and get(body(reply), "uri") == uri:
            return _done(uri)
        there = yield from self._there(out, uri)
        if there == "mine":
            return _done(uri)
        if there == "another's" or (there == "missing" and _dislikes_name(reply)):
            return None
        if there == "unknown":
            return Outcome(fate="unknown", says=words(reply), until=until(reply))
        never = isinstance(reply, Answer) and reply.status == 400 and error(reply)[0] in _NEVER
        return Outcome(fate="refused" if never else "not-done", says=words(reply), until=until(reply))

    def _delete(self, out: Outgoing) -> Asking[Outcome]:
        repo, collection, key = out.target.removeprefix("at://").split("/")
        told = {"repo": repo, "collection": collection, "rkey": key}
        reply = yield from self._account.asked(lambda tokens: _call(tokens, "deleteRecord", told))
        if isinstance(reply, Answer) and reply.status == 200:
            return Outcome(fate="done")
        found = yield from self.find(out)
        return msgspec.structs.replace(found, says=words(reply), until=until(reply))

    def find(self, out: Outgoing) -> Asking[Outcome]:
        """Look into our own repository, under every name that the record could have."""
        if out.deed == "delete":
            there = yield from self._there(out, out.target)
            fates = {"missing": "done", "unknown": "unknown"}
            return Outcome(fate=fates.get(there, "not-done"))  # type: ignore[arg-type]
        told = msgspec.json.decode(out.body)
        unsure = False
        for name in _names(out):
            uri = f"at://{told['repo']}/{told['collection']}/{name}"
            there = yield from self._there(out, uri)
            if there == "mine":
                return _done(uri)
            unsure = unsure or there == "unknown"
        return Outcome(fate="unknown" if unsure else "not-done")

    def _there(self, out: Outgoing, uri: str) -> Asking[There]:
        """What our own repository has under a name."""
        try:
            tokens = self._account.session.tokens or (yield from self._account.signed_in())
        except NoSession:
            return "unknown"
        repo, collection, key = uri.removeprefix("at://").split("/")
        reply = yield from ask(requests.record(tokens.server, repo, collection, key))
        if isinstance(reply, Answer) and reply.status == 200:
            value = get(body(reply), "value")
            about = (get(value, "reply", "parent", "uri"), get(value, "subject", "uri"))
            return "mine" if out.target in about else "another's"
        name, message = error(reply)
        gone = name == "RecordNotFound" or message.startswith("Could not locate record")
        return "missing" if gone else "unknown"

    def has_private_channel(self, mention: Mention) -> Asking[bool]:  # noqa: ARG002
        """None: chats are another service, which an app password does not open by itself."""
        yield from ()
        return False

    def check(self) -> Asking[tuple[str, ...]]:
        """Whether it can sign in, and whether its profile says that it is a bot."""
        try:
            tokens = yield from self._account.signed_in()
        except NoSession as none:
            return (none.says,)
        reply = yield from ask(requests.record(tokens.server, tokens.did, requests.PROFILE, "self"))
        labels = items(get(body(reply), "value", "labels", "values"))
        if any(get(label, "val") == LABEL for label in labels):
            return ()
        says = (
            f"The profile of {self._handle} does not say that it is a bot. Switch on “Automated account” in the account's "
            "settings on Bluesky: the label `bot` is what other bots and people go by."
        )
        return (says,)


def _notifications(place: str, tokens: Tokens) -> Request:
    asked = {"limit": PAGE, "reasons": "mention"} | ({"cursor": place} if place else {})
    url = f"{tokens.server}/xrpc/app.bsky.notification.listNotifications?{urlencode(asked, quote_via=quote)}"
    return signed(url, purpose="Looking who mentioned the bot")


def _call(tokens: Tokens, method: str, told: object) -> Request:
    return signed(f"{tokens.server}/xrpc/com.atproto.repo.{method}", told=told, purpose="Answering")


def _done(uri: str) -> Outcome:
    return Outcome(fate="done", native=uri, url=public_address(uri) if f"/{POST}/" in uri else "")


def _dislikes_name(reply: Reply) -> bool:
    """Whether a server refuses a record for its name alone (its filter looks for words in names, too)."""
    _, message = error(reply)
    return "slur" in message or "record key" in message.lower()


def _key(did: str, mention: Mention) -> str:
    """The name of what the bot does about a mention: its time that of the mention, its last ten bits from both names."""
    seen = int(mention.seen_at.timestamp() * 1_000_000)
    day = int(_DAY.total_seconds() * 1_000_000)
    name = record_key(mention.native)
    written = tid_to_int(name) // _MICROSECOND if is_tid(name) else seen
    bits = int.from_bytes(hmac.digest(did.encode(), mention.native.encode(), "sha256")[:2], "big") % _MICROSECOND
    return int_to_tid(min(max(written, seen - day), seen + day) * _MICROSECOND + bits)


def _names(out: Outgoing) -> Iterator[str]:
    """The names that a record may have: the one it was given, and if that cannot be, those of the next microseconds."""
    number = tid_to_int(out.key)
    return (int_to_tid(number + step * _MICROSECOND) for step in range(NAMES))


def _facets(text: str, link: str) -> Iterator[dict[str, Any]]:
    """The address in a text, by its place in UTF-8 bytes."""
    before, found, _ = text.partition(link) if link else (text, "", "")
    if found:
        start = len(before.encode())
        feature = {"$type": "app.bsky.richtext.facet#link", "uri": link}
        yield {"index": {"byteStart": start, "byteEnd": start + len(link.encode())}, "features": [feature]}


def _time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
