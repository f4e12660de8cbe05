"""`threadleaf wishes`: why a thread is shown as it is, and our own opt-out list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import click
import msgspec

from threadleaf.cli import options, terminal
from threadleaf.cli.edge import Edge
from threadleaf.config import Settings
from threadleaf.core.errors import UnknownAddress
from threadleaf.core.model import Network, Post
from threadleaf.core.ref import is_did
from threadleaf.core.wishes import Decision, OptOut, day, told
from threadleaf.core.withhold import Explained, Person, Role
from threadleaf.store.records import Saved

HELP = """Explain what everybody in a thread asks for, where it says so, and what follows from it.

The thread is read from its network by the address of any of its posts. An AUTHOR is the stable id of an account: a
DID, or the id of an account of the fediverse (https://SERVER/users/NAME); of it only our own opt-out list is told.
"""
EXAMPLES = """Examples:

\b
  threadleaf wishes https://bsky.app/profile/alice.example.com/post/3kbi55xm6u62v
  threadleaf wishes https://bsky.app/profile/alice.example.com/post/3kbi55xm6u62v --opt-out
  threadleaf wishes did:plc:aliceaaaaaaaaaaaaaaaaaaa --allow --json
"""

Account = tuple[Network, str]

_PLC = re.compile(r"did:plc:[a-z2-7]{24}")  # the specification of did:plc
_PROFILE = re.compile(r"(?:https://bsky\.app/profile/|at://)?(did:.+?)/?")
_ACTOR = re.compile(r"https://[a-z0-9.:-]+/(?:ap/)?(?:users|actor|actors|u|accounts)(?:/[^/?#\s]+)?")
_NAME = re.compile(r"@?[^/\s]+|https://(?:[^/\s]+/@|bsky\.app/profile/)[^/\s]+/?")
_ROLES: Mapping[Role, str] = {
    "author": "author of the thread",
    "context": "answering or answered",
    "quoted": "quoted",
    "other reading": "author of another reading",
}
_QUIET = "stays out of lists and search engines"


@click.command("wishes", help=HELP, epilog=EXAMPLES, short_help="Explain what authors ask for.")
@click.argument("subject", metavar="REF|AUTHOR")
@click.option("--opt-out", is_flag=True, help="Put the author on our opt-out list, and delete what is kept of theirs.")
@click.option("--allow", is_flag=True, help="Take the author off our opt-out list.")
@click.option("--offline", is_flag=True, help="Never use the network: look at what is kept.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with all that is known.")
@click.pass_obj
@options.settings()
def command(
    edge: Edge, settings: Settings, subject: str, opt_out: bool, allow: bool, offline: bool, as_json: bool
) -> None:
    if opt_out and allow:
        raise click.UsageError("--opt-out and --allow contradict each other. Give one of them.")
    account = _account(subject)
    with edge.service(settings, offline=offline or account is not None) as service:
        if account is None:
            explained = service.wishes(subject, asker="operator")
            if not (opt_out or allow):
                _put(as_json, _facts(explained), _lines(explained))
                return
            account = _author(explained)
        deleted = service.opt_out(*account, "operator") if opt_out else ()
        if allow:
            service.allow(*account)
        listed = service.opted_out(*account)
    _put(as_json, _entry(account, listed, deleted), _listed(account, listed, deleted))


def _account(text: str) -> Account | None:
    """The account that a text names by its stable id; None if it may be the address of a post."""
    did = _PROFILE.fullmatch(text)
    if did and is_did(did[1]):
        if did[1].startswith("did:plc:") and not _PLC.fullmatch(did[1]):
            sentence = "is no account's id: 24 letters a to z and digits 2 to 7 must follow did:plc:."
            raise UnknownAddress(f"“{terminal.line(text)}” {sentence}", subject=text)
        return "bsky", did[1]
    if _ACTOR.fullmatch(text):
        return "fedi", text
    if _NAME.fullmatch(text):
        sentence = "is a name, and names change hands. Give the address of one of the author's posts, or the stable id."
        raise UnknownAddress(f"“{terminal.line(text)}” {sentence}", subject=text)
    return None


def _author(explained: Explained) -> Account:
    if not explained.people:
        raise click.ClickException(f"{explained.refusal} Whose thread it is was not told; give the author's stable id.")
    author = explained.people[0].author
    return author.network, author.id


def _put(as_json: bool, facts: Mapping[str, object], lines: Sequence[str]) -> None:
    if as_json:
        terminal.put(msgspec.json.format(msgspec.json.encode(facts), indent=2) + b"\n")
    else:
        terminal.show("".join(f"{line}\n" for line in lines))


# --- a thread ---------------------------------------------------------------------------------------------------


def _lines(explained: Explained) -> list[str]:
    """The decision, then everybody about whom something is said (the author in any case), then single posts."""
    people = [person for person in explained.people if person.decision.signs or "author" in person.roles]
    lines = [_page(explained)]
    for person in people:
        lines += _block(f"{_name(person)} ({', '.join(_ROLES[role] for role in person.roles)})", person.decision)
    for post, decision in explained.posts:
        lines += _block(f"The post {_address(post)}", decision)
    silent = len(explained.people) - len(people)
    if silent:
        lines.append(f"Nothing speaks against showing {'one other person' if silent == 1 else f'{silent} others'}.")
    return lines


def _page(explained: Explained) -> str:
    if explained.refusal:
        return f"This thread is not shown. {explained.refusal}"
    if explained.reach == "unlisted":
        return f"This thread is shown to whoever has its address, and {_QUIET}."
    return "This thread may be shown to everybody, in lists too."


def _block(head: str, decision: Decision) -> Iterator[str]:
    yield f"{terminal.line(head)}: {_follows(decision)}."
    for sign in decision.signs:
        yield f"  {terminal.line(told(sign))}"


def _follows(decision: Decision) -> str:
    if not decision.show:
        return "not shown"
    return "shown" if decision.reach == "listed" else f"shown, but {_QUIET}"


def _name(person: Person) -> str:
    author = person.author
    return f"@{author.handle}" if author.handle else author.name or author.id


def _address(post: Post) -> str:
    return post.url or post.id


def _facts(explained: Explained) -> dict[str, object]:
    return {
        "refusal": explained.refusal,
        "reach": explained.reach,
        "people": [_person(person) for person in explained.people],
        "posts": [{"id": post.id, "url": post.url, **_decision(decision)} for post, decision in explained.posts],
    }


def _person(person: Person) -> dict[str, object]:
    author = person.author
    known = {"network": author.network, "id": author.id, "handle": author.handle, "name": author.name}
    return {**known, "roles": person.roles, **_decision(person.decision)}


def _decision(decision: Decision) -> dict[str, object]:
    return {**msgspec.structs.asdict(decision), "indexable": decision.indexable}


# --- our list ---------------------------------------------------------------------------------------------------


def _listed(account: Account, listed: OptOut | None, deleted: Sequence[Saved]) -> list[str]:
    lines = [f"Deleted: {page.path}" for page in deleted]
    if listed is None:
        return [f"{terminal.line(account[1])} is not on our opt-out list."]
    word = "at the author's word" if listed.by == "author" else "by the operator of this instance"
    return [f"{terminal.line(account[1])} is on our opt-out list since {day(listed.since)}, {word}.", *lines]


def _entry(account: Account, listed: OptOut | None, deleted: Sequence[Saved]) -> dict[str, object]:
    network, name = account
    return {"network": network, "id": name, "opted_out": listed, "deleted": [page.path for page in deleted]}
