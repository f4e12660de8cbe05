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
from threadleaf.core.model import Branch, Gap
from threadleaf.core.title import title

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from threadleaf.core.model import Author, Completeness, Numbering, Part, Post, Quote, Reason, Thread

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
    return _without(thread, held) if held else thread


def _refuse_author(thread: Thread) -> None:
    decision = about_labels(thread.author.labels)
    if decision.reason == "opted-out":
        sentence = "The author asks that her posts are shown only to people who are logged in to the network."
        raise Refused(sentence, subject=thread.author.id, code=decision.source)
    if not decision.show:
        sentence = "This account is hidden by its network's moderation, so its threads are not shown."
        raise Refused(sentence, subject=thread.author.id, code=decision.source)


def _without(thread: Thread, held: dict[str, Decision]) -> Thread:
    posts = tuple(_no_quotes(post, held) for post in thread.posts if post.id not in held)
    if not posts:
        sentence = "None of the posts of this thread is public, so there is nothing that may be shown."
        raise Refused(sentence, subject=thread.ref.id)
    branches, side_gaps = _branches(thread, held)
    gaps = (*_gaps(thread, held), *side_gaps)
    numbering = _kept(thread.counters, held)
    lost = len(gaps) - len(thread.gaps)
    answers = sum(post.id in held for post in thread.replies_by_author)
    return replace(
        thread,
        title=title(posts[0], numbering) if thread.posts[0].id in held else thread.title,
        posts=posts,
        branches=branches,
        replies_by_author=tuple(_no_quotes(p, held) for p in thread.replies_by_author if p.id not in held),
        context=tuple(_no_quotes(p, held) for p in thread.context if p.id not in held),
        quoted=tuple(p for p in thread.quoted if p.id not in held),
        gaps=gaps,
        counters=numbering,
        completeness=_completeness(thread, posts, branches, gaps, lost + answers),
        parts=_parts(thread, held),
        article=article.build(posts, numbering, gaps, branches),
    )


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
    parts = tuple(part for part in thread.parts if part.id not in held)
    return parts if len(parts) > 1 else ()


def _no_quotes(post: Post, held: dict[str, Decision]) -> Post:
    """The post with its quote turned into a placeholder, if the quoted post is withheld."""
    quote = post.quote
    if quote is None or quote.id not in held:
        return post
    return replace(post, quote=_placeholder(quote, held[quote.id]))


def _placeholder(quote: Quote, decision: Decision) -> Quote:
    return replace(quote, state="opted-out" if decision.reason == "opted-out" else "hidden")


def _gaps(thread: Thread, held: dict[str, Decision]) -> tuple[Gap, ...]:
    """The main line's gaps, old and new, in reading order, each between posts that are still there."""
    numbers = {c.post: c.number for c in thread.counters.found}
    old: dict[str | None, list[Gap]] = {}
    for gap in thread.gaps:
        if not gap.line:
            old.setdefault(gap.before, []).append(gap)
    rows: list[Gap] = []
    for post in thread.posts:
        rows += old.get(post.id, [])
        if post.id in held:
            d = held[post.id]
            rows.append(Gap(before=post.id, id=post.id, reason=d.reason, says="withheld", number=numbers.get(post.id)))
    rows += old.get(None, [])
    return _moored(thread, rows, held)


def _moored(thread: Thread, rows: Sequence[Gap], held: dict[str, Decision]) -> tuple[Gap, ...]:
    """Give each gap the nearest shown neighbours."""
    order = [post.id for post in thread.posts]
    kept = [i for i in order if i not in held]
    place = {post: n for n, post in enumerate(order)}
    result = []
    for gap in rows:
        at = len(order) if gap.before is None else place[gap.before]
        before = next((i for i in kept if place[i] >= at), None)
        after = next((i for i in reversed(kept) if place[i] < at), None)
        result.append(replace(gap, after=after, before=before))
    return tuple(result)


def _branches(thread: Thread, held: dict[str, Decision]) -> tuple[tuple[Branch, ...], tuple[Gap, ...]]:
    """Branches without withheld posts, moved to a post that is shown, and a gap for each post withheld in them."""
    branches, gaps = [], [gap for gap in thread.gaps if gap.line]
    line = [post.id for post in thread.posts]
    for branch in thread.branches:
        at = _shown_near(line, branch.at, held)
        posts = tuple(_no_quotes(post, held) for post in branch.posts if post.id not in held)
        if posts:
            branches.append(Branch(at=at, posts=posts))
        gaps += _side_gaps(branch, at, held)
    return tuple(branches), tuple(gaps)


def _side_gaps(branch: Branch, at: str, held: dict[str, Decision]) -> list[Gap]:
    kept = [post.id for post in branch.posts if post.id not in held]
    line = kept[0] if kept else branch.posts[0].id
    after, gaps = at, []
    for place, post in enumerate(branch.posts):
        if post.id not in held:
            after = post.id
            continue
        before = next((p.id for p in branch.posts[place:] if p.id not in held), None)
        d = held[post.id]
        gaps.append(Gap(after=after, before=before, id=post.id, reason=d.reason, says="withheld", line=line))
    return gaps


def _shown_near(line: Sequence[str], at: str, held: dict[str, Decision]) -> str:
    """The post itself, or if it is withheld the nearest shown one before it, else the first shown one."""
    if at not in held or at not in line:
        return at
    place = line.index(at)
    near = [*reversed(line[:place]), *line[place:]]
    return next((post for post in near if post not in held), at)


def _kept(numbering: Numbering, held: dict[str, Decision]) -> Numbering:
    return replace(numbering, found=tuple(c for c in numbering.found if c.post not in held))
