"""JSON of any depth, and damaged JSON."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadleaf.core.errors import TooLarge, Unreadable
from threadleaf.core.limits import MOST_LEVELS
from threadleaf.sources import bluesky
from threadleaf.sources._deep import decode
from threadleaf.wire import Document


def levels(value):
    count = 0
    while isinstance(value, list | dict):
        value = next(iter(value.values() if isinstance(value, dict) else value), None)
        count += 1
    return count


def test_what_nests_deeper_than_the_interpreters_stack_is_read_level_by_level():
    before = sys.getrecursionlimit()
    body = b'{"a":[' * 2500 + b'1, "x", null, true, 1.5, {"k": []}' + b'], "b": 2}' * 2500
    value = decode(body)
    assert levels(value) == 5000
    for _ in range(2499):
        assert value["b"] == 2
        value = value["a"][0]
    assert value == {"a": [1, "x", None, True, 1.5, {"k": []}], "b": 2}
    assert sys.getrecursionlimit() == before


@pytest.mark.parametrize("body", [b"[" * 20_000, b'{"a":' * 20_000 + b"1" + b"}" * 20_000])
def test_ten_thousand_levels_are_the_most(body):
    with pytest.raises(TooLarge) as caught:
        decode(body, "deep.json")
    assert caught.value.subject == "deep.json"


def test_ten_thousand_levels_are_allowed():
    assert levels(decode(b"[" * MOST_LEVELS + b"]" * MOST_LEVELS)) == MOST_LEVELS


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1,", b"<html>", b'{"a" 1}', b"[" * 3000, b"[" * 3000 + b"]" * 2000, b"\xff" * 9]
)
def test_what_is_no_json_is_refused(body):
    with pytest.raises(Unreadable) as caught:
        decode(body, "some.json")
    assert caught.value.subject == "some.json"


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'"\\ud800"', "\ud800"),
        (b'"\xff"', "\ufffd"),
        (b"[123456789012345678901234567890]", [123456789012345678901234567890]),
    ],
)
def test_damaged_text_is_read_all_the_same(body, value):
    assert decode(body) == value


def test_damaged_text_in_a_deep_answer_is_refused_and_never_overflows_the_stack():
    with pytest.raises(Unreadable):
        decode(b"\xef\xbb\xbf" + b"[" * 3000 + b'"\\ud800"' + b"]" * 2000)


def test_a_thread_of_thousands_of_posts_below_each_other_is_read():
    def opening(number):
        uri = f"at://did:plc:ann/app.bsky.feed.post/{number:05}"
        parent = f"at://did:plc:ann/app.bsky.feed.post/{number - 1:05}"
        reply = f',"reply":{{"parent":{{"uri":"{parent}"}}}}' if number else ""
        return (
            f'{{"$type":"app.bsky.feed.defs#threadViewPost","post":{{"uri":"{uri}","author":{{"did":"did:plc:ann"}},'
            f'"record":{{"text":"{number}"{reply}}},"replyCount":1}},"replies":['
        )

    body = '{"thread":' + "".join(map(opening, range(3000))) + "]}" * 3000 + "}"
    conversation = bluesky.read([Document(body=body.encode())])
    assert [post.text for post in conversation.posts] == [str(number) for number in range(3000)]
    assert [(f.post[-5:], f.why) for f in conversation.frontiers] == [("02999", "count")]


def test_ijson_is_loaded_only_for_deep_answers():
    code = (
        "import sys; from threadleaf.sources import bluesky; from threadleaf.sources._deep import decode;"
        "decode(b'[1]'); print('ijson' in sys.modules); decode(b'[' * 3000 + b']' * 3000); print('ijson' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split() == ["False", "True"]


@given(st.binary(max_size=80) | st.text(alphabet='[]{}",:1nul \\ud8', max_size=80).map(str.encode))
def test_no_bytes_break_the_decoder(body):
    try:
        decode(body)
    except Unreadable as error:
        found = error.sentence
    else:
        found = "Decoded."
    assert found.endswith(".")
