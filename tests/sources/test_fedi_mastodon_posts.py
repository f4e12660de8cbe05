"""Posts and accounts in the form of Mastodon's API, and of the software that fills the same form."""

from datetime import UTC, datetime

import pytest

from threadleaf.core.model import Card, Media, Option, Poll, Quote, Span
from threadleaf.core.wishes import about_author
from threadleaf.sources._fedi_addresses import host_of, post_id
from threadleaf.sources._fedi_statuses import author_of, emojis_of, from_status, local_name

ACCOUNT = {"id": "7", "acct": "ada", "uri": "https://moss.example/users/ada", "url": "https://moss.example/@ada"}


def status(**words):
    return {
        "id": "12",
        "uri": "https://moss.example/users/ada/statuses/12",
        "url": "https://moss.example/@ada/12",
        "account": ACCOUNT,
        "content": "<p>Moss.</p>",
        "visibility": "public",
        **words,
    }


def read(host="moss.example", **words):
    return from_status(status(**words), host)


def post(**words):
    return read(**words).post


# --- names and links -------------------------------------------------------------------------------------------


def test_a_post_is_named_by_its_activitypub_id_and_linked_by_its_web_address():
    found = post()
    assert (found.id, found.url, found.author) == (status()["uri"], status()["url"], ACCOUNT["uri"])


@pytest.mark.parametrize(
    ("uri", "url", "name"),
    [
        ("http://moss.example/users/ada/statuses/1", "", "https://moss.example/users/ada/statuses/1"),
        ("https://moss.example/?p=1", "https://moss.example/p/ada/1", "https://moss.example/p/ada/1"),
        ("https://moss.example/?p=1", "", "https://moss.example/?p=1"),
        ("https://moss.example/?p=1", "https://moss.example/2026/05/moss/", "https://moss.example/2026/05/moss"),
        ("HTTP://Moss.Example:8443/p/Ada/1", "", "https://moss.example:8443/p/Ada/1"),
        ("https://moss.example/m%C3%B6s/", "https://moss.example/", "https://moss.example/m%C3%B6s"),
        ("https://ada@moss.example/1/", "", "https://ada@moss.example/1/"),
        ("", "https://moss.example/@ada/1", "https://moss.example/@ada/1"),
        ("tag:moss.example,1", "javascript:1", ""),
    ],
)
def test_an_id_can_stand_in_the_address_of_a_page_of_ours_wherever_that_is_possible(uri, url, name):
    assert post_id(uri, url) == name


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://Moss.example/a", "moss.example"),
        ("http://moss.example:8443?x", "moss.example:8443"),
        ("https://moss.example", "moss.example"),
        ("https://ada@moss.example/a", ""),
        ("moss.example/a", ""),
    ],
)
def test_the_host_of_an_address(address, host):
    assert host_of(address) == host


def test_a_web_address_on_another_server_is_no_address_of_the_post():
    assert post(url="https://other.example/@ada/12").url == status()["uri"]
    assert post(url=None).url == status()["uri"]


def test_a_parent_is_named_by_its_number_until_somebody_knows_its_id():
    found = post(in_reply_to_id="11", in_reply_to_account_id="7")
    assert (found.parent, found.parent_author) == (local_name("moss.example", "11"), ACCOUNT["uri"])
    assert post(in_reply_to_id="11", in_reply_to_account_id="8").parent_author is None
    assert read(host="", in_reply_to_id="11").post.parent == "status:11"


def test_a_post_that_answered_the_author_and_lost_its_parent_is_torn_off():
    assert read(in_reply_to_id=None, in_reply_to_account_id="7").is_torn
    assert not read(in_reply_to_id="11", in_reply_to_account_id="7").is_torn
    assert not read(in_reply_to_id=None, in_reply_to_account_id="8").is_torn
    assert not read(in_reply_to_id=None, in_reply_to_account_id=None).is_torn


@pytest.mark.parametrize(
    "words",
    [
        {"id": None},
        {"uri": None, "url": None},
        {"account": None},
        {"account": {"id": "7"}, "uri": "https://moss.example/notes/12"},
    ],
)
def test_what_names_no_post_or_no_author_is_no_post(words):
    assert read(**words) is None


def test_nobody_writes_in_the_name_of_an_account_on_another_server():
    assert read(account={**ACCOUNT, "uri": "https://other.example/users/ada"}) is None


@pytest.mark.parametrize("broken", [None, [], "x", 3, {"id": {}}])
def test_what_is_no_status_is_no_post(broken):
    assert from_status(broken, "moss.example") is None


# --- text ------------------------------------------------------------------------------------------------------


def test_html_becomes_text_and_spans():
    found = post(
        content='<p>See <a href="https://moss.example/tags/Moss" class="mention hashtag">#<span>Moss</span></a> :leaf:</p>',
        emojis=[{"shortcode": "leaf", "url": "https://moss.example/leaf.png"}],
    )
    assert found.text == "See #Moss :leaf:"
    assert found.spans == (
        Span(start=4, end=9, kind="tag", value="Moss"),
        Span(start=10, end=16, kind="emoji", value="https://moss.example/leaf.png"),
    )


def test_only_emoji_with_a_name_and_a_picture_count():
    emojis = [{"shortcode": "a", "url": "javascript:1"}, {"url": "https://moss.example/b"}, None, "x"]
    assert emojis_of({"emojis": emojis}) == {}


def test_a_text_that_nests_too_deep_is_told_of_with_its_post():
    (note,) = read(content="<em>" * 300 + "Moss.").notes
    assert (note.kind, note.post) == ("html-too-deep", status()["uri"])


def test_times_language_warning_and_edit():
    found = post(
        created_at="2026-05-03T09:00:00.123Z", edited_at="2026-05-03T10:00:00Z", language="de", spoiler_text="Moss", sensitive=True
    )  # fmt: skip
    assert (found.created, found.edited) == (
        datetime(2026, 5, 3, 9, 0, 0, 123000, UTC),
        datetime(2026, 5, 3, 10, tzinfo=UTC),
    )
    assert (found.version, found.langs, found.warning, found.sensitive) == (
        "2026-05-03T10:00:00Z",
        ("de",),
        "Moss",
        True,
    )
    assert (post().version, post().langs, post().edited, post().sensitive) == ("", (), None, False)


def test_a_warning_of_pleroma_is_read_in_its_plain_form():
    plain = {"spoiler_text": {"text/plain": "a & b"}}
    assert post(spoiler_text="a &amp; b", pleroma=plain).warning == "a & b"


@pytest.mark.parametrize(
    ("words", "seen_by"),
    [
        ({"visibility": "public"}, "public"),
        ({"visibility": "unlisted"}, "unlisted"),
        ({"visibility": "private"}, "private"),
        ({"visibility": "direct"}, "direct"),
        ({"visibility": "local"}, "private"),
        ({"visibility": "list"}, "private"),
        ({"visibility": "mutuals_only"}, "private"),
        ({"visibility": None}, "private"),
        ({"visibility": "public", "local_only": True}, "private"),
    ],
)
def test_who_may_see_a_post_and_the_stricter_meaning_of_unknown_words(words, seen_by):
    assert post(**words).visibility == seen_by


def test_answers_are_counted_by_the_posts_own_server_only():
    assert post(replies_count=3).replies == 3
    assert post(replies_count="3").replies is None
    assert read(host="other.example", replies_count=3).post.replies is None
    assert read(host="", replies_count=3).post.replies == 3


# --- attachments -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "meant"),
    [("image", "image"), ("gifv", "gif"), ("video", "video"), ("audio", "audio"), ("unknown", "unknown"), (None, "unknown")],
)  # fmt: skip
def test_every_kind_of_attachment(kind, meant):
    attachment = {
        "type": kind,
        "url": "https://moss.example/a",
        "preview_url": "https://moss.example/b",
        "description": "A red leaf.",
        "meta": {"original": {"width": 64, "height": 48}},
    }
    (found,) = post(media_attachments=[attachment]).media
    expected = Media(
        kind=meant,
        url="https://moss.example/a",
        thumb="https://moss.example/b",
        alt="A red leaf.",
        width=64,
        height=48,
    )
    assert found == expected


def test_an_attachment_that_is_not_copied_is_linked_where_it_is():
    attachment = {"type": "unknown", "url": None, "remote_url": "https://other.example/a", "meta": None}
    assert post(media_attachments=[attachment]).media == (Media(kind="unknown", url="https://other.example/a"),)


def test_a_poll_whose_counts_are_hidden_has_none():
    poll = {
        "options": [{"title": "yes :leaf:", "votes_count": 2}, {"title": "no", "votes_count": None}],
        "voters_count": None,
        "multiple": True,
        "expired": True,
        "expires_at": "2026-05-03T09:00:00Z",
    }
    assert post(poll=poll).poll == Poll(
        options=(Option(title="yes :leaf:", votes=2), Option(title="no")),
        multiple=True,
        ends=datetime(2026, 5, 3, 9, tzinfo=UTC),
        closed=True,
    )
    assert post(poll={"options": []}).poll is None


def test_a_links_preview():
    card = {"url": "https://a.example", "title": "A", "description": "B", "image": "https://a.example/c.png"}
    assert post(card=card).card == Card(
        url="https://a.example", title="A", description="B", thumb="https://a.example/c.png"
    )
    assert post(card={"url": "mailto:a"}).card is None


# --- quotes ----------------------------------------------------------------------------------------------------

QUOTED = status(id="3", uri="https://moss.example/users/bob/statuses/3", url="https://moss.example/@bob/3",
                account={"id": "8", "url": "https://moss.example/@bob"})  # fmt: skip
BOB = "https://moss.example/users/bob"


def test_an_accepted_quote_is_shown_and_the_repeated_address_left_out():
    words = {
        "quote": {"state": "accepted", "quoted_status": QUOTED},
        "content": '<p class="quote-inline">RE: <a href="https://moss.example/@bob/3">moss</a></p><p>Moss.</p>',
    }
    assert post(**words).quote == Quote(id=QUOTED["uri"], url=QUOTED["url"], state="shown", author=BOB)
    assert post(**words).text == "Moss."
    assert read(**words).quoted == QUOTED


@pytest.mark.parametrize(
    ("state", "meant"),
    [
        ("pending", "unknown"),
        ("rejected", "detached"),
        ("revoked", "detached"),
        ("deleted", "not-found"),
        ("unauthorized", "hidden"),
        ("blocked_account", "blocked"),
        ("blocked_domain", "blocked"),
        ("muted_account", "blocked"),
        ("anything", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_quote_that_was_not_accepted_shows_nothing_whatever_comes_with_it(state, meant):
    words = {
        "quote": {"state": state, "quoted_status": QUOTED},
        "content": '<p>Moss.</p><p class="quote-inline">RE: <a href="https://moss.example/@bob/3">moss</a></p>',
    }
    assert post(**words).quote == Quote(id="", state=meant)
    assert "RE: " in post(**words).text
    assert read(**words).quoted is None


def test_a_shallow_quote_is_an_address():
    found = post(quote={"state": "accepted", "quoted_status_id": "3"}).quote
    assert found == Quote(
        id=local_name("moss.example", "3"), url="https://moss.example/web/statuses/3", state="address"
    )
    assert read(host="", quote={"state": "accepted", "quoted_status_id": "3"}).post.quote.url == ""


@pytest.mark.parametrize("quoted", [None, {"id": "3"}, {**QUOTED, "account": None, "uri": "https://moss.example/3"}])
def test_an_accepted_quote_that_is_not_there_is_unknown(quoted):
    assert post(quote={"state": "accepted", "quoted_status": quoted}).quote == Quote(id="", state="unknown")


@pytest.mark.parametrize("words", [{"quote": QUOTED}, {"pleroma": {"quote": QUOTED}}])
def test_where_nobody_is_asked_a_quote_is_a_link(words):
    assert post(**words).quote == Quote(id=QUOTED["uri"], url=QUOTED["url"], state="address", author=BOB)
    assert read(**words).quoted is None


def test_a_quote_of_no_known_form_is_none():
    assert post(quote="x").quote is None
    assert post(quote={"id": "3"}).quote is None


# --- accounts --------------------------------------------------------------------------------------------------


def test_an_account_is_named_by_its_id_else_by_its_posts_else_by_its_address():
    bare = {"id": "7", "acct": "ada", "url": "https://moss.example/@ada"}
    assert author_of({**bare, "uri": "https://moss.example/users/ada"}).id == "https://moss.example/users/ada"
    assert author_of(bare, "https://moss.example/users/ada/statuses/12").id == "https://moss.example/users/ada"
    assert author_of(bare, "https://moss.example/ap/users/9/statuses/12").id == "https://moss.example/ap/users/9"
    assert author_of(bare, "https://moss.example/objects/1").id == "https://moss.example/@ada"
    pleroma = {**bare, "pleroma": {"ap_id": "https://moss.example/users/ada"}}
    assert author_of(pleroma, "https://moss.example/objects/1").id == "https://moss.example/users/ada"
    assert author_of({"id": "7", "uri": "https://moss.example/users/ada"}).url == "https://moss.example/users/ada"


@pytest.mark.parametrize(
    ("acct", "handle"), [("ada", "ada@moss.example"), ("ada@b.example", "ada@b.example"), (None, "")]
)
def test_a_handle_always_says_on_which_server(acct, handle):
    assert author_of({**ACCOUNT, "acct": acct}).handle == handle


def test_custom_emoji_in_a_name_bring_their_pictures():
    leaf = {"shortcode": "leaf", "url": "https://moss.example/leaf.png"}
    found = author_of({**ACCOUNT, "display_name": "Ada :leaf: :moss:", "emojis": [leaf, {"shortcode": "moss"}]})
    assert found.name == "Ada :leaf: :moss:"
    assert found.name_spans == (Span(start=4, end=10, kind="emoji", value="https://moss.example/leaf.png"),)
    assert author_of({**ACCOUNT, "display_name": "Ada", "emojis": [leaf]}).name_spans == ()


def test_names_keep_their_short_codes_and_profiles_are_plain_text():
    found = author_of(
        {
            **ACCOUNT,
            "display_name": "Ada :leaf:",
            "avatar": "https://moss.example/a.png",
            "note": "<p>Moss <b>only</b>.</p>",
            "fields": [{"name": "Web", "value": '<a href="https://a.example">a.example</a>'}, None],
        }
    )
    assert (found.name, found.avatar) == ("Ada :leaf:", "https://moss.example/a.png")
    assert found.bio.splitlines()[:3] == ["Moss only.", "Web: a.example", "https://a.example"]


def test_where_the_links_of_a_profile_lead_is_read_as_well():
    note = (
        '<p>I <a href="https://moss.example/tags/nobot">write</a>, <a href="https://b.example">https://b.example</a>, '
        '<a href="https://moss.example/tags/nobot">here</a>. <a href="https://moss.example/@bob" class="mention">@bob</a></p>'
    )
    found = author_of({**ACCOUNT, "note": note})
    assert found.bio == "I write, https://b.example, here. @bob\nhttps://moss.example/tags/nobot"
    assert not about_author(found).show


@pytest.mark.parametrize(
    ("words", "signals"),
    [
        ({}, ()),
        ({"noindex": None, "indexable": None, "discoverable": None, "bot": False, "moved": None}, ()),
        ({"noindex": True}, ("noindex",)),
        ({"indexable": False}, ("indexable=false",)),
        ({"indexable": True, "discoverable": True}, ()),
        ({"discoverable": False}, ("discoverable=false",)),
        ({"source": {"pleroma": {"discoverable": False}}}, ("discoverable=false",)),
        ({"discoverable": False, "source": {"pleroma": {"discoverable": False}}}, ("discoverable=false",)),
        ({"bot": True, "suspended": True, "limited": True}, ("bot", "suspended", "limited")),
        ({"moved": {"id": "9"}}, ("moved",)),
    ],
)
def test_what_an_account_says_about_itself_and_what_it_does_not_say(words, signals):
    assert author_of({**ACCOUNT, **words}).signals == signals
