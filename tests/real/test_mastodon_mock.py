"""The package `mastodon-mock`, a server with Mastodon's API, over TLS on this machine: through the real door.

It has no limits of its own, so what is tried here is the way there and back: addresses, TLS, retries, faults.
"""

import contextlib
import json
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from tests.fetch.certificates import Authority
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import NotFound, NotNow, Refused
from threadleaf.core.model import Ref
from threadleaf.core.withhold import shown
from threadleaf.fetch.door import Door
from threadleaf.fetch.drive import Limits, drive
from threadleaf.fetch.policy import Caps, Policy
from threadleaf.sources import fediverse

pytestmark = pytest.mark.timeout(180)

ADA, GRACE = "ada_token", "grace_token"
STARTING = 60
"""Seconds that the server may take to start."""


class Mock:
    """A running server: what people do there, and Threadleaf in front of it, which writes down what it asks."""

    def __init__(self, port, tls):
        self.host = f"localhost:{port}"
        self._tls = tls
        self._door = Door(
            policy=Policy(allow=frozenset({("localhost", port)})),
            caps=Caps(first_byte=3.0, total=4.0),
            tls=tls,
        )
        self.asked = []

    def call(self, path, token="", method="POST", **body):
        """Ask the server itself; its JSON."""
        request = urllib.request.Request(
            f"https://{self.host}/api/v1/{path}",
            data=json.dumps(body).encode() if body else None,
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, context=self._tls, timeout=10) as answer:  # noqa: S310 -- https, our own
            return json.loads(answer.read())

    def post(self, text, token=ADA, to=None, **words):
        """A post; the form it has on the server."""
        return self.call("statuses", token, status=text, **({"in_reply_to_id": to["id"]} if to else {}), **words)

    def thread(self, length, token=ADA, text="Post {}."):
        chain = []
        for number in range(1, length + 1):
            chain.append(self.post(text.format(number), token, chain[-1] if chain else None))
        return chain

    def fault(self, kind, path, **effect):
        """Have the server answer wrongly: once, or so many times as `count` says."""
        count = effect.pop("count", 1)
        self.call("_mock/faults", match={"path": path}, effect={"type": kind, **effect}, count=count)

    @contextlib.asynccontextmanager
    async def visit(self):
        async with self._door.visit() as self._visiting:
            yield self

    async def send(self, request):
        self.asked.append(request)
        return await self._visiting.send(request)

    def unroll(self, status):
        self.asked.clear()
        steps = fediverse.steps(Ref("fedi", f"https://{self.host}{urlsplit(status['url']).path}"))
        limits = Limits(seconds=30, pause=0.05)
        return shown(assemble(drive(steps, door=self, clock=lambda: datetime.now(UTC), limits=limits)))

    def asked_for(self):
        return Counter(urlsplit(request.url).path for request in self.asked)


@pytest.fixture(scope="module")
def mock(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mastodon-mock")
    authority = Authority(folder)
    with started(folder, authority.certificate("mock", "localhost")) as port:
        yield Mock(port, ssl.create_default_context(cafile=authority.file))


@pytest.fixture(scope="module")
def torn(tmp_path_factory):
    """A server of its own: what hangs loose on it must not be taken for a part of the other tests' threads."""
    folder = tmp_path_factory.mktemp("mastodon-mock-torn")
    authority = Authority(folder)
    with started(folder, authority.certificate("torn", "localhost")) as port:
        yield Mock(port, ssl.create_default_context(cafile=authority.file))


@contextlib.contextmanager
def started(folder, certificate):
    """The server on a free port, until it is no longer needed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mastodon_mock", "serve", "--in-memory", "--demo", "--log-level", "warning"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--domain", f"localhost:{port}"]
    command += ["--ssl-keyfile", str(certificate), "--ssl-certfile", str(certificate)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        wait_for(server, port, folder / "log")
        yield port
    finally:
        server.kill()
        server.wait()


def wait_for(server, port, log):
    """Wait until the server takes connections; RuntimeError with its last words if it ends instead."""
    end = time.monotonic() + STARTING
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if server.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"mastodon-mock did not start: {log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def chain(mock):
    """Thirty posts, of which somebody else answers three."""
    chain = mock.thread(30)
    for number in (0, 10, 29):
        mock.post("Indeed.", GRACE, chain[number])
    return chain


def numbers(posts):
    return [int(post.text.removeprefix("Post ").removesuffix(".")) for post in posts]


@pytest.mark.parametrize("place", [0, 14, 29])
def test_a_thread_is_whole_from_any_of_its_posts(mock, chain, place):
    thread = mock.unroll(chain[place])
    assert numbers(thread.posts) == list(range(1, 31))
    assert thread.completeness.state == "complete"
    assert len(mock.asked) <= 5  # one of them since it is so young that it might be growing
    assert thread.author.handle == f"ada@{mock.host}"


def test_a_fault_that_passes_is_tried_again(mock, chain):
    mock.fault("status", f"/api/v1/statuses/{chain[0]['id']}", status=503)
    assert len(mock.unroll(chain[0]).posts) == 30
    assert mock.asked_for()[f"/api/v1/statuses/{chain[0]['id']}"] == 2


def test_a_malformed_context_is_made_up_for_by_the_authors_posts(mock, chain):
    mock.fault("malformed", f"/api/v1/statuses/{chain[0]['id']}/context")
    thread = mock.unroll(chain[0])
    assert numbers(thread.posts) == list(range(1, 31))


def test_a_rate_limit_ends_the_asking_and_leaves_what_there_is(mock, chain):
    mock.fault("ratelimit", f"/api/v1/statuses/{chain[14]['id']}/context")
    thread = mock.unroll(chain[14])
    assert numbers(thread.posts) == [15]
    assert thread.completeness.state != "complete"
    assert len(mock.asked) == 2


def test_a_server_that_does_not_answer_may_later(mock, chain):
    mock.fault("timeout", f"/api/v1/statuses/{chain[3]['id']}", delay_ms=8000, count=3)
    with pytest.raises(NotNow):
        mock.unroll(chain[3])


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        ({"kind": "malformed"}, NotNow, "what it answered is damaged. Please try again later."),
        ({"kind": "status", "status": 403}, Refused, "shows its posts only to people who are logged in there"),
        ({"kind": "status", "status": 451}, Refused, "may not show this post here for legal reasons"),
        ({"kind": "ratelimit"}, NotNow, "Please try again after "),
    ],
)
def test_why_a_post_cannot_be_read_is_told(mock, chain, fault, error, says):
    mock.fault(path=f"/api/v1/statuses/{chain[5]['id']}", **fault)
    with pytest.raises(error, match=says) as caught:
        mock.unroll(chain[5])
    assert mock.host in caught.value.sentence


@pytest.mark.parametrize("text", ["Post {}.", "{}/8 Moss."])
@pytest.mark.parametrize("place", [0, 4, 7])
def test_a_deleted_post_is_a_gap_between_what_came_before_and_after(torn, place, text):
    chain = torn.thread(8, text=text)
    torn.call(f"statuses/{chain[3]['id']}", ADA, method="DELETE")
    thread = torn.unroll(chain[place])
    assert [post.text for post in thread.posts] == [text.format(number) for number in (1, 2, 3, 5, 6, 7, 8)]
    assert [(gap.after, gap.says) for gap in thread.gaps] == [(thread.posts[2].id, "not-found")]
    assert thread.completeness.state == "incomplete"
    assert torn.asked_for()[f"/api/v1/statuses/{chain[3]['id']}"] == 1
    assert len(torn.asked) <= 7
    with pytest.raises(NotFound):
        torn.unroll(chain[3])


def test_what_is_not_public_is_not_shown(mock):
    chain = mock.thread(2)
    secret = mock.post("A secret.", ADA, chain[1], visibility="private")
    after = mock.post("Post 3.", ADA, chain[1])
    thread = mock.unroll(after)
    assert "A secret." not in str(thread)
    assert numbers([*thread.posts, *(post for branch in thread.branches for post in branch.posts)]) == [1, 2, 3]
    assert "A secret." not in str(mock.unroll(secret)), "this server gives it to anybody; we do not"


def test_warnings_polls_and_quotes_come_along(mock):
    first = mock.post("Moss.", spoiler_text="Plants", sensitive=True, language="en")
    second = mock.post("Which?", ADA, first, poll={"options": ["fern", "moss"], "expires_in": 3600})
    third = mock.post("As I said.", ADA, second, quoted_status_id=first["id"])
    posts = mock.unroll(third).posts
    assert (posts[0].warning, posts[0].sensitive, posts[0].langs) == ("Plants", True, ("en",))
    assert [option.title for option in posts[1].poll.options] == ["fern", "moss"]
    assert (posts[2].quote.state, posts[2].quote.id) == ("shown", posts[0].id)
