"""A hub hears of pages that are for everybody, and of no others."""

import logging
from collections.abc import Iterable
from typing import cast

import pytest
from msgspec.structs import replace

from tests.support import site
from threadleaf.config import Settings
from threadleaf.core.errors import NotNow
from threadleaf.jobs.hub import Hub
from threadleaf.service import Threadleaf
from threadleaf.store.records import Reading

PUBLIC, HUB = "https://threads.example.org", "https://hub.example.org/"
PATH = site.path_of(site.single())
SETTINGS = Settings(public_origin=PUBLIC, hub=HUB, search_engines=True)


class Shelf(site.Shelf):
    """Notes what is announced."""

    def __init__(self, error: NotNow | None = None) -> None:
        super().__init__({"single": site.single}, SETTINGS)
        self.announced: list[tuple[str, list[str]]] = []
        self.error = error

    def announce(self, hub: str, topics: Iterable[str]) -> None:
        if self.error:
            raise self.error
        self.announced.append((hub, list(topics)))


def tell(shelf: Shelf, settings: Settings = SETTINGS) -> None:
    Hub(cast("Threadleaf", shelf), settings).tell(shelf.readings[PATH].saved)


def test_the_feeds_of_the_site_and_of_the_thread_are_announced() -> None:
    shelf = Shelf()
    tell(shelf)
    feeds = ["/latest.atom", "/latest.json", f"{PATH}.atom", f"{PATH}.feed.json"]
    assert shelf.announced == [(HUB, [PUBLIC + feed for feed in feeds])]


def test_nothing_is_said_of_a_page_that_is_not_listed() -> None:
    shelf = Shelf()
    reading = shelf.readings[PATH]
    shelf.readings[PATH] = Reading(replace(reading.saved, visibility="unlisted"), reading.thread)
    tell(shelf)
    assert shelf.announced == []


@pytest.mark.parametrize("settings", [Settings(public_origin=PUBLIC), Settings(hub=HUB)])
def test_without_a_hub_or_an_address_of_our_own_there_is_nobody_to_tell(settings: Settings) -> None:
    shelf = Shelf()
    tell(shelf, settings)
    assert shelf.announced == []


def test_a_hub_that_cannot_be_told_is_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        tell(Shelf(NotNow("The hub was told of a change and answered 500.")))
    assert "answered 500" in caplog.text
