"""Where no number says it: the page's count, then the limit of 280; the rest is likely, and marked."""

import pytest

from threadleaf.core.model import Conversation
from threadleaf.sources import pages
from threadleaf.sources._pages_bounds import weight
from threadleaf.wire import Document

FOOT = "You can follow @somebody."
LONG = "a" * 150


def read(text: str, name: str = "page.txt") -> Conversation:
    return pages.read([Document(body=text.encode(), name=name)])


def twtext(*lines: str) -> Conversation:
    return read("\n".join([*lines, FOOT]))


def reader(count: int, *lines: str, date: str = "Feb 19, 2021") -> Conversation:
    foot = "Missing some Tweet in this thread? You can try to force a refresh"
    return read("\n".join(["Ada Weaver Profile picture", f"{date} {count} tweets 2 min read", *lines, foot]))


def scrolly(count: int, *blocks: str) -> Conversation:
    head = f"Ada Weaver Profile picture\n\nMar 3, 2021, {count} tweets"
    return read("\n\n".join([head, *blocks, "Share this Scrolly Tale with your friends."]))


def texts(conversation: Conversation) -> list[str]:
    return [post.text for post in conversation.posts]


def flags(conversation: Conversation) -> str:
    return "".join("?" if post.uncertain else "." for post in conversation.posts)


# --- The limit --------------------------------------------------------------------------------------------------


def test_two_lines_that_one_post_cannot_hold_are_two_posts():
    assert flags(twtext(LONG, LONG, LONG)) == "..."
    assert flags(twtext("a" * 139, "a" * 140)) == ".?"
    assert flags(twtext("a" * 140, "a" * 140)) == ".."


def test_a_page_that_breaks_the_limit_is_not_bound_by_it():
    assert flags(twtext("a" * 400, "b" * 200, "c" * 200)) == ".??"


def test_the_limit_proves_nothing_about_a_page_that_may_be_of_today():
    assert flags(read(f"Profile picture\n{LONG}\n{LONG}")) == ".?"
    assert flags(reader(9, LONG, LONG, date="Feb 19")) == ".?"
    assert flags(reader(9, LONG, LONG, date="Feb 19, 2024")) == ".?"
    assert flags(reader(9, LONG, LONG)) == ".."


def test_a_files_name_may_tell_a_pages_age():
    assert flags(read(f"Profile picture\n{LONG}\n{LONG}", name="page-1274555669098659847.txt")) == ".."
    assert flags(read(f"Profile picture\n{LONG}\n{LONG}", name="page-1774555669098659847.txt")) == ".?"
    assert flags(read(f"Profile picture\n{LONG}\n{LONG}", name="page-1234567890.txt")) == ".?"


def test_paragraphs_that_one_post_cannot_hold_are_more_than_one():
    conversation = twtext(LONG, "", LONG, "", "short", "and a line")
    assert texts(conversation) == [LONG, f"{LONG}\n\nshort", "and a line"]
    assert flags(conversation) == "..?"


def test_where_all_joints_are_blank_lines_they_say_nothing():
    assert texts(twtext("one", "", "two", "", "three")) == ["one", "two", "three"]
    assert flags(twtext("one", "", "two", "", "three")) == ".??"


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("plain", 5),
        ("–“”’", 4),
        ("冯玉军", 6),
        ("see https://example.com/a/very/long/address/that/goes/on/and/on", 27),
        ("@one @two hello", 5),
        ("hello @one", 10),
        ("quoted https://twitter.com/name/status/1234567890?s=20", 6),
        ("a picture pic.twitter.com/abcdef", 9),
        ("👨\u200d👩\u200d👧", 3),
        ("e\u0301", 1),
        ("x" * 30_000, 30_000),
    ],
)
def test_a_text_is_weighed_at_its_least(text, least):
    assert weight(text) == least


# --- The count --------------------------------------------------------------------------------------------------


def test_as_many_lines_as_the_page_counts_are_as_many_posts():
    assert flags(reader(3, "one", "two", "three")) == "..."


def test_with_fewer_posts_than_lines_the_smallest_neighbours_are_one():
    conversation = reader(3, "a" * 90, "b" * 100, "c" * 10, "d" * 20)
    assert texts(conversation) == ["a" * 90, "b" * 100, "c" * 10 + "\n" + "d" * 20]
    assert flags(conversation) == ".??"


def test_an_item_of_a_list_is_joined_before_anything_else():
    conversation = reader(3, "a", "b" * 100, "- " + "c" * 120, "d")
    assert texts(conversation) == ["a", "b" * 100 + "\n- " + "c" * 120, "d"]


def test_nothing_is_joined_beyond_the_limit_whatever_the_count_says():
    assert texts(reader(1, LONG, LONG)) == [LONG, LONG]


def test_a_count_above_the_lines_joins_nothing():
    assert texts(reader(5, "a", "- b", "- c")) == ["a", "- b", "- c"]


def test_on_a_scrolly_page_the_count_tells_posts_from_paragraphs():
    conversation = scrolly(2, LONG, LONG, "short")
    assert texts(conversation) == [LONG, f"{LONG}\n\nshort"]
    assert flags(conversation) == ".."


def test_the_count_of_a_very_long_page_is_not_used():
    assert len(reader(3, *["line"] * 501).posts) == 501


# --- What is likely ---------------------------------------------------------------------------------------------


def test_a_list_and_a_line_of_links_belong_to_the_post_above():
    assert texts(twtext("Kites:", "• paper", "2) string", "https://kites.example #kites", "Fly!")) == [
        "Kites:\n• paper\n2) string\nhttps://kites.example #kites",
        "Fly!",
    ]


def test_a_quoted_address_ends_a_post():
    quoting = "As I said https://twitter.com/somebody/status/1272458566167924736"
    assert texts(twtext(quoting, "- a", "- b")) == [quoting, "- a\n- b"]
    assert texts(reader(2, "a", quoting, "c" * 9)) == ["a\n" + quoting, "c" * 9]


def test_items_are_joined_only_as_far_as_they_fit():
    items = [f"- {letter * 98}" for letter in "abcd"]
    assert texts(twtext("List:", *items)) == ["List:\n" + "\n".join(items[:2]), "\n".join(items[2:])]


def test_without_a_limit_a_list_has_no_end():
    items = [f"- {letter * 98}" for letter in "abcd"]
    assert len(twtext("a" * 400, "List:", *items).posts) == 2


# --- Raw mirrors ------------------------------------------------------------------------------------------------

RUN = "\n" + "   \n" * 5


def test_a_refrain_in_a_raw_mirror_is_the_authors():
    assert texts(read(f"a\nla la\nb\nla la{RUN}c{RUN}{FOOT}")) == ["a\nla la\nb\nla la", "c"]


def test_lines_that_a_raw_mirror_repeats_behind_the_next_run_go():
    assert texts(read(f"a\nb\nc{RUN}b\nc{RUN}d{RUN}d{RUN}{FOOT}")) == ["a\nb\nc", "d", "d"]


def test_a_single_run_on_a_long_page_is_no_mirror():
    lines = "\n".join(f"line {letter}" for letter in "abcdefghijklmnopqrstuvwxyz")
    assert len(read(f"{lines}{RUN}last\n{FOOT}").posts) == 26
    assert read(f"{lines}{RUN}last\n{FOOT}").posts[-1].text == "line z\n\nlast"


# --- Head and foot ----------------------------------------------------------------------------------------------


def test_a_foot_may_consist_of_the_tip_alone():
    conversation = read("1/ a\n2/ b\nTip: mention @twtextapp on a Twitter thread\nLatest Threads Unrolled:")
    assert texts(conversation) == ["1/ a", "2/ b"]
    assert {note.kind for note in conversation.notes} == {"no-author"}


def test_the_last_line_that_names_somebody_to_follow_names_the_author():
    conversation = read("1/ a\nYou can follow @friend.\n2/ b\nYou can follow @author.\nOther pages of this site")
    assert texts(conversation) == ["1/ a\nYou can follow @friend.", "2/ b"]
    assert conversation.authors[0].handle == "author"


def test_a_recommendation_on_a_page_of_thread_reader_is_text():
    conversation = reader(2, "1/ a", "You can follow @friend.", "2/ b")
    assert texts(conversation) == ["1/ a\nYou can follow @friend.", "2/ b"]
    assert conversation.authors[0].handle == ""


def test_three_dots_within_a_thread_are_the_authors():
    conversation = reader(3, "1/ a", "• • •", *(f"{n}/ b" for n in range(2, 9)))
    assert texts(conversation)[0] == "1/ a\n• • •"
    assert len(conversation.posts) == 8


def test_three_dots_above_another_thread_are_the_foot():
    others = "Another Author\n1/ Other\n2/ words\n3/ by\n4/ somebody\n5/ else\nRead 5 tweets"
    assert texts(read(f"1/ a\n2/ b\n• • •\n{others}")) == ["1/ a", "2/ b"]


def test_a_head_may_name_the_author_on_lines_of_their_own():
    head = "Profile picture\nAda Weaver\n@adaweaver\nFeb 19th 2021, 2 tweets, 1 min read\nBookmark Save as PDF + My Authors\n"
    conversation = read(head + "one\ntwo")
    assert (conversation.authors[0].name, conversation.authors[0].handle) == ("Ada Weaver", "adaweaver")
    assert texts(conversation) == ["one", "two"]
    assert flags(conversation) == ".."
    assert {note.kind for note in conversation.notes} == {"no-foot"}


def test_a_head_may_name_the_author_on_the_line_of_the_count_or_in_a_title():
    one = read("Ada Weaver @adaweaver , 2 tweets, 1 min read Read on Twitter\none\ntwo")
    two = read('Thread by @adaweaver: "one" #looms\n2 tweets, 1 min read\none\ntwo')
    three = read("@adaweaver\n2 tweets, 1 min read\none\ntwo")
    assert [c.authors[0].handle for c in (one, two, three)] == ["adaweaver"] * 3
    assert [c.authors[0].name for c in (one, two, three)] == ["Ada Weaver", "", ""]


def test_a_biography_names_no_author():
    conversation = read("Ada Weaver Profile picture\nEditor @paper\nMar 3, 2021, 2 tweets\n\none\n\ntwo")
    assert conversation.authors[0].id == "unknown:Ada Weaver"
    assert texts(conversation) == ["one", "two"]


def test_a_long_line_is_no_part_of_a_head():
    assert texts(read(f"{'a' * 201}\n2 tweets, 1 min read\nend\n{FOOT}"))[0] == "a" * 201


def test_a_long_title_is_part_of_a_head():
    assert texts(read(f"Thread by @somebody: {'a' * 300}\nProfile picture\none\ntwo")) == ["one", "two"]


def test_the_cookie_sentence_is_no_text():
    cookie = "By continuing to use the site, you are consenting to the use of cookies."
    assert texts(read(f"Ada Weaver Profile picture\none\n{cookie}")) == ["one"]
