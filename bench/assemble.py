"""Assembling long threads among many replies, against the decoding of the same conversation.

The conversation is made up in the form in which Bluesky's own server gives one: long ids, addresses, a version, a
counter in every post, a link or a mention in every third, replies to the thread and to other replies, and a table of
the people. Every assembly gets a conversation that was decoded for it, as after a fetch.
"""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from msgspec.json import Decoder, encode

from bench import Row, ratio
from threadleaf.core.assemble import assemble
from threadleaf.core.model import Author, Conversation, Post, Span

START = datetime(2026, 5, 3, 9, 12, tzinfo=UTC)
LETTERS = "234567abcdefghijklmnopqrstuvwxyz"
WORDS = (
    "a tide mill has two working windows every day and each of them comes some fifty minutes later than the last "
    "so that for a fortnight the miller sleeps when his village is awake while the wheel turns under the stars"
).split()

REPEAT = 3
"""So many calls in turn are timed; as many conversations are kept decoded for them."""

decode = Decoder(Conversation).decode


def conversation(posts: int, replies: int) -> Conversation:
    """`posts` by the author in one chain, `replies` by others: most answer a post of the thread, some each other."""
    rng = Random(1)
    author, *others = (f"did:plc:{_letters(rng, 24)}" for _ in range(1 + replies // 2))
    line: list[Post] = []
    for number in range(1, posts + 1):
        line.append(_post(rng, author, f"{number}/{posts} {_text(rng)}", line[-1] if line else None, line[:1], number))
    found = list(line)
    for number in range(replies):
        above = rng.choice(line if rng.random() < 0.6 else found)
        found.append(_post(rng, rng.choice(others), _text(rng), above, line[:1], posts + number))
    rng.shuffle(found)
    people = tuple(_person(rng, who) for who in (author, *others))
    return Conversation(network="bsky", anchor=line[0].id, posts=tuple(found), authors=people, read_at=START)


def _letters(rng: Random, count: int) -> str:
    return "".join(rng.choices(LETTERS, k=count))


def _text(rng: Random) -> str:
    """About 200 characters that end like a sentence."""
    return " ".join(rng.choices(WORDS, k=40)).capitalize() + "."


def _post(rng: Random, author: str, text: str, above: Post | None, first: list[Post], number: int) -> Post:
    key = f"3m{_letters(rng, 11)}"
    return Post(
        id=f"at://{author}/app.bsky.feed.post/{key}",
        author=author,
        text=text,
        spans=(_span(rng, text),) if number % 3 == 0 else (),
        url=f"https://bsky.app/profile/{author}/post/{key}",
        created=START + timedelta(seconds=number, milliseconds=rng.randrange(1000)),
        parent=above.id if above else None,
        parent_author=above.author if above else None,
        root=first[0].id if first else None,
        langs=("en",),
        version=f"bafyrei{_letters(rng, 52)}",
        replies=rng.randrange(4),
    )


def _span(rng: Random, text: str) -> Span:
    """A word in the middle that is a link or a mention."""
    start = text.index(" ", len(text) // 2) + 1
    end = text.index(" ", start)
    if rng.random() < 0.5:
        return Span(start=start, end=end, kind="link", value=f"https://example.com/mills?page={text[start:end]}")
    return Span(start=start, end=end, kind="mention", value=f"https://bsky.app/profile/did:plc:{_letters(rng, 24)}")


def _person(rng: Random, did: str) -> Author:
    name = rng.choice(WORDS)
    picture = f"https://cdn.bsky.app/img/avatar/plain/{did}/bafkrei{_letters(rng, 52)}@jpeg"
    url = f"https://bsky.app/profile/{did}"
    return Author(id=did, network="bsky", handle=f"{name}.bsky.social", name=name.title(), url=url, avatar=picture)


def run() -> list[Row]:
    """Three sizes against their own decoding; the larger two also against the assembly of the smallest."""
    small, long, wide = (encode(conversation(*size)) for size in ((1_000, 5_000), (10_000, 5_000), (10_000, 50_000)))
    first = partial(assemble, decode(small))
    return [
        Row("Assembly of 1,000 posts among 5,000 replies", _against_decoding(small, 30), 3, DECODING),
        Row("Assembly of 10,000 posts among 5,000 replies", _against_decoding(long, 9), 12, DECODING),
        Row("Assembly of 10,000 posts among 50,000 replies", _against_decoding(wide, 5), 30, DECODING),
        Row("10,000 posts among 5,000 replies", ratio(partial(assemble, decode(long)), first, rounds=9), 12, FIRST),
        Row("10,000 posts among 50,000 replies", ratio(partial(assemble, decode(wide)), first, rounds=5), 30, FIRST),
    ]


DECODING = "the msgspec decode of the same conversation"
FIRST = "the assembly of 1,000 posts among 5,000 replies"


def _against_decoding(data: bytes, rounds: int) -> float:
    """The assembly's share of the decoding's time. What is assembled was never read before: no hash is known yet."""
    fresh = deque((decode(data) for _ in range(REPEAT)), maxlen=REPEAT)

    def own() -> None:
        fresh.rotate()
        assemble(fresh[0])

    return ratio(own, lambda: fresh.append(decode(data)), rounds=rounds, repeat=REPEAT)
