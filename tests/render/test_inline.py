"""A post's text and spans as HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.build import mark, piece, post
from tests.render.reading import Page, checked
from threadleaf.core.model import Span
from threadleaf.render._inline import escape, inline, link, paragraphs
from threadleaf.render._marks import Marks, walk

KINDS = ("link", "mention", "tag", "emoji", "em", "strong", "code", "pre", "quote", "del", "item", "ruby")
REL = 'rel="nofollow noopener ugc"'


def test_text_without_spans_is_escaped():
    assert inline("<b> & \"c\" 'd'", ()) == "&lt;b&gt; &amp; &#34;c&#34; &#39;d&#39;"


def test_the_escape_is_that_of_plain_strings():
    assert type(escape("<")) is str


@pytest.mark.parametrize(
    ("kind", "html"),
    [
        ("link", f'a <a href="https://x.example/?a&amp;b" {REL}>b</a> c'),
        ("mention", f'a <a href="https://x.example/?a&amp;b" {REL}>b</a> c'),
        ("em", "a <em>b</em> c"),
        ("strong", "a <strong>b</strong> c"),
        ("code", "a <code>b</code> c"),
        ("pre", 'a <code class="pre">b</code> c'),
        ("quote", 'a <span class="said">b</span> c'),
        ("del", "a <s>b</s> c"),
        ("tag", "a b c"),
        ("emoji", "a b c"),
        ("item", "a b c"),
        ("ruby", "a b c"),
    ],
)
def test_each_kind_of_span_has_its_markup(kind, html):
    assert inline("a b c", (mark("a b c", "b", kind, "https://x.example/?a&b"),)) == html


@pytest.mark.parametrize("kind", ["link", "mention"])
def test_an_address_that_may_not_be_linked_leaves_its_text(kind):
    assert inline("a b c", (mark("a b c", "b", kind, "javascript:alert(1)"),)) == "a b c"
    assert inline("a b c", (mark("a b c", "b", kind), mark("a b c", "c", "em"))) == "a b <em>c</em>"
    assert link("javascript:alert(1)", "b") == "b"


def drawn(address: str, code: str) -> str:
    return f'<img src="{address}" alt="{code}">' if address else ""


def test_a_custom_emoji_is_its_picture_where_that_is_shown():
    text = "a :b&c: d"
    span = mark(text, ":b&c:", "emoji", "/media/b")
    assert inline(text, (span,), 0, drawn) == 'a <img src="/media/b" alt=":b&amp;c:"> d'
    assert inline(text, (mark(text, ":b&c:", "emoji"),), 0, drawn) == "a :b&amp;c: d"
    assert inline(text, (mark(text, "d", "ruby", "/media/b"), span)) == "a :b&amp;c: d"


def test_a_custom_emoji_within_a_link_is_its_picture_and_what_lies_within_its_code_is_not_seen():
    text = "a :b: c"
    around = mark(text, text, "strong")
    inside = mark(text, "b", "em")
    emoji = mark(text, ":b:", "emoji", "/media/b")
    assert inline(text, (around, emoji, inside), 0, drawn) == '<strong>a <img src="/media/b" alt=":b:"> c</strong>'
    bare = mark(text, ":b:", "emoji")
    assert inline(text, (around, bare, inside), 0, drawn) == "<strong>a :<em>b</em>: c</strong>"
    assert inline(text, (around, emoji, inside)) == "<strong>a :<em>b</em>: c</strong>"


def test_spans_nest():
    text = "all of it"
    spans = (mark(text, text, "strong"), mark(text, "of it", "em"), mark(text, "it", "link", "https://x.example"))
    assert inline(text, spans) == (f'<strong>all <em>of <a href="https://x.example" {REL}>it</a></em></strong>')


def test_what_sticks_out_of_the_span_around_it_is_cut_off():
    spans = (Span(start=0, end=4, kind="em"), Span(start=2, end=6, kind="strong"), Span(start=6, end=7, kind="em"))
    assert inline("abcdefg", spans) == "<em>ab<strong>cd</strong></em>ef<em>g</em>"


def test_there_is_no_link_within_a_link():
    spans = (
        Span(start=0, end=4, kind="link", value="https://a.example"),
        Span(start=1, end=2, kind="mention", value="https://b.example"),
    )
    assert inline("abcd", spans) == f'<a href="https://a.example" {REL}>abcd</a>'


def test_spans_count_from_the_beginning_of_the_post():
    assert inline("cdef", (Span(start=1, end=4, kind="em"), Span(start=5, end=9, kind="strong")), 2) == (
        "<em>cd</em>e<strong>f</strong>"
    )


def test_line_breaks_in_marked_text_break_no_paragraph():
    text = "a\n\nb\n\nc"
    assert paragraphs(inline(text, (mark(text, "b\n\n", "em"),))) == "<p>a</p><p><em>b<br><br></em>c</p>"
    nested = (mark(text, "\n\nb\n\n", "strong"), mark(text, "\nb", "em"))
    assert paragraphs(inline(text, nested)) == "<p>a<strong><br><em><br>b</em><br><br></strong>c</p>"
    assert paragraphs("one") == "<p>one</p>"


texts = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"], include_characters="\n"))


@st.composite
def anything(draw):
    """A text, spans of any kind over any ranges of it, and a piece of it."""
    text = draw(texts)
    edges = st.integers(-2, len(text) + 2)
    spans = [
        Span(
            start=draw(edges),
            end=draw(edges),
            kind=draw(st.sampled_from(KINDS)),
            value=draw(st.sampled_from(["https://x.example/?a=1&b", "javascript:alert(1)", '"onclick=x'])),
        )
        for _ in range(draw(st.integers(0, 6)))
    ]
    if draw(st.booleans()):
        spans.sort(key=lambda span: (span.start, -span.end))
    start = draw(st.integers(0, len(text)))
    return text, tuple(spans), start, draw(st.integers(start, len(text)))


@given(anything())
def test_whatever_the_spans_are_the_html_is_well_nested_and_the_text_whole(case):
    text, spans, start, end = case
    html = paragraphs(inline(text[start:end], spans, start))
    page = checked(f"<div>{html.replace('</p><p>', '</p><p><br><br>')}</div>")
    assert page.text == text[start:end]


@given(anything())
def test_the_steps_of_a_walk_are_well_nested_and_cover_the_text_once(case):
    _text, spans, start, end = case
    stack, covered = [], 0
    for step, span, first, last in walk(end - start, spans, start, lambda span: span.kind != "tag"):
        if step == "text":
            assert first == covered < last
            covered = last
        elif step == "open":
            assert covered == first < last
            stack.append((span, first, last))
        else:
            assert stack.pop() == (span, first, last)
            assert covered == last
    assert (stack, covered) == ([], end - start)


@given(anything())
def test_the_spans_of_pieces_are_those_that_touch_them(case):
    text, spans, start, end = case
    spans = tuple(sorted(spans, key=lambda span: (span.start, -span.end)))
    one = post("p", text or "x", spans=spans)
    marks = Marks()
    for first, last in ((0, start), (start, end), (end, len(one.text)), (start, end)):
        found = [span for span in marks.within(one, first, last) if span.end > first and span.start < last]
        assert found == [span for span in spans if span.end > first and span.start < last]


def test_marks_look_at_each_span_once():
    seen = []

    class Watched:
        def __init__(self, start, end):
            self.range, self.end = start, end

        @property
        def start(self):
            seen.append(self.range)
            return self.range

    class One:
        id, text = "p", "x" * 1000
        spans = tuple(Watched(n, n + 1) for n in range(1000))

    marks = Marks()
    for start in range(0, 1000, 10):
        assert len(marks.within(One, start, start + 10)) == 10
    assert len(seen) <= 1200


def test_a_piece_of_a_page_is_read_back():
    assert Page(inline("a < b", ())).text == "a < b"
    assert piece(post(1)).end == len(post(1).text)
