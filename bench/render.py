"""A page of 50 posts with four spans each, against f-strings written by hand for exactly this page.

The base knows what this thread has not (gaps, pictures, quotes, foreign scripts …) and checks nothing; its output is
the same to the byte.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from markupsafe import _escape_inner as escape

from bench import Row, ratio
from threadleaf import render
from threadleaf.core.model import Article, Author, Completeness, Paragraph, Piece, Post, Ref, Span, Thread
from threadleaf.render._layout import View

POSTS = 50
ADA = Author(
    id="did:plc:ada", network="bsky", handle="ada.example", name="Ada Weir", url="https://bsky.app/profile/did:plc:ada"
)
START = datetime(2026, 5, 3, 9, 12, tzinfo=UTC)
TEXT = (
    "A tide mill has two working windows a day, and each comes about fifty minutes later than the last. So "
    "@miller.example says at https://example.com/mills?a=1&b={n} that for a fortnight he sleeps when the village is "
    "awake, and #tides turn under “stars & lamps”; post {n} goes on."
)
MARKS = (
    ("@miller.example", "mention", "https://bsky.app/profile/did:plc:miller"),
    ("https://example.com/mills?a=1&b={n}", "link", "https://example.com/mills?a=1&b={n}"),
    ("#tides", "tag", "tides"),
    ("stars", "em", ""),
)


def thread() -> Thread:
    """The thread that both render."""
    posts = tuple(_post(number) for number in range(1, POSTS + 1))
    paragraphs = tuple(Paragraph(pieces=(Piece(post=post.id, start=0, end=len(post.text)),)) for post in posts)
    return Thread(
        ref=Ref("bsky", posts[0].id),
        network="bsky",
        url=posts[0].url,
        title="A tide mill has two working windows a day",
        author=ADA,
        authors=(ADA,),
        posts=posts,
        completeness=Completeness(
            state="complete", posts=POSTS, reported=POSTS, ends_reached=True, read_at=START + timedelta(days=1)
        ),
        article=Article(paragraphs=paragraphs),
    )


def _post(number: int) -> Post:
    text = TEXT.format(n=number)
    spans = []
    for part, kind, value in MARKS:
        start = text.index(part.format(n=number))
        end = start + len(part.format(n=number))
        spans.append(Span(start=start, end=end, kind=kind, value=value.format(n=number)))  # type: ignore[arg-type]
    return Post(
        id=f"at://did:plc:ada/app.bsky.feed.post/3k{number:011}",
        author=ADA.id,
        text=text,
        spans=tuple(spans),
        url=f"https://bsky.app/profile/did:plc:ada/post/3k{number:011}",
        created=START + timedelta(minutes=number),
        parent=f"at://did:plc:ada/app.bsky.feed.post/3k{number - 1:011}" if number > 1 else None,
        langs=("en",),
    )


REL = 'rel="nofollow noopener ugc"'
OURS = 'rel="nofollow noopener"'
MONTHS = "January February March April May June July August September October November December".split()


def by_hand(thread: Thread, view: View) -> str:
    """The same page from f-strings."""
    author, title, url = escape(thread.author.name), escape(thread.title), escape(thread.url)
    handle, profile = escape(thread.author.handle), escape(thread.author.url)
    posts = "".join([_by_hand(post, number, view) for number, post in enumerate(thread.posts, 1)])
    spans = [span for post in thread.posts for span in post.spans if span.kind in {"link", "mention"}]
    addresses = "".join([f"<li>{escape(span.value)}</li>" for span in spans])
    first, last, read = thread.posts[0].created, thread.posts[-1].created, thread.completeness.read_at
    if not first or not last or not read:
        raise ValueError("The example has dates.")
    minutes = max(1, round(sum([len(post.text) for post in thread.posts]) / 1380))
    return f"""<!doctype html>
<html lang="en" data-above="{title} · @{handle}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
form-action 'none'">
<title>{title} · @{handle}</title>
<style></style></head>
<body class="page"><main>
<div class="thread as-{view} h-entry" lang="en">
<header class="head">
<h1 class="title p-name" lang="en" dir="ltr">{title}</h1>
<aside class="told" aria-label="About this page">
<p class="byline p-author h-card"><a class="name p-name u-url" href="{profile}" {OURS}><bdi>{author}</bdi></a> \
<span class="handle"><bdi>@{handle}</bdi> on Bluesky</span> <a class="follow" href="{profile}" {OURS}>Follow</a></p>
<p class="facts"><time class="dt-published" datetime="{first.isoformat()[:19]}Z">{_day(first)}</time> – \
<time datetime="{last.isoformat()[:19]}Z">{last.hour:02}:{last.minute:02}</time> UTC · {len(thread.posts)} posts · \
{minutes} min · <a class="original u-syndication" href="{url}" {OURS}>Original</a></p>
<div class="complete"><p><strong class="state">All {len(thread.posts)} posts are here.</strong> \
<span class="figures">The network reports {thread.completeness.reported}; every end was reached; \
read on {_day(read)} UTC.</span></p>
<details class="how"><summary>How we know</summary><ul>
<li>Each post names the post it answers; the order follows these links.</li>
<li>For every post of the author, all further answers by the author were asked for.</li>
<li>The network counts {thread.completeness.reported} posts in this thread.</li>
<li>Read on {_day(read)} UTC; what was written or changed later is not here.</li>
</ul></details></div>
<div class="what"><p>Read as one page by Threadleaf from Bluesky; the author’s words, unchanged.</p></div>
</aside></header>
<article class="line e-content">
{posts}<aside class="end">The thread ends here.</aside>
</article>
<aside class="addresses" hidden><ol>{addresses}</ol></aside>
<footer class="foot"><p>You can follow <a href="{profile}" {OURS}><bdi>@{handle}</bdi></a>.</p></footer>
</div>
</main></body></html>
"""


def _by_hand(post: Post, number: int, view: View) -> str:
    url, text, at = escape(post.url), post.text, 0
    out = []
    for span in post.spans:
        inside = escape(text[span.start : span.end])
        out.append(escape(text[at : span.start]))
        if span.kind in {"link", "mention"}:
            out.append(f'<a href="{escape(span.value)}" {REL}>{inside}</a>')
        elif span.kind == "em":
            out.append(f"<em>{inside}</em>")
        else:
            out.append(inside)
        at = span.end
    out.append(escape(text[at:]))
    html = "".join(out).replace("\n\n", "</p><p>").replace("\n", "<br>")
    meta = ""
    when = post.created
    if view == "posts" and when:
        meta = (
            f'<footer class="meta"><time datetime="{when.isoformat()[:19]}Z">{_day(when)} UTC</time>'
            f' · <a href="{url}" {OURS}>View on Bluesky</a></footer>\n'
        )
    return (
        f'<div class="post" id="{post.id.rpartition("/")[2]}"><aside class="tools"><p class="mark">'
        f'<a class="no" href="{url}" {OURS} aria-label="Post {number}">{number}</a></p></aside>\n<div class="body">\n'
        f'<div class="text" lang="{escape(post.langs[0])}" dir="ltr"><p>{html}</p></div>\n{meta}</div></div>\n'
    )


def _day(when: datetime) -> str:
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}, {when.hour:02}:{when.minute:02}"


def run() -> list[Row]:
    """Both views of the page."""
    example = thread()
    note = f"the same page of {POSTS} posts, {POSTS * len(MARKS)} spans, from f-strings by hand"
    rows = []
    views: tuple[View, View] = ("article", "posts")
    for view in views:
        own, base = partial(render.html, example, view), partial(by_hand, example, view)
        if own() != base():
            raise ValueError(f"The pages differ in the view {view!r}.")
        rows.append(Row(name=f"HTML, {view} view", ratio=ratio(own, base), bar=3, note=note))
    return rows
