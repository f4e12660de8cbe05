"""A thread as HTML: its head, one `<article>` with the posts and nothing else, its foot; and the page in one file.

Structure and class names are the site's style sheet's too. Nothing is loaded from anywhere: no pictures, no scripts,
no inline styles; links are absolute http(s) addresses, or paths of the site that shows the page. What is ours inside
the article is an `<aside>` or a `<footer>`, so that programs which look for the text find just that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from threadleaf.core.model import Post, Thread
from threadleaf.render import Site, _map, claims, words
from threadleaf.render._body import Bodies, doubt, speaks
from threadleaf.render._head import foot, head, parts, title
from threadleaf.render._inline import OURS, REL, escape, link
from threadleaf.render._layout import Answer, Block, Hole, Layout, Spur, Turn, View, lay_out
from threadleaf.render._safe import line, post_address, web
from threadleaf.render.tongue import ENGLISH, Markup, Tongue

__all__ = ["Site", "article", "page"]

_CSP = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_AUTHORS_LINK = re.compile(f'<a href="([^"]+)" {REL}>')


def page(thread: Thread, view: View, *, css: str = "", site: Site | None = None, say: Tongue = ENGLISH) -> str:
    """A whole page in one file; `css` is put into it as it is (an end tag within it is made inert)."""
    named = escape(f"{title(thread, say)} · {words.person(thread.author, say)}")
    inert = css.replace("</", r"<\/")
    return (
        f'<!doctype html>\n<html {speaks(say)} data-above="{named}"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_CSP}">\n'
        f"<title>{named}</title>\n<style>{inert}</style></head>\n"
        f'<body class="page"><main>\n{article(thread, view, site=site, say=say)}</main></body></html>\n'
    )


def article(thread: Thread, view: View, *, site: Site | None = None, say: Tongue = ENGLISH) -> str:
    """A thread with its head and foot; the `<article>` in it holds the posts."""
    layout = lay_out(thread, view)
    here = site or Site()
    bodies = Bodies(layout, say, tools=bool(here.path), translates=here.translates, show=here.media, query=here.query)
    posts, replies = _line(layout, bodies), _replies(layout, bodies)
    return (
        f'<div class="thread as-{"posts" if layout.view == "posts" else "article"} h-entry" {speaks(say)}>\n'
        f"{head(layout, _answered(layout, bodies), _shape(layout, bodies), site, say)}"
        f'<article class="line e-content">\n{posts}</article>\n'
        f"{replies}{parts(thread, 'later', site, say)}{_notes(posts + replies)}{foot(thread, say)}</div>\n"
    )


def _answered(layout: Layout, bodies: Bodies) -> str:
    """What the first post answers."""
    box = f'<aside class="answers" aria-label="{escape(bodies.say(words.ANSWERS))}">'
    if layout.answered:
        return f"{box}{_context(layout.answered, layout, bodies, extra=' answered')}</aside>\n"
    if layout.answers_unseen:
        author = layout.authors.get(layout.thread.posts[0].parent_author or "")
        return f'{box}<p class="context answered">{escape(words.unseen(author, bodies.say))}</p></aside>\n'
    return ""


def _shape(layout: Layout, bodies: Bodies) -> str:
    """The drawing of the thread, folded; a thread of one post has no shape."""
    thread, name = layout.thread, escape(bodies.say(_map.NAME))
    if bodies.tools is None or (len(thread.posts) == 1 and not thread.branches and not thread.gaps):
        return ""
    drawn = _map.drawn(layout, lambda post: f"#{bodies.anchors[post.id]}", bodies.say)
    return (
        f'<nav class="map" aria-label="{name}"><details><summary>{name}</summary>\n'
        f'<div class="roll">{drawn}</div></details></nav>\n'
    )


def _notes(html: str) -> str:
    """The addresses behind an author's links, in their order: for print, where the links carry the numbers."""
    rows = "".join([f"<li>{address}</li>" for address in _AUTHORS_LINK.findall(html)])
    return f'<aside class="addresses" hidden><ol>{rows}</ol></aside>\n' if rows else ""


# --- the line ---------------------------------------------------------------------------------------------------


def _line(layout: Layout, bodies: Bodies) -> str:
    out = []
    for item in layout.items:
        if isinstance(item, Block):
            out.append(_block(item, layout, bodies))
        elif isinstance(item, Hole):
            out.append(_hole(item, layout.thread, bodies.say))
        elif isinstance(item, Turn):
            out.append(_turn(item, layout, bodies))
        else:
            out.append(_spur(item, layout, bodies))
    if layout.end == "confirmed":
        out.append(f'<aside class="end">{escape(bodies.say(words.END))}</aside>\n')
    elif layout.end == "open":
        out.append(_open_end(layout, bodies.say))
    return "".join(out)


def _block(block: Block, layout: Layout, bodies: Bodies) -> str:
    first = block.posts[0]
    name = f' id="{bodies.anchors[first.id]}"' if block.begin[:1] == (first,) else ""
    html = bodies.text(block)
    for post in block.done:
        html += bodies.attached(post)
    article = layout.view == "article"
    changes = bodies.changed(block.done, named=article) if any(post.versions for post in block.done) else ""
    line = bodies.edits(block.done) if article else bodies.meta(first, edits=not changes)
    html = bodies.framed(block.posts, html, line, changes)
    tools = ""
    if bodies.tools:
        tools = bodies.tools.start if layout.view == "posts" else bodies.tools.behind(block.posts) + bodies.tools.start
    whose = bodies.whose(first) if layout.view == "posts" else ""
    return (
        f'<div class="post"{name}><aside class="tools"><p class="mark">{_mark(block.posts, layout, bodies.say)}</p>'
        f'{tools}</aside>\n<div class="body">\n{whose}{html}</div></div>\n'
    )


def _mark(posts: Sequence[Post], layout: Layout, say: Tongue) -> str:
    """The number of a block's post, linked to it; first and last of several."""
    first = _number(posts[0], layout, say)
    return first if len(posts) == 1 else f"{first}–{_number(posts[-1], layout, say)}"


def _number(post: Post, layout: Layout, say: Tongue) -> str:
    number = layout.numbers.posts.get(post.id)
    shown = words.span_of(number) if number else ""
    address = web(post.url)
    if not address:
        return f'<span class="no">{shown}</span>'
    label = escape(words.called(shown, say))
    return f'<a class="no" href="{escape(address)}" {OURS} aria-label="{label}">{shown}</a>'


def _hole(hole: Hole, thread: Thread, say: Tongue) -> str:
    rows = []
    for what, why, links in claims.gaps(hole.gaps, hole.numbers, thread, say):
        found = [(shown, post_address(thread.network, name)) for shown, name in links]
        linked = "".join([f" {link(address, escape(shown), OURS)}" for shown, address in found if address])
        because = f" {escape(why)}" if why else ""
        rows.append(f"<p><strong>{escape(what)}</strong>{because}{linked}</p>\n")
    return f'<aside class="gap">{"".join(rows)}</aside>\n'


def _open_end(layout: Layout, say: Tongue) -> str:
    return f'<aside class="open-end">{escape(claims.open_end(layout.thread.completeness, say))}</aside>\n'


def _turn(turn: Turn, layout: Layout, bodies: Bodies) -> str:
    if turn.asked:
        return f'<aside class="turn">{_context(turn.asked, layout, bodies, turn=True)}</aside>\n'
    author = layout.authors.get(turn.answer.parent_author or "")
    return f'<aside class="turn"><p class="context">{escape(words.unseen(author, bodies.say, turn=True))}</p></aside>\n'


def _context(post: Post, layout: Layout, bodies: Bodies, *, turn: bool = False, extra: str = "") -> str:
    """A post by somebody else, folded: whose, and how it begins, unless its author put it behind a warning."""
    author = layout.authors.get(post.author)
    covered = bodies.hidden((post,), "") != ""
    start = "" if covered else words.excerpt(line(post.text))
    name = Markup(f"<bdi>{escape(words.person(author, bodies.say))}</bdi>")
    summary = words.answers(name, Markup(f"<bdi>{escape(start)}</bdi>") if start else "", bodies.say, turn=turn)
    return (
        f'<details class="context{extra}"><summary>{summary}{doubt(author, bodies.say, called=True)}</summary>\n'
        f'<p class="who">{bodies.named(author)}{doubt(author, bodies.say)}</p>\n{bodies.whole(post)}</details>\n'
    )


def _spur(spur: Spur, layout: Layout, bodies: Bodies) -> str:
    say = bodies.say
    name, facts = words.branch(len(spur.branch.posts), spur.later, say, after_end=spur.after_end, deeper=spur.deeper)
    items = [_hole(item, layout.thread, say) if isinstance(item, Hole) else _apart(item, bodies) for item in spur.items]
    end = _open_end(layout, say) if spur.open else ""
    deeper = " deeper" if spur.deeper else ""
    return (
        f'<div class="branch{deeper}"><aside class="whence" aria-hidden="true"><b>{escape(name)}</b>{escape(facts)}'
        f'</aside><details><summary aria-label="{escape(name + facts)}"></summary>\n'
        f"{''.join(items)}{end}{_instead(spur, bodies)}</details></div>\n"
    )


def _instead(spur: Spur, bodies: Bodies) -> str:
    """The way to read a branch as the main line, on our own page."""
    if bodies.tools is None:
        return ""
    first = bodies.anchors[spur.branch.posts[0].id]
    shown = escape(bodies.say(words.READ_INSTEAD))
    view = bodies.tools.query.partition("line=")[0]
    return f'<aside class="switch"><a href="?{view}line={first}" rel="nofollow">{shown}</a></aside>\n'


def _apart(post: Post, bodies: Bodies) -> str:
    """A post that is not on the main line: without a number, always with its own line."""
    start = f'<aside class="tools">{bodies.tools.start}</aside>\n' if bodies.tools else ""
    body = f'<div class="body">\n{bodies.whole(post)}</div>'
    return f'<div class="post" id="{bodies.anchors[post.id]}">{start}{body}</div>\n'


def _replies(layout: Layout, bodies: Bodies) -> str:
    if not layout.replies:
        return ""
    rows = "".join([_reply(answer, layout, bodies) for answer in layout.replies])
    count = words.posts(len(layout.replies), bodies.say)
    summary = f"<h2>{escape(bodies.say(words.REPLIES))}</h2> <span>{escape(count)}</span>"
    name = escape(bodies.say(words.REPLIES))
    return (
        f'<aside class="replies" aria-label="{name}"><details><summary>{summary}</summary>\n{rows}</details></aside>\n'
    )


def _reply(answer: Answer, layout: Layout, bodies: Bodies) -> str:
    before = ""
    if answer.asked:
        before = _context(answer.asked, layout, bodies)
    elif answer.unseen:
        author = layout.authors.get(answer.post.parent_author or "")
        before = f'<p class="context">{escape(words.unseen(author, bodies.say))}</p>\n'
    return before + _apart(answer.post, bodies)
