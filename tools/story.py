"""The written form of our sample threads, `examples/*.toml`: what was said, by whom, and what the samples show.

A post is text with a little markup: `[words](https://…)`, bare addresses, `@names` of people in the story, `#tags`,
and on the fediverse `*emphasis*` and `:custom:` emoji. Posts are numbered from 1 unless they have a key, answer the
post before them unless they name a parent (an empty one begins a conversation), and come 90 seconds later unless
they say when (`at`) or how much later. Saved pages of X keep their text as it is written.
"""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct, field

from threadleaf.core.model import Span, SpanKind

_MARKUP = re.compile(
    r"\[(?P<words>[^\]]+)\]\((?P<to>https?://[^)]+)\)"
    r"|(?P<link>https?://[^\s)]+[^\s).,;:!?])"
    r"|(?<!\S)@(?P<name>[\w-]+(?:\.[\w-]+)+|[\w-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?<!\S)#(?P<tag>\w+)"
    r"|(?<!\w)\*(?P<em>[^*\n]+)\*"
    r"|(?<!\w):(?P<emoji>[a-z]+):"
)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}
LIMITS = {"bsky": 300, "fedi": 500, "x": 280}


class Person(Struct, forbid_unknown_fields=True):
    name: str
    handle: str = ""
    bio: str = ""


class Image(Struct, forbid_unknown_fields=True):
    file: str
    size: tuple[int, int]
    alt: str = ""


class Card(Struct, forbid_unknown_fields=True):
    url: str
    title: str
    description: str


class Poll(Struct, forbid_unknown_fields=True):
    options: dict[str, int]
    ends: datetime


class Post(Struct, forbid_unknown_fields=True):
    """One post as written; after `load` no field is left open, and `text` and `spans` are the post's own."""

    text: str
    key: str = ""
    by: str = ""
    parent: str | None = None
    at: datetime | None = None
    later: str = "90s"
    images: list[Image] = field(default_factory=list)
    card: Card | None = None
    poll: Poll | None = None
    quote: str = ""
    quote_state: Literal["shown", "not-found", "blocked", "detached"] = "shown"
    label: str = ""
    warning: str = ""
    visibility: Literal["public", "unlisted"] = "public"
    gone: bool = False
    spans: tuple[Span, ...] = ()
    when: datetime = datetime.min.replace(tzinfo=UTC)


class Given(Struct, forbid_unknown_fields=True):
    """One input file: which form, seen from which post (or whose records, and which page of them)."""

    form: Literal["v1", "v2", "records", "posts", "conversation", "twtext", "mirror", "reader", "scrolly", "html"]
    post: str = "1"
    of: str = ""
    above: bool = True
    below: int = 20
    limit: int = 100
    after: int = 0
    plain: bool = False


class Expect(Struct, forbid_unknown_fields=True):
    """What the thread must be; posts are named by their keys. Checked by tests/test_examples.py."""

    state: Literal["complete", "incomplete", "open"]
    posts: int
    title: str
    gaps: list[tuple[str, str]] = field(default_factory=list)
    branches: dict[str, int] = field(default_factory=dict)
    replies: list[str] = field(default_factory=list)
    context: list[str] | None = None
    counters: Literal["posts", "items", "none"] = "none"
    quotes: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    warnings: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    polls: list[str] = field(default_factory=list)
    open_ends: list[str] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)


class Example(Struct, forbid_unknown_fields=True):
    """One folder of input files. `same_as` names the example whose posts and expectations it shares."""

    name: str
    shows: str
    documents: list[Given]
    expect: Expect | None = None
    same_as: str = ""


class Story(Struct, forbid_unknown_fields=True):
    """One file: people, posts, and the examples made of them. The first person is the author."""

    lang: str
    people: dict[str, Person]
    example: list[Example]
    post: list[Post]
    network: Literal["bsky", "fedi", "x"] = "bsky"
    name: str = ""

    def __getitem__(self, key: str) -> Post:
        return next(post for post in self.post if post.key == key)

    def children(self, key: str) -> list[Post]:
        """The posts that answer one and still exist, oldest first."""
        return sorted((p for p in self.post if p.parent == key and not p.gone), key=lambda p: p.when)

    def root(self, post: Post) -> Post:
        """The post with which the conversation of `post` began."""
        while post.parent:
            post = self[post.parent]
        return post

    def read_at(self) -> datetime:
        """When the answers are said to have been read: an hour after the last post."""
        return max(post.when for post in self.post) + timedelta(hours=1)


def load(path: Path) -> Story:
    """Read one story and settle everything that its posts leave open."""
    story = msgspec.convert(tomllib.loads(path.read_text("utf-8")), Story)
    story.name = path.stem
    author, before, number = next(iter(story.people)), "", 0
    for key, person in story.people.items():
        person.handle = person.handle or f"{key}.example"
    for post in story.post:
        number += not post.key
        post.key = post.key or str(number)
        post.by = post.by or author
        post.parent = before if post.parent is None else post.parent
        post.when = _when(post, story[before].when if before else post.when)
        before = post.key
        if story.network != "x":
            post.text, post.spans = _marked(post.text, story)
        _check(post, story)
    return story


def _when(post: Post, before: datetime) -> datetime:
    return post.at or before + timedelta(**{_UNITS[post.later[-1]]: int(post.later[:-1])})


def _check(post: Post, story: Story) -> None:
    name = f"{story.name}, post {post.key}"
    if len(post.text) > LIMITS[story.network]:
        raise SystemExit(f"{name} has {len(post.text)} characters.")
    if sum(other.key == post.key for other in story.post) > 1:
        raise SystemExit(f"{name} is there twice.")
    if post.parent and post.when <= story[post.parent].when:
        raise SystemExit(f"{name} is older than the post it answers.")


def _marked(written: str, story: Story) -> tuple[str, tuple[Span, ...]]:
    """The text of a post without its markup, and the spans that the markup meant."""
    handles = {person.handle: key for key, person in story.people.items()}
    text, spans, at = "", [], 0
    for match in _MARKUP.finditer(written):
        found = _meaning(match, story, handles)
        if found is None:
            continue
        shown, kind, value = found
        text += written[at : match.start()]
        spans.append(Span(start=len(text), end=len(text) + len(shown), kind=kind, value=value))
        text, at = text + shown, match.end()
    return text + written[at:], tuple(spans)


def _meaning(match: re.Match[str], story: Story, handles: dict[str, str]) -> tuple[str, SpanKind, str] | None:
    """What a piece of markup shows, its kind, and its value; None if it only looks like markup."""
    kind, shown = match.lastgroup, match[0]
    if kind == "to":
        return match["words"], "link", match["to"]
    if kind == "link":
        return shown, "link", shown
    if kind == "name" and match["name"] in handles:
        return shown, "mention", profile(story, handles[match["name"]])
    if kind == "tag":
        return shown, "tag", match["tag"]
    if kind == "em" and story.network == "fedi":
        return match["em"], "em", ""
    if kind == "emoji" and story.network == "fedi":
        return shown, "emoji", f"https://media.example/emoji/{match['emoji']}.png"
    return None


def did(handle: str) -> str:
    """The invented DID of an account: the same for a handle in every story."""
    from base64 import b32encode
    from hashlib import sha256

    return f"did:plc:{b32encode(sha256(handle.encode()).digest()).decode().lower()[:24]}"


def profile(story: Story, key: str) -> str:
    """The address of a person's profile on the story's network."""
    handle = story.people[key].handle
    if story.network == "bsky":
        return f"https://bsky.app/profile/{did(handle)}"
    name, _, host = handle.partition("@")
    return f"https://{host}/@{name}" if host else f"https://x.com/{handle}"


def media(story: Story, image: Image, size: str = "") -> str:
    """The address of a picture, on a domain that will never exist."""
    return f"https://media.example/{story.name}/{size}{image.file}"
