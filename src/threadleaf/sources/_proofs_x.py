"""X without login or key: the documented embeds (oEmbed). They name an author by the handle only, and no number.

So the post with the code is asked for side by side with a post that is known to be by the account: if both are by the
same handle today, both are by the same account today, whoever had that handle before.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from urllib.parse import quote, urlencode

from threadleaf.core.accounts import Account
from threadleaf.core.errors import UnknownAddress
from threadleaf.core.markup import html_text
from threadleaf.core.model import Ref
from threadleaf.core.proofs import Claim, Page, Seen
from threadleaf.core.untyped import get, string
from threadleaf.sources._deep import json_of
from threadleaf.sources._moments import header_time
from threadleaf.sources.proofs import Hints
from threadleaf.wire import Answer, Reply, Request

_EMBEDS = "https://publish.x.com/oembed"
_AUTHOR = r"https://(?:www\.)?(?:x|twitter)\.com/([A-Za-z0-9_]{1,30})"


def unknown(named: Account | Ref) -> UnknownAddress:
    """Why an address on X, or on a site that saves pages, does not say whose account it is."""
    sentence = (
        "Nothing shows whose account this is. Give the address of a thread that is shown here, or use the report form."
    )
    return UnknownAddress(sentence, subject=named.name if isinstance(named, Account) else named.id)


def look(claim: Claim, hints: Hints) -> Generator[tuple[Request, ...], tuple[Reply, ...], tuple[Seen | Page, ...]]:
    """The post with the code, if it and the witness are by the same account."""
    post, witness = hints.post, hints.witness
    if post is None or witness is None or post.network != "x" or witness.network != "x":
        return ()
    told, known = yield (_embed(post), _embed(witness))
    handle, text = _words(told, post.id)
    same = bool(handle) and handle == _words(known, witness.id)[0]
    made = header_time(told.fields.get("date", "")) if isinstance(told, Answer) else None
    return (Seen(way="embed", author=claim.author if same else "", text=text, made=made),) if handle else ()


def _embed(post: Ref) -> Request:
    asked = {"url": f"https://x.com/i/status/{post.id}", "omit_script": "1", "hide_thread": "1", "dnt": "true"}
    return Request(url=f"{_EMBEDS}?{urlencode(asked, quote_via=quote)}", purpose="Reading the post")


def _words(reply: Reply, number: str) -> tuple[str, str]:
    """The handle (lower case) of a post's author and the post's own text; empty if this is not the embed of that post.

    The text is the first paragraph. What stands behind it holds the author's name, which may be anything.
    """
    found = json_of(reply) if isinstance(reply, Answer) and reply.status == 200 else None
    author = re.fullmatch(_AUTHOR, string(get(found, "author_url")))
    place = re.fullmatch(rf"{_AUTHOR}/status/([0-9]+)", string(get(found, "url")))
    text = re.match(r"<blockquote[^<>]*><p[^<>]*>(.*?)</p>", string(get(found, "html")), re.DOTALL)
    if not author or not place or not text or place[2] != number or place[1].lower() != author[1].lower():
        return "", ""
    return author[1].lower(), html_text(text[1])[0]
