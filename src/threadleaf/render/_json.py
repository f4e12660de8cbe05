"""A thread as JSON: the model itself, and its schema."""

from __future__ import annotations

from typing import Any

import msgspec

from threadleaf.core.model import FORMAT_VERSION, Thread

_WHOLE = frozenset({"Thread", "Completeness", "Article"})
"""Parts of the form that are written with all their keys."""


def render(thread: Thread) -> bytes:
    """The thread as UTF-8 JSON. All keys of the top level are always there; below, defaults are left out."""
    return msgspec.json.encode(thread)


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the form, generated from the model; docs/thread.schema.json holds it."""
    found = msgspec.json.schema(Thread)
    for name, part in found["$defs"].items():
        part["description"] = " ".join(part["description"].split())
        if name in _WHOLE:
            part["required"] = list(part["properties"])
    title = f"A thread as Threadleaf writes it, version {FORMAT_VERSION}"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **found}
