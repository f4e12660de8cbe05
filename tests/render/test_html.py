"""The page and the article in it."""

import re

import pytest
from msgspec.structs import replace

from bench.render import by_hand
from bench.render import thread as measured
from tests.render.build import ADA, JEAN, NAMELESS, START, everything, media_only, name, piece, post, thread, whole
from tests.render.reading import checked
from tests.render.samples import names, sample
from threadleaf import render
from threadleaf.core.model import (
    Article,
    Author,
    Branch,
    Card,
    Gap,
    Media,
    Option,
    Paragraph,
    Part,
    Poll,
    Quote,
    Reading,
)

VIEWS = ("article", "posts")


def html(*posts, view="posts", **fields):
    return render.article_html(thread(*posts, **fields), view)


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_has_one_article_and_loads_nothing(view):
    page = render.html(everything(), view)
    assert page.count("<article ") == page.count("</article>") == 1
    assert "<script" not in page
    assert not re.search(r"<(?:img|link|iframe|object|embed|svg|video|audio)\b|\sstyle=|\son\w+=|\ssrc=", page)
    assert render.article_html(everything(), view) in page


@pytest.mark.parametrize("view", VIEWS)
def test_an_article_has_only_what_is_allowed(view):
    checked(render.article_html(everything(), view))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", names())
def test_every_sample_has_only_what_is_allowed(name, view):
    checked(render.article_html(sample(name), view))


def test_the_style_sheet_of_a_page_cannot_end_itself():
    page = render.html(thread(post(1)), css="p { color: red } </style><script>")
    assert page.count("</style>") == 1
    assert "p { color: red }" in page


@pytest.mark.parametrize("view", VIEWS)
def test_every_post_by_the_author_has_an_anchor_of_its_own(view):
    one = everything()
    own = [*one.posts, *(p for b in one.branches for p in b.posts), *one.replies_by_author]
    page = checked(render.article_html(one, view))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert sorted(ids) == sorted(p.id.rpartition("/")[2] for p in own)


def text_of(page):
    """The text of each post, from its box."""
    boxes = re.findall(r'<div class="text"[^>]*>(.*?)</div>', page, re.DOTALL)
    return [checked(f"<div>{box.replace('</p><p>', '</p><p><br><br>')}</div>").text for box in boxes]


def test_as_posted_every_post_has_its_exact_text():
    one = everything()
    plain = replace(one, context=(), quoted=(), branches=(), replies_by_author=())
    assert text_of(render.article_html(plain, "posts")) == [p.text for p in one.posts]


@pytest.mark.parametrize("name", names())
def test_as_posted_every_sample_has_its_exact_texts(name):
    one = sample(name)
    plain = replace(one, context=(), quoted=(), branches=(), replies_by_author=())
    assert text_of(render.article_html(plain, "posts")) == [p.text for p in one.posts if p.text]


def test_joined_posts_have_one_mark_and_an_anchor_each():
    first, second = post(1, "One half"), post(2, "and the other.\n\nMore.")
    article = Article(
        paragraphs=(
            Paragraph(pieces=(piece(first), piece(second, 0, 14, " "))),
            Paragraph(pieces=(piece(second, 16),)),
        )
    )
    page = html(first, second, view="article", article=article)
    assert (
        '<div class="post" id="1"><aside class="tools"><p class="mark">'
        '<a class="no" href="https://bsky.app/profile/did:plc:ada/post/1"' in page
    )
    assert 'aria-label="Post 1">1</a>–<a class="no" ' in page
    assert 'aria-label="Post 2">2</a></p>' in page
    assert '<p>One half <span id="2"></span>and the other.</p><p>More.</p>' in page
    assert page.count('id="2"') == 1


def test_a_block_that_continues_a_post_does_not_repeat_its_anchor():
    first, second = post(1, "Begun. Half"), post(2, "and half.")
    article = Article(
        paragraphs=(
            Paragraph(pieces=(piece(first, 0, 6),)),
            Paragraph(pieces=(piece(first, 7), piece(second, glue=" & "))),
        )
    )
    page = html(first, second, view="article", article=article)
    assert '<div class="post"><aside class="tools"><p class="mark">' in page
    assert '<p>Half &amp; <span id="2"></span>and half.</p>' in page


def test_an_address_moved_behind_a_paragraph_has_its_own():
    one = post(1, "See https://x.example")
    article = Article(paragraphs=(Paragraph(pieces=(piece(one, 0, 3),), after=(piece(one, 4),)),))
    assert '<p>See</p><p class="address">https://x.example</p>' in html(one, view="article", article=article)


def test_a_post_without_words_has_no_text_box():
    one = media_only(1, Media(kind="image"))
    for view in VIEWS:
        page = html(one, view=view, article=whole(one))
        assert 'class="text"' not in page
        assert '<figure class="media image"><aside class="box">Image. Linked, not kept here. <a ' in page
        assert '<figcaption class="alt none"><aside>No description by the author.</aside></figcaption>' in page


def test_a_picture_without_any_address_has_no_link():
    page = html(media_only(1, Media(kind="audio"), url=""))
    assert '<aside class="box">Sound.</aside>' in page


def test_a_post_without_an_address_has_a_number_without_a_link():
    page = html(post(1, url=""))
    assert '<p class="mark"><span class="no">1</span></p>' in page
    when = '<time datetime="2026-05-03T09:13:00Z">3 May 2026, 09:13 UTC</time>'
    assert f'<footer class="meta">{when}</footer>' in page


def test_a_post_without_date_and_address_has_no_line_of_its_own():
    assert 'class="meta"' not in html(post(1, url="", created=None))


def test_a_post_without_a_number_is_called_a_post():
    gap = Gap(before=name("2"), count=None)
    page = html(post(1), post(2), gaps=(gap,))
    assert f'href="https://bsky.app/profile/did:plc:ada/post/2" {"rel="}' in page
    assert 'aria-label="Post"></a>' in page


def test_language_and_direction_stand_on_each_text():
    page = html(post(1, "كان لكلّ عائلة علامة", langs=("ar",)), post(2, "苔藓", langs=()), title="")
    assert '<div class="text" lang="ar" dir="rtl">' in page
    assert '<div class="text" dir="ltr">' in page
    assert '<h1 class="title p-name">A thread by @ada.example</h1>' in page


def test_a_warning_hides_text_and_pictures():
    one = post(1, warning="Old <poisons>", media=(Media(kind="image", alt="A jar"),))
    page = html(one)
    summary = 'Content warning: <bdi lang="en" dir="ltr">Old &lt;poisons&gt;</bdi>'
    assert f'<details class="warning"><summary>{summary}</summary>\n<div class="text"' in page
    assert page.index("A jar") < page.index("</details>", page.index("Old &lt;"))


def test_a_networks_label_hides_a_post_or_its_pictures():
    page = html(post(1, labels=("!warn",)))
    assert '<details class="warning"><summary>The network asks for a notice before this post</summary>' in page
    page = html(media_only(1, Media(kind="image"), labels=("porn",)))
    assert '<details class="warning"><summary>Labelled: adult content</summary>\n<div class="gallery">' in page


def test_a_folded_post_does_not_show_what_its_author_covered():
    question = post("q", "The end of the film is …", author=JEAN, warning="Spoiler")
    page = html(post(1, parent=question.id, parent_author=JEAN.id), context=(question,))
    assert "<summary>In reply to <bdi>@jean.example</bdi></summary>" in page
    assert page.count("The end of the film") == 1


def test_posts_that_cannot_be_shown_are_said_to_be_there():
    page = html(
        post(1, parent=name("q", JEAN), parent_author=JEAN.id),
        post(2, parent=name("r", NAMELESS), parent_author=NAMELESS.id),
        replies_by_author=(post("z", parent=name("q", JEAN), parent_author="somebody"),),
    )
    assert '<p class="context answered">In reply to a post by @jean.example that is not shown here.</p>' in page
    assert '<aside class="turn"><p class="context">Continues in a reply to a post that is not shown here.</p>' in page
    assert '<p class="context">In reply to a post that is not shown here.</p>' in page


def test_an_author_without_page_handle_or_name_is_named_as_far_as_known():
    page = html(post(1), author=NAMELESS)
    assert (
        '<span class="name p-name"><bdi>an unknown author</bdi></span> <span class="handle">on Bluesky</span></p>'
        in page
    )
    page = html(post(1), author=Author(id="a", network="page", name="Ada"))
    assert '<span class="handle">(network not known)</span>' in page
    page = html(post(1), author=Author(id="a", network="page", handle="ada"))
    assert (
        '<span class="name p-name"><bdi>@ada</bdi></span> <span class="handle">(network not known)</span></p>' in page
    )
    assert html(post(1), author=Author(id="a", network="page", name="@ada", handle="ada")).count("@ada</bdi>") == 2


@pytest.mark.parametrize(
    ("author", "followed"),
    [
        (NAMELESS, False),
        (Author(id="a", network="page", name="Ruth Falk"), False),
        (Author(id="a", network="page", name="Ruth Falk", url="javascript:alert(1)"), False),
        (Author(id="a", network="page", handle="ruth"), True),
        (Author(id="a", network="page", name="Ruth Falk", url="https://example.com/ruth"), True),
    ],
)
def test_only_who_can_be_found_is_said_to_be_followed(author, followed):
    one = thread(post(1), author=author, authors=(author,))
    for text in (render.article_html(one), render.plain(one), render.markdown(one)):
        assert ("You can follow" in text) == followed


def test_a_gap_of_which_nothing_is_known_is_one_sentence():
    one = thread(post(1), state="incomplete", gaps=(Gap(after=name("1"), count=None),))
    assert "<p><strong>Some posts are not in what was read.</strong></p>" in render.article_html(one)
    assert "\n\nSome posts are not in what was read.\n\n" in render.plain(one)


def test_dates_and_address_may_be_unknown():
    page = html(post(1, created=None), url="")
    assert '<p class="facts">date not known · 1 post · 1 min · address of the original not known</p>' in page
    page = html(post(1), post(2, created=None))
    assert "09:13</time> UTC · 2 posts" in page


def test_a_quote_is_shown_or_replaced_by_a_sentence():
    quoted = post("s", "Flour is a living thing.", author=JEAN, quote=Quote(id="t", state="blocked"), url="")
    one = post(1, quote=Quote(id=quoted.id))
    page = html(one, quoted=(quoted,))
    who = '<p class="who"><b><bdi>Jean</bdi></b> <bdi>@jean.example</bdi> · quoted</p>'
    assert f'<blockquote class="quote">{who}' in page
    assert "This post quotes another" not in page
    assert "The quoted post could not be read." in html(one)
    gone = post(1, quote=Quote(id="x", state="address", url="https://x.example/1"))
    assert 'only the address is known. <a href="https://x.example/1"' in html(gone)
    objected = post(1, quote=Quote(id="x", state="detached", url="https://x.example/1"))
    assert "https://x.example/1" not in html(objected)


def test_a_quote_within_a_quote_is_only_linked():
    inner = Quote(id=name("1"), url="https://x.example/inner")
    quoted = post("s", "Outer.", author=JEAN, quote=inner)
    page = html(post(1, "Own.", quote=Quote(id=quoted.id)), quoted=(quoted,))
    assert 'This post quotes another. <a href="https://x.example/inner"' in page
    assert page.count("Own.") == 1


def test_polls_and_cards_are_shown():
    poll = Poll(options=(Option(title="<Yes>", votes=1), Option(title="Later")))
    page = html(post(1, poll=poll, card=Card(url="https://www.x.example/a", title="")))
    assert '<bdi>&lt;Yes&gt;</bdi></span> <meter min="0" max="100" value="100" aria-hidden="true"></meter>' in page
    assert '<bdi>Later</bdi></span> <span class="share">not counted yet</span>' in page
    assert (
        '<span class="card-title"><bdi>x.example</bdi></span></a> <span class="domain">x.example</span></aside>' in page
    )


def test_an_edit_is_told_in_both_views():
    one = post(1, edited=START)
    assert "· edited <time " in html(one)
    assert "Post 1 was edited on 3 May 2026, 09:12 UTC." in html(one, view="article")


def test_a_branch_is_folded_and_says_where_it_stays_open():
    away = post("a", parent=name("1"), created=None)
    page = html(
        post(1),
        branches=(Branch(at=name("1"), posts=(away,)),),
        gaps=(Gap(after=name("1"), before=away.id, id=name("b"), line=away.id),),
        completeness={"open_ends": (away.id,)},
    )
    told = '<aside class="whence" aria-hidden="true"><b>Branch</b>, 1 post</aside>'
    start = page.index(f'<div class="branch">{told}<details><summary aria-label="Branch, 1 post"></summary>')
    inside = page[start : page.index("</details>", start)]
    assert '<aside class="gap">' in inside
    assert '<aside class="open-end">' in inside
    assert '<aside class="end">The thread ends here.</aside>' in page


def test_a_thread_that_ends_in_a_gap_has_no_other_end():
    page = html(post(1), gaps=(Gap(after=name("1")),))
    assert 'class="end"' not in page
    assert 'class="open-end"' not in page


def test_a_gap_links_the_addresses_that_are_known():
    page = html(post(1), post(2), gaps=(Gap(before=name("2"), id=name("g")), Gap(before=name("2"), id="nothing")))
    assert 'post/g" rel="nofollow noopener">Address of 2</a></p>' in page
    assert "nothing" not in page


def test_parts_lead_to_our_own_pages_where_there_is_a_site():
    one = thread(
        post(1),
        parts=(
            Part(id=name("p"), url="https://bsky.app/p", title="<One>", where="earlier"),
            Part(id=name("1")),
            Part(id="elsewhere", where="later"),
        ),
        readings=(Reading(author=JEAN.id, id=name("q", JEAN)),),
    )
    alone = render.article_html(one)
    assert 'Previous part: <a href="https://bsky.app/p" rel="nofollow noopener"><cite>&lt;One&gt;</cite></a>' in alone
    assert "<p>Next part: <cite>A thread</cite></p>" in alone
    assert '<a href="https://bsky.app/profile/did:plc:jean/post/q" rel="nofollow noopener">It could also' in alone
    own = render.article_html(one, site=render.Site())
    assert '<a href="/t/bsky/did:plc:ada/p"><cite>' in own
    assert '<a href="/t/bsky/did:plc:jean/q">It could also' in own
    assert '<a href="https://t.example/t/bsky/did:plc:ada/p">' in render.html(
        one, site=render.Site(origin="https://t.example")
    )
    checked(own)


def test_a_name_cannot_turn_what_stands_beside_it():
    page = html(
        post(1), author=Author(id="a", network="bsky", handle="a\u202eb", name="Ada\u2067\nWeir"), title="x\u202ey"
    )
    assert "<bdi>Ada Weir</bdi>" in page
    assert "<bdi>@ab</bdi>" in page
    assert "\u202e" not in page


def test_the_page_written_by_hand_for_the_measurement_is_the_same():
    for view in VIEWS:
        assert render.html(measured(), view) == by_hand(measured(), view)


def test_an_author_known_only_by_id_is_nobody():
    page = html(post(1, quote=Quote(id="s")), quoted=(replace(post("s", author=NAMELESS), id="s"),), authors=(ADA,))
    assert '<p class="who"><b><bdi>an unknown author</bdi></b> · quoted</p>' in page
