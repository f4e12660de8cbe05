"""What differs between two texts: word by word, in scripts without spaces sign by sign, and nothing cut in two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadleaf.core.differences import AROUND, MOST, Passage, differences, pieces
from threadleaf.core.model import Span


def told(before: str, after: str) -> str:
    """The differences in signs: [-out-], {+in+}, … for what is folded."""
    signs = {"same": "{}", "out": "[-{}-]", "in": "{{+{}+}}", "folded": "…"}
    return "".join(signs[passage.kind].format(passage.text) for passage in differences(before, after))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("The boat left at noon.", "The boat left at nine.", "The boat left at [-noon-]{+nine+}."),
        ("We went.", "We never went.", "We {+never +}went."),
        ("One two three", "One three", "One [-two -]three"),
        ("", "Words.", "{+Words.+}"),
        ("Words.", "", "[-Words.-]"),
        ("don't go", "don’t go", "[-don't-]{+don’t+} go"),
        ("red car now", "blue bike now", "[-red car-]{+blue bike+} now"),  # only space between two differences
        ("die Straße", "die Strasse", "die [-Straße-]{+Strasse+}"),
    ],
)
def test_words_differ_as_words(before: str, after: str, said: str):
    assert told(before, after) == said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("我们今天去北京。", "我们明天去北京。", "我们[-今-]{+明+}天去北京。"),
        ("東京は晴れです", "東京は雨です", "東京は[-晴れ-]{+雨+}です"),
        ("ผมกินข้าว", "ผมกินน้ำ", "ผมกิน[-ข้าว-]{+น้ำ+}"),
        ("서울에 갔다", "부산에 갔다", "[-서울에-]{+부산에+} 갔다"),
        ("ذهبنا إلى السوق", "ذهبنا إلى البحر", "ذهبنا إلى [-السوق-]{+البحر+}"),
        ("كَتَبَ", "كُتِبَ", "[-كَتَبَ-]{+كُتِبَ+}"),  # marks belong to their letters, and letters to their word
        ("नमस्ते दुनिया", "नमस्ते भारत", "नमस्ते [-दुनिया-]{+भारत+}"),
    ],
)
def test_every_script_is_cut_as_it_is_written(before: str, after: str, said: str):
    assert told(before, after) == said


@pytest.mark.parametrize("sign", ["👨‍👩‍👧", "🇮🇹", "👍🏽", "1️⃣", "❤️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "é"])
def test_what_is_one_sign_to_a_reader_is_never_cut(sign: str):
    assert pieces(f"{sign} {sign}") == [sign, " ", sign]
    assert told(f"good {sign}", "good 👨") == f"good [-{sign}-]{{+👨+}}"


def test_two_flags_in_a_row_are_two_signs():
    assert pieces("🇮🇹🇫🇷🇮") == ["🇮🇹", "🇫🇷", "🇮"]


def test_a_link_a_mention_and_a_tag_are_one_thing():
    text = "see example.org/a-b and @ada.example"
    spans = (Span(start=4, end=19, kind="link", value="https://example.org/a-b"), Span(start=4, end=11, kind="em"))
    assert pieces(text, spans)[2] == "example.org/a-b"
    more = (*spans, Span(start=24, end=36, kind="mention", value="https://bsky.app/profile/ada"))
    assert pieces(text, more)[-1] == "@ada.example"
    found = differences(text, text.replace("a-b", "a-c"), spans, spans)
    assert [p.text for p in found if p.kind == "out"] == ["example.org/a-b"]


def test_the_same_words_do_not_differ_whatever_space_is_between_them():
    assert differences("One  two\n\nthree", "One two three ") == ()
    assert differences("", "") == ()
    assert told("a\n\nb c", "a b d") == "a b [-c-]{+d+}"


def test_long_unchanged_passages_are_folded_but_for_what_stands_around():
    words = " ".join(f"w{n}" for n in range(100))
    kinds = [p.kind for p in differences(f"first {words} last", f"FIRST {words} LAST")]
    assert kinds == ["out", "in", "same", "folded", "same", "out", "in"]
    found = differences(f"{words} x {words}", f"{words} y {words}")
    assert [p.kind for p in found] == ["folded", "same", "out", "in", "same", "folded"]
    assert len(pieces(found[1].text)) == AROUND
    assert "".join(p.text for p in found if p.kind != "out") == f"{words} y {words}"


def test_texts_that_differ_in_too_many_places_are_told_one_after_the_other():
    before, after = " ".join(f"a{n}" for n in range(MOST)), " ".join(f"b{n}" for n in range(MOST))
    assert differences(f"So: {before}.", f"So: {after}.") == (
        Passage("same", "So: "), Passage("out", before), Passage("in", after), Passage("same", "."),
    )  # fmt: skip


_TEXT = st.text(st.sampled_from("ab 。中é🇮👍🏽\u200d\n'a"), max_size=30)


@given(_TEXT, _TEXT, st.lists(st.tuples(st.integers(0, 30), st.integers(0, 40)), max_size=3))
def test_both_texts_can_be_read_off_their_differences(before: str, after: str, ranges: list[tuple[int, int]]):
    spans = [Span(start=a, end=b, kind="link") for a, b in ranges]
    assert "".join(pieces(before, spans)) == before
    found = differences(before, after, spans, spans)
    if found:
        theirs = "".join(p.text for p in found if p.kind != "out")
        ours = "".join(p.text for p in found if p.kind != "in")
        assert theirs.split() == after.split()
        assert "".join(ours.split()) == "".join(before.split())
    else:
        assert before.split() == after.split()
