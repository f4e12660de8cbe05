"""Two readings of one conversation: nothing seen is lost, nothing gone stays."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.talk import a, b, c, chain, ids, page, talk
from threadleaf.core.assemble import assemble
from threadleaf.core.merge import merge, merge_all
from threadleaf.core.model import Author, Conversation, Frontier, Missing, Note, Post, Quote, Reported

EARLY = datetime(2026, 5, 3, 12, tzinfo=UTC)
LATE = EARLY + timedelta(hours=1)


def early(*posts: Any, **more: Any) -> Conversation:
    return talk(*posts, read_at=EARLY, **more)


def late(*posts: Any, **more: Any) -> Conversation:
    return talk(*posts, read_at=LATE, **more)


def names(conversation: Conversation) -> set[str]:
    return {post.id for post in conversation.posts}


def limit(post: str) -> Frontier:
    return Frontier(post=post, why="limit")


def test_what_stood_in_the_way_of_an_earlier_reading_is_not_told_of_the_later() -> None:
    repaired, stopped, again = (
        Note(kind="html-too-deep"),
        Note(kind="stopped-rate", n=1),
        Note(kind="stopped-limit", n=1),
    )
    old, new = early(chain(3), notes=(repaired, stopped)), late(chain(2), frontiers=(limit("2"),), notes=(again,))
    assert merge(old, new).notes == (again, repaired)


# --- which is the later one -------------------------------------------------------------------------------------


def test_the_later_reading_wins_whichever_is_given_first() -> None:
    old, new = early(a("1", "Old.")), late(a("1", "New."))
    assert merge(old, new).posts == merge(new, old).posts == new.posts
    assert merge(old, new).read_at == merge(new, old).read_at == LATE


def test_a_reading_without_a_time_is_older_than_one_with_a_time() -> None:
    old, new = talk(a("1", "Old.")), early(a("1", "New."))
    assert merge(old, new).posts == merge(new, old).posts == new.posts


def test_of_two_readings_without_a_time_or_with_the_same_the_second_is_the_later() -> None:
    one, other = talk(a("1", "One.")), talk(a("1", "Other."))
    assert merge(one, other).posts == other.posts
    one, other = early(a("1", "One.")), early(a("1", "Other."))
    assert merge(one, other).posts == other.posts


def test_several_readings_are_put_together_in_the_order_of_their_times() -> None:
    oldest, middle = early(chain(4)), late(chain(3))
    newest = replace(talk(chain(2), frontiers=(limit("2"),)), read_at=LATE + timedelta(hours=1))
    timeless = talk(chain(5))
    for order in permutations((oldest, middle, newest, timeless)):
        assert names(merge_all(order)) == {"1", "2", "3"}
    one, other = talk(a("1", "One.")), talk(a("1", "Other."))
    assert merge_all([one, other]).posts == other.posts
    assert merge_all([one]) == one


@pytest.mark.parametrize(
    "other", [page("One."), replace(talk(a("1")), network="fedi"), replace(talk(a("1")), linked=False)]
)
def test_readings_of_different_kinds_are_not_merged(other: Conversation) -> None:
    with pytest.raises(ValueError, match="not two readings"):
        merge(talk(a("1")), other)


# --- nothing that was seen is lost ------------------------------------------------------------------------------


def test_what_a_later_reading_did_not_reach_is_kept() -> None:
    whole = early(chain(12))
    cut = late(chain(5), frontiers=(limit("5"),))
    merged = merge(whole, cut)
    assert ids(assemble(merged).posts) == "1 2 3 4 5 6 7 8 9 10 11 12"
    assert merged.frontiers == (limit("5"),), "what is claimed about the ends is true of the later reading"


def test_a_reading_from_the_last_post_and_one_from_the_first_complete_each_other() -> None:
    lower = early(chain(4, first=7), missing=(Missing(id="6", author="a"),))
    upper = late(chain(6), frontiers=(limit("6"),), anchor="1")
    lower = replace(lower, posts=(replace(lower.posts[0], parent="6"), *lower.posts[1:]))
    merged = merge(lower, upper)
    assert merged.missing == ()
    assert ids(assemble(merged).posts) == "1 2 3 4 5 6 7 8 9 10"
    assert merged.anchor == "1"


def test_a_frontier_that_a_later_reading_resolves_disappears() -> None:
    old = early(chain(5), frontiers=(limit("5"), limit("2")))
    assert merge(old, late(chain(7))).frontiers == ()
    assert merge(old, late(chain(7), frontiers=(Frontier(post="2", why="count"),))).frontiers == (
        Frontier(post="2", why="count"),
    )


def test_a_frontier_of_a_post_that_only_the_earlier_reading_reached_stays() -> None:
    old = early(chain(7), frontiers=(limit("7"), limit("m")), missing=(Missing(id="m", parent="7"),))
    new = late(chain(3), frontiers=(limit("3"),))
    assert merge(old, new).frontiers == (limit("3"), limit("7"), limit("m"))


def test_a_place_that_a_later_reading_fills_is_no_longer_missing() -> None:
    old = early(a("1"), a("3", to="2"), missing=(Missing(id="2", author="a", parent="1", reason="unreachable"),))
    merged = merge(old, late(chain(3)))
    assert merged.missing == ()
    assert assemble(merged).completeness.state == "complete"


def test_a_place_that_no_reading_filled_stays_missing_and_keeps_what_is_known_of_it() -> None:
    place = Missing(id="2", author="a", parent="1")
    old = early(a("1"), a("3", to="2"), missing=(place,))
    new = late(a("3", to="2"), missing=(Missing(id="2", reason="unknown", says="not-found"),))
    assert merge(old, new).missing == (replace(place, says="not-found"),)
    assert merge(old, late(a("3", to="2"))).missing == (place,)


def test_what_a_later_reading_says_about_a_place_wins() -> None:
    old = early(a("1"), missing=(Missing(id="2", author="a", parent="1", says="not-found"),))
    told = Missing(id="2", author="b", parent="x", reason="blocked", says="blocked")
    assert merge(old, late(a("1"), missing=(told,))).missing == (told,)


@pytest.mark.parametrize("place", [Missing(id="2", reason="unreachable", says="502"), Missing(id="2")])
def test_a_failed_request_says_nothing_about_a_post(place: Missing) -> None:
    merged = merge(early(chain(3)), late(a("1"), missing=(place,), frontiers=(limit("1"),)))
    assert ids(assemble(merged).posts) == "1 2 3"
    assert merged.missing == ()


# --- nothing that is gone stays ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [
        Missing(id="2", reason="deleted", says="deleted"),
        Missing(id="2", reason="blocked", says="blocked"),
        Missing(id="2", reason="protected"),
        Missing(id="2", reason="opted-out"),
        Missing(id="2", reason="unknown", says="not-found"),
    ],
)
def test_a_post_that_the_network_no_longer_gives_is_taken_down_and_keeps_its_place(place: Missing) -> None:
    merged = merge(early(chain(3, text="Secret {i}.")), late(a("1"), missing=(place,), frontiers=(limit("1"),)))
    thread = assemble(merged)
    assert ids(thread.posts) == "1 3"
    assert [(gap.id, gap.after, gap.before) for gap in thread.gaps] == [("2", "1", "3")]
    assert "Secret 2" not in repr(merged)


def test_a_middle_post_that_is_gone_without_a_word_leaves_a_gap_before_what_hangs_below() -> None:
    merged = merge(early(chain(12)), late(chain(5)))
    thread = assemble(merged)
    assert ids(thread.posts) == "1 2 3 4 5 7 8 9 10 11 12"
    assert [(gap.id, gap.reason, gap.says) for gap in thread.gaps] == [("6", "unknown", "")]
    assert thread.completeness.state == "incomplete"


def test_a_last_post_that_is_gone_leaves_no_trace() -> None:
    merged = merge(early(chain(3)), late(chain(2)))
    assert names(merged) == {"1", "2"}
    assert merged.missing == ()
    assert assemble(merged).completeness.state == "complete"


def test_a_place_that_is_gone_leaves_no_trace_unless_something_hangs_below() -> None:
    old = early(chain(2), missing=(Missing(id="3", author="a", parent="2"),))
    assert merge(old, late(chain(2))).missing == ()
    below = early(chain(2), a("4", to="3"), missing=(Missing(id="3", author="a", parent="2"),))
    assert [place.id for place in merge(below, late(chain(2))).missing] == ["3"]


def test_an_answer_is_gone_where_the_network_counts_no_more_answers_than_it_shows() -> None:
    old = early(a("1"), b("x", to="1"), c("y", to="1"), a("2", to="x"))
    counted = late(a("1", replies=1), c("y", to="1"))
    assert names(merge(old, counted)) == {"1", "y", "2"}
    assert [place.id for place in merge(old, counted).missing] == ["x"], "the author's answer keeps its place"
    more = late(a("1", replies=2), c("y", to="1"), frontiers=(Frontier(post="1", why="count", hidden=1),))
    assert names(merge(old, more)) == {"1", "x", "y", "2"}


def test_answers_by_others_prove_nothing_where_the_network_does_not_count() -> None:
    old = early(a("1"), b("x", to="1"))
    assert names(merge(old, late(a("1")))) == {"1", "x"}


@pytest.mark.parametrize("why", ["limit", "unreachable", "count", "unseen"])
def test_below_a_frontier_nothing_is_known_to_be_gone(why: Any) -> None:
    assert names(merge(early(chain(4)), late(chain(3), frontiers=(Frontier(post="3", why=why),)))) == {
        "1",
        "2",
        "3",
        "4",
    }


@pytest.mark.parametrize("why", ["limit", "unreachable"])
def test_below_a_cut_nobody_knows_what_is_gone(why: Any) -> None:
    old = early(chain(4))
    assert names(merge(old, late(chain(3), frontiers=(Frontier(post="1", why=why),)))) == {"1", "2", "3", "4"}
    assert names(merge(old, late(chain(3), frontiers=(Frontier(post="1", why="count"),)))) == {"1", "2", "3"}


def test_many_absent_answers_are_judged_by_the_same_cut() -> None:
    old = early(chain(3), a("x", to="2"), a("y", to="2"), a("z", to="3"))
    assert names(merge(old, late(chain(3), frontiers=(limit("1"),)))) == {"1", "2", "3", "x", "y", "z"}
    assert names(merge(old, late(chain(3)))) == {"1", "2", "3"}


def test_a_circle_of_replies_ends() -> None:
    old = early(a("1", to="2"), a("2", to="1"), a("3", to="2"))
    assert names(merge(old, late(a("1", to="2"), a("2", to="1")))) == {"1", "2"}


# --- what belongs to posts --------------------------------------------------------------------------------------


def test_a_quoted_post_stays_while_a_post_that_shows_it_stays() -> None:
    quoted = Post(id="q", author="b", text="Quoted.")
    quote = Quote(id="q")
    old = early(a("1", quote=quote), a("2", to="1"), quoted=(quoted,))
    assert merge(old, late(a("2", to="1"))).quoted == (quoted,)
    assert merge(old, late(a("1", quote=quote))).quoted == (quoted,)
    assert merge(old, late(a("1", quote=Quote(id="q", state="detached")))).quoted == ()
    assert merge(old, late(a("1"))).quoted == ()
    gone = late(a("1", quote=quote), missing=(Missing(id="q", reason="deleted", says="deleted"),))
    assert merge(old, gone).quoted == ()
    newer = replace(quoted, text="Edited.")
    assert merge(old, late(a("1", quote=quote), quoted=(newer,))).quoted == (newer,)


def test_authors_are_as_the_later_reading_has_them_unless_it_knows_only_their_ids() -> None:
    full = Author(id="a", network="bsky", handle="a.example", labels=("!hide",))
    old = replace(early(a("1")), authors=(full,))
    bare = replace(late(a("1")), authors=(Author(id="a", network="bsky"),))
    assert merge(old, bare).authors == (full,)
    renamed = Author(id="a", network="bsky", handle="new.example")
    assert merge(old, replace(bare, authors=(renamed,))).authors == (renamed,)
    assert merge(bare, replace(bare, read_at=None)).authors == bare.authors


def test_authors_of_whom_nothing_is_left_are_forgotten() -> None:
    old = early(a("1"), b("x", to="1"), c("y", to="1"))
    new = replace(late(a("1", replies=1), c("y", to="1")), authors=())
    assert [author.id for author in merge(old, new).authors] == ["a", "c"]


def test_the_networks_counts_are_the_latest_known() -> None:
    old = early(chain(4), reported=(Reported(post="1", count=4), Reported(post="4", count=4)))
    new = late(chain(2), reported=(Reported(post="1", count=5),), frontiers=(limit("2"),))
    assert merge(old, new).reported == (Reported(post="1", count=5), Reported(post="4", count=4))


def test_notes_of_the_earlier_reading_stay_with_what_is_left_of_it() -> None:
    general, of_one, of_two = Note(kind="k"), Note(kind="k", post="1"), Note(kind="k", post="2")
    old = early(chain(2), notes=(general, of_one, of_two))
    assert merge(old, late(a("1"), frontiers=(limit("1"),))).notes == (general, of_two)
    assert merge(old, late(chain(2))).notes == ()
    assert merge(old, late(a("1"), frontiers=(limit("1"),), notes=(general,))).notes == (general, of_two)


def test_announced_number_and_address_are_the_latest_known() -> None:
    old = early(a("1"), announced=9, address="https://a.example/1")
    merged = merge(old, late(a("1")))
    assert (merged.announced, merged.address) == (9, "https://a.example/1")
    merged = merge(old, late(a("1"), announced=8, address="https://a.example/2"))
    assert (merged.announced, merged.address) == (8, "https://a.example/2")


# --- saved pages ------------------------------------------------------------------------------------------------


def test_a_later_copy_of_a_page_replaces_the_earlier_one() -> None:
    old = page("One.", "Two.")
    for new in (page("One!", "Two!"), page("One!", "Two!", "Three.")):
        assert merge(old, new) == new


def test_a_copy_of_a_page_that_ends_early_loses_nothing() -> None:
    old, new = page("One.", "Two.", "Three."), page("One.", "Tw")
    assert merge(old, new) == old


# --- properties -------------------------------------------------------------------------------------------------

WHO = {"a": a, "b": b}


@st.composite
def conversations(draw: st.DrawFn, prefix: str = "") -> Conversation:
    """Trees of up to eight posts by two people, with places, frontiers, counts and notes strewn in."""
    size = draw(st.integers(1, 8))
    posts: list[Post] = []
    for n in range(size):
        parent = draw(st.sampled_from([None, *(post.id for post in posts), f"{prefix}m"]))
        who = WHO[draw(st.sampled_from("ab"))]
        replies = draw(st.sampled_from([None, 0, 1, 3]))
        posts.append(who(f"{prefix}{n}", draw(st.sampled_from(["", "Other words."])), to=parent, replies=replies))
    some = st.lists(st.sampled_from([post.id for post in posts]), unique=True, max_size=2)
    whys = st.sampled_from(["limit", "count", "unreachable", "unseen"])
    reasons = st.sampled_from(["unknown", "unreachable", "deleted"])
    return talk(
        posts,
        read_at=draw(st.sampled_from([None, EARLY, LATE])),
        missing=(Missing(id=f"{prefix}m", reason=draw(reasons)),) if draw(st.booleans()) else (),
        frontiers=tuple(Frontier(post=i, why=draw(whys)) for i in draw(some)),
        reported=tuple(Reported(post=i, count=size) for i in draw(some)),
        notes=tuple(Note(kind="k", post=i) for i in draw(some)),
    )


def as_sets(conversation: Conversation) -> dict[str, object]:
    fields = ("posts", "authors", "missing", "frontiers", "reported", "quoted", "notes")
    return {name: set(getattr(conversation, name)) for name in fields} | {"read_at": conversation.read_at}


@given(conversations())
def test_merging_a_reading_with_itself_changes_nothing(one: Conversation) -> None:
    assert merge(one, one) == one


@given(conversations(), conversations())
def test_merging_the_same_reading_again_changes_nothing(one: Conversation, other: Conversation) -> None:
    merged = merge(one, other)
    assert as_sets(merge(merged, merged)) == as_sets(merged)
    again = merge(one, merged)
    assert names(again) == names(merged)


@given(conversations("x"), conversations("y"), conversations("z"))
def test_readings_that_share_nothing_may_be_merged_in_any_grouping(
    one: Conversation, two: Conversation, three: Conversation
) -> None:
    assert as_sets(merge(merge(one, two), three)) == as_sets(merge(one, merge(two, three)))
    assert names(merge(one, two)) == names(one) | names(two)


@given(conversations(), conversations())
def test_each_post_of_two_readings_is_kept_or_shown_to_be_gone(one: Conversation, other: Conversation) -> None:
    one, other = replace(one, address="one"), replace(other, address="other")
    merged = merge(one, other)
    earlier, later = (one, other) if merged.address == "other" else (other, one)
    assert names(later) <= names(merged) <= names(one) | names(other)
    lost = names(earlier) - names(merged)
    told = {place.id for place in later.missing}
    for post in earlier.posts:
        if post.id in lost:
            assert post.id in told or post.parent in names(later)


# --- what only one of them asked for ----------------------------------------------------------------------------


def test_a_profile_that_could_not_be_read_again_says_what_it_said() -> None:
    read = Author(id="a", network="bsky", handle="old.example", bio="#nobot", signals=("noindex",))
    unread = Author(id="a", network="bsky", handle="new.example", signals=("profile-unread",))

    def merged(earlier: Author, later: Author) -> Author:
        one, other = replace(early(chain(2)), authors=(earlier,)), replace(late(chain(2)), authors=(later,))
        (found,) = merge(one, other).authors
        return found

    known = merged(read, unread)
    assert (known.handle, known.bio, known.signals) == ("new.example", "#nobot", ("noindex",))
    assert merged(unread, read) == read
    assert merged(unread, unread) == unread


def test_answers_that_were_all_seen_need_not_be_asked_for_again() -> None:
    known = early(a("1", replies=1), a("2", to="1", replies=0))
    unseen = Frontier(post="1", why="unseen")
    assert merge(known, late(a("1", replies=1), frontiers=(unseen,))).frontiers == ()
    assert merge(known, late(a("1", replies=2), frontiers=(unseen,))).frontiers == (unseen,)
    assert merge(known, late(a("1"), frontiers=(unseen,))).frontiers == (unseen,)
    for why in ("limit", "unreachable"):
        stopped = (Frontier(post="1", why=why),)
        assert merge(known, late(a("1", replies=1), frontiers=stopped)).frontiers == ()
        assert merge(known, late(a("1", replies=2), frontiers=stopped)).frontiers == stopped
    open_before = replace(known, frontiers=(limit("1"),))
    assert merge(open_before, late(a("1", replies=1), frontiers=(unseen,))).frontiers == (unseen,)


@pytest.mark.parametrize("why", ["unseen", "limit", "unreachable"])
def test_where_all_that_the_network_shows_was_seen_a_reading_that_did_not_look_opens_nothing(why: Any) -> None:
    hides_one = Frontier(post="1", why="count", hidden=1)
    known = early(a("1", replies=2), a("2", to="1", replies=0), frontiers=(hides_one,))
    blind = (Frontier(post="1", why=why),)
    assert merge(known, late(a("1", replies=2), frontiers=blind)).frontiers == (hides_one,)
    assert merge(known, late(a("1", replies=3), frontiers=blind)).frontiers == blind
    shows_less = (Frontier(post="1", why="count", hidden=2),)
    assert merge(known, late(a("1", replies=2), frontiers=shows_less)).frontiers == shows_less


def test_a_place_that_the_later_reading_names_is_not_absent_from_its_answers() -> None:
    known = early(chain(4))
    place = Missing(id="3", author="a", parent="2", reason="unreachable")
    merged = merge(known, late(chain(2), missing=(place,)))
    assert (names(merged), merged.missing) == ({"1", "2", "3", "4"}, ())
