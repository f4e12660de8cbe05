"""The measurements' own arithmetic; nothing here looks at how long anything takes."""

from bench import Row, ratio
from bench.__main__ import document, measured, names, written
from bench.render import thread


def test_every_module_that_measures_is_found():
    assert "render" in names()
    assert not any(name.startswith("_") for name in names())


def test_a_measurement_takes_the_place_of_an_older_one_and_leaves_the_others():
    rows = [Row(name=name, ratio=1.234, bar=3, note="f-strings") for name in ("HTML", "text")]
    older = document(rows, "2026-11-20", {})
    newer = document([Row(name="HTML", ratio=2, bar=3, note="f-strings")], "2026-11-21", written(older))
    assert newer.startswith("# Speed\n")
    lines = "| HTML | 2.00 | 3 | f-strings | 2026-11-21 |\n| text | 1.23 | 3 | f-strings | 2026-11-20 |\n"
    assert newer.endswith("|---|---|---|---|---|\n" + lines)


def test_own_and_base_are_run_in_turn():
    calls = []
    assert ratio(lambda: calls.append("own"), lambda: calls.append("base"), rounds=2, repeat=2) > 0
    assert calls == ["own", "base", *["own", "own", "base", "base"] * 2]


def test_nothing_asked_for_measures_nothing():
    assert measured([]) == []


def test_the_measured_page_has_posts_with_at_least_three_spans():
    posts = thread().posts
    assert len(posts) == 50
    assert all(len(post.spans) >= 3 for post in posts)
