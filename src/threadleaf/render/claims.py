"""The sentences about completeness: what is claimed, how it is known, and what stands where a post is missing.

Every sentence is true of every thread for which it is made (rules §4): where nothing is known, it says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from threadleaf.core.model import Completeness, Gap, Note, Numbering, Reason, State, Thread
from threadleaf.render._safe import line
from threadleaf.render.tongue import ENGLISH, Pair, Tongue, marked, marked_plural
from threadleaf.render.words import ITS_ADDRESS, posts, sentence, span_of

if TYPE_CHECKING:
    from threadleaf.render import View


# --- figures ----------------------------------------------------------------------------------------------------


def size(thread: Thread, say: Tongue = ENGLISH) -> list[str]:
    """How long the main line is: `12 posts`, `4 min` (230 words or 480 Chinese characters a minute)."""
    characters = sum([len(post.text) for post in thread.posts])
    langs = thread.posts[0].langs
    dense = bool(langs) and langs[0][:2] in ("zh", "ja", "ko")
    minutes = max(1, round(characters / (480 if dense else 1380)))
    return [posts(len(thread.posts), say), say("{n} min", n=minutes)]


def told(thread: Thread, numbers: Sequence[tuple[int, int]] = (), say: Tongue = ENGLISH) -> tuple[str, str]:
    """Completeness at the head: `state` and `figures`. `numbers` are those of the missing posts."""
    in_branches, cut_off = any(gap.line for gap in thread.gaps), _cut_off(thread)
    completeness = thread.completeness
    if thread.as_of:  # the head of an earlier version names one day, that of the version
        completeness = replace(completeness, read_at=None)
    return (
        state(completeness, say, in_branches=in_branches),
        figures(completeness, numbers, say, in_branches=in_branches, cut_off=cut_off, unread=_all_unread(thread)),
    )


def state(completeness: Completeness, say: Tongue = ENGLISH, *, in_branches: bool = False) -> str:
    """The first sentence about completeness (rules §4). `in_branches`: some of the missing posts stand in branches."""
    here, missing = _here(completeness, in_branches=in_branches), completeness.missing
    if completeness.state == "open":
        return say("Nothing is known to be missing; we could not confirm the end.")
    if completeness.state == "complete":
        told = _WHOLE.get(here)
        return say(told) if told else say.plural(here, "All {n} posts are here.", "All {n} posts are here.")
    if not missing:
        return say("Some posts are missing.")
    if not _total_known(completeness):
        return say.plural(missing, "At least one post is missing.", "At least {n} posts are missing.")
    if missing == 1:
        return say("One post is missing.")
    total = here + missing
    return say.plural(
        total, "{missing} of {n} post is missing.", "{missing} of {n} posts are missing.", missing=missing
    )


_WHOLE: Mapping[int, str] = {1: marked("This thread is one post, and it is here."), 2: marked("Both posts are here.")}
_SHORT: Mapping[State, str] = {
    "complete": "",
    "incomplete": marked("some missing"),
    "open": marked("end not confirmed"),
}


def in_short(size: int, state: State, say: Tongue = ENGLISH) -> str:
    """Size and completeness of a main line where there is no room for sentences: `11 posts, some missing`."""
    known = _SHORT[state]
    return f"{posts(size, say)}{say(', ')}{say(known)}" if known else posts(size, say)


def figures(
    completeness: Completeness,
    numbers: Sequence[tuple[int, int]] = (),
    say: Tongue = ENGLISH,
    *,
    in_branches: bool = False,
    cut_off: bool = False,
    unread: bool = False,
) -> str:
    """What was counted, in one sentence.

    `numbers` are those of the missing posts, `in_branches` is as for `state`, `cut_off` says that posts are missing
    at the end: then no answer to what is here shows that the thread is over. `unread` says that of none of the missing
    posts anybody was asked: then they are no more than not in what was read.
    """
    here = _here(completeness, in_branches=in_branches)
    incomplete, counted = completeness.state == "incomplete", _total_known(completeness)
    clauses = []
    if incomplete and completeness.missing == 1 and counted:
        clauses.append(say.plural(here + 1, "{here} of {n} post is here", "{here} of {n} posts are here", here=here))
    elif completeness.state != "complete":
        clauses.append(say.plural(here, "{n} post is here", "{n} posts are here"))
    clauses += _unavailable(numbers, say, unread=unread)
    if incomplete and completeness.missing and not counted:
        clauses.append(say("we could not confirm the end"))
    if completeness.announced is not None:
        clauses.append(say.plural(completeness.announced, "{n} announced", "{n} announced"))
    if completeness.reported is not None and not _counts_more(completeness):
        clauses.append(_reports(completeness, say, in_branches=in_branches))
    if completeness.ends_reached and not cut_off:
        clauses.append(say("every end was reached"))
    if completeness.withheld:
        clauses.append(say.plural(completeness.withheld, "{n} post withheld", "{n} posts withheld"))
    if completeness.read_at:
        clauses.append(say("read on {when}", when=say.moment(completeness.read_at)))
    return sentence(clauses, say)


def _reports(completeness: Completeness, say: Tongue, *, in_branches: bool) -> str:
    """The network's count and, where it is not ours, in short why."""
    reported = completeness.reported or 0
    if reported == completeness.posts:
        return say("the network reports {n}", n=reported)
    if in_branches or not _missing_make_up(completeness):
        return say("the network reports {n} and may count otherwise", n=reported)
    if completeness.missing == 1:
        return say("the network reports {n}, the missing one among them", n=reported)
    return say("the network reports {n}, the missing ones among them", n=reported)


def _missing_make_up(completeness: Completeness) -> bool:
    """Whether the posts known to be missing are just those that the network counts more than are here."""
    return bool(completeness.missing) and completeness.reported == completeness.posts + (completeness.missing or 0)


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


def _unavailable(numbers: Sequence[tuple[int, int]], say: Tongue, *, unread: bool) -> list[str]:
    """The numbers of missing posts, unless they are too many to read."""
    runs = _runs(numbers)
    if not 0 < len(runs) <= 8:
        return []
    known = say.listed([span_of(run) for run in runs])
    if len(runs) == 1 and runs[0][0] == runs[0][1]:
        return [say("number {n} is not in what was read" if unread else "number {n} is unavailable", n=known)]
    return [say("numbers {n} are not in what was read" if unread else "numbers {n} are unavailable", n=known)]


def _runs(numbers: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Numbers in rising order, neighbours as one: 1–5 and 6 are 1–6."""
    runs: list[tuple[int, int]] = []
    for first, last in sorted([(min(number), max(number)) for number in numbers]):
        if runs and first <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], max(last, runs[-1][1]))
        else:
            runs.append((first, last))
    return runs


def how_we_know(thread: Thread, view: View = "article", say: Tongue = ENGLISH) -> list[str]:
    """The evidence, a sentence each, as it stands above a view of the thread."""
    completeness = thread.completeness
    lines = [
        *_by_links(completeness, say, cut_off=_cut_off(thread)),
        *_by_numbers(thread.counters, view, say),
        *_by_counts(thread, say),
    ]
    if thread.gaps:
        lines.append(say("What is missing is named in its place."))
    if completeness.withheld:
        lines.append(say("Posts that are not for everybody are left out; their places are kept."))
    lines += notes(thread, say)
    if completeness.read_at is None:
        lines.append(say("It is not known when this was read."))
    elif thread.as_of is None:
        when = say.moment(completeness.read_at)
        lines.append(say("Read on {when}; what was written or changed later is not here.", when=when))
    return lines


def _by_links(completeness: Completeness, say: Tongue, *, cut_off: bool) -> list[str]:
    if not completeness.links_seen:
        return [
            say("This comes from a saved page, which does not say which post answers which."),
            say("The order is the page's, and a lost post shows only by the author's numbering."),
        ]
    lines = [say("Each post names the post it answers; the order follows these links.")]
    if completeness.ends_reached and not cut_off:
        lines.append(say("For every post of the author, all further answers by the author were asked for."))
    elif completeness.open_ends:
        ends = len(completeness.open_ends)
        lines.append(
            say.plural(
                ends,
                "Below {n} post there may be more by the author that the network did not show us.",
                "Below {n} posts there may be more by the author that the network did not show us.",
                n=say.small(ends),
            )
        )
    return lines


def _by_numbers(counters: Numbering, view: View, say: Tongue) -> list[str]:
    if counters.kind == "posts":
        form = _KEYCAP if counters.style == "keycap" else line(counters.style)
        if view == "article":
            return [
                say(
                    "The author numbers the posts, in the form “{form}”; the article view leaves the numbers out.",
                    form=form,
                )
            ]
        return [say("The author numbers the posts, in the form “{form}”.", form=form)]
    if counters.kind == "items":
        return [say("The author's numbers count points in the text, not posts; they stay where they are.")]
    return []


def _by_counts(thread: Thread, say: Tongue) -> list[str]:
    completeness, lines = thread.completeness, []
    announced, reported = completeness.announced, completeness.reported
    if announced is not None and thread.counters.kind == "posts":
        lines.append(say.plural(announced, "The author announces {n} post.", "The author announces {n} posts."))
    elif announced is not None:
        lines.append(say.plural(announced, "The page announces {n} post.", "The page announces {n} posts."))
    if reported is not None and _counts_more(completeness):
        lines.append(
            say.plural(
                reported,
                "The network counts {n} post in this thread, calls to a bot and answers among them.",
                "The network counts {n} posts in this thread, calls to a bot and answers among them.",
            )
        )
    elif reported is not None:
        lines.append(
            say.plural(
                reported,
                "The network counts {n} post in this thread.",
                "The network counts {n} posts in this thread.",
            )
        )
        lines += _why_other(thread, reported, say)
    if completeness.branch_posts:
        lines.append(
            say.plural(
                completeness.branch_posts,
                "In branches, shown where they leave: {n} more post by the author.",
                "In branches, shown where they leave: {n} more posts by the author.",
            )
        )
    return lines


def _why_other(thread: Thread, reported: int, say: Tongue) -> list[str]:
    """Why the network's count is not the number of posts here; nothing where it is."""
    completeness = thread.completeness
    if reported == completeness.posts:
        return []
    if reported < completeness.posts:
        return [say("That is fewer than are here: the network may have counted before the others were written.")]
    if any(gap.line for gap in thread.gaps) or not _missing_make_up(completeness):
        return [
            say("That is not the number of posts here: it may hold posts not shown to us, calls to a bot, or answers.")
        ]
    return [
        say.plural(
            completeness.missing or 0,
            "The post that is missing here is among them: {posts} and the missing one.",
            "The posts that are missing here are among them: {posts} and the {n} missing ones.",
            posts=posts(completeness.posts, say),
        )
    ]


_KEYCAP = "1\ufe0f\u20e3"


# --- notes ------------------------------------------------------------------------------------------------------

NOTES: Mapping[str, str] = {
    "x-terms": marked("X’s terms let programs have ids and addresses only, so all words are left out here."),
    "along-branch": marked("One of the thread’s branches is read here as its main line."),
    "number-skipped": marked("The author's numbering skips {n}."),
    "number-repeated": marked("These numbers of the author's occur more than once: {n}."),
    "doubled-posts": marked("Some posts came more than once (further copies: {n}); the latest edit of each is shown."),
    "cycle-cut": marked("Some posts answer each other in a circle; it was opened at the oldest of them."),
    "answers-missing": marked("Of the author's replies to others, {n} could not be read."),
    "stopped-limit": marked(
        "Reading stopped at a limit that is set here, so there may be more. Unrolled again, it goes on from there."
    ),
    "stopped-rate": marked(
        "A server asked us to wait, so there may be more. Unrolled again later, it goes on from there."
    ),
    "stopped-timeout": marked(
        "Not everything came in time, so there may be more. Unrolled again, it goes on from there."
    ),
    "stopped-network": marked(
        "A server could not be reached, so there may be more. Unrolled again later, it goes on from there."
    ),
    "stopped-too-large": marked("An answer was larger than is accepted, so there may be more."),
    "stopped-door": marked("A server gave an address or an answer that is not accepted, so there may be more."),
    "stopped-offline": marked("No network was to be used, so there may be more."),
    "html-too-deep": marked("A post's formatting was too deep or too long to be read; its text is shown plain."),
    "no-author": marked("The page does not name its author."),
    "no-handle": marked("The page gives the author's name but no handle."),
    "no-foot": marked("The page has no foot as such pages have; it may have been cut off."),
    "guessed-boundaries": marked("{places}, it is a guess where a new post begins."),
    "guessed-encoding": marked("The page is not in UTF-8; it was read as Windows-1252."),
    "appview-down": marked(
        "Bluesky's public service could not be reached. This was read from the author's own server: without"
        " other people's posts, and without what moderators say of it."
    ),
    "deletions-untold": marked(
        "The server does not tell of deleted posts; if the author deleted one in the middle, what"
        " followed it may be missing here."
    ),
    "replaced-characters": marked("Some characters could not be read and stand as \ufffd (characters: {n})."),
    "repaired-encoding": marked("{places}, characters that had been read in a wrong code page were restored."),
    "repaired-entities": marked("{places}, character codes that had come loose were turned back into characters."),
    "repaired-emoji": marked("{places}, emoji were restored from what was left of their pictures."),
    "repaired-links": marked("{places}, a link that the page has twice is shown once."),
    "repaired-lines": marked("{places}, a line that the page has twice is shown once."),
}
"""What was repaired, guessed or cut on the way, by `Note.kind`."""
_SKIPPED_BETWEEN = marked("The author's numbering skips {n}; post {later} answers post {earlier} directly.")


def notes(thread: Thread, say: Tongue = ENGLISH) -> list[str]:
    """The notes of a thread in words; numbers of one kind share a sentence, and unknown kinds have none."""
    kinds: dict[str, list[Note]] = {}
    for note in thread.completeness.notes:
        kinds.setdefault(note.kind, []).append(note)
    lines: dict[str, None] = {}
    for kind, found in kinds.items():
        if kind not in NOTES:
            continue
        if kind.startswith("number-"):
            lines[_numbers_note(kind, [note.n for note in found if note.n is not None], thread, say)] = None
        else:
            lines.update({say(NOTES[kind], n=note.n, places=_places(note.n, say)): None for note in found})
    return list(lines)


def _numbers_note(kind: str, numbers: Sequence[int], thread: Thread, say: Tongue) -> str:
    """One sentence about some of the author's numbers; of a skipped one, that its neighbours are linked, if so."""
    between = _between(numbers[0], thread) if len(numbers) == 1 else None
    if between and kind == "number-skipped":
        return say(_SKIPPED_BETWEEN, n=str(numbers[0]), earlier=str(between[0]), later=str(between[1]))
    return say(NOTES[kind], n=_first_few(numbers, say))


def _places(number: int | None, say: Tongue) -> str:
    """`In one place`, `In 3 places`."""
    return say("In some places") if number is None else say.plural(number, "In one place", "In {n} places")


def _first_few(numbers: Sequence[int], say: Tongue) -> str:
    """Numbers as a list that can be read."""
    more = len(numbers) - 8
    others = [say.plural(more, "{n} other", "{n} others")] if more > 0 else []
    return say.listed([f"{number}" for number in numbers[:8]] + others)


def _between(skipped: int, thread: Thread) -> tuple[int, int] | None:
    """The numbers of the linked posts before and after a skipped number, where there are such."""
    if not thread.completeness.links_seen:
        return None
    numbers = [(c.last or c.number, c.number) for c in thread.counters.found]
    below = [number for number, _ in numbers if number < skipped]
    above = [number for _, number in numbers if number > skipped]
    return (max(below), min(above)) if below and above else None


# --- gaps and ends ----------------------------------------------------------------------------------------------

_WHY: Mapping[Reason, Pair] = {
    "deleted": (
        marked("the network says that it was deleted"),
        marked("the network says that they were deleted"),
    ),
    "blocked": (
        marked("the network says that it is blocked"),
        marked("the network says that they are blocked"),
    ),
    "protected": (
        marked("it is not for the public, or hidden by its network"),
        marked("they are not for the public, or hidden"),
    ),
    "opted-out": (
        marked("its author does not want it shown here"),
        marked("their author does not want them shown here"),
    ),
    "taken-down": (
        marked("it was taken down on this site"),
        marked("they were taken down on this site"),
    ),
    "unreachable": (
        marked("it was out of reach when this was read"),
        marked("they were out of reach when this was read"),
    ),
    "unknown": (
        marked("the network does not say why"),
        marked("the network does not say why"),
    ),
}
"""Why one post, or several, were not obtained."""


class _Fate(NamedTuple):
    """What became of missing posts, as sentences: of some; of one or several with a number; of so many."""

    some: str
    one: str
    several: str
    counted: Pair


_DELETED = _Fate(
    marked("Some posts were deleted."),
    marked("Post {n} was deleted."),
    marked("Posts {first} to {last} were deleted."),
    marked_plural("{n} post was deleted.", "{n} posts were deleted."),
)
_UNAVAILABLE = _Fate(
    marked("Some posts are unavailable."),
    marked("Post {n} is unavailable."),
    marked("Posts {first} to {last} are unavailable."),
    marked_plural("{n} post is unavailable.", "{n} posts are unavailable."),
)
_NOT_READ = _Fate(
    marked("Some posts are not in what was read."),
    marked("Post {n} is not in what was read."),
    marked("Posts {first} to {last} are not in what was read."),
    marked_plural("{n} post is not in what was read.", "{n} posts are not in what was read."),
)

_MOST_LINKS = 8  # of more missing posts in one place, the first and the last are linked


class Told(NamedTuple):
    """Gaps in words: `Post 6 is unavailable.`, `The next post answers it, so it existed; …`, and what links to where.

    `links` are words with the id of the post whose address they stand for.
    """

    what: str
    why: str
    links: tuple[tuple[str, str], ...]


def gaps(
    found: Sequence[Gap], numbers: Sequence[tuple[int, int] | None], thread: Thread, say: Tongue = ENGLISH
) -> list[Told]:
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
    return [
        _told([found[i] for i in row], [numbers[i] for i in row], thread, say, ends=row[-1] == last) for row in rows
    ]


def _alike(one: Gap, other: Gap) -> bool:
    return bool(one.id and other.id and one.count and other.count) and _reason(one) == _reason(other)


def _told(
    row: Sequence[Gap], numbers: Sequence[tuple[int, int] | None], thread: Thread, say: Tongue, *, ends: bool
) -> Told:
    """Gaps of one reason; `ends` says that the next post follows right behind them."""
    first = row[0]
    total = None if first.count is None else sum(gap.count or 0 for gap in row)
    known = [number for number in numbers if number]
    whole = (known[0][0], known[-1][1]) if len(known) == len(row) else None
    reason, several = _reason(first), total != 1
    evidence = _evidence(row, say, several=several, ends=ends)
    if reason == "unknown" and _unread(first, thread):
        return Told(_what(total, whole, _NOT_READ, say), sentence(evidence, say), ())
    untold = reason == "unknown" and not thread.completeness.links_seen
    why = say("the page does not say why") if untold else say(_WHY[reason][several])
    links: tuple[tuple[str, str], ...] = ()
    if reason not in ("opted-out", "taken-down", "protected"):
        pairs = list(zip(row, numbers, strict=True))
        if len(pairs) > _MOST_LINKS:
            pairs = [pairs[0], pairs[-1]]
        links = tuple([(_address_of(number, len(row), say), gap.id) for gap, number in pairs])
    fate = _DELETED if reason == "deleted" else _UNAVAILABLE
    return Told(_what(total, whole, fate, say), sentence([*evidence, why], say), links)


def _unread(gap: Gap, thread: Thread) -> bool:
    """Whether nobody was asked about a gap: no link names it, it only follows from a total that was given."""
    counted = gap.before is None or gap.number is None
    return thread.completeness.links_seen and not gap.id and not gap.line and counted


def _all_unread(thread: Thread) -> bool:
    """Whether of none of the posts that are missing anybody was asked."""
    return all(_reason(gap) == "unknown" and _unread(gap, thread) for gap in thread.gaps)


def _what(total: int | None, number: tuple[int, int] | None, fate: _Fate, say: Tongue) -> str:
    if total is None:
        return say(fate.some)
    if number is None:
        return say.plural(total, *fate.counted, n=say.small(total).capitalize())
    if total == 1:
        return say(fate.one, n=str(number[0]))
    return say(fate.several, first=str(number[0]), last=str(number[1]))


def _address_of(number: tuple[int, int] | None, together: int, say: Tongue) -> str:
    if together == 1:
        return say(ITS_ADDRESS)
    return say("Address of {n}", n=span_of(number)) if number else say("Address")


def _reason(gap: Gap) -> Reason:
    """The reason that may be told: `deleted` only in the network's own word."""
    return "unknown" if gap.reason == "deleted" and gap.says != "deleted" else gap.reason


def _evidence(row: Sequence[Gap], say: Tongue, *, several: bool, ends: bool) -> list[str]:
    """How we know of gaps that share a sentence."""
    gap = row[0]
    if gap.id:
        answered = gap.before and ends and len(row) == 1
        return [say((_ANSWERED if answered else _NAMED)[several])]
    if gap.number is None:
        counted = gap.count and _reason(gap) in ("unknown", "unreachable")
        return [say("more posts are counted than are here")] if counted else []
    number = (gap.number, gap.last or gap.number)
    if gap.before is None:
        return [say("the author's numbering goes on to {n}", n=str(number[1]))]
    twice = [say("{n} stands there twice", n=str(gap.beside))] if gap.beside is not None else []
    return [say("the author's numbering has no {n}", n=span_of(number)), *twice]


_ANSWERED: Pair = (
    marked("the next post answers it, so it existed"),
    marked("the next post answers them, so they existed"),
)
_NAMED: Pair = (
    marked("the network names it, so it existed"),
    marked("the network names them, so they existed"),
)


def open_end(completeness: Completeness, say: Tongue = ENGLISH) -> str:
    """What stands where the end could not be confirmed."""
    if not completeness.links_seen:
        return say("The saved page does not prove that the thread ends here.")
    return say("The thread may go on; its end could not be confirmed.")
