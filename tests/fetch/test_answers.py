"""What is accepted of an answer: heads, bodies, pace, and pauses that a server asks for."""

import gzip
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadleaf.fetch.answers import (
    LONGEST_FIELD,
    LONGEST_PAUSE,
    Aborted,
    Body,
    Meter,
    location,
    media_type,
    passed_on,
    pause,
)
from threadleaf.fetch.policy import Caps

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SMALL = Caps(body=1000, ratio_from=100, ratio=10, head=400, fields=5)


def fields(*pairs: tuple[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in pairs]


# --- pauses ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "seconds"),
    [
        ("Retry-After", "30", 30),
        ("retry-after", "0", 0),
        ("Retry-After", "Sat, 21 Nov 2026 12:05:00 GMT", 300),
        ("Retry-After", "Sat, 21 Nov 2026 12:05:00 -0000", 300),
        ("RateLimit-Reset", str(int(NOW.timestamp()) + 60), 60),
        ("x-rate-limit-reset", str(int(NOW.timestamp()) + 60), 60),
        ("X-RateLimit-Reset", "2026-11-21T12:01:00.000Z", 60),
        ("X-RateLimit-Reset", "2026-11-21T12:01:00", 60),
        # in the past, and beyond all patience
        ("Retry-After", "Sat, 21 Nov 2020 12:05:00 GMT", 0),
        ("Retry-After", "1000000000", 3600),
        ("Retry-After", "9" * 300, 3600),
        ("RateLimit-Reset", "1", 0),
        ("X-RateLimit-Reset", "9999-12-31T23:59:59Z", 3600),
    ],
)
def test_a_limit_says_until_when_and_is_never_longer_than_an_hour(name, value, seconds):
    refused = pause(429, fields((name, value)), NOW)
    assert refused is not None
    assert (refused.kind, refused.until) == ("rate", NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("value", ["", "soon", "-5", "1.5", "٣", "Xyz, 99 Abc 99999 99:99:99 GMT", "2026-99-99"])
def test_a_limit_that_names_no_time_is_still_a_limit(value):
    refused = pause(429, fields(("Retry-After", value)), NOW)
    assert refused is not None
    assert (refused.kind, refused.until) == ("rate", None)


def test_the_first_time_that_can_be_read_counts():
    refused = pause(429, fields(("Retry-After", "soon"), ("RateLimit-Reset", str(int(NOW.timestamp()) + 7))), NOW)
    assert refused is not None
    assert refused.until == NOW + timedelta(seconds=7)


def test_only_429_and_503_with_a_time_ask_to_wait():
    assert pause(503, fields(("Retry-After", "5")), NOW) is not None
    assert pause(503, [], NOW) is None
    assert pause(200, fields(("Retry-After", "5"), ("RateLimit-Reset", "5")), NOW) is None


@given(st.binary(max_size=60), st.sampled_from([b"Retry-After", b"RateLimit-Reset", b"X-RateLimit-Reset"]))
def test_no_header_of_a_limit_breaks_us(value, name):
    refused = pause(429, [(name, value)], NOW)
    assert refused is not None
    assert refused.until is None or NOW <= refused.until <= NOW + LONGEST_PAUSE


@given(st.text("SatunMoFri, 0123456789:-+GMTZ()", max_size=60))
def test_no_date_of_a_limit_breaks_us(text):
    refused = pause(429, fields(("Retry-After", text)), NOW)
    assert refused is not None
    assert refused.until is None or NOW <= refused.until <= NOW + LONGEST_PAUSE


# --- redirects and types -----------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_get_is_sent_on(status):
    assert location("GET", status, fields(("Location", " /x "))) == "/x"


@pytest.mark.parametrize("status", [200, 300, 304, 305, 306, 399, 401, 404])
def test_other_answers_send_nobody_on(status):
    found = fields(("Location", "/x"), ("Content-Location", "/y"), ("Refresh", "0; /z"), ("WWW-Authenticate", "Basic"))
    assert location("GET", status, found) is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_what_writes_is_never_sent_on(status):
    assert location("POST", status, fields(("Location", "/x"))) is None


@pytest.mark.parametrize("found", [[], fields(("Location", "/x"), ("location", "/y"))])
def test_a_redirect_must_say_one_place(found):
    with pytest.raises(Aborted, match="where to"):
        location("GET", 302, found)


def test_a_place_may_be_written_in_utf_8_and_stays_as_it_is_if_it_is_not():
    for place in ("/ü", "/à", "/x\x85", "/x\u2028", "/…"):
        assert location("GET", 302, [(b"Location", b" " + place.encode() + b"\t")]) == place
    assert location("GET", 302, [(b"Location", b"/\xfc")]) == "/ü"


def test_the_media_type_comes_without_parameters_and_only_if_there_is_one():
    assert media_type(fields(("Content-Type", "Application/JSON; charset=utf-8"))) == "application/json"
    assert media_type([]) == ""
    assert media_type(fields(("Content-Type", "text/html"), ("Content-Type", "image/png"))) == ""


def test_the_headers_that_are_passed_on_are_those_that_somebody_reads():
    given = fields(
        ("Date", "now"), ("Link", "<a>"), ("Mastodon-Async-Refresh", 'id="1"'), ("Set-Cookie", "x"), ("X", "y")
    )
    assert passed_on(given) == {"date": "now", "link": "<a>", "mastodon-async-refresh": 'id="1"'}
    assert passed_on([]) == {}


def test_of_a_header_given_twice_the_first_counts_but_links_are_one_list():
    twice = fields(("LINK", "<a>; rel=next"), ("Date", "first"), ("link", "<b>; rel=prev"), ("date", "second"))
    assert passed_on(twice) == {"link": "<a>; rel=next, <b>; rel=prev", "date": "first"}


@pytest.mark.parametrize(
    "value", ["a\rb", "a\nb", "a\0b", "a\tb", "a\x7fb", "a\x85b", "a\xa0b", "x" * (LONGEST_FIELD + 1)]
)
def test_a_header_that_is_too_long_or_holds_what_cannot_be_seen_is_left_out(value):
    assert passed_on([(b"Link", value.encode("latin-1"))]) == {}
    assert passed_on(fields(("Date", "now"), ("Link", "x" * LONGEST_FIELD))).keys() == {"date", "link"}


@given(st.lists(st.tuples(st.sampled_from([b"Date", b"Link", b"link", b"X"]), st.binary(max_size=60))))
def test_no_header_that_is_passed_on_can_do_harm(given):
    for name, value in passed_on(given).items():
        assert name in ("date", "link")
        assert value.isprintable()
        assert len(value) <= LONGEST_FIELD


# --- bodies ------------------------------------------------------------------


def read(data: bytes, *found: tuple[str, str], caps: Caps = SMALL, step: int = 7, status: int = 200) -> bytes:
    """What a body comes to that arrives in steps of a few bytes."""
    body = Body(caps, status, fields(*found, ("Transfer-Encoding", "chunked")))
    for at in range(0, len(data), step):
        body.feed(data[at : at + step])
    return body.end(len(data))


GZIP = ("Content-Encoding", "gzip")


@given(st.binary(max_size=1000), st.integers(1, 50))
def test_a_packed_body_is_read_whatever_its_pieces(data, step):
    caps = Caps()
    assert read(gzip.compress(data), GZIP, caps=caps, step=step) == data
    assert read(gzip.compress(data) + gzip.compress(b"tail"), GZIP, caps=caps, step=step) == data + b"tail"
    assert read(data, caps=caps, step=step) == data


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip", "identity, gzip", " gzip ,"])
def test_one_coding_is_undone(coding):
    assert read(gzip.compress(b"ok"), ("Content-Encoding", coding)) == b"ok"


@pytest.mark.parametrize(
    "coding", ["br", "zstd", "deflate", "gzip, gzip", "gzip, br", "unknown", ", ".join(["gzip"] * 20)]
)
def test_any_other_coding_is_refused(coding):
    with pytest.raises(Aborted, match="packed"):
        Body(SMALL, 200, fields(("Content-Encoding", coding), ("Content-Length", "1")))


def test_two_codings_in_two_headers_are_refused():
    with pytest.raises(Aborted, match="packed"):
        Body(SMALL, 200, fields(GZIP, GZIP, ("Content-Length", "1")))


def test_a_body_of_just_the_permitted_size_is_read_and_one_byte_more_is_not():
    data = bytes(range(256)) * 4
    caps = Caps(body=1024)
    assert read(data, caps=caps) == data
    assert read(gzip.compress(data), GZIP, caps=caps) == data
    for more in (read, lambda d, **kw: read(gzip.compress(d), GZIP, **kw)):
        with pytest.raises(Aborted, match="larger than") as cut:
            more(data + b"x", caps=caps)
        assert (cut.value.why, cut.value.code) == ("too-large", "ABORT")


def test_an_announced_size_beyond_the_cap_is_refused_before_a_byte_is_read():
    with pytest.raises(Aborted, match="larger than 5 MiB"):
        Body(Caps(), 200, fields(("Content-Length", str(5 * 1024 * 1024 + 1))))


def test_a_bomb_is_refused_by_its_ratio():
    bomb = gzip.compress(bytes(3 * 1024 * 1024))
    body = Body(Caps(), 200, fields(GZIP, ("Content-Length", str(len(bomb)))))
    with pytest.raises(Aborted, match="100 times"):
        body.feed(bomb)


def test_no_more_is_unpacked_than_may_be_kept():
    huge = gzip.compress(bytes(64 * 1024 * 1024))
    body = Body(Caps(), 200, fields(GZIP, ("Content-Length", str(len(huge)))))
    tracemalloc.start()
    with pytest.raises(Aborted, match="larger than"):
        body.feed(huge)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * 1024 * 1024


def test_a_high_ratio_is_fine_while_the_body_is_small():
    assert read(gzip.compress(bytes(100)), GZIP, caps=Caps(ratio=1, ratio_from=100)) == bytes(100)


@pytest.mark.parametrize("damage", [lambda d: d[:-1], lambda d: d[:10], lambda d: d[:-9]])
def test_a_packed_body_that_broke_off_is_not_kept(damage):
    with pytest.raises(Aborted, match="broke off") as cut:
        read(damage(gzip.compress(b"some text")), GZIP)
    assert cut.value.why == "network"


@pytest.mark.parametrize("data", [b"plain text", zlib.compress(b"x"), gzip.compress(b"x") + b"trailing"])
def test_what_is_not_gzip_is_refused(data):
    with pytest.raises(Aborted, match="is not"):
        read(data, GZIP)


def test_an_empty_body_needs_no_packing():
    assert read(b"", GZIP) == b""


def test_an_answer_must_say_where_it_ends_and_say_it_once():
    with pytest.raises(Aborted, match="where it ends"):
        Body(SMALL, 200, [])
    with pytest.raises(Aborted, match="two ways"):
        Body(SMALL, 200, fields(("Content-Length", "2"), ("Transfer-Encoding", "chunked")))
    for status in (204, 304):
        assert Body(SMALL, status, []).end(0) == b""


def test_more_bytes_than_announced_are_refused():
    body = Body(SMALL, 200, fields(("Content-Length", "2")))
    body.feed(b"ok")
    with pytest.raises(Aborted, match="more than it announced"):
        body.end(3)


# --- heads and pace ----------------------------------------------------------


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def meter(caps: Caps = SMALL) -> tuple[Meter, Clock]:
    clock = Clock()
    return Meter(caps, clock), clock


HEAD = b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n"


@pytest.mark.parametrize(
    "before", [b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\n" * 3]
)
def test_what_comes_after_the_head_is_counted(before):
    watched, _ = meter()
    watched.saw(before + HEAD + b"body")
    came = watched.end_head()
    assert came() == 4
    watched.saw(b" and more")
    assert came() == 13


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\nA: b\n\n",
        b"HTTP/1.1 200 OK\r\nA: b\nB: c\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\r\n\nbody\r\n\r\n",
        b"HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\r\n\r\n",
        b"",
    ],
)
def test_a_head_with_bare_line_feeds_is_malformed(head):
    watched, _ = meter()
    watched.saw(head)
    with pytest.raises(Aborted, match="malformed"):
        watched.end_head()


def test_a_head_of_many_lines_is_refused():
    watched, _ = meter(Caps(fields=3))
    watched.saw(b"HTTP/1.1 200 OK\r\n" + b"a:\r\n" * 4 + b"\r\n")
    with pytest.raises(Aborted, match="more than 3 headers"):
        watched.end_head()


def test_no_more_of_a_head_is_read_than_the_cap():
    watched, _ = meter(Caps(head=30))
    assert watched.room(1000) == 30
    watched.saw(b"x" * 20)
    assert watched.room(1000) == 10
    watched.saw(b"x" * 10)
    with pytest.raises(Aborted, match="larger than 30 bytes"):
        watched.room(1000)


def test_behind_the_head_as_much_is_read_as_comes():
    watched, _ = meter()
    watched.saw(HEAD)
    watched.end_head()
    assert watched.room(65536) == 65536


def test_framing_that_is_never_kept_has_an_end_too():
    watched, _ = meter()
    watched.saw(HEAD)
    watched.end_head()
    watched.saw(b"x" * (SMALL.head + 2 * SMALL.body - len(HEAD)))
    assert watched.room(7) == 7
    watched.saw(b"x")
    with pytest.raises(Aborted, match="larger than") as cut:
        watched.room(7)
    assert cut.value.why == "too-large"


def test_the_first_byte_has_its_time_from_when_it_is_first_waited_for():
    watched, clock = meter(Caps(first_byte=10))
    clock.at += 3
    assert watched.patience() == 10
    clock.at += 4
    assert watched.patience() == 6
    clock.at += 60
    assert watched.patience() == 0
    assert "did not begin" in watched.late().sentence


def test_then_bytes_must_come_at_the_rate():
    watched, clock = meter(Caps(grace=5, rate=1024))
    watched.patience()
    watched.saw(b"x")
    assert watched.patience() == 5
    clock.at += 4
    assert watched.patience() == 1
    watched.saw(b"x" * (10 * 1024 - 1))
    assert watched.patience() == 6
    clock.at += 7
    assert watched.patience() == 0
    assert "slower than 1024" in watched.late().sentence
    assert watched.late().why == "timeout"


def test_an_empty_read_means_that_the_server_closed():
    watched, _ = meter()
    watched.saw(b"x")
    assert not watched.ended
    watched.saw(b"")
    assert watched.ended
