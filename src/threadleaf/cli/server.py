"""Run the site with uvicorn, which comes with the extra `serve`."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from threadleaf.config import Settings

if TYPE_CHECKING:
    from threadleaf.cli.checks import Check
    from threadleaf.jobs import Board, Jobs
    from threadleaf.jobs.digests import Digests
    from threadleaf.service import Renderer, Threadleaf
    from threadleaf.web.site import Bots

_NO_SERVER = "The site needs more than the base install: pip install 'threadleaf[serve]'."
_TRIED = 20


def bound(host: str, port: int, *, next_free: bool = False) -> socket.socket:
    """A listening socket; with `next_free`, on the first free port from `port` on. Raises ClickException."""
    why: str | None = "there is no such port"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, min(port + _TRIED, 65536) if next_free else port + 1):
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, candidate))
            listening.listen()
        except OSError as error:
            listening.close()
            why = error.strerror
        else:
            return listening
    raise click.ClickException(f"Cannot listen on {address(host, port)}: {why}.")


def listens(settings: Settings, listening: socket.socket) -> Settings:
    """The settings with the port that the site really has, which its pages name."""
    return msgspec.structs.replace(settings, port=listening.getsockname()[1])


def address(host: str, port: int) -> str:
    """Where a browser finds a server."""
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def renderer(settings: Settings) -> Renderer:
    """What makes the site's pages. Raises ClickException where the extra `serve` is not installed."""
    try:
        from threadleaf.web import threads
    except ModuleNotFoundError as error:
        raise click.ClickException(_NO_SERVER) from error
    return threads.renderer(settings)


def board() -> Board:
    """Where a service tells what it reads."""
    from threadleaf.jobs import Board

    return Board()


@contextmanager
def jobs(service: Threadleaf, settings: Settings, board: Board, *, gathers: bool = True) -> Iterator[Jobs]:
    """What reads threads in the background while the block runs, also those that an earlier program left.

    `board` is where the service tells its progress; `gathers`: it also fetches pictures, into the files of this machine.
    Raises ClickException where the extra `serve` is not installed.
    """
    try:
        from threadleaf.jobs import Jobs
        from threadleaf.jobs.durable import Durable
    except ModuleNotFoundError as error:
        raise click.ClickException(_NO_SERVER) from error
    durable = Durable(_beside(settings), settings.unrolls_at_once)
    made = Jobs(service, settings, board, durable, _digests(service, settings), gathers=gathers)
    with made.open():
        yield made


def _digests(service: Threadleaf, settings: Settings) -> Digests | None:
    """The daily messages; None where no e-mail is sent."""
    if not settings.smtp:
        return None
    from threadleaf.jobs.digests import Digests
    from threadleaf.jobs.mail import Mailer
    from threadleaf.web.languages import tongue

    return Digests(service, Mailer(settings, service.now), settings.public_origin, tongue)


def _beside(settings: Settings) -> Path | str:
    """Where it is kept what is being read: on the database's own server, or in a file in the data folder."""
    target = settings.database_target
    return target if "://" in target else Path(settings.data) / "jobs.sqlite3"


def site(
    service: Threadleaf,
    settings: Settings,
    jobs: Jobs | None = None,
    health: Callable[[], Sequence[Check]] = tuple,
    bots: Bots = tuple,
) -> Any:
    """The site as an ASGI application, over a service that was made with `renderer`.

    `jobs` read threads for it, in the background; without them that is left to this process and ends with it.
    `health` looks at this machine, `bots` tells how the site's bots are called.
    """
    from threadleaf.web.app import create_app

    return create_app(service, settings, jobs=jobs, health=health, bots=bots)


def run(app: Any, listening: socket.socket) -> None:
    """Serve until interrupted; then KeyboardInterrupt goes on."""
    made(app).run(sockets=[listening])


@contextmanager
def beside(app: Any, listening: socket.socket) -> Iterator[None]:
    """Serve in a thread while the block runs."""
    from threading import Thread

    running = made(app)
    thread = Thread(target=running.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield
    finally:
        running.should_exit = True
        thread.join()


def made(app: Any) -> Any:
    """A uvicorn server for an ASGI application, not started."""
    import uvicorn

    from threadleaf.web.atonce import protocol

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            app.state.jobs.board.stop()  # whoever watches is sent away, or the end would wait for them
            await super().shutdown(sockets)

    # No record of who reads what, and no belief in what a stranger says about where he comes from.
    return Server(
        uvicorn.Config(
            app,
            http=protocol(app.state.memory, app.state.headers),
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
        )
    )
