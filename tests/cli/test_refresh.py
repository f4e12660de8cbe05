"""`threadleaf refresh`: kept threads are read again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from tests.cli.conftest import ADDRESS, TEXTS, Line, conversation
from threadleaf.core.errors import NotNow
from threadleaf.core.model import Conversation
from threadleaf.store import open_store
from threadleaf.wire import Steps


def test_a_thread_that_has_grown_grows(line: Line) -> None:
    line.seen = conversation(TEXTS[:2])
    line("unroll", "--save", ADDRESS)
    line.seen = replace(conversation(), read_at=datetime.now(UTC))
    said = line("refresh", ADDRESS)
    assert (said.code, said.out) == (0, "")
    assert said.err.endswith(": read again, 3 posts where there were 2.\n")
    assert line("refresh", ADDRESS).err.endswith(": read again, 3 posts.\n")


def test_what_is_taken_back_is_gone_and_said_to_be(line: Line) -> None:
    line("unroll", "--save", ADDRESS)
    line.seen = replace(conversation(labels=("!no-unauthenticated",)), read_at=datetime.now(UTC))
    said = line("refresh", ADDRESS)
    assert said.code == 0
    assert "may not be shown here" in said.err
    again = line("refresh", ADDRESS)
    assert again.code == 4
    assert "as its author wished" in again.err


def test_what_was_made_from_a_saved_page_says_how_it_is_read_again(line: Line) -> None:
    line("unroll", "--save", "thread.txt")
    path = line("list").out.partition("\t")[0]
    said = line("refresh", path)
    assert said.code == 2
    assert said.err == (
        f"{path}: it was made from a saved page, and no network has it to be read again. Save the page again where you "
        "have it from, and give its file: threadleaf unroll --save FILE\n"
    )


def test_what_is_not_kept_cannot_be_read_again(line: Line) -> None:
    said = line("refresh", ADDRESS)
    assert said.code == 1
    assert "threadleaf unroll --save" in said.err


def test_a_network_that_does_not_answer_has_its_code_and_the_others_are_read(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    line("unroll", "--save", ADDRESS)
    answers = iter((NotNow("It does not answer now."), None))

    def fetch(self: Line, steps: Steps) -> Conversation:
        steps.close()
        error = next(answers)
        if error is not None:
            raise error
        return self.seen

    monkeypatch.setattr(Line, "_fetch", fetch)
    said = line("refresh", ADDRESS, ADDRESS)
    assert said.code == 5
    assert said.err.count("\n") == 2
    assert "It does not answer now." in said.err


def test_all_that_is_due_is_read_and_then_nothing_is(line: Line) -> None:
    assert line("refresh", "--due").err == "No thread is due to be read again.\n"
    line("unroll", "--save", ADDRESS)
    assert line("refresh", "--due").err == "No thread is due to be read again.\n"
    (kept,) = line.folder.rglob("threadleaf.sqlite3")
    with open_store(kept) as store:
        store.schedule.put_off(store.list(1)[0], datetime.now(UTC) - timedelta(minutes=1))
    assert line("refresh", "--due").err.endswith(": read again, 3 posts.\n")
    assert line("refresh", "--due").err == "No thread is due to be read again.\n"


@pytest.mark.parametrize("words", [(), ("--due", ADDRESS)])
def test_it_wants_addresses_or_what_is_due(line: Line, words: tuple[str, ...]) -> None:
    said = line("refresh", *words)
    assert said.code == 2
    assert "Give the addresses of posts, or --due." in said.err
