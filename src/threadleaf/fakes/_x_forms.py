"""The forms of X's answers, in either of its two vocabularies: only what was asked for is given."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from threadleaf.fakes._x_text import Written
    from threadleaf.fakes.x import Person, Tweet, XNetwork

Words = Literal["tweet", "post"]
Form = dict[str, object]
PROBLEMS = "https://api.twitter.com/2/problems/"
_BY_EXPANSION = ("author_id", "in_reply_to_user_id", "referenced_posts", "edit_history_post_ids")
"""What the newer vocabulary has no field for: it comes with the expansions."""


class Asked(Struct, frozen=True):
    """In which vocabulary something was asked for, and what of it."""

    words: Words
    fields: Collection[str]
    users: Collection[str]
    expansions: Collection[str]

    def name(self, newer: str) -> str:
        """A name of the newer vocabulary as the one that was asked for has it."""
        return newer if self.words == "post" else newer.replace("posts", "tweets").replace("post", "tweet")


def post(world: XNetwork, tweet: Tweet, asked: Asked) -> Form:
    """One post."""
    whole = _whole(world, tweet, asked)
    kept = {"id", "text", asked.name("edit_history_post_ids"), *asked.fields}
    if asked.words == "post":
        kept |= {*_BY_EXPANSION}
    return {name: value for name, value in whole.items() if name in kept and value not in (None, [], {})}


def _whole(world: XNetwork, tweet: Tweet, asked: Asked) -> Form:
    written = world.written(tweet)
    references = [{"type": kind, "id": name} for kind, name in tweet.references]
    form: Form = {
        "id": tweet.id,
        "text": written.text,
        "author_id": tweet.author,
        "conversation_id": tweet.conversation,
        "created_at": f"{tweet.at:%Y-%m-%dT%H:%M:%S}.{tweet.at.microsecond // 1000:03}Z",
        "in_reply_to_user_id": tweet.answers,
        asked.name("referenced_posts"): references,
        asked.name("edit_history_post_ids"): [*tweet.history],
        "entities": _entities(world, written),
        "lang": tweet.lang,
        "possibly_sensitive": tweet.sensitive,
        "reply_settings": "everyone",
        "public_metrics": {"reply_count": world.answers(tweet), "like_count": 0},
        "withheld": {"copyright": False, "country_codes": [*tweet.withheld]} if tweet.withheld else None,
    }
    if tweet.display:
        form["display_text_range"] = [*tweet.display]
    if tweet.media or tweet.poll:
        form["attachments"] = {
            **({"media_keys": [key for key, _ in tweet.media]} if tweet.media else {}),
            **({"poll_ids": [f"9{tweet.id}"]} if tweet.poll else {}),
        }
    if note := world.note(tweet):
        form[asked.name("note_post")] = {"text": note.text, "entities": _entities(world, note)}
    return form


def _entities(world: XNetwork, written: Written) -> Form:
    """The entities of a text; of an account that is there its id is told too."""
    known = {person.username.lower(): person.id for person in world.people.values()}
    mentions = [
        {**mention, **({"id": known[name]} if (name := str(mention["username"]).lower()) in known else {})}
        for mention in written.entities.get("mentions", ())
    ]
    return {**written.entities, **({"mentions": mentions} if mentions else {})}


def user(person: Person, asked: Asked) -> Form:
    """One account."""
    whole: Form = {
        "id": person.id,
        "name": person.name,
        "username": person.username,
        "description": person.bio,
        "protected": person.protected,
        "verified": False,
        "profile_image_url": f"https://pbs.twimg.com/profile_images/{person.id}/face_normal.jpg",
        "withheld": {"country_codes": [*person.withheld], "scope": "user"} if person.withheld else None,
    }
    kept = {"id", "name", "username", *asked.users}
    return {name: value for name, value in whole.items() if name in kept and value is not None}


def media(tweet: Tweet) -> list[Form]:
    return [{"media_key": key, **words} for key, words in tweet.media]


def poll(tweet: Tweet) -> Form:
    options = [{"position": n, "label": label, "votes": 3 * n} for n, label in enumerate(tweet.poll, 1)]
    ends = "2026-12-24T12:00:00.000Z"
    return {
        "id": f"9{tweet.id}",
        "options": options,
        "voting_status": "open",
        "duration_minutes": 60,
        "end_datetime": ends,
    }


def problem(kind: str, title: str, detail: str, **more: object) -> Form:
    return {"title": title, "detail": detail, "type": f"{PROBLEMS}{kind}", **more}


def missing(world: XNetwork, name: str, parameter: str) -> Form:
    """The partial error about a post that is not given."""
    more: Form = {"value": name, "resource_id": name, "resource_type": "tweet", "parameter": parameter}
    tweet = world.tweets.get(name)
    if tweet is None:
        sentence = f"Could not find tweet with {parameter}: [{name}]."
        return problem("resource-not-found", "Not Found Error", sentence, **more)
    person = world.people[tweet.author]
    if person.suspended:
        return problem("resource-not-found", "Forbidden", f"User has been suspended: [{person.id}].", **more)
    sentence = f"Sorry, you are not authorized to see the Tweet with {parameter}: [{name}]."
    return problem("not-authorized-for-resource", "Authorization Error", sentence, **more)


class Problem(Exception):
    """Ends a request with a problem document."""

    def __init__(self, status: int, kind: str, title: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.form = status, problem(kind, title, detail, status=status)
