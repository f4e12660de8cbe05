"""What is said about showing a post, and what follows from it."""

from datetime import UTC, datetime

import pytest

from threadleaf.core.model import Author, Post
from threadleaf.core.wishes import OptOut, Sign, about, about_author, about_labels, told

POST = Post(id="1", author="a")
ADA = Author(id="a", network="fedi", handle="ada@social.example")
SINCE = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)


def author(**more):
    return Author(id="a", network="fedi", **more)


@pytest.mark.parametrize(
    ("labels", "show", "reason"),
    [
        ((), True, "unknown"),
        (("porn", "!warn", "sexual", "nudity", "graphic-media", "gore", "bot"), True, "unknown"),
        (("!no-unauthenticated",), False, "opted-out"),
        (("!hide",), False, "protected"),
        (("!takedown", "!no-unauthenticated"), False, "opted-out"),
        (("!takedown",), False, "protected"),
    ],
)
def test_labels_decide(labels, show, reason):
    decision = about_labels(labels)
    assert (decision.show, decision.reason) == (show, reason)
    assert show or decision.source in labels


def test_nothing_said_is_leave_to_show_to_list_and_to_index():
    decision = about(POST, ADA)
    assert (decision.show, decision.reach, decision.indexable, decision.signs) == (True, "listed", True, ())
    assert about(POST, None) == decision


@pytest.mark.parametrize("signal", ["noindex", "indexable=false", "discoverable=false", "limited"])
def test_a_setting_against_searching_keeps_out_of_lists_and_search_engines(signal):
    decision = about_author(author(signals=(signal,)))
    assert (decision.show, decision.reach, decision.indexable) == (True, "unlisted", False)
    assert decision.source == signal


@pytest.mark.parametrize(("signal", "reason"), [("suspended", "protected"), ("publicAccessArchive=false", "opted-out")])
def test_a_setting_against_showing_withholds(signal, reason):
    decision = about_author(author(signals=(signal,)))
    assert (decision.show, decision.reason, decision.source) == (False, reason, signal)


@pytest.mark.parametrize("signal", ["moved", "memorial", "indexable=true", "discoverable=true", "bot", ""])
def test_other_settings_ask_for_nothing(signal):
    assert about_author(author(signals=(signal,))) == about_author(ADA)


def test_an_unread_profile_withholds_others_and_keeps_its_own_threads_out_of_lists():
    unread = author(signals=("profile-unread",))
    assert (about_author(unread).show, about_author(unread).reason) == (False, "unreachable")
    own = about_author(unread, own=True)
    assert (own.show, own.reach, own.source) == (True, "unlisted", "profile-unread")


@pytest.mark.parametrize("own", [True, False])
def test_a_clear_wish_in_the_profile_withholds(own):
    decision = about(POST, author(bio="Painter.\n#NoUnroll"), own=own)
    assert (decision.show, decision.reason, decision.source) == (False, "opted-out", "#NoUnroll")


def test_words_in_the_profile_that_may_mean_anything_keep_out_of_lists():
    decision = about(POST, author(bio="No bots were harmed."))
    assert (decision.show, decision.reach, decision.source) == (True, "unlisted", "No bots were harmed.")


def test_what_nobody_reads_to_its_end_may_ask_for_something_there():
    for known in (author(bio="x" * 20_000 + "\n#nobot"), author(name="x" * 20_001)):
        decision = about_author(known)
        assert (decision.show, decision.reach, decision.source) == (True, "unlisted", "profile-too-long")
    assert about_author(author(bio="x" * 20_000, name="x" * 20_000)).reach == "listed"
    assert about_author(author(bio="#nobot\n" + "x" * 20_000)).source == "#nobot"


@pytest.mark.parametrize(
    ("visibility", "show", "reach"),
    [
        ("public", True, "listed"),
        ("unlisted", True, "unlisted"),
        ("private", False, "unlisted"),
        ("direct", False, "unlisted"),
    ],
)
def test_the_audience_of_a_post_decides(visibility, show, reach):
    decision = about(Post(id="1", author="a", visibility=visibility), ADA)
    assert (decision.show, decision.reach) == (show, reach)


@pytest.mark.parametrize("own", [True, False])
def test_our_opt_out_list_withholds_whether_or_not_the_account_is_known(own):
    for known in (ADA, None):
        decision = about(POST, known, OptOut(SINCE), own=own)
        assert (decision.show, decision.reason, decision.source) == (False, "opted-out", "28 November 2026")


def test_the_strictest_sign_decides_and_all_are_told():
    post = Post(id="1", author="a", visibility="unlisted", labels=("!hide",))
    known = author(bio="#nobot\nNo bots were harmed.", signals=("noindex", "profile-unread"), labels=("!takedown",))
    decision = about(post, known, OptOut(SINCE))
    assert (decision.reason, decision.source) == ("opted-out", "28 November 2026")
    assert [(sign.place, sign.says, sign.asks) for sign in decision.signs] == [
        ("list", "28 November 2026", "opted-out"),
        ("profile", "#nobot", "opted-out"),
        ("account label", "!takedown", "protected"),
        ("post label", "!hide", "protected"),
        ("account", "profile-unread", "unread"),
        ("profile", "No bots were harmed.", "unlisted"),
        ("account", "noindex", "unlisted"),
        ("visibility", "unlisted", "unlisted"),
    ]


@pytest.mark.parametrize(
    ("sign", "words"),
    [
        (Sign("list", "28 November 2026", "opted-out"), "our opt-out list, since 28 November 2026"),
        (Sign("account label", "!hide", "protected"), "the account has the label !hide"),
        (Sign("post label", "!hide", "protected"), "the post has the label !hide"),
        (Sign("profile", "#nobot", "opted-out"), "the profile says “#nobot”"),
        (Sign("visibility", "private", "protected"), "the visibility of the post is private"),
        (Sign("account", "noindex", "unlisted"), "the account is set to noindex"),
        (Sign("account", "suspended", "protected"), "the account is suspended on its server"),
        (Sign("account", "limited", "unlisted"), "the account is limited on its server"),
        (
            Sign("account", "profile-too-long", "unlisted"),
            "the profile is longer than 20,000 characters, so nobody knows what its end asks for",
        ),
        (
            Sign("account", "profile-unread", "unread"),
            "the profile could not be read, so nobody knows what it asks for",
        ),
    ],
)
def test_every_sign_is_told_in_words(sign, words):
    assert told(sign) == words
