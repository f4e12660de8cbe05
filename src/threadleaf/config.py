"""The settings: one frozen value, read once at the edge from the environment and a file.

An option of the command line beats the environment (`THREADLEAF_PORT`), which beats the file (`port = 8410`),
which beats the default. Nothing below the edge imports this module; what a part needs is given to it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import msgspec

from threadleaf.core.errors import Unreadable
from threadleaf.core.limits import MOST_POSTS

if TYPE_CHECKING:
    import re

LARGEST = 1024 * 1024
"""Bytes in a settings file."""

_VARIABLE = "THREADLEAF_"
_CONFIG = f"{_VARIABLE}CONFIG"
_LISTS = ("https_ports", "nat64", "own_addresses", "allow_loopback", "trusted_proxies")
_FOR_THE_PUBLIC = ("public_origin", "contact", "takedown", "operator", "imprint", "legal_basis", "jurisdiction")
SECRETS = (
    *("bluesky_password", "fedi_token", "fedi_bot_token", "x_token", "x_bot_token", "x_bot_refresh"),
    *("smtp_password", "translate_key"),
)
"""The settings that nobody but the operator may see."""
_MAY_BE_EMPTY = ("public_origin", "fedi_home", "fedi_bot", "translate")
_BOUNDS: Mapping[str, tuple[int, int | None]] = {
    "port": (0, 65535),
    "rechecks_per_hour": (0, None),
    "picture_mebibytes": (0, None),
    "archive_mebibytes": (0, None),
    "sign_ins_per_hour": (1, 10),
    "x_posts_per_day": (1, 500),
    "backup_days": (0, None),
    "takedown_hours": (1, 24),
    "report_days": (1, 30),
    "x_posts": (10, 800),
}
"""The least and the most of numbers that are not just 1 or more. Terms of X and rules of ours want an author heard within
a day; Article 12(3) of the GDPR gives a month for anybody."""
_BECAUSE: Mapping[str, str] = {
    "sign_ins_per_hour": ", or a password can be guessed",
    "x_posts_per_day": ", as X's terms want",
}
_DEAREST = 1_000_000
_LISTED: Mapping[str, object] = {
    "nat64": ["64:ff9b::/96"],
    "own_addresses": ["203.0.113.7"],
    "allow_loopback": ["localhost:3000"],
    "trusted_proxies": ["127.0.0.1"],
}
"""Examples of lists that are empty by default."""
_EXAMPLES = {
    "modes": '#[modes]\n#fedi = "open"',
    "media": '#[media]\n#fedi = "link"',
    "x_prices": "#[x_prices]\n#post = 0.005",
    "mirrors": '#[mirrors]\n#"birds.example.org" = "x"',
}
"""Tables: they have no spelling in the environment, and are the last fields, since TOML wants them at its end."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator may choose. `EXPLAINED` says what each is for; `data` is absolute once loaded."""

    data: str = ""
    database: str = ""
    host: str = "127.0.0.1"
    port: int = 8410
    public_origin: str = ""
    contact: str = ""
    takedown: str = ""
    operator: str = ""
    imprint: str = ""
    legal_basis: str = ""
    jurisdiction: str = ""
    takedown_hours: int = 24
    report_days: int = 30
    backup_days: int = 35
    max_posts: int = MOST_POSTS
    max_requests: int = 100
    max_seconds: int = 60
    max_mebibytes: int = 64
    cache_mebibytes: int = 64
    picture_mebibytes: int = 500
    archive_mebibytes: int = 2_000
    who_may_unroll: Literal["operator", "anyone"] = "operator"
    unrolls_at_once: int = 4
    unrolls_waiting: int = 100
    rechecks_per_hour: int = 120
    unrolls_per_hour: int = 30
    unrolls_per_hour_all: int = 600
    reports_per_day: int = 10
    reports_per_day_all: int = 300
    sign_ins_per_hour: int = 10
    sign_ins_per_hour_all: int = 60
    api_per_hour: int = 600
    api_per_hour_all: int = 20_000
    exports_per_hour: int = 120
    exports_per_hour_all: int = 6_000
    translations_per_hour: int = 60
    translations_per_hour_all: int = 1_000
    x_posts_per_day: int = 500
    x_posts_per_day_all: int = 50_000
    trusted_proxies: tuple[str, ...] = ()
    bluesky_appview: str = "https://public.api.bsky.app"
    bluesky_directory: str = "https://plc.directory"
    bluesky_handle: str = ""
    bluesky_password: str = ""
    fedi_home: str = ""
    fedi_token: str = ""
    fedi_bot: str = ""
    fedi_bot_token: str = ""
    x_token: str = ""
    x_api: str = "https://api.x.com"
    x_archive: bool = False
    x_words: Literal["tweet", "post"] = "tweet"
    x_posts: int = 100
    x_budget_day: float = 5.0
    x_budget_month: float = 50.0
    x_bot_token: str = ""
    x_bot_refresh: str = ""
    x_bot_client: str = ""
    x_bot_operator: str = ""
    x_bot_labelled: bool = False
    x_logo: str = ""
    who_may_read_x: Literal["operator", "summoned", "anyone"] = "operator"
    search_engines: bool = False
    hub: str = ""
    translate: str = ""
    translate_key: str = ""
    smtp: str = ""
    smtp_user: str = ""
    smtp_password: str = ""
    mail_from: str = ""
    https_ports: tuple[int, ...] = (443,)
    nat64: tuple[str, ...] = ()
    own_addresses: tuple[str, ...] = ()
    allow_loopback: tuple[str, ...] = ()
    modes: Mapping[Literal["bsky", "fedi", "x"], Literal["open", "ask-first", "own-only", "opt-in", "closed"]] = {}
    media: Mapping[Literal["bsky", "fedi", "imports"], Literal["link", "proxy", "archive"]] = {}
    x_prices: Mapping[Literal["post", "user", "owned", "reply", "delete"], float] = {}
    mirrors: Mapping[str, Literal["bsky", "x"]] = {}

    @property
    def personal(self) -> bool:
        """Whether this instance serves its one reader only: all that is saved is listed, on loopback."""
        return not self.public_origin

    @property
    def database_target(self) -> str:
        """What `store.open_store` opens."""
        return self.database or str(Path(self.data) / "threadleaf.sqlite3")

    @property
    def removals(self) -> Path:
        """The journal of removals: beside an SQLite file, or in the data folder where the database is a server."""
        target = self.database_target
        return Path(self.data) / "threadleaf.removals" if "://" in target else Path(target).with_suffix(".removals")

    def __repr__(self) -> str:
        """For logs and tracebacks, so without secrets."""
        shown = msgspec.structs.asdict(without_secrets(self))
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in shown.items())})"


EXPLAINED: Mapping[str, str] = {
    "data": "The folder that holds what you keep. Empty: $XDG_DATA_HOME/threadleaf.",
    "database": "A PostgreSQL server (postgresql://…) or an SQLite file. Empty: threadleaf.sqlite3 in the data folder.",
    "host": "Where `threadleaf serve` listens. Whatever others can reach needs all from `public_origin`\n"
    "to `jurisdiction`: what the site's own pages tell its visitors.",
    "port": "",
    "public_origin": "The address under which others reach this site, such as https://threads.example.org.\n"
    "Empty: a personal instance, for you alone.",
    "contact": "Where people reach you: an e-mail address or a web page.",
    "takedown": "How an author gets a page taken down, in your own words.",
    "operator": "Who runs this site: the name of a person or an organisation.",
    "imprint": "Who answers for this site and where letters reach them, on several lines if need be.",
    "legal_basis": "On what ground in law this site shows what others posted, such as: legitimate interest (Article 6(1)(f) of\n"
    "the GDPR) in reading and quoting what is public.",
    "jurisdiction": "The country whose law holds here, such as Portugal.",
    "takedown_hours": "Your promise on the site's pages: within so many hours you decide what authors report as their own, and\n"
    "anything from X. At most 24.",
    "report_days": "Your promise: within so many days you decide every other report. At most 30.",
    "backup_days": "Your promise: after so many days your backups of the database are overwritten or deleted, and with them what\n"
    "was taken down. 0: you keep none. Threadleaf makes no backups by itself: see docs/hosting.md.",
    "max_posts": "When so many posts were seen, no more is asked for one thread; a file that holds more is refused.",
    "max_requests": "The most requests that are made for one thread.",
    "max_seconds": "The longest time that reading one thread may take.",
    "max_mebibytes": "The most that is read from networks for one thread, in MiB.",
    "cache_mebibytes": "Memory for answers of the site that were given before, in MiB.",
    "picture_mebibytes": "Disk space for pictures of posts that are shown through this site, in MiB. 0: they are linked only.",
    "archive_mebibytes": "The same for those that are kept as long as their page is (see `media`); what does not fit is shown as the others.",
    "who_may_unroll": "Who may have threads unrolled on a site with a public origin: operator (you, by the command line),\n"
    "or anyone who comes by. On a personal instance that is you alone.",
    "unrolls_at_once": "The most threads that are read from their networks at once.",
    "unrolls_waiting": "The most threads that wait to be read; whoever comes then is asked to come back later.",
    "rechecks_per_hour": "How many kept threads are read again in an hour, so that their pages follow their authors: young\n"
    "threads after ten minutes, old ones after a week. 0: none, unless somebody asks for it.",
    "unrolls_per_hour": "On a public site: how many threads each visitor may have unrolled in an hour.",
    "unrolls_per_hour_all": "The same for all visitors together.",
    "reports_per_day": "How many reports each visitor may send in a day.",
    "reports_per_day_all": "The same for all visitors together.",
    "sign_ins_per_hour": "How often somebody may try to sign in as the operator in an hour; at most 10.",
    "sign_ins_per_hour_all": "The same for everybody together.",
    "api_per_hour": "How many requests each program may make of the API in an hour.",
    "api_per_hour_all": "The same for all programs together.",
    "exports_per_hour": "How many files each visitor may have made in an hour.",
    "exports_per_hour_all": "The same for all visitors together.",
    "translations_per_hour": "How many posts each visitor may have translated in an hour.",
    "translations_per_hour_all": "The same for all visitors together.",
    "x_posts_per_day": "How many posts of X each visitor may be shown in a day; X's terms allow 500.",
    "x_posts_per_day_all": "The same for all visitors together.",
    "trusted_proxies": "Addresses or networks of your own proxies, such as 127.0.0.1: only they are believed when they say\n"
    "(X-Forwarded-For) from where somebody comes. Without this, all who come through a proxy share one limit.",
    "bluesky_appview": "The server that shows Bluesky's public posts.",
    "bluesky_directory": "The directory that says where Bluesky's accounts are kept.",
    "bluesky_handle": "The handle of a bot's account on Bluesky, such as bot.example.org: then whoever mentions it with the word\n"
    "“unroll” below a thread is answered with a page. Empty: there is no bot.",
    "bluesky_password": "An app password of that account (its settings, Privacy and security, App passwords). If it may use direct\n"
    "messages, whoever asks later or is refused is told so in a private note.",
    "fedi_home": "Your own server of the fediverse, such as https://social.example.org: it is asked where a post's own\n"
    "server does not answer. Empty: only the posts' own servers are asked.",
    "fedi_token": "An access token of your account there, with the right to read and to search.",
    "fedi_bot": "The server where a bot has its account on the fediverse, such as https://social.example.org. Empty: there\n"
    "is no bot.",
    "fedi_bot_token": "An access token of that account, with the rights read, write:statuses and write:favourites.",
    "x_token": "The bearer token of your app at X (console.x.com, Keys and tokens): then threads of X can be read, for which\n"
    "X takes money. Empty: they cannot.",
    "x_api": "The server of X's API.",
    "x_archive": "Whether your app may search posts that are older than seven days: true or false.",
    "x_words": "The words in which X's API is asked first, since it has two vocabularies: tweet or post. The other one is tried\n"
    "if X does not understand.",
    "x_posts": "The most posts of X that are read for one thread.",
    "x_budget_day": "What reading X, and a bot's replies there, may cost in a day (UTC), in US dollars. It is never more.",
    "x_budget_month": "The same for a month. Set a limit in X's console, too.",
    "x_bot_token": "An access token of a bot's own account at X (OAuth 2.0: tweet.read, tweet.write, users.read and\n"
    "offline.access). Empty: there is no bot.",
    "x_bot_refresh": "The refresh token that came with it: X's access tokens end after two hours, and this one gives new ones,\n"
    "which are kept in the data folder.",
    "x_bot_client": "The client id of your app at X, by which tokens are renewed.",
    "x_bot_operator": "The name of your own account on X, such as ada: the bot's profile must say that you run it.",
    "x_bot_labelled": "Whether you have set X's label “Automated” on the bot's account (its settings, Your account,\n"
    "Automation): true or false. No program can see it.",
    "x_logo": "A file with X's logo (SVG, PNG or WebP, at most 64 KiB), as X gives it to developers: it is shown beside X's posts, as\n"
    "its display rules ask. Empty: “View on X” stands there alone.",
    "who_may_read_x": "For whom threads of X are read: operator (you), summoned (also whoever mentions your bot on X), or anyone who\n"
    "may have threads unrolled here. On a personal instance that is you alone.",
    "search_engines": "Whether search engines may list, and feeds tell of, what your lists show: true or false. What an author says of a\n"
    "thread of hers counts before, and what you say of one (`threadleaf index`); whoever asks not to be found is not.",
    "hub": "A WebSub hub that is told when a feed changes, such as https://hub.example.org/. Empty: none is told.",
    "translate": "A LibreTranslate of your own, such as https://translate.example.org: then posts in other languages than the\n"
    "reader's have a link to a machine translation, which is never kept. Never for X. Empty: there are none.\n"
    "One on this machine, such as http://127.0.0.1:5000, has to be named in `allow_loopback` too.",
    "translate_key": "Its key (api_key); empty if it needs none.",
    "smtp": "Your server for outgoing e-mail, such as smtps://mail.example.org: then people may follow by e-mail. With smtp://\n"
    "the connection is encrypted by STARTTLS, except on this machine. Empty: no e-mail is sent.",
    "smtp_user": "The name of your account there; empty if it needs none.",
    "smtp_password": "Its password.",
    "mail_from": "The address from which e-mail comes, such as threads@example.org.",
    "https_ports": "The ports at which other servers may be asked.",
    "nat64": "Prefixes behind which this network shows IPv4 servers, such as 64:ff9b::/96 (RFC 6052).",
    "own_addresses": "Public addresses that lead to this machine or its network, if a router stands in between; it never\n"
    "asks them. Those of the machine itself are known.",
    "allow_loopback": "HOST:PORT of servers on this machine that may be asked, over plain http too: a translator of your own, else\n"
    "for development only.",
    "modes": "What others may have of a network's threads (bsky, fedi, x): pages (open); pages once the author agrees, for\n"
    "which requests wait 14 days (ask-first); a look at them that is not kept (own-only); nothing (opt-in, closed). An\n"
    "author's “allow” opens ask-first, own-only and opt-in. Unless you say otherwise, fedi is own-only, the others are open.",
    "media": "What becomes of pictures, by network (bsky, fedi) and for what you import from files (imports): they are linked\n"
    "(link), shown through this site as long as there is room (proxy), or kept as long as their page is (archive). Unless\n"
    "you say otherwise, imports are archived and the others shown. Those of X are always linked, but for faces.",
    "x_prices": "What X charges, in US dollars: for a post, a user, a resource of your own account (owned), a reply to whoever\n"
    "called the bot (reply), a deletion (delete). What is not given here is as X had it in August 2026.",
    "mirrors": "Further hosts that show the posts of Bluesky (bsky) or X (x) under the same paths.",
}
"""What each setting is for, in the order of the file that `threadleaf init` writes."""


def load(environ: Mapping[str, str], file: Path | None = None, **options: object) -> Settings:
    """The settings in force. `file` may be absent; `options` are values from the command line (None: not given).

    Raises Unreadable with a sentence that names the file or variable.
    """
    values = _from_file(file) if file else {}
    around = _from_environment(environ)
    chosen = {name: value for name, value in options.items() if value is not None}
    given = around.keys() - chosen.keys()
    settings = _converted({**values, **around, **chosen}, str(file) if file else "", given, _no_variables(environ))
    data = Path(settings.data).expanduser() if settings.data else _home(environ, "XDG_DATA_HOME", ".local/share")
    return msgspec.structs.replace(settings, data=str(data.absolute()))


def config_file(environ: Mapping[str, str], option: str | None = None) -> Path:
    """Where the settings file is: `--config`, else `THREADLEAF_CONFIG`, else `$XDG_CONFIG_HOME/threadleaf/config.toml`."""
    given = option or environ.get(_CONFIG)
    return Path(given) if given else _home(environ, "XDG_CONFIG_HOME", ".config") / "config.toml"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens there."""
    if host in ("localhost", "127.0.0.1", "::1"):
        return True
    from ipaddress import ip_address

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def missing_for_the_public(settings: Settings) -> tuple[str, ...]:
    """The settings without which a site must not be reachable by others (rules: who sees a page)."""
    return tuple(name for name in _FOR_THE_PUBLIC if not getattr(settings, name).strip())


def without_secrets(settings: Settings) -> Settings:
    """The settings as they may be shown: an ellipsis in place of the token and of passwords."""
    hidden = {name: "…" for name in SECRETS if getattr(settings, name)}
    return msgspec.structs.replace(settings, database=_without_password(settings.database), **hidden)


def _without_password(address: str) -> str:
    """The address of a database server without its password, whether that stands before the host or behind the path."""
    import re

    address = re.sub(r"(password\s*=).*", r"\1…", address, flags=re.IGNORECASE | re.DOTALL)
    scheme, mark, rest = address.partition("://")
    account, at, where = rest.rpartition("@")
    user, colon, _ = account.partition(":")
    return f"{scheme}{mark}{user}{colon and ':…'}{at}{where}"


def template(chosen: Mapping[str, object] | None = None) -> str:
    """A settings file with every setting explained: those that were chosen, and the others commented out at their
    default."""
    lines = ["# Settings of Threadleaf. Remove a # to change one; `threadleaf config check` reads them back."]
    for field in msgspec.structs.fields(Settings):
        lines += ["", *(f"# {line}" for line in EXPLAINED[field.name].splitlines())]
        value = (chosen or {}).get(field.name)
        if value is None:
            lines.append(_EXAMPLES.get(field.name) or f"#{field.name} = {toml(field.default)}")
        elif isinstance(value, Mapping):
            lines += [f"[{field.name}]", *(f"{toml(name)} = {toml(item)}" for name, item in value.items())]
        else:
            lines.append(f"{field.name} = {toml(value)}")
    return "\n".join(lines) + "\n"


def checked(values: Mapping[str, object], where: str) -> Settings:
    """Settings of single values that were given `where`. Raises Unreadable with a sentence that names that place."""
    return _converted(values, where)


def toml(value: object) -> str:
    """One value as TOML writes it; JSON's texts and numbers are TOML's too."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{toml(key)} = {toml(item)}" for key, item in value.items()) + " }" if value else "{}"
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")


def _from_file(file: Path) -> dict[str, object]:
    import tomllib

    try:
        with file.open("rb") as stream:
            text = stream.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise Unreadable(f"The settings file {file} is larger than 1 MiB.", subject=str(file))
        return tomllib.loads(text.decode("utf-8"))
    except FileNotFoundError:
        raise Unreadable(
            f"There is no settings file {file}. `threadleaf init` writes one.", subject=str(file)
        ) from None
    except OSError as error:
        raise Unreadable(f"The settings file {file} cannot be read: {error.strerror}.", subject=str(file)) from error
    except ValueError as error:  # not UTF-8, or not TOML
        raise Unreadable(_not_toml(file, error), subject=str(file)) from error


def _not_toml(file: Path, error: ValueError) -> str:
    """Where a file stops being TOML. The line itself is not shown: it may hold a secret."""
    import re

    line = re.search(r"at line ([0-9]+)", str(error))
    if isinstance(error, UnicodeDecodeError):
        return f"The settings file {file} is not TOML: it is not in UTF-8."
    where = f"line {line[1]} cannot be read" if line else "its last line cannot be read"
    twice = " (a setting may stand there once only)" if "overwrite" in str(error) else ""
    return (
        f"The settings file {file} is not TOML: {where}{twice}. A setting is a name, =, and a value; a text stands in "
        'quotes: port = 8410, operator = "Ada Weir".'
    )


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    """`THREADLEAF_PORT=80` and the like; several values are parted by commas, and a table has no spelling there."""
    names = [field.name for field in msgspec.structs.fields(Settings) if field.name not in _EXAMPLES]
    found = {name: environ[key] for name in names if (key := f"{_VARIABLE}{name.upper()}") in environ}
    return {name: _several(value) if name in _LISTS else value for name, value in found.items()}


def _no_variables(environ: Mapping[str, str]) -> list[str]:
    """A sentence about each variable that looks like one of ours and is none."""
    known = [field.name for field in msgspec.structs.fields(Settings) if field.name not in _EXAMPLES] + ["config"]
    wrong = []
    for key in sorted(key for key in environ if key.startswith(_VARIABLE)):
        name = key.removeprefix(_VARIABLE)
        if name.lower() in _EXAMPLES:
            form = f"Write it into the settings file, {_such_as(name.lower())}."
            wrong.append(f"`{key}` has no form in the environment. {form}")
        elif name not in map(str.upper, known):
            todo = _named_as_given(_no_setting(name.lower(), known).partition(" is no setting")[2], known)
            wrong.append(f"`{key}` is no setting{todo}")
    return wrong


def _several(text: str) -> list[str]:
    return [value for item in text.split(",") if (value := item.strip())]


def _converted(
    values: Mapping[str, object], where: str, given: Collection[str] = (), more: Iterable[str] = ()
) -> Settings:
    """Settings of raw values; `given` are the names that came from the environment, `more` is wrong there besides.

    Raises Unreadable with all that is wrong, a line each if there is more than one thing, and where: in the file, or in
    the environment, or in both.
    """
    usable, wrong = _usable(values)
    settings = msgspec.convert(usable, Settings, strict=False)
    lines = [*(_named_as_given(problem, given) for problem in (*wrong, *_wrong(settings))), *more]
    if not lines:
        return settings
    around = [f"`{_VARIABLE}" in line for line in lines]
    places = [*([where] if where and not all(around) else []), *(["the environment"] if any(around) else [])]
    where = " and in ".join(places or ["the environment"])
    told = f" {lines[0]}" if len(lines) == 1 else "".join(f"\n  - {line}" for line in lines)
    raise Unreadable(f"The settings in {where} cannot be used:{told}", subject=where)


def _usable(values: Mapping[str, object]) -> tuple[dict[str, object], list[str]]:
    """The values of a type that fits, and a sentence about each of the others and about each name that is no setting."""
    types = {field.name: field.type for field in msgspec.structs.fields(Settings)}
    usable, wrong = {}, []
    for name, value in values.items():
        if name not in types:
            wrong.append(_no_setting(name, types))
            continue
        try:
            msgspec.convert(value, types[name], strict=False)
        except msgspec.ValidationError:
            wrong.append(f"`{name}` must be {_form(types[name])}, {_such_as(name)}.")
        else:
            usable[name] = value
    return usable, wrong


def _no_setting(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, 1)
    todo = f"Did you mean `{near[0]}`?" if near else "`threadleaf init` writes a file with all there are."
    return f"`{name}` is no setting. {todo}"


def _form(kind: Any) -> str:
    """What a value of a type looks like."""
    plain = {int: "a whole number", float: "a number", bool: "true or false"}
    if kind in plain:
        return plain[kind]
    if get_origin(kind) is tuple:
        return "a list of whole numbers" if int in get_args(kind) else "a list of texts"
    if get_origin(kind) is Literal:
        return " or ".join(f"“{choice}”" for choice in get_args(kind))
    if get_origin(kind) is None:
        return "a text in quotes"
    keys, choices = get_args(kind)
    return f"a table of {_form(keys)} with {_form(choices)}".replace("a text in quotes", "names")


def _such_as(name: str) -> str:
    """An example of a setting, as its file has it."""
    value = _EXAMPLES.get(name)
    if value is None:
        value = f"{name} = {toml(_LISTED.get(name, getattr(Settings(), name)))}"
    return "for example " + value.replace("#", "").replace("\n", " ")


def _named_as_given(problem: str, given: Collection[str]) -> str:
    """What is wrong, with the variable of the environment where that is how the setting was given."""
    import re

    named = re.sub(
        r"`([a-z0-9_]+)`",
        lambda found: f"`{_VARIABLE}{found[1].upper()}`" if found[1] in given else found[0],
        problem,
    )
    return re.sub(r"for example ([a-z0-9_]+) = (.*)\.$", lambda found: _as_given(found, given), named)


def _as_given(example: re.Match[str], given: Collection[str]) -> str:
    """An example as the environment has it, where that is how the setting was given."""
    if example[1] not in given:
        return example[0]
    plain = example[2].strip("[]").replace('"', "")
    return f"for example {_VARIABLE}{example[1].upper()}={plain}."


def _wrong(settings: Settings) -> Iterator[str]:
    """What is wrong with values that have the right type, a sentence each."""
    import re

    yield from _wrong_numbers(settings)
    for name in ("contact", "fedi_token", "fedi_bot_token", "x_token", "x_bot_token"):
        if not (getattr(settings, name).isascii() and getattr(settings, name).isprintable()):
            yield f"`{name}` goes into a header of requests: one line, without accents."
    if settings.hub and not re.fullmatch(r"https?://[!-~]+", settings.hub):
        yield "`hub` must be the address of a hub, such as https://hub.example.org/."
    if re.search(r"(?:^|\s)(?:host|dbname|user|password)\s*=", settings.database):
        yield "`database` must be the path of an SQLite file, or an address that begins with postgresql://."
    for name in (
        "public_origin",
        "fedi_home",
        "fedi_bot",
        "bluesky_appview",
        "bluesky_directory",
        "x_api",
        "translate",
    ):
        value = getattr(settings, name)
        if not (_is_origin(value) or (not value and name in _MAY_BE_EMPTY)):
            yield (
                f"`{name}` must be like https://threads.example.org, without a path: in lower case, without a dot at the "
                "end, and without the usual port (443, or 80 of http)."
            )
    yield from _wrong_home(settings)
    yield from _wrong_bot(settings)
    yield from _wrong_doors(settings)
    yield from _wrong_mail(settings)


def _wrong_numbers(settings: Settings) -> Iterator[str]:
    for field in msgspec.structs.fields(Settings):
        if field.type is not int:
            continue
        least, most = _BOUNDS.get(field.name, (1, None))
        value = getattr(settings, field.name)
        if value < least or (most is not None and value > most):
            span = f"at least {least}" if most is None else f"between {least} and {most}"
            because = _BECAUSE.get(field.name, "")
            yield f"`{field.name}` must be {span}{because}, not {value}, {_such_as(field.name)}."
    for name, amount in {"x_budget_day": settings.x_budget_day, "x_budget_month": settings.x_budget_month}.items():
        if not 0 <= amount <= _DEAREST:
            yield f"`{name}` must be an amount in US dollars from 0 to {_DEAREST:,}, {_such_as(name)}."
    for name, price in settings.x_prices.items():
        if not 0 <= price <= _DEAREST:
            yield f"`x_prices` has {price} for “{name}”, which is no price in US dollars, {_such_as('x_prices')}."


def _is_origin(text: str) -> bool:
    """Whether a text is an origin as it is compared with others: a usual port goes without saying (RFC 6454 §6.2)."""
    import re

    found = re.fullmatch(r"(https?)://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::([1-9][0-9]{0,4}))?", text)
    if not found or int(found[2] or 0) > 65535:
        return False
    return (found[1], found[2]) not in {("https", "443"), ("http", "80")}


def _wrong_home(settings: Settings) -> Iterator[str]:
    """What is wrong with the settings that say where the token goes, and what is to be translated."""
    if settings.fedi_home and not settings.fedi_token:
        yield "`fedi_home` needs `fedi_token`: a server shows what it knows of others to its own accounts only."
    if not _is_sheltered(settings.fedi_home, settings):
        yield "`fedi_home` must begin with https://, for a token is sent there."
    if not _is_sheltered(settings.fedi_bot, settings):
        yield "`fedi_bot` must begin with https://, for a token is sent there."
    if not _is_sheltered(settings.x_api, settings):
        yield "`x_api` must begin with https://, for a token is sent there."
    if not _is_sheltered(settings.translate, settings):
        yield "`translate` must begin with https://, or be named in `allow_loopback` if it is on this machine."


def _is_sheltered(origin: str, settings: Settings) -> bool:
    """Whether nobody listens to what is sent there: it goes by https, or stays on this machine."""
    scheme, _, place = origin.partition("://")
    place = place if ":" in place else f"{place}:80"
    return scheme != "http" or place in settings.allow_loopback


def _wrong_bot(settings: Settings) -> Iterator[str]:
    """What is wrong with the settings of the bot."""
    from threadleaf.core.aturi import is_handle

    for name, secret in {"bluesky_handle": "bluesky_password", "fedi_bot": "fedi_bot_token"}.items():
        if getattr(settings, name) and not getattr(settings, secret):
            told = {"fedi_bot": "an access token", "bluesky_handle": "an app password"}[name]
            yield f"`{name}` needs `{secret}`, {told} of that account."
    if settings.bluesky_handle and not is_handle(settings.bluesky_handle):
        yield "`bluesky_handle` must be a handle such as bot.example.org, without the @."
    if settings.x_bot_refresh and not settings.x_bot_client:
        yield "`x_bot_refresh` needs `x_bot_client`, the client id of your app at X."
    for name in ("bluesky_handle", "fedi_bot", "x_bot_token"):
        if getattr(settings, name) and not settings.public_origin:
            yield f"`{name}` needs `public_origin`: the bot answers with addresses of this site."


def _wrong_mail(settings: Settings) -> Iterator[str]:
    """What is wrong with the settings about e-mail."""
    import re

    if not settings.smtp:
        return
    if not re.fullmatch(r"smtps?://[a-z0-9.-]+(?::[1-9][0-9]{0,4})?", settings.smtp):
        yield "`smtp` must be like smtps://mail.example.org or smtp://mail.example.org:587."
    if not re.fullmatch(r"[!-~]+@[A-Za-z0-9.-]+", settings.mail_from) or "<" in settings.mail_from:
        yield "`smtp` needs `mail_from`, an e-mail address such as threads@example.org."
    if not settings.public_origin:
        yield "`smtp` needs `public_origin`: messages hold addresses of this site."


def _wrong_doors(settings: Settings) -> Iterator[str]:
    """What is wrong with the settings that say whom we may ask."""
    from ipaddress import IPv6Network, ip_address, ip_network

    if not all(0 < port <= 65535 for port in settings.https_ports):
        yield "`https_ports` must be between 1 and 65535."
    for prefix in settings.nat64:
        if not _fits(IPv6Network, prefix) or IPv6Network(prefix).prefixlen not in (32, 40, 48, 56, 64, 96):
            yield f"`nat64` has “{prefix}”, which is no prefix of RFC 6052 such as 64:ff9b::/96."
    for address in settings.own_addresses:
        if not _fits(ip_address, address):
            yield f"`own_addresses` has “{address}”, which is no IP address such as 203.0.113.7."
    for place in settings.trusted_proxies:
        if not _fits(ip_network, place):
            yield f"`trusted_proxies` has “{place}”, which is neither an IP address nor a network such as 10.0.0.0/8."
    for place in settings.allow_loopback:
        host, _, port = place.rpartition(":")
        if not host or not (port.isascii() and port.isdigit() and int(port) <= 65535):
            yield f"`allow_loopback` has “{place}”, which is not of the form HOST:PORT such as localhost:3000."


def _fits(kind: Callable[[str], object], text: str) -> bool:
    try:
        kind(text)
    except ValueError:
        return False
    return True


def _home(environ: Mapping[str, str], variable: str, otherwise: str) -> Path:
    """Our folder in one of the places of the XDG Base Directory Specification, which wants absolute paths."""
    base = Path(environ.get(variable, ""))
    if not base.is_absolute():
        base = Path(environ.get("HOME") or Path.home()) / otherwise
    return base / "threadleaf"
