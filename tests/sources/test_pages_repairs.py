"""What copying did to a page is undone and told; the rest of the text stays as it is."""

import pytest

from threadleaf.core.model import Conversation
from threadleaf.sources import pages
from threadleaf.wire import Document

MEANT = "It’s “quoted” – somebody’s plan… 🚋🇨🇿 and 车站 don’t — naïve café Пример"

HEAD = "Profile picture\n"


def read(body: bytes | str, name: str = "page.txt") -> Conversation:
    return pages.read([Document(body=body.encode() if isinstance(body, str) else body, name=name)])


def one(body: bytes | str) -> tuple[str, dict[str, int | None]]:
    """The text of a page with a single post, and its notes but for those on head and foot.

    Texts are given the head by which a page is known to be an unroller's; bytes have one themselves.
    """
    conversation = read(HEAD + body if isinstance(body, str) else body)
    (post,) = conversation.posts
    return post.text, {note.kind: note.n for note in conversation.notes if note.kind not in ("no-foot", "no-author")}


def misread(text: str, code_page: str) -> str:
    """UTF-8 as a lenient decoder shows it that takes it for an 8-bit code page."""
    return "".join(bytes([b]).decode(code_page, "ignore") or chr(b) for b in text.encode())


@pytest.mark.parametrize(
    "code_page", ["cp1252", "latin-1", "cp1250", "cp1251", "cp1253", "cp1254", "cp874", "iso8859_16"]
)
@pytest.mark.parametrize("meant", [MEANT, "It’s a plan", "A plan…", "“A plan”", "café – café – café"])
def test_text_read_in_a_wrong_code_page_is_read_again(code_page, meant):
    text, notes = one(misread(meant, code_page))
    assert text == meant
    assert set(notes) == {"repaired-encoding"}


@pytest.mark.parametrize(
    "text",
    [
        MEANT,
        "Spaß’ macht’s",
        "„Ä“ ist ein Buchstabe",
        "เก่งกาจ เขต",
        "Όλα είναι εδώ",
        "Привет, “мир”",
        "é’’",
        "naïve",
        "ส่งข่าว โกก",
        "ñ",
    ],
)
def test_text_that_was_read_rightly_is_left_alone(text):
    assert one(text) == (text, {})


def test_a_misread_sequence_that_is_no_utf_8_is_left_alone():
    text, notes = one(misread("It’s a plan – isn’t it", "cp1252") + " à‚€")
    assert text == "It’s a plan – isn’t it à‚€"
    assert notes == {"repaired-encoding": 3}


@pytest.mark.parametrize(
    ("escaped", "plain"),
    [
        ("We& #39;re", "We're"), ("R& amp;D", "R&D"), ("&lt;b", "<b"), ("&amp;amp;", "&amp;"), ("&# 128512;", "😀"),
        ("&#x1F600;", "😀"), ("caf&eacute;", "café"), ("&#0;", "\ufffd"),
    ],
)  # fmt: skip
def test_escapes_are_undone_once(escaped, plain):
    assert one(f"So {escaped} here") == (f"So {plain} here", {"repaired-entities": 1})


@pytest.mark.parametrize("text", ["R&D; AT& T;", "&copycat;", "cats & dogs; mice", "x & copy; y"])
def test_what_only_looks_like_an_escape_is_left_alone(text):
    assert one(text) == (text, {})


@pytest.mark.parametrize(
    "rest",
    [
        '<img class="Emoji" draggable="false" alt="🚋" src="https://e.example/1.png" />',
        '<img alt="🚋">',
        'img alt="🚋" aria-label="Emoji: Tram" />',
        'class="Emoji" alt=“🚋” title="Tram">',
        "alt='🚋' />",
    ],
)
def test_an_emoji_is_taken_from_the_rest_of_its_picture(rest):
    assert one(f"The tram {rest} is late") == ("The tram 🚋 is late", {"repaired-emoji": 1})


@pytest.mark.parametrize("emoji", ["1️⃣", "ℹ️", "©", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
def test_signs_that_are_hardly_pictures_are_emoji_too(emoji):
    assert one(f'A <img alt="{emoji}"> B') == (f"A {emoji} B", {"repaired-emoji": 1})


@pytest.mark.parametrize("text", ['A <img alt="Image"> B', 'set alt="车站" there', "press alt = now"])
def test_a_picture_with_words_is_left_alone(text):
    assert one(text) == (text, {})


@pytest.mark.parametrize(
    ("doubled", "single", "times"),
    [
        ("https://a.example/bhttps://a.example/b", "https://a.example/b", 1),
        ("https://a.example/b  https://a.example/b", "https://a.example/b", 1),
        ("https://a.example/b https://a.example/b https://a.example/b x", "https://a.example/b x", 2),
    ],
)
def test_an_address_written_twice_in_a_row_is_written_once(doubled, single, times):
    assert one(f"See {doubled}") == (f"See {single}", {"repaired-links": times})


def test_an_address_written_twice_elsewhere_stays():
    text = "https://a.example/b and https://a.example/b, https://a.example/c https://a.example/b"
    assert one(text) == (text, {})


@pytest.mark.parametrize(
    "body",
    [
        f"\ufeff{HEAD}one line".encode(),
        f"{HEAD}one line".encode("utf-16"),
        b"Profile picture\r\none line\r\n\r\n",
        b"\r  Profile picture\r  one line",
    ],
)
def test_marks_and_line_ends_of_all_systems_are_understood(body):
    assert one(body) == ("one line", {})


def test_windows_line_ends_are_line_ends():
    assert [post.text for post in read(b"1/ a\r\n2/ b\r\n\r\nc\r3/ d").posts] == ["1/ a", "2/ b\n\nc", "3/ d"]


def test_nul_and_lone_surrogates_become_a_replacement_character():
    body = HEAD.encode() + b"a\0b" + b"c\xed\xa0\x80d" + b" and some more text, so that it looks like text at all"
    text, notes = one(body)
    assert text.startswith("a\ufffdbc\ufffdd and")
    assert notes == {"replaced-characters": 2}


def test_replacement_characters_of_the_page_itself_are_not_counted():
    assert one("a\ufffdb") == ("a\ufffdb", {})


def test_a_page_cut_in_the_middle_of_a_character_is_still_utf_8():
    text, notes = one(f"{HEAD}Пример текста".encode()[:-1])
    assert text == "Пример текст\ufffd"
    assert notes == {"replaced-characters": 1}


def test_what_is_not_utf_8_is_read_as_windows_1252():
    text, notes = one(f"{HEAD}It’s a café".encode("cp1252"))
    assert text == "It’s a café"
    assert notes == {"guessed-encoding": None}


def test_the_code_page_of_html_is_repaired_as_well():
    conversation = read(misread('<html><div class="content-tweet">It’s late</div></html>', "cp1252"))
    assert conversation.posts[0].text == "It’s late"
    assert next(note.kind for note in conversation.notes) == "repaired-encoding"
