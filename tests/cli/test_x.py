"""X through the whole program: over a real connection to a fake of its API on this machine, with the money counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.cli.conftest import Line
from threadleaf.cli import exit as codes
from threadleaf.cli import network
from threadleaf.cli.edge import Edge
from threadleaf.cli.run import run
from threadleaf.config import Settings
from threadleaf.fakes.x import XNetwork, now, serving
from threadleaf.store import open_store
from threadleaf.wire import X


class OverLoopback(Line):
    """A command line whose network is the fake, behind the real door."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[bytes], world: XNetwork, origin: str) -> None:
        super().__init__(folder, capture)
        self.world = world
        self.environ |= {
            "THREADLEAF_X_TOKEN": world.app_token,
            "THREADLEAF_X_API": origin,
            "THREADLEAF_ALLOW_LOOPBACK": origin.removeprefix("http://"),
        }

    def __call__(self, *args: str) -> Any:
        self._capture.readouterr()
        code = run(args, Edge(self.environ))
        out, err = self._capture.readouterr()
        return type("Said", (), {"code": code, "out": out.decode(), "err": err.decode()})


@pytest.fixture
def there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Iterator[OverLoopback]:
    monkeypatch.chdir(tmp_path)
    world = XNetwork(now)
    with serving(world) as origin:
        yield OverLoopback(tmp_path, capsysbinary, world, origin)


def thread(there: OverLoopback, length: int = 25) -> list[str]:
    texts = [f"{number}/{length} A mill & <its> tide." for number in range(1, length + 1)]
    return there.world.thread("ada", texts, at=now() - timedelta(hours=2))


def test_a_thread_is_read_over_a_connection_and_paid_for(there: OverLoopback) -> None:
    chain = thread(there)
    said = there("unroll", f"https://x.com/ada/status/{chain[7]}", "-f", "json")
    assert said.code == codes.DONE, said.err
    told = json.loads(said.out)
    assert [post["id"] for post in told["posts"]] == chain
    assert told["completeness"]["state"] == "complete"
    assert told["posts"][0]["text"] == "1/25 A mill & <its> tide."
    budget = json.loads(there("x", "budget", "--json").out)
    assert (budget["day_spent"], budget["reads"], budget["held"]) == (135_000, True, 0)
    assert (budget["unit"], budget["days"]) == ("millionths of a US dollar", "UTC")
    assert budget["day_spent"] == there.world.bill.total
    said = there("x", "budget")
    assert "Today:      $0.135 of $5.00 spent; it is renewed at midnight (UTC)." in said.out
    assert "A thread of 25 posts costs about $0.135." in said.out


def test_the_page_of_a_kept_thread_shows_what_x_wants_shown(there: OverLoopback) -> None:
    chain = thread(there, 3)
    assert there("unroll", f"https://x.com/ada/status/{chain[0]}", "--save", "-f", "json").code == codes.DONE
    html = there("show", f"https://x.com/ada/status/{chain[0]}", "-f", "html").out
    for wanted in (
        'href="https://x.com/ada"',
        "@ada",
        f'href="https://x.com/ada/status/{chain[0]}"',
        "View on X",
        "1/3 A mill &amp; &lt;its&gt; tide.",
    ):
        assert wanted in html, wanted


def test_when_the_money_is_spent_it_is_told_kindly_and_nothing_is_asked(there: OverLoopback) -> None:
    chain = thread(there)
    there.environ["THREADLEAF_X_BUDGET_DAY"] = "0.1"
    said = there("unroll", f"https://x.com/ada/status/{chain[0]}")
    assert said.code == codes.NOT_NOW
    assert "What reading X may cost in a day is spent here. It is renewed at midnight (UTC)." in said.err
    assert there.world.asked == []


def test_a_token_that_is_not_accepted_is_told(there: OverLoopback) -> None:
    chain = thread(there)
    there.environ["THREADLEAF_X_TOKEN"] = "of-yesterday"
    said = there("unroll", f"https://x.com/ada/status/{chain[0]}")
    assert said.code == codes.NOT_NOW
    assert "X does not accept the token of this site." in said.err
    assert "of-yesterday" not in said.err + there("config", "show").out


def test_at_a_limit_of_x_one_is_told_when_to_come_back(there: OverLoopback) -> None:
    chain = thread(there)
    there.world.limits["tweets"] = 0
    there.environ["THREADLEAF_MAX_SECONDS"] = "1"
    said = there("unroll", f"https://x.com/ada/status/{chain[0]}")
    assert said.code == codes.NOT_NOW
    assert "Please try again after" in said.err


def test_without_a_token_the_way_to_read_x_is_told(line: Line) -> None:
    said = line("x", "budget", "--json")
    assert json.loads(said.out)["reads"] is False
    assert "X is not read: `x_token` is not set." in line("x", "budget").out


def test_what_is_held_is_told(there: OverLoopback) -> None:
    with Edge(there.environ).service(Settings(data=str(there.folder / "home/.local/share/threadleaf"))) as service:
        service._store.spending.hold(25_000, now(), 10**9, 10**9)
    assert "$0.025 of it is held for questions" in there("x", "budget").out


def test_the_settings_say_what_x_costs_and_where_the_token_goes() -> None:
    settings = Settings(x_token="secret", x_api="https://x.example", x_archive=True, x_words="post")
    scope = network.scope(settings, signs=False)
    assert (scope.x_api, scope.x_reads, scope.x_archive, scope.x_words) == ("https://x.example", True, True, "post")
    assert set(network.credentials(settings, b"")) == {X}
    assert "secret" not in repr(settings)
    assert not network.scope(Settings(), signs=False).x_reads


def test_the_end_deletes_all_of_it_after_a_question(there: OverLoopback) -> None:
    chain = thread(there, 3)
    address = f"https://x.com/ada/status/{chain[0]}"
    assert there("unroll", address, "--save").code == codes.DONE
    asked = there("x", "end")
    assert asked.code == codes.WRONG_USE
    assert "--yes deletes it without a question" in asked.err
    assert there("show", address).code == codes.DONE
    said = there("x", "end", "--yes")
    assert said.code == codes.DONE, said.err
    assert "Deleted: 1 pages, 0 requests, 0 entries of a bot." in said.err
    assert "within 10 business days" in said.err
    assert "`x_token` is still set" in said.err
    assert there("show", address).code != codes.DONE
    assert there("x", "budget", "--json").out.count('"day_spent": 0') == 0, "what was spent is known still"
    files = (there.folder / "home").rglob("*.sqlite3*")
    assert not any(b"tide" in file.read_bytes() for file in files)
    assert "Nothing from X is here." in there("x", "end").err


def test_whoever_reads_while_it_ends_is_told_of_the_bytes(there: OverLoopback) -> None:
    chain = thread(there, 3)
    assert there("unroll", f"https://x.com/ada/status/{chain[0]}", "--save").code == codes.DONE
    del there.environ["THREADLEAF_X_TOKEN"]
    database = there.folder / "home/.local/share/threadleaf/threadleaf.sqlite3"
    with open_store(database) as store, store._database.reading() as reader:
        reader.execute(text("SELECT count(*) FROM threads")).scalar_one()
        said = there("x", "end", "--yes")
    assert said.code == codes.DONE
    assert "Another program reads the database" in said.err
    assert "x_token" not in said.err
