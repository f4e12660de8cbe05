"""What X would charge: for each resource that an answer returns, once a day (UTC)."""

from __future__ import annotations

from collections import Counter
from datetime import date

PRICES = {
    "post": 5_000,
    "user": 10_000,
    "owned": 1_000,
    "reply": 10_000,
    "reply-with-address": 200_000,
    "delete": 10_000,
}
"""Millionths of a US dollar."""


class Bill:
    """`total` is what was charged, in millionths of a US dollar, `counts` how often for what."""

    def __init__(self) -> None:
        self.total = 0
        self.counts: Counter[str] = Counter()
        self._seen: tuple[date, set[str]] = (date.min, set())

    def resources(self, day: date, kind: str, ids: list[str], *, owned: bool = False) -> None:
        """Charge for returned resources of a kind; the same ones cost nothing more on the same day."""
        if self._seen[0] != day:
            self._seen = (day, set())
        for name in ids:
            if f"{kind}:{name}" not in self._seen[1]:
                self._seen[1].add(f"{kind}:{name}")
                self.charge("owned" if owned else kind)

    def charge(self, kind: str) -> None:
        self.counts[kind] += 1
        self.total += PRICES[kind]
