"""The bot where authors have a say: held and released by her word, deleted by her wish, and nobody is tagged."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.bot.conftest import Life
from tests.store.build import line, post, talk
from threadleaf.store.threads import Store

ANN = "did:plc:ann"


@pytest.fixture
def asking(store: Store) -> Callable[[str], Life]:
    return lambda mode: Life(store, modes={"bsky": mode})


def test_a_call_is_held_in_silence_and_her_allow_has_the_thread_unrolled(asking: Callable[[str], Life]) -> None:
    life = asking("ask-first")
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    assert life.pds.answers() == []
    assert life.store.list(9, visibility=None) == ()
    life.pds.mention("ann", "allow")
    life.turns()
    assert len(life.store.list(9, visibility=None)) == 1
    life.pds.mention("carol", "unroll", to=life.uri())
    life.turns()
    assert len(life.pds.answers()) == 1


def test_below_a_strangers_reply_it_is_held_for_whoever_the_thread_is_by(asking: Callable[[str], Life]) -> None:
    life = asking("ask-first")
    chain = line("a", "b")
    reply = post("c", chain[1].id, author="rob")
    life.threads[reply.id] = talk(*chain, reply, anchor=reply.id)
    life.pds.records[reply.id] = {"reply": {"root": {"uri": chain[0].id, "cid": "root"}}}
    life.pds.mention("bob", "unroll", to=reply.id)
    life.turns()
    assert life.store.list(9, visibility=None) == ()
    life.service.agree("bsky", "did:plc:rob")
    assert life.service.held.agreed() == ()
    life.service.agree("bsky", ANN)
    assert [request.ref.id for request in life.service.held.agreed()] == [reply.id]


@pytest.mark.parametrize("wish", ["forget", "forget all", "opt out"])
def test_her_wish_deletes_what_waits_for_her(asking: Callable[[str], Life], wish: str) -> None:
    life = asking("ask-first")
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    life.pds.mention("ann", wish, to=life.uri())
    life.turns()
    life.service.agree("bsky", ANN)
    assert life.service.held.agreed() == ()


def test_others_wishes_do_not(asking: Callable[[str], Life]) -> None:
    life = asking("ask-first")
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    life.pds.mention("carol", "forget", to=life.uri())
    life.turns()
    life.service.agree("bsky", ANN)
    assert len(life.service.held.agreed()) == 1


def test_the_author_herself_is_answered_at_once(asking: Callable[[str], Life]) -> None:
    life = asking("opt-in")
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    assert life.pds.answers() == []
    life.pds.mention("ann", "unroll", to=life.uri())
    life.turns()
    assert len(life.pds.answers()) == 1


def test_whom_the_operator_leaves_out_cannot_agree(asking: Callable[[str], Life]) -> None:
    life = asking("opt-in")
    life.service.opt_out("bsky", ANN, "operator")
    life.pds.mention("ann", "allow")
    life.turns()
    assert life.service.opted_out("bsky", ANN) is not None
    assert not life.service.agreed("bsky", ANN)


def test_who_opts_out_takes_her_word_back(asking: Callable[[str], Life]) -> None:
    life = asking("own-only")
    life.pds.mention("ann", "allow")
    life.turns()
    assert life.service.agreed("bsky", ANN)
    life.pds.mention("ann", "opt out")
    life.turns()
    assert not life.service.agreed("bsky", ANN)
