"""The use-cases: unroll, keep, find, read, list, take down. Everything above (site, command line, library) calls these.

    address → the source's steps → fetch → conversation ─┐
    saved answers and pages → the source's read ─────────┴→ merge with what is kept → assemble → wishes → store

Nothing is kept that may not be shown, nothing that was seen is lost, and a thread has one page, whichever of its
posts one comes from and however many people come at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from threadleaf import sources
from threadleaf.core import again, erase, versions
from threadleaf.core import ref as refs
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import Gone, NotFound, NotNow, Refused, StoreError, TooLarge, UnknownAddress
from threadleaf.core.identity import depth, key_of, own, ways_to, whole
from threadleaf.core.merge import merge_all
from threadleaf.core.model import ALONE, Conversation, Network, Ref, Thread
from threadleaf.core.terms import SEEN_WITHIN
from threadleaf.core.withhold import AUTHORS_WORD, OPERATORS_WORD, Explained, explain, of_others, people, reach, shown
from threadleaf.service import pages, translating
from threadleaf.service.answers import Decide, Limits, Renderer, Unrolled, no_page
from threadleaf.service.authors import Authors
from threadleaf.service.levels import check_reader
from threadleaf.service.moderation import Desk
from threadleaf.service.public import announcement
from threadleaf.service.rereading import Rereading, lost, together
from threadleaf.service.searching import Searching
from threadleaf.service.withdrawing import Withdrawing
from threadleaf.store.aliases import Alias, alias_of, alias_of_path
from threadleaf.store.records import (
    Asker,
    Draft,
    Kept,
    OptOuts,
    Origin,
    Page,
    PageVisibility,
    Reading,
    Removal,
    Saved,
    View,
)
from threadleaf.wire import Document, Scope, Steps

if TYPE_CHECKING:
    from threadleaf.service.pictures import Gallery
    from threadleaf.service.spending import Purse
    from threadleaf.service.translating import Translator
    from threadleaf.sources import Source
    from threadleaf.store.follow import Follows
    from threadleaf.store.inbox import Inbox
    from threadleaf.store.outbox import Outbox
    from threadleaf.store.sitemap import Maps
    from threadleaf.store.threads import Store
    from threadleaf.store.unrolls import Unrolls
    from threadleaf.store.watch import Watch

LATER = timedelta(minutes=30)
"""So long after a reading that failed the next one comes."""
SELDOM = timedelta(days=7)
"""So long after its operator or a block between accounts has kept us from reading a thread."""
_A_MINUTE = timedelta(minutes=1)
_TRIES = 20
_MIB = 1024 * 1024


class Threadleaf(Searching, Withdrawing):
    """An instance: a store, a way to the network, a clock. May be used from many threads at once.

    Parameters: `store` keeps what is saved (None: nothing can be); `fetch` carries out a source's requests (None:
    no network); `clock` gives the time, aware UTC; `renderer` makes the pages of `page`; `mirrors` are the hosts
    that show a network's posts; `limits` the largest thread that is read; `scope` what sources may count on;
    `public_key` the public half (PEM) of the key that signs this instance's requests, empty if they are not signed;
    `gallery` shows pictures of posts (None: they are linked); `purse` holds the money that reading X takes (None: X is
    not read), and `who_may_read_x` says for whom it is.
    """

    def __init__(
        self,
        store: Store | None,
        fetch: Callable[[Steps], Conversation] | None,
        clock: Callable[[], datetime],
        renderer: Renderer | None = None,
        *,
        mirrors: Mapping[str, Network] = refs.MIRRORS,
        limits: Limits = Limits(),  # noqa: B008 -- frozen
        scope: Scope = Scope(),  # noqa: B008 -- frozen
        public_key: str = "",
        gallery: Gallery | None = None,
        purse: Purse | None = None,
        who_may_read_x: Asker = "operator",
    ) -> None:
        self._kept_in = store
        self._fetch = fetch
        self._clock = clock
        self._renderer = renderer
        self._mirrors = mirrors
        self._limits = limits
        self._scope = scope
        self.public_key = public_key
        self.gallery = gallery
        self.purse = purse
        self._who_may_read_x = who_may_read_x
        self._looked = datetime.min.replace(tzinfo=UTC)

    # --- reading from a network or from files ---------------------------------------------------------------

    def reads(self, network: Network) -> bool:
        """Whether this instance can read threads from a network itself; of others it reads saved answers and pages."""
        configured = network != "x" or (self._scope.x_reads and self.purse is not None)
        return configured and not self.offline and sources.reads(network)

    def check_reader(self, ref: Ref, asker: Asker) -> None:
        """Raise Refused if somebody of that kind may not have a post's thread read (again): reading X costs money."""
        check_reader(ref.network, asker, self._who_may_read_x)

    @property
    def offline(self) -> bool:
        """Whether no network may be used."""
        return self._fetch is None

    def unroll(
        self,
        address: str | Ref,
        *,
        save: PageVisibility | None = None,
        asker: Asker = "anyone",
        decide: Decide | None = None,
    ) -> Unrolled:
        """Read a thread from its network, by the address of any of its posts, and keep it if asked to.

        `save` says who shall see its page; None keeps nothing. `asker` is of what kind somebody is who asks. A thread
        that is kept already gets the new reading merged into its page, which stays where it is; if the kept one came to a
        limit, the new one goes on from there. `decide` has the last word on `save`, once it is read whose thread it is.

        Raises UnknownAddress; NotFound and Refused (missing, private, or somebody's wish: nothing is kept); Gone
        (taken down here); TooLarge; NotNow (no network, or it does not answer); StoreError.
        """
        ref = self._ref(address)
        self.check_reader(ref, asker)
        if self._kept_in is not None:
            self._kept_in.find([alias_of(ref)], lifting=True)  # what was taken down or hidden is not even asked for
            self.desk.admit(ref)
        source = sources.for_ref(ref)
        if self._fetch is None:
            sentence = "This thread has to be read from its network, and no network may be used. Give saved answers."
            raise NotNow(sentence, subject=refs.address(ref), code="offline")
        if save is None:
            looked = self._asked(self._fetch, source, ref)
            return self._unrolled(looked, ref, "network", save, self._clock(), decide)
        known = self._store.known([alias_of(ref, private=save == "private")], lifting=True)
        ask = partial(self._asked, self._fetch, source)
        again = Rereading(ask, self._clock, partial(self._drop, known))
        begun = self._clock()
        fresh, begun = again.read(ref, known) if known else (ask(ref), begun)
        return self._unrolled(fresh, ref, "network", save, begun, decide, known)

    def _asked(self, fetch: Callable[[Steps], Conversation], source: Source, ref: Ref) -> Conversation:
        if ref.network != "x" or self.purse is None:
            return fetch(source.steps(ref, replace(self._scope, x_reads=False)))
        return fetch(self.purse.reading(partial(source.steps, ref), self._scope))

    def _drop(self, known: Iterable[Kept], why: NotFound | Refused) -> None:
        """Take down what its network or its author has taken back."""
        reason: Removal = "author" if why.code in AUTHORS_WORD else "network"
        if why.code == OPERATORS_WORD:
            reason = "operator"
        self._store.withdraw_all([kept.saved for kept in known], reason, self._clock())
        self._sweep()

    def unroll_documents(self, documents: Sequence[Document], *, save: PageVisibility | None = None) -> Unrolled:
        """Read one thread from saved answers of a network or from saved pages, and keep it if asked to.

        Raises UnknownAddress and Unreadable (not a form that we read), and what `unroll` raises but NotNow.
        """
        size = sum(len(document.body) for document in documents)
        if size > self._limits.bytes:
            most = f"{self._limits.bytes / _MIB:.3g} MiB, which is the most that is read"
            raise TooLarge(f"These files hold more than {most}.", subject=documents[0].name)
        source = sources.for_documents(documents)
        return self._unrolled(source.read(documents), None, "file", save)

    def _unrolled(
        self,
        fresh: Conversation,
        asked: Ref | None,
        origin: Origin,
        save: PageVisibility | None,
        begun: datetime | None = None,
        decide: Decide | None = None,
        known: Sequence[Kept] = (),
    ) -> Unrolled:
        """What was read, and kept if `save` says so; `known` are the pages that were read again, all of them in full
        if the reading `begun` after they were."""
        thread = assemble(fresh)
        self._measure(fresh, thread, origin)
        if decide is not None:
            save = decide(fresh, thread)
        ways = ways_to(fresh, thread, asked, self._mirrors)
        if save is not None:
            return self._keep(replace(fresh, begun_at=begun), thread, ways, origin, save, known)
        lifting = origin == "network"
        pages = (
            self._kept_in.find([alias_of(way) for way in ways], lifting=lifting) if self._kept_in is not None else ()
        )
        saved = pages[0] if pages else None
        visible = shown(thread, self._opt_outs(thread).people)
        return Unrolled(visible, saved.path if saved else refs.path(key_of(fresh, thread)), saved)

    def _measure(self, conversation: Conversation, thread: Thread, origin: Origin) -> None:
        """Refuse what is too large. Of a network's thread as much was read as is allowed, so its posts are not counted."""
        if origin == "file" and sum(1 for _ in own(thread)) > self._limits.posts:
            sentence = f"This thread has more than {self._limits.posts:,} posts, which is the most that is read."
            raise TooLarge(sentence, subject=thread.ref.id, code="posts")
        if depth(conversation.posts) > self._limits.levels:
            sentence = (
                f"This conversation is more than {self._limits.levels:,} replies deep, which is the most that is read."
            )
            raise TooLarge(sentence, subject=thread.ref.id)

    # --- keeping --------------------------------------------------------------------------------------------

    def _keep(
        self,
        fresh: Conversation,
        thread: Thread,
        ways: Iterable[Ref],
        origin: Origin,
        save: PageVisibility,
        read: Sequence[Kept] = (),
    ) -> Unrolled:
        """Merge a reading with what is kept of the same thread, and keep the result; `read` are pages that were read again.

        If a post of it was taken down for good, what is kept of the thread is taken down with it: whoever wants one post
        of a thread forgotten means all of it. What comes from files may be forged, and takes down nothing.
        """
        aliases = {alias_of(way, private=save == "private") for way in ways}
        try:
            return self._merge(fresh, thread, aliases, origin, save, read)
        except Gone:
            if origin == "network":
                self._store.take_along(aliases, self._clock())
                self._sweep()
            raise

    def _merge(
        self,
        fresh: Conversation,
        thread: Thread,
        aliases: set[Alias],
        origin: Origin,
        save: PageVisibility,
        read: Sequence[Kept],
    ) -> Unrolled:
        """Do it beside other writers, and again if one of them was faster; `aliases` grow by what is found to lead there."""
        store = self._store
        for _ in range(_TRIES):
            known = store.known(aliases, lifting=origin == "network")
            if known and any(note.kind == ALONE for note in fresh.notes):
                return self._unchanged(thread, known)
            draft = self._draft(fresh, thread, known, aliases, origin=origin, visibility=save, read=read)
            aliases.update(draft.aliases)
            saved = store.save(draft)
            if saved is not None:
                self._prepare(saved)
                if lost(known, draft.conversation):
                    self._sweep()
                    store.scrub()
                return Unrolled(draft.shown, saved.path, saved)
        raise NotNow("Others are changing this very page again and again. Try once more in a moment.", code="busy")

    def _prepare(self, saved: Saved) -> None:
        """Make the page that most readers will ask for, so that the first of them need not wait for it."""
        if self._renderer is not None:
            with suppress(NotFound, Gone, Refused):  # somebody has taken it down since
                self.page(saved.path, pages.default_view(saved.network))

    def _unchanged(self, thread: Thread, known: Sequence[Kept]) -> Unrolled:
        """The kept page as it is: what is new may be what the network's moderation hides, and it could not be asked.

        The author's own wish is known, and counts.
        """
        self._shown(thread, known, self._opt_outs(thread))
        reading = self.read(known[0].saved.path)
        return Unrolled(reading.thread, reading.saved.path, reading.saved)

    def _draft(
        self,
        fresh: Conversation,
        thread: Thread,
        known: Sequence[Kept],
        aliases: Iterable[Alias],
        *,
        origin: Origin,
        visibility: PageVisibility,
        read: Sequence[Kept],
    ) -> Draft:
        conversation = together(fresh, known, read)
        conversation = again.without_traces(conversation, (kept.conversation for kept in known))
        readings = [*(kept.conversation for kept in known), fresh]
        conversation = versions.carried(conversation, readings, thread.author.id)
        anchors = [kept.conversation.anchor for kept in known] + [post.id for post in own(thread)]
        all_of_it = whole(conversation, anchors, thread.author.id)
        if conversation.linked:
            conversation = replace(conversation, anchor=all_of_it.posts[0].id)
        self._measure(conversation, all_of_it, origin)
        opt_outs = self._opt_outs(all_of_it, conversation)
        self._shown(all_of_it, known, opt_outs)
        conversation, all_of_it = erase.without(conversation, all_of_it, opt_outs.people)
        more = (
            alias_of(way, private=visibility == "private")
            for way in ways_to(conversation, all_of_it, None, self._mirrors)
        )
        key = key_of(conversation, all_of_it)
        if visibility != "private" and not known:
            _check_page(key)
        return Draft(
            conversation=conversation,
            thread=all_of_it,
            shown=self._shown(all_of_it, known, opt_outs),
            quiet=reach(all_of_it, opt_outs.people) == "unlisted",
            opt_outs=opt_outs.revision,
            key=key,
            aliases=tuple(sorted({*aliases, *more})),
            visibility=visibility,
            origin=origin,
            at=self._clock(),
            based_on=tuple(kept.saved for kept in known),
        )

    def _shown(self, thread: Thread, known: Sequence[Kept], opt_outs: OptOuts) -> Thread:
        """The thread as it may be shown; if it may not be shown any more, what is kept of it is deleted."""
        try:
            return shown(thread, opt_outs.people)
        except Refused as error:
            self._drop(known, error)
            raise

    # --- the operator ---------------------------------------------------------------------------------------

    @cached_property
    def desk(self) -> Desk:
        """Reports, blocks, limits and signing in. Raises StoreError if there is no database."""
        return Desk(self._store, self._clock, self._mirrors, self._sweep)

    @cached_property
    def authors(self) -> Authors:
        """What authors prove and decide about their threads here. Raises StoreError if there is no database."""
        return Authors(self._store, self._clock, self._fetch, self._scope, self._mirrors, self._sweep)

    def now(self) -> datetime:
        """The time by this instance's clock."""
        return self._clock()

    # --- what is kept ---------------------------------------------------------------------------------------

    def find(
        self, address: str | Ref, *, private: bool = False, behind: bool = False, lifting: bool = False
    ) -> Saved | None:
        """The page that the address of a post (or a path of this site) leads to; None if there is none.

        Private pages are found by their secret path, or by any post if `private` says so. Its `path` is the one
        address of the page, whichever post was asked for. Raises UnknownAddress, Gone, StoreError; Refused if it is
        hidden while a report is looked at, unless the operator looks `behind` that. `lifting`: what its network took
        back is no reason, since whoever asks has it read again if there is no page.
        """
        pages = self._store.find([self._alias(address, private=private)], behind=behind, lifting=lifting)
        return pages[0] if pages else None

    def read(self, path: str) -> Reading:
        """The page at a path of this site (`/t/…`, `/p/…`) with its thread, as it may be shown today.

        Compare `saved.path` with `path`: where they differ, the page's address is the former. Raises UnknownAddress
        (no such path can exist), NotFound, Gone, Refused (somebody's wish), StoreError.
        """
        return self._read(path)[0]

    def _read(self, path: str) -> tuple[Reading, int]:
        """The same, with the revision of the opt-out list that says what may be shown."""
        reading = self._store.read(alias_of_path(path))
        if reading is None:
            raise no_page(path)
        opt_outs = self._opt_outs(reading.thread)
        visible = shown(reading.thread, opt_outs.people)
        number = reading.saved.number
        indexed = self._store.indexing.words([number]).get(number) if reading.saved.visibility == "listed" else None
        return Reading(reading.saved, visible, indexed=indexed), opt_outs.revision

    def page(self, path: str, view: View, lang: str = pages.LANGUAGE) -> Page:
        """The rendered page at a path of this site in a language of the interface (BCP 47).

        It is made and packed once, and anew when something changes. Raises what `read` raises; TypeError if this
        instance was made without a renderer.
        """
        if self._renderer is None:
            raise TypeError("page() needs a Threadleaf with a renderer")
        made = self._store.page(alias_of_path(path), view, self._renderer.made_by, lang)
        if made is not None:
            return made
        reading, opt_outs = self._read(path)
        reading = self.pictured(reading)
        page = pages.made(self._renderer, reading, view, lang, self._clock())
        self._store.keep_page(page, view, self._renderer.made_by, opt_outs, lang, reading.pictures.values())
        return page

    def pictured(self, reading: Reading) -> Reading:
        """The same with the pictures that this site shows itself, for whoever renders it. Raises StoreError."""
        return reading if self.gallery is None else replace(reading, pictures=self.gallery.of(reading))

    def due(self, limit: int) -> tuple[Saved, ...]:
        """At most `limit` pages whose threads are due to be read again (see `check`): nobody else gets them for a while.

        Raises StoreError.
        """
        at = self._clock()
        return self._store.schedule.take(at, at + LATER, limit)

    def check(self, page: Saved) -> Unrolled | None:
        """Read the thread of a page again. None if the page is gone now: taken back, or taken down meanwhile.

        Raises NotNow and UnknownAddress (it cannot be read now, and stays as it is), StoreError.
        """
        try:
            return self.unroll(self._left(page), save=page.visibility, asker="operator")
        except NotFound:
            return None
        except (Gone, Refused):
            self._store.schedule.put_off(page, self._clock() + SELDOM)
            return None

    def _left(self, page: Saved) -> Ref:
        """The post by which a page is read again: the one that gave it its address or, if that is gone, the first one left."""
        known = self._store.known([alias_of(page.key, private=page.visibility == "private")])
        kept = again.mine(merge_all(one.conversation for one in known)) if known else ()
        return page.key if not kept or again.named(kept, page.key) else Ref(page.network, kept[0].id)

    def watch(self) -> Watch:
        """Tells whether anything was committed to the database since: what was made from it holds until then."""
        return self._store.watch()

    def announce(self, hub: str, topics: Iterable[str]) -> None:
        """Tell a WebSub hub that feeds changed, by their addresses. Raises NotNow if it cannot be told."""
        if self._fetch is None:
            raise NotNow("A hub has to be told over the network, and no network may be used.", code="offline")
        self._fetch(announcement(hub, topics))

    def translated(self, by: Translator, text: str, to: str) -> str:
        """A post's text in the language of a BCP 47 tag, as a machine translates it. Nothing of it is kept.

        Raises NotNow if that cannot be had now.
        """
        if self._fetch is None:
            raise NotNow("A translator has to be asked over the network, and no network may be used.", code="offline")
        return translating.translated(self._fetch, by, text, to)

    @property
    def follows(self) -> Follows:
        """Who follows what by e-mail."""
        return self._store.follows

    @property
    def maps(self) -> Maps:
        """The pages that search engines may list, in files of limited size."""
        return self._store.maps

    @property
    def unrolls(self) -> Unrolls:
        """What people asked to have unrolled: a list that `threadleaf.jobs` works off."""
        return self._store.unrolls

    @property
    def inbox(self) -> Inbox:
        """Who mentioned the bot, and what is being done about it."""
        return self._store.inbox

    @property
    def outbox(self) -> Outbox:
        """What the bot does on its networks."""
        return self._store.outbox

    def still_shown(self, thread: Thread) -> Thread:
        """A thread that was read and is not kept, as it may be shown now.

        Raises Gone if it was taken down since; Refused (its author's wish); StoreError.
        """
        if self._kept_in is not None:
            self._kept_in.find([alias_of(thread.ref)])
        return shown(thread, self._opt_outs(thread).people)

    # --- wishes ---------------------------------------------------------------------------------------------

    def wishes(self, address: str | Ref, *, asker: Asker = "anyone") -> Explained:
        """Why a thread is shown as it is: what everybody in it asks for, and where that is said.

        It is read from its network; without one, what is kept of it is looked at. No wish refuses this. Raises
        UnknownAddress, NotFound, NotNow, Gone (kept once, and taken down), StoreError.
        """
        if self._fetch is None:
            thread = self._kept_thread(address)
        else:
            ref = self._ref(address)
            self.check_reader(ref, asker)
            try:
                thread = assemble(self._asked(self._fetch, sources.for_ref(ref), ref))
            except Refused as refused:
                return Explained(network=ref.network, refusal=refused.sentence)
        return explain(thread, self._opt_outs(thread).people)

    def _kept_thread(self, address: str | Ref) -> Thread:
        for private in (False, True):
            reading = self._store.read(self._alias(address, private=private))
            if reading is not None:
                return reading.thread
        raise no_page(address if isinstance(address, str) else refs.address(address))

    def _opt_outs(self, thread: Thread, conversation: Conversation | None = None) -> OptOuts:
        """What of a thread, and of all that was seen of its conversation, is not to be shown or kept."""
        if self._kept_in is None:
            return OptOuts()
        if conversation is None:
            return self._kept_in.opted_out(people(thread), of_others(thread))
        return self._kept_in.opted_out(*erase.asked(conversation, thread))

    @property
    def _store(self) -> Store:
        if self._kept_in is None:
            raise StoreError("Nothing can be kept or found, since no database was given.", code="none")
        self._hold_back(self._kept_in)
        return self._kept_in

    def _hold_back(self, store: Store) -> None:
        """Before anything is read or listed, hold back what nobody has seen at X for too long (`core.terms`).

        One look a minute is enough for that.
        """
        now = self._clock()
        if not self._looked <= now < self._looked + _A_MINUTE:
            store.seen.hold(now - SEEN_WITHIN)
            self._looked = now

    def _ref(self, address: str | Ref) -> Ref:
        return refs.parse(address, mirrors=self._mirrors) if isinstance(address, str) else address

    def _alias(self, address: str | Ref, *, private: bool) -> Alias:
        if isinstance(address, str) and address.startswith("/p/"):
            return alias_of_path(address)
        return alias_of(self._ref(address), private=private)


def _check_page(key: Ref) -> None:
    """Raise UnknownAddress if no page for everybody can be made: the post's own name cannot stand in a page's address."""
    try:
        refs.from_path(refs.path(key))
    except UnknownAddress as error:
        sentence = "This post's own address cannot be part of the address of a page here. Save it as a private page."
        raise UnknownAddress(sentence, subject=key.id) from error
