"""How often somebody may ask: the limits of the settings, who asks, and what is said to whoever has asked too often.

Who asks is the network of the client's address, /24 of IPv4 and /48 of IPv6, and leaves this module as that. What a
request says about where it comes from counts only if one of the operator's own proxies says it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Literal, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from threadleaf.config import Settings
from threadleaf.service import Threadleaf
from threadleaf.store.cases import Rate, Spent
from threadleaf.web import errors, languages

Kind = Literal["unroll", "report", "sign-in", "api", "export", "translation", "x-posts"]

HOUR, DAY = 3_600, 86_400
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_FREE = Spent(True, 0, 0, _EVER, _EVER, 0)


class Stated(NamedTuple):
    """A limit as the settings name it: `setting` for each who asks, `setting_all` for all together."""

    setting: str
    seconds: int
    what: str


STATED: Mapping[Kind, Stated] = {
    "unroll": Stated("unrolls_per_hour", HOUR, "Threads unrolled"),
    "report": Stated("reports_per_day", DAY, "Reports sent"),
    "sign-in": Stated("sign_ins_per_hour", HOUR, "Tries to sign in as the operator"),
    "api": Stated("api_per_hour", HOUR, "Requests of the API"),
    "export": Stated("exports_per_hour", HOUR, "Files made"),
    "translation": Stated("translations_per_hour", HOUR, "Posts translated"),
    "x-posts": Stated("x_posts_per_day", DAY, "Posts of X shown"),
}


def rate(kind: Kind, settings: Settings) -> Rate:
    """One limit as it is in force."""
    name, seconds, _ = STATED[kind]
    return Rate(kind, getattr(settings, name), getattr(settings, f"{name}_all"), seconds)


class Limits:
    """The limits of one site. On a personal instance only signing in is limited: its one reader is nobody's burden."""

    def __init__(self, service: Threadleaf, settings: Settings) -> None:
        self._service = service
        self._settings = settings
        self._proxies = tuple(map(ip_network, settings.trusted_proxies))

    async def spend(self, kind: Kind, request: Request, uses: int = 1) -> Spent:
        """Use a limit once, or so often. Not `allowed`: answer with `refuse`."""
        if self._settings.personal and kind != "sign-in":
            return _FREE
        return await run_in_threadpool(self._service.desk.spend, rate(kind, self._settings), self.asker(request), uses)

    async def clear(self, kind: Kind, request: Request) -> None:
        """Let somebody begin anew."""
        await run_in_threadpool(self._service.desk.clear, rate(kind, self._settings), self.asker(request))

    @staticmethod
    def refuse(spent: Spent) -> Response:
        """As the function `refuse`."""
        return refuse(spent)

    @staticmethod
    def headers(spent: Spent) -> dict[str, str]:
        """As the function `headers`."""
        return headers(spent)

    def asker(self, request: Request) -> str:
        """Who asks, as a network; the same for all of whom nothing is known."""
        client = request.client.host if request.client else ""
        return network(client, request.headers.getlist("x-forwarded-for"), self._proxies)


def network(client: str, forwarded: Sequence[str], proxies: Sequence[IPv4Network | IPv6Network]) -> str:
    """The network from which somebody asks.

    `client` is who is connected to us. If that is one of our proxies, the last address of X-Forwarded-For that is
    not is taken: each proxy adds the one who came to it, and what stands before that anybody may have written.
    """
    hops = [hop.strip() for line in forwarded for hop in line.split(",")]
    while hops and _is_among(client, proxies):
        client = hops.pop()
    try:
        address = ip_address(client.strip("[]"))
    except ValueError:
        return ""
    if address.version == 6 and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))


def _is_among(client: str, proxies: Sequence[IPv4Network | IPv6Network]) -> bool:
    try:
        address = ip_address(client)
    except ValueError:
        return not client and bool(proxies)  # a socket of this machine has no address
    return any(address in proxy for proxy in proxies)


def headers(spent: Spent) -> dict[str, str]:
    """What is left, for programs (draft-ietf-httpapi-ratelimit-headers); how long to wait where nothing is."""
    if not spent.most:
        return {}
    wait = max(1, -((spent.at - spent.reset_at) // timedelta(seconds=1)))
    told = {
        "ratelimit-policy": f'"default";q={spent.most};w={spent.seconds}',
        "ratelimit": f'"default";r={spent.remaining};t={wait}',
    }
    return told if spent.allowed else {**told, "retry-after": str(wait)}


def refuse(spent: Spent) -> Response:
    """429 in words, with the time at which it is possible again."""
    made = errors.page(429, sentence(spent))
    made.headers.update(headers(spent))
    return made


def sentence(spent: Spent) -> str:
    """Until when somebody has to wait; the day is told where it is another one."""
    say = languages.say()
    when = spent.reset_at + timedelta(minutes=1)  # the clock shows whole minutes
    if when.date() == spent.at.date():
        return say("That was often enough for now. It is possible again at {clock} UTC.", clock=say.clock(when))
    return say("That was often enough for now. It is possible again on {moment}.", moment=say.moment(when))
