"""Answers of real servers, and the snapshots of Bluesky's own tests: what each of them shows.

What threads come of them is `tests/test_saved_answers.py`.
"""

import json
from itertools import permutations

import pytest

from threadleaf.core.errors import Refused, ThreadleafError
from threadleaf.sources import bluesky
from threadleaf.wire import Document


@pytest.fixture
def network(shared):
    return shared / "bluesky" / "dev-network"


def read(*paths):
    return bluesky.read([Document(body=path.read_bytes(), name=path.name) for path in paths])


def keys(posts):
    return [post.id.rpartition("/")[2] for post in posts]


def by_author(conversation, handle):
    (author,) = [author for author in conversation.authors if author.handle == handle]
    return [post for post in conversation.posts if post.author == author.id]


def test_a_real_thread_has_the_same_posts_from_both_anchors(shared):
    folder = shared / "bluesky" / "real-thread"
    root, third = (read(folder / f"{name}.json") for name in ("from-root", "from-third-post"))
    four = ["3kbi55xm6u62v", "3kbi56mwx5j2q", "3kbi57u4sys2l", "3kbi5dzaujr2n"]
    assert sorted(keys(root.posts)) == sorted(keys(third.posts)) == four
    assert keys([post for post in third.posts if post.id == third.anchor]) == ["3kbi57u4sys2l"]
    assert root.frontiers == third.frontiers == root.missing == third.missing == ()
    first = next(post for post in root.posts if post.id == root.anchor)
    assert [first.text[span.start : span.end] for span in first.spans] == [
        "#rstats",
        "@benguinaudeau.bsky.social",
        "@favstats.bsky.social",
        "jbgruber.github.io/atr/index.html",
    ]
    assert first.card.url == "https://jbgruber.github.io/atr/index.html"


def test_sixty_posts_a_fork_an_answer_and_eight_by_others(network):
    conversation = read(network / "getPostThread-root-depth1000.json")
    assert len(by_author(conversation, "alice.test")) == 60 + 3 + 1
    assert len(conversation.posts) == 64 + 8
    assert conversation.frontiers == ()


FLAT = ("root-below20", "fork", "last-above")


def test_three_flat_answers_together_leave_nothing_open_in_any_order(network):
    nested = read(network / "getPostThread-root-depth1000.json")
    for names in permutations(FLAT):
        conversation = read(*(network / f"getPostThreadV2-{name}.json" for name in names))
        assert set(conversation.posts) == set(nested.posts)
        assert conversation.frontiers == ()
        assert [reported.count for reported in conversation.reported] == [60]


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("V2-last-above", [(1, "unseen"), (10, "unseen"), (20, "unseen")]),
        ("-last-parentHeight1000", [(1, "unseen"), (10, "unseen"), (20, "unseen")]),
        ("-root-depth6", [(7, "limit")]),
        ("V2-root-below0", [(1, "unseen")]),
        ("V2-root-below10", [(11, "limit")]),
        ("V2-root-below20", [(21, "limit"), (0, "limit")]),
    ],
)
def test_one_answer_alone_leaves_open_what_it_did_not_show(network, name, ends):
    conversation = read(network / f"getPostThread{name}.json")
    number = {post.id: post.text.partition("/")[0] for post in conversation.posts}
    found = [(int(number[f.post]) if number[f.post].isdigit() else 0, f.why) for f in conversation.frontiers]
    assert sorted(found) == sorted(ends)


def test_a_thousand_levels_of_answers_are_read(network):
    conversation = read(network / "getPostThread-1100-root-depth1000.json.txt")
    assert [post.text for post in conversation.posts] == [
        f"{number}/1100 a long thread" for number in range(1, 1002)
    ], "the answer itself ends at depth 1,000"
    assert [(f.why, f.hidden) for f in conversation.frontiers] == [("limit", 1)]


def test_a_deleted_middle_post_is_named_from_below_and_unknown_from_above(network):
    above = read(network / "getPostThread-deleted-middle-from-root.json")
    assert (len(above.posts), above.missing, above.frontiers) == (5, (), ())
    below = read(network / "getPostThread-deleted-middle-from-last.json")
    assert (len(below.posts), [(m.id[-13:], m.says) for m in below.missing]) == (6, [("3n2ttgn7lgc2x", "not-found")])
    (reported,) = read(network / "getPostThreadV2-deleted-middle.json").reported
    assert reported.count == 12


def test_a_repository_holds_the_authors_part_and_proves_its_end(network):
    conversation = read(network / "getPostThreadV2-last-above.json", network / "listRecords-alice.json")
    assert len(by_author(conversation, "alice.test")) == 64
    assert conversation.frontiers == ()
    alone = read(network / "listRecords-alice.json")
    assert (len(alone.posts), alone.frontiers) == (64, ())


def test_every_attachment_of_the_saved_thread_is_understood(network):
    conversation = read(network / "getPostThread-root-depth1000.json")
    posts = {int(post.text.split("/")[0]): post for post in conversation.posts if post.text.split("/")[0].isdigit()}
    picture_only = next(post for post in conversation.posts if not post.text)
    assert [bool(media.alt) for media in posts[3].media] == [True, False]
    assert posts[4].quote.state == posts[6].quote.state == "shown"
    assert {posts[4].quote.id, posts[6].quote.id} == {post.id for post in conversation.quoted}
    assert posts[6].media
    assert picture_only.media
    assert posts[5].card.url.startswith("https://")
    assert [span.kind for span in posts[2].spans] == ["mention", "link", "tag", "link"]


def test_every_saved_answer_is_read_or_refused_in_a_sentence(network):
    readable = {}
    for path in sorted(network.glob("*.json")):
        try:
            readable[path.name] = len(read(path).posts)
        except ThreadleafError as refusal:
            readable[path.name] = refusal.sentence
    for name, found in readable.items():
        of_a_kind = name.startswith(
            ("getPostThread", "listRecords", "getRecord", "getPosts", "searchPosts", "getQuotes")
        )
        status = json.loads((network / name).read_bytes()).get("status") if of_a_kind else None
        if status == 200 and "OtherV2" not in name:
            assert isinstance(found, int), name
        else:
            assert isinstance(found, str), name
            assert found.endswith("."), name


# --- the AppView's own snapshots -------------------------------------------------------------------------------

KINDS = {"not-found": "notFoundPost", "blocked": "blockedPost"}


def snapshots(shared):
    folder = shared / "vectors"
    answers = json.loads((folder / "bsky-appview-thread-snapshots.json").read_bytes())
    expected = json.loads((folder / "bsky-appview-thread-snapshots.expected.json").read_bytes())
    assert answers.keys() == expected.keys()
    return [
        (name, Document(body=json.dumps(answer).encode(), name=name), expected[name])
        for name, answer in answers.items()
    ]


def test_the_snapshots_of_nested_threads_are_understood(shared):
    cases = [case for case in snapshots(shared) if "anchor" in case[2]]
    assert len(cases) > 12
    for name, document, expected in cases:
        conversation = bluesky.read([document])
        posts = {post.id: post for post in conversation.posts}
        missing = {place.id: place for place in conversation.missing}
        assert posts[conversation.anchor].text == expected["anchor"], name
        parents, above = [], posts[conversation.anchor].parent
        while above in posts:
            parents.append("threadViewPost")
            above = posts[above].parent
        parents += [KINDS[place.says] for place in missing.values() if place.id == above]
        assert parents == expected["parents"], name
        below = {conversation.anchor}
        while more := {post.id for post in posts.values() if post.parent in below} - below:
            below |= more
        unavailable = [KINDS[place.says] for place in missing.values() if place.parent in below]
        assert unavailable == expected["unavailable"], name
        assert len(below) + len(unavailable) == expected["below"], name


def test_the_snapshots_of_blocked_anchors_are_refused(shared):
    cases = [case for case in snapshots(shared) if "top" in case[2]]
    assert {expected["top"] for _, _, expected in cases} == {"blockedPost"}
    for _, document, _ in cases:
        with pytest.raises(Refused) as caught:
            bluesky.read([document])
        assert caught.value.code == "blocked"


def test_the_snapshots_of_flat_threads_are_understood(shared):
    cases = [case for case in snapshots(shared) if case[2].get("v2")]
    assert len(cases) >= 7
    for name, document, expected in cases:
        conversation = bluesky.read([document])
        parents = {post.id: post.parent for post in conversation.posts}
        height = {None: -1}
        for post, parent in parents.items():
            height[post] = height[parent] + 1
        depths = [height[post] - height[conversation.anchor] for post in parents]
        assert depths == [item["depth"] for item in expected["items"]], name
        chain = sum(item["op"] for item in expected["items"])
        assert all(reported.count >= chain for reported in conversation.reported), name
