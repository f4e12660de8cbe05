"""Foreign HTML as a string and spans (rules §5.1)."""

import subprocess
import sys

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.spans import check_spans, shown
from threadleaf.core.text import html_text

BLOB = {"blob": "https://example.social/blob.png"}


def read(html, emojis=None, **options):
    """The text and its spans as (kind, text, value), after checking what holds for all."""
    text, spans, notes = html_text(html, emojis, **options)
    check_spans(text, spans)
    assert notes == ()
    return text, shown(text, spans)


# --- breaks and blanks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two<br>three<br />four</p>", "one\n\ntwo\nthree\nfour"),
        ("<p>one<br><br>two</p>", "one\n\ntwo"),
        ("<p>one<br></p><p>two</p>", "one\n\ntwo"),
        ("<p>unclosed<p>paragraphs<div>and</div>a division", "unclosed\n\nparagraphs\n\nand\na division"),
        ("<p>  much \n\t white   space </p>\n <p> here </p>", "much white space\n\nhere"),
        ("a&nbsp;&nbsp;b", "a\xa0\xa0b"),
        ("no markup", "no markup"),
        ("one<br> two", "one\ntwo"),
        ("<h2>Title</h2>text<hr>more", "Title\n\ntext\n\nmore"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><th>c</th><td>d</td></tr></table>", "a b\nc d"),
        ("<br><p></p>", ""),
        ("", ""),
        ("5 &lt; 6 &amp;&amp; 7 > 6 &#x1F375; &bogus;", "5 < 6 && 7 > 6 🍵 &bogus;"),
        ("a</b></nonsense></p>b", "ab"),
        ("<!--c-->x<!DOCTYPE y><?php z ?>", "x"),
    ],
)
def test_breaks_are_in_the_text_and_white_space_is_what_a_reader_sees(html, text):
    assert read(html) == (text, [("strong", "Title", "")] if "h2" in html else [])


def test_preformatted_text_keeps_its_blanks_and_lines():
    text, spans = read("<p>run</p><pre><code>\nif x:\n    go  \n\n</code></pre>then")
    assert text == "run\n\nif x:\n    go  \n\nthen"
    assert spans == [("pre", "if x:\n    go  ", ""), ("code", "if x:\n    go  ", "")]


# --- inline ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "kind"),
    [("em", "em"), ("i", "em"), ("strong", "strong"), ("b", "strong"), ("code", "code"), ("del", "del"), ("s", "del")],
)
def test_emphasis_code_and_deletion_are_spans_without_blanks_at_their_ends(tag, kind):
    assert read(f"a<{tag}> b </{tag}>c") == ("a b c", [(kind, "b", "")])


def test_an_element_without_visible_text_makes_no_span():
    assert read("a<em> <b></b></em><u>b</u><s><br></s>") == ("a b", [])


def test_a_quotation_is_a_span_over_its_paragraphs():
    assert read("<blockquote><p>a</p><p>b</p></blockquote>c") == ("a\n\nb\n\nc", [("quote", "a\n\nb", "")])


def test_tags_closed_in_the_wrong_order_still_give_nested_spans():
    assert read("<b>a<i>b</b>c</i>d") == ("abcd", [("strong", "ab", ""), ("em", "b", "")])
    assert read("<i>a<blockquote>b</i>c</blockquote>d") == (
        "a\n\nbc\n\nd",
        [("em", "a\n\nbc\n\nd", ""), ("quote", "bc", "")],
    )


def test_a_links_value_is_its_address_and_its_text_what_mastodon_shows():
    text, spans = read(
        '<p><a href="https://example.com/page/and/so/on" rel="nofollow" translate="no"><span class="invisible">https://'
        '</span><span class="ellipsis">example.com/page</span><span class="invisible">/and/so/on</span></a> and '
        '<a href="https://example.com/x"><span class="invisible">https://</span>example.com/x</a></p>'
    )
    assert text == "example.com/page… and example.com/x"
    assert spans == [
        ("link", "example.com/page…", "https://example.com/page/and/so/on"),
        ("link", "example.com/x", "https://example.com/x"),
    ]


def test_a_link_of_which_nothing_is_visible_shows_its_address():
    address = "https://example.com/x"
    assert read(f'see <a href="{address}"><span class="invisible">{address}</span></a>') == (
        f"see {address}",
        [("link", address, address)],
    )
    assert read('a<a href="https://example.com"><span class="ellipsis"></span></a>')[0] == "ahttps://example.com"


def test_hiding_classes_count_only_within_links():
    assert read('<span class="invisible">seen</span><span class="ellipsis">too</span>') == ("seentoo", [])


@pytest.mark.parametrize("href", ["javascript:alert(1)", "/relative", "", "mailto:a@example.com"])
def test_a_link_that_leads_nowhere_on_the_web_is_its_text(href):
    assert read(f'<a href="{href}">text</a><a>bare</a>') == ("textbare", [])


def test_mentions_and_tags_are_told_by_mastodons_classes():
    text, spans = read(
        '<span class="h-card"><a href="https://m.example/@ann" class="u-url mention">@<span>ann</span></a></span> '
        '<a href="https://m.example/tags/tea" class="mention hashtag" rel="tag">#<span>Tea</span></a> '
        '<a href="https://m.example/tags/x" rel="tag">＃茶</a> <a class="hashtag">#</a>'
    )
    assert text == "@ann #Tea ＃茶 #"
    assert spans == [
        ("mention", "@ann", "https://m.example/@ann"),
        ("tag", "#Tea", "Tea"),
        ("tag", "＃茶", "茶"),
    ]


def test_links_do_not_nest():
    text, spans = read('<a href="https://a.example">a<a href="https://b.example">b</a></a>')
    assert (text, [span[1] for span in spans]) == ("ab", ["a", "b"])


def test_custom_emoji_are_spans_outside_code_and_links_only():
    html = (
        ':blob: x:blob: :none:<code>:blob:</code><a href="https://a.example">:blob:</a><pre>:blob:</pre><b>:blob:</b>'
    )
    _text, spans = read(html, BLOB)
    kinds = [span for span in spans if span[0] in {"emoji", "strong"}]
    assert kinds == [("emoji", ":blob:", BLOB["blob"]), ("strong", ":blob:", ""), ("emoji", ":blob:", BLOB["blob"])]
    assert read(":blob:", {"blob": "data:image/png;base64,"}) == (":blob:", [])


def test_a_picture_is_its_description():
    assert read('a <img src="x" alt="a  leaf"> <img src="y"> b') == ("a a leaf b", [])


def test_scripts_and_styles_are_not_text():
    assert read("a<script>alert(1)</script><style>b{}</style><iframe>c</iframe>d<svg><title>e</title></svg>") == (
        "ade",
        [],
    )
    assert read("a<script>never closed") == ("a", [])


def test_the_fallback_paragraph_of_a_quote_can_be_left_out():
    html = '<p>Look</p><p class="quote-inline">RE: <a href="https://q.example/1">q<br>x<img alt="y"></a></p><ol class="quote-inline"><li>z</ol>'
    assert read(html, without_quote=True) == ("Look", [])
    assert read(html)[0].startswith("Look\n\nRE: q")


# --- lists and ruby --------------------------------------------------------------------------------------------


def test_list_markers_are_written_into_the_text_and_spanned():
    text, spans = read("<p>l:</p><ul><li>a</li><li><p>b</p><p>c</p><ol><li>d<li>e</ol></li></ul><p>end</p>")
    assert text == "l:\n\n• a\n• b\nc\n  1. d\n  2. e\n\nend"
    assert [span[:2] for span in spans] == [("item", "•"), ("item", "•"), ("item", "1."), ("item", "2.")]
    assert {span[2] for span in spans[:2]} == {"bullet"}
    assert {span[2] for span in spans[2:]} == {"number"}


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<ol start="3"><li>a<li value="7">b<li>c</ol>', "3. a\n7. b\n8. c"),
        ('<ol start="3" reversed><li>a<li>b</ol>', "3. a\n2. b"),
        ("<ol reversed><li>a<li>b</ol>", "• a\n• b"),
        ('<ol start="x"><li value="y">a</ol>', "1. a"),
        ('<ul><li value="7">a</ul>', "• a"),
        ("<li>stray</li>", "• stray"),
        ("<ul><li></ul>x", "•\n\nx"),
        ("<ul>" * 12 + "<li>deep", " " * 16 + "• deep"),
    ],
)
def test_a_lists_numbers_are_what_a_reader_sees_and_none_is_invented(html, text):
    assert read(html)[0] == text


def test_ruby_readings_are_written_behind_their_base_and_spanned():
    text, spans = read("私は<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字 <rt> じ </rt></ruby>を読む")
    assert text == "私は漢(かん)字(じ)を読む"
    assert spans == [("ruby", "漢(かん)", "かん"), ("ruby", "字(じ)", "じ")]


def test_ruby_without_base_or_reading_is_its_text():
    assert read("<ruby><rt>x</rt></ruby><rt>y</rt><ruby>z<rt> </rt></ruby>") == ("(x)(y)z", [])
    assert read('<ruby>z<rt>a<rt>b<a href="https://a.example"></a><li>c</rt></ruby>')[0] == "z(a)\n(bc)"


def test_a_span_that_crosses_another_is_left_out():
    text, spans = read("<ruby>a<b>b<rt>r</rt>c</b></ruby>")
    assert (text, spans) == ("ab(r)c", [("ruby", "ab(r)", "r")])


# --- limits ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "html", ["<i>" * 300 + "a<br>b<script>c</script><p>d", "<p>a<br>b<script>c</script><p>d" + " " * 262_144]
)
def test_html_that_is_too_deep_or_too_long_becomes_text_with_a_note(html):
    text, spans, notes = html_text(html)
    assert (text, spans) == ("a\nb\n\nd", ())
    assert [note.kind for note in notes] == ["html-too-deep"]


def test_the_limits_themselves_are_allowed():
    assert html_text("<b>" * 256 + "x")[2] == ()
    assert html_text("é" * 131_072)[2] == ()
    assert html_text("é" * 131_073)[2] != ()


def test_nul_and_surrogates_are_replaced():
    assert html_text("a\0b\ud800&#0;")[0] == "a\ufffdb\ufffd\ufffd"


def test_turbohtml_is_loaded_only_when_there_is_html_to_read():
    code = "import sys, threadleaf.core.text as t; print('turbohtml' in sys.modules); t.html_text('a'); print('turbohtml' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split() == ["False", "True"]


# --- anything at all -------------------------------------------------------------------------------------------

TAGS = "p br a b i code pre blockquote ul ol li ruby rt rp span script div table td h1 img svg del".split()
pieces = st.one_of(
    st.text(max_size=4),
    st.sampled_from(["<", ">", "&", "&lt;", ":blob:", " ", "\n", '<a href="https://a.example/b c">', '<a rel="tag">']),
    st.sampled_from(
        ['<span class="invisible">', '<span class="ellipsis">', '<p class="quote-inline">', '<ol start="-2">']
    ),
    st.sampled_from(TAGS).map("<{}>".format),
    st.sampled_from(TAGS).map("</{}>".format),
)


@given(st.lists(pieces, max_size=30).map("".join), st.booleans())
def test_no_html_breaks_the_reading_and_its_spans_always_nest(html, without_quote):
    text, spans, _ = html_text(html, BLOB, without_quote=without_quote)
    check_spans(text, spans)
    text.encode()
    assert text == text.strip("\n")
    for span in spans:
        assert span.kind != "ruby" or text[span.start : span.end].endswith(f"({span.value})")
        assert span.kind not in {"link", "mention", "emoji"} or span.value.startswith("https://")


@given(st.binary(max_size=60))
def test_no_bytes_break_the_reading(data):
    check_spans(*html_text(data.decode("utf-8", "surrogateescape"))[:2])


@given(
    st.lists(
        st.sampled_from(["word ", "zwei", " drei", "<p>", "</p>", "<b>", "</b>", "<i>", "</i>", "<br>"]), max_size=20
    ).map("".join)
)
def test_every_word_that_a_sanitiser_keeps_is_in_the_text_in_order(html):
    """nh3 as the oracle: the same words, whatever the tags."""
    kept = nh3.clean(html, tags=set())
    assert "".join(html_text(html)[0].split()) == "".join(kept.split())
