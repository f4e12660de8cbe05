"""Wishes on every way out: reading, keeping, serving, listing; and why."""

import gzip
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.service.conftest import Instance
from tests.store.build import NOON, address, author, line, post, ref, talk
from threadleaf.core.errors import Gone, NotFound, NotNow, Refused, UnknownAddress
from threadleaf.core.model import Conversation, Quote
from threadleaf.core.wishes import OptOut
from threadleaf.service import Renderer, Threadleaf
from threadleaf.sources.conversation import encode
from threadleaf.store.records import Reading, Saved, View
from threadleaf.store.threads import Store
from threadleaf.wire import Document

BOB = "did:plc:bob"
SECRET = "What Bob said."


def with_bob(**about: object) -> Conversation:
    """A thread by Ann that answers Bob and quotes him."""
    top = post("q", author="bob", text=SECRET)
    quoted = (post("s", author="bob", text=SECRET),)
    first = post(1, top.id, quote=Quote(id=quoted[0].id, author=BOB))
    seen = talk(top, first, post(2, first.id), anchor=first.id, quoted=quoted)
    return replace(seen, authors=(author("ann"), author("bob", **about)))


def by_ann(**about: object) -> Conversation:
    return replace(talk(*line(1, 2)), authors=(author("ann", **about),))


def keep(instance: Instance, seen: Conversation, save: str = "listed") -> Saved:
    saved = instance.says(seen).unroll(ref(1), save=save).saved  # type: ignore[arg-type]
    assert saved is not None
    return saved


# --- our opt-out list -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("save", [None, "listed", "private"])
def test_an_author_on_our_list_is_refused_whichever_way_the_thread_comes(instance: Instance, save: None) -> None:
    instance.service.opt_out("bsky", "did:plc:ann", "author")
    document = Document(body=encode(by_ann()), name="saved.json")
    for unroll in (
        lambda: instance.says(by_ann()).unroll(ref(2), save=save),
        lambda: instance.service.unroll_documents([document], save=save),
    ):
        with pytest.raises(Refused) as refused:
            unroll()
        assert refused.value.sentence == "The author asks not to be unrolled (our opt-out list, since 1 March 2026)."
    assert instance.service.list(visibility=None) == ()


def test_a_page_that_was_made_against_a_wish_is_gone_and_may_be_made_again(instance: Instance) -> None:
    made = keep(instance, by_ann())
    instance.service.take_back(made)
    with pytest.raises(Gone, match="as its author wished"):
        instance.service.read(made.path)
    assert instance.service.list(visibility=None) == ()
    instance.later(days=1)
    assert keep(instance, replace(by_ann(), read_at=instance.time)).path == made.path


def test_past_threads_of_an_author_on_our_list_are_deleted_and_may_come_back(instance: Instance) -> None:
    saved = keep(instance, by_ann())
    assert instance.service.opt_out("bsky", "did:plc:ann", "author") == (saved,)
    assert instance.service.find(ref(1)) is None
    with pytest.raises(NotFound):
        instance.service.read(saved.path)
    assert instance.service.opted_out("bsky", "did:plc:ann") == OptOut(NOON, "author")
    assert instance.service.allow("bsky", "did:plc:ann")
    assert not instance.service.allow("bsky", "did:plc:ann")
    assert instance.service.opted_out("bsky", "did:plc:ann") is None
    assert keep(instance, by_ann()).path == saved.path


def test_somebody_on_our_list_is_blank_on_other_peoples_pages_old_and_new(instance: Instance) -> None:
    saved = keep(instance, with_bob())
    assert SECRET in repr(instance.service.read(saved.path).thread)
    instance.service.opt_out("bsky", BOB, "author")
    thread = instance.service.read(saved.path).thread
    assert SECRET not in repr(thread)
    assert (thread.context, thread.quoted, thread.posts[0].quote) == ((), (), Quote(id="", state="opted-out"))
    for save in (None, "listed"):
        assert SECRET not in repr(instance.says(with_bob()).unroll(ref(1), save=save).thread)  # type: ignore[arg-type]
    instance.service.allow("bsky", BOB)
    assert SECRET not in repr(instance.service.read(saved.path).thread), "nothing of it is kept"
    instance.says(replace(with_bob(), read_at=instance.later(hours=1))).unroll(ref(1), save="listed")
    assert SECRET in repr(instance.service.read(saved.path).thread)


def words(reading: Reading, view: View, lang: str) -> str:
    return f"{view} {' '.join(post.text for post in (*reading.thread.posts, *reading.thread.quoted))}"


def test_rendered_pages_do_not_outlive_a_change_of_the_list(store: Store) -> None:
    instance = Instance(store, renderer=Renderer(words, "v1"))
    saved = keep(instance, with_bob())

    def page() -> str:
        return gzip.decompress(instance.service.page(saved.path, "article").gzip).decode()

    assert SECRET in page()
    instance.service.opt_out("bsky", BOB, "author")
    assert SECRET not in page()
    instance.service.allow("bsky", BOB)
    instance.says(replace(with_bob(), read_at=instance.later(hours=1))).unroll(ref(1), save="listed")
    assert SECRET in page()


def test_a_page_that_was_being_rendered_during_an_opt_out_is_not_kept(store: Store) -> None:
    def slowly(reading: Reading, view: View, lang: str) -> str:
        instance.service.opt_out("bsky", BOB, "author")
        return words(reading, view, lang)

    instance = Instance(store, renderer=Renderer(slowly, "v1"))
    saved = keep(instance, with_bob())
    instance.service.page(saved.path, "article")
    later = Instance(store, renderer=Renderer(words, "v1"))
    assert SECRET not in gzip.decompress(later.service.page(saved.path, "article").gzip).decode()


def test_an_opt_out_while_a_thread_is_being_kept_is_heeded(another: Callable[..., Instance]) -> None:
    fast, slow = another(), another()

    def between() -> object:
        slow.service._clock = lambda: NOON
        fast.service.opt_out("bsky", "did:plc:ann", "author")
        return NOON

    slow.service._clock = between  # type: ignore[assignment]
    with pytest.raises(Refused):
        slow.says(by_ann()).unroll(ref(1), save="listed")
    assert slow.service.list(visibility=None) == ()


# --- profiles and settings --------------------------------------------------------------------------------------


def test_a_wish_in_the_profile_refuses_and_takes_back_what_was_kept(instance: Instance) -> None:
    keep(instance, by_ann())
    wish = replace(by_ann(bio="Painter. #nounroll"), read_at=instance.later(hours=1))
    with pytest.raises(Refused, match="the profile says “#nounroll”"):
        instance.says(wish).unroll(ref(1), save="listed")
    assert instance.service.list(visibility=None) == ()


@pytest.mark.parametrize("about", [{"signals": ("noindex",)}, {"bio": "No bots were harmed."}])
@pytest.mark.parametrize("who", ["ann", "bob"])
def test_a_wish_against_lists_wins_over_what_was_asked_for(
    instance: Instance, who: str, about: dict[str, object]
) -> None:
    people = tuple(author(name, **(about if name == who else {})) for name in ("ann", "bob"))
    saved = keep(instance, replace(with_bob(), authors=people))
    assert instance.service.list() == ()
    assert instance.service.list(visibility=None) == (saved,)
    assert instance.service.find(ref(2)) == saved
    assert instance.service.read(saved.path).thread.posts
    again = keep(instance, replace(with_bob(), read_at=instance.later(hours=1)))
    assert instance.service.list() == (again,)


# --- why --------------------------------------------------------------------------------------------------------


def test_a_refused_thread_is_explained(instance: Instance) -> None:
    told = instance.says(by_ann(bio="#nobot")).wishes(address(1))
    assert told.refusal == "The author asks not to be unrolled (the profile says “#nobot”)."
    (ann,) = told.people
    assert (ann.author.id, ann.roles, ann.decision.source) == ("did:plc:ann", ("author",), "#nobot")
    assert instance.service.list(visibility=None) == ()


def test_our_list_is_explained_too(instance: Instance) -> None:
    instance.service.opt_out("bsky", BOB, "operator")
    told = instance.says(with_bob()).wishes(ref(1))
    assert (told.refusal, told.reach) == ("", "listed")
    assert [(p.author.id, p.decision.show) for p in told.people] == [("did:plc:ann", True), (BOB, False)]
    assert told.people[1].decision.source == "1 March 2026"


def test_without_a_database_there_is_no_list() -> None:
    told = Instance(None).says(with_bob()).wishes(ref(1))
    assert [p.decision.show for p in told.people] == [True, True]


def test_a_refusal_by_the_network_itself_is_told(instance: Instance) -> None:
    told = instance.says(Refused("The author asks to be left alone.")).wishes(ref(1))
    assert (told.refusal, told.people, told.network) == ("The author asks to be left alone.", (), "bsky")


@pytest.mark.parametrize("error", [NotFound("No such post."), NotNow("Later.")])
def test_what_the_network_does_not_give_cannot_be_explained(instance: Instance, error: Exception) -> None:
    with pytest.raises(type(error)):
        instance.says(error).wishes(ref(1))  # type: ignore[arg-type]
    with pytest.raises(UnknownAddress):
        instance.service.wishes("hello")


@pytest.mark.parametrize("save", ["listed", "private"])
def test_without_a_network_what_is_kept_is_explained(instance: Instance, store: Store, save: str) -> None:
    saved = keep(instance, with_bob(labels=("!hide",)), save)
    offline = Threadleaf(store, None, lambda: NOON)
    for way in (address(1), ref(2), saved.path):
        told = offline.wishes(way)
        assert [p.decision.source for p in told.people] == ["", "!hide"]
    for nothing in (address(9), ref(9)):
        with pytest.raises(NotFound):
            offline.wishes(nothing)
