"""What stands on the pages of a PDF that Chromium printed. It is read from the file, so that no other program is needed."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_HEX = rb"<([0-9A-Fa-f]+)>"
_SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|" + _HEX + rb"|\bET\b")


def pages(pdf: bytes) -> list[str]:
    """The words of each page, a line for each run of text."""
    objects = {int(n): body for n, body in re.findall(rb"(\d+) 0 obj(.*?)endobj", pdf, re.DOTALL)}
    letters = {n: dict(_letters(_stream(objects[_ref(body, b"ToUnicode")]))) for n, body in objects.items()
               if b"/ToUnicode" in body}  # fmt: skip
    return [_words(body, objects, letters) for body in objects.values() if re.search(rb"/Type\s*/Page\b", body)]


def _ref(body: bytes, name: bytes) -> int:
    found = re.search(rb"/" + name + rb" (\d+) 0 R", body)
    assert found, name
    return int(found[1])


def _stream(body: bytes) -> bytes:
    found = re.search(rb"stream\r?\n(.*?)\r?\nendstream", body, re.DOTALL)
    assert found
    return zlib.decompress(found[1]) if b"FlateDecode" in body else found[1]


def _letters(table: bytes) -> Iterator[tuple[int, str]]:
    """What the numbers of a font's shapes mean (PDF 32000-1 §9.10.3)."""
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for number, text in re.findall(_HEX + rb"\s*" + _HEX, block):
            yield int(number, 16), bytes.fromhex(text.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, text in re.findall(_HEX + rb"\s*" + _HEX + rb"\s*" + _HEX, block):
            for number in range(int(first, 16), int(last, 16) + 1):
                yield number, chr(int(text, 16) + number - int(first, 16))


def _words(page: bytes, objects: dict[int, bytes], letters: dict[int, dict[int, str]]) -> str:
    fonts = {name: letters.get(int(n), {}) for name, n in re.findall(rb"/(F\d+) (\d+) 0 R", page)}
    font: dict[int, str] = {}
    out = ""
    for found in _SHOWN.finditer(_stream(objects[_ref(page, b"Contents")])):
        if found[1]:
            font = fonts.get(found[1], {})
        elif found[2]:
            out += "".join(font.get(int(found[2][at : at + 4], 16), "") for at in range(0, len(found[2]), 4))
        else:
            out += "\n"
    return out
