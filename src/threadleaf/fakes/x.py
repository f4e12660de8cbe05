"""A fake of X: its API v2 (the part that Threadleaf uses) and its oEmbed, with people and posts in memory.

What it imitates is described by X's API reference, or was seen by other programs: two vocabularies, search with
operators over seven days or all time in which a conversation's first post is lacking, partial errors, replies only
where the bot was called, edits as new ids, long posts cut off, a price for whatever an answer returns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import Struct

from threadleaf.fakes._x_bill import Bill
from threadleaf.fakes._x_text import SHORT, Written, written

EPOCH = 1_288_834_974_657
"""Milliseconds since 1970 from which X counts in its ids."""

APP_TOKEN = "fake-app-token"  # noqa: S105 -- of a network that is not there


class Person(Struct, kw_only=True):
    """An account."""

    id: str
    username: str
    name: str
    bio: str = ""
    protected: bool = False
    suspended: bool = False
    withheld: tuple[str, ...] = ()


class Tweet(Struct, kw_only=True):
    """A post in one of its versions. `answers` is the id of the account that it answers, `display` the text's shown range."""

    id: str
    author: str
    raw: str
    at: datetime
    conversation: str
    references: tuple[tuple[str, str], ...] = ()
    answers: str | None = None
    history: tuple[str, ...] = ()
    media: tuple[tuple[str, Mapping[str, object]], ...] = ()
    poll: tuple[str, ...] = ()
    display: tuple[int, int] | None = None
    lang: str = "en"
    sensitive: bool = False
    withheld: tuple[str, ...] = ()


class Response(Struct, frozen=True):
    """What the fake answers; `hangs`: nothing, until the client gives up."""

    status: int
    body: bytes
    fields: Mapping[str, str] = {}
    hangs: bool = False


class XNetwork:
    """People, posts, and what programs are charged. One thread at a time changes it.

    `clock` gives the time (aware UTC). `words` are the vocabularies that are understood; the others get a 400.
    `owner` is whose app reads: that account's own posts and mentions cost less. `root_in_search`: whether a search
    for a conversation finds its first post. `index_delay` is how many seconds pass until a search finds a new post.
    `archive`: whether the app may search all time. `after_create` is what becomes of the answer to a new post.
    `escapes_notes`: whether the text of long posts is escaped. `before` is called with method and path of each
    request, and may give a response of its own. `limits` are requests per 15 minutes, by the last word of a path.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.words: Literal["both", "tweet", "post"] = "both"
        self.owner = ""
        self.root_in_search = False
        self.index_delay = 0
        self.archive = True
        self.after_create: Literal["answer", "hang", "fault"] = "answer"
        self.escapes_notes = True
        self.before: Callable[[str, str], Response | None] = lambda _method, _path: None
        self.limits: dict[str, int] = {}
        self.used: dict[tuple[str, int], int] = {}
        self.bill = Bill()
        self.people: dict[str, Person] = {}
        self.tweets: dict[str, Tweet] = {}
        self.asked: list[tuple[str, str]] = []
        self.app_token = APP_TOKEN
        self._made = 0

    # --- what people do -----------------------------------------------------------------------------------------

    def person(self, username: str, **words: object) -> str:
        """Make an account; its id. `words` are further fields of `Person`."""
        number = str(2_000_000_000 + len(self.people))
        more = {"id": number, "username": username, "name": username.title(), **words}
        self.people[number] = Person(**more)  # type: ignore[arg-type]
        return number

    def called(self, username: str) -> Person:
        """The account of that name, made if there is none."""
        found = next((person for person in self.people.values() if person.username.lower() == username.lower()), None)
        return found or self.people[self.person(username)]

    def post(
        self,
        username: str,
        text: str,
        *,
        to: str | None = None,
        quotes: str | None = None,
        at: datetime | None = None,
        media: Sequence[Mapping[str, object]] = (),
        **words: object,
    ) -> str:
        """Write a post; its id. `media` are forms without key; `words` are further fields of `Tweet`."""
        author, when = self.called(username), at or self.clock()
        name = self._id(when)
        above = self.tweets.get(to or "")
        references = [("replied_to", to)] if to else []
        references += [("quoted", quotes)] if quotes else []
        tweet = Tweet(
            id=name,
            author=author.id,
            raw=text,
            at=when,
            conversation=above.conversation if above else name,
            references=tuple(references),
            answers=above.author if above else None,
            history=(name,),
            media=tuple((f"3_{name}{n}", one) for n, one in enumerate(media)),
            **words,  # type: ignore[arg-type]
        )
        if above and above.author != author.id:
            hidden = f"@{self.people[above.author].username} "
            tweet.raw = text if text.startswith(hidden) else hidden + text
            long = len(tweet.raw) > SHORT
            whole = self.written(tweet) if long else written(tweet.raw, name[-9:])
            tweet.display = (len(hidden), len(whole.text))
        self.tweets[name] = tweet
        return name

    def thread(
        self, username: str, texts: Sequence[str], *, to: str | None = None, at: datetime | None = None
    ) -> list[str]:
        """A chain of posts, a second apart, the last one now if nothing is said; their ids."""
        at = at or self.clock() - timedelta(seconds=len(texts) - 1)
        chain: list[str] = []
        for number, text in enumerate(texts):
            when = at + timedelta(seconds=number)
            chain.append(self.post(username, text, to=chain[-1] if chain else to, at=when))
        return chain

    def edit(self, name: str, text: str) -> str:
        """Change a post; the id of its new version."""
        old = self.tweets[name]
        new = self._id(self.clock())
        history = (*old.history, new)
        for version in old.history:
            self.tweets[version].history = history
        self.tweets[new] = Tweet(
            id=new, author=old.author, raw=text, at=self.clock(), conversation=old.conversation, history=history,
            references=old.references, answers=old.answers, media=old.media, poll=old.poll, lang=old.lang,
        )  # fmt: skip
        return new

    def delete(self, name: str) -> None:
        """Delete a post in all its versions."""
        for version in self.tweets[name].history:
            del self.tweets[version]

    def token_of(self, username: str) -> str:
        """A token with which a program acts for an account."""
        return f"fake-user-token-{self.called(username).id}"

    def _id(self, at: datetime) -> str:
        self._made += 1
        milliseconds = int(at.timestamp() * 1000) - EPOCH
        return str((milliseconds << 22) + self._made)

    # --- how it stands ------------------------------------------------------------------------------------------

    def is_shown(self, tweet: Tweet) -> bool:
        """Whether a program that acts for nobody sees it."""
        person = self.people[tweet.author]
        return not person.protected and not person.suspended

    def answers(self, tweet: Tweet) -> int:
        """How many answers X counts, of all versions of the post together."""
        above = {*tweet.history}
        return sum(("replied_to", name) in other.references and self._is_newest(other)
                   for name in above for other in self.tweets.values())  # fmt: skip

    def newest(self) -> list[Tweet]:
        """Every post that is there in its newest version, newest first."""
        return sorted(filter(self._is_newest, self.tweets.values()), key=lambda tweet: -int(tweet.id))

    def _is_newest(self, tweet: Tweet) -> bool:
        return tweet.id == tweet.history[-1]

    def written(self, tweet: Tweet) -> Written:
        """The text as the API gives it, cut off if it is long."""
        if len(tweet.raw) <= SHORT:
            return written(tweet.raw, tweet.id[-9:], more=self._attached(tweet))
        cut = tweet.raw[: SHORT - 30].rstrip()
        return written(f"{cut}… https://x.com/i/web/status/{tweet.id}", tweet.id[-9:])

    def note(self, tweet: Tweet) -> Written | None:
        """The whole text of a long post."""
        if len(tweet.raw) <= SHORT:
            return None
        return written(tweet.raw, f"n{tweet.id[-9:]}", escapes=self.escapes_notes, more=self._attached(tweet))

    def _attached(self, tweet: Tweet) -> tuple[dict[str, object], ...]:
        author = self.people[tweet.author].username
        pictures: list[dict[str, object]] = [
            {"address": f"https://x.com/{author}/status/{tweet.id}/photo/1", "media_key": key} for key, _ in tweet.media
        ]
        for kind, name in tweet.references:
            if kind == "quoted":
                quoted = self.tweets.get(name)
                whose = self.people[quoted.author].username if quoted else "i"
                pictures.append({"address": f"https://x.com/{whose}/status/{name}"})
        return tuple(pictures)

    # --- what programs ask --------------------------------------------------------------------------------------

    def handle(
        self, method: str, path: str, query: Mapping[str, str], fields: Mapping[str, str], body: bytes = b""
    ) -> Response:
        """Answer a request; `fields` are its headers in lower case."""
        from threadleaf.fakes._x_endpoints import answer

        self.asked.append((method, path))
        return self.before(method, path) or answer(self, method, path, query, fields, body)


@contextmanager
def serving(world: XNetwork) -> Iterator[str]:
    """Serve it on this machine until the block ends; the value is its origin (`http://127.0.0.1:PORT`)."""
    import socket
    from threading import Thread
    from time import sleep

    import uvicorn

    from threadleaf.fakes._x_http import app

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(
            uvicorn.Config(app(world), log_level="error", lifespan="off", timeout_graceful_shutdown=1)
        )
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name="fake-x", daemon=True)
        thread.start()
        while thread.is_alive() and not server.started:
            sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def now() -> datetime:
    """The time of day, for a fake that plays along with it."""
    return datetime.now(UTC)  # noqa: TID251 -- the edge of the fake
