"""What an author changed in a post, as HTML: one folded line that says when, and behind it every edit, the newest first.

Words taken out and put in are `<del>` and `<ins>`, and said to whoever does not see the page.
"""

from __future__ import annotations

from collections.abc import Sequence

from threadleaf.core.differences import Passage
from threadleaf.core.model import Post
from threadleaf.core.versions import Change, Part, changes
from threadleaf.render import words
from threadleaf.render._inline import escape, time
from threadleaf.render._safe import unturned
from threadleaf.render._script import foreign
from threadleaf.render.tongue import Tongue


def changed(post: Post, say: Tongue, *, called: str = "", page: str | None = None) -> str:
    """The line of a post that has versions.

    `called` stands before it; `page` is the address of the thread's page, where its versions are: None if it has none.
    """
    edits = changes(post)
    newest = edits[0]
    when = newest.edited or newest.before.until
    shown = words.what_changed(time(when, say.moment(when)), say, dated=newest.edited is not None)
    name = f"{escape(called)} · " if called else ""
    rows = "".join([one(edit, post, say, page=page) for edit in edits])
    return f'<footer class="meta changes"><details><summary>{name}{shown}</summary>\n{rows}</details></footer>\n'


def one(edit: Change, post: Post, say: Tongue, *, page: str | None = None) -> str:
    """One edit: when, what it changed, and the way to the page as it was before; `page` as in `changed`."""
    then = ""
    if page is not None:
        shown = escape(say(words.AS_IT_WAS))
        then = f' <a href="{escape(page)}?v={edit.before.hash}" rel="nofollow">{shown}</a>'
    parts = "".join([_part(part, post, say) for part in edit.parts])
    return f'<div class="change"><p>{escape(words.edit(edit, say))}{then}</p>\n{parts}</div>\n'


def _part(part: Part, post: Post, say: Tongue) -> str:
    label = words.part_changed(part, say)
    named = f"<p>{escape(label)}</p>\n" if label else ""
    look = foreign("".join([passage.text for passage in part.passages]), post)
    return f'{named}<p class="passages"{look}>{_passages(part.passages, say)}</p>\n'


def _passages(passages: Sequence[Passage], say: Tongue) -> str:
    return "".join([_passage(passage, say) for passage in passages])


def _passage(passage: Passage, say: Tongue) -> str:
    text = escape(unturned(passage.text))
    if passage.kind == "same":
        return text
    if passage.kind == "folded":
        return f' {_unseen(words.UNCHANGED, say)}<span aria-hidden="true">[…]</span> '
    tag, said = ("del", words.TAKEN_OUT) if passage.kind == "out" else ("ins", words.PUT_IN)
    return f"<{tag}>{_unseen(said, say)}{text}{_unseen(words.UP_TO_HERE, say)}</{tag}>"


def _unseen(said: str, say: Tongue) -> str:
    """Words of ours within somebody's text, for whoever hears the page."""
    return f'<span class="unseen" lang="{say.code}"> {escape(say(said))} </span>'
