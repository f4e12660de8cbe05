"""A site for tests: threads on harmless subjects, and a service that keeps them in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from tests.support.desk import Desk
from tests.support.unrolls import Held, Unrolls
from threadleaf.config import Settings
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import NotFound
from threadleaf.core.model import (
    Author,
    Card,
    Conversation,
    Media,
    Missing,
    Network,
    Option,
    Poll,
    Post,
    Quote,
    Ref,
    Span,
    Thread,
)
from threadleaf.core.ref import from_path, parse, path
from threadleaf.service import Unrolled, pages
from threadleaf.service.answers import Decide
from threadleaf.store.records import Asker, Page, PageVisibility, Reading, Saved, View
from threadleaf.web.threads import renderer

ADA = "did:plc:adaadaadaadaadaadaadaada"
JEAN = "did:plc:jeanjeanjeanjeanjeanjean"
START = datetime(2026, 5, 3, 9, 12, tzinfo=UTC)
PEOPLE = (
    Author(id=ADA, network="bsky", handle="ada.example", name="Ada Weir", url="https://bsky.app/profile/ada.example"),
    Author(id=JEAN, network="bsky", handle="jean.example", name="Jean", url="https://bsky.app/profile/jean.example"),
)


def uri(key: str, who: str = ADA) -> str:
    """A post's id from its short name in a test."""
    return f"at://{who}/app.bsky.feed.post/3k{key.rjust(11, 'z')}"


def post(key: str, text: str = "", *, to: str | None = None, at: int = 0, who: str = ADA, **more: Any) -> Post:
    """A post; `to` is the id it answers, `at` minutes after the first."""
    name = uri(key, who)
    host = next(person.handle for person in PEOPLE if person.id == who)
    address = f"https://bsky.app/profile/{host}/post/{name.rpartition('/')[2]}"
    when = START + timedelta(minutes=at)
    owner = to.split("/")[2] if to else None
    return Post(id=name, author=who, text=text, url=address, created=when, parent=to, parent_author=owner, **more)


def row(texts: list[str], *, name: str = "", lang: str = "en", **more: Any) -> list[Post]:
    """Posts that each answer the one before: "1", "2" …, after the thread's own `name`."""
    return [
        post(f"{name}{n}", text, to=uri(f"{name}{n - 1}") if n > 1 else None, at=n, langs=(lang,), **more)
        for n, text in enumerate(texts, 1)
    ]


def thread(posts: list[Post], **more: Any) -> Thread:
    """The thread that the posts make, read when the last of them was an hour old."""
    read_at = START + timedelta(hours=5)
    conversation = Conversation(
        network="bsky", anchor=posts[-1].id, posts=tuple(posts), authors=PEOPLE, read_at=read_at, **more
    )
    return assemble(conversation)


def single() -> Thread:
    return thread(
        [post("single1", "A tide mill has two working windows a day. That is the whole story.", langs=("en",))]
    )


def sixty() -> Thread:
    """Sixty numbered posts."""
    words = "The miller wrote down the hour, the weight of the grain, the height of the water and who came to fetch it."
    return thread(row([f"{n}/60 {words[: 40 + n]}." for n in range(1, 61)], name="sixty"))


def arabic() -> Thread:
    return thread(
        row(
            [
                "طاحونة المد تعمل مرتين في اليوم، وكل مرة تتأخر عن سابقتها نحو خمسين دقيقة.",
                "لذلك كان الطحّان ينام حين تستيقظ القرية، ويعمل تحت النجوم. كتب ذلك في دفتره عام 1894.",
                "الحجر البارد يطحن أفضل، والدقيق البارد يحفظ رائحته.",
            ],
            lang="ar",
            name="arabic",
        )
    )


def chinese() -> Thread:
    return thread(
        row(
            [
                "潮汐磨坊每天有两次开工的机会,每次都比上一次晚大约五十分钟。",
                "所以磨坊主人常常在村庄醒着的时候睡觉,在星光下干活。他在日记里写道:“夜里磨出的面粉更香。”",
                "石头冷,磨得细;面粉凉,香味留得住。",
            ],
            lang="zh",
            name="chinese",
        )
    )


def start_missing() -> Thread:
    """The first post is unavailable."""
    lost = Missing(id=uri("start0"), author=ADA, says="not-found")
    rest = row(["2/3 So the wheel turned at night.", "3/3 And the flour was better for it."], name="start")
    first = post("start1", rest[0].text, to=lost.id, at=1, langs=("en",))
    return thread([first, rest[1]], missing=(lost,))


def end_missing() -> Thread:
    """The author's numbering goes on beyond the last post."""
    return thread(
        row([f"{n}/6 The mill, chapter {n}: water, stone, grain and sleep." for n in range(1, 6)], name="end")
    )


def everything() -> Thread:
    """A gap in the middle, three branches, pictures, a poll, a warning, a quote, a card, an answered commenter."""
    texts = [
        "1/ A tide mill has two working windows a day, and each comes about fifty minutes later than the last.",
        "2/ So for a fortnight at a stretch the miller sleeps when the village is awake. It is not the moon, and it is",
        "3/ not superstition about the moon: cold stones grind cooler. Мельник из Архангельска писал то же. 🇫🇷",
        "4/ Here is the ledger page that started this.",
        "5/ Which of the two would you ask for flour?",
        "",
        "7/ Which leaves the awkward question of why nobody built more of them.",
        "8/ One more thing, and it is a sad one.",
        "9/ Two drawings of the sluice, by the miller’s daughter.",
        "10/ That is all. The long version: https://mills.example/tide",
    ]
    posts = row(texts)
    del posts[5]
    ledger = Media(
        kind="image", url="https://cdn.example/1.jpg", alt="A ledger with two columns.", width=1200, height=800
    )
    bare = Media(kind="image", url="https://cdn.example/2.jpg", width=800, height=600)
    poll = Poll(
        options=(Option(title="The tide mill", votes=31), Option(title="The windmill", votes=19)),
        voters=50,
        closed=True,
    )
    more = {
        uri("3"): {"quote": Quote(id=uri("q", JEAN), author=JEAN)},
        uri("4"): {"media": (ledger,)},
        uri("5"): {"poll": poll},
        uri("8"): {"warning": "drowning"},
        uri("9"): {"media": (bare, bare)},
        uri("10"): {
            "card": Card(url="https://mills.example/tide", title="The Tide Mill", description="A history."),
            "spans": (Span(start=37, end=63, kind="link", value="https://mills.example/tide"),),
        },
    }
    posts = [replace(p, **more.get(p.id, {})) for p in posts]
    posts += [
        post("b1", "An afterthought: every mill had a dog.", to=uri("2"), at=180, langs=("en",)),
        post("b2", "It was not for the rats.", to=uri("b1"), at=181, langs=("en",)),
        post("c1", "Correction: it was 1893.", to=uri("4"), at=200, langs=("en",)),
        post("d1", "And thank you for reading.", to=uri("10"), at=300, langs=("en",)),
        post("d2", "The museum opens on Sundays.", to=uri("10"), at=320, langs=("en",)),
        post("j1", "And the eels?", to=uri("7"), at=30, who=JEAN, langs=("en",)),
        post("a1", "The eels were paid for by the bishop.", to=uri("j1", JEAN), at=40, langs=("en",)),
    ]
    quoted = post("q", "The stone must never be warmer than the hand that feeds it.", who=JEAN, langs=("en",))
    lost = Missing(id=uri("6"), author=ADA, parent=uri("5"), says="not-found")
    return thread(posts, quoted=(quoted,), missing=(lost,))


ALL = {
    "single": single,
    "sixty": sixty,
    "arabic": arabic,
    "chinese": chinese,
    "start-missing": start_missing,
    "end-missing": end_missing,
    "everything": everything,
}


def path_of(thread: Thread) -> str:
    return path(thread.ref)


class Changing:
    """A watch over what changes all the time, so that nothing is answered from memory."""

    def state(self) -> object:
        return object()

    ask = state


class Maps:
    """Lets search engines list whatever is listed, where the settings do."""

    def holds(self, numbers: Collection[int], *, unsaid: bool) -> frozenset[int]:
        return frozenset(numbers) if unsaid else frozenset()


class Shelf:
    """A service that keeps threads in memory: what the site asks of `threadleaf.service.Threadleaf`, and no more.

    `aliases` lead from other paths to a page; `fails` are the errors of what is asked about a page; `asked` is what
    was read from its network.
    """

    def __init__(self, makers: Mapping[str, Callable[[], Thread]], settings: Settings, *, public_key: str = "") -> None:
        self.public_key = public_key
        self.maps = Maps()
        self.gallery = None
        self.offline = False
        threads = [make() for make in makers.values()]
        assert len({path_of(t) for t in threads}) == len(threads)
        self.renderer = renderer(settings)
        self.readings = {path_of(t): Reading(_saved(n, t), t) for n, t in enumerate(threads, 1)}
        self.aliases = {path(parse(t.url)): path_of(t) for t in threads}
        self.desk = Desk(START)
        self.fails: dict[str, Exception] = {}
        self.unroll_fails: Exception | None = None
        self.asked: list[Ref] = []
        self.listed: list[str | None] = []
        self.counted: list[int] = []
        self.saved_as: list[PageVisibility | None] = []
        self.held = Held()
        self.unrolls = Unrolls(
            lambda number: next(r.saved.path for r in self.readings.values() if r.saved.number == number)
        )

    def check_reader(self, ref: Ref, asker: Asker) -> None:
        """Everybody may have everything read."""

    def agreed(self, network: Network, author: str) -> bool:
        """No author has said anything."""
        return False

    def unroll(
        self,
        ref: Ref,
        *,
        save: PageVisibility | None = None,
        asker: Asker = "anyone",
        decide: Decide | None = None,
    ) -> Unrolled:
        self.saved_as.append(save)
        self.asked.append(ref)
        if self.unroll_fails:
            raise self.unroll_fails
        reading = self.read(path(ref))
        return Unrolled(reading.thread, reading.saved.path, reading.saved if save else None)

    def reads(self, network: Network) -> bool:
        return network in ("bsky", "fedi")

    def find(self, ref: Ref, *, private: bool = False, lifting: bool = False) -> Saved | None:
        if private:
            return None
        try:
            return self.read(path(ref)).saved
        except NotFound:
            return None

    def read(self, asked: str) -> Reading:
        if not asked.startswith("/p/"):
            from_path(asked)
        found = self.aliases.get(asked, asked)
        if found in self.fails:
            raise self.fails[found]
        try:
            return self.readings[found]
        except KeyError:
            raise NotFound("There is no such thread here.") from None

    def page(self, asked: str, view: View, lang: str = "en") -> Page:
        reading = self.read(asked)
        return pages.made(self.renderer, reading, view, lang, START)

    def still_shown(self, thread: Thread) -> Thread:
        return thread

    def now(self) -> datetime:
        return START + timedelta(days=1)

    def pictured(self, reading: Reading) -> Reading:
        return reading

    def watch(self) -> Changing:
        return Changing()

    def list(
        self,
        limit: int,
        before: int | None = None,
        *,
        visibility: PageVisibility | None = "listed",
        network: Network | None = None,
        lang: str = "",
    ) -> tuple[Saved, ...]:
        self.listed.append(visibility)
        saved = sorted((reading.saved for reading in self.readings.values()), key=lambda one: -one.number)
        fit = (one for one in saved if network in (None, one.network) and lang in ("", one.lang))
        return tuple(one for one in fit if before is None or one.number < before)[:limit]

    def count_asked(self, saved: Saved) -> None:
        self.counted.append(saved.number)


def _saved(number: int, thread: Thread) -> Saved:
    return Saved(
        number=number,
        key=thread.ref,
        path=path_of(thread),
        title=thread.title,
        author_id=thread.author.id,
        author_handle=thread.author.handle,
        author_name=thread.author.name,
        lang=(thread.posts[0].langs or ("",))[0],
        posts=len(thread.posts),
        state=thread.completeness.state,
        visibility="listed",
        origin="network",
        created_at=START,
        checked_at=START,
        first_posted=START,
        last_posted=START,
        etag=str(number),
        revision=1,
    )
