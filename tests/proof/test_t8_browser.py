"""T8: hostile texts in all slots of our pages, in a real browser and without any policy: nothing runs."""

from contextlib import suppress

from tests.proof.placements import Sheet, number, opened, sheets, where
from tests.proof.rows import SCALE
from tests.proof.vectors import SEED, numbered, some
from tests.proof.window import Window, window

SIZE = 20_000 if SCALE == "bar" else 1_500
"""Texts; each stands in all slots."""

PLAYED = """() => {
  const names = ["focus", "blur", "mouseover", "pointerenter", "load", "error", "toggle", "input", "change", "wheel",
                 "animationstart", "transitionend", "begin", "submit"];
  let sent = 0;
  for (const element of document.querySelectorAll("*")) {
    if (element.closest("head")) continue;
    for (const name of names) { element.dispatchEvent(new Event(name)); sent += 1; }
  }
  return sent;
}"""
"""Sends every element events as if somebody moved about on the page."""


def play(shown: Window, sheet: Sheet) -> int:
    """Show a page and move about on it: how many events were sent."""
    shown.show(sheet.html)
    return int(shown.page.evaluate(PLAYED))


def test_nothing_runs_although_nothing_forbids_it(proved):
    found = some(SIZE)
    figures = {"vectors": len(found), "placements": 0, "pages": 0, "events": 0}
    with window() as shown:
        for sheet in sheets(found):
            figures["events"] += play(shown, sheet)
            figures["placements"] += sheet.placements
            figures["pages"] += 1
    print([where(int(one), found) for one in shown.ran[:10] if one.isdigit()], shown.asked[:5], shown.dialogs[:5])
    figures |= {"ran": len(shown.ran), "dialogs": len(shown.dialogs), "asked elsewhere": len(shown.asked)}
    proved("T8", figures, SEED)


def test_a_slot_without_escaping_is_seen():
    from playwright.sync_api import Error

    hostile = [numbered(vector, number(index, "handle")) for index, vector in enumerate(some(60))]
    with window() as shown:
        for text in (*hostile, "<script>alert(1)</script>", "<img src='https://elsewhere.example/seen'>"):
            with suppress(Error):  # some lead away at once
                play(shown, Sheet("open", opened(text), 1))
    assert len(set(shown.ran)) > 10
    assert "https://elsewhere.example/seen" in shown.asked
    assert "1" in shown.dialogs
