"""The way by ActivityPub: few questions, nothing lost, nobody believed about other servers' posts.

The servers are `tests.support.activitypub`: a source is driven by sending it replies, without any connection.
"""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.activitypub import HOST, PUBLIC, Fediverse, actor, refusing
from threadleaf.core.assemble import assemble
from threadleaf.core.model import Post, Quote
from threadleaf.sources._fedi_asking import Asking
from threadleaf.sources._fedi_pages import prove
from threadleaf.sources._fedi_sightings import Sightings
from threadleaf.wire import Answer, Refused, Scope

SIGNS = Scope(signs=True)


def unrolled(net, url, scope=Scope()):  # noqa: B008 -- frozen
    outcome, seen = net.read(url, scope)
    assert outcome == "read"
    return assemble(seen.conversation())


def ids(posts):
    return [post.id for post in posts]


def is_whole(thread, chain):
    return (ids(thread.posts), thread.completeness.state) == (chain, "complete")


# --- how much is asked -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["mastodon", "gotosocial", "pleroma"])
@pytest.mark.parametrize("length", [1, 2, 7])
def test_a_thread_is_whole_from_any_of_its_posts(style, length):
    net = Fediverse(style)
    chain = net.thread("ann", length)
    for url in chain:
        assert is_whole(unrolled(net, url), chain)


def test_mastodon_is_asked_once_for_each_post_and_once_for_the_author():
    net = Fediverse("mastodon")
    chain = net.thread("ann", 30)
    assert is_whole(unrolled(net, chain[0]), chain)
    assert len(net.asked) == 31


def test_a_conversation_that_its_server_lists_takes_a_request_for_sixty_posts():
    net = Fediverse("mastodon", contexts=True)
    chain = net.thread("ann", 130)
    for url in (chain[0], chain[64], chain[-1]):
        assert is_whole(unrolled(net, url), chain)
        assert len(net.asked) == 6


def test_each_question_is_asked_once():
    for style in ("mastodon", "gotosocial"):
        net = Fediverse(style, contexts=style == "mastodon")
        chain = net.thread("ann", 12)
        net.post("bob", "Indeed.", to=chain[3])
        unrolled(net, chain[5])
        assert len(net.urls()) == len(set(net.urls()))


def test_the_page_for_people_leads_to_the_same_thread():
    net = Fediverse()
    chain = net.thread("ann", 3)
    assert is_whole(unrolled(net, f"https://{HOST}/@ann/1002"), chain)


# --- whose thread, and what stands around it -------------------------------------------------------------------


@pytest.mark.parametrize("style", ["mastodon", "gotosocial"])
def test_somebody_elses_answer_below_the_middle_leads_to_the_thread(style):
    net = Fediverse(style)
    chain = net.thread("ann", 6)
    asker = net.post("bob@two.example", "@bot unroll", to=chain[3])
    below = net.post("eve", "Me too.", to=asker)
    for url in (asker, below):
        thread = unrolled(net, url)
        assert ids(thread.posts) == chain
        assert thread.author.handle == "ann@one.example"


def test_a_first_post_that_is_answered_by_somebody_else_is_the_thread_if_it_goes_on():
    net = Fediverse()
    chain = net.thread("ann", 1)
    asker = net.post("bob", "Read this.", to=chain[0])
    chain.append(net.post("ann", "Later.", to=chain[0]))
    assert ids(unrolled(net, asker).posts) == chain


def test_a_lone_post_is_the_thread_and_what_it_answers_is_context():
    net = Fediverse()
    question = net.post("bob@two.example", "Why?")
    answer = net.post("ann", "Because.", to=question)
    thread = unrolled(net, answer)
    assert (ids(thread.posts), ids(thread.context), thread.completeness.state) == ([answer], [question], "complete")
    assert [author.handle for author in thread.authors] == ["ann@one.example", "bob@two.example"]


def test_an_answer_to_a_commenter_belongs_to_the_thread_above():
    net = Fediverse(contexts=True)
    chain = net.thread("ann", 3)
    comment = net.post("bob", "Why?", to=chain[1])
    answer = net.post("ann", "Because.", to=comment)
    for url in (chain[0], answer, comment):
        thread = unrolled(net, url)
        assert (ids(thread.posts), ids(thread.replies_by_author), ids(thread.context)) == (chain, [answer], [comment])
        assert thread.completeness.state == "complete"


def test_a_remote_commenter_whom_the_author_answers_is_asked_for():
    net = Fediverse(contexts=True)
    chain = net.thread("ann", 2)
    comment = net.post("bob@two.example", "Why?", to=chain[1])
    answer = net.post("ann", "Because.", to=comment)
    thread = unrolled(net, chain[0])
    assert (ids(thread.replies_by_author), ids(thread.context)) == ([answer], [comment])


def test_branches_of_the_author_are_found_and_strangers_branches_are_not_asked_for():
    net = Fediverse("gotosocial")
    chain = net.thread("ann", 4)
    branch = [net.post("ann", "Besides.", to=chain[1])]
    branch.append(net.post("ann", "More of it.", to=branch[0]))
    stranger = net.post("bob", "Hm.", to=chain[1])
    net.post("bob", "Hm, hm.", to=stranger)
    thread = unrolled(net, chain[2])
    assert (ids(thread.posts), ids(thread.branches[0].posts)) == (chain, branch)
    assert not [url for url in net.urls() if "bob" in url]


def test_the_climb_ends_above_the_thread():
    net = Fediverse()
    before = net.thread("bob", 6)
    between = net.post("eve", "And you?", to=before[-1])
    chain = net.thread("ann", 3, to=between)
    thread = unrolled(net, chain[-1])
    assert (ids(thread.posts), ids(thread.context)) == (chain, [between])
    assert before[0] not in net.urls()


def test_a_boost_leads_to_the_post_that_was_boosted():
    net = Fediverse()
    chain = net.thread("ann", 2)
    boost = "https://two.example/users/bob/statuses/7/activity"
    net.answers[boost] = {"type": "Announce", "id": boost, "object": {"id": chain[0]}}
    assert is_whole(unrolled(net, boost), chain)


def test_more_than_five_branches_below_one_post_are_all_found():
    net = Fediverse(limit=4)
    first = net.post("ann", "Questions?")
    answers = [net.post("ann", f"Point {n}.", to=first) for n in range(11)]
    thread = unrolled(net, first)
    assert (
        sorted([*ids(thread.posts)[1:], *(post for branch in thread.branches for post in ids(branch.posts))]) == answers
    )
    assert thread.completeness.state == "complete"


def test_pleroma_names_five_answers_and_more_are_never_taken_for_all():
    net = Fediverse("pleroma")
    first = net.post("ann", "Questions?")
    for n in range(5):
        net.post("ann", f"Point {n}.", to=first)
    assert unrolled(net, first).completeness.open_ends == (first,)


def test_addresses_of_the_time_before_tls_are_asked_for_with_it():
    net = Fediverse("gotosocial")
    chain = net.thread("ann", 3)
    net.notes[chain[1]] |= {
        "inReplyTo": chain[0].replace("https:", "http:"),
        "quote": chain[0].replace("https:", "http:"),
    }
    listed = f"{chain[0]}/replies?page=true&only_other_accounts=false"
    net.answers[listed] = {"type": "CollectionPage", "id": listed, "items": [chain[1].replace("https:", "http:")]}
    for url in (chain[0], chain[2], chain[1].replace("https:", "http:")):
        assert is_whole(unrolled(net, url), chain)
    assert not [url for url in net.urls("") if not url.startswith("https:")]


# --- what is missing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contexts", [True, False])
def test_a_deleted_middle_post_keeps_its_place(contexts):
    net = Fediverse(contexts=contexts)
    chain = net.thread("ann", 6)
    net.delete(chain[2])
    thread = unrolled(net, chain[-1])
    (gap,) = thread.gaps
    assert (gap.id, gap.reason, gap.says, gap.before) == (chain[2], "deleted", "deleted", chain[3])
    assert thread.completeness.state == "incomplete"
    assert ids(thread.posts) == ((chain[:2] + chain[3:]) if contexts else chain[3:])


def test_what_hangs_below_a_deleted_post_is_found_from_the_first_one_where_the_conversation_is_listed():
    net = Fediverse(contexts=True)
    chain = net.thread("ann", 6)
    net.delete(chain[2])
    thread = unrolled(net, chain[0])
    assert (ids(thread.posts), thread.gaps[0].says) == (chain[:2] + chain[3:], "deleted")


def test_an_answer_that_is_listed_and_not_given_is_a_gap():
    net = Fediverse("gotosocial")
    chain = net.thread("ann", 3)
    net.answers[chain[2]] = ({"error": "Not Found"}, 404)
    thread = unrolled(net, chain[0])
    assert [(gap.id, gap.after, gap.says) for gap in thread.gaps] == [(chain[2], chain[1], "not-found")]
    net.answers[chain[2]] = ({}, 500)
    thread = unrolled(net, chain[0])
    assert (thread.gaps, thread.completeness.open_ends) == ((), (chain[1],)), "a later reading goes on there"


def test_a_deleted_post_by_somebody_unknown_leaves_the_start_open():
    net = Fediverse()
    question = net.post("bob@two.example", "Why?")
    chain = net.thread("ann", 2, to=question)
    net.delete(question)
    thread = unrolled(net, chain[0])
    assert (ids(thread.posts), thread.completeness.state) == (chain, "open")


@pytest.mark.parametrize(
    ("answer", "outcome", "says"),
    [
        (({"type": "Tombstone", "id": "x"}, 410), "not-found", "deleted"),
        (({"type": "Tombstone", "id": f"https://{HOST}/users/ann/statuses/1001"}, 200), "not-found", "deleted"),
        (({"type": "Tombstone", "id": "x"}, 200), "unreadable", None),
        ((b"gone", 410), "not-found", "deleted"),
        (({"error": "Not Found"}, 404), "not-found", "not-found"),
        (({}, 401), "refused", None), ((b"", 403), "refused", None), (({}, 406), "unreadable", None),
        ((b"<html>", 200), "unreadable", None), (([1, 2], 200), "unreadable", None), ((b"[" * 20_000, 200), "unreadable", None),
        (({}, 429), "unreachable", None), (({}, 503), "unreachable", None), (({"type": "Note"}, 200), "unreadable", None),
    ],
)  # fmt: skip
def test_how_it_went_for_the_post_itself(answer, outcome, says):
    net = Fediverse()
    url = net.post("ann")
    net.answers[url] = answer
    found, seen = net.read(url)
    assert (found, seen.anchor) == (outcome, url if outcome == "not-found" else "")
    seen = Sightings()
    seen.begin(None)
    seen.asked_for(f"{url}0")
    seen.post(Post(id=f"{url}0", author=actor("ann"), parent=url), None)
    net.read(url, seen=seen)
    assert [place.says for place in seen.conversation().missing] == [says] * (outcome == "not-found")


def test_nobody_answers():
    net = Fediverse()
    url = net.post("ann")
    net.refuse = refusing("one.example")
    assert net.read(url)[0] == "unreachable"
    assert len(net.asked) == 1


# --- limits and refusals ---------------------------------------------------------------------------------------


def test_a_limit_midway_gives_a_shorter_thread_with_an_open_end():
    net = Fediverse()
    chain = net.thread("ann", 12)
    for posts, refuse in [
        (5, lambda request: None),
        (10_000, lambda request: Refused(kind="limit") if len(net.asked) > 6 else None),
    ]:
        net.refuse = refuse
        thread = unrolled(net, chain[0], Scope(posts=posts))
        assert ids(thread.posts) == chain[: len(thread.posts)]
        assert 4 < len(thread.posts) < 9
        assert (thread.completeness.state, thread.completeness.open_ends) == ("open", (thread.posts[-1].id,))


def test_it_stops_after_a_round_of_refusals():
    net = Fediverse()
    chain = net.thread("ann", 3)
    net.refuse = lambda request: Refused(kind="limit") if len(net.asked) > 1 else None
    thread = unrolled(net, chain[1])
    assert ids(thread.posts) == [chain[1]]
    assert len(net.asked) == 4


def test_one_server_that_is_down_does_not_end_the_reading():
    net = Fediverse("gotosocial")
    question = net.post("bob@two.example", "Why?")
    first = net.post("ann", "Because.", to=question)
    second = net.post("ann", "And so on.", to=first)
    late = net.post("ann", "I asked him too.", to=net.post("eve@three.example", "Did you ask Bob?", to=second))
    net.refuse = refusing("two.example", "three.example")
    conversation = net.read(late)[1].conversation()
    assert [post.id for post in conversation.posts] == [late]
    thread = unrolled(net, second)
    assert (ids(thread.posts), thread.completeness.state) == ([first, second], "open")
    assert thread.author.name == "Ann"


@pytest.mark.parametrize(("kind", "rounds"), [("limit", 1), ("offline", 1), ("timeout", 2), ("network", 2)])
def test_after_a_limit_or_two_rounds_without_an_answer_nothing_more_is_asked(kind, rounds):
    asking = Asking(Sightings(), signs=False)
    for number in range(rounds):
        assert not asking.stopped
        steps = asking.now([f"https://one.example/{number}"])
        next(steps)
        with pytest.raises(StopIteration):
            steps.send((Refused(kind=kind),))
    assert asking.stopped
    asking.later("https://one.example/x", lambda said: None)
    assert list(asking.all(lambda: False)) == []


def test_a_conversation_that_is_not_shown_is_read_post_by_post():
    for answer in [({}, 404), (b"", 200), ({"type": "Note"}, 200)]:
        net = Fediverse(contexts=True)
        chain = net.thread("ann", 4)
        net.answers[f"https://{HOST}/contexts/1001"] = answer
        assert is_whole(unrolled(net, chain[2]), chain)


def test_a_conversation_that_is_longer_than_what_is_read_of_it_is_read_on_post_by_post():
    net = Fediverse(contexts=True, limit=2)
    chain = net.thread("ann", 50)
    assert is_whole(unrolled(net, chain[0]), chain)


def test_answers_that_cannot_be_listed_leave_the_end_open():
    net = Fediverse()
    chain = net.thread("ann", 3)
    net.refuse = refusing(f"{chain[2]}/replies", "outbox")
    assert unrolled(net, chain[0]).completeness.state == "complete"  # what comes along with the post is enough
    net = Fediverse("gotosocial")
    chain = net.thread("ann", 3)
    net.refuse = refusing(f"{chain[2]}/replies", "outbox")
    thread = unrolled(net, chain[0])
    assert (ids(thread.posts), thread.completeness.open_ends) == (chain, (chain[2],))


# --- signatures ------------------------------------------------------------------------------------------------


def proven(net, url):
    """The thread after the pages that were not asked for on the way were."""
    outcome, seen = net.read(url, SIGNS)
    assert outcome == "read"
    steps = prove(seen)
    try:
        wanted = next(steps)
        while True:
            wanted = steps.send(tuple(net._reply(request) for request in wanted))
    except StopIteration:
        return seen.conversation()


def test_a_server_that_wants_signatures_is_refused_without_one():
    net = Fediverse("gotosocial", signed=[HOST])
    url = net.post("ann")
    assert net.read(url)[0] == "refused"
    assert len(net.asked) == 1


@pytest.mark.parametrize("style", ["mastodon", "gotosocial"])
def test_a_signed_reading_is_asked_for_unsigned_once_and_proven_by_pages_on_the_way(style):
    net = Fediverse(style, signed=[HOST])
    chain = net.thread("ann", 7)
    for url in (chain[0], chain[3], chain[-1]):
        conversation = proven(net, url)
        assert is_whole(assemble(conversation), chain)
        assert [request.url for request in net.asked if "json" in request.accept and not request.credential] == [url]
        nowhere = f"https://{HOST}/@ann/9999999999999"
        assert sorted(net.urls("html")) == [*sorted({net.notes[post]["url"] for post in chain}), nowhere]
    assert all(request.credential == "" for request in net.asked if request.accept == "text/html")


def test_what_a_signature_shows_is_never_shown_unless_its_page_shows_it():
    net = Fediverse("gotosocial", signed=[HOST])
    chain = net.thread("ann", 4)
    net.hidden.add(chain[2])
    conversation = proven(net, chain[0])
    assert [post.visibility for post in conversation.posts] == ["public", "public", "private", "public"]
    assert "Number 3." not in str(conversation)


def test_a_private_post_obtained_by_signature_is_emptied():
    net = Fediverse("gotosocial", signed=[HOST])
    first = net.post("ann", "For all.")
    secret = net.post("ann", "For few.", to=first)
    net.notes[secret] |= {"to": f"{actor('ann')}/followers", "cc": ""}
    last = net.post("ann", "For all again.", to=secret)
    conversation = proven(net, last)
    assert [post.visibility for post in conversation.posts if post.id == secret] == ["private"]
    assert "For few." not in str(conversation)
    assert not [url for url in net.urls("html") if url == net.notes[secret]["url"]]


def test_what_an_author_keeps_off_the_open_web_is_not_shown():
    net = Fediverse()
    net.person("ann", hidesToPublicFromUnauthedWeb=True)
    first = net.post("ann", "Hidden.")
    unlisted = net.post("ann", "Unlisted.", to=first)
    net.notes[unlisted] |= {"to": f"{actor('ann')}/followers", "cc": PUBLIC}
    _, seen = net.read(first)
    assert {post.text for post in seen.conversation().posts} == {"", "Unlisted."}
    net.person("ann", hidesCcPublicFromUnauthedWeb=True)
    _, seen = net.read(first)
    assert {post.text for post in seen.conversation().posts} == {"Hidden.", ""}


# --- hostile servers -------------------------------------------------------------------------------------------


def test_a_server_is_not_believed_about_the_posts_of_another_one():
    net = Fediverse()
    chain = net.thread("ann", 2)
    forged = net.note(net.post("eve@two.example", "Not mine.", to=chain[1]))
    net.answers[f"{chain[1]}/replies?page=true"] = {
        "type": "CollectionPage",
        "partOf": f"{chain[1]}/replies",
        "items": [forged, {**forged, "attributedTo": actor("ann")}],
    }
    net.answers[chain[1]] = {**net.note(chain[1]), "replies": f"{chain[1]}/replies?page=true"}
    page = f"{chain[0]}/replies?page=true"
    net.answers[page] = {"type": "CollectionPage", "id": page, "items": [net.answers[chain[1]]]}
    conversation = net.read(chain[0])[1].conversation()
    assert {post.id for post in conversation.posts} == set(chain)
    url = "https://three.example/users/mallory/statuses/1"
    net.answers[url] = net.note(chain[0])
    assert net.read(url)[0] == "unreadable"
    net.refuse = lambda request: (
        Answer(status=200, body=b"{}", at=None, url="https://three.example/") if request.url == chain[0] else None
    )
    assert net.read(chain[0])[0] == "unreadable"


FILE = f"https://{HOST}/media/note.json"


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "text/html", "application/octet-stream"])
def test_a_file_that_somebody_uploaded_is_no_post(kind):
    net = Fediverse()
    url = net.post("ann", "True.")
    forged = {**net.note(url), "id": FILE, "content": "Forged."}
    net.refuse = lambda request: net.say(request, forged, media_type=kind) if request.url == FILE else None
    assert net.read(FILE)[0] == "unreadable"
    assert net.urls() == [FILE]


@pytest.mark.parametrize("kind", ["application/activity+json", "application/ld+json"])
def test_whatever_calls_itself_a_post_that_lies_elsewhere_is_asked_for_there_and_that_is_believed(kind):
    net = Fediverse()
    url = net.post("ann", "True.")
    forged = {**net.note(url), "content": "Forged."}
    net.refuse = lambda request: net.say(request, forged, media_type=kind) if request.url == FILE else None
    outcome, seen = net.read(FILE)
    assert (outcome, [post.text for post in seen.conversation().posts]) == ("read", ["True."])
    assert net.urls() == [FILE, url, actor("ann"), *net.urls()[3:]]


@pytest.mark.parametrize(
    ("there", "outcome"), [(({}, 404), "not-found"), (({"type": "Note", "id": FILE}, 200), "unreadable")]
)
def test_a_place_that_leads_on_twice_leads_nowhere(there, outcome):
    net = Fediverse()
    url = net.post("ann")
    net.answers[FILE], net.answers[url] = net.note(url), there
    assert net.read(FILE)[0] == outcome
    assert net.urls() == [FILE, url]


def test_the_page_of_a_post_leads_to_it():
    net = Fediverse()
    chain = net.thread("ann", 2)
    page = net.notes[chain[0]]["url"]
    assert is_whole(unrolled(net, page), chain)
    assert net.urls()[:2] == [page, chain[0]]


def test_what_an_activity_brings_is_asked_for_where_it_lies():
    net = Fediverse()
    url = net.post("ann", "True.")
    made = f"{url}/activity"
    net.answers[made] = {"type": "Create", "id": made, "object": {**net.note(url), "content": "Forged."}}
    assert [post.text for post in net.read(made)[1].conversation().posts] == ["True."]


def test_addresses_that_differ_in_spelling_only_are_the_same_place():
    net = Fediverse()
    url = net.post("ann")
    for name in (url.replace("https://one", "HTTP://ONE"), f"{url}#note", f"{url}/"):
        net.answers[url] = {**net.note(url), "id": name}
        assert net.read(url)[0] == "read"
        assert net.urls().count(url) == 1


@pytest.mark.parametrize("said", [{}, {"id": FILE}, {"partOf": FILE}, {"id": "https://two.example/x"}])
def test_a_collection_that_lies_elsewhere_lists_nothing(said):
    net = Fediverse("gotosocial")
    url = net.post("ann")
    forged = {**net.note(url), "id": f"{actor('ann')}/statuses/7", "inReplyTo": url}
    page = {"type": "CollectionPage", "items": [forged], **said}
    net.answers[f"{url}/replies?page=true&only_other_accounts=false"] = page
    assert ids(unrolled(net, url).posts) == [url]


def test_a_post_given_in_place_of_another_one_is_told_under_its_own_name():
    net = Fediverse()
    chain = net.thread("ann", 3)
    other = net.post("ann", "Another.")
    net.answers[chain[0]] = net.note(other)
    thread = unrolled(net, chain[2])
    assert ids(thread.posts) == [other, chain[1], chain[2]]


def test_loops_of_answers_end():
    net = Fediverse()
    chain = net.thread("ann", 3)
    net.notes[chain[0]]["inReplyTo"] = chain[2]
    assert sorted(ids(unrolled(net, chain[1]).posts)) == chain
    net = Fediverse("gotosocial")
    own = net.post("ann")
    net.notes[own]["inReplyTo"] = own
    assert ids(unrolled(net, own).posts) == [own]


def test_pages_that_never_end_are_left():
    net = Fediverse("gotosocial")
    url = net.post("ann")
    net.refuse = lambda request: endless(net, request) if "/replies" in request.url else None
    thread = unrolled(net, url)
    assert thread.completeness.open_ends == (url,)
    assert len(net.asked) < 50


def endless(net, request):
    number = len(net.asked)
    items = [f"https://two.example/{number}", f"{request.url}&{number}"]
    following = f"{request.url.partition('&')[0]}&x={number}"
    return net.say(request, {"type": "CollectionPage", "id": request.url, "items": items, "next": following})


def test_a_million_answers_are_not_asked_for():
    net = Fediverse("gotosocial")
    url = net.post("ann")
    names = [f"https://{HOST}/objects/{number}" for number in range(1_000_000)]
    page = {"type": "CollectionPage", "partOf": f"{url}/replies", "items": names}
    net.answers[f"{url}/replies?page=true&only_other_accounts=false"] = page
    thread = unrolled(net, url)
    assert thread.completeness.state == "open"
    assert len(net.asked) < 30


def test_answers_whose_author_cannot_be_told_from_their_address_are_tried():
    net = Fediverse("gotosocial")
    url = net.post("ann")
    own, others = f"https://{HOST}/objects/1", f"https://{HOST}/objects/2"
    for name, author in ((own, "ann"), (others, "bob")):
        net.answers[name] = {**net.notes[url], "id": name, "url": name, "attributedTo": actor(author), "inReplyTo": url}
    net.answers[f"{url}/replies?page=true&only_other_accounts=false"] = {
        "type": "CollectionPage",
        "partOf": f"{url}/replies",
        "items": [own, others, f"https://{HOST}/objects/3", "https://two.example/objects/1", None, 7],
    }
    thread = unrolled(net, url)
    assert (ids(thread.posts), thread.gaps) == ([url, own], ())


def test_answers_nested_thousands_of_levels_deep_are_read():
    net = Fediverse("bare")
    chain = net.thread("ann", 3000)
    before = [json.dumps(net.notes[name])[:-1] + ', "replies": {"type": "Collection", "items": [' for name in chain]
    net.answers[chain[0]] = "".join([*before, "]}}" * len(chain)]).encode()
    outcome, seen = net.read(chain[0], Scope(posts=10_000))
    assert (outcome, len(seen)) == ("read", 3000)


# --- what else helps -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("whole", [True, False])
def test_the_outbox_helps_where_answers_cannot_be_listed(whole):
    net = Fediverse("bare" if whole else "gotosocial")
    chain = net.thread("ann", 3)
    net.post("ann", "Something else.")
    chain += net.thread("ann", 3, to=chain[-1])
    net.post("ann", "An answer elsewhere.", to="https://two.example/users/bob/statuses/9")
    net.refuse = refusing("/replies")
    thread = unrolled(net, chain[0])
    assert (ids(thread.posts), thread.completeness.state) == (chain, "open")


def test_an_outbox_that_is_none_does_not_help():
    for outbox in ({}, {"type": "OrderedCollection", "first": "https://two.example/x"}, {"first": {"items": []}}):
        net = Fediverse("bare")
        url = net.post("ann")
        net.answers[f"{actor('ann')}/outbox"] = outbox
        assert unrolled(net, url).completeness.open_ends == (url,)
    net = Fediverse("bare")
    net.person("ann", outbox="")
    assert unrolled(net, net.post("ann")).completeness.state == "open"


def test_other_peoples_posts_in_an_outbox_are_not_asked_for():
    net = Fediverse("bare")
    url = net.post("ann")
    page = {"type": "OrderedCollectionPage", "orderedItems": ["https://two.example/1", actor("bob"), url, None]}
    net.answers[f"{actor('ann')}/outbox?page=true&min_id=1001"] = page | {"partOf": f"{actor('ann')}/outbox"}
    assert unrolled(net, url).completeness.open_ends == (url,)
    assert len(net.asked) == 4


def test_a_post_whose_address_ends_in_no_key_is_not_looked_for_in_an_outbox():
    net = Fediverse("bare")
    url = net.post("ann")
    name = f"{actor('ann')}/statuses/x-y"
    net.answers[name] = {**net.notes[url], "id": name}
    assert unrolled(net, name).completeness.state == "open"
    assert not [asked for asked in net.urls() if "min_id" in asked]


def quoting(net, quoted, **more):
    return net.post("ann", "So true.", quote=quoted, **more)


def consent(net, post, quoted, **more):
    stamp = f"https://two.example/stamps/{len(net.answers)}"
    net.answers[stamp] = {
        "type": "QuoteAuthorization",
        "id": stamp,
        "attributedTo": actor("bob", "two.example"),
        "interactingObject": post,
        "interactionTarget": quoted,
        **more,
    }
    net.notes[post]["quoteAuthorization"] = stamp
    return stamp


def quote_of(net, post):
    conversation = net.read(post)[1].conversation()
    (shown,) = [one for one in conversation.posts if one.id == post]
    return shown.quote, conversation


def test_a_quote_with_consent_is_shown():
    net = Fediverse()
    quoted = net.post("bob@two.example", "Wise words.")
    post = quoting(net, quoted)
    consent(net, post, quoted)
    quote, conversation = quote_of(net, post)
    page = net.notes[quoted]["url"]
    assert quote == Quote(id=quoted, url=page, state="shown", author=actor("bob", "two.example"))
    assert [one.text for one in conversation.quoted] == ["Wise words."]
    assert "bob@two.example" in [author.handle for author in conversation.authors]


@pytest.mark.parametrize(
    "more",
    [
        {"type": "Note"}, {"interactingObject": "https://one.example/x"}, {"interactionTarget": "https://two.example/x"},
        {"attributedTo": actor("eve", "two.example")}, {"id": "https://three.example/stamp"},
    ],
)  # fmt: skip
def test_a_quote_without_valid_consent_stays_a_link(more):
    net = Fediverse()
    quoted = net.post("bob@two.example", "Wise words.")
    post = quoting(net, quoted)
    consent(net, post, quoted, **more)
    quote, conversation = quote_of(net, post)
    assert (quote.state, conversation.quoted) == ("address", ())


def test_a_consent_that_is_not_given_or_not_named_is_none():
    net = Fediverse()
    quoted = net.post("bob@two.example", "Wise words.")
    post = quoting(net, quoted)
    assert quote_of(net, post)[0].state == "address"
    assert quoted not in net.urls()
    net.answers[consent(net, post, quoted)] = ({}, 404)
    assert quote_of(net, post)[0].state == "address"
    net.answers[net.notes[post]["quoteAuthorization"]] = ({}, 200)
    net.answers[quoted] = {}
    assert quote_of(net, post)[0].state == "address"


def test_an_author_may_quote_herself_also_within_the_thread():
    net = Fediverse()
    early = net.post("ann", "Once.")
    first = quoting(net, early)
    second = net.post("ann", "As I said.", to=first, quote=first)
    _, conversation = quote_of(net, first)
    assert {post.id: post.quote.state for post in conversation.posts} == {first: "shown", second: "shown"}
    assert [post.id for post in conversation.quoted] == [early]


def test_a_quoted_post_that_is_gone_is_said_to_be():
    net = Fediverse()
    early = net.post("ann", "Once.")
    post = quoting(net, early)
    net.delete(early)
    assert quote_of(net, post)[0].state == "not-found"


def test_only_so_many_quotes_are_looked_up():
    net = Fediverse()
    early = [net.post("ann", f"Thought {n}.") for n in range(30)]
    first = net.post("ann")
    for one in early:
        first = net.post("ann", "See.", to=first, quote=one)
    conversation = net.read(first)[1].conversation()
    assert sum(post.quote.state == "shown" for post in conversation.posts if post.quote) == 20


def test_the_wishes_of_everybody_who_is_shown_are_read():
    net = Fediverse()
    net.person("bob", summary="<p>#nobot</p>")
    net.person("ann", indexable=False)
    question = net.post("bob", "Why?")
    answer = net.post("ann", "Because.", to=question)
    authors = {author.id: author for author in net.read(answer)[1].conversation().authors}
    assert (authors[actor("bob")].bio, authors[actor("ann")].signals) == ("#nobot", ("indexable=false",))
    net.answers[actor("bob")] = ({}, 410)
    net.answers[actor("ann")] = net.actors[actor("bob")]
    authors = net.read(answer)[1].conversation().authors
    assert [author.signals for author in authors] == [("profile-unread",)] * 2


# --- any answers at all ----------------------------------------------------------------------------------------

HOSTS = ("one.example", "two.example")
NAMES = [f"https://{host}/users/{user}/statuses/{n}" for host in HOSTS for user in ("ann", "bob") for n in (1, 2, 3)]
PLACES = [
    *NAMES,
    *(f"{name}/replies" for name in NAMES),
    *(f"https://{host}/contexts/1" for host in HOSTS),
    f"{actor('ann')}/outbox",
]
PLACE, NAME = st.sampled_from(PLACES), st.sampled_from(NAMES)


def note_at(name, **more):
    author = name.rpartition("/statuses/")[0]
    return {"type": "Note", "id": name, "attributedTo": author, "to": PUBLIC, "content": "x", **more}


ITEM = NAME | st.builds(note_at, NAME, inReplyTo=NAME)
PAGE = st.fixed_dictionaries(
    {"type": st.sampled_from(["CollectionPage", "CollectionPage", "Like"]), "items": st.lists(ITEM, max_size=4)},
    optional={"next": PLACE, "prev": PLACE, "totalItems": st.integers(-1, 4), "first": PLACE},
)
LINKS = st.fixed_dictionaries(
    {"inReplyTo": NAME | st.none()},
    optional={
        "replies": PLACE | PAGE, "context": PLACE, "quote": NAME, "quoteAuthorization": PLACE, "id": NAME,
        "attributedTo": st.sampled_from([actor("ann"), actor("ann", "two.example")]), "to": st.none(),
    },
)  # fmt: skip
STATUS = st.sampled_from([200, 200, 200, 200, 200, 200, 404, 410, 403, 500])


@st.composite
def networks(draw):
    """Answers for every place: posts that link each other anyhow, some of them forged, lists of them, and faults."""
    answers = {name: (note_at(name, **draw(LINKS)), draw(STATUS)) for name in NAMES}
    answers |= {place: (draw(PAGE), draw(STATUS)) for place in PLACES[len(NAMES) :]}
    for host in HOSTS:
        for user in ("ann", "bob"):
            name = actor(user, host)
            answers[name] = ({"type": "Person", "id": name, "outbox": draw(PLACE)}, draw(STATUS))
    return answers


@settings(max_examples=200)
@given(networks(), NAME, st.booleans())
def test_whatever_servers_say_the_reading_ends_and_nobody_is_believed_about_others(answers, url, signs):
    net = Fediverse()
    net.answers = answers
    outcome, seen = net.read(url, Scope(signs=signs))
    assert len(net.asked) < 200
    assert (outcome == "read") == bool(len(seen))
    if outcome == "read":
        conversation = seen.conversation(doubtful=True)
        hosts = [(post.id.split("/")[2], post.author.split("/")[2]) for post in conversation.posts]
        assert all(host == author for host, author in hosts)
        assemble(conversation)
