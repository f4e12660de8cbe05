"""What the settings mean for the network."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.store.build import NOON, draft, post, ref, talk
from tests.support.databases import database, postgres_copy, sqlite_template, store
from threadleaf.cli import network
from threadleaf.cli.edge import Edge
from threadleaf.config import Settings
from threadleaf.core.errors import Blocked
from threadleaf.core.model import Media
from threadleaf.fetch import gate, signature
from threadleaf.store.aliases import alias_of
from threadleaf.store.pictures import Files
from threadleaf.store.threads import Store
from threadleaf.wire import ACTOR, HOME

__all__ = ["database", "postgres_copy", "sqlite_template", "store"]

PUBLIC = Settings(public_origin="https://threads.example.org", contact="post@example.org", takedown="Write.")


def test_without_settings_only_the_public_internet_is_asked() -> None:
    assert network.policy(Settings()) == gate.Policy()


def test_our_own_site_is_never_asked() -> None:
    policy = network.policy(replace(PUBLIC, public_origin="https://threads.example.org:8443"))
    with pytest.raises(Blocked) as refused:
        gate.judge("https://threads.example.org/t/x/1", policy)
    assert refused.value.code == "DENY-NAME"


def test_servers_on_this_machine_are_asked_if_the_settings_name_them(caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(allow_loopback=("localhost:2583", "[::1]:80"))
    policy = network.policy(settings)
    assert policy.allow == {("localhost", 2583), ("::1", 80)}
    network.door(settings, b"")
    assert "For development only" in caplog.text


def test_ports_and_prefixes_come_from_the_settings() -> None:
    policy = network.policy(Settings(https_ports=(443, 8443), nat64=("64:ff9b::/96",), own_addresses=("8.8.8.8",)))
    assert policy.ports == {443, 8443}
    assert policy.own_addresses == {"8.8.8.8"}
    assert policy.nat64 == ("64:ff9b::/96",)


def test_the_scope_is_that_of_the_settings() -> None:
    settings = Settings(
        bluesky_appview="http://localhost:1",
        bluesky_directory="http://localhost:2",
        fedi_home="https://home.example.org",
        fedi_token="t",
        max_posts=7,
    )
    scope = network.scope(settings, signs=True)
    assert (scope.appview, scope.directory) == ("http://localhost:1", "http://localhost:2")
    assert (scope.home, scope.signs, scope.posts) == ("https://home.example.org", True, 7)


def test_one_unroll_costs_what_the_settings_say() -> None:
    limits = network.limits(Settings(max_seconds=7, max_requests=8, max_mebibytes=9))
    assert (limits.seconds, limits.requests, limits.bytes) == (7, 8, 9 * 1024 * 1024)


def test_the_token_is_for_the_home_server_and_the_key_for_everybody() -> None:
    settings = replace(PUBLIC, fedi_home="https://home.example.org", fedi_token="secret")
    held = network.credentials(settings, signature.new_key())
    assert set(held) == {HOME, ACTOR}
    assert "secret" not in repr(held)
    assert network.credentials(Settings(), b"") == {}


def test_the_key_is_made_once_and_kept(store: Store) -> None:
    edge = Edge({})
    key = edge.signing_key(store)
    assert edge.signing_key(store) == key
    assert "PUBLIC KEY" in network.public_key(key)
    assert network.public_key(b"") == ""


def test_a_public_instance_signs_and_says_so(tmp_path) -> None:
    settings = replace(PUBLIC, data=str(tmp_path))
    with Edge({}).service(settings) as service:
        shown = service.public_key
    assert "PUBLIC KEY" in shown
    with Edge({}).service(settings, store=False) as service:
        assert service.public_key == shown
    with Edge({}).service(settings, offline=True) as service:
        assert service.public_key == ""
    with Edge({}).service(replace(settings, public_origin="")) as service:
        assert service.public_key == ""


def test_what_becomes_of_pictures_is_as_the_settings_say(store: Store, tmp_path: Path) -> None:
    saved = store.save(draft(talk(post(1, media=(Media(kind="image", url="https://cdn.example/1.jpg"),)))))
    assert saved is not None
    reading = store.read(alias_of(ref(1)))
    assert reading is not None

    def shown(**more: Any) -> list[bool] | None:
        gallery = network.gallery(Settings(data=str(tmp_path), **more), store, lambda: NOON)
        return gallery and [picture.archive for picture in gallery.of(reading).values()]

    assert shown() == [False]
    assert shown(media={"bsky": "archive"}) == [True]
    assert shown(media={"bsky": "link"}) == []
    assert shown(picture_mebibytes=0) is None


def test_without_a_network_no_picture_is_shown_and_what_was_taken_down_is_deleted(store: Store, tmp_path: Path) -> None:
    gallery = network.gallery(Settings(data=str(tmp_path)), store, lambda: NOON, offline=True)
    assert gallery is not None
    Files(tmp_path / "pictures", 1000).put("abcd", b"picture")
    assert store.save(draft(talk(post(1, media=(Media(kind="image", url="https://cdn.example/1.jpg"),))))) is not None
    reading = store.read(alias_of(ref(1)))
    assert reading is not None
    assert gallery.of(reading) == {}
    assert gallery._fetch("https://cdn.example/1.jpg") == "later"
    gallery.sweep()
    assert list((tmp_path / "pictures").rglob("*.webp")) == []
