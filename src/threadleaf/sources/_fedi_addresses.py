"""Names of posts and servers on the fediverse: an ActivityPub id is an address (ActivityPub §3.1)."""

from __future__ import annotations

import re

from threadleaf.core import ref as refs
from threadleaf.core.characters import clean, web_address
from threadleaf.core.errors import UnknownAddress
from threadleaf.core.model import Ref


def host_of(address: str) -> str:
    """The host of an address, with its port, in lower case; empty if it is no web address."""
    found = re.match(r"(?i)https?://([^/?#@]+)(?:[/?#]|\Z)", address)
    return found[1].lower() if found else ""


def post_id(uri: str, url: str = "") -> str:
    """The id of a post from its ActivityPub id and its web address; empty if neither is a web address.

    The former is the id, unless only the latter can stand in the address of a page of ours; if neither can, the post
    can be shown, and no page for everybody be made of it. Ids from the time before a server had TLS begin with `http:`,
    and mean the same post; so do those that end in a stroke, or write the host in capitals.
    """
    names = [tidy(address) for address in (web_address(uri), web_address(url)) if address]
    return next((name for name in names if _makes_a_page(name)), clean(names[0]) if names else "")


def tidy(address: str) -> str:
    """An address in one spelling; what is none stays as it is."""
    host = host_of(address)
    tail = re.sub(r"(?i)\Ahttps?://[^/?#]*", "", address)
    return f"https://{host}{tail.rstrip('/')}" if host else address


def actor_in(post: str) -> str:
    """The id of the account that a post's id begins with, by the custom of Mastodon, GoToSocial and others; else empty."""
    found = re.match(r"(.+/users/[^/]+)/statuses/", post)
    return found[1] if found else ""


def _makes_a_page(name: str) -> bool:
    ref = Ref("fedi", name)
    try:
        return refs.from_path(refs.path(ref)) == ref
    except UnknownAddress:
        return False
