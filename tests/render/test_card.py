"""What stands in the picture of a page."""

from msgspec.structs import replace

from tests.render.build import ADA, everything, post, thread
from threadleaf.core.model import Article, Cut
from threadleaf.render.card import LAYOUT, card
from threadleaf.render.opening import opening


def test_a_picture_says_what_who_where_and_how_complete():
    made = card(everything())
    assert (made.title, made.author, made.place) == (everything().title, "Ada Weir", "on Bluesky")
    assert made.state == "7 posts, some missing"
    assert made.text
    assert (made.lang, made.rtl) == ("en", False)


def test_a_picture_is_set_in_the_direction_of_its_title():
    arabic = thread(post(1, "طاحونة المد", langs=("ar",)), title="طاحونة المد")
    assert (card(arabic).lang, card(arabic).rtl) == ("ar", True)
    assert not card(replace(arabic, title="A tide mill")).rtl
    assert card(thread(post(1, langs=("gsw",)))).lang == "en"  # Typst knows two letters only


def test_the_fonts_of_the_text_s_own_language_come_first():
    japanese = card(thread(post(1, "水車", langs=("ja",)))).fonts
    chinese = card(thread(post(1, "水车", langs=("zh-Hant",)))).fonts
    assert japanese[:2] == ("Literata", "Noto Serif CJK JP")
    assert chinese[:2] == ("Literata", "Noto Serif CJK SC")
    assert set(japanese) == set(chinese) == set(card(everything()).fonts)


def test_fewer_wide_signs_fit_into_a_picture():
    assert len(card(thread(post(1, "磨" * 500, langs=("zh",)), title="水")).text) < 80
    assert len(card(thread(post(1, "word " * 500), title="x")).text) > 200


def test_a_long_address_may_be_broken():
    made = card(thread(post(1, "x"), title="https://example.org/" + "a" * 60))
    assert max(map(len, made.title.split("\u200b"))) == 24
    assert made.title.replace("\u200b", "") == "https://example.org/" + "a" * 60


def test_nothing_that_an_author_wrote_is_part_of_the_layout():
    hostile = '#panic("x") \\ \ud800'
    made = card(replace(thread(post(1, hostile), title=hostile), author=replace(ADA, name=hostile)))
    assert made.title == made.author == '#panic("x") \\ \ufffd'
    assert "panic" not in LAYOUT


def test_the_author_s_counters_are_not_told():
    first, second = post(1, "1/ Hello there."), post(2, "2/ Goodbye.")
    cuts = tuple(Cut(post=one.id, start=0, end=3, why="counter") for one in (first, second))
    told = thread(first, second, title="", article=Article(cuts=cuts))
    assert opening(told, 100) == "Hello there. Goodbye."
