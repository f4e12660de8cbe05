"""Private notes on Bluesky: its chats, another service, to which an account's server passes on what the account asks.

    opens      whether somebody takes messages of the bot, and whether its app password may write any
    send       look first; then send. The service knows no second try, so nothing but a look keeps a note from being
               doubled
    find       the bot's own messages since the call: each shows the post that it answers

A note of which nobody can tell any more whether it arrived (the chat was closed meanwhile) is not sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from threadleaf.bot._bluesky_session import Account, NoSession, error, is_forbidden, signed
from threadleaf.bot.network import Mention, Outcome, Outgoing
from threadleaf.bot.session import Tokens
from threadleaf.bot.trouble import trouble, was_never_sent
from threadleaf.core.untyped import get, string
from threadleaf.sources._deep import json_of
from threadleaf.sources._moments import moment
from threadleaf.wire import Answer, Asking, Reply, Request

SERVICE: Final = "did:web:api.bsky.chat#bsky_chat"
"""The chats of Bluesky, as the header `atproto-proxy` names them."""
PAGE, PAGES = 100, 10
"""So many messages of a chat are looked through."""
SETTLES = timedelta(minutes=2)
"""So long after a try that was not proved a message may still be on its way: only then is it looked for."""

_PURPOSE = "Writing a private note"
_ABSENT = frozenset({404, 501})
_NEVER = frozenset(
    {
        *("BlockedActor", "BlockedSubject", "MessagesDisabled", "NotFollowedBySender", "RecipientNotFound"),
        *("ConvoLocked", "InvalidConvo", "InvalidRequest"),
    }
)
_LOST = "Nobody knows whether the note arrived, so it is not sent again."


class Note(Struct, frozen=True):
    """What is frozen of a note: to whom (a DID), since when it can be there, and the message."""

    to: str
    since: datetime
    message: msgspec.Raw


_READS = msgspec.json.Decoder(Note)


class Chat:
    """The bot's chats. `service` is the service that has them."""

    def __init__(self, account: Account, service: str = SERVICE) -> None:
        self._account, self._service = account, service
        self._is_closed = False

    def opens(self, did: str) -> Asking[bool]:
        """Whether a message can be sent to somebody. What cannot be found out counts as no.

        Whether she takes messages of the bot is told to anybody; only the chat itself is refused to an app password that
        may use none. That is asked once: the rights of an app password never change. (A service that is not found may
        come back.)
        """
        if self._is_closed:
            return False
        try:
            reply = yield from self._asked("getConvoAvailability", {"members": did})
            if isinstance(reply, Answer) and reply.status == 200 and get(json_of(reply), "canChat") is True:
                chat, reply = yield from self._chat(did)
                if chat:
                    return True
        except NoSession:
            return False
        self._is_closed = is_forbidden(reply)
        return False

    def send(self, out: Outgoing) -> Asking[Outcome]:
        """Send a note, unless it was sent already."""
        try:
            chat, reply = yield from self._chat(_note(out).to)
            if not chat:
                return Outcome(
                    fate="refused" if _says_no(reply) else "not-done",
                    says=trouble(reply).says,
                    until=trouble(reply).until,
                )
            found = yield from self._sought(out, chat)
            if not isinstance(found, datetime):  # nothing was sent by this try
                return msgspec.structs.replace(found, fate="not-done") if found.fate == "unknown" else found
            told = {"convoId": chat, "message": _note(out).message}
            reply = yield from self._asked("sendMessage", {}, told)
        except NoSession as none:
            return Outcome(fate="not-done", says=none.says, until=none.until)
        return (yield from self._judged(out, chat, reply, found))

    def _judged(self, out: Outgoing, chat: str, reply: Reply, before: datetime) -> Asking[Outcome]:
        """What came of sending. `before` is when it was not there."""
        if isinstance(reply, Answer) and reply.status == 200 and string(get(json_of(reply), "id")):
            return Outcome(fate="done")
        if was_never_sent(reply):
            return Outcome(fate="not-done", says=trouble(reply).says, until=trouble(reply).until)
        if _says_no(reply):
            found = yield from self._sought(out, chat)
            if not isinstance(found, datetime):
                return found
            return Outcome(fate="refused", says=trouble(reply).says)
        return Outcome(
            fate="unknown", says=trouble(reply).says, until=max(before + SETTLES, trouble(reply).until or before)
        )

    def find(self, out: Outgoing) -> Asking[Outcome]:
        """Look whether a note is there."""
        try:
            chat, reply = yield from self._chat(_note(out).to)
        except NoSession as none:
            return Outcome(fate="unknown", says=none.says, until=none.until)
        if not chat:
            return _unread(reply)
        found = yield from self._sought(out, chat)
        return Outcome(fate="not-done") if isinstance(found, datetime) else found

    def _chat(self, did: str) -> Asking[tuple[str, Reply]]:
        """The chat with somebody, which is made if there is none; empty if it cannot be had."""
        reply = yield from self._asked("getConvoForMembers", {"members": did})
        is_there = isinstance(reply, Answer) and reply.status == 200
        return string(get(json_of(reply), "convo", "id")) if is_there else "", reply

    def _sought(self, out: Outgoing, chat: str) -> Asking[Outcome | datetime]:
        """Our note; or why nobody can say whether it is there; or when it was not there. The newest come first."""
        cursor, since = "", _note(out).since
        for _ in range(PAGES):
            asked = {"convoId": chat, "limit": PAGE} | ({"cursor": cursor} if cursor else {})
            try:
                reply = yield from self._asked("getMessages", asked)
            except NoSession as none:
                return Outcome(fate="unknown", says=none.says, until=none.until)
            listed = get(json_of(reply), "messages")
            if not isinstance(reply, Answer) or reply.status != 200 or not isinstance(listed, list):
                return _unread(reply)
            if any(self._is_ours(message, out) for message in listed):
                return Outcome(fate="done")
            cursor = string(get(json_of(reply), "cursor"))
            if not cursor or all(_before(message, since) for message in listed):
                return reply.at
        return Outcome(fate="refused", says=_LOST)

    def _is_ours(self, message: object, out: Outgoing) -> bool:
        """Whether a message is the note: it shows the post that it answers, or, if the service shows none, says the same."""
        tokens, note = self._account.session.tokens, _note(out)
        if tokens is None or get(message, "sender", "did") != tokens.did:
            return False
        shown = string(get(message, "embed", "record", "uri"))
        if shown:
            return shown == out.target
        says = get(msgspec.json.decode(note.message), "text")
        return get(message, "text") == says and not _before(message, note.since)

    def _asked(self, method: str, asked: Mapping[str, object], told: object = None) -> Asking[Reply]:
        return (yield from self._account.asked(self._made(method, asked, told)))

    def _made(self, method: str, asked: Mapping[str, object], told: object) -> Callable[[Tokens], Request]:
        query = f"?{urlencode(asked, quote_via=quote)}" if asked else ""

        def make(tokens: Tokens) -> Request:
            request = signed(f"{tokens.server}/xrpc/chat.bsky.convo.{method}{query}", told=told, purpose=_PURPOSE)
            return msgspec.structs.replace(request, service=self._service)

        return make


def frozen(mention: Mention, text: str, facets: Sequence[Mapping[str, Any]]) -> bytes:
    """A note to whoever mentioned the bot, with the post that it answers."""
    embed = {"$type": "app.bsky.embed.record", "record": {"uri": mention.native, "cid": mention.proof}}
    message = msgspec.json.encode({"text": text, "facets": facets, "embed": embed})
    return msgspec.json.encode(Note(mention.asker.id, mention.seen_at - SETTLES, msgspec.Raw(message)))


def _note(out: Outgoing) -> Note:
    return _READS.decode(out.body)


def _before(message: object, since: datetime) -> bool:
    """Whether a message was certainly sent before a time."""
    at = moment(get(message, "sentAt"))
    return at is not None and at < since


def _is_closed_to_us(reply: Reply) -> bool:
    """Whether chats are not for this app password, or are not there at all."""
    return is_forbidden(reply) or (isinstance(reply, Answer) and reply.status in _ABSENT)


def _says_no(reply: Reply) -> bool:
    """Whether what was asked will never be done. (That the account's server has not found the service may pass.)"""
    name, message = error(reply)
    return _is_closed_to_us(reply) or (name in _NEVER and "proxy" not in message)


def _unread(reply: Reply) -> Outcome:
    """A chat that cannot be read: later, or never any more."""
    if _says_no(reply):
        return Outcome(fate="refused", says=f"{_LOST} {trouble(reply).says}")
    return Outcome(fate="unknown", says=trouble(reply).says, until=trouble(reply).until)
