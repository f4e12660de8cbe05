"""The settings: one frozen value, read once at the edge from the environment and a file.

An option of the command line beats the environment (`THREADLEAF_PORT`), which beats the file (`port = 8410`),
which beats the default. Nothing below the edge imports this module; what a part needs is given to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from threadleaf.core.errors import Unreadable
from threadleaf.core.limits import MOST_POSTS

LARGEST = 1024 * 1024
"""Bytes in a settings file."""

_LISTS = ("https_ports", "nat64", "own_addresses", "allow_loopback", "trusted_proxies")
_FOR_THE_PUBLIC = ("public_origin", "contact", "takedown", "operator", "imprint", "legal_basis", "jurisdiction")
_MAY_BE_EMPTY = ("public_origin", "fedi_home")
_QUEUE = ("unrolls_at_once", "unrolls_waiting")
_LIMITS = tuple(
    f"{what}{whose}"
    for what in ("unrolls_per_hour", "reports_per_day", "sign_ins_per_hour", "api_per_hour", "exports_per_hour")
    for whose in ("", "_all")
)
MOST_SIGN_INS = 10
_EXAMPLES = {"modes": '#[modes]\n#fedi = "open"', "mirrors": '#[mirrors]\n#"birds.example.org" = "x"'}
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
    max_posts: int = MOST_POSTS
    max_requests: int = 100
    max_seconds: int = 60
    max_mebibytes: int = 64
    cache_mebibytes: int = 64
    picture_mebibytes: int = 500
    who_may_unroll: Literal["operator", "anyone"] = "operator"
    unrolls_at_once: int = 4
    unrolls_waiting: int = 100
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
    trusted_proxies: tuple[str, ...] = ()
    bluesky_appview: str = "https://public.api.bsky.app"
    bluesky_directory: str = "https://plc.directory"
    fedi_home: str = ""
    fedi_token: str = ""
    hub: str = ""
    smtp: str = ""
    smtp_user: str = ""
    smtp_password: str = ""
    mail_from: str = ""
    https_ports: tuple[int, ...] = (443,)
    nat64: tuple[str, ...] = ()
    own_addresses: tuple[str, ...] = ()
    allow_loopback: tuple[str, ...] = ()
    modes: Mapping[Literal["bsky", "fedi", "x"], Literal["open", "own-only", "closed"]] = {}
    mirrors: Mapping[str, Literal["bsky", "x"]] = {}

    @property
    def personal(self) -> bool:
        """Whether this instance serves its one reader only: all that is saved is listed, on loopback."""
        return not self.public_origin

    @property
    def database_target(self) -> str:
        """What `store.open_store` opens."""
        return self.database or str(Path(self.data) / "threadleaf.sqlite3")

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
    "max_posts": "When so many posts were seen, no more is asked for one thread; a file that holds more is refused.",
    "max_requests": "The most requests that are made for one thread.",
    "max_seconds": "The longest time that reading one thread may take.",
    "max_mebibytes": "The most that is read from networks for one thread, in MiB.",
    "cache_mebibytes": "Memory for answers of the site that were given before, in MiB.",
    "picture_mebibytes": "Disk space for pictures of posts that are shown through this site, in MiB. 0: they are linked only.",
    "who_may_unroll": "Who may have threads unrolled on a site with a public origin: operator (you, by the command line),\n"
    "or anyone who comes by. On a personal instance that is you alone.",
    "unrolls_at_once": "The most threads that are read from their networks at once.",
    "unrolls_waiting": "The most threads that wait to be read; whoever comes then is asked to come back later.",
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
    "trusted_proxies": "Addresses or networks of your own proxies, such as 127.0.0.1: only they are believed when they say\n"
    "(X-Forwarded-For) from where somebody comes. Without this, all who come through a proxy share one limit.",
    "bluesky_appview": "The server that shows Bluesky's public posts.",
    "bluesky_directory": "The directory that says where Bluesky's accounts are kept.",
    "fedi_home": "Your own server of the fediverse, such as https://social.example.org: it is asked where a post's own\n"
    "server does not answer. Empty: only the posts' own servers are asked.",
    "fedi_token": "An access token of your account there, with the right to read and to search.",
    "hub": "A WebSub hub that is told when a feed changes, such as https://hub.example.org/. Empty: none is told.",
    "smtp": "Your server for outgoing e-mail, such as smtps://mail.example.org: then people may follow by e-mail. With smtp://\n"
    "the connection is encrypted by STARTTLS, except on this machine. Empty: no e-mail is sent.",
    "smtp_user": "The name of your account there; empty if it needs none.",
    "smtp_password": "Its password.",
    "mail_from": "The address from which e-mail comes, such as threads@example.org.",
    "https_ports": "The ports at which other servers may be asked.",
    "nat64": "Prefixes behind which this network shows IPv4 servers, such as 64:ff9b::/96 (RFC 6052).",
    "own_addresses": "Public addresses that lead to this machine or its network, if a router stands in between; it never\n"
    "asks them. Those of the machine itself are known.",
    "allow_loopback": "For development only: HOST:PORT of servers on this machine that may be asked, over plain http too.",
    "modes": "What others may have of a network's threads (bsky, fedi, x): pages (open), a look at them that is\n"
    "not kept (own-only), or nothing (closed). Unless you say otherwise, fedi is own-only and the others are open.",
    "mirrors": "Further hosts that show the posts of Bluesky (bsky) or X (x) under the same paths.",
}
"""What each setting is for, in the order of the file that `threadleaf init` writes."""


def load(environ: Mapping[str, str], file: Path | None = None, **options: object) -> Settings:
    """The settings in force. `file` may be absent; `options` are values from the command line (None: not given).

    Raises Unreadable with a sentence that names the file or variable.
    """
    values = _from_file(file) if file else {}
    values |= _from_environment(environ)
    values |= {name: value for name, value in options.items() if value is not None}
    settings = _converted(values, str(file) if file else "the environment")
    data = Path(settings.data).expanduser() if settings.data else _home(environ, "XDG_DATA_HOME", ".local/share")
    return msgspec.structs.replace(settings, data=str(data.absolute()))


def config_file(environ: Mapping[str, str], option: str | None = None) -> Path:
    """Where the settings file is: `--config`, else `THREADLEAF_CONFIG`, else `$XDG_CONFIG_HOME/threadleaf/config.toml`."""
    given = option or environ.get("THREADLEAF_CONFIG")
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
    hidden = {name: "…" for name in ("fedi_token", "smtp_password") if getattr(settings, name)}
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
        raise Unreadable(f"The settings file {file} is not TOML: {error}.", subject=str(file)) from error


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    """`THREADLEAF_PORT=80` and the like; several values are parted by commas, and a table has no spelling there."""
    names = [field.name for field in msgspec.structs.fields(Settings) if field.name not in _EXAMPLES]
    found = {name: environ[key] for name in names if (key := f"THREADLEAF_{name.upper()}") in environ}
    return {name: _several(value) if name in _LISTS else value for name, value in found.items()}


def _several(text: str) -> list[str]:
    return [value for item in text.split(",") if (value := item.strip())]


def _converted(values: Mapping[str, object], where: str) -> Settings:
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise Unreadable(f"The settings in {where} cannot be used: {error}.", subject=where) from error
    wrong = _wrong(settings)
    if wrong:
        raise Unreadable(f"The settings in {where} cannot be used: {wrong}.", subject=where)
    return settings


def _wrong(settings: Settings) -> str:
    """What is wrong with values that have the right type; empty if nothing is."""
    import re

    if not 0 <= settings.port <= 65535:
        return "`port` is not between 0 and 65535"
    for name in ("max_posts", "max_requests", "max_seconds", "max_mebibytes", "cache_mebibytes"):
        if getattr(settings, name) < 1:
            return f"`{name}` must be at least 1"
    if settings.picture_mebibytes < 0:
        return "`picture_mebibytes` must not be below 0"
    for name in (*_LIMITS, *_QUEUE):
        if getattr(settings, name) < 1:
            return f"`{name}` must be at least 1"
    if settings.sign_ins_per_hour > MOST_SIGN_INS:
        return f"`sign_ins_per_hour` must be at most {MOST_SIGN_INS}, or a password can be guessed"
    for name in ("contact", "fedi_token"):
        if not (getattr(settings, name).isascii() and getattr(settings, name).isprintable()):
            return f"`{name}` goes into a header of requests: one line, without accents"
    if settings.hub and not re.fullmatch(r"https?://[!-~]+", settings.hub):
        return "`hub` must be the address of a hub, such as https://hub.example.org/"
    if re.search(r"(?:^|\s)(?:host|dbname|user|password)\s*=", settings.database):
        return "`database` must be the path of an SQLite file, or an address that begins with postgresql://"
    for name in ("public_origin", "fedi_home", "bluesky_appview", "bluesky_directory"):
        value = getattr(settings, name)
        if not (_is_origin(value) or (not value and name in _MAY_BE_EMPTY)):
            return (
                f"`{name}` must be like https://threads.example.org, without a path: in lower case, without a dot at the "
                "end, and without the usual port (443, or 80 of http)"
            )
    return _wrong_home(settings) or _wrong_doors(settings) or _wrong_mail(settings)


def _is_origin(text: str) -> bool:
    """Whether a text is an origin as it is compared with others: a usual port goes without saying (RFC 6454 §6.2)."""
    import re

    found = re.fullmatch(r"(https?)://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::([1-9][0-9]{0,4}))?", text)
    if not found or int(found[2] or 0) > 65535:
        return False
    return (found[1], found[2]) not in {("https", "443"), ("http", "80")}


def _wrong_home(settings: Settings) -> str:
    """What is wrong with the settings that say where the token goes; empty if nothing is."""
    if settings.fedi_home and not settings.fedi_token:
        return "`fedi_home` needs `fedi_token`: a server shows what it knows of others to its own accounts only"
    scheme, _, place = settings.fedi_home.partition("://")
    place = place if ":" in place else f"{place}:80"
    if scheme == "http" and place not in settings.allow_loopback:
        return "`fedi_home` must begin with https://, for a token is sent there"
    return ""


def _wrong_mail(settings: Settings) -> str:
    """What is wrong with the settings about e-mail; empty if nothing is."""
    import re

    if not settings.smtp:
        return ""
    if not re.fullmatch(r"smtps?://[a-z0-9.-]+(?::[1-9][0-9]{0,4})?", settings.smtp):
        return "`smtp` must be like smtps://mail.example.org or smtp://mail.example.org:587"
    if not re.fullmatch(r"[!-~]+@[A-Za-z0-9.-]+", settings.mail_from) or "<" in settings.mail_from:
        return "`smtp` needs `mail_from`, an e-mail address"
    if not settings.public_origin:
        return "`smtp` needs `public_origin`: messages hold addresses of this site"
    return ""


def _wrong_doors(settings: Settings) -> str:
    """What is wrong with the settings that say whom we may ask; empty if nothing is."""
    from ipaddress import IPv6Network, ip_address, ip_network

    if not all(0 < port <= 65535 for port in settings.https_ports):
        return "`https_ports` must be between 1 and 65535"
    for prefix in settings.nat64:
        try:
            fits = IPv6Network(prefix).prefixlen in (32, 40, 48, 56, 64, 96)
        except ValueError:
            fits = False
        if not fits:
            return f"`nat64` has “{prefix}”, which is no prefix of RFC 6052 such as 64:ff9b::/96"
    for address in settings.own_addresses:
        try:
            ip_address(address)
        except ValueError:
            return f"`own_addresses` has “{address}”, which is no IP address"
    for place in settings.trusted_proxies:
        try:
            ip_network(place)
        except ValueError:
            return f"`trusted_proxies` has “{place}”, which is neither an IP address nor a network such as 10.0.0.0/8"
    for place in settings.allow_loopback:
        host, _, port = place.rpartition(":")
        if not host or not (port.isascii() and port.isdigit() and int(port) <= 65535):
            return f"`allow_loopback` has “{place}”, which is not of the form HOST:PORT"
    return ""


def _home(environ: Mapping[str, str], variable: str, otherwise: str) -> Path:
    """Our folder in one of the places of the XDG Base Directory Specification, which wants absolute paths."""
    base = Path(environ.get(variable, ""))
    if not base.is_absolute():
        base = Path(environ.get("HOME") or Path.home()) / otherwise
    return base / "threadleaf"
