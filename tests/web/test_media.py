"""Pictures of posts on our own host."""

from typing import cast

import pytest
from starlette.testclient import TestClient

from tests.support import site
from threadleaf.config import Settings
from threadleaf.core.errors import NotFound, NotNow
from threadleaf.service import Threadleaf
from threadleaf.store.records import Picture, PictureState
from threadleaf.web.app import create_app
from threadleaf.web.media import shown


class Gallery:
    """Shows one picture."""

    def __init__(self) -> None:
        self.swept = 0

    def sweep(self) -> None:
        self.swept += 1

    def show(self, name: str) -> bytes:
        if name == "later":
            raise NotNow("The server of this picture does not answer.")
        if name != "one":
            raise NotFound("There is no such picture here.")
        return b"RIFF....WEBP"


@pytest.fixture
def gallery() -> Gallery:
    return Gallery()


def visitor(gallery: Gallery | None) -> TestClient:
    shelf = site.Shelf({}, Settings())
    shelf.gallery = gallery
    app = create_app(cast("Threadleaf", shelf), Settings())
    return TestClient(app, base_url="http://127.0.0.1:8410")


def test_a_picture_is_a_file_that_can_do_nothing(gallery: Gallery):
    answer = visitor(gallery).get("/media/one")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"RIFF....WEBP", "image/webp")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-cache"
    assert visitor(gallery).get("/media/one", headers={"if-none-match": answer.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    ("name", "status"), [("two", 404), ("later", 503), ("a/b", 404), ("https://cdn.example/1", 404)]
)
def test_whatever_else_is_not_there(gallery: Gallery, name: str, status: int):
    answer = visitor(gallery).get(f"/media/{name}")
    assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")


def test_where_pictures_are_linked_there_are_none():
    assert visitor(None).get("/media/one").status_code == 404


def test_what_others_have_deleted_is_swept_when_a_site_starts(gallery: Gallery):
    visitor(gallery)
    assert gallery.swept == 1


@pytest.mark.parametrize(
    ("state", "kept", "seen"),
    [
        ("new", False, "shown"),
        ("stored", False, "shown"),
        ("stored", True, "stored"),
        ("away", False, "away"),
        ("refused", False, "refused"),
        ("gone", False, "gone"),
    ],
)
def test_a_page_knows_how_its_pictures_stand(state: PictureState, kept: bool, seen: str):
    picture = Picture(name="abc", url="https://cdn.example/1", state=state, kept=kept, width=8, height=6)
    find = shown({"small": picture})
    found = find("small")
    assert found is not None
    assert (found.path, found.width, found.height, found.state) == ("/media/abc", 8, 6, seen)
    assert find("https://cdn.example/1") is None
