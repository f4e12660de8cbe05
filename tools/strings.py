"""Finds every message of the interface in the source, and brings the catalogues up to date.

    python -m tools.strings     adds what is new, takes out what is gone, and lists what has no translation

In Python a message is the literal in `say("…")`, `say.plural(n, "…", "…")`, `marked("…")`, `marked_plural("…", "…")`,
`sentence = "…"`, and in an error of ours that is made with a whole sentence; in templates that in `say("…")` and
`say.plural(n, "…", "…")`.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from threadleaf.core import errors

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "threadleaf"
CATALOGUES = SOURCE / "web" / "locales"
OPERATORS = ("cli", "store", "config.py", "admin")
"""Whose errors only an operator reads: they stay English."""

Message = str | tuple[str, str]

_ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
_STRING = r'"((?:[^"\\]|\\.)*)"'
_IN_TEMPLATE = re.compile(rf"\bsay\(\s*(?:{_STRING}|(?P<odd>'))|\bsay\.plural\([^\"']*,\s*{_STRING}\s*,\s*{_STRING}")
_CALLS = re.compile(r"\bsay(\.plural)?\(")


def in_python(source: str, *, sentences: bool = True) -> Iterator[Message]:
    """The messages of a module. `sentences` says whether those of its errors count."""
    for node in ast.walk(ast.parse(source)):
        if (
            sentences
            and isinstance(node, ast.Assign)
            and [getattr(to, "id", "") for to in node.targets] == ["sentence"]
        ):
            yield from _literals(node.value, strict=False)
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in ("say", "marked") or (sentences and name in _ERRORS):
            for literal in node.args[:1]:
                yield from _literals(literal, strict=name == "say")
        elif name in ("marked_plural", "plural"):
            pair = [literal.value for literal in node.args if _is_text(literal)]
            if len(pair) == 2:
                yield pair[0], pair[1]


def _literals(node: ast.expr, *, strict: bool) -> Iterator[str]:
    if _is_text(node):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body, strict=strict)
        yield from _literals(node.orelse, strict=strict)
    elif strict and isinstance(node, ast.JoinedStr | ast.BinOp):
        raise ValueError(f"line {node.lineno}: a message is a literal, with its values in braces")


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def in_template(source: str) -> Iterator[Message]:
    """The messages of a template."""
    for found in _IN_TEMPLATE.finditer(source):
        if found["odd"]:
            raise ValueError(f"write the message in double quotes: {source[found.start() : found.end() + 40]}")
        one, _, first, many = (text and ast.literal_eval(f'"{text}"') for text in found.groups())
        yield (first, many) if first else one


def messages() -> Mapping[Message, list[str]]:
    """Every message of the interface, and the files that say it."""
    found: dict[Message, list[str]] = {}
    for path in sorted(SOURCE.rglob("*")):
        name = str(path.relative_to(SOURCE))
        if path.suffix == ".py":
            said = in_python(path.read_text("utf-8"), sentences=not any(part in name for part in OPERATORS))
        elif path.parent.name == "templates":
            said = in_template(path.read_text("utf-8"))
        else:
            continue
        for message in said:
            places = found.setdefault(message, [])
            if name not in places:
                places.append(name)
    return found


def catalogues() -> dict[str, Path]:
    """The file of every language, by its code."""
    return {path.name: path / "LC_MESSAGES" / "threadleaf.po" for path in sorted(CATALOGUES.iterdir())}


def read(path: Path, code: str) -> Catalog:
    """A catalogue; an empty one where there is no file yet."""
    if not path.exists():
        return Catalog(locale=code.replace("-", "_"), domain="threadleaf")
    with path.open("rb") as file:
        return read_po(file, locale=code.replace("-", "_"))


def lacking(catalog: Catalog) -> list[Message]:
    """The messages of a catalogue that have no translation, or not for every number."""
    return [message.id for message in catalog if message.id and not _is_done(message.string or "", catalog.num_plurals)]


def _is_done(string: str | tuple[str, ...], plurals: int) -> bool:
    return bool(string) if isinstance(string, str) else len(string) == plurals and all(string)


def update(catalog: Catalog) -> None:
    """Bring a catalogue up to date: what is new has no translation, what is gone is out."""
    template = Catalog()
    for message, places in messages().items():
        template.add(message, locations=[(place, 1) for place in places])
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()


def main() -> int:
    left = 0
    for code, path in catalogues().items():
        catalog = read(path, code)
        header, made = catalog.header_comment, catalog.creation_date
        update(catalog)
        catalog.header_comment, catalog.creation_date, catalog.fuzzy = header, made, False
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalog, width=120, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
        for message in lacking(catalog):
            left += 1
            print(f"{code}: {message!r}")
    print(f"{len(messages())} messages; {left} translations lack")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
