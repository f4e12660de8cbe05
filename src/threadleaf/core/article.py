"""The main line as an article: posts joined into paragraphs, every change reversible (rules §5.2).

Nothing is rewritten. A paragraph is a row of pieces `(post, start, end)`; what is left out is a cut with its reason.
Per post, pieces and cuts in the order of their starts concatenate to the exact text.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from threadleaf.core.model import Article, Cut, Paragraph, Piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from threadleaf.core.model import Branch, Gap, Numbering, Post

_Why = Literal["counter", "ellipsis", "mentions", "space"]
_Range = tuple[str, int, int, _Why]
"""What will be a `Cut`: as a plain tuple it is sorted at once by post and place."""

_ELLIPSIS = re.compile(r"\.{3,}|…+")
_ELLIPSIS_AT_END = re.compile(r"(?:(?<!\.)\.{3,}|(?<!…)…+)\Z")
_ASKING = ",;-–—/&+(،、，"
_ENDS = ".!?…。！？｡؟۔।॥:：;；"
_CLOSERS = ")]}\"'”’»›）】」』〉》"
_BREAK = re.compile(r"(?<!\s)\s*\n[^\S\n]*\n\s*")
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3000, 0x30FF),  # CJK punctuation, kana
    (0x3400, 0x9FFF),  # Han
    (0xF900, 0xFAFF),
    (0xFF00, 0xFFEF),  # full-width forms
    (0x20000, 0x3FFFF),
)


class _Block(Struct, gc=False):
    """One paragraph of one post while it is being joined: its text range, and the address that stands behind it."""

    post: Post
    start: int
    end: int
    address: tuple[int, int] | None = None


def build(main: Sequence[Post], numbering: Numbering, gaps: Iterable[Gap], branches: Iterable[Branch]) -> Article:
    """Turn a main line into paragraphs.

    Counters are dropped only where they demonstrably count posts, on three posts or more. Never joined across a gap,
    a branch, media, a content warning, a change of language, or where the line continues below somebody's reply.
    """
    counters = {c.post: (c.start, c.end) for c in numbering.found} if _removable(numbering) else {}
    walls = {gap.after for gap in gaps} | {branch.at for branch in branches}
    cuts: list[_Range] = []
    paragraphs: list[Paragraph] = []
    row: list[tuple[str, _Block]] = []
    for post in main:
        for place, block in enumerate(_blocks(post, counters.get(post.id), cuts)):
            glue = _seam(row[-1][1], block, walls, cuts) if row and place == 0 else None
            if row and glue is None:
                paragraphs.append(_paragraph(row))
                row = []
            row.append((glue or "", block))
    paragraphs.append(_paragraph(row))
    left_out = [Cut(post=post, start=start, end=end, why=why) for post, start, end, why in sorted(cuts)]
    return Article(paragraphs=tuple(paragraphs), cuts=tuple(left_out))


def paragraph_text(paragraph: Paragraph, posts: Mapping[str, Post]) -> str:
    """The text of a paragraph, its moved addresses behind it."""
    return "".join(
        (piece.glue if place else "") + posts[piece.post].text[piece.start : piece.end]
        for place, piece in enumerate((*paragraph.pieces, *paragraph.after))
    )


def _removable(numbering: Numbering) -> bool:
    return numbering.kind == "posts" and len(numbering.found) >= 3


def _blocks(post: Post, counter: tuple[int, int] | None, cuts: list[_Range]) -> list[_Block]:
    """The paragraphs of one post, after its counter, its leading self-mentions and outer white space were cut."""
    text, start, end = post.text, 0, len(post.text)
    if counter is not None and not text[: counter[0]].strip():
        _cut(post, start, counter[0], "space", cuts)
        start = _cut(post, counter[0], counter[1], "counter", cuts)
        counter = None
    if post.spans and post.spans[0].kind == "mention":
        start = _cut(post, start, _self_mentions(post, start), "mentions", cuts)
    if counter is not None and counter[1] > start and not text[counter[1] :].strip():
        _cut(post, counter[1], end, "space", cuts)
        _cut(post, counter[0], counter[1], "counter", cuts)
        end = counter[0]
    elif counter is not None and counter[0] > start:
        return _with_inner(post, start, end, counter, cuts)
    return _split(post, start, end, cuts)


def _cut(post: Post, start: int, end: int, why: _Why, cuts: list[_Range]) -> int:
    """Leave `[start, end)` out, if it holds anything; where the text goes on."""
    if end <= start:
        return start
    cuts.append((post.id, start, end, why))
    return end


def _with_inner(post: Post, start: int, end: int, counter: tuple[int, int], cuts: list[_Range]) -> list[_Block]:
    """A counter before trailing signs or addresses ("… end 3/ 👇"): cut it, keep what follows as a block."""
    _cut(post, counter[0], counter[1], "counter", cuts)
    head = _split(post, start, counter[0], cuts)
    tail = _split(post, counter[1], end, cuts)
    return [*head, *tail]


def _self_mentions(post: Post, start: int) -> int:
    """Where the text begins after mentions of the author herself that a client put in front of an answer."""
    at = start
    for span in post.spans:
        between = post.text[at : span.start]
        if span.start < at or between.strip():
            continue
        if span.kind != "mention" or not _is_self(post, span.value, post.text[span.start : span.end]):
            break
        at = span.end
    return at


def _is_self(post: Post, value: str, shown: str) -> bool:
    names = {post.author.casefold(), post.author.rsplit("/", 1)[-1].casefold()}
    return value.casefold().rsplit("/", 1)[-1].lstrip("@") in names or shown.casefold().lstrip("@") in names


def _split(post: Post, start: int, end: int, cuts: list[_Range]) -> list[_Block]:
    """Paragraphs of `[start, end)`: split at blank lines, trimmed, the last one's quoted address set apart."""
    blocks = []
    for match in _BREAK.finditer(post.text, start, end) if "\n" in post.text else ():
        blocks += _trimmed(post, start, match.start(), cuts)
        start = _cut(post, match.start(), match.end(), "space", cuts)
    blocks += _trimmed(post, start, end, cuts)
    if not blocks:
        return [_Block(post, end, end)]
    if post.quote is not None:
        _set_address_apart(blocks[-1], post.quote.id, cuts)
    return blocks


def _trimmed(post: Post, start: int, end: int, cuts: list[_Range]) -> list[_Block]:
    """The block without outer white space, none if nothing is left."""
    inner = post.text[start:end].lstrip()
    start = _cut(post, start, end - len(inner), "space", cuts)
    inner = inner.rstrip()
    _cut(post, start + len(inner), end, "space", cuts)
    return [_Block(post, start, start + len(inner))] if inner else []


def _set_address_apart(block: _Block, quoted: str, cuts: list[_Range]) -> None:
    """A quoted post's address at the very end of the text goes behind the paragraph."""
    post = block.post
    last = post.spans[-1] if post.spans else None
    if last is None or last.kind != "link" or last.end != block.end or last.start <= block.start:
        return
    if quoted not in last.value:
        return
    words = post.text[block.start : last.start].rstrip()
    _cut(post, block.start + len(words), last.start, "space", cuts)
    block.address = (last.start, last.end)
    block.end = block.start + len(words)


def _may_join(above: Post, below: Post, walls: set[str | None]) -> bool:
    """Whether nothing stands between two neighbouring posts."""
    if above.id in walls or below.warning or above.warning:
        return False
    if above.media or above.card or above.poll or below.langs[:1] != above.langs[:1]:
        return False
    return above.place is not None or below.parent == above.id


def _seam(above: _Block, below: _Block, walls: set[str | None], cuts: list[_Range]) -> str | None:
    """The glue if the sentence goes on across the seam, None if it does not; folds a doubled ellipsis."""
    text, more = above.post.text[above.start : above.end], below.post.text[below.start : below.end]
    if not text or not more:
        return None
    head = _ELLIPSIS.match(more) if more[0] in ".…" else None
    tail = _ELLIPSIS_AT_END.search(text) if text.endswith(("...", "…")) else None
    if (not head and not tail and text[-1] in _ENDS) or not _may_join(above.post, below.post, walls):
        return None
    if head and tail and len(more) > head.end():
        return _fold(above, below, tail.start(), head.end(), cuts)
    if tail:
        return _space(text, more) if more[0].islower() else None
    if head:
        return _space(text, more)
    return None if _ends_sentence(above) or _begins_anew(above, more) else _space(text, more)


def _begins_anew(above: _Block, more: str) -> bool:
    """Whether the next post begins a sentence though the one above has no full stop: many authors leave it out.

    A capital letter does, unless a comma or a dash asks for more; behind an address only a small letter goes on.
    Scripts without capitals are judged by punctuation alone.
    """
    first = next((char for char in more if char.isalnum()), "")
    if above.address is not None:
        return not first.islower()
    return first.isupper() and above.post.text[above.end - 1] not in _ASKING


def _fold(above: _Block, below: _Block, tail: int, head: int, cuts: list[_Range]) -> str:
    """`…` at the end and `…` at the start become one, written into the glue."""
    for_above = above.post.text[above.start : above.start + tail].rstrip()
    start, end = above.start + len(for_above), above.end
    _cut(above.post, start, end, "ellipsis", cuts)
    above.end = start
    rest = below.post.text[below.start + head : below.end]
    begin = below.end - len(rest.lstrip())
    _cut(below.post, below.start, begin, "ellipsis", cuts)
    below.start = begin
    return "……" if unspaced(for_above[-1:]) else " … "


def _space(text: str, more: str) -> str:
    return "" if unspaced(text[-1]) or unspaced(more[0]) else " "


def unspaced(char: str) -> bool:
    """Whether the character belongs to a script that puts no spaces between words."""
    return bool(char) and any(low <= ord(char) <= high for low, high in _UNSPACED)


def _ends_sentence(block: _Block) -> bool:
    """Whether the block ends like a sentence: its punctuation, an emoji, a link or a hashtag."""
    if any(span.end == block.end and span.kind in ("link", "tag") for span in block.post.spans):
        return True
    bare = block.post.text[block.start : block.end].rstrip(_CLOSERS + "\ufe0f\u200d")
    return not bare or bare[-1] in _ENDS or unicodedata.category(bare[-1]) in ("So", "Sk")


def _paragraph(row: list[tuple[str, _Block]]) -> Paragraph:
    """Pieces in order; addresses that were set apart stand behind them."""
    pieces = [Piece(post=block.post.id, start=block.start, end=block.end, glue=glue) for glue, block in row]
    after = [
        Piece(post=block.post.id, start=block.address[0], end=block.address[1], glue=" ")
        for _, block in row
        if block.address is not None
    ]
    return Paragraph(pieces=tuple(pieces), after=tuple(after))
