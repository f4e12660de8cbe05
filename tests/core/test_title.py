"""Titles in the author's words: rules §5.5."""

import pytest

from threadleaf.core.model import Counter, Numbering, Post
from threadleaf.core.title import LENGTH, title


def of(text, numbering=None):
    return title(Post(id="1", author="a", text=text), numbering or Numbering())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Why tidal mills worked at night. Nobody expected it.", "Why tidal mills worked at night."),
        ("How a clock is wound\n\nIt takes two people.", "How a clock is wound"),
        ("🧵 How a clock is wound. It takes two.", "How a clock is wound."),
        ("THREAD: How a clock is wound", "How a clock is wound"),
        ("[Thread] How a clock is wound", "How a clock is wound"),
        ("A short thread 🧵 How a clock is wound", "How a clock is wound"),
        ("How a clock is wound, a thread 🧵👇", "How a clock is wound"),
        ("How a clock is wound (thread)", "How a clock is wound"),
        ("Тред: как заводят часы. Вдвоём.", "как заводят часы."),
        ("水车为什么在夜里转得更好？因为石头冷。", "水车为什么在夜里转得更好？"),
        ("Thread counts matter in linen. They do.", "Thread counts matter in linen."),
        ("I lost the thread", "I lost the thread"),
        ("🧵", "🧵"),
        ("", ""),
        ("“Is it cold?” she asked. It was.", "“Is it cold?” she asked."),
        ("Dr. Moss went home. He slept.", "Dr. Moss went home."),
        ("Well… The mill", "Well… The mill"),
        ("\n\nLate start of a text", "Late start of a text"),
    ],
)
def test_the_title_is_the_first_sentence_without_announcement(text, expected):
    assert of(text) == expected


def test_the_counter_is_left_out():
    counters = Numbering(kind="posts", found=(Counter(post="1", start=0, end=3, number=1),))
    assert of("1/9 Why mills stop. So.", counters) == "Why mills stop."
    elsewhere = Numbering(kind="posts", found=(Counter(post="2", start=0, end=3, number=1),))
    assert of("1/9 of all mills stop here.", elsewhere) == "1/9 of all mills stop here."


def test_a_long_sentence_is_cut_at_a_word():
    cut = of("sluices " * 40)
    assert len(cut) <= LENGTH + 1
    assert cut.endswith("sluices…")


def test_a_script_without_spaces_is_cut_at_the_length():
    assert of("水" * 300) == "水" * LENGTH + "…"
