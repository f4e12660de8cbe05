"""`threadleaf search`, and the filters of `threadleaf list`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import ADDRESS, ALICE, KEYS, PAGE, TEXTS, Line, conversation
from tests.cli.test_terminal import on_a_terminal


def test_each_thread_that_fits_is_one_line(line: Line) -> None:
    line("unroll", "--save", ADDRESS)
    line("unroll", "--save", "thread.txt")
    said = line("search", "bishop")
    path, day, posts, author, title, found = said.out.removesuffix("\n").split("\t")
    assert path.startswith("/t/bsky/did:plc:alice")
    assert (day, posts, author) == ("2026-05-03", "3", "alice.example.com")
    assert (title, found) == (TEXTS[0], TEXTS[1])
    assert (said.code, said.err) == (0, "")
    assert len(line("search", "the").out.splitlines()) == 2
    assert line("search", "from:lena_example", "heron").out.count("\n") == 1


def test_as_json_all_that_is_known_is_told(line: Line) -> None:
    line("unroll", "--save", "--visibility", "private", ADDRESS)
    found = json.loads(line("search", "carp OUTLIVED", "--json").out)
    (hit,) = found["hits"]
    assert (found["total"], found["more"], found["next"], found["people"]) == (1, False, None, [])
    assert hit["visibility"] == "private"
    assert hit["address"].startswith("https://bsky.app/profile/did:plc:alice")
    text, marks = hit["excerpt"]["text"], hit["excerpt"]["marks"]
    assert hit["excerpt"]["post"] == f"at://{ALICE}/app.bsky.feed.post/{KEYS[2]}"
    assert [text[start:end] for start, end in marks] == ["carp", "outlived"]
    assert json.loads(line("search", "nothing", "--json").out)["hits"] == []


def test_a_search_goes_on_where_the_last_page_ended(line: Line) -> None:
    line("unroll", "--save", ADDRESS)
    line("unroll", "--save", "thread.txt")
    first = json.loads(line("search", "by OR the -nothing", "--limit", "1", "--json").out)
    assert first["hits"] == []
    first = json.loads(line("search", "has:image", "--json").out)
    assert first["total"] == 0
    first = json.loads(line("search", "--limit", "1", "--json", "--", "-nothing").out)
    second = json.loads(line("search", "--start", str(first["next"]), "--json", "--", "-nothing").out)
    assert (first["total"], second["total"], second["next"]) == (2, 2, None)
    assert first["hits"][0]["number"] != second["hits"][0]["number"]
    assert line("search", "--start", "1", "--", "-nothing").err == "Nothing older fits.\n"


def test_what_fits_best_may_come_first(line: Line) -> None:
    line("unroll", "--save", ADDRESS)
    assert line("search", "pond", "--order", "relevance").out.count("\n") == 1


def test_nothing_found_is_no_failure(line: Line) -> None:
    said = line("search", "mill")
    assert (said.code, said.out) == (0, "")
    assert said.err.startswith("Nothing that is kept fits. Try fewer or other words;")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [("site:example", "“site:” is not known here."), ("has:cat", "“has:cat” is not known."), ("…", "Say what to look")],
)
def test_a_search_that_means_nothing_is_wrong_use(line: Line, query: str, sentence: str) -> None:
    said = line("search", query)
    assert said.code == 2
    assert said.err.startswith(f"Error: {sentence}")


def test_a_search_for_nothing_is_wrong_use(line: Line) -> None:
    assert line("search").code == 2


def test_on_a_terminal_what_was_found_is_bold(tmp_path: Path) -> None:
    (tmp_path / "thread.txt").write_text(
        PAGE.replace("the miller", "the \x1b[31m miller \x9b5n\u202e"), encoding="utf-8"
    )
    on_a_terminal("unroll", "--save", "thread.txt", cwd=tmp_path)
    title, facts, found, path, count = on_a_terminal("search", "trout miller", cwd=tmp_path, COLUMNS="200").splitlines()
    assert title == "\x1b[1mA heron stands in the mill race every morning.\x1b[0m"
    assert facts.startswith("  lena_example · 3 posts, end not confirmed · kept ")
    assert "\x1b[1mmiller\x1b[0m" in found
    assert "\x1b[1mtrout\x1b[0m" in found
    assert "\x9b" not in found
    assert "\x1b[31m" not in found
    assert path.startswith("  /t/page/")
    assert count == "1 of 1."


def test_a_list_may_be_of_one_network_or_language(line: Line) -> None:
    line.seen = conversation(langs=("ru",))
    line("unroll", "--save", ADDRESS)
    line("unroll", "--save", "thread.txt")
    assert line("list", "--network", "bsky").out.count("\n") == 1
    assert line("list", "--lang", "ru-RU").out.count("\n") == 1
    said = line("list", "--network", "x", "--lang", "ru")
    assert (said.out, said.err) == ("", "Nothing of that network or language is kept.\n")
    assert line("list", "--network", "nowhere").code == 2
