"""What stands above a thread and below it: title, author, figures, completeness, the neighbours in a series."""

from __future__ import annotations

from typing import Literal

from threadleaf.core.identity import own
from threadleaf.core.model import Network, Part, Thread
from threadleaf.render import Site, claims, words
from threadleaf.render._body import called, doubt
from threadleaf.render._inline import OURS, escape, flat, link, time
from threadleaf.render._layout import Layout
from threadleaf.render._names import own_path
from threadleaf.render._pictures import Pictures, avatar
from threadleaf.render._safe import line, post_address, web
from threadleaf.render._script import foreign
from threadleaf.render.tongue import Markup, Tongue


def title(thread: Thread, say: Tongue) -> str:
    """The author's words, or that it is a thread by this author."""
    return line(thread.title) or words.untitled(thread.author, say)


def head(layout: Layout, answered: str, shape: str, site: Site | None, say: Tongue) -> str:
    """The head of a page; `answered` is the box with what the first post answers, `shape` the drawing of the thread."""
    thread = layout.thread
    attributes = foreign(thread.title, thread.posts[0]) if thread.title else ""
    return (
        f"{_as_of(thread, site, say)}{parts(thread, 'earlier', site, say)}{answered}"
        f'<header class="head">\n<h1 class="title p-name"{attributes}>{escape(title(thread, say))}</h1>\n'
        f'<aside class="told" aria-label="{escape(say(words.ABOUT))}">\n{_byline(thread, site, say)}{_facts(thread, say)}'
        f"{_complete(layout, say)}{_readings(layout, site, say)}{_about(layout, site, say)}{shape}</aside></header>\n"
    )


def _as_of(thread: Thread, site: Site | None, say: Tongue) -> str:
    """That this is an earlier version, of when, and the way to the present one."""
    if thread.as_of is None:
        return ""
    until = thread.as_of.until
    present = ""
    if site and site.present:
        present = f' <a href="{escape(site.present)}">{escape(say(words.PRESENT))}</a>'
    return f'<p class="as-of" role="note">{words.as_of(time(until, say.moment(until)), say)}{present}</p>\n'


def _byline(thread: Thread, site: Site | None, say: Tongue) -> str:
    author = thread.author
    address = web(author.url)
    emoji = Pictures(site.media, say).emoji if site and site.media else None
    shown = f"<bdi>{called(author, emoji) or escape(words.person(author, say))}</bdi>"
    name, follow = f'<span class="name p-name">{shown}</span>', ""
    if address:
        name = f'<a class="name p-name u-url" href="{escape(address)}" {OURS}>{shown}</a>'
        follow = f' <a class="follow" href="{escape(address)}" {OURS}>{escape(say(words.FOLLOW))}</a>'
    at = escape(words.handle(author))
    handle = f"<bdi>{at}</bdi> " if at and f"<bdi>{at}</bdi>" != shown else ""
    where = escape(words.found_on(author, say))
    picture = avatar(author.avatar, site.media if site else None)
    return f'<p class="byline p-author h-card">{picture}{name} <span class="handle">{handle}{where}</span>{follow}{doubt(author, say)}</p>\n'


def _facts(thread: Thread, say: Tongue) -> str:
    facts = []
    first, last = thread.posts[0].created, thread.posts[-1].created
    if first:
        start, end = words.stretch(first, last or first, say)
        until = time(last, end) if last and end else ""
        facts.append(words.in_utc(time(first, start, "dt-published"), until, say))
    else:
        facts.append(escape(say(words.NO_DATE)))
    facts += map(escape, claims.size(thread, say))
    address = web(thread.url)
    if address:
        shown = escape(say(words.ORIGINAL))
        facts.append(f'<a class="original u-syndication" href="{escape(address)}" {OURS}>{shown}</a>')
    else:
        facts.append(escape(say(words.NO_ORIGINAL)))
    return f'<p class="facts">{" · ".join(facts)}</p>\n'


def _complete(layout: Layout, say: Tongue) -> str:
    thread = layout.thread
    state = thread.completeness.state
    mark = "" if state == "complete" else f" is-{state}"
    known = "".join([f"<li>{escape(evidence)}</li>\n" for evidence in claims.how_we_know(thread, layout.view, say)])
    told = claims.told(thread, [*layout.numbers.gaps.values()], say)
    return (
        f'<div class="complete{mark}"><p><strong class="state">{escape(told[0])}</strong>'
        f' <span class="figures">{escape(told[1])}</span></p>\n'
        f'<details class="how"><summary>{escape(say(words.HOW_WE_KNOW))}</summary><ul>\n{known}</ul></details></div>\n'
    )


def _readings(layout: Layout, site: Site | None, say: Tongue) -> str:
    """That the address can be read in another way, and that a branch is read here, each with a way there or back."""
    out = ""
    for reading in layout.thread.readings:
        taken, other = words.reading(layout.thread.author, layout.authors.get(reading.author), say)
        linked = _to_thread(layout.thread.network, reading.id, "", escape(other), site)
        out += f'<p class="reading">{escape(taken)} {linked}</p>\n'
    if site and site.path and site.line:
        view = f"?view={site.view}" if site.view else ""
        back = f'<a href="{escape(site.path + view)}">{escape(say(words.MAIN_LINE))}</a>'
        out += f'<p class="reading">{escape(say(words.IN_A_BRANCH))} {back}</p>\n'
    return out


def _words_of(thread: Thread) -> Literal["", "now", "then"]:
    """Of which day the author's words are, where they may have been others on another day."""
    if thread.as_of:
        return "then"
    return "now" if any(post.edited or post.versions for post in own(thread)) else ""


def _about(layout: Layout, site: Site | None, say: Tongue) -> str:
    """What this page is and leaves out, and the button that has the thread read again where a site offers it."""
    thread = layout.thread
    left = words.left_out(thread.article.cuts, say) if layout.view == "article" else ""
    beside = bool(thread.branches or thread.replies_by_author)
    host, form = site.host if site else "", _words_of(thread)
    said = escape(words.about(thread.network, host, say, left=left, beside=beside, words_of=form))
    if left and site and site.path:
        branch = f"&amp;line={escape(site.line)}" if site.line else ""
        said += f' <a href="?view=posts{branch}">{escape(say(words.AS_POSTED))}</a>{" ·" if site.refresh else ""}'
    again = ""
    if site and site.refresh:
        again = (
            f' <form class="refresh" method="post" action="/refresh"><input type="hidden" name="url" '
            f'value="{escape(site.refresh)}"><input type="hidden" name="level" value="{escape(site.level)}"><button>{escape(say(words.REFRESH))}</button></form>'
        )
    place = f'<data class="u-url" value="{escape(site.origin + site.path)}"></data>' if site and site.path else ""
    return f'<div class="what"><p>{said}</p>{again}{place}</div>\n'


def parts(thread: Thread, where: str, site: Site | None, say: Tongue) -> str:
    """The parts of a series before or after this one."""
    found = [part for part in thread.parts if part.where == where]
    if not found:
        return ""
    label = escape(say(words.EARLIER_PARTS if where == "earlier" else words.LATER_PARTS))
    rows = "".join([_part(thread, part, site, say) for part in found])
    return f'<footer class="parts {where}"><nav aria-label="{label}">{rows}</nav></footer>\n'


def _part(thread: Thread, part: Part, site: Site | None, say: Tongue) -> str:
    shown = f"<cite>{flat(part.title) or escape(say(words.UNTITLED))}</cite>"
    linked = _to_thread(thread.network, part.id, part.url, shown, site)
    return f"<p>{words.part(part.where, Markup(linked), say)}</p>"


def _to_thread(network: Network, post_id: str, url: str, shown: str, site: Site | None) -> str:
    """A link to another thread: our page where there is a site, else the original."""
    path = own_path(network, post_id) if site else ""
    if site and path:
        return f'<a href="{escape(site.origin + path)}">{shown}</a>'
    return link(web(url) or post_address(network, post_id), shown, OURS)


def foot(thread: Thread, say: Tongue) -> str:
    """Whom to follow; empty where nobody could be found by it."""
    if not words.may_follow(thread.author):
        return ""
    name = link(thread.author.url, f"<bdi>{escape(words.person(thread.author, say))}</bdi>", OURS)
    return f'<footer class="foot"><p>{words.follow(Markup(name), say)}</p></footer>\n'
