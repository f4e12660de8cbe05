"""Plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.build import JEAN, NAMELESS, mark, name, piece, post, thread
from threadleaf import render
from threadleaf.core.model import Article, Author, Branch, Gap, Paragraph, Quote
from threadleaf.render._plain import Plain

STYLE = Plain()


def body(text, *spans):
    return STYLE.block(STYLE.inline(text, spans, 0))


def test_text_is_not_wrapped_and_not_changed():
    text = "[bold]not bold[/bold] *as it is* <b>\n\n" + "word " * 100 + "end"
    assert body(text) == text


def test_what_was_taken_back_and_what_is_quoted_is_marked():
    text = "so good\n\nhe said\n\nno"
    assert body(text, mark(text, "good", "del"), mark(text, "he said", "quote"), mark(text, "no", "em")) == (
        "so ~~good~~\n\n> he said\n\nno"
    )


def test_where_links_lead_is_told_below_unless_the_text_says_so():
    text = "here and https://x.example/a"
    one = post(
        1,
        text,
        spans=(
            mark(text, "here", "link", "https://y.example/b"),
            mark(text, "https://x.example/a", "link", "https://x.example/a"),
            mark(text, "and", "link", "javascript:x"),
        ),
    )
    assert STYLE.targets(one) == "Link: https://y.example/b"
    assert "\n\nLink: https://y.example/b\n\n" in render.plain(thread(one))


@pytest.mark.parametrize("view", ["article", "posts"])
@given(text=st.text(st.characters(categories=["Cc", "Cf", "L", "Zl", "Zp"]), min_size=1))
def test_nothing_drives_the_terminal(view, text):
    author = Author(id="did:plc:ada", network="bsky", name=text, handle=text)
    shown = render.plain(thread(post(1, text, warning=text), author=author, title=text), view)
    assert not {sign for sign in shown if sign not in {"\n", "\t"} and (sign < " " or "\x7f" <= sign <= "\x9f")}
    assert not set(shown) & set("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def test_a_thread_without_a_title_or_known_author_has_a_head():
    text = render.plain(thread(post(1, created=None), title="", url="", author=Author(id="a", network="page")))
    assert text.startswith(
        "A thread by an unknown author\n\nan unknown author (network not known)\ndate not known · 1 post · 1 min\n"
        "Address of the original not known.\n\nThis thread is "
    )


def test_posts_that_cannot_be_shown_are_said_to_be_there():
    first = post(1, parent=name("q", JEAN), parent_author=JEAN.id)
    second = post(2, parent=name("r", NAMELESS), parent_author=NAMELESS.id)
    text = render.plain(thread(first, second))
    assert "\n\nIn reply to a post by @jean.example that is not shown here.\n\n[1]\n" in text
    assert "\n\nContinues in a reply to a post that is not shown here.\n\n[2]\n" in text


def test_a_branch_stands_indented_and_says_where_it_stays_open():
    away = post("a", "One line.\n\nAnother.", parent=name("1"), created=None, url="")
    text = render.plain(
        thread(
            post(1),
            branches=(Branch(at=name("1"), posts=(away,)),),
            gaps=(Gap(after=name("1"), before=away.id, line=away.id, count=None),),
            completeness={"open_ends": (away.id,)},
        )
    )
    assert (
        "\n\nBranch, 1 post:\n\n"
        "    Some posts are unavailable. The network does not say why.\n\n"
        "    One line.\n\n    Another.\n\n"
        "    The thread may go on; its end could not be confirmed.\n\nThe thread ends here.\n"
    ) in text


def test_a_quote_that_may_not_be_linked_within_a_quote_is_left_out():
    quoted = post("s", "Flour.", author=JEAN, quote=Quote(id="t", state="blocked", url="https://x.example"))
    text = render.plain(thread(post(1, quote=Quote(id=quoted.id)), quoted=(quoted,)))
    assert "Flour." in text
    assert "another" not in text
    assert "x.example" not in text


def test_a_post_that_the_network_asks_to_cover_says_so():
    assert "\n\nThe network asks for a notice before this post.\n\n" in render.plain(thread(post(1, labels=("!warn",))))


def test_joined_posts_are_glued_as_the_article_says():
    first, second = post(1, "One half"), post(2, "and the other. https://x.example")
    article = Article(
        paragraphs=(Paragraph(pieces=(piece(first), piece(second, 0, 14, " ")), after=(piece(second, 15),)),)
    )
    text = render.plain(thread(first, second, article=article))
    assert "\n\n[1–2]\n\nOne half and the other.\n\nhttps://x.example\n\n" in text
