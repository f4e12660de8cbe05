"""The full-text index: FTS5 on SQLite, `tsvector` on PostgreSQL, behind one face.

Both are given words that `core.words` has cut already, so that they find the same. What a thread says is kept once, in
its own row: the index of SQLite holds no text, and must be told the very same words again to forget them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Float,
    Select,
    cast,
    column,
    func,
    intersect,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from threadleaf.core.query import Query, Term
from threadleaf.store.records import PageVisibility
from threadleaf.store.rows import in_reach
from threadleaf.store.schema import entries

# A tsvector knows positions up to 16,383, 256 of them for each word, and holds a megabyte.
_PART, _OVERLAP = 3000, 16

_FOUND = table("found")
_ROWID = literal_column("found.rowid", BigInteger)
_PARTS = table("found", column("place", BigInteger), column("words", TSVECTOR))


def is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def put(connection: Connection, place: int, words: Sequence[str]) -> None:
    """Index the words of the thread at a place; on PostgreSQL its entry must be there."""
    if is_sqlite(connection):
        statement = "INSERT INTO found (rowid, words) VALUES (:place, :words)"
        connection.execute(text(statement), {"place": place, "words": " ".join(words)})
    elif words:
        statement = "INSERT INTO found (place, part, words) VALUES (:place, :part, CAST(:words AS tsvector))"
        rows = [{"place": place, "part": part, "words": row} for part, row in enumerate(_vectors(words))]
        connection.execute(text(statement), rows)


def take(connection: Connection, place: int, words: Sequence[str]) -> None:
    """Forget, on SQLite, the words of the thread at a place: the very ones that were put there. PostgreSQL forgets
    them with the entry."""
    statement = "INSERT INTO found (found, rowid, words) VALUES ('delete', :place, :words)"
    connection.execute(text(statement), {"place": place, "words": " ".join(words)})


def clear(connection: Connection) -> None:
    """Forget everything. PostgreSQL forgets it with the entries."""
    if is_sqlite(connection):
        connection.execute(text("INSERT INTO found (found) VALUES ('delete-all')"))


def _vectors(words: Sequence[str]) -> Iterator[str]:
    """The words as `tsvector` literals, which overlap, so that a phrase across a seam is found. Words hold no quotes."""
    for start in range(0, len(words), _PART):
        row = enumerate(words[start : start + _PART + _OVERLAP], 1)
        yield " ".join(f"'{word}':{place}" for place, word in row)


# --- asking -----------------------------------------------------------------------------------------------------


def matching(
    connection: Connection, query: Query, visibility: PageVisibility | None, conditions: Sequence[ColumnElement[bool]]
) -> Select[Any]:
    """A selection of the places where the words of a query are found, of entries that meet the conditions and that
    may be found by whoever asks (see `store.lists`)."""
    chosen: Select[Any] = select(entries.c.place).where(in_reach(visibility), *conditions)
    return _on_sqlite(query, chosen) if is_sqlite(connection) else _on_postgres(query, chosen)


def _on_sqlite(query: Query, chosen: Select[Any]) -> Select[Any]:
    if query.wanted:
        # The plus keeps SQLite from asking the index anew for every entry: it walks the index, newest first.
        joined = entries.c.place == literal_column("+found.rowid", BigInteger)
        return chosen.join(_FOUND, joined).where(_match(match_of(query)))
    if query.unwanted:
        rowids = select(_ROWID).select_from(_FOUND).where(_match(_any(query.unwanted)))
        return chosen.where(entries.c.place.not_in(rowids))
    return chosen


def _on_postgres(query: Query, chosen: Select[Any]) -> Select[Any]:
    if query.unwanted:
        words = " | ".join(f"({_tsquery(term)})" for term in query.unwanted)
        chosen = chosen.where(entries.c.place.not_in(_holding(words)))
    if query.wanted:
        # Each term by itself, since a long thread is indexed in parts; and first, lest all dates are walked through.
        hits = intersect(*(_holding(_tsquery(term)) for term in query.wanted)).cte("hits").prefix_with("MATERIALIZED")
        chosen = chosen.join(hits, hits.c.place == entries.c.place)
    return chosen


def place(connection: Connection, query: Query) -> ColumnElement[int]:
    """The column by which what `matching` selects is ordered."""
    return _ROWID if is_sqlite(connection) and query.wanted else entries.c.place


def match_of(query: Query) -> str:
    """The words wanted, and not wanted, in the language of FTS5."""
    words = " AND ".join(map(_fts, query.wanted))
    return f"({words}) NOT ({_any(query.unwanted)})" if query.unwanted else words


def score(connection: Connection, query: Query) -> ColumnElement[float]:
    """How well an entry that `matching` selects fits the query: the more, the better."""
    if is_sqlite(connection):
        return literal_column("-bm25(found)", Float)
    words = cast(" & ".join(f"({_tsquery(term)})" for term in query.wanted), TSQUERY)
    parts = _PARTS.alias("parts")
    ranks = select(func.max(func.ts_rank(parts.c.words, words))).where(parts.c.place == entries.c.place)
    return ranks.scalar_subquery()


def _match(words: str) -> ColumnElement[bool]:
    return literal_column("found").op("MATCH", is_comparison=True)(words)


def _any(terms: Sequence[Term]) -> str:
    return " OR ".join(map(_fts, terms))


def _fts(term: Term) -> str:
    """A term in the language of FTS5: quoted words and operators of ours, nothing else."""
    if term.forms:
        return f"({' OR '.join(map(_quoted, term.forms))})"
    return _quoted(" ".join(term.words)) + (" *" if term.opens else "")


def _quoted(words: str) -> str:
    return f'"{words}"'


def _holding(words: str) -> Select[Any]:
    return select(_PARTS.c.place).distinct().where(_PARTS.c.words.op("@@")(cast(words, TSQUERY)))


def _tsquery(term: Term) -> str:
    """A term in the language of PostgreSQL."""
    if term.forms:
        return f"({' | '.join(map(_apart, term.forms))})"
    return " <-> ".join(map(_apart, term.words)) + (":*" if term.opens else "")


def _apart(word: str) -> str:
    return f"'{word}'"
