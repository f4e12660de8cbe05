"""A thread as a text that is read from top to bottom; plain text and Markdown differ only in their style.

head · completeness · How we know · what is answered · the line · replies · parts · foot
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from threadleaf.core.differences import Passage
from threadleaf.core.model import Author, Card, Media, Paragraph, Poll, Post, Quote, Span, Thread
from threadleaf.core.versions import changes
from threadleaf.render import claims, words
from threadleaf.render._layout import Answer, Block, Hole, Layout, Spur, Turn, View, lay_out
from threadleaf.render._marks import Marks
from threadleaf.render._safe import line, post_address, web
from threadleaf.render.tongue import Tongue


class Style(Protocol):
    """How a format writes what every text has."""

    def words(self, text: str, /) -> str:
        """A sentence or a name on one line, literal."""
        ...

    def strong(self, text: str, /) -> str:
        """Something our own that stands out; `text` has passed `words`."""
        ...

    def heading(self, text: str, level: int, /) -> str:
        """A heading; `text` has passed `words`."""
        ...

    def link(self, shown: str, address: str, /) -> str:
        """A link; `shown` has passed `words`, `address` is a web address or empty."""
        ...

    def mark(self, numbers: Sequence[tuple[str, str]], /) -> str:
        """The number of a post and its address; two of them where posts were joined."""
        ...

    def inline(self, text: str, spans: Sequence[Span], base: int, /) -> str:
        """A piece of an author's text, its newlines as they are."""
        ...

    def block(self, inline: str, /) -> str:
        """Joined pieces as paragraphs and lines of their own."""
        ...

    def lines(self, lines: Iterable[str], /) -> str:
        """Short lines, one below the other."""
        ...

    def folded(self, blocks: Iterable[str], /) -> str:
        """Blocks that stand one level below: a quote, a branch, somebody else's post."""
        ...

    def targets(self, post: Post, /) -> str:
        """Where the links of a post lead, if the format cannot say so in the text."""
        ...


def document(thread: Thread, view: View, style: Style, say: Tongue) -> str:
    """The whole thread in a style, blocks parted by empty lines."""
    writer = _Writer(lay_out(thread, view), style, say)
    blocks = [*writer.head(), *writer.line(), *writer.replies(), *writer.parts("later"), writer.foot()]
    return "\n\n".join([block for block in blocks if block]) + "\n"


class _Writer:
    def __init__(self, layout: Layout, style: Style, say: Tongue) -> None:
        self.layout = layout
        self.style = style
        self.say = say
        self.marks = Marks()

    # --- head and foot ---

    def head(self) -> Iterator[str]:
        thread, style, say = self.layout.thread, self.style, self.say
        if thread.as_of:
            yield style.strong(style.words(words.as_of(say.moment(thread.as_of.until), say)))
        yield from self.parts("earlier")
        yield style.heading(style.words(thread.title or words.untitled(thread.author, say)), 1)
        doubts = style.words(words.doubted(thread.author, say))
        yield style.lines([self._byline(thread.author), doubts, self._facts(thread), self._original(thread)])
        state, figures = claims.told(thread, [*self.layout.numbers.gaps.values()], say)
        yield f"{style.strong(style.words(state))} {style.words(figures)}".rstrip()
        yield f"{say(words.HOW_WE_KNOW)}{say(':')}"
        yield "\n".join([f"- {style.words(fact)}" for fact in claims.how_we_know(thread, self.layout.view, say)])
        for reading in thread.readings:
            taken, other = words.reading(thread.author, self.layout.authors.get(reading.author), say)
            yield f"{style.words(taken)} {style.link(style.words(other), post_address(thread.network, reading.id))}"
        if self.layout.answered:
            yield from self._context(self.layout.answered)
        elif self.layout.answers_unseen:
            yield style.words(words.unseen(self.layout.authors.get(thread.posts[0].parent_author or ""), say))

    def _byline(self, author: Author) -> str:
        return f"{self._who(author)} {words.found_on(author, self.say)}"

    def _facts(self, thread: Thread) -> str:
        first, last = thread.posts[0].created, thread.posts[-1].created
        when = self.say(words.NO_DATE)
        if first:
            when = words.in_utc(*words.stretch(first, last or first, self.say), self.say)
        return self.style.words(" · ".join([when, *claims.size(thread, self.say)]))

    def _original(self, thread: Thread) -> str:
        address = web(thread.url)
        if address:
            return self.style.link(self.say(words.ORIGINAL), address)
        told = words.sentence([self.say(words.NO_ORIGINAL)], self.say)
        return self.style.words(told)

    def parts(self, where: str) -> Iterator[str]:
        """The parts of a series before or after this one."""
        thread, style = self.layout.thread, self.style
        for part in thread.parts:
            if part.where == where:
                address = web(part.url) or post_address(thread.network, part.id)
                title = style.link(style.words(part.title or self.say(words.UNTITLED)), address)
                yield words.part(where, title, self.say)

    def foot(self) -> str:
        """Whom to follow; empty where nobody could be found by it."""
        if not words.may_follow(self.layout.thread.author):
            return ""
        author = self.layout.thread.author
        name = self.style.words(words.person(author, self.say))
        return words.follow(self.style.link(name, web(author.url)), self.say)

    # --- the line ---

    def line(self) -> Iterator[str]:
        """The main line with its gaps, branches and end."""
        for item in self.layout.items:
            if isinstance(item, Block):
                yield from self._block(item)
            elif isinstance(item, Hole):
                yield from self._hole(item)
            elif isinstance(item, Turn):
                yield from self._turn(item)
            else:
                yield from self._spur(item)
        if self.layout.end == "confirmed":
            yield self.say(words.END)
        elif self.layout.end == "open":
            yield claims.open_end(self.layout.thread.completeness, self.say)

    def _block(self, block: Block) -> Iterator[str]:
        yield self._mark(block)
        yield from self._warnings(block.posts)
        for paragraph in block.paragraphs:
            yield from self._paragraph(paragraph)
        for post in block.done:
            yield from self._attached(post)
        if self.layout.view == "article":
            numbers, say = self.layout.numbers.posts, self.say
            yield from (words.edited_post(numbers.get(post.id), post.edited, say) for post in block.done if post.edited)
        for post in block.done:
            yield from self._changes(post)

    def _mark(self, block: Block) -> str:
        ends = block.posts[:1] if len(block.posts) == 1 else (block.posts[0], block.posts[-1])
        mark = self.style.mark([(self._number(post), web(post.url)) for post in ends])
        return mark if self.layout.view == "article" else " · ".join([mark, *self._meta(ends[0])])

    def _number(self, post: Post) -> str:
        number = self.layout.numbers.posts.get(post.id)
        return words.span_of(number) if number else words.called("", self.say)

    def _paragraph(self, paragraph: Paragraph) -> Iterator[str]:
        posts = self.layout.posts
        inline = ""
        for place, piece in enumerate(paragraph.pieces):
            inline += piece.glue if place else ""
            inline += self._inline(posts[piece.post], piece.start, piece.end)
        yield self.style.block(inline)
        for piece in paragraph.after:
            yield self.style.block(self._inline(posts[piece.post], piece.start, piece.end))

    def _inline(self, post: Post, start: int, end: int) -> str:
        return self.style.inline(post.text[start:end], self.marks.within(post, start, end), start)

    def _hole(self, hole: Hole) -> Iterator[str]:
        thread, style = self.layout.thread, self.style
        for what, why, links in claims.gaps(hole.gaps, hole.numbers, thread, self.say):
            found = [(shown, post_address(thread.network, name)) for shown, name in links]
            linked = [style.link(shown, address) for shown, address in found if address]
            yield " ".join(filter(None, [style.strong(what), style.words(why), *linked]))

    def _turn(self, turn: Turn) -> Iterator[str]:
        if turn.asked:
            yield from self._context(turn.asked, turn=True)
        else:
            author = self.layout.authors.get(turn.answer.parent_author or "")
            yield self.style.words(words.unseen(author, self.say, turn=True))

    def _context(self, post: Post, *, turn: bool = False) -> Iterator[str]:
        author = self.layout.authors.get(post.author)
        name = self.style.words(words.person(author, self.say))
        yield f"{words.answers(name, say=self.say, turn=turn)}{self.say(':')}"
        yield self.style.words(words.doubted(author, self.say, called=True))
        yield self.style.folded(self._apart(post))

    def _spur(self, spur: Spur) -> Iterator[str]:
        name, facts = words.branch(
            len(spur.branch.posts), spur.later, self.say, after_end=spur.after_end, deeper=spur.deeper
        )
        yield f"{self.style.strong(name)}{facts}{self.say(':')}"
        blocks: list[str] = []
        for item in spur.items:
            blocks += self._hole(item) if isinstance(item, Hole) else self._apart(item)
        if spur.open:
            blocks.append(claims.open_end(self.layout.thread.completeness, self.say))
        yield self.style.folded(blocks)

    def replies(self) -> Iterator[str]:
        """The author's replies to others, each below what it answers."""
        if self.layout.replies:
            yield self.style.heading(self.say(words.REPLIES), 2)
        for answer in self.layout.replies:
            yield from self._reply(answer)

    def _reply(self, answer: Answer) -> Iterator[str]:
        if answer.asked:
            yield from self._context(answer.asked)
        elif answer.unseen:
            author = self.layout.authors.get(answer.post.parent_author or "")
            yield self.style.words(words.unseen(author, self.say))
        yield from self._apart(answer.post)

    # --- one post ---

    def _apart(self, post: Post, *, quotes: bool = True) -> Iterator[str]:
        """A post by itself. `quotes` False: what it quotes is only linked."""
        yield " · ".join(self._meta(post))
        yield from self._warnings((post,))
        yield self.style.block(self.style.inline(post.text, post.spans, 0))
        yield from self._attached(post, quotes=quotes)
        yield from self._changes(post)

    def _changes(self, post: Post) -> Iterator[str]:
        """What was changed in a post that was edited, edit by edit, the newest first."""
        for change in changes(post) if post.versions else ():
            rows = [words.edit(change, self.say), self.say(words.SIGNS)]
            for part in change.parts:
                label = words.part_changed(part, self.say)
                rows += [f"{label}{self.say(':')}" if label else "", _marked(part.passages)]
            yield self.style.folded([self.style.lines(map(self.style.words, rows))])

    def _meta(self, post: Post) -> Iterator[str]:
        if post.created:
            yield self.say.moment(post.created)
        if web(post.url):
            yield self.style.link(self.say(words.VIEW_ON[self.layout.thread.network]), web(post.url))
        if post.edited:
            yield words.edited(self.say.moment(post.edited), self.say)

    def _warnings(self, posts: Iterable[Post]) -> Iterator[str]:
        for post in posts:
            if post.warning:
                yield self.style.strong(self.style.words(words.warning(post.warning, self.say)))
            else:
                covered = words.covers(post, self.layout.authors.get(post.author), self.say)
                yield self.style.strong(f"{covered}{self.say('.')}") if covered else ""

    def _attached(self, post: Post, *, quotes: bool = True) -> Iterator[str]:
        yield self.style.targets(post)
        notice = words.sensitive(post, self.layout.authors.get(post.author), self.say) if post.media else ""
        if notice:
            yield self.style.strong(f"{notice}{self.say('.')}")
        for media in post.media:
            yield self._media(media, post)
        if post.poll:
            yield from self._poll(post.poll)
        if post.card:
            yield self._card(post.card)
        if post.quote:
            yield from self._quote(post.quote, post.text, quotes=quotes)

    def _media(self, media: Media, post: Post) -> str:
        address = web(media.url) or web(post.url)
        linked = f" {self.style.link(self.say(words.SEE_ORIGINAL), address)}" if address else ""
        alt = self.say(words.NO_DESCRIPTION)
        if line(media.alt):
            alt = f"{self.say(words.DESCRIPTION)} {self.style.block(self.style.inline(media.alt.strip(), (), 0))}"
        return self.style.lines([f"{words.media(media, self.say)}{linked}", alt])

    def _poll(self, poll: Poll) -> Iterator[str]:
        yield words.poll(poll, self.say)
        colon = self.say(":")
        yield "\n".join(
            [f"- {self.style.words(o.title)}{colon} {words.share(o, poll, self.say)[1]}" for o in poll.options]
        )

    def _card(self, card: Card) -> str:
        title = self.style.link(self.style.words(card.title or words.domain(card.url)), web(card.url))
        return self.style.lines([title, self.style.words(card.description)])

    def _quote(self, quote: Quote, text: str, *, quotes: bool) -> Iterator[str]:
        post = self.layout.quoted.get(quote.id) if quote.state == "shown" and quotes else None
        if post:
            author = self.layout.authors.get(post.author)
            yield f"{self._who(author)}{self.say(', ')}{self.say(words.QUOTED)}{self.say(':')}"
            yield self.style.words(words.doubted(author, self.say))
            yield self.style.folded(self._apart(post, quotes=False))
            return
        address = web(quote.url) if words.may_link(quote, text) else ""
        linked = self.style.link(self.say(words.ITS_ADDRESS), address) if address else ""
        sentence = words.placeholder(quote, text, self.say) if quotes else linked and self.say(words.QUOTES_ANOTHER)
        yield " ".join(filter(None, [sentence, linked]))

    def _who(self, author: Author | None) -> str:
        name, handle = line(author.name if author else ""), line(words.handle(author))
        known = dict.fromkeys(filter(None, [name, handle]))
        return self.style.words(" ".join(known) or self.say(words.NOBODY))


_SIGNS = {"same": "{}", "out": "[-{}-]", "in": "[+{}+]", "folded": " […] "}


def _marked(passages: Sequence[Passage]) -> str:
    """Passages on one line, with signs around what was taken out and put in (`words.SIGNS`)."""
    return "".join([_SIGNS[passage.kind].replace("{}", passage.text) for passage in passages])
