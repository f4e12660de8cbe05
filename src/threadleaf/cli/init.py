"""`threadleaf init`: a settings file to begin with, and what a site for others needs besides."""

from __future__ import annotations

import getpass
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import click

from threadleaf.cli import hosting, terminal
from threadleaf.cli.edge import Edge
from threadleaf.config import Settings, checked, config_file, missing_for_the_public, template
from threadleaf.core.errors import Unreadable

HELP = """Write a settings file in which every setting is explained.

On a terminal it asks what has to be known: whether this is a site for others and, if so, at which address, who runs
it, what it promises, and what visitors may do. Elsewhere, or with --yes, the options say it. For a site for others it prints a systemd
unit and the lines of Caddy too.

Nobody else on this machine may read the file, for it may hold a token. A file that is there is never overwritten.
Without a settings file the defaults hold: a site for you alone.
"""
EXAMPLES = """Examples:

\b
  threadleaf init
  threadleaf init --yes --config threadleaf.toml
"""

TAKEDOWN = "Use the form, or write to us."
LEGAL_BASIS = (
    "Legitimate interest (Article 6(1)(f) of the GDPR) in reading and quoting what its authors published for everybody."
)
_PROXIES = ["127.0.0.1", "::1"]

QUESTIONS: Mapping[str, tuple[str, str]] = {
    "operator": ("Who runs this site? The name of a person or an organisation", ""),
    "contact": ("Where do people reach you? An e-mail address or a web page", ""),
    "imprint": ("Who answers for it, and where do letters reach them?", ""),
    "jurisdiction": ("The law of which country holds?", ""),
    "takedown": ("How does an author get a page taken down?", TAKEDOWN),
    "legal_basis": ("On what ground in law do you show what others posted?", LEGAL_BASIS),
    "takedown_hours": ("Within how many hours (at most 24) do you decide what authors report as their own?", "24"),
    "report_days": ("Within how many days (at most 30) do you decide every other report?", "30"),
    "backup_days": ("After how many days is a backup of yours overwritten or deleted? 0: you make none", "35"),
    "who_may_unroll": ("Who may have threads unrolled: operator (you) or anyone?", "operator"),
    "unrolls_per_hour": ("How many threads may each visitor have unrolled in an hour?", "30"),
    "max_posts": ("At how many posts does the reading of a thread stop?", str(Settings().max_posts)),
}
"""What is asked for a site for others, in this order, with the answer that Enter gives."""
MODES: Mapping[str, tuple[str, str]] = {
    "bsky": (
        "Threads of Bluesky: open, ask-first, own-only (a look at them that is not kept), opt-in or closed?",
        "open",
    ),
    "fedi": ("Threads of the fediverse: open, ask-first, own-only, opt-in or closed?", "own-only"),
    "x": ("Threads of X: open, ask-first, own-only, opt-in or closed?", "open"),
}
_NUMBERS = ("takedown_hours", "report_days", "backup_days", "unrolls_per_hour", "max_posts")
_PROMISED = "What you answer next stands on the site's pages about privacy and takedown: a promise to everybody."
_ORIGIN = "At which address do others reach this site, such as https://threads.example.org? Empty: it is for you alone"


@click.command("init", help=HELP, epilog=EXAMPLES, short_help="Write a settings file to begin with.")
@click.option("--config", metavar="FILE", help="The settings file. [THREADLEAF_CONFIG]")
@click.option("--origin", "public_origin", metavar="ADDRESS", help="The address of a site for others.")
@click.option("--operator", metavar="NAME", help="Who runs it.")
@click.option("--contact", metavar="WHERE", help="An e-mail address or a web page.")
@click.option("--imprint", metavar="TEXT", help="Who answers for it, and where letters reach them.")
@click.option("--jurisdiction", metavar="COUNTRY", help="Whose law holds.")
@click.option("--takedown", metavar="TEXT", help="How an author gets a page taken down.")
@click.option("--legal-basis", metavar="TEXT", help="On what ground in law others' posts are shown.")
@click.option("--takedown-hours", metavar="N", help="Hours in which you decide what authors report as their own.")
@click.option("--report-days", metavar="N", help="Days in which you decide every other report.")
@click.option("--backup-days", metavar="N", help="Days after which your backups are gone; 0: you make none.")
@click.option("--who-may-unroll", metavar="WHO", help="operator or anyone.")
@click.option("--unrolls-per-hour", metavar="N", help="Threads that each visitor may have unrolled in an hour.")
@click.option("--max-posts", metavar="N", help="At so many posts the reading of a thread stops.")
@click.option("--mode", "modes", multiple=True, metavar="NETWORK=MODE", help="For instance fedi=open; may be repeated.")
@click.option("-y", "--yes", is_flag=True, help="Ask nothing: what is not said stays at its default.")
@click.pass_obj
def command(edge: Edge, /, config: str | None, modes: Sequence[str], yes: bool, **said: str | None) -> None:
    file = config_file(edge.environ, config)
    given = {name: value for name, value in said.items() if value is not None}
    given_modes = dict(map(_mode, modes))
    if sys.stdin.isatty() and not yes:
        values = _asked(given, given_modes)
    else:
        values = _whole(given, given_modes)
    settings = checked(values, "what you said")
    _write(file, template(values))
    terminal.put(f"{file}\n".encode())
    if not settings.personal:
        _tell_how_to_host(edge, file)


def _mode(text: str) -> tuple[str, str]:
    network, mark, mode = text.partition("=")
    if not mark:
        raise click.UsageError(f"--mode wants NETWORK=MODE, such as fedi=open, not “{text}”.")
    return network.strip(), mode.strip()


def _whole(given: Mapping[str, str], modes: Mapping[str, str]) -> dict[str, object]:
    """What the options say, if it is enough: nothing for a site for oneself, all that visitors must know otherwise."""
    if not given and not modes:
        return {}
    found: dict[str, object] = (
        {"legal_basis": LEGAL_BASIS, "takedown": TAKEDOWN, **given} if given.get("public_origin") else dict(given)
    )
    values = _with_modes(found, modes)
    missing = missing_for_the_public(checked(values, "the options"))
    if given.get("public_origin") and missing:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in missing)
        raise click.UsageError(f"A site for others has to tell them whom to turn to: give {options} too.")
    return values


def _asked(given: Mapping[str, str], modes: Mapping[str, str]) -> dict[str, object]:
    """What the options do not say is asked, and asked again until the answer can be used."""
    values: dict[str, object] = dict(given)
    if "public_origin" not in given:
        origin = _answer(_ORIGIN, "", lambda text: checked({"public_origin": text}, "your answer"))
        if not origin:
            return values
        values["public_origin"] = origin
    if not QUESTIONS.keys() <= given.keys():
        terminal.tell(_PROMISED)
    for name, (question, usual) in QUESTIONS.items():
        if name not in given:
            values[name] = _answer(question, usual, partial(_usable, name), needed=True)
    found = dict(modes)
    for network, (question, usual) in MODES.items():
        if network not in modes:
            found[network] = _answer(question, usual, partial(_usable_mode, network))
    return _with_modes(values, found)


def _usable(name: str, text: str) -> object:
    return checked({name: text}, "your answer")


def _usable_mode(network: str, text: str) -> object:
    return checked({"modes": {network: text}}, "your answer")


def _with_modes(values: dict[str, object], modes: Mapping[str, str]) -> dict[str, object]:
    """The settings as they are written: numbers as numbers, tables last, and our own proxy believed."""
    for name in _NUMBERS:
        text = str(values.get(name, ""))
        if text.isascii() and text.isdecimal():
            values[name] = int(text)
    if values.get("public_origin"):
        values["trusted_proxies"] = _PROXIES
    if modes:
        values["modes"] = dict(modes)
    return values


def _answer(question: str, usual: str, use: Callable[[str], object], *, needed: bool = False) -> str:
    """An answer that can be used; Enter gives the usual one. Raises Abort at the end of the input."""
    while True:
        terminal.tell(f"{question}{f' [{usual}]' if usual else ''}:")
        line = sys.stdin.readline()
        if not line:
            raise click.Abort
        answer = line.strip() or usual
        if needed and not answer:
            terminal.tell("This has to be known.")
            continue
        try:
            use(answer)
        except Unreadable as error:
            terminal.tell(error.sentence)
            continue
        return answer


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(file, "x", encoding="utf-8", opener=partial(os.open, mode=0o600)) as stream:
            stream.write(text)
    except OSError as error:
        why = "is there already; it was left as it is" if file.exists() else f"cannot be written: {error.strerror}"
        raise click.ClickException(f"{file} {why}.") from error


def _tell_how_to_host(edge: Edge, file: Path) -> None:
    """Print what the machine needs besides; the data folder is made, for the unit may write nowhere else."""
    settings = edge.settings(str(file), None)
    Path(settings.data).mkdir(mode=0o700, parents=True, exist_ok=True)
    program = str(Path(shutil.which("threadleaf") or sys.argv[0]).absolute())
    user = getpass.getuser()
    unit = hosting.unit(settings, user=user, program=program, file=str(file.absolute()))
    parts = (
        "# /etc/systemd/system/threadleaf.service\n" + unit,
        "# /etc/caddy/Caddyfile\n" + hosting.caddy(settings),
        (
            "# Then: systemctl enable --now threadleaf && systemctl reload caddy\n"
            f"# and: THREADLEAF_DATA={settings.data} {program} admin link --config {file.absolute()}\n"
        ),
        (
            "# A bot that answers whoever mentions it: give it an account with `bluesky_handle`, `fedi_bot` or `x_bot_token`\n"
            f"# and what belongs to it in {file.absolute()}, then: {program} bot check --config {file.absolute()}\n"
        ),
        (
            "# To read X, which takes money for it: `x_token`, `x_budget_day`, `x_budget_month` and `who_may_read_x`,\n"
            f"# then: {program} doctor --config {file.absolute()}\n"
        ),
    )
    terminal.put(("\n" + "\n".join(parts)).encode())
    if user == "root":
        terminal.tell(hosting.not_as_root(settings, str(file.absolute())))
