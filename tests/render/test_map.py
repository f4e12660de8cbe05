"""The shape of a thread as a drawing."""

import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from tests.render.build import ADA, START, everything, name, post, thread
from threadleaf import render
from threadleaf.core.model import Branch, Gap

SVG = "{http://www.w3.org/2000/svg}"


def read(text):
    return ET.fromstring(text)  # noqa: S314 -- our own


def shape(*posts, **fields):
    return read(render.shape(thread(*posts, **fields)))


def names(drawing):
    return [title.text for title in drawing.iter(f"{SVG}title")]


def posts(count, **fields):
    return [post(n, **fields) for n in range(1, count + 1)]


def test_every_post_is_a_ring_that_leads_to_it():
    drawing = shape(*posts(3))
    assert names(drawing) == ["Post 1", "Post 2", "Post 3"]
    assert len(list(drawing.iter(f"{SVG}circle"))) == 3
    assert next(drawing.iter(f"{SVG}a")).get("href") == "https://bsky.app/profile/did:plc:ada/post/1"


def test_a_post_without_an_address_is_a_ring_without_a_link():
    drawing = shape(post(1, url=""))
    assert (names(drawing), list(drawing.iter(f"{SVG}a"))) == (["Post 1"], [])


def test_a_gap_is_dashed_and_named_in_words():
    one, two, four = post(1), post(2), post(4, parent=name("3"))
    drawing = shape(one, two, four, gaps=(Gap(after=two.id, before=four.id, id=name("3")),))
    assert names(drawing) == ["Post 1", "Post 2", "Post 3 is unavailable.", "Post 4"]
    gap = next(path for path in drawing.iter(f"{SVG}path") if path.get("class") == "gap")
    assert gap.get("stroke-dasharray")


@pytest.mark.parametrize(
    ("gap", "leads_to"), [(Gap(before=name("1"), id=name("0")), "1"), (Gap(after=name("2")), "2"), (Gap(line="x"), "2")]
)
def test_a_gap_leads_to_the_post_behind_it_or_before_it(gap, leads_to):
    drawing = shape(*posts(2), gaps=(gap,))
    item = next(g for g in drawing.iter(f"{SVG}g") if any(p.get("class") == "gap" for p in g.iter(f"{SVG}path")))
    assert item.find(f"{SVG}a").get("href").endswith(f"/{leads_to}")


def test_a_branch_is_a_spur_where_it_leaves():
    away = (post("b", parent=name("1"), created=START + timedelta(hours=2)), post("c", parent=name("b")))
    drawing = shape(*posts(2), branches=(Branch(at=name("1"), posts=away),))
    assert names(drawing) == ["Post 1", "Afterthought, 2 posts, one hour later", "Post 2"]
    assert [link.get("href")[-1] for link in drawing.iter(f"{SVG}a")] == ["1", "b", "2"]


def test_several_branches_of_one_post_are_one_spur():
    assert "2 branches" in names(read(render.shape(everything())))


def test_what_others_answered_is_a_tick_and_the_authors_own_answers_are_not():
    def ticks(drawing):
        paths = (path for path in drawing.iter(f"{SVG}path") if path.get("class") == "tick")
        return [float(path.get("d").rpartition("h-")[2]) for path in paths]

    drawing = shape(post(1, replies=3), post(2, replies=2), post(3, replies=40), post(4), post(5, replies=0))
    assert names(drawing) == [
        "Post 1, 2 replies by others", "Post 2, 1 reply by others", "Post 3, 39 replies by others", "Post 4", "Post 5",
    ]  # fmt: skip
    assert ticks(drawing)[1] < ticks(drawing)[0] < ticks(drawing)[2]


def test_of_more_than_eighty_posts_several_share_a_mark():
    assert len(names(shape(*posts(80)))) == 80
    drawing = shape(*posts(81))
    assert names(drawing)[:2] == ["Posts 1 to 2", "Posts 3 to 4"]
    assert names(drawing)[-1] == "Post 81"
    big = shape(*posts(1100, replies=2))
    assert names(big)[0] == "Posts 1 to 14, 14 replies by others"
    assert len(names(big)) == 79
    assert int(big.get("height")) <= 500


def test_posts_without_numbers_that_share_a_mark_are_counted():
    drawing = shape(*posts(90), gaps=(Gap(before=name("1"), count=None),))
    assert names(drawing)[1] == "2 posts"


def test_the_end_is_a_crossbar_dots_or_nothing():
    def end(**fields):
        return [path.get("stroke-dasharray", "bar") for path in shape(*posts(1), **fields).findall(f"{SVG}path")]

    assert end() == ["bar"]
    assert end(state="open") == ["2 2"]
    assert end(gaps=(Gap(after=name("1")),)) == []


def test_the_drawing_is_a_list_for_whoever_does_not_see_it_and_has_no_colours_and_styles_of_its_own():
    text = render.shape(everything())
    drawing = read(text)
    assert (drawing.get("role"), drawing.get("aria-label")) == ("list", "Shape of the thread")
    assert {item.get("role") for item in drawing.findall(f"{SVG}g")} == {"listitem"}
    assert not re.search(r"style=|#[0-9a-f]{3}|rgb", text)


def test_on_the_page_marks_lead_to_their_places_and_a_single_post_has_no_shape():
    site = render.Site(path="/t/bsky/x")
    page = render.article_html(thread(*posts(2)), site=site)
    assert '<g role="listitem"><a href="#2"><title>Post 2</title>' in page
    assert "<svg" not in render.article_html(thread(post(1)), site=site)
    assert "<svg" in render.article_html(thread(post(1), gaps=(Gap(after=name("1")),)), site=site)
    away = Branch(at=name("1"), posts=(post("b", author=ADA),))
    assert "<svg" in render.article_html(thread(post(1), branches=(away,)), site=site)
