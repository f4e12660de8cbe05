"""Threadleaf on a real Bluesky network: threads that change, servers that are down, and the program as one runs it."""

import json
import socket

import pytest

from tests.real.unroller import everything, ids
from threadleaf.core.errors import NotFound, NotNow, Refused
from threadleaf.store import open_store

# --- in time -------------------------------------------------------------------------------------------------------


def test_a_thread_that_grew_and_lost_a_post_is_the_same_page_with_what_is_there_now(bluesky, world, tmp_path):
    author = world.person("gro")
    posts = author.thread(["1/ First words.", "2/ Second words.", "3/ Third words."])
    world.network.settle()
    with open_store(str(tmp_path / "kept.sqlite3")) as store:
        service = bluesky.service(store)
        before = service.unroll(posts[0], save="listed")
        posts += author.thread(["4/ Fourth words."], to=posts[-1])
        author.delete(posts[1])
        world.network.settle()
        after = service.unroll(posts[3], save="listed")
        read = service.read(after.path)
    assert (before.path, ids(before.thread.posts)) == (after.path, posts[:3])
    assert ids(after.thread.posts) == ids(read.thread.posts) == [posts[0], *posts[2:]]
    assert [gap.id for gap in after.thread.gaps] == [posts[1]]
    assert "Second words" not in everything(read)


def test_an_edited_post_is_shown_as_it_is_now(bluesky, world, tmp_path):
    author = world.person("edi")
    posts = author.thread(["1/ First words.", "2/ Second words."])
    world.network.settle()
    with open_store(str(tmp_path / "kept.sqlite3")) as store:
        service = bluesky.service(store)
        before = service.unroll(posts[0], save="listed")
        author.edit(posts[1], "2/ Better words.")
        world.network.settle()
        after = service.unroll(posts[0], save="listed")
    assert (before.path, ids(before.thread.posts)) == (after.path, ids(after.thread.posts))
    assert [thread.posts[1].text for thread in (before.thread, after.thread)] == [
        "2/ Second words.",
        "2/ Better words.",
    ]
    assert before.thread.posts[1].version != after.thread.posts[1].version


# --- faults --------------------------------------------------------------------------------------------------------


@pytest.fixture
def closed_port():
    """A port at which nobody answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_without_the_appview_the_authors_own_posts_are_shown_with_a_note(bluesky, seeds, closed_port):
    bluesky.appview_is_at(f"http://127.0.0.1:{closed_port}")
    thread = bluesky.unroll(seeds.long[29])
    assert ids(thread.posts) == seeds.long
    assert [ids(branch.posts) for branch in thread.branches] == [seeds.long_branch]
    assert "appview-down" in [note.kind for note in thread.completeness.notes]
    assert thread.context == ()


def test_without_the_appview_wishes_count_as_much(bluesky, seeds, closed_port):
    bluesky.appview_is_at(f"http://127.0.0.1:{closed_port}")
    for anchor in (seeds.logged_in_only[0], seeds.no_bots[0]):
        with pytest.raises(Refused):
            bluesky.unroll(anchor)
    with pytest.raises(NotFound, match="deactivated"):
        bluesky.unroll(seeds.deactivated_author[0])


def test_without_the_appview_and_the_directory_one_is_asked_to_come_again(bluesky, seeds, closed_port):
    bluesky.appview_is_at(f"http://127.0.0.1:{closed_port}")
    bluesky.lacking.add("directory")
    with pytest.raises(NotNow):
        bluesky.unroll(seeds.long[0])


@pytest.mark.parametrize("method", ["listRecords", "directory"])
def test_without_repositories_what_cannot_be_read_is_out_of_reach_and_never_complete(method, bluesky, seeds):
    bluesky.lacking.add(method)
    thread = bluesky.unroll(seeds.deleted_middle[0])
    assert [gap.reason for gap in thread.gaps] == ["unreachable"]
    assert ids(thread.posts) == seeds.deleted_middle[:5]
    assert thread.completeness.state == "incomplete"
    assert thread.completeness.missing == 7


# --- the program ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["at", "site"])
def test_the_program_unrolls_and_warns_of_its_door(form, bluesky, seeds, tmp_path):
    anchor = seeds.long[29]
    did, _, key = anchor.removeprefix("at://").replace("/app.bsky.feed.post", "").partition("/")
    address = {"at": anchor, "site": f"https://bsky.app/profile/ada.test/post/{key}?ref=x"}[form]
    done = bluesky.command("unroll", address, "-f", "json", home=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    thread = json.loads(done.stdout)
    assert [post["id"] for post in thread["posts"]] == seeds.long
    assert thread["author"]["id"] == did
    assert thread["completeness"]["state"] == "complete"
    assert b"For development only" in done.stderr


def test_the_program_says_why_it_does_not_show_a_thread(bluesky, seeds, tmp_path):
    done = bluesky.command("unroll", seeds.logged_in_only[0], home=tmp_path)
    assert done.returncode != 0
    assert done.stdout == b""
    assert b"logged in" in done.stderr


def test_the_program_does_not_reach_this_machine_unless_it_is_told_to(bluesky, seeds, tmp_path):
    bluesky.allowing = False
    done = bluesky.command("unroll", seeds.long[0], home=tmp_path)
    assert done.returncode != 0
    assert done.stdout == b""
    assert b"localhost is not the name of a public server" in done.stderr
