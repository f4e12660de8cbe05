"""`threadleaf unroll`: what it reads, what it refuses, and with which code it ends."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.cli.conftest import ADDRESS, PAGE, TEXTS, Line, conversation
from tests.support.public import ENVIRON, ORIGIN
from threadleaf.cli.edge import Edge
from threadleaf.cli.run import run
from threadleaf.core.errors import Blocked, NotFound, NotNow
from threadleaf.core.model import Conversation, Frontier, Missing, Note
from threadleaf.fetch.door import Door
from threadleaf.wire import Refused, Request

LAST = "at://did:plc:aliceaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/3kbi57u4sys2l"


def test_an_address_is_unrolled_over_the_network(line: Line) -> None:
    said = line("unroll", ADDRESS)
    assert said.code == 0
    assert [text for text in TEXTS if text not in said.out] == []
    assert "All 3 posts are here." in said.out


def test_a_saved_page_is_unrolled(line: Line) -> None:
    said = line("unroll", "thread.txt")
    assert said.code == 0
    assert "It watched the cat." in said.out
    assert "@lena_example" in said.out
    assert "twtextapp" not in said.out


def test_a_page_on_standard_input_is_unrolled(line: Line, stdin: Callable[[bytes], None]) -> None:
    stdin(PAGE.encode())
    said = line("unroll", "-")
    assert said.code == 0
    assert said.out == line("unroll", "thread.txt").out


def test_several_files_are_documents_of_one_conversation(line: Line) -> None:
    one = json.loads(line("unroll", "first.json", "-f", "json").out)
    both = json.loads(line("unroll", "first.json", "second.json", "-f", "json").out)
    assert one["author"] == both["author"]
    assert len(both["posts"]) >= len(one["posts"]) > 1


def test_a_file_named_like_an_address_is_a_file(line: Line) -> None:
    (line.folder / "x.com").write_text(PAGE)
    assert "@lena_example" in line("unroll", "x.com").out


def test_nothing_is_kept_unless_asked(line: Line) -> None:
    line("unroll", ADDRESS)
    line("unroll", "thread.txt")
    assert not (line.folder / "home").exists()


@pytest.mark.parametrize("source", [ADDRESS, "thread.txt"])
def test_what_is_kept_is_listed_on_a_personal_instance(line: Line, source: str) -> None:
    said = line("unroll", "--save", source)
    assert said.code == 0
    assert said.err.startswith("Kept as /t/")
    assert json.loads(line("list", "--json").out)[0]["visibility"] == "listed"


@pytest.mark.parametrize(("source", "visibility"), [(ADDRESS, "unlisted"), ("thread.txt", "private")])
def test_what_is_kept_on_a_public_instance_is_in_no_list(line: Line, source: str, visibility: str) -> None:
    line.environ["THREADLEAF_PUBLIC_ORIGIN"] = "https://threads.example.org"
    line("unroll", "--save", source)
    assert json.loads(line("list", "--json").out)[0]["visibility"] == visibility


def test_visibility_is_what_was_asked_for(line: Line) -> None:
    line("unroll", "--save", "--visibility", "private", ADDRESS)
    entry = json.loads(line("list", "--json").out)[0]
    assert entry["visibility"] == "private"
    assert entry["path"].startswith("/p/")


def test_the_network_is_asked_within_the_limits_of_the_settings(
    line: Line, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    asked: list[Request] = []

    async def send(_door: Door, request: Request) -> Refused:
        asked.append(request)
        return Refused(kind="network", detail="There is no such server.")

    monkeypatch.setattr(Door, "send", send)
    assert run(["unroll", ADDRESS, "--max-requests", "1", "-v"], Edge(line.environ)) == 5
    said = capsysbinary.readouterr().err.decode()
    assert len(asked) == 1
    assert said.startswith("0 answered · ")
    assert "stamina" not in said


def test_quiet_says_nothing_but_the_result(line: Line) -> None:
    assert line("unroll", "--save", "-q", ADDRESS).err == ""


def test_data_decides_where_a_thread_is_kept(line: Line) -> None:
    line("unroll", "--save", "-q", "--data", "here", ADDRESS)
    line.environ["THREADLEAF_DATA"] = str(line.folder / "here")
    assert len(json.loads(line("list", "--json").out)) == 1
    assert json.loads(line("list", "--json", "--data", "elsewhere").out) == []


def test_offline_reads_what_is_kept(line: Line) -> None:
    line("unroll", "--save", ADDRESS)
    line.seen = NotNow("the network was asked")
    said = line("unroll", "--offline", ADDRESS)
    assert said.code == 0
    assert TEXTS[2] in said.out


def test_offline_never_asks_the_network(line: Line) -> None:
    line.seen = AssertionError("the network was asked")
    said = line("unroll", "--offline", ADDRESS)
    assert said.code == 5
    assert "no network may be used" in said.err


def test_offline_reads_files(line: Line) -> None:
    assert line("unroll", "--offline", "thread.txt").code == 0


def test_a_mirror_of_the_settings_is_an_address(line: Line) -> None:
    (line.folder / "threadleaf.toml").write_text('[mirrors]\n"birds.example.org" = "bsky"\n')
    address = "https://birds.example.org/profile/alice.example.com/post/self"
    assert line("unroll", address).code == 2
    assert line("unroll", address, "--config", "threadleaf.toml").code == 0


@pytest.mark.parametrize(
    ("option", "incomplete", "unproved", "complete"),
    [
        ((), 0, 0, 0),
        (("--fail-on", "incomplete"), 3, 0, 0),
        (("--strict",), 3, 0, 0),
        (("--fail-on", "open"), 3, 3, 0),
        (("--fail-on", "open", "--strict"), 3, 3, 0),
    ],
)
def test_the_state_becomes_the_exit_code_that_was_asked_for(
    line: Line, option: tuple[str, ...], incomplete: int, unproved: int, complete: int
) -> None:
    cases = {
        incomplete: {"missing": (Missing(id=LAST + "x", parent=LAST, author="did:plc:aliceaaaaaaaaaaaaaaaaaaa"),)},
        unproved: {"frontiers": (Frontier(post=LAST, why="limit"),)},
        complete: {},
    }
    for code, more in cases.items():
        line.seen = replace(conversation(), **more)
        said = line("unroll", ADDRESS, *option)
        assert (said.code, TEXTS[0] in said.out) == (code, True)


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        (conversation(labels=("!no-unauthenticated",)), 4),
        (conversation(visibility="private"), 4),
        (NotFound("There is no such post."), 1),
        (Blocked("Not a public server."), 1),
        (NotNow("Try again later."), 5),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_kind_of_failure_has_its_exit_code(line: Line, seen: Conversation | BaseException, code: int) -> None:
    line.seen = seen
    said = line("unroll", ADDRESS, "-o", "out.md")
    assert said.code == code
    assert said.out == ""
    assert not (line.folder / "out.md").exists()
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "neither text nor HTML"),
        (b"x" * (20 * 1024 * 1024 + 1), "larger than 20 MiB"),
        (b'{"a": 1}', "Give a saved page"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_one_sentence(line: Line, body: bytes, sentence: str) -> None:
    (line.folder / "odd.txt").write_bytes(body)
    said = line("unroll", "odd.txt", "--save")
    assert said.code == 2
    assert sentence in said.err
    assert "odd.txt" in said.err
    assert said.err.count("\n") == 1
    assert json.loads(line("list", "--json").out) == []


def test_an_endless_file_is_not_read_to_its_end(line: Line) -> None:
    assert "larger than 20 MiB" in line("unroll", "/dev/zero").err


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ((".",), "is a folder"),
        (("nowhere.txt",), "There is no file of that name"),
        (("thread.txt", "nowhere.txt"), "Give one address, or the files of one conversation"),
        ((ADDRESS, "thread.txt"), "Give one address, or the files of one conversation"),
        ((ADDRESS, ADDRESS), "Give one address, or the files of one conversation"),
        (("https://example.com/",), "It knows Bluesky posts"),
        (("https://bsky.app/profile/alice.example.com",), "is a profile"),
        (("https://www.threads.com/@alice/post/abc",), "which Threadleaf cannot read yet"),
        ((), "Missing argument"),
        (("thread.txt", "--visibility", "listed"), "needs --save"),
        (("thread.txt", "-f", "doc"), "is not one of"),
        (("thread.txt", "--max-posts", "0"), "0 is not in the range"),
        (("thread.txt", "--config", "nowhere.toml"), "no settings file"),
    ],
)
def test_wrong_use_is_told_in_one_sentence(line: Line, args: tuple[str, ...], sentence: str) -> None:
    said = line("unroll", *args)
    assert said.code == 2
    assert sentence in said.err
    assert said.out == ""


def test_empty_standard_input_is_wrong_use(line: Line, stdin: Callable[[bytes], None]) -> None:
    stdin(b"")
    said = line("unroll", "-")
    assert (said.code, said.err) == (2, "Error: “standard input” is empty.\n")


def test_a_file_beyond_the_limit_is_refused(line: Line) -> None:
    said = line("unroll", "thread.txt", "--max-posts", "2")
    assert said.code == 2
    assert said.err == "Error: This thread has more than 2 posts, the most you allowed with --max-posts.\n"


def test_a_limit_of_the_settings_is_not_blamed_on_the_option(line: Line) -> None:
    line.environ["THREADLEAF_MAX_POSTS"] = "2"
    said = line("unroll", "thread.txt")
    assert said.code == 2
    assert "more than 2 posts" in said.err
    assert "--max-posts" not in said.err


def test_of_a_network_no_more_is_asked_than_allowed(line: Line) -> None:
    assert line("unroll", ADDRESS, "--max-posts", "2").code == 0
    assert [scope.posts for scope in line.scopes] == [2]


def test_nothing_is_no_address(line: Line) -> None:
    said = line("unroll", "")
    assert (said.code, said.err) == (2, "Error: Nothing was given. Paste the address of one post.\n")


def test_what_is_lacking_is_told_to_whoever_does_not_see_the_head(line: Line) -> None:
    whole = line("unroll", ADDRESS, "-o", "out.md")
    assert whole.err == ""
    assert isinstance(line.seen, Conversation)
    last = line.seen.posts[-1].id
    stopped = Note(kind="stopped-limit", n=1)
    line.seen = replace(line.seen, frontiers=(Frontier(post=last, why="limit"),), notes=(stopped,))
    said = line("unroll", ADDRESS, "-o", "out.md")
    assert said.code == 0
    assert said.err == (
        "Nothing is known to be missing; we could not confirm the end. Reading stopped at a limit that is set here, so "
        "there may be more. Unrolled again, it goes on from there.\n"
    )
    assert line("unroll", ADDRESS, "-f", "json").err == said.err
    assert line("unroll", ADDRESS, "-o", "out.md", "-q").err == ""


def test_of_a_saved_page_it_is_said_that_posts_are_missing_and_not_that_nobody_can_know(line: Line) -> None:
    (line.folder / "gap.txt").write_text(
        "1/4 One.\n\n2/4 Two.\n\n4/4 Four.\n\nYou can follow @lena_example.\n", "utf-8"
    )
    said = line("unroll", "gap.txt", "-o", "gap.md")
    assert (said.code, said.err) == (0, "One post is missing.\n")
    assert line("unroll", "thread.txt", "-o", "whole.md").err == ""


def test_on_a_site_for_others_it_is_said_who_sees_what_is_kept(line: Line) -> None:
    line.environ |= ENVIRON
    private = line("unroll", "--save", "thread.txt").err
    assert "Kept as a private page. Only who has this address can read it" in private
    assert f"\n  {ORIGIN}/p/" in private
    assert "To publish it, add --visibility unlisted or --visibility listed." in private
    unlisted = line("unroll", "--save", ADDRESS).err
    assert unlisted.startswith(f"Kept as {ORIGIN}/t/bsky/")
    assert "it is in no list. To list it, add --visibility listed." in unlisted
    listed = line("unroll", "--save", "--visibility", "listed", ADDRESS).err
    assert listed.startswith(f"Kept as {ORIGIN}/t/bsky/")
    assert "in the lists of the site." in listed
    line.seen = conversation(visibility="unlisted")
    shy = line("unroll", "--save", "--visibility", "listed", ADDRESS).err
    assert "in no list of the site, for somebody in it asks not to be found." in shy
