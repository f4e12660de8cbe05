"""What holds for any page: invented posts come back from every form, and nothing is lost in silence."""

import html
import string

from hypothesis import assume, given
from hypothesis import strategies as st

from threadleaf.core.model import Conversation
from threadleaf.sources import pages
from threadleaf.wire import Document

FOOT = "You can follow @somebody.\nTip: mention @twtextapp on a Twitter thread with the keyword “unroll”.\n\nLatest Threads Unrolled:"
HEAD = "Somebody Profile picture\nFeb 19, 2021 {count} tweets 3 min read\n"
TAIL = "• • •\nMissing some Tweet in this thread? You can try to force a refresh\nMore from @somebody\n1/ Foreign\nRead 2 tweets\n"

words = st.text(string.ascii_letters + ",;жяñあ亜ا🚋🇨🇿“”’", min_size=1, max_size=12)
sentences = st.lists(words, min_size=1, max_size=6).map(" ".join)
paragraphs = st.lists(sentences, min_size=1, max_size=2).map("\n\n".join)
broken = st.lists(sentences, min_size=1, max_size=2).map("\n".join)


@st.composite
def threads(draw, *, breaks=True):
    """Posts of a numbered thread; line breaks of the author's own, but none in the last post, where they prove nothing."""
    inner = draw(st.lists(st.one_of(paragraphs, broken) if breaks else paragraphs, min_size=2, max_size=8))
    return [*inner, draw(paragraphs)]


styles = st.sampled_from(
    ["{n}/ {text}", "{n}/{total} {text}", "({n}/{total}) {text}", "{n}/\n{text}", "{n}/n {text}", "{n}/? {text}",
     "{text} {n}/{total}", "{text} /{n}", "{text} ({n}/{total})", "{text}\n\n{n}/", "{text} {n}/"]
)  # fmt: skip


def numbered(posts, style, first=1):
    total = len(posts) + first - 1
    return [style.format(n=n, total=total, text=text) for n, text in enumerate(posts, first)]


def read(text: str) -> Conversation:
    return pages.read([Document(body=text.encode("utf-8", "surrogatepass"), name="page.txt")])


def texts(conversation: Conversation) -> list[str]:
    return [post.text for post in conversation.posts]


def settled(conversation: Conversation) -> bool:
    return not any(post.uncertain for post in conversation.posts) and not conversation.notes


@given(threads(), styles, st.integers(1, 3))
def test_a_numbered_thread_comes_back_from_a_page_of_twtext(posts, style, first):
    posts[0] = posts[0].split("\n")[0] if first > 1 else posts[0]  # its lines might be post 1 as well
    posts = numbered(posts, style, first)
    conversation = read("\n".join([*posts, FOOT]))
    assert texts(conversation) == posts
    assert settled(conversation)


@given(threads(), styles)
def test_a_numbered_thread_comes_back_from_a_page_of_thread_reader(posts, style):
    posts = numbered(posts, style)
    conversation = read(HEAD.format(count=len(posts)) + "\n".join([*posts, TAIL]))
    assert texts(conversation) == posts
    assert settled(conversation)
    assert conversation.announced == len(posts)


@given(threads(breaks=False), styles)
def test_a_numbered_thread_comes_back_from_a_scrolly_page(posts, style):
    posts = numbered(posts, style)
    head = f"Somebody Profile picture\nA life\n\nMar 3, 2021, {len(posts)} tweets\n\n"
    conversation = read(head + "\n\n".join([*posts, "Share this Scrolly Tale with your friends."]))
    assert texts(conversation) == posts


@given(threads(), st.data())
def test_lost_posts_change_nothing_about_the_others(posts, data):
    posts = numbered(posts, "{n}/{total} {text}")
    lost = data.draw(st.integers(0, len(posts) - 2))
    kept = posts[:lost] + posts[lost + 1 :]
    assert texts(read("\n".join([*kept, FOOT]))) == kept


@given(
    st.lists(
        st.lists(sentences, min_size=1, max_size=3, unique=True).map("\n".join), min_size=2, max_size=6, unique=True
    )
)
def test_any_thread_comes_back_from_a_raw_mirror(posts):
    run = "\n" + "        \n" * 5
    assert texts(read(run.join(posts) + run + FOOT)) == posts


@given(st.lists(st.one_of(paragraphs, broken), min_size=1, max_size=6))
def test_any_thread_comes_back_from_html_with_an_element_for_each_post(posts):
    body = "".join(
        f'<div class="content-tweet">{html.escape(p).replace(chr(10), "<br>")}</div>\n<p>ad</p>' for p in posts
    )
    conversation = read(f"<html><body>{body}</body></html>")
    assert texts(conversation) == posts


plain = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<&"), max_size=300)


@given(st.lists(plain, min_size=1, max_size=12), st.sampled_from(["\n", "\n\n", "\n  \n  \n  \n"]))
def test_no_visible_character_is_lost_or_moved(lines, between):
    body = between.join(lines)
    assume(body.strip())
    conversation = read(f"{body}\n{FOOT}")
    assume(not any(note.kind.startswith("repaired") for note in conversation.notes))
    assert "".join("".join(texts(conversation)).split()) == "".join(body.removeprefix("\ufeff").split())


@given(st.lists(st.one_of(plain, sentences), min_size=1, max_size=12), st.integers(0, 12))
def test_places_ids_and_spans_are_those_of_a_page(lines, count):
    body = "\n".join(lines)
    assume(body.strip())
    conversation = read(HEAD.format(count=count) + body + "\n" + TAIL)
    assert [post.place for post in conversation.posts] == list(range(1, len(conversation.posts) + 1))
    assert len({post.id for post in conversation.posts}) == len(conversation.posts)
    assert not conversation.posts[0].uncertain
    for post in conversation.posts:
        assert all(0 <= span.start < span.end <= len(post.text) for span in post.spans)


@given(st.binary(max_size=400))
def test_bytes_are_read_or_refused_with_a_sentence(body):
    try:
        conversation = pages.read([Document(body=body, name="x")])
    except pages.Unreadable as error:
        assert error.sentence.startswith("“x” ")  # noqa: PT017 -- both outcomes are right
    else:
        assert conversation.posts
