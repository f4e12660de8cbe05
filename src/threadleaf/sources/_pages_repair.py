"""Bytes of a saved page become text, and what copying did to that text is undone.

Mirrors of unrolled pages were decoded in a wrong code page, lost the end of their tags, or escaped twice. Every
repair is counted in a note; nothing else of the text is touched.
"""

from __future__ import annotations

import re
from functools import lru_cache

from threadleaf.core.model import Note
from threadleaf.core.text import clean

_FORMATS = (b"%PDF", b"PK\x03\x04", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"Rar!")
_SAMPLE = 1 << 18
# Wrong code pages met in real mirrors, the commonest first: it wins where two explain a text equally well.
_CODE_PAGES = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp874", "iso8859_16")
_ATTRIBUTE = r"[a-z-]{2,20}\s*=\s*(?:[\"“”][^\"“”\n]{0,300}[\"“”]|'[^'\n]{0,300}')"
_IMAGE = (
    rf"(?:<\s?)?(?:\bimg\s+)?(?:{_ATTRIBUTE}\s*){{0,12}}\balt\s*=\s*(?:[\"“”](?P<alt>[^\"“”<>\n]{{1,32}})[\"“”]"
    rf"|'(?P<alt2>[^'<>\n]{{1,32}})')(?:\s*{_ATTRIBUTE}){{0,12}}(?:\s*/?\s?>)?"
)
_ENTITY = (
    r"&(?:\s?#\s?(?P<code>\d{1,7}|[xX][0-9a-fA-F]{1,6})|\s(?P<loose>amp|lt|gt|quot|apos|nbsp)"
    r"|(?P<name>[A-Za-z][A-Za-z0-9]{1,31}))\s?;"
)


def is_text(body: bytes) -> bool:
    """Whether bytes may be a page at all: no known binary format, hardly any NUL or other control character."""
    if body.startswith(_FORMATS):
        return False
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    controls = len(body) - len(body.translate(None, bytes({*range(32)} - {9, 10, 12, 13})))
    return 50 * controls <= len(body)


def decode(body: bytes) -> tuple[str, tuple[Note, ...]]:
    """The text of a page's bytes, with single newlines, and notes on what had to be guessed or replaced.

    Where a byte order mark and UTF-8 fail, Windows-1252 is assumed, as the HTML standard does. Bytes that are
    UTF-8 but for a few (a page cut in the middle of a character) are read as that.
    """
    text, guessed = _characters(body)
    whole = clean(text)
    replaced = whole.count("\ufffd") - text.count("\ufffd") if guessed is None else whole.count("\ufffd")
    notes = [Note(kind="guessed-encoding")] if guessed == "cp1252" else []
    notes += [Note(kind="replaced-characters", n=replaced)] if replaced else []
    return re.sub(r"\r\n?", "\n", whole).removeprefix("\ufeff"), tuple(notes)


def _characters(body: bytes) -> tuple[str, str | None]:
    """Decoded bytes, and the encoding if it had to be guessed or did not fit everywhere."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace"), None
    try:
        return body.decode("utf-8", "surrogatepass"), None
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    if len(text) - len(text.encode("ascii", "ignore")) > 2 * text.count("\ufffd"):
        return text, "utf-8"
    return body.decode("cp1252", "replace"), "cp1252"


def repair(text: str, *, marked_up: bool = False) -> tuple[str, tuple[Note, ...]]:
    """Undo wrong code pages, escapes that came loose, rests of emoji pictures, and links written twice.

    `marked_up` says that the text is HTML: then only its code page can be wrong here, the rest is the parser's work.
    """
    notes = []
    for kind, step in _STEPS[:1] if marked_up else _STEPS:
        text, count = step(text)
        if count:
            notes.append(Note(kind=kind, n=count))
    return text, tuple(notes)


def _code_page(text: str) -> tuple[str, int]:
    """Read UTF-8 again that was read in an 8-bit code page, if that explains most of what is not ASCII."""
    sample = text[:_SAMPLE]
    foreign = len(sample) - len(sample.encode("ascii", "ignore"))
    # What was misread stands in rows of such characters; where there are too few the tables need not be made.
    rows = sum(map(len, re.findall("[^\0-\x7f]{2,}", sample)))
    if not foreign or 4 * rows < 3 * foreign:
        return text, 0
    found = {name: _misread(sample, name) for name in _CODE_PAGES}
    best = max(_CODE_PAGES, key=lambda name: (_length(found[name]), _usual(found[name])))
    if 4 * _length(found[best]) < 3 * foreign or not _evident(found[best]):
        return text, 0
    return _reread(text, best)


def _evident(found: list[tuple[str, str]]) -> bool:
    """Whether what was found cannot be chance: punctuation that everybody writes, or several things that are no words.

    Words of Thai or Greek may look like UTF-8, and German has its "ß’".
    """
    wordless = re.search(r"[^\w\u0e00-\u0e7f]", "".join(wrong for wrong, _ in found))
    return _usual(found) > 0 or (
        wordless is not None and (len(found) >= 3 or any(right <= "\xff" for _, right in found))
    )


def _length(found: list[tuple[str, str]]) -> int:
    return sum(len(wrong) for wrong, _ in found)


def _usual(found: list[tuple[str, str]]) -> int:
    """How much of what was meant is the punctuation that everybody writes, or emoji."""
    return sum(right in "‘’“”–—…•" or right >= "\U0001f000" for _, right in found)


def _misread(text: str, name: str) -> list[tuple[str, str]]:
    """What a text holds of misread characters, if it was read in this code page, and what was meant."""
    pattern, table = _table(name)
    pairs = ((found, _right(found, table)) for found in pattern.findall(text))
    return [(wrong, right) for wrong, right in pairs if wrong != right]


def _reread(text: str, name: str) -> tuple[str, int]:
    pattern, table = _table(name)
    count = 0

    def right(match: re.Match[str]) -> str:
        nonlocal count
        whole = _right(match[0], table)
        count += whole != match[0]
        return whole

    return pattern.sub(right, text), count


def _right(misread: str, table: dict[str, int]) -> str:
    """The character that was meant, or the text as it stands if its bytes are no UTF-8."""
    try:
        return bytes(table[sign] for sign in misread).decode()
    except UnicodeDecodeError:
        return misread


@lru_cache(maxsize=len(_CODE_PAGES))
def _table(name: str) -> tuple[re.Pattern[str], dict[str, int]]:
    """What looks like UTF-8 in a code page, and the byte of each of its characters.

    Scripts and planes that hardly occur (Syriac to N'Ko, above emoji) are left out: "ß’" is German.
    Decoders differ about bytes without a character: some give the C1 control, some the one of Windows-1252.
    """
    table: dict[str, int] = {}
    for byte in range(0x80, 0x100):
        sign = bytes([byte]).decode(name, "ignore") or bytes([byte]).decode("cp1252", "ignore")
        table.setdefault(sign, byte)
    table |= {chr(byte): byte for byte in range(0x80, 0xA0)}
    table.pop("", None)
    low, two, three, four = (
        "[" + "".join(re.escape(sign) for sign, byte in table.items() if first <= byte <= last) + "]"
        for first, last in ((0x80, 0xBF), (0xC2, 0xDB), (0xE0, 0xEF), (0xF0, 0xF0))
    )
    return re.compile(f"{two}{low}|{three}{low}{{2}}|{four}{low}{{3}}"), table


def _entities(text: str) -> tuple[str, int]:
    """Unescape once. A blank within an entity is overlooked in numbers and in the five names of XML and `nbsp` only."""
    if "&" not in text:
        return text, 0
    from html import unescape
    from html.entities import html5

    count = 0

    def plain(match: re.Match[str]) -> str:
        nonlocal count
        name = match["loose"] or match["name"]
        if name and f"{name};" not in html5:
            return match[0]
        count += 1
        return clean(unescape(f"&{name or '#' + match['code']};"))

    return re.sub(_ENTITY, plain, text), count


def _emoji(text: str) -> tuple[str, int]:
    """Put the emoji in the place of the rest of its picture."""
    if not re.search(r"\balt\s*=", text):
        return text, 0
    count = 0

    def sign(match: re.Match[str]) -> str:
        nonlocal count
        shown = match["alt"] or match["alt2"]
        count += is_emoji(shown)
        return shown.strip() if is_emoji(shown) else match[0]

    return re.sub(_IMAGE, sign, text), count


def is_emoji(text: str) -> bool:
    """Whether a picture's description is the emoji that it shows, and no words."""
    signs = text.strip().replace("\u2139", "\u203c")  # the information sign counts as a letter in Unicode
    return not any(map(str.isalpha, signs)) and any(sign >= "\u203c" or sign in "©®" for sign in signs)


def _doubled_links(text: str) -> tuple[str, int]:
    """An address that stands twice in a row, glued or with a blank between, is one address."""
    pieces: list[str] = []
    done, before, count = 0, "", 0
    for match in re.finditer(r"https?://\S+", text):
        between, link = text[done : match.start()], match[0]
        half = link[: len(link) // 2]
        single = half if link == half * 2 else link
        doubled = single == before and not between.strip(" \t")
        pieces += ("", "") if doubled else (between, single)
        count += doubled + (single != link)
        done, before = match.end(), single
    return "".join([*pieces, text[done:]]), count


_STEPS = (
    ("repaired-encoding", _code_page),
    ("repaired-entities", _entities),
    ("repaired-emoji", _emoji),
    ("repaired-links", _doubled_links),
)
