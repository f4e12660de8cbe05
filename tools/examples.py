"""Makes the input files of our sample threads: `python -m tools.examples` writes them, `--check` only compares.

`examples/NAME.toml` is a story (see `tools.story`); from it come folders of input files, one for each example, in the
forms in which threads reach us, and the table in `examples/README.md`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tools import forms_bluesky, forms_saved
from tools.story import Example, Given, Story, load

FOLDER = Path(__file__).parent.parent / "examples"
_NAMES = {
    "v1": "getPostThread",
    "v2": "getPostThreadV2",
    "records": "listRecords",
    "posts": "getPosts",
    "conversation": "conversation",
}
_PAGES: dict[str, Callable[[Story], str]] = {
    "twtext": forms_saved.twtext,
    "mirror": forms_saved.mirror,
    "reader": forms_saved.reader,
    "scrolly": forms_saved.scrolly,
    "html": forms_saved.html,
}
_TABLE = "<!-- made by tools/examples.py: the table -->"
_KINDS = {
    "v1": "Bluesky `getPostThread`",
    "v2": "Bluesky `getPostThreadV2`",
    "records": "Bluesky `listRecords`",
    "posts": "Bluesky `getPosts`",
    "conversation": "our own saved form",
    "twtext": "saved page, text",
    "mirror": "saved page, text",
    "reader": "saved page, text",
    "scrolly": "saved page, text",
    "html": "saved page, HTML",
}


def stories(folder: Path = FOLDER) -> list[Story]:
    """Every story, by name."""
    return [load(path) for path in sorted(folder.glob("*.toml"))]


def files(story: Story, example: Example) -> Iterator[tuple[str, str]]:
    """Name and content of each input file of one example, in the order in which they were saved."""
    for place, given in enumerate(example.documents, 1):
        yield _name(example, given, place), _content(story, given)


def _name(example: Example, given: Given, place: int) -> str:
    if given.form in _PAGES:
        return "page.html" if given.form == "html" else "page.txt"
    number = f"{place}-" if len(example.documents) > 1 else ""
    return f"{number}{_NAMES[given.form]}.json"


def _content(story: Story, given: Given) -> str:
    if given.form == "conversation":
        return forms_saved.own_form(story, given.post)
    if given.form in _PAGES:
        return _PAGES[given.form](story)
    return json.dumps(forms_bluesky.answer(story, given), ensure_ascii=False, indent=1) + "\n"


def table(made: list[Story]) -> str:
    """The examples as rows of a Markdown table."""
    rows = ["| folder | input | shows |", "|---|---|---|"]
    for story in made:
        for example in story.example:
            kinds = dict.fromkeys(_KINDS[given.form] for given in example.documents)
            rows.append(f"| `{example.name}` | {', '.join(kinds)} | {example.shows} |")
    return "\n".join(rows)


def expected(folder: Path = FOLDER) -> dict[Path, str]:
    """Every file that the stories make, with its content."""
    made = stories(folder)
    result = {
        folder / example.name / name: content
        for story in made
        for example in story.example
        for name, content in files(story, example)
    }
    readme = folder / "README.md"
    head = readme.read_text("utf-8").partition(_TABLE)[0]
    return result | {readme: f"{head}{_TABLE}\n\n{table(made)}\n"}


def main(arguments: list[str]) -> int:
    wanted = expected()
    present = {path for path in FOLDER.glob("*/*") if path.is_file()}
    stale = [path for path, content in wanted.items() if not path.exists() or path.read_text("utf-8") != content]
    spare = sorted(present - wanted.keys())
    for path in [*stale, *spare]:
        print(path.relative_to(FOLDER.parent))
    if "--check" in arguments:
        return 1 if stale or spare else 0
    for path in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(wanted[path], "utf-8")
    for path in spare:
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
