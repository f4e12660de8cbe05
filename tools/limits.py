"""Writes docs/limits.md from the settings and the constants that hold, so that it cannot say anything else.

python -m tools.limits
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from threadleaf.config import EXPLAINED, Settings
from threadleaf.core import limits as core
from threadleaf.core import proofs
from threadleaf.service import passwords
from threadleaf.store import cases, held, moderation, operators, statements
from threadleaf.web import reports, security, site
from threadleaf.web.limits import STATED

FILE = Path(__file__).parent.parent / "docs" / "limits.md"
READING = ("max_posts", "max_requests", "max_seconds", "max_mebibytes", "unrolls_at_once", "unrolls_waiting")
_TIMES = {3_600: "hour", 86_400: "day"}


def text() -> str:
    """The whole document."""
    return "\n".join([*_asking(), "", *_reading(), "", *_forms(), "", *_time(), ""])


def _asking() -> Iterator[str]:
    usual = Settings()
    yield "# Limits"
    yield ""
    yield "This page is made from the settings (`python -m tools.limits`); the figures are the defaults."
    yield ""
    yield "## How often somebody may ask"
    yield ""
    yield "On a site for others. Who asks is a network: /24 of IPv4, /48 of IPv6. It is known by a keyed hash only, which is gone when the"
    yield "time is over. A limit begins with the first use and begins anew when its time is over; a restart resets nothing. Whoever has used"
    yield "it up gets 429 with the time at which it goes on, programs in `Retry-After` and `RateLimit`. A personal instance limits signing in only."
    yield ""
    yield "| what | each | all together | in | settings |"
    yield "|---|--:|--:|---|---|"
    for name, seconds, what in STATED.values():
        each, everybody = getattr(usual, name), getattr(usual, f"{name}_all")
        yield f"| {what} | {each:,} | {everybody:,} | an {_TIMES[seconds]} | `{name}`, `{name}_all` |".replace(
            "an day", "a day"
        )
    yield ""
    yield "Behind a proxy of your own, name it in `trusted_proxies`: else all who come through it share one limit."


def _reading() -> Iterator[str]:
    usual = Settings()
    yield "## How much is read"
    yield ""
    yield "| setting | default | what it is for |"
    yield "|---|--:|---|"
    for name in READING:
        yield f"| `{name}` | {getattr(usual, name):,} | {EXPLAINED[name].replace(chr(10), ' ')} |"
    yield ""
    yield f"A file that is read holds at most {core.MOST_POSTS:,} posts and {core.MOST_BYTES // 2**20:,} MiB, and its threads are at most"
    yield f"{core.MOST_LEVELS:,} replies deep."


def _forms() -> Iterator[str]:
    yield "## How large a form may be"
    yield ""
    yield "| what | most |"
    yield "|---|--:|"
    yield f"| an address, or any other line | {site.LONGEST:,} characters |"
    yield f"| a form | {security.BODY_LIMIT // 1024:,} KiB |"
    yield f"| a report | {security.LARGER[reports.PATH] // 1024:,} KiB |"
    yield f"| the words of a report | {reports.MOST_WORDS:,} characters |"
    yield f"| the operator's password | {passwords.LEAST:,} to {passwords.MOST:,} characters |"


def _time() -> Iterator[str]:
    yield "## How long something is kept"
    yield ""
    yield "| what | how long |"
    yield "|---|---|"
    yield "| who used a limit, as a keyed hash | until its hour or day is over |"
    yield f"| who sent a report, as a keyed hash; a sender that is blocked | {cases.ASKERS.days} days |"
    yield f"| the words of a report, how to reach the sender, which page it was | {moderation.CONTACTS.days} days after the decision |"
    yield f"| what was done in the operator's name, without content | {moderation.LOG.days} days |"
    hour, day = statements.IDLE.seconds // 3_600, proofs.LASTS.days
    yield f"| a code that proves an author's account, as a keyed hash | {day} day, once |"
    yield f"| an author's console, as a keyed hash | {hour} hour after its last use |"
    yield f"| a link that sets the operator's password | {operators.LINK.seconds // 60} minutes, once |"
    yield f"| what was asked for and waits for an author's word, with nothing about who asked | {held.WAITS.days} days |"
    yield f"| a session of the operator | {operators.LONGEST.days} days; {operators.IDLE.seconds // 3_600} hours without a sign of life |"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
