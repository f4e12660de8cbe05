"""Links to translations, and a translation beside its author's words."""

import pytest
from msgspec.structs import replace

from tests.render.build import name, post, thread
from tests.render.reading import checked
from threadleaf import render
from threadleaf.render.tongue import ENGLISH

HERE = render.Site(path="/t/bsky/did:plc:ada/1", translates=True)
GERMAN = replace(ENGLISH, code="de")


def offered(html: str) -> list[str]:
    """The places of the posts that have a link to a translation."""
    return [part.partition('"')[0] for part in html.split('href="?translate=')[1:]]


@pytest.mark.parametrize("view", ["article", "posts"])
def test_posts_in_other_languages_than_the_readers_have_one_link_each(view: render.View):
    one = thread(
        post(1, langs=("en-GB",)),
        post(2, langs=("de",)),
        post(3, langs=()),
        post(4, langs=("DE-at",)),
        post(5, langs=("?",)),
    )
    assert offered(render.article_html(one, view, site=HERE)) == ["2", "3", "4", "5"]
    assert offered(render.article_html(one, view, site=HERE, say=GERMAN)) == ["1", "3", "5"]


def test_a_post_without_words_and_what_others_wrote_have_none():
    one = replace(thread(post(1, langs=("de",)), post(2)), context=(post("c", "Und?", langs=("de",)),))
    silent = replace(one, posts=(one.posts[0], replace(one.posts[1], text="", langs=())))
    assert offered(render.article_html(silent, "posts", site=HERE)) == ["1"]


@pytest.mark.parametrize("site", [None, render.Site(path=HERE.path), render.Site(translates=True)])
def test_where_nothing_is_translated_there_is_no_link(site: render.Site | None):
    assert offered(render.article_html(thread(post(1, langs=("de",))), "posts", site=site)) == []


def test_both_texts_have_their_language_and_direction():
    one = thread(post(1, "<b>مرحبا</b>", langs=("ar",)))
    html = render.translation(one, one.posts[0], "<b>Hello</b> & good day\n\nEnd", say=GERMAN)
    checked(html)
    assert '<div class="text" lang="de"><p>&lt;b&gt;Hello&lt;/b&gt; &amp; good day</p><p>End</p></div>' in html
    assert '<div class="text" lang="ar" dir="rtl"><p>&lt;b&gt;مرحبا&lt;/b&gt;</p></div>' in html
    assert "\x07" not in render.translation(one, one.posts[0], "Good \x07day", say=GERMAN)
    assert html.index("Hello") < html.index("مرحبا")
    assert one.posts[0].url in html


def test_both_stand_behind_the_authors_warning():
    one = thread(post(1, "Ertrunken.", langs=("de",), warning="drowning"))
    html = render.translation(one, one.posts[0], "Drowned.")
    assert html.count('<details class="warning">') == 2
    for text in ("Drowned.", "Ertrunken."):
        before = html[: html.index(text)]
        assert before.count("<details") > before.count("</details>")


def test_a_post_is_found_by_its_name():
    one = thread(post(1), post(2))
    assert render.post_named(one, "2") == one.posts[1]
    assert one.posts[1].id == name("2")
