"""From a pasted text to a `Ref` and back to the canonical address; nothing is ever looked up.

An address names its network by its host (a small table, plus the operator's mirrors) and its post by the shape
of its path. Two shapes speak for themselves on any host: Bluesky's, which holds the whole name of the record,
and those of the fediverse, whose hosts cannot be listed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from threadleaf.core.aturi import (
    int_to_tid,
    is_at_uri,
    is_did,
    is_handle,
    is_label,
    is_nsid,
    is_record_key,
    is_tid,
    previous_tid,
    tid_to_int,
)
from threadleaf.core.errors import UnknownAddress
from threadleaf.core.model import Network, Ref

__all__ = [
    "KINDS",
    "MIRRORS",
    "address",
    "from_path",
    "int_to_tid",
    "is_at_uri",
    "is_did",
    "is_handle",
    "is_nsid",
    "is_record_key",
    "is_tid",
    "own_path",
    "parse",
    "path",
    "previous_tid",
    "tid_to_int",
]

KINDS = (
    "Bluesky posts (https://bsky.app/profile/NAME/post/… or at://…), X posts (https://x.com/NAME/status/…), "
    "posts of Mastodon and other fediverse servers (https://SERVER/@NAME/…), and saved pages of twtext.com, "
    "twunroll.com and threadreaderapp.com"
)
"""The kinds of address that we know, as they are told to a person."""

_BSKY = ("main.bsky.dev", "deer.social", "blacksky.community", "witchsky.app", "catsky.social", "zeppelin.social")
_BSKY_CARDS = ("fxbsky.app", "vxbsky.app", "bskyx.app", "bskx.app", "bsyy.app", "xbsky.app", "cbsky.app", "bskye.app")
_X = ("fxtwitter.com", "vxtwitter.com", "fixupx.com", "fixvx.com", "twittpr.com", "xcancel.com", "lightbrd.com")
MIRRORS: Mapping[str, Network] = {
    **dict.fromkeys(_BSKY + _BSKY_CARDS, "bsky"),
    **dict.fromkeys(_X, "x"),
}
"""Hosts that show a network's posts under its own paths; their sub-domains count too. Settings may add more."""

_OWN: Mapping[str, Network] = {
    "bsky.app": "bsky",
    "x.com": "x",
    "twitter.com": "x",
    "twtext.com": "page",
    "twunroll.com": "page",
    "threadreaderapp.com": "page",
}
_THREADS = ("threads.net", "threads.com")
_PAGES = {
    "twtext.com": "https://twtext.com/article/{}",
    "twunroll.com": "https://twunroll.com/article/{}",
    "threadreaderapp.com": "https://threadreaderapp.com/thread/{}.html",
}
_PATHS: Mapping[Network, str] = {  # what may follow /t/NETWORK/
    "bsky": r"[^/]+/[^/]+",
    "x": r"[1-9][0-9]{0,18}",
    "fedi": r"[a-z0-9.-]+(?::[0-9]+)?(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9@._~:+=-]+)+",
    "page": r"(?:twtext\.com|twunroll\.com|threadreaderapp\.com)/[1-9][0-9]{0,18}|[0-9a-f]{64}",
    "file": r"[0-9a-f]{64}",
}
_LONGEST = 4096
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\x00"
_AROUND = "<>()[]{}\"'`“”„‘’«»‹›.,;:!?…*|" + _INVISIBLE
_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,100}(?:@[A-Za-z0-9.:-]{1,253})?"
_UUID = r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
_FEDI = (  # one line for each family of servers; group 1 is what names the post on its host
    rf"(?:web/|deck/)?(@{_NAME}/[0-9]{{1,20}})(?:/.*)?",  # Mastodon
    rf"(@{_NAME}/(?:statuses|posts)/[0-9A-Za-z]{{1,64}})(?:/.*)?",  # GoToSocial, Takahē
    rf"(users/{_NAME}/statuses/[0-9A-Za-z]{{1,64}})(?:/.*)?",  # ActivityPub ids; those of boosts end in /activity
    r"(ap/users/[0-9]{1,20}/statuses/[0-9]{1,20})(?:/.*)?",  # Mastodon's numeric ActivityPub ids
    r"((?:web/)?statuses/[0-9]{1,20})(?:/.*)?",  # Mastodon's older web client
    r"(notice/(?:[0-9]{1,20}|[0-9A-Za-z]{18,22}))",  # Pleroma, Akkoma
    rf"((?:objects|activities)/{_UUID})",  # Pleroma, Akkoma
    r"(notes/(?=[A-Za-z]*[0-9])[0-9A-Za-z]{10,32})",  # Misskey and its forks
    rf"(p/{_NAME}/[0-9]{{1,20}})",  # Pixelfed
    r"(display/[0-9A-Fa-f-]{16,64})",  # Friendica
)
_FEDI_PROFILE = rf"(?:@{_NAME}|users/{_NAME}|profile/{_NAME})(?:/(?:with_replies|media|followers|following|tagged/.*))?"
_X_POST = r"(?:(?:i/web|i|@?[A-Za-z0-9_]{1,30})/)?status(?:es)?/0*([1-9][0-9]{0,18})(?![0-9A-Za-z_])"
_X_LISTING = r"(?:search|explore|hashtag|i|home|[A-Za-z0-9_]+/lists)(?:/.*)?"
_X_PROFILE = r"@?[A-Za-z0-9_]{1,30}(?:/(?:with_replies|media|likes|highlights|articles|followers|following))?"
_RECORDS = {
    "app.bsky.feed.repost": "is a repost. Paste the address of the post itself.",
    "app.bsky.feed.generator": "is a feed of many posts. Paste the address of one post.",
    "app.bsky.graph.list": "is a list of accounts. Paste the address of one post.",
    "app.bsky.actor.profile": "is a profile. Paste the address of one post.",
}
_IS_PROFILE = "is a profile. Paste the address of one post."
_IS_LISTING = "is a listing of many posts. Paste the address of one post."
_IS_UNKNOWN = f"is not the address of a post that Threadleaf knows. It knows {KINDS}."


def parse(text: str, *, mirrors: Mapping[str, Network] = MIRRORS) -> Ref:
    """Recognise the address of a post in a pasted text, or our own path of a page (`/t/…`).

    `mirrors` maps further hosts to the network whose posts they show. Spaces, brackets and punctuation around the
    address, a missing scheme, query and fragment do not matter; in a sentence, the one full address counts.
    Raises UnknownAddress with a sentence that names the text and the kinds we know.
    """
    shown = _bare(text)
    if shown.startswith("/t/"):
        return from_path(shown)
    if shown.startswith("@") and "/" not in shown:
        raise _refusal(shown, _IS_PROFILE)
    start = shown.lower().find("at://")
    if start == 0 or (start > 0 and shown[start - 1] == "/"):  # the latter: a viewer of records on the web
        return _record(shown, shown[start + 5 :])
    host, segments = _split(shown)
    return _READERS.get(_network(host, mirrors), _fediverse)(shown, host, segments)


def address(ref: Ref) -> str:
    """The canonical public address of a post; empty for a page or file that is known only by its hash."""
    if ref.network == "bsky":
        authority, _, key = ref.id.removeprefix("at://").split("/")
        return f"https://bsky.app/profile/{authority}/post/{key}"
    if ref.network == "x":
        return f"https://x.com/i/status/{ref.id}"
    if ref.network == "fedi":
        return ref.id
    host, _, number = ref.id.partition("/")
    return _PAGES[host].format(number) if host in _PAGES else ""


def path(ref: Ref) -> str:
    """The path of our page for a post; the original stays readable inside it."""
    if ref.network == "bsky":
        authority, _, key = ref.id.removeprefix("at://").split("/")
        return f"/t/bsky/{authority}/{key}"
    return f"/t/{ref.network}/{ref.id.removeprefix('https://')}"


def from_path(path: str) -> Ref:
    """The `Ref` of one of our own paths, the inverse of `path`; raises UnknownAddress for any other text."""
    for network, shape in _PATHS.items():
        found = re.fullmatch(rf"/t/{network}/({shape})", path[:_LONGEST])
        if found and network != "bsky":
            return Ref(network, f"https://{found[1]}" if network == "fedi" else found[1])
        if found:
            authority, _, key = found[1].partition("/")
            if authority == _authority(authority) and is_record_key(key):
                return _post(authority, key)
    raise _refusal(path, "is not the path of a thread on this site.")


def own_path(address: str, origin: str) -> str:
    """The path of an address on the site at `origin` (empty: a personal instance on loopback), without whatever stands
    behind the path; any other text as it is."""
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(address) if re.match(r"https?://[^\[\]]*$", address) else None
    if parts is not None:
        ours = (
            f"{parts.scheme}://{parts.netloc}".lower() == origin
            if origin
            else parts.hostname in ("127.0.0.1", "localhost")
        )
        if not ours:
            return address
        address = parts.path
    if not address.startswith("/"):
        return address
    return unquote(re.split(r"[?#]", address, maxsplit=1)[0])


def _bare(text: str) -> str:
    """The address within a pasted text: alone, or the only full address of a sentence or of a Markdown link."""
    words = text.split() if len(text) <= _LONGEST else []
    full = [word for word in words if "://" in word]
    if len(full) == 1:
        words = full
    if len(words) != 1:
        raise _refusal(text, _IS_UNKNOWN)
    scheme = re.search(r"(?i)(?:https?|at)://", words[0])
    return _peeled(words[0][scheme.start() if scheme else 0 :]) or words[0]


def _peeled(word: str) -> str:
    """A word without the brackets and punctuation around it; a bracket that it opens itself stays closed."""
    bare = word.strip(_AROUND)
    opened = bare.count("(") > bare.count(")") and word.partition(bare)[2].startswith(")")
    return f"{bare})" if opened else bare


def _split(shown: str) -> tuple[str, list[str]]:
    """Host (lower case, with a port that is not the usual one) and decoded segments of the path."""
    plain = re.sub(r"(?i)\A(?:https?:)?/{0,3}", "", shown.replace("/#!/", "/", 1))
    authority, _, tail = re.split(r"[?#]", plain, maxsplit=1)[0].partition("/")
    host = _host(authority)
    if not host:
        raise _refusal(shown, _IS_UNKNOWN)
    if "%" in tail:
        from urllib.parse import unquote

        tail = unquote(tail)
    return host, [segment for segment in tail.split("/") if segment]


def _host(authority: str) -> str:
    """The host in its one spelling, or an empty text if this cannot be a public host (user names are refused)."""
    name, _, port = authority.lower().partition(":")
    name = name.removesuffix(".")
    if not name.isascii():
        import idna

        try:
            name = idna.encode(name, uts46=True).decode()
        except idna.IDNAError:
            return ""
    labels = name.split(".")
    if len(name) > 253 or len(labels) < 2 or not all(map(is_label, labels)):
        return ""
    if re.fullmatch(r"[0-9]{0,5}", port) is None:
        return ""
    return name if port in ("", "80", "443") else f"{name}:{port}"


def _network(host: str, mirrors: Mapping[str, Network]) -> Network:
    """Which network's posts a host shows; hosts that nobody listed may be servers of the fediverse."""
    labels = host.split(".")
    for start in range(len(labels) - 1):
        name = ".".join(labels[start:])
        network = _OWN.get(name) or mirrors.get(name)
        if network:
            return network
    return "x" if labels[0] == "nitter" else "fedi"


def _bluesky(shown: str, _host: str, segments: Sequence[str]) -> Ref:
    match segments:
        case ["profile", authority, "post", key, *_] | ["embed", authority, "app.bsky.feed.post", key, *_]:
            return _named(shown, authority, key)
        case ["profile", _]:
            raise _refusal(shown, _IS_PROFILE)
        case ["profile", _, *_] | ["search" | "hashtag" | "feeds" | "lists" | "starter-pack", *_]:
            raise _refusal(shown, _IS_LISTING)
    raise _refusal(shown, _IS_UNKNOWN)


def _record(shown: str, uri: str) -> Ref:
    """A post from what follows `at://`."""
    match re.split(r"[?#]", uri, maxsplit=1)[0].rstrip("/").split("/"):
        case [authority, "app.bsky.feed.post", key]:
            return _named(shown, authority, key)
        case [authority] if _authority(authority):
            raise _refusal(shown, _IS_PROFILE)
        case [_, collection, _] if collection in _RECORDS:
            raise _refusal(shown, _RECORDS[collection])
    raise _refusal(shown, _IS_UNKNOWN)


def _named(shown: str, authority: str, key: str) -> Ref:
    known = _authority(authority)
    if not known or not is_record_key(key):
        raise _refusal(shown, _IS_UNKNOWN)
    return _post(known, key)


def _authority(text: str) -> str:
    """A DID, or a handle in lower case; empty for anything else.

    A DID with a percent sign (only `did:web` with a port, which the network does not use) is refused: it would
    not survive the decoding of a path.
    """
    if is_did(text) and "%" not in text:
        return text
    return text.lower() if is_handle(text) else ""


def _post(authority: str, key: str) -> Ref:
    return Ref("bsky", f"at://{authority}/app.bsky.feed.post/{key}")


def _x(shown: str, _host: str, segments: Sequence[str]) -> Ref:
    tail = "/".join(segments)
    found = re.match(_X_POST, tail)
    if found:
        return Ref("x", found[1])
    if re.fullmatch(_X_LISTING, tail):
        raise _refusal(shown, _IS_LISTING)
    raise _refusal(shown, _IS_PROFILE if re.fullmatch(_X_PROFILE, tail) else _IS_UNKNOWN)


def _page(shown: str, host: str, segments: Sequence[str]) -> Ref:
    name = next(name for name in _PAGES if host == name or host.endswith(f".{name}"))
    found = re.fullmatch(r"(?:article|thread|scrolly)/0*([1-9][0-9]{0,18})(?:\.html)?", "/".join(segments))
    if found:
        return Ref("page", f"{name}/{found[1]}")
    raise _refusal(shown, _IS_LISTING if segments[:1] in (["user"], ["hashtag"]) else _IS_UNKNOWN)


def _fediverse(shown: str, host: str, segments: Sequence[str]) -> Ref:
    tail = "/".join(segments)
    match segments:
        case ["profile", authority, "post", key, *_] if is_tid(key):  # a client of Bluesky that nobody listed
            return _named(shown, authority, key)
        case [name, "post", code, *_] if host.removeprefix("www.") in _THREADS and re.fullmatch("@" + _NAME, name):
            if re.fullmatch(r"[0-9A-Za-z_-]{1,64}", code):
                return Ref("fedi", f"https://www.threads.com/{name}/post/{code}")
    for shape in _FEDI:
        found = re.fullmatch(shape, tail)
        if found:
            return Ref("fedi", f"https://{host}/{found[1]}")
    raise _refusal(shown, _IS_PROFILE if re.fullmatch(_FEDI_PROFILE, tail) else _IS_UNKNOWN)


_READERS: Mapping[Network, Callable[[str, str, Sequence[str]], Ref]] = {
    "bsky": _bluesky,
    "x": _x,
    "page": _page,
}


def _refusal(shown: str, why: str) -> UnknownAddress:
    """The error about a text, which is quoted without anything that a terminal or a page could take as a command."""
    known = "".join(sign if sign.isprintable() else " " for sign in shown[:_LONGEST]).strip()
    short = known if len(known) <= 100 else f"{known[:99]}…"
    if not short and why is _IS_UNKNOWN:
        return UnknownAddress("Nothing was given. Paste the address of one post.")
    return UnknownAddress(f"“{short}” {why}", subject=known)
