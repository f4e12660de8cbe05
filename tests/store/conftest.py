"""The tests of the store run on SQLite and on PostgreSQL."""

from tests.support.databases import database, postgres_copy, sqlite_template, store

__all__ = ["database", "postgres_copy", "sqlite_template", "store"]
