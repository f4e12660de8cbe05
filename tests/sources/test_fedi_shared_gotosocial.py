"""Answers of a real GoToSocial: what each of them shows, alone, together, and as a server that is asked."""

import json

import pytest

from tests.support.activitypub import START
from tests.support.spans import shown
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import Unreadable
from threadleaf.core.model import Option
from threadleaf.sources import fediverse
from threadleaf.sources._fedi_activitypub import activitypub
from threadleaf.sources._fedi_actors import profile
from threadleaf.sources._fedi_notes import entry, is_note
from threadleaf.sources._fedi_pages import prove
from threadleaf.sources._fedi_sightings import Sightings
from threadleaf.wire import Answer, Document, Scope

NOTES = ("1", "mention", "media", "cw", "poll")


@pytest.fixture
def folder(shared):
    return shared / "mastodon" / "gotosocial"


def body(folder, name):
    return json.loads((folder / f"{name}.json").read_text())["body"]


def read(folder, *names):
    paths = [folder / f"{name}.json" for name in names]
    return fediverse.read([Document(body=path.read_bytes(), name=path.name) for path in paths])


def keys(posts):
    return [post.id.rpartition("/")[2] for post in posts]


# --- ActivityPub: objects --------------------------------------------------------------------------------------


def test_five_notes_are_the_beginning_of_the_thread_in_any_order(folder):
    for names in (NOTES, NOTES[::-1]):
        thread = assemble(read(folder, *(f"ap-note-{name}" for name in names), "ap-actor"))
        assert [post.text.partition(" ")[0] for post in thread.posts] == ["1/30", "2/30", "3/30", "4/30", "5/30"]
        assert (thread.author.handle, thread.author.signals) == ("alice@localhost:8480", ("discoverable=false",))


def test_an_edited_note(folder):
    post = entry(body(folder, "ap-note-1")).post
    assert post.text == "1/30 This is status number 1 (edited)."
    assert (post.langs, post.visibility, (post.edited - post.created).total_seconds()) == (("en",), "public", 1)
    assert post.url == "http://localhost:8480/@alice/statuses/01M7ZRBQ9MW8EPW1YRMWRGXPKT"


def test_a_mention_a_tag_and_a_link(folder):
    post = entry(body(folder, "ap-note-mention")).post
    assert [(kind, text) for kind, text, _ in shown(post.text, post.spans)] == [
        ("mention", "@bob"),
        ("tag", "#Threads"),
        ("link", "https://example.com/a/very/long/path/that/mastodon/would/shorten?x=1&y=2"),
    ]
    assert post.text.endswith("<b>not bold</b> & ünïcödé 👩‍👩‍👧‍👦")
    assert post.parent.endswith("01M7ZRBQ9MW8EPW1YRMWRGXPKT")


def test_pictures_carry_their_description_in_the_summary(folder):
    media = entry(body(folder, "ap-note-media")).post.media
    assert [(one.kind, one.alt) for one in media] == [("image", "a red square"), ("image", "")]


def test_a_content_warning_and_a_poll(folder):
    warned, poll = entry(body(folder, "ap-note-cw")).post, entry(body(folder, "ap-note-poll")).post.poll
    assert (warned.warning, warned.sensitive) == ("CW: spoilers", True)
    assert poll.options == (Option(title="yes", votes=0), Option(title="no", votes=0), Option(title="maybe", votes=0))
    assert (poll.multiple, poll.closed, poll.voters) == (False, False, 0)


def test_the_account_keeps_unlisted_posts_off_the_open_web(folder):
    found = profile(body(folder, "ap-actor"))
    assert (found.hides_public, found.hides_unlisted) == (False, True)
    assert found.outbox == "http://localhost:8480/users/alice/outbox"


@pytest.mark.parametrize("name", ["ap-deleted", "ap-private", "webfinger", "nodeinfo", "badtoken"])
def test_errors_and_other_answers_are_no_posts(folder, name):
    assert not is_note(body(folder, name))
    with pytest.raises(Unreadable):
        read(folder, name)


# --- ActivityPub: as a server ----------------------------------------------------------------------------------


class Recorded:
    """The recorded answers as a server that wants signatures; pages show whatever was recorded."""

    def __init__(self, folder):
        self.answers = {}
        for path in folder.glob("ap-*.json"):
            saved = json.loads(path.read_text())
            self.answers[saved["request"]] = (saved["status"], saved["body"])
        listed = "/users/alice/statuses/01M7ZRBQ9MW8EPW1YRMWRGXPKT/replies"
        first = self.answers[f"{listed}?limit=20&only_other_accounts=false"]
        self.answers[f"{listed}?page=true&only_other_accounts=false"] = first
        self.asked = []

    def run(self, steps):
        try:
            wanted = next(steps)
            while True:
                wanted = steps.send(tuple(map(self.reply, wanted)))
        except StopIteration as end:
            return end.value

    def reply(self, request):
        self.asked.append(request)
        path = request.url.partition("localhost:8480")[2]
        status, found = self.answers.get(path, (404, {"error": "Not Found"}))
        if request.accept == "text/html":
            status, found = (
                200 if any(path.endswith(known.rpartition("/")[2]) for known in self.answers) else 404,
                "<html>",
            )
        elif not request.credential:
            status, found = 401, {"error": "Unauthorized"}
        data = json.dumps(found).encode()
        return Answer(status=status, body=data, at=START, url=request.url, media_type="application/activity+json")


def test_asked_with_a_signature_the_server_shows_the_thread_from_its_fifth_post_up(folder):
    server, seen = Recorded(folder), Sightings()
    url = body(folder, "ap-note-poll")["id"]
    assert server.run(activitypub(url, Scope(), seen)) == "refused"
    assert server.run(activitypub(url, Scope(signs=True), seen)) == "read"
    server.run(prove(seen))
    conversation = seen.conversation()
    thread = assemble(conversation)
    assert keys(thread.posts) == [body(folder, f"ap-note-{name}")["id"].rpartition("/")[2] for name in NOTES]
    assert thread.completeness.open_ends == tuple(post.id for post in thread.posts[1:])
    assert [author.name for author in conversation.authors] == ["alice"]


@pytest.mark.parametrize("name", ["ap-deleted", "ap-private"])
def test_what_is_deleted_or_private_is_not_found(folder, name):
    server, seen = Recorded(folder), Sightings()
    url = f"http://localhost:8480{json.loads((folder / f'{name}.json').read_text())['request']}"
    assert server.run(activitypub(url, Scope(signs=True), seen)) == "not-found"
    assert len(seen) == 0


# --- Mastodon's API with a token -------------------------------------------------------------------------------


def test_the_context_from_the_root_holds_the_whole_thread(folder):
    thread = assemble(read(folder, "edit-status", "context-root-auth"))
    assert len(thread.posts) == 30
    assert [post.text.partition(" ")[0] for post in thread.posts[:3]] == ["1/30", "2/30", "3/30"]
    assert {post.visibility for post in thread.posts} == {"public", "unlisted"}


@pytest.mark.parametrize(
    "name", ["context-root-auth", "context-middle-author", "context-middle-stranger", "context-last"]
)
def test_the_same_thread_from_root_middle_and_last(folder, name):
    whole = assemble(read(folder, "edit-status", "context-root-auth"))
    found = read(folder, name)
    assert {post.id for post in found.posts} >= {post.id for post in whole.posts} - {around(folder, name)}


def around(folder, name):
    number = json.loads((folder / f"{name}.json").read_text())["request"].split("/")[-2]
    return f"https://localhost:8480/users/alice/statuses/{number}"


@pytest.mark.parametrize("name", ["context-root-auth", "context-middle-author"])
def test_posts_that_are_not_for_everybody_are_counted_and_not_shown(folder, name):
    conversation = read(folder, name)
    held = [post for post in conversation.posts if post.visibility in ("private", "direct")]
    assert held
    assert {post.text for post in held} == {""}
    unlisted = [post for post in conversation.posts if post.visibility == "unlisted"]
    assert [post.text for post in unlisted] == ["6/30 This is status number 6."]


def test_a_deleted_middle_post_cuts_the_context_from_both_sides(folder):
    assert len(assemble(read(folder, "context-deleted-from-root")).posts) == 2
    with pytest.raises(Unreadable):
        read(folder, "context-deleted-from-last")


def test_a_remote_context_grows_and_the_readings_are_of_one_thread(folder):
    counts = [len(read(folder, f"remote-context-t{time}").posts) for time in range(4)]
    assert counts == [20, 30, 30, 30]
    together = read(folder, *(f"remote-context-t{time}" for time in range(4)))
    assert len(together.posts) == 30
    thread = assemble(read(folder, "remote-search-resolve", "remote-context-t3"))
    assert keys(thread.posts)[0] == "01M7ZRBQ9MW8EPW1YRMWRGXPKT"
