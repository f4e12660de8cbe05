"""Search and lists over 200,000 threads of five posts (a million), on SQLite alone.

The threads are made up: three languages in the shares of a large instance (72 % English, 18 % Russian, 10 % Chinese),
words as frequent as Zipf's law has it and the longer the rarer, each thread with a subject of its own, whose words it
repeats. They are put into the database in bulk, by the store's own functions for rows, words and entries, a thousand
threads in each transaction; only the merging with what is kept, which every save does first, is left out.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from itertools import accumulate
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import process_time

import zstandard
from msgspec import json
from sqlalchemy import insert, text

from bench import Row, ratio
from threadleaf.core import found
from threadleaf.core.model import Article, Author, Completeness, Paragraph, Piece, Post, Ref, Thread
from threadleaf.core.query import parse
from threadleaf.core.words import words
from threadleaf.store import catalogue, open_store
from threadleaf.store.aliases import alias_of
from threadleaf.store.codec import pack
from threadleaf.store.engine import driver
from threadleaf.store.schema import aliases, author_words, authors, entries, threads
from threadleaf.store.threads import Store

THREADS, FEW, POSTS, LONG, PEOPLE, ROWS = 200_000, 2_000, 5, 50, 5_000, 20
START = datetime(2023, 3, 1, tzinfo=UTC)
NAME = "冯玉军"
"""Is in one of a hundred of the Chinese threads."""


class Language:
    """Words of one language, the commonest first, and texts made of them."""

    def __init__(self, rng: Random, code: str, vocabulary: Sequence[str], length: int, space: str = " ") -> None:
        self.code, self.words, self._length, self._space = code, vocabulary, length, space
        self._sums = list(accumulate(1 / (rank + 1.5) ** 1.05 for rank in range(len(vocabulary))))
        self._rng = rng

    def post(self, subject: Sequence[str]) -> str:
        """A post of about 200 characters; every fourth word belongs to the subject of its thread."""
        rng, sums = self._rng, self._sums
        row = [
            subject[int(rng.random() ** 2 * len(subject))]
            if rng.random() < 0.25
            else self.words[bisect(sums, rng.random() * sums[-1])]
            for _ in range(self._length)
        ]
        return self._space.join(row).capitalize() + "."

    def subject(self) -> list[str]:
        return self._rng.sample(self.words[100:], 12)


def languages(rng: Random) -> list[Language]:
    """English has 5.5 characters a word with its blank, Russian seven; Chinese is a character a word here."""
    english = _vocabulary(rng, 60_000, "bcdfghklmnprstvw", "aeiou", ("", "n", "s", "r", "d"))
    stems = _vocabulary(rng, 15_000, "бвгдзклмнпрст", "аеиоу", ("", "н", "р", "т"))
    endings = ("", "а", "у", "ом", "е", "ы", "ов", "ами")
    russian = [stem + ending for stem in stems for ending in rng.sample(endings, 4)]
    chinese = [chr(0x4E00 + number) for number in range(5_000)]
    rng.shuffle(chinese)
    return [Language(rng, "en", english, 37), Language(rng, "ru", russian, 30), Language(rng, "zh", chinese, 70, "")]


def _vocabulary(rng: Random, size: int, consonants: str, vowels: str, ends: Sequence[str]) -> list[str]:
    """Made-up words, each once; the further down, the longer."""
    known: dict[str, None] = {}
    while len(known) < size:
        syllables = 1 + (len(known) > 40) * rng.randrange(2) + (len(known) > 2_000) + (len(known) > 20_000)
        known["".join(rng.choice(consonants) + rng.choice(vowels) for _ in range(syllables)) + rng.choice(ends)] = None
    return list(known)


# --- the data ---------------------------------------------------------------------------------------------------


def made(rng: Random, spoken: Sequence[Language], number: int, posted: datetime, length: int = POSTS) -> Thread:
    """One thread, in the form in which the store gets it."""
    language = rng.choices(spoken, (72, 18, 10))[0]
    who = rng.randrange(PEOPLE)
    author = Author(
        id=f"did:plc:{who:024}", network="bsky", handle=f"person{who}.example", name=f"{language.words[who]} {who}"
    )
    subject = language.subject()
    texts = [language.post(subject) for _ in range(length)]
    if language.code == "zh" and number % 100 == 7:
        texts[length // 2] = f"{texts[0][:30]}{NAME}{texts[0][30:60]}"
    posts: list[Post] = []
    for place, words_of_it in enumerate(texts):
        uri = f"at://{author.id}/app.bsky.feed.post/3k{number:09}{place}"
        above = posts[-1].id if posts else None
        posts.append(
            Post(
                id=uri, author=author.id, text=words_of_it, url=f"https://bsky.app/profile/{author.id}/post/3k{number:09}{place}",
                created=posted + timedelta(minutes=place), parent=above, parent_author=author.id if above else None,
                root=posts[0].id if posts else None, langs=(language.code,), version=f"bafyrei{number:052}", replies=1,
            )
        )  # fmt: skip
    paragraphs = tuple(Paragraph(pieces=(Piece(post=post.id, start=0, end=len(post.text)),)) for post in posts)
    return Thread(
        ref=Ref("bsky", posts[0].id),
        network="bsky",
        url=posts[0].url,
        title=texts[0][:80],
        author=author,
        authors=(author,),
        posts=tuple(posts),
        completeness=Completeness(state="complete", posts=length, ends_reached=True, read_at=posted),
        article=Article(paragraphs=paragraphs),
    )


def fill(store: Store, count: int) -> tuple[int, int]:
    """Put so many threads into an empty store; the bytes of their texts, and of their posts as lines of JSON."""
    rng = Random(1)
    spoken, size, lines = languages(rng), 0, 0
    with store._database.writing() as connection:  # noqa: SLF001 -- in bulk
        people: list[dict[str, object]] = []
        named = []
        for who in range(PEOPLE):
            did, handle = f"did:plc:{who:024}", f"person{who}.example"
            people.append({"id": who + 1, "mark": catalogue.mark("bsky", did), "network": "bsky", "author": did, "handle": handle, "name": handle})  # fmt: skip
            named += [{"word": word, "author": who + 1} for word in dict.fromkeys(words(handle))]
        connection.execute(insert(authors), people)
        connection.execute(insert(author_words), named)
    step = timedelta(days=3 * 365) / count
    place = 0
    for begin in range(0, count, 1000):
        rows: dict[str, list[dict[str, object]]] = {"threads": [], "entries": [], "aliases": [], "found": []}
        for number in range(begin, min(begin + 1000, count)):
            thread = made(rng, spoken, number, START + number * step, LONG if number == count - 1 else POSTS)
            size += sum(len(post.text.encode()) for post in thread.posts)
            lines += sum(len(_line(post)) for post in thread.posts)
            place = max(catalogue.place_of(START + number * step), place + 1)
            _add(rows, thread, number + 1, place)
        with store._database.writing() as connection:  # noqa: SLF001
            for table in (threads, entries, aliases):
                connection.execute(insert(table), rows[table.name])
            connection.execute(text("INSERT INTO found (rowid, words) VALUES (:place, :words)"), rows["found"])
    return size, lines


def _line(post: Post) -> bytes:
    """A post as a line of a plain collection of texts."""
    told = {"id": post.id, "author": post.author, "created": post.created, "langs": post.langs, "text": post.text}
    return json.encode(told) + b"\n"


def _add(rows: dict[str, list[dict[str, object]]], thread: Thread, number: int, place: int) -> None:
    """The rows of one thread; the conversation that would be beside it is not read here, and as long as the thread."""
    blob = pack(thread)
    first, last = thread.posts[0].created, thread.posts[-1].created
    lang = thread.posts[0].langs[0]
    rows["threads"].append({
        "id": number, "network": "bsky", "key": thread.ref.id, "path": f"/t/bsky/{number}", "title": thread.title,
        "author_id": thread.author.id, "author_handle": thread.author.handle, "author_name": thread.author.name,
        "lang": lang, "posts": len(thread.posts), "state": "complete", "visibility": "listed", "origin": "network",
        "created_at": first, "checked_at": last, "first_posted": first, "last_posted": last, "etag": f"{number:032}",
        "revision": 1, "removing": False, "conversation": blob, "thread": blob,
    })  # fmt: skip
    rows["entries"].append({
        "place": place, "thread": number, "author": int(thread.author.id[8:]) + 1, "network": "bsky", "lang": lang,
        "reach": "listed", "posted": first, "features": found.features(thread), "hidden": "[]",
    })  # fmt: skip
    rows["aliases"].append({"digest": alias_of(thread.ref).digest, "private": False, "thread": number})
    rows["found"].append({"place": place, "words": " ".join(found.all_words(found.posts(thread)))})


# --- what is asked ----------------------------------------------------------------------------------------------


def queries(rng: Random) -> Iterator[str]:
    """Three hundred: single words, common and rarer, two words, phrases, and names in Chinese."""
    english, russian, chinese = languages(Random(1))
    for _ in range(60):
        yield english.words[rng.randrange(40)]
        yield rng.choice((english, russian)).words[rng.randrange(40, 400)]
        yield rng.choice((english, russian)).words[rng.randrange(400, 20_000)]
        yield " ".join(rng.choice((english, russian)).words[rng.randrange(1_000)] for _ in range(2))
        yield '"' + " ".join(english.words[rng.randrange(60)] for _ in range(2)) + '"'
    for _ in range(20):
        yield chinese.words[rng.randrange(300)] + chinese.words[rng.randrange(300)]
    yield from (NAME, NAME[1:], NAME[2:])


BARE = """SELECT threads.thread FROM found CROSS JOIN entries ON entries.place = found.rowid
 CROSS JOIN threads ON threads.id = entries.thread WHERE found MATCH ? ORDER BY found.rowid DESC LIMIT 20"""


def bare(typed: str) -> str:
    """What somebody would ask FTS5 without us: the words as typed, characters of Chinese in a row."""
    row = words(typed)
    if typed.startswith('"') or (not row[0].isascii() and len(row[0]) == 1):
        return '"' + " ".join(row) + '"'
    return " AND ".join(f'"{word}"' for word in row)


def p99(call: Callable[[str], object], asked: Sequence[str]) -> float:
    """Seconds of the slowest but one per cent, each the best of five.

    Of the processor's time: all of it is spent in this process, and p99 of anything else would be that of its
    neighbours.
    """
    times = []
    for typed in asked:
        some = []
        for _ in range(5):
            start = process_time()
            call(typed)
            some.append(process_time() - start)
        times.append(min(some))
    return sorted(times)[int(len(times) * 0.99)]


def run() -> list[Row]:
    """Search and its index, reading, and the first page of Latest in a small and a large store."""
    with TemporaryDirectory() as folder:
        large, small = Path(folder) / "large.sqlite3", Path(folder) / "small.sqlite3"
        with open_store(small) as few, open_store(large) as many:
            fill(few, FEW)
            size = fill(many, THREADS)
            return [*_searches(many, large), _size(large, *size), _reading(few), _latest(few, many)]


def _searches(store: Store, path: Path) -> Iterator[Row]:
    asked = list(queries(Random(2)))
    for part in (NAME, NAME[1:], NAME[2:]):
        if not any(NAME in hit.excerpt.text for hit in store.search.find(parse(part), 1000).hits):
            raise RuntimeError(f"{part} does not find {NAME}.")
    with closing(driver(sqlite3, import_module).connect(str(path))) as connection:
        mine = p99(lambda typed: store.search.find(parse(typed), ROWS), asked)
        theirs = p99(lambda typed: connection.execute(BARE, (bare(typed),)).fetchall(), asked)
    note = f"the bare FTS5 query with the stored threads, p99 {theirs * 1e3:.1f} ms"
    yield Row(f"Search over {THREADS:,} threads, newest first, p99", mine / theirs, 4, note)


def _size(path: Path, texts: int, lines: int) -> Row:
    with closing(sqlite3.connect(path)) as connection:
        (index,) = connection.execute("SELECT sum(length(block)) FROM found_data").fetchone()
    note = f"the posts as lines of JSON ({lines / 1e6:.0f} MB); {index / texts:.2f} of their bare texts"
    return Row("Size of the search index", index / lines, 0.4, note)


def _reading(store: Store) -> Row:
    """The last thread is a long one."""
    with store._database.reading() as connection:  # noqa: SLF001
        row = connection.execute(threads.select().order_by(threads.c.id.desc()).limit(1)).one()
    way, decode = alias_of(Ref("bsky", row.key)), json.Decoder(Thread).decode
    taken = ratio(partial(store.read, way), lambda: decode(zstandard.ZstdDecompressor().decompress(row.thread)))
    return Row(f"Reading a stored thread of {row.posts} posts", taken, 1.5, "Zstandard and JSON decoding of its bytes")


def _latest(few: Store, many: Store) -> Row:
    against = ratio(partial(many.list, 50), partial(few.list, 50), rounds=20)
    return Row(f"First page of Latest, {THREADS:,} threads", against, 1.2, f"that of {FEW:,} threads")
