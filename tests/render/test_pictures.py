"""Pictures where the site has a way to show them."""

import pytest
from msgspec.structs import replace

from tests.render.build import ADA, JEAN, LEDGER, WHEEL, everything, mark, media_only, post, thread
from tests.render.reading import checked
from threadleaf import render
from threadleaf.core.model import Card, Media, Quote

BARE = Media(kind="image", url="https://cdn.example/bare.jpg", width=800, height=600)


def page(*media, shown, **fields):
    site = render.Site(media=shown)
    return checked_html(render.article_html(thread(media_only(1, *media), **fields), "posts", site=site))


def checked_html(html):
    checked(html)
    return html


def kept(**fields):
    return lambda _address: render.Shown("/media/abc", **fields)


def test_a_picture_is_shown_from_our_own_site_with_its_size_and_description():
    html = page(LEDGER, shown=kept(width=600, height=400))
    assert (
        '<img src="/media/abc" width="600" height="400" alt="A ledger with two columns of hours,\nsome in red."'
        ' loading="lazy" decoding="async">' in html
    )
    assert "<span>A ledger with two columns of hours,<br>some in red.</span>" in html
    assert html.count('class="box"') == html.count('class="box" hidden') == 1
    assert html.count("cdn.example") == 2  # only linked


def test_should_it_fail_to_come_a_box_has_the_way_to_the_original():
    box = (
        '<aside class="box" hidden>Image, 800 × 600. It could not be shown here just now. '
        '<a href="https://cdn.example/bare.jpg" rel="nofollow noopener">See the original</a></aside>'
    )
    assert box in page(BARE, shown=kept())
    assert "box" not in page(BARE, shown=kept(state="stored")), "what is stored here does come"


def test_before_it_was_fetched_its_size_is_what_the_network_says():
    assert 'src="/media/abc" width="800" height="600"' in page(BARE, shown=kept())
    assert '<img src="/media/abc" alt="' in page(Media(kind="image", url="https://cdn.example/x"), shown=kept())


def test_a_picture_without_a_description_says_so_to_whoever_does_not_see_it():
    assert 'alt="No description by the author."' in page(BARE, shown=kept())


def test_each_picture_opens_as_large_as_the_window_without_script():
    html = page(LEDGER, BARE, shown=kept())
    for name in ("zoom-1", "zoom-2"):
        assert f'popovertarget="{name}" aria-label="Enlarge the picture"></button>' in html
        assert f'<aside class="zoom" id="{name}" popover>' in html
        assert f'popovertarget="{name}" popovertargetaction="hide">Close</button>' in html
    assert "Shown through this site." in html


def test_a_picture_is_found_by_its_small_copy_where_there_is_one():
    asked = []
    film = Media(kind="video", url="https://cdn.example/film", thumb="https://cdn.example/still.jpg")
    page(film, BARE, Media(kind="audio"), shown=asked.append)
    assert asked == ["https://cdn.example/still.jpg", "https://cdn.example/bare.jpg"]


def test_a_picture_that_stays_as_long_as_its_page_says_so():
    html = page(LEDGER, shown=kept(state="stored"))
    assert html.count('<img src="/media/abc"') == 2
    assert "Kept on this site." in html
    assert "Shown through this site." not in html


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("away", "Its server does not answer now."),
        ("refused", "It cannot be shown here."),
        ("gone", "It is gone from its network."),
    ],
)
def test_what_cannot_be_shown_is_a_box_that_says_why(state, words):
    html = page(BARE, shown=kept(state=state))
    assert f'<aside class="box">Image, 800 × 600. {words} <a href="https://cdn.example/bare.jpg"' in html
    assert "<img" not in html
    nowhere = media_only(1, Media(kind="image"), url="")
    html = render.article_html(thread(nowhere), "posts", site=render.Site(media=kept(state=state)))
    assert '<aside class="box">Image.</aside>' in html


def test_what_the_site_does_not_know_is_linked():
    html = page(BARE, WHEEL, shown=lambda address: None if address == BARE.url else render.Shown("/media/wheel"))
    assert "Image, 800 × 600. Linked, not kept here." in html
    assert html.count('<img src="/media/wheel"') == 2


def test_a_links_preview_has_its_small_picture():
    card = Card(url="https://mills.example", title="Mills", thumb="https://cdn.example/card.jpg")
    one = thread(post(1, card=card))

    def shown(found):
        return render.article_html(one, "posts", site=render.Site(media=found))

    assert '<img src="/media/abc" width="100" height="50" alt=""' in shown(kept(width=100, height=50))
    assert "<img" not in shown(kept(state="gone"))
    assert "<img" not in shown(lambda _address: None)
    assert "<img" not in render.article_html(
        thread(post(1, card=Card(url="https://x.example"))), site=render.Site(media=kept())
    )


def test_pictures_of_others_are_shown_in_their_place():
    quoted = post("s", author=JEAN, media=(BARE,))
    html = render.article_html(
        thread(post(1, quote=Quote(id=quoted.id)), quoted=(quoted,)), site=render.Site(media=kept())
    )
    assert '<img src="/media/abc"' in html[html.index("<blockquote") : html.index("</blockquote>")]


def test_the_author_s_picture_stands_beside_the_name():
    ada = replace(ADA, avatar="https://cdn.example/ada.jpg")
    asked = []

    def shown(address):
        asked.append(address)
        return render.Shown("/media/ada", width=400, height=400)

    def head(author, show):
        return checked_html(render.article_html(thread(post(1), author=author), site=render.Site(media=show)))

    picture = (
        '<img class="avatar u-photo" src="/media/ada" width="40" height="40" alt="" decoding="async"><a class="name'
    )
    assert picture in head(ada, shown)
    assert asked == ["https://cdn.example/ada.jpg"]
    assert "<img" not in head(ada, kept(state="gone"))
    assert "<img" not in head(ada, lambda _address: None)
    assert "<img" not in head(ada, None)
    assert "<img" not in head(replace(ADA, avatar=""), shown)


@pytest.mark.parametrize("view", ["article", "posts"])
def test_a_custom_emoji_is_a_picture_that_is_called_by_its_code(view):
    text = "Good :blobcat: morning."
    quoted = post("s", text, author=JEAN, spans=(mark(text, ":blobcat:", "emoji", "https://cdn.example/blob.png"),))
    spans = (mark(text, ":blobcat:", "emoji", "https://cdn.example/blob.png"),)
    one = thread(post(1, text, spans=spans, quote=Quote(id=quoted.id)), quoted=(quoted,))
    picture = (
        'Good <img class="emoji" src="/media/abc" width="20" height="20" alt=":blobcat:" title=":blobcat:"'
        ' loading="lazy" decoding="async"> morning.'
    )

    def page_with(show):
        return checked_html(render.article_html(one, view, site=render.Site(media=show)))

    assert page_with(kept()).count(picture) == 2
    for show in (None, lambda _address: None, kept(state="refused"), kept(state="gone")):
        assert page_with(show).count(text) == 2


def test_a_custom_emoji_in_a_name_is_a_picture_wherever_the_name_stands():
    span = mark("Jean :blobcat:", ":blobcat:", "emoji", "https://cdn.example/blob.png")
    jean = replace(JEAN, name="Jean :blobcat:", name_spans=(span,))
    ada = replace(ADA, name="Ada\n :blobcat:", name_spans=(mark("Ada\n :blobcat:", ":blobcat:", "emoji", span.value),))
    quoted, asked = post("s", author=JEAN), post("q", author=JEAN)
    first = post(1, parent=asked.id, parent_author=JEAN.id, quote=Quote(id=quoted.id))
    one = thread(first, author=ada, authors=(ada, jean), quoted=(quoted,), context=(asked,))
    picture = '<img class="emoji" src="/media/abc" width="20" height="20" alt=":blobcat:" title=":blobcat:"'

    def page_with(show):
        return checked_html(render.article_html(one, site=render.Site(media=show)))

    assert page_with(kept()).count(f"<bdi>Jean {picture}") == 2
    assert page_with(kept()).count(f"<bdi>Ada {picture}") == 1
    for show in (None, kept(state="gone")):
        assert page_with(show).count("<bdi>Ada :blobcat:</bdi>") == 1
    assert "Ada :blobcat: @ada" in render.plain(one)


@pytest.mark.parametrize("view", ["article", "posts"])
def test_a_page_with_pictures_has_only_what_is_allowed(view):
    checked(render.article_html(everything(), view, site=render.Site(path="/t/bsky/x", media=kept(width=3, height=2))))
