"""Which pages are for everybody, and how a hub hears that something changed."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from msgspec.structs import replace

from tests.store.build import NOON, draft, line, talk
from threadleaf.cli import network
from threadleaf.config import Settings
from threadleaf.core.errors import NotNow
from threadleaf.fetch.drive import drive
from threadleaf.service import Threadleaf
from threadleaf.service.public import announcement, is_public
from threadleaf.store.records import PageVisibility, Reading
from threadleaf.store.threads import Store
from threadleaf.wire import Answer, Refused, Reply

TOPICS = ("https://threads.example.org/latest.atom", "https://threads.example.org/t/bsky/a&b/1.atom")


def kept(store: Store, visibility: PageVisibility = "listed") -> Reading:
    made = draft(talk(*line(1, 2)), visibility=visibility)
    saved = store.save(made)
    assert saved is not None
    return Reading(saved, made.shown)


def test_a_listed_page_is_for_everybody_unless_a_wish_in_it_speaks_against_that(store: Store) -> None:
    reading = kept(store)
    assert is_public(reading)
    authors = tuple(replace(one, signals=("noindex",)) for one in reading.thread.authors)
    thread = replace(reading.thread, authors=authors, author=authors[0])
    assert not is_public(Reading(reading.saved, thread))


def test_an_unlisted_page_is_not(store: Store) -> None:
    assert not is_public(kept(store, "unlisted"))


def told(reply: Reply) -> dict[str, list[str]]:
    """What a hub is sent, and that its reply ends the matter."""
    steps = announcement("https://hub.example.org/", TOPICS)
    (request,) = next(steps)
    assert (request.method, request.sends) == ("POST", "application/x-www-form-urlencoded")
    with pytest.raises(StopIteration) as stop:
        steps.send((reply,))
    assert stop.value.value.posts == ()
    return parse_qs(request.body.decode())


def test_a_hub_is_told_the_addresses_of_the_feeds() -> None:
    sent = told(Answer(status=204, body=b"", at=NOON))
    assert sent == {"hub.mode": ["publish"], "hub.url": list(TOPICS)}


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (Answer(status=404, body=b"", at=NOON), "answered 404"),
        (Refused(kind="network", detail="Nobody answers."), "Nobody answers."),
        (Refused(kind="timeout"), "timeout"),
    ],
)
def test_a_hub_that_takes_nothing_is_an_error_that_says_so(reply: Reply, sentence: str) -> None:
    with pytest.raises(NotNow) as error:
        told(reply)
    assert sentence in error.value.sentence


def test_without_a_network_nobody_is_told() -> None:
    with pytest.raises(NotNow):
        Threadleaf(None, None, lambda: NOON).announce("https://hub.example.org/", TOPICS)


@pytest.fixture
def hub() -> Iterator[ThreadingHTTPServer]:
    """A hub on this machine that remembers what it is sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            server.sent.append((self.path, self.headers["content-type"], parse_qs(body.decode())))  # type: ignore[attr-defined]
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.sent = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_real_hub_is_told_through_the_door(hub: ThreadingHTTPServer) -> None:
    place = f"localhost:{hub.server_port}"
    door = network.door(Settings(allow_loopback=(place,)), b"")
    service = Threadleaf(None, partial(drive, door=door, clock=lambda: NOON), lambda: NOON)
    service.announce(f"http://{place}/publish", TOPICS)
    assert hub.sent == [  # type: ignore[attr-defined]
        ("/publish", "application/x-www-form-urlencoded", {"hub.mode": ["publish"], "hub.url": list(TOPICS)})
    ]


def test_an_instance_tells_the_time_by_the_clock_that_it_was_given():
    assert Threadleaf(None, None, lambda: NOON).now() == NOON
