"""What software a server runs, by its own word (NodeInfo, protocol 2.x)."""

from __future__ import annotations

import re
from collections.abc import Generator

from threadleaf.core.untyped import get, items, string
from threadleaf.sources._deep import json_of
from threadleaf.sources._fedi_addresses import host_of
from threadleaf.wire import Reply, Request, ask

_PURPOSE = "Asking what software the server runs"


def software(host: str) -> Generator[tuple[Request, ...], tuple[Reply, ...], str]:
    """The name of a server's software in lower case, such as `mastodon`; empty if it does not say."""
    reply = yield from ask(Request(url=f"https://{host}/.well-known/nodeinfo", purpose=_PURPOSE))
    links = items(get(json_of(reply), "links"))
    known = {rel: string(get(link, "href")) for link in links if _is_known(rel := string(get(link, "rel")))}
    address = known[max(known)] if known else ""
    if host_of(address) != host:
        return ""
    described = yield from ask(Request(url=address, purpose=_PURPOSE))
    return string(get(json_of(described), "software", "name")).lower()


def _is_known(rel: str) -> bool:
    return re.fullmatch(r".*/schema/2\.\d", rel) is not None
