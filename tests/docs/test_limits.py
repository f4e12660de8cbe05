"""What docs/limits.md says is what holds."""

from pathlib import Path

from tools.limits import FILE, text

from threadleaf.web.limits import STATED

ROOT = Path(__file__).parent.parent.parent


def test_the_document_is_made_from_what_holds():
    assert FILE == ROOT / "docs" / "limits.md"
    assert FILE.read_text("utf-8") == text(), "run: python -m tools.limits"


def test_every_limit_is_in_it():
    for stated in STATED.values():
        assert f"`{stated.setting}`, `{stated.setting}_all`" in text()
