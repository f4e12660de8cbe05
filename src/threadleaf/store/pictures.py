"""Pictures of posts: in which rendered pages they stand, and the small files that are shown in their place.

A picture is shown as long as a rendered page holds it. Whatever deletes that page (a takedown, a wish, a new reading)
takes the right to see the picture along in the same transaction; its file goes with the next `sweep`.
"""

from __future__ import annotations

import hmac
import os
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from sqlalchemy import Connection, delete, insert, select, update

from threadleaf.core.errors import StoreError
from threadleaf.store.engine import Database
from threadleaf.store.records import Picture, PictureState, View
from threadleaf.store.rows import chunks, visible
from threadleaf.store.schema import pages, pictures, pictures_of, threads

_SUFFIX = ".webp"


class Pictures:
    """What is known of pictures. `key` makes their names; every method raises StoreError if the database fails."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = key

    def known(self, urls: Collection[str]) -> Mapping[str, Picture]:
        """Pictures by their addresses; those that nobody has asked for yet are new."""
        found = {url: Picture(name=name_of(self._key, url), url=url) for url in urls}
        with self._database.reading() as connection:
            for some in chunks(sorted(picture.name for picture in found.values())):
                for row in connection.execute(select(pictures).where(pictures.c.name.in_(some))):
                    found[row.url] = Picture(**row._mapping)  # noqa: SLF001 -- SQLAlchemy's public face
        return found

    def find(self, name: str) -> Picture | None:
        """A picture that stands on a page that may be seen; None if it stands on none."""
        held = select(pictures_of.c.picture).join(threads, threads.c.id == pictures_of.c.thread)
        query = select(pictures).where(
            pictures.c.name == name, pictures.c.name.in_(held.where(pictures_of.c.picture == name, visible()))
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return Picture(**row._mapping) if row else None  # noqa: SLF001

    def settle(self, name: str, state: PictureState, at: datetime, *, width: int = 0, height: int = 0) -> None:
        """Note what came of asking for a picture. Pages that show it are made anew if it cannot be shown after all."""
        size = {"width": width, "height": height} if width and height else {}
        with self._database.writing() as connection:
            connection.execute(update(pictures).where(pictures.c.name == name).values(state=state, tried_at=at, **size))
            if state in ("refused", "gone"):
                holding = select(pictures_of.c.thread).where(pictures_of.c.picture == name)
                connection.execute(update(pages).where(pages.c.thread.in_(holding)).values(made_by=""))

    def sweep(self) -> frozenset[str]:
        """Forget the pictures that stand on no page; the answer are the names of those that are left."""
        with self._database.writing() as connection:
            connection.execute(delete(pictures).where(pictures.c.name.not_in(select(pictures_of.c.picture))))
            return frozenset(connection.execute(select(pictures.c.name)).scalars())


def refer(connection: Connection, number: int, view: View, lang: str, shown: Collection[Picture]) -> None:
    """Note which pictures a rendered page shows that is being kept in this transaction."""
    names = sorted({picture.name for picture in shown})
    there: set[str] = set()
    for some in chunks(names):
        there.update(connection.execute(select(pictures.c.name).where(pictures.c.name.in_(some))).scalars())
    new = {one.name: one for one in shown if one.name not in there}
    if new:
        values = [{"name": p.name, "url": p.url, "state": "new", "width": 0, "height": 0} for p in new.values()]
        connection.execute(insert(pictures), values)
    if names:
        held = [{"thread": number, "view": view, "lang": lang, "picture": name} for name in names]
        connection.execute(insert(pictures_of), held)


def name_of(key: bytes, url: str) -> str:
    """The name of a picture: nobody without the key can make one, and it says nothing of the address."""
    digest = hmac.digest(key, f"picture\n{url}".encode("utf-8", "surrogatepass"), "sha256")
    return urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        sentence = "The folder of pictures cannot be read or written. Check its rights, and that there is room."
        raise StoreError(sentence, code="disk") from error


class Files:
    """The files of pictures in a folder, the longest unused ones dropped beyond `most` bytes. Raises StoreError."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most

    def get(self, name: str) -> bytes | None:
        """The file of a picture, which counts as used now; None if it is not there."""
        path = self._path(name)
        with _readable():
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                return None
            with suppress(FileNotFoundError):  # it was dropped between the two
                os.utime(path)
        return content

    def put(self, name: str, content: bytes) -> None:
        """Keep a file, all at once, and make room for it."""
        path = self._path(name)
        with _readable():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = path.with_name(token_hex(8))
            draft.write_bytes(content)
            draft.replace(path)
        self._trim()

    def keep_only(self, names: Collection[str]) -> None:
        """Delete the files of all other pictures."""
        for path in list(self._all()):
            if path.name.removesuffix(_SUFFIX) not in names:
                path.unlink(missing_ok=True)

    def _trim(self) -> None:
        used = []
        for path in self._all():
            with suppress(FileNotFoundError):
                stat = path.stat()
                used.append((stat.st_mtime_ns, stat.st_size, path))
        over = sum(size for _, size, _ in used) - self._most
        for _, size, path in sorted(used):
            if over > 0:
                path.unlink(missing_ok=True)
                over -= size

    def _all(self) -> Iterator[Path]:
        with _readable():
            yield from self._folder.glob(f"*/*{_SUFFIX}")

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / (name + _SUFFIX)
