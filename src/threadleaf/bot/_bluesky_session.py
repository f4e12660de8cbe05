"""Signing in on Bluesky: an app password gives two tokens, of which the second one gives new ones (protocol: session).

Signing in is allowed a few times a day only, so it is done when nothing else helps.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import msgspec

from threadleaf.bot.session import ACCESS, REFRESH, Tokens
from threadleaf.bot.trouble import trouble
from threadleaf.core.untyped import get, string
from threadleaf.sources import _bsky_identity as identity
from threadleaf.sources import _bsky_requests as requests
from threadleaf.sources._deep import json_of
from threadleaf.wire import Answer, Asking, Reply, Request, Scope, ask

_STALE = frozenset({"ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired"})


class Keeps(Protocol):
    """Where tokens are kept."""

    @property
    def tokens(self) -> Tokens | None: ...

    def keep(self, tokens: Tokens | None) -> None: ...


class NoSession(Exception):
    """There is none, and none was to be had: `says` is why, in a sentence, `until` when to try again, if known."""

    def __init__(self, says: str, until: datetime | None = None) -> None:
        super().__init__(says)
        self.says, self.until = says, until


class Account:
    """The bot's account. `handle` and `password` (an app password) are the operator's settings."""

    def __init__(self, handle: str, password: str, scope: Scope, session: Keeps) -> None:
        self._handle, self._password, self._scope, self.session = handle, password, scope, session

    def asked(self, make: Callable[[Tokens], Request]) -> Asking[Reply]:
        """What the account's server answers to its owner; a token that is over is changed. Raises NoSession."""
        tokens = self.session.tokens or (yield from self.signed_in())
        reply = yield from ask(make(tokens))
        if error(reply)[0] in _STALE and not is_forbidden(reply):
            # It was refused before anything was done, so asking again does nothing twice.
            tokens = yield from self._renewed(tokens)
            reply = yield from ask(make(tokens))
        return reply

    def signed_in(self) -> Asking[Tokens]:
        """A new session. Raises NoSession."""
        reply = yield from ask(requests.resolution(self._scope, self._handle))
        did = string(get(json_of(reply), "did"))
        if error(reply)[0] == "InvalidRequest":
            raise NoSession(f"Nobody knows the handle {self._handle}. Check the setting `bluesky_handle`.")
        if not did:
            says = (
                f"The handle {self._handle} could not be looked up; perhaps there is no network. {trouble(reply).says}"
            )
            raise NoSession(says, trouble(reply).until)
        server = (yield from identity.look_up(self._scope, did)).server
        if not server:
            raise NoSession(f"It cannot be found out where the account {self._handle} is kept. Try again later.")
        told = msgspec.json.encode({"identifier": did, "password": self._password})
        url = f"{server}/xrpc/com.atproto.server.createSession"
        reply = yield from ask(Request(url=url, method="POST", body=told, purpose="Signing in"))
        return self._kept(reply, did, server)

    def _renewed(self, tokens: Tokens) -> Asking[Tokens]:
        """Another session in place of one that is over: another process may have got it already."""
        newer = self.session.tokens
        if newer is not None and newer.access != tokens.access:
            return newer
        url = f"{tokens.server}/xrpc/com.atproto.server.refreshSession"
        reply = yield from ask(Request(url=url, method="POST", credential=REFRESH, purpose="Renewing the session"))
        if isinstance(reply, Answer) and reply.status == 200:
            return self._kept(reply, tokens.did, tokens.server)
        if error(reply)[0] not in _STALE:
            raise NoSession(f"The session could not be renewed: {trouble(reply).says}", trouble(reply).until)
        self.session.keep(None)
        return (yield from self.signed_in())

    def _kept(self, reply: Reply, did: str, server: str) -> Tokens:
        told = json_of(reply)
        access, refresh = string(get(told, "accessJwt")), string(get(told, "refreshJwt"))
        if not access or not refresh or get(told, "did") != did:
            if error(reply)[0] in _STALE:
                raise NoSession(
                    f"Bluesky refused the app password of {self._handle}. Make a new one in the account's settings "
                    "(Privacy and security, App passwords), and set `bluesky_password`."
                )
            raise NoSession(f"Bluesky did not let {self._handle} sign in: {trouble(reply).says}", trouble(reply).until)
        tokens = Tokens(did=did, server=server, access=access, refresh=refresh)
        self.session.keep(tokens)
        return tokens


def signed(url: str, *, told: object = None, purpose: str = "") -> Request:
    """A request in the account's name: a call if something is `told`, else a question."""
    if told is None:
        return Request(url=url, credential=ACCESS, purpose=purpose)
    sent = told if isinstance(told, bytes) else msgspec.json.encode(told)
    return Request(url=url, method="POST", body=sent, credential=ACCESS, purpose=purpose)


def error(reply: Reply) -> tuple[str, str]:
    """The name and the words of an error of the protocol; both empty if this is none."""
    if isinstance(reply, Answer) and reply.status != 200:
        told = json_of(reply)
        return string(get(told, "error")), string(get(told, "message"))
    return "", ""


def is_forbidden(reply: Reply) -> bool:
    """Whether it is the app password that may not do this: another token would not help. (Seen on the reference server.)"""
    return error(reply) == ("InvalidToken", "Bad token method")
