"""What a thread is found to be is found in every format."""

import json

import pytest

from tests.render.build import everything
from threadleaf import render

WRITTEN = {
    "txt": render.plain(everything()),
    "txt as posted": render.plain(everything(), "posts"),
    "md": render.markdown(everything()),
    "md as posted": render.markdown(everything(), "posts"),
    "html": render.html(everything()),
    "html as posted": render.html(everything(), "posts"),
}
SAID = {
    "title": "Why tidal mills worked better at night",
    "author": "Ada Weir",
    "handle": "@ada.example",
    "original address": "https://bsky.app/profile/did:plc:ada/post/1",
    "completeness": "One post is missing.",
    "figures": "7 of 8 posts are here; number 6 is unavailable;",
    "evidence": "How we know",
    "gap": "Post 6 is unavailable.",
    "its reason": "The next post answers it, so it existed; the network does not say why.",
    "its address": "https://bsky.app/profile/did:plc:ada/post/6",
    "branch": ", 2 posts, one hour later",
    "branch's text": "After 1.",
    "branch of the branch": "leaving the branch before it",
    "its text": "Deeper.",
    "what the first post answers": "The stone must never be warmer than the hand that feeds it.",
    "the turn to somebody else": "Continues in a reply to",
    "the question": "And the silt?",
    "quote": "Flour is a living thing.",
    "who is quoted": "Jean",
    "quote of the quote": "https://bsky.app/s2",
    "description": "A ledger with two columns of hours,",
    "no description": "No description by the author.",
    "size": "Image, 1200 × 800.",
    "poll": "62 %, 31 votes",
    "card": "Mills of the estuary",
    "card's text": "A short history.",
    "content warning": "Content warning:",
    "its words": "Millers’ accidents",
    "what it covers": "Which leaves a question.",
    "sensitive pictures": "Marked as sensitive by the author",
    "edit": "edited",
    "replies": "Replies by the author",
    "what is replied to": "Which book?",
    "a reply": "The miller",
    "a reply to somebody unseen": "In reply to a post by @jean.example that is not shown here.",
    "earlier part": "Previous part:",
    "later part": "Next part:",
    "another reading": "It could also be read as a thread by @jean.example.",
    "open end": "its end could not be confirmed.",
    "foot": "You can follow",
}


@pytest.mark.parametrize("form", WRITTEN)
@pytest.mark.parametrize("what", SAID)
def test_it_is_told(form, what):
    assert SAID[what] in WRITTEN[form]


@pytest.mark.parametrize("form", WRITTEN)
def test_context_that_nobody_needs_is_left_out(form):
    assert "Nobody answered this." not in WRITTEN[form]


@pytest.mark.parametrize("form", WRITTEN)
def test_no_format_says_deleted_or_verified(form):
    assert "deleted" not in WRITTEN[form]
    assert "verified" not in WRITTEN[form]
    assert " ago" not in WRITTEN[form]


def test_json_has_it_all():
    form = json.loads(render.json(everything()))
    assert form["completeness"]["state"] == "incomplete"
    assert form["gaps"][0]["id"].endswith("/6")
    assert [len(branch["posts"]) for branch in form["branches"]] == [2, 1]
    assert form["posts"][3]["media"][0]["alt"].startswith("A ledger")
    assert form["posts"][5]["warning"] == "Millers’ accidents"
    assert form["posts"][4]["poll"]["options"][0] == {"title": "Salt", "votes": 31}
    assert [part["where"] for part in form["parts"] if "where" in part] == ["earlier", "later"]
