"""What may be shown to a stranger: labels, visibility, opt-outs → one decision with a reason.

Every renderer stands behind `shown`. A post that is withheld leaves a gap, a quote leaves a placeholder, context is
left out; nothing of a withheld text survives in the result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from threadleaf.core import article, completeness
from threadleaf.core.errors import Refused
from threadleaf.core.model import Branch, Gap, Quote
from threadleaf.core.title import title

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from threadleaf.core.model import Author, Completeness, Numbering, Part, Post, Reason, Thread

LOGGED_OUT = "!no-unauthenticated"
HIDDEN = frozenset({"!hide", "!takedown"})


class Decision(Struct, frozen=True):
    """Whether something may be shown; if not, the gap's reason, and the label or visibility that says so."""

    show: bool
    reason: Reason = "unknown"
    source: str = ""


_SHOW = Decision(show=True)


def about_labels(labels: Iterable[str]) -> Decision:
    """The decision that the labels of a post or an account ask for (AT Protocol label specification).

    `!no-unauthenticated` is the account's own wish not to be shown to visitors without login; `!hide` and
    `!takedown` are set by the network's moderation.
    """
    held = set(labels)
    if LOGGED_OUT in held:
        return Decision(show=False, reason="opted-out", source=LOGGED_OUT)
    for label in sorted(held & HIDDEN):
        return Decision(show=False, reason="protected", source=label)
    return _SHOW


def about(post: Post, author: Author | None) -> Decision:
    """The decision for one post: its author's labels, its own labels, and who may see it on its network."""
    decision = about_labels((*(author.labels if author else ()), *post.labels))
    if decision.show and post.visibility not in ("public", "unlisted"):
        return Decision(show=False, reason="protected", source=post.visibility)
    return decision


def shown(thread: Thread) -> Thread:
    """The thread as a visitor without login may see it; the same object if nothing is withheld.

    Raises `Refused`, with a sentence for whoever asked, when the author's wish covers the whole thread or none of
    its posts may be shown.
    """
    _refuse_author(thread)
    people = {author.id: author for author in thread.authors}
    everything = (
        *thread.posts, *(p for b in thread.branches for p in b.posts),
        *thread.replies_by_author, *thread.context, *thread.quoted,
    )  # fmt: skip
    held = {post.id: d for post in everything if not (d := about(post, people.get(post.author))).show}
    hushed = {author.id for author in thread.authors if not about_labels(author.labels).show}
    return _without(thread, held, hushed) if held or hushed else thread


def _refuse_author(thread: Thread) -> None:
    decision = about_labels(thread.author.labels)
    if decision.reason == "opted-out":
        sentence = "The author asks to be shown only to people who are logged in to the network."
        raise Refused(sentence, subject=thread.author.id, code=decision.source)
    if not decision.show:
        sentence = "This account is hidden by its network's moderation, so its threads are not shown."
        raise Refused(sentence, subject=thread.author.id, code=decision.source)


def _without(thread: Thread, held: dict[str, Decision], hushed: set[str]) -> Thread:
    """The thread without the held posts, and without a word about the hushed authors."""
    thread = _without_quotes(thread, held, hushed)
    posts = tuple(post for post in thread.posts if post.id not in held)
    if not posts:
        sentence = "None of the posts of this thread is public, so there is nothing that may be shown."
        raise Refused(sentence, subject=thread.ref.id)
    branches = _branches(thread, held)
    gaps = (*_line_gaps(thread, held), *_side_gaps(thread, held))
    numbering = _kept(thread.counters, held)
    lost = len(gaps) - len(thread.gaps)
    answers = sum(post.id in held for post in thread.replies_by_author)
    return replace(
        thread,
        title=title(posts[0], numbering) if thread.posts[0].id in held else thread.title,
        authors=tuple(author for author in thread.authors if author.id not in hushed),
        posts=posts,
        branches=branches,
        replies_by_author=_shown_of(thread.replies_by_author, held),
        context=_shown_of(thread.context, held),
        quoted=_shown_of(thread.quoted, held),
        gaps=gaps,
        counters=numbering,
        completeness=_completeness(thread, posts, branches, gaps, lost + answers),
        parts=_parts(thread, held),
        article=article.build(posts, numbering, gaps, branches),
        readings=tuple(reading for reading in thread.readings if reading.author not in hushed),
    )


def _without_quotes(thread: Thread, held: dict[str, Decision], hushed: set[str]) -> Thread:
    """The thread with a placeholder for every quote of a held post or of a hushed author."""

    def quiet(posts: Iterable[Post]) -> tuple[Post, ...]:
        return tuple(_no_quote(post, held, hushed) for post in posts)

    return replace(
        thread,
        posts=quiet(thread.posts),
        branches=tuple(Branch(at=branch.at, posts=quiet(branch.posts)) for branch in thread.branches),
        replies_by_author=quiet(thread.replies_by_author),
        context=quiet(thread.context),
        quoted=quiet(thread.quoted),
    )


def _shown_of(posts: Iterable[Post], held: dict[str, Decision]) -> tuple[Post, ...]:
    return tuple(post for post in posts if post.id not in held)


def _completeness(
    thread: Thread, posts: Sequence[Post], branches: Sequence[Branch], gaps: Sequence[Gap], withheld: int
) -> Completeness:
    return replace(
        thread.completeness,
        state="incomplete" if len(gaps) > len(thread.gaps) else thread.completeness.state,
        posts=len(posts),
        branch_posts=sum(len(branch.posts) for branch in branches),
        missing=completeness.missing(gaps),
        withheld=withheld,
    )


def _parts(thread: Thread, held: dict[str, Decision]) -> tuple[Part, ...]:
    """The series without withheld parts; a thread that is left alone is no series."""
    parts = tuple(part for part in thread.parts if part.where == "here" or part.id not in held)
    return parts if len(parts) > 1 else ()


def _no_quote(post: Post, held: dict[str, Decision], hushed: set[str]) -> Post:
    """The post with a placeholder in place of a quote that is withheld: no word about what is quoted, or whom."""
    quote = post.quote
    if quote is None or (quote.id not in held and quote.author not in hushed):
        return post
    label = quote.id in held and held[quote.id].reason != "opted-out"
    return replace(post, quote=Quote(id="", state="hidden" if label else "opted-out"))


def _line_gaps(thread: Thread, held: dict[str, Decision]) -> list[Gap]:
    """The main line's gaps, old and new, in reading order, each between posts that are still there."""
    old = [gap for gap in thread.gaps if not gap.line]
    return _moored(thread, thread.posts, old, held, None, "")


def _side_gaps(thread: Thread, held: dict[str, Decision]) -> list[Gap]:
    """The same for every branch, in the order of the branches; then for branches of which nothing was obtained."""
    places = _places(thread, held)
    old: dict[str, list[Gap]] = {}
    for gap in thread.gaps:
        if gap.line:
            old.setdefault(gap.line, []).append(gap)
    gaps = []
    for branch in thread.branches:
        line = next((post.id for post in branch.posts if post.id not in held), branch.posts[0].id)
        inside = old.pop(branch.posts[0].id, [])
        gaps += _moored(thread, branch.posts, inside, held, places[branch.at], line)
    return gaps + [replace(gap, after=places.get(gap.after or "")) for rest in old.values() for gap in rest]


def _moored(
    thread: Thread, posts: Sequence[Post], old: Sequence[Gap], held: dict[str, Decision], start: str | None, line: str
) -> list[Gap]:
    """Gaps of one line: those that were there, and one for each post withheld, with their nearest shown neighbours."""
    numbers = {c.post: c.number for c in thread.counters.found}
    before: dict[str | None, list[Gap]] = {}
    for gap in old:
        before.setdefault(gap.before, []).append(gap)
    rows: list[Gap] = []
    after = start
    for post in posts:
        rows += [replace(gap, after=after, before=post.id, line=line) for gap in before.get(post.id, ())]
        if post.id in held:
            d, number = held[post.id], numbers.get(post.id)
            rows.append(
                Gap(after=after, before=post.id, id=post.id, reason=d.reason, says="withheld", number=number, line=line)
            )
        else:
            after = post.id
    rows += [replace(gap, after=after, before=None, line=line) for gap in before.get(None, ())]
    following = _following(posts, held)
    return [replace(gap, before=following.get(gap.before or "")) for gap in rows]


def _following(posts: Sequence[Post], held: dict[str, Decision]) -> dict[str, str | None]:
    """For every post of a line the first shown one from there on."""
    found: dict[str, str | None] = {}
    shown_next: str | None = None
    for post in reversed(posts):
        shown_next = shown_next if post.id in held else post.id
        found[post.id] = shown_next
    return found


def _branches(thread: Thread, held: dict[str, Decision]) -> tuple[Branch, ...]:
    """Branches without withheld posts, each at a post that is shown."""
    places = _places(thread, held)
    rest = ((places[branch.at], _shown_of(branch.posts, held)) for branch in thread.branches)
    return tuple(Branch(at=at, posts=posts) for at, posts in rest if posts)


def _places(thread: Thread, held: dict[str, Decision]) -> dict[str, str]:
    """Where what hangs below a post is shown: there, or at the nearest shown post before it, else at the first one."""
    near = next(post.id for post in thread.posts if post.id not in held)
    places: dict[str, str] = {}
    for post in thread.posts:
        near = near if post.id in held else post.id
        places[post.id] = near
    for branch in thread.branches:
        near = places[branch.at]
        for post in branch.posts:
            near = near if post.id in held else post.id
            places[post.id] = near
    return places


def _kept(numbering: Numbering, held: dict[str, Decision]) -> Numbering:
    return replace(numbering, found=tuple(c for c in numbering.found if c.post not in held))
