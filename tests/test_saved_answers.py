"""Real answers of real servers, read from files: what the threads in them must come out as.

The files lie beside the repository; without them these tests skip and say so.
"""

import json

import pytest
from msgspec.structs import replace

from tests.support.talk import ids
from threadleaf.core.article import paragraph_text
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import ThreadleafError
from threadleaf.core.model import Conversation, Thread
from threadleaf.sources import for_documents
from threadleaf.wire import Document


def read(*paths) -> Conversation:
    documents = [Document(body=path.read_bytes(), name=path.name) for path in paths]
    return for_documents(documents).read(documents)


def unrolled(*paths) -> Thread:
    return assemble(read(*paths))


def texts(thread):
    posts = {post.id: post for post in thread.posts}
    return [paragraph_text(paragraph, posts) for paragraph in thread.article.paragraphs]


def keys(posts):
    return [post.id.rsplit("/", 1)[-1] for post in posts]


# --- saved pages ------------------------------------------------------------------------------------


@pytest.fixture
def gabuev(shared):
    return unrolled(shared / "pages" / "twunroll-1274555669098659847.txt")


def test_a_page_with_lost_posts_says_which_numbers_do_not_occur(gabuev):
    assert (gabuev.author.handle.lower(), len(gabuev.posts)) == ("alexgabuev", 7)
    assert gabuev.completeness.state == "incomplete"
    assert [gap.number for gap in gabuev.gaps] == [1, 6, 8]
    assert [c.number for c in gabuev.counters.found] == [2, 3, 4, 5, 7, 9, 10]


def test_lists_inside_posts_are_untouched(gabuev):
    text = " ".join(texts(gabuev))
    assert "What worries Russia? 1) Growing 🇨🇳 assertiveness; 2) Growing" in text
    assert "What are Top-3 things we should watch for? 1) What happens" in text


def test_signs_of_all_scripts_survive_and_the_foot_does_not(gabuev):
    text = "\n".join(post.text for post in gabuev.posts)
    assert "冯玉军" in text
    assert "🇪🇺that" in text
    for foreign in ("cookies", "Tip: mention", "You can follow", "Latest Threads"):
        assert foreign not in text


def test_two_quoted_posts_are_recognised(gabuev):
    quotes = [post.quote.id for post in gabuev.posts if post.quote]
    assert quotes == ["1272458566167924736", "1273693461963780098"]


def test_a_sentence_cut_across_two_posts_is_one_paragraph_and_the_quoted_address_stands_behind(gabuev):
    (paragraph,) = [text for text in texts(gabuev) if "Angela Merkel" in text]
    assert "(Angela Merkel can tell you all about it) … and it's not about the asymmetry" in paragraph
    assert paragraph.endswith("https://twitter.com/AlexGabuev/status/1272458566167924736")


def test_a_page_with_counters_at_the_ends_lacks_its_first_post(shared):
    thread = unrolled(shared / "pages" / "twtext-seed-003.txt")
    assert (thread.author.handle.lower(), len(thread.posts)) == ("artyomlukin", 9)
    assert (thread.counters.at, thread.counters.total) == ("end", 10)
    assert (thread.completeness.state, thread.completeness.missing, thread.completeness.announced) == (
        "incomplete",
        1,
        10,
    )
    assert [(gap.number, gap.after) for gap in thread.gaps] == [(1, None)]
    assert not any(text.rstrip().endswith(("/9", "10/10")) for text in texts(thread))


# --- Bluesky ----------------------------------------------------------------------------------------


@pytest.fixture
def network(shared):
    return shared / "bluesky" / "dev-network"


def test_a_real_thread_is_the_same_from_both_anchors(shared):
    folder = shared / "bluesky" / "real-thread"
    both = [unrolled(folder / name) for name in ("from-root.json", "from-third-post.json")]
    for thread in both:
        assert keys(thread.posts) == ["3kbi55xm6u62v", "3kbi56mwx5j2q", "3kbi57u4sys2l", "3kbi5dzaujr2n"]


def sixty(thread):
    assert [c.number for c in thread.counters.found][:3] == [1, 2, 3]
    assert (len(thread.posts), thread.posts[-1].text) == (60, "60/60 This is post number 60 of the thread.")


def test_sixty_posts_in_the_nested_form(network):
    thread = unrolled(network / "getPostThread-root-depth1000.json")
    sixty(thread)
    assert [(keys([p for p in thread.posts if p.id == b.at]), len(b.posts)) for b in thread.branches] == [
        (["3n2ttgldsdk2x"], 3)
    ]
    assert thread.branches[0].at == thread.posts[19].id
    assert [post.text[:17] for post in thread.replies_by_author] == ["Alice answers Bob"]
    assert len(thread.context) == 8
    assert thread.author.id not in {post.author for post in thread.context}
    assert (thread.completeness.state, thread.gaps) == ("complete", ())


def test_the_flat_form_in_several_answers_gives_an_equal_thread(network):
    nested = unrolled(network / "getPostThread-root-depth1000.json")
    flat = unrolled(*(network / f"getPostThreadV2-{name}.json" for name in ("root-below20", "fork", "last-above")))
    assert flat.completeness.reported == 60

    def only_the_thread(thread):
        known = replace(thread.completeness, reported=None, read_at=None)
        return replace(thread, completeness=known)

    assert only_the_thread(flat) == only_the_thread(nested)


def test_the_last_post_with_what_is_above_leaves_the_end_open(network):
    thread = unrolled(network / "getPostThreadV2-last-above.json")
    sixty(thread)
    assert (thread.completeness.state, thread.gaps) == ("open", ())


def test_an_answer_cut_off_by_depth_names_where_it_was_cut(network):
    thread = unrolled(network / "getPostThread-root-depth6.json")
    assert thread.completeness.state in ("incomplete", "open")
    assert thread.posts[-1].id in thread.completeness.open_ends


def test_a_post_that_is_only_a_picture_is_no_gap(network):
    thread = unrolled(network / "getPostThread-root-depth1000.json")
    assert (thread.posts[8].text, bool(thread.posts[8].media)) == ("", True)
    assert 9 not in thread.counters.skipped


@pytest.mark.parametrize("form", ["getPostThread-deleted-middle-from-root", "getPostThreadV2-deleted-middle"])
def test_a_deleted_middle_seen_from_the_root(network, form):
    thread = unrolled(network / f"{form}.json")
    assert len(thread.posts) == 5
    assert (thread.completeness.state != "complete", thread.completeness.announced) == (True, 12)
    assert thread.completeness.reported == (12 if "V2" in form else None)
    assert not any("delet" in f"{gap.reason} {gap.says}" for gap in thread.gaps)


def test_a_deleted_middle_seen_from_the_end(network):
    thread = unrolled(network / "getPostThread-deleted-middle-from-last.json")
    assert [c.number for c in thread.counters.found] == [7, 8, 9, 10, 11, 12]
    assert [(gap.number, gap.last, bool(gap.id)) for gap in thread.gaps] == [
        (1, None, True),
        (2, 5, False),
        (6, None, True),
    ]
    assert thread.gaps[-1].id == thread.posts[0].parent
    assert not any("delet" in f"{gap.reason} {gap.says}" for gap in thread.gaps)


def test_eleven_hundred_posts_nested_deeper_than_any_stack(network):
    thread = unrolled(network / "getPostThread-1100-root-depth1000.json.txt")
    assert len(thread.posts) >= 1000
    assert keys(thread.posts) == sorted(keys(thread.posts))


def outcome(path):
    """The number of posts, or the sentence with which the answer was refused."""
    try:
        return len(unrolled(path).posts)
    except ThreadleafError as error:
        return error.sentence


def test_every_saved_thread_is_read_or_refused_in_a_sentence(network):
    found = {path: outcome(path) for path in sorted(network.glob("getPostThread*.json"))}
    for path, result in found.items():
        answered = json.loads(path.read_bytes())["status"] == 200 and "Other" not in path.name
        assert isinstance(result, int) == answered, f"{path.name}: {result}"
        assert answered or result.endswith(".")
    assert sum(isinstance(result, int) for result in found.values()) >= 10


def test_any_order_of_the_documents_gives_the_same_thread(network):
    names = ("root-below20", "fork", "last-above")
    paths = [network / f"getPostThreadV2-{name}.json" for name in names]
    assert ids(unrolled(*paths).posts) == ids(unrolled(*reversed(paths)).posts)
