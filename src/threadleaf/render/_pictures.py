"""The pictures of posts: shown where our site has a way to show them, else a box that says what is there and where.

A picture is never loaded from anybody but the site that shows the page. Films and sounds are a still, or a box.
"""

from __future__ import annotations

from threadleaf.core.model import Card, Media, Post
from threadleaf.render import LOGO, Show, Shown, words
from threadleaf.render._inline import OURS, escape, link
from threadleaf.render._safe import straight, unturned, web
from threadleaf.render._script import language, look
from threadleaf.render.tongue import Tongue

_HERE = ("shown", "stored")


class Pictures:
    """Writes the pictures of one page. `show` tells how the site shows a picture by its address; None: it shows none."""

    def __init__(self, show: Show | None, say: Tongue) -> None:
        self._show, self._say = show, say
        self._count = 0

    def gallery(self, post: Post, notice: str) -> str:
        """All pictures of a post; behind `notice` unless that is empty."""
        figures = "".join([self._figure(media, post) for media in post.media])
        many = " many" if len(post.media) > 1 else ""
        html = f'<div class="gallery{many}">\n{figures}</div>\n'
        if not notice:
            return html
        return f'<details class="warning"><summary>{escape(notice)}</summary>\n{html}</details>\n'

    def thumb(self, card: Card) -> str:
        """The small picture of a link's preview; empty if it is not shown."""
        shown = self._shown(card.thumb)
        return _image(shown, shown.width, shown.height, "") if shown and shown.state in _HERE else ""

    def emoji(self, address: str, code: str) -> str:
        """A custom emoji, by the address of its picture; `code` is HTML already. Empty if it is not shown."""
        shown = self._shown(address)
        if shown is None or shown.state not in _HERE:
            return ""
        name = straight(code)
        said = f'width="20" height="20" alt="{name}" title="{name}"'
        return f'<img class="emoji" src="{escape(shown.path)}" {said} loading="lazy" decoding="async">'

    def _shown(self, address: str) -> Shown | None:
        return self._show(address) if self._show and address else None

    def _figure(self, media: Media, post: Post) -> str:
        shown = self._shown(media.thumb or media.url)
        size = f' data-width="{media.width}" data-height="{media.height}"' if media.width and media.height else ""
        if shown is None:
            inside = self._box(media, post, "linked")
        elif shown.state in ("away", "refused", "gone"):
            inside = self._box(media, post, shown.state)
        else:
            inside = self._picture(media, post, shown)
        return f'<figure class="media {media.kind}"{size}>{inside}{self._caption(media, post)}</figure>\n'

    def _box(self, media: Media, post: Post, state: words.Kept, *, hidden: str = "") -> str:
        """A box that stands for a picture; `hidden` is the attribute of one that is needed only if that fails to come."""
        said = escape(words.media(media, self._say))
        original = self._original(media, post)
        if original or state != "linked":
            said += f" {escape(self._say(words.KEPT[state]))}"
        return f'<aside class="box"{hidden}>{said}{f" {original}" if original else ""}</aside>'

    def _original(self, media: Media, post: Post) -> str:
        address = web(media.url) or web(post.url)
        return link(address, escape(self._say(words.SEE_ORIGINAL)), OURS) if address else ""

    def _picture(self, media: Media, post: Post, shown: Shown) -> str:
        """A picture, and the same one as large as the window, which a button opens without any script."""
        self._count += 1
        say, name = self._say, f"zoom-{self._count}"
        alt = escape(unturned(media.alt)) or escape(say(words.NO_DESCRIPTION))
        width, height = (shown.width, shown.height) if shown.width else (media.width, media.height)
        told = (
            escape(words.media(media, say)),
            escape(say(words.HERE[shown.state == "stored"])),
            self._original(media, post),
        )
        return (
            f'<div class="frame">{_image(shown, width, height, alt)}<button type="button" class="enlarge"'
            f' popovertarget="{name}" aria-label="{escape(say(words.ENLARGE))}"></button></div>'
            f'<aside class="zoom" id="{name}" popover>{_image(shown, width, height, alt)}<p>{" ".join(filter(None, told))} '
            f'<button type="button" popovertarget="{name}" popovertargetaction="hide">{escape(say(words.CLOSE))}</button>'
            "</p></aside>"
        ) + ("" if shown.state == "stored" else self._box(media, post, "unseen", hidden=" hidden"))

    def _caption(self, media: Media, post: Post) -> str:
        say = self._say
        if not media.alt:
            said = escape(say(words.NO_DESCRIPTION))
            return f'<figcaption class="alt none"><aside>{said}</aside></figcaption>'
        spoken = language(post.langs)
        lang = f' lang="{spoken.tag}"' if spoken.tag else ""
        alt = escape(unturned(media.alt)).replace("\n", "<br>")
        said = f'<aside lang="{say.code}" dir="{say.dir}"><b>{escape(say(words.BY_THE_AUTHOR))}</b></aside>'
        way = look(media.alt, spoken)[1]
        return f'<figcaption class="alt"{lang} dir="{way}"><span>{alt}</span> {said}</figcaption>'


def avatar(address: str, show: Show | None) -> str:
    """An author's picture beside the name, which says all that there is to say; empty if the site does not show it."""
    shown = show(address) if show and address else None
    if shown is None or shown.state not in _HERE:
        return ""
    return f'<img class="avatar u-photo" src="{escape(shown.path)}" width="40" height="40" alt="" decoding="async">'


def logo(show: Show | None) -> str:
    """X's logo, where the site has it."""
    shown = show(LOGO) if show else None
    if shown is None:
        return ""
    size = f'width="{shown.width}" height="{shown.height}"'
    return f'<img class="x-logo" src="{escape(shown.path)}" {size} alt="X" decoding="async">'


def _image(shown: Shown, width: int, height: int, alt: str) -> str:
    """An `<img>` from our own site; `alt` is HTML already. With its size, so that nothing moves when it comes."""
    size = f' width="{width}" height="{height}"' if width and height else ""
    return f'<img src="{escape(shown.path)}"{size} alt="{alt}" loading="lazy" decoding="async">'
