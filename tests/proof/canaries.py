"""A site whose data folder holds canaries, ways to have them taken down, and a search that finds what is left of them.

A canary is a word that stands nowhere else. Ann's thread has one in every place where a network puts words or addresses,
Bob quotes and answers her, and everything is kept that a site keeps: private copies, rendered pages, pictures, tickets.
"""

import gzip
import logging
import random
import shutil
import sqlite3
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import brotli
import zstandard
from msgspec.structs import replace
from starlette.testclient import TestClient

from tests.store.build import NOON, address, author, post, ref, talk, uri
from tests.support.public import ORIGIN, TOLD
from threadleaf.config import Settings
from threadleaf.core.errors import NotFound
from threadleaf.core.model import Card, Conversation, Media, Option, Poll, Quote, Ref, Span
from threadleaf.fetch.pictures import Made
from threadleaf.service import Threadleaf
from threadleaf.service.authors import Console
from threadleaf.service.pictures import Gallery
from threadleaf.store import open_store
from threadleaf.store.engine import driver
from threadleaf.store.pictures import Files
from threadleaf.web.app import create_app
from threadleaf.web.threads import renderer

SQLITE = driver(sqlite3, import_module)
ANN, BOB = "did:plc:ann", "did:plc:bob"
PIECE = 24
"""Bytes of the pieces in which what is packed is looked for."""


class Canaries:
    """Words of a seed, by the place where each stands."""

    def __init__(self, seed):
        self._chance, self.places = random.Random(seed), {}

    def __call__(self, place):
        letters = "".join(self._chance.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(12))
        return self.places.setdefault(place, f"quoll{letters}")


def annes(say, *, read_at=NOON, text="text"):
    """Ann's thread: eight posts, one of them a branch, with a canary in every place."""
    posts = [_post(say, n, text if n == 3 else "text") for n in range(1, 9)]
    return talk(*posts, authors=(_ann(say),), read_at=read_at)


def _ann(say):
    return replace(
        author("ann"),
        handle=f"{say('handle')}.example",
        name=f"Ann {say('name')}",
        bio=f"Words of {say('profile')}.",
        avatar=f"https://cdn.example/{say('avatar')}.jpg",
    )


def _post(say, n, text):
    words = f"{say(f'{n} {text}')} is what post {n} says. #{say(f'{n} tag')}"
    start = words.index("#")
    media = Media(
        kind="image",
        url=f"https://cdn.example/{say(f'{n} picture')}.jpg",
        thumb=f"https://cdn.example/{say(f'{n} small picture')}.jpg",
        alt=f"A {say(f'{n} description')}.",
    )
    above = None if n == 1 else uri(2) if n == 8 else uri(n - 1)
    tag = Span(start=start, end=len(words), kind="tag", value=say(f"{n} tag"))
    more = _preview(say, n) if n % 2 else _poll(say, n)
    return post(n, above, text=words, spans=(tag,), media=(media,), **more)


def _preview(say, n):
    card = Card(
        url=f"https://page.example/{say(f'{n} link')}",
        title=f"On {say(f'{n} title')}",
        description=f"About {say(f'{n} preview')}.",
        thumb=f"https://cdn.example/{say(f'{n} preview picture')}.jpg",
    )
    return {"card": card}


def _poll(say, n):
    options = (Option(title=say(f"{n} one")), Option(title=say(f"{n} other")))
    return {"poll": Poll(options=options), "warning": f"On {say(f'{n} warning')}"}


def bobs(say, *, read_at=NOON):
    """Bob answers Ann's third post, quotes her first, and links to her second with its preview."""
    seen = annes(say)
    preview = Card(url=f"https://bsky.app/profile/{say('handle')}.example/post/3k2", title=say("2 text"))
    first = post(20, uri(3), author="bob", quote=Quote(id=uri(1), author=ANN, url=address(1)))
    second = post(21, first.id, author="bob", card=preview)
    posts = (*seen.posts[:3], first, second)
    return talk(*posts, anchor=first.id, authors=(_ann(say), author("bob")), quoted=(seen.posts[0],), read_at=read_at)


class Site:
    """One data folder, the programs that work on it one after the other, and a visitor."""

    def __init__(self, folder, seed=0):
        self.folder, self.say = folder, Canaries(seed)
        self.settings = Settings(**(TOLD | {"data": str(folder), "who_may_unroll": "anyone", "search_engines": True}))
        self.time, self.answer, self.store = NOON, None, None
        self.start()

    def start(self):
        self.stop()
        self.store = open_store(self.settings.database_target, self.settings.removals)
        clock = lambda: self.time  # noqa: E731
        self.gallery = Gallery(
            self.store.pictures, Files(self.folder / "pictures", 10**8, 10**8), _picture, clock, {"bsky": "archive"}
        )
        self.service = Threadleaf(self.store, self._fetch, clock, renderer(self.settings), gallery=self.gallery)
        self.app = create_app(self.service, self.settings)
        self.visitor = TestClient(self.app, base_url=ORIGIN, follow_redirects=False)

    def stop(self):
        if self.store is not None:
            self.store.close()

    def _fetch(self, steps):
        steps.close()
        if isinstance(self.answer, Conversation):
            return self.answer
        raise self.answer

    def unroll(self, answer, which, save):
        self.answer = answer
        return self.service.unroll(which, save=save)

    def fill(self):
        """Keep everything that a site keeps."""
        self.unroll(annes(self.say, text="earlier text"), ref(1), "listed")
        self.time += timedelta(hours=2)
        edited = annes(self.say, read_at=self.time)
        edited = replace(
            edited, posts=tuple(replace(p, edited=self.time) if p.id == uri(3) else p for p in edited.posts)
        )
        self.path = self.unroll(edited, ref(2), "listed").path
        self.secret = self.unroll(edited, ref(1), "private").path
        self.bobs_path = self.unroll(bobs(self.say, read_at=self.time), ref(20, "bob"), "listed").path
        for path in (self.path, self.secret, self.bobs_path):
            for view in ("", "?view=posts", "?lang=ar"):
                assert self.visitor.get(path + view).status_code == 200, path
        self.gallery.gather(lambda: False)
        self.store.unrolls.begin(Ref("bsky", uri(1)), "listed", self.time, 9)
        self.store.held.put(ref(5), "listed", "anyone", author=ANN, at=self.time, most=9)
        self.store.scrub()

    def backup(self, place):
        """A copy of the database, as the manual says, without the journal."""
        place.mkdir()
        with closing(SQLITE.connect(self.settings.database_target)) as source:
            source.execute("VACUUM INTO ?", (str(place / "threadleaf.sqlite3"),))
        shutil.copytree(self.folder / "pictures", place / "pictures")

    def restore(self, place):
        """Put the copy back, and leave the journal as it is."""
        self.stop()
        self.store = None
        for file in self.folder.glob("threadleaf.sqlite3*"):
            file.unlink()
        shutil.copy(place / "threadleaf.sqlite3", self.folder)
        shutil.copytree(place / "pictures", self.folder / "pictures", dirs_exist_ok=True)
        self.start()


def _picture(url):
    return Made(b"RIFF....WEBP" + url.encode(), 8, 6)


# --- ways of taking down ----------------------------------------------------------------------------------------


def _console(site):
    return Console(network="bsky", author=ANN, secret="", way="post")


def _by_upstream(site):
    site.answer = NotFound("It is not there any more.")
    for page in site.store.list(9, visibility=None):
        if page.author_id == ANN:
            assert site.service.check(page) is None


def _by_profile(site):
    site.answer = replace(annes(site.say), authors=(replace(_ann(site.say), bio="#nobot"),), read_at=site.time)
    for page in site.store.list(9, visibility=None):
        if page.author_id == ANN:
            site.service.check(page)


def _by_report(site):
    ticket = site.service.desk.report(site.path, "rights", "These are my words.")
    site.service.desk.decide(site.service.desk.ticket(ticket), "removed", "So it is.")


def _by_forget_all(site):
    site.service.remove(ref(4), "author", ahead=True)
    site.service.held.forget("bsky", ANN)


WAYS = {
    "author, this thread": lambda site: site.service.authors.take_down(_console(site), site.path),
    "author, all": lambda site: site.service.authors.take_down(_console(site)),
    "author, opt-out": lambda site: site.service.authors.opt_out(_console(site)),
    "operator": lambda site: site.service.remove(address(6), "operator"),
    "operator, opt-out": lambda site: site.service.desk.block_author("bsky", ANN),
    "law, by a report": _by_report,
    "law": lambda site: site.service.remove(site.path, "law"),
    "bot, forget": _by_forget_all,
    "bot, opt out": lambda site: site.service.opt_out("bsky", ANN, "author"),
    "bot, forget what is hers": lambda site: site.service.leave_out("bsky", [uri(n) for n in range(1, 9)]),
    "deleted where it was": _by_upstream,
    "no longer wished": _by_profile,
}
OPEN = frozenset({"operator, opt-out", "bot, opt out", "bot, forget what is hers"})
"""Ways that leave no tombstone, so that nothing is said of a page that is gone (404)."""


# --- looking for what is left -----------------------------------------------------------------------------------


def unpacked(value):
    """All forms of a value in which its words can be read: as it is, and unpacked."""
    data = value.encode() if isinstance(value, str) else value
    yield data
    for unpack in (zstandard.ZstdDecompressor().decompress, gzip.decompress, brotli.decompress):
        with suppress(zstandard.ZstdError, OSError, EOFError, brotli.error):
            yield unpack(data)


def values(file):
    """Every value of every table of an SQLite file: what stands in it, and the terms of the full-text index."""
    with closing(SQLITE.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        for (name,) in names:
            for row in connection.execute(f'SELECT * FROM "{name}"'):
                yield from ((name, value) for value in row if isinstance(value, (str, bytes)))
        if ("found",) in names:
            connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, found, row)")
            yield from (("found", term) for (term,) in connection.execute("SELECT term FROM temp.terms"))


def databases(folder):
    return [file for file in folder.rglob("*.sqlite3") if file.read_bytes()[:6] == b"SQLite"]


def packed(folder, words):
    """Pieces of every packed value that holds one of some words: what is left of it in free space cannot be unpacked."""
    pieces = set()
    for file in databases(folder):
        for _, value in values(file):
            forms = [*unpacked(value)] if isinstance(value, bytes) and len(value) > 2 * PIECE else []
            if any(word in form for form in forms[1:] for word in words):
                pieces |= {value[at : at + PIECE] for at in range(PIECE, len(value) - PIECE, PIECE)}
    return pieces


def found(folder, words, pieces=frozenset()):
    """Where in a folder words are found, in any form, or pieces of what held them: (where, what)."""
    words = [word.encode() if isinstance(word, str) else word for word in words]
    left, live = set(), b""
    for file in databases(folder):
        for table, value in values(file):
            live += value if isinstance(value, bytes) else b""
            left |= {(table, word) for form in unpacked(value) for word in words if word in form.lower()}
    for file in filter(Path.is_file, folder.rglob("*")):
        data = file.read_bytes()
        left |= {(file.name, word) for word in words if word in data.lower()}
        left |= {(f"{file.name}, packed", piece) for piece in pieces if piece in data and piece not in live}
    return left


@contextmanager
def logged(file):
    """Everything that is logged meanwhile, down to the smallest, goes to a file; but for what the visitor logs."""
    handler, root = logging.FileHandler(file), logging.getLogger()
    handler.addFilter(lambda record: not record.name.startswith(("httpx", "httpcore")))
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.setLevel(before)
        root.removeHandler(handler)
        handler.close()
