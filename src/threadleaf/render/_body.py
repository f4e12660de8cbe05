"""What stands within one post as HTML: text, warning, pictures, poll, card, quote, and the line about the post itself.

The page is built by these functions, not by a template: the engine's part alone would cost as much as the whole page
(docs/decisions.md). Whatever an author wrote passes `escape`, `link` or `inline`; so do our own sentences.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from threadleaf.core.model import Author, Card, Media, Paragraph, Piece, Poll, Post, Quote
from threadleaf.render import words
from threadleaf.render._inline import REL, escape, flat, inline, link, paragraphs
from threadleaf.render._layout import Block, Layout
from threadleaf.render._marks import Marks
from threadleaf.render._names import anchors
from threadleaf.render._safe import visible, web
from threadleaf.render._script import look, tongue


class Bodies:
    """Writes posts of one page. `anchors` are the names of the author's posts within it."""

    def __init__(self, layout: Layout) -> None:
        thread = layout.thread
        self.layout = layout
        self.marks = Marks()
        self._looks: dict[str, tuple[str, str]] = {}
        self.anchors = anchors(
            [*thread.posts, *(post for branch in thread.branches for post in branch.posts), *thread.replies_by_author]
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
            found = self._looks[post.id] = _looked(post.text, post)
        return found

    def _paragraph(self, paragraph: Paragraph, fresh: set[str]) -> str:
        """One paragraph. `fresh` are the posts that still need an anchor."""
        html = ""
        for piece in paragraph.pieces:
            if html and piece.glue:
                html += escape(piece.glue)
            html += self._piece(piece, fresh)
        if html:
            html = paragraphs(html)
        for piece in paragraph.after:
            html += f'<p class="address">{self._piece(piece, fresh)}</p>'
        return html

    def _piece(self, piece: Piece, fresh: set[str]) -> str:
        post, start, end = self.layout.posts[piece.post], piece.start, piece.end
        text = self._look(post)[0]
        if start or end < len(text):
            html = inline(text[start:end], self.marks.within(post, start, end), start)
        else:
            html = inline(text, post.spans)
        if fresh and post.id in fresh:
            fresh.remove(post.id)
            return f'<span id="{self.anchors[post.id]}"></span>{html}'
        return html

    def whole(self, post: Post, *, quotes: bool = True) -> str:
        """A post by itself, with its line. `quotes` False: what it quotes is only linked (it is a quote itself)."""
        return self.hidden((post,), own_text(post) + self.attached(post, quotes=quotes)) + self.meta(post)

    def hidden(self, posts: Iterable[Post], html: str) -> str:
        """`html` behind the author's warning or the network's label, if one of the posts has one."""
        for post in posts:
            summary = _warning(post, self.layout.authors.get(post.author))
            if summary:
                return f'<details class="warning"><summary>{summary}</summary>\n{html}</details>\n'
        return html

    def attached(self, post: Post, *, quotes: bool = True) -> str:
        """Pictures, poll, card and quote of a post."""
        out = ""
        if post.media:
            out += _gallery(post, words.sensitive(post, self.layout.authors.get(post.author)))
        if post.poll:
            out += _poll(post.poll)
        if post.card:
            out += _card(post.card)
        if post.quote:
            out += self._quote(post.quote, post.text) if quotes else _quote_link(post.quote, post.text)
        return out

    def _quote(self, quote: Quote, text: str) -> str:
        post = self.layout.quoted.get(quote.id) if quote.state == "shown" else None
        if post is None:
            address = web(quote.url) if words.may_link(quote, text) else ""
            linked = f" {link(address, words.ITS_ADDRESS)}" if address else ""
            return f'<p class="quote placeholder">{flat(words.placeholder(quote, text))}{linked}</p>\n'
        cite = f' cite="{escape(web(post.url))}"' if web(post.url) else ""
        author = who(self.layout.authors.get(post.author))
        body = self.whole(post, quotes=False)
        return f'<blockquote class="quote"{cite}><p class="who">{author} · {words.QUOTED}</p>\n{body}</blockquote>\n'

    def meta(self, post: Post) -> str:
        """When a post was written, where it is, and when it was edited."""
        parts = []
        if post.created:
            parts.append(time(post.created, words.moment(post.created)))
        address = web(post.url)
        if address:
            parts.append(f'<a href="{escape(address)}" {REL}>{words.VIEW_ON[self.layout.thread.network]}</a>')
        if post.edited:
            parts.append(_edited(post.edited))
        return f'<p class="meta">{" · ".join(parts)}</p>\n' if parts else ""

    def edits(self, posts: Iterable[Post]) -> str:
        """Only that posts were edited: for the article view, in which posts have no line of their own."""
        html = ""
        for post in posts:
            if post.edited:
                said = words.edited_post(self.layout.numbers.posts.get(post.id), post.edited)
                html += f'<p class="meta">{said}</p>\n'
        return html


def time(when: datetime, shown: str) -> str:
    """A `<time>`; `when` is in UTC."""
    return f'<time datetime="{when.isoformat()[:19]}Z">{shown}</time>'


def who(author: Author | None) -> str:
    """Name and handle, each kept from reordering what stands beside it."""
    name, handle = flat(author.name if author else ""), flat(words.handle(author))
    if not name or name == handle:
        return f"<b><bdi>{handle or words.NOBODY}</bdi></b>"
    return f"<b><bdi>{name}</bdi></b> <bdi>{handle}</bdi>"


def own_text(post: Post) -> str:
    """A post's whole text as a box of its own; empty without text."""
    text, attributes = _looked(post.text, post)
    return f'<div class="text"{attributes}>{paragraphs(inline(text, post.spans))}</div>\n' if text else ""


def foreign(text: str, post: Post) -> str:
    """The attributes of something that a post's author wrote: language, if known, and direction."""
    return _looked(text, post)[1]


def _looked(text: str, post: Post) -> tuple[str, str]:
    said = tongue(post.langs)
    shown, way = look(text, said)
    return shown, f' lang="{said.tag}" dir="{way}"' if said.tag else f' dir="{way}"'


def _warning(post: Post, author: Author | None) -> str:
    if post.warning:
        return f"{words.CONTENT_WARNING} <bdi{foreign(post.warning, post)}>{flat(post.warning)}</bdi>"
    return flat(words.covers(post, author))


def _edited(when: datetime) -> str:
    return f"{words.EDITED} {time(when, words.moment(when))}"


def _gallery(post: Post, notice: str) -> str:
    figures = "".join([_figure(media, post) for media in post.media])
    many = " many" if len(post.media) > 1 else ""
    html = f'<div class="gallery{many}">\n{figures}</div>\n'
    return f'<details class="warning"><summary>{notice}</summary>\n{html}</details>\n' if notice else html


def _figure(media: Media, post: Post) -> str:
    """A box that stands for the picture, which is not loaded from anybody; its size is there for when it is shown."""
    size = f' data-width="{media.width}" data-height="{media.height}"' if media.width and media.height else ""
    address = web(media.url) or web(post.url)
    linked = f" {link(address, words.SEE_ORIGINAL)}" if address else ""
    caption = f'<figcaption class="alt none">{words.NO_DESCRIPTION}</figcaption>'
    if media.alt:
        alt = escape(visible(media.alt)).replace("\n", "<br>")
        said = f'<b lang="en" dir="ltr">{words.BY_THE_AUTHOR}</b>'
        caption = f'<figcaption class="alt"{foreign(media.alt, post)}><span>{alt}</span> {said}</figcaption>'
    box = f'<p class="box">{words.media(media)}{linked}</p>'
    return f'<figure class="media {media.kind}"{size}>{box}{caption}</figure>\n'


def _poll(poll: Poll) -> str:
    items = []
    for option in poll.options:
        percent, said = words.share(option, poll)
        title = f'<span class="option"><bdi>{flat(option.title)}</bdi></span>'
        meter = "" if percent is None else f' <meter min="0" max="100" value="{percent}" aria-hidden="true"></meter>'
        items.append(f'<li>{title}{meter} <span class="share">{said}</span></li>\n')
    return f'<div class="poll"><p class="poll-head">{words.poll(poll)}</p><ul>\n{"".join(items)}</ul></div>\n'


def _card(card: Card) -> str:
    host = flat(words.domain(card.url))
    title = f'<span class="card-title"><bdi>{flat(card.title) or host}</bdi></span>'
    text = f' <span class="card-text"><bdi>{flat(card.description)}</bdi></span>' if card.description else ""
    return f'<p class="card">{link(card.url, title)} <span class="domain">{host}</span>{text}</p>\n'


def _quote_link(quote: Quote, text: str) -> str:
    if not web(quote.url) or not words.may_link(quote, text):
        return ""
    return f'<p class="quote placeholder">{words.QUOTES_ANOTHER} {link(quote.url, words.ITS_ADDRESS)}</p>\n'
