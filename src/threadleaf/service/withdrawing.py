"""Taking down and leaving out: by whose word something is shown here no more, and that nothing of it stays."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection
from datetime import datetime
from typing import TYPE_CHECKING

from threadleaf.core import ref as refs
from threadleaf.core.model import Network, Ref
from threadleaf.core.wishes import By, OptOut
from threadleaf.service.answers import Removed, no_page
from threadleaf.store.aliases import SECRET, Alias
from threadleaf.store.records import Removal, Saved

if TYPE_CHECKING:
    from threadleaf.service.pictures import Gallery
    from threadleaf.store.ending import Holding
    from threadleaf.store.held import Held
    from threadleaf.store.threads import Store


class Withdrawing:
    """The part of `Threadleaf` that takes down, and keeps what authors and the operator said about it."""

    gallery: Gallery | None
    _clock: Callable[[], datetime]

    @property
    @abstractmethod
    def _store(self) -> Store: ...

    @abstractmethod
    def _ref(self, address: str | Ref) -> Ref: ...

    @abstractmethod
    def _alias(self, address: str | Ref, *, private: bool) -> Alias: ...

    def remove(self, address: str | Ref, reason: Removal, *, ahead: bool = False) -> Removed:
        """Take down the thread that the address of a post (or a path of this site) belongs to, with its private copy.

        It is gone at once for everybody, its content is deleted, also where others quote it, and nobody can keep it
        again, though it were public again where it was taken back. `ahead`: nor can it be kept by that post if there is no
        page of it yet. Raises UnknownAddress; NotFound (no page of it is kept, and none was taken back); Gone (it was
        taken down for good before); StoreError.
        """
        secret = isinstance(address, str) and address.startswith(SECRET)
        network = self._ref(address).network if ahead and not secret else None
        pages = self._store.remove([self._alias(address, private=False)], reason, self._clock(), ahead=network)
        if pages is None:
            raise no_page(address if isinstance(address, str) else refs.address(address))
        scrubbed = self._store.finish_removals()
        self._sweep()
        return Removed(pages, scrubbed)

    def take_back(self, page: Saved) -> None:
        """Take down a page that was made against its author's wish. Should she change her mind, it can be made again.
        Raises StoreError."""
        self._store.withdraw(page, "author", self._clock())
        self._sweep()

    def holds_of_x(self) -> Holding:
        """How much came from X's API. Raises StoreError."""
        return self._store.ending.holds("x")

    def end_x(self) -> bool:
        """Delete whatever came from X's API, as its terms want when the access to it ends, and leave no bytes of it.

        Doing it again goes on with what is left. False if a reader kept some bytes in use (see `Store.scrub`). Raises
        StoreError.
        """
        store = self._store
        store.ending.delete("x")
        finished = store.finish_removals()
        self._sweep()
        return store.scrub() and finished

    def opted_out(self, network: Network, author: str) -> OptOut | None:
        """Since when, and at whose word, an account stands on our opt-out list; None if it does not."""
        return self._store.opted_out({(network, author)}).people.get(author)

    def opt_out(self, network: Network, author: str, by: By) -> tuple[Saved, ...]:
        """Put an account on our opt-out list, by its stable id: its posts are shown nowhere any more.

        The answer are the pages of its own threads, which are deleted. Raises StoreError.
        """
        self._store.statements.disallow(network, author)
        deleted = self._store.opt_out(network, author, self._clock(), by)
        self._sweep()
        return deleted

    def leave_out(self, network: Network, posts: Collection[str]) -> None:
        """Show single posts on nobody's page any more, where they are quoted or answered: their author's wish.

        They are given by their ids. Raises StoreError.
        """
        self._store.leave_out(network, posts, self._clock())
        self._sweep()

    def allow(self, network: Network, author: str, by: By = "operator") -> bool:
        """Take an account off our opt-out list; False if it was not there, or if the author wants it who is not there by
        her own word. Raises StoreError."""
        return self._store.allow(network, author, self._clock(), by)

    def agree(self, network: Network, author: str) -> None:
        """An author agrees to pages of her threads, whoever asks for them. Raises StoreError."""
        self._store.statements.allow(network, author, self._clock())

    def agreed(self, network: Network, author: str) -> bool:
        """Whether an author did so. Raises StoreError."""
        return self._store.statements.allows(network, author)

    @property
    def held(self) -> Held:
        """Requests that wait until an author agrees."""
        return self._store.held

    def _sweep(self) -> None:
        """Delete the pictures that stand on no page any more; nobody has been shown them since their page was deleted."""
        if self.gallery is not None:
            self.gallery.sweep()
