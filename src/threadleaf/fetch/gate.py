"""Judge the text of an address before anything is looked up or dialled. Pure.

Parsers of URLs disagree about half of the hostile ones, so there is one strict reader, and the client is handed
the parts that it found, never the text. Rules: RFC 3986 for the form, UTS #46 and IDNA 2008 for names, the
WHATWG URL standard for what a number in place of a name means (`0x7f.1` is 127.0.0.1).
"""

from __future__ import annotations

import re
import unicodedata
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote, unquote_to_bytes, urljoin

from msgspec import Struct

from threadleaf.core.errors import Blocked
from threadleaf.fetch.policy import Policy, Verdict

LONGEST = 4096
"""Characters in an address, as given and as rebuilt."""

_PLAIN = re.compile(r"[!-\[\]-~]*")  # printable ASCII without the space and the backslash
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)")
_BRACKETS = re.compile(r"\[([0-9A-Fa-f:.]+)\](.*)")
_PORT = re.compile(r":(0|[1-9][0-9]{0,4})")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp", "Zs"})
# Default-ignorable although they count as letters or marks (Unicode, DerivedCoreProperties).
_IGNORABLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
_IN_PATH = "/?:@!$&'()*+,;=-._~%"

# RFC 6761, 6762 (with appendix G), 7686, 8375, 9476 and ICANN's `internal`; `i2p` as RFC 7686 treats `onion`.
_SPECIAL_NAMES = frozenset(
    {"alt", "arpa", "corp", "example", "home", "i2p", "internal", "intranet", "invalid", "lan", "local", "localdomain"}
    | {"localhost", "onion", "private", "test"}
)


class Target(Struct, frozen=True):
    """Where to ask: parts that went through the gate, from which the address is built anew.

    `host` is lower-case ASCII without brackets or a final dot; `path` is the percent-encoded path and query.
    `loopback` says that the operator's allow list named it.
    """

    scheme: str
    host: str
    port: int
    path: str
    verdict: Verdict = "ALLOW"
    loopback: bool = False

    @property
    def authority(self) -> str:
        """`host` or `host:port`, as the Host header wants it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _default_port(self.scheme) else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port: what a credential belongs to."""
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        """The address, built anew."""
        return self.origin + self.path


def judge(text: str, policy: Policy) -> Target:
    """Read the text of an address and say where it leads. Raises `Blocked` with the verdict as its code."""
    _check_characters(text)
    scheme, rest = _scheme(text)
    authority, path = _parts(rest)
    host, port = _authority(authority)
    port = _default_port(scheme) if port is None else port
    path = quote(path, safe=_IN_PATH)
    if (host, port) in policy.allow:
        return _within_length(Target(scheme, host, port, path, loopback=True))
    _check_host(host, policy)
    if scheme == "http":
        return _within_length(_upgraded(host, port, path, policy))
    return _within_length(Target(scheme, host, _open_port(port, policy), path))


def hop(location: str, base: Target, policy: Policy) -> Target:
    """Where a redirect from `base` leads. Raises `Blocked` (DENY-HOP): it is judged like any address, and stays https."""
    try:
        _check_characters(location)
        target = judge(_absolute(location, base), policy)
    except Blocked as refused:
        raise denied_hop(base, refused) from refused
    if target.verdict == "UPGRADE" or (base.scheme, target.scheme) == ("https", "http"):
        raise denied_hop(base, _blocked("DENY-SCHEME", "It leads from https to http.", target.host))
    if target.loopback and not base.loopback:  # the allow list is for us, not for other people's servers
        raise denied_hop(base, _blocked("DENY-NAME", "It leads to this machine.", target.host))
    return target


def denied_hop(base: Target, refused: Blocked) -> Blocked:
    """The refusal of the place that `base` sends us on to."""
    return _blocked(
        "DENY-HOP", f"{base.authority} sends us on to a place that we do not open. {refused.sentence}", base.host
    )


def _absolute(location: str, base: Target) -> str:
    """The absolute form of a Location header (RFC 3986 §5.2)."""
    if _SCHEME.fullmatch(location):
        return location
    if location.startswith("//"):
        return f"{base.scheme}:{location}"
    return urljoin(base.url, location)


def _check_characters(text: str) -> None:
    if len(text) > LONGEST:
        raise _blocked("DENY-PARSE", f"The address is longer than {LONGEST} characters.")
    if not _PLAIN.fullmatch(text) and ("\\" in text or any(map(_is_hidden, text))):
        raise _blocked("DENY-PARSE", "The address contains a space, a backslash or a character that cannot be seen.")


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in _INVISIBLE or bool(_IGNORABLE.match(character))


def _scheme(text: str) -> tuple[str, str]:
    match = _SCHEME.fullmatch(text)
    if match is None:
        raise _blocked("DENY-PARSE", "This is not a web address: it must begin with https://.")
    scheme = match[1].lower()
    if scheme not in {"https", "http"}:
        raise _blocked("DENY-SCHEME", f"Addresses that begin with {scheme}: are not opened, only https://.")
    return scheme, match[2]


def _parts(rest: str) -> tuple[str, str]:
    """Authority, path with query; the fragment is ours alone and is never sent."""
    if not rest.startswith("//"):
        raise _blocked("DENY-PARSE", "The address must have two slashes before the name of the server.")
    rest = rest[2:].partition("#")[0]
    end = min((at for at in map(rest.find, "/?") if at >= 0), default=len(rest))
    authority, path = rest[:end], rest[end:]
    if "@" in authority:
        raise _blocked("DENY-PARSE", "Addresses with a user name or password in them are not opened.")
    return authority, path if path.startswith("/") else f"/{path}"


def _authority(authority: str) -> tuple[str, int | None]:
    """Host and port as written; the host is lower-case ASCII, or a normalised IP address."""
    if authority.startswith("["):
        host, rest = _bracketed(authority)
    else:
        name, colon, rest = authority.partition(":")
        host, rest = _name(name), colon + rest
    if not rest:
        return host, None
    match = _PORT.fullmatch(rest)
    if match is None or int(match[1]) > 65535:
        raise _blocked("DENY-PARSE", "The port in the address is not a number from 0 to 65535.")
    return host, int(match[1])


def _bracketed(authority: str) -> tuple[str, str]:
    match = _BRACKETS.fullmatch(authority)
    try:
        return IPv6Address(match[1] if match else "").compressed, match[2] if match else ""
    except ValueError:
        raise _blocked("DENY-PARSE", "What stands in brackets is not an IPv6 address.") from None


def _name(text: str) -> str:
    """A name in the form that DNS is asked for, or an IPv4 address that was written in its place."""
    host = _mapped(text).removesuffix(".")
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _ipv4(labels)
    if len(host) > 253 or not all(map(_is_label, labels)):
        raise _blocked("DENY-PARSE", "The name of the server is not a valid host name.")
    # An encoded literal or special name was told apart by now or is by `_check_host`; other names need no escapes.
    if "%" in text and not _is_special(host):
        raise _blocked("DENY-PARSE", "The name of the server contains escapes.")
    return host


def _mapped(text: str) -> str:
    """Lower-case ASCII: escapes undone once, then mapped and encoded as browsers do (UTS #46)."""
    try:
        text = unquote_to_bytes(text).decode() if "%" in text else text
        if text.isascii() and "xn--" not in text.lower():
            return text.lower()
        import idna

        _check_characters(text)
        mapped = idna.uts46_remap(text)
        # Numbers and odd names are judged below; only what IDNA is for goes through it.
        return mapped if mapped.isascii() and "xn--" not in mapped else idna.encode(mapped).decode()
    except UnicodeError:  # also every error of idna
        raise _blocked("DENY-PARSE", "The name of the server is not a valid international name.") from None


def _is_label(label: str) -> bool:
    return len(label) <= 63 and _LABEL.fullmatch(label) is not None


def _ipv4(labels: list[str]) -> str:
    """The address that a browser reads in 1 to 4 decimal, octal or hexadecimal numbers (WHATWG URL, IPv4 parser)."""
    try:
        *front, last = map(_number, labels)
        value = last + sum(part << (24 - 8 * at) for at, part in enumerate(front))
        fits = len(front) < 4 and all(part < 256 for part in front) and last < 256 ** (4 - len(front))
    except ValueError:
        fits, value = False, 0
    if not fits:
        raise _blocked("DENY-PARSE", "The server is given as a number that is no IP address.")
    return str(IPv4Address(value))


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    return int(text, 8 if text.startswith("0") else 10)


def _check_host(host: str, policy: Policy) -> None:
    if ":" in host or _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise _blocked("DENY-LITERAL", "Servers are opened by their name, not by an IP address.", host)
    if _is_special(host) or host in policy.own_names:
        raise _blocked("DENY-NAME", f"{host} is not the name of a public server.", host)


def _is_special(host: str) -> bool:
    return "." not in host or host.rpartition(".")[2] in _SPECIAL_NAMES


def _upgraded(host: str, port: int, path: str, policy: Policy) -> Target:
    secure = 443 if port == 80 else _open_port(port, policy)
    return Target("https", host, secure, path, verdict="UPGRADE")


def _open_port(port: int, policy: Policy) -> int:
    if port not in policy.ports:
        raise _blocked("DENY-PORT", f"Port {port} is not opened.")
    return port


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _within_length(target: Target) -> Target:
    if len(target.url) > LONGEST:
        raise _blocked("DENY-PARSE", f"The address is longer than {LONGEST} characters.")
    return target


def _blocked(code: str, sentence: str, subject: str = "") -> Blocked:
    return Blocked(sentence, subject=subject, code=code)
