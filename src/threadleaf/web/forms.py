"""Forms of several fields, as browsers send them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

_MOST = 16
"""Fields of a form; none of ours has more."""


def fields(body: bytes, *names: str) -> Mapping[str, str]:
    """The fields of these names without space around them; empty where one is not there, or if this is no form."""
    try:
        found = parse_qs(body.decode("utf-8", "replace"), max_num_fields=_MOST)
    except ValueError:
        found = {}
    return {name: found.get(name, [""])[0].replace("\r\n", "\n").replace("\0", "").strip() for name in names}
