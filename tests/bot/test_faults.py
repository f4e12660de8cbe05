"""What the feed, the clock and the operator may do to the bot: nothing is answered twice."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.bot.conftest import Life
from tests.store.build import line, talk
from threadleaf.core.manners import PER_AUTHOR


def test_yesterdays_backup_is_restored_and_the_feed_comes_again(lives: Callable[..., Life]) -> None:
    life = lives()
    life.pds.mention("bob", "unroll", to=life.uri())
    life.turns()
    second = life.pds.mention("carol", "unroll", to=life.uri())
    life.turns()
    restored = lives()
    restored.pds, restored.time = life.pds, life.time
    restored.pds.clock = restored.clock
    restored.start()
    restored.turns(8)
    assert len(life.pds.answers()) == 1
    assert life.pds.likes() == [second]
    assert life.pds.writes == 2


def test_a_feed_that_repeats_itself_in_any_order_changes_nothing(lives: Callable[..., Life]) -> None:
    life, dice = lives(), Random(20)
    for name in ("bob", "carol", "dan"):
        life.pds.mention(name, "unroll", to=life.uri())
        life.later(seconds=1)
    life.pds.listed *= 5
    for _ in range(4):
        dice.shuffle(life.pds.listed)
        life.turns(2)
    assert len(life.pds.answers()) == 1
    assert len(life.pds.likes()) == life.pds.writes - 1 == 2


def test_a_storm_on_one_author_keeps_the_caps_and_lets_others_through(lives: Callable[..., Life]) -> None:
    life = lives()
    for n in range(20):
        seen = line(f"s{n}", f"t{n}")
        life.threads |= dict.fromkeys((post.id for post in seen), talk(*seen))
    life.thread("ben", 2)
    for n in range(60):
        life.pds.mention(f"asker{n}", "unroll", to=life.uri(f"s{n % 20}"))
    mine = life.pds.mention("bob", "unroll", to=life.uri("ben0", "ben"))
    life.turns(6)
    assert len(life.pds.answers(mine)) == 1
    assert len(life.pds.answers()) == PER_AUTHOR + 1
    assert life.left() == 0
