"""MFM becomes a string and spans: what is common is understood, everything else stays as its text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.spans import check_spans, shown
from threadleaf.sources._fedi_mfm import mfm_text

CAT = {"cat": "https://one.example/cat.webp", "bad": "javascript:alert(1)"}


def read(text):
    found, spans = mfm_text(text, CAT, "one.example")
    check_spans(found, spans)
    return found, shown(found, spans)


@pytest.mark.parametrize(
    ("text", "found", "spans"),
    [
        ("plain", "plain", []),
        ("**bold** and ***big***", "bold and big", [("strong", "bold", ""), ("strong", "big", "")]),
        ("__bold__ _it_ *it*", "bold it it", [("strong", "bold", ""), ("em", "it", ""), ("em", "it", "")]),
        ("<b>力</b> <i>字</i> <s>誤</s>", "力 字 誤", [("strong", "力", ""), ("em", "字", ""), ("del", "誤", "")]),
        ("~~gone~~", "gone", [("del", "gone", "")]),
        ("`a **b**`", "a **b**", [("code", "a **b**", "")]),
        ("```py\na\n\nb\n```", "a\n\nb", [("pre", "a\n\nb", "")]),
        ("```\n```\nnext", "\nnext", []),
        ("<small>a <center>b</center></small>", "a b", []),
        ("$[x2 a **b**] $[spin.speed=2s,left c]", "a b c", [("strong", "b", "")]),
        ("<plain>**a** @b</plain>", "**a** @b", []),
        ("$[ruby 漢字 かんじ]", "漢字(かんじ)", [("ruby", "漢字(かんじ)", "かんじ")]),
        ("a :cat: b:cat:", "a :cat: b:cat:", [("emoji", ":cat:", CAT["cat"])]),
        (":none: :bad:", ":none: :bad:", []),
        (
            "#tag #1st #42 ＃字",
            "#tag #1st #42 ＃字",
            [("tag", "#tag", "tag"), ("tag", "#1st", "1st"), ("tag", "＃字", "字")],
        ),
        ("**a `b` c**", "a b c", [("strong", "a b c", ""), ("code", "b", "")]),
    ],
)
def test_what_is_common_is_understood(text, found, spans):
    assert read(text) == (found, spans)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://a.example/x.", ["https://a.example/x"]),
        ("(https://a.example/x)", ["https://a.example/x"]),
        ("https://a.example/x_(y) z", ["https://a.example/x_(y)"]),
        ("https://a.example/x(y", ["https://a.example/x"]),
        ("見てhttps://a.example/xよ", ["https://a.example/x"]),
        ("<https://a.example/b>", ["https://a.example/b"]),
        ("https://...", []),
        ("xhttps://a.example", []),
    ],
)
def test_bare_addresses_end_where_the_sentence_goes_on(text, links):
    assert [value for kind, _, value in read(text)[1] if kind == "link"] == links


def test_a_link_shows_its_label_and_leads_to_its_address():
    assert read("[a **b**](https://a.example/c) ?[d](<https://a.example/e>)") == (
        "a b d",
        [("link", "a b", "https://a.example/c"), ("strong", "b", ""), ("link", "d", "https://a.example/e")],
    )


def test_within_a_label_nothing_else_leads_anywhere():
    found, spans = read("[@bob https://b.example #t](https://a.example)")
    assert found == "@bob https://b.example #t"
    assert spans == [("link", found, "https://a.example")]


def test_of_links_in_links_the_inner_one_counts():
    found, spans = read("[a [b](https://b.example) c](https://a.example)")
    assert found == "[a b c](https://a.example)"
    assert spans == [("link", "b", "https://b.example"), ("link", "https://a.example", "https://a.example")]


def test_people_are_on_their_server_or_on_the_authors():
    assert read("@bob @Eve@Two.example. a@b @-")[1] == [
        ("mention", "@bob", "https://one.example/@bob"),
        ("mention", "@Eve@Two.example", "https://two.example/@Eve"),
    ]
    assert mfm_text("@bob @eve@two.example")[1][0].value == "https://two.example/@eve"


def test_quoted_lines_lose_their_signs_and_keep_their_depth():
    assert read("a\n> b **c**\n>> d\n>\n> e\nf") == (
        "a\nb c\nd\n\ne\nf",
        [("quote", "b c\nd\n\ne", ""), ("strong", "c", ""), ("quote", "d", "")],
    )


@pytest.mark.parametrize(
    "text",
    [
        "**a", "a**", "****", "~~~~", "~~a\nb~~", "__a", "<b>a", "a</b>", "<b></b>", "`a", "``", "$[x2 a", "$[x2 ]", "a]",
        "[]", "[a]", "[a\nb](c)", "[](x)", "?[a]", ">", "> \nx", "```\na", "<plain>a", "$[ruby x]", "<x>", "a*b*c", "a_b_c",
        "<b>a\n", "$[ x]", "] [", "[a", "a::b", ":a", "@", "#", "#️⃣", "1 < 2 > 1", "[ruby a b]",
    ],
)  # fmt: skip
def test_what_has_no_partner_stays_as_its_text(text):
    found, spans = read(text)
    assert (found, [span for span in spans if span[0] != "quote"]) == (text if "$[ruby x" not in text else "x", [])


def test_marks_do_not_reach_across_the_edge_of_a_quote():
    assert read("**a\n> b**") == ("**a\nb**", [("quote", "b**", "")])


def test_of_marks_that_cross_the_outer_pair_counts():
    assert read("**a <i>b** c</i>") == ("a <i>b c</i>", [("strong", "a <i>b", "")])


def test_an_empty_pair_closes_nothing_and_a_later_one_does():
    assert read("[] a](https://a.example)") == (
        "[] a](https://a.example)",
        [("link", "https://a.example", "https://a.example")],
    )
    assert read("$[x2 [] b]") == ("[] b", [])


def test_a_reading_that_is_not_plain_stays_as_it_was_written():
    assert read("$[ruby **a** b]") == ("a b", [("strong", "a", "")])
    assert read("$[ruby ] x]") == ("$[ruby ] x]", [])


def test_line_ends_of_windows_and_characters_that_are_none_are_repaired():
    assert read("> a\r\nb\0\ud800") == ("a\nb\ufffd\ufffd", [("quote", "a", "")])


MARKS = ["**", "***", "~~", "`", "```", "\n", "> ", "[", "?[", "](https://a.example)", "]", "$[x2 ", "$[ruby ", "<b>",
         "</b>", "<i>", "</i>", "<s>", "</s>", "<small>", "</small>", "<center>", "</center>", "<plain>", "</plain>",
         "_", "__", "*", ":cat:", "@bob", "#tag", "https://b.example/x", "(", ")", ">", " "]  # fmt: skip


@given(st.lists(st.sampled_from([*MARKS, "字", "語 文"]), max_size=40))
def test_the_words_survive_in_their_order_and_spans_nest(parts):
    text = "".join(parts)
    found, spans = mfm_text(text, CAT, "one.example")
    check_spans(found, spans)
    words = [sign for sign in text if sign in "字語文"]
    assert [sign for sign in found if sign in "字語文"] == words
    assert len(found) <= len(text) + 2 * text.count("$[ruby")


@given(st.text(alphabet="".join({*"".join(MARKS), "字"}), max_size=80))
def test_any_text_is_read(text):
    check_spans(*mfm_text(text, CAT, "one.example"))


@pytest.mark.parametrize(
    "mark", [*MARKS, "[a](", "$[ruby a ", "https://(", "https://a(b", "_a", "@a-", "<b>字", "[[a](https://b.example)"]
)
def test_hostile_repetition_is_read_whole(mark):
    text = mark * (200_000 // len(mark))
    found, spans = mfm_text(text, CAT, "one.example")
    check_spans(found, spans)
