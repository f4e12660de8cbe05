"""What is kept: found, read, rendered, listed, taken down; and saved answers and pages."""

import gzip
import subprocess
import sys
from collections.abc import Callable

import brotli
import pytest
from msgspec.structs import replace

from tests.service.conftest import Instance
from tests.store.build import NOON, address, line, ref, talk, uri
from tests.support.talk import page as saved_page
from threadleaf.core.errors import Gone, NotFound, Refused, TooLarge, UnknownAddress, Unreadable
from threadleaf.core.model import Conversation, Ref, Thread
from threadleaf.service import Limits, Renderer, Threadleaf
from threadleaf.service.pages import default_view
from threadleaf.sources.conversation import encode
from threadleaf.store.codec import pack
from threadleaf.store.records import Draft, Reading, Saved, View
from threadleaf.store.schema import threads
from threadleaf.store.threads import Store
from threadleaf.wire import Document


def keep(instance: Instance, *names: object, save: str = "listed") -> Saved:
    unrolled = instance.says(talk(*line(*names))).unroll(ref(names[0]), save=save)  # type: ignore[arg-type]
    assert unrolled.saved is not None
    return unrolled.saved


# --- finding and reading ----------------------------------------------------------------------------------------


def test_a_page_is_found_by_address_by_ref_and_by_path(instance: Instance) -> None:
    saved = keep(instance, 1, 2)
    for way in (address(2), uri(2), ref(2), "/t/bsky/did:plc:ann/3k2", saved.path):
        assert instance.service.find(way) == saved
    assert instance.service.find(ref(3)) is None
    with pytest.raises(UnknownAddress):
        instance.service.find("hello")


def test_a_page_that_is_not_there_is_not_found(instance: Instance) -> None:
    for path in ("/t/bsky/did:plc:ann/3k1", "/p/AAAAAAAAAAAAAAAAAAAAAA"):
        with pytest.raises(NotFound) as caught:
            instance.service.read(path)
        assert caught.value.subject == path
    with pytest.raises(UnknownAddress):
        instance.service.read("/t/nowhere")


def test_the_canonical_path_of_a_private_page_is_not_found(instance: Instance) -> None:
    saved = keep(instance, 1, 2, save="private")
    with pytest.raises(NotFound):
        instance.service.read("/t/bsky/did:plc:ann/3k1")
    assert instance.service.read(saved.path).saved == saved


def test_wishes_are_applied_when_a_page_is_read_too(instance: Instance) -> None:
    saved = keep(instance, 1, 2)
    thread = instance.service.read(saved.path).thread
    wish = replace(thread, author=replace(thread.author, labels=("!hide",)))
    overwrite(instance.store, wish)
    with pytest.raises(Refused):
        instance.service.read(saved.path)


def overwrite(store: Store | None, thread: Thread) -> None:
    """As if a rule about wishes had become stricter after the page was kept."""
    assert store is not None
    with store._database.writing() as connection:
        connection.execute(threads.update().values(thread=pack(thread)))


# --- rendered pages ---------------------------------------------------------------------------------------------


class Press:
    """A renderer that counts."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, reading: Reading, view: View, lang: str) -> str:
        self.made += 1
        return f"<p>{view} {lang} {reading.saved.path} {len(reading.thread.posts)} ☘</p>"


def test_a_page_is_rendered_once_for_each_change_when_the_thread_is_kept(store: Store) -> None:
    press = Press()
    instance = Instance(store, renderer=Renderer(press, "v1"))
    saved = keep(instance, 1, 2)
    assert press.made == 1
    first = instance.service.page(saved.path, "article")
    assert gzip.decompress(first.gzip).decode() == "<p>article en /t/bsky/did:plc:ann/3k1 2 ☘</p>"
    assert brotli.decompress(first.brotli) == gzip.decompress(first.gzip)
    assert (first.saved, len(first.etag), first.made_at) == (saved, 32, NOON)
    assert instance.service.page("/t/bsky/did:plc:ann/3k2", "article") == first
    assert press.made == 1
    assert instance.service.page(saved.path, "posts").etag != first.etag
    assert b" de " in gzip.decompress(instance.service.page(saved.path, "article", "de").gzip)
    assert instance.service.page(saved.path, "article") == first
    assert press.made == 3
    keep(instance, 1, 2, 3)
    assert b" 3 " in gzip.decompress(instance.service.page(saved.path, "article").gzip)
    assert press.made == 4
    newer = Instance(store, renderer=Renderer(press, "v2"))
    assert newer.service.page(saved.path, "article").gzip
    assert press.made == 5


def test_what_is_asked_for_most_is_made_first() -> None:
    assert [default_view(network) for network in ("x", "bsky", "fedi", "page")] == ["posts", *["article"] * 3]


def test_a_page_that_is_not_there_or_gone_is_not_rendered(store: Store) -> None:
    press = Press()
    instance = Instance(store, renderer=Renderer(press, "v1"))
    with pytest.raises(NotFound):
        instance.service.page("/t/bsky/did:plc:ann/3k1", "article")
    saved = keep(instance, 1)
    instance.service.remove(ref(1), "law")
    with pytest.raises(Gone):
        instance.service.page(saved.path, "article")
    assert press.made == 1


def test_a_thread_that_is_taken_down_while_its_page_is_made_was_kept_all_the_same(store: Store) -> None:
    def slowly(reading: Reading, view: View, lang: str) -> str:
        remover.service.remove(ref(1), "author")
        return "words"

    remover = Instance(store)
    saved = keep(Instance(store, renderer=Renderer(slowly, "v1")), 1)
    with pytest.raises(Gone):
        remover.service.read(saved.path)


def test_a_thread_that_is_taken_down_before_its_page_is_made_was_kept_all_the_same(
    another: Callable[..., Instance],
) -> None:
    remover = another()

    class Slow(Store):
        def save(self, draft: Draft) -> Saved | None:
            saved = super().save(draft)
            remover.service.remove(ref(1), "author")
            return saved

    press = Press()
    opened = another().store
    assert opened is not None
    saved = keep(Instance(Slow(opened._database), renderer=Renderer(press, "v1")), 1)
    with pytest.raises(Gone):
        remover.service.read(saved.path)
    assert press.made == 0


def test_the_service_tells_whether_anything_was_committed(instance: Instance) -> None:
    watch = instance.service.watch()
    before = watch.ask()
    keep(instance, 1)
    assert watch.ask() != before


def test_pages_need_a_renderer(instance: Instance) -> None:
    with pytest.raises(TypeError):
        instance.service.page("/t/bsky/did:plc:ann/3k1", "article")


# --- lists ------------------------------------------------------------------------------------------------------


def test_lists_are_newest_first_and_hold_what_is_listed(instance: Instance) -> None:
    one, two, three = keep(instance, 1), keep(instance, 2, save="unlisted"), keep(instance, 3)
    assert instance.service.list() == (three, one)
    assert instance.service.list(1) == (three,)
    assert instance.service.list(1, three.number) == (one,)
    assert instance.service.list(visibility="unlisted") == (two,)
    assert instance.service.list(visibility=None) == (three, two, one)


# --- removals ---------------------------------------------------------------------------------------------------


def test_a_removal_says_what_it_took_down(instance: Instance) -> None:
    public, private = keep(instance, 1, 2), keep(instance, 2, 3, save="private")
    removed = instance.service.remove(address(2), "operator")
    assert (removed.pages, removed.scrubbed) == ((public, private), True)
    for path in (public.path, private.path):
        with pytest.raises(Gone) as caught:
            instance.service.read(path)
        assert caught.value.code == "operator"
    with pytest.raises(Gone):
        instance.service.remove(address(2), "operator")


def test_a_private_page_is_removed_by_its_secret_path(instance: Instance) -> None:
    saved = keep(instance, 1, save="private")
    assert instance.service.remove(saved.path, "operator").pages == (saved,)
    with pytest.raises(Gone):
        instance.service.unroll(ref(1))


@pytest.mark.parametrize("way", [address(1), ref(1)])
def test_what_is_not_kept_cannot_be_removed(instance: Instance, way: str) -> None:
    with pytest.raises(NotFound):
        instance.service.remove(way, "operator")


# --- saved answers and pages ------------------------------------------------------------------------------------


def document(conversation: Conversation, **more: object) -> Document:
    return Document(body=encode(conversation), name="saved.json", **more)  # type: ignore[arg-type]


def test_saved_answers_are_kept_beside_live_ones(instance: Instance) -> None:
    first = instance.service.unroll_documents([document(talk(*line(1, 2)))], save="listed")
    assert first.saved is not None
    assert (first.path, first.saved.origin) == ("/t/bsky/did:plc:ann/3k1", "file")
    live = instance.says(talk(*line(1, 2, 3))).unroll(ref(3), save="listed")
    assert live.saved is not None
    assert (live.path, live.saved.origin) == (first.path, "network")


def test_old_answers_from_a_file_do_not_bring_back_what_is_gone(instance: Instance) -> None:
    path = instance.says(talk(*line(1, 2))).unroll(ref(1), save="listed").path
    old = document(replace(talk(*line(1, 2, 3)), read_at=None))
    instance.service.unroll_documents([old], save="listed")
    assert [post.id for post in instance.service.read(path).thread.posts] == [uri(1), uri(2)]


def test_files_need_no_network_and_no_database() -> None:
    unrolled = Threadleaf(None, None, lambda: NOON).unroll_documents([document(talk(*line(1, 2)))])
    assert len(unrolled.thread.posts) == 2


def test_files_that_are_too_large_or_no_thread_are_refused(store: Store) -> None:
    small = document(talk(*line(1)))
    size = len(small.body)
    assert Instance(store, Limits(bytes=size)).service.unroll_documents([small])
    with pytest.raises(TooLarge) as caught:
        Instance(store, Limits(bytes=2 * size - 1)).service.unroll_documents([small, small])
    assert caught.value.subject == "saved.json"
    with pytest.raises(TooLarge) as caught:
        Instance(store).service.unroll_documents([Document(body=b" " * (20 * 1024 * 1024 + 1))])
    assert str(caught.value) == "These files hold more than 20 MiB, which is the most that is read."
    with pytest.raises(Unreadable):
        Instance(store).service.unroll_documents([])
    assert Instance(store).service.list(visibility=None) == ()


def copy(*texts: str, address: str = "") -> Document:
    return document(replace(saved_page(*texts), address=address))


def test_a_saved_page_with_an_address_is_kept_under_it(instance: Instance) -> None:
    where = "https://twunroll.com/article/1274555669098659847"
    first = instance.service.unroll_documents([copy("One.", "Two.", address=where)], save="listed")
    assert first.path == "/t/page/twunroll.com/1274555669098659847"
    again = instance.service.unroll_documents([copy("One.", "Two!", "Three.", address=where)], save="listed")
    assert again.path == first.path
    assert len(instance.service.read(first.path).thread.posts) == 3
    shorter = instance.service.unroll_documents([copy("One.", "Tw", address=where)], save="listed")
    assert [post.text for post in shorter.thread.posts] == ["One.", "Two!", "Three."]
    assert instance.service.find(where) == shorter.saved


def test_a_saved_page_without_an_address_is_known_by_its_words(instance: Instance) -> None:
    first = instance.service.unroll_documents([copy("One.", "Two.")], save="listed")
    assert first.path == f"/t/page/{first.thread.ref.id}"
    assert len(first.thread.ref.id) == 64
    assert instance.service.unroll_documents([copy("One.", "Two.")], save="listed").path == first.path
    other = instance.service.unroll_documents([copy("One.", "Other.")], save="listed")
    assert other.path != first.path, "posts of saved pages have no ids outside their page"


def test_the_same_words_saved_from_two_places_are_one_page(instance: Instance) -> None:
    first = instance.service.unroll_documents([copy("One.", "Two.")], save="listed")
    where = "https://twunroll.com/article/1274555669098659847"
    then = instance.service.unroll_documents([copy("One.", "Two.", address=where)], save="listed")
    assert then.path == first.path
    assert instance.service.find(where) == then.saved
    instance.service.remove(Ref("page", first.thread.ref.id), "author")
    with pytest.raises(Gone):
        instance.service.unroll_documents([copy("One.", "Three.", address=where)])
    with pytest.raises(Gone):
        instance.service.unroll(where)


def test_an_address_of_another_network_does_not_name_a_saved_page(instance: Instance) -> None:
    unrolled = instance.service.unroll_documents([copy("One.", address=address(1))], save="listed")
    assert unrolled.path == f"/t/page/{unrolled.thread.ref.id}"
    assert instance.service.find(address(1)) is None


def test_the_service_alone_loads_no_database_and_no_network_code() -> None:
    code = "import sys, threadleaf.service; print([m for m in sys.argv[1:] if m in sys.modules])"
    heavy = ("sqlalchemy", "zstandard", "httpx2", "stamina", "starlette", "rich", "asyncio")
    answer = subprocess.run([sys.executable, "-c", code, *heavy], capture_output=True, check=True, text=True)
    assert answer.stdout == "[]\n"
