"""Answers of real servers, kept one after the other in any order."""

from itertools import permutations
from pathlib import Path

import pytest

from tests.service.conftest import Instance
from threadleaf.core.model import Thread
from threadleaf.wire import Document


def kept(instance: Instance, shared: Path, *names: str) -> Thread:
    """Keep each answer by itself; there must be one page in the end, which is returned."""
    for name in names:
        document = Document(body=(shared / "bluesky" / name).read_bytes(), name=name)
        instance.service.unroll_documents([document], save="listed")
    (saved,) = instance.service.list(visibility=None)
    return instance.service.read(saved.path).thread


def keys(thread: Thread) -> list[str]:
    return [post.id.rpartition("/")[2] for post in thread.posts]


@pytest.mark.parametrize(
    "order", list(permutations(("real-thread/from-root.json", "real-thread/from-third-post.json")))
)
def test_a_real_thread_read_from_two_of_its_posts_is_one_page(
    instance: Instance, shared: Path, order: tuple[str, ...]
) -> None:
    thread = kept(instance, shared, *order)
    assert keys(thread) == ["3kbi55xm6u62v", "3kbi56mwx5j2q", "3kbi57u4sys2l", "3kbi5dzaujr2n"]
    assert thread.completeness.state == "complete"


ANSWERS = ("getPostThread-root-depth1000", "getPostThread-root-depth6", "getPostThreadV2-last-above")


@pytest.mark.parametrize("order", list(permutations(ANSWERS)))
def test_answers_that_saw_more_or_less_are_one_page_of_all_that_was_seen(
    instance: Instance, shared: Path, order: tuple[str, ...]
) -> None:
    thread = kept(instance, shared, *(f"dev-network/{name}.json" for name in order))
    assert len(thread.posts) == 60
    assert [len(branch.posts) for branch in thread.branches] == [3]
    assert len(thread.replies_by_author) == 1
    assert len(thread.context) == 8


@pytest.mark.parametrize("order", list(permutations(("root", "last"))))
def test_what_hangs_below_a_deleted_post_is_kept_behind_a_gap(
    instance: Instance, shared: Path, order: tuple[str, ...]
) -> None:
    thread = kept(instance, shared, *(f"dev-network/getPostThread-deleted-middle-from-{end}.json" for end in order))
    assert len(thread.posts) == 11
    (gap,) = thread.gaps
    assert (gap.after, gap.before) == (thread.posts[4].id, thread.posts[5].id)
    assert (gap.number, gap.says) == (6, "not-found")
    assert thread.completeness.state == "incomplete"
