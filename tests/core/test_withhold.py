"""What may be shown to a visitor without login, and why."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.json import encode
from msgspec.structs import replace

from tests.support.talk import a, b, c, chain, ids, talk, thread
from threadleaf import render
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import Refused
from threadleaf.core.model import Missing, Note, Post, Quote
from threadleaf.core.wishes import NOBODY, OptOut
from threadleaf.core.withhold import explain, people, reach, shown

SECRET = "hidden words"


def labelled(conversation, **labels):
    """The same conversation with labels on its people."""
    people = [replace(p, labels=labels.get(p.id, ())) for p in conversation.authors]
    return replace(conversation, authors=tuple(people))


def gaps(t):
    return [(g.after, g.before, g.id, g.reason) for g in t.gaps]


def test_a_thread_that_nobody_objects_to_is_shown_as_it_is():
    t = thread(chain(3))
    assert shown(t) is t


@pytest.mark.parametrize("label", ["!no-unauthenticated", "!hide", "!takedown"])
def test_the_authors_label_withholds_the_whole_thread(label):
    t = assemble(labelled(talk(chain(3)), a=(label,)))
    with pytest.raises(Refused) as refused:
        shown(t)
    assert refused.value.code == label
    assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize("label", ["!no-unauthenticated", "!hide", "!takedown"])
def test_a_labelled_post_becomes_a_gap(label):
    posts = chain(4)
    posts[1] = a("2", SECRET, to="1", at=2, labels=(label,))
    t = shown(thread(posts))
    assert ids(t.posts) == "1 3 4"
    assert [(g.after, g.before, g.id, g.says) for g in t.gaps] == [("1", "3", "2", "withheld")]
    assert (t.completeness.state, t.completeness.withheld, t.completeness.missing) == ("incomplete", 1, 1)
    assert SECRET.encode() not in encode(t)


@pytest.mark.parametrize("visibility", ["private", "direct"])
def test_a_post_for_followers_is_counted_not_shown(visibility):
    posts = chain(3)
    posts[2] = a("3", SECRET, to="2", at=3, visibility=visibility)
    t = shown(thread(posts))
    assert (ids(t.posts), t.completeness.withheld) == ("1 2", 1)
    assert gaps(t) == [("2", None, "3", "protected")]


def test_an_unlisted_post_is_shown():
    t = thread(a("1", visibility="unlisted"), a("2", to="1"))
    assert shown(t) is t


def test_a_withheld_first_post_takes_its_title_along():
    t = shown(thread(a("1", SECRET, labels=("!hide",)), a("2", "Shown words.", to="1")))
    assert (t.title, gaps(t)) == ("Shown words.", [(None, "2", "1", "protected")])


def test_the_page_keeps_its_address_when_the_first_post_is_withheld():
    t = thread(a("1", labels=("!hide",)), a("2", to="1"))
    assert shown(t).ref == t.ref


def test_a_thread_of_which_nothing_may_be_shown_is_refused():
    with pytest.raises(Refused, match="None of the posts"):
        shown(thread(a("1", visibility="private"), a("2", to="1", visibility="private")))


def test_context_by_somebody_who_opted_out_is_left_out():
    talked = talk(b("q", SECRET), a("1", to="q"), a("2", to="1"), anchor="2")
    t = shown(assemble(labelled(talked, b=("!no-unauthenticated",))))
    assert (t.context, SECRET.encode() in encode(t)) == ((), False)
    assert t.completeness.state == "complete"


@pytest.mark.parametrize(("label", "state"), [("!no-unauthenticated", "opted-out"), ("!takedown", "hidden")])
def test_a_quote_of_somebody_who_opted_out_is_a_placeholder(label, state):
    quoted = Post(id="q", author="b", text=SECRET)
    talked = talk(a("1", quote=Quote(id="q")), a("2", to="1"), b("x", to="1"), quoted=(quoted,))
    t = shown(assemble(labelled(talked, b=(label,))))
    assert t.posts[0].quote.state == state
    assert SECRET.encode() not in encode(t)


def test_quotes_of_others_are_left_as_they_are():
    quoted = (Post(id="q", author="b", text="Fine."), Post(id="r", author="a", text=SECRET, labels=("!hide",)))
    posts = [a("1", quote=Quote(id="q")), a("2", to="1", quote=Quote(id="r")), a("3", to="2")]
    t = shown(thread(posts, quoted=quoted))
    assert [p.quote.state if p.quote else None for p in t.posts] == ["shown", "hidden", None]


def test_a_withheld_post_in_a_branch_is_a_gap_there():
    posts = [*chain(3), a("x", to="2", at=50), a("y", SECRET, to="x", at=51, labels=("!hide",)), a("z", to="y", at=52)]
    t = shown(thread(posts))
    assert [(br.at, ids(br.posts)) for br in t.branches] == [("2", "x z")]
    assert [(g.after, g.before, g.id, g.line) for g in t.gaps] == [("x", "z", "y", "x")]
    assert t.completeness.withheld == 1


def test_a_branch_of_which_nothing_may_be_shown_is_a_gap_at_its_fork():
    t = shown(thread(chain(3), a("x", SECRET, to="2", at=50, labels=("!hide",))))
    assert (t.branches, [(g.after, g.line, g.id) for g in t.gaps]) == ((), [("2", "x", "x")])


def test_a_branch_at_a_withheld_post_moves_to_the_post_before():
    posts = [a("1"), a("2", SECRET, to="1", at=2, labels=("!hide",)), a("3", to="2", at=3), a("x", to="2", at=50)]
    assert [br.at for br in shown(thread(posts)).branches] == ["1"]
    posts[0] = a("1", SECRET, labels=("!hide",))
    assert [br.at for br in shown(thread(posts)).branches] == ["3"]


def test_a_branch_of_a_branch_at_a_withheld_post_is_kept():
    posts = [*chain(2), a("x", to="1", at=50, labels=("!hide",)), a("y", to="x", at=51), a("z", to="x", at=52)]
    assert [ids(br.posts) for br in shown(thread(posts)).branches] == ["y", "z"]


def test_gaps_that_were_there_stay_beside_new_ones():
    posts = [
        *chain(2),
        a("4", to="3", at=4, root="1", parent_author="a", labels=("!hide",)),
        a("5", to="4", at=5, root="1"),
    ]
    t = shown(thread(posts, missing=(Missing(id="3", author="a", parent="2"),)))
    assert gaps(t) == [("2", "5", "3", "unknown"), ("2", "5", "4", "protected")]
    end = shown(
        thread(
            a("1", labels=("!hide",)),
            a("2", to="1"),
            missing=(Missing(id="3", author="a", parent="2", reason="blocked"),),
        )
    )
    assert gaps(end) == [(None, "2", "1", "protected"), ("2", None, "3", "blocked")]


def test_a_gap_of_a_branch_that_was_there_stays():
    posts = [a("1", labels=("!hide",)), a("2", to="1"), a("3", to="2")]
    t = shown(thread(posts, missing=(Missing(id="x", author="a", parent="2", reason="blocked"),)))
    assert [(g.id, g.line) for g in t.gaps] == [("1", ""), ("x", "x")]


def test_numbers_of_withheld_posts_name_the_gap():
    posts = chain(4, text="{i}/4 Post")
    posts[2] = a("3", "3/4 " + SECRET, to="2", at=3, labels=("!hide",))
    t = shown(thread(posts))
    assert ([g.number for g in t.gaps], [c.number for c in t.counters.found]) == ([3], [1, 2, 4])


def test_an_earlier_part_that_is_withheld_is_not_named():
    quoted = Post(id="q", author="a", text="1/7 " + SECRET, labels=("!hide",))
    t = shown(thread(a("1", quote=Quote(id="q")), a("2", to="1"), quoted=(quoted,)))
    assert t.parts == ()
    assert SECRET.encode() not in encode(t)


def test_withheld_answers_to_others_are_counted_and_the_thread_stays_complete():
    t = shown(thread(chain(2, text="{i}/2"), b("q", to="1"), a("r", SECRET, to="q", visibility="private")))
    assert (t.replies_by_author, t.completeness.withheld, t.completeness.state) == ((), 1, "complete")


def test_a_series_keeps_its_other_part():
    quoted = (
        Post(id="q", author="a", text="1/7 " + SECRET, labels=("!hide",)),
        Post(id="r", author="a", text="🧵 Next"),
    )
    posts = [a("1", quote=Quote(id="q")), a("2", to="1", quote=Quote(id="r"))]
    assert [p.where for p in shown(thread(posts, quoted=quoted)).parts] == ["here", "later"]


@given(st.sets(st.sampled_from(["1", "2", "3", "4", "x", "y", "r", "q"])))
def test_no_word_of_a_withheld_post_survives_in_the_result(held):
    def words(key):
        return f"secret{key}word"

    def label(post):
        return replace(post, text=words(post.id), labels=("!hide",) if post.id in held else ())

    posts = [*chain(4), a("x", to="2", at=50), a("y", to="x", at=51), b("q", to="1"), a("r", to="q", at=2)]
    t = thread([label(post) for post in posts])
    try:
        text = encode(shown(t)).decode()
    except Refused:
        assert {"1", "2", "3", "4"} <= held
        return
    for post in posts:
        assert (words(post.id) in text) == (post.id not in held)


def test_what_leaves_a_withheld_post_of_a_branch_stays_at_the_branchs_place():
    posts = [
        *chain(3),
        a("b1", to="1", at=10),
        a("b2", to="b1", at=11, labels=("!hide",)),
        a("b3", to="b2", at=12),
        a("b4", to="b2", at=13),
    ]
    t = shown(thread(posts))
    assert [(br.at, ids(br.posts)) for br in t.branches] == [("1", "b1 b3"), ("b1", "b4")]


def test_gaps_of_a_branch_old_and_new_stand_in_its_order():
    posts = [*chain(3), a("b1", to="1", at=10, labels=("!hide",)), a("b3", to="b2", at=12, parent_author="a")]
    t = shown(thread(posts, missing=(Missing(id="b2", author="a", parent="b1"),)))
    assert [(g.after, g.before, g.id, g.line) for g in t.gaps] == [("1", "b3", "b1", "b3"), ("1", "b3", "b2", "b3")]


def test_nothing_about_somebody_who_opted_out_is_left():
    people = {"name": "NAME", "bio": "BIO", "labels": ("!no-unauthenticated",)}
    quoted = (
        Post(id="r", author="c", text="Fine.", quote=Quote(id="s", author="b")),
        Post(id="s", author="b", text=SECRET),
    )
    talked = talk(
        b("q", SECRET), a("1", to="q"), a("2", to="1", quote=Quote(id="r")), c("x", to="1"), anchor="2", quoted=quoted
    )
    talked = replace(talked, authors=tuple(replace(p, **people) if p.id == "b" else p for p in talked.authors))
    t = shown(assemble(talked))
    text = encode(t).decode()
    assert not any(word in text for word in (SECRET, "NAME", "BIO"))
    assert t.quoted[0].quote.state == "opted-out"


def test_another_reading_by_somebody_who_opted_out_is_not_linked():
    talked = talk(b("q"), b("q2", to="q"), a("1", to="q2"), a("2", to="1"), anchor="2")
    assert assemble(talked).readings
    assert shown(assemble(labelled(talked, b=("!no-unauthenticated",)))).readings == ()


def test_a_series_whose_first_post_is_withheld_is_still_one():
    quoted = (Post(id="r", author="a", text="🧵 Next"),)
    posts = [a("1", labels=("!hide",)), a("2", to="1", quote=Quote(id="r"))]
    assert [p.where for p in shown(thread(posts, quoted=quoted)).parts] == ["here", "later"]


# --- profiles, settings, our own list -----------------------------------------------------------------------------

SINCE = OptOut(datetime(2026, 11, 28, tzinfo=UTC))


def known(conversation, **people):
    """The same conversation with more known about its people."""
    told = [replace(p, **people.get(p.id, {})) for p in conversation.authors]
    return replace(conversation, authors=tuple(told))


def refusal(t, opted_out=NOBODY):
    with pytest.raises(Refused) as refused:
        shown(t, opted_out)
    assert refused.value.subject == "a"
    return refused.value.sentence, refused.value.code


@pytest.mark.parametrize(
    ("about", "sentence", "code"),
    [
        ({"bio": "#nounroll"}, "The author asks not to be unrolled (the profile says “#nounroll”).", "profile"),
        (
            {"labels": ("!no-unauthenticated",)},
            "The author asks to be shown only to people who are logged in to the network.",
            "!no-unauthenticated",
        ),
        (
            {"labels": ("!takedown",)},
            "This account is hidden by its network's moderation, so its threads are not shown.",
            "!takedown",
        ),
        (
            {"signals": ("suspended",)},
            "The threads of this author are not shown: the account is suspended on its server.",
            "suspended",
        ),
        (
            {"signals": ("publicAccessArchive=false",)},
            "The author asks not to be unrolled (the account is set to publicAccessArchive=false).",
            "publicAccessArchive=false",
        ),
    ],
)
def test_whoever_asks_is_told_why_an_author_is_not_shown(about, sentence, code):
    assert refusal(assemble(known(talk(chain(2)), a=about))) == (sentence, code)


def test_an_author_on_our_opt_out_list_is_refused_with_the_date():
    sentence = "The author asks not to be unrolled (our opt-out list, since 28 November 2026)."
    assert refusal(thread(chain(2)), {"a": SINCE}) == (sentence, "opt-out-list")


def around_b():
    """A thread in which b is answered, answers, is quoted, quoted in a quote, and has a thread of her own."""
    quoted = (
        Post(id="r", author="c", text="Fine.", quote=Quote(id="s", author="b")),
        Post(id="s", author="b", text=SECRET),
    )
    return talk(
        b("top", SECRET),
        b("top2", SECRET, to="top"),
        a("1", to="top2"),
        a("2", to="1", quote=Quote(id="r", author="c")),
        a("3", to="2", quote=Quote(id="s", author="b")),
        b("below", SECRET, to="1"),
        c("stays", to="2"),
        anchor="1",
        quoted=quoted,
    )


@pytest.mark.parametrize(
    ("about", "opted_out", "state"),
    [
        ({}, {"b": SINCE}, "opted-out"),
        ({"bio": "#nobot"}, {}, "opted-out"),
        ({"signals": ("publicAccessArchive=false",)}, {}, "opted-out"),
        ({"signals": ("suspended",)}, {}, "hidden"),
        ({"signals": ("profile-unread",)}, {}, "unknown"),
    ],
)
def test_of_somebody_else_who_may_not_be_shown_placeholders_are_all_that_is_left(about, opted_out, state):
    t = assemble(known(around_b(), b={"name": "NAME", **about}))
    assert t.readings
    seen = shown(t, opted_out)
    text = encode(seen).decode()
    assert not any(word in text for word in (SECRET, "NAME"))
    assert [person.id for person in seen.authors] == ["a", "c"]
    assert [p.quote.state for p in (*seen.posts, *seen.quoted) if p.quote] == ["shown", state, state]
    assert (ids(seen.context), ids(seen.quoted), seen.readings) == ("stays", "r", ())
    assert seen.completeness.state == t.completeness.state


def test_somebody_on_our_list_is_left_out_also_where_nothing_but_the_id_is_known():
    t = thread(a("1", quote=Quote(id="s", author="b", state="detached")), a("2", to="1"))
    assert shown(t, {"b": SINCE}).posts[0].quote == Quote(id="", state="opted-out")


# --- ids that name somebody ---------------------------------------------------------------------------------------

BOB = "did:plc:bob"


@pytest.mark.parametrize("obtained", [True, False])
def test_an_answer_to_somebody_who_opted_out_does_not_say_to_whom(obtained):
    theirs = [b("q", SECRET, to="1")] if obtained else []
    posts = [*chain(2), *theirs, a("r", to="q", parent_author="b", root="1"), a("s", to="r", root="1")]
    seen = shown(thread(posts), {"b": SINCE})
    answers = [(p.id, p.parent, p.parent_author, p.root) for p in (*seen.posts[2:], *seen.replies_by_author)]
    assert answers == [("r", "", "", "1"), ("s", "r", "a", "1")]
    assert " reply to a post that is not shown here." in render.plain(seen)


def test_a_thread_below_somebody_who_opted_out_does_not_say_below_whom():
    top = f"at://{BOB}/app.bsky.feed.post/1"
    posts = [
        a("1", to=top, parent_author=BOB, root=top),
        a("2", to="1", root=top),
        c("x", to=top, root=top),
        b("y", to="2", root=top),
    ]
    t = thread(posts)
    assert (BOB.encode() in encode(t), ("bsky", BOB) in people(t)) == (True, True)
    seen = shown(t, {BOB: SINCE})
    assert BOB.encode() not in encode(seen)
    assert [(p.parent, p.root) for p in (*seen.posts, *seen.context)] == [("", None), ("1", None), ("2", None)]
    assert "In reply to a post that is not shown here." in render.plain(seen)


def test_a_withheld_post_by_somebody_who_is_shown_is_not_named_by_what_answers_it():
    t = shown(thread(chain(2), b("q", SECRET, to="1", labels=("!hide",)), a("r", to="q"), b("z", to="1")))
    assert [(p.parent, p.parent_author) for p in t.replies_by_author] == [("", "")]
    assert ids(t.context) == "z"


def test_an_answer_to_the_authors_own_withheld_post_names_it_as_its_gap_does():
    t = shown(thread(a("1"), a("2", to="1", labels=("!hide",)), a("3", to="2")))
    assert (t.gaps[0].id, t.posts[1].parent, t.posts[1].parent_author) == ("2", "2", "a")


@pytest.mark.parametrize(
    ("address", "owner"),
    [
        (f"at://{BOB}/app.bsky.feed.post/1", BOB),
        ("https://social.example/users/bob/statuses/1", "https://social.example/users/bob"),
        ("https://social.example/ap/users/12/statuses/1", "https://social.example/ap/users/12"),
    ],
)
def test_the_address_of_a_post_that_names_its_author_is_held_back_with_the_author(address, owner):
    t = thread(a("1", quote=Quote(id=address, url=address, state="address")), a("2", to="1"))
    assert ("bsky", owner) in people(t)
    assert shown(t).posts[0].quote == Quote(id=address, url=address, state="address")
    assert shown(t, {owner: SINCE}).posts[0].quote == Quote(id="", state="opted-out")


def test_an_address_that_names_its_author_by_the_handle_is_held_back_too():
    quote = Quote(id="at://b.example/app.bsky.feed.post/1", state="address")
    assert shown(thread(a("1", quote=quote), a("2", to="1"), b("x", to="1")), {"b": SINCE}).posts[0].quote.id == ""
    assert (
        shown(thread(a("1", quote=replace(quote, author="b.example")), a("2", to="1"), b("x", to="1")), {"b": SINCE})
        .posts[0]
        .quote.id
        == ""
    )


def test_the_address_of_a_post_whose_author_was_seen_is_held_back_with_the_author():
    quote = Quote(id="https://key.example/notes/1", state="address")
    t = thread(a("1", quote=quote), a("2", to="1"), b("https://key.example/notes/1", to="1"))
    assert shown(t, {"b": SINCE}).posts[0].quote == Quote(id="", state="opted-out")


def test_what_was_repaired_in_a_withheld_post_is_told_without_its_id():
    t = thread(chain(2), b("q", to="1"))
    t = replace(
        t,
        completeness=replace(
            t.completeness, notes=(Note(kind="cycle-cut", post="q"), Note(kind="cycle-cut", post="1"))
        ),
    )
    assert [note.post for note in shown(t, {"b": SINCE}).completeness.notes] == ["", "1"]


def test_an_author_whose_own_profile_could_not_be_read_is_shown_and_stays_out_of_lists():
    t = assemble(known(talk(chain(2)), a={"signals": ("profile-unread",)}))
    assert shown(t) is t
    assert reach(t) == "unlisted"


@pytest.mark.parametrize("who", ["a", "b", "c"])
def test_what_one_person_asks_for_keeps_the_whole_page_out_of_lists(who):
    t = assemble(known(around_b(), **{who: {"signals": ("noindex",)}}))
    assert shown(t) is t
    assert (reach(t), reach(assemble(around_b()))) == ("unlisted", "listed")


def test_somebody_who_is_left_out_does_not_keep_the_page_out_of_lists():
    assert reach(assemble(known(around_b(), b={"bio": "#nobot"}))) == "listed"
    assert reach(assemble(known(around_b(), b={"signals": ("noindex",)})), {"b": SINCE}) == "listed"


def test_a_single_post_that_its_author_has_left_out_is_shown_to_nobody():
    quoted = (Post(id="r", author="c", text="Words."), Post(id="t", author="c", text="Others."))
    first = a("1", to="q", quote=Quote(id="r", author="c"))
    t = assemble(talk(b("q"), first, a("2", to="1", quote=Quote(id="t", author="c")), anchor="1", quoted=quoted))
    left = shown(t, {"r": SINCE})
    assert [post.id for post in left.quoted] == ["t"]
    assert (left.posts[0].quote.id, left.posts[0].quote.state) == ("", "opted-out")
    assert shown(t, {"q": SINCE}).context == ()
    assert [post.id for post in shown(t, {"q": SINCE}).posts] == ["1", "2"]


def test_everybody_who_is_named_is_looked_up_in_our_list():
    quoted = (Post(id="r", author="c", quote=Quote(id="s", author="e")),)
    seen = talk(b("q"), b("q2", to="q"), a("1", to="q2", quote=Quote(id="r", author="c")), anchor="1", quoted=quoted)
    t = assemble(replace(seen, network="fedi"))
    names, posts = {("bsky", "a"), ("bsky", "b"), ("fedi", "c"), ("fedi", "e")}, {("fedi", name) for name in "rs"}
    assert people(t) == names | posts | {("fedi", post.id) for post in t.context}
    assert people(assemble(talk(a("1", quote=Quote(id="x")), a("2", to="1")))) == {("bsky", "a"), ("bsky", "x")}


# --- why ----------------------------------------------------------------------------------------------------------


def test_everybody_is_explained_with_the_part_they_play():
    t = assemble(known(around_b(), b={"bio": "#nobot"}, c={"signals": ("noindex",)}))
    told = explain(t)
    assert (told.network, told.refusal, told.reach) == ("bsky", "", "unlisted")
    assert [(p.author.id, p.roles, p.decision.show, p.decision.source) for p in told.people] == [
        ("a", ("author",), True, ""),
        ("b", ("context", "quoted", "other reading"), False, "#nobot"),
        ("c", ("context", "quoted"), True, "noindex"),
    ]
    assert told.posts == ()


def test_a_refusal_is_explained_and_not_raised():
    told = explain(thread(chain(2), b("x", to="1")), {"a": SINCE, "b": SINCE})
    assert told.refusal == "The author asks not to be unrolled (our opt-out list, since 28 November 2026)."
    assert told.reach == "unlisted"
    assert [(p.author.id, p.decision.show) for p in told.people] == [("a", False), ("b", False)]


def test_somebody_of_whom_only_the_id_is_known_is_explained_too():
    t = replace(thread(chain(2), b("x", to="1")), authors=())
    assert [p.author.handle for p in explain(t).people] == ["a.example", ""]


def test_posts_about_which_something_is_said_are_explained_once():
    quoted = (Post(id="3", author="a", labels=("!hide",)),)
    posts = [*chain(2), a("3", to="2", labels=("!hide",)), a("4", to="3", visibility="unlisted", quote=Quote(id="3"))]
    told = explain(thread(posts, quoted=quoted))
    assert [(post.id, decision.source) for post, decision in told.posts] == [("3", "!hide"), ("4", "unlisted")]
    assert (told.refusal, told.reach) == ("", "unlisted")
