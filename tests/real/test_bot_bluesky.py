"""The bot on a real Bluesky network, as one runs it: by the settings, through the door."""

from __future__ import annotations

import base64
import hmac
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import httpx2
import msgspec
import pytest

from tests.real.chats import Service, chats
from tests.real.people import POST, Person, World
from tests.real.unroller import Bluesky
from tests.real.xrpc import call, query
from threadleaf.bot import bluesky as channel_of
from threadleaf.bot.loop import HOLD, POLL, Bot
from threadleaf.bot.network import Channel
from threadleaf.bot.session import Session
from threadleaf.cli import bots, server
from threadleaf.cli.edge import Edge
from threadleaf.config import Settings
from threadleaf.core.errors import Gone, NotFound
from threadleaf.core.model import Ref
from threadleaf.jobs import Board, Jobs
from threadleaf.jobs.here import Here
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.store.outbox import SETTLES

ORIGIN = "https://threads.example.org"
LIKES = "app.bsky.feed.like"
OWN = "a long sentence"
"""The password of everybody's account."""
_NUMBERS = count(1)


class Ended(BaseException):
    """The process ends here."""


class Site:
    """A site with a bot, over a database in a folder; `bot` is what `threadleaf serve` would run. `chats` names the
    service of private notes, if there is one."""

    def __init__(self, bluesky: Bluesky, world: World, robot: Person, settings: Settings, chats: str = "") -> None:
        self._chats = chats
        self._bluesky, self._world, self.robot, self.settings = bluesky, world, robot, settings
        self.edge = Edge(os.environ)
        self.ahead = timedelta()
        self.store = open_store(settings.database_target)
        self.start()

    def start(self, ends_at: str = "") -> None:
        """The process begins, to end at a mark."""

        def passes(mark: str) -> None:
            if mark == ends_at:
                raise Ended

        there = self._bluesky.service(self.store)
        self.service = Threadleaf(
            self.store,
            there._fetch,
            lambda: datetime.now(UTC) + self.ahead,
            server.renderer(self.settings),
            scope=self._bluesky.scope,
        )
        self.jobs = Jobs(self.service, self.settings, Board(), Here())
        self.jobs.start()
        self.bot = Bot(
            self.channel,
            self.service,
            self.jobs,
            self.edge.talk(self.settings, self.session),
            origin=ORIGIN,
            tongue=bots.tongue,
            crash=passes,
        )

    @property
    def session(self) -> Session:
        return Session(Path(self.settings.data) / "bot" / "bluesky.json")

    @property
    def channel(self) -> Channel:
        if not self._chats:
            ((channel, _),) = bots.channels(self.settings)
            return channel
        handle, password = self.settings.bluesky_handle, self.settings.bluesky_password
        return channel_of.Bluesky(handle, password, self._bluesky.scope, self.session, chats=self._chats)

    @contextmanager
    def visited(self) -> Iterator[httpx2.Client]:
        """The site over HTTP, and a visitor who came by its address."""
        host = ORIGIN.removeprefix("https://")
        with (
            server.bound("127.0.0.1", 0) as listening,
            server.beside(server.site(self.service, self.settings, self.jobs), listening),
            httpx2.Client(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", headers={"host": host}) as visitor,
        ):
            yield visitor

    def call(self, who: Person, *, to: str, words: str = "unroll please") -> str:
        """Call the bot now: people write long ago, and the bot answers what is new."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return who.call_bot(self.robot, to=to, words=words, createdAt=now)

    def end(self) -> None:
        """The process is gone, and nobody counts on it any more."""
        self.ahead += HOLD + SETTLES

    def turns(self) -> None:
        """Everything that was said has arrived, and all of it is dealt with."""
        self._world.network.settle()
        for _ in range(4):
            assert self.bot.turn().says == ""
            self.ahead += timedelta(seconds=POLL)
            while self.service.unrolls.waiting():
                time.sleep(0.05)
        self._world.network.settle()

    def posts(self) -> list[dict[str, object]]:
        return self._records(POST)

    def likes(self) -> list[str]:
        return [like["subject"]["uri"] for like in self._records(LIKES)]  # type: ignore[index]

    def _records(self, collection: str) -> list[dict[str, object]]:
        asked = {"repo": self.robot.did, "collection": collection}
        listed = query(self._world.network.pds, "com.atproto.repo.listRecords", **asked)["records"]
        return [record["value"] for record in listed]


@pytest.fixture
def people(world: World) -> list[Person]:
    """An author, and three who ask."""
    number = next(_NUMBERS)
    return [world.person(f"{name}{number}") for name in ("author", "first", "second", "third")]


@pytest.fixture
def site(bluesky: Bluesky, world: World, tmp_path: Path) -> Iterator[Site]:
    robot = world.person(f"robot{next(_NUMBERS)}", labels=["bot"])
    world.network.settle()
    with _site(bluesky, world, robot, tmp_path) as found:
        yield found


@contextmanager
def _site(
    bluesky: Bluesky,
    world: World,
    robot: Person,
    folder: Path,
    *,
    password: str = OWN,
    chats: str = "",
) -> Iterator[Site]:
    settings = Settings(
        data=str(folder),
        public_origin=ORIGIN,
        who_may_unroll="anyone",
        bluesky_appview=bluesky.scope.appview,
        bluesky_directory=bluesky.scope.directory,
        allow_loopback=tuple(bluesky.places),
        bluesky_handle=robot.handle,
        bluesky_password=password,
    )
    found = Site(bluesky, world, robot, settings, chats)
    yield found
    found.store.close()


FORMS = ("", ".txt", ".md", ".json", ".html", ".svg", ".png")
FEEDS = (".atom", ".feed.json")


def everywhere(visitor: httpx2.Client, path: str) -> dict[str, int]:
    """How the page of a thread answers in each of its forms, its feeds, and the API about it."""
    places = [*(path + form for form in (*FORMS, *FEEDS)), f"/api/v1/threads/{path.removeprefix('/t/')}"]
    return {place.removeprefix(path): visitor.get(place).status_code for place in places}


def test_one_answer_for_each_thread_and_the_authors_word_ends_it(
    site: Site, world: World, people: list[Person]
) -> None:
    author, first, second, third = people
    posts = author.thread([f"{n}/ A long story." for n in range(1, 71)])
    called = site.call(first, to=posts[59])
    site.turns()

    (answer,) = site.posts()
    assert answer["reply"]["parent"]["uri"] == called  # type: ignore[index]
    assert answer["langs"] == ["en"]
    path = f"/t/bsky/{posts[0].removeprefix('at://').replace('/app.bsky.feed.post', '')}"
    (link,) = [place["features"][0]["uri"] for place in answer["facets"]]  # type: ignore[attr-defined]
    assert link == ORIGIN + path
    thread = query(site.settings.bluesky_appview, "app.bsky.feed.getPostThread", uri=called)["thread"]
    assert [reply["post"]["record"]["text"] for reply in thread["replies"]] == [answer["text"]]

    with site.visited() as visitor:
        page = visitor.get(link.removeprefix(ORIGIN))
        assert page.status_code == 200
        assert [page.text.count(f'id="{uri.rpartition("/")[2]}"') for uri in posts] == [1] * 70
        told = visitor.get(f"{path}.json").json()
        assert [post["id"] for post in told["posts"]] == posts
        assert told["completeness"]["state"] == "complete"
        is_there = everywhere(visitor, path)
        assert {is_there.pop(form) for form in FEEDS} == {404}, "what is in no list has no feed"
        assert set(is_there.values()) == {200}

        again = site.call(second, to=posts[3], words="Unroll!")
        site.call(third, to=posts[5], words="can you unroll a sleeping bag?")
        third.post("unroll", to=posts[7], createdAt=answer["createdAt"])
        site.turns()
        assert len(site.posts()) == 1
        assert site.likes() == [again]

        wish = site.call(author, to=posts[-1], words="forget")
        site.turns()
        assert site.posts() == []
        assert set(site.likes()) == {again, wish}
        assert set(everywhere(visitor, path).values()) == {410}
        assert "A long story" not in visitor.get(path).text
    with pytest.raises(Gone):
        site.service.find(Ref("bsky", posts[30]))


def test_two_who_ask_within_a_second_get_one_answer_and_a_like(site: Site, people: list[Person]) -> None:
    author, first, second, _ = people
    posts = author.thread(["1/ Once.", "2/ Twice."])
    calls = [site.call(first, to=posts[0]), site.call(second, to=posts[1])]
    site.turns()
    (answer,) = site.posts()
    answered = answer["reply"]["parent"]["uri"]  # type: ignore[index]
    assert {answered, *site.likes()} == set(calls)


def test_of_two_processes_on_one_database_one_answers(
    site: Site, world: World, bluesky: Bluesky, people: list[Person], tmp_path: Path
) -> None:
    author, first, second, _ = people
    chains = [author.thread(["1/ Once.", "2/ Twice."]) for _ in range(2)]
    calls = [site.call(who, to=chain[1]) for chain in chains for who in (first, second)]
    world.network.settle()
    command = [sys.executable, "-m", "threadleaf", "bot", "run"]
    environ = bluesky.environ(tmp_path) | spoken(site.settings)
    running = [subprocess.Popen(command, env=environ, cwd=tmp_path, stderr=subprocess.PIPE) for _ in range(2)]
    try:
        _until(lambda: len(site.posts()) + len(site.likes()) >= len(calls), running)
    finally:
        for process in running:
            process.send_signal(signal.SIGINT)
        said = [process.communicate(timeout=60)[1].decode() for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    answered = [post["reply"]["parent"]["uri"] for post in site.posts()]  # type: ignore[index]
    assert len(answered) == 2
    assert sorted([*answered, *site.likes()]) == sorted(calls)
    assert any("Another process is the bot of this network." in words for words in said)


def _until(there: Callable[[], bool], running: list[subprocess.Popen[bytes]]) -> None:
    """Wait until something is there, for two minutes, or until a process has ended."""
    end = time.monotonic() + 120
    while not there() and time.monotonic() < end and all(process.poll() is None for process in running):
        time.sleep(0.2)


def spoken(settings: Settings) -> dict[str, str]:
    """The settings of a bot as an environment."""
    names = ("data", "public_origin", "who_may_unroll", "bluesky_handle", "bluesky_password")
    return {f"THREADLEAF_{name.upper()}": getattr(settings, name) for name in names}


# --- private notes -------------------------------------------------------------------------------------------------


@pytest.fixture
def service() -> Iterator[Service]:
    with chats() as running:
        yield running


def _app_password(world: World, robot: Person, *, privileged: bool) -> str:
    told = {"name": f"bot {privileged}", "privileged": privileged}
    made = call(world.network.pds, "com.atproto.server.createAppPassword", told, token=robot._token)
    return str(made["password"])


@pytest.mark.parametrize("privileged", [True, False], ids=["may chat", "may not chat"])
def test_later_askers_get_a_note_if_the_app_password_may_write_any_else_a_like(
    privileged: bool,
    bluesky: Bluesky,
    world: World,
    people: list[Person],
    tmp_path: Path,
    service: Service,
) -> None:
    author, first, second, third = people
    robot = world.person(f"robot{next(_NUMBERS)}", labels=["bot"])
    world.network.settle()
    password = _app_password(world, robot, privileged=privileged)
    with _site(bluesky, world, robot, tmp_path, password=password, chats=service.name) as site:
        service.chats.closed.add(third.did)
        posts = author.thread(["1/ Once.", "2/ Twice."])
        site.call(first, to=posts[1])
        site.turns()
        later, unwilling = (site.call(who, to=posts[0]) for who in (second, third))
        site.turns()
        assert len(site.posts()) == 1
        assert set(site.likes()) == ({unwilling} if privileged else {later, unwilling})
        notes = [message["text"] for message in service.chats.messages.get(second.did, [])]
        assert len(notes) == privileged
        assert all(f"{ORIGIN}/t/bsky/{author.did}/" in text for text in notes)

        site.call(author, to=posts[1], words="opt out")
        site.turns()
        another = author.thread(["1/ Another.", "2/ One."])
        site.call(second, to=another[1])
        site.turns()
        assert site.posts() == []
        told = [message["text"] for message in service.chats.messages.get(second.did, [])]
        assert len(told) == 2 * privileged, "why not is said to the asker alone, or not at all"
    assert service.faults == []


# --- the session ---------------------------------------------------------------------------------------------------

JWT_SECRET = b"jwt-secret"
"""By which the servers of the development network sign tokens."""


def over(token: str) -> str:
    """The same token, an hour over."""
    head, body, _ = token.split(".")
    told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    told |= {"iat": told["iat"] - 10_800, "exp": told["iat"] - 3_600}
    signed = f"{head}.{_base64(json.dumps(told).encode())}"
    return f"{signed}.{_base64(hmac.digest(JWT_SECRET, signed.encode(), 'sha256'))}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def test_a_token_that_is_over_is_renewed_and_the_answer_given(site: Site, people: list[Person]) -> None:
    author, first, *_ = people
    assert site.bot.turn().says == ""
    tokens = site.session.tokens
    assert tokens is not None
    site.session.keep(msgspec.structs.replace(tokens, access=over(tokens.access)))
    posts = author.thread(["1/ Once.", "2/ Twice."])
    site.call(first, to=posts[1])
    site.ahead += timedelta(seconds=POLL)
    site.turns()
    assert len(site.posts()) == 1
    renewed = site.session.tokens
    assert renewed is not None
    assert renewed.refresh != tokens.refresh


def test_an_app_password_that_was_revoked_is_told_and_nothing_is_lost(
    bluesky: Bluesky, world: World, people: list[Person], tmp_path: Path
) -> None:
    author, first, *_ = people
    robot = world.person(f"robot{next(_NUMBERS)}", labels=["bot"])
    world.network.settle()
    with _site(bluesky, world, robot, tmp_path, password=_app_password(world, robot, privileged=False)) as site:
        assert site.bot.turn().says == ""
        tokens = site.session.tokens
        assert tokens is not None
        call(world.network.pds, "com.atproto.server.revokeAppPassword", {"name": "bot False"}, token=robot._token)
        site.session.keep(msgspec.structs.replace(tokens, access=over(tokens.access)))
        posts = author.thread(["1/ Once.", "2/ Twice."])
        site.call(first, to=posts[1])
        world.network.settle()
        site.ahead += timedelta(seconds=POLL)
        assert "refused the app password" in site.bot.turn().says
        assert site.posts() == []
        said = bluesky_command(bluesky, site, tmp_path)
        assert (said.returncode, b"refused the app password" in said.stdout) == (1, True)

        site.settings = msgspec.structs.replace(
            site.settings, bluesky_password=_app_password(world, robot, privileged=True)
        )
        site.end()
        site.start()
        site.turns()
        assert len(site.posts()) == 1


def bluesky_command(bluesky: Bluesky, site: Site, home: Path) -> subprocess.CompletedProcess[bytes]:
    """`threadleaf bot check`, as one types it."""
    command = [sys.executable, "-m", "threadleaf", "bot", "check"]
    environ = bluesky.environ(home) | spoken(site.settings)
    return subprocess.run(command, env=environ, cwd=home, capture_output=True, timeout=120, check=False)


def test_whoever_opts_out_is_left_alone(site: Site, people: list[Person]) -> None:
    author, first, *_ = people
    posts = author.thread(["1/ Once.", "2/ Twice."])
    wish = site.call(author, to=posts[-1], words="opt out")
    site.turns()
    assert site.likes() == [wish]
    later = author.thread(["1/ Another.", "2/ One."])
    site.call(first, to=later[1])
    site.turns()
    assert site.posts() == []
    assert site.service.find(Ref("bsky", later[0])) is None
    with pytest.raises(NotFound):
        site.service.read(f"/t/bsky/{later[0].removeprefix('at://').replace('/app.bsky.feed.post', '')}")


@pytest.mark.parametrize("mark", ["taken", "sent", "written", "stored", "found"])
def test_a_process_that_ends_anywhere_neither_loses_nor_doubles(mark: str, site: Site, people: list[Person]) -> None:
    author, first, *_ = people
    posts = author.thread(["1/ Once.", "2/ Twice."])
    site.call(first, to=posts[1])
    site._world.network.settle()
    site.start(ends_at=mark)
    ended = False
    for _ in range(4):
        try:
            site.bot.turn()
            site.ahead += timedelta(seconds=POLL)
        except Ended:
            ended = True
            break
        while site.service.unrolls.waiting():
            time.sleep(0.05)
    assert ended == (mark != "found")  # there is nothing to look for where nothing went wrong
    site.end()
    site.start()
    site.turns()
    assert len(site.posts()) == 1


def test_check_says_what_is_wrong_in_a_sentence(site: Site, world: World, bluesky: Bluesky, tmp_path: Path) -> None:
    said = bluesky_command(bluesky, site, tmp_path)
    assert (said.returncode, said.stdout.decode()) == (0, "✓ The bot can run.\n")
    plain = world.person(f"plain{next(_NUMBERS)}")
    world.network.settle()
    with _site(bluesky, world, plain, tmp_path / "plain") as other:
        said = bluesky_command(bluesky, other, tmp_path / "plain")
        assert said.returncode == 1
        assert "✗ The profile of" in said.stdout.decode()
        assert "does not say that it is a bot" in said.stdout.decode()
