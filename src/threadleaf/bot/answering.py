"""What comes of a mention: looked at, its thread unrolled, its wish carried out, its answer written down.

    new ──→ reading ──→ done        the thread has to be unrolled first
     ├────→ acting ───→ done        an author's wish
     └────────────────→ done        everything else

Nothing is sent here; what is to be sent is written into the outbox in the transaction that ends the mention.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from threadleaf.bot import words
from threadleaf.bot.mouth import Mouth
from threadleaf.bot.network import Channel, Mention
from threadleaf.bot.turns import author_of
from threadleaf.core.calls import anchor, read
from threadleaf.core.errors import Gone, NotFound, NotNow, Refused, ThreadleafError, UnknownAddress
from threadleaf.core.manners import DAY, Asked, Known, Verdict, Why, decide
from threadleaf.core.model import Ref
from threadleaf.core.ref import from_path
from threadleaf.jobs import Jobs
from threadleaf.service import Threadleaf
from threadleaf.service.authors import Console
from threadleaf.store.inbox import REFUSED, SILENT, Marks, Waiting
from threadleaf.store.outbox import Posted, Withdrawn
from threadleaf.store.records import Saved

if TYPE_CHECKING:
    from threadleaf.bot.loop import Mark

READING = 20
"""For so many mentions threads are unrolled at once; others wait, and leave room for people who come to the site."""
_MOMENT = timedelta(seconds=5)
_MINUTE = timedelta(minutes=1)
_AGAIN = timedelta(minutes=10)
_HOUR = timedelta(hours=1)
_LOOKS = 4
"""So often whoever waits for room is looked at while as many are answered as wait."""
_NO = (Refused, Gone, NotFound, UnknownAddress)
_ANSWERS = ("unroll", "help", "refuse")
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

    @property
    def named(self) -> Ref | None:
        """The post by which a thread is known that is not here: the first one of the conversation if that is the asker's
        own, else the one that is meant."""
        first = Ref(self.mention.network, self.mention.conversation)
        ref = from_path(self.target) if isinstance(self.target, str) else self.target
        return first if ref is self.asked.anchor and self._is_named_after(first, self.asked.asker) else ref

    @property
    def author(self) -> str:
        """Who wrote the post that is meant, as far as the mention or the post's own name tells; empty if neither does."""
        target, asker = self.target, self.asked.asker
        ref = from_path(target) if isinstance(target, str) else target
        told = author_of(ref, self.mention.post)
        return told or (asker if ref is not None and self._is_named_after(ref, asker) else "")

    @staticmethod
    def _is_named_after(ref: Ref, author: str) -> bool:
        """Whether the name of a post begins with that of an account (an actor's address, a DID)."""
        return ref.id.startswith((f"{author}/", f"at://{author}/"))


class Answering:
    """Decides and writes down, for one network."""

    def __init__(
        self, channel: Channel, service: Threadleaf, jobs: Jobs, mouth: Mouth, crash: Callable[[Mark], object]
    ) -> None:
        self._channel, self._service, self._jobs, self._mouth, self._crash = channel, service, jobs, mouth, crash
        self._network = channel.network

    def consider(self, waiting: Waiting, mention: Mention, *, quiet: bool = False) -> None:
        """Take a mention as far as it gets now. `quiet`: nobody may be answered yet, but wishes are carried out."""
        case = self._case(waiting, mention)
        try:
            if waiting.phase == "acting":
                self._act(case)
            elif waiting.phase == "reading":
                self._wait(case) if quiet else self._look(case)
            else:
                self._begin(case, quiet=quiet)
        except NotNow:  # a page that cannot be shown now, say
            self._service.inbox.later(waiting.id, self._service.now() + _AGAIN)

    def _wait(self, case: Case) -> None:
        self._service.inbox.later(case.waiting.id, self._service.now() + _MOMENT)

    def _put_off(self, case: Case, why: Why) -> None:
        """Wait for room: for what is being read, or until the network lets more be written. Those who wait for that take
        longer the more they are, so that nobody is looked at over and over."""
        inbox, now = self._service.inbox, self._service.now()
        share = inbox.left(self._network) / self._channel.hourly / _LOOKS
        inbox.later(case.waiting.id, now + (_MOMENT if why == "author's cap" else max(_MINUTE, _HOUR * share)))

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

    def _begin(self, case: Case, *, quiet: bool) -> None:
        page, post = self._page(case.target), case.mention.post
        author = page.author_id if page else case.author
        thread = self._service.inbox.mark("thread", page.network, page.key.id) if page else None
        first = self._service.outbox.answer(self._network, thread) if thread else None
        is_new = page is None or self._counts_as_new(page, first)
        known = replace(self._known(case, author, page, thread, is_new=is_new), is_first=first is None)
        verdict = decide(case.asked, known)
        if verdict.why == "no call" and self._service.authors.heard(self._network, case.asked.asker, post.text):
            self._settle(case, "proof")
        elif verdict.act == "ignore":
            self._settle(case, f"ignore: {verdict.why}")
        elif quiet and verdict.act in _ANSWERS:
            self._wait(case)
        elif verdict.act == "wait":
            self._put_off(case, verdict.why)
        elif verdict.act == "refuse":
            self._refuse(case, verdict.why)
        elif verdict.act == "help":
            letter = self._mouth.help(case.mention, self._service.now())
            self._service.outbox.put(letter, case.waiting.id, "help", self._marks(case), letter.at)
        elif verdict.act == "unroll":
            self._ask(case, author, is_new=page is None)
        else:
            self._wish(case, verdict, page)

    def _known(self, case: Case, author: str, page: Saved | None, thread: bytes | None, *, is_new: bool) -> Known:
        now = self._service.now()
        counts = self._service.inbox.counts(
            self._network, self._marks(case, author if is_new else "", thread), now, case.waiting.id
        )
        wishes = case.asked.call is not None and case.asked.call.word == "forget"
        return Known(
            now=now,
            author=page.author_id if page else author,
            named=self._named(case, page) if page and wishes else frozenset(),
            is_new=is_new,
            for_asker=counts.for_asker,
            in_conversation=counts.in_conversation,
            of_author=counts.of_author,
            being_read=counts.being_read,
            sent=counts.sent,
            told=counts.told,
            most=self._channel.hourly,
        )

    def _marks(self, case: Case, author: str = "", thread: bytes | None = None) -> Marks:
        """The hashes of who asks, where, and of the author if others have her thread unrolled anew; `thread` is that of the
        thread itself."""
        mark = self._service.inbox.mark
        herself = author == case.asked.asker
        return Marks(
            asker=mark("asker", self._network, case.asked.asker),
            conversation=mark("conversation", self._network, case.mention.conversation or case.mention.native),
            author=mark("author", self._network, author) if author and not herself else None,
            thread=thread,
        )

    def _page(self, target: str | Ref | None) -> Saved | None:
        """The kept page that is meant, whoever may see it; None if there is none."""
        with suppress(Gone, UnknownAddress):
            if target is not None:
                find = self._service.find
                return find(target, behind=True) or find(target, private=True, behind=True)
        return None

    def _named(self, case: Case, page: Saved) -> frozenset[str]:
        """Whoever asks, if she is another than the author and the page shows posts of hers."""
        asker = case.asked.asker
        return frozenset({asker} if page.author_id != asker and self._shown(page, asker) else ())

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
            return self._settle(case, SILENT, self._marks(case))
        if self._service.inbox.being_read(self._network) >= READING:
            return self._service.inbox.later(case.waiting.id, now + _MOMENT)
        if self._is_taken_back(case, author):
            return self._take_back(case, ref if is_new else None)
        if not (is_open := self._mouth.is_open(case.mention, ref, author)):
            if is_open is None:
                return self._service.inbox.later(case.waiting.id, now + _MINUTE)
            return self._settle(case, SILENT, self._marks(case))  # whom somebody blocks is told to nobody
        herself = bool(author) and author == case.asked.asker
        try:
            if self._jobs.choices(self._network, by_author=herself, author=author) == ("live",):
                raise _OWN_ONLY
            level = "private" if private else "unlisted"
            ticket = self._jobs.ask(
                ref, level, by_author=herself, author=author, certain=not _is_below_another(case, author), summoned=True
            )
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
        now, thread = self._service.now(), self._service.inbox.mark("thread", page.network, page.key.id)
        first = self._service.outbox.answer(self._network, thread)
        author = self._service.inbox.mark("author", self._network, page.author_id)
        self._service.outbox.wrote(self._network, thread, author)
        is_new = first is None and page.created_at >= case.waiting.seen_at
        counts = self._counts_as_new(page, first)
        known = self._known(case, page.author_id, page, thread, is_new=counts)
        # Those that are being read have begun like this one: of them as many are answered as may be.
        verdict = decide(case.asked, replace(known, being_read=0, is_first=first is None))
        if verdict.act == "wait":
            return self._put_off(case, verdict.why)
        if verdict.act != "unroll":
            return self._settle(case, f"ignore: {verdict.why}")
        if self._is_taken_back(case, page.author_id, page.last_posted if is_new else None):
            return self._take_back(case, page.path if is_new else None)
        marks = self._marks(case, page.author_id if counts else "", thread)
        if page.visibility == "private" or (first is not None and not self._is_gone(first)):
            self._tell(case, page, marks, first)
        else:
            letter = self._mouth.answer(case.mention, page, now)
            before = first.id if first else 0
            self._service.outbox.claim(letter, thread, author, case.waiting.id, marks, before)
        self._crash("written")
        return None

    def _counts_as_new(self, page: Saved, first: Posted | None) -> bool:
        """Whether to answer is to have a thread unrolled anew. Somebody may have had it read before whose it was known, and
        not have been answered for the author's cap."""
        return first is None and page.created_at > self._service.now() - DAY

    def _tell(self, case: Case, page: Saved, marks: Marks, first: Posted | None) -> None:
        """Tell a later asker; unless the first answer, whose asker the database does not know, was to this very one."""
        now = self._service.now()
        if first is not None and first.is_remembered and page.visibility != "private":
            said = self._mouth.said(self._mouth.answer(case.mention, page, now))
            if said == "unknown":
                return self._service.inbox.later(case.waiting.id, now + _MINUTE)
            if said == "done":
                return self._settle(case, "unroll", marks)
        letter = self._mouth.quietly(case.mention, page, now)
        return self._service.outbox.put(letter, case.waiting.id, "unroll", marks, now)

    def _is_taken_back(self, case: Case, author: str, written: datetime | None = None) -> bool:
        """Whether the author has taken back all of hers since the mention, which may be heard in one go with her wish; or
        since she has `written` what a call wants to have unrolled anew, and does not agree by now."""
        mark = self._service.inbox.mark("asker", self._network, author)
        since = min(case.waiting.seen_at, written or case.waiting.seen_at)
        if author == case.asked.asker or not self._service.inbox.wishes(self._network, mark, since):
            return False
        return not self._service.agreed(self._network, author)

    def _take_back(self, case: Case, made: str | Ref | None) -> None:
        """Nothing comes of a call in vain; nor of what was only made for it."""
        if made is not None:
            self._remove(made)
        self._settle(case, "ignore: taken back")

    def _is_gone(self, first: Posted) -> bool:
        """Whether the first answer was there and is no longer."""
        return first.state == "sent" and self._mouth.is_gone(first.native)

    def _refuse(self, case: Case, why: ThreadleafError | Why) -> None:
        """Say no to the asker alone, once a day; where that cannot be, say nothing."""
        marks, now = self._marks(case), self._service.now()
        told = self._service.inbox.counts(self._network, marks, now, case.waiting.id).refused
        if told or not self._mouth.is_private(case.mention):
            return self._settle(case, SILENT, marks)
        letter = self._mouth.refusal(case.mention, why, now)
        return self._service.outbox.put(letter, case.waiting.id, REFUSED, marks, now)

    def _settle(self, case: Case, verdict: str, marks: Marks | None = None) -> None:
        self._service.inbox.settle(case.waiting.id, verdict, self._service.now(), marks)

    # --- wishes -------------------------------------------------------------------------------------------------

    def _wish(self, case: Case, verdict: Verdict, page: Saved | None) -> None:
        """Write down what is going to be done, which is gone on with after a crash, and do it."""
        thread = self._thread(page.key if page else case.named) if verdict.act == "forget" else None
        asker = self._marks(case).asker
        self._service.inbox.acting(case.waiting.id, verdict.act, thread, self._service.now(), asker)
        self._crash("looked")
        acting = replace(case.waiting, phase="acting", verdict=verdict.act, thread=thread)
        self._act(replace(case, waiting=acting))

    def _act(self, case: Case) -> None:
        """Carry out a wish, all of which may be done again, and take back what was answered."""
        verdict, asker = case.waiting.verdict, case.asked.asker
        which = Withdrawn(thread=case.waiting.thread)
        if verdict == "forget" and case.target is not None:
            self._forget(case, case.target)
        elif verdict == "forget own":
            self._forget_own(case)
        elif verdict == "allow":
            self._allow(asker)
        else:
            which = Withdrawn(author=self._service.inbox.mark("author", self._network, asker))
            herself = Console(network=self._network, author=asker, secret="", way="mention")
            self._service.authors.take_down(herself)
            if verdict == "opt out":
                self._service.opt_out(self._network, asker, "author")
        self._crash("wished")
        now = self._service.now()
        nod = self._mouth.nod(case.mention, now) if now - case.mention.seen_at <= DAY else None
        self._service.outbox.withdraw(nod, case.waiting.id, verdict, now, which=which, network=self._network)

    def _allow(self, author: str) -> None:
        """She agrees to pages of her threads, and what was held for that is unrolled; unless the operator says no."""
        entry = self._service.opted_out(self._network, author)
        if entry is None or entry.by == "author":
            self._service.allow(self._network, author)
            self._service.agree(self._network, author)
            self._jobs.release()

    def _forget(self, case: Case, target: str | Ref) -> None:
        """Take a thread down. If it is not here, nobody brings it up after her wish: neither a call that was heard before
        and is still being worked on, nor a request of hers, which waits."""
        if self._page(target) is None:
            self._service.held.forget(self._network, case.asked.asker)
        self._remove(target)

    def _remove(self, target: str | Ref) -> None:
        with suppress(*_NO):
            self._service.remove(target, "author", ahead=True)

    def _forget_own(self, case: Case) -> None:
        """On somebody else's page her own posts alone are hers to take back; other pages show them no more either."""
        page = self._page(case.target)
        if page is not None:
            self._service.leave_out(self._network, self._shown(page, case.asked.asker))

    def _thread(self, key: Ref | None) -> bytes | None:
        return self._service.inbox.mark("thread", key.network, key.id) if key else None


def _is_below_another(case: Case, author: str) -> bool:
    """Whether the post that is meant stands in a conversation which somebody else began: then the thread may be theirs."""
    root, ref = case.mention.root_native, case.asked.anchor
    is_parent = ref is not None and ref.id == case.mention.post.parent
    return is_parent and root.startswith("at://") and not root.startswith(f"at://{author}/")
