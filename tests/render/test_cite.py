"""Citations."""

import pytest
from msgspec.structs import replace

from tests.render.build import everything, media_only, name, post, thread
from threadleaf import render
from threadleaf.core.model import Author, Branch, Media

PAGE = "https://threads.example/t/bsky/ada/1"


def test_a_thread_is_cited_by_its_title():
    found = render.citation(thread(post(1)), page=PAGE)
    assert found.text.split("\n") == [
        "Ada Weir (@ada.example): “Why tidal mills worked better at night” (Bluesky, 3 May 2026)",
        "https://bsky.app/profile/did:plc:ada/post/1",
        f"Read on 3 May 2026: {PAGE}",
    ]
    assert (found.what, found.here) == ("Why tidal mills worked better at night", PAGE)


def test_a_thread_without_a_title_is_cited_as_its_authors():
    assert "“A thread by @ada.example”" in render.citation(thread(post(1), title="")).text


def test_a_post_is_cited_with_its_words():
    found = render.citation(thread(post(1, "Cold stones\n\ngrind *cooler*.")), "1", page=PAGE)
    assert found.text == (
        "Ada Weir (@ada.example): “Cold stones\n\ngrind *cooler*.” (Bluesky, 3 May 2026)\n"
        f"https://bsky.app/profile/did:plc:ada/post/1\nRead on 3 May 2026: {PAGE}#1"
    )
    assert found.markdown == (
        "> Cold stones\n>\n> grind \\*cooler\\*.\n\n— Ada Weir (@ada.example) (Bluesky, 3 May 2026)"
        f" <https://bsky.app/profile/did:plc:ada/post/1>  \nRead on 3 May 2026: <{PAGE}#1>"
    )
    assert (found.what, found.here) == ("Post 1", f"{PAGE}#1")


def test_the_day_of_reading_is_told_also_where_our_page_has_no_address():
    found = render.citation(thread(post(1)))
    assert found.text.endswith("post/1\nRead on 3 May 2026.")
    assert found.markdown.endswith("post/1>  \nRead on 3 May 2026.")


def test_our_address_stands_without_a_day_where_nobody_knows_it():
    found = render.citation(thread(post(1), completeness={"read_at": None}), page=PAGE)
    assert found.text.endswith(f"post/1\n{PAGE}")


def test_a_citation_says_what_is_missing_from_its_thread():
    lost = everything()
    assert render.citation(lost).text.endswith("\nOne post is missing.")
    assert render.citation(lost, "a1").text.endswith("\nOf its thread: One post is missing.")
    assert render.citation(lost, "a1").markdown.endswith("  \nOf its thread: One post is missing.")
    unsure = render.citation(thread(post(1), state="open"))
    assert unsure.text.endswith("\nNothing is known to be missing; we could not confirm the end.")


def test_every_post_of_the_authors_can_be_cited():
    one = everything()
    assert "After 1." in render.citation(one, "a1").text
    assert "The miller's own." in render.citation(one, "r1").text
    assert render.citation(one, "r1").what == "Post"


@pytest.mark.parametrize("place", ["q1", "s1", "nothing", "1 "])
def test_nobody_elses_post_is_cited(place):
    with pytest.raises(KeyError):
        render.citation(everything(), place)


def test_a_post_without_words_and_date_is_cited_by_its_address():
    one = media_only(1, Media(kind="image"), created=None, url="")
    found = render.citation(thread(one, completeness={"read_at": None}), "1")
    assert found.text == "Ada Weir (@ada.example): “” (Bluesky)\nhttps://bsky.app/profile/did:plc:ada/post/1"
    assert found.here == ""


def test_an_author_is_named_as_far_as_known():
    def author(**fields):
        cited = render.citation(replace(thread(post(1)), author=Author(id="a", network="bsky", **fields)))
        return cited.text.partition(":")[0]

    assert author(handle="ada") == "@ada"
    assert author(name="@ada", handle="ada") == "@ada"
    assert author(name="Ada") == "Ada"
    assert author() == "an unknown author"


def test_the_same_name_twice_leads_to_each_post():
    away = replace(post("b"), id="https://elsewhere.example/1")
    one = thread(post(1), branches=(Branch(at=name("1"), posts=(away,)),))
    assert render.post_named(one, "1") == one.posts[0]
    assert render.post_named(one, "1-2") == away
    assert render.post_named(one, "2") is None
