"""`threadleaf wishes`: why a thread is shown as it is, and our own opt-out list."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from tests.cli.conftest import ADDRESS, ALICE, KEYS, TEXTS, Line, conversation
from threadleaf.core.errors import NotFound, NotNow, Refused
from threadleaf.core.model import Author, Conversation, Post, Quote

BOB = Author(id="did:plc:bob", network="bsky", handle="bob.example.com")
CAROL = Author(id="did:plc:carol", network="bsky", name="Carol\x1b[31m")


def talk(alice: dict[str, object] | None = None, bob: dict[str, object] | None = None) -> Conversation:
    """Alice's thread, which quotes Bob and is answered by Carol and Dora."""
    seen = conversation()
    first, second, third = seen.posts
    second = replace(second, quote=Quote(id="q", author=BOB.id))
    answers = (
        Post(id="c", author=CAROL.id, parent=first.id, created=first.created, labels=("!hide",)),
        Post(id="d", author="did:plc:dora", parent=first.id, created=first.created),
    )
    people = (replace(seen.authors[0], **(alice or {})), replace(BOB, **(bob or {})), CAROL)
    quoted = (Post(id="q", author=BOB.id, text="Quoted."),)
    return replace(seen, posts=(first, second, third, *answers), authors=people, quoted=quoted)


def today(line: Line) -> str:
    return json.loads(line("wishes", ALICE, "--json").out)["opted_out"]["since"][:4]


def test_nothing_said_is_told_in_two_lines(line: Line) -> None:
    said = line("wishes", ADDRESS)
    assert said.code == 0
    assert said.out == (
        "This thread may be shown to everybody, in lists too.\n@alice.example.com (author of the thread): shown.\n"
    )


def test_every_sign_is_told_with_its_place_and_what_follows(line: Line) -> None:
    line.seen = talk({"signals": ("noindex", "discoverable=false")}, {"bio": "Baker.\n#NoBots"})
    assert line("wishes", ADDRESS).out == (
        "This thread is shown to whoever has its address, and stays out of lists and search engines.\n"
        "@alice.example.com (author of the thread): shown, but stays out of lists and search engines.\n"
        "  the account is set to discoverable=false\n"
        "  the account is set to noindex\n"
        "@bob.example.com (quoted): not shown.\n"
        "  the profile says “#NoBots”\n"
        "The post c: not shown.\n"
        "  the post has the label !hide\n"
        "Nothing speaks against showing 2 others.\n"
    )


def test_a_refusal_is_told_and_is_no_failure(line: Line) -> None:
    seen = talk({"bio": "#nounroll"}, {"labels": ("!hide",)})
    line.seen = replace(seen, posts=seen.posts[:3] + seen.posts[4:])
    said = line("wishes", ADDRESS)
    assert said.code == 0
    assert said.out.startswith(
        "This thread is not shown. The author asks not to be unrolled (the profile says “#nounroll”).\n"
        "@alice.example.com (author of the thread): not shown.\n  the profile says “#nounroll”\n"
    )
    assert said.out.endswith("Nothing speaks against showing one other person.\n")
    assert line("unroll", ADDRESS).code == 4


def test_foreign_words_stay_on_their_line_and_command_nothing(line: Line) -> None:
    line.seen = replace(talk(), authors=(replace(CAROL, id=ALICE, bio="no bots\x1b]0;\x07 were harmed"),))
    said = line("wishes", ADDRESS)
    assert "Carol[31m (author of the thread): shown" in said.out
    assert "the profile says “no bots ]0; were harmed”\n" in said.out


def test_what_is_known_is_given_as_json(line: Line) -> None:
    line.seen = talk({"signals": ("noindex",)})
    told = json.loads(line("wishes", ADDRESS, "--json").out)
    assert (told["refusal"], told["reach"]) == ("", "unlisted")
    assert [(p["handle"], p["roles"], p["show"]) for p in told["people"]] == [
        ("alice.example.com", ["author"], True),
        ("", ["context"], True),
        ("", ["context"], True),
        ("bob.example.com", ["quoted"], True),
    ]
    assert told["people"][0] == {
        "network": "bsky",
        "id": ALICE,
        "handle": "alice.example.com",
        "name": "Alice",
        "roles": ["author"],
        "show": True,
        "reason": "unknown",
        "source": "noindex",
        "reach": "unlisted",
        "indexable": False,
        "signs": [{"place": "account", "says": "noindex", "asks": "unlisted"}],
    }
    assert [(post["id"], post["source"]) for post in told["posts"]] == [("c", "!hide")]


def test_what_the_network_refuses_is_told_in_its_sentence(line: Line) -> None:
    line.seen = Refused("The author asks to be left alone.")
    said = line("wishes", ADDRESS)
    assert (said.code, said.out) == (0, "This thread is not shown. The author asks to be left alone.\n")
    said = line("wishes", ADDRESS, "--opt-out")
    assert said.code == 1
    assert said.err == (
        "Error: The author asks to be left alone. Whose thread it is was not told; give the author's stable id.\n"
    )


def test_offline_what_is_kept_is_looked_at(line: Line) -> None:
    line.seen = talk()
    line("unroll", "--save", ADDRESS)
    line.seen = AssertionError("the network was asked")
    assert "@bob.example.com" not in line("wishes", ADDRESS, "--offline").out
    assert "Nothing speaks against showing 3 others." in line("wishes", ADDRESS, "--offline").out
    assert line("wishes", "https://bsky.app/profile/zoe.example.com/post/3kbi55xm6u62v", "--offline").code == 1


# --- our list ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [ADDRESS, ALICE, f"https://bsky.app/profile/{ALICE}", f"at://{ALICE}/"])
def test_an_author_is_put_on_our_list_and_taken_off_again(line: Line, way: str) -> None:
    line("unroll", "--save", ADDRESS)
    said = line("wishes", way, "--opt-out")
    assert said.code == 0
    first, second = said.out.splitlines()
    assert first.startswith(f"{ALICE} is on our opt-out list since ")
    assert first.endswith(f"{today(line)}, by the operator of this instance.")
    assert second == f"Deleted: /t/bsky/{ALICE}/{KEYS[0]}"
    assert line("list").out == ""
    assert line("unroll", "--save", ADDRESS).code == 4
    assert "our opt-out list, since" in line("wishes", ADDRESS).out
    assert line("wishes", way, "--allow").out == f"{ALICE} is not on our opt-out list.\n"
    assert TEXTS[0] in line("unroll", "--save", ADDRESS).out


def test_our_list_is_told_as_json(line: Line) -> None:
    line("unroll", "--save", ADDRESS)
    account = {"network": "bsky", "id": ALICE}
    assert json.loads(line("wishes", ALICE, "--json").out) == {**account, "opted_out": None, "deleted": []}
    told = json.loads(line("wishes", ALICE, "--opt-out", "--json").out)
    assert told.pop("opted_out")["by"] == "operator"
    assert told == {**account, "deleted": [f"/t/bsky/{ALICE}/{KEYS[0]}"]}


@pytest.mark.parametrize(
    "account",
    [
        "https://social.example/users/ada",
        "https://social.example:8443/ap/users/1143",
        "https://notes.example/users/9abcdef",
        "https://forum.example/u/ada",
        "https://one.example/actor",
    ],
)
def test_an_account_of_the_fediverse_is_named_by_its_id(line: Line, account: str) -> None:
    told = json.loads(line("wishes", account, "--opt-out", "--json").out)
    assert (told["network"], told["id"]) == ("fedi", account)


def test_asking_about_an_account_needs_no_network(line: Line) -> None:
    line.seen = AssertionError("the network was asked")
    assert line("wishes", ALICE).out == f"{ALICE} is not on our opt-out list.\n"


@pytest.mark.parametrize(
    "name",
    [
        "alice.example.com",
        "@alice.example.com",
        "@ada@social.example",
        "https://social.example/@ada",
        "https://bsky.app/profile/alice.example.com",
        "did:x",
    ],
)
def test_a_name_that_may_change_hands_is_no_account(line: Line, name: str) -> None:
    said = line("wishes", name, "--opt-out")
    assert said.code == 2
    assert "names change hands" in said.err


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ((ADDRESS, "--opt-out", "--allow"), 2),
        (("https://example.com/a/b",), 2),
        (("https://social.example/users/ada?x=1",), 2),
        (("",), 2),
        ((), 2),
    ],
)
def test_wrong_use_of_the_wishes_command_is_told(line: Line, args: tuple[str, ...], code: int) -> None:
    assert line("wishes", *args).code == code


@pytest.mark.parametrize(("error", "code"), [(NotFound("There is no such post."), 1), (NotNow("Later."), 5)])
def test_what_the_network_does_not_give_is_not_explained(line: Line, error: Exception, code: int) -> None:
    line.seen = error
    said = line("wishes", ADDRESS)
    assert (said.code, said.out) == (code, "")


def test_who_is_on_our_list_is_not_shown_even_if_nothing_is_kept(line: Line) -> None:
    assert line("unroll", ADDRESS).code == 0
    assert line("wishes", ALICE, "--opt-out").code == 0
    said = line("unroll", ADDRESS)
    assert (said.code, said.out) == (4, "")
    assert line("list").out == ""


def test_an_id_that_no_account_can_have_protects_nobody_and_is_refused(line: Line) -> None:
    said = line("wishes", "did:plc:nonsense", "--opt-out")
    assert (said.code, said.out) == (2, "")
    assert "is no account's id" in said.err
