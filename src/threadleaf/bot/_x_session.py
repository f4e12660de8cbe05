"""The bot's tokens at X: an access token ends after two hours, and a refresh token, good for one time, gives new ones.

The operator gives the first pair; those that follow are kept beside the database.
"""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import urlencode

from threadleaf.bot._bluesky_session import Keeps
from threadleaf.bot.session import Tokens
from threadleaf.core.untyped import get, string
from threadleaf.sources._deep import json_of
from threadleaf.wire import Answer, Asking, Reply, Request, ask


class Grant:
    """What X grants the bot. `access`, `refresh` and `client` are the operator's settings; `session` keeps what followed."""

    def __init__(self, api: str, access: str, refresh: str, client: str, session: Keeps) -> None:
        self._api, self._client, self._session = api, client, session
        self._first = sha256(f"{access}\n{refresh}".encode()).hexdigest()
        self._given = Tokens(did=self._first, server=api, access=access, refresh=refresh)

    def asked(self, request: Request) -> Asking[Reply]:
        """What X answers; a token that is over is changed, and what only reads is then asked again.

        What writes is not: nobody asks twice for that without a look whether it was done.
        """
        tokens = self._tokens()
        reply = yield from ask(request)
        if not isinstance(reply, Answer) or reply.status != 401 or not (yield from self._renewed(tokens)):
            return reply
        return (yield from ask(request)) if request.method == "GET" else reply

    def _tokens(self) -> Tokens:
        """Those that are good now: what came of the operator's, unless there are new ones of hers."""
        kept = self._session.tokens
        if kept is None or kept.did != self._first:
            self._session.keep(self._given)
            return self._given
        return kept

    def _renewed(self, tokens: Tokens) -> Asking[bool]:
        """Whether there are others in place of those that are over; another process may have got them already."""
        newer = self._tokens()
        if newer.access != tokens.access:
            return True
        told = {"grant_type": "refresh_token", "refresh_token": tokens.refresh, "client_id": self._client}
        form = "application/x-www-form-urlencoded"
        reply = yield from ask(
            Request(
                url=f"{self._api}/2/oauth2/token",
                method="POST",
                body=urlencode(told).encode(),
                sends=form,
                purpose="Renewing the session",
            )
        )
        access, refresh = (string(get(json_of(reply), name)) for name in ("access_token", "refresh_token"))
        if not isinstance(reply, Answer) or reply.status != 200 or not access or not refresh:
            return False
        self._session.keep(Tokens(did=self._first, server=self._api, access=access, refresh=refresh))
        return True
