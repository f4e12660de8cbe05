"""What comes of a mention: looked at, its thread unrolled, its wish carried out, its answer written down.

    new ──→ reading ──→ done        the thread has to be unrolled first
     ├────→ acting ───→ done        an author's wish
     └────────────────→ done        everything else

Nothing is sent here; what is to be sent is written into the outbox in the transaction that ends the mention.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from threadleaf.bot import words
from threadleaf.bot.mouth import Mouth
from threadleaf.bot.network import Channel, Mention
from threadleaf.core.calls import anchor, read
from threadleaf.core.errors import Gone, NotFound, NotNow, Refused, ThreadleafError, UnknownAddress
from threadleaf.core.manners import Asked, Known, Verdict, Why, decide
from threadleaf.core.model import Ref
from threadleaf.jobs import Jobs
from threadleaf.service import Threadleaf
from threadleaf.store.inbox import Marks, Waiting
from threadleaf.store.outbox import Posted, Withdrawn
from threadleaf.store.records import Saved

if TYPE_CHECKING:
    from threadleaf.bot.loop import Mark

READING = 20
"""For so many mentions threads are unrolled at once; others wait, and leave room for people who come to the site."""
_MOMENT = timedelta(seconds=5)
_MINUTE = timedelta(minutes=1)
_AGAIN = timedelta(minutes=10)
_PAGES = 50
_NO = (Refused, Gone, NotFound, UnknownAddress)
_OWN_ONLY = Refused(words.OWN_ONLY, code="own-only")


class Case(Struct, frozen=True, kw_only=True):
    """A mention with what it asks. `ours` is the bot's own post that it answers, if it does."""

    waiting: Waiting
    mention: Mention
    asked: Asked
    ours: Posted | None

    @property
    def target(self) -> str | Ref | None:
        """What is meant: below an answer of ours the page that it names, else the anchor."""
        if self.ours is not None and self.ours.letter.path and not (self.asked.call and self.asked.call.address):
            return self.ours.letter.path
        return self.asked.anchor


class Answering:
    """Decides and writes down, for one network."""

    def __init__(
        self, channel: Channel, service: Threadleaf, jobs: Jobs, mouth: Mouth, crash: Callable[[Mark], object]
    ) -> None:
        self._channel, self._service, self._jobs, self._mouth, self._crash = channel, service, jobs, mouth, crash
        self._network = channel.network

    def consider(self, waiting: Waiting, mention: Mention) -> None:
        """Take a mention as far as it gets now."""
        case = self._case(waiting, mention)
        if waiting.phase == "acting":
            self._act(case)
        elif waiting.phase == "reading":
            self._look(case)
        else:
            self._begin(case)

    def _case(self, waiting: Waiting, mention: Mention) -> Case:
        call = read(mention.post)
        ours = mention.parent_is_ours
        asked = Asked(
            asker=mention.asker.id,
            bot=self._channel.me,
            created=mention.seen_at,
            call=call,
            anchor=anchor(call, mention.post, self._network) if call else None,
            is_bot=mention.is_bot,
            answers_us=ours,
        )
        native = mention.parent_native or mention.post.parent or ""
        posted = self._service.outbox.at(self._network, native) if ours else None
        return Case(waiting=waiting, mention=mention, asked=asked, ours=posted)

    # --- deciding -----------------------------------------------------------------------------------------------

    def _begin(self, case: Case) -> None:
        page, post = self._page(case.target), case.mention.post
        author = page.author_id if page else _author(case)
        verdict = decide(case.asked, self._known(case, author, page, is_new=page is None))
        if verdict.why == "no call" and self._service.authors.heard(self._network, case.asked.asker, post.text):
            self._settle(case, "proof")
        elif verdict.why == "not there" and author == case.asked.asker:
            self._service.held.forget(self._network, author)  # of hers there may be a request, which waits for her
            self._settle(case, "forget held")
        elif verdict.act == "ignore":
            self._settle(case, f"ignore: {verdict.why}")
        elif verdict.act == "wait":
            self._service.inbox.later(case.waiting.id, self._service.now() + _MINUTE)
        elif verdict.act == "refuse":
            self._refuse(case, verdict.why)
        elif verdict.act == "help":
            letter = self._mouth.help(case.mention, self._service.now())
            self._service.outbox.put(letter, case.waiting.id, "help", self._marks(case), letter.at)
        elif verdict.act == "unroll":
            self._ask(case, author, is_new=page is None)
        else:
            self._wish(case, verdict, page)

    def _known(self, case: Case, author: str, page: Saved | None, *, is_new: bool) -> Known:
        now = self._service.now()
        counts = self._service.inbox.counts(
            self._network, self._marks(case, author if is_new else ""), now, case.waiting.id
        )
        wishes = case.asked.call is not None and case.asked.call.word == "forget"
        return Known(
            now=now,
            author=page.author_id if page else "" if wishes else author,
            named=frozenset({case.asked.asker} if page and wishes and self._shown(page, case.asked.asker) else ()),
            is_new=is_new,
            for_asker=counts.for_asker,
            in_conversation=counts.in_conversation,
            of_author=counts.of_author,
            sent=counts.sent,
            most=self._channel.hourly,
        )

    def _marks(self, case: Case, author: str = "") -> Marks:
        """The hashes of who asks, where, and of the author if others have her thread unrolled anew."""
        mark = self._service.inbox.mark
        herself = author == case.asked.asker
        return Marks(
            asker=mark("asker", self._network, case.asked.asker),
            conversation=mark("conversation", self._network, case.mention.conversation or case.mention.native),
            author=mark("author", self._network, author) if author and not herself else None,
        )

    def _page(self, target: str | Ref | None) -> Saved | None:
        """The kept page that is meant, whoever may see it; None if there is none."""
        with suppress(Gone, UnknownAddress):
            if target is not None:
                find = self._service.find
                return find(target, behind=True) or find(target, private=True, behind=True)
        return None

    def _shown(self, page: Saved, asker: str) -> list[str]:
        """The posts by whoever asks that the page of somebody else shows."""
        with suppress(*_NO):
            thread = self._service.read(page.path).thread
            return [post.id for post in (*thread.quoted, *thread.context) if post.author == asker]
        return []

    # --- unrolling ----------------------------------------------------------------------------------------------

    def _ask(self, case: Case, author: str, *, is_new: bool) -> None:
        """Have the thread unrolled, for those who may see it."""
        now, call, ref = self._service.now(), case.asked.call, case.asked.anchor
        assert call is not None  # noqa: S101 -- there is nothing to unroll without
        assert ref is not None  # noqa: S101
        private = call.word == "unroll private"
        if private and not self._mouth.is_private(case.mention):
            return self._settle(case, "refuse", self._marks(case))
        if self._service.inbox.being_read(self._network) >= READING:
            return self._service.inbox.later(case.waiting.id, now + _MOMENT)
        herself = bool(author) and author == case.asked.asker
        try:
            if self._jobs.choices(self._network, by_author=herself, author=author) == ("live",):
                raise _OWN_ONLY
            level = "private" if private else "unlisted"
            ticket = self._jobs.ask(ref, level, by_author=herself, author=author, summoned=True)
        except NotNow:
            return self._service.inbox.later(case.waiting.id, now + timedelta(seconds=self._jobs.patience()))
        except _NO as error:
            return self._refuse(case, error)
        self._crash("asked")
        if ticket.page is not None:
            return self._answer(case, ticket.page)
        marks = self._marks(case, author if is_new else "")
        self._service.inbox.reading(case.waiting.id, ticket.number, marks, now)
        self._crash("reading")
        return None

    def _look(self, case: Case) -> None:
        """See how the unroll stands."""
        inbox, now = self._service.inbox, self._service.now()
        state = self._jobs.state(case.waiting.unroll)
        if state is None:
            inbox.later(case.waiting.id, now, anew=True)
        elif state.phase == "failed" and isinstance(state.error, _NO):
            self._refuse(case, state.error)
        elif state.phase == "failed":
            inbox.later(case.waiting.id, now + _AGAIN, anew=True)
        elif state.phase == "done":
            self._crash("read")
            page = self._page(state.path)
            if page is None:
                inbox.later(case.waiting.id, now, anew=True)
            else:
                self._answer(case, page)

    # --- answering ----------------------------------------------------------------------------------------------

    def _answer(self, case: Case, page: Saved) -> None:
        """Answer in public where nobody was, and more quietly whoever asks later."""
        now, thread = self._service.now(), self._thread(page)
        first = self._service.outbox.answer(self._network, thread)
        is_new = first is None and page.created_at >= case.waiting.seen_at
        verdict = decide(case.asked, self._known(case, page.author_id, page, is_new=is_new))
        if verdict.act == "wait":
            return self._service.inbox.later(case.waiting.id, now + _MINUTE)
        if verdict.act != "unroll":
            return self._settle(case, f"ignore: {verdict.why}")
        marks = self._marks(case, page.author_id if is_new else "")
        if page.visibility == "private" or (first is not None and not self._is_gone(first)):
            letter = self._mouth.quietly(case.mention, page, now)
            self._service.outbox.put(letter, case.waiting.id, "unroll", marks, now)
        else:
            letter = self._mouth.answer(case.mention, page, now)
            author = self._service.inbox.mark("author", self._network, page.author_id)
            before = first.id if first else 0
            self._service.outbox.claim(letter, thread, author, case.waiting.id, marks, before)
        self._crash("written")
        return None

    def _is_gone(self, first: Posted) -> bool:
        """Whether the first answer was there and is no longer."""
        return first.state == "sent" and self._mouth.is_gone(first.native)

    def _refuse(self, case: Case, why: ThreadleafError | Why) -> None:
        """Say no to the asker alone; where that cannot be, say nothing."""
        marks, now = self._marks(case), self._service.now()
        if self._mouth.is_private(case.mention):
            letter = self._mouth.refusal(case.mention, why, now)
            self._service.outbox.put(letter, case.waiting.id, "refuse", marks, now)
        else:
            self._settle(case, "refuse", marks)

    def _settle(self, case: Case, verdict: str, marks: Marks | None = None) -> None:
        self._service.inbox.settle(case.waiting.id, verdict, self._service.now(), marks)

    # --- wishes -------------------------------------------------------------------------------------------------

    def _wish(self, case: Case, verdict: Verdict, page: Saved | None) -> None:
        """Write down what is going to be done, which is gone on with after a crash, and do it."""
        thread = self._thread(page) if page is not None and verdict.act == "forget" else None
        self._service.inbox.acting(case.waiting.id, verdict.act, thread, self._service.now())
        self._crash("looked")
        acting = replace(case.waiting, phase="acting", verdict=verdict.act, thread=thread)
        self._act(replace(case, waiting=acting))

    def _act(self, case: Case) -> None:
        """Carry out a wish, all of which may be done again, and take back what was answered."""
        verdict, asker = case.waiting.verdict, case.asked.asker
        which = Withdrawn(thread=case.waiting.thread)
        if verdict == "forget" and case.target is not None:
            self._remove(case.target)
        elif verdict == "forget own":
            self._forget_own(case)
        elif verdict == "allow":
            self._allow(asker)
        else:
            which = Withdrawn(author=self._service.inbox.mark("author", self._network, asker))
            self._forget_all(asker)
            self._service.held.forget(self._network, asker)
            if verdict == "opt out":
                self._service.opt_out(self._network, asker, "author")
        self._crash("wished")
        now = self._service.now()
        nod = self._mouth.nod(case.mention, now)
        self._service.outbox.withdraw(nod, case.waiting.id, verdict, now, which=which, network=self._network)

    def _allow(self, author: str) -> None:
        """She agrees to pages of her threads, and what was held for that is unrolled; unless the operator says no."""
        entry = self._service.opted_out(self._network, author)
        if entry is None or entry.by == "author":
            self._service.allow(self._network, author)
            self._service.agree(self._network, author)
            self._jobs.release()

    def _remove(self, target: str | Ref) -> None:
        with suppress(*_NO):
            self._service.remove(target, "author")

    def _forget_own(self, case: Case) -> None:
        """On somebody else's page her own posts alone are hers to take back; other pages show them no more either."""
        page = self._page(case.target)
        if page is not None:
            self._service.leave_out(self._network, self._shown(page, case.asked.asker))

    def _forget_all(self, author: str) -> None:
        """Take down every page of an author."""
        with suppress(NotFound):
            start: int | None = None
            while True:
                _, listing = self._service.author(self._network, author, _PAGES, start, visibility=None)
                for page in listing.pages:
                    self._remove(page.path)
                if listing.next is None:
                    return
                start = listing.next

    def _thread(self, page: Saved) -> bytes:
        return self._service.inbox.mark("thread", page.network, page.key.id)


def _author(case: Case) -> str:
    """Who wrote the post that is meant, as far as the mention tells; empty if it does not."""
    ref, post = case.asked.anchor, case.mention.post
    if ref is None:
        return ""
    if ref.network == "bsky" and ref.id.startswith("at://did:"):
        return ref.id.split("/")[2]
    if post.quote is not None and ref.id == post.quote.id:
        return post.quote.author
    return post.parent_author or "" if ref.id == post.parent else ""
