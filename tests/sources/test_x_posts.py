"""Posts of X in the forms of its API: text and entities, pictures, polls, quotes, accounts. The forms are written by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.spans import check_spans
from threadleaf.core.errors import TooLarge, Unreadable
from threadleaf.core.limits import MOST_BYTES
from threadleaf.core.model import Author, Card, Media, Option, Poll, Post
from threadleaf.sources import _x_posts as forms
from threadleaf.sources import for_documents, x
from threadleaf.sources._x_requests import moment_of
from threadleaf.wire import Document

ADA = {"id": "7", "username": "ada", "name": "Ada"}


def tweet(number: int = 1, text: str = "Words.", **words: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "text": text,
        "author_id": "7",
        "conversation_id": "1",
        "edit_history_tweet_ids": [str(number)],
        "created_at": "2026-11-03T09:00:00.000Z",
        **words,
    }


def file(body: object, **more: Any) -> Document:
    return Document(body=json.dumps(body).encode(), name="saved.json", **more)


def answer(*posts: object, **includes: object) -> dict[str, Any]:
    return {"data": [*posts], "includes": {"users": [ADA], **includes}}


def one(form: dict[str, Any], **includes: object) -> Post:
    (post,) = x.read([file(answer(form, **includes))]).posts
    check_spans(post.text, post.spans)
    return post


def url(start: int, short: str, **words: Any) -> dict[str, Any]:
    return {"start": start, "end": start + len(short), "url": short, **words}


# --- text ------------------------------------------------------------------------------------------------------


def test_entities_count_code_points_of_the_escaped_text_and_links_lead_to_the_short_address() -> None:
    text = "R&amp;D 🎉 https://t.co/abc &lt;3 @bob #mill $TEA"
    entities = {
        "urls": [url(10, "https://t.co/abc", expanded_url="https://example.org/long", display_url="example.org/long")],
        "mentions": [{"start": 33, "end": 37, "username": "bob", "id": "8"}],
        "hashtags": [{"start": 38, "end": 43, "tag": "mill"}],
        "cashtags": [{"start": 44, "end": 48, "tag": "TEA"}],
    }
    post = one(tweet(text=text, entities=entities))
    assert post.text == "R&D 🎉 example.org/long <3 @bob #mill $TEA"
    assert [(post.text[span.start : span.end], span.kind, span.value) for span in post.spans] == [
        ("example.org/long", "link", "https://t.co/abc"),
        ("@bob", "mention", "https://x.com/bob"),
        ("#mill", "tag", "mill"),
        ("$TEA", "tag", "$TEA"),
    ]


@pytest.mark.parametrize(
    ("shown", "text"), [([5, 10], "Words"), ([5, 99], "@bob Words."), ([9, 5], "@bob Words."), (["5", 10], "@bob Words."), ([], "@bob Words.")]
)  # fmt: skip
def test_the_names_that_a_reply_begins_with_are_left_out_where_x_says_so(shown: list[object], text: str) -> None:
    assert one(tweet(text="@bob Words.", display_text_range=shown)).text == text


PICTURE = {
    "media_key": "3_1",
    "type": "photo",
    "url": "https://pbs.twimg.com/a.jpg",
    "alt_text": "A mill.",
    "width": 3,
    "height": 2,
}


@pytest.mark.parametrize(
    "shown_below",
    [{"media_key": "3_1"}, {"expanded_url": "https://x.com/ada/status/1/photo/1"}, {"expanded_url": "https://x.com/ada/status/1/video/1"}],
)  # fmt: skip
def test_addresses_of_a_posts_own_pictures_are_left_out_of_its_text(shown_below: dict[str, str]) -> None:
    entities = {"urls": [url(6, "https://t.co/a1", **shown_below)]}
    post = one(
        tweet(text="Words https://t.co/a1", entities=entities, attachments={"media_keys": ["3_1", "3_9"]}),
        media=[PICTURE],
    )
    assert (post.text, post.spans) == ("Words", ())
    assert post.media == (Media(kind="image", url="https://pbs.twimg.com/a.jpg", alt="A mill.", width=3, height=2),)


def test_a_picture_without_words_has_no_text() -> None:
    entities = {"urls": [url(0, "https://t.co/a1", media_key="3_1")]}
    assert one(tweet(text="https://t.co/a1", entities=entities)).text == ""


def test_the_address_of_a_quoted_post_is_left_out_at_the_end_only() -> None:
    quoted = {"expanded_url": "https://x.com/cy/status/5?s=20", "display_url": "x.com/cy/status/5"}
    text = "https://t.co/a1 says it all https://t.co/a1"
    entities = {"urls": [url(0, "https://t.co/a1", **quoted), url(28, "https://t.co/a1", **quoted)]}
    post = one(tweet(text=text, entities=entities, referenced_tweets=[{"type": "quoted", "id": "5"}]))
    assert (post.text, len(post.spans)) == ("x.com/cy/status/5 says it all", 1)
    assert post.quote is not None
    assert (post.quote.id, post.quote.state) == ("5", "address")


def test_another_address_at_the_end_stays() -> None:
    entities = {"urls": [url(6, "https://t.co/a1", expanded_url="https://x.com/cy/status/5")]}
    assert one(tweet(text="Words https://t.co/a1 ", entities=entities)).text == "Words https://t.co/a1 "


NOTE = "Tea &amp; cake &lt;3 " + "and so on " * 40 + "https://t.co/n1"


@pytest.mark.parametrize("name", ["note_tweet", "note_post"])
@pytest.mark.parametrize(
    ("note", "begins"), [(NOTE, "Tea & cake <3 and"), (NOTE.replace("&amp;", "&").replace("&lt;", "<"), "Tea & cake <3 and"), ("Say &amp;amp; <b>", "Say &amp;amp; <b>")]
)  # fmt: skip
def test_a_long_post_has_its_whole_text_escaped_or_not(name: str, note: str, begins: str) -> None:
    entities = {
        "urls": [
            url(note.find("https"), "https://t.co/n1", expanded_url="https://example.org/", display_url="example.org")
        ]
    }
    post = one(tweet(text="Tea &amp; cake… https://t.co/cut", **{name: {"text": note, "entities": entities}}))
    assert post.text.startswith(begins)
    assert post.text.endswith("and so on example.org") == ("https" in note)


def test_a_long_reply_begins_behind_the_names() -> None:
    note = {"text": "@bob Words and more."}
    assert one(tweet(text="@bob Words…", display_text_range=[5, 11], note_tweet=note)).text == "Words and more."
    note = {"text": "Other words."}
    assert one(tweet(text="@bob Words…", display_text_range=[5, 11], note_tweet=note)).text == "Other words."


# --- what hangs on it ------------------------------------------------------------------------------------------


def test_a_film_is_its_best_form_and_has_a_picture() -> None:
    variants = [
        {"content_type": "application/x-mpegURL", "url": "https://video.twimg.com/a.m3u8"},
        {"content_type": "video/mp4", "bit_rate": 256_000, "url": "https://video.twimg.com/small.mp4"},
        {"content_type": "video/mp4", "bit_rate": 832_000, "url": "https://video.twimg.com/large.mp4"},
        {"content_type": "video/mp4", "url": "https://video.twimg.com/unknown.mp4"},
    ]
    film = {
        "media_key": "7_1",
        "type": "video",
        "preview_image_url": "https://pbs.twimg.com/a.jpg",
        "variants": variants,
    }
    gif = {"media_key": "16_1", "type": "animated_gif", "variants": []}
    odd = {"media_key": "9_1", "type": "hologram"}
    post = one(tweet(attachments={"media_keys": ["7_1", "16_1", "9_1"]}), media=[film, gif, odd])
    assert [(item.kind, item.url, item.thumb) for item in post.media] == [
        ("video", "https://video.twimg.com/large.mp4", "https://pbs.twimg.com/a.jpg"),
        ("gif", "", ""),
        ("unknown", "", ""),
    ]


@pytest.mark.parametrize("status", ["open", "closed"])
def test_a_poll_has_its_choices(status: str) -> None:
    options = [{"position": 1, "label": "Go", "votes": 3}, {"position": 2, "label": "Stay", "votes": 4}]
    poll = {"id": "11", "options": options, "voting_status": status, "end_datetime": "2026-11-04T09:00:00.000Z"}
    post = one(tweet(attachments={"poll_ids": ["11"]}), polls=[poll])
    ends = datetime(2026, 11, 4, 9, tzinfo=UTC)
    choices = (Option(title="Go", votes=3), Option(title="Stay", votes=4))
    assert post.poll == Poll(options=choices, ends=ends, closed=status == "closed")


def test_the_last_link_with_a_preview_is_a_card() -> None:
    titled = {"title": "A page", "description": "About it", "images": [{"url": "https://pbs.twimg.com/c.jpg"}]}
    entities = {
        "urls": [
            url(0, "https://t.co/a1", title="No"),
            url(16, "https://t.co/a2", **titled),
            url(32, "https://t.co/a3"),
        ]
    }
    post = one(tweet(text="https://t.co/a1 https://t.co/a2 https://t.co/a3", entities=entities))
    assert post.card == Card(
        url="https://t.co/a2", title="A page", description="About it", thumb="https://pbs.twimg.com/c.jpg"
    )
    entities = {"urls": [url(0, "https://t.co/a1", title="Without picture")]}
    assert one(tweet(text="https://t.co/a1", entities=entities)).card == Card(
        url="https://t.co/a1", title="Without picture"
    )


@pytest.mark.parametrize("words", [{"article": {"title": "On mills"}}, {"article_title": "On mills"}])
def test_an_article_is_a_card(words: dict[str, Any]) -> None:
    assert one(tweet(**words)).card == Card(url="https://x.com/ada/status/1", title="On mills")


@pytest.mark.parametrize(
    ("lang", "langs"), [("en", ("en",)), ("und", ()), ("qme", ()), ("zxx", ()), ("", ()), ("in", ("in",))]
)
def test_what_is_no_language_is_none(lang: str, langs: tuple[str, ...]) -> None:
    assert one(tweet(lang=lang, possibly_sensitive=True)).langs == langs


def test_the_time_is_that_of_the_id_where_nothing_else_is_said() -> None:
    name = "2117542304150454275"
    form = {key: value for key, value in tweet(int(name)).items() if key != "created_at"} | {"conversation_id": name}
    assert one(form).created == moment_of(name) == datetime(2026, 11, 3, 9, 0, 2, tzinfo=UTC)
    assert moment_of("9" * 30) == moment_of("x") == datetime(1970, 1, 1, tzinfo=UTC)


# --- accounts --------------------------------------------------------------------------------------------------


def test_an_account_says_what_it_wishes() -> None:
    described = {
        "urls": [url(0, "https://t.co/b1", expanded_url="https://example.org/#nobot", display_url="example.org/#nobot")]
    }
    form = {
        **ADA,
        "description": "https://t.co/b1 &amp; tea",
        "entities": {"description": described},
        "protected": True,
        "withheld": {"country_codes": ["DE"], "scope": "user"},
        "profile_image_url": "https://pbs.twimg.com/p.jpg",
    }
    assert forms.author(form) == Author(
        id="7",
        network="x",
        handle="ada",
        name="Ada",
        url="https://x.com/ada",
        avatar="https://pbs.twimg.com/p.jpg",
        bio="example.org/#nobot & tea",
        signals=("protected", "withheld"),
    )


@pytest.mark.parametrize(
    "form", [{}, {**ADA, "id": "x"}, {**ADA, "username": "a/b"}, {**ADA, "username": None}, [], None]
)
def test_what_is_no_account_is_none(form: object) -> None:
    assert forms.author(form) is None


# --- saved answers ---------------------------------------------------------------------------------------------


def chain() -> list[dict[str, Any]]:
    above = {"in_reply_to_user_id": "7"}
    second = tweet(2, "Two.", referenced_tweets=[{"type": "replied_to", "id": "1"}], **above)
    return [tweet(3, "Three.", referenced_posts=[{"type": "replied_to", "id": "2"}], **above), second, tweet(1, "One.")]


def test_a_saved_search_is_recognised_and_read() -> None:
    saved = file(answer(*chain()), at=datetime(2026, 11, 3, 12, tzinfo=UTC))
    assert for_documents([saved]) is x
    seen = x.read([saved])
    assert (seen.anchor, [post.text for post in seen.posts]) == ("3", ["Three.", "Two.", "One."])
    assert {(end.post, end.why) for end in seen.frontiers} == {("1", "unseen"), ("2", "unseen"), ("3", "unseen")}
    assert seen.read_at == datetime(2026, 11, 3, 12, tzinfo=UTC)


def test_recorded_exchanges_are_read_together_and_say_when() -> None:
    three, two, first = chain()
    headers = {"date": "Tue, 03 Nov 2026 12:00:00 GMT"}
    one_ = {"request": "/2/tweets", "status": 200, "headers": headers, "body": answer(two)}
    other = {"request": "/2/tweets/1", "status": 200, "headers": {}, "body": {**answer(), "data": first}}
    seen = x.read([file(one_), file(other), file(answer(three))])
    assert (seen.anchor, len(seen.posts), seen.read_at) == ("2", 3, datetime(2026, 11, 3, 12, tzinfo=UTC))


def test_what_an_answer_does_not_give_is_said() -> None:
    lost = {"resource_id": "1", "resource_type": "tweet", "type": "https://api.twitter.com/2/problems/odd"}
    about_somebody = {"resource_id": "7", "resource_type": "user", "type": "https://api.twitter.com/2/problems/odd"}
    seen = x.read([file({**answer(*chain()[:2]), "errors": [lost, about_somebody, {}, None]})])
    assert [(place.id, place.author, place.reason, place.says) for place in seen.missing] == [
        ("1", "7", "unreachable", "")
    ]


def test_posts_without_author_are_no_posts() -> None:
    (post,) = x.read([file(answer(tweet(1), {"id": "9", "text": "Whose?"}))]).posts
    assert post.id == "1"


@pytest.mark.parametrize(
    "body", [{"data": []}, {"data": {"id": "x"}}, {"errors": []}, [], {"data": {"id": "9", "text": "Whose?"}}]
)
def test_what_is_no_answer_with_posts_is_refused(body: object) -> None:
    with pytest.raises(Unreadable):
        x.read([file(body)])


def test_a_withheld_post_alone_is_refused() -> None:
    with pytest.raises(Unreadable) as caught:
        x.read([file(answer(tweet(withheld={"copyright": True})))])
    assert caught.value.sentence == "X does not show the post that this answer is about."


def test_answers_of_two_conversations_are_refused() -> None:
    with pytest.raises(Unreadable) as caught:
        x.read([file(answer(tweet(1, "One talk."))), file(answer(tweet(5, "Another.", conversation_id="5")))])
    assert "two conversations (“One talk.”, “Another.”)" in caught.value.sentence


def test_more_than_can_be_read_is_refused() -> None:
    with pytest.raises(TooLarge):
        x.read([Document(body=b" " * (MOST_BYTES + 1), name="large")])


@pytest.mark.parametrize("body", [b'{"data": 1}', b'{"a": "author_id"}', b'{"data": [], "author_id": 1}'])
def test_other_json_is_not_recognised(body: bytes) -> None:
    assert not x.recognises(Document(body=body))
