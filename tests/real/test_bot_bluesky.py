"""The bot on a real Bluesky network, as one runs it: by the settings, through the door."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from tests.real.people import POST, Person, World
from tests.real.unroller import Bluesky
from tests.real.xrpc import query
from threadleaf.bot.loop import HOLD, POLL, Bot
from threadleaf.cli import bots
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
_NUMBERS = count(1)


class Ended(BaseException):
    """The process ends here."""


class Site:
    """A site with a bot, over a database in a folder; `bot` is what `threadleaf serve` would run."""

    def __init__(self, bluesky: Bluesky, world: World, robot: Person, settings: Settings) -> None:
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
            self.store, there._fetch, lambda: datetime.now(UTC) + self.ahead, scope=self._bluesky.scope
        )
        self.jobs = Jobs(self.service, self.settings, Board(), Here())
        self.jobs.start()
        ((channel, secrets),) = bots.channels(self.settings)
        self.bot = Bot(
            channel,
            self.service,
            self.jobs,
            self.edge.talk(self.settings, secrets),
            origin=ORIGIN,
            tongue=bots.tongue,
            crash=passes,
        )

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
def _site(bluesky: Bluesky, world: World, robot: Person, folder: Path) -> Iterator[Site]:
    settings = Settings(
        data=str(folder),
        public_origin=ORIGIN,
        who_may_unroll="anyone",
        bluesky_appview=bluesky.scope.appview,
        bluesky_directory=bluesky.scope.directory,
        allow_loopback=tuple(bluesky.places),
        bluesky_handle=robot.handle,
        bluesky_password="a long sentence",
    )
    found = Site(bluesky, world, robot, settings)
    yield found
    found.store.close()


def test_one_answer_for_each_thread_and_the_authors_word_ends_it(
    site: Site, world: World, people: list[Person]
) -> None:
    author, first, second, third = people
    posts = author.thread([f"{n}/ A long story." for n in range(1, 71)])
    called = site.call(first, to=posts[59])
    site.turns()

    (answer,) = site.posts()
    assert answer["reply"]["parent"]["uri"] == called  # type: ignore[index]
    path = f"/t/bsky/{posts[0].removeprefix('at://').replace('/app.bsky.feed.post', '')}"
    assert ORIGIN + path in str(answer["text"])
    assert [post.id for post in site.service.read(path).thread.posts] == posts
    thread = query(site.settings.bluesky_appview, "app.bsky.feed.getPostThread", uri=called)["thread"]
    assert [reply["post"]["record"]["text"] for reply in thread["replies"]] == [answer["text"]]

    again = site.call(second, to=posts[3], words="Unroll!")
    site.call(third, to=posts[5], words="can you unroll a sleeping bag?")
    site.turns()
    assert len(site.posts()) == 1
    assert site.likes() == [again]

    wish = site.call(author, to=posts[-1], words="forget")
    site.turns()
    assert site.posts() == []
    assert set(site.likes()) == {again, wish}
    with pytest.raises(Gone):
        site.service.read(path)
    with pytest.raises(Gone):
        site.service.find(Ref("bsky", posts[30]))


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
    ((channel, secrets),) = bots.channels(site.settings)
    assert site.edge.talk(site.settings, secrets)(channel.check()) == ()
    plain = world.person(f"plain{next(_NUMBERS)}")
    world.network.settle()
    with _site(bluesky, world, plain, tmp_path / "plain") as other:
        ((channel, secrets),) = bots.channels(other.settings)
        (says,) = other.edge.talk(other.settings, secrets)(channel.check())
        assert "does not say that it is a bot" in says
