"""Reading decoded JSON of which nothing is taken for granted: a value of another type is as good as none."""

from __future__ import annotations


def get(value: object, *path: str) -> object:
    """What stands at the end of a path of object keys, None if any step is not there."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def items(value: object) -> list[object]:
    """The items of an array; none of anything else."""
    return value if isinstance(value, list) else []


def string(value: object) -> str:
    """A string as it came (not cleaned); empty for anything else."""
    return value if isinstance(value, str) else ""


def number(value: object) -> int | None:
    """A whole number from 0 on; None for anything else, `true` and `1.0` included."""
    return value if type(value) is int and value >= 0 else None
