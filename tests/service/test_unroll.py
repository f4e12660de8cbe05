"""Reading a thread and keeping it: one page for each thread, whatever happens."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Barrier
from typing import Any

import pytest
from msgspec.structs import replace

from tests.service.conftest import Instance
from tests.store.build import NOON, address, author, line, post, ref, talk, uri
from tests.support.databases import Sandbox
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import (
    Gone,
    NotFound,
    NotNow,
    Refused,
    StoreError,
    ThreadleafError,
    TooLarge,
    UnknownAddress,
)
from threadleaf.core.model import Author, Conversation, Frontier, Missing, Post, Quote, Ref
from threadleaf.service import Limits, Threadleaf
from threadleaf.sources.conversation import encode
from threadleaf.store import open_store, optouts
from threadleaf.store.aliases import alias_of
from threadleaf.wire import Document, Scope

HOUR = timedelta(hours=1)


def everything(instance: Instance) -> list[str]:
    return [saved.path for saved in instance.service.list(100, visibility=None)]


def texts(posts: tuple[Post, ...]) -> list[str]:
    return [post.text for post in posts]


def kept(instance: Instance, path: str) -> list[str]:
    """The ids of the main line of the page at a path, without what they have in common."""
    return [post.id.rpartition("/3k")[2] for post in instance.service.read(path).thread.posts]


# --- reading without keeping ------------------------------------------------------------------------------------


def test_a_thread_can_be_read_without_any_database() -> None:
    unrolled = Instance(None).says(talk(*line(1, 2))).unroll(address(2))
    assert [post.id for post in unrolled.thread.posts] == [uri(1), uri(2)]
    assert (unrolled.path, unrolled.saved) == ("/t/bsky/did:plc:ann/3k1", None)


def test_without_a_database_nothing_can_be_kept_or_found() -> None:
    service = Instance(None).says(talk(*line(1)))
    with pytest.raises(StoreError) as caught:
        service.unroll(ref(1), save="listed")
    assert caught.value.code == "none"
    with pytest.raises(StoreError):
        service.find(ref(1))


def test_a_reading_that_is_not_to_be_kept_changes_nothing(instance: Instance) -> None:
    unrolled = instance.says(talk(*line(1, 2))).unroll(ref(1))
    assert unrolled.saved is None
    assert everything(instance) == []
    saved = instance.service.unroll(ref(1), save="unlisted").saved
    unrolled = instance.says(talk(*line(0, 1, 2))).unroll(ref(0))
    assert (unrolled.path, unrolled.saved, len(unrolled.thread.posts)) == ("/t/bsky/did:plc:ann/3k1", saved, 3)
    assert instance.service.find(ref(0)) is None


def test_without_a_network_an_address_is_not_now() -> None:
    with pytest.raises(NotNow) as caught:
        Threadleaf(None, None, lambda: NOON).unroll(address(1))
    assert caught.value.code == "offline"
    assert caught.value.subject == address(1)


def test_an_instance_says_what_it_can_read_itself() -> None:
    alone, online = Threadleaf(None, None, lambda: NOON), Instance(None).service
    assert (alone.offline, alone.reads("bsky")) == (True, False)
    assert (online.offline, online.reads("bsky"), online.reads("page")) == (False, True, False)
    money: Any = object()  # there is some; nothing is read
    able = Threadleaf(None, lambda _: talk(), lambda: NOON, scope=Scope(x_reads=True), purse=money)
    assert (online.reads("x"), able.reads("x")) == (False, True)


@pytest.mark.parametrize(
    "text", ["", "hello", "https://bsky.app/profile/ann.example", Ref("fedi", "https://www.threads.com/@b/post/C1")]
)
def test_what_no_source_reads_is_an_unknown_address(text: str) -> None:
    with pytest.raises(UnknownAddress):
        Instance(None).service.unroll(text)


# --- nothing is kept --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [NotFound("No such post."), Refused("Private."), NotNow("Later.")])
def test_what_the_network_does_not_give_is_not_kept(instance: Instance, error: ThreadleafError) -> None:
    with pytest.raises(type(error)):
        instance.says(error).unroll(ref(1), save="listed")
    assert everything(instance) == []


def test_an_author_who_wishes_not_to_be_shown_is_not_kept(instance: Instance) -> None:
    wish = replace(talk(*line(1, 2)), authors=(author(labels=("!no-unauthenticated",)),))
    with pytest.raises(Refused):
        instance.says(wish).unroll(ref(1), save="listed")
    with pytest.raises(Refused):
        instance.service.unroll(ref(1))
    assert everything(instance) == []


@pytest.mark.parametrize("posts", [line(*range(5)), (*line(1, 2, 3), post(8, uri(1)), post(9, uri(1)))])
def test_a_file_of_more_posts_than_the_limit_is_too_large(store: object, posts: tuple[Post, ...]) -> None:
    file = Document(body=encode(talk(*posts)), name="saved.json")
    assert Instance(None, Limits(posts=5)).service.unroll_documents([file])
    instance = Instance(store, Limits(posts=4))  # type: ignore[arg-type]
    with pytest.raises(TooLarge) as caught:
        instance.service.unroll_documents([file], save="listed")
    assert str(caught.value) == "This thread has more than 4 posts, which is the most that is read."
    assert everything(instance) == []


def test_of_a_network_that_much_is_kept_as_was_read(store: object) -> None:
    instance = Instance(store, Limits(posts=4))  # type: ignore[arg-type]
    path = instance.says(talk(*line(*range(5)))).unroll(ref(1), save="listed").path
    assert len(kept(instance, path)) == 5


def test_more_levels_than_the_limit_are_too_large(store: object) -> None:
    deep = line(1, 2) + line(*range(10, 13), author="bob", after=uri(2))
    assert Instance(None, Limits(levels=5)).says(talk(*deep)).unroll(ref(1))
    instance = Instance(store, Limits(levels=4))  # type: ignore[arg-type]
    with pytest.raises(TooLarge) as caught:
        instance.says(talk(*deep)).unroll(ref(1), save="listed")
    assert str(caught.value) == "This conversation is more than 4 replies deep, which is the most that is read."
    assert everything(instance) == []


def test_a_thread_that_grows_beyond_the_limit_by_a_file_stays_as_it_was(store: object) -> None:
    instance = Instance(store, Limits(posts=4))  # type: ignore[arg-type]
    path = instance.says(talk(*line(1, 2, 3))).unroll(ref(1), save="listed").path
    more = talk(*line(4, 5, after=uri(3)), frontiers=(Frontier(post=uri(5), why="limit"),))
    file = Document(body=encode(talk(post(3, uri(2)), *more.posts)), name="saved.json")
    with pytest.raises(TooLarge):
        instance.service.unroll_documents([file], save="listed")
    assert kept(instance, path) == ["1", "2", "3"]


# --- one page for each thread -----------------------------------------------------------------------------------

TREE = (
    *line(1, 2, 3),
    *line(7, 8, after=uri(2)),  # a branch
    post("q", uri(3), author="bob"),
    post(9, uri("q", "bob")),  # the author's answer to somebody
)


@pytest.mark.parametrize("first", [1, 3, 8, 9])
@pytest.mark.parametrize("then", [1, 2, 7, 8, 9])
def test_from_whichever_post_one_comes_there_is_one_page(instance: Instance, first: int, then: int) -> None:
    one = instance.says(talk(*TREE, anchor=uri(first))).unroll(ref(first), save="listed")
    other = instance.says(talk(*TREE, anchor=uri(then))).unroll(address(then), save="listed")
    assert one.path == other.path == "/t/bsky/did:plc:ann/3k1"
    assert everything(instance) == [one.path]
    for name in (1, 2, 3, 7, 8, 9):
        for found in (instance.service.find(ref(name)), instance.service.find(address(name))):
            assert found == other.saved


def test_somebody_elses_reply_leads_to_the_thread_but_is_no_way_to_its_page(instance: Instance) -> None:
    unrolled = instance.says(talk(*TREE, anchor=uri("q", "bob"))).unroll(ref("q", "bob"), save="listed")
    assert unrolled.path == "/t/bsky/did:plc:ann/3k1"
    assert instance.service.find(ref("q", "bob")) is None


def test_the_spelling_that_was_asked_for_finds_the_page_again(instance: Instance) -> None:
    old = Ref("bsky", "at://old-name.example/app.bsky.feed.post/3k2")
    unrolled = instance.says(talk(*line(1, 2), anchor=uri(2))).unroll(old, save="listed")
    assert instance.service.find("https://bsky.app/profile/old-name.example/post/3k2") == unrolled.saved


def test_an_earlier_first_post_keeps_the_address_that_was_given_once(instance: Instance) -> None:
    window = talk(*line(4, 5, after=uri(3)), missing=(Missing(id=uri(3), author="did:plc:ann"),))
    first = instance.says(window).unroll(ref(4), save="listed")
    assert instance.service.find(ref(3)) == first.saved, "the post that is known to be missing"
    then = instance.says(replace(talk(*line(1, 2, 3, 4, 5)), read_at=NOON + HOUR)).unroll(ref(1), save="listed")
    assert then.path == first.path == "/t/bsky/did:plc:ann/3k4"
    assert kept(instance, then.path) == ["1", "2", "3", "4", "5"]
    assert instance.service.find("/t/bsky/did:plc:ann/3k1") == then.saved


def test_two_pages_that_turn_out_to_be_one_thread_become_the_older_one(instance: Instance) -> None:
    head = talk(*line(1, 2), frontiers=(Frontier(post=uri(2), why="limit"),))
    tail = talk(*line(5, 6, after=uri(4)), missing=(Missing(id=uri(4), author="did:plc:ann"),))
    older = instance.says(head).unroll(ref(1), save="listed")
    newer = instance.says(tail).unroll(ref(5), save="listed")
    assert len(everything(instance)) == 2
    bridge = talk(*line(2, 3, 4, 5, after=uri(1)), frontiers=(Frontier(post=uri(5), why="limit"),))
    one = instance.says(bridge).unroll(ref(3), save="listed")
    assert everything(instance) == [older.path]
    assert kept(instance, older.path) == ["1", "2", "3", "4", "5", "6"]
    assert instance.service.read(newer.path).saved.path == older.path
    assert one.path == older.path


def test_a_page_that_began_as_an_answer_to_somebody_becomes_the_whole_thread(instance: Instance) -> None:
    run = (post("q", author="bob"), *line(9, 10, after=uri("q", "bob")))
    first = instance.says(talk(*run, anchor=uri(9))).unroll(ref(9), save="listed")
    whole = (*line(1, 2, 3), post("q", uri(1), author="bob"), *line(9, 10, after=uri("q", "bob")))
    then = instance.says(replace(talk(*whole), read_at=NOON + HOUR)).unroll(ref(1), save="listed")
    assert everything(instance) == [first.path]
    assert {"1", "2", "3"} <= set(kept(instance, first.path))
    assert {post.id for post in then.thread.posts + then.thread.replies_by_author} >= {uri(9), uri(10)}


def test_a_page_does_not_shrink_to_what_one_odd_reading_shows(instance: Instance) -> None:
    path = instance.says(talk(*line(1, 2, 5, root=uri(1)))).unroll(ref(1), save="listed").path
    odd = post(5, uri("x", "bob"), root=uri("z", "bob"))
    instance.says(talk(odd, read_at=NOON + HOUR)).unroll(ref(5), save="listed")
    assert kept(instance, path) == ["1", "2"]
    assert everything(instance) == [path]


def test_a_page_that_only_both_readings_together_connect_is_joined_too(instance: Instance) -> None:
    stray = post(5, uri(4), root=uri("elsewhere"))
    older = instance.says(talk(*line(1, 2), stray)).unroll(ref(1), save="listed")
    newer = instance.says(talk(stray, post(6, uri(5)))).unroll(ref(5), save="listed")
    assert everything(instance) == [newer.path, older.path]
    answer = post(1, uri("q", "bob"), parent_author="did:plc:bob")
    instance.says(talk(answer, post(2, uri(1)), read_at=NOON + HOUR)).unroll(ref(1), save="listed")
    assert everything(instance) == [older.path]
    assert instance.service.find(ref(6)) == instance.service.find(ref(1))


def test_what_is_kept_can_be_assembled_again_to_the_same_thread(instance: Instance) -> None:
    """A reading that began at somebody's reply, who turns out to have a thread of her own below."""
    reply = uri("q", "bob")
    cut = (Frontier(post=reply, why="limit"),)
    asked = talk(*line(1, 2), post("q", uri(2), author="bob"), anchor=reply, frontiers=cut)
    path = instance.says(asked).unroll(ref("q", "bob"), save="listed").path
    old = talk(*line(1, 2), *line("q", "r", "s", author="bob", after=uri(2)), read_at=None)
    instance.service.unroll_documents([Document(body=encode(old))], save="listed")
    assert instance.store is not None
    (page,) = instance.store.known([alias_of(ref(1))])
    assert len(page.conversation.posts) == 5
    assert assemble(page.conversation) == instance.service.read(path).thread


@pytest.mark.parametrize(
    "name", ["https://blog.example/?p=1", "https://blog.example/m%C3%B6s", "https://blog.example", "at://moss"]
)
def test_a_post_whose_name_cannot_stand_in_the_address_of_a_page_is_shown_and_kept_privately_only(
    instance: Instance, name: str
) -> None:
    ada = Author(id="https://blog.example/users/ada", network="fedi")
    only = Post(id=name, author=ada.id, text="Moss.", created=NOON, replies=0)
    service = instance.says(Conversation(network="fedi", anchor=name, posts=(only,), authors=(ada,), read_at=NOON))
    pasted = "https://blog.example/@ada/1"
    assert service.unroll(pasted).thread.posts == (only,)
    with pytest.raises(UnknownAddress, match="cannot be part of the address of a page here") as caught:
        service.unroll(pasted, save="listed")
    assert caught.value.subject == name
    assert everything(instance) == []
    assert service.read(service.unroll(pasted, save="private").path).thread.posts == (only,)


def test_many_who_ask_at_once_get_one_page(another: Callable[..., Instance]) -> None:
    anchors = [1, 2, 3, 7, 8, 9]
    start = Barrier(len(anchors))
    instances = [another() for _ in anchors]

    def ask(instance: Instance, anchor: int) -> str:
        service = instance.says(talk(*TREE, anchor=uri(anchor)))
        start.wait()
        return service.unroll(ref(anchor), save="listed").path

    with ThreadPoolExecutor(len(anchors)) as pool:
        paths = set(pool.map(ask, instances, anchors))
    assert paths == {"/t/bsky/did:plc:ann/3k1"}
    assert everything(instances[0]) == ["/t/bsky/did:plc:ann/3k1"]


def test_programs_that_unroll_the_same_threads_at_once_get_the_same_pages(database: Sandbox) -> None:
    command = [sys.executable, "-m", "tests.service.racer", database.address]
    pipes: dict[str, Any] = {"stdin": PIPE, "stdout": PIPE, "text": True, "cwd": Path(__file__).parent.parent.parent}
    racers: list[Any] = [Popen([*command, post], **pipes) for post in ("0", "3")]
    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    paths = [racer.communicate(timeout=120)[0].splitlines() for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0]
    assert paths[0] == paths[1] == [f"/t/bsky/did:plc:ann/3k{number}" for number in range(100, 3100, 100)]
    with open_store(database.address) as store:
        assert sorted(saved.path for saved in store.list(100)) == sorted(paths[0])


def test_whoever_was_slower_merges_with_what_the_faster_one_kept(another: Callable[..., Instance]) -> None:
    fast, slow = another(), another()
    upper = talk(*line(1, 2, 3), frontiers=(Frontier(post=uri(3), why="limit"),))
    lower = talk(*line(3, 4, after=uri(2)), missing=(Missing(id=uri(2), author="did:plc:ann"),), anchor=uri(4))
    fast.says(upper)

    def between() -> object:
        slow.service._clock = lambda: NOON
        fast.service.unroll(ref(1), save="listed")
        return NOON

    slow.says(lower)
    slow.service._clock = between  # type: ignore[assignment]
    unrolled = slow.service.unroll(ref(4), save="listed")
    assert [post.id for post in unrolled.thread.posts] == [uri(n) for n in (1, 2, 3, 4)]
    assert everything(slow) == ["/t/bsky/did:plc:ann/3k1"]


def test_whoever_is_slower_every_time_gives_up_in_the_end(another: Callable[..., Instance]) -> None:
    fast, slow = another(), another()
    fast.says(talk(*line(1)))
    slow.says(talk(*line(1, 2)))

    def between() -> object:
        fast.service.unroll(ref(1), save="listed")
        return NOON

    slow.service._clock = between  # type: ignore[assignment]
    with pytest.raises(NotNow) as caught:
        slow.service.unroll(ref(1), save="listed")
    assert caught.value.code == "busy"


# --- reading again ----------------------------------------------------------------------------------------------


def test_reading_again_keeps_address_and_date_and_notes_when(instance: Instance) -> None:
    first = instance.says(talk(*line(1, 2))).unroll(ref(1), save="listed")
    instance.later(hours=1)
    grown = replace(talk(*line(1, 2, 3)), read_at=NOON + HOUR)
    then = instance.says(grown).unroll(ref(3), save="listed")
    assert first.saved is not None
    assert then.saved is not None
    assert (then.path, then.saved.created_at, then.saved.checked_at) == (first.path, NOON, NOON + HOUR)
    assert kept(instance, first.path) == ["1", "2", "3"]


def test_nothing_is_lost_because_a_later_reading_saw_less(instance: Instance) -> None:
    path = instance.says(talk(*line(*range(1, 13)))).unroll(ref(1), save="listed").path
    cut = talk(*line(1, 2, 3), frontiers=(Frontier(post=uri(3), why="limit"),), read_at=NOON + HOUR)
    unrolled = instance.says(cut).unroll(ref(1), save="listed")
    assert kept(instance, path) == [str(n) for n in range(1, 13)]
    assert unrolled.thread.completeness.state == "open"


def test_an_older_reading_does_not_undo_a_newer_one(instance: Instance) -> None:
    newer = replace(talk(post(1, text="New.")), read_at=NOON + HOUR)
    path = instance.says(newer).unroll(ref(1), save="listed").path
    instance.says(talk(post(1, text="Old."))).unroll(ref(1), save="listed")
    assert texts(instance.service.read(path).thread.posts) == ["New."]


def test_a_post_that_is_gone_is_taken_down_with_its_bytes(instance: Instance, database: Sandbox) -> None:
    path = instance.says(talk(*line(1, 2, 3))).unroll(ref(1), save="listed").path
    gone = talk(
        *line(1), post(3, uri(2)), read_at=NOON + HOUR,
        missing=(Missing(id=uri(2), author="did:plc:ann", parent=uri(1), reason="deleted", says="deleted"),),
    )  # fmt: skip
    unrolled = instance.says(gone).unroll(ref(1), save="listed")
    assert kept(instance, path) == ["1", "3"]
    assert [(gap.id, gap.says) for gap in unrolled.thread.gaps] == [(uri(2), "deleted")]
    assert instance.service.find(ref(2)) == unrolled.saved
    if database.kind == "sqlite":
        assert Path(f"{database.address}-wal").stat().st_size == 0, "the log holds nothing of it either"


def test_a_first_post_that_is_gone_leaves_the_page_where_it_was(instance: Instance) -> None:
    path = instance.says(talk(*line(1, 2, 3))).unroll(ref(1), save="listed").path
    gone = talk(*line(2, 3, after=uri(1)), read_at=NOON + HOUR, missing=(Missing(id=uri(1), says="not-found"),))
    assert instance.says(gone).unroll(ref(2), save="listed").path == path
    assert instance.says(replace(gone, read_at=NOON + 2 * HOUR)).unroll(ref(3), save="listed").path == path
    assert kept(instance, path) == ["2", "3"]


def test_an_author_who_wishes_not_to_be_shown_any_more_is_deleted_and_may_come_back(instance: Instance) -> None:
    first = instance.says(talk(*line(1, 2))).unroll(ref(1), save="listed")
    wish = replace(talk(*line(1, 2), read_at=NOON + HOUR), authors=(author(labels=("!no-unauthenticated",)),))
    with pytest.raises(Refused):
        instance.says(wish).unroll(ref(2), save="listed")
    assert everything(instance) == []
    with pytest.raises(Gone, match="as its author wished") as caught:
        instance.service.find(ref(1))
    assert caught.value.code == "author"
    assert instance.service.find(ref(1), lifting=True) is None
    again = instance.says(talk(*line(1, 2))).unroll(ref(1), save="listed")
    assert (again.path, instance.service.find(ref(2))) == (first.path, again.saved)


def test_a_withheld_post_is_kept_out_of_what_is_shown_and_listed(instance: Instance) -> None:
    hidden = talk(post(1, text="Secret words.", labels=("!hide",)), post(2, uri(1)))
    unrolled = instance.says(hidden).unroll(ref(1), save="listed")
    assert texts(unrolled.thread.posts) == ["Words of 2 by ann."]
    assert unrolled.saved is not None
    assert (unrolled.saved.title, unrolled.saved.posts) == ("Words of 2 by ann.", 1)
    assert "Secret" not in repr(instance.service.read(unrolled.path).thread)


# --- private and public -----------------------------------------------------------------------------------------


def test_a_private_reading_never_reaches_a_public_page(instance: Instance) -> None:
    secret = instance.says(talk(*line(1, 2, 3))).unroll(ref(1), save="private")
    assert secret.path.startswith("/p/")
    assert instance.service.find(ref(1)) is None
    assert instance.service.find(ref(1), private=True) == instance.service.find(secret.path) == secret.saved
    public = instance.says(talk(*line(1, 2), read_at=NOON + HOUR)).unroll(ref(1), save="unlisted")
    assert kept(instance, public.path) == ["1", "2"]
    assert kept(instance, secret.path) == ["1", "2", "3"]
    again = instance.says(talk(*line(1, 2, 3, 4), read_at=NOON + HOUR)).unroll(ref(4), save="private")
    assert again.path == secret.path


# --- taken down -------------------------------------------------------------------------------------------------


def test_a_thread_that_was_taken_down_is_not_even_asked_for(instance: Instance) -> None:
    service = instance.says(talk(*TREE))
    service.unroll(ref(1), save="listed")
    service.remove(ref(8), "author")
    asked = instance.asked
    for name in (1, 2, 3, 7, 8, 9):
        with pytest.raises(Gone) as caught:
            service.unroll(ref(name), save="listed")
        assert str(caught.value) == "This thread was taken down on 1 March 2026, as its author wished."
    assert instance.asked == asked


@pytest.mark.parametrize("save", [None, "listed", "private"])
def test_a_thread_that_was_taken_down_does_not_come_back_by_another_way(instance: Instance, save: None) -> None:
    instance.says(talk(*line(1, 2))).unroll(ref(1), save="listed")
    instance.service.remove(address(1), "author")
    ways: list[tuple[Ref, Conversation]] = [
        (ref(3), talk(*line(1, 2, 3), anchor=uri(3))),
        (ref("q", "bob"), talk(*line(1, 2), post("q", uri(2), author="bob"), anchor=uri("q", "bob"))),
        (ref(0), talk(*line(0, 1))),
    ]
    for asked, conversation in ways:
        with pytest.raises(Gone):
            instance.says(conversation).unroll(asked, save=save)
    assert everything(instance) == []


def test_what_is_not_here_yet_can_be_kept_from_coming(instance: Instance) -> None:
    assert instance.service.remove(ref(1), "author", ahead=True).pages == ()
    with pytest.raises(NotFound):
        instance.service.remove("/p/AAAAAAAAAAAAAAAAAAAAAA", "author", ahead=True)
    with pytest.raises(Gone):
        instance.says(talk(*line(1, 2))).unroll(ref(2), save="listed")
    with pytest.raises(Gone):
        instance.service.remove(ref(1), "author", ahead=True)


def test_whoever_stands_on_the_operators_list_is_told_so(instance: Instance) -> None:
    kept = instance.says(talk(*line(1, 2))).unroll(ref(1), save="listed").saved
    assert kept is not None
    with instance.service._store._database.writing() as connection:
        key = instance.service._store._key
        optouts.add(connection, key, "bsky", "did:plc:ann", since=NOON, by="operator")
    sentence = "The operator of this site shows nothing of this author (our opt-out list, since 1 March 2026)."
    for save in (None, "listed"):
        with pytest.raises(Refused) as caught:
            instance.says(talk(*line(1, 2), read_at=instance.later(hours=1))).unroll(ref(1), save=save)  # type: ignore[arg-type]
        assert (caught.value.sentence, caught.value.code) == (sentence, "operator-list")
    with pytest.raises(Gone) as gone:
        instance.service.find(ref(1))
    assert gone.value.code == "operator"


def test_a_saved_file_brings_no_word_of_what_was_taken_down_into_any_row(instance: Instance) -> None:
    instance.says(talk(*line(1, 2))).unroll(ref(1), save="listed")
    instance.service.remove(ref(1), "law")
    quoting = talk(post(7, author="bob", quote=Quote(id=uri(1))), quoted=(post(1),))
    page = instance.service.unroll_documents([Document(body=encode(quoting), name="saved.json")], save="listed")
    assert page.thread.posts[0].quote == Quote(id="", state="taken-down")
    (known,) = instance.service._store.known([alias_of(ref(7, "bob"))])
    assert "Words of 1" not in repr(known.conversation)
