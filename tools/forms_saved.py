"""The other forms of our samples: saved pages as text and HTML, and our own saved form of a conversation."""

from __future__ import annotations

import re
from html import escape

import msgspec
from tools import forms_bluesky
from tools.story import Image, Post, Story, did, media, profile

from threadleaf.core.model import Author, Conversation, Media, Network, Option, Poll
from threadleaf.core.model import Post as Saved
from threadleaf.sources import conversation

_X_EPOCH = 1288834974657
_HELP = """Try unrolling a thread yourself!
1) Follow @threadreaderapp on Twitter so you can easily mention us!
2) Go to a Twitter thread (series of Tweets by the same owner) and mention us with a keyword "unroll"
@threadreaderapp unroll"""
_ELSEWHERE = [
    "1/ The kestrel on the water tower has opinions about the new railing.",
    "2/ They are not good opinions.",
]


def _number(post: Post) -> int:
    """An id of the kind that X and Mastodon make of the time."""
    return (int(post.when.timestamp() * 1000) - _X_EPOCH) << 22


def _own(story: Story) -> list[Post]:
    """The author's posts that still exist, in the order in which they were written."""
    author = next(iter(story.people))
    return [post for post in story.post if post.by == author and not post.gone]


# --- saved pages -------------------------------------------------------------------------------------------------


def twtext(story: Story) -> str:
    """A page of twtext.com as text: one post a line, a blank line is a paragraph within a post."""
    handle = next(iter(story.people.values())).handle
    foot = [
        f"You can follow @{handle}.",
        "Tip: mention @twtextapp on a Twitter thread with the keyword “unroll” to get a link to it.",
        "",
        "Latest Threads Unrolled:",
    ]
    return "\n".join([*(post.text for post in _own(story)), *foot]) + "\n"


def mirror(story: Story) -> str:
    """The same page as raw mirrors keep it: runs of indented blank lines, later lines twice, escapes that came loose,
    pictures for emoji, addresses doubled."""
    posts = [_as_mirrored(post.text) + "\n" + "      \n" * 6 for post in _own(story)]
    return "".join(posts) + twtext(story).splitlines()[-4] + "\n"


def _as_mirrored(text: str) -> str:
    text = re.sub(r"https?://\S+", r"\g<0> \g<0>", text).replace("'", "& #39;")
    text = re.sub("[\U0001f300-\U0001faff]", r'<img class="Emoji" alt="\g<0>" src="https://media.example/e.png">', text)
    first, _, rest = text.partition("\n")
    return f"{first}\n{rest}\n{rest.lstrip()}" if rest else first


def reader(story: Story) -> str:
    """A page of a thread reader as text, in the form of 2017 to 2019: count above, help and other threads below."""
    person, posts = next(iter(story.people.values())), _own(story)
    head = ["Profile picture", f"{person.name} @{person.handle}", f", {len(posts)} tweets, 2 min read Read on Twitter"]
    return "\n".join([*head, *(post.text for post in posts), *_reader_foot(story)]) + "\n"


def _reader_foot(story: Story) -> list[str]:
    person = next(iter(story.people.values()))
    return [
        "• • •",
        "Missing some Tweet in this thread? You can try to force a refresh",
        f"Keep Current with {person.name}",
        "Stay in touch and get notified when new unrolls are available from this author!",
        "This Thread may be Removed Anytime!",
        *_HELP.splitlines(),
        f"More from @{person.handle}",
        *_ELSEWHERE,
        "Read 12 tweets",
    ]


def scrolly(story: Story) -> str:
    """A page to scroll as text: name, biography, date and count, then posts between blank lines."""
    person, posts = next(iter(story.people.values())), _own(story)
    when = posts[0].when
    head = [f"{person.name} Profile picture", person.bio, f"{when:%b} {when.day}, {when.year}, {len(posts)} tweets"]
    foot = ["Share this Scrolly Tale with your friends.", "A Scrolly Tale is a new way to read Twitter threads."]
    return "\n\n".join([*head, *(post.text for post in posts), *foot]) + "\n"


def html(story: Story) -> str:
    """A page of a thread reader as HTML: one element for each post."""
    person, posts = next(iter(story.people.values())), _own(story)
    address = f"https://threadreaderapp.com/thread/{_number(posts[0])}.html"
    title = f"Thread by @{person.handle} on Thread Reader App"
    head = f"""<!DOCTYPE html>
<html lang="{story.lang}">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="canonical" href="{address}">
<script>window.analytics = [];</script>
</head>
<body>
<nav><a href="/">Thread Reader</a> <a href="/account">My Authors</a></nav>
<h1>{escape(person.name)} Profile picture</h1>
<div class="thread-info"><a href="https://twitter.com/{person.handle}">{escape(person.name)} @{person.handle}</a></div>
<div class="thread-info">{posts[0].when:%b} {posts[0].when.day}, {posts[0].when.year} • {len(posts)} tweets • 2 min read</div>
"""
    body = "".join(
        f'<div id="tweet_{place}" class="content-tweet allow-preview" data-screenname="{person.handle}"'
        f' data-tweet="{_number(post)}" dir="auto">{escape(post.text, quote=False)}'
        f'<sup class="tw-permalink"><i class="fas fa-link"></i></sup></div>\n'
        for place, post in enumerate(posts, 1)
    )
    foot = "".join(f"<p>{escape(line, quote=False)}</p>\n" for line in _reader_foot(story))
    return f"{head}{body}{foot}</body>\n</html>\n"


# --- our own form ------------------------------------------------------------------------------------------------


def own_form(story: Story, anchor: str) -> str:
    """The conversation around a post in our own saved form."""
    root = story.root(story[anchor])
    told = Conversation(
        network="bsky" if story.network == "bsky" else "fedi",
        anchor=_id(story, story[anchor]),
        posts=tuple(_saved(story, post) for post in story.post if story.root(post) is root),
        authors=tuple(_account(story, key) for key in story.people),
        read_at=story.read_at(),
        address=_url(story, story[anchor]),
    )
    return msgspec.json.format(conversation.encode(told), indent=1).decode() + "\n"


def _id(story: Story, post: Post) -> str:
    """What the network calls the post: its AT URI, or on the fediverse its address."""
    return forms_bluesky.uri(story, post) if story.network == "bsky" else _url(story, post)


def _url(story: Story, post: Post) -> str:
    address = profile(story, post.by)
    if story.network == "bsky":
        return f"{address}/post/{forms_bluesky.uri(story, post).rsplit('/', 1)[-1]}"
    return f"{address}/{_number(post)}"


def _account(story: Story, key: str) -> Author:
    person, address = story.people[key], profile(story, key)
    own = did(person.handle) if story.network == "bsky" else address.replace("/@", "/users/")
    network: Network = "bsky" if story.network == "bsky" else "fedi"
    return Author(id=own, network=network, handle=person.handle, name=person.name, url=address, bio=person.bio)


def _saved(story: Story, post: Post) -> Saved:
    parent = story[post.parent] if post.parent else None
    return Saved(
        id=_id(story, post),
        author=_account(story, post.by).id,
        text=post.text,
        spans=post.spans,
        url=_url(story, post),
        created=post.when,
        parent=_id(story, parent) if parent else None,
        parent_author=_account(story, parent.by).id if parent else None,
        root=_id(story, story.root(post)) if parent else None,
        langs=(story.lang,),
        media=tuple(_media(story, image) for image in post.images),
        poll=_poll(story, post),
        warning=post.warning,
        sensitive=bool(post.warning),
        visibility=post.visibility,
        version=forms_bluesky.cid(_id(story, post)) if story.network == "bsky" else "",
        replies=len(story.children(post.key)),
    )


def _media(story: Story, image: Image) -> Media:
    url, thumb = media(story, image), media(story, image, "thumb/")
    return Media(kind="image", url=url, thumb=thumb, alt=image.alt, width=image.size[0], height=image.size[1])


def _poll(story: Story, post: Post) -> Poll | None:
    if post.poll is None:
        return None
    return Poll(
        options=tuple(Option(title=title, votes=votes) for title, votes in post.poll.options.items()),
        voters=sum(post.poll.options.values()),
        ends=post.poll.ends,
        closed=post.poll.ends < story.read_at(),
    )
