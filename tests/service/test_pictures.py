"""Pictures of posts: which are shown, what is asked of other servers, and when they are gone."""

import gzip
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from msgspec.structs import replace

from tests.service.conftest import Instance
from tests.store.build import NOON, line, post, ref, talk, uri
from threadleaf.core.errors import NotFound, NotNow
from threadleaf.core.model import Card, Media, Network, Quote, Span
from threadleaf.core.pictured import EMOJI, addresses
from threadleaf.fetch.pictures import Made
from threadleaf.service import Renderer
from threadleaf.service.pictures import AGAIN, BATCH, LEVELS, Failure, Gallery, Kind, Level
from threadleaf.store.pictures import Files
from threadleaf.store.records import Origin, Reading, View
from threadleaf.store.threads import Store

ONE = "https://cdn.example/1.jpg"
PATH = "/t/bsky/did:plc:ann/3k1"
PICTURE = Media(kind="image", url=ONE, alt="A ledger.")


def words(reading: Reading, view: View, lang: str) -> str:
    return f"{sorted(picture.state + ' kept' * picture.kept for picture in reading.pictures.values())}"


class Camera:
    """The way to other servers: what they give next, and what they were asked."""

    def __init__(self) -> None:
        self.gives: Made | Failure | Callable[[], Made] = Made(b"webp", 800, 600)
        self.asked: list[str] = []
        self.now: datetime = NOON

    def __call__(self, url: str) -> Made | Failure:
        self.asked.append(url)
        return self.gives() if callable(self.gives) else self.gives


class Studio:
    """An instance with pictures."""

    def __init__(
        self, store: Store, folder: Path, levels: Mapping[Kind, Level] = LEVELS, most_kept: int = 10_000
    ) -> None:
        self.camera = Camera()
        self.store = store
        self.files = Files(folder, 10_000, most_kept)
        self.gallery = Gallery(store.pictures, self.files, self.camera, lambda: self.camera.now, levels)
        self.instance = Instance(store, renderer=Renderer(words, "v1"))
        self.instance.service.gallery = self.gallery

    def keep(self, media: Media = PICTURE) -> str:
        """Keep a thread with a picture; its name."""
        self.instance.says(talk(post(1, media=(media,)))).unroll(ref(1), save="listed")
        return self.store.pictures.known([media.url])[media.url].name

    def page(self) -> bytes:
        return gzip.decompress(self.instance.service.page(PATH, "article").gzip)


@pytest.fixture
def studio(store: Store, tmp_path: Path) -> Studio:
    return Studio(store, tmp_path / "pictures")


def test_a_picture_is_fetched_when_somebody_first_looks(studio: Studio) -> None:
    name = studio.keep()
    assert studio.camera.asked == []
    assert studio.gallery.show(name) == studio.gallery.show(name) == b"webp"
    assert studio.camera.asked == [ONE]
    known = studio.store.pictures.find(name)
    assert known is not None
    assert (known.state, known.width, known.height) == ("stored", 800, 600)


def test_what_stands_on_no_page_is_not_fetched(studio: Studio) -> None:
    name = studio.store.pictures.known([ONE])[ONE].name
    for asked in (name, "nonsense", ""):
        with pytest.raises(NotFound):
            studio.gallery.show(asked)
    assert studio.camera.asked == []


@pytest.mark.parametrize("failure", ["refused", "gone"])
def test_what_cannot_be_shown_is_asked_for_once_and_the_page_says_so(studio: Studio, failure: Failure) -> None:
    name = studio.keep()
    assert studio.page() == b"['new']"
    studio.camera.gives = failure
    for _ in range(2):
        with pytest.raises(NotFound):
            studio.gallery.show(name)
    assert studio.camera.asked == [ONE]
    assert studio.page() == f"['{failure}']".encode()


def test_a_server_that_does_not_answer_is_asked_again_after_a_while(studio: Studio) -> None:
    name = studio.keep()
    studio.camera.gives = "later"
    for _ in range(2):
        with pytest.raises(NotNow):
            studio.gallery.show(name)
    assert studio.camera.asked == [ONE]
    studio.camera.now += AGAIN
    studio.camera.gives = Made(b"webp", 8, 6)
    assert studio.gallery.show(name) == b"webp"


def test_a_file_that_made_room_is_fetched_again(studio: Studio) -> None:
    name = studio.keep()
    studio.gallery.show(name)
    studio.gallery._files.keep_only(())
    studio.camera.now += timedelta(seconds=1)
    assert studio.gallery.show(name) == b"webp"
    assert studio.camera.asked == [ONE, ONE]


def test_who_asks_at_the_same_time_gets_the_same_picture(studio: Studio) -> None:
    name = studio.keep()
    begun, going_on = Event(), Event()

    def slowly() -> Made:
        begun.set()
        assert going_on.wait(10)
        return Made(b"webp", 8, 6)

    studio.camera.gives = slowly
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(studio.gallery.show, name)
        assert begun.wait(10)
        others = [pool.submit(studio.gallery.show, name) for _ in range(3)]
        going_on.set()
        assert {one.result() for one in (first, *others)} == {b"webp"}
    assert studio.camera.asked == [ONE]
    assert studio.gallery._going == {}


def test_a_picture_that_is_taken_down_while_it_is_fetched_is_not_shown(studio: Studio) -> None:
    name = studio.keep()

    def overtaken() -> Made:
        studio.instance.service.remove(ref(1), "author")
        return Made(b"webp", 8, 6)

    studio.camera.gives = overtaken
    with pytest.raises(NotFound):
        studio.gallery.show(name)
    assert studio.gallery._files.get(name) is None


@pytest.mark.parametrize("way", ["remove", "opt_out", "nothing left", "blocked", "reported"])
def test_a_takedown_and_a_wish_delete_the_file(studio: Studio, way: str) -> None:
    name = studio.keep()
    studio.gallery.show(name)
    service = studio.instance.service
    if way == "remove":
        service.remove(ref(1), "author")
    elif way == "opt_out":
        service.opt_out("bsky", "did:plc:ann", "author")
    elif way == "blocked":
        service.desk.block_author("bsky", "did:plc:ann")
    elif way == "reported":
        report = service.desk.ticket(service.desk.report(PATH, "rights", "Mine."))
        assert report is not None
        service.desk.decide(report, "removed", "So it is.")
    else:
        with pytest.raises(NotFound):
            studio.instance.says(NotFound("gone")).unroll(ref(1), save="listed")
    assert studio.gallery._files.get(name) is None
    with pytest.raises(NotFound):
        studio.gallery.show(name)


# --- which pictures ----------------------------------------------------------------------------------------------


SMALL = "https://cdn.example/small.jpg"


@pytest.mark.parametrize(
    ("media", "shown"),
    [
        (Media(kind="image", url=ONE, thumb=SMALL), [(SMALL, ONE)]),
        (Media(kind="image", url=ONE), [(ONE, ONE)]),
        (Media(kind="video", url="https://cdn.example/1.mp4", thumb=SMALL), [(SMALL, SMALL)]),
        (Media(kind="gif", url="https://cdn.example/1.mp4"), []),
        (Media(kind="image", url="http://cdn.example/1.jpg"), []),
        (Media(kind="image", url="javascript:alert(1)"), []),
        (Media(kind="image"), []),
    ],
)
def test_a_picture_stands_for_what_is_attached_and_no_film_is_fetched(
    store: Store, media: Media, shown: list[tuple[str, str]]
) -> None:
    thread = Instance(store).says(talk(post(1, media=(media,)))).unroll(ref(1)).thread
    assert list(addresses(thread)) == shown


def test_every_post_that_is_shown_shows_its_pictures(store: Store) -> None:
    def picture(number: int) -> Media:
        return Media(kind="image", url=f"https://cdn.example/{number}.jpg")

    first, second = line(1, 2)
    quoted = post("q", author="bob", media=(picture(3),))
    branch = post(4, uri(1), media=(picture(4),))
    first = replace(first, media=(picture(1),), quote=Quote(id=quoted.id, author=quoted.author))
    card = Card(url="https://mills.example", thumb="https://cdn.example/5.jpg")
    second = replace(second, media=(picture(2),), card=card)
    lost = post(5, uri(2), card=Card(url="https://mills.example"))
    thread = Instance(store).says(talk(first, second, branch, lost, quoted=(quoted,))).unroll(ref(1)).thread
    assert sorted(url for _, url in addresses(thread)) == [f"https://cdn.example/{n}.jpg" for n in (1, 2, 3, 4, 5)]


def test_the_author_s_picture_is_a_small_one_where_its_network_has_small_ones(store: Store) -> None:
    thread = Instance(store).says(talk(post(1))).unroll(ref(1)).thread

    def asked(avatar: str) -> list[tuple[str, str]]:
        return list(addresses(replace(thread, author=replace(thread.author, avatar=avatar))))

    large = "https://cdn.bsky.app/img/avatar/plain/did:plc:ann/a@jpeg"
    assert asked(large) == [(large, "https://cdn.bsky.app/img/avatar_thumbnail/plain/did:plc:ann/a@jpeg")]
    assert asked("https://a.example/img/avatar/1.png") == [("https://a.example/img/avatar/1.png",) * 2]
    assert asked("http://a.example/1.png") == asked("") == []


def test_custom_emoji_are_pictures_and_so_many_of_a_thread(store: Store) -> None:
    thread = Instance(store).says(talk(post(1))).unroll(ref(1)).thread

    def span(address: str) -> Span:
        return Span(start=0, end=1, kind="emoji", value=address)

    first, *rest = [f"https://cdn.example/{n}.png" for n in range(EMOJI + 3)]
    spans = (*map(span, (first, first, "", "http://cdn.example/x.png")), Span(start=0, end=1, kind="link", value=ONE))
    quoted = replace(thread.posts[0], id="q", spans=tuple(map(span, rest)))
    full = replace(thread, posts=(replace(thread.posts[0], spans=spans),), quoted=(quoted,))
    assert list(addresses(full)) == [(address, address) for address in (first, *rest)][:EMOJI]
    named = replace(full, author=replace(thread.author, avatar="", name_spans=(span(rest[0]),)))
    assert next(addresses(named)) == (rest[0], rest[0])


# --- what becomes of them ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("network", "origin", "chosen", "archive"),
    [
        ("bsky", "network", {}, False),
        ("fedi", "network", {}, False),
        ("bsky", "file", {}, True),
        ("bsky", "network", {"bsky": "archive"}, True),
        ("bsky", "file", {"imports": "proxy"}, False),
        ("bsky", "network", {"bsky": "link"}, None),
        ("bsky", "file", {"imports": "link", "bsky": "archive"}, None),
        ("x", "network", {"bsky": "archive"}, None),
        ("x", "file", {"imports": "archive"}, None),
        ("page", "file", {"imports": "archive"}, None),
    ],
)
def test_pictures_are_linked_shown_or_kept_as_the_settings_say_and_those_of_x_linked(
    studio: Studio, network: Network, origin: Origin, chosen: dict[Kind, Level], archive: bool | None
) -> None:
    studio.keep()
    page = studio.instance.service.read(PATH)
    page = replace(page, saved=replace(page.saved, origin=origin), thread=replace(page.thread, network=network))
    gallery = Gallery(studio.store.pictures, studio.files, studio.camera, lambda: NOON, chosen)
    assert [picture.archive for picture in gallery.of(page).values()] == ([] if archive is None else [archive])


def test_of_x_the_pictures_of_people_are_shown_and_never_kept(studio: Studio) -> None:
    studio.keep()
    page = studio.instance.service.read(PATH)
    face, plain = "https://pbs.example/ada.jpg", "http://pbs.example/bob.jpg"
    people = (replace(page.thread.author, avatar=face), replace(page.thread.author, id="b", avatar=plain))
    page = replace(page, thread=replace(page.thread, network="x", author=people[0], authors=people))
    gallery = Gallery(studio.store.pictures, studio.files, studio.camera, lambda: NOON, {"bsky": "archive"})
    assert {name: (picture.url, picture.archive) for name, picture in gallery.of(page).items()} == {face: (face, False)}


# --- in the background -------------------------------------------------------------------------------------------


def go_on() -> bool:
    return False


def test_what_pages_show_is_fetched_before_anybody_looks(studio: Studio) -> None:
    name = studio.keep()
    studio.gallery.gather(go_on)
    assert studio.camera.asked == [ONE]
    assert studio.gallery.show(name) == b"webp"
    studio.gallery.gather(go_on)
    assert studio.camera.asked == [ONE]
    assert studio.page() == b"['new']", "the page says the same of it, and stays as it is"


@pytest.mark.parametrize("failure", ["refused", "gone"])
def test_the_page_says_what_became_of_a_picture_before_anybody_looks(studio: Studio, failure: Failure) -> None:
    studio.keep()
    studio.camera.gives = failure
    for _ in range(2):
        studio.gallery.gather(go_on)
    assert studio.camera.asked == [ONE]
    assert studio.page() == f"['{failure}']".encode()


def test_a_server_that_does_not_answer_is_asked_less_and_less_for_two_days(studio: Studio) -> None:
    studio.keep()
    studio.camera.gives = "later"
    times = []
    for minute in range(0, 3 * 24 * 60, 10):
        studio.camera.now = NOON + timedelta(minutes=minute)
        studio.gallery.gather(go_on)
        if len(studio.camera.asked) > len(times):
            times.append(minute)
        if minute == 0:
            assert studio.page() == b"['away']"
    assert times == [0, 10, 30, 70, 150, 310, 630, 1270, 2550]
    assert studio.page() == b"['refused']"


def test_a_picture_whose_server_answers_again_is_shown_again(studio: Studio) -> None:
    studio.keep()
    studio.camera.gives = "later"
    studio.gallery.gather(go_on)
    assert studio.page() == b"['away']"
    studio.camera.gives = Made(b"webp", 8, 6)
    studio.gallery.gather(go_on)
    assert len(studio.camera.asked) == 1
    studio.camera.now += AGAIN
    studio.gallery.gather(go_on)
    assert studio.page() == b"['stored']"


def test_what_a_program_left_undone_the_next_one_does(studio: Studio) -> None:
    pictures = tuple(Media(kind="image", url=f"https://cdn.example/{n}.jpg") for n in range(3 * BATCH))
    studio.instance.says(talk(post(1, media=pictures))).unroll(ref(1), save="listed")
    studio.gallery.gather(lambda: len(studio.camera.asked) == BATCH + 3)
    assert len(studio.camera.asked) == BATCH + 3
    another = Gallery(studio.store.pictures, studio.files, studio.camera, lambda: NOON)
    another.gather(go_on)
    assert sorted(studio.camera.asked) == sorted(media.url for media in pictures)


def test_nothing_is_fetched_for_a_page_that_was_taken_down(studio: Studio) -> None:
    studio.keep()
    studio.instance.service.remove(ref(1), "author")
    studio.gallery.gather(go_on)
    assert studio.camera.asked == []


def test_a_picture_that_is_taken_down_meanwhile_leaves_no_file_and_the_next_ones_are_fetched(studio: Studio) -> None:
    name = studio.keep()
    other = Media(kind="image", url="https://cdn.example/2.jpg")
    studio.instance.says(talk(post(2, media=(other,)))).unroll(ref(2), save="listed")

    def overtaken() -> Made:
        if studio.camera.asked[-1] == ONE:
            studio.instance.service.remove(ref(1), "author")
        return Made(b"webp", 8, 6)

    studio.camera.gives = overtaken
    studio.gallery.gather(go_on)
    assert sorted(studio.camera.asked) == [ONE, other.url]
    assert studio.files.get(name) is None
    assert studio.files.get(studio.store.pictures.known([other.url])[other.url].name) == b"webp"


def test_a_file_that_is_here_already_is_not_fetched_again(studio: Studio) -> None:
    name = studio.keep()
    studio.files.put(name, b"earlier")
    studio.gallery.gather(go_on)
    assert studio.camera.asked == []
    assert studio.store.pictures.waiting(studio.camera.now, 10, archives=True) == ()


# --- kept --------------------------------------------------------------------------------------------------------


@pytest.fixture
def archive(store: Store, tmp_path: Path) -> Studio:
    return Studio(store, tmp_path / "pictures", {"bsky": "archive"})


def test_what_is_archived_makes_no_room_for_others_and_its_page_says_so(archive: Studio) -> None:
    name = archive.keep()
    archive.gallery.gather(go_on)
    assert archive.page() == b"['stored kept']"
    archive.files.put("other", bytes(10_000))
    archive.files.put("third", bytes(10_000))
    assert (archive.files.get(name), archive.files.get("other")) == (b"webp", None)
    archive.instance.service.remove(ref(1), "author")
    assert archive.files.get(name) is None


def test_what_was_shown_is_kept_once_its_page_wants_that(studio: Studio, archive: Studio) -> None:
    name = studio.keep()
    studio.gallery.gather(go_on)
    archive.instance.says(talk(post(1, media=(PICTURE,)))).unroll(ref(1), save="listed")
    archive.gallery.gather(go_on)
    assert archive.camera.asked == []
    assert archive.page() == b"['stored kept']"
    archive.gallery.gather(go_on)
    assert archive.files.get(name) == b"webp"


def test_what_has_no_room_in_the_archive_is_shown_as_others_are(store: Store, tmp_path: Path) -> None:
    studio = Studio(store, tmp_path / "pictures", {"bsky": "archive"}, most_kept=0)
    studio.keep()
    for _ in range(2):
        studio.gallery.gather(go_on)
    assert studio.camera.asked == [ONE]
    assert studio.page() == b"['new']"


def test_a_post_that_was_deleted_where_it_was_takes_its_picture_along(studio: Studio) -> None:
    two = Media(kind="image", url="https://cdn.example/2.jpg")
    first, second = post(1, media=(PICTURE,), replies=1), post(2, uri(1), media=(two,))
    studio.instance.says(talk(first, second)).unroll(ref(1), save="listed")
    names = [studio.store.pictures.known([url])[url].name for url in (ONE, two.url)]
    assert [studio.gallery.show(name) for name in names] == [b"webp", b"webp"]
    left = talk(replace(first, replies=0), read_at=studio.instance.later(hours=1))
    studio.instance.says(left).unroll(ref(1), save="listed")
    assert [studio.gallery._files.get(name) for name in names] == [b"webp", None]
