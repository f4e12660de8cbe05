"""What a reader can do with one post: go to it, link to it, cite it; and go to the beginning when led to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from threadleaf.core.model import Post
from threadleaf.render import words
from threadleaf.render._inline import OURS, escape
from threadleaf.render._numbers import Numbers
from threadleaf.render._safe import web
from threadleaf.render._script import language
from threadleaf.render.tongue import Tongue


class Tools:
    """The tools of one page. Each sentence is said once, since every post has all of them.

    Parameters: `anchors` are the names of posts within the page, `numbers` what they are called, `view` the words that
    lead to an original; `translates` says that posts in other languages can be had in that of `say`; `query` is that of the
    page's address, which a citation names too.
    """

    def __init__(
        self,
        anchors: Mapping[str, str],
        numbers: Numbers,
        view: str,
        say: Tongue,
        *,
        translates: bool = False,
        query: str = "",
    ) -> None:
        self.anchors, self.numbers, self.say = anchors, numbers.posts, say
        self.start = f'<p class="start"><a href="#">{escape(say(words.START))}</a></p>'
        self.query = escape(f"{query}&") if query else ""
        self._view = escape(say(view))
        self._link, self._cite = escape(say(words.LINK)), escape(say(words.CITE))
        self._more = escape(say(words.LINK_AND_CITE))
        self._translate = escape(say(words.TRANSLATE)) if translates else ""
        self._own = say.code.partition("-")[0]

    def behind(self, posts: Sequence[Post]) -> str:
        """The tools of posts that share a mark, folded behind it."""
        rows = "".join([self._row(post) for post in posts])
        name = self._more.replace("{post}", self._called(posts[0]))
        return f'<details class="more" name="more"><summary aria-label="{name}"></summary>{rows}</details>'

    def links(self, post: Post) -> str:
        """A link to the post's place here, the ways to cite it and to have it translated; empty without such a place."""
        place = self.anchors.get(post.id)
        if place is None:
            return ""
        here = f'<a class="here" href="#{place}">{self._link}</a>'
        return f'{here} · <a class="cite" href="?{self.query}cite={place}" rel="nofollow">{self._cite}</a>{self._other(post, place)}'

    def _other(self, post: Post, place: str) -> str:
        """The way to a translation, unless the post says that it is in the reader's language."""
        if not (self._translate and post.text) or language(post.langs).tag.partition("-")[0].lower() == self._own:
            return ""
        return f' · <a class="translate" href="?translate={place}" rel="nofollow">{self._translate}</a>'

    def _row(self, post: Post) -> str:
        address = web(post.url)
        view = f'<a href="{escape(address)}" {OURS}>{self._view}</a> · ' if address else ""
        return f"<p>{self._called(post)} · {view}{self.links(post)}</p>"

    def _called(self, post: Post) -> str:
        number = self.numbers.get(post.id)
        return escape(words.called(words.span_of(number) if number else "", self.say))
