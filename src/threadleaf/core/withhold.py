"""Carry out what was wished (`core.wishes`): the thread as a stranger may see it, and why it looks like that.

Every renderer stands behind `shown`. A post that is withheld leaves a gap, a quote leaves a placeholder, context is
left out, and an answer to it does not say to whom; nothing of a withheld text survives in the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from threadleaf.core import article, completeness, wishes
from threadleaf.core.errors import Refused
from threadleaf.core.identity import everything
from threadleaf.core.model import Author, Branch, Gap, Network, Post, Quote, QuoteState
from threadleaf.core.title import title
from threadleaf.core.wishes import NOBODY, Decision, OptedOut, Reach, Sign

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from threadleaf.core.model import Completeness, Numbering, Part, Reason, Thread

Role = Literal["author", "context", "quoted", "other reading"]
"""What somebody has to do with a thread."""

Held = dict[str, Decision]
"""What is withheld, and why: posts by their ids, or people by theirs."""

Accounts = Mapping[str, tuple[Sign, ...]]
"""What speaks about everything by each of the people in a thread, by their ids."""


class Person(Struct, frozen=True):
    """Somebody of whom a thread shows something, and the decision about all of it."""

    author: Author
    roles: tuple[Role, ...]
    decision: Decision


class Explained(Struct, frozen=True, kw_only=True):
    """Why a thread is shown as it is: the people in it, its author first, and the posts about which something was said.

    `refusal` is the sentence for whoever asks for the thread, empty if it may be shown; `reach` is how far its page
    may reach at most.
    """

    network: Network
    refusal: str = ""
    reach: Reach = "unlisted"
    people: tuple[Person, ...] = ()
    posts: tuple[tuple[Post, Decision], ...] = ()


def shown(thread: Thread, opted_out: OptedOut = NOBODY) -> Thread:
    """The thread as a visitor without login may see it; the same object if nothing is withheld.

    `opted_out` are those of the people in it (`people`) who stand on our opt-out list. Raises `Refused`, with a
    sentence for whoever asked, when the author's wish covers the whole thread or none of its posts may be shown.
    """
    return _shown(thread, _accounts(thread, opted_out))


def _shown(thread: Thread, accounts: Accounts) -> Thread:
    _refuse_author(thread, accounts)
    said = {post.id: (*_of(accounts, post.author), *_of(accounts, post.id)) for post in everything(thread)}
    held = _withheld({post.id: (*said[post.id], *wishes.of_post(post)) for post in everything(thread)})
    hushed = _withheld(accounts)
    return _without(thread, held, hushed) if held or hushed else thread


def reach(thread: Thread, opted_out: OptedOut = NOBODY) -> Reach:
    """How far the page of a thread may reach at most, by what is said about any post that it shows.

    Settings and words of one person bind the whole page: a list or a search engine would find that person by it.
    """
    return _reach(thread, _accounts(thread, opted_out))


def _reach(thread: Thread, accounts: Accounts) -> Reach:
    for post in everything(thread):
        decision = wishes.decide((*_of(accounts, post.author), *wishes.of_post(post)))
        if decision.show and decision.reach == "unlisted":
            return "unlisted"
    return "listed"


def people(thread: Thread) -> frozenset[tuple[Network, str]]:
    """Everybody who is named in a thread as the author of something, by network and id.

    So are the posts by others in it: an author may have single ones left out, which stand on the list like an account.
    """
    networks = {author.id: author.network for author in (*thread.authors, thread.author)}
    named = {*networks, *(reading.author for reading in thread.readings)}
    for post in everything(thread):
        named |= {post.author, post.parent_author or owner(post.parent or ""), owner(post.root or "")}
        if post.quote is not None:
            named |= {post.quote.author or owner(post.quote.id), post.quote.id}
    named.update(post.id for post in (*thread.context, *thread.quoted))
    return frozenset((networks.get(name, thread.network), name) for name in named if name)


def of_others(thread: Thread) -> frozenset[tuple[Network, str]]:
    """The posts that a thread quotes, answers or is answered by, by network and id: they may belong to other threads."""
    quoted = (post.quote.id for post in everything(thread) if post.quote is not None)
    beside = (post.id for post in (*thread.context, *thread.quoted))
    return frozenset((thread.network, name) for name in (*quoted, *beside) if name)


def explain(thread: Thread, opted_out: OptedOut = NOBODY) -> Explained:
    """The decision about everybody in a thread, and about every post of which something was said. Refuses nothing."""
    accounts = _accounts(thread, opted_out)
    try:
        _shown(thread, accounts)
        refusal, most = "", _reach(thread, accounts)
    except Refused as refused:
        refusal, most = refused.sentence, "unlisted"
    known = {author.id: author for author in (*thread.authors, thread.author)}
    roles = _roles(thread)
    posts = ((post, wishes.decide(wishes.of_post(post))) for post in everything(thread))
    return Explained(
        network=thread.network,
        refusal=refusal,
        reach=most,
        people=tuple(
            Person(known.get(name) or Author(id=name, network=thread.network), held, wishes.decide(_of(accounts, name)))
            for name, held in roles.items()
        ),
        posts=tuple({post.id: (post, decision) for post, decision in posts if decision.signs}.values()),
    )


def _roles(thread: Thread) -> Mapping[str, tuple[Role, ...]]:
    """Everybody of whom something is shown, with every role, the thread's author first."""
    roles: dict[str, list[Role]] = {thread.author.id: ["author"]}
    told: Iterator[tuple[str, Role]] = iter(
        [
            *((post.author, "context") for post in thread.context),
            *((post.author, "quoted") for post in thread.quoted),
            *((reading.author, "other reading") for reading in thread.readings),
        ]
    )
    for name, role in told:
        if role not in roles.setdefault(name, []):
            roles[name].append(role)
    return {name: tuple(held) for name, held in roles.items()}


def _accounts(thread: Thread, opted_out: OptedOut) -> Accounts:
    known: dict[str, Author | None] = dict.fromkeys(opted_out)
    known.update((author.id, author) for author in (*thread.authors, thread.author))
    return {
        name: wishes.of_account(author, opted_out.get(name), own=name == thread.author.id)
        for name, author in known.items()
    }


def _of(accounts: Accounts, name: str) -> tuple[Sign, ...]:
    return accounts.get(name, ())


def _withheld(signs: Mapping[str, Iterable[Sign]]) -> Held:
    """Those about which something was said that lets nothing of them be shown."""
    return {name: d for name, said in signs.items() if not (d := wishes.decide(said)).show}


def _refuse_author(thread: Thread, accounts: Accounts) -> None:
    decision = wishes.decide(accounts[thread.author.id])
    if not decision.show:
        first = decision.signs[0]
        code = OPERATORS_WORD if first.asks == "taken-down" else _CODES.get(first.place, first.says)
        raise Refused(_sentence(first), subject=thread.author.id, code=code)


AUTHORS_WORD = frozenset({wishes.LOGGED_OUT, "profile", "opt-out-list", "publicAccessArchive=false"})
"""The codes of refusals that say what the author asked for; other refusals are the network's."""

OPERATORS_WORD = "operator-list"
"""The code of a refusal that says what the operator of this site decided."""

_CODES = {"profile": "profile", "list": "opt-out-list"}
"""What programs are told where the words of a sign are anybody's; labels and settings speak for themselves."""


def _sentence(sign: Sign) -> str:
    """Why a whole thread is not shown."""
    if sign.says == wishes.LOGGED_OUT:
        return "The author asks to be shown only to people who are logged in to the network."
    if sign.asks == "opted-out":
        return f"The author asks not to be unrolled ({wishes.told(sign)})."
    if sign.asks == "taken-down":
        return f"The operator of this site shows nothing of this author ({wishes.told(sign)})."
    if sign.place == "account":
        return f"The threads of this author are not shown: {wishes.told(sign)}."
    return "This account is hidden by its network's moderation, so its threads are not shown."


def _without(thread: Thread, held: Held, hushed: Held) -> Thread:
    """The thread without the held posts, and without a word about the hushed authors."""
    thread = _unnamed(thread, held, hushed)
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


def _unnamed(thread: Thread, held: Held, hushed: Held) -> Thread:
    """The thread in which nothing that is shown names a held post or a hushed author.

    The author's own held posts are named by the gaps that they leave, so their answers may name them too.
    """
    names = hushed | {a.handle: hushed[a.id] for a in thread.authors if a.handle and a.id in hushed}
    own = {post.id for post in everything(thread) if post.author == thread.author.id}
    others = {name: decision for name, decision in held.items() if name not in own}

    def quiet(posts: Iterable[Post]) -> tuple[Post, ...]:
        return tuple(_no_quote(_no_parent(post, others, names), held, names) for post in posts)

    notes = (replace(n, post="") if _why(n.post, "", others, names) else n for n in thread.completeness.notes)
    return replace(
        thread,
        posts=quiet(thread.posts),
        branches=tuple(Branch(at=branch.at, posts=quiet(branch.posts)) for branch in thread.branches),
        replies_by_author=quiet(thread.replies_by_author),
        context=quiet(thread.context),
        quoted=quiet(thread.quoted),
        completeness=replace(thread.completeness, notes=tuple(notes)),
    )


def _why(name: str, author: str, held: Held, hushed: Held) -> Decision | None:
    """Why a post is not named, by its id and its author as far as known; None if it may be."""
    return held.get(name) or hushed.get(name) or hushed.get(author) or hushed.get(owner(name))


def owner(name: str) -> str:
    """Whose post this is, by its id alone; empty if that does not say. AT URIs and ids of Mastodon begin with it."""
    return name[5:].partition("/")[0] if name.startswith("at://") else name.rpartition("/statuses/")[0]


def _no_parent(post: Post, held: Held, hushed: Held) -> Post:
    """The post with an empty parent in place of one that is withheld: that it is an answer, and no word to whom."""
    if _why(post.root or "", "", held, hushed):
        post = replace(post, root=None)
    if _why(post.parent or "", post.parent_author or "", held, hushed):
        post = replace(post, parent="", parent_author="")
    return post


def _shown_of(posts: Iterable[Post], held: Held) -> tuple[Post, ...]:
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


def _parts(thread: Thread, held: Held) -> tuple[Part, ...]:
    """The series without withheld parts; a thread that is left alone is no series."""
    parts = tuple(part for part in thread.parts if part.where == "here" or part.id not in held)
    return parts if len(parts) > 1 else ()


def _no_quote(post: Post, held: Held, hushed: Held) -> Post:
    """The post with a placeholder in place of a quote that is withheld: no word about what is quoted, or whom."""
    quote = post.quote
    if quote is None:
        return post
    decision = _why(quote.id, quote.author, held, hushed)
    return post if decision is None else replace(post, quote=Quote(id="", state=_PLACEHOLDERS[decision.reason]))


_PLACEHOLDERS: Mapping[Reason, QuoteState] = {
    "opted-out": "opted-out",
    "taken-down": "taken-down",
    "protected": "hidden",
    "unreachable": "unknown",
}
"""What stands in place of a quote that is withheld for a reason."""


def _line_gaps(thread: Thread, held: Held) -> list[Gap]:
    """The main line's gaps, old and new, in reading order, each between posts that are still there."""
    old = [gap for gap in thread.gaps if not gap.line]
    return _moored(thread, thread.posts, old, held, None, "")


def _side_gaps(thread: Thread, held: Held) -> list[Gap]:
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
    thread: Thread, posts: Sequence[Post], old: Sequence[Gap], held: Held, start: str | None, line: str
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


def _following(posts: Sequence[Post], held: Held) -> dict[str, str | None]:
    """For every post of a line the first shown one from there on."""
    found: dict[str, str | None] = {}
    shown_next: str | None = None
    for post in reversed(posts):
        shown_next = shown_next if post.id in held else post.id
        found[post.id] = shown_next
    return found


def _branches(thread: Thread, held: Held) -> tuple[Branch, ...]:
    """Branches without withheld posts, each at a post that is shown."""
    places = _places(thread, held)
    rest = ((places[branch.at], _shown_of(branch.posts, held)) for branch in thread.branches)
    return tuple(Branch(at=at, posts=posts) for at, posts in rest if posts)


def _places(thread: Thread, held: Held) -> dict[str, str]:
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


def _kept(numbering: Numbering, held: Held) -> Numbering:
    return replace(numbering, found=tuple(c for c in numbering.found if c.post not in held))
