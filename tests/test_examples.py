"""Every sample thread becomes what its story says it is; the stories are `examples/*.toml`."""

from functools import cache

import pytest
from tools.examples import expected, stories

from tests.conftest import ROOT
from threadleaf.core import withhold
from threadleaf.core.article import paragraph_text
from threadleaf.core.assemble import assemble
from threadleaf.sources import for_documents
from threadleaf.wire import Document

FOLDER = ROOT / "examples"
STORIES = {example.name: (story, example) for story in stories() for example in story.example}
SAME = [(name, example.same_as) for name, (_, example) in STORIES.items() if example.same_as]

each = pytest.mark.parametrize("name", STORIES)


@cache
def documents(name):
    return [Document(body=path.read_bytes(), name=path.name) for path in sorted((FOLDER / name).iterdir())]


@cache
def conversation(name):
    return for_documents(documents(name)).read(documents(name))


@cache
def unrolled(name):
    return assemble(conversation(name))


def facts(name):
    example = STORIES[name][1]
    return example.expect or STORIES[example.same_as][1].expect


def key(name, post_id):
    """The key under which a story has a post; empty for no post."""
    story, _ = STORIES[name]
    thread = unrolled(name)
    own = [*thread.posts, *(post for branch in thread.branches for post in branch.posts), *thread.replies_by_author]
    found = next((post for post in (*own, *thread.context) if post.id == post_id), None)
    return next(post.key for post in story.post if post.text == found.text) if found else ""


def keys(name, posts):
    return [key(name, post.id) for post in posts]


def test_the_files_are_those_that_the_stories_make():
    wanted = expected()
    present = {path for path in FOLDER.glob("*/*") if path.is_file()} | {FOLDER / "README.md"}
    assert present == set(wanted)
    stale = [path.name for path, content in wanted.items() if path.read_text("utf-8") != content]
    assert not stale, "run python -m tools.examples"


def test_all_samples_together_stay_small():
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 600_000


@each
def test_the_state_is_the_expected_one(name):
    completeness = unrolled(name).completeness
    assert completeness.state == facts(name).state
    assert [key(name, post) for post in completeness.open_ends] == facts(name).open_ends


@each
def test_the_main_line_has_every_post_of_the_story_in_its_order(name):
    thread, want = unrolled(name), facts(name)
    order = [post.key for post in STORIES[name][0].post]
    assert len(thread.posts) == want.posts
    assert keys(name, thread.posts) == sorted(keys(name, thread.posts), key=order.index)
    assert thread.title == want.title


@each
def test_branches_and_answers_to_others_stand_where_they_belong(name):
    thread, want = unrolled(name), facts(name)
    assert {key(name, branch.at): len(branch.posts) for branch in thread.branches} == want.branches
    assert keys(name, thread.replies_by_author) == want.replies
    if want.context is not None:
        assert set(want.context) <= set(keys(name, thread.context))


@each
def test_every_gap_is_named_between_its_neighbours(name):
    found = [(key(name, gap.after), key(name, gap.before)) for gap in unrolled(name).gaps]
    assert found == facts(name).gaps


@each
def test_numbers_that_count_posts_are_told_from_others(name):
    counters = unrolled(name).counters
    assert counters.kind == facts(name).counters
    if counters.kind == "posts":
        assert [counter.post for counter in counters.found] == [post.id for post in unrolled(name).posts]


@each
def test_what_hangs_on_posts_is_there(name):
    posts, want = unrolled(name).posts, facts(name)
    assert [post.quote.state for post in posts if post.quote] == want.quotes
    assert {key(name, post.id): post.warning for post in posts if post.warning} == want.warnings
    assert {key(name, post.id): post.labels[0] for post in posts if post.labels} == want.labels
    assert [key(name, post.id) for post in posts if post.poll] == want.polls
    assert [part.where for part in unrolled(name).parts] == want.parts


@each
def test_sentences_cut_across_posts_are_joined_in_the_article(name):
    thread = unrolled(name)
    posts = {post.id: post for post in thread.posts}
    paragraphs = [paragraph_text(paragraph, posts) for paragraph in thread.article.paragraphs]
    for sentence in facts(name).paragraphs:
        assert any(sentence in paragraph for paragraph in paragraphs), sentence


@each
def test_pictures_keep_the_authors_description(name):
    story, _ = STORIES[name]
    for post in unrolled(name).posts:
        told = story[key(name, post.id)]
        alts = [image.alt for image in told.images] if story.network != "x" else []
        assert [media.alt for media in post.media] == alts


@each
def test_a_span_covers_what_the_story_marked(name):
    story, _ = STORIES[name]
    for post in unrolled(name).posts if story.network != "x" else ():
        assert post.spans == story[key(name, post.id)].spans


@each
def test_nobody_in_the_samples_asked_to_be_left_out(name):
    thread = unrolled(name)
    assert withhold.shown(thread) is thread


@each
def test_the_order_of_files_does_not_matter(name):
    turned = documents(name)[::-1]
    told = assemble(for_documents(turned).read(turned), conversation(name).anchor)
    assert (told.posts, told.branches, told.gaps) == (
        unrolled(name).posts, unrolled(name).branches, unrolled(name).gaps,
    )  # fmt: skip


@each
def test_every_post_of_the_main_line_leads_to_the_same_thread(name):
    thread = unrolled(name)
    for post in thread.posts:
        assert assemble(conversation(name), post.id) == thread


@pytest.mark.parametrize(("name", "other"), SAME)
def test_another_form_of_the_same_thread_gives_equal_posts(name, other):
    ours, theirs = unrolled(name), unrolled(other)
    assert ours.posts == theirs.posts
    assert ours.branches == theirs.branches
    assert ours.replies_by_author == theirs.replies_by_author
    assert ours.ref == theirs.ref


def test_a_page_reads_alike_as_html_and_as_text():
    texts = {name: [post.text for post in unrolled(name).posts] for name in ("swifts", "swifts-text")}
    assert texts["swifts"] == texts["swifts-text"]
    assert unrolled("swifts").ref == unrolled("swifts-text").ref
