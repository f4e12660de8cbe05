"""What is sent by e-mail: plain text, with every address in full."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from threadleaf.render._safe import line
from threadleaf.render.tongue import ENGLISH, Tongue


class Section(Struct, frozen=True, kw_only=True):
    """What is new in one topic: of which `kind` and `name` it is, lines about threads with their addresses, and the
    address at which it ends."""

    kind: str
    name: str
    threads: tuple[tuple[str, str], ...]
    end: str
    posts: int = 0


def topic(kind: str, name: str, say: Tongue = ENGLISH) -> str:
    """What is followed, in words."""
    name = line(name)
    if kind == "thread":
        return say("new posts in “{title}”", title=name)
    if kind == "author":
        return say("new threads by {author}", author=name)
    if kind == "search":
        return say("new threads that are found by “{query}”", query=name)
    return say("new threads")


def question(what: str, host: str, address: str, say: Tongue = ENGLISH) -> tuple[str, str]:
    """Subject and text of the message that asks whether somebody wants to follow something.

    `address` is where they say yes. The address of whoever asked is nobody's business and not in it.
    """
    lines = [
        say("Somebody gave this address on {host} to be told once a day about {what}.", host=host, what=what),
        say("If that was you, say so here, within two days:"),
        address,
        say("If it was not you, do nothing: nothing more is sent, and the address is forgotten."),
    ]
    return say("Do you want to follow this on {host}?", host=host), "\n\n".join(lines) + "\n"


def digest(sections: Sequence[Section], host: str, end: str, say: Tongue = ENGLISH) -> tuple[str, str]:
    """Subject and text of what is new; `end` is where all of it ends."""
    parts = [_section(section, say) for section in sections]
    parts.append(f"-- \n{say('You asked for this on {host}. To end all of it:', host=host)}\n{end}")
    subject = topic(sections[0].kind, sections[0].name, say)
    if len(sections) > 1:
        subject = say("What is new on {host}", host=host)
    return subject[:1].upper() + subject[1:], "\n\n\n".join(parts) + "\n"


def _section(section: Section, say: Tongue) -> str:
    name = topic(section.kind, section.name, say)
    rows = [f"{name[:1].upper()}{name[1:]}"]
    if section.posts:
        rows.append(say.plural(section.posts, "{n} new post", "{n} new posts"))
    rows += [f"{line(told)}\n{address}" for told, address in section.threads]
    rows.append(f"{say('No more of this:')} {section.end}")
    return "\n\n".join(rows)
