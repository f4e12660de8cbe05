"""What is erased from a conversation, and what stays: the same thread as a reader saw, without a word of what is gone."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from tests.store.build import address, author, line, post, talk, uri
from threadleaf.core.assemble import assemble
from threadleaf.core.erase import asked, erased, names, without
from threadleaf.core.model import Author, Card, Conversation, Missing, Quote
from threadleaf.core.wishes import By, OptOut
from threadleaf.core.withhold import people, shown

SINCE = datetime(2026, 11, 28, tzinfo=UTC)
ANN, BOB = "did:plc:ann", "did:plc:bob"


def out(*gone: str, by: By = "author") -> dict[str, OptOut]:
    return dict.fromkeys(gone, OptOut(SINCE, by))


def quoting() -> Conversation:
    """Bob answers Ann's second post, quotes her first, and goes on."""
    quote = Quote(id=uri(1), author=ANN, url=address(1))
    first = post(5, uri(2), author="bob", quote=quote, parent_author=ANN)
    people = (author("ann", bio="About Ann."), author("bob"))
    posts = (*line(1, 2), first, post(6, first.id, author="bob"))
    return talk(*posts, anchor=first.id, authors=people, quoted=(post(1),))


def test_nothing_is_changed_where_nothing_is_gone():
    seen = quoting()
    thread = assemble(seen)
    assert erased(seen, out("did:plc:eve", uri(9))) is seen
    assert without(seen, thread, {}) == (seen, thread)


@pytest.mark.parametrize("gone", [(ANN,), (uri(1), uri(2))])
def test_what_is_gone_leaves_its_id_its_place_and_no_word(gone: tuple[str, ...]):
    seen = quoting()
    left, thread = without(seen, assemble(seen), out(*gone))
    assert "by ann" not in repr(left)
    assert "About Ann" not in repr(left)
    assert [p.id for p in left.posts] == [uri(5, "bob"), uri(6, "bob")]
    assert left.posts[0].quote == Quote(id=uri(1), state="opted-out")
    assert left.missing[1] == Missing(id=uri(2), author=ANN, parent=uri(1), reason="opted-out", says="withheld")
    assert (left.quoted, [a.id for a in left.authors]) == ((), [BOB])
    assert (thread, left.anchor) == (assemble(left), thread.posts[0].id)
    was = shown(assemble(seen), out(*gone))
    now = shown(thread, out(*gone))
    assert (now.posts, now.context, now.quoted) == (was.posts, was.context, was.quoted)


@pytest.mark.parametrize("by", ["operator", "law", "network"])
def test_only_of_the_authors_own_word_is_it_said_that_it_was_hers(by: By):
    seen = quoting()
    left, thread = without(seen, assemble(seen), out(uri(1), uri(2), by=by))
    assert left.posts[0].quote == Quote(id=uri(1), state="taken-down")
    assert {place.reason for place in left.missing} == {"taken-down"}
    quote = shown(assemble(seen), out(uri(1), by=by)).posts[0].quote
    assert quote == Quote(id="", state="taken-down")
    assert shown(thread, {}).posts[0].quote == Quote(id=uri(1), state="taken-down")


def test_an_account_of_which_something_is_left_stays():
    seen = quoting()
    left = erased(seen, out(uri(1)))
    assert [a.id for a in left.authors] == [ANN, BOB]
    assert left.posts[0].id == uri(2)


def test_a_thread_goes_on_without_the_posts_that_its_author_left_out():
    seen = talk(*line(1, 2, 3))
    left, thread = without(seen, assemble(seen), out(uri(1), uri(2)))
    assert [p.id for p in thread.posts] == [uri(3)]
    assert left.anchor == uri(3)
    assert {gap.reason for gap in thread.gaps} == {"opted-out"}


def test_a_saved_page_loses_its_quotes():
    saved = replace(quoting(), linked=False, posts=(replace(quoting().posts[2], place=1),))
    left, thread = without(saved, assemble(saved), out(ANN))
    assert (left.anchor, left.quoted) == (saved.anchor, ())
    assert thread.posts[0].quote == Quote(id=uri(1), state="opted-out")


def card(url: str) -> Conversation:
    return talk(
        post(5, author="bob", card=Card(url=url, title="Words of 1 by ann.")),
        authors=(author("ann"), author("bob")),
    )


@pytest.mark.parametrize("gone", [(ANN,), (uri(1),), ("at://ann.example/app.bsky.feed.post/3k1",)])
def test_a_preview_of_what_is_gone_goes_too(gone: tuple[str, ...]):
    seen = card(address(1))
    assert {("bsky", "at://ann.example/app.bsky.feed.post/3k1"), ("bsky", uri(1))} <= names(seen)
    assert erased(seen, out(*gone)).posts[0].card is None


def test_other_previews_stay():
    for url in ("https://page.example/", address(1, "eve")):
        seen = card(url)
        assert erased(seen, out(ANN)).posts == seen.posts


def test_everybody_and_everything_that_is_named_is_found():
    seen = replace(quoting(), missing=(Missing(id=uri(8, "eve"), author="did:plc:eve"),))
    seen = replace(seen, authors=(*seen.authors, Author(id="https://a.example/u", network="fedi")))
    told = {("bsky", name) for name in (ANN, BOB, "did:plc:eve", uri(1), uri(2), uri(5, "bob"), uri(6, "bob"))}
    assert names(seen) == told | {("bsky", uri(8, "eve")), ("fedi", "https://a.example/u")}
    mine = {("bsky", uri(5, "bob")), ("bsky", uri(6, "bob"))}
    thread = assemble(seen)
    assert asked(seen, thread) == (names(seen) | people(thread), names(seen) - mine)


def test_whose_a_quote_is_can_be_told_from_its_id():
    seen = talk(post(5, author="bob", quote=Quote(id=uri(1))))
    assert ("bsky", ANN) in names(seen)
    assert erased(seen, out(ANN)).posts[0].quote == Quote(id=uri(1), state="opted-out")


class Counted(tuple[Author, ...]):
    """Accounts that tell how often somebody went through all of them."""

    __slots__ = ()
    times = 0

    def __iter__(self) -> Iterator[Author]:
        Counted.times += 1
        return super().__iter__()


@pytest.mark.parametrize("posts", [3, 300])
def test_the_accounts_are_gone_through_as_often_however_many_posts_there_are(posts: int):
    seen = replace(talk(*line(*range(posts))), authors=Counted((author("ann"),)))
    Counted.times = 0
    assert ("bsky", uri(posts - 1)) in names(seen)
    assert Counted.times == 2
