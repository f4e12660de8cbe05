"""What X makes of a text that somebody writes: escapes, short addresses, entities counted in code points."""

from __future__ import annotations

import re

from msgspec import Struct

SHORT = 280
"""Characters of a post; a longer one is cut off, and is whole in its note."""

_TOKEN = re.compile(r"https?://\S+|@(?P<name>\w{1,15})|#(?P<tag>\w+)|\$(?P<cash>[A-Za-z]{1,6})\b")


class Written(Struct, frozen=True):
    """A text as X keeps it, and its entities."""

    text: str
    entities: dict[str, list[dict[str, object]]]


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def written(text: str, seed: str, *, escapes: bool = True, more: tuple[dict[str, object], ...] = ()) -> Written:
    """A text with every address made short; `seed` makes the short ones differ. `more` are addresses to add at its end."""
    pieces: list[str] = []
    entities: dict[str, list[dict[str, object]]] = {}
    done = length = 0

    def put(piece: str) -> None:
        nonlocal length
        pieces.append(piece)
        length += len(piece)

    def note(kind: str, shown: str, **words: object) -> None:
        entities.setdefault(kind, []).append({"start": length, "end": length + len(shown), **words})
        put(shown)

    def link(address: str, **words: object) -> None:
        note(
            "urls",
            short := f"https://t.co/{seed}{len(entities.get('urls', ()))}",
            url=short,
            **_shown(address),
            **words,
        )

    for match in _TOKEN.finditer(text):
        put(escaped(text[done : match.start()]) if escapes else text[done : match.start()])
        done = match.end()
        if match["name"]:
            note("mentions", match[0], username=match["name"])
        elif match["tag"]:
            note("hashtags", match[0], tag=match["tag"])
        elif match["cash"]:
            note("cashtags", match[0], tag=match["cash"])
        else:
            link(match[0])
    put(escaped(text[done:]) if escapes else text[done:])
    for extra in more:
        put(" " if length else "")
        link(**extra)  # type: ignore[arg-type]
    return Written("".join(pieces), entities)


def _shown(address: str) -> dict[str, str]:
    plain = address.partition("://")[2]
    return {"expanded_url": address, "display_url": plain if len(plain) < 28 else plain[:26] + "…"}
