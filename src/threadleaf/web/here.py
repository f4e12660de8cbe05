"""For whom the site of the answer that is being made is: for others, or for its one reader.

Like the language it is held in a context variable, so that every page, also that of an error, knows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from markupsafe import Markup

REMOVES = Markup("<code>threadleaf remove ADDRESS --reason author</code>")
"""What the one reader of a site types to take a page down."""
_PERSONAL: ContextVar[bool] = ContextVar("threadleaf.personal", default=False)


def personal() -> bool:
    """Whether nobody but its one reader sees this site: then there is nobody to report a page to."""
    return _PERSONAL.get()


@contextmanager
def serving(*, personal: bool) -> Iterator[None]:
    """Make pages of a site of that kind while the block runs."""
    token = _PERSONAL.set(personal)
    try:
        yield
    finally:
        _PERSONAL.reset(token)
