"""The money that X takes for what is read there: held before a question, settled after its answer, never beyond a ceiling."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace

from threadleaf.core.errors import NotNow
from threadleaf.render.tongue import marked
from threadleaf.sources import x_costs
from threadleaf.sources._deep import json_of
from threadleaf.sources.x import BUDGET
from threadleaf.sources.x_costs import Prices
from threadleaf.store.spending import Full, Spending
from threadleaf.wire import Answer, Asking, Refused, Reply, Request, Scope

_T = TypeVar("_T")

_DAY = marked("What reading X may cost in a day is spent here. It is renewed at midnight (UTC).")
_MONTH = marked(
    "What reading X may cost in a month is spent here. It is renewed on the first day of the next month (UTC)."
)
_BUSY = marked(
    "Other threads of X are being read, for which all the money is held that is left. Try again in a minute."
)
_UNCERTAIN = ("timeout", "network", "too-large")
"""Refusals after which the question may have been answered, and have to be paid for."""
_BESIDE = 10
"""So many posts may have to be looked up beside those that a search finds, each with its author."""


class Ceilings(Struct, frozen=True, kw_only=True):
    """What may be spent, in millionths of a US dollar, and how many posts are read of one thread at most."""

    day: int
    month: int
    posts: int = 100


class Budget(Struct, frozen=True, kw_only=True):
    """How the money stands, in millionths of a US dollar. `held` is for what is being asked now, and part of what is
    spent; `thread` is about what a thread of 25 posts costs."""

    day: int
    day_spent: int
    month: int
    month_spent: int
    held: int
    thread: int

    @property
    def left(self) -> int:
        """What may still be spent today."""
        return max(0, min(self.day - self.day_spent, self.month - self.month_spent))


class _Held(Struct):
    """What is held under a number, and how much of it is left for further questions."""

    number: int
    left: int


class Purse:
    """The money of one instance. `origin` is that of X's API: what goes there costs something."""

    def __init__(
        self, spending: Spending, prices: Prices, ceilings: Ceilings, origin: str, clock: Callable[[], datetime]
    ) -> None:
        self._spending, self._prices, self._ceilings, self._clock = spending, prices, ceilings, clock
        self._origin = f"{origin}/"

    def budget(self) -> Budget:
        """How it stands. Raises StoreError."""
        now = self._spending.amounts(self._clock())
        return Budget(
            day=self._ceilings.day,
            day_spent=now.day,
            month=self._ceilings.month,
            month_spent=now.month,
            held=now.held,
            thread=x_costs.thread(25, self._prices),
        )

    def reading(self, steps: Callable[[Scope], Asking[_T]], scope: Scope) -> Asking[_T]:
        """A reading of a thread that goes as far as the money allows; the most that it can cost is held until it ends.

        Raises NotNow with the code `budget` when it begins, if that is not far enough, or the money is held for others.
        """
        posts = self._posts()
        amount = self._most(posts)
        number = self._spending.hold(amount, self._clock(), self._ceilings.day, self._ceilings.month)
        if isinstance(number, Full):
            raise NotNow(_BUSY, code=BUDGET)
        try:
            return (yield from self._metered(steps(replace(scope, x_posts=posts)), _Held(number, amount)))
        finally:
            self._spending.release(number)

    def meter(self, asking: Asking[_T]) -> Asking[_T]:
        """Single questions, for each of which the money is held as it is asked; beyond a ceiling they are refused."""
        return (yield from self._metered(asking, None))

    def _posts(self) -> int:
        """How many posts a reading may go for what is left. Raises NotNow if they are too few."""
        budget = self.budget()
        posts, free = self._affordable(budget.left), self._affordable(budget.left + budget.held)
        if posts < free:
            raise NotNow(_BUSY, code=BUDGET)
        if posts < x_costs.SMALLEST:
            is_month = budget.month - budget.month_spent <= budget.day - budget.day_spent
            raise NotNow(_MONTH if is_month else _DAY, code=BUDGET)
        return posts

    def _affordable(self, amount: int) -> int:
        each = self._most(1) - self._most(0)
        return min(self._ceilings.posts, (amount - self._most(0)) // max(1, each))

    def _most(self, posts: int) -> int:
        """What reading so many posts can cost at most."""
        one = x_costs.page(1, self._prices)
        return x_costs.page(posts, self._prices) + _BESIDE * one

    def _metered(self, asking: Asking[_T], held: _Held | None) -> Asking[_T]:
        with closing(asking):
            try:
                wanted = next(asking)
                while True:
                    replies = yield from self._paid(wanted, held)
                    wanted = asking.send(replies)
            except StopIteration as end:
                return cast("_T", end.value)

    def _paid(self, wanted: tuple[Request, ...], held: _Held | None) -> Asking[tuple[Reply, ...]]:
        """Ask what can be paid for, and pay for it."""
        accounts = [self._account(request, held) for request in wanted]
        through = [
            request for request, account in zip(wanted, accounts, strict=True) if not isinstance(account, Refused)
        ]
        answered = iter((yield tuple(through)) if through else ())
        replies: list[Reply] = []
        for request, account in zip(wanted, accounts, strict=True):
            reply = account if isinstance(account, Refused) else next(answered)
            if isinstance(account, _Held):
                self._pay(account, request, reply)
                if account is not held:
                    self._spending.release(account.number)
            replies.append(reply)
        return tuple(replies)

    def _account(self, request: Request, held: _Held | None) -> _Held | Refused | None:
        """From what a request is paid; a refusal if nothing is left for it; None if it costs nothing."""
        if not request.url.startswith(self._origin):
            return None
        amount = x_costs.most(request, self._prices)
        if held is not None:
            if amount > held.left:
                return Refused(kind="limit", detail="This reading would cost more than is left for it.")
            held.left -= amount
            return held
        number = self._spending.hold(amount, self._clock(), self._ceilings.day, self._ceilings.month)
        if isinstance(number, Full):
            return Refused(kind="limit", detail=_MONTH if number.until == "month" else _DAY, code=BUDGET)
        return _Held(number, 0)

    def _pay(self, held: _Held, request: Request, reply: Reply) -> None:
        """Put what it cost in the place of the most that it could cost."""
        most = x_costs.most(request, self._prices)
        held.left += most
        if isinstance(reply, Answer) and reply.status in (200, 201):
            resources = x_costs.returned(request, json_of(reply), self._prices)
            held.left -= self._spending.draw(held.number, x_costs.deed(request, self._prices), resources)
        elif isinstance(reply, Refused) and reply.kind in _UNCERTAIN:
            held.left -= self._spending.draw(held.number, most, {})
