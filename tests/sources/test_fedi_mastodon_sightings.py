"""What answers of servers of the fediverse add up to: whose word counts, what may be shown, what may be hidden."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from threadleaf.core.assemble import assemble
from threadleaf.core.errors import NotFound, Unreadable
from threadleaf.core.model import Author, Missing, Note, Post, Quote
from threadleaf.core.wishes import UNREAD
from threadleaf.sources._fedi_sightings import Sightings

NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)
A, B = "moss.example", "fern.example"


def name(number, host=A):
    return f"https://{host}/users/ada/statuses/{number}"


def ada(host=A, **words):
    return Author(id=f"https://{host}/users/ada", network="fedi", handle=f"ada@{host}", **words)


def post(number, *, to=None, host=A, **words):
    created = NOON + timedelta(minutes=number)
    parent = name(to, host) if isinstance(to, int) else to
    words = {"url": f"https://{host}/@ada/{number}", "created": created, "text": f"{number}", **words}
    return Post(id=name(number, host), author=ada(host).id, parent=parent, **words)


def saw(*posts, host=A, minute=0, seen=None, **how):
    """Sightings of one answer."""
    seen = Sightings() if seen is None else seen
    seen.begin(NOON + timedelta(minutes=minute), host, **how)
    for found in posts:
        seen.post(found, ada(found.id.split("/")[2]))
    return seen


def ids(conversation):
    return [found.id for found in conversation.posts]


def ends(conversation):
    return [(frontier.post, frontier.why, frontier.hidden) for frontier in conversation.frontiers]


# --- whose word counts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [(0, 5), (5, 0)])
def test_of_two_answers_about_a_post_the_later_one_counts(order):
    seen = Sightings()
    for minute in order:
        saw(post(1, text=f"at {minute}"), seen=seen, minute=minute)
    assert seen.conversation().posts[0].text == "at 5"
    assert seen.conversation().read_at == NOON + timedelta(minutes=5)


def test_of_two_answers_of_the_same_time_the_one_told_later_counts():
    seen = saw(post(1, text="first"))
    assert saw(post(1, text="second"), seen=seen).conversation().posts[0].text == "second"


@pytest.mark.parametrize("order", [(A, B), (B, A)])
def test_a_posts_own_server_knows_better_than_a_later_copy(order):
    seen = Sightings()
    for minute, host in enumerate(order):
        saw(post(1, text=f"by {host}"), seen=seen, host=host, minute=minute)
    assert seen.conversation().posts[0].text == f"by {A}"


def test_what_an_account_says_of_itself_is_known_best_by_its_own_server():
    seen = saw(post(1))
    seen.author(ada(signals=("noindex",)))
    saw(post(1), seen=seen, host=B, minute=9)
    assert seen.conversation().authors[0].signals == ("noindex",)


def test_a_post_that_its_server_no_longer_has_is_missing_in_its_place():
    seen = saw(post(1), post(2, to=1), post(3, to=2))
    seen.begin(NOON + timedelta(minutes=1), A)
    seen.missing(Missing(id=name(2), says="not-found"))
    conversation = seen.conversation()
    assert ids(conversation) == [name(1), name(3)]
    assert conversation.missing == (Missing(id=name(2), author=ada().id, parent=name(1), says="not-found"),)


def test_a_post_that_came_back_is_there():
    seen = saw()
    seen.missing(Missing(id=name(1), says="not-found"))
    assert ids(saw(post(1), seen=seen, minute=1).conversation()) == [name(1)]


@pytest.mark.parametrize(("minutes", "says"), [((0, 1), "second"), ((1, 0), "first"), ((0, 0), "second")])
def test_of_two_words_that_a_post_is_missing_the_later_one_counts(minutes, says):
    seen = saw(post(1))
    for minute, word in zip(minutes, ("first", "second"), strict=True):
        saw(seen=seen, minute=minute)
        seen.missing(Missing(id=name(2), says=word))
    assert [place.says for place in seen.conversation().missing] == [says]


def test_another_server_cannot_take_a_post_down():
    seen = saw(post(1))
    saw(seen=seen, host=B, minute=9)
    seen.missing(Missing(id=name(1), says="not-found"))
    assert ids(seen.conversation()) == [name(1)]


def test_whoever_writes_in_the_name_of_an_account_elsewhere_makes_a_copy():
    forged = Post(id="https://evil.example/1", author=ada().id, text="Forged.")
    seen = saw(post(1), forged, post(2, to="https://evil.example/1"), host="evil.example")
    saw(post(1), post(2, to="https://evil.example/1"), seen=seen)
    seen.asked_for(name(1))
    conversation = seen.conversation()
    assert ids(conversation) == [name(1), name(2)]
    assert "Forged." not in str(conversation)


# --- copies ----------------------------------------------------------------------------------------------------

BOB = "https://fern.example/users/bob"


def test_no_word_of_a_copy_is_shown_and_its_place_is_kept_where_something_shown_hangs_below_it():
    first, second, third = post(1, host=B), post(2, to=1, host=B), post(7, to=1, host=B)
    comment = post(3, to=second.id)
    seen = saw(first, second, third, comment)
    seen.asked_for(comment.id)
    conversation = seen.conversation()
    assert (ids(conversation), [place.id for place in conversation.missing]) == ([comment.id], [second.id])
    assert [author.id for author in conversation.authors] == [ada().id]
    doubtful = assemble(seen.conversation(doubtful=True))
    assert [found.id for found in doubtful.posts] == [first.id, second.id]


def test_a_copy_answers_nobody_if_it_answers_its_own_author_or_nobody_knows_whom():
    def above(copy, *, told=None):
        seen = saw(copy, post(9, to=copy.id))
        seen.asked_for(name(9))
        if told is not None:
            seen.missing(told)
        return {place.id: place.parent for place in seen.conversation().missing}[copy.id]

    copy = post(2, to=1, host=B)
    assert above(post(2, host=B)) is None
    assert above(post(2, to="https://other.example/9", host=B, parent_author=ada(B).id)) is None
    assert above(copy, told=Missing(id=name(1, B), author=ada(B).id)) is None
    assert above(copy, told=Missing(id=name(1, B), author=BOB)) == name(1, B)


def test_a_copy_between_two_posts_keeps_its_place_and_counts_as_an_answer():
    seen = saw(post(1, replies=1), post(2, to=name(1), host=B), post(3, to=name(2, B), replies=0))
    conversation = seen.conversation()
    assert [(place.id, place.author, place.parent) for place in conversation.missing] == [
        (name(2, B), ada(B).id, name(1))
    ]
    assert ends(conversation) == []
    secret = saw(post(1, replies=1), post(2, to=name(1), host=B, visibility="private"))
    assert ends(secret.conversation()) == [(name(1), "unseen", 1)]


def test_what_its_own_server_says_takes_the_place_of_a_copy():
    quoted = Quote(id=name(8, B), url="https://fern.example/@ada/8", author=ada(B).id)
    seen = saw(post(1, quote=quoted), post(2, to=name(1), host=B, text="Forged."), post(3, to=name(2, B)))
    seen.quoted(post(8, host=B, text="Forged, too."), ada(B, bio="Forged."))
    assert seen.has_copies()
    conversation = seen.conversation()
    assert conversation.posts[0].quote == Quote(id=name(8, B), url="https://fern.example/@ada/8", state="address")
    assert "Forged" not in str(conversation)
    assert [copy.id for copy in seen.copies(conversation.posts)] == [name(2, B), name(8, B)]
    seen.begin(NOON, B)
    for number in (2, 8, 9):
        seen.confirm(post(number, to=name(1) if number == 2 else None, host=B, text="True."), ada(B, bio="Hers."))
    conversation = seen.conversation()
    assert ids(conversation) == [name(1), name(2, B), name(3)]
    assert (conversation.posts[0].quote, [found.text for found in conversation.quoted]) == (quoted, ["True."])
    assert [author.bio for author in conversation.authors] == ["", "Hers."]
    assert (seen.copies([conversation.posts[0], conversation.posts[2]]), seen.has_copies()) == ([], False)


def test_what_its_own_server_has_shown_otherwise_is_quoted_as_it_is_there():
    seen = saw(post(1, quote=Quote(id=name(8, B))))
    seen.quoted(post(8, host=B, text="Forged."), ada(B))
    saw(post(8, host=B, text="True."), seen=seen, host=B)
    conversation = seen.conversation()
    assert (conversation.posts[0].quote.state, [found.text for found in conversation.quoted]) == ("shown", ["True."])


def test_what_its_own_server_no_longer_has_is_asked_for_no_more():
    seen = saw(post(2, host=B), post(3, to=name(2, B)))
    seen.asked_for(name(2, B))
    assert seen.is_copy(name(2, B))
    assert not seen.is_copy(name(3))
    assert not seen.is_copy(name(4))
    seen.begin(NOON, B)
    seen.missing(Missing(id=name(2, B), says="not-found"))
    assert not seen.is_copy(name(2, B))
    assert seen.copies([post(3)]) == []


def test_the_operators_own_server_is_believed():
    first, second = post(1, host=B), post(2, to=1, host=B)
    assert len(assemble(saw(first, second, host="").conversation()).posts) == 2


# --- names -----------------------------------------------------------------------------------------------------


def test_a_parent_is_found_by_any_name_of_it_whenever_that_becomes_known():
    seen = saw(post(2, to="https://moss.example/web/statuses/1"))
    assert not seen.heard_of("https://moss.example/web/statuses/1")
    saw(post(1), seen=seen)
    seen.same("https://moss.example/web/statuses/1", name(1))
    seen.same(name(1), name(1))
    assert seen.heard_of("https://moss.example/web/statuses/1")
    assert seen.known("https://moss.example/web/statuses/1").id == name(1)
    assert seen.known(name(2)).parent == name(1)
    assert seen.known("https://moss.example/9") is None
    assert seen.conversation().posts[0].parent == name(1)


def test_a_post_missing_by_another_name_is_not_missing():
    seen = saw(post(1))
    seen.missing(Missing(id="https://moss.example/web/statuses/1"))
    seen.same("https://moss.example/web/statuses/1", name(1))
    assert seen.conversation().missing == ()


def test_whatever_is_told_of_an_account_by_another_name_is_told_of_it():
    page, bob = f"https://{A}/@ada", f"https://{B}/users/bob"
    quote = Quote(id=name(8), url=f"https://{A}/@ada/8", author=page)
    first = replace(post(1), author=page)
    second = replace(post(2, to=1, parent_author=page, quote=quote), author=bob)
    seen = saw(first, host="")
    seen.author(Author(id=page, network="fedi", handle="ada", bio="#nobot"))
    seen.post(second, None)
    seen.quoted(replace(post(8), author=page), None)
    seen.missing(Missing(id=name(9), author=page, parent=name(1)))
    seen.person(page, "")
    seen.person(page, page)
    assert seen.conversation().posts[0].author == page
    seen.person(page, ada().id)
    conversation = seen.conversation()
    assert page not in {found.author for found in (*conversation.posts, *conversation.quoted, *conversation.missing)}
    assert (conversation.posts[1].parent_author, conversation.posts[1].quote.author) == (ada().id, ada().id)
    assert [(found.id, found.bio) for found in conversation.authors] == [(ada().id, "#nobot"), (bob, "")]


@pytest.mark.parametrize("order", [(A, B), (B, A)])
def test_of_two_names_of_an_account_its_own_server_describes_it(order):
    page = f"https://{A}/@ada"
    seen = Sightings()
    for host in order:
        saw(seen=seen, host=host)
        seen.post(post(1) if host == A else replace(post(2), author=page), None)
        seen.author(ada(bio="hers") if host == A else Author(id=page, network="fedi", bio="a copy"))
        seen.person(page, ada().id)
    seen.asked_for(name(1))
    assert [(found.id, found.bio) for found in seen.conversation().authors] == [(ada().id, "hers")]


def test_nobody_renames_an_account_that_its_own_server_calls_by_that_name():
    page = f"https://{A}/@ada"
    seen = saw(replace(post(1), author=page))
    seen.author(Author(id=page, network="fedi"))
    saw(seen=seen, host=B)
    seen.person(page, "https://moss.example/@mallory")
    assert [found.author for found in seen.conversation().posts] == [page]


# --- the anchor ------------------------------------------------------------------------------------------------


def test_the_first_post_that_was_asked_for_is_the_anchor():
    seen = saw(post(1), post(2, to=1))
    seen.asked_for(name(2))
    seen.asked_for(name(1))
    assert (seen.conversation().anchor, seen.conversation().address) == (name(2), "https://moss.example/@ada/2")
    seen.address = "https://moss.example/@ada/9"
    assert seen.conversation().address == "https://moss.example/@ada/9"


def test_the_first_post_of_the_longest_conversation_is_the_anchor_of_what_is_about_none():
    assert saw(post(9), post(3, to=2), post(2, to=1), post(1)).conversation().anchor == name(1)
    assert saw(post(9), post(3, to=2), post(4, to=2)).conversation().anchor == name(3)


def test_nothing_seen_is_an_error():
    with pytest.raises(Unreadable, match="This holds no posts"):
        Sightings().conversation()


@pytest.mark.parametrize(
    ("reason", "sentence"), [("unknown", "has no such post that is public"), ("unreachable", "could not be found out")]
)
def test_an_anchor_that_is_not_to_be_had_is_an_error_that_says_why(reason, sentence):
    seen = saw(post(1))
    seen.asked_for(name(2))
    seen.missing(Missing(id=name(2), reason=reason))
    with pytest.raises(NotFound, match=sentence) as caught:
        seen.conversation()
    assert caught.value.subject == name(2)


def test_an_anchor_that_nothing_was_heard_of_is_an_error():
    seen = saw(post(1))
    seen.asked_for(name(2))
    with pytest.raises(NotFound, match="has no such post"):
        seen.conversation()


# --- what may be shown -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seen_by", ["private", "direct"])
def test_of_a_post_that_is_not_for_everybody_nothing_but_its_place_is_kept(seen_by):
    secret = post(2, to=1, text="secret", warning="secret", visibility=seen_by, replies=1, langs=("en",))
    conversation = saw(post(1), secret, post(3, to=2)).conversation()
    assert "secret" not in str(conversation)
    kept = conversation.posts[1]
    assert (kept.parent, kept.visibility, kept.replies, kept.url) == (
        name(1),
        seen_by,
        1,
        "https://moss.example/@ada/2",
    )


def test_what_only_a_token_showed_is_not_shown_until_its_page_does():
    seen = saw(post(1), post(2, to=1), host="", privileged=True)
    seen.asked_for(name(1))
    assert [found.id for found in seen.unproven()] == [name(1), name(2)]
    with pytest.raises(NotFound, match="could not be found out"):
        seen.conversation()
    assert ids(seen.conversation(doubtful=True)) == [name(1), name(2)]
    seen.page(name(1), shows=True)
    assert [found.id for found in seen.unproven()] == [name(1), name(2)]
    seen.tested(A, proves=True)
    conversation = seen.conversation()
    assert ids(conversation) == [name(1)]
    assert (conversation.missing, ends(conversation)) == ((), [(name(1), "unreachable", None)])
    seen.page(name(2), shows=False)
    assert (seen.conversation().posts[1].visibility, seen.conversation().posts[1].text) == ("private", "")
    assert seen.unproven() == []


def test_where_pages_prove_nothing_nothing_is_shown_by_their_word():
    seen = saw(post(1, replies=1))
    saw(post(2, to=1), seen=seen, host="", privileged=True)
    seen.page(name(2), shows=True)
    seen.tested(A, proves=False)
    conversation = seen.conversation()
    assert (ids(conversation), ends(conversation)) == ([name(1)], [(name(1), "unreachable", 1)])
    assert (seen.unproven(), seen.is_tested(A), seen.is_tested(B)) == ([], True, False)
    seen.page(name(2), shows=False)
    assert [found.visibility for found in seen.conversation().posts] == ["public", "private"]
    alone = saw(post(1), host="", privileged=True)
    alone.tested(A, proves=False)
    with pytest.raises(NotFound, match="has a page at any address"):
        alone.conversation()


def test_what_any_answer_showed_to_everybody_needs_no_proof():
    seen = saw(post(1), host="", privileged=True)
    saw(post(1), seen=seen)
    assert seen.unproven() == []
    assert ids(seen.conversation()) == [name(1)]


@pytest.mark.parametrize("first", [True, False])
def test_a_copy_on_somebody_elses_server_is_no_proof(first):
    seen = Sightings()
    for privileged in (first, not first):
        saw(post(1), seen=seen, host="" if privileged else B, privileged=privileged)
    assert [found.id for found in seen.unproven()] == [name(1)]
    with pytest.raises(NotFound, match="could not be found out"):
        seen.conversation()


def proven(*shown, posts):
    """Posts that only a token showed, of which the pages of some answered."""
    seen = saw(*posts, host="", privileged=True)
    seen.tested(A, proves=True)
    for number in shown:
        seen.page(name(number), shows=True)
    seen.asked_for(name(shown[0]))
    return seen.conversation()


def test_where_a_thread_ends_with_what_nobody_could_ask_for_a_later_reading_goes_on():
    chain = [post(number, to=number - 1 or None, replies=1) for number in range(1, 7)]
    conversation = proven(1, 2, posts=chain)
    assert (ids(conversation), conversation.missing) == ([name(1), name(2)], ())
    assert ends(conversation) == [(name(2), "unreachable", 1)]


def test_what_nobody_could_ask_for_keeps_its_place_where_something_shown_hangs_below_it():
    chain = [post(number, to=number - 1 or None, replies=1) for number in range(1, 7)]
    conversation = proven(1, 2, 5, posts=chain)
    assert {(place.id, place.parent, place.reason) for place in conversation.missing} == {
        (name(3), name(2), "unreachable"),
        (name(4), name(3), "unreachable"),
    }
    assert [found for found, why, _ in ends(conversation) if why == "unreachable"] == [name(2), name(5)]


def test_what_stands_above_and_nobody_could_ask_for_keeps_its_place():
    conversation = proven(3, posts=[post(number, to=number - 1 or None, replies=1) for number in range(1, 4)])
    assert {place.id for place in conversation.missing} == {name(1), name(2)}
    assert ends(conversation) == [(name(3), "unseen", 1)]


@pytest.mark.parametrize("shown", [(1, 3), (1, 2, 3)])
def test_what_may_go_on_below_somebody_elses_answer_leaves_the_thread_open(shown):
    bob = replace(post(2, to=1), author="https://moss.example/users/bob")
    conversation = proven(*shown, posts=[post(1, replies=2), bob, post(3, to=1), post(4, to=2), post(5, to=4)])
    assert (conversation.missing, ids(conversation)) == ((), [name(number) for number in shown])
    assert [found for found, why, _ in ends(conversation) if why == "unreachable"] == [name(1)]


def test_what_others_answered_and_nobody_could_ask_for_is_nothing_to_the_thread():
    bob = replace(post(2, to=1), author="https://moss.example/users/bob")
    conversation = proven(1, posts=[post(1, replies=1), bob])
    assert (conversation.missing, ends(conversation)) == ((), [(name(1), "unseen", 1)])


def test_circles_of_what_nobody_could_ask_for_end():
    circle = [post(2, to=3), post(3, to=2), post(4, to=3)]
    conversation = proven(1, 4, posts=[post(1), *circle])
    assert {place.id for place in conversation.missing} == {name(2), name(3)}


def test_an_answer_whose_request_was_refused_is_asked_for_by_a_later_reading():
    seen = saw(post(1, replies=1))
    seen.listed(name(1))
    seen.missing(Missing(id=name(2), author=ada().id, parent=name(1), reason="unreachable"))
    conversation = seen.conversation()
    assert (conversation.missing, ends(conversation)) == ((), [(name(1), "unreachable", 1)])


def test_a_quoted_post_that_only_a_token_showed_leaves_a_placeholder_until_its_page_shows_it():
    quote = Quote(id=name(8), url="https://moss.example/@ada/8", author=ada().id)
    seen = saw(post(1, quote=quote), host="")
    seen.begin(NOON, privileged=True)
    seen.quoted(post(8, text="quoted"), ada())
    assert [found.id for found in seen.unproven()] == [name(8)]
    conversation = seen.conversation()
    assert (conversation.posts[0].quote.state, conversation.quoted) == ("hidden", ())
    assert [found.text for found in seen.conversation(doubtful=True).quoted] == ["quoted"]
    seen.page(name(8), shows=True)
    seen.tested(A, proves=True)
    assert seen.conversation().posts[0].quote.state == "shown"
    assert [found.text for found in seen.conversation().quoted] == ["quoted"]
    seen.quoted(post(8, text="quoted", quote=Quote(id=name(9))), ada())
    seen.quoted(post(9, text="quoted in a quote"), ada())
    assert [(found.text, found.quote.state) for found in seen.conversation().quoted] == [("quoted", "hidden")]


def test_quotes_of_quotes_are_shown_once_each():
    def quote(number, state="shown"):
        return Quote(id=name(number), state=state)

    seen = saw(post(1, quote=quote(8)), post(2, to=1, quote=quote(8)), post(3, to=2, quote=quote(7, "detached")))
    seen.quoted(post(8, quote=quote(9)), ada())
    seen.quoted(post(9, quote=quote(8)), None)
    seen.quoted(post(7), None)
    seen.quoted(post(6), None)
    assert [found.id for found in seen.conversation().quoted] == [name(8), name(9)]


def test_an_author_of_whom_nothing_is_known_is_named_as_one_whose_profile_was_not_read():
    seen = Sightings()
    seen.begin(None, A)
    seen.post(post(1), None)
    seen.author(ada(B))
    (author,) = seen.conversation().authors
    assert (author.id, author.signals) == (ada().id, (UNREAD,))
    assert seen.conversation().read_at is None


def test_damaged_characters_and_repairs_are_told():
    seen = saw(post(1, text="a\ufffdb"))
    for _ in range(2):
        seen.note(Note(kind="html-too-deep", post=name(1)))
    assert seen.conversation().notes == (
        Note(kind="html-too-deep", post=name(1)),
        Note(kind="replaced-characters", n=1),
    )


# --- what may be hidden ----------------------------------------------------------------------------------------


def test_as_many_answers_as_are_counted_leave_nothing_open():
    assert ends(saw(post(1, replies=1), post(2, to=1, replies=0)).conversation()) == []


def test_more_answers_counted_than_seen_are_open_with_their_number():
    assert ends(saw(post(1, replies=3), post(2, to=1, replies=0)).conversation()) == [(name(1), "unseen", 2)]


def test_without_a_count_nobody_knows():
    assert ends(saw(post(1)).conversation()) == [(name(1), "unseen", None)]


def test_an_answer_that_is_not_for_everybody_or_gone_is_not_the_one_that_is_counted():
    seen = saw(post(1, replies=1), post(3, to=1, replies=0, visibility="private"))
    seen.missing(Missing(id=name(2), parent=name(1)))
    assert ends(seen.conversation()) == [(name(1), "unseen", 1)]


@pytest.mark.parametrize("tell", ["listed", "own_listed"])
@pytest.mark.parametrize(("count", "left"), [(None, []), (3, []), (2, [(name(1), 2)])])
def test_a_listing_closes_a_post_until_more_is_counted(tell, count, left):
    seen = saw(post(1, replies=3), post(2, to=1, replies=0))
    getattr(seen, tell)(name(1), count)
    getattr(seen, tell)(name(1), 0)
    assert [(frontier.post, frontier.hidden) for frontier in seen.conversation().frontiers] == left


def test_why_a_post_is_open():
    seen = saw(*(post(number, replies=1) for number in (1, 2, 3, 4)))
    seen.cut(name(1))
    seen.listed(name(2), 0)
    seen.cut(name(3))
    seen.unreached.add(name(3))
    assert [why for _, why, _ in ends(seen.conversation())] == ["limit", "count", "unreachable", "unseen"]


# --- several files ---------------------------------------------------------------------------------------------


def test_answers_about_different_conversations_are_refused():
    seen = saw(post(1, text="Moss."), post(2, to=1))
    saw(post(7, text="Fern."), seen=seen)
    seen.asked_for(name(1))
    with pytest.raises(Unreadable, match="two conversations"):
        seen.refuse_strangers("a.json")
    saw(post(7, to=2), seen=seen, minute=1)
    seen.missing(Missing(id=name(8), parent=name(1)))
    seen.refuse_strangers("a.json")
