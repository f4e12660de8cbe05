"""One tree of errors. Each knows what failed, a sentence that is safe to show to anybody, and its kind.

    ThreadleafError
    ├── UnknownAddress   wrong-use   the text is no address that we know
    ├── Unreadable       wrong-use   the file or answer is not in a form that we read
    ├── TooLarge         wrong-use   over a stated limit
    ├── BadQuery         wrong-use   a search that cannot be understood
    ├── NotFound         not-found   the network (or the store) has no such post
    ├── Gone             gone        taken down; a tombstone with a date remains
    ├── Refused          refused     somebody's wish, or the post is private
    ├── Blocked          failed      the egress door refused an address
    ├── NotNow           not-now     a limit, a fault of the network, no network asked for
    └── StoreError       failed      the database

The edges map the kind to an exit code (cli/exit.py) or an HTTP status (web/errors.py); nobody else decides on them.
"""

from __future__ import annotations

from typing import ClassVar, Literal

Kind = Literal["wrong-use", "not-found", "gone", "refused", "failed", "not-now"]


class ThreadleafError(Exception):
    """Base of all our errors.

    Parameters: `sentence` says in plain words what is wrong and what to do next (safe for strangers); `subject` is
    the id, address or file name concerned; `code` a finer reason for programs (a verdict of the door, say).
    """

    kind: ClassVar[Kind] = "failed"

    def __init__(self, sentence: str, *, subject: str = "", code: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.subject = subject
        self.code = code


class UnknownAddress(ThreadleafError):
    """The text is not the address of a post that we know how to read."""

    kind = "wrong-use"


class Unreadable(ThreadleafError):
    """A file or an answer is empty, binary, damaged, or not a thread."""

    kind = "wrong-use"


class TooLarge(ThreadleafError):
    """More bytes, posts or levels than the stated limits."""

    kind = "wrong-use"


class BadQuery(ThreadleafError):
    """A search text with an unknown operator or value, or with nothing to look for."""

    kind = "wrong-use"


class NotFound(ThreadleafError):
    """No such post or page, or it is not public."""

    kind = "not-found"


class Gone(ThreadleafError):
    """The page was taken down."""

    kind = "gone"


class Refused(ThreadleafError):
    """An author's wish, or a private post: we could, but must not."""

    kind = "refused"


class Blocked(ThreadleafError):
    """The egress door does not connect to this address; `code` is the verdict (`DENY-NAME` …)."""

    kind = "failed"


class NotNow(ThreadleafError):
    """A rate limit, a network that does not answer, or work that was not allowed to use the network."""

    kind = "not-now"


class StoreError(ThreadleafError):
    """The database failed or is of another version."""

    kind = "failed"


_BY_NAME = {
    error.__name__: error
    for error in (UnknownAddress, Unreadable, TooLarge, NotFound, Gone, Refused, Blocked, NotNow, StoreError)
}


def named(name: str, sentence: str, code: str) -> ThreadleafError:
    """An error of the class with that name, as somebody wrote it down; of the base class if there is none."""
    return _BY_NAME.get(name, ThreadleafError)(sentence, code=code)
