"""Run the site with uvicorn, which comes with the extra `serve`."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import click

from threadleaf.config import Settings

if TYPE_CHECKING:
    from threadleaf.service import Renderer, Threadleaf

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


def site(service: Threadleaf, settings: Settings) -> Any:
    """The site as an ASGI application, over a service that was made with `renderer`."""
    from threadleaf.web.app import create_app

    return create_app(service, settings)


def run(app: Any, listening: socket.socket) -> None:
    """Serve until interrupted; then KeyboardInterrupt goes on."""
    made(app).run(sockets=[listening])


def made(app: Any) -> Any:
    """A uvicorn server for an ASGI application, not started."""
    import uvicorn

    # No record of who reads what, and no belief in what a stranger says about where he comes from.
    return uvicorn.Server(
        uvicorn.Config(app, log_level="warning", access_log=False, proxy_headers=False, server_header=False)
    )
