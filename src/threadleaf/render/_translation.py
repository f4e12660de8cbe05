"""A post in another language beside its author's words."""

from __future__ import annotations

from threadleaf.core.model import Post, Thread
from threadleaf.render import words
from threadleaf.render._body import Bodies, speaks
from threadleaf.render._inline import escape, paragraphs
from threadleaf.render._layout import lay_out
from threadleaf.render._safe import visible
from threadleaf.render.tongue import Tongue


def render(thread: Thread, post: Post, translated: str, say: Tongue) -> str:
    """Both texts, each with its language and direction, and both behind the author's warning if there is one."""
    bodies = Bodies(lay_out(thread, "posts"), say)
    made = f'<div class="text" {speaks(say)}>{paragraphs(escape(visible(translated)))}</div>\n'
    return (
        f'<div class="translated">{bodies.hidden((post,), made)}</div>\n'
        f'<div class="original"><h2>{escape(say(words.AUTHORS_WORDS))}</h2>\n'
        f"{bodies.hidden((post,), bodies.written(post))}{bodies.meta(post)}</div>\n"
    )
