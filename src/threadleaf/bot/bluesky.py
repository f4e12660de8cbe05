"""Bluesky: mentions from the account's notifications, answers as records under names that follow from the mention.

What is written is named before it is written, and only where nothing of that name is (`swapRecord: null`), so that a
second try changes nothing. Whether it is there is read from the repository, never from the status of an answer.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, ClassVar, Literal
from urllib.parse import quote, urlencode

import msgspec

from threadleaf.bot._bluesky_chat import SERVICE, Chat, frozen
from threadleaf.bot._bluesky_session import Account, Keeps, NoSession, error, signed
from threadleaf.bot.network import Deed, Heard, Mention, Outcome, Outgoing, Own, Recalled
from threadleaf.bot.session import Tokens
from threadleaf.bot.trouble import trouble
from threadleaf.core.aturi import int_to_tid, is_did, is_tid, tid_to_int
from threadleaf.core.model import Network, Ref
from threadleaf.core.untyped import get, items, string
from threadleaf.sources import _bsky_requests as requests
from threadleaf.sources._bsky_records import author_of, from_record
from threadleaf.sources._bsky_uris import owner, public_address, record_key
from threadleaf.sources._deep import json_of
from threadleaf.sources._moments import moment
from threadleaf.wire import Answer, Asking, Reply, Request, Scope, ask

POST, LIKE = "app.bsky.feed.post", "app.bsky.feed.like"
LABEL = "bot"
"""What an account calls itself that is no person (label of the profile)."""
PAGE, PAGES = 100, 20
"""So many notifications are in an answer, and so many answers are read at one look; the next look goes on."""
KNOWN = 2
"""So many answers are read, of what was told before, for what came late."""
FIRST = timedelta(days=30)
"""How far back the very first look goes, for the wishes of authors; calls are not answered after a day."""
NAMES = 3
"""So many names are tried for a record: others may have taken one, or the server may not like it."""

_OVERLAP = timedelta(hours=1)  # notifications come late, and not in order
_DAY = timedelta(days=1)
_BEHIND = timedelta(days=3)
"""So much older than an answer its name may be: what it answers may be a day old, its own clock a day behind, and for a
day it is tried."""
_MICROSECOND = 1 << 10  # in the number of a TID
_BLOCKS = ("blocking", "blockedBy", "blockingByList", "blockedByList")
_NEVER = frozenset({"InvalidRequest", "InvalidRecord", "InvalidMention"})

There = Literal["mine", "another's", "missing", "unknown"]


class Bluesky:
    """The channel. `session` keeps the tokens; the door that sends for it must know their names. `chats` is the service
    by which private notes go."""

    network: ClassVar[Network] = "bsky"
    hourly: ClassVar[int] = 833
    """Half of the 1,666 records that an account may write in an hour."""
    later: ClassVar[Deed] = "like"
    nods: ClassVar[bool] = True
    holds: ClassVar[bool] = False
    shows: ClassVar[timedelta] = timedelta(0)

    def __init__(self, handle: str, password: str, scope: Scope, session: Keeps, *, chats: str = SERVICE) -> None:
        self._account, self._scope = Account(handle, password, scope, session), scope
        self._chat = Chat(self._account, chats)
        self.handle = handle

    @property
    def me(self) -> str:
        """The account's DID, once it has signed in."""
        tokens = self._account.session.tokens
        return tokens.did if tokens else ""

    # --- hearing ------------------------------------------------------------------------------------------------

    def mentions(self, cursor: str) -> Asking[Heard]:
        """What is new, newest first as the server lists it, turned round.

        All notifications are read, since a server that leaves some out does so after paging: of a page of which nothing
        is left nobody knows how old it is. The cursor is the time of the newest; and where a listing is too long for one
        look, down to which time it is read, and the server's word for where to go on.
        """
        found: list[Mention] = []
        newest, floor, place = _parted(cursor)
        latest, known, goes_on, seen = newest, 0, bool(place), set[str]()
        for _ in range(PAGES):
            try:
                reply = yield from self._account.asked(partial(_notifications, place))
            except NoSession as none:
                return Heard(mentions=tuple(reversed(found)), cursor=cursor, says=none.says, until=none.until)
            listed = get(json_of(reply), "notifications")
            if not isinstance(reply, Answer) or reply.status != 200 or not isinstance(listed, list):
                return Heard(
                    mentions=tuple(reversed(found)), cursor=cursor, says=trouble(reply).says, until=trouble(reply).until
                )
            since = floor = floor or (newest or reply.at - FIRST) - _OVERLAP
            times = [at for item in listed if (at := moment(get(item, "indexedAt")))]
            found += (mention for item in listed if (mention := self._mention(item)) and mention.seen_at >= since)
            place = string(get(json_of(reply), "cursor"))
            names = {string(get(item, "uri")) for item in listed}
            is_told = not goes_on and newest is not None and bool(times) and max(times) <= newest
            known += is_told or names <= seen  # a server may tell the same for ever, or nothing
            seen |= names
            latest = max((latest, *(min(at, reply.at) for at in times)), key=_order)
            if (times and min(times) < since) or known == KNOWN:
                place = ""
            if not place:
                break
        rest = f" {floor.isoformat()} {place}" if floor and place else ""
        named = latest.isoformat() if latest else "-" if rest else ""
        return Heard(mentions=tuple(reversed(found)), cursor=f"{named}{rest}", more=bool(rest))

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

    def compose(self, deed: Deed, mention: Mention, text: str, link: str, at: datetime, *, lang: str = "") -> Outgoing:
        """A record under a name that follows from the mention, or a message to the asker."""
        key = _key(self.me, mention)
        if deed == "note":
            note = frozen(mention, text, list(_facets(text, link)))
            return Outgoing(network="bsky", deed=deed, key=key, target=mention.native, body=note, at=at)
        subject = {"uri": mention.native, "cid": mention.proof}
        if deed == "like":
            record: dict[str, Any] = {"$type": LIKE, "subject": subject, "createdAt": _time(at)}
        else:
            root = {"uri": mention.root_native, "cid": mention.root_proof} if mention.root_native else subject
            record = {"$type": POST, "text": text, "facets": list(_facets(text, link)), "createdAt": _time(at)}
            record["reply"] = {"root": root, "parent": subject}
            record |= {"langs": [lang]} if lang else {}
        told = {"repo": self.me, "collection": record["$type"], "rkey": key, "record": record, "swapRecord": None}
        return Outgoing(
            network="bsky", deed=deed, key=key, target=mention.native, body=msgspec.json.encode(told), at=at
        )

    # --- doing --------------------------------------------------------------------------------------------------

    def send(self, out: Outgoing) -> Asking[Outcome]:
        """Write the record, or delete one; then read whether that is so, unless the server has said it."""
        if out.deed == "note":
            return (yield from self._chat.send(out))
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
        if isinstance(reply, Answer) and reply.status == 200 and get(json_of(reply), "uri") == uri:
            return _done(uri)
        there = yield from self._there(out, uri)
        if there == "mine":
            return _done(uri)
        if there == "another's" or (there == "missing" and _dislikes_name(reply)):
            return None
        if there == "unknown":
            return Outcome(fate="unknown", says=trouble(reply).says, until=trouble(reply).until)
        never = isinstance(reply, Answer) and reply.status == 400 and error(reply)[0] in _NEVER
        return Outcome(fate="refused" if never else "not-done", says=trouble(reply).says, until=trouble(reply).until)

    def _delete(self, out: Outgoing) -> Asking[Outcome]:
        repo, collection, key = out.target.removeprefix("at://").split("/")
        told = {"repo": repo, "collection": collection, "rkey": key}
        reply = yield from self._account.asked(lambda tokens: _call(tokens, "deleteRecord", told))
        if isinstance(reply, Answer) and reply.status == 200:
            return Outcome(fate="done")
        found = yield from self.find(out)
        return msgspec.structs.replace(found, says=trouble(reply).says, until=trouble(reply).until)

    def find(self, out: Outgoing) -> Asking[Outcome]:
        """Look into our own repository, under every name that the record could have; for a note, into the chat."""
        if out.deed == "note":
            return (yield from self._chat.find(out))
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
            value = get(json_of(reply), "value")
            about = (get(value, "reply", "parent", "uri"), get(value, "subject", "uri"))
            return "mine" if out.target in about else "another's"
        name, message = error(reply)
        gone = name == "RecordNotFound" or message.startswith("Could not locate record")
        return "missing" if gone else "unknown"

    def own(self, since: datetime, place: str) -> Asking[Recalled]:
        """The bot's own posts, from its repository: by their names, which are as old as what they answer."""
        found: list[Own] = []
        for _ in range(PAGES):
            try:
                tokens = self._account.session.tokens or (yield from self._account.signed_in())
            except NoSession as none:
                return Recalled(posts=tuple(found), says=none.says, until=none.until)
            reply = yield from ask(requests.newest_records(tokens.server, tokens.did, place))
            listed = get(json_of(reply), "records")
            if not isinstance(reply, Answer) or reply.status != 200 or not isinstance(listed, list):
                return Recalled(posts=tuple(found), says=trouble(reply).says, until=trouble(reply).until)
            found += (_own(item, reply.at) for item in listed if owner(string(get(item, "uri"))) == tokens.did)
            place = string(get(json_of(reply), "cursor"))
            if not place or not listed or _named_at(listed[-1], reply.at) < since - _BEHIND:
                return Recalled(posts=tuple(found))
        return Recalled(posts=tuple(found), place=place)

    def may_answer(self, mention: Mention, ref: Ref, author: str) -> Asking[bool | None]:
        """Whether the thread's gate lets the bot in, and the author blocks neither it nor whoever asks.

        The gate is told to who is signed in; blocks are public (`app.bsky.graph.defs#relationship`).
        """
        names = filter(None, (mention.native, mention.root_native, ref.id if ref.network == "bsky" else ""))
        try:
            reply = yield from self._account.asked(partial(_shown_to_us, tuple(dict.fromkeys(names))))
        except NoSession:
            return None
        if not isinstance(reply, Answer) or reply.status != 200:
            return None
        if any(_is_closed(post) for post in items(get(json_of(reply), "posts"))):
            return False
        if not is_did(author) or author == mention.asker.id:
            return True
        reply = yield from ask(requests.relationships(self._scope, author, (mention.asker.id, self.me)))
        if not isinstance(reply, Answer):
            return None
        others = items(get(json_of(reply), "relationships"))
        return not any(get(other, word) for other in others for word in _BLOCKS)

    def has_private_channel(self, mention: Mention) -> Asking[bool]:
        """Whether the asker takes messages of the bot, and its app password may write them."""
        return (yield from self._chat.opens(mention.asker.id))

    def check(self) -> Asking[tuple[str, ...]]:
        """Whether it can sign in, and whether its profile says that it is a bot."""
        try:
            tokens = yield from self._account.signed_in()
        except NoSession as none:
            return (none.says,)
        reply = yield from ask(requests.record(tokens.server, tokens.did, requests.PROFILE, "self"))
        labels = items(get(json_of(reply), "value", "labels", "values"))
        if any(get(label, "val") == LABEL for label in labels):
            return ()
        says = (
            f"The profile of {self.handle} does not say that it is a bot. Switch on “Automated account” in the account's "
            "settings on Bluesky: the label `bot` is what other bots and people go by."
        )
        return (says,)


def _shown_to_us(uris: tuple[str, ...], tokens: Tokens) -> Request:
    asked = urlencode([("uris", uri) for uri in uris], quote_via=quote)
    return signed(f"{tokens.server}/xrpc/app.bsky.feed.getPosts?{asked}", purpose="Looking whether an answer is open")


def _is_closed(post: object) -> bool:
    """Whether a post may not be answered by the bot, or its author blocks it."""
    return get(post, "viewer", "replyDisabled") is True or get(post, "author", "viewer", "blockedBy") is True


def _own(item: object, at: datetime) -> Own:
    """A record of the bot's own, read at a time."""
    uri, record = string(get(item, "uri")), get(item, "value")
    features = [feature for facet in items(get(record, "facets")) for feature in items(get(facet, "features"))]
    links = tuple(filter(None, (string(get(feature, "uri")) for feature in features)))
    return Own(native=uri, url=public_address(uri), links=links, at=moment(get(record, "createdAt")) or at)


def _named_at(item: object, at: datetime) -> datetime:
    """The time in the name of a record; `at` if there is none in it."""
    name = record_key(string(get(item, "uri")))
    return datetime.fromtimestamp(tid_to_int(name) / _MICROSECOND / 1_000_000, UTC) if is_tid(name) else at


def _parted(cursor: str) -> tuple[datetime | None, datetime | None, str]:
    """The time of the newest mention; and, if a listing goes on, down to which time, and where. See `mentions`."""
    newest, _, rest = cursor.partition(" ")
    floor, _, place = rest.partition(" ")
    return moment(newest), moment(floor), place


def _order(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0


def _notifications(place: str, tokens: Tokens) -> Request:
    asked = {"limit": PAGE} | ({"cursor": place} if place else {})
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
