"""The bot's inbox on X: the timeline of mentions becomes mentions. Both vocabularies are read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from threadleaf.bot.network import Mention
from threadleaf.core.model import Author
from threadleaf.core.untyped import get, items, string
from threadleaf.sources import _x_posts as forms


def heard(body: object, me: str, at: datetime) -> list[Mention]:
    """The mentions in a page of the timeline, the oldest first. `me` is the bot's id."""
    people = {author.id: author for author in map(forms.author, items(get(body, "includes", "users"))) if author}
    along = items(forms.either(get(body, "includes"), "tweets", "posts"))
    writers = {forms.name_of(get(form, "id")): forms.name_of(get(form, "author_id")) for form in along}
    told = [
        _mention(form, people, writers, me, at)
        for form in items(get(body, "data"))
        if forms.name_of(get(form, "id")) and forms.name_of(get(form, "author_id")) not in ("", me)
    ]
    return sorted(told, key=lambda mention: int(mention.native))


def _mention(form: object, people: Mapping[str, Author], writers: Mapping[str, str], me: str, at: datetime) -> Mention:
    """A post that names the bot. Of an edited one each version comes by itself, under the first one's name."""
    whole = (
        {**form, "display_text_range": None} if isinstance(form, dict) else form
    )  # the names in front are part of a call
    number = forms.name_of(get(form, "author_id"))
    asker = people.get(number) or Author(id=number, network="x")
    post = forms.post(whole, {}, {}, asker.handle)
    is_protected = forms.PROTECTED in asker.signals
    parent_author = post.parent_author or writers.get(post.parent or "") or None
    post = replace(post, parent_author=parent_author, visibility="private" if is_protected else "public")
    named = [forms.name_of(get(person, "id")) for person in items(get(form, "entities", "mentions"))]
    others = dict.fromkeys(filter(None, (*named, parent_author)))
    native = forms.name_of(get(form, "id"))
    return Mention(
        network="x",
        notification=post.id,
        post=post,
        asker=asker,
        native=native,
        conversation=string(get(form, "conversation_id")) or native,
        parent_is_ours=parent_author == me,
        parent_native=post.parent or "",
        others=tuple(other for other in others if other not in (asker.id, me)),
        seen_at=post.created or at,
    )
