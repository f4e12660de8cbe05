"""Notifications of a real GoToSocial: what each of them says to a bot."""

import json

import pytest

from tests.support.homeserver import START
from threadleaf.bot.mastodon import Mastodon
from threadleaf.core.calls import read
from threadleaf.wire import Answer

ORIGIN = "http://localhost:8480"
ALICE = "01N7KJAJFY2PQEVNT5MBR882CH"


@pytest.fixture
def saved(shared):
    def load(name):
        return json.loads((shared / "mastodon" / "gotosocial" / f"{name}.json").read_text())["body"]

    return load


def heard(saved, name):
    """What a bot hears whose account is alice, from notifications that were saved once."""
    account = {**saved("verify-credentials"), "id": ALICE, "username": "alice", "url": f"{ORIGIN}/@alice"}
    answers = {"/verify_credentials": account, "/instance": saved("instance-v2"), "/notifications": saved(name)}

    def reply(request):
        body = next((body for path, body in answers.items() if path in request.url), {"error": "Not Found"})
        return Answer(status=404 if "error" in body else 200, body=json.dumps(body).encode(), at=START)

    asking = Mastodon(ORIGIN).mentions("01")
    try:
        wanted = next(asking)
        while True:
            wanted = asking.send(tuple(map(reply, wanted)))
    except StopIteration as end:
        return end.value


def test_calls_and_other_mentions_are_told_apart(saved):
    told = heard(saved, "notifications-alice-mention").mentions
    calls = [mention for mention in told if read(mention.post)]
    assert [(mention.asker.handle, read(mention.post).word) for mention in calls] == [
        ("carol@localhost:8480", "unroll")
    ]
    assert len(told) > len(calls)
    assert calls[0].post.parent == f"{ORIGIN}/web/statuses/01M7ZRBQNYBXFE8S66XY50CXHA".replace("http:", "https:")
    assert [mention.notification for mention in told] == sorted(mention.notification for mention in told)


def test_a_mention_from_another_server_names_its_own_address(saved):
    (told,) = heard(saved, "notifications-alice-remote-mention").mentions[-1:]
    assert told.asker.handle == "zed@localhost:8481"
    assert told.post.id.endswith("localhost:8481/users/zed/statuses/01M7ZRF691Z6RM8SCSQ67WSFAE")
    assert told.post.visibility == "unlisted"
