"""Settings: defaults, file, environment, options, in rising order of weight."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.public import TOLD
from threadleaf.config import (
    EXPLAINED,
    Settings,
    checked,
    config_file,
    is_loopback,
    load,
    missing_for_the_public,
    template,
    toml,
    without_secrets,
)
from threadleaf.core.errors import Unreadable

HOME = {"HOME": "/home/ada"}


def written(folder: Path, text: str | bytes) -> Path:
    file = folder / "threadleaf.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_an_option_beats_the_environment_which_beats_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "port = 1\nmax_posts = 1\nmax_requests = 1\n")
    environ = {**HOME, "THREADLEAF_PORT": "2", "THREADLEAF_MAX_POSTS": "2"}
    found = load(environ, file, port=3, max_posts=None, host=None)
    assert (found.port, found.max_posts, found.max_requests, found.host) == (3, 2, 1, "127.0.0.1")


def test_without_anything_the_defaults_hold() -> None:
    assert load(HOME) == msgspec.structs.replace(Settings(), data="/home/ada/.local/share/threadleaf")


@pytest.mark.parametrize(
    ("environ", "data"),
    [
        ({"XDG_DATA_HOME": "/data"}, "/data/threadleaf"),
        ({"XDG_DATA_HOME": "relative"}, "/home/ada/.local/share/threadleaf"),
        ({"XDG_DATA_HOME": "/data", "THREADLEAF_DATA": "/kept"}, "/kept"),
        ({"THREADLEAF_DATA": "kept"}, str(Path.cwd() / "kept")),
    ],
)
def test_what_is_kept_lies_where_the_environment_says(environ: dict[str, str], data: str) -> None:
    assert load({**HOME, **environ}).data == data


def test_the_database_is_a_file_in_the_data_folder_unless_it_is_named() -> None:
    assert load({**HOME, "THREADLEAF_DATA": "/kept"}).database_target == "/kept/threadleaf.sqlite3"
    assert load({**HOME, "THREADLEAF_DATABASE": "postgresql://db/t"}).database_target == "postgresql://db/t"


@pytest.mark.parametrize(
    ("environ", "option", "file"),
    [
        ({}, None, "/home/ada/.config/threadleaf/config.toml"),
        ({"XDG_CONFIG_HOME": "/etc/xdg"}, None, "/etc/xdg/threadleaf/config.toml"),
        ({"THREADLEAF_CONFIG": "/etc/t.toml"}, None, "/etc/t.toml"),
        ({"THREADLEAF_CONFIG": "/etc/t.toml"}, "mine.toml", "mine.toml"),
    ],
)
def test_the_settings_file_is_where_it_was_named(environ: dict[str, str], option: str | None, file: str) -> None:
    assert config_file({**HOME, **environ}, option) == Path(file)


def test_without_a_home_the_system_knows_one() -> None:
    assert config_file({}) == Path.home() / ".config" / "threadleaf" / "config.toml"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("prot = 1", "`prot` is no setting"),
        ('port = "eighty"', "`port` must be a whole number, for example port = 8410."),
        ("port = 65536", "`port` must be between 0 and 65535, not 65536"),
        ("max_posts = 0", "must be at least 1"),
        ('public_origin = "https://t.example.org/path"', "without a path"),
        ('public_origin = "t.example.org"', "must be like https://threads.example.org"),
        ('contact = "us\\nX-Evil: 1"', "`contact` goes into a header"),
        ('contact = "mailto:ünal@example.org"', "`contact` goes into a header"),
        ('[mirrors]\n"a.example" = "fedi"', "`mirrors` must be a table of names with “bsky” or “x”, for example"),
        ("port = 1\nhost = ", "is not TOML: its last line cannot be read"),
        ("port = 1\nport = 2", "last line cannot be read .a setting may stand there once only"),
        ("port = \nhost = 1", "is not TOML: line 1 cannot be read"),
        ("port = [1,", "is not TOML: its last line cannot be read"),
        ("xyzzy = 1", "`xyzzy` is no setting. `threadleaf init` writes"),
        ("operator = 5", '`operator` must be a text in quotes, for example operator = ""'),
        ("nat64 = 5", "`nat64` must be a list of texts, for example nat64 = ."),
        ("https_ports = 5", "`https_ports` must be a list of whole numbers"),
        ('who_may_unroll = "all"', "`who_may_unroll` must be “operator” or “anyone”, for example who_may_unroll = "),
        (b"\xff", "is not TOML: it is not in UTF-8"),
        (b"#" * 1_100_000, "larger than 1 MiB"),
    ],
)
def test_what_is_wrong_with_a_settings_file_is_told(tmp_path: Path, text: str | bytes, sentence: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(Unreadable, match=sentence) as caught:
        load(HOME, file)
    assert str(file) in caught.value.sentence


def test_a_wrong_value_of_the_environment_is_told() -> None:
    told = "The settings in the environment cannot be used: `THREADLEAF_PORT` must be a whole number"
    with pytest.raises(Unreadable, match=told):
        load({**HOME, "THREADLEAF_PORT": "eighty"})


def test_no_line_of_a_settings_file_and_no_secret_is_shown(tmp_path: Path) -> None:
    for text in ('fedi_token = "hush', 'fedi_token = 12345\nsmtp_password = ["hush"]'):
        with pytest.raises(Unreadable) as caught:
            load(HOME, written(tmp_path, text))
        assert "hush" not in caught.value.sentence
        assert "12345" not in caught.value.sentence


@pytest.mark.parametrize(("name", "sentence"), [("nowhere.toml", "There is no settings file"), (".", "cannot be read")])
def test_a_settings_file_that_cannot_be_read_is_told(tmp_path: Path, name: str, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        load(HOME, tmp_path / name)


def test_every_setting_is_explained_and_in_the_template() -> None:
    names = [field.name for field in msgspec.structs.fields(Settings)]
    assert list(EXPLAINED) == names
    assert [name for name in names if f"#{name} = " not in template() and f"#[{name}]" not in template()] == []


def test_the_template_says_nothing_until_a_line_is_uncommented() -> None:
    assert tomllib.loads(template()) == {}
    lines = [line.removeprefix("#") for line in template().splitlines() if not line.startswith("# ")]
    found = tomllib.loads("\n".join(lines))
    assert found.pop("mirrors") == {"birds.example.org": "x"}
    assert found.pop("modes") == {"fedi": "open"}
    assert found.pop("media") == {"fedi": "link"}
    assert found.pop("x_prices") == {"post": 0.005}
    assert msgspec.convert(found, Settings) == Settings()


@pytest.mark.parametrize("value", ["", 'a "b" \\ \n\t\x00\x7f ü 🐦', 8410, True, {}, {"a b": "x", "ü": 'y"'}])
def test_a_value_is_written_as_toml_reads_it(value: Any) -> None:
    assert tomllib.loads(f"value = {toml(value)}")["value"] == value


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_only_this_machine_reaches_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.org", "localhost.example.org", ""])
def test_others_may_reach_everything_else(host: str) -> None:
    assert not is_loopback(host)


def test_a_public_site_needs_all_that_its_pages_tell_visitors() -> None:
    assert missing_for_the_public(Settings(contact="  ")) == tuple(TOLD)
    assert missing_for_the_public(Settings(**TOLD)) == ()
    for name in TOLD:
        assert missing_for_the_public(Settings(**{**TOLD, name: " "})) == (name,)


def test_chosen_settings_stand_in_the_template_and_the_others_are_commented_out() -> None:
    chosen = {**TOLD, "unrolls_per_hour": 5, "modes": {"fedi": "open"}}
    found = msgspec.convert(tomllib.loads(template(chosen)), Settings)
    assert found == Settings(**TOLD, unrolls_per_hour=5, modes={"fedi": "open"})


def test_single_values_are_checked_where_they_were_given() -> None:
    assert checked({"unrolls_per_hour": "5"}, "your answer").unrolls_per_hour == 5
    with pytest.raises(Unreadable, match="The settings in your answer cannot be used: `unrolls_per_hour` must be"):
        checked({"unrolls_per_hour": "0"}, "your answer")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("max_seconds = 0", "`max_seconds` must be at least 1"),
        ("unrolls_at_once = 0", "`unrolls_at_once` must be at least 1"),
        ("unrolls_waiting = 0", "`unrolls_waiting` must be at least 1"),
        ('who_may_unroll = "friends"', "who_may_unroll"),
        ('modes = { fedi = "mine" }', "modes"),
        ("max_mebibytes = 0", "`max_mebibytes` must be at least 1"),
        ("cache_mebibytes = 0", "`cache_mebibytes` must be at least 1"),
        ("picture_mebibytes = -1", "`picture_mebibytes` must be at least 0, not -1"),
        ('bluesky_appview = ""', "`bluesky_appview` must be like"),
        ('bluesky_directory = "plc.directory"', "`bluesky_directory` must be like"),
        ('fedi_home = "https://social.example.org/x"', "`fedi_home` must be like"),
        ('fedi_home = "https://Social.example.org"', "in lower case"),
        ('fedi_home = "https://social.example.org."', "without a dot at the end"),
        ('fedi_home = "https://social..example.org"', "`fedi_home` must be like"),
        ('fedi_home = "https://social.example.org:443"', "without the usual port"),
        ('fedi_home = "https://social.example.org:70000"', "`fedi_home` must be like"),
        ('bluesky_appview = "http://app.example.org:80"', "without the usual port"),
        ('fedi_home = "https://social.example.org"', "needs `fedi_token`"),
        ('fedi_home = "http://social.example.org"\nfedi_token = "t"', "must begin with https://"),
        ('fedi_home = "http://localhost:3000"\nfedi_token = "t"\nallow_loopback = ["localhost:30"]', "https://"),
        ('database = "host=db password=secret"', "`database` must be the path"),
        ('database = "dbname = t"', "`database` must be the path"),
        ('fedi_token = "a\\nb"', "`fedi_token` goes into a header"),
        ('translate = "https://translate.example.org/"', "`translate` must be like"),
        ('translate = "http://translate.example.org"', "`translate` must begin with https://"),
        ('media = { x = "proxy" }', "`media` must be"),
        ('media = { fedi = "hotlink" }', "`media` must be"),
        ("archive_mebibytes = -1", "`archive_mebibytes` must be at least 0"),
        ('bluesky_handle = "bot.example.org"', "needs `bluesky_password`"),
        ('bluesky_handle = "@bot"\nbluesky_password = "p"', "must be a handle"),
        ('bluesky_handle = "bot.example.org"\nbluesky_password = "p"', "needs `public_origin`"),
        ('fedi_bot = "https://social.example.org"', "needs `fedi_bot_token`"),
        ('fedi_bot = "https://social.example.org"\nfedi_bot_token = "t"', "needs `public_origin`"),
        ('fedi_bot = "http://social.example.org"\nfedi_bot_token = "t"', "`fedi_bot` must begin with https://"),
        ('x_bot_refresh = "r"', "`x_bot_refresh` needs `x_bot_client`"),
        ('x_bot_token = "t"', "`x_bot_token` needs `public_origin`"),
        ('x_bot_token = "a\\nb"', "`x_bot_token` goes into a header"),
        ('hub = "hub.example.org"', "`hub` must be the address of a hub"),
        ('smtp = "mail.example.org"', "`smtp` must be like smtps://"),
        ('smtp = "smtps://mail.example.org/x"', "`smtp` must be like smtps://"),
        ('smtp = "smtps://mail.example.org"', "needs `mail_from`"),
        ('smtp = "smtps://mail.example.org"\nmail_from = "T <t@example.org>"', "needs `mail_from`"),
        ('smtp = "smtps://mail.example.org"\nmail_from = "t@example.org"', "needs `public_origin`"),
        ("https_ports = [0]", "`https_ports`"),
        ("https_ports = [65536]", "`https_ports`"),
        ('nat64 = ["64:ff9b::/95"]', "no prefix of RFC 6052"),
        ('nat64 = ["10.0.0.0/8"]', "no prefix of RFC 6052"),
        ('own_addresses = ["example.org"]', "no IP address"),
        ('allow_loopback = ["localhost"]', "HOST:PORT"),
        ('allow_loopback = ["localhost:x"]', "HOST:PORT"),
        ('allow_loopback = [":80"]', "HOST:PORT"),
        ('trusted_proxies = ["proxy.example.org"]', "`trusted_proxies` has “proxy.example.org”"),
        ('trusted_proxies = ["10.0.0.1/8"]', "neither an IP address nor a network"),
        ("takedown_hours = 25", "`takedown_hours` must be between 1 and 24"),
        ("report_days = 31", "`report_days` must be between 1 and 30"),
        ("backup_days = -1", "`backup_days` must be at least 0"),
        ("unrolls_per_hour_all = 0", "`unrolls_per_hour_all` must be at least 1"),
        ("sign_ins_per_hour = 11", "`sign_ins_per_hour` must be between 1 and 10, or a password can be guessed"),
        ('allow_loopback = ["localhost:70000"]', "HOST:PORT"),
        ('x_token = "ü"', "`x_token` goes into a header"),
        ('x_api = "http://127.0.0.1:5000"', "`x_api` must begin with https://"),
        ('x_api = "https://api.x.com/2"', "without a path"),
        ("x_posts = 9", "`x_posts` must be between 10 and 800"),
        (
            "x_budget_day = -1",
            "`x_budget_day` must be an amount in US dollars from 0 to 1,000,000, for example x_budget_day = 5.0.",
        ),
        ("x_budget_month = nan", "`x_budget_month` must be an amount in US dollars"),
        ('x_budget_day = "much"', "`x_budget_day` must be a number"),
        ('x_archive = "perhaps"', "`x_archive` must be true or false"),
        ("x_prices = { post = -0.1 }", "`x_prices` has -0.1 for “post”, which is no price in US dollars"),
        (
            "x_prices = { like = 1 }",
            "`x_prices` must be a table of “post” or “user” or “owned” or “reply” or “delete” with a number",
        ),
    ],
)
def test_what_the_door_could_not_use_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        load(HOME, written(tmp_path, text))
    assert said in refused.value.sentence


@pytest.mark.parametrize(
    "text",
    [
        'fedi_home = "https://social.example.org"',
        'fedi_home = "https://social.example.org:8443"',
        'fedi_home = "http://localhost:3000"\nallow_loopback = ["localhost:3000"]',
        'fedi_home = "http://localhost"\nallow_loopback = ["localhost:80"]',
        'public_origin = "http://threads.example.org"',
        'translate = "https://translate.example.org"',
        'translate = "http://127.0.0.1:5000"\nallow_loopback = ["127.0.0.1:5000"]',
        'media = { fedi = "link", bsky = "archive", imports = "proxy" }',
        'hub = "https://hub.example.org/?for=us"',
        'public_origin = "https://t.example.org"\nsmtp = "smtp://localhost:25"\nmail_from = "t@example.org"',
        'database = "postgresql://ada@db.example.org/t?host=db&user=ada"',
        'database = "/kept/host=1.sqlite3"',
        'x_api = "http://127.0.0.1:5000"\nallow_loopback = ["127.0.0.1:5000"]',
        "x_prices = { post = 0.01, user = 0 }\nx_budget_day = 2",
    ],
)
def test_what_the_door_can_use_is_taken(tmp_path: Path, text: str) -> None:
    assert load(HOME, written(tmp_path, f'fedi_token = "t"\n{text}')).fedi_token == "t"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("postgresql://ada:secret@db.example.org/t", "postgresql://ada:…@db.example.org/t"),
        ("postgresql://ada:se:cr@et@db.example.org/t", "postgresql://ada:…@db.example.org/t"),
        ("postgresql://ada@db.example.org/t", "postgresql://ada@db.example.org/t"),
        ("postgresql://db.example.org/t", "postgresql://db.example.org/t"),
        ("postgresql://db.example.org/t?user=ada&password=secret", "postgresql://db.example.org/t?user=ada&password=…"),
        ("postgresql://ada:secret@db/t?sslpassword=secret", "postgresql://ada:…@db/t?sslpassword=…"),
        ("host=db PASSWORD = 'secret' user=ada", "host=db PASSWORD =…"),
        ("/kept/here.sqlite3", "/kept/here.sqlite3"),
        ("", ""),
    ],
)
def test_settings_are_shown_without_secrets(given: str, shown: str) -> None:
    settings = Settings(
        database=given,
        fedi_home="https://social.example.org",
        fedi_token="secret",
        smtp_password="secret",
        translate_key="secret",
    )
    assert (without_secrets(settings).database, without_secrets(settings).fedi_token) == (shown, "…")
    assert without_secrets(settings).smtp_password == without_secrets(settings).translate_key == "…"
    assert "secret" not in repr(settings)
    assert repr(settings).startswith("Settings(data='', database=")
    assert without_secrets(Settings()) == Settings()


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        (
            {"THREADLEAF_PORT": "eighty"},
            "settings in the environment cannot be used: `THREADLEAF_PORT` must be a whole number, for example THREADLEAF_PORT=8410.",
        ),
        (
            {"THREADLEAF_WHO_MAY_UNROLL": "all"},
            "`THREADLEAF_WHO_MAY_UNROLL` must be “operator” or “anyone”, for example THREADLEAF_WHO_MAY_UNROLL=operator.",
        ),
        ({"THREADLEAF_HTTPS_PORTS": "x"}, "for example THREADLEAF_HTTPS_PORTS=443."),
        (
            {"THREADLEAF_PUBLIC_ORIGN": "https://t.example.org"},
            "`THREADLEAF_PUBLIC_ORIGN` is no setting. Did you mean `THREADLEAF_PUBLIC_ORIGIN`?",
        ),
        ({"THREADLEAF_CONFIGG": "x"}, "Did you mean `THREADLEAF_CONFIG`?"),
        ({"THREADLEAF_QQQQQQQQQQ": "x"}, "`THREADLEAF_QQQQQQQQQQ` is no setting. `threadleaf init` writes a file"),
        (
            {"THREADLEAF_MODES": "fedi=open"},
            '`THREADLEAF_MODES` has no form in the environment. Write it into the settings file, for example [modes] fedi = "open".',
        ),
    ],
)
@pytest.mark.parametrize("has_file", [True, False])
def test_a_mistake_in_the_environment_is_told_of_the_environment(
    tmp_path: Path, environ: dict[str, str], said: str, has_file: bool
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("port = 80\n")
    with pytest.raises(Unreadable) as error:
        load({**HOME, **environ}, file if has_file else None)
    assert said in error.value.sentence
    assert "mine.toml" not in error.value.sentence


def test_mistakes_in_both_are_told_of_both(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('max_posts = "many"\n')
    with pytest.raises(Unreadable) as error:
        load({**HOME, "THREADLEAF_PORT": "eighty"}, file)
    assert error.value.sentence.startswith(f"The settings in {file} and in the environment cannot be used:\n")
    assert "`max_posts` must be" in error.value.sentence
    with pytest.raises(Unreadable, match=r"mine\.toml cannot be used: `max_posts`"):
        load({**HOME, "THREADLEAF_PORT": "80"}, file)


def test_several_values_are_parted_by_commas_in_the_environment() -> None:
    environ = {**HOME, "THREADLEAF_HTTPS_PORTS": "443, 8443", "THREADLEAF_ALLOW_LOOPBACK": "localhost:2583,[::1]:80,"}
    found = load(environ)
    assert found.https_ports == (443, 8443)
    assert found.allow_loopback == ("localhost:2583", "[::1]:80")
    assert load({**HOME, "THREADLEAF_NAT64": ""}).nat64 == ()
