"""`threadleaf demo`: the sample threads, unrolled, printed and served, without any network."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

import threadleaf
from threadleaf.cli import options, server, terminal
from threadleaf.cli.edge import Edge
from threadleaf.cli.formats import rendered
from threadleaf.cli.progress import Spoken
from threadleaf.config import Settings

if TYPE_CHECKING:
    from threadleaf.service import Threadleaf, Unrolled

HELP = """Unroll the sample threads, print one, and serve them all as a site until Ctrl-C.

No network is used. What is unrolled is kept in a folder that is deleted at the end, or in --data DIR.

With --bot a conversation is played instead, on a network that is only in this program: somebody calls the bot below a
thread, it answers with the page, and the author has it forgotten. What is left of it is served until Ctrl-C, too.
"""
EXAMPLES = """Examples:

\b
  threadleaf demo
  threadleaf demo --check
  threadleaf demo --bot
"""
_PRINTED = "tide-mill"


@click.command("demo", help=HELP, epilog=EXAMPLES, short_help="Unroll and serve the sample threads.")
@click.option("--bot", is_flag=True, help="Play how the bot is called, answers and forgets.")
@click.option("--check", is_flag=True, help="Fetch the site's own pages once and end.")
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", help="The first port to try. [8410]")
@click.option("--data", metavar="DIR", help="Keep the samples in DIR.")
@click.option(
    "--examples",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folders of saved threads, one thread each. [examples/ of the source tree]",
)
@click.pass_obj
@options.loudness
def command(
    edge: Edge, bot: bool, check: bool, port: int | None, data: str | None, examples: Path | None, spoken: Spoken
) -> None:
    with _ended_as_by_ctrl_c():
        if bot:
            _bot(edge, check, port, data or examples, spoken)
        else:
            _samples(edge, check, port, data, examples, spoken)


@contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """Within it, whatever ends the program (SIGTERM) does so as Ctrl-C does: its folder is deleted."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _bot(edge: Edge, check: bool, port: int | None, other: object, spoken: Spoken) -> None:
    if other:
        raise click.UsageError(
            "--bot plays with a thread of its own and keeps nothing: leave out --data and --examples."
        )
    from threadleaf.cli import story

    if check:
        story.play(edge, port, wait=lambda: None, ready=None)
        spoken.tell("The conversation was played, and its page was fetched before and after.")
    else:
        story.play(edge, port, story.pause, lambda origin: spoken.tell(f"\nThe site is on {origin}/ until Ctrl-C."))


def _samples(
    edge: Edge, check: bool, port: int | None, data: str | None, examples: Path | None, spoken: Spoken
) -> None:
    with _settings(data) as settings, _service(edge, settings) as service:
        unrolled = {folder.name: _unrolled(service, folder) for folder in _folders(examples)}
        printed = unrolled.get(_PRINTED, next(iter(unrolled.values())))
        terminal.show(rendered(printed.thread, "txt").decode())
        paths = sorted({page.path for page in unrolled.values()})
        with server.bound(settings.host, settings.port if port is None else port, next_free=True) as listening:
            settings = server.listens(settings, listening)
            address = server.address(settings.host, settings.port)
            site = server.site(service, settings)
            if check:
                _check(site, listening, paths)
                spoken.tell(f"{len(paths)} sample threads were served on {address} and fetched.")
            else:
                said = f"\n{len(paths)} sample threads on {address} until Ctrl-C."
                edge.serve(site, listening, lambda: spoken.tell(said))


def _service(edge: Edge, settings: Settings) -> AbstractContextManager[Threadleaf]:
    return edge.service(settings, offline=True, renderer=server.renderer(settings))


@contextmanager
def _settings(data: str | None) -> Iterator[Settings]:
    """Settings of nobody: the samples do not mix with what their reader keeps."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="threadleaf-demo-") as folder:
        yield replace(Settings(), data=str(Path(data or folder).absolute()))


def _folders(examples: Path | None) -> list[Path]:
    """The folders of sample threads, by name."""
    place = examples or Path(threadleaf.__file__).parents[2] / "examples"
    found = sorted(path for path in place.iterdir() if path.is_dir()) if place.is_dir() else []
    if not found:
        raise click.ClickException(
            f"There are no sample threads in {place}; they are in the source tree of Threadleaf."
        )
    return found


def _unrolled(service: Threadleaf, folder: Path) -> Unrolled:
    documents = [threadleaf.read_file(file) for file in sorted(folder.iterdir()) if file.is_file()]
    return service.unroll_documents(documents, save="listed")


def _check(site: Any, listening: Any, paths: list[str]) -> None:
    """Serve in a thread, fetch the front page and every thread, and stop. Raises ClickException if one is not there."""
    from http.client import HTTPConnection

    with server.beside(site, listening):
        host, port = listening.getsockname()[:2]
        for path in ["/", *paths]:
            connection = HTTPConnection(host, port, timeout=30)
            connection.request("GET", path)
            status = connection.getresponse().status
            connection.close()
            if status != 200:
                raise click.ClickException(f"The page {path} answers {status}.")
