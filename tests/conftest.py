"""What every test may ask for."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.postgres import postgres_server, which_postgres

pytest_plugins = ["tests.support.counts"]

# A run in the background inherits "ignore Ctrl-C", and so would every program that the tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "fixtures"

# In CI Hypothesis takes its own profile: the same examples every time, and no deadlines either.
settings.register_profile("desk", deadline=None, print_blob=True)
if not os.environ.get("CI"):
    settings.load_profile("desk")


def pytest_report_header() -> str:
    return f"PostgreSQL: {which_postgres()[1]}"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of saved answers that lies beside the repository, where there is one."""
    if not SHARED.is_dir():
        pytest.skip("../shared/fixtures is not here")
    return SHARED


@pytest.fixture(scope="session")
def postgres() -> str:
    """The address of a PostgreSQL server on which databases may be created; see `tests.support.postgres`."""
    return postgres_server()
