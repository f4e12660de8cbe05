"""Answers that would cost memory, time or trust: every row once, with short deadlines."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.fetch.bodies import ROWS, Row
from tests.fetch.servers import door_to
from tests.fetch.stage import HASTY, seen
from threadleaf.fetch.answers import Aborted
from threadleaf.wire import Answer, Refused, Request

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DECODED = 5 * 1024 * 1024


async def asked(row: Row):
    """What comes of asking the server of a row."""
    server = row.server()
    async with server.up():
        door = door_to(server, caps=HASTY, clock=lambda: NOW)
        return await seen(door, Request(url=server.url))


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.id} {row.says}" for row in ROWS])
def test_a_hostile_answer_is_cut_off_for_the_right_reason(row: Row):
    got = asyncio.run(asked(row))
    if isinstance(got.reply, Aborted):
        assert (got.verdict, got.reply.why) == ("ABORT", row.why)
    else:
        assert got.verdict == row.why
    if isinstance(got.reply, Answer):
        assert len(got.reply.body) <= DECODED
        assert got.reply.fields == {}
    if isinstance(got.reply, Refused):
        assert got.reply.until is None or NOW <= got.reply.until <= NOW + timedelta(hours=1)


def test_every_behaviour_that_concerns_the_door_is_there():
    others = {"B12", "B13", "B14", "B15", "B19", "B23", "B25"}
    assert sorted({row.id for row in ROWS}) == [f"B{n:02}" for n in range(1, 26) if f"B{n:02}" not in others]
