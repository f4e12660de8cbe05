"""What in a name may deceive whoever reads it: characters that nobody sees, and letters of another alphabet.

In the manner of Unicode Technical Standard #39 (§5.1 mixed scripts, §4 confusables), whose restriction levels are meant for
identifiers; people's names are freer, and this is the rule for them:

- *Hidden* is a character without a shape or width of its own, where no writing needs it. Emoji need joiners and
  variation selectors, Persian a non-joiner between letters that would join (UAX #31, §2.3), the scripts of India joiners
  beside a virama, Han and Mongolian variation selectors: there they are ordinary.
- *Mixed* is a word with letters of two of the alphabets that are alike (Latin, Greek, Cyrillic, Armenian, …), or one
  whose signs from any other script all look like Latin letters. Han, kana, hangul, Thai and others beside Latin are ordinary.
- *Posing* is a word of the name in one foreign alphabet that can be read as Latin, if the handle says that it is to be
  read so: a Cyrillic “раур” of `@payp`. Without such a handle it is a word of its language, as “Сара” is.
  In a handle a label of that kind is enough, if another label is Latin.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

from msgspec import Struct

ALIKE: Mapping[str, str] = {
    "A": "\u0410\u0391\u13aa\ua4ee",
    "B": "\u0412\u0392\u13f4\ua4d0\u2c82\u15f7",
    "C": "\u0421\u03f9\u13df\ua4da\u2ca4",
    "D": "\u13a0\ua4d3\u15de\u15ea",
    "E": "\u0415\u0395\u13ac\ua4f0\u2d39",
    "F": "\u0492\u03dc\ua4dd\u15b4",
    "G": "\u050c\u13c0\u13f3\ua4d6",
    "H": "\u041d\u0397\u13bb\ua4e7\u2c8e\u157c",
    "I": "\u0406\u0399\u04c0\ua4f2\u2c92\u2d4f",
    "J": "\u0408\u037f\u13ab\ua4d9\u148d",
    "K": "\u041a\u039a\u13e6\ua4d7\u2c94",
    "L": "\u053c\u13de\ua4e1\u14aa",
    "M": "\u041c\u039c\u13b7\ua4df\u2c98",
    "N": "\u039d\ua4e0\u2c9a",
    "O": "\u041e\u039f\u0555\ua4f3\u2c9e\u0d66\u12d0",
    "P": "\u0420\u03a1\u13e2\ua4d1\u2ca2\u146d",
    "Q": "\u051a\u2d55",
    "R": "\u13a1\u13d2\ua4e3\u1587",
    "S": "\u0405\u054f\u13da\ua4e2",
    "T": "\u0422\u03a4\u13a2\ua4d4\u2ca6",
    "U": "\u054d\ua4f4\u1200\u144c",
    "V": "\u0474\u13d9\ua4e6\u2d38\u142f",
    "W": "\u051c\u13b3\u13d4\ua4ea",
    "X": "\u0425\u03a7\ua4eb\u2cac\u2d5d\u157d",
    "Y": "\u04ae\u03a5\u13a9\u13bd\ua4ec\u2ca8",
    "Z": "\u0396\u13c3\ua4dc\u2c8c",
    "a": "\u0430\u03b1",
    "b": "\u042c\u13cf",
    "c": "\u0441\u03f2\u2ca5",
    "d": "\u0501\u13e7\ua4d2",
    "e": "\u0435\u04bd\u03b5\u0454",
    "g": "\u0581",
    "h": "\u04bb\u0570\u13c2",
    "i": "\u0456\u03b9\u13a5",
    "j": "\u0458\u03f3\u0575",
    "k": "\u043a\u03ba\u2c95",
    "l": "\u04cf\u05df\u05d5\u0627\u0661\u06f1",
    "m": "\u043c",
    "n": "\u043f\u0578\u057c\u03b7\u144e",
    "o": "\u043e\u03bf\u0585\u2c9f\u05e1\u0647\u0966\u09e6\u0e50\u0ed0\u0d20\u101d",
    "p": "\u0440\u03c1\u2ca3",
    "q": "\u051b\u0566\u0563",
    "r": "\u0433\u2c85",
    "s": "\u0455",
    "t": "\u0442\u03c4",
    "u": "\u057d\u03c5",
    "v": "\u0475\u03bd\u05d8",
    "w": "\u051d\u0461\u0561\u03c9",
    "x": "\u0445\u03c7\u2cad",
    "y": "\u0443\u04af\u03b3",
}
"""Signs of other scripts that can be taken for a Latin letter, some at a glance only."""

_READ = {ord(sign): letter for letter, signs in ALIKE.items() for sign in signs}
_KIN = frozenset(
    "latin greek cyrillic armenian cherokee coptic lisu canadian deseret osage glagolitic gothic carian lycian lydian".split()
)
"""Alphabets with many letters alike, as the names of their letters begin in the Unicode Character Database."""

_OTHER_SOUND = frozenset("врнсухВРНСУХѕӏԁνρυχηωγΡΝΥΧΗΒ")
"""Letters that look like Latin ones and are not how their language writes that sound: nobody spells a handle by them."""
_SHORTEST = 3
"""Letters of a word that can pose as another."""

_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Default_Ignorable_Code_Point (UAX #44), the annotation characters, and the blank of Braille."""

_PICTURE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_EMOJI = f"{_PICTURE}[\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?"
_JOINING = "[\u0620\u0626\u0628\u062a-\u062e\u0633-\u063f\u0641-\u0647\u0649\u064a\u066e\u066f\u0678-\u0687\u069a-\u06bf\u06c1\u06c2\u06cc\u06ce\u06d0\u06d1]"
_VIRAMA = "[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca]"
_ORDINARY = re.compile(
    "|".join(
        (
            "\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f",  # the flag of a region
            f"{_EMOJI}(?:\u200d{_EMOJI})*",
            "[0-9#*]\ufe0f\u20e3",
            "[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff][\ufe00-\ufe0f\U000e0100-\U000e01ef]",
            "[\u1820-\u18aa][\u180b-\u180f]",
            f"{_JOINING}[\u064b-\u065f\u0670]*\u200c(?=[\u0620-\u06ff])",
            "\u0647\u200c",  # a vowel of Kurdish, also at the end of a word
            f"(?<=[\u0900-\u0df4]){_VIRAMA}(?:\u200d|\u200c(?=[\u0900-\u0df4]))",
            f"[\u0900-\u0df4]\u200d(?={_VIRAMA})",
        )
    )
)
_WORD = re.compile(r"[^\W_]+")
_LABEL = re.compile(r"[^@.]+")


class Doubts(Struct, frozen=True):
    """What may deceive in one text.

    `hidden` are code points, such as `U+202E`. `mixed` are, in order, the alphabets of a word and some of their letters
    in it. `posing` is an alphabet of which a whole word is that reads as Latin.
    """

    hidden: tuple[str, ...] = ()
    mixed: tuple[tuple[str, str], ...] = ()
    posing: str = ""


NONE = Doubts()


@lru_cache(maxsize=4096)
def in_name(name: str, handle: str = "") -> Doubts:
    """What may deceive in a display name; `handle` is that of the same author."""
    if name.isascii():
        return NONE
    mixed = next(filter(None, map(_mixed, _words(name))), ())
    return Doubts(hidden(name), mixed, "" if mixed else _posing(name, handle))


@lru_cache(maxsize=4096)
def in_handle(handle: str) -> Doubts:
    """What may deceive in a handle: `ada.example`, `@ada@social.example`. Punycode in it says what it is, and stays."""
    if handle.isascii():
        return NONE
    mixed = next(filter(None, map(_mixed, _words(handle))), ())
    return Doubts(hidden(handle), mixed or _between_labels(handle))


def hidden(text: str) -> tuple[str, ...]:
    """The code points of what nobody sees in a text, each once, in order."""
    if not _HIDDEN.search(text):
        return ()
    return tuple(dict.fromkeys(f"U+{ord(sign):04X}" for sign in _HIDDEN.findall(_ORDINARY.sub("", text))))


def _words(text: str) -> list[str]:
    """The words, without what is hidden in them and without marks upon letters."""
    return _WORD.findall("".join(sign for sign in _HIDDEN.sub("", text) if unicodedata.category(sign)[0] != "M"))


def _alphabet(sign: str) -> str:
    """The script of a letter or digit; empty for those of all scripts, and for letters that are symbols."""
    first = unicodedata.name(sign, "").partition(" ")[0].lower()
    return first if first in _KIN else ""


def _by_alphabet(word: str) -> dict[str, str]:
    """The letters of a word by the alphabet that they are of, each once; under the empty text all other signs."""
    found: dict[str, str] = {}
    for sign in word:
        alphabet = "" if sign.isdecimal() else _alphabet(sign)
        if sign not in found.get(alphabet, "") and not (sign.isascii() and sign.isdecimal()):
            found[alphabet] = found.get(alphabet, "") + sign
    return found


def _mixed(word: str) -> tuple[tuple[str, str], ...]:
    """The alphabets that are mixed in a word, with letters of each; empty if it is an ordinary word."""
    if word.isascii():
        return ()
    found = _by_alphabet(word)
    others = found.pop("", "")
    if others and found and all(ord(sign) in _READ for sign in others):
        return (*found.items(), ("", others))
    return tuple(found.items()) if len(found) > 1 else ()


def _foreign(word: str) -> str:
    """The one alphabet, other than Latin, that a word is in although all of it reads as Latin; else empty."""
    alphabets = {_alphabet(sign) for sign in word}
    return alphabets.pop() if len(alphabets) == 1 and all(ord(sign) in _READ for sign in word) else ""


def _posing(name: str, handle: str) -> str:
    called = {word.lower() for word in _WORD.findall(handle)}
    for word in _words(name):
        if len(word) >= _SHORTEST and word.translate(_READ).lower() in called and _OTHER_SOUND & set(word):
            alphabet = _foreign(word)
            if alphabet:
                return alphabet
    return ""


def _between_labels(handle: str) -> tuple[tuple[str, str], ...]:
    """The alphabets of a handle in which one label poses as Latin, and another one is Latin."""
    labels = [_by_alphabet(label) for label in _LABEL.findall(_HIDDEN.sub("", handle))]
    latin = next((label["latin"] for label in labels if "latin" in label), "")
    for label in _posing_labels(handle):
        if latin:
            return (("latin", latin), *_by_alphabet(label).items())
    return ()


def _posing_labels(handle: str) -> Iterator[str]:
    return (label for label in _words(handle) if _foreign(label))
