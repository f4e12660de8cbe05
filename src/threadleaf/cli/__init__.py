"""The command line: each command parses, calls the library or the service, and prints.

main → run (errors become exit codes) → tree (which module is which command) → one module a command
"""

from __future__ import annotations

import sys


def main() -> None:
    """The console script `threadleaf`; ends the process with a code of `exit.CODES`."""
    try:
        from threadleaf.cli.run import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # also while the modules load
        code = 130
    sys.exit(code)
