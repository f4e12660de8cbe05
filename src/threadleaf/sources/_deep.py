"""JSON of any depth. A thread of a thousand posts is an answer that nests two thousand levels."""

from __future__ import annotations

import json

import msgspec

from threadleaf.core.errors import TooLarge, Unreadable
from threadleaf.core.limits import MOST_LEVELS
from threadleaf.wire import Answer, Reply


def decode(body: bytes, name: str = "") -> object:
    """Decode JSON into dictionaries, lists and plain values, to be walked with a stack of one's own.

    `name` is the file or address that errors speak of. Lone surrogates and bytes that are not UTF-8 are let through
    (`core.characters.clean` replaces them). Raises Unreadable for what is no JSON, TooLarge beyond `MOST_LEVELS`.
    """
    try:
        return msgspec.json.decode(body)
    except RecursionError:
        return _decode_deep(body, name)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _decode_damaged(body, name)


def json_of(reply: Reply) -> object:
    """The JSON of a live reply; None if it was refused, is a fault of the server, or is no JSON."""
    if not isinstance(reply, Answer) or reply.status == 429 or reply.status >= 500:
        return None
    try:
        return decode(reply.body)
    except (Unreadable, TooLarge):
        return None


def _decode_damaged(body: bytes, name: str) -> object:
    """With the standard library, which takes a byte order mark, lone surrogates, and figures of any size."""
    try:
        return json.loads(body.decode("utf-8-sig", "replace"))
    except RecursionError:
        return _decode_deep(body, name)
    except ValueError as error:
        raise _no_json(name) from error


def _decode_deep(body: bytes, name: str) -> object:
    """As events, with an explicit stack: no decoder that calls itself, and no change to the interpreter's limit."""
    import ijson

    result: list[object] = []
    stack: list[list[object] | dict[str, object]] = [result]
    key = ""
    keys: list[str] = []
    try:
        for event, value in ijson.basic_parse(body, use_float=True):
            if event == "map_key":
                key = value
            elif event in ("end_map", "end_array"):
                stack.pop()
                key = keys.pop()
            else:
                item = {} if event == "start_map" else [] if event == "start_array" else value
                _put(stack[-1], key, item)
                if isinstance(item, dict | list):
                    stack.append(item)
                    keys.append(key)
                    if len(keys) > MOST_LEVELS:
                        sentence = f"This nests more than {MOST_LEVELS:,} levels deep, which is the most that is read."
                        raise TooLarge(sentence, subject=name)
    except ijson.JSONError as error:
        raise _no_json(name) from error
    return result[0]


def _put(container: list[object] | dict[str, object], key: str, item: object) -> None:
    if isinstance(container, dict):
        container[key] = item
    else:
        container.append(item)


def _no_json(name: str) -> Unreadable:
    return Unreadable("This is not JSON, or it was cut off before its end.", subject=name)
