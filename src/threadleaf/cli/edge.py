"""The outside world of a command: environment, network, database, server. A test gives another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from threadleaf.cli import network
from threadleaf.config import Settings, config_file, load
from threadleaf.core.errors import StoreError
from threadleaf.core.ref import MIRRORS

if TYPE_CHECKING:
    from socket import socket

    from threadleaf.bot.talk import Talk
    from threadleaf.core.model import Conversation
    from threadleaf.fetch.door import Credential, Door
    from threadleaf.fetch.drive import Progress
    from threadleaf.fetch.hosts import Hosts
    from threadleaf.service import Renderer, Threadleaf
    from threadleaf.store.threads import Store
    from threadleaf.wire import Asking, Reply, Request, Steps


class Edge:
    """What commands are given as Click's `obj`.

    `environ` is the environment; `fetch`, if given, carries out a source's requests in place of the network, `ask`
    answers single ones and `look_up` finds addresses of names, and `serve` runs a site on a bound socket in place of
    uvicorn; `wait` stands in for waiting until somebody interrupts, and `clock` for the time (aware UTC).
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        fetch: Callable[[Steps], Conversation] | None = None,
        serve: Callable[[Any, socket], None] | None = None,
        ask: Callable[[Sequence[Request]], Sequence[Reply]] | None = None,
        look_up: Callable[[str], Sequence[str]] | None = None,
        wait: Callable[[], None] | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.environ = environ
        self.file = Path()
        self._fetch = fetch
        self._serve = serve
        self._ask = ask
        self._look_up = look_up
        self._wait = wait
        self._clock = clock or now
        self._hosts: Hosts | None = None
        self._doors: dict[bytes, Door] = {}

    def settings(self, config: str | None, data: str | None, **options: object) -> Settings:
        """The settings in force; a settings file that was named must exist, the usual one need not."""
        file = self.file = config_file(self.environ, config)
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
        """The service as the settings say, over the database; without `store` none is made where there is none.

        What is there is asked in any case: it knows whose wish it is not to be read. Where X is read there is one, since it
        holds the account of what that costs. `offline` leaves out the network; `renderer` is what a site needs.
        """
        from threadleaf.service import Limits, Threadleaf

        signs = bool(settings.public_origin) and not offline and network.can_sign()
        keeps = store or signs or _has_store(settings) or (bool(settings.x_token) and not offline)
        with self._store(settings) if keeps else nullcontext() as kept:
            key = self.signing_key(kept) if kept is not None and signs else b""
            yield Threadleaf(
                kept,
                None if offline else partial(self._conversation, settings, key, progress),
                self._clock,
                renderer,
                mirrors={**MIRRORS, **settings.mirrors},
                limits=Limits(posts=settings.max_posts),
                scope=network.scope(settings, signs=bool(key)),
                public_key=network.public_key(key),
                gallery=network.gallery(settings, kept, self._clock, offline=offline) if kept is not None else None,
                purse=network.purse(settings, kept, self._clock) if kept is not None else None,
                who_may_read_x=settings.who_may_read_x,
            )

    def signing_key(self, store: Store) -> bytes:
        """The key that signs this instance's requests; it is made when it is first asked for."""
        from threadleaf.fetch import signature

        return store.secret(signature.NAME, signature.new_key)

    def door(self, settings: Settings, key: bytes = b"") -> Door:
        """The way out as the settings allow it; `key` signs requests in the name of this instance."""
        return network.door(settings, key)

    def _store(self, settings: Settings) -> Store:
        from threadleaf.store import open_store

        try:
            return open_store(settings.database_target, settings.removals)
        except StoreError as error:
            if error.code != "no file":
                raise
            file = Path(settings.database_target)
            sentence = f"{file} cannot be opened or made. Check {file.parent}: that it is a folder, and that you may write there."
            raise StoreError(sentence, subject=str(file), code=error.code) from error

    def _conversation(
        self, settings: Settings, key: bytes, progress: Callable[[Progress], None] | None, steps: Steps
    ) -> Conversation:
        """What a source sees, within the limits of the settings."""
        if self._fetch is not None:
            return self._fetch(steps)
        return self._driven(settings, key, progress, steps)

    def ask(self, settings: Settings, requests: Sequence[Request]) -> Sequence[Reply]:
        """What servers say to some requests, which are sent side by side, through the door and within the limits."""
        return self._answers(settings, None, requests)

    def talk(self, settings: Settings, secrets: Mapping[str, Credential]) -> Talk:
        """How a bot asks its network; `secrets` are those of its account, by the names that its requests use."""
        from threadleaf.bot.talk import talking

        return talking(partial(self._answers, settings, network.door(settings, b"", secrets)))

    def _answers(self, settings: Settings, door: Door | None, requests: Sequence[Request]) -> Sequence[Reply]:
        if self._ask is not None:
            return self._ask(requests)
        from threadleaf.wire import carried_out

        def asking() -> Asking[Sequence[Reply]]:
            return list((yield tuple(requests)))

        return carried_out(lambda steps: self._driven(settings, b"", None, steps, door), asking())

    def look_up(self, host: str) -> Sequence[str]:
        """The addresses of a name, as the door finds them. Raises OSError if there are none within five seconds."""
        if self._look_up is not None:
            return self._look_up(host)
        import asyncio

        from threadleaf.fetch.resolve import SystemResolver

        async def found() -> Sequence[str]:
            async with asyncio.timeout(5):
                return await SystemResolver()(host, 443)

        return asyncio.run(found())

    def _driven(
        self,
        settings: Settings,
        key: bytes,
        progress: Callable[[Progress], None] | None,
        steps: Steps,
        door: Door | None = None,
    ) -> Conversation:
        import logging

        from threadleaf.fetch.drive import drive

        # Each retry would be a line on stderr; what comes of them is in the thread or in the error.
        logging.getLogger("stamina").addHandler(logging.NullHandler())
        self._hosts = self._hosts or network.hosts(settings)
        if door is None and key not in self._doors:  # once, for a door with an allow list says so in the log
            self._doors[key] = self.door(settings, key)
        return drive(
            steps,
            door=door or self._doors[key],
            clock=self._clock,
            limits=network.limits(settings),
            progress=progress,
            hosts=self._hosts,
        )

    def wait(self, ready: Callable[[], None]) -> None:
        """Call `ready`, then wait until interrupted: Ctrl-C is how a worker ends, so it is no failure."""
        with suppress(KeyboardInterrupt):
            ready()
            (self._wait or _for_ever)()

    def serve(self, app: Any, listening: socket, ready: Callable[[], None]) -> None:
        """Call `ready`, then run a site until it is interrupted. Ctrl-C is how a server ends, so it is no failure."""
        from threadleaf.cli.server import run

        with suppress(KeyboardInterrupt):
            ready()
            (self._serve or run)(app, listening)


def _has_store(settings: Settings) -> bool:
    """Whether there is a database already; a server is there."""
    target = settings.database_target
    return "://" in target or Path(target).exists()


def _for_ever() -> None:
    from threading import Event

    Event().wait()


def now() -> datetime:
    """The time, aware UTC; every part below takes it as an argument."""
    return datetime.now(UTC)  # noqa: TID251 -- the edge
