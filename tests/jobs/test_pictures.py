"""Pictures are fetched beside the reading, by a thread that no page waits for and that ends with the program."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import cast

import pytest

from tests.jobs.conftest import Desk
from tests.store.build import NOON, post, ref, talk
from threadleaf.core.errors import StoreError
from threadleaf.core.model import Media
from threadleaf.fetch.pictures import Made
from threadleaf.jobs.pictures import Pictures
from threadleaf.service import Renderer
from threadleaf.service.pictures import Gallery
from threadleaf.store.pictures import Files

ONE = "https://cdn.example/1.jpg"


class Gathering:
    """Stands for a gallery; `gathered` is set whenever it is asked to fetch, and the first time it `raises`."""

    def __init__(self, raises: Exception | None = None) -> None:
        self.gathered, self.times, self.raises, self.swept = Event(), 0, raises, 0

    def sweep(self) -> None:
        self.swept += 1

    def gather(self, stopped: Callable[[], bool]) -> None:
        self.times += 1
        self.gathered.set()
        if self.raises is not None and self.times == 1:
            raise self.raises


def running(gallery: Gathering | None, stopped: Event) -> Pictures:
    made = Pictures(cast("Gallery | None", gallery), stopped.is_set)
    made.start()
    return made


def came(gallery: Gathering) -> None:
    assert gallery.gathered.wait(10)
    gallery.gathered.clear()


def test_what_waits_is_fetched_at_the_start_and_whenever_a_page_was_made() -> None:
    gallery, stopped = Gathering(), Event()
    pictures = running(gallery, stopped)
    came(gallery)
    pictures.wake()
    came(gallery)
    stopped.set()
    pictures.wake()


@pytest.mark.parametrize("error", [StoreError("The database is locked."), RuntimeError("the database is locked")])
def test_a_fault_is_for_the_log_and_it_goes_on(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    gallery, stopped = Gathering(error), Event()
    with caplog.at_level(logging.WARNING):
        pictures = running(gallery, stopped)
        came(gallery)
        pictures.wake()
        came(gallery)
    assert "Pictures could not be fetched" in caplog.text
    stopped.set()
    pictures.wake()


def test_when_the_program_ends_a_closed_database_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    stopped, ended = Event(), Event()

    class Ending(Gathering):
        def gather(self, stopped_now: Callable[[], bool]) -> None:
            stopped.set()
            assert stopped_now()
            ended.set()
            raise StoreError("The database is closed.")

    running(Ending(), stopped)
    assert ended.wait(10)
    assert caplog.text == ""


def test_without_pictures_of_its_own_a_site_fetches_none() -> None:
    running(None, Event()).wake()


def test_a_page_that_was_made_has_its_pictures_soon(desk: Callable[..., Desk], tmp_path: Path) -> None:
    made = desk()
    fetched, lets = Event(), Event()

    def fetch(url: str) -> Made:
        assert url == ONE
        fetched.set()
        assert lets.wait(10)
        return Made(b"webp", 8, 6)

    gallery = Gallery(made.store.pictures, Files(tmp_path / "pictures", 1000), fetch, lambda: NOON)
    made.service.gallery = gallery
    made.service._renderer = Renderer(lambda reading, view, lang: "page", "v1")
    made.says = talk(post(1, media=(Media(kind="image", url=ONE),)))
    jobs = type(made.jobs)(made.service, made.jobs._settings, made.board, made.jobs._runner)
    made.jobs = jobs
    with jobs.open():
        ticket = jobs.ask(ref(1))
        made.ends(ticket.number or "")
        assert fetched.wait(10), "the page is there, and its picture is being fetched"
        name = made.store.pictures.known([ONE])[ONE].name
        assert made.store.pictures.waiting(NOON, 5, archives=False) == (name,)
        lets.set()
        while made.store.pictures.waiting(NOON, 5, archives=False):
            Event().wait(0.005)
        assert gallery.show(name) == b"webp"
