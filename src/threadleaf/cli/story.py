"""`threadleaf demo --bot`: a mention, its answer and what becomes of them, played on a network that is not there."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click
from msgspec.structs import replace

from threadleaf.cli import bots, server, terminal
from threadleaf.cli.edge import Edge, now
from threadleaf.config import Settings

if TYPE_CHECKING:
    import socket

    from threadleaf.bot.loop import Bot
    from threadleaf.fakes.x import XNetwork
    from threadleaf.service import Threadleaf

POSTS = (
    "1/ Our village had no clock until 1871. It had a widow and her geese.",
    "2/ They crossed the lane to the pond at seven, and back at five, and the school rang its bell by them.",
    "3/ Then the railway came, and its time was eleven minutes ahead of the geese.",
    "4/ For a year both were kept. You asked: by the train or by the bird?",
    "5/ The geese lost. But the pub still closes eleven minutes late.",
)
_TURNS = 16
"""After so many looks of the bot everything that was asked for is done, even where it begins: then it waits two minutes."""
_PATIENCE = 60
"""Seconds."""


class Clock:
    """The time of day, in which waiting is left out: `skip` puts it ahead."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return now() + self._ahead

    def skip(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)


class Stage:
    """The network with its people, and the site with its bot `bot`. `clock` is the time of both."""

    def __init__(self, x: XNetwork, clock: Clock, bot: Bot, service: Threadleaf) -> None:
        self.x, self._clock, self._bot, self._service = x, clock, bot, service

    def answers(self, to: str) -> list[str]:
        """What the bot has said below a post and not taken back."""
        bot, below = self.x.called("bot").id, ("replied_to", to)
        return [tweet.raw for tweet in self.x.newest() if tweet.author == bot and below in tweet.references]

    def until(self, to: str, number: int) -> list[str]:
        """Let the bot turn until it has so many answers below a post; these. Raises ClickException if it never has."""
        from threadleaf.bot.loop import POLL

        says = ""
        for _ in range(_TURNS):
            self._clock.skip(POLL)
            says = self._bot.turn().says or says
            while self._service.unrolls.waiting():
                sleep(0.02)
            if len(self.answers(to)) == number:
                return self.answers(to)
        raise click.ClickException(f"The bot does not do what it is asked for. {says}".rstrip())


def play(edge: Edge, port: int | None, wait: Callable[[], None], ready: Callable[[str], None] | None) -> None:
    """Play it, and serve its page until Ctrl-C; without `ready`, which is told the site's address, end with the story.

    `wait` is called between the answers and the author's wish. Raises ClickException if something goes otherwise.
    """
    with _staged(port) as (stage, origin):
        _asked(stage, origin, wait)
        if ready is not None:
            told = ready
            edge.wait(lambda: told(origin))


def pause() -> None:
    """Let a person look at the page; who is none goes on at once."""
    if sys.stdin.isatty() and terminal.is_terminal():
        click.prompt("Look at the page; Enter goes on.", default="", show_default=False, prompt_suffix=" ")


@contextmanager
def _staged(port: int | None) -> Iterator[tuple[Stage, str]]:
    """The stage and the address of its site, which is there while the block runs."""
    from tempfile import TemporaryDirectory

    first = Settings()
    with (
        TemporaryDirectory(prefix="threadleaf-demo-") as folder,
        server.bound(first.host, first.port if port is None else port, next_free=True) as listening,
    ):
        settings = server.listens(replace(first, data=str(Path(folder))), listening)
        origin = server.address(settings.host, settings.port).rstrip("/")
        settings = replace(settings, public_origin=origin, who_may_unroll="anyone", who_may_read_x="summoned")
        with _played_on(settings, listening) as stage:
            yield stage, origin


@contextmanager
def _played_on(settings: Settings, listening: socket.socket) -> Iterator[Stage]:
    renderer, board, clock = server.renderer(settings), server.board(), Clock()
    from threadleaf.fakes.x import XNetwork, serving

    # The door warns of whoever lets it through to this machine; here that is the whole network.
    logging.getLogger("threadleaf.fetch").addHandler(logging.NullHandler())
    x = XNetwork(clock)
    x.person("bot", bio="A bot that unrolls threads, run by @operator.")
    x.owner = "bot"
    with serving(x) as api:
        settings = _on(settings, x, api)
        inside = Edge({}, clock=clock)
        with (
            inside.service(settings, board.hear, renderer=renderer) as service,
            server.jobs(service, settings, board) as jobs,
            server.beside(server.site(service, settings, jobs), listening),
        ):
            (bot,) = bots.bots(inside, settings, service, jobs)
            yield Stage(x, clock, bot, service)


def _on(settings: Settings, x: XNetwork, api: str) -> Settings:
    """The settings with an account on that network, which only this machine can reach."""
    return replace(
        settings,
        x_api=api,
        x_token=x.app_token,
        x_bot_token=x.token_of("bot"),
        x_bot_operator="operator",
        x_bot_labelled=True,
        allow_loopback=(urlsplit(api).netloc,),
    )


def _asked(stage: Stage, origin: str, wait: Callable[[], None]) -> None:
    x = stage.x
    chain = x.thread("ada", POSTS)
    page = f"{origin}/t/x/{chain[0]}"
    _tell(f"@ada has written {len(POSTS)} posts, on a network that is only in this program.")
    first = _called(stage, "reader", "@bot unroll please", chain[2], "under post 3")
    _tell(f"The bot answers: {stage.until(first, 1)[0]}")
    _expect(page, 200, POSTS)
    _tell(f"The page: {page} (200, all {len(POSTS)} posts)")
    second = _called(stage, "guest", "@bot unroll", chain[4], "under post 5")
    _tell(f"The bot answers: {stage.until(second, 1)[0]}")
    wait()
    _called(stage, "ada", "@bot forget", chain[0], "under post 1")
    stage.until(first, 0)
    stage.until(second, 0)
    _tell("The bot deletes the page, and its answers to @reader and @guest.")
    _expect(page, 410, ())
    _tell(f"The page: {page} (410, gone)")


def _called(stage: Stage, who: str, words: str, post: str, where: str) -> str:
    _tell(f"@{who} says {where}: {words}")
    return stage.x.post(who, words, to=post)


def _tell(line: str) -> None:
    terminal.put(f"{line}\n".encode())


def _expect(page: str, status: int, texts: tuple[str, ...]) -> None:
    """Fetch a page as a browser does. Raises ClickException if it answers otherwise or lacks one of the texts."""
    at = urlsplit(page)
    connection = HTTPConnection(at.netloc, timeout=_PATIENCE)
    connection.request("GET", at.path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    if answer.status != status:
        raise click.ClickException(f"The page {page} answers {answer.status}, not {status}.")
    if not all(text.partition(" ")[2] in body for text in texts):
        raise click.ClickException(f"The page {page} lacks a post.")
