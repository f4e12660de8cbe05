"""What docs/hosting.md shows is what `threadleaf init` prints."""

from pathlib import Path

from tests.support.public import TOLD
from threadleaf.cli import hosting
from threadleaf.config import Settings

DOCUMENT = (Path(__file__).parent.parent.parent / "docs" / "hosting.md").read_text("utf-8")
HOME = "/home/threadleaf"
SETTINGS = Settings(**TOLD, data=f"{HOME}/.local/share/threadleaf")


def test_the_unit_is_the_one_that_is_printed():
    file = f"{HOME}/.config/threadleaf/config.toml"
    unit = hosting.unit(SETTINGS, user="threadleaf", program=f"{HOME}/.local/bin/threadleaf", file=file)
    assert f"```ini\n{unit}```" in DOCUMENT


def test_the_lines_of_caddy_are_those_that_are_printed():
    assert f"```\n{hosting.caddy(SETTINGS)}```" in DOCUMENT
