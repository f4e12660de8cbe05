"""Build the web fonts in src/threadleaf/web/static/fonts/ and static/fonts.css again, byte for byte.

Not needed to install, run or test Threadleaf: the results are committed together with their licences. Run it in a
throw-away folder when a font changes:

    npm install @fontsource-variable/literata@5.3.0 @fontsource-variable/commissioner@5.3.0 \
        country-flag-emoji-polyfill@0.1.10
    python -m venv venv && venv/bin/pip install fonttools==4.68.0 brotli==1.2.1
    venv/bin/python …/tools/fonts.py node_modules …/src/threadleaf/web/static

Each subset keeps the glyphs and the `unicode-range` of its package; only the weight axis is cut to 400–700, which
is all the stylesheet asks for. The fallback faces at the end take the reader's own Georgia, Noto Serif, Arial or
Noto Sans and give it the widths and heights of ours, so that nothing moves when ours arrives.
"""

from __future__ import annotations

import argparse
import io
import re
import shutil
from pathlib import Path

WEIGHTS = (400, 700)
FACE = re.compile(r"src: url\(\./files/(?P<file>[^)]+)\).*?unicode-range: (?P<range>[^;]+);", re.DOTALL)
FAMILIES = (
    # family, package, stylesheets of the package
    ("Literata", "literata", ("wght.css", "wght-italic.css")),
    ("Commissioner", "commissioner", ("wght.css",)),
)
FLAGS = "U+1F1E6-1F1FF"

# Average width of a lower-case Latin text in em, as `@capsizecss/metrics` measures it; ascent and descent in em.
METRICS = {"Literata": (0.480, 1.177, 0.308), "Commissioner": (0.4505, 1.017, 0.206)}
FALLBACKS = {
    "Literata": {"Georgia": 0.4458, "Noto Serif": 0.481},
    "Commissioner": {"Arial": 0.4458, "Noto Sans": 0.474},
}


def cut(source: Path) -> bytes:
    """The font with its weight axis limited to `WEIGHTS`, as WOFF2; the same input gives the same bytes."""
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    font = TTFont(source, recalcTimestamp=False)
    font = instantiateVariableFont(font, {"wght": WEIGHTS})
    font.flavor = "woff2"
    out = io.BytesIO()
    font.save(out, reorderTables=True)
    return out.getvalue()


def face(family: str, name: str, style: str, unicode_range: str, weight: str = "400 700") -> str:
    """One `@font-face` rule for `fonts/NAME.woff2`.

    Lines are broken otherwise in another face, whatever its metrics. So a face that comes too late for the first page
    waits for the next one, and nothing moves; flags move nothing.
    """
    display = "swap" if family == "Flags" else "optional"
    return (
        f'@font-face {{ font-family: "{family}"; font-style: {style}; font-weight: {weight}; font-display: {display}; '
        f'src: url("fonts/{name}.woff2") format("woff2"); unicode-range: {unicode_range}; }}\n'
    )


def fallback(family: str, local: str, width: float) -> str:
    """A rule that dresses the reader's own font `local` (average width `width` em) in the metrics of `family`."""
    ours, ascent, descent = METRICS[family]
    scale = ours / width
    return (
        f'@font-face {{ font-family: "{family} {local}"; src: local("{local}"); size-adjust: {scale:.2%}; '
        f"ascent-override: {ascent / scale:.2%}; descent-override: {descent / scale:.2%}; "
        "line-gap-override: 0%; }\n"
    )


def family_rules(family: str, package: Path, sheets: tuple[str, ...], fonts: Path) -> str:
    """Write all subsets of one family; return their rules, and those of its fallback faces."""
    rules = ""
    for sheet in sheets:
        for found in FACE.finditer((package / sheet).read_text(encoding="utf-8")):
            style = "italic" if found["file"].endswith("italic.woff2") else "normal"
            name = found["file"].replace("-wght-normal.woff2", "").replace("-wght-italic.woff2", "-italic")
            (fonts / f"{name}.woff2").write_bytes(cut(package / "files" / found["file"]))
            rules += face(family, name, style, found["range"])
    shutil.copyfile(package / "LICENSE", fonts / f"{family.lower()}-OFL.txt")
    return rules + "".join(fallback(family, local, width) for local, width in FALLBACKS[family].items())


def main() -> None:
    """Read the packages under `node_modules`, write `OUT/fonts/*` and `OUT/fonts.css`."""
    options = argparse.ArgumentParser(description="Build the web fonts.")
    options.add_argument("modules", type=Path, help="a node_modules folder with the packages named above")
    options.add_argument("out", type=Path, help="the folder `static`")
    given = options.parse_args()
    fonts = given.out / "fonts"
    fonts.mkdir(parents=True, exist_ok=True)
    rules = "/* Written by tools/fonts.py. */\n"
    for family, package, sheets in FAMILIES:
        rules += family_rules(family, given.modules / "@fontsource-variable" / package, sheets, fonts)
    flags = given.modules / "country-flag-emoji-polyfill"
    shutil.copyfile(flags / "dist" / "TwemojiCountryFlags.woff2", fonts / "flags.woff2")
    shutil.copyfile(flags / "LICENSE.md", fonts / "flags-LICENSE.md")
    rules += face("Flags", "flags", "normal", FLAGS, weight="400")
    (given.out / "fonts.css").write_text(rules, encoding="utf-8")


if __name__ == "__main__":
    main()
