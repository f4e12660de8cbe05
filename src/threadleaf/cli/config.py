"""`threadleaf config`: the settings in force, whether they are in order, and where they come from."""

from __future__ import annotations

import click
import msgspec

from threadleaf.cli import options, terminal
from threadleaf.cli.edge import Edge
from threadleaf.config import Settings, config_file, is_loopback, missing_for_the_public, toml, without_secrets

EXAMPLES = """Examples:

\b
  threadleaf config show
  threadleaf config check --config threadleaf.toml
  threadleaf config path
"""


@click.group("config", epilog=EXAMPLES, short_help="Show or check the settings.")
def command() -> None:
    """Show the settings, check them, or say where they are read from."""


@command.command("show", epilog="Example:\n\n\b\n  threadleaf config show\n")
@click.pass_obj
@options.settings()
def show(_edge: Edge, settings: Settings) -> None:
    """Print the settings in force, as a settings file would say them; passwords and tokens are left out."""
    lines = [f"{name} = {toml(value)}\n" for name, value in msgspec.structs.asdict(without_secrets(settings)).items()]
    terminal.put("".join(lines).encode())


@command.command("check", epilog="Example:\n\n\b\n  threadleaf config check\n")
@click.pass_obj
@options.settings()
def check(_edge: Edge, settings: Settings) -> None:
    """Read the settings and say whether a site could be served with them."""
    refuse_public(settings)
    what = "for you alone" if settings.personal else f"for {settings.public_origin}"
    terminal.put(f"The settings are in order: a site {what}.\n".encode())


@command.command("path", epilog="Example:\n\n\b\n  threadleaf config path\n")
@click.option("--config", metavar="FILE", help="The settings file. [THREADLEAF_CONFIG]")
@click.pass_obj
def path(edge: Edge, config: str | None) -> None:
    """Print where the settings file is, whether or not it exists."""
    terminal.put(f"{config_file(edge.environ, config)}\n".encode())


def refuse_public(settings: Settings) -> None:
    """Refuse to let others reach a site that does not tell them whom to turn to (UsageError)."""
    missing = missing_for_the_public(settings)
    if missing and not (settings.personal and is_loopback(settings.host)):
        names = ", ".join(f"`{name}`" for name in missing)
        where = f"a site on {settings.host}" if settings.personal else settings.public_origin
        otherwise = ", or listen on 127.0.0.1" if settings.personal else ""
        raise click.UsageError(
            f"Others could reach {where}, so they must be told whom to turn to: set {names} first "
            f"(`threadleaf init` writes a settings file that explains them){otherwise}."
        )
