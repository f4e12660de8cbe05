"""Whoever may not have a page is told so once a day, alone; where an answer is not wanted, nothing is done or said."""

import pytest

from tests.bot.conftest import Life
from tests.proof.lives import Fedi
from threadleaf.core.model import Ref
from threadleaf.wire import Refused


@pytest.fixture
def fedi(tmp_path):
    life = Fedi(tmp_path / "site.sqlite3")
    life.service.opt_out("fedi", life.account("ada"), "author")
    yield life
    life.close()


def test_an_asker_is_refused_once_a_day(fedi):
    for _ in range(3):
        fedi.call("eve")
        fedi.through()
    assert fedi.notes("eve") == 1
    fedi.call("kim")
    fedi.through()
    assert (fedi.notes("eve"), fedi.notes("kim")) == (1, 1)
    fedi.later(hours=24)
    fedi.call("eve")
    fedi.through()
    assert fedi.notes("eve") == 2
    assert fedi.texts() == []


@pytest.fixture
def gated(life: Life) -> Life:
    life.pds.closed = {life.uri()}
    return life


def test_where_the_bot_is_not_let_in_nothing_is_read_or_said(gated: Life) -> None:
    gated.pds.mention("bob", "unroll", to=gated.uri())
    gated.turns()
    assert gated.pds.writes == 0
    assert gated.service.find(Ref("bsky", gated.uri())) is None
    assert gated.left() == 0


def test_whether_it_is_let_in_may_have_to_be_asked_again(gated: Life) -> None:
    gated.pds.closed = set()
    gated.pds.refuse = lambda method: Refused(kind="network", detail="No.") if method == "getPosts" else None
    called = gated.pds.mention("bob", "unroll", to=gated.uri())
    gated.turns()
    assert gated.left() == 1
    gated.pds.refuse = lambda method: None
    gated.later(minutes=1)
    gated.turns()
    assert len(gated.pds.answers(called)) == 1


def test_who_is_not_told_counts_as_asked(life: Life) -> None:
    for number in range(7):
        life.pds.mention("bob", "unroll private", to=life.uri(f"ann{number % 3}"))
    life.turns()
    assert life.pds.writes == 0
