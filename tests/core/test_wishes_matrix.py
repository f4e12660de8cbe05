"""Every label in every place and role, every audience with every setting: none may be shown too far."""

from itertools import product

import pytest
from msgspec.json import encode
from msgspec.structs import replace

from tests.support.talk import a, b, c, ids, talk
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import Refused
from threadleaf.core.model import Author, Post, Quote
from threadleaf.core.withhold import reach, shown

SECRET = "hidden words"

# --- Bluesky: a label on the account, on its profile, or on the post ---------------------------------------------

LABELS = {"!no-unauthenticated": "opted-out", "!hide": "hidden", "!takedown": "hidden"}
NOTICES = ("!warn", "porn", "sexual", "nudity", "graphic-media", "gore")
ROLES = ("author", "reply", "quoted", "answered")


def conversation(role, place, label):
    """Ada's thread of two posts, in which whoever has the role has the label; her or his words are the secret ones.

    A label on the account and one on its profile record reach us alike, on the account as it is seen.
    """
    labels = (label,) if place == "post" else ()
    who = {"author": "a", "reply": "c", "quoted": "c", "answered": "c"}[role]

    def words(name):
        return {"text": SECRET, "labels": labels} if name == role else {}

    posts = [
        c("top", **words("answered")),
        a("1", to="top", **words("author")),
        a("2", to="1", quote=Quote(id="q", author="c" if role == "quoted" else "b")),
        c("reply", to="1", **words("reply")),
        b("other", to="1"),
    ]
    quoted = (Post(id="q", author="c" if role == "quoted" else "b", **words("quoted")),)
    seen = talk(posts, anchor="1", quoted=quoted)
    people = [
        replace(author, labels=(label,) if author.id == who and place != "post" else ()) for author in seen.authors
    ]
    return replace(seen, authors=tuple(people))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("place", ["account", "profile", "post"])
@pytest.mark.parametrize("label", LABELS)
def test_a_label_withholds_in_every_place_and_role(role, place, label):
    thread = assemble(conversation(role, place, label))
    assert SECRET.encode() in encode(thread)
    if role == "author" and place != "post":
        with pytest.raises(Refused) as refused:
            shown(thread)
        assert refused.value.code == label
        return
    seen = shown(thread)
    assert SECRET.encode() not in encode(seen)
    assert ids(seen.posts) == ("2" if role == "author" else "1 2")
    # Nobody else suffers from it, but for what else the account says.
    account = place != "post" and role != "author"
    left = {
        "top": role != "answered" and not account,
        "reply": role != "reply" and not account,
        "other": True,
    }
    assert {post.id for post in seen.context} == {name for name, stays in left.items() if stays}
    quote = next(post.quote for post in seen.posts if post.id == "2")
    assert quote.state == (LABELS[label] if role == "quoted" else "shown")
    assert quote.id == ("" if role == "quoted" else "q")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("place", ["account", "post"])
@pytest.mark.parametrize("label", NOTICES)
def test_a_label_that_asks_for_a_notice_hides_nothing(role, place, label):
    thread = assemble(conversation(role, place, label))
    assert shown(thread) is thread
    assert reach(thread) == "listed"


# --- Mastodon: who may see a post, what the account is set to, what became of it ----------------------------------

STATES = ("suspended", "moved", "memorial")
MATRIX = list(
    product(
        ("public", "unlisted", "private", "direct"),
        (True, False),
        (True, False),
        (True, False),
        STATES,
    )
)


def wanted(visibility, indexable, discoverable, noindex, state):
    """What the rules say, by hand: hidden, unlisted or listed."""
    if state == "suspended" or visibility in ("private", "direct"):
        return "hidden"
    if visibility == "unlisted" or noindex or not indexable or not discoverable:
        return "unlisted"
    return "listed"


def signals(indexable, discoverable, noindex, state):
    settings = {
        "indexable=false": not indexable,
        "discoverable=false": not discoverable,
        "noindex": noindex,
        state: True,
    }
    return tuple(name for name, is_set in settings.items() if is_set)


def test_the_matrix_is_whole():
    assert len(MATRIX) == 96


@pytest.mark.parametrize("row", MATRIX, ids=lambda row: "-".join(map(str, row)))
def test_an_author_is_shown_exactly_as_far_as_audience_and_settings_allow(row):
    visibility, *settings = row
    ada = Author(id="a", network="fedi", signals=signals(*settings))
    seen = talk(a("1", SECRET, visibility=visibility), a("2", SECRET, to="1", visibility=visibility))
    thread = assemble(replace(seen, network="fedi", authors=(ada,)))
    if wanted(*row) == "hidden":
        with pytest.raises(Refused):
            shown(thread)
    else:
        assert shown(thread) is thread
        assert reach(thread) == wanted(*row)


@pytest.mark.parametrize("row", MATRIX, ids=lambda row: "-".join(map(str, row)))
def test_somebody_else_is_shown_exactly_as_far_as_audience_and_settings_allow(row):
    visibility, *settings = row
    people = (Author(id="a", network="fedi"), Author(id="b", network="fedi", signals=signals(*settings)))
    quoted = (Post(id="q", author="b", text=SECRET, visibility=visibility),)
    posts = [b("top", SECRET, visibility=visibility), a("1", to="top"), a("2", to="1", quote=Quote(id="q", author="b"))]
    seen = talk(posts, anchor="1", quoted=quoted)
    thread = assemble(replace(seen, network="fedi", authors=people))
    visible = shown(thread)
    hidden = wanted(*row) == "hidden"
    assert (SECRET.encode() in encode(visible)) is not hidden
    assert [post.quote.state for post in visible.posts if post.quote] == ["hidden" if hidden else "shown"]
    assert reach(visible) == ("listed" if hidden else wanted(*row))
