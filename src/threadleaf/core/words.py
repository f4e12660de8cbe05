"""Text cut into the words by which it is searched: the same rule for what is kept and for what is asked.

Case, compatibility forms (full-width letters, ligatures) and the accents of Latin and Greek letters make no
difference, nor does the Russian ё; й is a letter of its own. In scripts that put no spaces between words each
character is a word: Chinese, Japanese, Korean, Thai, Lao, Burmese, Khmer, Tibetan. A name in them is then a row of words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LONGEST = 64
"""Code points of a word that count."""

# Marks that stand within words: Python's `\w` has the letters and digits only.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u0900-\u0903\u093a-\u094f\u0951-\u0957"
    "\u0962\u0963\u0981-\u0983\u09bc-\u09d7\u09e2\u09e3\u0a01-\u0a03\u0a3c-\u0a51\u0a70\u0a71\u0a75\u0a81-\u0a83"
    "\u0abc-\u0acd\u0ae2\u0ae3\u0b01-\u0b03\u0b3c-\u0b57\u0b62\u0b63\u0b82\u0bbe-\u0bd7\u0c00-\u0c04\u0c3c-\u0c56"
    "\u0c62\u0c63\u0c81-\u0c83\u0cbc-\u0cd6\u0ce2\u0ce3\u0d00-\u0d03\u0d3b-\u0d57\u0d62\u0d63\u0d81-\u0df3"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20dc\u3099\u309a\ufe20-\ufe2f"
)
_ALONE = (
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u0edc-\u0edf\u0f00\u0f40-\u0f6c"
    "\u0f88-\u0f8c\u1000-\u102a\u103f\u1050-\u1055\u105a-\u105d\u1061\u1065\u1066\u106e-\u1070\u1075-\u1081\u108e"
    "\u1100-\u11ff\u1780-\u17b3\u17d7\u17dc\u2e80-\u2fd5\u3005-\u3007\u3021-\u3029\u3031-\u3035\u303b\u303c"
    "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua48c\ua960-\ua97c\uac00-\ud7fb\uf900-\ufad9\uff66-\uffdc"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
# Signs above, below or behind a character of such a script.
_UPON = (
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u0f71-\u0f84\u0f90-\u0fbc\u102b-\u103e"
    "\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u17b4-\u17d3\u3099\u309a"
)
_WORD = re.compile(rf"[{_ALONE}][{_UPON}]*|(?:[^\W_{_ALONE}]+[{_MARKS}]*)+")
_CHARACTER = re.compile(f"[{_ALONE}]")
_RUN = re.compile(rf"[^\W_{_ALONE}]|[{_MARKS}]")
_PLAIN = re.compile(r"[a-z0-9]+")
_ACCENTED = re.compile("[\u00c0-\u024f\u0300-\u03ff\u0451\u1e00-\u1fff]")  # may hold an accent, or be a lone one
_ACCENTS = re.compile("(?<=[a-zα-ω])[\u0300-\u036f]+|(?<=е)\u0308")

# Of nouns and adjectives, and the commonest ones of verbs, the longest first; the empty one belongs to them.
_ENDINGS = (
    *"ами его ему ими ого ому ыми ями".split(),
    *"ам ах ая ев ее ей ем ие ий им их ла ли ло ов ое ой ом ою ть ую ые ый ым ых юю ям ях яя".split(),
    *"а е и й о у ы ь ю я".split(),
    "",
)
_CYRILLIC = re.compile("[а-яіїєґў]{4,}")
_LATIN = re.compile("[a-z]{3,}")
_STAY = 3
"""Letters that stay when an ending goes."""


def alike(text: str) -> str:
    """`text` in the form in which two spellings of the same words are equal."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).casefold()
    if not _ACCENTED.search(folded):
        return folded
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", folded)))


def words(text: str) -> list[str]:
    """The words of a text, in order, each as `alike` makes it."""
    folded = alike(text)
    found: list[str] = (_PLAIN if folded.isascii() else _WORD).findall(folded)
    return [word[:LONGEST] for word in found]


def placed(text: str) -> Iterator[tuple[str, int, int]]:
    """The words of a text with the range `[start, end)` in it where each stands, in code points."""
    for match in _WORD.finditer(text):
        for word in words(match[0]):
            yield word, match.start(), match.end()


def in_step(text: str, folded: str) -> bool:
    """Whether each character of a text has stayed in its place when `alike` made `folded` of it.

    Only three things move any: compatibility forms, small forms longer than the capital, and marks that are dropped.
    """
    if text.isascii():
        return True
    return len(text.casefold()) == len(text) == len(folded) and unicodedata.is_normalized("NFKC", text)


def begins(folded: str, at: int) -> bool:
    """Whether a word of a folded text may begin at a place, and does not go through it."""
    return at == 0 or is_alone(folded[at]) or not _RUN.match(folded, at - 1)


def word_at(folded: str, at: int) -> tuple[str, int] | None:
    """The first word of a folded text that begins at a place or behind it, and its end; None if there is none."""
    match = _WORD.search(folded, at)
    return (match[0][:LONGEST], match.end()) if match else None


def is_alone(word: str) -> bool:
    """Whether a word is one character of a script that puts no spaces between words."""
    return word[0] > "\u0e00" and _CHARACTER.match(word) is not None


def forms(word: str) -> tuple[str, tuple[str, ...]]:
    """What all forms of a word begin with, and the forms for which a search looks, the word itself first.

    No grammar, but a rule that anybody can follow. A Cyrillic word of four letters or more gives up the longest ending
    that leaves three letters, and is looked for with each ending of the list: Китай finds Китаем. Where that is an
    ending of two letters, the second of which is one too, that one alone is given up as well: Китая finds Китай. A
    Latin word of three letters or more is looked for with and without the plural's -s, -es and -ies. Any other word stands for itself.
    """
    if _CYRILLIC.fullmatch(word):
        return _inflected(word)
    if _LATIN.fullmatch(word):
        return _plurals(word)
    return word, (word,)


def _inflected(word: str) -> tuple[str, tuple[str, ...]]:
    ending = next(e for e in _ENDINGS if word.endswith(e) and len(word) - len(e) >= _STAY)
    stems = [word.removesuffix(ending)]
    if len(ending) == 2 and ending[1] in _ENDINGS:
        stems.append(word[:-1])
    return stems[0], tuple(dict.fromkeys((word, *(stem + other for stem in stems for other in _ENDINGS))))


def _plurals(word: str) -> tuple[str, tuple[str, ...]]:
    if len(word) > 2 * _STAY - 1 and word.endswith("ies"):
        stem = word.removesuffix("ies")
        return stem, (word, stem + "y")
    if word.endswith("y"):
        stem = word.removesuffix("y")
        return stem, (word, stem + "ies", word + "s")
    if len(word) > _STAY and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        stem = word.removesuffix("s")
        if stem.endswith("e"):
            return stem[:-1], (word, stem, stem[:-1])
        return stem, (word, stem)
    return word, (word, word + "s", word + "es")
