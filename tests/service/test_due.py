"""Kept threads are read again by themselves, and pages follow their authors."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from msgspec.structs import replace

from tests.service.conftest import Instance
from tests.store.build import NOON, author, line, ref, talk
from threadleaf.core.errors import Gone, NotFound, NotNow
from threadleaf.core.model import Conversation, Missing
from threadleaf.service import Threadleaf
from threadleaf.store.aliases import alias_of_path
from threadleaf.store.records import Saved
from threadleaf.wire import Steps


def keep(instance: Instance, *names: int) -> Saved:
    saved = instance.says(talk(*line(*names))).unroll(ref(names[0]), save="unlisted").saved
    assert saved is not None
    return saved


def test_a_thread_that_has_grown_grows_on_its_page_and_keeps_its_level(instance: Instance) -> None:
    keep(instance, 1, 2)
    assert instance.service.due(10) == ()
    at = instance.later(minutes=10)
    (page,) = instance.service.due(10)
    unrolled = instance.says(talk(*line(1, 2, 3), read_at=at)).check(page)
    assert unrolled is not None
    assert unrolled.saved is not None
    assert (unrolled.saved.posts, unrolled.saved.visibility) == (3, "unlisted")
    assert instance.service.due(10) == ()


def test_what_its_author_asks_not_to_be_shown_goes_without_anybody_coming_by(instance: Instance) -> None:
    page = keep(instance, 1, 2)
    wish = talk(*line(1, 2), read_at=NOON)
    wish = replace(wish, authors=(author(bio="#nounroll"),))
    assert instance.says(wish).check(page) is None
    with pytest.raises(Gone, match="as its author wished"):
        instance.service.read(page.path)


def test_a_thread_that_is_gone_from_its_network_goes_without_anybody_coming_by(instance: Instance) -> None:
    page = keep(instance, 1, 2)
    assert instance.says(NotFound("There is no such post.")).check(page) is None
    with pytest.raises(Gone, match="no longer public where it was posted"):
        instance.service.read(page.path)


def test_one_that_was_taken_down_meanwhile_is_not_asked_for(instance: Instance) -> None:
    page = keep(instance, 1, 2)
    instance.service.remove(page.path, "operator")
    asked = instance.asked
    assert instance.service.check(page) is None
    assert instance.asked == asked


def test_a_network_that_does_not_answer_takes_nothing_away_and_is_asked_again_later(instance: Instance) -> None:
    page = keep(instance, 1, 2)
    instance.later(minutes=10)
    assert instance.service.due(10) == (page,)
    with pytest.raises(NotNow):
        instance.says(NotNow("It does not answer.")).check(page)
    assert instance.service.read(page.path).saved == page
    instance.later(minutes=29)
    assert instance.service.due(10) == ()
    instance.later(minutes=1)
    assert instance.service.due(10) == (page,)


def test_a_page_that_is_hidden_while_a_report_is_looked_at_is_not_read_again_for_a_week(instance: Instance) -> None:
    page = keep(instance, 1, 2)
    asked = instance.asked
    assert instance.store is not None
    instance.store.moderation.hide([alias_of_path(page.path)], NOON)
    instance.later(minutes=10)
    assert instance.service.due(10) == (page,)
    assert instance.service.check(page) is None
    assert instance.asked == asked
    instance.later(days=6)
    assert instance.service.due(10) == ()
    instance.later(days=1)
    assert instance.service.due(10) == (page,)


def test_a_post_that_is_not_found_leaves_a_page_of_which_others_are_there(instance: Instance) -> None:
    page = keep(instance, 1, 2)
    gone = talk(*line(2, after=page.key.id), read_at=instance.later(minutes=10), missing=(_missing(page),))
    unrolled = instance.says(gone).check(page)
    assert unrolled is not None
    assert [post.text for post in unrolled.thread.posts] == ["Words of 2 by ann."]
    with pytest.raises(NotFound):
        instance.says(NotFound("Not there.")).unroll(ref(1), save="unlisted")


def _missing(page: Saved) -> Missing:
    return Missing(id=page.key.id, says="not-found")


def test_a_page_whose_first_post_is_gone_is_read_again_by_the_others(instance: Instance) -> None:
    page = keep(instance, 1, 2, 3)
    gone = talk(*line(2, 3, after=page.key.id), read_at=instance.later(minutes=10), missing=(_missing(page),))
    after = instance.says(gone).check(page)
    assert after is not None
    assert after.saved is not None
    more = talk(*line(2, 3, 4, after=page.key.id), read_at=instance.later(minutes=10), missing=(_missing(page),))

    def fetch(steps: Steps) -> Conversation:
        asked = unquote(" ".join(request.url for request in next(steps)))
        steps.close()
        if page.key.id in asked:
            raise NotFound("There is no such post.")
        return more

    again = Threadleaf(instance.store, fetch, lambda: instance.time).check(after.saved)
    assert again is not None
    assert [post.text for post in again.thread.posts] == [f"Words of {n} by ann." for n in (2, 3, 4)]
