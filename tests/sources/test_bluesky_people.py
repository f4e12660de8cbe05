"""Whose profiles are read on Bluesky, and what is said of those whose are not: wishes are read for everybody shown."""

import json

import pytest
from msgspec.structs import replace

from tests.support.bluesky import Bluesky, did, fixed, is_whole, refusing, when
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import NotFound
from threadleaf.core.model import Ref
from threadleaf.core.wishes import about_author
from threadleaf.sources import bluesky
from threadleaf.wire import Request


def by_name(conversation):
    return {author.id.removeprefix("did:plc:"): author for author in conversation.authors}


def unread(conversation):
    return {name for name, author in by_name(conversation).items() if "profile-unread" in author.signals}


def test_the_authors_profile_is_read_side_by_side_with_the_thread():
    network = Bluesky()
    chain = network.thread("ann", 10)
    network.profiles["ann"] = "Writes about tea."
    rounds = []
    conversation = network.run(counted(network, chain[0], rounds))
    assert by_name(conversation)["ann"].bio == "Writes about tea."
    assert rounds == [2]
    assert network.people() == [[did("ann")]]


def counted(network, uri, rounds):
    """The source, with the number of requests of each round noted."""
    steps = bluesky.steps(Ref("bsky", uri))
    wanted = next(steps)
    while True:
        rounds.append(len(wanted))
        replies = yield wanted
        try:
            wanted = steps.send(replies)
        except StopIteration as end:
            return end.value


def test_an_address_with_a_handle_asks_about_the_handle_and_nobody_twice():
    network = Bluesky()
    chain = network.thread("ann", 3)
    conversation = network.seen(chain[0].replace(did("ann"), "ann.example"))
    assert network.people() == [["ann.example"]]
    assert unread(conversation) == set()


def test_everybody_who_is_shown_is_asked_about_the_nearest_first():
    network = Bluesky()
    quoted = network.post("dan", "Quoted.")
    question = network.post("eve", "What do you think?")
    first = network.post("ann", "This.", to=question)
    second = network.quote("ann", quoted, to=first)
    comment = network.post("bob", "Why?", to=second)
    network.post("ann", "Because.", to=comment)
    network.post("fay", "I see.", to=first)
    conversation = network.seen(first)
    assert network.people() == [[did("ann")], [did("dan"), did("eve"), did("bob"), did("fay")]]
    assert unread(conversation) == set()


def test_whoever_stands_in_the_conversation_and_is_not_shown_is_not_asked_about():
    network = Bluesky()
    chain = network.thread("ann", 3)
    comment = network.post("bob", "Indeed.", to=chain[0])
    network.post("cid", "Is it?", to=comment)
    conversation = network.seen(chain[0])
    assert unread(conversation) == {"cid"}


def test_beyond_seventy_five_other_people_nobody_knows_what_they_wish():
    network = Bluesky()
    first = network.post("ann", "So many.")
    for number in range(90):
        network.post(f"p{number:02}", "Wow.", to=first)
    comment = network.post("zoe", "Really?", to=first)
    network.post("ann", "Yes.", to=comment)
    conversation = network.seen(first)
    assert [len(people) for people in network.people()] == [1, 25, 25, 25, 1]
    assert unread(conversation) == {f"p{number:02}" for number in range(75, 90)}
    unread_author = by_name(conversation)["p80"]
    assert not about_author(unread_author).show
    assert about_author(unread_author, own=True).show


def test_full_questions_about_people_are_asked_on_the_way():
    network = Bluesky()
    chain = network.thread("ann", 40)
    for number in range(30):
        network.post(f"p{number:02}", "Wow.", to=chain[number % 5])
    rounds = []
    conversation = network.run(counted(network, chain[0], rounds))
    assert is_whole(assemble(conversation), chain)
    assert [len(people) for people in network.people()] == [1, 25, 5]
    assert rounds[1] == 2, "one about the thread and one about people"
    assert unread(conversation) == set()


def test_full_questions_about_people_are_asked_even_where_the_repository_is_not_to_be_found():
    network = Bluesky()
    chain = network.thread("ann", 60)
    for number in range(30):
        network.post(f"p{number:02}", "Wow.", to=chain[number % 5])

    def of_another_kind(request):
        """The same network, in which the author's DID is of a kind that no directory knows."""
        asked = Request(url=request.url.replace("did%3Akey%3Aann", "did%3Aplc%3Aann"))
        return replace(network.answer(asked), body=network.answer(asked).body.replace(b"did:plc:ann", b"did:key:ann"))

    network.refuse = of_another_kind
    conversation = network.seen(chain[0].replace("did:plc:ann", "did:key:ann"))
    assert [len(people) for people in network.people()] == [1, 25, 5]
    assert {*network.methods()} == {"getPostThreadV2"}
    assert assemble(conversation).completeness.state == "complete"


@pytest.mark.parametrize("reply", [refusing("getProfiles"), when("getProfiles", fixed(503, b"")), None])
def test_an_author_whose_profile_cannot_be_read_is_shown_with_the_word_that_it_was_not(reply):
    network = Bluesky()
    chain = network.thread("ann", 3)
    network.refuse = reply or when("getProfiles", fixed(200, {"profiles": [{"did": ""}, 7]}))
    conversation = network.seen(chain[0])
    assert is_whole(assemble(conversation), chain)
    assert unread(conversation) == {"ann"}


def test_a_profile_that_nobody_asked_about_is_not_believed():
    network = Bluesky()
    chain = network.thread("ann", 3)
    network.post("bob", "Indeed.", to=chain[0])
    others = [
        {"did": did("bob"), "handle": "bob.example", "description": "Forged."},
        {"did": did("cid"), "handle": did("ann"), "description": "Forged."},
    ]
    network.refuse = when("getProfiles", fixed(200, {"profiles": others}))
    conversation = network.seen(chain[0])
    assert by_name(conversation)["ann"].bio == ""
    assert "ann" in unread(conversation)


def test_what_a_profile_says_stays_when_a_later_answer_shows_the_author_without_it():
    network = Bluesky()
    chain = network.thread("ann", 25)
    network.profiles["ann"] = "Writes about tea."
    conversation = network.seen(chain[0])
    assert network.methods() == ["getPostThreadV2"] * 3
    assert by_name(conversation)["ann"].bio == "Writes about tea."


def test_the_latest_answer_decides_on_name_handle_and_labels():
    network = Bluesky()
    chain = network.thread("ann", 3)
    network.post("bob", "Indeed.", to=chain[0])

    def renamed(request):
        if "plc%3Abob" not in request.url:
            return None
        return fixed(
            200, {"profiles": [{"did": did("bob"), "handle": "robert.example", "labels": [{"val": "!hide"}]}]}
        )(request)

    network.refuse = lambda request: renamed(request) if "getProfiles" in request.url else None
    bob = by_name(network.seen(chain[0]))["bob"]
    assert (bob.handle, bob.name, bob.labels) == ("bob.example", "Bob", ()), "the profile's answer has an older date"


def test_nothing_more_is_asked_for_once_the_profile_says_that_its_author_does_not_want_to_be_unrolled():
    network = Bluesky()
    chain = network.thread("ann", 60)
    network.profiles["ann"] = "Tea. #nounroll"
    network.seen(chain[0])
    assert network.methods() == ["getPostThreadV2"]
    comment = network.post("bob", "Why?", to=chain[9])
    network.seen(comment)
    assert network.people() == [[did("bob")], [did("ann")]], "as soon as it is known whose thread it is"
    assert len(network.methods()) < 8


# --- handles and accounts that are no longer there -------------------------------------------------------------


def test_an_old_handle_is_told_from_a_post_that_is_not_there():
    network = Bluesky()
    chain = network.thread("ann", 3)
    network.handles["ann"] = "ann-now.example"
    old = chain[0].replace(did("ann"), "ann.example")
    for flat in (True, False):
        network.flat = flat
        with pytest.raises(NotFound) as caught:
            network.seen(old)
        assert "handle @ann.example" in caught.value.sentence
        assert "DID" in caught.value.sentence
    assert by_name(network.seen(chain[0]))["ann"].handle == "ann-now.example"
    assert network.seen(chain[0].replace(did("ann"), "ann-now.example")).anchor == chain[0]


def test_an_account_that_is_not_shown_is_told_from_a_post_that_is_not_there():
    network = Bluesky()
    chain = network.thread("ann", 3)
    network.inactive["ann"] = "deactivated"
    with pytest.raises(NotFound) as caught:
        network.seen(chain[0])
    assert "deactivated" in caught.value.sentence
    network.inactive.clear()
    network.delete(chain[1])
    with pytest.raises(NotFound) as caught:
        network.seen(chain[1])
    assert "no such post" in caught.value.sentence


def test_a_post_that_is_not_there_is_said_to_be_just_that_if_nobody_could_be_asked_about_its_author():
    network = Bluesky()
    chain = network.thread("ann", 3)
    network.delete(chain[1])
    network.refuse = refusing("getProfiles")
    with pytest.raises(NotFound) as caught:
        network.seen(chain[1])
    assert "no such post" in caught.value.sentence


@pytest.mark.parametrize("status", ["deactivated", "takendown", "suspended"])
def test_an_inactive_commenter_leaves_a_place_and_no_words(status):
    network = Bluesky()
    question = network.post("bob", "What do you think?")
    chain = network.thread("ann", 3, to=question)
    network.inactive["bob"] = status
    conversation = network.seen(chain[-1])
    assert is_whole(assemble(conversation), chain)
    assert "What do you think?" not in json.dumps([post.text for post in conversation.posts])
    assert [place.id for place in conversation.missing] == [question]


# --- what is hidden stays hidden -------------------------------------------------------------------------------


def test_replies_that_a_threadgate_hides_are_no_context_and_leave_the_authors_posts_whole():
    network = Bluesky()
    chain = network.thread("ann", 30)
    hidden = network.post("bob", "Rude.", to=chain[2])
    network.hide(hidden)
    for flat in (True, False):
        network.flat = flat
        conversation = network.seen(chain[0])
        assert "Rude." not in str(conversation)
        assert is_whole(assemble(conversation), chain)


def test_the_address_of_a_hidden_reply_leads_to_the_thread_without_it():
    network = Bluesky()
    chain = network.thread("ann", 3)
    hidden = network.post("bob", "Rude.", to=chain[0])
    network.hide(hidden)
    conversation = network.seen(hidden)
    assert is_whole(assemble(conversation), chain)
    assert (conversation.anchor, "Rude." in str(conversation)) == (chain[0], False)
    network.post("bob", "And ruder.", to=hidden)
    assert [post.text for post in network.unrolled(hidden).posts] == ["Rude.", "And ruder."], "it is bob's own thread"


def test_a_quote_that_the_appview_does_not_show_stays_a_placeholder_although_the_record_names_it():
    network = Bluesky()
    quoted = network.post("bob", "Quoted.")
    chain = network.thread("ann", 40)
    last = network.quote("ann", quoted, to=chain[-1])
    network.unshown.add(quoted)
    conversation = network.seen(chain[0])
    (post,) = [post for post in conversation.posts if post.id == last]
    assert (post.quote.state, conversation.quoted) == ("not-found", ())
    assert "getPosts" in network.methods()
    assert "Quoted." not in str(conversation)
