"""The sentences about completeness: what is claimed, how it is known, and what stands where a post is missing.

Every sentence is true of every thread for which it is made (rules §4): where nothing is known, it says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from threadleaf.core.model import Completeness, Gap, Note, Numbering, Reason, State, Thread
from threadleaf.render.words import ITS_ADDRESS, count, listed, moment, sentence, small, span_of

if TYPE_CHECKING:
    from threadleaf.render import View


# --- figures ----------------------------------------------------------------------------------------------------


def size(thread: Thread) -> list[str]:
    """How long the main line is: `12 posts`, `4 min` (230 words or 480 Chinese characters a minute)."""
    characters = sum([len(post.text) for post in thread.posts])
    langs = thread.posts[0].langs
    dense = bool(langs) and langs[0][:2] in ("zh", "ja", "ko")
    return [count(len(thread.posts), "post"), f"{max(1, round(characters / (480 if dense else 1380)))} min"]


def told(thread: Thread, numbers: Sequence[tuple[int, int]] = ()) -> tuple[str, str]:
    """Completeness at the head: `state` and `figures`. `numbers` are those of the missing posts."""
    in_branches, cut_off = any(gap.line for gap in thread.gaps), _cut_off(thread)
    completeness = thread.completeness
    return (
        state(completeness, in_branches=in_branches),
        figures(completeness, numbers, in_branches=in_branches, cut_off=cut_off),
    )


def state(completeness: Completeness, *, in_branches: bool = False) -> str:
    """The first sentence about completeness (rules §4). `in_branches`: some of the missing posts stand in branches."""
    here, missing = _here(completeness, in_branches=in_branches), completeness.missing
    if completeness.state == "open":
        return "Nothing is known to be missing; we could not confirm the end."
    if completeness.state == "complete":
        return _WHOLE.get(here) or f"All {here:,} posts are here."
    if not missing:
        return "Some posts are missing."
    if not _total_known(completeness):
        return f"At least {'one post is' if missing == 1 else f'{missing:,} posts are'} missing."
    return "One post is missing." if missing == 1 else f"{missing:,} of {here + missing:,} posts are missing."


_WHOLE: Mapping[int, str] = {1: "This thread is one post, and it is here.", 2: "Both posts are here."}
_SHORT: Mapping[State, str] = {"complete": "", "incomplete": ", some missing", "open": ", end not confirmed"}


def in_short(posts: int, state: State) -> str:
    """Size and completeness of a main line where there is no room for sentences: `11 posts, some missing`."""
    return count(posts, "post") + _SHORT[state]


def figures(
    completeness: Completeness,
    numbers: Sequence[tuple[int, int]] = (),
    *,
    in_branches: bool = False,
    cut_off: bool = False,
) -> str:
    """What was counted, in one sentence.

    `numbers` are those of the missing posts, `in_branches` is as for `state`, `cut_off` says that posts are missing
    at the end: then no answer to what is here shows that the thread is over.
    """
    here = _here(completeness, in_branches=in_branches)
    incomplete, counted = completeness.state == "incomplete", _total_known(completeness)
    clauses = []
    if incomplete and completeness.missing == 1 and counted:
        clauses.append(f"{here:,} of {here + 1:,} posts are here")
    elif completeness.state != "complete":
        clauses.append("1 post is here" if here == 1 else f"{here:,} posts are here")
    clauses += _unavailable(numbers)
    if incomplete and completeness.missing and not counted:
        clauses.append("we could not confirm the end")
    if completeness.announced is not None:
        clauses.append(f"{completeness.announced:,} announced")
    if completeness.reported is not None and not _counts_more(completeness):
        clauses.append(f"the network reports {completeness.reported:,}")
    if completeness.ends_reached and not cut_off:
        clauses.append("every end was reached")
    if completeness.withheld:
        clauses.append(f"{count(completeness.withheld, 'post')} withheld")
    if completeness.read_at:
        clauses.append(f"read on {moment(completeness.read_at)}")
    return sentence(clauses)


def _here(completeness: Completeness, *, in_branches: bool) -> int:
    return completeness.posts + (completeness.branch_posts if in_branches else 0)


def _counts_more(completeness: Completeness) -> bool:
    """Whether the network's count is of another kind than ours: every end was reached, and yet it counts more or less."""
    return completeness.state == "complete" and completeness.reported != completeness.posts


def _total_known(completeness: Completeness) -> bool:
    """Whether anything tells how long the whole thread is: a total that was given, or ends that were all reached."""
    given = completeness.announced is not None or completeness.reported is not None
    return given or completeness.ends_reached


def _cut_off(thread: Thread) -> bool:
    """Whether posts are missing at the end of the main line."""
    return any(gap.before is None and not gap.line for gap in thread.gaps)


def _unavailable(numbers: Sequence[tuple[int, int]]) -> list[str]:
    """The numbers of missing posts, unless they are too many to read."""
    runs = _runs(numbers)
    if not 0 < len(runs) <= 8:
        return []
    known = listed([span_of(run) for run in runs])
    one = len(runs) == 1 and runs[0][0] == runs[0][1]
    return [f"number {known} is unavailable" if one else f"numbers {known} are unavailable"]


def _runs(numbers: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Numbers in rising order, neighbours as one: 1–5 and 6 are 1–6."""
    runs: list[tuple[int, int]] = []
    for first, last in sorted([(min(number), max(number)) for number in numbers]):
        if runs and first <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], max(last, runs[-1][1]))
        else:
            runs.append((first, last))
    return runs


def how_we_know(thread: Thread, view: View = "article") -> list[str]:
    """The evidence, a sentence each, as it stands above a view of the thread."""
    completeness, counters = thread.completeness, thread.counters
    lines = [*_by_links(completeness, cut_off=_cut_off(thread)), *_by_numbers(counters, view)]
    if completeness.announced is not None:
        whose = "author" if counters.kind == "posts" else "page"
        lines.append(f"The {whose} announces {count(completeness.announced, 'post')}.")
    if completeness.reported is not None:
        more = ", calls to a bot and answers among them" if _counts_more(completeness) else ""
        lines.append(f"The network counts {count(completeness.reported, 'post')} in this thread{more}.")
    if completeness.branch_posts:
        lines.append(
            f"In branches, shown where they leave: {count(completeness.branch_posts, 'more post')} by the author."
        )
    if thread.gaps:
        lines.append("What is missing is named in its place.")
    if completeness.withheld:
        lines.append("Posts that are not for everybody are left out; their places are kept.")
    lines += notes(thread)
    if completeness.read_at is None:
        lines.append("It is not known when this was read.")
    else:
        lines.append(f"Read on {moment(completeness.read_at)}; what was written or changed later is not here.")
    return lines


def _by_links(completeness: Completeness, *, cut_off: bool) -> list[str]:
    if not completeness.links_seen:
        return [
            "This comes from a saved page, which does not say which post answers which.",
            "The order is the page's, and a lost post shows only by the author's numbering.",
        ]
    lines = ["Each post names the post it answers; the order follows these links."]
    if completeness.ends_reached and not cut_off:
        lines.append("For every post of the author, all further answers by the author were asked for.")
    elif completeness.open_ends:
        ends = len(completeness.open_ends)
        posts = "one post" if ends == 1 else f"{small(ends)} posts"
        lines.append(f"Below {posts} there may be more by the author that the network did not show us.")
    return lines


def _by_numbers(counters: Numbering, view: View) -> list[str]:
    if counters.kind == "posts":
        form = _KEYCAP if counters.style == "keycap" else counters.style
        out = "; the article view leaves the numbers out" if view == "article" else ""
        return [f"The author numbers the posts, in the form “{form}”{out}."]
    if counters.kind == "items":
        return ["The author's numbers count points in the text, not posts; they stay where they are."]
    return []


_KEYCAP = "1\ufe0f\u20e3"


# --- notes ------------------------------------------------------------------------------------------------------

NOTES: Mapping[str, str] = {
    "number-skipped": "The author's numbering skips {n}{directly}.",
    "number-repeated": "These numbers of the author's occur more than once: {n}.",
    "doubled-posts": "Some posts came more than once (further copies: {n}); the latest edit of each is shown.",
    "cycle-cut": "Some posts answer each other in a circle; it was opened at the oldest of them.",
    "answers-missing": "Of the author's replies to others, {n} could not be read.",
    "stopped-limit": "Reading stopped at a limit that is set here, so there may be more. Unrolled again, it goes on from there.",
    "stopped-rate": "A server asked us to wait, so there may be more. Unrolled again later, it goes on from there.",
    "stopped-timeout": "Not everything came in time, so there may be more. Unrolled again, it goes on from there.",
    "stopped-network": "A server could not be reached, so there may be more. Unrolled again later, it goes on from there.",
    "stopped-too-large": "An answer was larger than is accepted, so there may be more.",
    "stopped-door": "A server gave an address or an answer that is not accepted, so there may be more.",
    "stopped-offline": "No network was to be used, so there may be more.",
    "html-too-deep": "A post's formatting was too deep or too long to be read; its text is shown plain.",
    "no-author": "The page does not name its author.",
    "no-handle": "The page gives the author's name but no handle.",
    "no-foot": "The page has no foot as such pages have; it may have been cut off.",
    "guessed-boundaries": "In {places}, it is a guess where a new post begins.",
    "guessed-encoding": "The page is not in UTF-8; it was read as Windows-1252.",
    "appview-down": "Bluesky's public service could not be reached. This was read from the author's own server: without"
    " other people's posts, and without what moderators say of it.",
    "deletions-untold": "The server does not tell of deleted posts; if the author deleted one in the middle, what"
    " followed it may be missing here.",
    "replaced-characters": "Some characters could not be read and stand as \ufffd (characters: {n}).",
    "repaired-encoding": "In {places}, characters that had been read in a wrong code page were restored.",
    "repaired-entities": "In {places}, character codes that had come loose were turned back into characters.",
    "repaired-emoji": "In {places}, emoji were restored from what was left of their pictures.",
    "repaired-links": "In {places}, a link that the page has twice is shown once.",
    "repaired-lines": "In {places}, a line that the page has twice is shown once.",
}
"""What was repaired, guessed or cut on the way, by `Note.kind`."""


def notes(thread: Thread) -> list[str]:
    """The notes of a thread in words; numbers of one kind share a sentence, and unknown kinds have none."""
    kinds: dict[str, list[Note]] = {}
    for note in thread.completeness.notes:
        kinds.setdefault(note.kind, []).append(note)
    lines: dict[str, None] = {}
    for kind, found in kinds.items():
        words = NOTES.get(kind, "")
        if kind.startswith("number-"):
            numbers = [note.n for note in found if note.n is not None]
            directly = _directly(numbers[0], thread) if len(numbers) == 1 else ""
            lines[words.format(n=_first_few(numbers), directly=directly)] = None
        else:
            lines.update({words.format(n=note.n, places=_places(note.n)): None for note in found})
    return [line for line in lines if line]


def _places(number: int | None) -> str:
    """`one place`, `3 places`."""
    if number is None:
        return "some places"
    return "one place" if number == 1 else f"{number:,} places"


def _first_few(numbers: Sequence[int]) -> str:
    """Numbers as a list that can be read."""
    more = [f"{len(numbers) - 8:,} others"] if len(numbers) > 8 else []
    return listed([f"{number}" for number in numbers[:8]] + more)


def _directly(skipped: int, thread: Thread) -> str:
    """That the neighbours of a skipped number are linked, where they are."""
    if not thread.completeness.links_seen:
        return ""
    numbers = [(c.last or c.number, c.number) for c in thread.counters.found]
    below = [number for number, _ in numbers if number < skipped]
    above = [number for _, number in numbers if number > skipped]
    return f"; post {min(above)} answers post {max(below)} directly" if below and above else ""


# --- gaps and ends ----------------------------------------------------------------------------------------------

_WHY: Mapping[Reason, tuple[str, str]] = {
    "deleted": ("the network says that it was deleted", "the network says that they were deleted"),
    "blocked": ("the network says that it is blocked", "the network says that they are blocked"),
    "protected": ("it is not for the public, or hidden by its network", "they are not for the public, or hidden"),
    "opted-out": ("its author does not want it shown here", "their author does not want them shown here"),
    "unreachable": ("it was out of reach when this was read", "they were out of reach when this was read"),
    "unknown": ("the network does not say why", "the network does not say why"),
}
"""Why one post, or several, were not obtained."""


_MOST_LINKS = 8  # of more missing posts in one place, the first and the last are linked


class Told(NamedTuple):
    """Gaps in words: `Post 6 is unavailable.`, `The next post answers it, so it existed; …`, and what links to where.

    `links` are words with the id of the post whose address they stand for.
    """

    what: str
    why: str
    links: tuple[tuple[str, str], ...]


def gaps(found: Sequence[Gap], numbers: Sequence[tuple[int, int] | None], thread: Thread) -> list[Told]:
    """The gaps of one place in words; neighbours that are missing for the same reason share a sentence.

    `numbers` are those of the gaps, None for a gap without.
    """
    rows: list[list[int]] = []
    for place, gap in enumerate(found):
        if rows and _alike(found[rows[-1][-1]], gap):
            rows[-1].append(place)
        else:
            rows.append([place])
    last = len(found) - 1
    return [_told([found[i] for i in row], [numbers[i] for i in row], thread, ends=row[-1] == last) for row in rows]


def _alike(one: Gap, other: Gap) -> bool:
    return bool(one.id and other.id and one.count and other.count) and _reason(one) == _reason(other)


def _told(row: Sequence[Gap], numbers: Sequence[tuple[int, int] | None], thread: Thread, *, ends: bool) -> Told:
    """Gaps of one reason; `ends` says that the next post follows right behind them."""
    first = row[0]
    total = None if first.count is None else sum(gap.count or 0 for gap in row)
    known = [number for number in numbers if number]
    whole = (known[0][0], known[-1][1]) if len(known) == len(row) else None
    reason, several = _reason(first), total != 1
    evidence = _evidence(row, several=several, ends=ends)
    if reason == "unknown" and _unread(first, thread):
        return Told(_what(total, whole, "not in what was read"), sentence(evidence), ())
    why = "the page does not say why" if reason == "unknown" and not thread.completeness.links_seen else ""
    links: tuple[tuple[str, str], ...] = ()
    if reason not in ("opted-out", "protected"):
        pairs = list(zip(row, numbers, strict=True))
        if len(pairs) > _MOST_LINKS:
            pairs = [pairs[0], pairs[-1]]
        links = tuple([(_address_of(number, len(row)), gap.id) for gap, number in pairs])
    fate = "deleted" if reason == "deleted" else "unavailable"
    return Told(_what(total, whole, fate), sentence([*evidence, why or _WHY[reason][several]]), links)


def _unread(gap: Gap, thread: Thread) -> bool:
    """Whether nobody was asked about a gap: no link names it, it only follows from a total that was given."""
    counted = gap.before is None or gap.number is None
    return thread.completeness.links_seen and not gap.id and not gap.line and counted


def _what(total: int | None, number: tuple[int, int] | None, fate: str) -> str:
    deleted = fate == "deleted"
    if total is None:
        return f"Some posts {'were' if deleted else 'are'} {fate}."
    if total == 1:
        name = f"Post {number[0]}" if number else "One post"
        return f"{name} {'was' if deleted else 'is'} {fate}."
    name = f"Posts {number[0]} to {number[1]}" if number else f"{small(total).capitalize()} posts"
    return f"{name} {'were' if deleted else 'are'} {fate}."


def _address_of(number: tuple[int, int] | None, together: int) -> str:
    if together == 1:
        return ITS_ADDRESS
    return f"Address of {span_of(number)}" if number else "Address"


def _reason(gap: Gap) -> Reason:
    """The reason that may be told: `deleted` only in the network's own word."""
    return "unknown" if gap.reason == "deleted" and gap.says != "deleted" else gap.reason


def _evidence(row: Sequence[Gap], *, several: bool, ends: bool) -> list[str]:
    """How we know of gaps that share a sentence."""
    gap, it, existed = row[0], "them" if several else "it", "they existed" if several else "it existed"
    if gap.id and gap.before and ends and len(row) == 1:
        return [f"the next post answers {it}, so {existed}"]
    if gap.id:
        return [f"the network names {it}, so {existed}"]
    if gap.number is None:
        counted = gap.count and _reason(gap) in ("unknown", "unreachable")
        return ["more posts are counted than are here"] if counted else []
    number = (gap.number, gap.last or gap.number)
    if gap.before is None:
        return [f"the author's numbering goes on to {number[1]}"]
    twice = [f"{gap.beside} stands there twice"] if gap.beside is not None else []
    return [f"the author's numbering has no {span_of(number)}", *twice]


def open_end(completeness: Completeness) -> str:
    """What stands where the end could not be confirmed."""
    if not completeness.links_seen:
        return "The saved page does not prove that the thread ends here."
    return "The thread may go on; its end could not be confirmed."
