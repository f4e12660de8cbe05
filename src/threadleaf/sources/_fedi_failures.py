"""Why a post that was asked for could not be read: a sentence for a person, with what can be done."""

from __future__ import annotations

from collections.abc import Sequence

from threadleaf import wire
from threadleaf.core.errors import NotFound, NotNow, Refused, ThreadleafError, UnknownAddress
from threadleaf.core.untyped import get, string
from threadleaf.core.wishes import LOGGED_OUT
from threadleaf.sources._deep import json_of
from threadleaf.sources._fedi_addresses import host_of
from threadleaf.sources._fedi_ways import Outcome
from threadleaf.sources._moments import after
from threadleaf.wire import Answer, Asking, Reply, Request

Heard = list[tuple[Request, Reply]]
Reading = Asking[tuple[Outcome, str]]

_LATER = "Please try again later."
_SPEAKS = frozenset("mastodon hometown pleroma akkoma pixelfed friendica gotosocial snac takahe".split())
"""Software that has Mastodon's API: there an answer that is no JSON is a fault."""
_SIGNED_ONLY = (
    "{} answers signed requests only. Threadleaf signs its requests once its own site can be reached: whoever runs it sets "
    "`public_origin` and serves the site there, or sets `fedi_home` and `fedi_token`."
)


def failure(outcome: Outcome, host: str, heard: Heard) -> ThreadleafError:
    """Why a post of the server `host` could not be read, after its ways ended like this."""
    own = [(asked, reply) for asked, reply in heard if host_of(asked.url) == host and not asked.credential]
    refusals = [reply for _, reply in own if isinstance(reply, wire.Refused)]
    if any(isinstance(reply, Answer) and reply.status == 451 for _, reply in own):
        sentence = f"{host} may not show this post here for legal reasons, so it cannot be read here."
        return Refused(sentence, subject=host, code="legal")
    if outcome == "unreachable":
        return _unreachable(host, refusals)
    if outcome in ("unreadable", "not-found") and _is_damaged(own):
        return NotNow(f"{host} could not be read: what it answered is damaged. {_LATER}", subject=host)
    return _refused(outcome, host)


def _refused(outcome: Outcome, host: str) -> ThreadleafError:
    """What a server said to all that it was asked."""
    if outcome == "not-found":
        sentence = f"{host} has no such post that is public. Check the address, or try another post of the thread."
        return NotFound(sentence, subject=host)
    if outcome == "withheld":
        sentence = "The author asks to be shown only to people who are logged in to the network."
        return Refused(sentence, subject=host, code=LOGGED_OUT)
    if outcome == "refused":
        sentence = f"{host} shows its posts only to people who are logged in there, so this thread cannot be read here."
        return Refused(sentence, subject=host, code="login")
    if outcome == "unsigned":
        return Refused(_SIGNED_ONLY.format(host), subject=host, code="signature")
    sentence = (
        f"{host} shows no post at this address in a form that Threadleaf reads. It may be no server of the fediverse."
    )
    return NotFound(sentence, subject=host)


def _unreachable(host: str, refusals: Sequence[wire.Refused]) -> ThreadleafError:
    """Nothing was answered: there is no such place, or the door does not open it, or there is a fault, which may pass."""
    for refusal in refusals:
        if refusal.code.startswith("DENY-"):
            about = "" if host in refusal.detail else f"{host} cannot be read. "
            return UnknownAddress(f"{about}{refusal.detail}".strip(), subject=host)
    if refusals and all(refusal.code == wire.NO_NAME for refusal in refusals):
        return UnknownAddress(refusals[0].detail, subject=host)
    detail = next((refusal.detail for refusal in refusals if refusal.detail), "")
    until = max((refusal.until for refusal in refusals if refusal.until is not None), default=None)
    advice = after(until) if until else "" if detail and refusals[0].kind == "network" else _LATER
    return NotNow(" ".join(filter(None, (f"{host} could not be read.", detail, advice))), subject=host)


def _is_damaged(heard: Heard) -> bool:
    """Whether a server that has Mastodon's API answered to it with something that is no JSON, or breaks off."""
    names = {string(get(json_of(reply), "software", "name")).lower() for _, reply in heard}
    answers = (reply for asked, reply in heard if "/api/v1/statuses/" in asked.url and isinstance(reply, Answer))
    broken = [answer for answer in answers if answer.status == 200 and json_of(answer) is None]
    return any("json" in answer.media_type or not _SPEAKS.isdisjoint(names) for answer in broken)
