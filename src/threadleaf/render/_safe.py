"""What makes foreign text, addresses and ids harmless in any output; the formats add their own escaping.

Control characters can drive a terminal (ECMA-48), bidirectional overrides can reorder what stands beside them
(Unicode Standard Annex #9), and neither belongs to a text that is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from threadleaf.core import ref
from threadleaf.core.model import Network, Ref

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # without U+2028: that alone makes it slow to compile
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_VISIBLE: Mapping[int, str] = (
    {code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)}
    | {0x7F: "\u2421", 0x0D: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
    | {code: "\ufffd" for code in range(0x80, 0xA0) if code != 0x85}
)
"""Each control character has a picture of its own (U+2400 …); C1 controls, which have none, become U+FFFD."""
_PLAIN_ADDRESS = re.compile(r"https?://[a-z0-9][!#-&(-;=?-Z_a-z|~]*").fullmatch
_ADDRESS = re.compile(r"(?i:https?)://[^\x00-$&-/:-@\\-`{-\x7f][^\x00- \"'<>\\`\x7f]*").fullmatch


def visible(text: str) -> str:
    """`text` with control characters made visible; tab and newline stay, other line ends become newlines.

    One code point stands for one, so that offsets stay as they are.
    """
    if text.isprintable() or not (_CONTROL.search(text) or "\u2028" in text or "\u2029" in text):
        return text
    return text.replace("\r\n", " \n").translate(_VISIBLE)


def unturned(text: str) -> str:
    """As `visible`, also without the nine bidirectional controls: for formats in which one text follows another."""
    return straight(visible(text))


def straight(text: str) -> str:
    """`text` without the nine bidirectional controls: whatever it has open must not turn what follows it."""
    return text if text.isascii() else _BIDI.sub("", text)


def line(text: str) -> str:
    """As `unturned`, on one line: for names, titles and whatever else stands beside other words."""
    return " ".join(unturned(text).split())


def web(address: str) -> str:
    """`address` if it is an absolute http(s) address without anything that could end it early, else empty.

    Quotes, angle brackets, backslashes, blanks, control and bidirectional characters refuse it.
    """
    if _PLAIN_ADDRESS(address) or (_ADDRESS(address) and address.isprintable()):
        return address
    return ""


def post_address(network: Network, post_id: str) -> str:
    """The public address of a post of which only the id is known; empty if the id does not give one."""
    found = known(network, post_id)
    return web(ref.address(found)) if found else ""


def known(network: Network, post_id: str) -> Ref | None:
    """The reference to a post, if its id has the form that its network gives to ids."""
    fits = (
        (network == "bsky" and post_id.startswith("at://") and post_id.count("/") == 4)
        or (network == "x" and post_id.isascii() and post_id.isdigit())
        or (network == "fedi" and post_id.startswith("https://"))
    )
    return Ref(network, post_id) if fits else None
