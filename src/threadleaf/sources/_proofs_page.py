"""A web page that is to speak for an account: what its head says, and to whom it links with `rel=me`.

The code counts only in the head (`<meta name="threadleaf" content="CODE">`): on a wiki or below an article anybody may
write into the body of a page, links with `rel=me` included.
"""

from __future__ import annotations

from collections.abc import Generator

from threadleaf.core.characters import web_address
from threadleaf.core.proofs import Page
from threadleaf.wire import Answer, Reply, Request, ask

NAME = "threadleaf"
"""The name of the element that holds the code."""
_HEAD = frozenset({"html", "head", "meta", "link", "title", "style", "script", "base"})
_WORDY = frozenset({"title", "style", "script"})
_MOST = 1_000  # links and codes of a page that are looked at


def read(
    address: str, author: str, listed: tuple[str, ...], names: tuple[str, ...], *, moved: bool = False
) -> Generator[tuple[Request, ...], tuple[Reply, ...], tuple[Page, ...]]:
    """The page at an address; nothing if it is not asked for (it has no TLS) or does not answer."""
    if not address.startswith("https://") or not web_address(address):
        return ()
    request = Request(url=address, accept="text/html", purpose="Reading your page")
    reply = yield from ask(request)
    if not isinstance(reply, Answer) or reply.status != 200 or reply.media_type not in ("text/html", ""):
        return ()
    links, codes = _told(reply.body.decode("utf-8", "replace"))
    page = Page(
        address=address,
        answered=reply.url or address,
        author=author,
        listed=listed,
        names=names,
        links=links,
        codes=codes,
        moved=moved,
    )
    return (page,)


def _told(html: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Whom a page links to with `rel=me`, and the codes in its head."""
    from turbohtml import TokenType, tokenize

    links: list[str] = []
    codes: list[str] = []
    in_head, inside = True, ""
    for token in tokenize(html):
        if token.type is TokenType.START_TAG:
            tag = token.tag or ""
            in_head, inside = in_head and tag in _HEAD, tag if tag in _WORDY else ""
            if tag in ("a", "link") and "me" in (token.attr("rel") or "").lower().split():
                links.append(web_address(token.attr("href")))
            if in_head and tag == "meta" and token.attr("name") == NAME:
                codes.append(token.attr("content") or "")
        elif token.type is TokenType.END_TAG:
            inside = ""
            in_head = in_head and token.tag != "head"
        elif token.type is TokenType.TEXT and (token.data or "").strip() and not inside:
            in_head = False  # words begin the body, whatever the page says
    return tuple(links[:_MOST]), tuple(codes[:_MOST])
