"""The daily message, handed to a real server for e-mail."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.store.build import NOON, draft, line, talk
from tests.support.mail import Post, post_office
from threadleaf.cli import server
from threadleaf.config import Settings
from threadleaf.core.errors import Refused, StoreError
from threadleaf.jobs import Board, Jobs
from threadleaf.jobs.digests import Digests
from threadleaf.jobs.here import Here
from threadleaf.jobs.mail import Mailer
from threadleaf.render.tongue import ENGLISH
from threadleaf.service import Threadleaf
from threadleaf.service.following import Following
from threadleaf.store import open_store
from threadleaf.store.follow import Follow
from threadleaf.store.records import Removal
from threadleaf.store.threads import Store

PUBLIC = "https://threads.example.org"
ANN, BEN = "ann@example.org", "ben@example.org"
DAY = timedelta(days=1)


@pytest.fixture
def post() -> Iterator[Post]:
    with post_office() as office:
        yield office


class World:
    """A store with an instance over it, a clock, and the digests of its site."""

    def __init__(self, store: Store, port: int) -> None:
        self.store, self.time = store, NOON
        settings = Settings(public_origin=PUBLIC, smtp=f"smtp://127.0.0.1:{port}", mail_from="threads@example.org")
        self.service = Threadleaf(store, None, lambda: self.time)
        self.tongues: list[str] = []
        self.digests = Digests(self.service, Mailer(settings, lambda: self.time), PUBLIC, self._tongue)

    def _tongue(self, code: str):
        self.tongues.append(code)
        return ENGLISH

    def keep(self, *names: object) -> str:
        made = draft(talk(*line(*names)))
        known = self.store.known(made.aliases)
        saved = self.store.save(replace(made, based_on=tuple(kept.saved for kept in known)))
        assert saved is not None
        return saved.path

    def follow(self, address: str, topic: str) -> Follow:
        asked = Following(self.service).ask(address, topic, "de", self.time)
        assert asked is not None
        self.store.follows.confirm(asked.token, self.time)
        return asked

    def run(self, after: timedelta = timedelta(0)) -> int:
        self.time += after
        return self.digests.run(self.time)


@pytest.fixture
def world(tmp_path: Path, post: Post) -> Iterator[World]:
    with open_store(tmp_path / "kept.sqlite3") as store:
        yield World(store, post.port)


def test_what_is_new_is_told_once_in_the_language_of_whoever_asked(world: World, post: Post) -> None:
    follow = world.follow(ANN, "latest")
    path = world.keep(1)
    assert world.run(DAY) == 1
    (message,) = post.taken
    assert (message["to"], message["from"], message["subject"]) == (
        ANN,
        "Threadleaf <threads@example.org>",
        "New threads",
    )
    assert f"Words of 1 by ann. — Ann\n{PUBLIC}{path}" in post.texts[0]
    assert f"{PUBLIC}/follow/{follow.token}/end" in post.texts[0]
    assert message["list-unsubscribe"] == f"<{PUBLIC}/follow/{follow.token}/end?all>"
    assert message["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert message["auto-submitted"] == "auto-generated"
    assert message["message-id"].endswith("@threads.example.org>")
    assert world.tongues == ["de"]
    assert world.run(DAY) == 0
    assert len(post.taken) == 1


def test_everybody_gets_one_message_with_all_that_is_new(world: World, post: Post) -> None:
    path = world.keep(1, 2)
    world.follow(ANN, "latest")
    world.follow(ANN, f"thread:{path}")
    world.follow(ANN, "search:nothing")
    world.follow(BEN, "author:bsky:did:plc:ann")
    world.keep(1, 2, 3)
    world.keep(9)
    assert world.run(DAY) == 2
    told = dict(zip([message["to"] for message in post.taken], post.texts, strict=True))
    assert told.keys() == {ANN, BEN}
    assert "New posts in “Words of 1 by ann.”\n\n1 new post\n" in told[ANN]
    assert "New threads\n" in told[ANN]
    assert "nothing" not in told[ANN]
    assert "New threads by Ann" in told[BEN]


def test_nobody_is_told_more_than_once_a_day_or_of_nothing(world: World, post: Post) -> None:
    world.follow(ANN, "latest")
    assert world.run(DAY) == 0
    world.keep(1)
    assert world.run(timedelta(hours=2)) == 0
    assert world.run(timedelta(hours=22)) == 1
    assert len(post.taken) == 1


def test_it_is_looked_at_once_an_hour(world: World, post: Post) -> None:
    world.follow(ANN, "latest")
    world.keep(1)
    assert world.run() == 0
    world.time += DAY
    world.digests._looked = world.time
    assert world.run(timedelta(minutes=59)) == 0
    assert world.run(timedelta(minutes=1)) == 1
    assert len(post.taken) == 1


def test_nobody_is_told_before_saying_yes_and_silence_is_forgotten(world: World, post: Post) -> None:
    asked = Following(world.service).ask(ANN, "latest", "en", NOON)
    assert asked is not None
    world.keep(1)
    assert world.run(DAY) == 0
    assert world.store.follows.find(asked.token) is not None
    assert world.run(2 * DAY) == 0
    assert world.store.follows.find(asked.token) is None
    assert post.taken == []


def test_what_was_taken_down_is_followed_no_longer(world: World, post: Post) -> None:
    path = world.keep(1)
    follow = world.follow(ANN, f"thread:{path}")
    reason: Removal = "author"
    world.service.remove(path, reason)
    assert world.run(DAY) == 0
    assert world.store.follows.find(follow.token) is None
    assert post.taken == []


def test_who_cannot_be_written_to_is_forgotten_and_who_cannot_be_now_is_not(world: World, post: Post) -> None:
    follow = world.follow(ANN, "latest")
    world.keep(1)
    post.answer = "451 Try later"
    assert world.run(DAY) == 0
    assert world.store.follows.find(follow.token) is not None
    post.answer = "550 No such user"
    assert world.run(DAY) == 0
    assert world.store.follows.find(follow.token) is None
    assert post.taken == []


def test_a_server_that_is_not_there_is_tried_again_in_an_hour(
    world: World, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    world.follow(ANN, "latest")
    world.keep(1)
    working, world.digests._mailer = world.digests._mailer, World(world.store, 1).digests._mailer
    with caplog.at_level(logging.ERROR):
        assert world.run(DAY) == 0
    assert "No e-mail can be sent." in caplog.text
    assert ANN not in caplog.text
    world.digests._mailer = working
    assert world.run(timedelta(hours=1, minutes=1)) == 1
    assert len(post.taken) == 1


def test_what_is_hidden_now_is_told_another_day(world: World, post: Post) -> None:
    path = world.keep(1)
    follow = world.follow(ANN, f"thread:{path}")
    world.keep(1, 2)
    read = world.service.read

    def refuses(_path: str) -> None:
        raise Refused("This page is hidden while a report is looked at.", code="hidden")

    world.service.read = refuses  # type: ignore[method-assign, assignment]
    assert world.run(DAY) == 0
    assert world.store.follows.find(follow.token) is not None
    world.service.read = read  # type: ignore[method-assign]
    assert world.run(DAY) == 1
    assert "1 new post\n" in post.texts[0]


def test_a_database_that_fails_is_an_error_and_not_a_reason_to_forget(world: World) -> None:
    world.follow(ANN, "latest")

    def fails(*_: object, **__: object) -> None:
        raise StoreError("The database is damaged.")

    world.service.list = fails  # type: ignore[method-assign, assignment]
    with pytest.raises(StoreError):
        world.run(DAY)


def test_a_message_is_from_now(world: World, post: Post) -> None:
    world.follow(ANN, "latest")
    world.keep(1)
    world.run(DAY)
    assert datetime.strptime(post.taken[0]["date"], "%a, %d %b %Y %H:%M:%S %z") == NOON + DAY


def test_the_desk_sends_what_is_due_when_it_puts_things_in_order(world: World, post: Post) -> None:
    world.follow(ANN, "latest")
    world.keep(1)
    world.time += DAY
    Jobs(world.service, Settings(), Board(), Here(), world.digests).tidy()
    assert len(post.taken) == 1


def test_messages_are_sent_where_the_settings_name_a_server(world: World) -> None:
    assert server._digests(world.service, Settings()) is None
    settings = Settings(public_origin=PUBLIC, smtp="smtps://mail.example.org", mail_from="threads@example.org")
    assert isinstance(server._digests(world.service, settings), Digests)
