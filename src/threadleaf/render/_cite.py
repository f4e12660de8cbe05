"""How to cite a thread or one of its posts: in plain text and in Markdown, with the words of the post, the day on
which it was read, and what is known to be missing from its thread."""

from __future__ import annotations

from msgspec import Struct

from threadleaf.core.model import Author, Post, Thread
from threadleaf.render import claims, words
from threadleaf.render._markdown import Markdown, literal
from threadleaf.render._names import named
from threadleaf.render._numbers import number
from threadleaf.render._safe import line, post_address, unturned, web
from threadleaf.render.tongue import Tongue


class Citation(Struct, frozen=True, kw_only=True):
    """A citation as plain text and as Markdown, and the addresses in it; one that nobody knows is empty.

    `what` is what is cited: `Post 7`, or the thread's title.
    """

    what: str
    text: str
    markdown: str
    original: str
    here: str


def cite(thread: Thread, place: str, page: str, say: Tongue) -> Citation:
    """Cite the post that is called `place` on the thread's page, or the thread if that is empty.

    `page` is the address of the thread's page, empty where it has none for everybody. Raises KeyError if no post of
    the author is called so.
    """
    if not place:
        title = line(thread.title) or words.untitled(thread.author, say)
        return _cited(thread, thread.posts[0], title, _Places(title, web(thread.url), page, _lacks(thread, say)), say)
    post = named(thread, place)
    if post is None:
        raise KeyError(place)
    found = number(thread).posts.get(post.id)
    what = words.called(words.span_of(found) if found else "", say)
    original = web(post.url) or post_address(thread.network, post.id)
    lacks = _lacks(thread, say)
    lacks = lacks and say("Of its thread: {state}", state=lacks)
    return _cited(thread, post, unturned(post.text), _Places(what, original, page and f"{page}#{place}", lacks), say)


class _Places(Struct, frozen=True):
    what: str
    original: str
    here: str
    lacks: str


def _lacks(thread: Thread, say: Tongue) -> str:
    """What keeps a thread from being whole, in a sentence; empty for one that is."""
    if thread.completeness.state == "complete":
        return ""
    return claims.told(thread, say=say)[0]


def _cited(thread: Thread, post: Post, text: str, places: _Places, say: Tongue) -> Citation:
    facts = [say(words.NETWORKS[thread.network]), *([say.day(post.created)] if post.created else [])]
    author, details = _author(thread.author, say), say(", ").join(facts)
    said = say("{author}: “{text}” ({details})", author=author, text=text, details=details)
    style = Markdown()
    quoted = style.folded([style.block(style.inline(text, (), 0))])
    by = f"— {literal(f'{author} ({details})')}" + (f" <{places.original}>" if places.original else "")
    linked = _read(thread, places.here and f"<{places.here}>", say)
    rows = [said, places.original, _read(thread, places.here, say), places.lacks]
    return Citation(
        what=places.what,
        text="\n".join(filter(None, rows)),
        markdown=f"{quoted}\n\n" + "  \n".join(filter(None, [by, linked, literal(places.lacks)])),
        original=places.original,
        here=places.here,
    )


def _read(thread: Thread, here: str, say: Tongue) -> str:
    """When this was read, and where it can be read; empty if neither is known."""
    when = thread.completeness.read_at
    if when is None:
        return here
    return f"{say('Read on {day}:', day=say.day(when))} {here}" if here else say("Read on {day}.", day=say.day(when))


def _author(author: Author, say: Tongue) -> str:
    """`Ada Weir (@ada.example)`."""
    name, handle = line(author.name), words.person(author, say)
    return f"{name} ({handle})" if name and name != handle else handle
