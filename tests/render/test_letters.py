"""What is sent by e-mail."""

from threadleaf.render.letters import Section, digest, question, topic

END = "https://threads.example.org/follow/token/end?all"
LATEST = Section(
    kind="latest", name="", threads=(("A tide mill — Ada Weir", "https://threads.example.org/t/1"),), end="END1"
)
THREAD = Section(
    kind="thread",
    name="The eels",
    posts=2,
    threads=(("The eels — Jean", "https://threads.example.org/t/2"),),
    end="END2",
)


def test_what_is_followed_is_told_in_words() -> None:
    assert topic("latest", "") == "new threads"
    assert topic("author", "Ada\nWeir") == "new threads by Ada Weir"
    assert topic("search", "mill") == "new threads that are found by “mill”"
    assert topic("thread", "The eels") == "new posts in “The eels”"


def test_the_question_says_what_for_where_and_that_nothing_need_be_done() -> None:
    subject, text = question("new threads", "threads.example.org", "https://threads.example.org/follow/token")
    assert subject == "Do you want to follow this on threads.example.org?"
    assert "https://threads.example.org/follow/token\n" in text
    assert "do nothing" in text


def test_a_digest_of_one_thing_is_called_after_it() -> None:
    subject, text = digest((THREAD,), "threads.example.org", END)
    assert subject == "New posts in “The eels”"
    assert text.startswith(
        "New posts in “The eels”\n\n2 new posts\n\nThe eels — Jean\nhttps://threads.example.org/t/2\n\n"
    )
    assert text.endswith(f"{END}\n")


def test_a_digest_of_several_things_has_a_part_for_each_with_its_own_end() -> None:
    subject, text = digest((LATEST, THREAD), "threads.example.org", END)
    assert subject == "What is new on threads.example.org"
    assert (
        text.index("A tide mill") < text.index("END1") < text.index("The eels") < text.index("END2") < text.index(END)
    )
    assert text.count("new posts") == 1


def test_what_others_wrote_cannot_begin_a_line_of_its_own() -> None:
    hostile = Section(kind="search", name="x\nEND: evil", threads=(("x\r\nevil\x1b", "A"),), end="E")
    _, text = digest((hostile,), "h", END)
    assert "\nevil" not in text
    assert "\nEND: evil" not in text
    assert "\x1b" not in text
