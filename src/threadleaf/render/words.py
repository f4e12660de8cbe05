"""Every sentence that a reader sees in a thread, whatever the format, in the tongue that is given.

Sentences say what was seen and how; they never say "deleted" unless the network does (rules §4), and dates are
dates, never "3 hours ago". What others wrote in them (handles, names) is on one line and harmless.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from threadleaf.core import lookalike
from threadleaf.core.model import (
    Author,
    Cut,
    Media,
    MediaKind,
    Network,
    Option,
    Poll,
    Post,
    Quote,
    QuoteState,
)
from threadleaf.core.versions import Change, Part
from threadleaf.render._safe import line, web
from threadleaf.render.tongue import ENGLISH, Tongue, marked

# --- small words ------------------------------------------------------------------------------------------------

NETWORKS: Mapping[Network, str] = {
    "bsky": marked("Bluesky"),
    "fedi": marked("the fediverse"),
    "x": marked("X"),
    "nostr": marked("Nostr"),
    "page": marked("a saved page"),
    "file": marked("a file"),
}
ON_NETWORK: Mapping[Network, str] = {
    "bsky": marked("on Bluesky"),
    "fedi": marked("on the fediverse"),
    "x": marked("on X"),
    "nostr": marked("on Nostr"),
    "page": marked("on a saved page"),
    "file": marked("in a file"),
}
_ORIGINAL = marked("View the original")
VIEW_ON: Mapping[Network, str] = {
    "bsky": marked("View on Bluesky"),
    "fedi": _ORIGINAL,
    "x": marked("View on X"),
    "nostr": _ORIGINAL,
    "page": _ORIGINAL,
    "file": _ORIGINAL,
}
FOLLOW = marked("Follow")
AS_POSTED = marked("As posted")
NO_DATE = marked("date not known")
NO_ORIGINAL = marked("address of the original not known")
ORIGINAL = marked("Original")
HOW_WE_KNOW = marked("How we know")
ABOUT = marked("About this page")
ANSWERS = marked("What this thread answers")
QUOTED = marked("quoted")
ITS_ADDRESS = marked("Its address")
REPLIES = marked("Replies by the author")
REFRESH = marked("Refresh")
START = marked("Start at the beginning")
LINK = marked("Link")
CITE = marked("Cite")
TRANSLATE = marked("Translate")
AUTHORS_WORDS = marked("The author’s words")
LINK_AND_CITE = marked("{post}, link and citation")
AS_IT_WAS = marked("The page as it was then")
PRESENT = marked("The page as it is now")
TAKEN_OUT, PUT_IN, UP_TO_HERE = marked("taken out:"), marked("put in:"), marked("(end)")
"""Before and behind words that an edit took out or put in, for whoever hears the page."""
UNCHANGED = marked("(unchanged words)")
SIGNS = marked("[-So-] is what was taken out, [+so+] is what was put in.")
READ_INSTEAD = marked("Read this line instead")
IN_A_BRANCH = marked("You are reading one of the thread’s branches as its main line.")
MAIN_LINE = marked("Read the main line instead")
HERE: Mapping[bool, str] = {False: marked("Shown through this site."), True: marked("Kept on this site.")}
"""How a picture is shown, by whether it stays as long as its page does."""
ENLARGE = marked("Enlarge the picture")
CLOSE = marked("Close")
Kept = Literal["linked", "away", "refused", "gone", "unseen"]
KEPT: Mapping[Kept, str] = {
    "linked": marked("Linked, not kept here."),
    "away": marked("Its server does not answer now."),
    "refused": marked("It cannot be shown here."),
    "gone": marked("It is gone from its network."),
    "unseen": marked("It could not be shown here just now."),
}
"""What became of a picture that is not shown."""
EARLIER_PARTS = marked("Earlier parts")
LATER_PARTS = marked("Later parts")
SEE_ORIGINAL = marked("See the original")
BY_THE_AUTHOR = marked("Description by the author.")
DESCRIPTION = marked("Description by the author:")
LINK = marked("Link")
NO_DESCRIPTION = marked("No description by the author.")
SENSITIVE = marked("Marked as sensitive by the author")
END = marked("The thread ends here.")
QUOTES_ANOTHER = marked("This post quotes another.")
UNTITLED = marked("A thread")
NOBODY = marked("an unknown author")
_MEDIA: Mapping[MediaKind, str] = {
    "image": marked("Image"),
    "video": marked("Video"),
    "gif": marked("Animation"),
    "audio": marked("Sound"),
    "unknown": marked("Attachment"),
}


def posts(number: int, say: Tongue = ENGLISH) -> str:
    """`1 post`, `12 posts`."""
    return say.plural(number, "{n} post", "{n} posts")


def span_of(number: tuple[int, int]) -> str:
    """`6`, or `6–8`."""
    first, last = number
    return f"{first}" if first == last else f"{first}–{last}"


def called(number: str, say: Tongue = ENGLISH) -> str:
    """What a post is called: `Post 6`, or `Post` where `number` is empty."""
    return say("Post {n}").replace("{n}", number) if number else say("Post")


def sentence(clauses: Sequence[str], say: Tongue = ENGLISH) -> str:
    """Clauses joined by semicolons, with a capital letter and a full stop; empty without clauses."""
    joined = say("; ").join(clauses)
    return f"{joined[0].upper()}{joined[1:]}{say('.')}" if joined else ""


# --- time -------------------------------------------------------------------------------------------------------


def kept(when: datetime, say: Tongue = ENGLISH) -> str:
    """On which day a thread was kept: `kept 21 November 2026`."""
    return say("kept {day}", day=say.day(when))


def stretch(first: datetime, last: datetime, say: Tongue = ENGLISH) -> tuple[str, str]:
    """First and last moment without what they share: (`3 May 2026, 09:12`, `09:40`); the second may be empty."""
    start = _day_and_time(first, say)
    if first.date() != last.date():
        return start, _day_and_time(last, say)
    return start, "" if say.clock(first) == say.clock(last) else say.clock(last)


def _day_and_time(when: datetime, say: Tongue) -> str:
    return say("{day}, {clock}", day=say.day(when), clock=say.clock(when))


def in_utc(start: str, end: str, say: Tongue = ENGLISH) -> str:
    """A `stretch` with its time zone: `3 May 2026, 09:12 – 09:40 UTC`."""
    return say("{start} – {end} UTC", start=start, end=end) if end else say("{start} UTC", start=start)


def edited(when: str, say: Tongue = ENGLISH) -> str:
    """That a post was edited; `when` is the moment in words."""
    return say("edited {when}", when=when)


def edited_post(number: tuple[int, int] | None, when: datetime, say: Tongue = ENGLISH) -> str:
    """That one post of an article was edited."""
    moment = say.moment(when)
    if number:
        return say("Post {n} was edited on {when}.", n=span_of(number), when=moment)
    return say("One post was edited on {when}.", when=moment)


def what_changed(when: str, say: Tongue = ENGLISH, *, dated: bool) -> str:
    """That a post was edited, above what was changed. `when` in words; not `dated`: it is when the earlier form was read."""
    if dated:
        return say("edited {when} · what changed", when=when)
    return say("edited after {when} · what changed", when=when)


def edit(change: Change, say: Tongue = ENGLISH) -> str:
    """When one edit was made, as far as the network says so, and between which readings."""
    until = say.moment(change.before.until)
    if change.edited:
        return say(
            "Edited on {when}. Read in its earlier form until {until}.", when=say.moment(change.edited), until=until
        )
    return say("Edited between {until} and {by}.", until=until, by=say.moment(change.before.replaced))


def part_changed(part: Part, say: Tongue = ENGLISH) -> str:
    """Which part of a post was changed; empty for its text."""
    if part.what == "text":
        return ""
    if part.what == "warning":
        return say("Content warning")
    if part.what == "alt":
        return say("Description {n}", n=part.number)
    return say("Choice {n} of the poll", n=part.number)


def as_of(when: str, say: Tongue = ENGLISH) -> str:
    """That a page is an earlier version; `when` in words."""
    return say(
        "This is an earlier version of this page: what was edited since stands here as it was read on {when}. "
        "Everything else is as it is today.",
        when=when,
    )


def later(time: timedelta, say: Tongue = ENGLISH) -> str:
    """The time between two posts: `two hours later`."""
    minutes = int(time.total_seconds()) // 60
    hours, days = minutes // 60, minutes // 1440
    if days:
        return say.plural(days, "{n} day later", "{n} days later", n=say.small(days))
    if hours:
        return say.plural(hours, "{n} hour later", "{n} hours later", n=say.small(hours))
    if minutes:
        return say.plural(minutes, "{n} minute later", "{n} minutes later", n=say.small(minutes))
    return say("within a minute")


# --- people -----------------------------------------------------------------------------------------------------


def handle(author: Author | None) -> str:
    """`@ada.example`; without a handle the name, without a name an empty text."""
    if author is None:
        return ""
    return line(f"@{author.handle.removeprefix('@')}" if author.handle else author.name)


def person(author: Author | None, say: Tongue = ENGLISH) -> str:
    """As `handle`, and never empty."""
    return handle(author) or say(NOBODY)


_ALPHABETS: Mapping[str, str] = {
    "latin": marked("Latin"),
    "greek": marked("Greek"),
    "cyrillic": marked("Cyrillic"),
    "armenian": marked("Armenian"),
    "cherokee": marked("Cherokee"),
    "coptic": marked("Coptic"),
}
_TOLD = 5
"""So many signs are listed; who wants them all looks at the name."""


def doubted(author: Author | None, say: Tongue = ENGLISH, *, called: bool = False) -> str:
    """The `doubts` about an author's name and handle; `called` True: where only what `handle` gives is shown."""
    if author is None:
        return ""
    return doubts("" if called and author.handle else author.name, author.handle, say)


def doubts(name: str, handle: str, say: Tongue = ENGLISH) -> str:
    """What may deceive in a name and in a handle (`core.lookalike`), in sentences; for most people empty."""
    said = _in_name(lookalike.in_name(name, handle), say)
    found = lookalike.in_handle(handle)
    if found.hidden:
        said.append(say("This handle has hidden characters in it: {signs}.", signs=_signs(found.hidden, say)))
    if found.mixed:
        said.append(say("This handle mixes letters of several alphabets: {letters}.", letters=_letters(found, say)))
    return " ".join(said)


def _in_name(found: lookalike.Doubts, say: Tongue) -> list[str]:
    said = []
    if found.hidden:
        said.append(say("This name has hidden characters in it: {signs}.", signs=_signs(found.hidden, say)))
    if found.mixed:
        said.append(say("This name mixes letters of several alphabets: {letters}.", letters=_letters(found, say)))
    if found.posing:
        alphabet = say(_ALPHABETS[found.posing])
        said.append(say("This name reads as Latin and is in another alphabet: {alphabet}.", alphabet=alphabet))
    return said


def _letters(found: lookalike.Doubts, say: Tongue) -> str:
    """`p, y (Latin); а (Cyrillic)`; letters of rarer scripts, and such as run from right to left, by their code points."""
    told = []
    for alphabet, letters in found.mixed:
        if alphabet in _ALPHABETS:
            shown = say(", ").join(letters[:_TOLD])
            told.append(say("{letters} ({alphabet})", letters=shown, alphabet=say(_ALPHABETS[alphabet])))
        else:
            told.append(_signs([f"U+{ord(letter):04X}" for letter in letters], say))
    return say("; ").join(told)


def _signs(signs: Sequence[str], say: Tongue) -> str:
    return say(", ").join([*signs[:_TOLD], *(["…"] if len(signs) > _TOLD else [])])


def on_network(network: Network, say: Tongue = ENGLISH) -> str:
    """`on Bluesky`; empty where the author's network is not known."""
    return "" if network in ("page", "file") else say(ON_NETWORK[network])


_READ_FROM: Mapping[Network, str] = {
    "bsky": marked("Read as one page by {host} from Bluesky; the author’s words, unchanged."),
    "fedi": marked("Read as one page by {host} from the fediverse; the author’s words, unchanged."),
    "x": marked("Read as one page by {host} from X; the author’s words, unchanged."),
    "nostr": marked("Read as one page by {host} from Nostr; the author’s words, unchanged."),
    "page": marked("Read as one page by {host} from a saved page; the author’s words as they stand there."),
    "file": marked("Read as one page by {host} from a file; the author’s words as they stand there."),
}


_JOINED_FROM: Mapping[Network, str] = {
    "bsky": marked("Read as one page by {host} from Bluesky; the author’s words, joined."),
    "fedi": marked("Read as one page by {host} from the fediverse; the author’s words, joined."),
    "x": marked("Read as one page by {host} from X; the author’s words, joined."),
    "nostr": marked("Read as one page by {host} from Nostr; the author’s words, joined."),
    "page": marked("Read as one page by {host} from a saved page; the author’s words, joined."),
    "file": marked("Read as one page by {host} from a file; the author’s words, joined."),
}
_AS_NOW = marked("Read as one page by {host}; the author’s words as they are now, edits included.")
_AS_THEN = marked("Read as one page by {host}; the author’s words as they were then.")
_LEFT_OUT = {
    "counter": marked("the author's own numbering"),
    "mentions": marked("the author’s own name where a post begins with it"),
    "ellipsis": marked("dots where a sentence goes on in the next post"),
}
"""What an article leaves out, by `Cut.why`; empty space is not worth a word."""


def left_out(cuts: Iterable[Cut], say: Tongue = ENGLISH) -> str:
    """What an article leaves out of the author's words, as a list; empty if nothing but space."""
    reasons = {cut.why for cut in cuts}
    named = [say(what) for why, what in _LEFT_OUT.items() if why in reasons]
    return say.listed(named) if named else ""


def about(
    network: Network,
    host: str,
    say: Tongue = ENGLISH,
    *,
    left: str = "",
    beside: bool = False,
    words_of: Literal["", "now", "then"] = "",
) -> str:
    """What a page of ours is. `host` is who made it, by default the program; `left` is what it leaves out.

    `beside`: there are branches or replies, and of those nothing is left out. `words_of`: posts were edited, and these are
    the words of now, or those of an earlier version; empty where there is but one form of them.
    """
    if not left and words_of:
        return say(_AS_THEN if words_of == "then" else _AS_NOW, host=host or "Threadleaf")
    if not left:
        return say(_READ_FROM[network], host=host or "Threadleaf")
    told = say(_JOINED_FROM[network], host=host or "Threadleaf")
    if beside:
        whole = say(
            "Left out of the main line in this view: {what}. Branches and replies stand as they were posted.", what=left
        )
        return f"{told} {whole}"
    return f"{told} {say('Left out in this view: {what}.', what=left)}"


def found_on(author: Author, say: Tongue = ENGLISH) -> str:
    """As `on_network`; else where the author's page is, or that nobody knows."""
    if known := on_network(author.network, say):
        return known
    return say("on {place}", place=domain(author.url)) if web(author.url) else say("(network not known)")


def untitled(author: Author, say: Tongue = ENGLISH) -> str:
    """The title of a thread whose first post has no words."""
    return say("A thread by {author}", author=person(author, say))


def may_follow(author: Author) -> bool:
    """Whether enough is known of an author to be found: a handle or a page."""
    return bool(author.handle or web(author.url))


def follow(author: str, say: Tongue = ENGLISH) -> str:
    """The line at the foot; `author` is their name as the format shows it."""
    return say("You can follow {author}.", author=author)


# --- branches, context, replies, parts --------------------------------------------------------------------------


def branch(
    size: int, passed: timedelta | None, say: Tongue = ENGLISH, *, after_end: bool, deeper: bool
) -> tuple[str, str]:
    """A branch's summary: (`Afterthought`, `, 2 posts, two hours later`). `size` is the number of its posts."""
    clauses = [posts(size, say)]
    if passed is not None and passed >= timedelta(0):
        clauses.append(later(passed, say))
    if deeper:
        clauses.append(say("leaving the branch before it"))
    name = say("Afterthought") if after_end else say("Branch")
    return name, "".join(f"{say(', ')}{clause}" for clause in clauses)


def answers(author: str, start: str = "", say: Tongue = ENGLISH, *, turn: bool = False) -> str:
    """Above somebody else's post that is answered: whose it is, and its first words unless they are empty.

    `turn` says that the thread goes on in the answer.
    """
    if turn and start:
        return say("Continues in a reply to {author}: “{start}”", author=author, start=start)
    if turn:
        return say("Continues in a reply to {author}", author=author)
    if start:
        return say("In reply to {author}: “{start}”", author=author, start=start)
    return say("In reply to {author}", author=author)


def unseen(author: Author | None, say: Tongue = ENGLISH, *, turn: bool = False) -> str:
    """A post by somebody else that is answered and cannot be shown."""
    who = handle(author)
    if turn and who:
        return say("Continues in a reply to a post by {author} that is not shown here.", author=who)
    if turn:
        return say("Continues in a reply to a post that is not shown here.")
    if who:
        return say("In reply to a post by {author} that is not shown here.", author=who)
    return say("In reply to a post that is not shown here.")


def excerpt(text: str, limit: int = 80) -> str:
    """The beginning of a one-line text, cut at a word where there is one."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"


def part(where: str, title: str, say: Tongue = ENGLISH) -> str:
    """A neighbour in a series; how long the series is, nobody knows. `title` is as the format shows it."""
    if where == "earlier":
        return say("Previous part: {title}", title=title)
    return say("Next part: {title}", title=title)


def reading(taken: Author, other: Author | None, say: Tongue = ENGLISH) -> tuple[str, str]:
    """That an address can be read in two ways: the sentence, and the words that link to the other reading."""
    return (
        say("This is the thread by {author} at this address.", author=person(taken, say)),
        say("It could also be read as a thread by {author}.", author=person(other, say)),
    )


# --- what is attached to a post ---------------------------------------------------------------------------------


def media(media: Media, say: Tongue = ENGLISH) -> str:
    """`Image, 1200 × 800.`; small figures are a ratio, since some networks give only that."""
    name = say(_MEDIA[media.kind])
    if not media.width or not media.height:
        return f"{name}{say('.')}"
    ratio = media.width < 64 and media.height < 64
    return f"{name}{say(', ')}{media.width} {':' if ratio else '×'} {media.height}{say('.')}"


def domain(address: str) -> str:
    """The host that a link leads to, without `www.`; the address itself if it has none."""
    host = address.partition("://")[2].partition("/")[0].partition("?")[0].partition("#")[0]
    return host.rpartition("@")[2].removeprefix("www.") or address


_PLACEHOLDERS: Mapping[QuoteState, str] = {
    "shown": marked("The quoted post could not be read."),
    "not-found": marked("The quoted post is unavailable."),
    "blocked": marked("The quoted post is blocked."),
    "detached": marked("The quoted author took their post out of this quote."),
    "opted-out": marked("The quoted author does not want to be shown here."),
    "taken-down": marked("The quoted post was taken down on this site."),
    "hidden": marked("The quoted post is not shown, because of a label on it."),
    "address": marked("Of the quoted post only the address is known."),
    "unknown": marked("The quoted post could not be read."),
}


def placeholder(quote: Quote, text: str, say: Tongue = ENGLISH) -> str:
    """One sentence in place of a quoted post that is not shown; `text` is that of the post which quotes it."""
    if _is_told(quote, text):
        return say("The address is that of a quoted post, whose words are not here.")
    return say(_PLACEHOLDERS[quote.state])


def may_link(quote: Quote, text: str) -> bool:
    """Whether a quoted post that is not shown may still be linked: nobody objected, and the text does not already."""
    return quote.state in ("shown", "not-found", "address", "unknown") and not _is_told(quote, text)


def _is_told(quote: Quote, text: str) -> bool:
    return quote.state == "address" and quote.id in text


def warning(text: str, say: Tongue = ENGLISH) -> str:
    """An author's own warning; `text` is as the format shows it."""
    return say("Content warning: {warning}", warning=text)


def covers(post: Post, author: Author | None, say: Tongue = ENGLISH) -> str:
    """Why a whole post stands behind a notice although its author gave no warning; empty if it does not."""
    asked = "!warn" in post.labels or (author is not None and "!warn" in author.labels)
    return say("The network asks for a notice before this post") if asked else ""


def sensitive(post: Post, author: Author | None, say: Tongue = ENGLISH) -> str:
    """Why a post's pictures stand behind a notice; empty if they do not."""
    labels = dict.fromkeys((*post.labels, *(author.labels if author else ())))
    told = dict.fromkeys(_NOTICE[label] for label in labels if label in _NOTICE)
    if told:
        return say("Labelled: {labels}", labels=say(", ").join([say(label) for label in told]))
    return say(SENSITIVE) if post.sensitive and not post.warning else ""


_GRAPHIC = marked("graphic media")
_NOTICE: Mapping[str, str] = {
    "porn": marked("adult content"),
    "sexual": marked("sexually suggestive"),
    "nudity": marked("nudity"),
    "graphic-media": _GRAPHIC,
    "gore": _GRAPHIC,
}
"""Labels that put pictures behind a notice (the AT Protocol's global label values)."""


def poll(poll: Poll, say: Tongue = ENGLISH) -> str:
    """The line above a poll's options."""
    clauses = [say("Poll")]
    if poll.multiple:
        clauses.append(say("several choices allowed"))
    if poll.closed:
        clauses.append(say("closed"))
    elif poll.ends:
        clauses.append(say("open until {when}", when=say.moment(poll.ends)))
    if poll.voters is not None:
        clauses.append(say.plural(poll.voters, "{n} person voted", "{n} people voted"))
    return f"{say(', ').join(clauses)}{say('.')}"


def share(option: Option, poll: Poll, say: Tongue = ENGLISH) -> tuple[int | None, str]:
    """An option's share in percent, None while the count is hidden, and the words for it: (62, `62 %, 31 votes`)."""
    if option.votes is None:
        return None, say("not counted yet")
    whole = poll.voters if poll.multiple and poll.voters else sum(other.votes or 0 for other in poll.options)
    percent = round(100 * option.votes / whole) if whole else 0
    return min(percent, 100), say.plural(
        option.votes, "{percent} %, {n} vote", "{percent} %, {n} votes", percent=percent
    )
