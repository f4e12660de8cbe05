"""Whether the site lives, and whether it can work."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.requests import Request

from tests.support.hosted import NOW, POSTS, Hosted, hosted
from threadleaf.config import Settings
from threadleaf.core.ref import parse
from threadleaf.web.alive import Alive, free


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Hosted]:
    with hosted(tmp_path, data=str(tmp_path)) as site:
        yield site


def ready(here: Hosted, share: float = 0.5, **more: str) -> tuple[int, str]:
    """What is said where so much of the disk is free."""
    alive = Alive(here.service, Settings(**more), lambda _: share)
    answer = asyncio.run(alive.ready(Request({"type": "http"})))
    return answer.status_code, bytes(answer.body).decode()


def test_what_answers_lives(here: Hosted) -> None:
    answer = here.client.get("/livez")
    assert (answer.status_code, answer.text, answer.headers["cache-control"]) == (200, "alive\n", "no-store")


def test_a_site_that_can_work_is_ready(here: Hosted) -> None:
    answer = here.client.get("/readyz")
    assert (answer.status_code, answer.text, answer.headers["cache-control"]) == (200, "ready\n", "no-store")


def test_without_room_on_the_disk_it_is_not(here: Hosted) -> None:
    assert ready(here, 0.04) == (503, "not ready: disk\n")
    assert ready(here, 0.06) == (200, "ready\n")
    assert ready(here, 0.04, database="postgresql://elsewhere/t") == (200, "ready\n")


def test_when_something_waits_for_long_it_is_not(here: Hosted) -> None:
    here.service.unrolls.begin(parse(POSTS[0].url), "unlisted", NOW, 9)
    assert ready(here)[0] == 200
    here.now = NOW + timedelta(minutes=16)
    assert ready(here) == (503, "not ready: queue\n")


def test_without_a_database_it_is_not(here: Hosted) -> None:
    with here.store._database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE unrolls")
    assert ready(here) == (503, "not ready: database\n")


def test_an_answer_holds_for_some_seconds(here: Hosted) -> None:
    assert here.client.get("/readyz").status_code == 200
    with here.store._database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE unrolls")
    here.later(seconds=4)
    assert here.client.get("/readyz").status_code == 200
    here.later(seconds=1)
    assert here.client.get("/readyz").status_code == 503
    here.now = NOW - timedelta(hours=1)
    assert here.client.get("/readyz").status_code == 503, "also when the clock was set back"


def test_what_is_free_is_a_share(tmp_path: Path) -> None:
    assert 0 < free(tmp_path) < 1
    assert free(tmp_path / "nowhere") == 1
