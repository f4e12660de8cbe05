"""The text of a PDF that Chromium made, in the order of its pages and of what is painted on them.

It reads what Skia writes and no more: objects that stand by themselves, streams by Flate or plain, texts as strings of codes
of a font with a /ToUnicode map (ISO 32000-1, 7.3, 9.4.3 and 9.10.3).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping

_OBJECT = re.compile(rb"(?:^|\s)(\d+) 0 obj\b(.*?)\bendobj\b", re.DOTALL)
_STREAM = re.compile(rb"^(.*?)\bstream\r?\n(.*)\r?\nendstream", re.DOTALL)
_REFERENCE = re.compile(rb"(\d+) 0 R")
_SHOWN = re.compile(
    rb"/(\S+)\s+[-\d.]+\s+Tf|<([0-9A-Fa-f\s]*)>|\((?:\\.|[^\\()])*\)|\b(?:Tj|TJ|T\*|Td|TD|Tm|BT|ET)\b", re.DOTALL
)
_MAPPED = re.compile(rb"begin(bfchar|bfrange)\b(.*?)\bend\1", re.DOTALL)
_CODE = re.compile(rb"<([0-9A-Fa-f]+)>")


class File:
    """A PDF; `pages` are the texts of its pages."""

    def __init__(self, content: bytes) -> None:
        self._objects = {int(number): body for number, body in _OBJECT.findall(content)}
        root = next(body for body in self._objects.values() if re.search(rb"/Type\s*/Catalog\b", body))
        self._fonts: dict[int, tuple[int, Mapping[int, str]]] = {}
        self.pages = [self._text(page) for page in self._leaves(self._named(root, b"Pages"))]

    def _named(self, body: bytes, key: bytes) -> bytes:
        """The value of a key: what it refers to, or what stands there."""
        after = body[re.search(rb"/" + key + rb"\b", body).end() :].lstrip()  # type: ignore[union-attr]
        found = _REFERENCE.match(after)
        return self._objects[int(found[1])] if found else after

    def _leaves(self, node: bytes) -> Iterator[bytes]:
        if not re.search(rb"/Type\s*/Pages\b", node):
            yield node
            return
        kids = re.search(rb"/Kids\s*\[(.*?)\]", node, re.DOTALL)
        assert kids
        for number in _REFERENCE.findall(kids[1]):
            yield from self._leaves(self._objects[int(number)])

    def _text(self, page: bytes) -> str:
        resources = self._named(page, b"Resources")
        names = re.search(rb"/Font\s*<<(.*?)>>", resources, re.DOTALL)
        fonts = dict(re.findall(rb"/(\S+)\s+(\d+) 0 R", names[1])) if names else {}
        out, current = [], None
        for found in _SHOWN.finditer(_stream(self._named(page, b"Contents"))):
            if found[1]:
                current = self._font(int(fonts[found[1]]))
            elif found[2] is not None and current:
                out.append(_decoded(bytes.fromhex(found[2].decode()), *current))
            elif found[0].startswith(b"(") and current:
                out.append(_decoded(_plain(found[0][1:-1]), *current))
            elif found[0] in (b"Tj", b"TJ", b"Td", b"Tm", b"ET"):
                out.append("\n")
        return "".join(out)

    def _font(self, number: int) -> tuple[int, Mapping[int, str]]:
        """The bytes of a code, and what each code stands for."""
        if number not in self._fonts:
            body = self._objects[number]
            self._fonts[number] = (2 if b"/Type0" in body else 1, _mapped(_stream(self._named(body, b"ToUnicode"))))
        return self._fonts[number]


def _stream(body: bytes) -> bytes:
    found = _STREAM.match(body)
    assert found
    return zlib.decompress(found[2]) if b"/FlateDecode" in found[1] else found[2]


def _plain(string: bytes) -> bytes:
    """What a literal string stands for."""
    named = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
    return re.sub(
        rb"\\([0-7]{1,3}|.)",
        lambda found: bytes((int(found[1], 8),)) if found[1].isdigit() else named.get(found[1], found[1]),
        string,
        flags=re.DOTALL,
    )


def _decoded(codes: bytes, width: int, meaning: Mapping[int, str]) -> str:
    return "".join(meaning.get(int.from_bytes(codes[at : at + width]), "") for at in range(0, len(codes), width))


def _mapped(table: bytes) -> dict[int, str]:
    meaning: dict[int, str] = {}
    for kind, rows in _MAPPED.findall(table):
        codes = [bytes.fromhex(code.decode()) for code in _CODE.findall(rows)]
        if kind == b"bfchar":
            for code, text in zip(codes[::2], codes[1::2], strict=True):
                meaning[int.from_bytes(code)] = text.decode("utf-16-be")
            continue
        assert b"[" not in rows
        for first, last, text in zip(codes[::3], codes[1::3], codes[2::3], strict=True):
            for step in range(int.from_bytes(last) - int.from_bytes(first) + 1):
                moved = int.from_bytes(text) + step
                meaning[int.from_bytes(first) + step] = moved.to_bytes(len(text)).decode("utf-16-be")
    return meaning
