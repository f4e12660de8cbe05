"""The measurements' own arithmetic; nothing here looks at how long anything takes."""

from bench import Row, ratio
from bench.__main__ import measured, names, table
from bench.render import thread


def test_every_module_that_measures_is_found():
    assert "render" in names()
    assert not any(name.startswith("_") for name in names())


def test_a_table_has_a_row_for_each_measurement():
    text = table([Row(name="HTML", ratio=1.234, bar=3, note="f-strings")], "2026-11-21")
    assert "on 2026-11-21 (Python 3." in text
    assert text.endswith("| HTML | 1.23 | 3 | f-strings |\n")


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
