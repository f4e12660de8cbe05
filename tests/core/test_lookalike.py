"""What in a name may deceive: hidden signs, mixed alphabets, a word that poses as Latin; and what is ordinary."""

import unicodedata

import pytest

from threadleaf.core.lookalike import ALIKE, NONE, Doubts, hidden, in_handle, in_name

ORDINARY = (
    *("Ada Weir", "Анна Петрова", "Лукʼянов", "Żółć", "Nguyễn", "Σίσυφος", "ԱԲԳ", "O’Brien", "Ⅷ", "𝓙𝓪𝓷𝓮", "µTorrent"),
    *("日本語テストABC", "ゆきYuki", "김철수Kim", "ABC三", "G〇〇gle", "บอทBot", "بوتBot", "Ahmed أحمد", "הBBC"),
    *("Ада-Ada", "PayPal Анна", "Ada_Ада", "2й", "Сара", "№1 Ада"),
)
EMOJI = ("👩‍💻 Ada", "❤️‍🔥", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 John", "🧑🏽‍🤝‍🧑🏻", "ℹ️ info", "🏳️‍🌈", "☎︎", "👁️‍🗨️", "⛹🏻‍♂️")
JOINED = ("می‌خواهم", "علی‌رضا", "کوردستانه‌", "क्‍ष", "क्‌ष", "श्री", "ශ්‍රී", "র‍্যাব", "葛󠄀城", "ᠠ᠋")


@pytest.mark.parametrize("name", [*ORDINARY, *EMOJI, *JOINED])
def test_ordinary_names_are_told_nothing_of(name: str):
    assert in_name(name, "sara.example") == NONE


@pytest.mark.parametrize(
    ("name", "signs"),
    [
        ("\u202eadA", ("U+202E",)),
        ("A\u200bd\u200ba\u2069", ("U+200B", "U+2069")),
        ("a\u200db", ("U+200D",)),
        ("a\u200cb", ("U+200C",)),
        ("Ada\ufe0f", ("U+FE0F",)),
        ("👩‍", ("U+200D",)),
        ("\u3164", ("U+3164",)),
        ("\u2800", ("U+2800",)),
        ("Ada\U000e0041", ("U+E0041",)),
        ("م\u200c", ("U+200C",)),
        ("क्\u200c", ("U+200C",)),
    ],
)
def test_what_nobody_sees_is_told_by_its_code_point(name: str, signs: tuple[str, ...]):
    assert in_name(name) == Doubts(hidden=signs)
    assert in_handle(name) == Doubts(hidden=signs)
    assert hidden(name) == signs


@pytest.mark.parametrize(
    ("name", "mixed"),
    [
        ("p\u0430ypal", (("latin", "pyal"), ("cyrillic", "а"))),
        ("Support P\u0430yPal", (("latin", "Pyal"), ("cyrillic", "а"))),
        ("\u0391pple", (("greek", "Α"), ("latin", "ple"))),
        ("KoЯn", (("latin", "Kon"), ("cyrillic", "Я"))),
        ("go\u05e1gle", (("latin", "gole"), ("", "ס"))),
        ("G๐๐gle2", (("latin", "Ggle"), ("", "๐"))),
        ("p\u0308\u0430y", (("latin", "py"), ("cyrillic", "а"))),
        ("p\u200b\u0430", (("latin", "p"), ("cyrillic", "а"))),
    ],
)
def test_alphabets_are_not_mixed_within_a_word(name: str, mixed: tuple[tuple[str, str], ...]):
    assert in_name(name).mixed == mixed
    assert in_handle(f"@{name}.example").mixed == mixed


def test_a_word_that_reads_as_latin_poses_only_where_the_handle_reads_so():
    assert in_name("раура", "paypa.example") == Doubts(posing="cyrillic")
    assert in_name("раура", "@paypa@social.example") == Doubts(posing="cyrillic")
    assert in_name("раура", "raura.example") == NONE
    assert in_name("ТОМ", "tom.example") == NONE  # nobody writes it otherwise
    assert in_name("ро", "po.example") == NONE
    assert in_name("р日р", "p日p.example") == NONE
    assert in_name("ра\u03c5ра", "paupa.example").posing == ""  # two alphabets: that is mixed
    assert in_name("ра\u0661р", "palp.example").posing == ""


@pytest.mark.parametrize(
    ("handle", "mixed"),
    [
        ("сора.example", (("latin", "exampl"), ("cyrillic", "сора"))),
        ("@ада@сора.com", (("latin", "com"), ("cyrillic", "сора"))),
        ("@сора@сора.рф", ()),
        ("анна.example", ()),
        ("@анна@россия.рф", ()),
        ("xn--80ak6aa92e.com", ()),
    ],
)
def test_a_label_of_a_handle_does_not_pose_as_latin(handle: str, mixed: tuple[tuple[str, str], ...]):
    assert in_handle(handle) == Doubts(mixed=mixed)


def test_the_letters_that_are_alike_stand_once_and_are_letters_or_digits():
    signs = "".join(ALIKE.values())
    assert len(signs) == len(set(signs))
    assert not any(sign.isascii() or unicodedata.category(sign)[0] not in "LN" for sign in signs)
    assert all(letter.isascii() and letter.isalpha() for letter in ALIKE)
