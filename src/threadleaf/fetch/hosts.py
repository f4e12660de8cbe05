"""How other people's servers are treated, by all unrolls of a process together: at a decent pace, and left alone when
they ask for it.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from threadleaf.wire import Refused

UNSAID = timedelta(seconds=60)
"""How long a server is left alone that asks for it and names no time."""


class _Host:
    """One server: until when its turns are taken, and until when it rests; both by the clock of `Hosts`."""

    def __init__(self) -> None:
        self.free_at = self.rests_until = 0.0
        self.refused: Refused | None = None


class Hosts:
    """What is remembered of servers. May be used from many threads at once.

    `burst` requests may go to a server in one go, further ones at `per_second`; `swift` are servers that take more
    than the others, and at what pace. The defaults are half of what is known to be allowed: a Mastodon server takes
    300 requests of one visitor in five minutes, a server of Bluesky 3,000. `now` reads a clock in seconds that never
    goes back; of about `most` servers something is remembered.
    """

    def __init__(
        self,
        *,
        burst: int = 100,
        per_second: float = 1 / 6,
        swift: Mapping[str, float] = MappingProxyType({}),
        now: Callable[[], float] = time.monotonic,
        most: int = 10_000,
    ) -> None:
        self._burst, self._per_second, self._swift = burst, per_second, swift
        self._now, self._most = now, most
        self._known: OrderedDict[str, _Host] = OrderedDict()
        self._lock = threading.Lock()

    def turn(self, host: str, patience: float) -> float | None:
        """Take the next turn with a server: the seconds to wait for it. None, and no turn, if that is too long."""
        with self._lock:
            known, now, pace = self._host(host), self._now(), self._swift.get(host, self._per_second)
            wait = max(0.0, known.free_at - (self._burst - 1) / pace - now)
            if wait > patience:
                return None
            known.free_at = max(known.free_at, now) + 1 / pace
            return wait

    def rest(self, host: str, refused: Refused, at: datetime) -> None:
        """A server asked, at a time, to be left alone. A rest is never cut short by a later request for a shorter one."""
        with self._lock:
            known = self._host(host)
            end = self._now() + ((refused.until or at + UNSAID) - at).total_seconds()
            if end >= known.rests_until:
                known.refused, known.rests_until = refused, end

    def resting(self, host: str) -> Refused | None:
        """The refusal of a server that wants to be left alone now; None if it may be asked."""
        with self._lock:
            known = self._known.get(host)
            return known.refused if known is not None and known.rests_until > self._now() else None

    def _host(self, host: str) -> _Host:
        known = self._known.setdefault(host, _Host())
        self._known.move_to_end(host)
        if len(self._known) > self._most:
            self._forget()
        return known

    def _forget(self) -> None:
        """Forget the server that was asked longest ago, unless it rests: then it is looked at again later."""
        name, known = self._known.popitem(last=False)
        if known.rests_until > self._now():
            self._known[name] = known
