"""Beside a name stands what in it may deceive; what an author leaves open turns nothing that follows."""

import re

import pytest
from msgspec.structs import replace

from tests.render.build import ADA, JEAN, piece, post, thread
from threadleaf import render
from threadleaf.core.model import Article, Author, Media, Paragraph, Quote, Thread
from threadleaf.render import words
from threadleaf.render._safe import straight

HIDDEN = "This name has hidden characters in it: U+202E."
MIXED = "This name mixes letters of several alphabets: p, y, a, l (Latin); а (Cyrillic)."


def html(shown: Thread, view="posts") -> str:
    return render.article_html(shown, view)


@pytest.mark.parametrize(
    ("name", "handle", "said"),
    [
        ("Ada Weir", "ada.example", ""),
        ("A\u202eda", "ada.example", HIDDEN),
        ("p\u0430ypal", "ada.example", MIXED),
        ("раура", "paypa.example", "This name reads as Latin and is in another alphabet: Cyrillic."),
        ("ꓑꓮꓑ", "pap.example", ""),
        ("ХꓮꓐꓮP", "ada.example", "This name mixes letters of several alphabets: Х (Cyrillic); U+A4EE, U+A4D0; P (Latin)."),
        ("go\u05e1", "ada.example", "This name mixes letters of several alphabets: g, o (Latin); U+05E1."),
        (
            "Ada",
            "\u200bаda.example",
            ("This handle has hidden characters in it: U+200B. "
            "This handle mixes letters of several alphabets: а (Cyrillic); d, a (Latin)."),
        ),
        ("".join(map(chr, range(0x2060, 0x2069))), "ada.example", ("This name has hidden characters in it: "
         "U+2060, U+2061, U+2062, U+2063, U+2064, ….")),
    ],
)  # fmt: skip
def test_what_may_deceive_is_said_in_words(name: str, handle: str, said: str):
    assert words.doubts(name, handle) == said


def test_of_a_person_only_what_is_shown_of_them_is_doubted():
    author = replace(ADA, name="A\u202eda")
    assert words.doubted(author) == HIDDEN
    assert words.doubted(author, called=True) == ""
    assert words.doubted(replace(author, handle=""), called=True) == HIDDEN
    assert words.doubted(None) == ""


def doubted(author: Author) -> Thread:
    return thread(post(1), author=author, authors=(author,))


def test_the_head_tells_of_its_authors_name():
    author = replace(ADA, name="A\u202eda")
    for view in ("article", "posts"):
        assert f'<span class="doubt">{HIDDEN}</span></p>' in html(doubted(author), view)
    assert "doubt" not in html(doubted(ADA))
    for text in (render.plain(doubted(author), "posts"), render.markdown(doubted(author), "posts")):
        assert HIDDEN in text
    assert HIDDEN not in render.plain(doubted(ADA), "posts")


def test_names_of_others_are_told_of_where_they_stand():
    jean = replace(JEAN, name="p\u0430ypal", handle="")
    asked = post("asked", "What is a tide mill?", author=jean)
    quoting = post(1, parent=asked.id, parent_author=jean.id, quote=Quote(id=asked.id, author=jean.id))
    shown = thread(quoting, authors=(ADA, jean), context=(asked,), quoted=(asked,))
    page = html(shown)
    assert page.count(f'<span class="doubt">{MIXED}</span>') == 3
    assert re.search(rf'<summary>[^\n]*<span class="doubt">{re.escape(MIXED)}</span></summary>', page)
    assert render.plain(shown, "posts").count(MIXED) == 2


def test_posts_of_x_name_their_author_with_it():
    author = Author(id="1", network="x", name="A\u202eda", handle="ada")
    one = replace(doubted(author), network="x")
    one = replace(one, posts=(replace(one.posts[0], author="1"),))
    assert html(one).count(HIDDEN) == 2


def test_what_one_post_leaves_open_does_not_turn_the_next_one():
    first, second = post(1, "One \u202eword and"), post(2, "then another.")
    article = Article(paragraphs=(Paragraph(pieces=(piece(first), piece(second, glue=" "))),))
    joined = html(thread(first, second, article=article), "article")
    assert "One word and <span" in joined
    assert "\u202e" in html(thread(first, second), "posts")  # where it stands alone, its author may turn it


def test_descriptions_and_emoji_put_nothing_that_turns_into_the_page():
    media = Media(kind="image", url="https://cdn.example/a.png", alt="A \u202emill")
    assert "A mill</" in html(thread(post(1, media=(media,))))
    assert straight("plain") == "plain"
    assert straight("а\u2066б\u2069") == "аб"
