"""What stands within one post as HTML: text, warning, pictures, poll, card, quote, and the line about the post itself.

The page is built by these functions, not by a template: the engine's part alone would cost as much as the whole page
(docs/decisions.md). Whatever an author wrote passes `escape`, `link` or `inline`; so do our own sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from msgspec.structs import replace

from threadleaf.core.emoji import emoji_in
from threadleaf.core.model import Author, Card, Paragraph, Piece, Poll, Post, Quote, Span
from threadleaf.render import Show, words
from threadleaf.render._changes import changed
from threadleaf.render._inline import OURS, Emoji, escape, flat, inline, link, paragraphs, time
from threadleaf.render._layout import Block, Layout
from threadleaf.render._marks import Marks
from threadleaf.render._names import anchors, own_posts
from threadleaf.render._pictures import Pictures, avatar, logo
from threadleaf.render._safe import line, straight, web
from threadleaf.render._script import foreign, looked
from threadleaf.render._tools import Tools
from threadleaf.render.tongue import Markup, Tongue


class Bodies:
    """Writes posts of one page. `anchors` are the names of the author's posts within it.

    `tools` says that the page is our own page of the thread, on which posts can be linked and cited, and where it
    `translates` be had in the reader's language; `show` tells how its site shows pictures. `changes` says that posts
    that were edited show what was changed.
    """

    def __init__(
        self,
        layout: Layout,
        say: Tongue,
        *,
        tools: bool = False,
        translates: bool = False,
        show: Show | None = None,
        changes: bool = True,
        query: str = "",
    ) -> None:
        thread = layout.thread
        self.say = say
        self.layout = layout
        self.marks = Marks()
        self.pictures = Pictures(show, say)
        self._show = show
        self.emoji = self.pictures.emoji if show else None
        self._shows_changes = changes
        self._looks: dict[str, tuple[str, str]] = {}
        self.anchors = anchors(own_posts(thread))
        view = words.VIEW_ON[thread.network]
        self.tools = (
            Tools(self.anchors, layout.numbers, view, say, translates=translates, query=query) if tools else None
        )

    def text(self, block: Block) -> str:
        """A block's paragraphs as one box, with an anchor wherever a further post begins; empty without text."""
        fresh = {post.id for post in block.begin if post is not block.posts[0]} if len(block.posts) > 1 else set()
        html = ""
        for paragraph in block.paragraphs:
            html += self._paragraph(paragraph, fresh)
        return f'<div class="text"{self._look(block.posts[0])[1]}>{html}</div>\n' if html else ""

    def _look(self, post: Post) -> tuple[str, str]:
        """A post's text as it may be written, and the attributes of its language."""
        found = self._looks.get(post.id)
        if found is None:
            found = self._looks[post.id] = looked(post.text, post)
        return found

    def _paragraph(self, paragraph: Paragraph, fresh: set[str]) -> str:
        """One paragraph. `fresh` are the posts that still need an anchor."""
        html = ""
        for piece in paragraph.pieces:
            if html and piece.glue:
                html += escape(piece.glue)
            html += self._piece(piece, fresh)
        if html:
            html = paragraphs(straight(html) if len(paragraph.pieces) > 1 else html)
        for piece in paragraph.after:
            html += f'<p class="address">{self._piece(piece, fresh)}</p>'
        return html

    def _spans(self, post: Post) -> Sequence[Span]:
        """What stands in a post. X wants its tags to lead to what it has by them."""
        if self.layout.thread.network != "x":
            return post.spans
        return [_to_tag(span) if span.kind == "tag" else span for span in post.spans]

    def _piece(self, piece: Piece, fresh: set[str]) -> str:
        post, start, end = self.layout.posts[piece.post], piece.start, piece.end
        text = self._look(post)[0]
        if start or end < len(text):
            html = inline(text[start:end], self.marks.within(post, start, end), start, self.emoji)
        else:
            html = inline(text, self._spans(post), 0, self.emoji)
        if fresh and post.id in fresh:
            fresh.remove(post.id)
            return f'<span id="{self.anchors[post.id]}"></span>{html}'
        return html

    def whole(self, post: Post, *, quotes: bool = True) -> str:
        """A post by itself, with its line. `quotes` False: what it quotes is only linked (it is a quote itself)."""
        html, changes = self.written(post) + self.attached(post, quotes=quotes), self._changed(post)
        return self.framed((post,), html, self.meta(post, edits=not changes), changes)

    def framed(self, posts: Sequence[Post], html: str, line: str, changes: str) -> str:
        """`html` of posts with the `line` about them, and their `changes`, which a warning covers as it does their text."""
        covered = self.hidden(posts, html + changes)
        return covered + line if covered != html + changes else html + line + changes

    def written(self, post: Post) -> str:
        """A post's text as a box of its own; empty without text."""
        text, attributes = self._look(post)
        html = paragraphs(inline(text, post.spans, 0, self.emoji)) if text else ""
        return f'<div class="text"{attributes}>{html}</div>\n' if html else ""

    def hidden(self, posts: Iterable[Post], html: str) -> str:
        """`html` behind the author's warning or the network's label, if one of the posts has one."""
        for post in posts:
            summary = _warning(post, self.layout.authors.get(post.author), self.say)
            if summary:
                return f'<details class="warning"><summary>{summary}</summary>\n{html}</details>\n'
        return html

    def attached(self, post: Post, *, quotes: bool = True) -> str:
        """Pictures, poll, card and quote of a post."""
        out = ""
        if post.media:
            out += self.pictures.gallery(post, words.sensitive(post, self.layout.authors.get(post.author), self.say))
        if post.poll:
            out += _poll(post.poll, self.say)
        if post.card:
            out += _card(post.card, self.pictures.thumb(post.card))
        if post.quote:
            out += self._quote(post.quote, post.text) if quotes else _quote_link(post.quote, post.text, self.say)
        return out

    def _quote(self, quote: Quote, text: str) -> str:
        post = self.layout.quoted.get(quote.id) if quote.state == "shown" else None
        if post is None:
            address = web(quote.url) if words.may_link(quote, text) else ""
            linked = f" {link(address, escape(self.say(words.ITS_ADDRESS)), OURS)}" if address else ""
            said = escape(words.placeholder(quote, text, self.say))
            return f'<aside class="quote placeholder">{said}{linked}</aside>\n'
        cite = f' cite="{escape(web(post.url))}"' if web(post.url) else ""
        theirs = self.layout.authors.get(post.author)
        author = f"{self.named(theirs)} · {escape(self.say(words.QUOTED))}{doubt(theirs, self.say)}"
        body = self.whole(post, quotes=False)
        return f'<blockquote class="quote"{cite}><p class="who">{author}</p>\n{body}</blockquote>\n'

    def meta(self, post: Post, *, edits: bool = True) -> str:
        """When a post was written, where it is, and with `edits` when it was edited."""
        parts: list[str] = []
        address = web(post.url)
        if post.created:
            when = time(post.created, self.say.moment(post.created))
            on_x = address and self.layout.thread.network == "x"
            parts.append(f'<a href="{escape(address)}" {OURS}>{when}</a>' if on_x else when)
        if address:
            shown = escape(self.say(words.VIEW_ON[self.layout.thread.network]))
            parts.append(f'<a href="{escape(address)}" {OURS}>{shown}</a>')
        if post.edited and edits:
            parts.append(words.edited(time(post.edited, self.say.moment(post.edited)), self.say))
        links = self.tools.links(post) if self.tools else ""
        if links:
            links = f'<span class="own">{" · " if parts else ""}{links}</span>'
        return f'<footer class="meta">{" · ".join(parts)}{links}</footer>\n' if parts or links else ""

    def whose(self, post: Post) -> str:
        """Above each post of X: its author's name, linked, and handle, as X's display rules ask (rights, X)."""
        if self.layout.thread.network != "x":
            return ""
        author = self.layout.authors.get(post.author)
        return f'<footer class="who">{self.named(author)}{doubt(author, self.say)}{logo(self._show)}</footer>\n'

    def named(self, author: Author | None) -> str:
        """Somebody's name and handle; on X they are linked, and the picture is beside them where the site shows it."""
        shown = who(author, self.say, self.emoji)
        if author is None or self.layout.thread.network != "x":
            return shown
        return f"{avatar(author.avatar, self._show)}{link(author.url, shown, OURS)}"

    def edits(self, posts: Iterable[Post]) -> str:
        """Only that posts were edited: for the article view, in which posts have no line of their own.

        Those that show what was changed are named there.
        """
        html = ""
        for post in posts:
            if post.edited and not self._changed(post):
                said = words.edited_post(self.layout.numbers.posts.get(post.id), post.edited, self.say)
                html += f'<footer class="meta">{escape(said)}</footer>\n'
        return html

    def changed(self, posts: Iterable[Post], *, named: bool = False) -> str:
        """What was changed in posts that were edited; `named` says which post it is about."""
        return "".join([self._changed(post, named=named) for post in posts])

    def _changed(self, post: Post, *, named: bool = False) -> str:
        if not (post.versions and self._shows_changes):
            return ""
        number = self.layout.numbers.posts.get(post.id)
        called = words.called(words.span_of(number) if number else "", self.say) if named else ""
        return changed(post, self.say, called=called, page="" if self.tools else None)


def _to_tag(span: Span) -> Span:
    """A tag of X as a link to it; that of a share has its sign."""
    found = f"search?q={quote(span.value)}" if span.value.startswith("$") else f"hashtag/{quote(span.value)}"
    return replace(span, kind="link", value=f"https://x.com/{found}")


def speaks(say: Tongue) -> str:
    """The attributes of what is said in our own words: the language, and the direction if it is not that of English."""
    return f'lang="{say.code}"' if say.dir == "ltr" else f'lang="{say.code}" dir="{say.dir}"'


def called(author: Author | None, emoji: Emoji | None) -> str:
    """A name as HTML, on one line; `emoji` puts pictures in the place of its custom emoji. Empty if nobody knows it."""
    if author is None or emoji is None or not author.name_spans:
        return flat(author.name if author else "")
    shown = line(author.name)
    pictures = {author.name[span.start + 1 : span.end - 1]: span.value for span in author.name_spans}
    return inline(shown, emoji_in(shown, pictures), 0, emoji)


def who(author: Author | None, say: Tongue, emoji: Emoji | None = None) -> str:
    """Name and handle, each kept from reordering what stands beside it; `emoji` as for `called`."""
    name, handle = called(author, emoji), escape(words.handle(author))
    if not name or name == handle:
        return f"<b><bdi>{handle or escape(say(words.NOBODY))}</bdi></b>"
    return f"<b><bdi>{name}</bdi></b> <bdi>{handle}</bdi>"


def doubt(author: Author | None, say: Tongue, *, called: bool = False) -> str:
    """Beside a name: in words, what in it may deceive (`words.doubts`)."""
    said = words.doubted(author, say, called=called)
    return f' <span class="doubt">{escape(said)}</span>' if said else ""


def _warning(post: Post, author: Author | None, say: Tongue) -> str:
    if post.warning:
        return words.warning(Markup(f"<bdi{foreign(post.warning, post)}>{flat(post.warning)}</bdi>"), say)
    return escape(words.covers(post, author, say))


def _poll(poll: Poll, say: Tongue) -> str:
    items = []
    for option in poll.options:
        percent, said = words.share(option, poll, say)
        title = f'<span class="option"><bdi>{flat(option.title)}</bdi></span>'
        meter = "" if percent is None else f' <meter min="0" max="100" value="{percent}" aria-hidden="true"></meter>'
        items.append(f'<li>{title}{meter} <span class="share">{escape(said)}</span></li>\n')
    head = escape(words.poll(poll, say))
    return f'<aside class="poll"><p class="poll-head">{head}</p><ul>\n{"".join(items)}</ul></aside>\n'


def _card(card: Card, thumb: str) -> str:
    host = flat(words.domain(card.url))
    title = f'<span class="card-title"><bdi>{flat(card.title) or host}</bdi></span>'
    text = f' <span class="card-text"><bdi>{flat(card.description)}</bdi></span>' if card.description else ""
    return f'<aside class="card">{link(card.url, title)} <span class="domain">{host}</span>{text}{thumb}</aside>\n'


def _quote_link(quote: Quote, text: str, say: Tongue) -> str:
    if not web(quote.url) or not words.may_link(quote, text):
        return ""
    linked = link(quote.url, escape(say(words.ITS_ADDRESS)), OURS)
    return f'<aside class="quote placeholder">{escape(say(words.QUOTES_ANOTHER))} {linked}</aside>\n'
