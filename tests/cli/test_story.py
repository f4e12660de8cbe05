"""`threadleaf demo --bot`: a conversation with the bot, played through the whole program on this machine."""

from __future__ import annotations

import re
from http.client import HTTPConnection
from typing import cast
from urllib.parse import urlsplit

import click
import pytest

from tests.cli.conftest import Line
from threadleaf.bot.loop import Bot, Turn
from threadleaf.cli import story
from threadleaf.fakes.x import XNetwork, serving
from threadleaf.service import Threadleaf

PAGE = r"http://127\.0\.0\.1:\d+/t/x/\d+"


class Unrolls:
    """Nothing is being read."""

    @staticmethod
    def waiting() -> tuple[str, ...]:
        return ()


class Idle:
    """A bot that waits, and the service of a site at which nothing happens."""

    unrolls = Unrolls()

    @staticmethod
    def turn() -> Turn:
        return Turn(says="The network is away.")


def test_the_conversation_is_played_to_its_end(line: Line) -> None:
    said = line("demo", "--bot", "--check", "--port", "0")
    assert (said.code, said.err) == (0, "The conversation was played, and its page was fetched before and after.\n")
    lines = (
        r"@ada has written 5 posts, .+",
        r"@reader says under post 3: @bot unroll please",
        rf"The bot answers: @reader Here is the whole thread on one page: {PAGE}",
        rf"The page: {PAGE} \(200, all 5 posts\)",
        r"@guest says under post 5: @bot unroll",
        rf"The bot answers: @guest This thread has been unrolled already: {PAGE}",
        r"@ada says under post 1: @bot forget",
        r"The bot deletes the page, and its answers to @reader and @guest\.",
        rf"The page: {PAGE} \(410, gone\)",
    )
    told = said.out.splitlines()
    assert len(told) == len(lines)
    assert [pattern for pattern, one in zip(lines, told, strict=True) if not re.fullmatch(pattern, one)] == []
    assert len(set(re.findall(PAGE, said.out))) == 1


def test_the_site_stays_until_somebody_interrupts(line: Line, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    seen: list[tuple[int, str]] = []

    def look() -> None:
        told = capsysbinary.readouterr()
        page = urlsplit(re.findall(PAGE, told.out.decode())[0])
        for path in ("/", page.path):
            connection = HTTPConnection(page.netloc, timeout=30)
            connection.request("GET", path)
            seen.append((connection.getresponse().status, told.err.decode()))
            connection.close()

    line.waits = look
    assert line("demo", "--bot", "--port", "0").code == 0
    assert [status for status, _ in seen] == [200, 410]
    assert re.fullmatch(r"\nThe site is on http://127\.0\.0\.1:\d+/ until Ctrl-C\.\n", seen[0][1])
    assert not (line.folder / "home").exists()


@pytest.mark.parametrize("other", ["--data", "--examples"])
def test_what_the_conversation_has_no_use_for_is_wrong_use(line: Line, other: str) -> None:
    said = line("demo", "--bot", other, "somewhere")
    assert said.code == 2
    assert "leave out --data and --examples" in said.err


def test_a_bot_that_does_not_answer_ends_it_with_its_reason() -> None:
    clock = story.Clock()
    x = XNetwork(clock)
    stage = story.Stage(x, clock, cast("Bot", Idle()), cast("Threadleaf", Idle()))
    called = x.post("reader", "@bot unroll", to=x.post("ada", "A thread."))
    with pytest.raises(click.ClickException, match=r"what it is asked for\. The network is away\."):
        stage.until(called, 1)


def test_a_page_that_is_otherwise_ends_it() -> None:
    x = XNetwork(story.Clock())
    with serving(x) as origin:
        with pytest.raises(click.ClickException, match="answers 401, not 200"):
            story._expect(f"{origin}/t/x/1", 200, ())
        with pytest.raises(click.ClickException, match="lacks a post"):
            story._expect(f"{origin}/t/x/1", 401, ("1/ A pond.",))
