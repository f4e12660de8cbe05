"""Which source answers for which address or file: a plain table.

A source is a module; what it must offer is `Reader` (saved answers and pages) and, for a network, `Source`. Nothing
registers itself. A module is imported when its row is looked at, so that reading one kind of file loads no other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from threadleaf.core.errors import UnknownAddress, Unreadable

if TYPE_CHECKING:
    from threadleaf.core.model import Conversation, Network, Ref
    from threadleaf.wire import Document, Scope, Steps

__all__ = ["Reader", "Source", "for_documents", "for_ref", "reads"]


class Reader(Protocol):
    """What reads saved documents."""

    def recognises(self, document: Document, /) -> bool:
        """Whether the document looks like one of this source's; cheap, and true does not promise that it is."""
        ...

    def read(self, documents: Sequence[Document], /) -> Conversation:
        """The conversation that the documents hold together; raises Unreadable or TooLarge."""
        ...


class Source(Reader, Protocol):
    """What reads a network as well."""

    def matches(self, ref: Ref, /) -> bool:
        """Whether the source can fetch this post."""
        ...

    def steps(self, ref: Ref, scope: Scope, /) -> Steps:
        """The requests to make, one after the other; their end is the conversation."""
        ...


def _bluesky() -> Source:
    from threadleaf.sources import bluesky

    return bluesky


def _fediverse() -> Source:
    from threadleaf.sources import fediverse

    return fediverse


def _x() -> Source:
    from threadleaf.sources import x

    return x


def _saved_fediverse() -> Reader:
    from threadleaf.sources import _fedi_saved

    return _fedi_saved


def _conversation() -> Reader:
    from threadleaf.sources import conversation

    return conversation


def _pages() -> Reader:
    from threadleaf.sources import pages

    return pages


_NETWORKS: Mapping[Network, Callable[[], Source]] = {"bsky": _bluesky, "fedi": _fediverse, "x": _x}
# Bluesky's posts come to the fediverse over bridges, and then name their collections too.
_JSON: tuple[Callable[[], Reader], ...] = (_conversation, _saved_fediverse, _bluesky, _x)
_OTHER: tuple[Callable[[], Reader], ...] = (_pages,)


def reads(network: Network) -> bool:
    """Whether there is a source that fetches posts of a network."""
    return network in _NETWORKS


def for_ref(ref: Ref) -> Source:
    """The source that fetches a post; raises UnknownAddress if none does."""
    for row in _NETWORKS.values():
        source = row()
        if source.matches(ref):
            return source
    raise UnknownAddress(_nobody_fetches(ref), subject=ref.id)


def _nobody_fetches(ref: Ref) -> str:
    """What a post is that no source fetches, and what can be done about it."""
    from threadleaf.core.ref import address, path

    shown = address(ref)
    if not shown:
        return f"{path(ref)} is known from a file only. Give that file."
    if ref.network == "page":
        return f"{shown} is an unroller's page, which Threadleaf does not fetch. Save it as text or HTML, and give that file."
    reads = "It reads Bluesky, Mastodon and other servers of the fediverse, X, and saved pages of unrollers."
    return f"{shown} is a post on Threads, which Threadleaf cannot read yet. {reads}"


def for_documents(documents: Sequence[Document]) -> Reader:
    """The source that reads saved documents, all of them of one kind; raises Unreadable if there is none.

    Whatever is not JSON goes to the pages, which say best what an unreadable file is.
    """
    if not documents:
        raise Unreadable("No file was given. Give a saved page or saved answers of a network.")
    rows = _JSON if all(map(_is_json, documents)) else _OTHER
    for row in rows:
        source = row()
        if all(map(source.recognises, documents)):
            return source
    raise Unreadable(_nobody_reads(documents), subject=documents[0].name)


def _is_json(document: Document) -> bool:
    """Whether a document begins like JSON with an object, or a list of objects, lists or texts."""
    return re.match(rb"(?:\xef\xbb\xbf)?\s*(?:\{|\[\s*[\[{\"])", document.body[:1024]) is not None


def _nobody_reads(documents: Sequence[Document]) -> str:
    if len(documents) > 1:
        return f"These {len(documents)} files are not of one kind that Threadleaf reads. Give them one at a time."
    name = "".join(sign for sign in documents[0].name if sign.isprintable())[-100:]
    shown = f"“{name}”" if name else "The file"
    return f"{shown} is in no form that Threadleaf reads. Give a saved page as text or HTML, or a network's answer in JSON."
