"""What `threadleaf doctor` looks at. Each check is a function of the settings and of what the world answers.

Nothing here opens a file or a connection: `World` does, so that a test can be any machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from threadleaf.cli import bots, network
from threadleaf.config import SECRETS, Settings, is_loopback, missing_for_the_public, without_secrets
from threadleaf.core.errors import Blocked, StoreError
from threadleaf.core.model import Network
from threadleaf.fetch import addresses, gate
from threadleaf.fetch.policy import Policy
from threadleaf.render.words import ON_NETWORK
from threadleaf.store.health import Health
from threadleaf.wire import HOME, Answer, Refused, Reply, Request

Mark = Literal["ok", "warning", "failed", "unknown"]

SPACE = 0.05
"""The share of a disk that has to be free, or the database may stop in the middle of something."""

SKEW = 60
"""Seconds by which our clock may differ from those of others: signed requests are refused beyond that, sooner or later."""


class Check(Struct, frozen=True):
    """What was looked at, how it is, one sentence about it, and what to do if it is not as it should be."""

    name: str
    mark: Mark
    said: str
    todo: str = ""


class World(NamedTuple):
    """The machine and the network, as far as checks need them.

    `open_file` gives the name and the text of the settings file if everybody on the machine may read it (else two empty
    texts); `space` tells the size of a folder's disk and what is free of it, in bytes; `writable` whether files can be made in
    a folder; `examine` looks at a database; `look_up` finds the addresses of a name (OSError if there are none); `ask`
    sends requests through the door, side by side; `accounts` looks at each bot's account and says what is wrong with it;
    `appendable` tells whether a file can be added to, or made.
    """

    open_file: Callable[[], tuple[str, str]]
    space: Callable[[Path], tuple[int, int]]
    writable: Callable[[Path], bool]
    examine: Callable[[str], Health]
    look_up: Callable[[str], Sequence[str]]
    ask: Callable[[Sequence[Request]], Sequence[Reply]]
    accounts: Callable[[], Sequence[tuple[Network, Sequence[str]]]] = lambda: ()
    appendable: Callable[[Path], bool] = lambda _: True


def everything(settings: Settings, world: World, *, offline: bool) -> Iterator[Check]:
    """All checks, in the order of what rests on what; `offline` leaves out the network."""
    yield of_settings(settings)
    yield from of_secrets(settings, world)
    yield from of_data(settings, world)
    yield of_database(settings, world)
    yield of_journal(settings, world)
    yield from of_egress(network.policy(settings))
    if not offline:
        yield from of_network(settings, world)
    yield from of_x(settings)
    if bots.has(settings):
        yield from of_bots(settings, () if offline else world.accounts())


# --- this machine -----------------------------------------------------------------------------------------------


def of_settings(settings: Settings) -> Check:
    """Whether a site could be served with these settings, and for whom."""
    missing = missing_for_the_public(settings)
    names = ", ".join(f"`{name}`" for name in missing)
    if settings.personal and not is_loopback(settings.host):
        said = f"A site on {settings.host} would not tell others whom to turn to."
        return Check("settings", "failed", said, f"Set {names}, or listen on 127.0.0.1.")
    if settings.personal:
        return Check("settings", "ok", "In order: a site for you alone.")
    if missing:
        said = f"{settings.public_origin} would not tell its visitors whom to turn to."
        return Check("settings", "failed", said, f"Set {names}.")
    if settings.public_origin.startswith("http:"):
        said = f"{settings.public_origin} is served without https: it has no operator's pages, and readers have no secrecy."
        return Check(
            "settings", "warning", said, "Put https before it (docs/hosting.md), and set `public_origin` to that."
        )
    return Check("settings", "ok", f"In order: a site for {settings.public_origin}.")


def of_secrets(settings: Settings, world: World) -> Iterator[Check]:
    """Whether others on this machine can read a secret in the settings file."""
    database = settings.database if without_secrets(settings).database != settings.database else ""
    file, text = world.open_file()
    if any(secret and secret in text for secret in (*(getattr(settings, name) for name in SECRETS), database)):
        said = f"{file} holds a secret, and its rights let everybody on this machine read it."
        yield Check("settings file", "warning", said, "Take that right away: `chmod o-r`.")


def of_data(settings: Settings, world: World) -> Iterator[Check]:
    """The database's folder, or the nearest one above it that is there: may we write, and is there room?

    What a server keeps takes no room here.
    """
    if "://" in settings.database:
        return
    data = Path(settings.database).absolute().parent if settings.database else Path(settings.data)
    setting = "`database`" if settings.database else "`data` or --data"
    there = next(folder for folder in (data, *data.parents) if folder.exists())
    if not there.is_dir():
        yield Check("data folder", "failed", f"{there} is a file.", f"Name another folder with {setting}.")
        return
    if not world.writable(there):
        yield Check("data folder", "failed", f"{there} cannot be written to.", "Change its owner or its rights.")
        return
    made = "" if there == data else " It is made when it is needed."
    yield Check("data folder", "ok", f"{data} can be written to.{made}")
    size, free = world.space(there)
    said = f"{free / 2**30:,.1f} GiB ({free / max(size, 1):.0%}) are free."
    enough = size > 0 and free >= size * SPACE
    yield Check("space", "ok" if enough else "warning", said, "" if enough else "Make room: 5 % should be free.")


def of_database(settings: Settings, world: World) -> Check:
    """Whether the database opens, is whole, of our time, and forgets what is deleted."""
    try:
        health = world.examine(settings.database_target)
    except StoreError as error:
        sentence, _, todo = error.sentence.partition(". ")
        return Check("database", "failed", f"{sentence.removesuffix('.')}.", todo)
    if not health.there:
        return Check("database", "ok", "There is none yet; it is made when something is kept.")
    name = f"{health.kind} {health.version}"
    if health.fault:
        return Check("database", "failed", f"It is damaged: {health.fault}.", "Restore it from a backup.")
    if health.schema > health.steps:
        return Check("database", "failed", "A newer Threadleaf wrote it.", "Update Threadleaf.")
    if not health.secure:
        said = f"{name} may leave bytes of what is taken down in the file."
        return Check("database", "warning", said, "Use SQLite 3.42 or newer: `pip install pysqlite3`.")
    if health.journal:
        said, todo = _JOURNAL[health.journal]
        mark: Mark = "failed" if health.journal == "unreadable" else "warning"
        return Check("database", mark, f"{name}. {said}", todo)
    older = "" if health.schema == health.steps else " Its tables are brought up to date when it is next opened."
    return Check("database", "ok", f"{name}, whole.{older}")


_JOURNAL = {
    "behind": (
        "It and its journal of removals may not know the same, as after a restore.",
        "Start the site, or run any command: what is missing is carried out first.",
    ),
    "missing": (
        "It had a journal of removals, which is not there.",
        "After a restore, put its newest copy there before anything is started. Otherwise a new one is begun.",
    ),
    "unreadable": (
        "Its journal of removals cannot be read, so nothing is served: what was taken down might be shown.",
        "Have it belong to the account that runs Threadleaf, or put its newest copy there.",
    ),
}


def of_journal(settings: Settings, world: World) -> Check:
    """Whether what is taken down can be written down, so that a restored backup hears of it."""
    if world.appendable(settings.removals):
        return Check("removals", "ok", f"They are written down in {settings.removals}.")
    said = f"{settings.removals} cannot be written to: a restored backup would bring back what was taken down."
    return Check("removals", "failed", said, "Change its owner or its rights.")


# --- the door ---------------------------------------------------------------------------------------------------

REFUSED = (
    *("http://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://2130706433/", "https://0x7f.1/"),
    *("https://169.254.169.254/latest/meta-data/", "https://localhost/", "https://metadata.google.internal/"),
    *("https://printer.local/", "https://intranet/", "https://user:secret@example.com/", "https://example.com:25/"),
    *("https://example.com\\@127.0.0.1/", "https://exa mple.com/", "file:///etc/passwd", "gopher://example.com/"),
)
"""Addresses that the gate must not open, one of each kind."""

DENIED = (
    *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "168.63.129.16", "169.254.169.254", "172.16.0.1"),  # noqa: S104
    *("192.0.2.1", "192.168.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255"),
    *("::", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2001:db8::1", "2002:7f00:1::", "fc00::1"),
    *("fd00:ec2::254", "fe80::1", "fe80::1%eth0", "ff02::1"),
)
"""What no name may lead to."""

OPEN = ("https://example.com/", "http://example.com/")
ADMITTED = ("93.184.215.14", "2606:4700:4700::1111")


def of_egress(policy: Policy) -> Iterator[Check]:
    """Whether the door refuses what it must, admits what it may, and lets nothing through to this machine."""
    strict = msgspec.structs.replace(policy, allow=frozenset())
    wrong = [text for text in REFUSED if _opens(text, strict)] + [text for text in DENIED if _admits(text, strict)]
    wrong += [text for text in OPEN if not _opens(text, strict)]
    wrong += [text for text in ADMITTED if not _admits(text, strict)]
    if wrong:
        said = f"The door judges wrongly about {', '.join(wrong)}."
        yield Check("egress", "failed", said, "Serve nothing with it, and report this.")
    else:
        said = f"The door refuses {len(REFUSED) + len(DENIED)} of {len(REFUSED) + len(DENIED)} dangerous addresses."
        yield Check("egress", "ok", said)
    if policy.allow:
        names = ", ".join(f"{host}:{port}" for host, port in sorted(policy.allow))
        said = f"WHOEVER PASTES AN ADDRESS REACHES THIS MACHINE at {names}. That is for development only."
        yield Check("loopback", "warning", said, "Empty `allow_loopback`.")


def _opens(text: str, policy: Policy) -> bool:
    try:
        gate.judge(text, policy)
    except Blocked:
        return False
    return True


def _admits(text: str, policy: Policy) -> bool:
    try:
        addresses.judge(text, policy)
    except Blocked:
        return False
    return True


# --- the network ------------------------------------------------------------------------------------------------


def of_network(settings: Settings, world: World) -> Iterator[Check]:
    """The resolver, each network, and our clock beside theirs."""
    resolver = of_resolver(settings, world)
    yield resolver
    bluesky = (
        Request(url=f"{settings.bluesky_appview}/xrpc/com.atproto.identity.resolveHandle?handle=bsky.app"),
        Request(url=f"{settings.bluesky_directory}/_health"),
    )
    own = settings.fedi_home
    home = (Request(url=f"{own}/api/v1/accounts/verify_credentials", credential=HOME),) if own else ()
    replies = world.ask((*bluesky, *home))
    appview, directory, *rest = replies
    found = [
        of_server("Bluesky", settings.bluesky_appview, appview, "`bluesky_appview`"),
        of_server("Bluesky's directory", settings.bluesky_directory, directory, "`bluesky_directory`"),
        of_home(own, rest[0]) if rest else Check("fediverse", "ok", "Posts are read from their own servers."),
    ]
    blind = resolver.mark == "failed"  # then whoever is not reached may well be there
    for check, reply in zip(found, (appview, directory, *(rest or (None,))), strict=True):
        unreached = isinstance(reply, Refused) and reply.kind == "network"
        yield msgspec.structs.replace(check, mark="unknown", said=_BLIND, todo="") if blind and unreached else check
    yield of_clock(replies)


_BLIND = "Not reached, since names are not found."


def of_resolver(settings: Settings, world: World) -> Check:
    """Whether the system's resolver finds a name that we need."""
    host = settings.bluesky_appview.partition("://")[2].partition(":")[0]
    if host in {name for name, _ in network.policy(settings).allow}:
        return Check("resolver", "unknown", f"Not asked, since {host} is this machine.")
    try:
        found = world.look_up(host)
    except (OSError, UnicodeError):
        said = f"The system's resolver does not find {host}."
        return Check("resolver", "failed", said, "Check the network and the name servers of this machine.")
    return Check("resolver", "ok", f"{host} is at {', '.join(found[:2])}.")


def of_server(name: str, origin: str, reply: Reply, setting: str) -> Check:
    """Whether a server is there and answers as its network's servers do: with anything but a fault of its own."""
    if not isinstance(reply, Answer):
        return _unreached(name, origin, reply.kind, reply.detail, setting)
    if reply.status >= 500:
        said = f"{origin} answers with the error {reply.status}."
        return Check(name, "failed", said, "Try again later: its threads cannot be read now.")
    if reply.status in (401, 403):
        said = f"{origin} refuses us with {reply.status}."
        return Check(name, "failed", said, "It may have locked out this machine's address; ask those who run it.")
    if reply.status not in (200, 400) or "json" not in reply.media_type:
        return Check(name, "failed", f"{origin} does not answer like a server of Bluesky.", f"Check {setting}.")
    return Check(name, "ok", f"{origin} answers.")


def of_home(origin: str, reply: Reply) -> Check:
    """Whether the operator's own server takes the token. Of the token nothing is said if it never got there."""
    if not isinstance(reply, Answer):
        return _unreached("fediverse", origin, reply.kind, reply.detail, "`fedi_home`")
    there = "/".join(reply.url.split("/")[:3]) or origin
    if there != origin:
        said = f"{origin} sends us on to {there}, and the token goes to `fedi_home` alone."
        return Check("fediverse", "failed", said, "If that is your server, set `fedi_home` to it.")
    if reply.status >= 500:
        said = f"{origin} answers with the error {reply.status}."
        return Check("fediverse", "failed", said, "See how that server is doing, and try again later.")
    if "json" not in reply.media_type or reply.status == 404:
        said = f"{origin} does not answer like a server with Mastodon's API."
        return Check(
            "fediverse", "failed", said, "Check `fedi_home`: often the accounts' server has a name of its own."
        )
    if reply.status in (401, 403, 422):
        todo = "Make a new one there, with the right to read and to search, and set `fedi_token`."
        return Check("fediverse", "failed", f"{origin} does not take the token.", todo)
    if reply.status != 200:
        return Check("fediverse", "failed", f"{origin} answers with {reply.status}.", "Check `fedi_home`.")
    return Check("fediverse", "ok", f"{origin} takes the token.")


def of_x(settings: Settings) -> Iterator[Check]:
    """Where a token says that X is read: what that may cost and for whom, and whether its pages are looked after."""
    if not settings.x_token:
        return
    prices, day, month = network.prices(settings), settings.x_budget_day, settings.x_budget_month
    if not min(day, month):
        yield Check(
            "X", "failed", "Nothing may be spent, so it is not read.", "Set `x_budget_day` and `x_budget_month`."
        )
        return
    since = "as `x_prices` says" if settings.x_prices else "as in August 2026; `x_prices` sets others"
    costs = f"A post costs ${prices.post / 10**6:.3f}, an account ${prices.user / 10**6:.3f}, {since}."
    whose = {"operator": "you", "summoned": "you and whoever mentions your bot", "anyone": "anyone who comes by"}
    reader = "you" if settings.personal else whose[settings.who_may_read_x]
    yield Check("X", "ok", f"It is read for {reader}, for at most ${day:,.2f} a day and ${month:,.2f} a month. {costs}")
    if settings.who_may_read_x == "anyone" and settings.who_may_unroll == "anyone" and not settings.personal:
        todo = "Set `who_may_read_x` to summoned or operator, if that is not what you want."
        yield Check("X readers", "warning", f"Whoever comes by may spend your ${day:,.2f} a day.", todo)
    if not settings.rechecks_per_hour:
        said = "Pages of X are not read again by themselves, and are held back when they were not read for a day."
        yield Check("X pages", "warning", said, "Set `rechecks_per_hour`.")


def of_bots(settings: Settings, accounts: Sequence[tuple[Network, Sequence[str]]]) -> Iterator[Check]:
    """What bots may do here, and each of their accounts: the marks that a network wants, and what the token may do."""
    if settings.who_may_unroll != "anyone":
        said = "It answers only about threads that are here already, since `who_may_unroll` is operator."
        yield Check("bot", "warning", said, "Set `who_may_unroll` to anyone, if it shall unroll what it is asked for.")
    for place, wrong in accounts:
        todo = "\n".join(wrong)
        said = "It does not start." if wrong else "Its account is in order."
        yield Check(f"bot {ON_NETWORK[place]}", "failed" if wrong else "ok", said, todo)


def of_clock(replies: Sequence[Reply]) -> Check:
    """How far our clock is from those of the servers that answered; the nearest counts, since caches send old dates."""
    answers = [reply for reply in replies if isinstance(reply, Answer)]
    known = [(answer.at, said) for answer in answers if (said := _date(answer.fields.get("date", "")))]
    if not known:
        return Check("clock", "unknown", "No server said what time it is.")
    off = min((abs((ours - theirs).total_seconds()) for ours, theirs in known))
    if off <= SKEW:
        return Check("clock", "ok", f"Within {SKEW} seconds of other people's.")
    return Check("clock", "warning", f"It is {off:,.0f} seconds off.", "Let the system set it (NTP).")


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _unreached(name: str, origin: str, kind: str, detail: str, setting: str) -> Check:
    if kind == "rate":
        return Check(name, "warning", f"{origin} asks us to wait.", "Try again in a while.")
    if kind == "limit":
        return Check(name, "unknown", f"{origin} was not asked. {detail}", "Raise the limits in the settings.")
    if kind == "door":
        return Check(name, "failed", f"{origin} is not asked. {detail}", f"Check {setting}.")
    todo = f"Check the network, and {setting}."
    return Check(name, "failed", f"{origin} cannot be reached. {detail}".strip(), todo)
