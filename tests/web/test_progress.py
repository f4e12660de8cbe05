"""Unrolls that take a moment: where one waits, what is told meanwhile, and what comes of it."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from tests.support import site
from tests.support.blocking import Blocking
from threadleaf.cli import server
from threadleaf.config import Settings
from threadleaf.core.errors import NotFound, NotNow, Refused, TooLarge
from threadleaf.jobs import State
from threadleaf.web import asking, progress

HERE = "http://127.0.0.1:8410"
PUBLIC = Settings(public_origin="https://threads.example.org", who_may_unroll="anyone")


def unread(texts: int = 5) -> Any:
    return site.thread(
        site.row([f"{n}/{texts} The weir, part {n}, with its eels." for n in range(1, texts + 1)], name="u")
    )


THREAD = unread()
FIRST, MIDDLE = THREAD.posts[0], THREAD.posts[2]


def blocking(settings: Settings = Settings()) -> Blocking:  # noqa: B008 -- frozen
    return Blocking({"single": site.single}, settings, unread)


@pytest.fixture
def shelf() -> Iterator[Blocking]:
    made = blocking()
    yield made
    made.lets.set()


@pytest.fixture
def visitor(shelf: Blocking) -> TestClient:
    return TestClient(shelf.app, base_url=HERE, follow_redirects=False, raise_server_exceptions=False)


def stranger(shelf: Blocking) -> TestClient:
    return TestClient(shelf.app, base_url=PUBLIC.public_origin, follow_redirects=False)


def asked(visitor: TestClient, address: str = FIRST.url, **more: str) -> str:
    answer = visitor.post("/unroll", data={"url": address, **more})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def over(shelf: Blocking, path: str) -> None:
    while (state := shelf.jobs.state(path.rpartition("/")[2])) and state.phase in ("waiting", "reading"):
        threading.Event().wait(0.01)


def text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html.partition("<main>")[2].partition("</main>")[0])).split())


# --- asking ------------------------------------------------------------------------------------------------------


def test_what_is_read_at_once_is_shown_at_once(shelf: Blocking, visitor: TestClient) -> None:
    shelf.at_once()
    assert asked(visitor) == shelf.unread
    assert asked(visitor, MIDDLE.url) == f"{shelf.unread}#{MIDDLE.id.rpartition('/')[2]}"


def test_what_takes_longer_is_waited_for_where_its_steps_are_told(shelf: Blocking, visitor: TestClient) -> None:
    path = asked(visitor, MIDDLE.url)
    assert path == "/unrolling/unroll-1"
    page = visitor.get(path)
    assert page.status_code == 200
    said = text(page.text)
    assert "Reading the thread Reading posts 41–60 of 112 3 answers so far." in said
    assert "The original: https://bsky.app/profile/" in said
    shelf.lets.set()
    over(shelf, path)
    done = visitor.get(path)
    assert (done.status_code, done.headers["location"]) == (303, f"{shelf.unread}#{MIDDLE.id.rpartition('/')[2]}")


def test_everybody_who_asks_meanwhile_gets_the_same_link(shelf: Blocking, visitor: TestClient) -> None:
    assert asked(visitor) == asked(visitor)


def test_without_script_the_page_is_loaded_again(shelf: Blocking, visitor: TestClient) -> None:
    page = visitor.get(asked(visitor))
    assert (page.headers["refresh"], page.headers["cache-control"]) == ("2", "no-store")
    assert page.headers["x-robots-tag"] == "noindex"
    watched = visitor.get(f"{page.url.path}?watch=")
    assert watched.headers["refresh"] == "30"


def test_those_that_wait_are_told_how_many_are_before_them(visitor: TestClient) -> None:
    few = Blocking({"single": site.single}, Settings(unrolls_at_once=1), unread)
    visitor = TestClient(few.app, base_url=HERE, follow_redirects=False)
    asked(visitor)
    waits = asked(visitor, MIDDLE.url)
    assert "1 thread is before it." in text(visitor.get(waits).text)
    few.lets.set()
    over(few, waits)


def test_of_what_another_process_reads_no_steps_are_known() -> None:
    assert asking.steps(State(number="1", phase="reading", level="listed")) == ["It is being read."]
    assert asking.steps(State(number="1", phase="waiting", level="listed")) == ["It is the next one."]


def test_an_unroll_that_nobody_knows_is_404(visitor: TestClient) -> None:
    for path in ("/unrolling/nothing", "/unrolling/nothing/events"):
        answer = visitor.get(path)
        assert answer.status_code == 404
        assert "Nothing is known of this unroll any more." in answer.text


def test_the_steps_are_told_in_the_language_of_the_reader(shelf: Blocking, visitor: TestClient) -> None:
    page = visitor.get(asked(visitor), headers={"accept-language": "ar"})
    assert '<html lang="ar" dir="rtl">' in page.text


# --- failing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "status", "again"),
    [
        (NotNow("The server does not answer."), 503, True),
        (Refused("Its author does not want that."), 403, False),
        (NotFound("There is no such post."), 404, False),
        (TooLarge("This thread is too large."), 413, False),
        (ZeroDivisionError(), 502, True),
    ],
)
def test_a_failure_is_explained_with_a_way_on(
    shelf: Blocking, visitor: TestClient, error: Exception, status: int, again: bool
) -> None:
    path = asked(visitor)
    shelf.problem = error
    shelf.lets.set()
    over(shelf, path)
    page = visitor.get(path)
    assert page.status_code == status
    said = text(page.text)
    assert (str(error) or "The fault is ours") in said
    assert ("Try again" in said) == again
    assert "The original: https://bsky.app/profile/" in said
    assert "refresh" not in page.headers


def test_what_fails_at_once_is_said_beside_the_box(shelf: Blocking, visitor: TestClient) -> None:
    shelf.problem = NotNow("The server does not answer.")
    shelf.at_once()
    answer = visitor.post("/unroll", data={"url": FIRST.url})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "300")
    assert "The server does not answer." in answer.text
    assert f'value="{FIRST.url}"' in answer.text


def test_when_all_is_full_one_is_told_when_to_come_back() -> None:
    full = Blocking({"single": site.single}, Settings(unrolls_at_once=1, unrolls_waiting=1), unread)
    visitor = TestClient(full.app, base_url=HERE, follow_redirects=False)
    asked(visitor)
    answer = visitor.post("/unroll", data={"url": MIDDLE.url})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert "Try again in a minute." in answer.text
    full.lets.set()


# --- who shall read it -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "level"),
    [
        ({}, "listed"),
        ({"level": "private"}, "private"),
        ({"level": "everybody"}, "listed"),
    ],
)
def test_the_reader_of_a_personal_instance_chooses(
    shelf: Blocking, visitor: TestClient, fields: dict[str, str], level: str
) -> None:
    shelf.at_once()
    asked(visitor, **fields)
    assert shelf.saved_as == [level]


@pytest.mark.parametrize(
    ("fields", "level"),
    [
        ({}, "unlisted"),
        ({"listed": "yes"}, "listed"),
        ({"level": "unlisted", "listed": "yes"}, "listed"),
        ({"level": "private", "listed": "yes"}, "private"),
        ({"level": "private"}, "private"),
    ],
)
def test_a_stranger_chooses_within_what_the_site_allows(fields: dict[str, str], level: str) -> None:
    shelf = blocking(PUBLIC)
    shelf.at_once()
    asked(stranger(shelf), **fields)
    assert shelf.saved_as == [level]


def test_whoever_asks_too_often_is_told_until_when() -> None:
    shelf = Blocking({"single": site.single}, replace(PUBLIC, unrolls_per_hour=1), unread)
    shelf.at_once()
    visitor = stranger(shelf)
    asked(visitor)
    assert visitor.post("/unroll", data={"url": MIDDLE.url}).status_code == 429
    assert len(shelf.asked) == 1


def test_what_may_be_chosen_is_offered_in_words() -> None:
    page = text(stranger(blocking(PUBLIC)).get("/").text)
    assert "Who can read it" in page
    assert "Whoever has its address It is in no list and in no search engine." in page
    assert "Put it in Latest" in page
    assert "A thread of the fediverse is shown for an hour and not kept." in page
    own = text(TestClient(blocking().app, base_url=HERE).get("/").text)
    assert "How it is kept The page of this thread is In your lists It is kept, in Latest and in searches." in own
    for others in ("Put it in Latest", "Who can read it", "Everybody", "Whoever"):
        assert others not in own


def test_where_only_the_operator_unrolls_nothing_is_offered() -> None:
    shelf = blocking(Settings(public_origin=PUBLIC.public_origin))
    page = text(stranger(shelf).get("/").text)
    assert "Who can read it" not in page
    unknown = text(stranger(shelf).get(shelf.unread).text)
    assert "Unroll it" not in unknown


def test_an_unknown_address_behind_our_host_can_be_unrolled_by_whoever_may() -> None:
    page = stranger(blocking(PUBLIC)).get(f"/{FIRST.url}")
    assert page.status_code == 404
    assert "Unroll it" in text(page.text)
    assert "Put it in Latest" in text(page.text)
    fedi = text(stranger(blocking(PUBLIC)).get("/https://social.example/@ann/1").text)
    assert "Unroll it" in fedi
    assert "Who can read it" not in fedi


# --- threads that are not kept -----------------------------------------------------------------------------------


@pytest.fixture
def live(shelf: Blocking, visitor: TestClient) -> str:
    shelf.at_once()
    path = asked(visitor, MIDDLE.url, level="live")
    return path.partition("#")[0]


def test_a_thread_that_is_not_kept_is_shown_and_kept_by_nobody(shelf: Blocking, visitor: TestClient, live: str) -> None:
    assert live.startswith("/live/")
    page = visitor.get(live)
    assert page.status_code == 200
    assert (page.headers["cache-control"], page.headers["x-robots-tag"]) == ("no-store", "noindex")
    assert "The weir, part 3" in page.text
    assert "This thread is shown here for an hour and not kept." in page.text
    assert 'rel="canonical"' not in page.text
    assert shelf.saved_as == [None]
    assert shelf.hidden


def test_it_can_be_read_as_posted_and_taken_along(visitor: TestClient, live: str) -> None:
    assert "3/5 The weir" in visitor.get(f"{live}?view=posts").text
    file = visitor.get(f"{live}.md")
    assert file.headers["content-type"] == "text/markdown; charset=utf-8"
    assert file.headers["cache-control"] == "no-store"
    assert file.headers["content-disposition"] == 'inline; filename="threadleaf.md"'
    assert "The weir, part 3" in file.text


def test_afterwards_it_is_said_that_it_was_shown_for_an_hour(visitor: TestClient) -> None:
    answer = visitor.get("/live/nothing")
    assert answer.status_code == 404
    assert "shown for an hour and is not kept" in answer.text


# --- events ------------------------------------------------------------------------------------------------------


@contextmanager
def running(shelf: Blocking) -> Iterator[tuple[httpx2.Client, Any]]:
    """The site as it is served, and the server."""
    made = server.made(shelf.app)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=made.run, args=([listening],))
    thread.start()
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=60) as client:
            yield client, made
    finally:
        made.should_exit = True
        thread.join()


def events(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    name = ""
    for said in lines:
        if said.startswith("event: "):
            name = said.removeprefix("event: ")
        elif said.startswith("data:"):
            yield name, said.removeprefix("data:").strip()


def test_steps_are_told_as_they_come_until_it_is_over(shelf: Blocking) -> None:
    with running(shelf) as (client, _):
        path = client.post("/unroll", data={"url": FIRST.url}).headers["location"]
        with client.stream("GET", f"{path}/events") as answer:
            assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
            assert answer.headers["cache-control"] == "no-store"
            told = events(answer.iter_lines())
            name, data = next(told)
            assert (name, json.loads(data)[-2:]) == ("steps", ["Reading posts 41–60 of 112", "3 answers so far."])
            with shelf.board.reading("unroll-1"):
                pass  # something moves
            shelf.lets.set()
            assert [name for name, _ in told][-1] == "over"


def test_whoever_goes_away_is_noticed(shelf: Blocking) -> None:
    with running(shelf) as (client, _):
        path = client.post("/unroll", data={"url": FIRST.url}).headers["location"]
        with client.stream("GET", f"{path}/events") as answer:
            told = events(answer.iter_lines())
            next(told)
            assert shelf.board._watchers.get("unroll-1")
        while shelf.board._watchers.get("unroll-1"):
            threading.Event().wait(0.01)


def test_the_end_of_the_server_is_not_held_up_by_those_who_watch(shelf: Blocking) -> None:
    with running(shelf) as (client, made):
        path = client.post("/unroll", data={"url": FIRST.url}).headers["location"]
        with client.stream("GET", f"{path}/events") as answer:
            told = events(answer.iter_lines())
            next(told)
            made.should_exit = True
            assert list(told) == []


def test_no_more_than_so_many_watch(shelf: Blocking, visitor: TestClient) -> None:
    path = asked(visitor)
    app = shelf.app
    (handler,) = {route.endpoint.__self__ for route in app.routes if "unrolling" in getattr(route, "path", "")}
    handler._watching = progress.MOST
    answer = TestClient(app, base_url=HERE).get(f"{path}/events")
    assert answer.status_code == 503
    assert "loaded again by itself" in answer.text
