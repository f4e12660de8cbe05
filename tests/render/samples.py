"""The sample threads of `examples/`, and what they are rendered to in `golden/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import msgspec

from tests.render.build import everything
from threadleaf import render
from threadleaf.core import withhold
from threadleaf.core.assemble import assemble
from threadleaf.core.model import Thread
from threadleaf.render._json import schema
from threadleaf.sources import for_documents
from threadleaf.wire import Document

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "examples"
GOLDEN = Path(__file__).parent / "golden"
SCHEMA = ROOT / "docs" / "thread.schema.json"

FORMATS: Mapping[str, Callable[[Thread], str]] = {
    "txt": render.plain,
    "md": render.markdown,
    "json": lambda thread: msgspec.json.format(render.json(thread), indent=1).decode() + "\n",
    "html": render.article_html,
}
AS_POSTED: Mapping[str, Callable[[Thread], str]] = {
    "posts.txt": lambda thread: render.plain(thread, "posts"),
    "posts.md": lambda thread: render.markdown(thread, "posts"),
    "posts.html": lambda thread: render.html(thread, "posts"),
}


def names() -> list[str]:
    """The names of the sample threads."""
    return sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())


@cache
def sample(name: str) -> Thread:
    """A sample thread as a reader gets it."""
    documents = [Document(body=path.read_bytes(), name=path.name) for path in sorted((EXAMPLES / name).iterdir())]
    return withhold.shown(assemble(for_documents(documents).read(documents)))


def golden() -> dict[str, Callable[[], str]]:
    """Every golden file by name, and how to make it: each sample in each format, one made by hand in both views."""
    files: dict[str, Callable[[], str]] = {}
    for name in names():
        for suffix, write in FORMATS.items():
            files[f"{name}.{suffix}"] = lambda write=write, name=name: write(sample(name))
    for suffix, write in (FORMATS | AS_POSTED).items():
        files[f"everything.{suffix}"] = lambda write=write: write(everything())
    return files


def schema_text() -> str:
    """The content of docs/thread.schema.json."""
    return msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode() + "\n"
