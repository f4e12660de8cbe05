"""`threadleaf bot`: is the account right, what would be said, and being the bot."""

from __future__ import annotations

import json
from threading import Event

import pytest
from starlette.testclient import TestClient

from tests.cli.conftest import ADDRESS, Line, conversation, with_bot
from tests.support.pds import BOT, HANDLE
from threadleaf.cli.edge import now
from threadleaf.core.errors import NotFound, Refused
from threadleaf.store import open_store
from threadleaf.store.inbox import Marks
from threadleaf.store.outbox import Letter


def test_without_an_account_it_says_what_to_set(line: Line) -> None:
    for name in ("run", "check"):
        said = line("bot", name)
        assert said.code == 1
        assert "bluesky_handle" in said.err


def test_check_says_that_it_can_run(line: Line) -> None:
    server = with_bot(line)
    said = line("bot", "check")
    assert (said.code, said.err) == (0, "")
    assert said.out == "✓ The bot can run.\n"
    assert server.writes == 0
    assert "access 1" not in said.out


@pytest.mark.parametrize(
    ("breaks", "says"), [("password", "refused the app password"), ("label", "does not say that it is a bot")]
)
def test_check_says_what_is_wrong_in_a_sentence_and_run_refuses(line: Line, breaks: str, says: str) -> None:
    server = with_bot(line)
    if breaks == "password":
        server.password = "another"
    else:
        server.records[f"at://{BOT}/app.bsky.actor.profile/self"] = {}
    said = line("bot", "check")
    assert said.code == 1
    assert said.out.startswith("✗ ")
    assert says in said.out
    refused = line("bot", "run")
    assert refused.code == 1
    assert says in refused.err


def test_check_says_that_only_the_operator_unrolls(line: Line) -> None:
    with_bot(line)
    line.environ["THREADLEAF_WHO_MAY_UNROLL"] = "operator"
    said = line("bot", "check")
    assert said.code == 0
    assert "! `who_may_unroll`" in said.out


def test_check_shows_what_waits_for_the_operator(line: Line) -> None:
    with_bot(line)
    line.environ["THREADLEAF_DATA"] = str(line.folder / "data")
    letter = Letter(network="x", deed="answer", key="1", target="1", body=b"{}", at=now())
    with open_store(line.folder / "data" / "threadleaf.sqlite3") as store:
        store.outbox.put(letter, 0, "help", Marks(asker=b"a", conversation=b"c"), now())
        (posted,) = store.outbox.ready("x", now(), 1)
        store.outbox.doubtful(posted.id, None, "The search could not be read.")
    said = line("bot", "check")
    assert said.code == 0
    assert "! Nobody knows whether an answer on X was done" in said.out
    assert "The search could not be read." in said.out


def test_try_prints_the_answer_and_keeps_nothing(line: Line) -> None:
    with_bot(line)
    said = line("bot", "try", ADDRESS)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Here is the whole thread on one page: https://threads.example.org/t/bsky/")
    german = line("bot", "try", ADDRESS, "--lang", "de-AT")
    assert german.out.startswith("Hier steht der ganze Thread")
    assert json.loads(line("list", "--json").out) == []


def test_try_prints_a_no_as_well(line: Line) -> None:
    line.seen = conversation(labels=("!no-unauthenticated",))
    said = line("bot", "try", ADDRESS)
    assert said.code == 4
    assert "logged in" in said.out
    line.seen = NotFound("There is no such post.")
    assert "There is no such post." in line("bot", "try", ADDRESS).out
    line.seen = Refused("No.")
    assert line("bot", "try", ADDRESS).code == 4


def test_run_is_the_bot_until_it_is_ended(line: Line) -> None:
    server = with_bot(line)
    server.mention("bob", "help")

    def waits() -> None:
        for _ in range(3000):
            if server.answers():
                return
            Event().wait(0.01)

    line.waits = waits
    said = line("bot", "run")
    assert said.code == 0
    assert len(server.answers()) == 1


def for_others(line: Line) -> None:
    """All that a site for others has to say."""
    line.environ |= {
        f"THREADLEAF_{name}": "words" for name in ("TAKEDOWN", "OPERATOR", "IMPRINT", "LEGAL_BASIS", "JURISDICTION")
    }
    line.environ |= {"THREADLEAF_CONTACT": "ada@example.org"}


def test_serve_runs_it_too(line: Line) -> None:
    server = with_bot(line)
    for_others(line)
    said = line("serve", "--port", "0")
    assert said.code == 0, said.err
    assert "listNotifications" in server.asked
    (site, _), address = line.served[0], "https://threads.example.org"
    assert f"mention @{HANDLE} (Bluesky) below" in TestClient(site, base_url=address).get("/").text


@pytest.mark.parametrize(
    ("breaks", "says"), [("password", "refused the app password"), ("label", "does not say that it is a bot")]
)
def test_serve_says_what_is_wrong_with_its_account_and_serves_without_it(
    line: Line, breaks: str, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    server = with_bot(line)
    for_others(line)
    server.mention("bob", "help")
    if breaks == "password":
        server.password = "another"
    else:
        server.records[f"at://{BOT}/app.bsky.actor.profile/self"] = {}
    said = line("serve", "--port", "0")
    assert said.code == 0, said.err
    assert len(line.served) == 1
    (record,) = [record for record in caplog.records if record.name == "threadleaf.bot.running"]
    assert record.message.startswith("The bot does not start. ")
    assert says in record.message
    assert "listNotifications" not in server.asked
    assert server.answers() == []
