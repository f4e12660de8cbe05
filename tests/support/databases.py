"""Fixtures: the same tests on both databases. A conftest imports those that it wants.

`database` has the parameters `sqlite` and `postgres`; `store` is opened on it.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from tests.support.postgres import fresh_postgres, template_postgres
from threadleaf.store import migrations, open_store
from threadleaf.store.threads import Store


class Sandbox(NamedTuple):
    """A database that is up to date and empty; `bare()` makes another one without any table."""

    kind: str
    address: str
    bare: Callable[[], str]


def migrate(address: str) -> None:
    open_store(address).close()


def fingerprint() -> str:
    """A hash of what made the schema."""
    sources = sorted(Path(str(migrations.__file__)).parent.glob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "threadleaf.sqlite3"
    migrate(str(path))
    return path


@pytest.fixture(scope="session")
def postgres_copy(postgres: str) -> str:
    """One migrated database for all tests of this process; each test leaves it empty."""
    return fresh_postgres(template_postgres(fingerprint(), migrate))


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sandbox]:
    if request.param == "sqlite":
        numbers = count(1)
        path = tmp_path / "threadleaf.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield Sandbox("sqlite", str(path), lambda: str(tmp_path / f"bare-{next(numbers)}.sqlite3"))
        return
    address = request.getfixturevalue("postgres_copy")
    yield Sandbox("postgres", address, fresh_postgres)
    with psycopg.connect(address) as connection:
        connection.execute(
            "WITH stones AS (DELETE FROM tombstones), outs AS (DELETE FROM opt_outs), shots AS (DELETE FROM pictures),"
            " asked AS (DELETE FROM unrolls), kept_back AS (DELETE FROM hidden), told AS (DELETE FROM reports),"
            " barred AS (DELETE FROM blocked_hosts), done AS (DELETE FROM audit), numbers AS (DELETE FROM yearly),"
            " signed AS (DELETE FROM sessions), used AS (DELETE FROM counters), following AS (DELETE FROM follows),"
            " named AS (DELETE FROM mentions), queued AS (DELETE FROM turns), claimed AS (DELETE FROM claims), sent AS (DELETE FROM outbox),"
            " held AS (DELETE FROM bot_state), proving AS (DELETE FROM codes), said AS (DELETE FROM statements),"
            " waiting AS (DELETE FROM held), engines AS (DELETE FROM indexing),"
            " spent AS (DELETE FROM x_spent), owed AS (DELETE FROM x_held), paid AS (DELETE FROM x_paid),"
            " secrets AS (DELETE FROM meta WHERE name NOT IN ('schema', 'tombstone-key')) DELETE FROM threads"
        )


@pytest.fixture
def store(database: Sandbox) -> Iterator[Store]:
    with open_store(database.address) as opened:
        yield opened
