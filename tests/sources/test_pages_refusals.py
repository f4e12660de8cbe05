"""What is no page of a thread is refused with one sentence that names it and the next step."""

import pytest

from threadleaf.core.errors import ThreadleafError, TooLarge, Unreadable
from threadleaf.core.model import Ref
from threadleaf.sources import pages
from threadleaf.wire import Document

MIB = 1024 * 1024


def refusal(body: bytes, name: str = "page.txt") -> ThreadleafError:
    with pytest.raises(ThreadleafError) as caught:
        pages.read([Document(body=body, name=name)])
    assert caught.value.sentence.count(". ") == 1, "what is wrong, and what to do"
    assert "\n" not in caught.value.sentence
    return caught.value


@pytest.mark.parametrize("body", [b"", b" \n\t\r\n "])
def test_an_empty_file(body):
    assert refusal(body).sentence.startswith("“page.txt” is empty. Save the page again")


@pytest.mark.parametrize(
    "body",
    [
        b"%PDF-1.7\n1 0 obj",
        b"PK\x03\x04 archive",
        b"\x89PNG\r\n",
        b"\xff\xd8\xff\xe0",
        b"\x1f\x8b\x08",
        b"\x00\x01\x02" * 50,
        b"text\0" * 9,
    ],
)
def test_a_binary_file(body):
    assert isinstance(refusal(body), Unreadable)
    assert refusal(body).sentence.startswith("“page.txt” is neither text nor HTML. Save")


def test_a_web_archive():
    body = (
        b'From: <Saved by a browser>\nMIME-Version: 1.0\nContent-Type: multipart/related;\n\ttype="text/html"\n\n<html>'
    )
    assert refusal(body).sentence.startswith("“page.txt” is a web archive (MHTML). Save the page as “HTML only”")


@pytest.mark.parametrize(
    "body",
    [
        b"You can follow @somebody.\nTip: mention @twtextapp",
        b"Ada Weaver Profile picture\nFeb 19 4 tweets 2 min read\nKeep Current with Ada Weaver",
        b"<html><script>var a = 1;</script><style>p {}</style></html>",
    ],
)
def test_a_page_without_a_post(body):
    assert refusal(body).sentence.startswith("“page.txt” holds no post. Open the thread")


@pytest.mark.parametrize(
    "body",
    [
        b"Discover and read the best of Twitter Threads about #looms\nA loom holds the warp.",
        b"A loom\n26 tweets \xe2\x80\xa2 12 min read\nTrams\n5 tweets \xe2\x80\xa2 2 min read\nKeep Current with nobody",
        b"A loom\n26 tweets \xe2\x80\xa2 12 min read\nTrams\n5 tweets \xe2\x80\xa2 2 min read\nYou can follow @x.",
        b"Profile picture\n4 tweets, 2 min read\nKeep Current with X\nText\n5 tweets, 2 min read",
        b"<html><p>A loom<p>26 tweets &bull; 12 min read<p>Trams<p>5 tweets &bull; 2 min read</html>",
    ],
)
def test_a_list_of_threads(body):
    assert "is a list of threads, not a thread. Open one of them" in refusal(body).sentence


def test_a_count_that_is_printed_twice_in_a_row_is_no_list():
    conversation = pages.read([Document(body=b"2 tweets, 2 min read\n2 tweets, 2 min read\na\nb")])
    assert [post.text for post in conversation.posts] == ["a", "b"]


LICENCE = b"""MIT License

Copyright (c) 2026 Somebody

Permission is hereby granted, free of charge, to any person obtaining a copy of this software.
THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND."""
RECIPE = b"Bread\n\n1. flour\n2. water\n3. salt\n4. time\n\nBake it."
HOME = b"<!DOCTYPE html><html><head><title>X</title></head><body><p>JavaScript is not available.</p><p>Bookmark</p></body></html>"
MAKEFILE = b"all: test\n\ntest:\n\tpytest -q\n\nclean:\n\trm -rf build\n"
COOKIES = b"One line\nand another\nBy continuing to use the site, you are consenting to the use of cookies."


@pytest.mark.parametrize(
    "body",
    [
        LICENCE,
        RECIPE,
        HOME,
        MAKEFILE,
        COOKIES,
        b"one\ntwo\n\xe2\x80\xa2 \xe2\x80\xa2 \xe2\x80\xa2",
        b"1/2 a\n2/2 b",
        b"a",
    ],
)
def test_a_text_without_head_foot_or_numbers_is_no_thread(body):
    error = refusal(body)
    assert isinstance(error, Unreadable)
    assert error.sentence.startswith(
        "“page.txt” is not a saved page of an unroller: it has no foot with the author (“You can follow @…”), no head, and no "
        "numbered posts. Save"
    )


@pytest.mark.parametrize(
    "body",
    [
        "one\ntwo\nYou can follow @somebody.",
        "one\ntwo\nYou can follow @somebody.\nand more",
        "one\ntwo\nLatest Threads Unrolled:",
        "one\ntwo\nKeep Current with Somebody",
        "one\ntwo\n• • •\nother\nRead 5 tweets",
        "Profile picture\none\ntwo",
        "Read all threads\none\ntwo",
        "Thread by @somebody\none\ntwo",
        "2 tweets, 1 min read\none\ntwo",
        "1/ one\n2/ two\n3/ three",
        '<html><link rel="canonical" href="https://twtext.com/article/12"><p>one<p>two</html>',
        "<html><title>Thread by @somebody</title><p>one<p>two</html>",
        '<html><div class="content-tweet">one</div></html>',
    ],
)
def test_each_sign_of_an_unroller_is_enough(body):
    assert "one" in pages.read([Document(body=body.encode())]).posts[0].text


@pytest.mark.parametrize(
    ("body", "limit"),
    [
        (b"a" * (20 * MIB + 1), "20 MiB"),
        (b"a\n" * 100_001, "100,000 lines"),
        (b"<p>a" * 100_001, "100,000 lines"),
        (b"a\n" * 10_001, "10,000 posts"),
    ],
)
def test_a_file_above_a_limit(body, limit):
    error = refusal(body)
    assert isinstance(error, TooLarge)
    assert f"has more than {limit}. " in error.sentence


def test_ten_thousand_posts_are_read():
    assert len(pages.read([Document(body=b"a\n" * 10_000 + b"You can follow @somebody.")]).posts) == 10_000


def test_several_pages_at_once():
    page = Document(body=b"a")
    with pytest.raises(Unreadable) as caught:
        pages.read([page, page])
    assert caught.value.sentence == "2 files were given as saved pages. Give one page at a time."


@pytest.mark.parametrize(
    ("name", "shown"), [("", "This page"), ("a\x1b[2J\n.txt", "“a[2J.txt”"), ("x" * 200, f"“…{'x' * 99}”")]
)
def test_a_name_is_shown_without_anything_that_a_terminal_obeys(name, shown):
    assert refusal(b"", name).sentence.startswith(f"{shown} is empty.")
    assert refusal(b"", name).subject == shown


def test_pages_are_not_fetched():
    assert not pages.matches(Ref("page", "twtext.com/12"))


@pytest.mark.parametrize(
    ("body", "known"),
    [
        (b"1/ text", True), (b"<html>", True), (b"", True), (b"[1/9] text", True), (b"[ok] text", True),
        (b'{"a": 1}', False), (b" [ {}]", False), (b'["a"]', False), (b"\xef\xbb\xbf{}", False),
    ],
)  # fmt: skip
def test_everything_but_json_may_be_a_page(body, known):
    assert pages.recognises(Document(body=body)) is known
