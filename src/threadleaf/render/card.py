"""The picture of a page, 1200 × 630: what stands in it, and how Typst lays it out.

Nothing that an author wrote is ever part of the layout's source: it is handed over as data, and typeset as text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from threadleaf.core.model import Thread
from threadleaf.render import claims, words
from threadleaf.render._script import direction, language
from threadleaf.render.feed import clean
from threadleaf.render.opening import author, opening, title
from threadleaf.render.tongue import ENGLISH, Tongue

WIDTH, HEIGHT = 1200, 630
"""Of the picture, in pixels."""

_TEXT = 220
"""Code points of the beginning: four lines."""
_WIDE = 3
"""Signs of Chinese, Japanese and Korean are about twice as wide, and their lines higher: so many times fewer fit."""
_LONG = re.compile(r"([!-~]{24})(?=[!-~])")

_HAN: Mapping[str, tuple[str, ...]] = {
    "zh": ("Noto Serif CJK SC", "Noto Serif SC", "Songti SC", "Noto Sans CJK SC", "WenQuanYi Micro Hei"),
    "ja": ("Noto Serif CJK JP", "Noto Serif JP", "Hiragino Mincho ProN", "Noto Sans CJK JP", "WenQuanYi Micro Hei"),
    "ko": ("Noto Serif CJK KR", "Noto Serif KR", "AppleMyungjo", "Noto Sans CJK KR"),
}
_OTHERS = ("Noto Naskh Arabic", "Geeza Pro", "Noto Serif Hebrew", "Noto Serif", "Noto Sans", "Noto Color Emoji")


class Card(Struct, frozen=True, kw_only=True):
    """What stands in the picture. `fonts` are families, the first that has a letter sets it; `lang` is two letters."""

    title: str
    text: str
    author: str
    place: str
    state: str
    lang: str
    rtl: bool
    fonts: tuple[str, ...]


def card(thread: Thread, say: Tongue = ENGLISH) -> Card:
    """The picture of a thread's page."""
    said = language(thread.posts[0].langs)
    code = said.tag.partition("-")[0].lower()
    name = title(thread, say)
    han = (*_HAN.get(code, ()), *(family for families in _HAN.values() for family in families))
    return Card(
        title=_broken(name),
        text=_broken(opening(thread, _TEXT // _WIDE if code in _HAN else _TEXT, say)),
        author=clean(author(thread, say)),
        place=words.on_network(thread.network, say),
        state=claims.in_short(len(thread.posts), thread.completeness.state, say),
        lang=code if len(code) == 2 else "en",
        rtl=direction(name, otherwise=said.direction) == "rtl",
        fonts=("Literata", *dict.fromkeys(han), *_OTHERS),
    )


def _broken(text: str) -> str:
    """A text in which addresses and the like may be broken, so that none runs out of the picture."""
    return _LONG.sub("\\1\u200b", clean(text))


LAYOUT = r"""
#let card = json(bytes(sys.inputs.card))
#let ink = rgb("#18211d")
#let soft = rgb("#55625b")
#let sewn = rgb("#2c6e57")
#let paper = rgb("#fcfdfc")
#let side = if card.rtl { right } else { left }
#let out(length) = if card.rtl { length } else { -length }
#let letters = card.title.clusters().len()
#let size = if letters > 60 { 50pt } else if letters > 30 { 58pt } else { 68pt }
#set page(width: 1200pt, height: 630pt, margin: (x: 84pt, top: 58pt, bottom: 50pt), fill: paper)
#set text(
  font: card.fonts, size: 32pt, fill: ink, lang: card.lang, dir: if card.rtl { rtl } else { ltr }, hyphenate: false,
  top-edge: "ascender", bottom-edge: "descender",
)
#set par(spacing: 0pt)
#place(side + top, dx: out(12pt), dy: -58pt, line(angle: 90deg, length: 630pt, stroke: 3pt + sewn))
#place(side + top, dx: out(22pt), dy: 0.5 * size, circle(radius: 10pt, fill: paper, stroke: 3pt + sewn))
#pad(..if card.rtl { (right: 32pt) } else { (left: 32pt) }, {
  block(width: 100%, height: 434pt, clip: true, {
    text(size: size, weight: 560, par(leading: 0pt, card.title))
    v(22pt)
    par(leading: 2pt, card.text)
  })
  v(1fr)
  set text(font: ("Commissioner", ..card.fonts.slice(1)), size: 26pt, fill: soft)
  line(length: 100%, stroke: 1.5pt + rgb("#c9d3cd"))
  v(18pt)
  block(width: 100%, height: 36pt, clip: true, {
    text(fill: ink, card.author)
    [ #card.place · #card.state]
  })
})
"""
"""The layout. Its one input, `card`, is a `Card` as JSON."""
