"""A thread as HTML: one `<article>`, and the page in one file around it.

Structure and class names are the site's style sheet's too. Nothing is loaded from anywhere: no pictures, no scripts,
no inline styles; links are absolute http(s) addresses, or paths of the site that shows the page.
"""

from __future__ import annotations

from collections.abc import Sequence

from threadleaf.core.model import Network, Part, Post, Thread
from threadleaf.render import Site, claims, words
from threadleaf.render._body import Bodies, foreign, time, who
from threadleaf.render._inline import REL, escape, flat, link
from threadleaf.render._layout import Answer, Block, Hole, Layout, Spur, Turn, View, lay_out
from threadleaf.render._names import own_path
from threadleaf.render._safe import line, post_address, web

__all__ = ["Site", "article", "page"]

_CSP = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(thread: Thread, view: View, *, css: str = "", site: Site | None = None) -> str:
    """A whole page in one file; `css` is put into it as it is (an end tag within it is made inert)."""
    title = flat(f"{_title(thread)} · {words.person(thread.author)}")
    inert = css.replace("</", r"<\/")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_CSP}">\n'
        f"<title>{title}</title>\n<style>{inert}</style></head>\n"
        f'<body class="page"><main>\n{article(thread, view, site=site)}</main></body></html>\n'
    )


def article(thread: Thread, view: View, *, site: Site | None = None) -> str:
    """The `<article>` of a thread."""
    layout = lay_out(thread, view)
    bodies = Bodies(layout)
    return (
        f'<article class="thread as-{"posts" if layout.view == "posts" else "article"}" lang="en">\n'
        f'{_head(layout, bodies, site)}<div class="line">\n{_line(layout, bodies)}</div>\n'
        f"{_replies(layout, bodies)}{_parts(thread, 'later', site)}{_foot(thread)}</article>\n"
    )


# --- head and foot ----------------------------------------------------------------------------------------------


def _title(thread: Thread) -> str:
    return line(thread.title) or words.untitled(thread.author)


def _head(layout: Layout, bodies: Bodies, site: Site | None) -> str:
    thread = layout.thread
    first = thread.posts[0]
    attributes = foreign(thread.title, first) if thread.title else ""
    return (
        f'<header class="head">\n{_parts(thread, "earlier", site)}{_answered(layout, bodies)}'
        f'<h1 class="title"{attributes}>{flat(_title(thread))}</h1>\n'
        f"{_byline(thread)}{_facts(thread)}{_complete(layout)}{_reading(layout, site)}</header>\n"
    )


def _answered(layout: Layout, bodies: Bodies) -> str:
    """What the first post answers."""
    if layout.answered:
        return _context(layout.answered, words.IN_REPLY_TO, layout, bodies, " answered")
    if layout.answers_unseen:
        author = layout.authors.get(layout.thread.posts[0].parent_author or "")
        return f'<p class="context answered">{flat(words.unseen(author))}</p>\n'
    return ""


def _byline(thread: Thread) -> str:
    author = thread.author
    address = web(author.url)
    shown = flat(author.name) or flat(words.person(author))
    name = link(address, f"<bdi>{shown}</bdi>")
    name = name.replace("<a ", '<a class="name" ', 1) if address else f'<span class="name">{name}</span>'
    follow = f' <a class="follow" href="{escape(address)}" {REL}>{words.FOLLOW}</a>' if address else ""
    called = flat(words.handle(author))
    handle = f"<bdi>{called}</bdi> " if called not in ("", shown) else ""
    return (
        f'<p class="byline">{name} <span class="handle">{handle}{words.on_network(author.network)}</span>{follow}</p>\n'
    )


def _facts(thread: Thread) -> str:
    parts = []
    first, last = thread.posts[0].created, thread.posts[-1].created
    if first:
        start, end = words.stretch(first, last or first)
        until = f" – {time(last, end)}" if last and end else ""
        parts.append(f"{time(first, start)}{until} UTC")
    parts += claims.size(thread)
    address = web(thread.url)
    if address:
        parts.append(f'<a class="original" href="{escape(address)}" {REL}>{words.ORIGINAL}</a>')
    return f'<p class="facts">{" · ".join(parts)}</p>\n'


def _complete(layout: Layout) -> str:
    thread = layout.thread
    state = thread.completeness.state
    mark = "" if state == "complete" else f" is-{state}"
    known = "".join([f"<li>{flat(evidence)}</li>\n" for evidence in claims.how_we_know(thread, layout.view)])
    told = claims.told(thread, [*layout.numbers.gaps.values()])
    return (
        f'<div class="complete{mark}"><p><strong class="state">{told[0]}</strong>'
        f' <span class="figures">{told[1]}</span></p>\n'
        f'<details class="how"><summary>{words.HOW_WE_KNOW}</summary><ul>\n{known}</ul></details></div>\n'
    )


def _reading(layout: Layout, site: Site | None) -> str:
    """That the address can be read in another way, with a link to that reading."""
    out = ""
    for reading in layout.thread.readings:
        taken, other = words.reading(layout.thread.author, layout.authors.get(reading.author))
        linked = _to_thread(layout.thread.network, reading.id, "", flat(other), site)
        out += f'<p class="reading">{flat(taken)} {linked}</p>\n'
    return out


def _to_thread(network: Network, post_id: str, url: str, shown: str, site: Site | None) -> str:
    """A link to another thread: our page where there is a site, else the original."""
    path = own_path(network, post_id) if site else ""
    if site and path:
        return f'<a href="{escape(site.origin + path)}">{shown}</a>'
    return link(web(url) or post_address(network, post_id), shown)


def _parts(thread: Thread, where: str, site: Site | None) -> str:
    """The parts of a series before or after this one."""
    found = [part for part in thread.parts if part.where == where]
    if not found:
        return ""
    label = words.EARLIER_PARTS if where == "earlier" else words.LATER_PARTS
    rows = "".join([_part(thread, part, site) for part in found])
    return f'<nav class="parts {where}" aria-label="{label}">{rows}</nav>\n'


def _part(thread: Thread, part: Part, site: Site | None) -> str:
    title = f"<cite>{flat(part.title) or words.UNTITLED}</cite>"
    linked = _to_thread(thread.network, part.id, part.url, title, site)
    return f"<p>{words.part(part.where)} {linked}</p>"


def _foot(thread: Thread) -> str:
    if not words.may_follow(thread.author):
        return ""
    before, author, after = words.follow(thread.author)
    name = link(thread.author.url, f"<bdi>{flat(author)}</bdi>")
    return f'<footer class="foot"><p>{before}{name}{after}</p></footer>\n'


# --- the line ---------------------------------------------------------------------------------------------------


def _line(layout: Layout, bodies: Bodies) -> str:
    out = []
    for item in layout.items:
        if isinstance(item, Block):
            out.append(_block(item, layout, bodies))
        elif isinstance(item, Hole):
            out.append(_hole(item, layout.thread))
        elif isinstance(item, Turn):
            out.append(_turn(item, layout, bodies))
        else:
            out.append(_spur(item, layout, bodies))
    if layout.end == "confirmed":
        out.append(f'<p class="end">{words.END}</p>\n')
    elif layout.end == "open":
        out.append(_open_end(layout))
    return "".join(out)


def _block(block: Block, layout: Layout, bodies: Bodies) -> str:
    first = block.posts[0]
    name = f' id="{bodies.anchors[first.id]}"' if block.begin[:1] == (first,) else ""
    html = bodies.text(block)
    for post in block.done:
        html += bodies.attached(post)
    html = bodies.hidden(block.posts, html)
    html += bodies.meta(first) if layout.view == "posts" else bodies.edits(block.done)
    return (
        f'<div class="post"{name}><p class="mark">{_mark(block.posts, layout)}</p>\n'
        f'<div class="body">\n{html}</div></div>\n'
    )


def _mark(posts: Sequence[Post], layout: Layout) -> str:
    """The number of a block's post, linked to it; first and last of several."""
    first = _number(posts[0], layout)
    return first if len(posts) == 1 else f"{first}–{_number(posts[-1], layout)}"


def _number(post: Post, layout: Layout) -> str:
    number = layout.numbers.posts.get(post.id)
    shown = words.span_of(number) if number else ""
    address = web(post.url)
    if not address:
        return f'<span class="no">{shown}</span>'
    label = f"{words.POST} {shown}" if shown else words.POST
    return f'<a class="no" href="{escape(address)}" {REL} aria-label="{label}">{shown}</a>'


def _hole(hole: Hole, thread: Thread) -> str:
    rows = []
    for what, why, links in claims.gaps(hole.gaps, hole.numbers, thread):
        found = [(shown, post_address(thread.network, name)) for shown, name in links]
        linked = "".join([f" {link(address, shown)}" for shown, address in found if address])
        because = f" {flat(why)}" if why else ""
        rows.append(f"<p><strong>{what}</strong>{because}{linked}</p>\n")
    return f'<div class="gap">{"".join(rows)}</div>\n'


def _open_end(layout: Layout) -> str:
    return f'<p class="open-end">{claims.open_end(layout.thread.completeness)}</p>\n'


def _turn(turn: Turn, layout: Layout, bodies: Bodies) -> str:
    if turn.asked:
        return _context(turn.asked, words.CONTINUES, layout, bodies)
    author = layout.authors.get(turn.answer.parent_author or "")
    return f'<p class="context">{flat(words.unseen(author, turn=True))}</p>\n'


def _context(post: Post, words_before: str, layout: Layout, bodies: Bodies, extra: str = "") -> str:
    """A post by somebody else, folded: whose, and how it begins, unless its author put it behind a warning."""
    author = layout.authors.get(post.author)
    covered = bodies.hidden((post,), "") != ""
    start = "" if covered else words.excerpt(line(post.text))
    quoted = f": “<bdi>{escape(start)}</bdi>”" if start else ""
    return (
        f'<details class="context{extra}"><summary>{words_before} <bdi>{flat(words.person(author))}</bdi>'
        f'{quoted}</summary>\n<p class="who">{who(author)}</p>\n{bodies.whole(post)}</details>\n'
    )


def _spur(spur: Spur, layout: Layout, bodies: Bodies) -> str:
    name, facts = words.branch(len(spur.branch.posts), spur.later, after_end=spur.after_end, deeper=spur.deeper)
    items = [_hole(item, layout.thread) if isinstance(item, Hole) else _apart(item, bodies) for item in spur.items]
    end = _open_end(layout) if spur.open else ""
    deeper = " deeper" if spur.deeper else ""
    return f'<details class="branch{deeper}"><summary><b>{name}</b>{facts}</summary>\n{"".join(items)}{end}</details>\n'


def _apart(post: Post, bodies: Bodies) -> str:
    """A post that is not on the main line: without a number, always with its own line."""
    return f'<div class="post" id="{bodies.anchors[post.id]}"><div class="body">\n{bodies.whole(post)}</div></div>\n'


def _replies(layout: Layout, bodies: Bodies) -> str:
    if not layout.replies:
        return ""
    rows = "".join([_reply(answer, layout, bodies) for answer in layout.replies])
    return f'<section class="replies"><h2>{words.REPLIES}</h2>\n{rows}</section>\n'


def _reply(answer: Answer, layout: Layout, bodies: Bodies) -> str:
    before = ""
    if answer.asked:
        before = _context(answer.asked, words.IN_REPLY_TO, layout, bodies)
    elif answer.unseen:
        author = layout.authors.get(answer.post.parent_author or "")
        before = f'<p class="context">{flat(words.unseen(author))}</p>\n'
    return before + _apart(answer.post, bodies)
