"""Pictures: shown as long as a rendered page holds them, and not a moment longer."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.store.build import NOON, draft, line, ref, rendered, talk
from threadleaf.core.errors import StoreError
from threadleaf.store.aliases import alias_of
from threadleaf.store.pictures import Files, name_of
from threadleaf.store.records import Picture, PictureState, Saved
from threadleaf.store.threads import Store

ONE, TWO = "https://cdn.example/1.jpg", "https://cdn.example/2.jpg"


def keep(store: Store, *names: object, based_on: tuple[Saved, ...] = ()) -> Saved:
    saved = store.save(draft(talk(*line(*names)), based_on=based_on, opt_outs=store.opted_out(()).revision))
    assert saved is not None
    return saved


def render(store: Store, saved: Saved, *urls: str, lang: str = "en") -> dict[str, str]:
    """Keep a rendered page with these pictures; their names by their addresses."""
    shown = store.pictures.known(urls)
    now = store.opted_out(()).revision
    store.keep_page(rendered(saved, "tag", b"page"), "article", "v1", now, lang=lang, shown=shown.values())
    return {url: picture.name for url, picture in shown.items()}


def test_a_picture_is_shown_once_a_page_holds_it(store: Store) -> None:
    saved = keep(store, 1)
    (name,) = (picture.name for picture in store.pictures.known([ONE]).values())
    assert store.pictures.find(name) is None
    assert render(store, saved, ONE) == {ONE: name}
    assert store.pictures.find(name) == Picture(name=name, url=ONE)
    assert render(store, saved, ONE, lang="de") == {ONE: name}


def test_a_name_says_nothing_of_the_address_and_cannot_be_made_by_others(store: Store) -> None:
    name = store.pictures.known([ONE])[ONE].name
    assert (len(name), name == name_of(b"another key", ONE)) == (22, False)
    assert name_of(b"key", ONE) != name_of(b"key", TWO)
    assert name_of(b"key", "https://cdn.example/\ud800")


def test_what_came_of_a_picture_is_noted(store: Store) -> None:
    name = render(store, keep(store, 1), ONE)[ONE]
    store.pictures.settle(name, "stored", NOON, width=800, height=600)
    stored = Picture(name=name, url=ONE, state="stored", width=800, height=600, tried_at=NOON)
    assert store.pictures.find(name) == store.pictures.known([ONE, TWO])[ONE] == stored
    assert store.pictures.known([ONE, TWO])[TWO].state == "new"


@pytest.mark.parametrize(
    ("state", "kept", "anew"),
    [
        ("stored", False, False),
        ("new", False, False),
        ("stored", True, True),
        ("away", False, True),
        ("refused", False, True),
        ("gone", False, True),
    ],
)
def test_a_page_that_says_something_else_of_a_picture_now_is_made_anew(
    store: Store, state: PictureState, kept: bool, anew: bool
) -> None:
    name = render(store, keep(store, 1), ONE)[ONE]
    store.pictures.settle(name, state, NOON, kept=kept)
    assert (store.page(alias_of(ref(1)), "article", "v1") is None) is anew
    assert store.pictures.find(name) is not None, "it stands on the old page until there is a new one"


def waiting(store: Store, *, archives: bool = True, most: int = 10) -> tuple[str, ...]:
    return store.pictures.waiting(NOON, most, archives=archives)


def test_what_nobody_has_asked_for_waits_that_of_the_newest_pages_first(store: Store) -> None:
    one, two = keep(store, 1), keep(store, 2)
    first, both = (render(store, one, ONE, TWO)[url] for url in (ONE, TWO))
    render(store, two, TWO)
    render(store, two, TWO, lang="de")
    assert waiting(store) == (both, first)
    assert waiting(store, most=1) == (both,)
    store.pictures.settle(both, "stored", NOON)
    store.pictures.settle(first, "new", NOON)
    assert waiting(store) == ()


def test_what_is_to_be_asked_for_again_waits_from_then_on(store: Store) -> None:
    name = render(store, saved := keep(store, 1), ONE)[ONE]
    store.pictures.settle(name, "away", NOON, again=NOON + timedelta(seconds=1))
    assert waiting(store) == ()
    store.pictures.settle(name, "away", NOON, again=NOON)
    assert waiting(store) == (name,)
    store.remove([alias_of(saved.key)], "author", NOON)
    assert waiting(store) == ()


def test_what_is_here_waits_to_be_archived_while_there_is_room(store: Store) -> None:
    saved = keep(store, 1)
    picture = replace(store.pictures.known([ONE])[ONE], archive=True)
    store.keep_page(rendered(saved, "tag", b"page"), "article", "v1", shown=[picture])
    render(store, saved, ONE, lang="de")
    store.pictures.settle(picture.name, "stored", NOON)
    found = store.pictures.find(picture.name)
    assert found is not None
    assert found.archive
    assert (waiting(store), waiting(store, archives=False)) == ((picture.name,), ())
    store.pictures.settle(picture.name, "stored", NOON, kept=True)
    assert waiting(store) == ()


def test_what_stands_nowhere_any_more_is_not_noted(store: Store) -> None:
    store.pictures.settle("nothing", "gone", NOON)
    assert store.pictures.find("nothing") is None


def test_whatever_deletes_a_page_takes_its_pictures_along(store: Store) -> None:
    def withdrawn(saved: Saved) -> None:
        store.withdraw(saved, "network", NOON)

    def removed(saved: Saved) -> None:
        store.remove([alias_of(saved.key)], "author", NOON)

    for number, deleted in enumerate((withdrawn, removed)):
        name = render(store, saved := keep(store, number), ONE)[ONE]
        assert store.pictures.find(name) is not None
        deleted(saved)
        assert store.pictures.find(name) is None
    render(store, saved := keep(store, 5), ONE)
    saved = keep(store, 5, 6, based_on=(saved,))
    assert store.pictures.find(name) is None
    render(store, saved, ONE)
    assert store.pictures.find(name) is not None
    store.opt_out("bsky", "did:plc:ann", NOON, "author")
    assert store.pictures.find(name) is None


def test_a_picture_on_two_pages_stays_with_the_second(store: Store) -> None:
    one, two = keep(store, 1), keep(store, 2)
    name = render(store, one, ONE)[ONE]
    render(store, two, ONE, TWO)
    store.withdraw(one, "network", NOON)
    assert store.pictures.find(name) is not None
    assert store.pictures.sweep() == {name, store.pictures.known([TWO])[TWO].name}
    store.withdraw(two, "network", NOON)
    assert store.pictures.sweep() == frozenset()


def test_a_page_that_is_not_kept_holds_no_picture(store: Store) -> None:
    saved = keep(store, 1)
    name = render(store, replace(saved, etag="older"), ONE)[ONE]
    assert store.pictures.find(name) is None


# --- files -------------------------------------------------------------------------------------------------------


def test_a_file_is_there_until_it_is_not_wanted(tmp_path: Path) -> None:
    files = Files(tmp_path / "pictures", 1000)
    assert files.get("abcd") is None
    files.put("abcd", b"picture")
    files.put("efgh", b"other")
    assert (files.get("abcd"), files.get("efgh")) == (b"picture", b"other")
    files.keep_only(["efgh"])
    assert (files.get("abcd"), files.get("efgh")) == (None, b"other")


def test_a_file_that_was_not_written_to_its_end_goes_with_its_picture(tmp_path: Path) -> None:
    files = Files(tmp_path / "pictures", 1000, 1000)
    files.put("abcd", b"picture")
    files.put("abef", b"kept", keep=True)
    left = [tmp_path / "pictures" / place / f"{name}.0123" for place, name in (("ab", "abcd"), ("kept/ab", "abef"))]
    for draft_ in left:
        draft_.write_bytes(b"half of a pict")
    files.keep_only(["abcd", "abef"])
    assert all(draft_.exists() for draft_ in left), "somebody may be writing it"
    files.keep_only([])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_picture_that_is_taken_down_while_its_file_is_written_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = Files(tmp_path / "pictures", 1000)
    write = Path.write_bytes

    def written(path: Path, content: bytes) -> int:
        size = write(path, content)
        files.keep_only([])
        return size

    monkeypatch.setattr(Path, "write_bytes", written)
    files.put("abcd", b"picture")
    assert files.get("abcd") is None


def test_the_files_that_were_unused_for_longest_make_room(tmp_path: Path) -> None:
    files = Files(tmp_path, 250)
    for age, name in ((3, "aa1"), (2, "bb2")):
        files.put(name, bytes(100))
        os.utime(tmp_path / name[:2] / f"{name}.webp", (age, age))
    assert files.get("aa1") is not None
    files.put("cc3", bytes(100))
    assert [name for name in ("aa1", "bb2", "cc3") if files.get(name)] == ["aa1", "cc3"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "pictures").write_text("a file")
    files = Files(tmp_path / "pictures", 1000)
    for call in (lambda: files.put("abcd", b""), lambda: files.get("abcd")):
        with pytest.raises(StoreError) as caught:
            call()
        assert caught.value.code == "disk"


def test_what_is_kept_lies_apart_and_stays(tmp_path: Path) -> None:
    files = Files(tmp_path, 100, 150)
    assert files.room
    files.put("aa1", bytes(100))
    files.put("aa1", b"k" * 100, keep=True)
    assert files.room
    files.put("bb2", bytes(100), keep=True)
    assert not files.room
    files.put("cc3", bytes(100))
    assert [name for name in ("aa1", "bb2", "cc3") if files.get(name)] == ["aa1", "bb2", "cc3"]
    assert files.get("aa1") == b"k" * 100
    assert not (tmp_path / "aa" / "aa1.webp").exists()
    files.keep_only(["bb2"])
    assert [name for name in ("aa1", "bb2", "cc3") if files.get(name)] == ["bb2"]
    files.drop("bb2")
    files.drop("bb2")
    assert files.get("bb2") is None
