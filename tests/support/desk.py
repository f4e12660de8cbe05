"""An operator's desk in memory: limits that count, and numbers of nothing."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from threadleaf.store.cases import Counted, Rate, Spent


class Desk:
    """What the site asks of `threadleaf.service.moderation.Desk` where nothing is reported."""

    def __init__(self, at: datetime) -> None:
        self.used: Counter[tuple[str, str]] = Counter()
        self._at = at

    def spend(self, rate: Rate, asker: str, uses: int = 1) -> Spent:
        allowed = self.used[rate.kind, asker] + uses <= rate.each
        self.used[rate.kind, asker] += allowed * uses
        left = rate.each - self.used[rate.kind, asker]
        return Spent(allowed, rate.each, left, self._at, self._at + timedelta(seconds=rate.seconds), rate.seconds)

    def tidy(self) -> None:
        """Nothing is kept that would have to be forgotten."""

    def numbers(self) -> tuple[Counted, ...]:
        return ()
