"""Our opt-out list: who is not shown on any page. It holds keyed hashes, so that it names nobody.

Its revision, a number that grows with every change, tells whoever prepared something without a lock that the list has
changed since.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from threadleaf.core.model import Network
from threadleaf.core.wishes import By, OptOut
from threadleaf.store.records import OptOuts
from threadleaf.store.rows import chunks
from threadleaf.store.schema import meta, opt_outs

_REVISION = "opt-outs"


def add(connection: Connection, key: bytes, network: Network, author: str, *, since: datetime, by: By) -> bool:
    """Put somebody on the list; whoever stands there already stays there since then (False).

    Unless it is by the author's own word, which she may take back, and this is another's: that counts from now on.
    """
    mark = mark_of(key, network, author)
    there = connection.execute(select(opt_outs.c.source).where(opt_outs.c.mark == mark)).scalar_one_or_none()
    if there is not None and (there != "author" or by == "author"):
        return False
    connection.execute(delete(opt_outs).where(opt_outs.c.mark == mark))
    connection.execute(insert(opt_outs).values(mark=mark, network=network, since=since, source=by))
    count(connection)
    return True


def remove(connection: Connection, key: bytes, network: Network, author: str, by: By) -> bool:
    """Take somebody off the list; False if nobody of that id stood there, or not by the author's word, which alone is
    hers to take back."""
    this = opt_outs.c.mark == mark_of(key, network, author)
    if by == "author":
        this &= opt_outs.c.source == "author"
    gone = connection.execute(delete(opt_outs).where(this)).rowcount > 0
    if gone:
        count(connection)
    return gone


def among(connection: Connection, key: bytes, people: Collection[tuple[Network, str]]) -> OptOuts:
    """Those of some people who stand on the list, by id."""
    names = {mark_of(key, network, author): author for network, author in people}
    found: dict[str, OptOut] = {}
    for some in chunks(sorted(names)):
        rows = connection.execute(select(opt_outs).where(opt_outs.c.mark.in_(some)))
        found.update((names[bytes(row.mark)], OptOut(row.since, row.source)) for row in rows)
    return OptOuts(found, revision(connection))


def revision(connection: Connection) -> int:
    """How often the list has changed."""
    return int(bytes(connection.execute(select(meta.c.value).where(meta.c.name == _REVISION)).scalar() or b"0"))


def count(connection: Connection) -> None:
    """The list, or something else that says what may be shown, has changed."""
    number = revision(connection) + 1
    connection.execute(delete(meta).where(meta.c.name == _REVISION))
    connection.execute(insert(meta).values(name=_REVISION, value=b"%d" % number))


def mark_of(key: bytes, network: Network, author: str) -> bytes:
    """The keyed hash by which somebody (or a single post) stands on the list."""
    return hmac.digest(key, f"author\n{network}\n{author}".encode("utf-8", "surrogatepass"), "sha256")
