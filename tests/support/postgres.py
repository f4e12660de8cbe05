"""A PostgreSQL for the tests: which one, and fresh databases on it.

    TL_TEST_PG is set (an address, or the word `embedded`)                     → that one
    127.0.0.1:5432 answers within a second and our role may create databases  → that one
    otherwise                                                                 → a real server out of a Python package

If none starts, the tests that need one fail: without them half of what the store promises is not shown.
"""

import atexit
import functools
import os
import socket
import tempfile
import warnings
from collections.abc import Callable
from itertools import count
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

LOCAL = "postgresql://127.0.0.1:5432/postgres"
EMBEDDED = "embedded"

_numbers = count(1)
_made: list[str] = []
_templates: dict[str, str] = {}


def which_postgres() -> tuple[str, str]:
    """The address (or `embedded`), and words for the header that show no password."""
    wanted = os.environ.get("TL_TEST_PG", "")
    if wanted == EMBEDDED:
        return EMBEDDED, "embedded, by TL_TEST_PG"
    if wanted:
        return wanted.replace("postgresql+psycopg:", "postgresql:"), f"{urlsplit(wanted).hostname}, by TL_TEST_PG"
    if _may_create_databases():
        return LOCAL, "127.0.0.1:5432"
    return EMBEDDED, "embedded, as none at 127.0.0.1:5432 lets us create databases"


def _may_create_databases() -> bool:
    try:
        socket.create_connection(("127.0.0.1", 5432), timeout=1).close()
        with psycopg.connect(LOCAL, connect_timeout=2) as connection:
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except (OSError, psycopg.Error):
        return False
    return row == (True,)


@functools.cache
def postgres_server() -> str:
    """The address of the server's own database `postgres`; starts the embedded server if it is to be that."""
    address, _ = which_postgres()
    if address == EMBEDDED:
        address = _start_embedded()
    psycopg.connect(address, connect_timeout=10).close()
    atexit.register(drop_databases)  # before the embedded server stops: what is registered last runs first
    return address


def _start_embedded() -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it has its own worries about the folder of its lock
        try:
            import pgserver
        except ImportError as error:
            raise RuntimeError("No PostgreSQL: start one at 127.0.0.1:5432, or name one in TL_TEST_PG.") from error
        server = pgserver.get_server(tempfile.mkdtemp(prefix="tl-pg-"), cleanup_mode="delete")
    return str(server.get_uri())


def address_of(database: str) -> str:
    """The address of another database on the same server."""
    return urlsplit(postgres_server())._replace(path=f"/{database}").geturl()


def fresh_postgres(template: str | None = None) -> str:
    """Creates a database, empty or a copy of `template` (see `template_postgres`), and returns its address."""
    return address_of(_create(f"tl_test_{os.getpid()}_{next(_numbers)}", template))


def template_postgres(key: str, migrate: Callable[[str], None]) -> str:
    """The name of a template made once by `migrate(address)`; `key` is a hash of what made it.

    `migrate` must close its connections: PostgreSQL copies no database that is in use.
    """
    if key not in _templates:
        name = _create(f"tl_test_{os.getpid()}_template_{key[:16]}", None)
        migrate(address_of(name))
        _templates[key] = name
    return _templates[key]


def _create(name: str, template: str | None) -> str:
    _run(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template or "template1"))
    )
    _made.append(name)
    return name


def drop_databases() -> None:
    """At the end of the session, never before: a DROP waits for a checkpoint."""
    while _made:
        _run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(_made.pop())))
    _templates.clear()


def _run(statement: sql.Composed) -> None:
    with psycopg.connect(postgres_server(), autocommit=True) as connection:
        connection.execute(statement)
