"""T7: hostile texts in all slots of our pages add no element and no attribute, as two parsers see it."""

from functools import cache

from markupsafe import escape

from tests.proof.markup import Kind, kinds_of, strange, tree
from tests.proof.placements import SLOTS, harmless, number, opened, sheets
from tests.proof.vectors import SEED, numbered, some, vectors


@cache
def known() -> set[Kind]:
    """What pages consist of when nothing hostile is in them."""
    return kinds_of(sheet.html for sheet in harmless())


def test_hostile_texts_add_nothing_to_a_page(proved):
    found = vectors()
    placements = pages = added = links = 0
    for sheet in sheets(found):
        odd = list(strange(sheet.html, known()))
        if odd:
            print(sheet.name, odd[:5])
        pages, placements, added = pages + 1, placements + sheet.placements, added + len(odd)
        links += len(tree(sheet.html).links)
    figures = {"vectors": len(found), "placements": placements, "pages": pages, "links": links, "added": added}
    proved("T7", figures, SEED)


def test_every_text_differs_and_names_its_place():
    found = vectors()
    assert len(set(found)) == len(found) == len(some(10**9))
    assert sum(numbered(one, 4711) != one for one in found) > 0.95 * len(found)
    assert len(set(some(500))) == 500


def test_a_slot_without_escaping_is_seen():
    seen = 0
    for index, vector in enumerate(some(1000)):
        text = numbered(vector, number(index, "handle"))
        seen += bool(list(strange(opened(text), known())))
        assert list(strange(opened(escape(text)), known())) == []
    assert seen > 600


def test_every_slot_is_on_some_page():
    shown = "".join(sheet.html for sheet in sheets(["zq§zq"], 1))
    missing = [slot for slot in SLOTS if f"zq{number(0, slot)}zq" not in shown]
    assert missing == ["bio"]  # no page shows what somebody says of themselves
