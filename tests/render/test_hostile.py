"""Hostile text in every slot of a thread is inert in every format."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.render.build import JEAN, mark, name, post, thread
from tests.render.reading import checked, markdown
from threadleaf import render
from threadleaf.core.model import Author, Card, Gap, Media, Option, Part, Poll, Quote, Reading

VECTORS = [
    "\r", "\x00", "\x85", "\u2028", " ", "\ufeff",
    "<script>alert(1)</script>",
    "</p></div></article><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<!--", "-->", "<![CDATA[", "]]>", "<?php", "</style>", "</title>", "<plaintext>", "<svg/onload=alert(1)>",
    "javascript:alert(1)", "data:text/html,<script>alert(1)</script>", 'https://x.example/"onclick=alert(1)',
    "&lt;script&gt;", "&#60;script&#62;", "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07", "\x1b[2J", "\x9b2J",
    "\u202egpj.exe\u202c", "\u2067\u2066", "[bold red]x[/bold red]", "[link=https://evil.example]x[/link]",
    "[x](javascript:alert(1))", "![x](https://evil.example/x.png)", "<https://evil.example>", "[x]: javascript:alert(1)",
    "    <b>", "* * *", "+ <b>", "1) <b>", "```\n<b>", "`<b>`` <i>`", "\\<b>", "a\r\nSet-Cookie: x=1", "{{7*7}}", "{% x %}",
]  # fmt: skip


def slots(text, address):
    """A thread with the same text in every slot, the same address in every link."""
    mine = Author(id="did:plc:ada", network="bsky", handle=text, name=text, url=address, bio=text, avatar=address)
    theirs = replace(JEAN, handle=text, name=text)
    fields = {"langs": (text,), "url": address, "warning": text}
    media = (Media(kind="image", url=address, alt=text, width=3, height=2), Media(kind="video", url=address))
    poll = Poll(options=(Option(title=text, votes=1), Option(title=text)))
    card = Card(url=address, title=text, description=text)
    quote = Quote(id=name("s", JEAN), url=address)
    first = post(1, text, media=media, poll=poll, card=card, quote=quote, **fields)
    second = post(2, text, quote=Quote(id="gone", url=address, state="address"), langs=(text,), url=address)
    whole = tuple(mark(text, text, kind, address) for kind in ("link", "strong", "em", "code", "mention") if text)
    third = post(3, text, spans=whole, url=address, parent=name("q", JEAN), parent_author=JEAN.id, labels=(text,))
    return thread(
        replace(first, parent=name("q", JEAN), parent_author=JEAN.id),
        replace(second, id=f"at://x/{text}"),
        third,
        title=text,
        author=mine,
        authors=(mine, theirs),
        url=address,
        context=(post("q", text, author=JEAN, **fields),),
        quoted=(post("s", text, author=JEAN, quote=Quote(id="z", url=address), url=address),),
        replies_by_author=(post("r", text, parent=name("q", JEAN), **fields),),
        gaps=(Gap(before=name("3"), id=text, says=text), Gap(after=name("3"), id=address)),
        parts=(Part(id=text, url=address, title=text, where="earlier"), Part(id=text, url=text, where="later")),
        readings=(Reading(author=JEAN.id, id=text),),
    )


SITES = (None, render.Site(), render.Site(origin="https://t.example", path="/t/bsky/x", refresh="https://x.example/"))
ADDRESSES = ("https://x.example/a", "javascript:alert(1)")


def assert_inert(one, sites=SITES):
    """No format of a thread has anything active in it."""
    for view in ("article", "posts"):
        for site in sites:
            checked(render.article_html(one, view, site=site))
        page = render.html(one, view)
        assert page.count("<style>") == page.count("</style>") == page.count("<title>") == page.count("</title>") == 1
        _, links, kinds = markdown(render.markdown(one, view))
        assert not kinds & {"html_inline", "html_block", "image", "fence", "code_block", "hr"}
        assert all(link.lower().startswith(("http://", "https://")) for link in links)
        for text in (render.plain(one, view), render.markdown(one, view)):
            assert not {sign for sign in text if sign not in "\n\t" and (sign < " " or "\x7f" <= sign <= "\x9f")}
            assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("text", VECTORS)
def test_a_known_vector_is_inert(text, address):
    assert_inert(slots(text, address))
    assert_inert(slots("x", text))


@given(text=st.text(min_size=1, max_size=60), address=st.sampled_from([*ADDRESSES, *VECTORS]))
def test_any_text_is_inert(text, address):
    assert_inert(slots(text, address), SITES[1:2])


@given(text=st.lists(st.sampled_from([*VECTORS, *"<>\"'&`*_[]()#-+.!\\\n\t ab1:/"]), min_size=1, max_size=8))
def test_any_mixture_of_vectors_is_inert(text):
    assert_inert(slots("".join(text), "https://x.example/a"), SITES[1:2])


@pytest.mark.parametrize("text", ["[bold]x[/bold]", "<script>alert(1)</script>", "# x", "${x}"])
def test_what_the_author_wrote_is_still_there(text):
    one = thread(post(1, text))
    assert text in render.plain(one)
    assert text in checked(render.article_html(one)).text
    assert text in markdown(render.markdown(one))[0]
