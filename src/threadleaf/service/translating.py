"""Machine translation of single posts, by a LibreTranslate that the operator runs. Nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec import Struct

from threadleaf.core.errors import NotNow
from threadleaf.core.model import Conversation, Network
from threadleaf.wire import Answer, Reply, Request, Steps, ask, carried_out

TRANSLATED: frozenset[Network] = frozenset({"bsky", "fedi"})
"""The networks whose posts are translated: never X, nor saved pages, which hold posts of X (rights §6: unaltered text)."""

_CANNOT = frozenset({400, 413})


class Translator(Struct, frozen=True, kw_only=True):
    """The origin of a LibreTranslate, and its key; empty if it needs none."""

    origin: str
    key: str = ""


class _Told(Struct, rename="camel"):
    translated_text: str


_READS = msgspec.json.Decoder(_Told)


def translated(fetch: Callable[[Steps], Conversation], by: Translator, text: str, to: str) -> str:
    """A text in the language of a BCP 47 tag, from whichever language it is in: labels of posts are often wrong.

    Raises NotNow if the translator does not answer, or cannot do this.
    """
    return _read(carried_out(fetch, ask(_request(by, text, to))), by)


def _request(by: Translator, text: str, to: str) -> Request:
    # Its older versions know no script subtags; all take `zh`.
    asked = {"q": text, "source": "auto", "target": to.partition("-")[0], "format": "text"}
    body = msgspec.json.encode({**asked, "api_key": by.key} if by.key else asked)
    return Request(url=f"{by.origin}/translate", method="POST", body=body, purpose="a translation")


def _read(reply: Reply, by: Translator) -> str:
    if isinstance(reply, Answer) and reply.status in _CANNOT:
        raise NotNow("The translator cannot translate this post.", subject=by.origin, code="translator")
    if isinstance(reply, Answer) and reply.status == 200:
        try:
            return _READS.decode(reply.body).translated_text
        except msgspec.DecodeError:
            pass  # whatever answers there is no LibreTranslate
    sentence = "The translator does not answer. Try again in some minutes."
    raise NotNow(sentence, subject=by.origin, code="translator")
