"""What comes of a mention: looked at, its thread unrolled, its wish carried out, its answer written down.

    new ──→ reading ──→ done        the thread has to be unrolled first
     ├────→ acting ───→ done        an author's wish
     └────────────────→ done        everything else

Nothing is sent here; what is to be sent is written into the outbox in the transaction that ends the mention.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from threadleaf.bot import words
from threadleaf.bot.case import NO, Case, page_of, shown
from threadleaf.bot.mouth import Mouth
from threadleaf.bot.network import Channel, Mention
from threadleaf.bot.wishing import Wishing
from threadleaf.core.calls import anchor, read
from threadleaf.core.errors import NotNow, Refused, ThreadleafError
from threadleaf.core.manners import DAY, Asked, Known, Why, decide
from threadleaf.core.model import Ref
from threadleaf.jobs import Jobs, Ticket
from threadleaf.service import Threadleaf
from threadleaf.store.inbox import REFUSED, SILENT, Marks, Waiting
from threadleaf.store.outbox import Posted
from threadleaf.store.records import Saved

if TYPE_CHECKING:
    from threadleaf.bot.loop import Mark

READING = 20
"""For so many mentions threads are unrolled at once; others wait, and leave room for people who come to the site."""
_MOMENT = timedelta(seconds=5)
_EACH = timedelta(seconds=0.1)
"""So much longer whoever waits for a moment does so for each who waits: all are looked at before one is again."""
_MINUTE = timedelta(minutes=1)
_AGAIN = timedelta(minutes=10)
_HOUR = timedelta(hours=1)
_LOOKS = 4
"""So often whoever waits for room is looked at while as many are answered as wait."""
_ANSWERED = ("unroll", "unroll private", "help")
_TAKEN_BACK = "ignore: taken back"
_OWN_ONLY = Refused(words.OWN_ONLY, code="own-only")


class Answering:
    """Decides and writes down, for one network."""

    def __init__(
        self, channel: Channel, service: Threadleaf, jobs: Jobs, mouth: Mouth, crash: Callable[[Mark], object]
    ) -> None:
        self._channel, self._service, self._jobs, self._mouth, self._crash = channel, service, jobs, mouth, crash
        self._network = channel.network
        self._wishing = Wishing(channel.network, service, jobs, mouth, crash)

    def consider(self, waiting: Waiting, mention: Mention, *, quiet: bool = False) -> None:
        """Take a mention as far as it gets now. `quiet`: nobody may be answered yet, but wishes are carried out."""
        case = self._case(waiting, mention)
        try:
            if waiting.phase == "acting":
                self._wishing.act(case)
            elif waiting.phase == "new":
                self._begin(case, quiet=quiet)
            elif not quiet:
                self._look(case)
        except NotNow:  # a page that cannot be shown now, say
            self._service.inbox.later(waiting.id, self._service.now() + _AGAIN)

    def _wait(self, case: Case) -> None:
        """Wait for a moment; the longer, the more do."""
        inbox, now = self._service.inbox, self._service.now()
        inbox.later(case.waiting.id, now + min(_AGAIN, max(_MOMENT, _EACH * inbox.left(self._network))))

    def _put_off(self, case: Case, why: Why) -> None:
        """Wait for room: for what is being read, or until the network lets more be written. Those who wait for that take
        longer the more they are, so that nobody is looked at over and over."""
        if why == "author's cap":
            return self._wait(case)
        inbox, now = self._service.inbox, self._service.now()
        share = inbox.left(self._network) / self._channel.hourly / _LOOKS
        return inbox.later(case.waiting.id, now + max(_MINUTE, _HOUR * min(share, 1)))

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
        call = case.asked.call
        if quiet and call is not None and call.word in _ANSWERED:
            return self._wait(case)
        page = page_of(self._service, case.target)
        author = page.author_id if page else case.author
        thread = self._thread(page) if page else None
        first = self._service.outbox.answer(self._network, thread) if thread else None
        is_new = page is None or self._counts_as_new(page, first)
        known = replace(self._known(case, author, page, thread, is_new=is_new), is_first=first is None)
        verdict = decide(case.asked, known)
        if verdict.act == "ignore":
            return self._pass_over(case, verdict.why)
        if verdict.act == "wait":
            return self._put_off(case, verdict.why)
        if verdict.act == "refuse":
            return self._refuse(case, verdict.why)
        if verdict.act == "help":
            letter = self._mouth.help(case.mention, self._service.now())
            return self._service.outbox.put(letter, case.waiting.id, "help", self._marks(case), letter.at)
        if verdict.act == "unroll":
            return self._ask(case, author, is_new=page is None)
        return self._wishing.begin(case, verdict, page)

    def _pass_over(self, case: Case, why: Why) -> None:
        """Nothing comes of a mention, unless it proves whose an account is."""
        heard = self._service.authors.heard
        is_proof = why == "no call" and heard(self._network, case.asked.asker, case.mention.post.text)
        self._settle(case, "proof" if is_proof else f"ignore: {why}")

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

    def _named(self, case: Case, page: Saved) -> frozenset[str]:
        """Whoever asks, if she is another than the author and the page shows posts of hers."""
        asker = case.asked.asker
        return frozenset({asker} if page.author_id != asker and shown(self._service, page, asker) else ())

    def _thread(self, page: Saved) -> bytes:
        return self._service.inbox.mark("thread", page.network, page.key.id)

    # --- unrolling ----------------------------------------------------------------------------------------------

    def _ask(self, case: Case, author: str, *, is_new: bool) -> None:
        """Have the thread unrolled, for those who may see it, unless the way is barred or there is no room."""
        call, ref = case.asked.call, case.asked.anchor
        assert call is not None  # noqa: S101 -- there is nothing to unroll without
        assert ref is not None  # noqa: S101
        if self._service.inbox.being_read(self._network) >= READING:
            return self._wait(case)
        private = call.word == "unroll private"
        if private and not self._mouth.is_private(case.mention):
            return self._settle(case, SILENT, self._marks(case))
        if self._is_taken_back(case, author):
            return self._settle(case, _TAKEN_BACK)
        is_open = self._mouth.is_open(case.mention, ref, author)
        if is_open is None:
            return self._service.inbox.later(case.waiting.id, self._service.now() + _MINUTE)
        if not is_open:
            return self._settle(case, SILENT, self._marks(case))  # whom somebody blocks is told to nobody
        try:
            ticket = self._ticket(case, ref, author, private=private)
        except NotNow:
            patience = timedelta(seconds=self._jobs.patience())
            return self._service.inbox.later(case.waiting.id, self._service.now() + patience)
        except NO as error:
            return self._refuse(case, error)
        self._crash("asked")
        if ticket.page is not None:
            return self._answer(case, ticket.page)
        marks = self._marks(case, author if is_new else "")
        self._service.inbox.reading(case.waiting.id, ticket.number, marks, self._service.now())
        self._crash("reading")
        return None

    def _ticket(self, case: Case, ref: Ref, author: str, *, private: bool) -> Ticket:
        """Ask for the thread. Raises as `Jobs.ask` does, and where nothing but a page that nobody keeps might be had."""
        herself = bool(author) and author == case.asked.asker
        if self._jobs.choices(ref.network, by_author=herself, author=author) == ("live",):
            raise _OWN_ONLY
        level, certain = "private" if private else "unlisted", not _is_below_another(case, author)
        return self._jobs.ask(ref, level, by_author=herself, author=author, certain=certain, summoned=True)

    def _look(self, case: Case) -> None:
        """See how the unroll stands."""
        inbox, now = self._service.inbox, self._service.now()
        state = self._jobs.state(case.waiting.unroll)
        if state is None:
            inbox.later(case.waiting.id, now, anew=True)
        elif state.phase == "failed" and isinstance(state.error, NO):
            self._refuse(case, state.error)
        elif state.phase == "failed":
            inbox.later(case.waiting.id, now + _AGAIN, anew=True)
        elif state.phase == "done":
            self._crash("read")
            page = page_of(self._service, state.path)
            if page is None:  # it was taken down, or nobody keeps it
                inbox.later(case.waiting.id, now + _AGAIN, anew=True)
            else:
                self._answer(case, page)

    # --- answering ----------------------------------------------------------------------------------------------

    def _answer(self, case: Case, page: Saved) -> None:
        """Answer in public where nobody was, and more quietly whoever asks later."""
        now, thread = self._service.now(), self._thread(page)
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
            if is_new:  # made for a call in vain
                self._service.take_back(page)
            return self._settle(case, _TAKEN_BACK)
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


def _is_below_another(case: Case, author: str) -> bool:
    """Whether the post that is meant stands in a conversation which somebody else began: then the thread may be theirs."""
    root, ref = case.mention.root_native, case.asked.anchor
    is_parent = ref is not None and ref.id == case.mention.post.parent
    return is_parent and root.startswith("at://") and not root.startswith(f"at://{author}/")
