"""The files under static/: what is shipped, and the colours it paints with."""

import re

import pytest

from threadleaf.web import assets

CSS = assets.export_css()
FONTS = {name: asset for name, asset in assets.assets().items() if name.endswith(".woff2")}


def test_every_font_has_its_licence_beside_it():
    families = {name.removeprefix("fonts/").partition("-")[0].removesuffix(".woff2") for name in FONTS}
    assert families == {"literata", "commissioner", "flags"}
    assert "SIL Open Font License" in assets.assets()["fonts/literata-OFL.txt"].body.decode()
    assert "SIL Open Font License" in assets.assets()["fonts/commissioner-OFL.txt"].body.decode()
    assert "CC BY 4.0" in assets.assets()["fonts/flags-LICENSE.md"].body.decode()


def test_every_font_that_the_stylesheet_names_is_there_and_no_other():
    named = re.findall(r'url\("(fonts/[^"]+)"\)', assets.assets()["threadleaf.css"].body.decode())
    assert sorted(named) == sorted(FONTS)


def test_the_stylesheet_names_nothing_on_another_host():
    whole = assets.assets()["threadleaf.css"].body.decode()
    assert not re.search(r"https?:|@import|url\((?!\"fonts/)", whole)


def test_an_export_takes_no_fonts_along():
    assert "@font-face" not in CSS
    assert "url(" not in CSS
    assert "</" not in CSS


def test_an_asset_has_an_address_that_changes_with_it():
    assert re.fullmatch(r"/static/[0-9a-f]{8}/icon\.svg", assets.url("icon.svg"))


def test_five_sizes_and_no_others():
    sizes = set(re.findall(r"--size-[a-z]+", CSS))
    assert sizes == {"--size-title", "--size-text", "--size-quote", "--size-branch", "--size-label"}
    screen = CSS.partition("@media print")[0]
    used = set(re.findall(r"font-size:\s*([^;]+);", screen)) - {"inherit"}
    # Arabic letters are small for their size, so their text is set a little larger than the Latin around it.
    assert {size for size in used if not size.startswith("var(--size-")} == {"1.12em"}


def test_directions_are_logical():
    physical = r"(?<![\w-])(?:margin|padding|border|inset)?-?(?:left|right)\s*:|text-align:\s*(?:left|right)|float:"
    assert re.findall(physical, CSS) == []


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


THEMES = dict(zip(("light", "dark"), re.findall(r":root \{([^}]*--paper[^}]*)\}", CSS)[:2], strict=True))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", ["paper", "wash"])
@pytest.mark.parametrize("text", ["ink", "soft", "gap", "link"])
def test_every_text_stands_out_from_its_ground(theme: str, ground: str, text: str):
    colours = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", THEMES[theme]))
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_the_line_stands_out_from_the_paper(theme: str):
    colours = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", THEMES[theme]))
    assert contrast(colours["thread"], colours["paper"]) >= 3
