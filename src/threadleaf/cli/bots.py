"""What the settings mean for the bot: the accounts that it has, and how it asks their networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from threadleaf.config import Settings
from threadleaf.render.tongue import Tongue

if TYPE_CHECKING:
    from threadleaf.bot.loop import Bot
    from threadleaf.bot.network import Channel
    from threadleaf.bot.talk import Talk
    from threadleaf.cli.edge import Edge
    from threadleaf.core.model import Network
    from threadleaf.fetch.door import Credential
    from threadleaf.jobs import Jobs
    from threadleaf.service import Threadleaf
    from threadleaf.service.spending import Purse
    from threadleaf.wire import Asking

_T = TypeVar("_T")


def channels(settings: Settings) -> Sequence[tuple[Channel, Mapping[str, Credential]]]:
    """The bot's accounts, each with the secrets that the door needs for it; none where there is no bot."""
    found: list[tuple[Channel, Mapping[str, Credential]]] = []
    if settings.bluesky_handle:
        from threadleaf.bot.bluesky import Bluesky
        from threadleaf.bot.session import Session
        from threadleaf.cli import network

        session = Session(Path(settings.data) / "bot" / "bluesky.json")
        scope = network.scope(settings, signs=False)
        found.append((Bluesky(settings.bluesky_handle, settings.bluesky_password, scope, session), session))
    if settings.fedi_bot:
        from threadleaf.bot import mastodon
        from threadleaf.fetch.door import Credential

        secret = Credential(settings.fedi_bot, f"Bearer {settings.fedi_bot_token}")
        found.append((mastodon.Mastodon(settings.fedi_bot), {mastodon.TOKEN: secret}))
    if settings.x_bot_token:
        found.append(_x(settings))
    return found


def _x(settings: Settings) -> tuple[Channel, Mapping[str, Credential]]:
    """The account on X. Its tokens are kept where they can be renewed."""
    from threadleaf.bot import x
    from threadleaf.bot.session import Session
    from threadleaf.cli import network
    from threadleaf.fetch.door import Credential

    scope, operator, labelled = network.scope(settings, signs=False), settings.x_bot_operator, settings.x_bot_labelled
    if not settings.x_bot_refresh:
        secret = Credential(settings.x_api, f"Bearer {settings.x_bot_token}")
        return x.X(scope, operator=operator, is_labelled=labelled), {x.TOKEN: secret}
    session = Session(Path(settings.data) / "bot" / "x.json", (x.TOKEN, f"{x.TOKEN}-refresh"))
    grant = x.Grant(settings.x_api, settings.x_bot_token, settings.x_bot_refresh, settings.x_bot_client, session)
    return x.X(scope, operator=operator, is_labelled=labelled, grant=grant), session


def has(settings: Settings) -> bool:
    """Whether there is a bot."""
    return bool(settings.bluesky_handle or settings.fedi_bot or settings.x_bot_token)


def bots(edge: Edge, settings: Settings, service: Threadleaf, jobs: Jobs) -> Sequence[Bot]:
    """The bots that the settings ask for, ready to run."""
    return [made.bot for made in _made(edge, settings, service, jobs)]


class _Made(NamedTuple):
    """A bot with its account."""

    bot: Bot
    channel: Channel
    talk: Talk

    def check(self) -> Sequence[str]:
        return _wrong(self.channel, self.talk)


def _made(edge: Edge, settings: Settings, service: Threadleaf, jobs: Jobs) -> Sequence[_Made]:
    from threadleaf.bot.loop import Bot

    found = []
    for channel, secrets in channels(settings):
        talk = _talk(edge, settings, service, channel, secrets)
        bot = Bot(channel, service, jobs, talk, origin=settings.public_origin, tongue=tongue)
        found.append(_Made(bot, channel, talk))
    return found


def accounts(edge: Edge, settings: Settings) -> Sequence[tuple[Network, Sequence[str]]]:
    """The network of each bot, and what is wrong with its account there, in sentences."""
    return [(channel.network, _wrong(channel, edge.talk(settings, secrets))) for channel, secrets in channels(settings)]


def _wrong(channel: Channel, talk: Talk) -> Sequence[str]:
    return talk(channel.check())


def _talk(
    edge: Edge, settings: Settings, service: Threadleaf, channel: Channel, secrets: Mapping[str, Credential]
) -> Talk:
    """How the bot asks a network; what it asks of X is paid for from the same money as everything else."""
    talk = edge.talk(settings, secrets)
    return Paid(talk, service.purse) if channel.network == "x" and service.purse else talk


class Paid:
    """Talks for money."""

    def __init__(self, talk: Talk, purse: Purse) -> None:
        self._talk, self._purse = talk, purse

    def __call__(self, asking: Asking[_T]) -> _T:
        return self._talk(self._purse.meter(asking))


def tongue(lang: str) -> Tongue:
    """The language of whoever asked, if it is one of ours; else English."""
    from threadleaf.web.languages import look_up
    from threadleaf.web.languages import tongue as spoken

    return spoken(look_up(lang) or "en")


@contextmanager
def run(
    edge: Edge, settings: Settings, service: Threadleaf, jobs: Jobs, *, checked: bool = False
) -> Iterator[Callable[[], Sequence[tuple[Network, str]]]]:
    """Run the bots while the block runs, if there are any; unless their accounts were `checked`, each once that is in order.

    The block is given what tells how each is called, as far as that is known.
    """
    if not has(settings):
        yield tuple
        return
    from threadleaf.bot.running import running

    found = _made(edge, settings, service, jobs)
    with running([made.bot for made in found], () if checked else [made.check for made in found]):
        yield lambda: [(made.channel.network, made.channel.handle) for made in found if made.channel.handle]
