"""Asking Bluesky for a thread: few questions, nothing lost, nothing shown that the AppView does not show.

The network is `tests.support.bluesky`: a source is driven by sending it replies, without any connection.
"""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.bluesky import START, Bluesky, did, fixed, is_whole, refusing
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import NotFound, NotNow, Refused
from threadleaf.sources import bluesky
from threadleaf.sources._bsky_identity import home
from threadleaf.sources._bsky_requests import cursor_before, identity
from threadleaf.wire import Answer, Document, Scope


def ids(posts):
    return [post.id for post in posts]


def talkative(name, length, *, every=3):
    """A thread of which other people answer every third post."""
    network = Bluesky()
    chain = network.thread(name, length)
    for post in chain[::every]:
        network.post("bob", "Indeed.", to=post)
    return network, chain


# --- how much is asked -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [1, 2, 10, 11])
def test_a_short_thread_takes_one_request_from_its_first_post(length):
    network, chain = talkative("ann", length)
    assert is_whole(network.unrolled(chain[0]), chain)
    assert len(network.methods()) == 1


@pytest.mark.parametrize("length", [2, 10, 11])
def test_a_short_thread_that_nobody_else_answers_takes_one_request_from_any_post(length):
    network = Bluesky()
    chain = network.thread("ann", length)
    for uri in chain:
        assert is_whole(network.unrolled(uri), chain)
        assert len(network.methods()) == 1


@pytest.mark.parametrize(("length", "most"), [(12, 3), (25, 4), (31, 5), (60, 7), (130, 11), (1100, 60)])
def test_a_long_thread_is_whole_from_any_post_in_few_requests(length, most):
    network, chain = talkative("ann", length)
    for uri in (chain[0], chain[length // 2], chain[-1]):
        assert is_whole(network.unrolled(uri), chain)
        assert len(network.methods()) <= most, network.methods()


def test_sixty_posts_from_the_middle_with_their_fork_take_five_requests():
    network, chain = talkative("ann", 60)
    fork = network.thread("ann", 3, to=chain[19])
    thread = network.unrolled(chain[30])
    assert is_whole(thread, chain)
    assert [[post.id for post in branch.posts] for branch in thread.branches] == [fork]
    assert len(network.methods()) <= 5


def test_eleven_hundred_posts_take_sixteen_requests_and_one_for_each_twenty_five_that_were_not_seen():
    network, chain = talkative("ann", 1100)
    assert is_whole(network.unrolled(chain[0]), chain)
    hydrating = network.methods().count("getPosts")
    assert hydrating == -(-(1100 - 11) // 25)
    assert len(network.methods()) - hydrating <= 16


def test_a_busy_authors_repository_is_not_listed_where_asking_below_each_post_costs_less():
    network, chain = talkative("ann", 40)
    for _ in range(900):
        network.post("ann", "Something else.", minutes=60)
    assert is_whole(network.unrolled(chain[20]), chain)
    assert {*network.methods()} == {"getPostThreadV2"}


def test_more_ancestors_than_one_answer_holds_are_asked_for_from_the_topmost_one():
    network = Bluesky()
    chain = network.thread("ann", 120)
    assert is_whole(network.unrolled(chain[-1]), chain)
    assert network.methods() == ["getPostThreadV2"] * 3


def test_each_question_is_asked_once():
    network, chain = talkative("ann", 130)
    for uri in (chain[0], chain[70], chain[-1]):
        network.unrolled(uri)
        urls = [request.url for request in network.asked]
        assert len(urls) == len(set(urls))
        assert all(request.purpose for request in network.asked)


def test_a_fork_that_was_trimmed_away_is_found():
    network = Bluesky()
    chain = network.thread("ann", 20)
    fork = network.thread("ann", 3, to=chain[9])
    for uri in (chain[0], chain[-1], fork[-1]):
        thread = network.unrolled(uri)
        assert is_whole(thread, chain)
        assert [[post.id for post in branch.posts] for branch in thread.branches] == [fork]


def test_an_address_with_a_handle_needs_no_question_of_its_own():
    network, chain = talkative("ann", 5)
    assert network.seen(chain[0].replace(did("ann"), "ann.example")).anchor == chain[0]
    assert len(network.methods()) == 1


def test_a_thread_inside_somebody_elses_conversation_is_whole():
    network = Bluesky()
    top = network.post("bob", "What do you think?")
    chain = network.thread("ann", 40, to=top)
    network.post("bob", "Thanks!", to=chain[20])
    for uri in (chain[0], chain[-1]):
        thread = network.unrolled(uri)
        assert [post.id for post in thread.posts] == chain
        assert thread.completeness.state == "complete"
        assert top in {post.id for post in thread.context}


def test_an_answer_to_the_first_post_leads_to_the_thread_that_begins_there():
    network = Bluesky()
    chain = network.thread("ann", 25)
    comment = network.post("bob", "Why?", to=chain[0])
    deeper = network.post("cid", "Because.", to=comment)
    for uri in (comment, deeper):
        assert is_whole(network.unrolled(uri), chain)
    alone = network.post("dan", "Nobody answers this.")
    answer = network.post("bob", "But I do.", to=alone)
    assert is_whole(network.unrolled(answer), [answer])
    assert len(network.methods()) == 1


def test_an_answer_below_anothers_thread_below_ones_own_leads_to_ones_own():
    network = Bluesky()
    chain = network.thread("ann", 25)
    others = network.thread("bob", 3, to=chain[0])
    answer = network.post("ann", "Indeed.", to=others[1])
    assert is_whole(network.unrolled(answer), chain)
    assert is_whole(network.unrolled(network.post("cid", "Really?", to=others[1])), others)


def answered_thread(*numbers):
    """A thread of sixty posts with a branch, and a reader's question, answered by the author, below some posts."""
    network = Bluesky()
    chain = network.thread("ann", 60)
    branch = network.thread("ann", 3, to=chain[19])
    questions = [network.post("bob", "Why?", to=chain[number]) for number in numbers]
    answers = [network.post("ann", "Because.", to=question) for question in questions]
    return network, [*chain, *branch], questions, answers


@pytest.mark.parametrize("flat", [True, False])
@pytest.mark.parametrize("numbers", [(0,), (0, 25, 45), tuple(range(0, 60, 3))])
def test_what_the_author_answers_stands_beside_it_whichever_post_one_comes_from(numbers, flat):
    network, own, questions, answers = answered_thread(*numbers)
    network.flat = flat
    for uri in (own[0], own[30], own[59], own[-2], questions[0], answers[0]):
        conversation = network.seen(uri)
        thread = assemble(conversation)
        assert is_whole(thread, own[:60])
        assert flat is False or ids(thread.replies_by_author) == answers
        assert ids(thread.context) == questions
        assert {author.signals for author in conversation.authors} == {()}, "every profile was read"
        assert len(network.methods()) <= 9 + len(numbers)


def test_what_was_heard_of_is_not_asked_for_again():
    network, own, questions, answers = answered_thread(0, 2)
    network.delete(questions[0])
    thread = network.unrolled(own[30])
    assert (ids(thread.replies_by_author), ids(thread.context)) == (answers, questions[1:])
    urls = [request.url for request in network.asked]
    assert len(urls) == len(set(urls))


def test_of_very_many_questions_that_the_author_answers_not_all_are_asked_for():
    network, own, _questions, answers = answered_thread(*range(0, 60, 2), *range(1, 60, 2))
    thread = network.unrolled(own[30])
    assert ids(thread.replies_by_author) == answers
    assert 25 <= len(thread.context) < 60
    assert len(network.methods()) <= 10 + 25


def test_a_question_that_the_network_does_not_show_is_not_shown_either():
    network, own, questions, answers = answered_thread(0, 2, 4)
    network.blocked.add(questions[0])
    network.hide(questions[1])
    network.labels["bob"] = ["!no-unauthenticated"]
    for uri in (own[0], own[30], answers[0]):
        conversation = network.seen(uri)
        assert "Why?" not in str(conversation)
        assert ids(assemble(conversation).replies_by_author) == answers


@pytest.mark.parametrize("levels", [0, 49, 50, 51])
def test_what_the_first_post_answers_stands_before_it_however_far_below_one_begins(levels):
    network = Bluesky()
    question = network.post("bob", "What do you think?")
    chain = network.thread("ann", 60, to=question)
    thread = network.unrolled(chain[levels])
    assert (ids(thread.posts), ids(thread.context)) == (chain, [question])


def test_what_a_continuation_answers_stands_before_it():
    network = Bluesky()
    chain = network.thread("ann", 30)
    comment = network.post("bob", "And then?", to=chain[-1])
    more = network.thread("ann", 40, to=comment)
    for uri in (chain[0], chain[10], more[20], more[-1]):
        thread = network.unrolled(uri)
        assert is_whole(thread, [*chain, *more])
        assert ids(thread.context) == [comment]


def test_a_run_below_an_answer_that_was_cut_off_continues_the_thread():
    network = Bluesky()
    chain = network.thread("ann", 9)
    comment = network.post("bob", "And then?", to=chain[-1])
    more = network.thread("ann", 14, to=comment)
    assert is_whole(network.unrolled(chain[0]), [*chain, *more])
    assert len(network.methods()) <= 3


def test_of_many_answers_that_were_cut_off_only_a_few_are_asked_about():
    network = Bluesky()
    chain = network.thread("ann", 9)
    for _ in range(10):
        answer = network.post("ann", "So.", to=network.post("bob", "Why?", to=chain[-1]))
        network.post("cid", "Oh.", to=answer)
    assert is_whole(network.unrolled(chain[0]), chain)
    assert len(network.methods()) == 1 + 4


def test_an_answer_far_below_somebodys_lost_comment_leads_to_the_thread_at_its_top():
    network = Bluesky()
    chain = network.thread("ann", 25)
    comment = network.post("bob", "Why?", to=chain[3])
    answer = network.post("ann", "Because.", to=comment)
    network.delete(comment)
    thread = network.unrolled(answer)
    assert is_whole(thread, chain)
    assert [post.id for post in thread.replies_by_author] == [answer]


@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize("deeper", [0, 3])
def test_what_the_author_wrote_below_a_comment_that_is_not_shown_is_not_lost(deeper, numbered):
    network = Bluesky()
    chain = network.thread("ann", 3)
    below = chain[0]
    for _ in range(deeper):
        below = network.post("cid", "And so on.", to=below)
    comment = network.post("bob", "Why?", to=chain[-1])
    more = network.thread("ann", 2, to=comment)
    for number, uri in enumerate([*chain, *more], 1):
        network.records[uri]["text"] = f"{number}/ Post" if numbered else "Post"
    network.blocked.add(comment)
    for uri in (chain[0], chain[2], *more):
        conversation = network.seen(uri)
        thread = assemble(conversation)
        own = {post.id for post in (*thread.posts, *thread.replies_by_author)}
        assert (thread.ref.id, own) == (chain[0], {*chain, *more})
        assert (ids(thread.posts) == [*chain, *more]) is numbered
        assert "Why?" not in str(conversation)
        assert len(network.methods()) <= 8


def test_the_older_form_serves_where_the_newer_one_is_not_there():
    network, chain = talkative("ann", 60)
    network.flat = False
    for uri in (chain[0], chain[-1]):
        assert is_whole(network.unrolled(uri), chain)
        assert network.methods()[:2] == ["getPostThreadV2", "getPostThread"]
        assert "getPostThreadV2" not in network.methods()[2:]


def test_a_viral_post_does_not_keep_the_authors_own_answers_from_being_all_there():
    network, chain = talkative("ann", 9)
    for number in range(150):
        network.post(f"p{number}", "Wow.", to=chain[4])
    assert is_whole(network.unrolled(chain[0]), chain)
    assert len(network.methods()) == 1


# --- what is missing, withheld, refused ------------------------------------------------------------------------


def kinds(conversation):
    return [note.kind for note in conversation.notes]


def test_where_the_appview_counts_the_chain_a_deletion_hides_nothing():
    network = Bluesky()
    chain = network.thread("ann", 8)
    assert kinds(network.seen(chain[0])) == []
    network.delete(chain[7])
    assert kinds(network.seen(chain[0])) == []


@pytest.mark.parametrize("where", ["branch", "older form", "somebody else's conversation"])
def test_where_nobody_counts_and_the_repository_was_not_listed_the_reader_is_told_of_deletions(where):
    network = Bluesky(flat=where != "older form")
    question = network.post("bob", "Why?") if where == "somebody else's conversation" else None
    chain = network.thread("ann", 8, to=question)
    if where == "branch":
        branch = network.thread("ann", 3, to=chain[2])
        network.delete(branch[1])
    else:
        network.delete(chain[5])
    conversation = network.seen(chain[0])
    thread = assemble(conversation)
    assert (kinds(conversation), thread.gaps) == (["deletions-untold"], ())
    assert "listRecords" not in network.methods()
    assert kinds(network.seen(network.post("eve", "Alone."))) == []


def test_where_the_repository_was_listed_a_deletion_hides_nothing():
    network = Bluesky(flat=False)
    chain = network.thread("ann", 150)
    conversation = network.seen(chain[0])
    assert ("listRecords" in network.methods(), kinds(conversation)) == (True, [])


def test_what_hangs_below_a_deleted_post_is_found_in_the_repository_and_the_place_is_named():
    network = Bluesky()
    chain = network.thread("ann", 12)
    network.delete(chain[5])
    for uri in (chain[0], chain[-1]):
        thread = network.unrolled(uri)
        assert {post.id for post in thread.posts} == {*chain} - {chain[5]}
        assert [(gap.id, gap.says) for gap in thread.gaps] == [(chain[5], "not-found")]


def test_a_post_that_the_repository_holds_and_the_appview_does_not_show_is_missing():
    network = Bluesky()
    chain = network.thread("ann", 40)
    network.unshown.add(chain[30])
    conversation = network.seen(chain[0])
    assert chain[30] not in {post.id for post in conversation.posts}
    (place,) = [place for place in conversation.missing if place.id == chain[30]]
    assert (place.author, place.reason, place.says) == (did("ann"), "unknown", "not-found")
    assert "Post 31." not in str(conversation)


def test_posts_that_the_appview_could_not_be_asked_about_are_out_of_reach_and_not_shown():
    network = Bluesky()
    chain = network.thread("ann", 60)
    network.refuse = refusing("getPosts")
    conversation = network.seen(chain[0])
    assert {post.id for post in conversation.posts} == {*chain[:11]}
    assert {(place.id, place.reason) for place in conversation.missing} == {(uri, "unreachable") for uri in chain[11:]}
    assert conversation.missing[1].parent == chain[11]


def test_other_threads_of_the_author_are_left_where_they_are():
    network = Bluesky()
    chain = network.thread("ann", 60)
    other = network.thread("ann", 5)
    conversation = network.seen(chain[0])
    assert {post.id for post in conversation.posts} == {*chain}
    assert other[0] not in str(network.asked[-1].url)


@pytest.mark.parametrize("word", ["plc.directory", "listRecords"])
def test_a_repository_out_of_reach_leaves_the_end_open_and_says_so(word):
    network = Bluesky()
    chain = network.thread("ann", 60)
    network.refuse = refusing(word, "anchor=at%3A%2F%2Fdid%3Aplc%3Aann%2Fapp.bsky.feed.post%2F" + chain[10][-13:])
    conversation = network.seen(chain[0])
    assert [(frontier.post, frontier.why) for frontier in conversation.frontiers] == [(chain[10], "unreachable")]
    assert assemble(conversation).completeness.state != "complete"


def test_a_limit_midway_gives_a_shorter_thread_that_says_where_it_ends():
    network = Bluesky()
    chain = network.thread("ann", 25)
    network.refuse = lambda request: refusing("", kind="limit")(request) if len(network.methods()) > 1 else None
    conversation = network.seen(chain[0])
    assert [post.id for post in conversation.posts] == chain[:11]
    assert [(f.post, f.why, f.hidden) for f in conversation.frontiers] == [(chain[10], "unreachable", 1)]


def test_an_author_who_asks_not_to_be_shown_is_refused_at_once():
    network, chain = talkative("ann", 20)
    network.labels["ann"] = ["!no-unauthenticated"]
    with pytest.raises(Refused) as caught:
        network.seen(chain[0])
    assert caught.value.code == "!no-unauthenticated"
    assert len(network.methods()) == 1


def test_the_older_form_hands_out_what_may_not_be_shown_and_nothing_more_is_asked_for_then():
    network, chain = talkative("ann", 40)
    network.labels["ann"] = ["!no-unauthenticated"]
    network.flat = False
    assert network.seen(chain[0]).authors[0].labels == ("!no-unauthenticated",)
    assert network.methods() == ["getPostThreadV2", "getPostThread"]


def test_a_stranger_who_asks_not_to_be_shown_is_known_to_be_there_and_no_more():
    network, chain = talkative("ann", 5)
    network.labels["bob"] = ["!no-unauthenticated"]
    conversation = network.seen(chain[0])
    assert {place.reason for place in conversation.missing} == {"opted-out"}
    assert "Indeed." not in str(conversation)
    assert assemble(conversation).completeness.state == "complete"


def test_a_post_that_is_not_there_is_not_found():
    network, chain = talkative("ann", 3)
    network.delete(chain[1])
    with pytest.raises(NotFound) as caught:
        network.seen(chain[1])
    assert caught.value.subject == chain[1]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (fixed(400, {"error": "InvalidRequest", "message": "Could not find user"}), NotFound),
        (fixed(404, b"<html>"), NotFound),
        (fixed(429, {"error": "RateLimitExceeded"}), NotNow),
        (fixed(200, {"unknown": "form"}), NotNow),
        (refusing("xrpc", kind="offline"), NotNow),
        (refusing("xrpc", kind="rate"), NotNow),
        (refusing("xrpc", kind="too-large"), NotNow),
    ],
)
def test_when_the_first_question_leads_nowhere_a_sentence_says_why(reply, error):
    network = Bluesky()
    network.refuse = reply
    with pytest.raises(error) as caught:
        network.seen(f"at://{did('ann')}/app.bsky.feed.post/3kaaaaaaaaaaa")
    assert caught.value.sentence.endswith(".")
    assert len(network.methods()) == 2


def test_ten_thousand_posts_are_the_most_that_is_asked_for():
    network = Bluesky()
    first = network.post("ann", "So many.")
    kind = "app.bsky.unspecced.defs#threadItemPost"

    def crowd(request):
        if "getPostThreadV2" not in request.url:
            return None
        reply = json.loads(network.answer(request).body)
        bob = {"did": did("bob")}
        uris = (f"at://{did('bob')}/app.bsky.feed.post/{number}" for number in range(10_000))
        answers = ({"uri": uri, "author": bob, "record": {"reply": {"parent": {"uri": first}}}} for uri in uris)
        reply["thread"] += [
            {"uri": view["uri"], "depth": 1, "value": {"$type": kind, "post": view}} for view in answers
        ]
        return Answer(status=200, body=json.dumps(reply).encode(), at=START)

    network.refuse = crowd
    assert len(network.seen(first).posts) == 10_001
    assert len(network.methods()) == 1


# --- repositories ----------------------------------------------------------------------------------------------


def test_a_server_whose_cursors_are_of_another_kind_is_left_and_asking_goes_on():
    network = Bluesky()
    for _ in range(150):
        network.post("ann", "Before.")
    chain = network.thread("ann", 40)
    network.obeys_cursors = False
    assert is_whole(network.unrolled(chain[0]), chain)
    assert network.methods().count("listRecords") == 1


def test_a_busy_author_is_listed_until_two_weeks_after_the_thread_and_no_further():
    network = Bluesky()
    chain = network.thread("ann", 60)
    for _ in range(2000):
        network.post("ann", "Something else.", minutes=60)
    assert is_whole(network.unrolled(chain[0]), chain)
    assert network.methods().count("listRecords") == 4


def test_record_keys_that_tell_no_time_are_listed_to_the_end():
    network = Bluesky()
    chain = [network.post("ann", "1", key="key-000")]
    for number in range(1, 40):
        chain.append(network.post("ann", str(number + 1), to=chain[-1], key=f"key-{number:03}"))
    for number in range(400):
        network.post("ann", "x", key=f"later-{number:03}")
    assert is_whole(network.unrolled(chain[0]), chain)
    assert network.methods().count("listRecords") == 6


def test_a_repository_without_end_is_left_at_a_ceiling():
    network = Bluesky()
    chain = network.thread("ann", 60)

    def endless(request):
        if "listRecords" not in request.url:
            return None
        uri = f"at://{did('ann')}/app.bsky.feed.post/zzzz{len(network.methods()):04}"
        body = {"records": [{"uri": uri, "cid": "c", "value": {"text": "x"}}], "cursor": uri[-8:]}
        return Answer(status=200, body=json.dumps(body).encode(), at=START)

    network.refuse = endless
    assert len(network.seen(chain[0]).posts) == 60
    assert network.methods().count("listRecords") == 50


def test_where_a_repository_lives_is_asked_of_the_directory_or_of_the_accounts_own_host():
    scope = Scope()
    assert identity(scope, "did:plc:abc").url == "https://plc.directory/did:plc:abc"
    assert identity(scope, "did:web:ann.example").url == "https://ann.example/.well-known/did.json"
    assert identity(scope, "did:web:ann.example%3A8443").url == "https://ann.example:8443/.well-known/did.json"
    assert identity(scope, "did:web:localhost%3A8443").url == "http://localhost:8443/.well-known/did.json"
    for other in ("did:web:ann.example:users:1", "did:key:abc", "ann.example", ""):
        assert identity(scope, other) is None


@pytest.mark.parametrize(
    "address",
    ["ftp://pds.example", "https://pds.example/path", "https://", "https://a@pds.example", "https://pds.example?a=b",
     "https://pds.example#a", "https://pds.exa mple", "https://pds.example\\a", "https://pds.exa\nmple", "pds.example", "", 7],
)  # fmt: skip
def test_only_the_origin_of_a_server_is_a_home(address):
    service = {"id": "did:plc:abc#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": address}
    assert home({"service": [service]}) == ""


def test_a_home_on_a_development_network_has_no_tls_and_the_door_judges_it():
    service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": "http://localhost:2583"}
    assert home({"service": [service]}) == "http://localhost:2583"


def test_a_home_is_named_by_the_service_of_the_right_id_and_type():
    server = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": "https://pds.example/"}
    assert home({"service": [server | {"id": "#other"}, server | {"type": "Else"}, server]}) == "https://pds.example"
    assert home({"service": []}) == home(None) == ""


def test_an_account_without_a_known_home_leaves_the_end_open():
    network = Bluesky()
    network.server = "https://pds.example/path"
    chain = network.thread("ann", 60)
    conversation = network.seen(chain[0])
    assert len(conversation.posts) == 60, "asked on from place to place instead"


def test_a_listing_begins_with_the_first_record_itself():
    assert cursor_before("3kaaaaaaaaaaa") == "3kaaaaaaaaaa7"
    assert cursor_before("2222222222222") == "2222222222222"
    assert cursor_before("self") == "self"


# --- any conversation at all -----------------------------------------------------------------------------------


@st.composite
def networks(draw):
    """A conversation of two people, in which anybody answers any post, and now and then goes on for long."""
    network = Bluesky(
        flat=draw(st.booleans()), levels=draw(st.sampled_from([2, 10])), parents=draw(st.sampled_from([3, 50]))
    )
    network.post("ann")
    for _ in range(draw(st.integers(0, 5))):
        to = draw(st.sampled_from(sorted(network.records)))
        network.thread(draw(st.sampled_from(["ann", "ann", "bob"])), draw(st.sampled_from([1, 2, 14])), to=to)
    return network, draw(st.sampled_from(sorted(network.records)))


@settings(max_examples=60)
@given(networks())
def test_from_any_post_of_any_conversation_the_authors_thread_is_whole(drawn):
    network, anchor = drawn
    thread = network.unrolled(anchor)
    everything = bluesky.read([Document(body=json.dumps({"posts": list(map(network.view, network.records))}).encode())])
    assert thread.ref == assemble(everything, anchor).ref
    own = [*thread.posts, *(post for branch in thread.branches for post in branch.posts)]
    known = {post.id for post in own}
    assert thread.completeness.state == "complete", (network.methods(), thread.completeness)
    for uri, record in network.records.items():
        parent = record.get("reply", {}).get("parent", {}).get("uri")
        assert parent not in known or did(thread.author.name.lower()) not in uri or uri in known
    assert len(network.methods()) <= 40
