"""Whether a thread's author has to agree before others have it here, and whether she did: one rule for every edge.

It is asked before a thread is read, if it is known by then whose it is, and again of every thread that was read:

    open        nobody has to
    ask-first   what is asked for is held until she agrees
    own-only    it is looked at and not kept, unless she agreed
    opt-in      it is refused, unless she agreed

Neither the operator nor, by the bot, the author needs anybody's word.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from threadleaf.core import ref as refs
from threadleaf.core.errors import NotNow, Refused, ThreadleafError
from threadleaf.core.identity import own
from threadleaf.core.model import Conversation, Network, Ref, Thread
from threadleaf.render.tongue import marked
from threadleaf.service.levels import Level, Mode, mode_of
from threadleaf.store.records import Asker, PageVisibility

if TYPE_CHECKING:
    from threadleaf.service.instance import Threadleaf

MOST = 10_000
"""So many requests wait for authors at most."""

_HELD = marked(
    "The author of this thread has to agree first, and was told nothing. The request waits for 14 days; if she agrees "
    "by then, the thread is unrolled. Nothing is kept about who asked."
)
_NOT_AGREED = marked(
    "On this site threads of this network are unrolled only if their author has agreed, and this one’s has not. "
    "Is it yours? Then you can agree under “Is this your thread?”."
)
_FOR_YOU_ALONE = marked(
    "The author of this thread has to agree first. A page for you alone cannot wait for that, since nothing is kept about who "
    "asked. Ask for a page that others may see too: that can wait."
)
_TOO_MANY = marked("Too many requests wait for authors here. Try again in a day.")


class Consent:
    """The rule of one instance. `modes` are those that its operator has set, by network; everything raises StoreError."""

    def __init__(self, service: Threadleaf, modes: Mapping[str, Mode]) -> None:
        self._service, self._modes = service, modes

    def agreed(self, network: Network, author: str) -> bool:
        """Whether an author, by the stable id, agrees to pages of her threads, whoever asks; False if that is nobody."""
        return bool(author) and self._service.agreed(network, author)

    def opens(self, network: Network, author: str) -> bool:
        """Whether an author's word gives whoever asks more than the mode of the network does by itself."""
        return self._mode(network) != "open" and self.agreed(network, author)

    def check(self, ref: Ref, level: Level, asker: Asker, author: str) -> None:
        """Raise Refused (codes `held`, `ask-first`, `opt-in`) if a thread is not even to be read for that asker.

        Whose thread it is may not be known yet (`author` is empty): then that is found out by reading it.
        """
        if not self.goes_on(ref.network, asker, author):
            raise self._refused(ref, level, asker, author)

    def goes_on(self, network: Network, asker: Asker, author: str) -> bool:
        """Whether a thread of that author is read for that asker. Of somebody on the opt-out list it is, too: that is
        said then, and nothing is held."""
        if not author or not self._waits(network, asker) or self.agreed(network, author):
            return True
        return self._service.opted_out(network, author) is not None

    def decide(self, ref: Ref, level: Level, asker: Asker, read: Conversation, thread: Thread) -> PageVisibility | None:
        """Who sees the page of a thread that was read just now; None if it is only to be looked at. A page that is
        there already stays as it is.

        Raises Refused (codes `held`, `ask-first`, `opt-in`, and whatever wish speaks against showing it), Gone.
        """
        network, author = ref.network, thread.author.id
        if level == "live":
            looking = self._mode(network) == "own-only" and asker != "operator"
            return "unlisted" if looking and self.agreed(network, author) else None
        if not self._needs_word(network, asker, read, thread) or self.agreed(network, author):
            return level
        kept = self._service.find(thread.ref, lifting=True)
        if kept is not None:
            return kept.visibility
        self._service.still_shown(thread)
        raise self._refused(ref, level, asker, author)

    def _mode(self, network: Network) -> Mode:
        return mode_of(network, self._modes)

    def _waits(self, network: Network, asker: Asker) -> bool:
        return asker not in ("operator", "author") and self._mode(network) in ("ask-first", "opt-in")

    def _needs_word(self, network: Network, asker: Asker, read: Conversation, thread: Thread) -> bool:
        """Whoever called the bot below her own post is the thread's author only if that post belongs to it."""
        if asker == "operator" or self._mode(network) not in ("ask-first", "own-only", "opt-in"):
            return False
        return asker != "author" or all(post.id != read.anchor for post in own(thread))

    def _refused(self, ref: Ref, level: Level, asker: Asker, author: str) -> ThreadleafError:
        if self._mode(ref.network) != "ask-first":
            return Refused(_NOT_AGREED, subject=refs.address(ref), code="opt-in")
        # A page whose address nobody but the asker may learn cannot be made for one who is not known any more.
        if level not in ("unlisted", "listed"):
            return Refused(_FOR_YOU_ALONE, subject=refs.address(ref), code="ask-first")
        if not self._hold(ref, level, asker, author):
            return NotNow(_TOO_MANY, code="full")
        return Refused(_HELD, subject=refs.address(ref), code="held")

    def _hold(self, ref: Ref, level: PageVisibility, asker: Asker, author: str) -> bool:
        now, held = self._service.now(), self._service.held
        return held.put(ref, level, asker, author=author, at=now, most=MOST)


def author_of(ref: Ref) -> str:
    """Whose a post is, by the stable id, as its own name tells; empty if it does not."""
    return ref.id.split("/")[2] if ref.network == "bsky" and ref.id.startswith("at://did:") else ""
