"""`import threadleaf`: what is promised, and how `unroll` finds what to read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import threadleaf
from threadleaf.core.model import Conversation
from threadleaf.wire import Steps

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "examples" / "swifts-text" / "page.txt"
SAVED = ROOT / "examples" / "kite-day-flat" / "getPostThreadV2.json"
NOON = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)


def answer() -> tuple[str, threadleaf.Answer]:
    """An address and what the network answers about it."""
    saved = json.loads(SAVED.read_bytes())
    uri = next(item["uri"] for item in saved["body"]["thread"] if item["depth"] == 0)
    return uri, threadleaf.Answer(status=200, body=json.dumps(saved["body"]).encode(), at=NOON)


def test_what_is_promised_is_there_and_nothing_else_is_shown() -> None:
    assert sorted(threadleaf.__all__) == dir(threadleaf)
    assert [name for name in threadleaf.__all__ if getattr(threadleaf, name, None) is None] == []
    assert len(set(threadleaf.__all__)) == len(threadleaf.__all__)


def test_the_promised_names_are_these() -> None:
    assert set(threadleaf.__all__) == {
        *("Answer", "Author", "Blocked", "Completeness", "Document", "Gap", "Gone", "NotFound", "NotNow", "Post"),
        *("Ref", "Refused", "StoreError", "Thread", "Threadleaf", "ThreadleafError", "TooLarge", "UnknownAddress"),
        *("Unreadable", "__version__", "render", "unroll"),
    }


def test_a_name_that_is_not_there_is_told_as_python_tells_it() -> None:
    with pytest.raises(AttributeError, match="module 'threadleaf' has no attribute 'rolled'"):
        _ = threadleaf.rolled


@pytest.mark.parametrize("source", [PAGE, str(PAGE), [PAGE], (str(PAGE),)])
def test_a_file_is_unrolled_however_it_is_named(source: Any) -> None:
    thread = threadleaf.unroll(source)
    assert isinstance(thread, threadleaf.Thread)
    assert len(thread.posts) == 6
    assert thread.completeness.state == "open"


def test_documents_already_read_are_unrolled() -> None:
    document = threadleaf.Document(body=PAGE.read_bytes(), name="page.txt")
    assert threadleaf.unroll(documents=iter([document])).posts == threadleaf.unroll(PAGE).posts


def test_a_thread_is_rendered_in_the_formats_of_render() -> None:
    thread = threadleaf.unroll(PAGE)
    assert thread.title in threadleaf.render.markdown(thread)
    assert thread.title in threadleaf.render.plain(thread)


def test_given_replies_keep_an_address_offline() -> None:
    uri, reply = answer()
    thread = threadleaf.unroll(uri, replies=[reply])
    assert [post.text for post in thread.posts] == [post.text for post in threadleaf.unroll(SAVED).posts]


def test_a_ref_is_as_good_as_an_address() -> None:
    uri, reply = answer()
    assert threadleaf.unroll(threadleaf.Ref("bsky", uri), replies=[reply]) == threadleaf.unroll(uri, replies=[reply])


def test_when_the_given_replies_run_out_there_is_no_network() -> None:
    with pytest.raises(threadleaf.NotNow):
        threadleaf.unroll(answer()[0], replies=[])


def test_what_carries_out_the_requests_may_be_given() -> None:
    from threadleaf import sources

    document = threadleaf.Document(body=SAVED.read_bytes(), name=SAVED.name)
    asked: list[str] = []

    def fetch(steps: Steps) -> Conversation:
        asked.extend(request.url for request in next(steps))
        steps.close()
        return sources.for_documents([document]).read([document])

    assert threadleaf.unroll(answer()[0], fetch=fetch).posts == threadleaf.unroll(SAVED).posts
    assert ["getPostThreadV2" in asked[0], "getProfiles" in asked[1], len(asked)] == [True, True, 2]


def test_without_anything_else_the_network_is_asked_through_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    from threadleaf.fetch.door import Door

    uri, reply = answer()

    async def send(_door: Door, _request: object) -> threadleaf.Answer:
        return reply

    monkeypatch.setattr(Door, "send", send)
    assert len(threadleaf.unroll(uri).posts) == 5


def test_a_server_that_had_its_rest_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from threadleaf.fetch.door import Door
    from threadleaf.wire import Refused, Request

    uri, reply = answer()
    replies = [Refused(kind="rate", until=NOON.replace(year=2020)), reply]

    async def send(_door: Door, request: Request) -> Any:
        return replies.pop(0) if "Thread" in request.url else Refused(kind="offline")

    monkeypatch.setattr(Door, "send", send)
    assert len(threadleaf.unroll(uri).posts) == 5
    assert replies == []


def test_a_wish_is_heard_here_too() -> None:
    uri, reply = answer()
    body = reply.body.replace(b'"labels": []', b'"labels": [{"val": "!no-unauthenticated", "src": "did:plc:a"}]')
    with pytest.raises(threadleaf.Refused):
        threadleaf.unroll(uri, replies=[threadleaf.Answer(status=200, body=body, at=NOON)])


@pytest.mark.parametrize("source", [None, 12, b"page.txt", object()])
def test_what_is_neither_address_nor_file_is_a_type_error(source: Any) -> None:
    with pytest.raises(TypeError):
        threadleaf.unroll(source)


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ([], threadleaf.Unreadable),
        ("", threadleaf.UnknownAddress),
        ("nowhere\0.txt", threadleaf.UnknownAddress),
        ("x" * 100_000, threadleaf.UnknownAddress),
        (Path("nowhere.txt"), threadleaf.Unreadable),
        (["nowhere.txt"], threadleaf.Unreadable),
        (ROOT, threadleaf.Unreadable),
        ("https://example.com/", threadleaf.UnknownAddress),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(source: Any, error: type[threadleaf.ThreadleafError]) -> None:
    with pytest.raises(error) as caught:
        threadleaf.unroll(source)
    assert caught.value.sentence.endswith(".")


def test_a_file_without_the_right_to_read_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_args: object, **_more: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(threadleaf.Unreadable, match="cannot be read: Permission denied"):
        threadleaf.read_file(tmp_path / "page.txt")
