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

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, func, insert, select, update

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
        held = _held().where(pictures_of.c.picture == name)
        query = select(pictures, exists(held.where(pictures_of.c.archive)).label("archive"))
        with self._database.reading() as connection:
            row = connection.execute(query.where(pictures.c.name == name, exists(held))).one_or_none()
        return Picture(**row._mapping) if row else None  # noqa: SLF001

    def waiting(self, now: datetime, most: int, *, archives: bool) -> tuple[str, ...]:
        """The names of at most so many pictures on pages that may be seen that are to be asked for without a reader.

        Those of the newest pages come first. `archives`: also those that a page wants kept, and that are not.
        """
        due = (pictures.c.state == "new") & pictures.c.tried_at.is_(None) | (pictures.c.again_at <= now)
        if archives:
            due |= (pictures.c.state == "stored") & ~pictures.c.kept & pictures_of.c.archive
        query = _held().join(pictures, pictures.c.name == pictures_of.c.picture).where(due)
        newest = query.group_by(pictures_of.c.picture).order_by(func.max(pictures_of.c.thread).desc()).limit(most)
        with self._database.reading() as connection:
            return tuple(row.picture for row in connection.execute(newest))

    def settle(
        self,
        name: str,
        state: PictureState,
        at: datetime,
        *,
        width: int = 0,
        height: int = 0,
        kept: bool = False,
        again: datetime | None = None,
    ) -> None:
        """Note what came of asking for a picture, and when to ask again. Pages that say something else of it are made
        anew."""
        known = pictures.c.name == name
        size = {"width": width, "height": height} if width and height else {}
        values = {"state": state, "tried_at": at, "again_at": again, "kept": kept, **size}
        with self._database.writing() as connection:
            before = connection.execute(select(pictures.c.state, pictures.c.kept).where(known)).one_or_none()
            connection.execute(update(pictures).where(known).values(values))
            if before is not None and _said(before.state, kept=before.kept) != _said(state, kept=kept):
                holding = select(pictures_of.c.thread).where(pictures_of.c.picture == name)
                connection.execute(update(pages).where(pages.c.thread.in_(holding)).values(made_by=""))

    def sweep(self) -> frozenset[str]:
        """Forget the pictures that stand on no page; the answer are the names of those that are left."""
        with self._database.reading() as connection:
            left = connection.execute(select(pictures.c.name).where(_nowhere()).limit(1)).one_or_none()
        if left is not None:
            with self._database.writing() as connection:
                forget(connection)
            self._database.scrub()
        with self._database.reading() as connection:
            return frozenset(connection.execute(select(pictures.c.name)).scalars())


def forget(connection: Connection) -> None:
    """Forget the pictures that stand on no page; their files go with the next `sweep`."""
    connection.execute(delete(pictures).where(_nowhere()))


def _nowhere() -> ColumnElement[bool]:
    return pictures.c.name.not_in(select(pictures_of.c.picture))


def _held() -> Select[tuple[str]]:
    """The pictures that stand on pages that may be seen."""
    return select(pictures_of.c.picture).join(threads, threads.c.id == pictures_of.c.thread).where(visible())


def _said(state: PictureState, *, kept: bool) -> str:
    """What pages say of a picture, as far as they say it in different ways."""
    return state if state in ("away", "refused", "gone") else "kept" if kept else "shown"


def refer(connection: Connection, number: int, view: View, lang: str, shown: Collection[Picture]) -> None:
    """Note which pictures a rendered page shows that is being kept in this transaction."""
    names = sorted({picture.name for picture in shown})
    there: set[str] = set()
    for some in chunks(names):
        there.update(connection.execute(select(pictures.c.name).where(pictures.c.name.in_(some))).scalars())
    new = {one.name: one for one in shown if one.name not in there}
    if new:
        fresh = {"state": "new", "width": 0, "height": 0, "kept": False}
        values = [{"name": picture.name, "url": picture.url, **fresh} for picture in new.values()]
        connection.execute(insert(pictures), values)
    if names:
        archive = {picture.name for picture in shown if picture.archive}
        page = {"thread": number, "view": view, "lang": lang}
        held = [{**page, "picture": name, "archive": name in archive} for name in names]
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
    """The files of pictures in a folder. Raises StoreError.

    Those that are shown take at most `most` bytes: the longest unused ones are dropped. Those that are kept lie apart and
    stay; there is `room` for more while they take less than `most_kept` bytes.
    """

    def __init__(self, folder: Path, most: int, most_kept: int = 0) -> None:
        self._folder, self._most = folder, most
        self._kept, self._most_kept = folder / "kept", most_kept

    @property
    def room(self) -> bool:
        """Whether another picture can be kept."""
        return sum(size for _, size, _ in _used(self._kept)) < self._most_kept

    def get(self, name: str) -> bytes | None:
        """The file of a picture, which counts as used now; None if it is not there."""
        for path in (_path(self._kept, name), _path(self._folder, name)):
            with _readable(), suppress(FileNotFoundError):
                content = path.read_bytes()
                with suppress(FileNotFoundError):  # it was dropped between the two
                    os.utime(path)
                return content
        return None

    def put(self, name: str, content: bytes, *, keep: bool = False) -> None:
        """Have a file, all at once; make room for it, or `keep` it."""
        path = _path(self._kept if keep else self._folder, name)
        with _readable():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = path.with_name(f"{name}.{token_hex(8)}")
            draft.write_bytes(content)
            with suppress(FileNotFoundError):  # the picture was taken down meanwhile
                draft.replace(path)
            if keep:
                _path(self._folder, name).unlink(missing_ok=True)
        self._trim()

    def drop(self, name: str) -> None:
        """Delete the file of a picture."""
        for folder in (self._folder, self._kept):
            with _readable():
                _path(folder, name).unlink(missing_ok=True)

    def keep_only(self, names: Collection[str]) -> None:
        """Delete the files of all other pictures, and what is left of some that were not written to their end."""
        for path in [*_all(self._folder, ""), *_all(self._kept, "")]:
            if path.is_file() and path.name.partition(".")[0] not in names:
                path.unlink(missing_ok=True)

    def _trim(self) -> None:
        used = sorted(_used(self._folder))
        over = sum(size for _, size, _ in used) - self._most
        for _, size, path in used:
            if over > 0:
                path.unlink(missing_ok=True)
                over -= size


def _used(folder: Path) -> list[tuple[int, int, Path]]:
    """When the files of a folder were used last (in nanoseconds), and how many bytes they take."""
    used = []
    for path in _all(folder):
        with suppress(FileNotFoundError):
            stat = path.stat()
            used.append((stat.st_mtime_ns, stat.st_size, path))
    return used


def _all(folder: Path, suffix: str = _SUFFIX) -> list[Path]:
    with _readable():
        return list(folder.glob(f"*/*{suffix}"))


def _path(folder: Path, name: str) -> Path:
    return folder / name[:2] / (name + _SUFFIX)
