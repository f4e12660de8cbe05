"""The pictures of pages."""

import struct
import threading
from typing import cast

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from tests.support import site
from threadleaf.config import Settings
from threadleaf.core.errors import Gone
from threadleaf.render.card import HEIGHT, WIDTH, card
from threadleaf.service import Threadleaf
from threadleaf.store.records import Reading
from threadleaf.web import heads
from threadleaf.web.app import create_app
from threadleaf.web.pictures import Memory, draw

PUBLIC = "https://threads.example.org"
TALE = site.everything()
PATH = site.path_of(TALE)


@pytest.fixture
def shelf() -> site.Shelf:
    return site.Shelf(site.ALL, Settings(public_origin=PUBLIC))


@pytest.fixture
def public(shelf: site.Shelf) -> TestClient:
    app = create_app(cast("Threadleaf", shelf), Settings(public_origin=PUBLIC))
    return TestClient(app, base_url=PUBLIC, follow_redirects=False, raise_server_exceptions=False)


def size(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert png[12:16] == b"IHDR"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_a_page_has_a_picture_of_the_size_that_it_tells(public: TestClient):
    answer = public.get(f"{PATH}.png")
    assert answer.headers["content-type"] == "image/png"
    assert size(answer.content) == (WIDTH, HEIGHT) == heads.CARD
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert public.get(f"{PATH}.png", headers={"if-none-match": answer.headers["etag"]}).status_code == 304


def test_whoever_has_the_address_of_an_unlisted_page_sees_its_picture(public: TestClient, shelf: site.Shelf):
    reading = shelf.readings[PATH]
    shelf.readings[PATH] = Reading(replace(reading.saved, visibility="unlisted"), reading.thread)
    assert public.get(f"{PATH}.png").status_code == 200


def test_any_post_leads_to_the_picture_of_its_thread(public: TestClient, shelf: site.Shelf):
    shelf.aliases["/t/bsky/ada.example/3kother"] = PATH
    answer = public.get("/t/bsky/ada.example/3kother.png")
    assert (answer.status_code, answer.headers["location"]) == (301, f"{PUBLIC}{PATH}.png")


def test_there_is_no_picture_of_what_is_not_there(public: TestClient, shelf: site.Shelf):
    assert public.get("/t/bsky/ada.example/3knothing.png").status_code == 404
    assert public.get("/t/mars/1.png").status_code == 404
    assert public.get(f"{PATH}.png").status_code == 200
    shelf.fails[PATH] = Gone("This page was taken down on 3 May 2026.")
    assert public.get(f"{PATH}.png").status_code == 410


def test_every_script_and_every_hostile_text_makes_a_picture():
    told = card(TALE)
    drawn = {
        draw(replace(told, title=text))
        for text in ("Ё", "Ω", "水", "א", "ع", "🧵", '#panic("x")', "\u200b", "", "x" * 90)
    }
    assert len(drawn) >= 9  # an empty title and an invisible one look the same
    assert size(draw(replace(told, lang="zz", rtl=True))) == (WIDTH, HEIGHT)


def test_the_same_picture_is_made_once_and_memory_is_bounded():
    one, other = card(TALE), card(site.single())
    first = Memory(10_000_000)
    assert first.get(one) is first.get(one)
    small = Memory(len(draw(one)) + 10)
    kept = small.get(one)
    assert small.get(one) is kept
    small.get(other)
    assert 0 < small.size <= len(kept) + 10
    assert small.get(one) == kept
    none = Memory(10)
    assert none.get(one) == kept
    assert none.size == 0


def test_many_who_ask_at_once_get_the_same():
    memory, found = Memory(10_000_000), []
    threads = [threading.Thread(target=lambda: found.append(memory.get(card(TALE)))) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 8
    assert all(picture is found[0] for picture in found)
