"""`threadleaf bot`: the bot that answers whoever mentions it, its account, and what it would say."""

from __future__ import annotations

import click

from threadleaf.cli import bots, options, server, terminal
from threadleaf.cli import exit as codes
from threadleaf.cli.edge import Edge
from threadleaf.cli.progress import Spoken
from threadleaf.config import Settings
from threadleaf.core.errors import ThreadleafError
from threadleaf.core.model import Network

EXAMPLES = """Examples:

\b
  threadleaf bot check
  threadleaf bot try https://bsky.app/profile/alice.example.com/post/3kbi55xm6u62v
"""

_NONE = (
    "There is no bot: give it an account first (`bluesky_handle` and `bluesky_password`, `fedi_bot` and `fedi_bot_token`, or "
    "`x_bot_token`). `threadleaf config path` says where the settings are."
)


@click.group("bot", epilog=EXAMPLES, short_help="Answer whoever mentions the bot.")
def command() -> None:
    """The bot answers who mentions it below a thread with the word “unroll”. `threadleaf serve` runs it too."""


@command.command("run", epilog="Example:\n\n\b\n  threadleaf bot run\n")
@click.pass_obj
@options.settings()
@options.loudness
def run(edge: Edge, settings: Settings, spoken: Spoken) -> None:
    """Be the bot until Ctrl-C. It unrolls what it is asked for itself.

    Of several processes on one database one is the bot; another takes over when that ends.
    """
    _needed(settings)
    wrong = _wrong(edge, settings)
    if wrong:
        raise click.ClickException(" ".join(wrong))
    renderer = server.renderer(settings)
    board = server.board()
    with (
        edge.service(settings, board.hear, renderer=renderer) as service,
        server.jobs(service, settings, board) as jobs,
        bots.run(edge, settings, service, jobs, checked=True),
    ):
        edge.wait(lambda: spoken.tell("The bot listens until Ctrl-C."))


@command.command("check", epilog="Example:\n\n\b\n  threadleaf bot check\n")
@click.pass_obj
@options.settings()
def check(edge: Edge, settings: Settings) -> int:
    """Sign in, and say what is wrong with the bot's account, and what waits for you; it answers nobody.

    Ends with 1 if the bot cannot run like this.
    """
    _needed(settings)
    wrong = _wrong(edge, settings)
    for sentence in wrong:
        terminal.put(f"✗ {sentence}\n".encode())
    if settings.who_may_unroll != "anyone":
        sentence = "`who_may_unroll` is operator, so it answers only about threads that are here already."
        terminal.put(f"! {sentence}\n".encode())
    with edge.service(settings, offline=True) as service:
        for held in service.outbox.held():
            terminal.put(f"! {_held(held.letter.network, held.letter.deed, held.says)}\n".encode())
    if not wrong:
        terminal.put("✓ The bot can run.\n".encode())
    return codes.FAILED if wrong else codes.DONE


@command.command(
    "try", epilog="Example:\n\n\b\n  threadleaf bot try https://bsky.app/profile/a.example/post/3kbi55xm6u62v\n"
)
@click.argument("ref", metavar="REF")
@click.option("--lang", default="en", metavar="TAG", help="The language of whoever asks. [en]")
@click.pass_obj
@options.settings()
def try_(edge: Edge, settings: Settings, ref: str, lang: str) -> int:
    """Print what the bot would answer to somebody who asks for the thread of REF. Nothing is kept, and nobody is told."""
    from threadleaf.bot import words

    say = bots.tongue(lang)
    origin = settings.public_origin or server.address(settings.host, settings.port).rstrip("/")
    with edge.service(settings, store=False) as service:
        try:
            found = service.unroll(ref, asker="operator")
        except ThreadleafError as error:
            terminal.put(f"To the asker alone, or not at all:\n{words.refusal(say, error)}\n".encode())
            return codes.of_error(error)
    complete = found.thread.completeness.state != "incomplete"
    terminal.put(f"{words.answer(say, origin + found.path, complete=complete)}\n".encode())
    return codes.DONE


def _needed(settings: Settings) -> None:
    if not bots.has(settings):
        raise click.ClickException(_NONE)


def _wrong(edge: Edge, settings: Settings) -> list[str]:
    """What is wrong with the accounts, in sentences."""
    return [sentence for _, wrong in bots.accounts(edge, settings) for sentence in wrong]


def _held(network: Network, deed: str, says: str) -> str:
    """What waits for the operator, in a sentence."""
    from threadleaf.render.words import ON_NETWORK

    what = {"answer": "an answer", "note": "a note", "like": "a like", "delete": "a deletion"}[deed]
    told = f"Nobody knows whether {what} {ON_NETWORK[network]} was done, so it is not tried again."
    return f"{told} {says}".strip()
