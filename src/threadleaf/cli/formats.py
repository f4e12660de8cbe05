"""The table of formats: their names are the suffixes of files and of the site's addresses."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from threadleaf.core.model import Thread

NAMES = ("txt", "md", "json", "html", "svg")
View = Literal["article", "posts"]


def chosen(path: str | None, form: str | None) -> str:
    """The format of an output: the one asked for, else the file's suffix, else text; text too for a device or a pipe."""
    if form or path is None or _is_no_file(path):
        return form or "txt"
    suffix = path.rpartition("/")[2].rpartition(".")[2].lower()
    if suffix not in NAMES or "." not in path:
        known = ", ".join(f".{name}" for name in NAMES)
        raise click.UsageError(f"The suffix of “{path}” names no format. Use one of {known}, or give --format.")
    return suffix


def _is_no_file(path: str) -> bool:
    """Whether there is something to be written to that is not a file, such as /dev/null."""
    place = Path(path)
    return place.exists() and not (place.is_file() or place.is_dir())


def usual_view(thread: Thread) -> View:
    """The view of a thread if nothing is said."""
    from threadleaf.service.pages import default_view

    return default_view(thread.network)


def rendered(thread: Thread, form: str, view: View | None = None) -> bytes:
    """A thread in one of the formats."""
    view = view or usual_view(thread)
    from threadleaf import render

    if form == "json":
        return _ended(render.json(thread))
    if form == "html":
        from threadleaf.web.assets import export_css

        return _ended(render.html(thread, view, css=export_css()).encode())
    if form == "svg":
        return _ended(render.shape(thread).encode())
    write = render.markdown if form == "md" else render.plain
    return _ended(write(thread, view).encode())


def _ended(data: bytes) -> bytes:
    return data if data.endswith(b"\n") else data + b"\n"
