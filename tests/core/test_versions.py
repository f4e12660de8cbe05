"""Earlier forms of posts: what is kept of an edit, what a version shows, and what never has one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.store.build import NOON, line, post, talk
from threadleaf.core import versions
from threadleaf.core.assemble import assemble
from threadleaf.core.merge import merge_all
from threadleaf.core.model import Conversation, Frontier, Media, Network, Option, Poll, Post

ANN = "did:plc:ann"


def hours(number: float) -> datetime:
    return NOON + timedelta(hours=number)


def read(posts: Sequence[Post], at: float | None, network: Network = "bsky", **more: Any) -> Conversation:
    """A reading so many hours after noon."""
    seen = talk(*posts, read_at=None if at is None else hours(at), **more)
    return replace(seen, network=network)


def kept(*readings: Conversation) -> Conversation:
    """What is kept after some readings, each merged with what was kept before."""
    known = readings[0]
    for fresh in readings[1:]:
        known = versions.carried(merge_all([known, fresh]), [known, fresh], ANN)
    return known


def said(conversation: Conversation) -> list[list[str]]:
    """The texts of the earlier forms of every post."""
    return [[form.text for form in one.versions] for one in conversation.posts]


def edited(posts: Sequence[Post], place: int, **words: Any) -> tuple[Post, ...]:
    return tuple(replace(one, **words) if n == place else one for n, one in enumerate(posts))


POSTS = line(1, 2, 3)
WORDS = POSTS[1].text


def test_the_earlier_form_of_an_edited_post_is_kept_with_when_it_was_read_last():
    found = kept(read(POSTS, 0), read(POSTS, 1), read(edited(POSTS, 1, text="Better words."), 2))
    assert said(found) == [[], [WORDS], []]
    (form,) = found.posts[1].versions
    assert (form.until, form.replaced) == (hours(1), hours(2))
    assert len(form.hash) == 8
    assert int(form.hash, 16) >= 0


def test_a_form_was_read_until_its_post_was_seen_and_not_until_its_thread_was():
    stopped = read(POSTS[:1], 2, frontiers=(Frontier(post=POSTS[0].id, why="limit"),))
    known = kept(read(POSTS, 1), stopped)
    assert [one.seen for one in known.posts] == [None, hours(1), hours(1)]
    again = kept(known, read(POSTS[:1], 3, frontiers=(Frontier(post=POSTS[0].id, why="limit"),)))
    assert [one.seen for one in again.posts] == [None, hours(1), hours(1)]
    found = kept(again, read(edited(POSTS, 1, text="Better."), 4))
    assert [one.seen for one in found.posts] == [None, None, None]
    assert [(form.until, form.replaced) for form in found.posts[1].versions] == [(hours(1), hours(4))]


def test_every_edit_that_was_seen_is_kept_oldest_first():
    texts = ["Second.", "Third.", WORDS, "Fifth."]
    found = kept(read(POSTS, 0), *(read(edited(POSTS, 1, text=text), n) for n, text in enumerate(texts, 1)))
    assert said(found)[1] == [WORDS, "Second.", "Third.", WORDS]
    assert len({form.hash for form in found.posts[1].versions}) == 4


def test_what_is_read_twice_counts_once():
    better = read(edited(POSTS, 1, text="Better."), 2)
    found = kept(read(POSTS, 0), better, better, read(edited(POSTS, 1, text="Better."), 3))
    assert said(found)[1] == [WORDS]
    assert found.posts[1].versions[0].until == hours(0)


@pytest.mark.parametrize(
    "words",
    [
        {"text": f" {WORDS.replace(' ', chr(10))} "},
        {"replies": 4},
        {"labels": ("x",)},
        {"langs": ("fr",)},
        {"media": (Media(kind="image"),)},
    ],
)
def test_the_same_words_are_no_edit(words: dict[str, Any]):
    assert said(kept(read(POSTS, 0), read(edited(POSTS, 1, **words), 1)))[1] == []


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ({"media": (Media(kind="image", alt="A cat."),)}, {"media": (Media(kind="image", alt="A dog."),)}, "alt"),
        ({"warning": ""}, {"warning": "Spiders"}, "warning"),
        (
            {"poll": Poll(options=(Option(title="Yes"), Option(title="No")))},
            {"poll": Poll(options=(Option(title="Yes"), Option(title="Never")))},
            "option",
        ),
        ({"text": "我们今天去"}, {"text": "我们明天去"}, "text"),
        ({"text": "إلى السوق"}, {"text": "إلى البحر"}, "text"),
        ({"text": "Good 👍"}, {"text": "Good 👍🏽"}, "text"),
    ],
)
def test_text_warning_descriptions_and_choices_are_words(before: dict[str, Any], after: dict[str, Any], what: str):
    found = kept(read(edited(POSTS, 1, **before), 0), read(edited(POSTS, 1, **after), 1))
    (change,) = versions.changes(found.posts[1])
    assert [part.what for part in change.parts] == [what]
    assert {passage.kind for passage in change.parts[0].passages} >= {"in"}


def test_x_has_no_versions():
    assert said(kept(read(POSTS, 0, "x"), read(edited(POSTS, 1, text="Other."), 1, "x")))[1] == []


def test_copies_of_a_saved_page_are_no_versions():
    page = {"linked": False}
    assert said(kept(read(POSTS, 0, **page), read(edited(POSTS, 1, text="Other."), 1, **page)))[1] == []


@pytest.mark.parametrize("times", [(None, 1), (None, None)])
def test_of_readings_whose_order_nobody_knows_none_is_earlier(times: tuple[float | None, float | None]):
    assert said(kept(read(POSTS, times[0]), read(edited(POSTS, 1, text="Other."), times[1])))[1] == []


def test_an_older_reading_that_comes_later_is_the_earlier_form():
    found = kept(read(edited(POSTS, 1, text="Newer."), 5), read(POSTS, 1))
    assert (found.posts[1].text, said(found)[1]) == ("Newer.", [WORDS])
    again = kept(found, read(POSTS, 2))  # the same form, seen for longer
    assert [(form.text, form.until) for form in again.posts[1].versions] == [(WORDS, hours(2))]


def test_on_the_fediverse_an_edit_is_what_its_network_dates():
    other = {"text": "Told by another way."}
    assert said(kept(read(POSTS, 0, "fedi"), read(edited(POSTS, 1, **other), 1, "fedi")))[1] == []
    dated = edited(POSTS, 1, edited=hours(1), text="Edited.")
    found = kept(read(POSTS, 0, "fedi"), read(dated, 2, "fedi"))
    assert said(found)[1] == [WORDS]
    same = edited(POSTS, 1, edited=hours(1), **other)
    assert said(kept(found, read(same, 3, "fedi")))[1] == [WORDS]


def test_the_network_s_time_of_an_edit_is_told_where_it_names_one():
    first = kept(read(POSTS, 0), read(edited(POSTS, 1, text="Two.", edited=hours(1)), 2))
    found = kept(first, read(edited(POSTS, 1, text="Three."), 4))
    last, before = versions.changes(found.posts[1])
    assert (last.edited, last.before.edited) == (None, hours(1))
    assert (before.edited, before.before.edited) == (hours(1), None)


def test_only_the_author_s_own_posts_have_versions():
    seen = (*POSTS, post("theirs", POSTS[0].id, author="ben"))
    found = kept(read(seen, 0), read(edited(seen, 3, text="Other."), 1))
    assert said(found)[3] == []


def test_a_post_that_is_gone_takes_its_earlier_forms_along():
    first = kept(read(POSTS, 0), read(edited(POSTS, 2, text="Better."), 1))
    assert said(first)[2] == [POSTS[2].text]
    again = kept(first, read(POSTS[:2], 2))
    assert said(again) == [[], []]
    assert said(kept(again, read(edited(POSTS, 2, text="Back."), 3)))[2] == []


@pytest.mark.parametrize("held", [{"labels": ("!hide",)}, {"visibility": "private"}])
def test_a_post_that_may_not_be_shown_has_none_and_never_gets_those_of_that_time(held: dict[str, Any]):
    first = kept(read(POSTS, 0), read(edited(POSTS, 1, text="Better."), 1))
    hushed = kept(first, read(edited(POSTS, 1, text="Hidden words.", **held), 2))
    assert said(hushed)[1] == []
    assert said(kept(hushed, read(edited(POSTS, 1, text="Shown."), 3)))[1] == []


def test_of_very_many_edits_the_newest_are_kept():
    readings = [read(edited(POSTS, 1, text=f"Form {n}."), n) for n in range(versions.MOST + 3)]
    found = kept(*readings)
    assert said(found)[1] == [f"Form {n}." for n in range(2, versions.MOST + 2)]


def test_of_a_thread_no_more_characters_are_kept_than_is_allowed_the_newest():
    third = versions.LONGEST // 3
    readings, posts = [], POSTS
    for n in range(1, 8):
        posts = edited(posts, n % 3, text=f"{n}" * third)
        readings.append(read(posts, n))
    found = kept(read(POSTS, 0), *readings)
    assert [[text[0] for text in texts] for texts in said(found)] == [["3"], ["4"], ["2"]]
    assert [one.text[0] for one in found.posts] == ["6", "7", "5"]


def test_a_post_seen_on_two_pages_that_turn_out_to_be_one_has_the_forms_of_both():
    one = kept(read(POSTS, 0), read(edited(POSTS, 1, text="Two."), 1))
    other = read(edited(POSTS, 1, text="Three."), 2)
    fresh = read(edited(POSTS, 1, text="Four."), 3)
    found = versions.carried(merge_all([one, other, fresh]), [one, other, fresh], ANN)
    assert said(found)[1] == [WORDS, "Two.", "Three."]


# --- a version of the thread -----------------------------------------------------------------------------------


def test_a_version_shows_every_post_as_it_was_read_then():
    two = edited(POSTS, 1, text="2 better.")
    both = edited(two, 0, text="1 better.")
    found = assemble(kept(read(POSTS, 0), read(two, 1), read(both, 2), read(edited(both, 1, text="2 best."), 3)))
    names = list(versions.known(found))
    then = [versions.at(found, name) for name in names]
    assert [[one.text for one in thread.posts] for thread in then if thread] == [
        [POSTS[0].text, WORDS, POSTS[2].text],
        [POSTS[0].text, "2 better.", POSTS[2].text],
        ["1 better.", "2 better.", POSTS[2].text],
    ]
    oldest = then[0]
    assert oldest is not None
    assert (oldest.as_of, oldest.title) == (versions.AsOf(hash=names[0], until=hours(0)), "Words of 1 by ann.")
    assert [form.text for form in oldest.posts[1].versions] == []
    newest = then[2]
    assert newest is not None
    assert newest.title == "1 better."
    assert [form.text for form in newest.posts[1].versions] == [WORDS]
    told = "".join(one.text[piece.start : piece.end] for one, piece in _pieces(newest))
    assert "2 better." in told


def _pieces(thread: Any) -> list[Any]:
    posts = {one.id: one for one in thread.posts}
    return [(posts[piece.post], piece) for paragraph in thread.article.paragraphs for piece in paragraph.pieces]


def test_nobody_finds_a_version_that_is_not_there():
    assert versions.at(assemble(read(POSTS, 0)), "00000000") is None
    assert versions.changes(POSTS[0]) == ()


def test_branches_and_answers_have_versions_too():
    seen = (*POSTS, post(9, POSTS[0].id), post("theirs", POSTS[0].id, author="ben"))
    seen = (*seen, post(8, seen[-1].id))
    after = tuple(replace(one, text=f"Better {n}.") if n in (3, 5) else one for n, one in enumerate(seen))
    found = assemble(kept(read(seen, 0), read(after, 1)))
    assert len(versions.known(found)) == 2
    then = versions.at(found, next(iter(versions.known(found))))
    assert then is not None
    assert (then.branches[0].posts[0].text, then.replies_by_author[0].text) == (seen[3].text, seen[5].text)


def test_a_version_has_the_descriptions_and_choices_of_then_and_no_votes():
    picture, poll = Media(kind="image", url="https://pics.example/1", alt="A cat."), Option(title="Yes", votes=3)
    before = edited(POSTS, 1, media=(picture,), poll=Poll(options=(poll,), voters=3))
    after = edited(POSTS, 1, media=(replace(picture, alt="A dog."),), poll=Poll(options=(replace(poll, title="No"),)))
    found = assemble(kept(read(before, 0), read(after, 1)))
    then = versions.at(found, found.posts[1].versions[0].hash)
    assert then is not None
    assert then.posts[1].media == (picture,)
    assert then.posts[1].poll == Poll(options=(Option(title="Yes"),))


def test_pictures_and_polls_that_are_not_those_of_then_stay_as_they_are():
    picture, poll = Media(kind="image", alt="A dog."), Poll(options=(Option(title="No", votes=2),))
    more = edited(POSTS, 1, text="More.", media=(picture, picture), poll=poll)
    found = assemble(kept(read(edited(POSTS, 1, media=(picture,)), 0), read(more, 1)))
    then = versions.at(found, found.posts[1].versions[0].hash)
    assert then is not None
    assert (len(then.posts[1].media), then.posts[1].poll, then.posts[1].text) == (2, poll, WORDS)


def test_a_warning_that_came_later_stays_before_the_earlier_form():
    later = edited(POSTS, 1, text="Better.", warning="Spiders")
    found = assemble(kept(read(POSTS, 0), read(later, 1)))
    then = versions.at(found, found.posts[1].versions[0].hash)
    assert then is not None
    assert (then.posts[1].text, then.posts[1].warning) == (WORDS, "Spiders")


def test_the_address_of_a_version_does_not_change_when_the_thread_grows():
    found = kept(read(POSTS, 0), read(edited(POSTS, 1, text="Better."), 1))
    grown = kept(found, read(edited(line(1, 2, 3, 4), 1, text="Better."), 2))
    assert list(versions.known(assemble(grown))) == list(versions.known(assemble(found)))
