"""ActivityPub objects become posts and authors: every form that servers use, and nothing that cannot be believed."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.activitypub import PUBLIC, START
from tests.support.spans import check_spans, shown
from threadleaf.core.model import Card, Media, Note, Option, Poll, Quote, Span
from threadleaf.core.wishes import LOGGED_OUT
from threadleaf.sources._fedi_actors import bio, profile
from threadleaf.sources._fedi_before import is_before
from threadleaf.sources._fedi_collections import MOST_ITEMS, MOST_PAGES, Listing
from threadleaf.sources._fedi_notes import entry, is_note, tell
from threadleaf.sources._fedi_sightings import Sightings

HERE = "https://one.example"
ANN = f"{HERE}/users/ann"
NOTE = f"{ANN}/statuses/1"
NOTE_TWO = f"{ANN}/statuses/2"


def note(**more):
    return {"type": "Note", "id": NOTE, "attributedTo": ANN, "content": "<p>Hello.</p>", "to": PUBLIC, **more}


def post(asked=HERE, at=None, **more):
    found = entry(note(**more), asked, at)
    assert found is not None
    return found.post


# --- who is believed -------------------------------------------------------------------------------------------


def test_a_server_is_believed_about_its_own_posts_only():
    assert entry(note(), HERE).post.id == NOTE
    assert entry(note(), "https://ONE.example/x").post.id == NOTE
    assert entry(note()).post.id == NOTE
    assert entry(note(), "https://two.example/") is None
    assert entry(note(id="https://two.example/1"), HERE) is None
    assert entry(note(attributedTo="https://two.example/users/eve"), HERE) is None


def test_of_several_authors_the_one_of_the_posts_own_server_counts():
    people = [{"type": "Person", "id": "https://two.example/u"}, {"type": "Group", "id": f"{HERE}/g"}]
    assert post(attributedTo=people).author == f"{HERE}/g"


@pytest.mark.parametrize(
    "value",
    [
        None, 1, "x", [], {}, {"type": "Note"}, note(id=None), note(id=7), note(id="urn:x"), note(attributedTo=None),
        note(type="Person"), note(type="Like"), note(type=[1, None]), {"type": "Create"}, {"type": "Create", "object": NOTE},
        note(name="My choice", content=None),
    ],
)  # fmt: skip
def test_what_is_no_post_is_none(value):
    assert entry(value, HERE) is None


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_a_post_may_come_within_the_activity_that_made_it(kind):
    assert entry({"type": kind, "object": note()}, HERE).post.text == "Hello."


# --- what it says ----------------------------------------------------------------------------------------------


def test_one_value_stands_for_a_list_of_one():
    single = {
        "inReplyTo": NOTE_TWO,
        "attachment": {"type": "Document", "url": f"{HERE}/a.png", "mediaType": "image/png"},
        "tag": {"type": "Emoji", "name": ":cat:", "icon": {"url": f"{HERE}/cat.png"}},
        "url": f"{HERE}/@ann/1",
        "type": "Note",
        "content": "<p>:cat:</p>",
    }
    lists = {key: [value] for key, value in single.items() if key != "content"} | {"content": "<p>:cat:</p>"}
    assert post(**single) == post(**lists)
    assert post(**single).media == (Media(kind="image", url=f"{HERE}/a.png"),)
    assert shown(":cat:", post(**single).spans) == [("emoji", ":cat:", f"{HERE}/cat.png")]
    assert post(**single).parent == NOTE_TWO


def test_times_versions_and_languages():
    made = post(
        published="2026-05-03T09:00:00Z", updated="2026-05-03T11:00:00+02:00", contentMap={"de": "<p>Hello.</p>"}
    )
    assert (made.created, made.edited, made.langs) == (START, None, ("de",))
    edited = post(published="2026-05-03T09:00:00Z", updated="2026-05-03T09:01:00Z", contentMap={"und": "<p>Hello.</p>"})
    assert (edited.edited > edited.created, edited.version, edited.langs) == (True, "2026-05-03T09:01:00Z", ())
    mapped = post(content=None, contentMap={"en": "<p>Yes</p>", "fr": "<p>Oui</p>", "x": 7})
    assert (mapped.text, mapped.langs) == ("Yes", ("en",))
    assert post(contentMap={"en": "<p>Another.</p>"}).langs == ()


def test_the_page_for_people_is_on_the_posts_own_server():
    links = [{"type": "Link", "mediaType": "video/mp4", "href": f"{HERE}/v.mp4"}, {"type": "Link", "href": f"{HERE}/w"}]
    assert post(url=links).url == f"{HERE}/w"
    assert post(url="https://two.example/1").url == NOTE
    assert post(url={"href": f"{HERE}/x", "mediaType": "text/html"}).url == f"{HERE}/x"


def test_an_address_of_the_time_before_tls_names_the_same_post():
    old = entry(note(id=NOTE.replace("https", "http"), inReplyTo=NOTE_TWO.replace("https", "http")), HERE)
    assert (old.post.id, old.post.parent, old.name) == (NOTE, NOTE_TWO, NOTE.replace("https", "http"))


def test_a_warning_is_the_summary_of_a_note_and_an_excerpt_of_an_article_is_none():
    assert post(summary=" Spiders ", sensitive=True).warning == "Spiders"
    article = entry(note(type="Article", name="On <b>", summary="Short.", content="<p>Long.</p>"), HERE).post
    assert (article.text, article.warning) == ("On <b>\n\nLong.", "")
    assert shown(article.text, article.spans) == [("strong", "On <b>", "")]
    assert entry(note(type="Page", name=" "), HERE).post.text == "Hello."


@pytest.mark.parametrize(
    ("to", "cc", "visibility"),
    [
        (PUBLIC, None, "public"), ([f"{ANN}/followers", "as:Public"], [], "public"), ("Public", "x", "public"),
        (f"{ANN}/followers", [PUBLIC], "unlisted"), (f"{ANN}/followers", f"{HERE}/users/bob", "private"),
        (f"{HERE}/users/bob", None, "direct"), (None, None, "direct"), (7, {"id": PUBLIC}, "unlisted"),
        (f"{HERE}/#Public", f"{ANN}/followers", "private"),
    ],
)  # fmt: skip
def test_the_addressees_say_who_may_see_it(to, cc, visibility):
    assert post(to=to, cc=cc).visibility == visibility


def test_pictures_films_and_sounds_with_their_descriptions():
    files = [
        {"type": "Document", "mediaType": "image/webp", "url": f"{HERE}/1", "name": "A cat", "width": 3, "height": 2},
        {"type": "Image", "url": f"{HERE}/2", "summary": "A dog", "focalPoint": [0, 0], "blurhash": "x"},
        {"type": "Video", "url": [{"type": "Link", "href": f"{HERE}/3", "mediaType": "video/mp4"}]},
        {"type": "Audio", "url": f"{HERE}/4", "icon": {"type": "Image", "url": f"{HERE}/cover"}, "sensitive": True},
        {"type": "Document", "url": f"{HERE}/5", "width": -1},
        {"type": "Document"}, {"type": "PropertyValue", "url": f"{HERE}/no"}, "https://one.example/6.png", 7,
    ]  # fmt: skip
    found = post(attachment=files)
    assert found.media == (
        Media(kind="image", url=f"{HERE}/1", alt="A cat", width=3, height=2),
        Media(kind="image", url=f"{HERE}/2", alt="A dog"),
        Media(kind="video", url=f"{HERE}/3"),
        Media(kind="audio", url=f"{HERE}/4", thumb=f"{HERE}/cover"),
        Media(kind="unknown", url=f"{HERE}/5"),
        Media(kind="unknown", url=f"{HERE}/6.png"),
    )
    assert found.sensitive
    assert not post().sensitive


def test_an_attached_link_is_a_card_where_there_are_no_pictures():
    link = {"type": "Link", "href": "https://two.example/a", "name": "A page"}
    assert post(attachment=link).card == Card(url="https://two.example/a", title="A page")
    assert post(attachment=[link, {"type": "Image", "url": f"{HERE}/a"}]).card is None
    assert post(attachment=[{"type": "Link", "href": "x"}]).card is None


def test_a_poll_is_closed_if_it_says_so_or_its_end_was_past():
    choices = [{"type": "Note", "name": "yes", "replies": {"totalItems": 3}}, {"type": "Note", "name": "no"}]
    one = {"type": "Question", "oneOf": choices, "endTime": "2026-05-03T09:00:00Z", "votersCount": 3}
    assert post(**one).poll == Poll(options=(Option(title="yes", votes=3), Option(title="no")), voters=3, ends=START)
    assert post(at=START, **one).poll.closed
    several = {"type": "Question", "anyOf": choices, "closed": "2026-05-03T09:00:00Z"}
    assert (post(**several).poll.multiple, post(**several).poll.closed, post(**several).poll.ends) == (
        True,
        True,
        START,
    )
    assert post(type="Question", anyOf=choices[0], closed=True).poll.closed
    assert post(type="Question").poll is None


@pytest.mark.parametrize("word", ["quote", "quoteUri", "_misskey_quote", "quoteUrl"])
def test_a_quote_is_an_address_until_somebody_agrees_and_its_fallback_is_dropped(word):
    html = '<p class="quote-inline">RE: <a href="https://two.example/9">two.example/9</a></p><p>So true.</p>'
    found = post(content=html, **{word: "https://two.example/9"})
    assert found.quote == Quote(id="https://two.example/9", url="https://two.example/9", state="address")
    assert found.text == "So true."
    assert post(content=html).text.startswith("RE: ")


def test_where_more_is_to_be_learnt():
    found = entry(note(replies=f"{NOTE}/replies", context=f"{HERE}/contexts/1", quoteAuthorization=f"{HERE}/q"), HERE)
    assert (found.replies, found.context, found.authorization) == (f"{NOTE}/replies", f"{HERE}/contexts/1", f"{HERE}/q")
    assert entry(note(context="https://two.example/contexts/1"), HERE).context == ""
    assert entry(note(context="tag:one.example,2026:1"), HERE).context == ""


def test_html_that_is_too_deep_is_noted():
    found = entry(note(content="<b>" * 300 + "x"), HERE)
    assert found.notes == (Note(kind="html-too-deep", post=NOTE),)
    assert told(note(content="<b>" * 300 + "x")).notes == found.notes


# --- accounts --------------------------------------------------------------------------------------------------


def person(**more):
    return {"type": "Person", "id": ANN, "preferredUsername": "ann", **more}


def test_an_account_with_what_it_says_of_itself():
    lines = [
        {"type": "PropertyValue", "name": "Site", "value": '<a href="https://a.example">a.example</a>'},
        {"type": "Hashtag"},
    ]
    found = profile(
        person(name="Ann", summary="<p>I write.</p><p>#nobot</p>", url=f"{HERE}/@ann", icon={"url": f"{HERE}/a.png"},
               attachment=lines, outbox=f"{ANN}/outbox"),
        HERE,
    )  # fmt: skip
    author = found.author
    assert (author.id, author.handle, author.name, author.url) == (ANN, "ann@one.example", "Ann", f"{HERE}/@ann")
    assert (author.avatar, author.bio) == (f"{HERE}/a.png", "I write.\n\n#nobot\nSite: a.example\nhttps://a.example")
    assert (author.signals, found.outbox, found.hides_public, found.hides_unlisted) == (
        (),
        f"{ANN}/outbox",
        False,
        False,
    )
    assert bio("", []) == ""


@pytest.mark.parametrize(
    ("more", "signals"),
    [
        ({"discoverable": False, "indexable": False}, ("discoverable=false", "indexable=false")),
        ({"discoverable": True, "indexable": None}, ()),
        ({"type": "Service"}, ("bot",)), ({"type": ["Application"]}, ("bot",)), ({"suspended": True}, ("suspended",)),
        ({"movedTo": "https://two.example/users/ann"}, ("moved",)), ({"movedTo": 7, "suspended": 1}, ()),
    ],
)  # fmt: skip
def test_wishes_of_an_account_are_read_and_none_are_invented(more, signals):
    assert profile(person(**more), HERE).author.signals == signals


def test_an_account_of_misskey_may_want_to_be_seen_by_people_who_are_logged_in_only():
    said = {"type": "Person", "id": ANN, "_misskey_requireSigninToViewContents": True}
    assert profile(said).author.labels == (LOGGED_OUT,)
    assert profile({**said, "_misskey_requireSigninToViewContents": False}).author.labels == ()


def test_what_an_account_keeps_off_the_open_web():
    found = profile(person(hidesToPublicFromUnauthedWeb=True, hidesCcPublicFromUnauthedWeb=True))
    assert (found.hides_public, found.hides_unlisted) == (True, True)


DAY = 86_400


@pytest.mark.parametrize(
    ("limit", "before"),
    [
        (-DAY, False), (1 - DAY, True), (0, True), (-0.5, True), (START.timestamp(), False), (START.timestamp() + 1, True),
        (None, False), (True, False), ("-1", False), (-1e400, False), (1e400, True),
    ],
)  # fmt: skip
def test_old_posts_may_be_kept_back_by_their_time_or_by_their_age(limit, before):
    assert is_before(limit, START, START + timedelta(days=1)) is before


def test_where_a_time_is_unknown_a_post_may_be_too_old():
    assert is_before(-DAY, None, START)
    assert is_before(-DAY, START, None)
    assert not is_before(7, START, None)


@pytest.mark.parametrize("word", ["_misskey_makeNotesFollowersOnlyBefore", "_misskey_makeNotesHiddenBefore"])
def test_what_an_account_of_misskey_keeps_back(word):
    post = entry(note(published=START.isoformat())).post
    found = profile(person(**{word: -DAY}))
    assert not found.hides(post, START + timedelta(days=1))
    assert found.hides(post, START + timedelta(days=1, seconds=1))


@pytest.mark.parametrize("value", [None, {}, note(), person(id=None), person(id="https://two.example/u")])
def test_what_is_no_account_of_the_server_is_none(value):
    assert profile(value, HERE) is None


def test_an_account_without_a_name_has_no_handle():
    assert profile(person(preferredUsername=3, name=[], icon="x", summary=7), HERE).author.handle == ""


# --- collections -----------------------------------------------------------------------------------------------


def page(items, **more):
    return {"type": "CollectionPage", "items": items, **more}


def test_a_listing_goes_from_page_to_page_to_its_end():
    listing = Listing(NOTE)
    assert listing.read(f"{NOTE}/replies") == []
    assert listing.following == f"{NOTE}/replies"
    assert listing.read({"type": "Collection", "first": f"{NOTE}/replies?page=1"}, f"{NOTE}/replies") == []
    assert listing.read(page(["a", "b"], next=f"{NOTE}/replies?page=2"), listing.following) == ["a", "b"]
    assert listing.read({"type": "OrderedCollectionPage", "orderedItems": "c"}, listing.following) == ["c"]
    assert (listing.following, listing.end) == ("", "all")


@pytest.mark.parametrize(
    ("found", "end"),
    [
        (None, "cut"), (7, "cut"), ({"type": "Note"}, "cut"), ("nonsense", "cut"), ("https://two.example/replies", "cut"),
        ({"type": "Collection"}, "own"), ({"type": "Collection", "items": ["a"] * 4}, "own"),
        ({"type": "Collection", "items": ["a"] * 5}, "cut"), ({"type": "Collection", "items": ["a"] * 5, "totalItems": 5}, "all"),
        ({"type": "Collection", "first": page([], next=f"{NOTE}/r?only_other_accounts=true")}, "own"),
        ({"type": "Collection", "first": {"next": "https://two.example/r"}}, "cut"),
        ({"type": "Collection", "first": 7}, "cut"),
    ],
)  # fmt: skip
def test_what_comes_along_with_a_post_may_be_all(found, end):
    listing = Listing(NOTE)
    listing.read(found)
    assert (listing.end, listing.following) == (end, "")


def test_answers_that_are_only_named_are_asked_for_whole_from_the_first():
    for query, start in [("min_id=5&page=true", "page=true"), ("page=true&min_id=5", "page=true")]:
        listing = Listing(NOTE)
        first = page([NOTE_TWO], next=f"{NOTE}/replies?{query}")
        assert listing.read({"type": "Collection", "first": first}) == []
        assert listing.following == f"{NOTE}/replies?{start}"
    listing = Listing(NOTE)
    assert listing.read(page([NOTE_TWO], next=f"{NOTE}/replies?min_id=5")) == [NOTE_TWO]
    assert listing.following == f"{NOTE}/replies?min_id=5"


def test_pages_of_other_peoples_answers_alone_say_nothing_about_ones_own():
    listing = Listing(NOTE)
    listing.read({"type": "OrderedCollection", "first": f"{NOTE}/replies?only_other_accounts=true"}, f"{NOTE}/replies")
    listing.read(page(["a"], totalItems=1), listing.following)
    assert listing.end == "cut"


def test_a_page_that_leads_back_is_the_end_of_it():
    listing = Listing(NOTE)
    listing.read(f"{NOTE}/replies?1")
    listing.read(page(["a"], next=f"{NOTE}/replies?2"), listing.following)
    listing.read(page(["b"], next=f"{NOTE}/replies?1"), listing.following)
    assert listing.end == "cut"


def test_endless_pages_and_a_million_items_are_cut():
    listing = Listing(NOTE)
    listing.read(f"{NOTE}/replies")
    for number in range(MOST_PAGES):
        listing.read(page(["a"], next=f"{NOTE}/replies?{number}"), listing.following)
    assert listing.end == "cut"
    listing = Listing(NOTE)
    assert len(listing.read(page(["a"] * 1_000_000, next=f"{NOTE}/r"), f"{NOTE}/replies")) == MOST_ITEMS
    assert (listing.end, listing.following) == ("cut", "")


def test_an_empty_page_is_the_end_whatever_follows():
    listing = Listing(NOTE)
    listing.read(page([], next=f"{NOTE}/r?2"), f"{NOTE}/replies")
    assert (listing.end, listing.following) == ("all", "")


# --- saved answers ---------------------------------------------------------------------------------------------


def told(*bodies):
    seen = Sightings()
    for body in bodies:
        assert is_note(body)
        seen.begin(START)
        tell(body, seen)
    return seen.conversation()


def test_saved_answers_are_a_note_an_account_and_a_collection():
    answer = note(id=NOTE_TWO, inReplyTo=NOTE, replies={"type": "Collection", "items": []}, content="<p>More.</p>")
    create = {"type": "Create", "object": answer}
    conversation = told(
        note(url=f"{HERE}/@ann/1"), person(name="Ann"), {"type": "OrderedCollection", "orderedItems": [create, 7]}
    )
    assert conversation.anchor == NOTE
    assert [(post.id, post.parent) for post in conversation.posts] == [(NOTE, None), (NOTE_TWO, NOTE)]
    assert [author.name for author in conversation.authors] == ["Ann"]
    assert [frontier.post for frontier in conversation.frontiers] == [NOTE]


def test_answers_that_came_along_are_read_and_the_end_is_believed():
    third = note(id=f"{ANN}/statuses/3", inReplyTo=NOTE_TWO, replies={"type": "Collection"})
    second = note(id=NOTE_TWO, inReplyTo=NOTE, replies={"type": "Collection", "items": third, "totalItems": 1})
    conversation = told(note(replies={"type": "Collection", "first": page([second])}))
    assert (len(conversation.posts), conversation.frontiers) == (3, ())


def test_what_is_left_of_a_deleted_post_is_a_place_that_is_known_to_be_empty():
    conversation = told(note(inReplyTo=f"{ANN}/statuses/0"), {"type": "Tombstone", "id": f"{ANN}/statuses/0"})
    assert [(place.id, place.says) for place in conversation.missing] == [(f"{ANN}/statuses/0", "deleted")]


def test_answers_a_thousand_levels_deep_are_read():
    body = note(id=f"{ANN}/statuses/5000")
    for number in range(4999, 0, -1):
        body = note(id=f"{ANN}/statuses/{number}", replies={"type": "Collection", "items": [body]})
    seen = Sightings()
    seen.begin(None)
    tell(body, seen)
    assert len(seen) == 5000


@pytest.mark.parametrize("body", [None, [], 7, "x", {}, {"type": "Like"}, {"content": "x"}])
def test_other_answers_are_not_recognised(body):
    assert not is_note(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([NOTE, ANN, PUBLIC, "Note", "Link"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "url", "type", "items", "first", "name"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
FIELDS = ["type", "content", "contentMap", "published", "updated", "inReplyTo", "summary", "sensitive", "to", "cc", "tag",
          "attachment", "url", "oneOf", "anyOf", "closed", "endTime", "votersCount", "quote", "replies", "context", "name",
          "icon", "movedTo", "preferredUsername", "outbox", "attributedTo"]  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(FIELDS), JSON),
    st.sampled_from(["Note", "Question", "Article", "Person", "Collection"]),
)
def test_a_field_of_any_type_breaks_nothing(more, kind):
    value = {**note(type=kind), **more}
    found = entry(value, HERE)
    if found is not None:
        check_spans(found.post.text, found.post.spans)
    profile(value, HERE)
    is_note(value)
    seen = Sightings()
    seen.begin(START)
    tell(json.loads(json.dumps(value)), seen)


def test_custom_emoji_in_an_actors_name_bring_their_pictures():
    tag = {"type": "Emoji", "name": ":leaf:", "icon": {"type": "Image", "url": "https://moss.example/leaf.png"}}
    found = profile(person(name="Ada :leaf:", tag=[tag]), HERE).author
    assert found.name_spans == (Span(start=4, end=10, kind="emoji", value="https://moss.example/leaf.png"),)
