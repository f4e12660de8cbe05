"""What holds for every reference and for every text."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import example, given
from hypothesis import strategies as st

from threadleaf.core.errors import UnknownAddress
from threadleaf.core.model import Ref
from threadleaf.core.ref import address, from_path, int_to_tid, is_tid, parse, path, previous_tid, tid_to_int

LABELS = st.from_regex(r"[a-z][a-z0-9]{0,10}(-[a-z0-9]{1,5})?", fullmatch=True)
HOSTS = st.lists(LABELS, min_size=1, max_size=3).map(lambda labels: ".".join([*labels, "org"]))
NUMBERS = st.integers(1, 2**63 - 1).map(str)
NAMES = st.from_regex(r"[a-z0-9_][a-z0-9_.-]{0,12}", fullmatch=True)
TIDS = st.integers(0, 2**64 - 1).map(int_to_tid)
# A key that ends in a full stop cannot be told from the end of a sentence; posts have TIDs.
KEYS = TIDS | st.from_regex(r"[A-Za-z0-9._:~-]{0,40}[A-Za-z0-9_~-]", fullmatch=True)
DIDS = st.from_regex(r"did:(plc:[a-z2-7]{24}|web:[a-z]{1,9}\.com)", fullmatch=True)
HASHES = st.from_regex(r"[0-9a-f]{64}", fullmatch=True)
ULIDS = st.from_regex(r"01[0-9A-HJKMNP-TV-Z]{24}", fullmatch=True)

BSKY = st.builds(lambda who, key: Ref("bsky", f"at://{who}/app.bsky.feed.post/{key}"), HOSTS | DIDS, KEYS)
X = NUMBERS.map(lambda number: Ref("x", number))
FEDI = st.builds(
    lambda host, tail: Ref("fedi", f"https://{host}/{tail}"),
    HOSTS,
    st.builds("@{}/{}".format, NAMES, NUMBERS)
    | st.builds("@{}@{}/{}".format, NAMES, HOSTS, NUMBERS)
    | st.builds("users/{}/statuses/{}".format, NAMES, NUMBERS | ULIDS)
    | st.builds("@{}/statuses/{}".format, NAMES, ULIDS)
    | st.builds("ap/users/{}/statuses/{}".format, NUMBERS, NUMBERS)
    | st.uuids().map("objects/{}".format),
)
PAGES = st.builds(
    lambda host, number: Ref("page", f"{host}/{number}"),
    st.sampled_from(["twtext.com", "twunroll.com", "threadreaderapp.com"]),
    NUMBERS,
)
WITH_ADDRESS = BSKY | X | FEDI | PAGES
ALL = WITH_ADDRESS | st.builds(Ref, st.sampled_from(["page", "file"]), HASHES)

PIECES = st.sampled_from(
    ["https://", "at://", "bsky.app", "x.com", "/profile/", "/post/", "/status/", "@", "a.org", "%2f", "/", "12", ":"]
)


def outcome(read: Callable[[str], Ref], text: str) -> tuple[Ref | None, str]:
    try:
        return read(text), ""
    except UnknownAddress as error:
        return None, error.sentence


@given(WITH_ADDRESS)
def test_parsing_the_address_of_a_post_gives_the_post(ref: Ref) -> None:
    assert parse(address(ref)) == ref


@given(ALL)
def test_a_path_leads_back_to_its_post(ref: Ref) -> None:
    assert from_path(path(ref)) == ref
    assert parse(path(ref)) == ref


@given(st.text() | st.lists(PIECES | st.text(max_size=3)).map("".join))
@example("\ud800")
@example("https://\u212a.com/@a/1")
@example("https://a.org/%ff%00/@a/1")
def test_any_text_is_a_post_or_unknown_and_never_a_crash(text: str) -> None:
    for read in (parse, from_path):
        ref, sentence = outcome(read, text)
        assert all(sign.isprintable() for sign in sentence)
        assert ref is None or from_path(path(ref)) == ref


@given(st.integers(0, 2**64 - 1))
def test_a_tid_and_its_number_say_the_same(number: int) -> None:
    tid = int_to_tid(number)
    assert is_tid(tid)
    assert tid_to_int(tid) == number


@given(st.integers(1, 2**64 - 1))
def test_tids_sort_as_their_numbers_do(number: int) -> None:
    assert previous_tid(int_to_tid(number)) < int_to_tid(number)
