"""Reading a kept thread once more: going on where it was stopped, seeing again all that was seen, and what comes of both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec.structs import replace

from threadleaf.core import again, versions
from threadleaf.core import ref as refs
from threadleaf.core.errors import NotFound, NotNow, Refused
from threadleaf.core.merge import merge_all
from threadleaf.core.model import Conversation, Post, Ref
from threadleaf.core.terms import is_bound
from threadleaf.store.records import Kept

_GOES_ON = timedelta(days=1)
"""So long after a reading that came to a limit the next one goes on there; later ones begin anew."""
_GOES_ON_BOUND = timedelta(hours=11)
"""The same where all of a page has to be seen again within a day: what is read every twelve hours then begins anew."""
_ASKS = 10
"""So many times is asked when a kept thread is read again: for the post that was named, and for those not seen with it."""
_NOTHING_LEFT = "nothing-left"


class Rereading:
    """One reading of a thread that is kept already.

    Parameters: `ask` reads a thread from its network by one post; `clock` gives the time (aware UTC); `drop` takes down
    what is kept, which is done where the thread is gone or no longer for everybody: the source itself may say so.
    """

    def __init__(
        self,
        ask: Callable[[Ref], Conversation],
        clock: Callable[[], datetime],
        drop: Callable[[NotFound | Refused], None],
    ) -> None:
        self._ask, self._clock, self._drop = ask, clock, drop

    def read(self, ref: Ref, known: Sequence[Kept]) -> tuple[Conversation, datetime]:
        """What is seen of a kept thread, and when that reading began: it may go on from one that came to a limit.

        Where X's terms hold, one that does not go on stands for itself (`core.again.alone`), and is to be kept alone.

        Raises what `ask` raises; NotFound where nothing of the thread is left.
        """
        conversation = merge_all(kept.conversation for kept in known)
        begun = conversation.begun_at or known[0].saved.checked_at
        goes_on, now = _GOES_ON_BOUND if is_bound(ref.network) else _GOES_ON, self._clock()
        try:
            if begun + goes_on > now and (more := self._gone_on(conversation)):
                return more, begun
            return self._all_seen(ref, conversation), now
        except NotFound as error:
            if error.code == _NOTHING_LEFT:
                self._drop(error)
            raise
        except Refused as error:
            if error.code != "blocked":  # that is between two accounts, and says nothing about strangers
                self._drop(error)
            raise

    def _gone_on(self, known: Conversation) -> Conversation | None:
        """A reading from the first place where the kept one was stopped that brings anything new; None if none does."""
        for place in again.unfinished(known)[:_ASKS]:
            with suppress(NotFound):
                more = self._ask(Ref(known.network, place))
                if again.brings_on(known, more):
                    return more
        return None

    def _all_seen(self, ref: Ref, known: Conversation) -> Conversation:
        """A reading from the post asked for, and from each kept post that this one did not come by."""
        kept = again.mine(known)
        readings = [self._one_seen(ref, known, kept)]
        asked = {ref.id, again.named(kept, ref)}
        while len(readings) < _ASKS:
            places = (post.id for post in again.left(known, kept, merge_all(readings)))
            place = next((place for place in places if place not in asked), None)
            if place is None:
                break
            asked.add(place)
            try:
                readings.append(self._one_seen(Ref(ref.network, place), known, kept))
            except NotNow:
                break
        if not any(reading.posts for reading in readings):
            sentence = "Nothing of this thread is left on its network."
            raise NotFound(sentence, subject=refs.address(ref), code=_NOTHING_LEFT)
        seen = again.together(known, kept, readings)
        return again.alone(known, kept, seen) if is_bound(ref.network) else seen

    def _one_seen(self, ref: Ref, known: Conversation, kept: Sequence[Post]) -> Conversation:
        """A reading from one post; of a kept one that is not to be had it says just that."""
        post = again.named(kept, ref)
        try:
            return self._ask(ref)
        except NotFound:
            if not post:
                raise
            if post != ref.id:  # the account may have another handle now, the server another address for it
                return self._one_seen(Ref(ref.network, post), known, kept)
        except Refused as error:
            if error.code != "blocked" or not post:
                raise
            return again.gone(known, post, self._clock(), reason="blocked", says="blocked")
        return again.gone(known, post, self._clock())


def together(fresh: Conversation, known: Sequence[Kept], read: Sequence[Kept]) -> Conversation:
    """A reading with what is kept. Where X's terms hold, without what it has seen anew; the whole counts as seen since the
    oldest of its parts was.

    `read` are the pages that were read again, in full if the reading began after theirs.
    """
    if not is_bound(fresh.network):
        return merge_all([*(kept.conversation for kept in known), fresh])
    begun = fresh.begun_at
    anew = {(kept.saved.number, kept.saved.revision) for kept in read if begun and _since(kept) < begun}
    parts = [kept for kept in known if (kept.saved.number, kept.saved.revision) not in anew]
    since = [*map(_since, parts), *([begun] if begun else [])]
    return replace(merge_all([*(kept.conversation for kept in parts), fresh]), begun_at=min(since, default=None))


def _since(kept: Kept) -> datetime:
    """Since when all of a kept page was seen."""
    return kept.conversation.begun_at or kept.saved.checked_at


def lost(known: Iterable[Kept], conversation: Conversation) -> bool:
    """Whether posts that were kept, or earlier forms of them, are no longer there."""
    left = set(versions.names(conversation))
    return any(name not in left for kept in known for name in versions.names(kept.conversation))
