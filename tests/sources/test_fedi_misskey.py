"""The way by Misskey's own API: few questions, nothing lost, nobody shown who does not want it.

The server is `tests.support.misskey`: a source is driven by sending it replies, without any connection.
"""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.misskey import HOST, START, Misskey, refusing, url_of
from tests.support.spans import check_spans, shown
from threadleaf.core import errors
from threadleaf.core.assemble import assemble
from threadleaf.core.model import Media, Option, Poll, Post, Quote, Ref, Span
from threadleaf.core.wishes import LOGGED_OUT
from threadleaf.sources import fediverse
from threadleaf.sources._fedi_misskey import MOST_PAGES, is_note, misskey, tell
from threadleaf.sources._fedi_misskey_notes import noted, user
from threadleaf.sources._fedi_sightings import Sightings
from threadleaf.wire import Refused, Scope


def unrolled(net, key, scope=Scope()):  # noqa: B008 -- frozen
    outcome, seen = net.read(key, scope)
    assert outcome == "read"
    return assemble(seen.conversation())


def keys(posts):
    return [post.id.rpartition("/")[2] for post in posts]


def is_whole(thread, chain):
    return (keys(thread.posts), thread.completeness.state) == (chain, "complete")


# --- how much is asked -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("length", "most"), [(1, 4), (2, 5), (3, 6), (60, 6), (250, 9)])
def test_a_thread_is_whole_from_any_of_its_notes_in_few_requests(length, most):
    net = Misskey()
    chain = net.thread("ann", length)
    for key in {chain[0], chain[length // 2], chain[-1]}:
        assert is_whole(unrolled(net, key), chain)
        assert len(net.asked) <= most, net.endpoints()


def test_everything_is_asked_by_posts_that_change_nothing():
    net = Misskey()
    net.read(net.thread("ann", 3)[1])
    assert {(request.method, request.reads, request.credential) for request in net.asked} == {("POST", True, "")}


def test_notes_in_channels_are_among_an_authors_notes():
    net = Misskey()
    net.read(net.thread("ann", 20)[0])
    asked = [json.loads(request.body) for request in net.asked if request.url.endswith("users/notes")]
    assert {request["withChannelNotes"] for request in asked} == {True}


def test_where_an_authors_notes_are_not_listed_each_note_is_asked_about():
    for answer in [({"error": {"code": "ACCESS_DENIED"}}, 403), ({}, 200), (b"", 204)]:
        net = Misskey()
        chain = net.thread("ann", 12)
        net.answers["users/notes"] = answer
        assert is_whole(unrolled(net, chain[0]), chain)


def test_a_listing_that_does_not_go_on_is_left():
    net = Misskey(limit=100)
    chain = net.thread("ann", 3)
    page = [net.packed(chain[0])] * 100
    net.answers["users/notes"] = page
    assert is_whole(unrolled(net, chain[0]), chain)
    assert net.endpoints().count("users/notes") == 1


def test_more_notes_above_than_one_answer_gives():
    net = Misskey(limit=100)
    chain = net.thread("ann", 230)
    net.answers["users/notes"] = ({}, 404)
    thread = unrolled(net, chain[-1])
    assert keys(thread.posts) == chain


def test_of_very_long_threads_the_nearest_part_is_read_and_the_rest_is_known_to_be_missing():
    net = Misskey()
    chain = net.thread("ann", 1250)
    net.answers["users/notes"] = ({}, 404)
    thread = unrolled(net, chain[-1])
    assert keys(thread.posts) == chain[-len(thread.posts) :]
    assert 1000 < len(thread.posts) < 1250
    assert thread.completeness.state != "complete"
    thread = unrolled(net, chain[0])
    assert keys(thread.posts) == chain[: len(thread.posts)]
    assert (len(thread.posts) > 10, thread.completeness.open_ends) == (True, (thread.posts[-1].id,))


def test_a_busy_author_is_not_read_for_ever():
    net = Misskey()
    chain = net.thread("ann", 3)
    for _ in range(1100):
        net.note("ann", "Something else.")
    late = net.note("ann", "By the way.", to=chain[-1])
    assert is_whole(unrolled(net, chain[0]), [*chain, late])
    assert net.endpoints().count("users/notes") == MOST_PAGES


def test_other_peoples_notes_in_an_authors_list_are_left_out():
    net = Misskey()
    chain = net.thread("ann", 3)
    forged = net.note("bob", "I am Ann.", to=chain[-1])
    net.answers["users/notes"] = [net.packed(forged)]
    net.deleted.add(forged)
    assert keys(unrolled(net, chain[0]).posts) == chain


# --- whose thread, and what stands around it -------------------------------------------------------------------


def test_somebody_elses_answer_below_the_middle_leads_to_the_thread():
    net = Misskey()
    chain = net.thread("ann", 6)
    asker = net.note("bob", "@bot unroll", to=chain[3])
    thread = unrolled(net, asker)
    assert (keys(thread.posts), thread.author.handle) == (chain, f"ann@{HOST}")


def test_a_first_note_that_is_answered_by_somebody_else_is_the_thread_if_it_goes_on():
    net = Misskey()
    chain = net.thread("ann", 1)
    asker = net.note("bob", "Read this.", to=chain[0])
    chain.append(net.note("ann", "Later.", to=chain[0]))
    assert keys(unrolled(net, asker).posts) == chain


def test_an_answer_to_a_commenter_is_found_with_the_comment():
    net = Misskey()
    chain = net.thread("ann", 4)
    comment = net.note("bob", "Why?", to=chain[1])
    answer = net.note("ann", "Because.", to=comment)
    net.note("ann", "Something else.")
    elsewhere = net.note("eve", "And?")
    net.note("ann", "An answer elsewhere.", to=elsewhere)
    thread = unrolled(net, chain[0])
    assert (keys(thread.posts), keys(thread.replies_by_author), keys(thread.context)) == (chain, [answer], [comment])


def test_branches_are_found_and_answers_to_the_last_note_are_context():
    net = Misskey()
    chain = net.thread("ann", 4)
    branch = net.note("ann", "Besides.", to=chain[1])
    comment = net.note("bob", "Thanks.", to=chain[-1])
    net.note("eve", "Look.", quote=chain[-1])
    thread = unrolled(net, chain[2])
    assert (keys(thread.posts), keys(thread.branches[0].posts), keys(thread.context)) == (chain, [branch], [comment])


def test_a_renote_leads_to_the_note_that_it_passes_on():
    net = Misskey()
    chain = net.thread("ann", 2)
    renote = net.note("bob", quote=chain[0])
    net.notes[renote]["text"] = None
    assert is_whole(unrolled(net, renote), chain)
    again = net.note("eve", quote=renote)
    net.notes[again]["text"] = None
    assert net.read(again)[0] == "unreadable"


def test_many_answers_are_read_page_by_page():
    net = Misskey(limit=100)
    first = net.note("ann", "Questions?")
    for n in range(205):
        net.note("ann" if n % 100 == 0 else "bob", f"Answer {n}.", to=first)
    thread = unrolled(net, first)
    assert thread.completeness.state == "complete"
    assert len(thread.posts) + sum(len(branch.posts) for branch in thread.branches) == 4


def test_answers_without_end_are_left():
    net = Misskey()
    first = net.note("ann", "Questions?")
    page = [net.packed(net.note("bob", f"Answer {n}.", to=first)) for n in range(100)]

    def endless(request):
        if "children" not in request.url:
            return None
        number = len(net.asked)
        return net.say(request, [{**note, "id": f"{note['id']}{number}"} for note in page])

    net.refuse = endless
    net.answers["users/notes"] = ({}, 404)
    net.answers["notes/show"] = {**net.packed(first), "repliesCount": 10_000}
    assert unrolled(net, first).completeness.open_ends == (f"https://{HOST}/notes/{first}",)
    assert len(net.asked) < 3 * MOST_PAGES
    net.refuse = lambda request: net.say(request, page) if "children" in request.url else None
    assert unrolled(net, first).completeness.state == "open"


# --- what is missing -------------------------------------------------------------------------------------------


def test_a_deleted_note_above_leaves_a_gap():
    net = Misskey()
    chain = net.thread("ann", 5)
    net.deleted.add(chain[1])
    thread = unrolled(net, chain[-1])
    assert keys(thread.posts) == chain[2:]
    _, seen = net.read(chain[-1])
    assert [(place.id, place.says) for place in seen.conversation().missing] == [(url_of(chain[1]), "not-found")]


def test_a_note_above_that_the_list_leaves_out_is_asked_for():
    net = Misskey()
    chain = net.thread("ann", 3)
    net.answers["notes/conversation"] = []
    assert is_whole(unrolled(net, chain[-1]), chain)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (({"error": {"code": "NO_SUCH_NOTE"}}, 400), "not-found"), (({"error": {"code": "NO_SUCH_NOTE"}}, 404), "not-found"),
        (({"error": {"code": "CREDENTIAL_REQUIRED"}}, 401), "withheld"), (({"error": {"code": "SIGNIN_REQUIRED"}}, 400), "withheld"), (({}, 401), "refused"), (({"error": {"code": "CONTENT_RESTRICTED_BY_USER"}}, 400), "withheld"), (({"error": {"code": "CONTENT_RESTRICTED_BY_SERVER"}}, 400), "refused"), ((b"", 403), "refused"),
        (({}, 404), "unreadable"), ((b"<html>", 200), "unreadable"), (({}, 200), "unreadable"), ((7, 200), "unreadable"),
        (({"error": {"code": "RATE_LIMIT_EXCEEDED"}}, 429), "unreachable"), (({}, 502), "unreachable"), (([], 200), "unreadable"),
    ],
)  # fmt: skip
def test_how_it_went_for_the_note_itself(answer, outcome):
    net = Misskey()
    key = net.note("ann")
    net.answers["notes/show"] = answer
    found, seen = net.read(key)
    assert (found, seen.anchor) == (outcome, url_of(key) if outcome == "not-found" else "")
    assert seen.heard_of(url_of(key)) == (outcome == "not-found")


HIS_WISH = ({"error": {"code": "CONTENT_RESTRICTED_BY_USER"}}, 400)


def test_what_its_author_wants_shown_to_people_who_are_logged_in_is_asked_for_in_no_other_way():
    net = Misskey()
    key = net.note("ann")
    net.answers["notes/show"] = HIS_WISH
    with pytest.raises(errors.Refused, match="only to people who are logged in") as caught:
        net.run(fediverse.steps(Ref("fedi", url_of(key)), Scope(home="https://home.example", signs=True)))
    assert caught.value.code == LOGGED_OUT
    assert {request.method for request in net.asked} == {"POST"}


def test_a_note_above_that_its_author_wants_shown_to_people_who_are_logged_in_is_a_place_with_that_reason():
    net = Misskey()
    chain = net.thread("ann", 2)
    net.answers["notes/conversation"] = []
    net.refuse = lambda request: (
        net.say(request, *HIS_WISH) if "show" in request.url and chain[0] in request.body.decode() else None
    )
    (place,) = net.read(chain[1])[1].conversation().missing
    assert (place.id, place.reason, place.says) == (url_of(chain[0]), "opted-out", "")


def test_another_note_than_was_asked_for_is_not_read():
    net = Misskey()
    net.answers["notes/show"] = net.packed(net.note("eve"))
    outcome, seen = net.read(net.note("ann"))
    assert (outcome, len(seen)) == ("unreadable", 0)


def test_nobody_answers():
    net = Misskey()
    key = net.note("ann")
    net.refuse = refusing(HOST)
    assert net.read(key)[0] == "unreachable"
    assert len(net.asked) == 3


def test_a_limit_midway_gives_a_shorter_thread_with_an_open_end():
    net = Misskey()
    chain = net.thread("ann", 30)
    net.answers["users/notes"] = ({}, 404)
    net.refuse = lambda request: Refused(kind="limit") if len(net.asked) > 9 else None
    thread = unrolled(net, chain[0])
    assert keys(thread.posts) == chain[: len(thread.posts)]
    assert 3 < len(thread.posts) < 12
    assert thread.completeness.state == "open"
    assert len(net.asked) == 10
    net.refuse = lambda request: None
    thread = unrolled(net, chain[0], Scope(posts=5))
    assert (len(thread.posts) < 8, thread.completeness.state) == (True, "open")


def test_answers_that_were_refused_leave_the_end_open():
    net = Misskey()
    chain = net.thread("ann", 2)
    net.users["uann"]["id"] = "uann"
    net.answers["users/notes"] = ({}, 404)
    net.refuse = lambda request: (
        net.say(request, {}, 500) if "children" in request.url and chain[1].encode() in request.body else None
    )
    net.notes[chain[1]]["visibility"] = "home"
    late = net.note("bob", "Hm.", to=chain[1])
    thread = unrolled(net, chain[0])
    assert (keys(thread.posts), thread.completeness.open_ends) == (chain, (url_of(chain[1]),))
    assert late


@pytest.mark.parametrize("url", [f"https://{HOST}/@ann", "x", "/notes/9a", f"https://{HOST}/notes/"])
def test_what_is_no_address_of_a_note_is_not_asked_for(url):
    steps = misskey(url, Scope(), Sightings())
    with pytest.raises(StopIteration) as end:
        next(steps)
    assert end.value.value == "unreadable"


# --- who is believed, and who is shown -------------------------------------------------------------------------


def test_the_accounts_of_everybody_are_read_in_full():
    net = Misskey()
    net.user("bob@two.example", description="[Hi](https://a.example/tags/nobot) **#nobot**", noCrawle=True)
    net.user("ann", fields=[{"name": "Site", "value": "https://a.example"}], description="I write.", isExplorable=False)
    answer = net.note("ann", "Because.", to=net.note("bob", "Why?"))
    authors = {author.handle: author for author in net.read(answer)[1].conversation(doubtful=True).authors}
    assert (authors["bob@two.example"].bio, authors["bob@two.example"].signals) == (
        "Hi #nobot\nhttps://a.example/tags/nobot",
        ("noindex",),
    )
    assert authors[f"ann@{HOST}"].bio == "I write.\nSite: https://a.example"
    assert authors[f"ann@{HOST}"].signals == ("discoverable=false",)
    net.answers["users/show"] = ({}, 403)
    authors = net.read(answer)[1].conversation(doubtful=True).authors
    assert [author.signals for author in authors] == [("profile-unread",)] * 2


def test_who_wants_to_be_seen_by_people_who_are_logged_in_says_so_by_a_label():
    net = Misskey()
    net.user("ann", requireSigninToViewContents=True)
    key = net.note("ann")
    net.notes[key] |= {"isHidden": True, "text": None}
    conversation = net.read(key)[1].conversation()
    assert [author.labels for author in conversation.authors] == [("!no-unauthenticated",)]
    assert [post.visibility for post in conversation.posts] == ["private"]


def test_a_note_for_its_own_server_is_not_for_everybody():
    net = Misskey()
    first = net.note("ann", "For all.")
    net.note("ann", "For us.", to=first, localOnly=True)
    conversation = net.read(first)[1].conversation()
    assert [post.visibility for post in conversation.posts] == ["public", "private"]
    assert "For us." not in str(conversation)


@pytest.mark.parametrize("word", ["makeNotesFollowersOnlyBefore", "makeNotesHiddenBefore"])
def test_old_notes_are_kept_back_where_their_author_wants_that(word):
    net = Misskey()
    found = net.packed(net.note("ann"))
    for limit, seen_by in ((-86_400, "private"), (-172_800, "public"), (None, "public")):
        found["user"][word] = limit
        assert noted(found, HOST, START + timedelta(days=1, hours=1)).post.visibility == seen_by


def test_a_copy_is_named_by_the_id_that_its_own_server_gave_it_and_nobody_takes_anothers():
    net = Misskey()
    copy = net.packed(net.note("bob@two.example"))
    assert noted(copy, HOST).post.id == f"https://two.example/objects/{copy['id']}"
    assert noted({**copy, "uri": f"https://{HOST}/notes/x"}, HOST).post.id == url_of(copy["id"])
    own = net.packed(net.note("ann"))
    assert noted({**own, "uri": "https://two.example/objects/1"}, HOST).post.id == url_of(own["id"])
    assert noted({**own, "url": "https://two.example/1"}, HOST).post.url == url_of(own["id"])
    assert noted({**own, "url": f"https://{HOST}/n/1"}, HOST).post.url == f"https://{HOST}/n/1"


@pytest.mark.parametrize(
    ("visibility", "found"),
    [("public", "public"), ("home", "unlisted"), ("followers", "private"), ("specified", "direct"), (None, "private")],
)
def test_who_may_see_a_note(visibility, found):
    net = Misskey()
    assert noted({**net.packed(net.note("ann")), "visibility": visibility}, HOST).post.visibility == found


# --- what a note says ------------------------------------------------------------------------------------------


def one(**more):
    net = Misskey()
    return noted({**net.packed(net.note("ann", "Hi :cat: @bob", cw=more.pop("cw", None))), **more}, HOST, START).post


def test_warnings_may_be_empty_and_fold_the_note_away_all_the_same():
    assert [(post.warning, post.sensitive) for post in (one(), one(cw=""), one(cw=" Eyes "))] == [
        ("", False),
        ("", True),
        ("Eyes", False),
    ]


def test_text_with_emoji_and_people():
    for emojis in ({"cat": "https://e.example/c.png"}, [{"name": "cat", "url": "https://e.example/c.png"}]):
        post = one(emojis=emojis)
        assert shown(post.text, post.spans) == [
            ("emoji", ":cat:", "https://e.example/c.png"),
            ("mention", "@bob", f"https://{HOST}/@bob"),
        ]
    assert one().text == "Hi :cat: @bob"


def test_files_polls_edits_and_languages():
    files = [
        {"type": "image/png", "url": "https://f.example/1", "thumbnailUrl": "https://f.example/t", "comment": "A cat",
         "properties": {"width": 4, "height": 3}},
        {"type": "video/mp4", "url": "https://f.example/2", "isSensitive": True},
        {"type": "audio/ogg", "url": "https://f.example/3"}, {"type": "application/pdf", "url": "https://f.example/4"},
    ]  # fmt: skip
    post = one(files=files, updatedAt="2026-05-03T10:00:00.000Z", lang="ja", repliesCount=3)
    assert post.media == (
        Media(kind="image", url="https://f.example/1", thumb="https://f.example/t", alt="A cat", width=4, height=3),
        Media(kind="video", url="https://f.example/2"),
        Media(kind="audio", url="https://f.example/3"),
        Media(kind="unknown", url="https://f.example/4"),
    )
    assert (post.sensitive, post.langs, post.version, post.replies) == (True, ("ja",), "2026-05-03T10:00:00.000Z", 3)
    choices = {"choices": [{"text": "yes", "votes": 2}, {"text": "no"}], "multiple": True, "expiresAt": None}
    assert one(poll=choices).poll == Poll(options=(Option(title="yes", votes=2), Option(title="no")), multiple=True)
    assert one(poll={**choices, "expiresAt": START.isoformat()}).poll.closed
    assert one(poll={"choices": []}).poll is None


def test_quotes_of_the_same_server_are_shown_and_of_others_only_with_their_authors_own():
    net = Misskey()
    local, remote = net.note("bob", "Here."), net.note("eve@two.example", "There.")
    hers = net.note("eve@two.example", "Mine.", quote=remote)
    for key, state in (
        (net.note("ann", "See.", quote=local), "shown"),
        (net.note("ann", "See.", quote=remote), "address"),
        (hers, "shown"),
    ):
        conversation = net.read(key)[1].conversation(doubtful=True)
        (quote,) = [post.quote for post in conversation.posts if post.id == conversation.anchor]
        assert (quote.state, len(conversation.quoted)) == (state, int(state == "shown"))
    hidden = net.note("bob", "Few.")
    quoting = net.packed(net.note("ann", "See.", quote=hidden))
    quoting["renote"]["visibility"] = "followers"
    assert noted(quoting, HOST).post.quote.state == "hidden"
    net.deleted.add(local)
    gone = noted(net.packed(net.note("ann", "See.", quote=local)), HOST).post.quote
    assert gone == Quote(id=url_of(local), url=url_of(local), state="unknown")


ELSEWHERE = "https://two.example/users/bob"


@pytest.mark.parametrize(
    ("note", "person", "found"),
    [
        ({"uri": f"{ELSEWHERE}/statuses/7"}, {}, ELSEWHERE),
        ({}, {"uri": ELSEWHERE}, ELSEWHERE),
        ({}, {"uri": "https://three.example/users/bob"}, "https://two.example/@bob"),
        ({}, {"uri": 7}, "https://two.example/@bob"),
        ({}, {}, "https://two.example/@bob"),
    ],
)
def test_people_from_elsewhere_are_called_by_the_ids_by_which_they_opt_out_if_those_are_known(note, person, found):
    net = Misskey()
    first = net.note("ann")
    net.user("bob@two.example", **person)
    comment = net.note("bob@two.example", to=first, **note)
    net.note("ann", to=comment)
    net.note("ann", to=first, quote=comment)
    _, seen = net.read(first)
    conversation = seen.conversation(doubtful=True)
    assert {post.author for post in conversation.posts} == {f"https://{HOST}/users/uann", found}
    assert found in {author.id for author in conversation.authors}
    assert [post.parent_author for post in conversation.posts if post.parent_author not in (None, found)] == [
        f"https://{HOST}/users/uann"
    ] * 2
    assert [post.quote.author for post in conversation.posts if post.quote] == [found]


def test_saved_notes_name_people_from_elsewhere_in_the_same_way():
    net = Misskey()
    comment = net.note("bob@two.example", uri=f"{ELSEWHERE}/statuses/7")
    mine = net.note("bob@two.example", quote=comment, uri=f"{ELSEWHERE}/statuses/8")
    seen = Sightings()
    seen.begin(START)
    tell(net.packed(mine), HOST, seen)
    conversation = seen.conversation()
    assert [post.author for post in (*conversation.posts, *conversation.quoted)] == [ELSEWHERE] * 2


def test_a_page_that_ends_with_a_note_of_no_name_does_no_harm():
    net = Misskey()
    first = net.note("ann")
    strange = [{**net.packed(first), "id": "\ud800"}] * 100
    net.answers["notes/children"] = strange
    assert net.read(first)[0] == "read"


@pytest.mark.parametrize(
    ("more", "signals"),
    [
        ({"description": ""}, ()), ({}, ("profile-unread",)), ({"description": None, "noIndex": True}, ("noindex",)),
        ({"description": "", "isBot": True, "isSuspended": True}, ("bot", "suspended")),
        ({"description": "", "movedTo": "https://x.example/u"}, ("moved",)),
        ({"description": "", "movedToUri": "https://x.example/u"}, ("moved",)),
        ({"description": 7, "noCrawle": 1, "isExplorable": None, "fields": 7}, ()),
    ],
)  # fmt: skip
def test_wishes_of_an_account_are_read_and_none_are_invented(more, signals):
    assert user({"id": "u1", "username": "ann", **more}, HOST).signals == signals


@pytest.mark.parametrize("value", [None, {}, {"id": "u1"}, {"username": "ann"}, {"id": 7, "username": "ann"}, []])
def test_what_is_no_user_is_none(value):
    assert user(value, HOST) is None
    assert noted({"id": "9a1", "user": value}, HOST) is None


# --- saved answers ---------------------------------------------------------------------------------------------


def saved(*bodies, host=HOST):
    seen = Sightings()
    for body in bodies:
        assert is_note(body)
        seen.begin(START)
        tell(body, host, seen)
    return seen


def test_saved_answers_are_a_note_and_lists_of_notes():
    net = Misskey()
    chain = net.thread("ann", 3)
    quoting = net.note("ann", "See.", to=chain[2], quote=net.note("ann", "Once."))
    renote = net.note("bob", quote=chain[0])
    net.notes[renote]["text"] = None
    seen = saved(net.packed(chain[1]), [net.packed(chain[2]), net.packed(quoting), net.packed(renote)])
    conversation = seen.conversation()
    assert conversation.anchor == url_of(chain[1])
    assert keys(conversation.posts) == [chain[0], chain[1], chain[2], quoting]
    assert [post.text for post in conversation.quoted] == ["Once."]
    assert len(saved(net.packed(chain[0]), host="")) == 0


@pytest.mark.parametrize("body", [None, [], {}, [7], {"id": "1", "userId": "2"}, "x"])
def test_other_answers_are_not_recognised(body):
    assert not is_note(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "username", "host", "choices", "url"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
FIELDS = ["text", "cw", "files", "poll", "emojis", "replyId", "renoteId", "renote", "reply", "visibility", "createdAt", "uri",
          "url", "lang", "repliesCount", "user", "isHidden", "updatedAt"]  # fmt: skip


@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_a_field_of_any_type_breaks_nothing(more):
    net = Misskey()
    value = json.loads(json.dumps({**net.packed(net.note("ann")), **more}))
    found = noted(value, HOST, START)
    if found is not None:
        assert isinstance(found.post, Post)
        check_spans(found.post.text, found.post.spans)
    is_note(value)
    seen = Sightings()
    seen.begin(START)
    tell(value, HOST, seen)


KEY = st.sampled_from(["9a1", "9a2", "9a3", "9a4", "9a5"])
USER = st.sampled_from([("u1", "ann", None), ("u2", "bob", None), ("u3", "eve", "two.example")])


@st.composite
def notes(draw, key=KEY):
    found = {"id": draw(key), "user": dict(zip(("id", "username", "host"), draw(USER), strict=True)), "text": "x"}
    audience = st.sampled_from(["public", "public", "home", "specified"])
    links = {"replyId": KEY, "renoteId": KEY, "repliesCount": st.integers(-1, 5)}
    return found | draw(st.fixed_dictionaries({"visibility": audience}, optional=links))


NOTE = st.one_of(notes(), st.builds(lambda one, two: {**one, "reply": two, "renote": two}, notes(), notes()))
SAID = st.tuples(st.one_of(NOTE, st.lists(NOTE, max_size=5)), st.sampled_from([200, 200, 200, 200, 400, 403, 500]))


@settings(max_examples=200)
@given(notes(st.just("9a1")), st.lists(SAID, min_size=1, max_size=12))
def test_whatever_the_server_says_the_reading_ends(first, answers):
    net = Misskey()
    show = [(first, 200)]
    net.refuse = lambda request: net.say(request, *(show.pop() if show else answers[len(net.asked) % len(answers)]))
    outcome, seen = net.read("9a1")
    assert len(net.asked) < 150
    assert (outcome == "read") == bool(len(seen))
    if outcome == "read":
        assemble(seen.conversation(doubtful=True))


def test_custom_emoji_in_a_users_name_bring_their_pictures():
    leaf = {"leaf-2": "https://moss.example/leaf.png"}
    said = {"id": "u1", "username": "ada", "name": "Ada :leaf-2:", "emojis": leaf}
    found = user(said, HOST)
    assert found.name_spans == (Span(start=4, end=12, kind="emoji", value="https://moss.example/leaf.png"),)
