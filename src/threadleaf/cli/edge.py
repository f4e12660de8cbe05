"""The outside world of a command: environment, network, database, server. A test gives another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from threadleaf.config import Settings, config_file, load
from threadleaf.core.ref import MIRRORS

if TYPE_CHECKING:
    from socket import socket

    from threadleaf.core.model import Conversation
    from threadleaf.fetch.drive import Progress
    from threadleaf.service import Renderer, Threadleaf
    from threadleaf.store.threads import Store
    from threadleaf.wire import Steps


class Edge:
    """What commands are given as Click's `obj`.

    `environ` is the environment; `fetch`, if given, carries out a source's requests in place of the network, and
    `serve` runs a site on a bound socket in place of uvicorn.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        fetch: Callable[[Steps], Conversation] | None = None,
        serve: Callable[[Any, socket], None] | None = None,
    ) -> None:
        self.environ = environ
        self._fetch = fetch
        self._serve = serve

    def settings(self, config: str | None, data: str | None, **options: object) -> Settings:
        """The settings in force; a settings file that was named must exist, the usual one need not."""
        file = config_file(self.environ, config)
        named = config or self.environ.get("THREADLEAF_CONFIG")
        return load(self.environ, file if named or file.exists() else None, data=data, **options)

    @contextmanager
    def service(
        self,
        settings: Settings,
        progress: Callable[[Progress], None] | None = None,
        *,
        store: bool = True,
        offline: bool = False,
        renderer: Renderer | None = None,
    ) -> Iterator[Threadleaf]:
        """The service as the settings say, over the database (made if there is none) unless `store` is False.

        `offline` leaves out the network; `renderer` is what a site needs.
        """
        from threadleaf.service import Limits, Threadleaf

        fetch = None if offline else partial(self._conversation, settings, progress)
        limits = Limits(posts=settings.max_posts)
        with self._store(settings) if store else nullcontext() as kept:
            yield Threadleaf(kept, fetch, now, renderer, mirrors={**MIRRORS, **settings.mirrors}, limits=limits)

    def _store(self, settings: Settings) -> Store:
        from threadleaf.store import open_store

        return open_store(settings.database_target)

    def _conversation(
        self, settings: Settings, progress: Callable[[Progress], None] | None, steps: Steps
    ) -> Conversation:
        """What a source sees, within the limits of the settings."""
        if self._fetch is not None:
            return self._fetch(steps)
        import logging

        from threadleaf.fetch.door import Door
        from threadleaf.fetch.drive import Limits, drive

        # Each retry would be a line on stderr; what comes of them is in the thread or in the error.
        logging.getLogger("stamina").addHandler(logging.NullHandler())
        door, limits = Door(contact=settings.contact), Limits(requests=settings.max_requests)
        return drive(steps, door=door, clock=now, limits=limits, progress=progress)

    def serve(self, app: Any, listening: socket, ready: Callable[[], None]) -> None:
        """Call `ready`, then run a site until it is interrupted. Ctrl-C is how a server ends, so it is no failure."""
        from threadleaf.cli.server import run

        with suppress(KeyboardInterrupt):
            ready()
            (self._serve or run)(app, listening)


def now() -> datetime:
    """The time, aware UTC; every part below takes it as an argument."""
    return datetime.now(UTC)  # noqa: TID251 -- the edge
