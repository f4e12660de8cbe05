"""Authors: how somebody proves to be one, and what an author decides about her threads here. No account, no password.

an address → whose account it is → a code → the author shows it where only she can → a console, open for an hour

A claim and a console are bound to the stable id of an account. What opens them is a ticket and a secret that only
whoever asked for them has; the database keeps hashes. An author's word beats that of whoever asked for a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeVar

import msgspec
from msgspec import Struct

from threadleaf.core import proofs
from threadleaf.core.accounts import account
from threadleaf.core.errors import Gone, NotFound, NotNow, Refused, UnknownAddress
from threadleaf.core.identity import own
from threadleaf.core.model import Conversation, Network, Ref
from threadleaf.core.proofs import Claim, Way, Why, code
from threadleaf.core.ref import from_path, parse
from threadleaf.core.wishes import OptOut
from threadleaf.core.withhold import owner
from threadleaf.sources import proofs as looking
from threadleaf.sources.proofs import Hints, Known
from threadleaf.store.aliases import SECRET, alias_of, alias_of_path
from threadleaf.store.records import Saved
from threadleaf.wire import Answer, Asking, Reply, Request, Scope, Steps, carried_out, noting

if TYPE_CHECKING:
    from threadleaf.store.threads import Store

SHOWN = 500
"""Threads that a console names; a larger number is told, and can be taken down at once."""
ALL = 1_000_000
"""More threads than anybody has."""
PROVABLE: frozenset[Network] = frozenset({"bsky", "fedi", "x"})
"""Networks on which an account can be proved to be somebody's."""

Fetch = Callable[[Steps], Conversation]
Reach = Literal["listed", "unlisted"]
_T = TypeVar("_T")


class Begun(Struct, frozen=True, kw_only=True):
    """A claim that somebody has begun: whose account, the ticket of the one who asks, the code to be shown."""

    network: Network
    author: str
    handle: str
    ticket: str
    code: str


class Console(Struct, frozen=True, kw_only=True):
    """What somebody may do who has proved an account: the secret for the next step, and how it was proved."""

    network: Network
    author: str
    secret: str
    way: Way

    @property
    def may_publish(self) -> bool:
        """Whether the proof is enough for more than taking down."""
        return self.way not in proofs.WEAK


class Standing(Struct, frozen=True, kw_only=True):
    """What is here of an author: her pages (the newest first, without private copies), how many `more` there are, the
    number of `private` copies; what was said of search engines and of single pages (`indexed`, by their numbers); pictures of hers, and those without a description; her entry on the opt-out list;
    whether she `allows` pages whoever asks."""

    pages: tuple[Saved, ...]
    more: int
    private: int
    indexed: Mapping[int, bool]
    pictures: int
    undescribed: int
    opted_out: OptOut | None
    allows: bool


class Authors:
    """The authors of one instance, which `Threadleaf.authors` gives. Everything here raises StoreError.

    `fetch` carries out requests (None: no network); `swept` is called when pages are gone, for what stood on them.
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        fetch: Fetch | None,
        scope: Scope,
        mirrors: Mapping[str, Network],
        swept: Callable[[], None],
    ) -> None:
        self._store, self._clock, self._fetch, self._scope = store, clock, fetch, scope
        self._mirrors, self._swept = mirrors, swept

    # --- proving --------------------------------------------------------------------------------------------

    def begin(self, address: str) -> Begun:
        """Make a code for the account of a profile, or for whoever wrote the thread of a post or of a page here.

        Raises UnknownAddress (nothing says whose it is), NotFound, NotNow (the network does not answer), Gone.
        """
        known = self._whose(address)
        ticket = self._store.statements.new_claim(known.network, known.id, self._clock())
        return Begun(network=known.network, author=known.id, handle=known.handle, ticket=ticket, code=code(ticket))

    def _whose(self, address: str) -> Known:
        named = None if address.startswith("/") else account(address)
        if named is not None:
            return self._asked(looking.whose(named, self._scope))
        ref, kept = self._kept(address)
        if kept is None:
            return self._asked(looking.whose(ref, self._scope))
        if kept.network not in PROVABLE:
            sentence = (
                "This page was made from files, which do not say whose account it is. Use the report form instead."
            )
            raise UnknownAddress(sentence, subject=address)
        return Known(network=kept.network, id=kept.author_id, handle=kept.author_handle)

    def _kept(self, address: str) -> tuple[Ref, Saved | None]:
        """The post of an address, and the page to which it leads, hidden or not; None if there is none any more."""
        if address.startswith(SECRET):
            way, ref = alias_of_path(address), Ref("file", "")
        else:
            ref = parse(address, mirrors=self._mirrors)
            way = alias_of(ref)
        with suppress(Gone):
            found = self._store.find([way], behind=True)
            return ref, found[0] if found else None
        return ref, None

    def check(self, begun: Begun, *, post: str = "", page: str = "", about: str = "") -> Console | Why:
        """Look for the code now: a console if it is there, else why not.

        `post` and `page` are where the author says that it is (empty: nowhere in particular), `about` is the address
        from which the claim came. Raises UnknownAddress (`post` is no address of a post, or there is no such claim any
        more), NotNow.
        """
        claim = self._store.statements.claim(begun.ticket, begun.network, begun.author, self._clock())
        if claim is None:
            sentence = "This code cannot be used any more: it was used, or a day is over. Begin anew."
            raise UnknownAddress(sentence, code="code")
        way = self._store.statements.proved(claim)
        if way is None:
            told = parse(post, mirrors=self._mirrors) if post else None
            hints = Hints(post=told, page=page, witness=self._witness(claim, about))
            heard: list[tuple[Request, Reply]] = []
            found = proofs.verdict(claim, self._asked(noting(looking.look(claim, hints, self._scope), heard)))
            if found.way is None and heard and not any(isinstance(reply, Answer) for _, reply in heard):
                raise NotNow("Your network does not answer now, so nobody could look for the code. Try again later.")
            if found.way is None:
                return found.why
            way = found.way
        secret = self._store.statements.open(claim, way, self._clock())
        if secret is None:
            raise UnknownAddress("This code was used just now. Begin anew.", code="code")
        return Console(network=claim.network, author=claim.author, secret=secret, way=way)

    def _witness(self, claim: Claim, about: str) -> Ref | None:
        """On X, a post that is known to be by the account: that of the page here from which the claim came."""
        if claim.network != "x" or not about:
            return None
        _, kept = self._kept(about)
        return kept.key if kept and (kept.network, kept.author_id) == (claim.network, claim.author) else None

    def heard(self, network: Network, author: str, words: str) -> bool:
        """Tell of a mention of the bot by an account, with the words of the post. True if it proves a claim of that
        account, whose owner can then go on; whatever else was said is no business of this."""
        rest = [word for word in words.split() if not word.startswith("@")]
        if len(rest) != 1 or not rest[0].startswith(proofs.PREFIX):
            return False
        return self._store.statements.heard(rest[0], network, author, "mention", self._clock())

    # --- the console ----------------------------------------------------------------------------------------

    def console(self, secret: str, network: Network, author: str) -> Console | None:
        """The console that a secret opens for an account; None if it is closed, or another's."""
        way = self._store.statements.console(secret, network, author, self._clock())
        return Console(network=network, author=author, secret=secret, way=way) if way else None

    def close(self, console: Console) -> None:
        """Close it before its time."""
        self._store.statements.close(console.secret)

    def standing(self, console: Console) -> Standing:
        """What is here of the author."""
        network, author = console.network, console.author
        pages = self._pages(console)
        private = self._store.statements.private(network, author)
        pictures = list(self._pictures(pages[:SHOWN]))
        return Standing(
            pages=pages[:SHOWN],
            more=len(pages[SHOWN:]),
            private=private,
            indexed=self._store.indexing.words([page.number for page in pages[:SHOWN]]),
            pictures=len(pictures),
            undescribed=pictures.count(""),
            opted_out=self._store.opted_out({(network, author)}).people.get(author),
            allows=self._store.statements.allows(network, author),
        )

    def _pages(self, console: Console) -> tuple[Saved, ...]:
        found = self._store.statements.theirs(console.network, console.author, ALL)
        return tuple(page for page in found if page.visibility != "private")

    def _pictures(self, pages: tuple[Saved, ...]) -> Iterator[str]:
        """The descriptions of an author's pictures; empty where there is none."""
        readings = (self._store.read(alias_of_path(page.path), behind=True) for page in pages)
        for reading in filter(None, readings):
            for post in own(reading.thread):
                yield from (media.alt.strip() for media in post.media if media.kind in ("image", "gif"))

    def take_down(self, console: Console, path: str = "") -> int:
        """Take down the thread at a path of this site, or all of the author's threads, with their private copies.

        They are gone at once and for good, though they were public again where they were taken back. The answer is how
        many pages that were: none of a thread that was gone by then. Raises NotFound if that is no thread of hers.
        """
        every = self._store.statements.theirs(console.network, console.author, ALL)
        paths = [page.path for page in every] if not path else [self._hers_by_name(console, path)]
        gone = 0
        for one in paths:
            with suppress(Gone):  # it went with another copy of its thread
                pages = self._store.remove([alias_of_path(one)], "author", self._clock())
                if pages is None and path:
                    raise _no_thread(path)
                gone += len(pages or ())
        if not path:
            self._store.held.forget(console.network, console.author)
        self._store.finish_removals()
        self._swept()
        self._note("author took down", console)
        return gone

    def opt_out(self, console: Console) -> None:
        """Show nothing of the author any more, now and in future. Her pages say that they were taken down; should she
        change her mind, they can be made again."""
        pages = self._store.statements.theirs(console.network, console.author, ALL)
        self._store.withdraw_all(pages, "author", self._clock())
        self._store.opt_out(console.network, console.author, self._clock(), "author")
        self._store.statements.disallow(console.network, console.author)
        self._swept()
        self._note("author opted out", console)

    def allow(self, console: Console) -> None:
        """Let the author's threads be shown, whoever asks for them. Raises Refused if that is not hers to say."""
        self._publishes(console)
        entry = self._store.opted_out({(console.network, console.author)}).people.get(console.author)
        if entry is not None and entry.by != "author":
            raise Refused("The operator of this site shows nothing of this account. Write to the operator.")
        self._store.allow(console.network, console.author, self._clock(), "author")
        self._store.statements.allow(console.network, console.author, self._clock())
        self._note("author allowed", console)

    def declare(self, console: Console, path: str, reach: Reach) -> None:
        """Have a thread in lists, or keep it out of them, whatever others ask for. Raises NotFound, Refused."""
        if reach == "listed":
            self._publishes(console)
        self._store.statements.declare(self._hers(console, path), reach, self._clock())

    def index(self, console: Console, path: str, *, says: bool) -> None:
        """Let search engines and feeds tell of a thread that lists may show, or keep it from them, whatever others say.

        Raises NotFound, Refused.
        """
        if says:
            self._publishes(console)
        self._store.indexing.say(self._hers(console, path), "author", says, self._clock())

    def everything(self, console: Console) -> bytes:
        """All that is held about the author, as JSON. Of private copies only the number: they are somebody else's."""
        standing = self.standing(console)
        entry = standing.opted_out
        told = {
            "network": console.network,
            "account": console.author,
            "made_at": self._clock(),
            "opted_out": {"since": entry.since, "by": entry.by} if entry else None,
            "allows": standing.allows,
            "private_copies": standing.private,
            "threads": [self._told(page) for page in self._pages(console)],
        }
        return msgspec.json.format(msgspec.json.encode(told), indent=1)

    def _told(self, page: Saved) -> Mapping[str, object]:
        reading = self._store.read(alias_of_path(page.path), behind=True)
        return {
            "path": page.path,
            "who_sees_it": page.visibility,
            "you_said_of_search_engines": self._store.indexing.said(page).get("author"),
            "first_kept": page.created_at,
            "last_read": page.checked_at,
            "thread": reading.thread if reading else None,
        }

    # --- pieces ---------------------------------------------------------------------------------------------

    def _hers(self, console: Console, path: str) -> Saved:
        """The page at a path, if it is one of the author's threads. Raises NotFound."""
        for page in self._pages(console):
            if page.path == path:
                return page
        raise _no_thread(path)

    def _hers_by_name(self, console: Console, path: str) -> str:
        """The path, if one of the author's threads is there, or may have been as its name says. Raises NotFound."""
        with suppress(UnknownAddress):
            ref = from_path(path)
            if (ref.network, owner(ref.id)) == (console.network, console.author):
                return path
        return self._hers(console, path).path

    def _publishes(self, console: Console) -> None:
        if not console.may_publish:
            raise Refused("An embed of X is enough to take down, and not to publish.")

    def _note(self, did: str, console: Console) -> None:
        self._store.moderation.note(did, console.network, self._clock())

    def _asked(self, asking: Asking[_T]) -> _T:
        """The end of a generator of requests, which the one way out carries out."""
        if self._fetch is None:
            raise NotNow(
                "Whose account this is has to be asked on its network, and no network may be used.", code="offline"
            )
        return carried_out(self._fetch, asking)


def _no_thread(path: str) -> NotFound:
    return NotFound("There is no thread of this account at this address (any more).", subject=path)
