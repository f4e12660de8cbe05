"""The two checks that every text and every address from outside passes."""

from __future__ import annotations

import re

_UNFIT = re.compile("[\0\ud800-\udfff]")


def clean(text: str) -> str:
    """`text` with NUL and lone surrogates replaced by U+FFFD, so that it can be encoded, stored and searched.

    One code point stands for one: offsets stay as they are.
    """
    return _UNFIT.sub("\ufffd", text)


def web_address(value: object) -> str:
    """`value` if it is an http or https address that can be linked, else the empty string.

    Blanks around it are dropped and blanks within it escaped, as browsers do. Control characters refuse it: they
    have no place in an address and hide where it leads.
    """
    if not isinstance(value, str):
        return ""
    address = value.strip().replace(" ", "%20")
    if not re.match(r"https?://[^/?#]", address, re.IGNORECASE):
        return ""
    return "" if re.search("[\0-\x1f\x7f-\x9f\ud800-\udfff]", address) else address
