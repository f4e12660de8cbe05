"""`threadleaf init`: asked on a terminal, told by options elsewhere, and what a site for others needs besides."""

from __future__ import annotations

import io
import sys
import tomllib
from collections.abc import Callable

import pytest

from tests.cli.conftest import Line, Said
from tests.support.public import ORIGIN, TOLD
from threadleaf.cli.init import LEGAL_BASIS, TAKEDOWN
from threadleaf.config import template

OPTIONS = (
    *("--origin", ORIGIN, "--operator", "The Mill", "--contact", "us@example.org"),
    *("--imprint", "1 Sluice Lane", "--jurisdiction", "Portugal"),
)


class Terminal(io.StringIO):
    """Somebody who types, at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def typed(line: Line, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Calling it runs `init` with lines that somebody types."""

    def run(*lines: str, args: tuple[str, ...] = ()) -> Said:
        monkeypatch.setattr(sys, "stdin", Terminal("".join(f"{one}\n" for one in lines)))
        return line("init", "--config", "mine.toml", *args)

    return run


def written(line: Line) -> dict[str, object]:
    return tomllib.loads((line.folder / "mine.toml").read_text("utf-8"))


def test_for_oneself_one_question_is_enough(line: Line, typed: Callable[..., Said]) -> None:
    said = typed("")
    assert (said.code, said.out) == (0, "mine.toml\n")
    assert said.err.count("\n") == 1
    assert (line.folder / "mine.toml").read_text("utf-8") == template()


def test_for_others_what_has_to_be_known_is_asked(line: Line, typed: Callable[..., Said]) -> None:
    answers = (
        ORIGIN,
        "The Mill",
        "us@example.org",
        "1 Sluice Lane",
        "Portugal",
        "",
        "",
        "12",
        "",
        "0",
        "anyone",
        "5",
        "",
    )
    said = typed(*answers, "", "open", "closed")
    assert said.code == 0
    assert written(line) == {
        "public_origin": ORIGIN,
        "operator": "The Mill",
        "contact": "us@example.org",
        "imprint": "1 Sluice Lane",
        "jurisdiction": "Portugal",
        "takedown": TAKEDOWN,
        "legal_basis": LEGAL_BASIS,
        "takedown_hours": 12,
        "report_days": 30,
        "backup_days": 0,
        "who_may_unroll": "anyone",
        "unrolls_per_hour": 5,
        "max_posts": 10_000,
        "trusted_proxies": ["127.0.0.1", "::1"],
        "modes": {"bsky": "open", "fedi": "open", "x": "closed"},
    }
    assert line("config", "check", "--config", "mine.toml").code == 0
    assert "asked" not in said.out


def test_an_answer_that_cannot_be_used_is_asked_for_again(line: Line, typed: Callable[..., Said]) -> None:
    answers = ("threads.example.org", ORIGIN, "", "The Mill", "ünal", "us@example.org", "x", "Portugal")
    said = typed(*answers, "", "", "25", "", "", "", "everybody", "", "many", "0", "7", "", "ajar", "", "", "")
    assert said.code == 0
    for what in (
        "must be like https://",
        "This has to be known.",
        "without accents",
        "between 1 and 24",
        "`who_may_unroll` must be “operator” or “anyone”",
        "`unrolls_per_hour` must be a whole number",
        "at least 1",
        "must be a table of “bsky” or “fedi” or “x” with",
    ):
        assert what in said.err
    found = written(line)
    assert (found["unrolls_per_hour"], found["who_may_unroll"]) == (7, "operator")
    assert found["modes"] == {"bsky": "open", "fedi": "own-only", "x": "open"}


def test_what_the_options_say_is_not_asked(line: Line, typed: Callable[..., Said]) -> None:
    more = ("--takedown", "Write.", "--legal-basis", "Law.", "--who-may-unroll", "anyone", "--max-posts", "50")
    promises = ("--takedown-hours", "24", "--report-days", "30", "--backup-days", "35")
    modes = ("--mode", "bsky=open", "--mode", "fedi=open", "--mode", "x=closed")
    said = typed(args=(*OPTIONS, *more, *promises, "--unrolls-per-hour", "3", *modes))
    assert (said.code, said.err) == (0, "")
    assert written(line)["takedown"] == "Write."


def test_whoever_stops_answering_writes_nothing(line: Line, typed: Callable[..., Said]) -> None:
    assert typed(ORIGIN, "The Mill").code == 130
    assert not (line.folder / "mine.toml").exists()


def test_with_yes_nothing_is_asked(line: Line, typed: Callable[..., Said]) -> None:
    assert typed(args=("--yes", *OPTIONS, "--mode", "fedi=open")).code == 0
    found = written(line)
    assert (found["takedown"], found["legal_basis"], found["modes"]) == (TAKEDOWN, LEGAL_BASIS, {"fedi": "open"})


def test_without_a_terminal_the_options_have_to_be_enough(line: Line) -> None:
    said = line("init", "--config", "mine.toml", "--origin", ORIGIN)
    assert said.code == 2
    assert "give --contact, --operator, --imprint, --jurisdiction too" in said.err.replace(" --legal-basis,", "")
    assert not (line.folder / "mine.toml").exists()
    assert line("init", "--config", "mine.toml", *OPTIONS).code == 0


def test_single_options_for_oneself_are_written(line: Line) -> None:
    assert line("init", "--config", "mine.toml", "--max-posts", "70").code == 0
    assert written(line) == {"max_posts": 70}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--mode", "fedi"), "--mode wants NETWORK=MODE"),
        (("--mode", "icq=open"), "`modes` must be a table of “bsky”"),
        (("--mode", "fedi=ajar"), "with “open” or “ask-first” or “own-only” or “opt-in” or “closed”"),
        (("--max-posts", "many"), "`max_posts` must be a whole number"),
        (("--origin", "http://a b"), "must be like"),
    ],
)
def test_what_the_options_say_wrongly_is_told(line: Line, args: tuple[str, ...], said: str) -> None:
    answer = line("init", "--config", "mine.toml", *args)
    assert answer.code == 2
    assert said in answer.err
    assert not (line.folder / "mine.toml").exists()


def test_a_unit_and_the_lines_of_caddy_are_printed_for_a_site_for_others(line: Line) -> None:
    said = line("init", "--config", "mine.toml", *OPTIONS, "--yes")
    assert said.out.startswith("mine.toml\n\n# /etc/systemd/system/threadleaf.service\n[Unit]\n")
    assert f"serve --config {line.folder / 'mine.toml'}\n" in said.out
    assert f"ReadWritePaths={line.folder}/home/.local/share/threadleaf\n" in said.out
    assert "threads.example.org {\n\treverse_proxy 127.0.0.1:8410\n}\n" in said.out
    assert "admin link --config" in said.out
    assert "bot check --config" in said.out
    assert (line.folder / "home/.local/share/threadleaf").stat().st_mode & 0o777 == 0o700


@pytest.fixture(autouse=True)
def ada(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests is Ada."""
    monkeypatch.setenv("LOGNAME", "ada")


@pytest.mark.parametrize("user", ["root", "ada"])
def test_a_unit_that_would_run_as_root_says_so_and_what_to_do(
    line: Line, monkeypatch: pytest.MonkeyPatch, user: str
) -> None:
    monkeypatch.setenv("LOGNAME", user)
    said = line("init", "--config", "mine.toml", *OPTIONS, "--yes")
    assert f"User={user}\n" in said.out
    assert ("would run as root" in said.err) is (user == "root")
    folder = line.folder / "home/.local/share/threadleaf"
    if user == "root":
        assert f"chown -R threadleaf: {folder} {line.folder / 'mine.toml'}\n" in said.err
        assert "Write User=threadleaf into the unit" in said.err


def test_caddy_is_told_addresses_of_both_families(line: Line) -> None:
    from threadleaf.cli import hosting
    from threadleaf.config import Settings

    assert "reverse_proxy [::1]:8410" in hosting.caddy(Settings(**TOLD, host="::1"))
    assert "threads.example.org:8443 {" in hosting.caddy(Settings(**{**TOLD, "public_origin": f"{ORIGIN}:8443"}))
