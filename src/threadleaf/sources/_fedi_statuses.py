"""Posts and accounts as servers with Mastodon's API describe them (entities Status, Account, Quote …).

Mastodon, its forks, Pleroma, Akkoma, GoToSocial and others fill the same form, each with fields of its own; any may be
absent or of another type. Words that nobody listed are taken for the stricter meaning.
"""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

from threadleaf.core.characters import clean, web_address
from threadleaf.core.emoji import emoji_in
from threadleaf.core.markup import html_text
from threadleaf.core.model import (
    Author,
    Card,
    Media,
    MediaKind,
    Note,
    Option,
    Poll,
    Post,
    Quote,
    QuoteState,
    Visibility,
)
from threadleaf.core.untyped import get, items, number, string
from threadleaf.sources._fedi_actors import bio
from threadleaf.sources._fedi_addresses import actor_in, host_of, post_id
from threadleaf.sources._moments import moment

_AUDIENCES: dict[str, Visibility] = {"public": "public", "unlisted": "unlisted", "direct": "direct"}
_KINDS: dict[str, MediaKind] = {"image": "image", "gifv": "gif", "video": "video", "audio": "audio"}
_STATES: dict[str, QuoteState] = {
    "rejected": "detached",
    "revoked": "detached",
    "deleted": "not-found",
    "unauthorized": "hidden",
    "blocked_account": "blocked",
    "blocked_domain": "blocked",
    "muted_account": "blocked",
}
"""What the states of a quote mean; `accepted` is decided by what comes with it, all others are unknown."""


class Status(Struct, frozen=True, kw_only=True):
    """A post with what its server says besides: its own number for it and for its author, what was repaired.

    `answers` is the number of the post that is answered, empty if there is none (any more); `own_answer` whether
    that is known to be by the same author, `other_answer` by somebody else (of an answer to herself within a thread that
    she began below somebody's post, Mastodon names that person). `quoted` is the quoted post in the server's form, if it shows one.
    """

    post: Post
    author: Author
    number: str
    account: str
    answers: str = ""
    own_answer: bool = False
    other_answer: bool = False
    quoted: object = None
    notes: tuple[Note, ...] = ()

    @property
    def is_torn(self) -> bool:
        """Whether it answered a post by the same author that was deleted since.

        Mastodon then empties the link to the post (`dependent: :nullify`), and not that to its author.
        """
        return self.own_answer and not self.answers

    @property
    def is_loose(self) -> bool:
        """Whether it answered a post that was deleted since, of which nobody knows whether it was the author's own."""
        return self.other_answer and not self.answers


def local_name(host: str, number: str) -> str:
    """A name for a post of which only the number on some server is known; on Mastodon it leads to the post."""
    return f"https://{host}/web/statuses/{number}" if host else f"status:{number}"


def from_status(status: object, host: str) -> Status | None:
    """A post as the server `host` describes it (empty: nobody noted which server).

    None if it names no post or no author, or one on another server: nobody writes in other people's names. How many answers a post has is only believed of the server that it lives on.
    """
    key, name = clean(string(get(status, "id"))), _name(status)
    author = author_of(get(status, "account"), name)
    if not key or not name or author is None or host_of(author.id) != host_of(name):
        return None
    account, answers = clean(string(get(status, "account", "id"))), clean(string(get(status, "in_reply_to_id")))
    answered = clean(string(get(status, "in_reply_to_account_id")))
    own_answer = bool(account) and answered == account
    quote = _quote(status, host)
    text, spans, notes = html_text(
        string(get(status, "content")), emojis_of(status), without_quote=quote is not None and quote.state == "shown"
    )
    edited = get(status, "edited_at")
    post = Post(
        id=name,
        author=author.id,
        text=text,
        spans=spans,
        url=_page(status, name),
        created=moment(get(status, "created_at")),
        edited=moment(edited),
        parent=local_name(host, answers) if answers else None,
        parent_author=author.id if answers and own_answer else None,
        langs=tuple(filter(None, (clean(string(get(status, "language"))),))),
        media=tuple(map(_media, items(get(status, "media_attachments")))),
        card=_card(get(status, "card")),
        poll=_poll(get(status, "poll")),
        quote=quote,
        warning=_warning(status),
        sensitive=get(status, "sensitive") is True,
        visibility=_visibility(status),
        version=clean(string(edited)),
        replies=None if _is_copy(status, name, host) else number(get(status, "replies_count")),
    )
    return Status(
        post=post,
        author=author,
        number=key,
        account=account,
        answers=answers,
        own_answer=own_answer,
        other_answer=bool(answered) and not own_answer,
        quoted=_quoted(status),
        notes=tuple(Note(kind=note.kind, n=note.n, post=name) for note in notes),
    )


def _is_copy(status: object, name: str, host: str) -> bool:
    """Whether a post lives on another server than the one that shows it."""
    return host_of(name) != host if host else "@" in string(get(status, "account", "acct"))


# --- accounts --------------------------------------------------------------------------------------------------


def author_of(account: object, post: str = "") -> Author | None:
    """An account; None if it is none, or has no address. `post` is the id of a post by it.

    Its id is its ActivityPub id, by which people opt out: the server says it (Mastodon from 4.2 on, Pleroma), or a post's
    id begins with it (Mastodon, GoToSocial). Where neither is so it is the profile's address, the best that is known.
    """
    url = web_address(get(account, "url"))
    said = string(get(account, "uri")) or string(get(account, "pleroma", "ap_id"))
    name = post_id(said) or actor_in(post) or post_id(url)
    if not name or not isinstance(account, dict):
        return None
    handle, called = clean(string(get(account, "acct"))), clean(string(get(account, "display_name")))
    return Author(
        id=name,
        network="fedi",
        handle=handle if "@" in handle or not handle else f"{handle}@{host_of(name)}",
        name=called,
        name_spans=emoji_in(called, emojis_of(account)),
        url=url or name,
        avatar=web_address(get(account, "avatar")),
        bio=_bio(account),
        signals=tuple(_signals(account)),
    )


def _bio(account: object) -> str:
    """The profile's text, and a line for each of its fields."""
    fields = items(get(account, "fields"))
    lines = tuple((string(get(field, "name")), string(get(field, "value"))) for field in fields)
    return _told(string(get(account, "note")), lines)


@lru_cache(maxsize=64)
def _told(note: str, lines: tuple[tuple[str, str], ...]) -> str:
    """A profile in plain text; every post of an answer brings its author's along."""
    return bio(note, lines)


def _signals(account: object) -> list[str]:
    """What the account's settings say. What they do not mention says nothing; `false` does."""
    said = [word for word in ("noindex", "bot", "suspended", "limited") if get(account, word) is True]
    said += [f"{word}=false" for word in ("indexable", "discoverable") if get(account, word) is False]
    if get(account, "source", "pleroma", "discoverable") is False and "discoverable=false" not in said:
        said.append("discoverable=false")
    return said + ["moved"] * isinstance(get(account, "moved"), dict)


# --- posts -----------------------------------------------------------------------------------------------------


def emojis_of(holder: object) -> dict[str, str]:
    """The pictures of custom emoji by their short codes."""
    found = {string(get(emoji, "shortcode")): web_address(get(emoji, "url")) for emoji in items(get(holder, "emojis"))}
    return {code: address for code, address in found.items() if code and address}


def _page(status: object, name: str) -> str:
    """The address of a post's web page: on its own server, for that shows whether the post is public."""
    url = web_address(get(status, "url"))
    return url if host_of(url) == host_of(name) else name


def _visibility(status: object) -> Visibility:
    """Who may see a post. `local`, `list` and whatever else there is are not everybody; nor is a post for one's own server."""
    if get(status, "local_only") is True:
        return "private"
    return _AUDIENCES.get(string(get(status, "visibility")), "private")


def _warning(status: object) -> str:
    plain = string(get(status, "pleroma", "spoiler_text", "text/plain"))
    return clean(plain or string(get(status, "spoiler_text")))


def _media(attachment: object) -> Media:
    meta = get(attachment, "meta", "original")
    return Media(
        kind=_KINDS.get(string(get(attachment, "type")), "unknown"),
        url=web_address(get(attachment, "url")) or web_address(get(attachment, "remote_url")),
        thumb=web_address(get(attachment, "preview_url")),
        alt=clean(string(get(attachment, "description"))),
        width=number(get(meta, "width")) or 0,
        height=number(get(meta, "height")) or 0,
    )


def _card(card: object) -> Card | None:
    url = web_address(get(card, "url"))
    if not url:
        return None
    return Card(
        url=url,
        title=clean(string(get(card, "title"))),
        description=clean(string(get(card, "description"))),
        thumb=web_address(get(card, "image")),
    )


def _poll(poll: object) -> Poll | None:
    options = items(get(poll, "options"))
    if not options:
        return None
    return Poll(
        options=tuple(
            Option(title=clean(string(get(option, "title"))), votes=number(get(option, "votes_count")))
            for option in options
        ),
        voters=number(get(poll, "voters_count")),
        multiple=get(poll, "multiple") is True,
        ends=moment(get(poll, "expires_at")),
        closed=get(poll, "expired") is True,
    )


# --- quotes ----------------------------------------------------------------------------------------------------


def _quoted(status: object) -> object:
    """The post that another one quotes, if its author accepted that and the server shows it; else None."""
    found = get(status, "quote")
    return get(found, "quoted_status") if get(found, "state") == "accepted" else None


def _quote(status: object, host: str) -> Quote | None:
    """That a post quotes another one.

    Pleroma and its like put the quoted post itself where Mastodon says what became of the quote. Nobody was asked
    there, so it is a link and no more.
    """
    found = get(status, "quote") or get(status, "pleroma", "quote")
    if not isinstance(found, dict):
        return None
    if "state" not in found:
        return _named(found, "address")
    if found["state"] != "accepted":
        return Quote(id="", state=_STATES.get(string(found["state"]), "unknown"))
    shown, number = _named(get(found, "quoted_status"), "shown"), clean(string(get(found, "quoted_status_id")))
    if shown is None and number:
        return Quote(id=local_name(host, number), url=web_address(local_name(host, number)), state="address")
    return shown or Quote(id="", state="unknown")


def _named(quoted: object, state: QuoteState) -> Quote | None:
    name, author = _name(quoted), author_of(get(quoted, "account"), _name(quoted))
    if not name or author is None:
        return None
    return Quote(id=name, url=web_address(get(quoted, "url")) or name, state=state, author=author.id)


def _name(status: object) -> str:
    return post_id(string(get(status, "uri")), string(get(status, "url")))
