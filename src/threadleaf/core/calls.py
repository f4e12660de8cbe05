"""Calls to an unroll bot: is a post nothing but one, and what does it ask? Decided by structure, never by a substring
(rules §2.4).

A call consists of mentions, the keyword, a few words of courtesy, and at most one address. `is_call` knows the calls to
any bot, which are no part of a thread; `read` those to ours, with all its words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from threadleaf.core import ref as refs
from threadleaf.core.errors import UnknownAddress
from threadleaf.core.model import Ref
from threadleaf.core.words import alike

if TYPE_CHECKING:
    from threadleaf.core.model import Network, Post

Word = Literal["unroll", "unroll private", "forget", "forget all", "opt out", "allow", "help"]
"""What may be asked of our bot."""

KEYWORD = "unroll"
_COURTESY = frozenset(
    {"please", "pls", "plz", "this", "thread", "the", "private", "thanks", "thank", "you", "hi", "hey"}
)
_TRIM = " \t\r\n.,;:!?…🙏👋"

# As `core.words.alike` writes them: in small letters, without accents. The keyword in the languages of the interface,
# English in all of them; for scripts that put no spaces between words, with the usual courtesy.
_KEYWORDS = frozenset(
    (
        KEYWORD,
        *"ausrollen entrollen entrolle abrollen entfalten derouler deroule deplier deplie desenrollar desenrolla desplegar".split(),
        *"развернуть разверни раскрути 展开 展開 请展开 請展開 展开一下 まとめて まとめてください 展開して 展開してください".split(),
        *"رتبها رتب افرد انشر ابسط ابسطها".split(),
    )
)
_PRIVATE = frozenset("private privately privat prive en privado privado приватно лично 私密 非公開 خاص".split())
_KIND = frozenset(
    (
        *_COURTESY - {"private"},
        *"bitte danke diesen thread mal merci stp svp ce fil gracias favor por este hilo".split(),
        *"пожалуйста спасибо этот тред 谢谢 請 请 お願いします ありがとう من فضلك شكرا".split(),
    )
)
_COMMANDS: Mapping[tuple[str, ...], Word] = {
    ("forget",): "forget",
    ("forget", "all"): "forget all",
    ("opt", "out"): "opt out",
    ("opt-out",): "opt out",
    ("optout",): "opt out",
    ("allow",): "allow",
    ("help",): "help",
}
_ALL_TRIM = _TRIM + "。、，！？،؟¡¿()“”\"'«»「」\u200f\u200e\u2068\u2069️"
_LONGEST = 200


def is_call(post: Post) -> bool:
    """Whether `post` consists of one or more mentions, the keyword, and at most a few words of courtesy.

    A post that merely talks about unrolling, carries a picture, or quotes something is not a call.
    """
    if not post.spans or len(post.text) > _LONGEST or post.media or post.quote or post.poll:
        return False
    if KEYWORD not in post.text.casefold():
        return False
    words, mentioned = _words(post)
    return mentioned and all(word == KEYWORD or word in _COURTESY for word in words)


def _words(post: Post) -> tuple[list[str], bool]:
    """The post's words without its mentions, and whether there was a mention."""
    rest, at = [], 0
    for span in post.spans:
        if span.kind == "mention" and span.start >= at:
            rest.append(post.text[at : span.start])
            at = span.end
    rest.append(post.text[at:])
    words = [bare for word in " ".join(rest).split() if (bare := word.strip(_TRIM).casefold())]
    return words, at > 0


class Call(Struct, frozen=True):
    """What somebody asks of our bot; `address` is the one that the text holds, empty if there is none."""

    word: Word
    address: str = ""


def read(post: Post) -> Call | None:
    """The call that a post to our bot consists of; None if it is none.

    The post may quote another and have a card, which name what is meant. Words of courtesy do not count; whatever else
    the text holds, or a picture or a poll, makes it a post like any other.
    """
    if len(post.text) > _LONGEST + sum(span.end - span.start for span in post.spans) or post.media or post.poll:
        return None
    if not any(span.kind == "mention" for span in post.spans):
        return None
    addresses = [span.value for span in post.spans if span.kind == "link"]
    words: list[str] = []
    for bare in _bare(post):
        if "/" in bare:
            addresses.append(bare)
        else:
            words.append(alike(bare))
    word = _word([word for word in words if word not in _KIND])
    return Call(word, addresses[0] if addresses else "") if word and len(addresses) < 2 else None


def _bare(post: Post) -> Iterator[str]:
    """The words of a text as they stand there, without its mentions and links and without punctuation around them."""
    at, rest = 0, []
    for span in post.spans:
        if span.kind in ("mention", "link") and span.start >= at:
            rest.append(post.text[at : span.start])
            at = span.end
    rest.append(post.text[at:])
    return (bare for word in " ".join(rest).split() if (bare := word.strip(_ALL_TRIM)))


def _word(words: list[str]) -> Word | None:
    """What the words ask that remain without courtesy. "All" and "out" are none, so each command is a row of words."""
    if words and words[0] in _KEYWORDS:
        rest = words[1:]
        if not rest:
            return "unroll"
        return "unroll private" if all(word in _PRIVATE for word in rest) else None
    return _COMMANDS.get(tuple(words))


def anchor(call: Call, post: Post, network: Network, mirrors: Mapping[str, Network] = refs.MIRRORS) -> Ref | None:
    """The post that a call is about: an address in its text, else the post it quotes, else the post it answers.

    None if it names none, or if the address is not that of a post.
    """
    if call.address:
        try:
            return refs.parse(call.address, mirrors=mirrors)
        except UnknownAddress:
            return None
    if post.quote is not None and post.quote.id:
        return Ref(network, post.quote.id)
    return Ref(network, post.parent) if post.parent else None
