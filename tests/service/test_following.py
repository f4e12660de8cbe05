"""What may be followed, and what is new in it."""

import pytest
from msgspec.structs import replace

from tests.service.conftest import Instance
from tests.store.build import NOON, draft, line, talk
from threadleaf.core.errors import BadQuery, NotFound, ThreadleafError, UnknownAddress
from threadleaf.service.following import Following, normal
from threadleaf.store.records import PageVisibility, Saved

ANN = "ann@example.org"


def keep(instance: Instance, *names: object, visibility: PageVisibility = "listed", author: str = "ann") -> Saved:
    assert instance.store is not None
    made = draft(talk(*line(*names, author=author)), visibility=visibility)
    known = instance.store.known(made.aliases)
    saved = instance.store.save(replace(made, based_on=tuple(kept.saved for kept in known)))
    assert saved is not None
    return saved


@pytest.fixture
def following(instance: Instance) -> Following:
    return Following(instance.service)


def test_what_was_kept_since_is_new_and_only_what_lists_may_show(instance: Instance, following: Following) -> None:
    first = keep(instance, 1)
    before = following.news("latest", 0)
    assert (before.kind, before.threads, before.seen) == ("latest", (first,), first.number)
    assert not following.news("latest", before.seen)
    second, third = keep(instance, 2), keep(instance, 3)
    keep(instance, 4, visibility="unlisted")
    news = following.news("latest", before.seen)
    assert (news.threads, news.seen) == ((third, second), third.number)


def test_an_author_is_followed_by_a_stable_name(instance: Instance, following: Following) -> None:
    saved = keep(instance, 1)
    keep(instance, 2, author="ben")
    news = following.news("author:bsky:did:plc:ann", 0)
    assert (news.kind, news.name, news.threads) == ("author", "Ann", (saved,))


def test_an_author_without_a_name_is_called_by_handle(instance: Instance, following: Following) -> None:
    assert instance.store is not None
    nameless = tuple(replace(one, name="") for one in talk(*line(1)).authors)
    assert instance.store.save(draft(talk(*line(1), authors=nameless)))
    assert following.news("author:bsky:did:plc:ann", 0).name == "@ann.example"


def test_a_search_is_followed(instance: Instance, following: Following) -> None:
    keep(instance, 1)
    saved = keep(instance, 2, author="ben")
    news = following.news("search:words ben", 0)
    assert (news.kind, news.name, news.threads) == ("search", "words ben", (saved,))
    assert not following.news("search:nothing", 5)
    assert following.news("search:nothing", 5).seen == 5


def test_a_thread_is_followed_by_the_number_of_its_posts(instance: Instance, following: Following) -> None:
    saved = keep(instance, 1, 2)
    topic = f"thread:{saved.path}"
    news = following.news(topic, 0)
    assert (news.kind, news.posts, news.seen) == ("thread", 2, 2)
    assert not following.news(topic, 2)
    keep(instance, 1, 2, 3)
    news = following.news(topic, 2)
    assert (news.posts, news.seen, [one.path for one in news.threads]) == (1, 3, [saved.path])
    assert not following.news(topic, 9)  # some of its posts are gone
    assert following.news(topic, 9).seen == 9


@pytest.mark.parametrize(
    ("topic", "error"),
    [
        ("", NotFound),
        ("everything", NotFound),
        ("latest:more", NotFound),
        ("author:mars:ann", NotFound),
        ("author:bsky:did:plc:nobody", NotFound),
        ("thread:/t/bsky/did:plc:ann/3knothing", NotFound),
        ("thread:nonsense", UnknownAddress),
        ("search:", BadQuery),
    ],
)
def test_of_anything_else_there_is_nothing_to_tell(
    instance: Instance, following: Following, topic: str, error: type[ThreadleafError]
) -> None:
    keep(instance, 1)
    with pytest.raises(error):
        following.news(topic, 0)


def test_a_thread_that_lists_may_not_show_cannot_be_followed(instance: Instance, following: Following) -> None:
    saved = keep(instance, 1, visibility="unlisted")
    with pytest.raises(NotFound):
        following.news(f"thread:{saved.path}", 0)


def test_who_asks_begins_with_what_comes_from_now_on(instance: Instance, following: Following) -> None:
    saved = keep(instance, 1)
    follow = following.ask("Ann@Example.ORG", "latest", "de", NOON)
    assert follow is not None
    assert (follow.address, follow.seen, follow.lang) == ("Ann@example.org", saved.number, "de")
    assert instance.service.follows.confirm(follow.token, NOON) is not None
    assert following.ask("Ann@example.org", "latest", "de", NOON) is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ann",
        "ann@",
        "@example.org",
        "ann@localhost",
        "ann@example.org\nBcc: ben@example.org",
        "a b@example.org",
        "ann@exa_mple.org",
        "<ann@example.org>",
        "ann@example.org,ben@example.org",
        "änn@example.org",
        f"{'a' * 65}@example.org",
        f"a@{'a.' * 130}org",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UnknownAddress):
        normal(address)


def test_an_address_may_hold_what_addresses_hold() -> None:
    assert normal("ann+threads.2@Mail-1.Example.co.uk") == "ann+threads.2@mail-1.example.co.uk"
