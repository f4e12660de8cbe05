"""Threadleaf on a real Bluesky network: what is missing, and what somebody wishes not to be shown."""

import pytest

from tests.real.unroller import everything, ids
from threadleaf.core.errors import NotFound, Refused

# --- what is missing -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 5, 7, 12])
def test_a_deleted_middle_post_is_a_gap_with_its_name_and_what_follows_is_found(number, bluesky, seeds):
    thread = bluesky.unroll(seeds.deleted_middle[number - 1])
    twelve = seeds.deleted_middle
    assert ids(thread.posts) == [*twelve[:5], *twelve[6:]]
    (gap,) = thread.gaps
    assert (gap.id, gap.after, gap.before, gap.count) == (twelve[5], twelve[4], twelve[6], 1)
    assert (thread.completeness.state, thread.completeness.missing) == ("incomplete", 1)


def test_the_posts_after_a_deleted_one_are_found_in_the_repository(bluesky, seeds):
    bluesky.unroll(seeds.deleted_middle[0])
    assert bluesky.methods()["listRecords"] >= 1


@pytest.mark.parametrize("number", [1, 12])
def test_a_post_that_was_taken_down_is_a_gap_though_the_repository_has_it(number, bluesky, seeds, world):
    twelve = seeds.taken_down
    thread = bluesky.unroll(twelve[number - 1])
    assert ids(thread.posts) == [*twelve[:5], *twelve[6:]]
    assert [gap.id for gap in thread.gaps] == [twelve[5]]
    assert thread.completeness.state == "incomplete"
    assert world.written[twelve[5]]["text"] not in everything(thread)


def test_who_asks_for_a_deleted_post_is_told(bluesky, seeds):
    with pytest.raises(NotFound, match="no such post"):
        bluesky.unroll(seeds.deleted_middle[5])


def test_a_thread_whose_first_post_was_deleted_begins_with_a_gap(bluesky, seeds):
    thread = bluesky.unroll(seeds.deleted_root[2])
    assert ids(thread.posts) == seeds.deleted_root[1:]
    (gap,) = thread.gaps
    assert (gap.id, gap.after, gap.before) == (seeds.deleted_root[0], None, seeds.deleted_root[1])
    assert thread.completeness.state == "incomplete"


def test_posts_by_somebody_who_has_left_are_not_shown(bluesky, seeds, world):
    for anchor in (*seeds.deactivated_author, seeds.deactivated_quoted, seeds.deactivated_parent):
        with pytest.raises(NotFound, match="deactivated"):
            bluesky.unroll(anchor)
    quoting, below = bluesky.unroll(seeds.deactivated_quote[0]), bluesky.unroll(seeds.below_deactivated[0])
    assert quoting.posts[0].quote.state == "not-found"
    assert ids(below.posts) == seeds.below_deactivated
    assert [quoting.completeness.state, below.completeness.state] == ["complete", "complete"]
    for thread, gone in ((quoting, seeds.deactivated_quoted), (below, seeds.deactivated_parent)):
        assert world.written[gone]["text"] not in everything(thread)


# --- wishes --------------------------------------------------------------------------------------------------------


def test_a_post_by_somebody_whom_the_author_blocks_is_no_context(bluesky, seeds, world):
    for anchor in seeds.blocked_context:
        thread = bluesky.unroll(anchor)
        assert ids(thread.posts) == seeds.blocked_context
        assert thread.completeness.state == "complete"
        assert world.written[seeds.blocked_parent]["text"] not in everything(thread)


# (Asked from above, nothing anywhere shows that there was a comment which is deleted now.)
@pytest.mark.parametrize(
    ("why", "number"),
    [
        *((why, number) for why in ("blocked", "logged_in") for number in (1, 3, 4, 5)),
        *(("deleted", number) for number in (4, 5)),
    ],
)
def test_what_the_author_wrote_below_a_comment_that_is_not_shown_continues_the_thread(
    why, number, bluesky, seeds, world
):
    way, comment = getattr(seeds, f"{why}_way"), getattr(seeds, f"{why}_comment")
    thread = bluesky.unroll(way[number - 1])
    assert ids(thread.posts) == way, "the numbers go on"
    assert (thread.branches, thread.replies_by_author) == ((), ())
    assert world.written[comment]["text"] not in everything(thread)


def test_a_thread_for_those_who_are_logged_in_is_refused_with_the_reason(bluesky, seeds):
    for anchor in seeds.logged_in_only:
        with pytest.raises(Refused, match="logged in"):
            bluesky.unroll(anchor)


def test_a_post_for_those_who_are_logged_in_is_neither_context_nor_quote(bluesky, seeds, world):
    for own in (seeds.below_logged_in_only, seeds.quotes_logged_in_only):
        for anchor in own:
            thread = bluesky.unroll(anchor)
            assert ids(thread.posts) == own
            assert not set(ids((*thread.context, *thread.quoted))) & set(seeds.logged_in_only)
    assert bluesky.unroll(seeds.quotes_logged_in_only[0]).posts[0].quote.state == "opted-out"


def test_a_detached_quote_stays_detached(bluesky, seeds, world):
    thread = bluesky.unroll(seeds.detached[0])
    assert ids(thread.posts) == seeds.detached
    assert (thread.posts[0].quote.state, thread.quoted) == ("detached", ())
    assert world.written[seeds.detached_quoted]["text"] not in everything(thread)


def test_an_answer_that_the_author_hid_is_not_shown(bluesky, seeds, world):
    for anchor in (*seeds.hides_an_answer, seeds.answer_to_the_hidden):
        thread = bluesky.unroll(anchor)
        assert ids(thread.posts) == seeds.hides_an_answer
        assert thread.completeness.state == "complete"
        assert world.written[seeds.hidden_answer]["text"] not in everything(thread)


def test_an_answer_to_a_closed_thread_is_not_shown(bluesky, seeds, world):
    for anchor in seeds.closed:
        thread = bluesky.unroll(anchor)
        assert ids(thread.posts) == seeds.closed
        assert thread.completeness.state == "complete"
        assert world.written[seeds.answer_to_the_closed]["text"] not in everything(thread)


def test_a_renamed_account_is_shown_under_its_new_name(bluesky, seeds):
    key = seeds.renamed[0].rpartition("/")[2]
    for address in (seeds.renamed[1], f"https://bsky.app/profile/{seeds.renamed_to}/post/{key}"):
        thread = bluesky.unroll(address)
        assert ids(thread.posts) == seeds.renamed
        assert thread.author.handle == seeds.renamed_to
        assert seeds.renamed_from not in everything(thread)


def test_who_asks_under_a_name_that_was_given_up_is_told(bluesky, seeds):
    key = seeds.renamed[0].rpartition("/")[2]
    with pytest.raises(NotFound, match=r"account"):
        bluesky.unroll(f"https://bsky.app/profile/{seeds.renamed_from}/post/{key}")


def test_labels_hide_a_post_or_put_a_notice_before_it(bluesky, seeds, world):
    thread = bluesky.unroll(seeds.labelled[0])
    first, second, third, fourth, fifth = seeds.labelled
    assert ids(thread.posts) == [first, second, fourth, fifth]
    assert [post.sensitive for post in thread.posts] == [False, True, True, False]
    assert [(gap.id, gap.reason) for gap in thread.gaps] == [(third, "protected")]
    assert thread.completeness.state == "incomplete"


def test_an_account_that_moderators_hid_is_not_shown(bluesky, seeds):
    with pytest.raises(Refused, match="moderation"):
        bluesky.unroll(seeds.hidden_account[0])
    thread = bluesky.unroll(seeds.quotes_hidden_account[0])
    assert ids(thread.posts) == seeds.quotes_hidden_account
    assert thread.posts[0].quote.state == "hidden"
    assert thread.quoted == ()


def test_who_writes_nobot_in_the_profile_is_neither_unrolled_nor_quoted_nor_context(bluesky, seeds):
    for anchor in seeds.no_bots:
        with pytest.raises(Refused, match="#nobot"):
            bluesky.unroll(anchor)
    thread = bluesky.unroll(seeds.quotes_no_bots[0])
    assert ids(thread.posts) == seeds.quotes_no_bots
    assert (thread.posts[0].quote.state, thread.quoted) == ("opted-out", ())
    thread = bluesky.unroll(seeds.below_no_bots[0])
    assert (ids(thread.posts), thread.context) == (seeds.below_no_bots, ())
