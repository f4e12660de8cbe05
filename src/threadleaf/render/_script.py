"""Languages and the direction of their scripts: for the pages, which state both for every foreign text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from threadleaf.core.model import Post
from threadleaf.render._safe import visible

_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_SUSPECT = bytes((*range(9), *range(0x0B, 0x20), 0x7F, 0xC2, *range(0xD6, 0xE1), 0xEF, 0xF0))
"""What the UTF-8 form of every character in `_CONTROL` and `_RTL` begins with; most texts have none."""
_RTL_LANGUAGES = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ku", "ps", "sd", "ug", "ur", "yi"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,5}")


class Language(Struct, frozen=True):
    """The language that a post says it is in: a BCP 47 tag, empty if there is none in that form, and its direction."""

    tag: str
    direction: Literal["ltr", "rtl"]


def direction(text: str, *, otherwise: Literal["ltr", "rtl"] = "ltr") -> Literal["ltr", "rtl"]:
    """The direction of a text: of the script that most of its letters are in; without letters, what is given."""
    letters = sum(map(str.isalpha, text))
    if not letters:
        return otherwise
    return "rtl" if 2 * len(_RTL.findall(text)) > letters else "ltr"


def look(text: str, language: Language) -> tuple[str, Literal["ltr", "rtl"]]:
    """A text made `visible` for a page, and its `direction`, by one quick look where that is enough.

    Line and paragraph separators (U+2028, U+2029) may stay: on a page they do nothing.
    """
    encoded = text.encode("utf-8", "surrogatepass")
    if language.direction == "ltr" and len(encoded.translate(None, _SUSPECT)) == len(encoded):
        return text, "ltr"
    return visible(text), direction(text, otherwise=language.direction)


@lru_cache(maxsize=256)
def language(tags: tuple[str, ...]) -> Language:
    """The first language of a post."""
    tag = tags[0] if tags and _LANGUAGE.fullmatch(tags[0]) else ""
    return Language(tag, "rtl" if tag.partition("-")[0].lower() in _RTL_LANGUAGES else "ltr")


def looked(text: str, post: Post) -> tuple[str, str]:
    """Something that a post's author wrote as it may be written, and the attributes of its language and direction."""
    said = language(post.langs)
    shown, way = look(text, said)
    return shown, f' lang="{said.tag}" dir="{way}"' if said.tag else f' dir="{way}"'


def foreign(text: str, post: Post) -> str:
    """The attributes of something that a post's author wrote: language, if known, and direction."""
    return looked(text, post)[1]
