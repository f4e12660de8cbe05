"""What one server shows of posts that live on another one is shown by the word of that other one alone."""

import pytest

from tests.support import activitypub, misskey
from tests.support.fediverse import HOST, LATER, Fediverse
from threadleaf.core import errors
from threadleaf.core.assemble import assemble
from threadleaf.core.model import Quote, Ref
from threadleaf.sources import fediverse
from threadleaf.sources._fedi_origins import MOST
from threadleaf.wire import Answer, Refused, Scope

ELSEWHERE = "fern.example"
SIGNS = Scope(signs=True)


def seen(world, url, scope=Scope()):  # noqa: B008 -- frozen
    world.asked.clear()
    return world.run(fediverse.steps(Ref("fedi", url), scope))


def unrolled(world, url, scope=Scope()):  # noqa: B008 -- frozen
    return assemble(seen(world, url, scope))


def texts(posts):
    return [post.text for post in posts]


# --- by Mastodon's API -----------------------------------------------------------------------------------------


def talk(answers=1, text="Forged."):
    """A post with answers from another server, which this server words in its own way, and what Ann says to them."""
    world = Fediverse(HOST, ELSEWHERE)
    here, there = world.servers.values()
    first = here.post("ann", "First.")
    far_first = there.copy(here, first)
    replies = []
    for number in range(answers):
        far = there.post("bob", f"True {number}.", to=far_first)
        near = here.copy(there, far)
        here.posts[near]["text"] = text
        replies.append((far, near, here.post("ann", f"To that {number}.", to=near)))
    return world, here, there, first, replies


def test_what_the_author_answers_is_shown_as_its_own_server_has_it():
    world, here, there, first, [(far, _, mine)] = talk()
    there.person("bob", note="<p>I am Bob.</p>")
    conversation = seen(world, here.url(first))
    thread = assemble(conversation)
    assert (texts(thread.context), texts(thread.replies_by_author)) == (["True 0."], ["To that 0."])
    assert {author.handle: author.bio for author in thread.authors}[f"bob@{ELSEWHERE}"] == "I am Bob."
    assert "Forged" not in str(conversation)
    parents = {post.id: post.parent for post in conversation.posts}
    assert (parents[here.uri(mine)], parents[there.uri(far)]) == (there.uri(far), here.uri(first))
    asked = [request.url for request in world.asked]
    assert asked[2:] == [f"https://{ELSEWHERE}/api/v1/statuses/{far}"]


def test_what_a_thread_answers_is_shown_as_its_own_server_has_it():
    world, here, there, _, [(far, _, mine)] = talk()
    there.posts[far]["to"] = there.posts[far]["to_account"] = None
    here.delete(next(iter(here.posts)))
    last = here.post("ann", "And more.", to=mine)
    thread = unrolled(world, here.url(last))
    assert (texts(thread.posts), texts(thread.context)) == (["To that 0.", "And more."], ["True 0."])
    assert thread.context[0].parent is None


def test_what_a_stranger_answered_to_herself_is_not_believed_of_a_copy():
    world = Fediverse(HOST, ELSEWHERE)
    here, there = world.servers.values()
    chain = there.thread("bob", 2)
    copies = [here.copy(there, number) for number in chain]
    comment = here.post("ann", "Really?", to=copies[1])
    world.refuse = lambda request: (
        Refused(kind="network") if ELSEWHERE in request.url and len(world.asked) < 5 else None
    )
    thread = unrolled(world, here.url(comment))
    assert (texts(thread.posts), texts(thread.context)) == (["Really?"], ["Post 2."])
    assert (thread.context[0].parent, thread.context[0].parent_author) == (None, None)


def test_no_more_than_ten_are_asked_for_side_by_side():
    world, here, _, first, _ = talk(MOST + 2)
    thread = unrolled(world, here.url(first))
    asked = [request.url for request in world.asked if ELSEWHERE in request.url]
    assert (len(asked), len(thread.context)) == (MOST, MOST)
    assert len(thread.replies_by_author) == MOST + 2


def gone(answer):
    return lambda request: answer(request) if ELSEWHERE in request.url else None


def says(status, body=b"", url=""):
    return gone(lambda request: Answer(status=status, body=body, at=LATER, url=url))


@pytest.mark.parametrize(
    "refuse",
    [
        gone(lambda request: Refused(kind="network")),
        says(401, b'{"error": "login"}'),
        says(404, b'{"error": "Record not found"}'),
        says(404, b"<html>"),
        says(503),
        says(200, b'{"id": "7"}'),
        says(200, b"<html>"),
        says(200, b"{}", "https://evil.example/"),
    ],
)
def test_what_its_own_server_does_not_show_is_left_out_and_what_answers_it_stays(refuse):
    world, here, there, first, [(far, _, mine)] = talk()
    world.refuse = refuse
    conversation = seen(world, here.url(first))
    thread = assemble(conversation)
    assert (texts(thread.posts), thread.context, thread.gaps) == (["First."], (), ())
    assert texts(thread.replies_by_author) == ["To that 0."]
    assert [place.id for place in conversation.missing] == [there.uri(far)]
    assert "Forged" not in str(conversation)
    assert thread.replies_by_author[0].parent == there.uri(far)
    assert here.uri(mine) in {post.id for post in conversation.posts}


def test_another_post_than_was_asked_for_is_not_shown():
    world, here, there, first, [(far, _, _)] = talk()
    other = there.post("bob", "Another.")
    there.edit = lambda path, body: there.status(other) if path.endswith(far) else body
    assert unrolled(world, here.url(first)).context == ()


def quoting(text="Forged."):
    world = Fediverse(HOST, ELSEWHERE)
    here, there = world.servers.values()
    quoted = there.post("bob", "True.")
    near = here.copy(there, quoted)
    here.posts[near]["text"] = text
    first = here.post("ann", "Look.")
    here.posts[first]["words"]["quote"] = {"state": "accepted", "quoted_status": here.status(near)}
    del here.posts[near]
    return world, here, there, first, quoted


def test_what_is_quoted_is_shown_as_its_own_server_has_it():
    world, here, _, first, _ = quoting()
    conversation = seen(world, here.url(first))
    assert (texts(conversation.quoted), conversation.posts[0].quote.state) == (["True."], "shown")
    assert len(world.asked) == 3


def test_of_what_is_quoted_and_not_given_by_its_own_server_the_address_is_shown():
    world, here, there, first, quoted = quoting()
    del world.servers[ELSEWHERE]
    conversation = seen(world, here.url(first))
    assert conversation.quoted == ()
    assert conversation.posts[0].quote == Quote(id=there.uri(quoted), url=there.url(quoted), state="address")


# --- by ActivityPub --------------------------------------------------------------------------------------------

ULID = "01HX3Q8Z7V4M2N6P9R5T1W0Y{}K"


def mixed(*, posts=1, **more):
    """Ann's post on a server of Mastodon's with answers by Bob, who is on another kind of server."""
    world, net = Fediverse(), activitypub.Fediverse("gotosocial", **more)
    here = world.servers[HOST]
    first = here.post("ann", "First.")
    for number in range(posts):
        address = f"{activitypub.actor('bob', ELSEWHERE)}/statuses/{ULID.format(number)}"
        net.post(f"bob@{ELSEWHERE}", "True.", to=here.uri(first))
        note = net.notes.popitem()[1]
        net.notes[address] = note | {"id": address, "url": f"https://{ELSEWHERE}/@bob/statuses/{ULID.format(number)}"}
        near = here.post(f"bob@{ELSEWHERE}", "Forged.", to=first)
        here.posts[near] |= {"uri": address, "url": net.notes[address]["url"]}
        here.post("ann", "To that.", to=near)
    world.refuse = lambda request: net._reply(request) if f"//{ELSEWHERE}/" in request.url else None
    return world, net, here.url(first), address


def test_where_its_server_has_no_such_api_a_post_is_asked_for_with_its_account():
    world, net, url, address = mixed()
    net.person(f"bob@{ELSEWHERE}", summary="<p>I am Bob.</p>")
    thread = unrolled(world, url)
    assert texts(thread.context) == ["True."]
    assert {author.handle: author.bio for author in thread.authors}[f"bob@{ELSEWHERE}"] == "I am Bob."
    assert net.urls() == [address, activitypub.actor("bob", ELSEWHERE)]


def test_one_account_is_asked_for_once():
    world, net, url, _ = mixed(posts=3)
    assert len(unrolled(world, url).context) == 3
    assert len(net.asked) == 4


@pytest.mark.parametrize(
    "trouble", ["no account", "another account", "another post", "gone", "not for everybody", "old"]
)
def test_what_its_own_server_does_not_show_is_left_out(trouble):
    world, net, url, address = mixed()
    bob = activitypub.actor("bob", ELSEWHERE)
    if trouble == "no account":
        net.answers[bob] = ({}, 404)
    elif trouble == "another account":
        net.answers[bob] = {"type": "Person", "id": f"{bob}/two"}
    elif trouble == "another post":
        net.answers[address] = {**net.notes[address], "id": f"{address}/two"}
    elif trouble == "gone":
        net.deleted.add(address)
    elif trouble == "old":
        net.person(f"bob@{ELSEWHERE}", _misskey_makeNotesHiddenBefore=-1)
    else:
        net.person(f"bob@{ELSEWHERE}", hidesToPublicFromUnauthedWeb=True)
    conversation = seen(world, url)
    assert "True." not in str(conversation)
    assert "Forged." not in str(conversation)
    assert texts(assemble(conversation).replies_by_author) == ["To that."]


@pytest.mark.parametrize(("hidden", "shown"), [(False, ["True."]), (True, [""])])
def test_what_a_signature_showed_is_proven_by_its_page(hidden, shown):
    world, net, url, address = mixed(signed=[ELSEWHERE])
    net.hidden |= {address} if hidden else set()
    assert texts(unrolled(world, url, SIGNS).context) == shown
    assert len(net.urls("html")) == 2
    assert unrolled(world, url).context == ()


# --- Misskey ---------------------------------------------------------------------------------------------------


def remote():
    net, origin = misskey.Misskey(), activitypub.Fediverse("gotosocial")
    first = net.note("ann", "First.")
    net.user(f"bob@{ELSEWHERE}")
    comment = net.note(f"bob@{ELSEWHERE}", "Forged.", to=first)
    address = net.notes[comment]["uri"]
    origin.post(f"bob@{ELSEWHERE}", "True.", to=misskey.url_of(first))
    note = origin.notes.popitem()[1]
    origin.notes[address] = note | {"id": address, "url": address}
    net.note("ann", "To that.", to=comment)

    def answer(request):
        if f"//{ELSEWHERE}/" in request.url:
            return origin._reply(request)
        return None if request.body else net.say(request, {}, 404)

    net.refuse = answer
    return net, origin, first, comment


def test_a_note_that_came_from_elsewhere_is_shown_as_it_is_there():
    net, _, first, _ = remote()
    thread = assemble(net.run(fediverse.steps(Ref("fedi", misskey.url_of(first)))))
    assert (texts(thread.context), texts(thread.replies_by_author)) == (["True."], ["To that."])


def test_a_note_that_came_from_elsewhere_is_read_there():
    net, origin, _, comment = remote()
    conversation = net.run(fediverse.steps(Ref("fedi", misskey.url_of(comment))))
    assert conversation.anchor == net.notes[comment]["uri"]
    assert "True." in [post.text for post in conversation.posts]
    assert origin.asked


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Refused(kind="network", detail="It is down."), errors.NotNow),
        (Answer(status=404, body=b"{}", at=LATER), errors.NotFound),
        (Answer(status=401, body=b"{}", at=LATER), errors.Refused),
    ],
)
def test_a_note_that_its_own_server_does_not_show_is_not_read_from_another_one(reply, error):
    net, _, _, comment = remote()
    net.refuse = lambda request: reply if f"//{ELSEWHERE}/" in request.url else None
    with pytest.raises(error):
        net.run(fediverse.steps(Ref("fedi", misskey.url_of(comment))))


def test_a_note_from_elsewhere_of_which_nobody_says_where_it_lives_is_not_shown():
    net, _, _, comment = remote()
    del net.notes[comment]["uri"]
    with pytest.raises(errors.NotFound):
        net.run(fediverse.steps(Ref("fedi", misskey.url_of(comment))))
