"""When Bluesky's AppView is down: the author's own posts from the author's own server, and only what may be shown."""

import json

import pytest

from tests.support.bluesky import Bluesky, did, fixed, is_whole, refusing, when
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import NotFound, NotNow, Refused
from threadleaf.core.model import Ref
from threadleaf.core.ref import address
from threadleaf.core.wishes import UNMODERATED
from threadleaf.core.withhold import reach, shown
from threadleaf.render.claims import NOTES
from threadleaf.wire import Scope

APPVIEW = "public.api.bsky.app"
DOWN = [refusing(APPVIEW), refusing(APPVIEW, kind="timeout"), when(APPVIEW, fixed(502, {"error": "UpstreamFailure"}))]
POSTS, PROFILE = "collection=app.bsky.feed.post&rkey", "collection=app.bsky.actor.profile"


def alone(length=3, *, down=DOWN[0], to=None):
    network = Bluesky()
    top = network.post("bob", "What do you think?") if to else None
    chain = network.thread("ann", length, to=top)
    network.profiles["ann"] = "Writes about tea."
    network.refuse = down
    return network, chain


def also(network, *more):
    """Further replies than the network's own, beside an AppView that is down."""
    network.refuse = lambda request: next((r for refuse in (*more, DOWN[0]) if (r := refuse(request))), None)


@pytest.mark.parametrize("down", DOWN)
def test_the_authors_own_posts_come_from_the_authors_own_server_with_a_note(down):
    network, chain = alone(150, down=down)
    network.post("bob", "Indeed.", to=chain[3])
    conversation = network.seen(chain[70])
    assert is_whole(assemble(conversation), chain)
    assert [note.kind for note in conversation.notes] == ["appview-down"]
    assert "appview-down" in NOTES
    assert "Indeed." not in str(conversation)
    (author,) = conversation.authors
    assert (author.name, author.bio, author.signals) == ("Ann", "Writes about tea.", (UNMODERATED,))
    assert (author.url, conversation.read_at is not None) == (f"https://bsky.app/profile/{did('ann')}", True)


def test_a_limit_or_no_network_at_all_is_no_reason_to_go_round_the_appview():
    for kind in ("limit", "rate", "offline", "door", "too-large"):
        network, chain = alone(down=refusing(APPVIEW, kind=kind))
        with pytest.raises(NotNow):
            network.seen(chain[0])
        assert network.methods() == ["getPostThreadV2", "getPostThread"]


def test_the_older_form_is_tried_before_and_serves_alone():
    network, chain = alone(down=refusing("getPostThreadV2"))
    assert [note.kind for note in network.seen(chain[0]).notes] == ["deletions-untold"]


# --- whose handle it is ----------------------------------------------------------------------------------------


def test_a_handle_is_shown_only_if_both_ways_agree():
    network, chain = alone()
    by_handle = chain[0].replace(did("ann"), "ann.example")
    for uri in (chain[0], by_handle):
        assert network.seen(uri).authors[0].handle == "ann.example"
        assert network.seen(uri).anchor == chain[0]
    also(network, when("plc.directory", fixed(200, document(network, "at://else.example"))))
    for uri in (chain[0], by_handle):
        assert network.seen(uri).authors[0].handle == "", "the account claims another one, which leads nowhere"
    also(network, when("plc.directory", fixed(200, document(network))))
    assert network.seen(chain[0]).authors[0].handle == ""


def document(network, *names, account="did:plc:ann"):
    service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": network.server}
    return {"id": account, "alsoKnownAs": [*names, 7], "service": [service]}


def test_a_handle_is_asked_of_its_own_host_first_and_of_the_appview_if_that_fails():
    network, chain = alone()
    uri = chain[0].replace(did("ann"), "ann.example")
    assert network.seen(uri).anchor == chain[0]
    (own,) = [request for request in network.asked if "well-known" in request.url]
    assert (own.url, own.accept) == ("https://ann.example/.well-known/atproto-did", "text/plain")
    assert "resolveHandle" not in network.methods()
    network.refuse = refusing("getPostThread", "well-known")
    assert network.seen(uri).anchor == chain[0]
    assert "resolveHandle" in network.methods()


@pytest.mark.parametrize(
    "word",
    [refusing("well-known"), *(when("well-known", fixed(*said)) for said in [
        (404, b"did:plc:ann"), (200, b"<html>did:plc:ann"), (200, b"did:plc:ann did:plc:bob"), (200, b"\xff\xfe"),
        (200, b"did:plc:" + b"a" * 3000), (200, b"")])],
)  # fmt: skip
def test_a_handle_that_leads_to_no_account_leads_nowhere(word):
    network, chain = alone()
    also(network, word)
    with pytest.raises(NotNow):
        network.seen(chain[0].replace(did("ann"), "ann.example"))


@pytest.mark.parametrize(
    "said",
    [
        (404, {"message": "DID not registered"}),
        (200, document(Bluesky(), account=did("bob"))),
        (200, {"id": did("ann"), "service": []}),
        (200, b"<html>"),
        (503, b""),
    ],
)
def test_without_a_document_that_is_the_accounts_own_nothing_is_read(said):
    network, chain = alone()
    also(network, when("plc.directory", fixed(*said)))
    with pytest.raises(NotNow) as caught:
        network.seen(chain[0])
    assert caught.value.sentence == "Bluesky could not be read."


def test_the_hosts_are_those_of_the_scope():
    network, chain = alone(down=refusing("view.example"))
    scope = Scope(appview="https://view.example", directory="https://plc.directory")
    assert is_whole(assemble(network.seen(chain[0], scope)), chain)
    hosts = {request.url.split("/")[2] for request in network.asked}
    assert hosts == {"view.example", "plc.directory", "pds.example", "ann.example"}


# --- wishes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("label", "bio"), [("!no-unauthenticated", ""), ("", "Tea. #nounroll")])
def test_of_an_author_who_asks_not_to_be_shown_nothing_more_is_read(label, bio):
    network, chain = alone()
    network.labels["ann"] = [label] if label else []
    network.profiles["ann"] = bio
    conversation = network.seen(chain[0])
    assert [post.id for post in conversation.posts] == [chain[0]]
    assert "listRecords" not in network.methods()
    with pytest.raises(Refused) as caught:
        shown(assemble(conversation))
    assert caught.value.code == (label or "profile")


def test_what_moderators_could_not_be_asked_about_stays_out_of_lists():
    network, chain = alone()
    thread = assemble(network.seen(chain[0]))
    assert reach(thread) == "unlisted"
    assert shown(thread) == thread


@pytest.mark.parametrize(
    "profile", [refusing(PROFILE), *(when(PROFILE, fixed(*said)) for said in [
        (500, b""), (200, b"<html>"), (200, {"value": 7}), (400, {"error": "InvalidRequest"}),
        (200, {"uri": f"at://{did('bob')}/app.bsky.actor.profile/self", "value": {"description": "Of somebody else."}})])]
)  # fmt: skip
def test_nothing_is_shown_if_the_profile_cannot_be_asked_what_its_author_wishes(profile):
    network, chain = alone()
    also(network, profile)
    with pytest.raises(NotNow):
        network.seen(chain[0])
    assert "listRecords" not in network.methods()


def test_an_account_without_a_profile_has_said_nothing():
    network, chain = alone()
    network.profiles.clear()
    conversation = network.seen(chain[0])
    assert is_whole(assemble(conversation), chain)
    assert conversation.authors[0].name == ""


def test_labels_that_authors_give_themselves_count():
    network, chain = alone()
    network.labels["ann"] = ["porn"]
    conversation = network.seen(chain[0])
    assert conversation.authors[0].labels == ("porn",)
    assert all(post.sensitive for post in conversation.posts)
    network.labels.clear()
    network.records[chain[1]]["labels"] = {"values": [{"val": "!no-unauthenticated"}]}
    assert [post.labels for post in network.seen(chain[0]).posts] == [(), ("!no-unauthenticated",), ()]


def test_a_quoted_post_is_an_address_and_nothing_else():
    network, chain = alone()
    quoted = network.post("bob", "Quoted.")
    network.quote("ann", quoted, to=chain[-1])
    conversation = network.seen(chain[0])
    quote = conversation.posts[-1].quote
    assert (quote.state, quote.url, conversation.quoted) == ("address", address(Ref("bsky", quoted)), ())
    assert "Quoted." not in str(conversation)


# --- what is there ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "word"), [("deactivated", "deactivated"), ("takendown", "taken down"), ("suspended", "suspended"),
                         ("deleted", "deleted"), ("desynchronized", "not active")]
)  # fmt: skip
def test_an_account_that_is_not_active_is_not_shown(status, word):
    network, chain = alone()
    network.inactive["ann"] = status
    with pytest.raises(NotFound) as caught:
        network.seen(chain[0])
    assert word in caught.value.sentence
    assert "listRecords" not in network.methods()


@pytest.mark.parametrize("error", ["RepoDeactivated", "RepoTakendown", "RepoSuspended"])
def test_other_servers_say_it_in_the_answer_about_the_record(error):
    network, chain = alone()
    also(network, refusing("getRepoStatus"), when(POSTS, fixed(400, {"error": error, "message": "…"})))
    with pytest.raises(NotFound) as caught:
        network.seen(chain[0])
    assert caught.value.sentence.startswith("This account ")


def test_a_status_of_somebody_else_says_nothing():
    network, chain = alone()
    also(network, when("getRepoStatus", fixed(200, {"did": did("bob"), "active": False, "status": "deleted"})))
    assert is_whole(assemble(network.seen(chain[0])), chain)


def test_a_post_that_is_not_there_is_not_found():
    network, chain = alone()
    network.delete(chain[1])
    with pytest.raises(NotFound):
        network.seen(chain[1])


@pytest.mark.parametrize(
    "record", [refusing(POSTS), when(POSTS, fixed(200, {"uri": f"at://{did('bob')}/app.bsky.feed.post/3k", "value": {}}))]
)  # fmt: skip
def test_without_the_post_itself_nothing_is_read(record):
    network, chain = alone()
    also(network, record)
    with pytest.raises(NotNow):
        network.seen(chain[0])


def test_a_deleted_middle_post_keeps_its_place():
    network, chain = alone(12)
    network.delete(chain[5])
    thread = network.unrolled(chain[-1])
    assert {post.id for post in thread.posts} == {*chain} - {chain[5]}
    assert [(gap.id, gap.says) for gap in thread.gaps] == [(chain[5], "not-found")]


def test_a_list_that_cannot_be_read_to_its_end_leaves_the_end_open():
    network, chain = alone(150)
    also(network, lambda request: refusing("listRecords")(request) if "listRecords" in network.methods()[:-1] else None)
    conversation = network.seen(chain[0])
    assert [post.id for post in conversation.posts] == chain[:100]
    assert "unreachable" in {frontier.why for frontier in conversation.frontiers}
    assert assemble(conversation).completeness.state == "open"


def test_after_the_ceiling_the_end_is_open_and_can_be_read_on_from():
    network, chain = alone(250)
    conversation = network.seen(chain[0], Scope(posts=100))
    assert [post.id for post in conversation.posts] == chain[:100]
    (limit,) = [frontier.post for frontier in conversation.frontiers if frontier.why == "limit"]
    assert limit == chain[99]


def test_a_chain_inside_somebody_elses_conversation_is_whole_from_its_middle():
    network, chain = alone(6, to="bob")
    thread = network.unrolled(chain[3])
    assert is_whole(thread, chain)
    assert thread.context == ()


def test_whose_thread_a_lone_answer_belongs_to_is_not_guessed():
    network, chain = alone()
    comment = network.post("bob", "Indeed.", to=chain[1])
    with pytest.raises(NotNow) as caught:
        network.seen(comment)
    assert "whose thread" in caught.value.sentence
    answer = network.post("ann", "Is it?", to=comment)
    assert [post.id for post in network.unrolled(answer).posts] == chain, "below her own thread it is hers"


def test_a_lone_post_is_a_thread():
    network, _ = alone()
    lone = network.post("ann", "By itself.")
    assert is_whole(network.unrolled(lone), [lone])


def test_every_question_has_a_sentence_for_whoever_waits():
    network, chain = alone(150)
    network.seen(chain[0].replace(did("ann"), "ann.example"))
    assert all(request.purpose for request in network.asked)
    assert json.dumps([request.purpose for request in network.asked]).count("Reading entries") == 3
