"""`threadleaf doctor`: every check, on machines and networks that are as the test says."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.cli.conftest import Line, with_bot
from tests.support.pds import PASSWORD
from tests.support.public import TOLD
from threadleaf.cli import checks
from threadleaf.cli.checks import Check, World, everything, of_clock, of_database, of_egress, of_home, of_server, of_x
from threadleaf.cli.edge import Edge
from threadleaf.config import Settings
from threadleaf.core.errors import StoreError
from threadleaf.core.model import Network
from threadleaf.fetch.door import Door
from threadleaf.fetch.policy import Policy
from threadleaf.store.health import Health
from threadleaf.wire import HOME, Answer, Refused, Reply, Request

GIB = 2**30
NOON = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)
FINE = Health(kind="SQLite", there=True, version="3.51.1", schema=2, steps=2)
PUBLIC = Settings(**TOLD)


def answer(
    status: int = 200, date: str = "Sun, 03 May 2026 12:00:30 GMT", media_type: str = "application/json"
) -> Answer:
    return Answer(status=status, body=b"{}", at=NOON, media_type=media_type, fields={"date": date})


def world(
    *,
    settings_file: str = "",
    free: float = 0.5,
    writable: bool = True,
    health: Health | StoreError = FINE,
    found: Sequence[str] | OSError = ("192.0.2.1",),
    reply: Reply | None = None,
) -> World:
    """A machine; by default there is nothing wrong with it."""

    def examine(_target: str) -> Health:
        if isinstance(health, StoreError):
            raise health
        return health

    def look_up(_host: str) -> Sequence[str]:
        if isinstance(found, OSError):
            raise found
        return found

    return World(
        open_file=lambda: ("mine.toml", settings_file),
        space=lambda _folder: (100 * GIB, int(100 * GIB * free)),
        writable=lambda _folder: writable,
        examine=examine,
        look_up=look_up,
        ask=lambda requests: [reply or answer() for _ in requests],
    )


def marks(found: Sequence[Check]) -> dict[str, str]:
    return {check.name: check.mark for check in found}


def only(settings: Settings, machine: World, name: str) -> Check:
    return next(check for check in everything(settings, machine, offline=False) if check.name == name)


def test_where_all_is_well_every_check_says_so(tmp_path: Path) -> None:
    found = list(everything(Settings(data=str(tmp_path)), world(), offline=False))
    assert {check.mark for check in found} == {"ok"}
    assert [check.todo for check in found if check.todo] == []
    assert [check.name for check in found] == [
        *("settings", "data folder", "space", "database", "removals", "egress"),
        *("resolver", "Bluesky", "Bluesky's directory", "fediverse", "clock"),
    ]


def test_offline_the_network_is_left_alone(tmp_path: Path) -> None:
    machine = world()._replace(ask=lambda _: pytest.fail("asked"), look_up=lambda _: pytest.fail("asked"))
    found = marks(list(everything(Settings(data=str(tmp_path)), machine, offline=True)))
    assert list(found) == ["settings", "data folder", "space", "database", "removals", "egress"]


# --- this machine -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "mark", "word"),
    [
        (Settings(), "ok", "for you alone"),
        (PUBLIC, "ok", "https://threads.example.org"),
        (replace(PUBLIC, takedown=""), "failed", "`takedown`"),
        (replace(PUBLIC, public_origin="http://threads.example.org"), "warning", "without https"),
        (replace(PUBLIC, host="0.0.0.0"), "ok", "https://threads.example.org"),
        (replace(PUBLIC, host="0.0.0.0", imprint=""), "failed", "`imprint`"),
        (Settings(host="0.0.0.0"), "failed", "`public_origin`, `contact`, `takedown`"),
    ],
)
def test_a_site_must_say_whom_to_turn_to(settings: Settings, mark: str, word: str) -> None:
    check = checks.of_settings(settings)
    assert check.mark == mark
    assert word in f"{check.said} {check.todo}"


def test_a_data_folder_that_is_not_there_is_made_when_it_is_needed(tmp_path: Path) -> None:
    check = only(Settings(data=str(tmp_path / "a" / "b")), world(), "data folder")
    assert (check.mark, check.said) == (
        "ok",
        f"{tmp_path / 'a' / 'b'} can be written to. It is made when it is needed.",
    )
    assert not (tmp_path / "a").exists()


def test_a_data_folder_that_is_a_file_or_cannot_be_written_to_fails(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert (
        only(Settings(data=str(tmp_path / "file" / "x")), world(), "data folder").said == f"{tmp_path}/file is a file."
    )
    assert only(Settings(data=str(tmp_path)), world(writable=False), "data folder").mark == "failed"


def test_it_is_the_folder_of_the_database_that_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    elsewhere = Settings(data=str(tmp_path / "file" / "x"), database=str(tmp_path / "t.sqlite3"))
    assert only(elsewhere, world(), "data folder").said == f"{tmp_path} can be written to."
    wrong = only(Settings(data=str(tmp_path), database=str(tmp_path / "file" / "t.sqlite3")), world(), "data folder")
    assert (wrong.mark, wrong.todo) == ("failed", "Name another folder with `database`.")
    server = Settings(data=str(tmp_path), database="postgresql://db.example.org/t")
    assert {"data folder", "space"}.isdisjoint(marks(list(everything(server, world(), offline=True))))


SECRET = 'fedi_token = "token-1"\ndatabase = "postgresql://ada:pass-1@db.example.org/t"'


@pytest.mark.parametrize(
    ("settings", "text", "warned"),
    [
        (Settings(fedi_token="token-1"), SECRET, True),
        (Settings(bluesky_password="token-1"), SECRET, True),
        (Settings(database="postgresql://ada:pass-1@db.example.org/t"), SECRET, True),
        (Settings(database="postgresql://db.example.org/t", fedi_token="of the environment"), SECRET, False),
        (Settings(), SECRET, False),
        (Settings(fedi_token="token-1"), "", False),
    ],
)
def test_a_secret_that_everybody_on_the_machine_can_read_is_warned_of(
    settings: Settings, text: str, warned: bool
) -> None:
    found = list(checks.of_secrets(settings, world(settings_file=text)))
    assert [(check.name, check.mark) for check in found] == [("settings file", "warning")] * warned
    assert all(check.said.startswith("mine.toml holds a secret") and "-1" not in check.said for check in found)


@pytest.mark.parametrize(("free", "mark"), [(0.05, "ok"), (0.0499, "warning"), (0.0, "warning")])
def test_five_hundredths_of_the_disk_should_be_free(tmp_path: Path, free: float, mark: str) -> None:
    assert only(Settings(data=str(tmp_path)), world(free=free), "space").mark == mark
    nowhere = world()._replace(space=lambda _folder: (0, 0))
    assert only(Settings(data=str(tmp_path)), nowhere, "space").mark == "warning"


@pytest.mark.parametrize(
    ("health", "mark", "said"),
    [
        (FINE, "ok", "SQLite 3.51.1, whole."),
        (replace(FINE, schema=1), "ok", "SQLite 3.51.1, whole. Its tables are brought up to date when it is next opened."),
        (Health(kind="PostgreSQL", there=True, version="15.4", schema=2, steps=2), "ok", "PostgreSQL 15.4, whole."),
        (replace(FINE, journal="behind"), "warning", "SQLite 3.51.1. It and its journal of removals may not know the same, as after a restore."),
        (replace(FINE, journal="missing"), "warning", "SQLite 3.51.1. It had a journal of removals, which is not there."),
        (replace(FINE, journal="unreadable"), "failed", "SQLite 3.51.1. Its journal of removals cannot be read, so nothing is served: what was taken down might be shown."),
        (Health(kind="SQLite", there=False), "ok", "There is none yet; it is made when something is kept."),
        (replace(FINE, fault="row 3 missing"), "failed", "It is damaged: row 3 missing."),
        (replace(FINE, schema=3), "failed", "A newer Threadleaf wrote it."),
        (replace(FINE, secure=False, version="3.40.1"), "warning", "SQLite 3.40.1 may leave bytes of what is taken down in the file."),
        (StoreError("The database cannot be reached. Check its address."), "failed", "The database cannot be reached."),
    ],
)  # fmt: skip
def test_a_database_is_told_as_it_is(health: Health | StoreError, mark: str, said: str) -> None:
    check = of_database(Settings(), world(health=health))
    assert (check.mark, check.said) == (mark, said)
    assert bool(check.todo) == (mark != "ok")


# --- the door ---------------------------------------------------------------------------------------------------


def test_the_door_is_tried_with_every_kind_of_dangerous_address() -> None:
    (check,) = of_egress(Policy())
    assert (check.mark, check.said) == ("ok", "The door refuses 39 of 39 dangerous addresses.")


def test_a_door_that_opens_what_it_must_not_or_nothing_at_all_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    (check,) = of_egress(Policy(ports=frozenset({25})))
    assert check.mark == "failed"
    assert "https://example.com:25/, https://example.com/" in check.said
    monkeypatch.setattr(checks, "DENIED", (*checks.DENIED, "93.184.215.14"))
    monkeypatch.setattr(checks, "ADMITTED", (*checks.ADMITTED, "10.0.0.1"))
    (check,) = of_egress(Policy())
    assert check.said == "The door judges wrongly about 93.184.215.14, 10.0.0.1."


def test_servers_on_this_machine_are_warned_of_loudly() -> None:
    door, loopback = of_egress(Policy(allow=frozenset({("localhost", 2583), ("127.0.0.1", 80)})))
    assert (door.mark, loopback.mark) == ("ok", "warning")
    assert "127.0.0.1:80, localhost:2583" in loopback.said
    assert "REACHES THIS MACHINE" in loopback.said


# --- X ----------------------------------------------------------------------------------------------------------

PUBLIC_X = {**TOLD, "x_token": "t", "who_may_unroll": "anyone", "who_may_read_x": "anyone"}


@pytest.mark.parametrize(
    ("settings", "name", "mark", "said"),
    [
        (
            Settings(x_token="t"),
            "X",
            "ok",
            "It is read for you, for at most $5.00 a day and $50.00 a month. A post costs",
        ),
        (Settings(x_token="t", x_prices={"post": 0.007}), "X", "ok", "$0.007, an account $0.010, as `x_prices` says."),
        (Settings(x_token="t", x_budget_day=0), "X", "failed", "Nothing may be spent, so it is not read."),
        (Settings(**TOLD, x_token="t", who_may_read_x="summoned"), "X", "ok", "you and whoever mentions your bot"),
        (Settings(**PUBLIC_X), "X readers", "warning", "Whoever comes by may spend your $5.00 a day."),
        (
            Settings(x_token="t", rechecks_per_hour=0),
            "X pages",
            "warning",
            "held back when they were not read for a day",
        ),
    ],
)
def test_what_reading_x_may_cost_and_for_whom_is_told(settings: Settings, name: str, mark: str, said: str) -> None:
    check = only(settings, world(), name)
    assert check.mark == mark
    assert said in check.said
    assert bool(check.todo) is (mark != "ok")


def test_where_x_is_not_read_nothing_is_said_of_it() -> None:
    assert list(of_x(Settings())) == []


# --- the network ------------------------------------------------------------------------------------------------


def test_a_resolver_that_finds_nothing_fails_and_is_not_asked_about_this_machine(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path))
    assert only(settings, world(found=OSError("no")), "resolver").mark == "failed"
    here = replace(settings, bluesky_appview="http://localhost:2584", allow_loopback=("localhost:2584",))
    assert only(here, world(found=OSError("no")), "resolver").mark == "unknown"


@pytest.mark.parametrize(
    ("reply", "mark", "word"),
    [
        (answer(), "ok", "answers."),
        (answer(400), "ok", "answers."),
        (answer(502), "failed", "error 502"),
        (answer(403), "failed", "refuses us with 403"),
        (answer(404), "failed", "`setting`"),
        (answer(200, media_type="text/html"), "failed", "`setting`"),
        (Refused(kind="rate", detail="Wait."), "warning", "asks us to wait"),
        (Refused(kind="network", detail="There is no server."), "failed", "cannot be reached. There is no server."),
        (
            Refused(kind="door", detail="Port 25 is not opened."),
            "failed",
            "is not asked. Port 25 is not opened. Check `s",
        ),
        (Refused(kind="limit", detail="The limit of 1 requests was reached."), "unknown", "Raise the limits"),
    ],
)
def test_a_server_is_told_as_it_answers(reply: Reply, mark: str, word: str) -> None:
    check = of_server("Bluesky", "https://app.example", reply, "`setting`")
    assert check.mark == mark
    assert word in f"{check.said} {check.todo}"


@pytest.mark.parametrize(
    ("reply", "mark", "word"),
    [
        (answer(), "ok", "takes the token"),
        (answer(401), "failed", "`fedi_token`"),
        (answer(403), "failed", "`fedi_token`"),
        (answer(422), "failed", "`fedi_token`"),
        (answer(404), "failed", "does not answer like a server with Mastodon's API. Check `fedi_home`"),
        (answer(401, media_type="text/html"), "failed", "Check `fedi_home`"),
        (answer(200, media_type="text/html"), "failed", "Check `fedi_home`"),
        (answer(302), "failed", "answers with 302"),
        (answer(502, media_type="text/html"), "failed", "the error 502. See how that server is doing"),
        (replace(answer(401), url="https://social.example/api/v1/x"), "failed", "`fedi_token`"),
        (
            replace(answer(401), url="https://www.social.example/api/v1/x"),
            "failed",
            "on to https://www.social.example, and",
        ),
        (replace(answer(), url="http://social.example/api/v1/x"), "failed", "on to http://social.example, and"),
        (Refused(kind="timeout", detail="It took too long."), "failed", "It took too long."),
    ],
)
def test_the_operators_own_server_must_take_the_token(reply: Reply, mark: str, word: str) -> None:
    check = of_home("https://social.example", reply)
    assert check.mark == mark
    assert word in f"{check.said} {check.todo}"


def test_the_token_is_sent_to_the_operators_own_server_alone(tmp_path: Path) -> None:
    asked: list[Request] = []

    def ask(requests: Sequence[Request]) -> list[Reply]:
        asked.extend(requests)
        return [answer() for _ in requests]

    settings = Settings(data=str(tmp_path), fedi_home="https://social.example", fedi_token="secret")
    assert only(settings, world()._replace(ask=ask), "fediverse").said == "https://social.example takes the token."
    assert [(request.url.split("/")[2], request.credential) for request in asked] == [
        ("public.api.bsky.app", ""),
        ("plc.directory", ""),
        ("social.example", HOME),
    ]


@pytest.mark.parametrize(
    ("replies", "mark"),
    [
        ([answer(date="Sun, 03 May 2026 12:01:00 GMT")], "ok"),
        ([answer(date="Sun, 03 May 2026 11:58:59 GMT")], "warning"),
        ([answer(date="Sun, 03 May 2026 13:00:00 GMT"), answer()], "ok"),
        ([answer(date="Sun, 03 May 2026 13:00:00 GMT"), Refused(kind="network")], "warning"),
        ([answer(date="soon"), answer(date=""), answer(date="Sun, 03 May 2026 12:00:00 -0000")], "unknown"),
        ([Refused(kind="network")], "unknown"),
    ],
)
def test_the_clock_is_compared_with_those_of_others(replies: Sequence[Reply], mark: str) -> None:
    assert of_clock(replies).mark == mark


# --- the command ------------------------------------------------------------------------------------------------


def test_each_check_is_one_line_and_all_is_well(line: Line) -> None:
    said = line("doctor")
    assert said.code == 0
    assert [row.split()[0] for row in said.out.splitlines()] == ["ok"] * 11
    assert "ok       settings: In order: a site for you alone.\n" in said.out
    assert not (line.folder / "home").exists(), "nothing was made"


def test_a_warning_ends_with_3_and_a_failure_with_1(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    line.environ["THREADLEAF_ALLOW_LOOPBACK"] = "localhost:2583"
    said = line("doctor")
    assert said.code == 3
    assert "\nWARNING  loopback: WHOEVER PASTES AN ADDRESS" in said.out
    line.environ["THREADLEAF_DATABASE"] = str(line.folder / "thread.txt")
    said = line("doctor", "--offline")
    assert said.code == 1
    assert "\nFAILED   database: The database is damaged, or is not a database at all.\n" in said.out
    assert "\n\nWhat to do:\n  1. database: Restore it" in said.out, "what failed comes before what is a warning"
    assert "\n  2. loopback: Empty `allow_loopback`.\n" in said.out


def test_where_names_are_not_found_one_thing_is_to_be_done(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(_host: str) -> list[str]:
        raise OSError

    def away(requests: Sequence[Request]) -> list[Reply]:
        return [Refused(kind="network", detail="There is no server of that name.") for _ in requests]

    monkeypatch.setattr(line, "look_up", lost)
    monkeypatch.setattr(line, "ask", away)
    said = line("doctor")
    assert said.code == 1
    assert "unknown  Bluesky: Not reached, since names are not found.\n" in said.out
    assert said.out.partition("What to do:\n")[2] == (
        "  1. resolver: Check the network and the name servers of this machine.\n"
    )


def test_a_settings_file_with_a_token_should_be_for_its_owner_alone(line: Line) -> None:
    file = line.folder / "mine.toml"
    file.write_text('fedi_home = "https://social.example.org"\nfedi_token = "secret-1"\n')
    file.chmod(0o644)
    said = line("doctor", "--offline", "--config", "mine.toml")
    assert said.code == 3
    assert "WARNING  settings file: mine.toml holds a secret" in said.out
    assert "secret-1" not in said.out
    file.chmod(0o640)
    assert line("doctor", "--offline", "--config", "mine.toml").code == 0


def test_checks_are_given_as_json(line: Line) -> None:
    line("unroll", "--save", "thread.txt")
    told = json.loads(line("doctor", "--json", "--offline").out)
    assert [set(check) for check in told] == [{"name", "mark", "said", "todo"}] * 6
    assert next(check["said"] for check in told if check["name"] == "database").endswith(", whole.")


def test_where_removals_cannot_be_written_down_a_backup_would_bring_them_back(line: Line) -> None:
    machine = world()._replace(appendable=lambda file: file.name != "threadleaf.removals")
    check = only(Settings(data="/srv/data"), machine, "removals")
    assert (check.mark, check.todo) == ("failed", "Change its owner or its rights.")
    assert check.said.startswith(
        "/srv/data/threadleaf.removals cannot be written to: a restored backup would bring back"
    )
    line("unroll", "--save", "thread.txt")
    assert ": They are written down in " in line("doctor", "--offline").out
    journal = next((line.folder / "home").rglob("threadleaf.sqlite3")).with_suffix(".removals")
    journal.mkdir()
    assert "FAILED   removals: " in line("doctor", "--offline").out


def test_settings_that_cannot_be_read_are_a_failure_of_their_own(line: Line) -> None:
    (line.folder / "mine.toml").write_text("prot = 1")
    said = line("doctor", "--config", "mine.toml")
    assert (said.code, said.out.count("\n")) == (1, 1)
    assert said.out.startswith("FAILED   settings: The settings in mine.toml cannot be used: `prot`")
    (line.folder / "mine.toml").write_text("prot = 1\nport = 70000")
    assert line("doctor", "--config", "mine.toml").out.splitlines() == [
        "FAILED   settings: The settings in mine.toml cannot be used.",
        "",
        "What to do:",
        "  1. settings: `prot` is no setting. Did you mean `port`?",
        "  2. settings: `port` must be between 0 and 65535, not 70000, for example port = 8410.",
    ]


def test_servers_are_asked_through_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def send(_door: Door, request: Request) -> Reply:
        asked.append(request.url)
        return answer()

    monkeypatch.setattr(Door, "send", send)
    urls = ["https://a.example.com/", "https://b.example.com/"]
    assert Edge({}).ask(Settings(), [Request(url=url) for url in urls]) == [answer(), answer()]
    assert sorted(asked) == urls


def test_the_systems_resolver_is_asked_as_the_door_asks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def found(_resolver: object, host: str, port: int) -> tuple[str, ...]:
        return (f"{host} {port}",)

    monkeypatch.setattr("threadleaf.fetch.resolve.SystemResolver.__call__", found)
    assert Edge({}).look_up("a.example.com") == ("a.example.com 443",)


# --- bots ---------------------------------------------------------------------------------------------------------


def with_bots(*wrong: str) -> World:
    return world()._replace(accounts=lambda: [("fedi", ()), ("x", wrong)])


BOTS = replace(PUBLIC, who_may_unroll="anyone", fedi_bot="https://a.example", fedi_bot_token="t", x_bot_token="t")


def test_the_account_of_each_bot_is_looked_at() -> None:
    assert only(BOTS, with_bots(), "bot on the fediverse").mark == "ok"
    sentences = ("@bot needs X's label “Automated”.", "The posts of @bot are protected.")
    found = only(BOTS, with_bots(*sentences), "bot on X")
    assert (found.mark, found.said, found.todo.splitlines()) == ("failed", "It does not start.", [*sentences])


def test_what_bots_may_do_is_told_also_without_a_network() -> None:
    def never() -> Sequence[tuple[Network, Sequence[str]]]:
        raise AssertionError

    settings = replace(BOTS, who_may_unroll="operator")
    (found,) = [
        check
        for check in everything(settings, world()._replace(accounts=never), offline=True)
        if check.name.startswith("bot")
    ]
    assert (found.name, found.mark) == ("bot", "warning")
    assert "bot" not in marks(list(everything(PUBLIC, with_bots(), offline=False)))


def test_the_command_signs_in_as_the_bot(line: Line) -> None:
    server = with_bot(line)
    server.password = "another"
    said = line("doctor")
    assert said.code == 1
    assert "bot on Bluesky: It does not start." in said.out
    assert "refused the app password" in said.out
    server.password = PASSWORD
    assert "bot on Bluesky: Its account is in order." in line("doctor").out
