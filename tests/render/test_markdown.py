"""CommonMark in which everything that an author wrote is literal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.build import everything, mark, media_only, post, thread
from tests.render.reading import markdown
from tests.render.samples import names, sample
from tests.render.test_inline import anything
from threadleaf import render
from threadleaf.core.model import Author, Card, Media, Span
from threadleaf.render._markdown import Markdown
from threadleaf.render._safe import unturned

STYLE = Markdown()
HTML = {"html_inline", "html_block"}


def body(text, *spans):
    return STYLE.block(STYLE.inline(text, spans, 0))


@pytest.mark.parametrize(
    "text",
    [
        "*a* _b_ `c` **d** ~~e~~",
        "# no heading",
        "- no list\n+ none\n* none",
        "1. none\n2) none",
        "> no quote",
        "===\n---",
        "```\nno fence\n```",
        "~~~\nnone",
        "    no code",
        "\tno code",
        "<b>no html</b> <!-- none --> <https://x.example>",
        "[no](link) ![no](picture) [no]: /definition",
        "&amp; &copy; &#35;",
        "a | b\n--|--",
        "back\\slash\\",
        "{{ no }} {% template %} $x$ ^y^",
        "https://x.example www.x.example",
        " starts and ends with a blank ",
        "one\ntwo\n\nthree",
        "\u3000indented",
        "line ends\\\nhere",
    ],
)
def test_what_means_something_elsewhere_is_literal(text):
    shown, links, kinds = markdown(body(text))
    assert shown.rstrip("\n") == text.rstrip("\n")
    assert links == []
    assert kinds <= {"paragraph_open", "inline", "paragraph_close", "text", "hardbreak", "text_special"}


plain = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"], include_characters="\n\t"))


@given(plain)
def test_any_text_is_read_back_as_it_is(text):
    shown, links, kinds = markdown(body(text))
    assert squeezed(shown) == squeezed(unturned(text))
    assert links == []
    assert not kinds & HTML


def squeezed(text):
    """Text with runs of newlines as one: that is what Markdown keeps of them."""
    return "\n".join(row for row in text.split("\n") if row)


@given(anything())
def test_any_spans_leave_the_text_as_it_is(case):
    text, spans, start, end = case
    spans = [span for span in spans if span.kind not in ("del", "quote")]
    shown, links, kinds = markdown(STYLE.block(STYLE.inline(text[start:end], spans, start)))
    assert squeezed(shown) == squeezed(text[start:end])
    assert set(links) <= {"https://x.example/?a=1&b"}
    assert not kinds & HTML


@pytest.mark.parametrize(
    ("text", "span", "written"),
    [
        ("see this link", mark("see this link", "this", "link", "https://x.example/?a&b"), "[this](<https://x.example/?a&amp;b>)"),
        ("see @ada", mark("see @ada", "@ada", "mention", "https://x.example"), "[@ada](<https://x.example>)"),
        ("see this", mark("see this", "this", "link", "javascript:x"), "see this"),
        ("an *x*", mark("an *x*", "x", "link", "https://x.example"), "an \\*[x](<https://x.example>)\\*"),
        ("so good, no", mark("so good, no", "good", "em"), "so *good*, no"),
        ("so good", mark("so good", "so", "strong"), "**so** good"),
        ("so good", mark("so good", "good", "del"), "so ~~good~~"),
        ("so good", mark("so good", "oo", "em"), "so good"),
        ("so good", mark("so good", " good", "em"), "so good"),
        ("so “good”", mark("so “good”", "“good”", "em"), "so “good”"),
        ("a b", mark("a b", " ", "link", "https://x.example"), "a b"),
        ("a `b` c", mark("a `b` c", "`b`", "code"), "a `` `b` `` c"),
        ("a <b> c", mark("a <b> c", "<b>", "code"), "a `<b>` c"),
        ("a  b  c", mark("a  b  c", " b ", "code"), "a `  b  ` c"),
        ("a\nb", mark("a\nb", "a\nb", "pre"), "`a`\\\n`b`"),
        ("a\n\nb", mark("a\n\nb", "a\n\nb", "pre"), "`a`\n\n`b`"),
        ("a\n\nb", mark("a\n\nb", "a\n\nb", "link", "https://x.example"), "a\n\nb"),
        ("he said\n\nno\nway\n\nyes", mark("he said\n\nno\nway\n\nyes", "no\nway", "quote"), "> no\\\n> way\n\nyes"),
        ("no\nyes", mark("no\nyes", "no", "quote"), "> no\n\nyes"),
        ("no\n\nnever\nyes", mark("no\n\nnever\nyes", "no\n\nnever", "quote"), "> no\n>\n> never\n\nyes"),
    ],
)  # fmt: skip
def test_spans_have_the_markup_of_commonmark(text, span, written):
    assert written in body(text, span)


def test_marked_text_within_code_is_code():
    text = "a <b>"
    assert body(text, mark(text, text, "code"), mark(text, "<b>", "em")) == "`a <b>`"


def test_code_right_behind_code_is_text():
    assert body("ab", mark("ab", "a", "code"), mark("ab", "b", "code")) == "`a`b"


def test_a_link_may_be_emphasised():
    text = "so this is"
    link = mark(text, "this", "link", "https://x.example")
    assert body(text, mark(text, "this", "strong"), link) == "so **[this](<https://x.example>)** is"


@pytest.mark.parametrize("view", ["article", "posts"])
@pytest.mark.parametrize("name", names())
def test_no_sample_has_html(name, view):
    _, links, kinds = markdown(render.markdown(sample(name), view))
    assert not kinds & HTML
    assert "code_block" not in kinds
    assert all(link.startswith("https://") for link in links)


def test_a_list_marker_in_a_name_makes_no_list():
    one = thread(post(1), author=Author(id="a", network="bsky", name="1. FC", handle="fc.example"), title="- x # y #")
    text = render.markdown(one)
    assert "\n1\\. FC @fc.example on Bluesky\\\n" in text
    assert text.startswith("# \\- x \\# y \\#\n")


def test_a_description_of_several_lines_stays_one():
    one = media_only(1, Media(kind="image", alt="1. First\n2. Second"), url="")
    assert "Image.\\\nDescription by the author: 1\\. First\\\n2\\. Second" in render.markdown(thread(one), "posts")


def test_a_number_without_an_address_stands_in_brackets():
    assert "\n\\[1\\] · 3 May 2026, 09:13 UTC\n" in render.markdown(thread(post(1, url="")), "posts")


def test_a_card_without_a_title_is_called_by_its_host():
    text = render.markdown(thread(post(1, card=Card(url="https://x.example/a"))))
    assert "[x.example](<https://x.example/a>)\n" in text


def test_a_span_out_of_range_is_ignored():
    assert body("abc", Span(start=5, end=9, kind="em")) == "abc"


def test_everything_is_read_as_one_document():
    shown, _, kinds = markdown(render.markdown(everything()))
    assert "it is *great* & <b>." in shown
    assert not kinds & HTML
