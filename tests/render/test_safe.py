"""Foreign texts, addresses and ids are harmless."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.build import post
from threadleaf.render import _names, _safe, _script
from threadleaf.render._script import Language

LTR, RTL = Language("en", "ltr"), Language("ar", "rtl")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ntext\twith “signs”\n", "plain\ntext\twith “signs”\n"),
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x00\x07\x7f", "␀␇␡"),
        ("\x9b31m", "\ufffd31m"),
        ("one\r\ntwo\rthree\x85four\u2028five\u2029six", "one \ntwo\nthree\nfour\nfive\nsix"),
    ],
)
def test_control_characters_are_made_visible(text, shown):
    assert _safe.visible(text) == shown


@given(st.text())
def test_one_character_stands_for_one(text):
    assert len(_safe.visible(text)) == len(text)


@given(st.text(st.characters(categories=["Cc", "Cf", "Zl", "Zp", "Lu", "Lo"])))
def test_nothing_is_left_that_drives_a_terminal_or_turns_a_line(text):
    left = set(_safe.unturned(text))
    assert not left & {chr(c) for c in (*range(9), *range(11, 32), *range(127, 160), 0x2028, 0x2029)}
    assert not left & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert _safe.line(text).split() == _safe.line(text).split(" ") or not _safe.line(text)


def test_text_on_one_line_has_single_blanks():
    assert _safe.line(" a\n\tb\u202e c\u2003d ") == "a b c d"
    assert _safe.unturned("a\x1bb") == "a␛b"


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com",
        "http://example.com:8080/a_b;c=d?e=f&g=%20#h",
        "HTTPS://EXAMPLE.COM/",
        "https://[2001:db8::1]/",
        "https://пример.example/путь",
        "https://en.wikipedia.org/wiki/Mill_(grinding)",
        "https://example.com/{a}|~",
    ],
)
def test_a_web_address_may_be_linked(address):
    assert _safe.web(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "mailto:ada@example.com",
        "ftp://example.com/",
        "//example.com/",
        "/path",
        "https:example.com",
        "https:///example.com",
        "https://",
        " https://example.com",
        "https://example.com/a b",
        "https://example.com/\n",
        "https://example.com/\x1b[0m",
        'https://example.com/"onmouseover=x',
        "https://example.com/'x",
        "https://example.com/<b>",
        "https://example.com\\@evil.example",
        "https://example.com/`",
        "https://example.com/\u202eabc",
        "https://example.com/\u2028",
        "https://example.com/\x85",
    ],
)
def test_anything_else_is_not_linked(address):
    assert _safe.web(address) == ""


@given(st.text())
def test_an_address_that_is_linked_needs_no_more_than_one_escape(text):
    address = _safe.web(f"https://a{text}")
    assert not set(address) & set("\"'<>\\` \n\t")


@pytest.mark.parametrize(
    ("network", "name", "address", "path"),
    [
        ("bsky", "at://did:plc:a/app.bsky.feed.post/3k", "https://bsky.app/profile/did:plc:a/post/3k", "/t/bsky/did:plc:a/3k"),
        ("x", "123", "https://x.com/i/status/123", "/t/x/123"),
        ("fedi", "https://a.example/@b/1", "https://a.example/@b/1", "/t/fedi/a.example/@b/1"),
        ("bsky", "at://x", "", ""),
        ("bsky", "https://a.example", "", ""),
        ("x", "abc", "", ""),
        ("x", "١٢", "", ""),
        ("fedi", "javascript:x", "", ""),
        ("fedi", 'https://a.example/"x', "", ""),
        ("page", "twtext.com/1", "", ""),
    ],
)  # fmt: skip
def test_an_id_gives_an_address_only_in_its_networks_form(network, name, address, path):
    assert _safe.post_address(network, name) == address
    assert _names.own_path(network, name) == path


@pytest.mark.parametrize(
    ("text", "language", "direction"),
    [
        ("plain", LTR, "ltr"),
        ("“quoted” — and 苔藓", LTR, "ltr"),
        ("كان لكلّ عائلة علامة", LTR, "rtl"),
        ("שלום https://example.com/a", LTR, "ltr"),
        ("@salma.example كان لكلّ عائلة علامة تضعها على أرغفتها", RTL, "rtl"),
        ("In English", RTL, "ltr"),
        ("1/5 👇", RTL, "rtl"),
        ("1/5 👇", LTR, "ltr"),
        ("\x1b\ufdf2", LTR, "rtl"),
    ],
)
def test_the_direction_is_that_of_the_script(text, language, direction):
    assert _script.look(text, language) == (_safe.visible(text), direction)


def test_a_quick_look_finds_every_character_that_matters():
    for code in (*range(0x20), *range(0x7F, 0xA0), 0x590, 0x8FF, 0xFB1D, 0xFDFF, 0xFE70, 0xFEFC, 0x10800, 0x1E8FF):
        text = f"a{chr(code)}"
        shown = _script.look(text, LTR)
        assert shown == (_safe.visible(text), _script.direction(text))


@pytest.mark.parametrize(
    ("langs", "language"),
    [
        ((), Language("", "ltr")),
        (("en-GB", "fr"), Language("en-GB", "ltr")),
        (("zh-Hans-CN",), Language("zh-Hans-CN", "ltr")),
        (("fa-IR",), Language("fa-IR", "rtl")),
        (("HE",), Language("HE", "rtl")),
        (('"><script>',), Language("", "ltr")),
        (("x",), Language("", "ltr")),
        (("english",), Language("", "ltr")),
    ],
)
def test_only_a_language_tag_is_taken_for_one(langs, language):
    assert _script.language(langs) == language


def test_anchors_are_the_ends_of_ids_and_unique():
    from msgspec.structs import replace

    ids = ["at://a/b/3k", "https://a.example/@b/3k", "x/3k-2", "x/3k", 'y/"><b>', "z/", "", "é", "x/3k"]
    posts = [replace(post("p"), id=name) for name in ids]
    assert list(_names.anchors(posts).values()) == ["3k", "3k-2", "3k-2-2", "3k-3", "-b-", "z", "post", "-"]
