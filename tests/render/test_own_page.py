"""What the page of a thread on our own site has besides: tools of each post, the other lines, the shape, the button."""

import re

import pytest
from msgspec.structs import replace

from tests.render.build import ADA, JEAN, START, everything, name, piece, post, thread, whole
from tests.render.reading import checked
from threadleaf import render
from threadleaf.core.model import Article, Author, Branch, Cut, Paragraph, Ref

SITE = render.Site(host="threads.example", path="/t/bsky/ada/1")

_NUMBERING = "the author&#39;s own numbering"


def own(*posts, view="article", site=SITE, **fields):
    return render.article_html(thread(*posts, **fields), view, site=site)


@pytest.mark.parametrize("view", ["article", "posts"])
def test_our_own_page_has_only_what_is_allowed(view):
    site = render.Site(host="threads.example", path="/t/bsky/x", line="b", refresh="https://x.example/?a=1&b=\"'<>")
    checked(render.article_html(everything(), view, site=site))


def test_a_page_says_what_it_is():
    said = "Read as one page by threads.example from Bluesky; the author’s words, unchanged."
    assert f"<p>{said}</p>" in own(post(1))
    assert "Read as one page by Threadleaf from Bluesky" in render.article_html(thread(post(1)))
    saved = replace(thread(post(1)), network="page")
    assert "from a saved page; the author’s words as they stand there." in render.article_html(saved)


def test_an_article_says_what_it_leaves_out_and_leads_to_the_posts_as_they_are():
    first, second = post(1, "1/ Stones …"), post(2, "2/ … grind.")
    cuts = tuple(Cut(post=name(str(n)), start=0, end=2, why=why) for n, why in ((1, "counter"), (2, "counter")))
    article = Article(paragraphs=whole(first, second).paragraphs, cuts=cuts)
    said = "Read as one page by threads.example from Bluesky; the author’s words, joined. Left out in this view: {}."
    page = own(first, second, article=article)
    assert f'<p>{said.format(_NUMBERING)} <a href="?view=posts">As posted</a></p>' in page
    assert "the author’s words, unchanged." in own(first, second, article=article, view="posts")
    branch = replace(SITE, line="b")
    assert '<a href="?view=posts&amp;line=b">As posted</a>' in own(first, second, article=article, site=branch)
    assert '">As posted<' not in own(first, second, article=article, site=None)
    more = (
        *cuts,
        Cut(post=name("1"), start=2, end=3, why="space"),
        Cut(post=name("2"), start=3, end=4, why="ellipsis"),
    )
    page = own(first, second, article=replace(article, cuts=more))
    assert said.format(f"{_NUMBERING} and dots where a sentence goes on in the next post") in page
    page = own(first, second, article=replace(article, cuts=more[2:3]))
    assert "the author’s words, unchanged." in page


def test_branches_and_replies_are_as_posted_and_that_is_said():
    first, second, third = post(1, "1/ Stones."), post(2, "2/ Grind."), post(3, "3/ Slowly.", parent=name("1"))
    cuts = (Cut(post=name("1"), start=0, end=2, why="counter"), Cut(post=name("2"), start=0, end=2, why="counter"))
    article = Article(paragraphs=whole(first, second).paragraphs, cuts=cuts)
    page = own(first, second, article=article, branches=(Branch(at=name("1"), posts=(third,)),))
    assert "3/ Slowly." in page
    assert (
        f"Left out of the main line in this view: {_NUMBERING}. Branches and replies stand as they were posted." in page
    )
    assert "Left out of the main line" in own(first, second, article=article, replies_by_author=(third,))


def test_the_view_of_the_address_stays_where_one_goes_on_along_a_branch():
    branch = Branch(at=name("1"), posts=(post(3, parent=name("1")),))
    fields = {"branches": (branch,), "view": "posts"}
    page = own(post(1), post(2), **fields, site=replace(SITE, view="posts"))
    assert re.search(r'<a href="\?view=posts&amp;line=[^"&]+" rel="nofollow">', page)
    page = own(post(1), post(2), **fields, site=replace(SITE, view="posts", line="b"))
    assert f'<a href="{SITE.path}?view=posts">' in page
    assert '<a class="cite" href="?view=posts&amp;line=b&amp;cite=' in page


def test_what_is_not_known_of_a_saved_page_is_said_in_the_head():
    author = Author(id="page:ada", network="page", handle="ada")
    saved = replace(thread(post(1, created=None), author=author), network="page", url="")
    page = render.article_html(saved)
    assert '<span class="handle">(network not known)</span>' in page
    assert '<p class="facts">date not known · 1 post · 1 min · address of the original not known</p>' in page
    for text in (render.plain(saved), render.markdown(saved)):
        assert re.search(r"@ada \\?\(network not known\\?\)", text)
        assert "date not known · 1 post" in text
        assert "Address of the original not known." in text
    seen = replace(saved, author=replace(author, url="https://www.x.com/ada"))
    assert '<span class="handle">on x.com</span>' in render.article_html(seen)
    assert "@ada on x.com" in render.plain(seen)


def test_behind_each_mark_is_the_way_to_the_post_a_link_and_the_citation():
    page = own(post(1))
    rows = (
        '<p>Post 1 · <a href="https://bsky.app/profile/did:plc:ada/post/1" rel="nofollow noopener">View on Bluesky</a>'
        ' · <a class="here" href="#1">Link</a> · <a class="cite" href="?cite=1" rel="nofollow">Cite</a></p>'
    )
    assert f'<details class="more" name="more"><summary aria-label="Post 1, link and citation"></summary>{rows}' in page


def test_posts_that_share_a_mark_have_a_row_each():
    first, second = post(1, "One half"), post(2, "and the other.", url="")
    article = Article(paragraphs=(Paragraph(pieces=(piece(first), piece(second, glue=" "))),))
    page = own(first, second, article=article)
    assert page.count('<details class="more"') == 1
    assert '<p>Post 2 · <a class="here" href="#2">' in page


def test_as_posted_the_line_of_each_post_has_its_tools():
    page = own(post(1), view="posts")
    assert 'View on Bluesky</a><span class="own"> · <a class="here" href="#1">Link</a> · <a class="cite"' in page
    alone = own(post(1, url="", created=None), view="posts")
    assert '<footer class="meta"><span class="own"><a class="here"' in alone
    assert 'class="more"' not in page


def test_whoever_is_led_to_a_post_can_start_at_the_beginning():
    page = own(post(1), branches=(Branch(at=name("1"), posts=(post("b", parent=name("1")),)),))
    assert page.count('<p class="start"><a href="#">Start at the beginning</a></p>') == 2


def test_somebody_elses_post_has_no_tools():
    page = own(post(1, parent=name("q", JEAN), parent_author=JEAN.id), context=(post("q", author=JEAN),))
    assert "cite=q" not in page


def test_a_branch_can_be_read_as_the_main_line_and_there_is_a_way_back():
    one = everything()
    page = render.article_html(one, site=SITE)
    assert page.count('<aside class="switch"><a href="?line=a0" rel="nofollow">Read this line instead</a></aside>') == 1
    assert "as its main line" not in page
    turned = render.article_html(one, site=render.Site(path="/t/bsky/ada/1", line="b"))
    assert (
        "You are reading one of the thread’s branches as its main line. "
        '<a href="/t/bsky/ada/1">Read the main line instead</a>' in turned
    )


def test_a_thread_can_be_read_again_where_that_is_offered():
    page = own(post(1), site=render.Site(path="/t/bsky/x", refresh="https://bsky.app/profile/ada.example/post/1"))
    form = page[page.index("<form") : page.index("</form>")]
    assert 'method="post" action="/refresh"' in form
    assert '<input type="hidden" name="url" value="https://bsky.app/profile/ada.example/post/1">' in form
    assert "<button>Refresh</button>" in form
    assert "<form" not in own(post(1))


@pytest.mark.parametrize("view", ["article", "posts"])
def test_elsewhere_there_are_none_of_these(view):
    for site in (None, render.Site(origin="https://threads.example")):
        page = render.article_html(everything(), view, site=site)
        assert not any(mark in page for mark in ("<form", "<svg", "?cite=", "?line=", "Start at", 'class="more"'))


def test_the_page_is_an_entry_in_microformats():
    page = own(post(1))
    assert '<div class="thread as-article h-entry"' in page
    assert '<h1 class="title p-name"' in page
    assert '<p class="byline p-author h-card"><a class="name p-name u-url" href="' in page
    assert '<time class="dt-published" datetime="2026-05-03T09:13:00Z">' in page
    assert '<a class="original u-syndication" href="' in page
    assert '<data class="u-url" value="/t/bsky/ada/1"></data>' in page
    assert '<article class="line e-content">' in page
    assert 'value="https://t.example/t/bsky/x"' in own(
        post(1), site=render.Site(origin="https://t.example", path="/t/bsky/x")
    )


def test_only_the_authors_posts_stand_in_the_article():
    page = render.article_html(everything(), site=SITE)
    inside = page[page.index("<article") : page.index("</article>")]
    assert page.index('class="told"') < page.index("<article")
    assert page.index('class="replies"') > page.index("</article>")
    assert "Ada Weir" not in inside


def test_the_addresses_behind_the_authors_links_are_listed_for_print():
    page = render.article_html(everything())
    links = page[page.index('<aside class="addresses" hidden>') : page.index("</ol></aside>")]
    assert links.count("<li>") == page.count("noopener ugc") == 3
    assert "<li>https://example.com/mills?a=1&amp;b=2</li>" in links
    assert "addresses" not in own(post(1))


def test_replies_are_folded_and_counted():
    assert "<details><summary><h2>Replies by the author</h2> <span>3 posts</span></summary>" in own(
        *everything().posts, replies_by_author=everything().replies_by_author
    )


# --- X: who wrote stands above each post, and its time leads to it ------------------------------------------------


def on_x(author):
    one = replace(post(1, author=author, url="https://x.com/ada/status/1"), id="1")
    return replace(thread(one), network="x", ref=Ref("x", "1"), author=author, authors=(author,), article=Article())


def test_a_post_of_x_names_its_author_and_its_time_leads_to_it():
    page = render.article_html(on_x(Author(id="7", network="x", handle="ada", name="Ada", url="https://x.com/ada")))
    who = '<a href="https://x.com/ada" rel="nofollow noopener"><b><bdi>Ada</bdi></b> <bdi>@ada</bdi></a>'
    assert f'<footer class="who">{who}</footer>' in page
    assert '<a href="https://x.com/ada/status/1" rel="nofollow noopener"><time datetime' in page


def test_an_author_on_x_who_is_not_known_is_named_as_such():
    page = render.article_html(replace(on_x(Author(id="7", network="x")), author=ADA, authors=()))
    assert '<footer class="who"><b><bdi>an unknown author</bdi></b></footer>' in page


def test_a_time_without_an_address_leads_nowhere():
    one = on_x(Author(id="7", network="x", handle="ada"))
    page = render.article_html(replace(one, posts=(replace(one.posts[0], url="", created=START),)))
    assert '<footer class="meta"><time datetime' in page
