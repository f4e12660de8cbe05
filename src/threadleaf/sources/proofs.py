"""Where an author may have put the code that proves an account hers: what is asked, and what the answers say.

    an address → whose account it is (its stable id)
    a claim    → the account's words, posts, record, page, as anybody may read them → `core.proofs.verdict`

Everything is asked of whoever answers for the account: Bluesky's AppView and the account's own repository, the server of
an actor of the fediverse, the embeds of X. What one server shows of another's account counts for nothing.
"""

from __future__ import annotations

from msgspec import Struct

from threadleaf.core.accounts import Account
from threadleaf.core.model import Network, Ref
from threadleaf.core.proofs import Claim, Page, Seen
from threadleaf.wire import Asking, Scope


class Known(Struct, frozen=True, kw_only=True):
    """An account: its stable id, and what people call it."""

    network: Network
    id: str
    handle: str


class Hints(Struct, frozen=True, kw_only=True):
    """Where an author says that the code is: a `post`, a `page` (empty: none).

    `witness` is a post that is known to be by the account; X does not say otherwise whose a handle is.
    """

    post: Ref | None = None
    page: str = ""
    witness: Ref | None = None


def whose(named: Account | Ref, scope: Scope) -> Asking[Known]:
    """The account that an address names, or whose post it names.

    Raises NotFound if there is none, NotNow if its server does not answer, UnknownAddress where no address tells.
    """
    from threadleaf.sources import _proofs_bsky, _proofs_fedi, _proofs_x

    if named.network == "bsky":
        return (yield from _proofs_bsky.whose(named, scope))
    if named.network == "fedi":
        return (yield from _proofs_fedi.whose(named, scope))
    raise _proofs_x.unknown(named)


def look(claim: Claim, hints: Hints, scope: Scope) -> Asking[tuple[Seen | Page, ...]]:
    """Everything that may prove a claim, as it was read; empty if nothing could be."""
    from threadleaf.sources import _proofs_bsky, _proofs_fedi, _proofs_x

    if claim.network == "bsky":
        return (yield from _proofs_bsky.look(claim, hints, scope))
    if claim.network == "fedi":
        return (yield from _proofs_fedi.look(claim, hints, scope))
    return (yield from _proofs_x.look(claim, hints))
