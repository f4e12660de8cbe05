"""Saved pages in HTML: tokens are read, no tree is built, and broken markup hides nothing."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest

from threadleaf.core.model import Conversation
from threadleaf.sources import pages
from threadleaf.wire import Document


def read(html: str) -> Conversation:
    return pages.read([Document(body=html.encode(), name="page.html", at=datetime(2024, 5, 1, tzinfo=UTC))])


def texts(html: str) -> list[str]:
    return [post.text for post in read(html).posts]


def footed(html: str) -> str:
    """The page with the foot by which it is known to be an unroller's."""
    foot = "You can follow @somebody."
    return html + (f"<p>{foot}</p>" if html.lstrip().startswith("<") else f"\n{foot}")


def posts(*contents: str) -> str:
    return "<html>" + "".join(f'<div class="content-tweet">{content}</div>' for content in contents) + "</html>"


def test_a_page_says_when_it_was_read():
    assert read(posts("a")).read_at == datetime(2024, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "start", ["<!DOCTYPE html>\n<html>", "<?xml version='1.0'?><html>", "<!-- saved from -->\n<HTML>", "  <div>", "<p>"]
)
def test_html_is_known_by_its_beginning(start):
    assert texts(footed(f"{start}1/ a <b>word</b><br>2/ b")) == ["1/ a word", "2/ b"]


def test_text_about_html_is_text():
    assert texts(footed("The <div> tag, explained")) == ["The <div> tag, explained"]


def test_an_end_tag_that_was_lost_joins_no_posts():
    assert texts('<html><div class="content-tweet">a<div class="content-tweet">b</div></html>') == ["a", "b"]


def test_a_post_that_ends_with_the_page_is_a_post():
    conversation = read('<html><div class="content-tweet">a')
    assert [post.text for post in conversation.posts] == ["a"]
    assert "no-foot" in {note.kind for note in conversation.notes}


def test_an_open_element_that_no_reader_sees_hides_no_post():
    assert texts('<html><template><p>x<div class="content-tweet">a</div></html>') == ["a"]


def test_a_vector_picture_that_closes_itself_hides_nothing():
    assert texts(footed("<html><p>1/ a<svg/>b</p><p>2/ c<svg><svg></svg><title>x</title></svg>d</p>")) == [
        "1/ ab",
        "2/ cd",
    ]
    assert texts(posts("a<svg><svg></svg>x</svg>b")) == ["ab"]


def test_inner_elements_of_the_same_name_end_no_post():
    assert texts(posts("a <div>b</div> c", "d")) == ["a\nb\nc", "d"]


def test_elements_of_an_unknown_name_are_read_as_their_text():
    assert texts(posts("a <font>b</font><!-- no --> <b>c</b>")) == ["a b c"]


def test_a_link_without_text_shows_its_address():
    assert texts(posts('see <a href="https://a.example/b"></a>')) == ["see https://a.example/b"]


def test_an_address_without_link_is_a_link_beside_those_of_the_page():
    post = read(posts('<a href="https://a.example/x">https://a.example/b</a> https://a.example/c, @somebody')).posts[0]
    assert [(s.kind, s.value) for s in post.spans] == [
        ("link", "https://a.example/x"), ("link", "https://a.example/c"), ("mention", "https://x.com/somebody"),
    ]  # fmt: skip


def test_a_film_may_name_its_address_itself():
    (film,) = (
        read(posts('<video src="https://v.example/1.mp4"><source src="https://v.example/2.mp4"></video>'))
        .posts[0]
        .media
    )
    assert film.url == "https://v.example/1.mp4"
    assert read(posts('a<source src="https://v.example/2.mp4">')).posts[0].media == ()


def test_a_picture_without_a_usable_address_is_still_there():
    (picture,) = read(posts('<img src="data:image/png;base64,AAAA" alt="Photo">')).posts[0].media
    assert (picture.kind, picture.url, picture.alt) == ("image", "", "")


def test_only_the_first_embedded_post_is_the_quote():
    quote = '<blockquote class="twitter-tweet">x <a href="https://twitter.com/{}/status/{}">y</a><a>z</a></blockquote>'
    post = read(posts("a" + quote.format("one", 11) + quote.format("two", 22))).posts[0]
    assert (post.text, post.quote and post.quote.id) == ("a", "11")


def numbered(content, number="33"):
    return f'<html><div class="content-tweet" data-screenname="otto" data-tweet="{number}">{content}</div></html>'


PERMALINK = '<sup class="tw-permalink"><a href="https://twitter.com/otto/status/{}"><i></i></a></sup>'


def test_the_link_of_a_post_to_itself_is_no_quote():
    post = read(numbered("a" + PERMALINK.format("33"))).posts[0]
    assert (post.text, post.quote) == ("a", None)
    assert read(numbered("a" + PERMALINK.format("34"))).posts[0].quote is None, "hidden, and in no embedded post"
    assert read(numbered("a https://twitter.com/otto/status/33")).posts[0].quote is None


def test_an_embedded_post_is_the_quote_whatever_links_to_the_post_itself():
    embedded = '<div class="entity-embed"><a href="https://x.com/otto/status/33">x</a><a href="https://x.com/b/status/7">y</a></div>'
    for content in (f"a{embedded}", PERMALINK.format("33") + embedded, embedded + PERMALINK.format("33")):
        post = read(numbered(content)).posts[0]
        assert post.quote
        assert (post.quote.id, post.quote.author) == ("7", "b")


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://twitter.com/name/status/12?s=20", ("12", "https://x.com/name/status/12", "name")),
        ("https://mobile.twitter.com/name/statuses/12", ("12", "https://x.com/name/status/12", "name")),
        ("https://x.com/i/status/12", ("12", "https://x.com/i/status/12", "")),
        ("https://twitter.com/name/status/12/photo/1", None),
        ("https://twitter.com/name", None),
        ("https://example.com/name/status/12", None),
    ],
)
def test_which_addresses_are_quotes(address, found):
    quote = read(posts(f'a <a href="{address}">twitter.com/name/sta…</a>')).posts[0].quote
    assert (quote and (quote.id, quote.url, quote.author)) == found


def test_an_address_without_a_scheme_is_a_quote_at_the_end_of_a_line_only():
    post = read(footed("1/ as I said twitter.com/name/status/12345?s=20\n2/ x")).posts[0]
    assert post.quote
    assert post.quote.id == "12345"
    assert post.spans[0].value == "https://twitter.com/name/status/12345?s=20"
    assert read(footed("1/ twitter.com/name/status/12345 is what I said\n2/ x")).posts[0].quote is None


@pytest.mark.parametrize("shortened", ["twitter.com/name/status/123…", "https://twitter.com/name/status/123…"])
def test_a_shortened_address_is_no_link_and_no_quote(shortened):
    post = read(footed(f"1/ as I said {shortened}\n2/ x")).posts[0]
    assert (post.quote, post.spans) == (None, ())


def test_the_last_address_at_the_end_of_a_line_is_the_quote():
    post = read(footed("1/ https://twitter.com/a/status/11\n\nhttps://x.com/b/status/22 (again)\n2/ x")).posts[0]
    assert post.quote
    assert post.quote.id == "11"


def test_an_id_without_a_date_gives_none():
    first, second = read(
        '<html><div class="content-tweet" data-tweet="20" data-screenname="a">x</div>'
        '<div class="content-tweet" data-tweet="99999999999999999999" data-screenname="not a name">y</div></html>'
    ).posts
    assert (first.url, first.created) == ("https://x.com/a/status/20", None)
    assert (second.url, second.created, second.author) == ("", None, "a")


def test_a_post_of_somebody_else_keeps_its_author():
    conversation = read(
        '<html><div class="content-tweet" data-screenname="One">x</div>'
        '<div class="content-tweet" data-screenname="two" data-tweet="21">y</div></html>'
    )
    assert [post.author for post in conversation.posts] == ["one", "two"]
    assert [author.handle for author in conversation.authors] == ["One", "two"]


def test_a_post_without_author_has_an_address_all_the_same():
    post = read('<html><div class="content-tweet" data-tweet="21">x</div></html>').posts[0]
    assert post.url == "https://x.com/i/status/21"


def test_the_title_names_the_author_if_nothing_else_does():
    title = (
        '<meta property="og:title" content="Thread by @Somebody"><meta name="x" content="y"><link rel="icon" href="z">'
    )
    assert read(f"<html><title>A thread</title>{title}<p>1/ a<p>2/ b</html>").authors[0].handle == "Somebody"


@pytest.mark.parametrize(
    ("head", "address"),
    [
        ('<link rel="canonical" href="https://twtext.com/article/123">', "https://twtext.com/article/123"),
        (
            '<meta property="og:url" content="https://threadreaderapp.com/thread/123.html">',
            "https://threadreaderapp.com/thread/123.html",
        ),
        ('<link rel="canonical" href="https://threadreaderapp.com/user/name">', ""),
        ('<link rel="canonical" href="https://example.com/blog">', ""),
        ('<link rel="canonical" href="/t/page/' + "0" * 64 + '">', ""),
        ('<link rel="canonical"><meta property="og:url"><meta property="og:title">', ""),
    ],
)
def test_a_page_has_an_address_only_if_it_says_so_itself(head, address):
    assert read(footed(f"<html>{head}<p>1/ a<p>2/ b</html>")).address == address


def test_a_link_shown_shortened_is_written_in_full_if_it_begins_alike():
    link = '<a href="https://www.a.example/long/address">{}</a>'
    shown = ["a.example/long/ad…", "https://a.example/lo…", "b.example/long…", "a.example/long", "…"]
    lines = [f"{n}/ {link.format(text)}" for n, text in enumerate(shown, 1)]
    assert texts(f"<html><p>{'</p><p>'.join(lines)}</p></html>") == [
        "1/ https://www.a.example/long/address", "2/ https://www.a.example/long/address",
        "3/ b.example/long…", "4/ a.example/long", "5/ …",
    ]  # fmt: skip


def test_pictures_outside_of_posts_that_tell_nothing_are_passed_over():
    assert texts(footed('<html><p>1/ a <img alt="Logo"> b<p>2/ c</html>')) == ["1/ a b", "2/ c"]


def test_a_link_across_lines_is_left_as_it_is():
    assert texts(footed("<html><p>1/ <a href='https://a.example/b'>a<br>b…</a></p><p>2/ c</p></a></html>")) == [
        "1/ a\nb…",
        "2/ c",
    ]


def test_preformatted_text_keeps_its_lines():
    assert texts(footed("<html><pre>1/ a\n\nb\n2/ c\n</pre></html>")) == ["1/ a\n\nb", "2/ c"]


def test_breaks_separate_posts_where_no_block_does():
    assert texts(footed("<html>a<br>b<br><br>c</html>")) == ["a", "b\n\nc"]


def test_a_hundred_thousand_levels_are_read():
    assert texts(footed("<html>" + "<div>" * 100_000 + "1/ a<p>2/ b")) == ["1/ a", "2/ b"]


def test_a_post_too_deep_to_be_understood_becomes_plain_text_with_a_note():
    conversation = read(posts("<b>" * 1_000 + "a"))
    assert conversation.posts[0].text == "a"
    assert "html-too-deep" in {note.kind for note in conversation.notes}


def test_addresses_in_an_endless_post_are_left_alone():
    assert read(footed("https://a.example @somebody " * 10_000)).posts[0].spans == ()


def test_the_same_text_twice_has_two_ids_and_the_same_ones_on_every_page():
    one, two, three = (post.id for post in read(posts("la", "la", "la")).posts)
    assert (two, three) == (f"{one}-2", f"{one}-3")


def test_ids_depend_on_handle_and_text_alone():
    here = read("1/ caf\u00e9\n2/ b\nYou can follow @Somebody.").posts
    there = read("2 tweets, 1 min read\n1/ cafe\u0301\n2/ b\nKeep Current with S\nMore from @somebody").posts
    assert [post.id for post in here] == [post.id for post in there]
    assert here[0].id == sha256("somebody\n1/ caf\u00e9".encode()).hexdigest()[:16]
