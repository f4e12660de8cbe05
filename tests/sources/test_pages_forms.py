"""Saved pages in every form: each file of data/pages is read as its form demands."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from threadleaf.core.errors import Unreadable
from threadleaf.core.model import Author, Conversation, Quote
from threadleaf.sources import pages
from threadleaf.wire import Document

DATA = Path(__file__).parent / "data" / "pages"


def read(name: str) -> Conversation:
    return pages.read([Document(body=(DATA / name).read_bytes(), name=name)])


def starts(conversation: Conversation) -> list[str]:
    return [post.text.split()[0] for post in conversation.posts]


def uncertain(conversation: Conversation) -> list[int | None]:
    return [post.place for post in conversation.posts if post.uncertain]


def kinds(conversation: Conversation) -> set[str]:
    return {note.kind for note in conversation.notes}


# --- twtext and twunroll ----------------------------------------------------------------------------------------


def test_a_numbered_page_of_twunroll_gives_a_post_for_each_number():
    conversation = read("twunroll.txt")
    assert starts(conversation) == ["2/", "3/", "4/", "5/", "7/", "9/", "10/"]
    assert uncertain(conversation) == []
    assert not conversation.linked
    assert [post.place for post in conversation.posts] == [1, 2, 3, 4, 5, 6, 7]
    assert {post.parent for post in conversation.posts} == {None}
    assert conversation.anchor == conversation.posts[0].id
    assert conversation.notes == ()


def test_numbers_within_a_sentence_begin_no_post_and_stay():
    post = read("twunroll.txt").posts[3]
    assert "1) water on the rail; 2) grease on the flange; 3) wider curves" in post.text


def test_a_blank_line_stands_within_a_post():
    assert read("twunroll.txt").posts[3].text.endswith("nobody in our street wants that.\n\nThe bakery least of all.")


def test_the_author_is_named_by_the_foot_and_nothing_of_the_foot_is_text():
    conversation = read("twunroll.txt")
    assert conversation.authors == (
        Author(id="tramnotes", network="page", handle="TramNotes", url="https://x.com/TramNotes"),
    )
    text = "\n".join(post.text for post in conversation.posts)
    assert not any(word in text for word in ("You can follow", "Tip:", "Latest Threads", "cookies"))


def test_flags_and_foreign_scripts_are_left_as_they_are():
    posts = read("twunroll.txt").posts
    assert posts[0].text.endswith("🚋🇨🇿")
    assert "车站面包店" in posts[3].text
    assert "station & that" in posts[4].text


def test_an_address_left_for_a_quoted_post_is_a_quote_and_stays_in_the_text():
    second, _, _, _, sixth = read("twunroll.txt").posts[1:6]
    assert second.quote == Quote(
        id="1272458566167924736",
        url="https://x.com/TramNotes/status/1272458566167924736",
        state="address",
        author="TramNotes",
    )
    assert second.text.endswith("... https://twitter.com/TramNotes/status/1272458566167924736")
    assert sixth.quote
    assert sixth.quote.id == "1273693461963780098"
    assert sixth.text.endswith("?s=20")


def test_mentions_and_addresses_are_spans():
    post = read("twunroll.txt").posts[4]
    (span,) = post.spans
    assert (span.kind, span.value, post.text[span.start : span.end]) == (
        "mention",
        "https://x.com/NightDepot",
        "@NightDepot",
    )


def test_numbers_at_the_end_close_a_post():
    conversation = read("twtext.txt")
    assert [post.text[-2:] for post in conversation.posts[:8]] == [f"/{n}" for n in range(2, 10)]
    assert len(conversation.posts) == 9
    assert conversation.posts[-1].text.endswith("10/10")
    assert uncertain(conversation) == []


def test_without_numbers_what_the_limit_does_not_prove_is_uncertain():
    conversation = read("twtext-unnumbered.txt")
    assert starts(conversation) == ["How", "Take", "Fold", "Fly."]
    assert uncertain(conversation) == [3, 4]
    assert [note.n for note in conversation.notes if note.kind == "guessed-boundaries"] == [2]


def test_items_of_a_list_belong_to_the_post_above_them():
    assert read("twtext-unnumbered.txt").posts[1].text.endswith("gate.\n- maple will do\n- oak will not")


def test_a_raw_mirror_is_cleaned_and_cut_at_its_runs_of_blank_lines():
    conversation = read("mirror.txt")
    assert [post.text for post in conversation.posts] == [
        "We're building a kite 🪁",
        "Paper, two sticks & string\none long stick\none short stick",
        "The plan is here: https://kites.example/plan",
        "Run until it flies. It won’t at first.",
    ]
    assert uncertain(conversation) == []
    assert kinds(conversation) == {
        "repaired-encoding", "repaired-entities", "repaired-emoji", "repaired-links", "repaired-lines",
    }  # fmt: skip


# --- Thread Reader ----------------------------------------------------------------------------------------------


def test_a_page_of_2018_says_name_handle_and_count_at_its_head():
    conversation = read("reader-2018.txt")
    assert conversation.authors[0].name == "Jane Baker"
    assert conversation.authors[0].handle == "janebakes"
    assert conversation.announced == 5
    assert starts(conversation) == ["How", "1/", "2/", "3/", "4/"]
    assert uncertain(conversation) == []


def test_a_line_break_between_two_numbers_is_the_authors():
    assert read("reader-2018.txt").posts[3].text.endswith("apples.\nSome say of beer.")


def test_a_link_that_is_shown_shortened_is_text():
    post = read("reader-2018.txt").posts[4]
    assert post.text.endswith("bakery.example/recipes/sourd…")
    assert post.spans == ()


def test_a_page_of_2020_names_its_author_below_and_other_threads_are_foreign():
    conversation = read("reader-2020.txt")
    assert (conversation.authors[0].name, conversation.authors[0].handle) == ("Ivo Luthier", "ivoluthier")
    assert starts(conversation) == ["Why", "The"]
    assert conversation.announced is None


def test_a_page_of_2021_proves_boundaries_by_its_count():
    conversation = read("reader-2021.txt")
    assert len(conversation.posts) == conversation.announced == 4
    assert uncertain(conversation) == []
    assert (conversation.authors[0].name, conversation.authors[0].handle) == ("Ada Weaver", "AdaWeaver")
    assert conversation.posts[-1].text == "Patterns come from lifting some threads and not others."


def test_a_page_without_head_has_an_unknown_author():
    conversation = read("reader-bare.txt")
    (author,) = conversation.authors
    assert (author.id, author.handle, author.name) == (pages.UNKNOWN, "", "Unknown author")
    assert kinds(conversation) == {"no-author"}


def test_a_number_on_a_line_of_its_own_belongs_to_the_text_below_it():
    assert [post.text for post in read("reader-bare.txt").posts] == [
        "A thread on soap.",
        "2/\nFat and lye, nothing else.",
        "3/\nStir until your arm is tired.",
        "5/\nThen wait six weeks.",
    ]


def test_a_scrolly_page_separates_posts_and_paragraphs_by_blank_lines():
    conversation = read("scrolly.txt")
    assert starts(conversation) == ["1.", "2.", "3.", "4."]
    assert conversation.posts[1].text.endswith("tension.\n\nThat is all it does.")
    assert conversation.posts[2].text == "3. The weft goes over\nand under."
    assert conversation.authors[0] == Author(
        id="unknown:Ada Weaver", network="page", name="Ada Weaver", bio="Weaver. Writes for @TheMillPaper about looms."
    )


def test_a_name_without_a_handle_is_told_otherwise_than_no_name():
    assert kinds(read("scrolly.txt")) == {"no-handle"}


@pytest.mark.parametrize(
    ("name", "foot"),
    [
        ("twunroll.txt", "You can follow"),
        ("twtext.txt", "You can follow"),
        ("reader-2018.txt", "• • •"),
        ("reader-2020.txt", "Keep Current"),
        ("reader-2021.txt", "• • •"),
        ("reader-bare.txt", "• • •"),
        ("scrolly.txt", "Share this"),
    ],
)
def test_a_page_cut_off_above_its_foot_is_still_read(name, foot):
    text = (DATA / name).read_text("utf-8")
    cut = pages.read([Document(body=text[: text.index(foot)].encode(), name=name)])
    assert starts(cut) == starts(read(name))
    assert "no-foot" in kinds(cut)


def test_a_list_of_threads_is_refused():
    with pytest.raises(Unreadable) as caught:
        read("listing.txt")
    assert caught.value.sentence.startswith("“listing.txt” is a list of threads, not a thread. Open one")


# --- HTML -------------------------------------------------------------------------------------------------------


def test_html_with_an_element_for_each_post_leaves_no_boundary_open():
    conversation = read("reader.html")
    assert [post.text for post in conversation.posts] == [
        "1/ Looms 🧵 & more, after @tomrails.\n\nRead looms.example/how-a-lo… and ask @JaneBakes.",
        "",
        "2/ Said before:\nA block of its own",
        "3/ The end https://twitter.com/AdaWeaver/status/1362500000000000000",
    ]
    assert uncertain(conversation) == []
    assert conversation.announced == 4
    assert conversation.address == "https://threadreaderapp.com/thread/1362700000000000000.html"
    assert conversation.authors == (
        Author(id="adaweaver", network="page", handle="AdaWeaver", name="Ada Weaver", url="https://x.com/AdaWeaver"),
    )


def test_a_post_whose_id_is_known_has_an_address_and_a_date():
    first, *_, last = read("reader.html").posts
    assert first.url == "https://x.com/AdaWeaver/status/1362700000000000000"
    assert first.created == datetime(2021, 2, 19, 9, 46, 12, 398000, tzinfo=UTC)
    assert (last.url, last.created) == ("", None)


def test_links_of_html_lead_where_the_page_says():
    post = read("reader.html").posts[0]
    assert [(post.text[s.start : s.end], s.kind, s.value) for s in post.spans] == [
        ("@tomrails", "mention", "https://twitter.com/tomrails"),
        ("looms.example/how-a-lo…", "link", "https://looms.example/how-a-loom-works"),
        ("@JaneBakes", "mention", "https://x.com/JaneBakes"),
    ]


def test_pictures_keep_the_authors_words_and_not_the_services():
    media = read("reader.html").posts[1].media
    assert [(m.kind, m.url, m.alt) for m in media] == [
        ("image", "https://pictures.example/loom.jpg", ""),
        ("image", "https://pictures.example/small.jpg", "A loom seen from above"),
    ]


def test_an_embedded_post_is_a_quote_and_its_words_are_not_the_authors():
    third, fourth = read("reader.html").posts[2:]
    assert third.quote
    assert (third.quote.id, third.quote.author) == ("1362600000000000000", "ivoluthier")
    assert third.media[0].kind == "video"
    assert (third.media[0].url, third.media[0].thumb) == (
        "https://pictures.example/v.mp4",
        "https://pictures.example/p.jpg",
    )
    assert fourth.quote
    assert fourth.quote.id == "1362500000000000000"


def test_html_without_such_elements_is_read_by_its_blocks():
    conversation = read("twtext.html")
    assert [post.text for post in conversation.posts] == [
        "2/ Bees dance.\nThey dance on the comb.",
        "3/ The dance says where the flowers are: https://bees.example/long/address",
        "4/ A short dance 🐝 means near.\n\nA long one means far.",
    ]
    assert conversation.authors[0].handle == "beekeeper"
    assert conversation.address == ""
    assert conversation.notes == ()


# --- The real pages, where they are at hand ---------------------------------------------------------------------


def test_the_real_page_of_twunroll(shared):
    body = (shared / "pages" / "twunroll-1274555669098659847.txt").read_bytes()
    conversation = pages.read([Document(body=body, name="twunroll-1274555669098659847.txt")])
    assert starts(conversation) == ["2/", "3/", "4/", "5/", "7/", "9/", "10/"]
    assert [author.handle for author in conversation.authors] == ["AlexGabuev"]
    assert [post.quote.id for post in conversation.posts if post.quote] == [
        "1272458566167924736",
        "1273693461963780098",
    ]
    assert "1) Growing 🇨🇳 assertiveness; 2) Growing 🇨🇳🇺🇸 rivalry" in conversation.posts[3].text
    assert conversation.posts[4].text.endswith("Feng Yujun 冯玉军")
    text = "\n".join(post.text for post in conversation.posts)
    assert not any(word in text for word in ("You can follow", "Tip:", "Latest Threads", "cookies"))
    assert uncertain(conversation) == []


def test_the_real_page_of_twtext(shared):
    body = (shared / "pages" / "twtext-seed-003.txt").read_bytes()
    conversation = pages.read([Document(body=body, name="twtext-seed-003.txt")])
    assert [post.text[-2:] for post in conversation.posts] == [*(f"/{n}" for n in range(2, 10)), "10"]
    assert [author.handle for author in conversation.authors] == ["ArtyomLukin"]
    assert uncertain(conversation) == []


@pytest.mark.parametrize("name", ["twunroll-1274555669098659847.txt", "twtext-seed-003.txt"])
def test_a_real_page_whose_foot_was_cut_off_is_read_with_a_note(shared, name):
    body = (shared / "pages" / name).read_bytes()
    whole = pages.read([Document(body=body, name=name)])
    cut = pages.read([Document(body=body[: body.index(b"You can follow")], name=name)])
    assert [post.text for post in cut.posts] == [post.text for post in whole.posts]
    assert {"no-foot", "no-author"} <= kinds(cut)
