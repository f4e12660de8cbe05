"""Every English sentence that a reader sees in a thread, whatever the format. Nothing here knows of markup.

Sentences say what was seen and how; they never say "deleted" unless the network does (rules §4), and dates are
dates, never "3 hours ago".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from threadleaf.core.model import (
    Author,
    Media,
    MediaKind,
    Network,
    Option,
    Poll,
    Post,
    Quote,
    QuoteState,
)
from threadleaf.render._safe import web

if TYPE_CHECKING:
    pass

# --- small words ------------------------------------------------------------------------------------------------

NETWORKS: Mapping[Network, str] = {
    "bsky": "Bluesky",
    "fedi": "the fediverse",
    "x": "X",
    "nostr": "Nostr",
    "page": "a saved page",
    "file": "a file",
}
VIEW_ON: Mapping[Network, str] = {
    "bsky": "View on Bluesky",
    "fedi": "View the original",
    "x": "View on X",
    "nostr": "View the original",
    "page": "View the original",
    "file": "View the original",
}
FOLLOW = "Follow"
ORIGINAL = "Original"
HOW_WE_KNOW = "How we know"
QUOTED = "quoted"
ITS_ADDRESS = "Its address"
EDITED = "edited"
REPLIES = "Replies by the author"
EARLIER_PARTS = "Earlier parts"
LATER_PARTS = "Later parts"
SEE_ORIGINAL = "See the original"
BY_THE_AUTHOR = "Description by the author."
DESCRIPTION = "Description by the author:"
LINK = "Link"
NO_DESCRIPTION = "No description by the author."
SENSITIVE = "Marked as sensitive by the author"
CONTENT_WARNING = "Content warning:"
END = "The thread ends here."
QUOTES_ANOTHER = "This post quotes another."
UNTITLED = "A thread"
POST = "Post"
NOBODY = "an unknown author"
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_MEDIA: Mapping[MediaKind, str] = {
    "image": "Image",
    "video": "Video",
    "gif": "Animation",
    "audio": "Sound",
    "unknown": "Attachment",
}


def small(number: int) -> str:
    """A number as a word up to twelve, in digits above."""
    return _SMALL[number] if 0 <= number < len(_SMALL) else f"{number:,}"


def count(number: int, thing: str) -> str:
    """`1 post`, `12 posts`."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def listed(items: Sequence[str]) -> str:
    """`1`, `1 and 6`, `1, 6 and 8`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def span_of(number: tuple[int, int]) -> str:
    """`6`, or `6–8`."""
    first, last = number
    return f"{first}" if first == last else f"{first}–{last}"


def sentence(clauses: Sequence[str]) -> str:
    """Clauses joined by semicolons, with a capital letter and a full stop; empty without clauses."""
    joined = "; ".join(clauses)
    return f"{joined[0].upper()}{joined[1:]}." if joined else ""


# --- time -------------------------------------------------------------------------------------------------------


def day(when: datetime) -> str:
    """`3 May 2026`."""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def clock(when: datetime) -> str:
    """`09:12`, in UTC."""
    return f"{when.hour:02}:{when.minute:02}"


def moment(when: datetime) -> str:
    """`3 May 2026, 09:12 UTC`."""
    return f"{day(when)}, {clock(when)} UTC"


def kept(when: datetime) -> str:
    """On which day a thread was kept: `kept 21 November 2026`."""
    return f"kept {day(when)}"


def stretch(first: datetime, last: datetime) -> tuple[str, str]:
    """First and last moment without what they share: (`3 May 2026, 09:12`, `09:40`); the second may be empty."""
    start = f"{day(first)}, {clock(first)}"
    if first.date() != last.date():
        return start, f"{day(last)}, {clock(last)}"
    return start, "" if clock(first) == clock(last) else clock(last)


def edited_post(number: tuple[int, int] | None, when: datetime) -> str:
    """That one post of an article was edited."""
    return f"{f'{POST} {span_of(number)}' if number else 'One post'} was edited on {moment(when)}."


def later(time: timedelta) -> str:
    """The time between two posts: `two hours later`."""
    seconds = int(time.total_seconds())
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            number = seconds // size
            return f"{small(number)} {unit}{'' if number == 1 else 's'} later"
    return "within a minute"


# --- people -----------------------------------------------------------------------------------------------------


def handle(author: Author | None) -> str:
    """`@ada.example`; without a handle the name, without a name an empty text."""
    if author is None:
        return ""
    return f"@{author.handle.removeprefix('@')}" if author.handle else author.name


def person(author: Author | None) -> str:
    """As `handle`, and never empty."""
    return handle(author) or NOBODY


def on_network(network: Network) -> str:
    """` on Bluesky`; empty where the author's network is not known."""
    return "" if network in ("page", "file") else f"on {NETWORKS[network]}"


def untitled(author: Author) -> str:
    """The title of a thread whose first post has no words."""
    return f"A thread by {person(author)}"


def may_follow(author: Author) -> bool:
    """Whether enough is known of an author to be found: a handle or a page."""
    return bool(author.handle or web(author.url))


def follow(author: Author) -> tuple[str, str, str]:
    """The line at the foot: before, the author, after."""
    return "You can follow ", person(author), "."


# --- branches, context, replies, parts --------------------------------------------------------------------------


def branch(posts: int, passed: timedelta | None, *, after_end: bool, deeper: bool) -> tuple[str, str]:
    """A branch's summary: (`Afterthought`, `, 2 posts, two hours later`)."""
    clauses = [count(posts, "post")]
    if passed is not None and passed >= timedelta(0):
        clauses.append(later(passed))
    if deeper:
        clauses.append("leaving the branch before it")
    return "Afterthought" if after_end else "Branch", "".join(f", {clause}" for clause in clauses)


IN_REPLY_TO = "In reply to"
CONTINUES = "Continues in a reply to"


def unseen(author: Author | None, *, turn: bool = False) -> str:
    """A post by somebody else that is answered and cannot be shown."""
    whose = f"a post by {handle(author)}" if handle(author) else "a post"
    return f"{CONTINUES if turn else IN_REPLY_TO} {whose} that is not shown here."


def excerpt(text: str, limit: int = 80) -> str:
    """The beginning of a one-line text, cut at a word where there is one."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"


def part(where: str) -> str:
    """What a neighbour in a series is called; how long the series is, nobody knows."""
    return "Previous part:" if where == "earlier" else "Next part:"


def reading(taken: Author, other: Author | None) -> tuple[str, str]:
    """That an address can be read in two ways: the sentence, and the words that link to the other reading."""
    return (
        f"This is the thread by {person(taken)} at this address.",
        f"It could also be read as a thread by {person(other)}.",
    )


# --- what is attached to a post ---------------------------------------------------------------------------------


def media(media: Media) -> str:
    """`Image, 1200 × 800.`; small figures are a ratio, since some networks give only that."""
    name = _MEDIA[media.kind]
    if not media.width or not media.height:
        return f"{name}."
    ratio = media.width < 64 and media.height < 64
    return f"{name}, {media.width} {':' if ratio else '×'} {media.height}."


def domain(address: str) -> str:
    """The host that a link leads to, without `www.`; the address itself if it has none."""
    host = address.partition("://")[2].partition("/")[0].partition("?")[0].partition("#")[0]
    return host.rpartition("@")[2].removeprefix("www.") or address


_PLACEHOLDERS: Mapping[QuoteState, str] = {
    "shown": "The quoted post could not be read.",
    "not-found": "The quoted post is unavailable.",
    "blocked": "The quoted post is blocked.",
    "detached": "The quoted author took their post out of this quote.",
    "opted-out": "The quoted author does not want to be shown here.",
    "hidden": "The quoted post is not shown, because of a label on it.",
    "address": "Of the quoted post only the address is known.",
    "unknown": "The quoted post could not be read.",
}


def placeholder(quote: Quote, text: str) -> str:
    """One sentence in place of a quoted post that is not shown; `text` is that of the post which quotes it."""
    if _is_told(quote, text):
        return "The address is that of a quoted post, whose words are not here."
    return _PLACEHOLDERS[quote.state]


def may_link(quote: Quote, text: str) -> bool:
    """Whether a quoted post that is not shown may still be linked: nobody objected, and the text does not already."""
    return quote.state in ("shown", "not-found", "address", "unknown") and not _is_told(quote, text)


def _is_told(quote: Quote, text: str) -> bool:
    return quote.state == "address" and quote.id in text


def covers(post: Post, author: Author | None) -> str:
    """Why a whole post stands behind a notice although its author gave no warning; empty if it does not."""
    asked = "!warn" in post.labels or (author is not None and "!warn" in author.labels)
    return "The network asks for a notice before this post" if asked else ""


def sensitive(post: Post, author: Author | None) -> str:
    """Why a post's pictures stand behind a notice; empty if they do not."""
    labels = dict.fromkeys((*post.labels, *(author.labels if author else ())))
    told = dict.fromkeys(_NOTICE[label] for label in labels if label in _NOTICE)
    if told:
        return f"Labelled: {', '.join(told)}"
    return SENSITIVE if post.sensitive and not post.warning else ""


_NOTICE: Mapping[str, str] = {
    "porn": "adult content",
    "sexual": "sexually suggestive",
    "nudity": "nudity",
    "graphic-media": "graphic media",
    "gore": "graphic media",
}
"""Labels that put pictures behind a notice (the AT Protocol's global label values)."""


def poll(poll: Poll) -> str:
    """The line above a poll's options."""
    clauses = ["Poll"]
    if poll.multiple:
        clauses.append("several choices allowed")
    if poll.closed:
        clauses.append("closed")
    elif poll.ends:
        clauses.append(f"open until {moment(poll.ends)}")
    if poll.voters is not None:
        clauses.append("1 person voted" if poll.voters == 1 else f"{poll.voters:,} people voted")
    return f"{', '.join(clauses)}."


def share(option: Option, poll: Poll) -> tuple[int | None, str]:
    """An option's share in percent, None while the count is hidden, and the words for it: (62, `62 %, 31 votes`)."""
    if option.votes is None:
        return None, "not counted yet"
    whole = poll.voters if poll.multiple and poll.voters else sum(other.votes or 0 for other in poll.options)
    percent = round(100 * option.votes / whole) if whole else 0
    return min(percent, 100), f"{percent} %, {count(option.votes, 'vote')}"
