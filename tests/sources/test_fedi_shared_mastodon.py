"""Answers of mastodon.social, of GoToSocial and of a mock server: what each of them shows."""

import json

import pytest
import yaml

from threadleaf.core.assemble import assemble
from threadleaf.core.errors import Refused, ThreadleafError
from threadleaf.core.withhold import shown
from threadleaf.sources import for_documents
from threadleaf.wire import Document


def read(*documents):
    return for_documents(documents).read(documents)


def saved(path):
    return Document(body=path.read_bytes(), name=path.name)


def number(post):
    return int(post.text.split("/")[0].split()[-1])


# --- mastodon.social -------------------------------------------------------------------------------------------


@pytest.fixture
def cassette(shared):
    """The recorded exchanges of a cassette as documents."""

    def documents(name):
        tape = yaml.safe_load((shared / "mastodon" / "mastodon-social" / f"{name}.yaml").read_text())
        for turn in tape["interactions"]:
            exchange = {
                "request": f"{turn['request']['method']} {turn['request']['uri']}",
                "status": turn["response"]["status"]["code"],
                "headers": {key: values[0] for key, values in turn["response"]["headers"].items()},
                "body": json.loads(turn["response"]["body"]["string"]),
            }
            yield Document(body=json.dumps(exchange).encode(), name=name)

    return lambda name: list(documents(name))


def test_a_thread_for_followers_only_is_read_as_places_and_shown_to_nobody(cassette):
    (around,) = cassette("test_entity_context")
    conversation = read(around)
    assert [post.visibility for post in conversation.posts] == ["private", "private"]
    assert "first status" not in str(conversation)
    assert "final status" not in str(conversation)
    below = next(post for post in conversation.posts if post.parent)
    assert below.parent == "https://mastodon.social/web/statuses/110446983926957470"
    assert conversation.authors[0].signals == ("noindex", "indexable=false", "discoverable=false")
    with pytest.raises(Refused):
        shown(assemble(conversation))


def test_every_field_of_a_post_is_read(cassette):
    first, second = cassette("test_entity_status")
    (post,) = read(first).posts
    assert (post.id, post.warning, post.sensitive, post.langs) == (
        "https://icosahedron.website/users/halcy/statuses/110446222386355655",
        "test post for mastodon.py stuff",
        True,
        ("de",),
    )
    (film,) = post.media
    assert (film.kind, film.width, film.height, film.alt) == ("gif", 640, 360, "a furry cube breakdancing")
    kinds = {post.text[span.start : span.end]: span.kind for span in post.spans}
    assert kinds == {"@halcy": "mention", ":trans_heart:": "emoji", "#ThisIsAHashtag": "tag"}
    assert (post.replies, post.edited is not None) == (None, True), "a copy's answers are not counted by its own server"
    (poll,) = (post.poll for post in read(second).posts)
    assert ([option.title for option in poll.options], poll.closed) == (["oh no I totally can", "edit polls"], True)
    assert read(second).posts[0].replies == 0


def test_a_poll_with_several_choices_is_read(cassette):
    (poll,) = (post.poll for post in read(*cassette("test_entity_poll")).posts)
    assert [option.votes for option in poll.options] == [8, 17, 14, 25]
    assert (poll.multiple, poll.closed, poll.voters) == (True, True, 47)


def test_a_quote_of_a_bridged_post_is_shown_without_the_repeated_address(cassette):
    conversation = read(*cassette("test_entity_quote"))
    (post,) = conversation.posts
    assert post.quote.state == "shown"
    assert "RE:" not in post.text
    assert post.quote.id in [quoted.id for quoted in conversation.quoted]
    assert len(conversation.quoted) >= 1


# --- GoToSocial, asked with a token ----------------------------------------------------------------------------


@pytest.fixture
def gotosocial(shared):
    folder = shared / "mastodon" / "gotosocial"
    return lambda *names: read(*(saved(folder / f"{name}.json") for name in names))


def test_a_thread_of_thirty_has_the_same_posts_from_its_root_and_from_its_middle(gotosocial):
    for name in ("context-root-auth", "context-middle-author", "context-last"):
        conversation = gotosocial(name)
        assert {author.handle for author in conversation.authors} >= {"alice@localhost:8480"}
        mine = [post for post in conversation.posts if post.author.endswith("/alice") and "/30" in post.text]
        assert len(mine) in (28, 29), "the anchor is not in the answer"


def test_posts_that_are_not_public_are_emptied(gotosocial):
    posts = gotosocial("context-root-auth").posts
    hidden = [post for post in posts if post.visibility in ("private", "direct")]
    assert hidden
    assert all(not post.text and not post.media for post in hidden)


def test_a_deleted_middle_post_leaves_only_what_stands_before_it(gotosocial):
    conversation = gotosocial("context-deleted-from-root")
    assert [number(post) for post in conversation.posts] == [2, 3]


def test_answers_that_came_later_are_added(gotosocial):
    names = [f"remote-context-t{n}" for n in range(4)]
    sizes = [len(gotosocial(name).posts) for name in names]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]
    assert len(gotosocial(*names, "remote-search-resolve").posts) == sizes[-1] + 1


def test_a_thread_that_was_fetched_from_elsewhere_is_never_called_complete(gotosocial):
    thread = assemble(gotosocial("remote-search-resolve", "remote-context-t3"))
    assert [number(post) for post in thread.posts] == sorted(number(post) for post in thread.posts)
    assert thread.completeness.state != "complete"


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("status-media", lambda post: [media.alt for media in post.media][:1] == ["a red square"]),
        ("status-poll", lambda post: [option.title for option in post.poll.options] == ["yes", "no", "maybe"]),
        ("status-cw", lambda post: post.warning != ""),
        ("status-mention-tag", lambda post: {span.kind for span in post.spans} >= {"mention", "tag"}),
        ("status-unlisted", lambda post: post.visibility == "unlisted"),
        ("status-paragraphs", lambda post: "\n\n" in post.text),
        ("edit-status", lambda post: post.edited is not None),
    ],
)
def test_every_kind_of_post_of_gotosocial_is_understood(gotosocial, name, check):
    (post,) = gotosocial(name).posts
    assert check(post), post


def test_a_post_without_a_token_is_no_post(gotosocial):
    for name in ("status-public", "context-root-noauth", "status-notfound", "badtoken"):
        with pytest.raises(ThreadleafError) as caught:
            gotosocial(name)
        assert caught.value.sentence.endswith(".")


# --- mastodon-mock ---------------------------------------------------------------------------------------------


@pytest.fixture
def mock(shared):
    folder = shared / "mastodon" / "mastodon-mock"
    return lambda *names: read(*(saved(folder / f"{name}.json") for name in names))


def test_a_thread_of_the_mock_is_read_from_its_root_and_its_end(mock):
    assert len(mock("context-root").posts) == len(mock("context-root-noauth").posts) == 19
    conversation = mock("context-root", "status-2", "status-poll")
    assert conversation.posts[0].author == "https://localhost:3300/@testuser"
    assert any(post.poll for post in conversation.posts)


def test_a_quote_of_the_mock_is_shown(mock):
    conversation = mock("quote-post")
    assert (conversation.posts[0].quote.state, len(conversation.quoted)) == ("shown", 1)


NO_POSTS = ("context-deleted-from-last", "status-history", "status-source")
FORMS = ("context-", "status-", "public", "search", "quote-post", "account-statuses", "timeline", "remote-context")


def test_every_saved_answer_is_read_or_refused_in_a_sentence(shared):
    found = {}
    paths = [
        path for folder in ("gotosocial", "mastodon-mock") for path in (shared / "mastodon" / folder).glob("*.json")
    ]
    for path in sorted(paths):
        try:
            found[path] = len(read(saved(path)).posts)
        except ThreadleafError as refusal:
            found[path] = refusal.sentence
    for path, result in found.items():
        of_a_kind = path.name.startswith(FORMS) and path.stem not in NO_POSTS
        if of_a_kind and json.loads(path.read_bytes())["status"] == 200:
            assert isinstance(result, int), path.name
        assert isinstance(result, int) or result.endswith("."), path.name
