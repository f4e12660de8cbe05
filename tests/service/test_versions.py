"""A kept thread is read again after its author edited it: what is kept of the earlier form, and what takes it away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import json
from sqlalchemy import select

from tests.service.conftest import Instance
from tests.store.build import NOON, author, line, ref, talk, uri
from tests.support.bluesky import Bluesky
from tests.support.databases import Sandbox
from tests.support.fediverse import Fediverse
from threadleaf.core import versions
from threadleaf.core.errors import Gone, NotFound, Refused
from threadleaf.core.model import Conversation, Post, Ref, Thread
from threadleaf.service import Threadleaf
from threadleaf.store.records import PageVisibility
from threadleaf.store.schema import threads
from threadleaf.store.threads import Store
from threadleaf.wire import Steps

HOUR = timedelta(hours=1)


def edited(number: int, *names: object, text: str = "Better words.", **more: Any) -> tuple[Post, ...]:
    """A line in which one post has other words."""
    posts = list(line(*names))
    posts[number - 1] = line(*names, text=text, **more)[number - 1]
    return tuple(posts)


def keep(instance: Instance, *posts: Post, after: int, save: PageVisibility = "listed", **more: Any) -> str:
    """Keep what is seen some hours after noon."""
    seen: Conversation = talk(*posts, read_at=NOON + after * HOUR, **more)
    instance.later(hours=1)
    return instance.says(seen).unroll(ref(1), save=save).path


def forms(instance: Instance, path: str) -> list[str]:
    """The earlier forms of a kept thread's posts, oldest first."""
    return [form.text for form in versions.known(instance.service.read(path).thread).values()]


def test_an_edit_keeps_the_earlier_form_and_a_further_one_both(instance: Instance) -> None:
    path = keep(instance, *line(1, 2), after=0)
    keep(instance, *edited(2, 1, 2), after=1)
    assert forms(instance, path) == ["Words of 2 by ann."]
    keep(instance, *edited(2, 1, 2, text="Best words."), after=2)
    keep(instance, *edited(2, 1, 2, text="Best words."), after=3)
    thread = instance.service.read(path).thread
    assert forms(instance, path) == ["Words of 2 by ann.", "Better words."]
    assert [form.until for form in thread.posts[1].versions] == [NOON, NOON + HOUR]
    assert thread.posts[1].text == "Best words."


def test_a_form_may_be_told_by_another_process(instance: Instance, another: Callable[[], Instance]) -> None:
    path = keep(instance, *line(1, 2), after=0)
    keep(another(), *edited(2, 1, 2), after=1)
    assert forms(instance, path) == forms(another(), path) == ["Words of 2 by ann."]


def test_versions_are_not_found_by_a_search(instance: Instance) -> None:
    keep(instance, *line(1, 2, text="Herons stand here."), after=0)
    keep(instance, *line(1, 2, text="Storks stand here."), after=1)
    assert instance.service.search("storks", 5).total == 1
    assert instance.service.search("herons", 5).total == 0


def test_the_forms_of_a_private_page_are_there_only(instance: Instance) -> None:
    private = keep(instance, *line(1, 2), after=0, save="private")
    public = keep(instance, *edited(2, 1, 2), after=1)
    keep(instance, *edited(2, 1, 2), after=2, save="private")
    assert forms(instance, private) == ["Words of 2 by ann."]
    assert forms(instance, public) == []


def with_a_form(instance: Instance) -> str:
    path = keep(instance, *line(1, 2, 3), after=0)
    assert keep(instance, *edited(2, 1, 2, 3), after=1) == path
    assert forms(instance, path) == ["Words of 2 by ann."]
    return path


class Trace:
    """Pieces of all that is kept now, by which it could be recognised in the files of an SQLite database."""

    def __init__(self, store: Store, database: Sandbox) -> None:
        self._files = Path(database.address).parent if database.kind == "sqlite" else None
        with store._database.reading() as connection:
            rows = connection.execute(select(threads.c.conversation, threads.c.thread)).all()
        blobs = [bytes(blob) for row in rows for blob in row]
        self._pieces = [blob[start : start + 12] for blob in blobs for start in range(100, len(blob) - 12, 31)]
        assert self._files is None or self.found()

    def found(self) -> list[bytes]:
        """Those of the pieces that are there."""
        if self._files is None:
            return []
        files = b"".join(file.read_bytes() for file in self._files.glob("threadleaf.sqlite3*"))
        return [piece for piece in self._pieces if piece in files]


@pytest.fixture
def trace(instance: Instance, database: Sandbox) -> Callable[[], Trace]:
    return lambda: Trace(instance.store, database)


def test_a_deleted_post_takes_its_forms_along(instance: Instance, trace: Callable[[], Trace]) -> None:
    path = with_a_form(instance)
    before = trace()
    keep(instance, *line(1), *line(3, after=uri(1)), after=2)
    assert forms(instance, path) == []
    assert before.found() == []


def test_a_post_that_its_network_hides_loses_its_forms_and_never_shows_that_one(instance: Instance) -> None:
    path = with_a_form(instance)
    keep(instance, *edited(2, 1, 2, 3, labels=("!hide",), text="Hidden."), after=2)
    assert forms(instance, path) == []
    keep(instance, *edited(2, 1, 2, 3, text="Shown again."), after=3)
    assert forms(instance, path) == []


def test_a_lost_form_leaves_no_bytes(instance: Instance, trace: Callable[[], Trace]) -> None:
    path = with_a_form(instance)
    before = trace()
    keep(instance, *edited(2, 1, 2, 3, labels=("!hide",)), after=2)
    assert forms(instance, path) == []
    assert before.found() == []


def test_a_wish_takes_page_and_forms(instance: Instance, trace: Callable[[], Trace]) -> None:
    path = with_a_form(instance)
    before = trace()
    with pytest.raises(Refused):
        keep(instance, *line(1, 2, 3), after=2, authors=(author(labels=("!no-unauthenticated",)),))
    with pytest.raises(Gone):
        instance.service.read(path)
    instance.store.finish_removals()
    assert before.found() == []


@pytest.mark.parametrize("how", ["removed", "opted out"])
def test_what_is_taken_down_takes_its_forms_along(instance: Instance, trace: Callable[[], Trace], how: str) -> None:
    path = with_a_form(instance)
    before = trace()
    if how == "removed":
        instance.service.remove(path, "author")
    else:
        instance.service.opt_out("bsky", "did:plc:ann", "author")
    with pytest.raises((Gone, NotFound)):
        instance.service.read(path)
    assert before.found() == []


# --- as networks tell it ----------------------------------------------------------------------------------------


class Reader:
    """Somebody who keeps threads of one network, three days after the other."""

    def __init__(self, store: Store, run: Callable[[Steps], Conversation]) -> None:
        self.run, self.time = run, NOON
        self.service = Threadleaf(store, self._fetch, lambda: self.time)

    def keep(self, ref: Ref) -> Thread:
        self.time += timedelta(days=3)
        return self.service.read(self.service.unroll(ref, save="listed").path).thread

    def _fetch(self, steps: Steps) -> Conversation:
        return self.run(steps)


def test_bluesky_does_not_say_when_a_post_was_edited(store: Store) -> None:
    bluesky = Bluesky(flat=False)
    posts = bluesky.thread("ann", 3)
    reader = Reader(store, bluesky.run)
    first = reader.keep(Ref("bsky", posts[0])).posts[1].text
    bluesky.records[posts[1]]["text"] = "Other words."
    thread = reader.keep(Ref("bsky", posts[2]))
    (change,) = versions.changes(thread.posts[1])
    assert (change.before.text, change.edited, thread.posts[1].text) == (first, None, "Other words.")
    bluesky.delete(posts[1])
    assert b"versions" not in json.encode(reader.keep(Ref("bsky", posts[0])))


def test_mastodon_says_when_a_post_was_edited(store: Store) -> None:
    world = Fediverse()
    server = world.servers["moss.example"]
    numbers = server.thread("ann", 3)
    reader = Reader(store, world.run)
    at = Ref("fedi", server.url(numbers[0]))
    first = reader.keep(at).posts[1].text
    server.posts[numbers[1]] |= {"text": "Other words.", "words": {"edited_at": "2026-06-01T10:00:00.000Z"}}
    thread = reader.keep(at)
    (change,) = versions.changes(thread.posts[1])
    assert (change.before.text, thread.posts[1].text) == (first, "Other words.")
    assert change.edited is not None
    assert change.edited.isoformat() == "2026-06-01T10:00:00+00:00"
