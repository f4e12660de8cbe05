"""Build the fonts of the pictures of pages, in src/threadleaf/web/fonts/, from the web fonts.

Not needed to install, run or test Threadleaf: the results are committed together with their licences. Typst reads no
WOFF2 and no variable fonts, so each weight is one TrueType file that holds all subsets. Run it when a web font changes:

    python -m venv venv && venv/bin/pip install fonttools==4.68.0 brotli==1.2.1
    venv/bin/python tools/card_fonts.py src/threadleaf/web/static/fonts src/threadleaf/web/fonts
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

SUBSETS = ("latin", "latin-ext", "vietnamese", "cyrillic", "cyrillic-ext", "greek")
FACES = (("literata", 400), ("literata", 560), ("commissioner", 400))


def cut(source: Path, weight: int, target: Path) -> None:
    """One subset at one weight, as TrueType."""
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    font = TTFont(source, recalcTimestamp=False)
    font.flavor = None
    instantiateVariableFont(font, {"wght": weight}).save(target)


def main() -> None:
    from fontTools.merge import Merger

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    for family, weight in FACES:
        with tempfile.TemporaryDirectory() as folder:
            pieces = [Path(folder) / f"{subset}.ttf" for subset in SUBSETS]
            for subset, piece in zip(SUBSETS, pieces, strict=True):
                cut(arguments.source / f"{family}-{subset}.woff2", weight, piece)
            Merger().merge(list(map(str, pieces))).save(arguments.target / f"{family}-{weight}.ttf")
        shutil.copy(arguments.source / f"{family}-OFL.txt", arguments.target)


if __name__ == "__main__":
    main()
