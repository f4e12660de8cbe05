"""What the settings mean for the network: the door, its limits, whom a source may count on."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from threadleaf.config import Settings
from threadleaf.core.limits import MOST_POSTS
from threadleaf.wire import ACTOR, HOME, Scope, X

if TYPE_CHECKING:
    from threadleaf.fetch.door import Credential, Door, Signer
    from threadleaf.fetch.drive import Limits
    from threadleaf.fetch.hosts import Hosts
    from threadleaf.fetch.policy import Policy
    from threadleaf.service.pictures import Failure, Gallery, Made
    from threadleaf.service.spending import Purse
    from threadleaf.sources.x_costs import Prices
    from threadleaf.store.threads import Store

_LAST_ANSWERS = 1_000  # posts that may come with the answers to what was asked before the limit was noticed
_MIB = 1024 * 1024
_BLUESKY_PER_SECOND = 5.0  # half of the 3,000 requests in five minutes that its servers take


def scope(settings: Settings, *, signs: bool) -> Scope:
    """What sources may count on; `signs`: whether there is a key to sign requests with."""
    return Scope(
        appview=settings.bluesky_appview,
        directory=settings.bluesky_directory,
        home=settings.fedi_home,
        signs=signs,
        posts=min(settings.max_posts, MOST_POSTS - _LAST_ANSWERS),
        x_api=settings.x_api,
        x_reads=bool(settings.x_token),
        x_archive=settings.x_archive,
        x_words=settings.x_words,
    )


def purse(settings: Settings, store: Store, clock: Callable[[], datetime]) -> Purse:
    """The money that reading X may take."""
    from threadleaf.service.spending import Ceilings, Purse

    ceilings = Ceilings(
        day=_millionths(settings.x_budget_day), month=_millionths(settings.x_budget_month), posts=settings.x_posts
    )
    return Purse(store.spending, prices(settings), ceilings, settings.x_api, clock)


def prices(settings: Settings) -> Prices:
    """What X charges, as the settings have it."""
    from threadleaf.sources.x_costs import Prices

    return Prices(**{name: _millionths(price) for name, price in settings.x_prices.items()})


def _millionths(dollars: float) -> int:
    return round(dollars * 1_000_000)


def can_sign() -> bool:
    """Whether what signs requests is installed; it comes with what a server needs."""
    return find_spec("cryptography") is not None


def public_key(key: bytes) -> str:
    """The public half of the key that signs requests, as PEM; empty if there is none."""
    if not key:
        return ""
    from threadleaf.fetch import signature

    return signature.public_key(key)


def policy(settings: Settings) -> Policy:
    """Whom the door asks. Our own site is never asked: that would be a way to reach it from inside."""
    from threadleaf.fetch.policy import Policy

    own = settings.public_origin.partition("://")[2].partition(":")[0]
    allowed = (place.rpartition(":") for place in settings.allow_loopback)
    return Policy(
        allow=frozenset((host.strip("[]").lower(), int(port)) for host, _, port in allowed),
        ports=frozenset(settings.https_ports),
        own_names=frozenset({own} if own else ()),
        own_addresses=frozenset(settings.own_addresses),
        nat64=settings.nat64,
    )


def door(settings: Settings, key: bytes, secrets: Mapping[str, Credential] = MappingProxyType({})) -> Door:
    """The way out; `key` (PEM) signs requests in the name of this instance, empty if it cannot.

    `secrets` are further ones, which are looked up for each request.
    """
    from threadleaf.fetch.door import Door

    return Door(
        contact=settings.contact or settings.public_origin,
        policy=policy(settings),
        credentials=ChainMap(dict(credentials(settings, key)), cast("dict[str, Credential | Signer]", secrets)),
    )


def gallery(
    settings: Settings, store: Store, clock: Callable[[], datetime], *, offline: bool = False
) -> Gallery | None:
    """What shows pictures of posts through this site; None where they are only linked.

    Without a network it shows none, and deletes those of what is taken down.
    """
    if not settings.picture_mebibytes or find_spec("PIL") is None:
        return None
    from threadleaf.service.pictures import LINKED, Gallery
    from threadleaf.store.pictures import Files

    most, kept = settings.picture_mebibytes * _MIB, settings.archive_mebibytes * _MIB
    files = Files(Path(settings.data) / "pictures", most, kept)
    if offline:
        return Gallery(store.pictures, files, lambda _: "later", clock, LINKED)
    return Gallery(store.pictures, files, partial(_picture, settings), clock, settings.media)


def _picture(settings: Settings, url: str) -> Made | Failure:
    from threadleaf.fetch import pictures
    from threadleaf.fetch.door import Door

    contact = settings.contact or settings.public_origin
    try:
        return pictures.picture(Door(contact=contact, policy=policy(settings), caps=pictures.CAPS), url)
    except pictures.Unusable:
        return "refused"
    except pictures.Vanished:
        return "gone"
    except pictures.Unanswered:
        return "later"


def credentials(settings: Settings, key: bytes) -> Mapping[str, Credential | Signer]:
    """The secrets that requests may name: the tokens for the operator's own server and for X, the key that signs."""
    from threadleaf.fetch.door import Credential
    from threadleaf.fetch.signature import signer

    found: dict[str, Credential | Signer] = {}
    if settings.fedi_home:
        found[HOME] = Credential(settings.fedi_home, f"Bearer {settings.fedi_token}")
    if settings.x_token:
        found[X] = Credential(settings.x_api, f"Bearer {settings.x_token}")
    if key:
        found[ACTOR] = signer(settings.public_origin, key)
    return found


def limits(settings: Settings) -> Limits:
    """What one unroll may cost."""
    from threadleaf.fetch.drive import Limits

    return Limits(
        seconds=settings.max_seconds, requests=settings.max_requests, bytes=settings.max_mebibytes * 1024 * 1024
    )


def hosts(settings: Settings) -> Hosts:
    """What a process remembers of servers."""
    from threadleaf.fetch.hosts import Hosts

    places = (settings.bluesky_appview, settings.bluesky_directory)
    return Hosts(swift=dict.fromkeys((place.partition("://")[2] for place in places), _BLUESKY_PER_SECOND))
