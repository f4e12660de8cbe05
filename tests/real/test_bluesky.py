"""Threadleaf on a real Bluesky network: whole threads, whatever their shape, and how much is asked for them.

The AppView cuts threads off at ten levels, as the public one does, unless a test says otherwise. Requests are counted
by method. Beside those for the thread there are those for the profiles of everybody shown, who may wish not to be.
"""

import pytest

from tests.real.unroller import ids

PROFILES = "getProfiles"


def asked_for_the_thread(bluesky):
    return sum(count for method, count in bluesky.methods().items() if method != PROFILES)


def parent(world, uri):
    return world.written[uri]["reply"]["parent"]["uri"]


# --- a thread of sixty posts ---------------------------------------------------------------------------------------

WAYS_IN = {
    "the first post": lambda seeds, world: seeds.long[0],
    "the second post": lambda seeds, world: seeds.long[1],
    "the middle": lambda seeds, world: seeds.long[29],
    "the fork": lambda seeds, world: seeds.long[19],
    "the last post but nine": lambda seeds, world: seeds.long[50],
    "the last post": lambda seeds, world: seeds.long[-1],
    "the branch": lambda seeds, world: seeds.long_branch[1],
    "the call below the end": lambda seeds, world: seeds.call_below_the_end,
    "what that call answers": lambda seeds, world: parent(world, seeds.call_below_the_end),
    "a stranger's comment": lambda seeds, world: seeds.long_comment,
    "the call in a stranger's branch": lambda seeds, world: seeds.call_in_a_strangers_branch,
    "what that call answers, a stranger's post": lambda seeds, world: parent(world, seeds.call_in_a_strangers_branch),
    "the author's answer to a reader": lambda seeds, world: seeds.answer_to_a_reader,
}


@pytest.mark.parametrize("way", WAYS_IN)
def test_sixty_posts_and_the_branch_are_all_there_whichever_post_one_comes_from(way, bluesky, seeds, world):
    thread = bluesky.unroll(WAYS_IN[way](seeds, world))
    assert ids(thread.posts) == seeds.long
    assert [(branch.at, ids(branch.posts)) for branch in thread.branches] == [(seeds.long[19], seeds.long_branch)]
    assert (thread.completeness.state, thread.completeness.missing, thread.gaps) == ("complete", 0, ())
    assert thread.completeness.reported == 60


@pytest.mark.parametrize("way", ["the first post", "the middle", "the last post", "the branch", "a stranger's comment"])
def test_a_question_that_the_author_answers_stands_beside_the_answer(way, bluesky, seeds, world):
    thread = bluesky.unroll(WAYS_IN[way](seeds, world))
    assert ids(thread.replies_by_author) == [seeds.answer_to_a_reader]
    assert parent(world, seeds.answer_to_a_reader) in ids(thread.context)
    profiles = {author.id: author.signals for author in thread.authors}
    assert "profile-unread" not in str(profiles)


@pytest.mark.parametrize("way", ["the first post", "the middle", "the last post"])
def test_an_appview_that_does_not_cut_off_gives_the_same(way, bluesky_deep, seeds, world):
    thread = bluesky_deep.unroll(WAYS_IN[way](seeds, world))
    assert ids(thread.posts) == seeds.long
    assert [ids(branch.posts) for branch in thread.branches] == [seeds.long_branch]
    assert thread.completeness.state == "complete"


@pytest.mark.parametrize("way", ["the first post", "the middle", "the last post"])
def test_an_appview_with_nothing_but_the_older_form_gives_the_same(way, bluesky, seeds, world):
    bluesky.lacking.add("getPostThreadV2")
    thread = bluesky.unroll(WAYS_IN[way](seeds, world))
    assert ids(thread.posts) == seeds.long
    assert [ids(branch.posts) for branch in thread.branches] == [seeds.long_branch]
    assert thread.completeness.state == "complete"


def test_no_call_to_a_bot_is_part_of_the_thread(bluesky, seeds):
    thread = bluesky.unroll(seeds.call_below_the_end)
    assert thread.author.handle == "ada.test"
    assert seeds.call_below_the_end not in ids((*thread.posts, *thread.replies_by_author))


# --- how much is asked ---------------------------------------------------------------------------------------------


def test_a_thread_of_ten_posts_takes_one_request(bluesky, seeds):
    for anchor in seeds.ten:
        assert ids(bluesky.unroll(anchor).posts) == seeds.ten
        assert bluesky.methods() == {"getPostThreadV2": 1, PROFILES: 1}


def test_sixty_posts_from_the_middle_take_at_most_five_requests_and_one_for_a_question_that_is_answered(bluesky, seeds):
    bluesky.unroll(seeds.long[29])
    assert asked_for_the_thread(bluesky) <= 5 + 1
    assert bluesky.methods()[PROFILES] <= 2


@pytest.mark.parametrize("number", [1, 550, 1100])
def test_eleven_hundred_posts_are_all_there(number, bluesky, seeds):
    thread = bluesky.unroll(seeds.marathon[number - 1])
    assert ids(thread.posts) == seeds.marathon
    assert (thread.completeness.state, thread.completeness.reported) == ("complete", 1100)
    assert len(bluesky.asked) <= 60


def test_eleven_hundred_posts_are_found_in_the_repository_in_sixteen_requests_and_then_asked_for(bluesky, seeds):
    bluesky.unroll(seeds.marathon[0])
    methods = bluesky.methods()
    hydrated = methods.pop("getPosts")
    assert hydrated <= -(-(1100 - 11) // 25)
    assert sum(methods.values()) <= 16
    assert set(methods) <= {"getPostThreadV2", "directory", "listRecords", PROFILES}


def test_strangers_branches_are_never_crawled(bluesky, seeds):
    thread = bluesky.unroll(seeds.crowd[0])
    assert ids(thread.posts) == seeds.crowd
    assert thread.completeness.state == "complete"
    assert bluesky.methods() == {"getPostThreadV2": 1, PROFILES: bluesky.methods()[PROFILES]}
    assert bluesky.methods()[PROFILES] <= 2


def test_a_crowd_below_the_first_post_costs_nothing_from_below(bluesky, seeds):
    thread = bluesky.unroll(seeds.crowd[-1])
    assert ids(thread.posts) == seeds.crowd
    assert thread.completeness.state == "complete"
    assert asked_for_the_thread(bluesky) <= 2


# --- shapes --------------------------------------------------------------------------------------------------------


def test_a_single_post_is_a_thread_though_it_talks_of_unrolling(bluesky, seeds):
    thread = bluesky.unroll(seeds.single)
    assert ids(thread.posts) == [seeds.single]
    assert thread.completeness.state == "complete"


def test_the_authors_own_call_is_no_post_of_the_thread(bluesky, seeds):
    for anchor in seeds.own_call:
        thread = bluesky.unroll(anchor)
        assert ids(thread.posts) == seeds.own_call[:2]
        assert thread.completeness.state == "complete"


def test_a_thread_below_a_stranger_has_that_post_as_context(bluesky, seeds):
    stranger, *own = seeds.below_a_stranger
    thread = bluesky.unroll(own[1])
    assert ids(thread.posts) == own
    assert ids(thread.context) == [stranger]
    assert thread.completeness.state == "complete"


def test_a_thread_goes_on_in_the_answer_to_a_reader(bluesky, seeds):
    for anchor in (*seeds.continued, seeds.continued_reader):
        thread = bluesky.unroll(anchor)
        assert ids(thread.posts) == seeds.continued
        assert seeds.continued_reader in ids(thread.context)
        assert thread.completeness.state == "complete"


def test_both_ways_that_a_thread_goes_on_are_there(bluesky, seeds):
    for anchor in (*seeds.two_ways, *seeds.two_ways_branch):
        thread = bluesky.unroll(anchor)
        assert ids(thread.posts) == seeds.two_ways
        assert [(branch.at, ids(branch.posts)) for branch in thread.branches] == [
            (seeds.two_ways[1], seeds.two_ways_branch)
        ]
        assert thread.completeness.state == "complete"


def test_a_branch_longer_than_what_one_answer_shows_is_there_to_its_end(bluesky, seeds):
    for anchor in (seeds.long_side[0], seeds.long_side[-1], seeds.long_side_branch[-1]):
        thread = bluesky.unroll(anchor)
        assert ids(thread.posts) == seeds.long_side
        assert [ids(branch.posts) for branch in thread.branches] == [seeds.long_side_branch]
        assert thread.completeness.state == "complete"


def test_a_thread_that_quotes_the_authors_earlier_one_is_a_part_of_it(bluesky, seeds):
    thread = bluesky.unroll(seeds.later_part[0])
    assert ids(thread.posts) == seeds.later_part
    assert [(part.id, part.where) for part in thread.parts] == [
        (seeds.earlier_part[0], "earlier"),
        (seeds.later_part[0], "here"),
    ]


def test_posts_of_the_same_second_stand_in_the_order_of_their_answers(bluesky, seeds):
    for anchor in (seeds.same_second[0], seeds.same_second[-1], seeds.same_second_branch[0]):
        thread = bluesky.unroll(anchor)
        assert ids(thread.posts) == seeds.same_second
        assert [ids(branch.posts) for branch in thread.branches] == [seeds.same_second_branch]
        assert thread.completeness.state == "complete"


def test_a_post_that_the_appview_leaves_out_as_a_mere_pushpin_is_found(bluesky, seeds):
    for anchor in seeds.pin:
        thread = bluesky.unroll(anchor)
        assert ids(thread.posts) == seeds.pin
        assert thread.completeness.state == "complete"


# --- what a post may hold ------------------------------------------------------------------------------------------


def test_everything_that_a_post_may_hold_is_there(bluesky, seeds):
    names = list(seeds.attachments)
    thread = bluesky.unroll(seeds.attachments["facets"])
    posts = dict(zip(names, thread.posts, strict=True))
    assert ids(thread.posts) == list(seeds.attachments.values())
    assert [(span.kind, posts["facets"].text[span.start : span.end]) for span in posts["facets"].spans] == [
        ("mention", "@bob.test"),
        ("link", "https://example.com/article"),
        ("tag", "#Threads"),
    ]
    assert [(item.kind, item.alt) for item in posts["images"].media] == [("image", "A red square"), ("image", "")]
    assert [(item.kind, item.alt, item.width, item.height) for item in posts["gallery"].media] == [
        ("image", "In a gallery", 2, 1)
    ]
    assert [(item.kind, item.alt) for item in posts["video"].media] == [("video", "A short film")]
    assert posts["card"].card.title == "An article"
    assert posts["card"].card.description == "About <things> & “stuff”"
    assert (posts["quote"].quote.state, posts["quote_of_nothing"].quote.state) == ("shown", "not-found")
    assert (posts["quote_with_pictures"].quote.state, len(posts["quote_with_pictures"].media)) == ("shown", 2)
    assert [post.text for post in thread.quoted] == ["A sentence that stands alone."]
    assert (posts["pictures_alone"].text, len(posts["pictures_alone"].media)) == ("", 2)
    assert (posts["lines"].text, posts["lines"].langs) == ("One line\n\nand another, שלום, 你好。", ("he", "zh"))
    assert thread.completeness.state == "complete"


def test_all_pictures_lead_somewhere(bluesky, seeds):
    thread = bluesky.unroll(seeds.attachments["images"])
    media = [item for post in thread.posts for item in post.media]
    assert len(media) == 8
    assert all(item.url.startswith("https://") and item.thumb.startswith("https://") for item in media)
