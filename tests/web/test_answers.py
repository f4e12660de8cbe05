"""Validators and codings of answers."""

import gzip
from datetime import UTC, datetime

import brotli
import pytest
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from tests.support import site
from threadleaf.config import Settings
from threadleaf.web import answers

TEXT = "A tide mill has two working windows a day. " * 40


def request(**headers: str) -> Request:
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": given})


def unpacked(answer: Response) -> str:
    body = bytes(answer.body)
    coding = answer.headers.get("content-encoding", "")
    return {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[coding](body).decode()


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br ; q=0.8 , gzip; q=0.8", "br"),
        ("gzip;q=0", ""),
        ("gzip;q=0.000", ""),
        ("gzip;q=nonsense", ""),
        ("gzip;level=9", ""),
        ("*", ""),
        ("x-gzip", ""),
    ],
)
def test_the_coding_is_the_one_that_is_liked_best(accepted: str, coding: str):
    assert answers.coding(accepted) == coding
    answer = answers.answer(request(accept_encoding=accepted), TEXT)
    assert answer.headers.get("content-encoding", "") == coding
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.headers["content-length"] == str(len(answer.body))
    assert unpacked(answer) == TEXT


def test_each_coding_has_a_tag_of_its_own():
    tags = {c: answers.answer(request(accept_encoding=c), TEXT).headers["etag"] for c in ("br", "gzip", "")}
    assert len(set(tags.values())) == 3
    for coding, tag in tags.items():
        for asked, status in (("br", 304), ("gzip", 304), ("", 304)):
            answer = answers.answer(request(accept_encoding=asked, if_none_match=tag), TEXT)
            assert answer.status_code == (status if asked == coding else 200)


def test_tags_are_compared_weakly_and_one_of_many_is_enough():
    tag = answers.answer(request(), TEXT).headers["etag"]
    for sent in (tag, f"W/{tag}", f'"a", {tag}', "*"):
        assert answers.answer(request(if_none_match=sent), TEXT).status_code == 304
    for sent in ("", '"a"', tag.strip('"')):
        assert answers.answer(request(if_none_match=sent), TEXT).status_code == 200


def test_304_has_the_validators_and_no_body():
    answer = answers.answer(request(if_none_match="*"), TEXT, headers={"vary": "accept-language"})
    assert answer.body == b""
    assert (answer.headers["vary"], answer.headers["cache-control"]) == ("accept-encoding, accept-language", "no-cache")
    assert "etag" in answer.headers


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("short", {}),
        (TEXT, {"media_type": "font/woff2"}),
        (TEXT, {"cache": answers.NOWHERE}),
    ],
)
def test_what_is_short_or_no_text_or_may_hold_a_secret_is_not_packed(text: str, more: dict[str, str]):
    answer = answers.answer(request(accept_encoding="br, gzip"), text, **more)  # type: ignore[arg-type]
    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers
    assert unpacked(answer) == text


@pytest.mark.parametrize("media_type", ["text/css; charset=utf-8", "application/json", "image/svg+xml", "text/plain"])
def test_text_is_packed_whatever_its_kind(media_type: str):
    answer = answers.answer(request(accept_encoding="br"), TEXT, media_type=media_type)
    assert answer.headers["content-encoding"] == "br"


# --- kept pages --------------------------------------------------------------------------------------------------


def page(**headers: str) -> Response:
    shelf = site.Shelf(site.ALL, Settings())
    kept = shelf.page(site.path_of(site.single()), "article")
    kept = replace(kept, made_at=datetime(2026, 5, 3, 14, 12, 7, 999_999, tzinfo=UTC))
    return answers.packed(request(**headers), kept, cache=answers.REVALIDATE, headers={"x-robots-tag": "noindex"})


def test_a_kept_page_is_the_same_in_every_coding():
    texts = {unpacked(page(accept_encoding=coding)) for coding in ("br", "gzip", "identity")}
    assert len(texts) == 1
    assert "tide mill" in texts.pop()


def test_a_kept_page_has_a_date_to_the_second():
    assert page().headers["last-modified"] == "Sun, 03 May 2026 14:12:07 GMT"


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Sun, 03 May 2026 14:12:07 GMT", 304),
        ("Sun, 03 May 2026 14:12:08 GMT", 304),
        ("Sun, 03 May 2026 14:12:07 -0000", 304),
        ("Sun, 03 May 2026 14:12:06 GMT", 200),
        ("yesterday", 200),
        ("", 200),
    ],
)
def test_a_date_tells_whether_the_page_is_known(since: str, status: int):
    assert page(if_modified_since=since).status_code == status


def test_where_there_is_a_tag_the_date_does_not_count():
    assert page(if_modified_since="Sun, 03 May 2026 14:12:08 GMT", if_none_match='"old"').status_code == 200
    assert answers.answer(request(if_modified_since="Sun, 03 May 2026 14:12:08 GMT"), TEXT).status_code == 200
