"""T18: wherever the process ends, and whatever the network makes of what is written, nobody is answered twice or not at all."""

from collections import Counter

from tests.bot import stories
from tests.bot.conftest import Life
from tests.proof.lives import LIVES, MARKS, OUTCOMES, Blindly, BlindlyOnX
from threadleaf.store import open_store

SEED = 0  # nothing is left to chance
NETWORKS = ("bsky", "bsky with chats", *LIVES)


def test_t18_no_answer_is_lost_or_doubled(tmp_path, proved):
    total = Counter()
    for network in NETWORKS:
        told = Counter(_told(network, mark, place, tmp_path) for mark in MARKS for place in range(len(OUTCOMES)))
        for (lost, doubled, held, ended), times in told.items():
            total.update({"runs": times, "lost": lost * times, "doubled": doubled * times, "held": held * times})
            total.update({"runs in which a process ended": times * bool(ended)})
    proved("T18", {**total}, SEED)


def _told(network, mark, place, folder):
    """One run: what was lost, doubled and held, and how often a process ended."""
    path = folder / f"{network}-{mark}-{place}.sqlite3"
    if network not in LIVES:
        store = open_store(path)
        lost, doubled, ended = stories.told(Life(store, chats=network != "bsky"), mark, list(stories.OUTCOMES)[place])
        store.close()
        return lost, doubled, 0, ended
    life = LIVES[network](path)
    figures = life.story(mark, OUTCOMES[place])
    life.close()
    return figures["lost"] + figures["left behind"], figures["doubled"], figures["held"], figures["ended"]


def test_t18_a_bot_on_x_that_does_not_look_is_found_out(tmp_path):
    life = BlindlyOnX(tmp_path / "site.sqlite3")
    figures = life.story("taken", "done in silence")
    assert figures["left behind"] > 0, (
        "X refuses the same text, so nothing is doubled; but nobody knows that it is there"
    )
    life.close()


def test_t18_a_bot_that_does_not_look_is_found_out(tmp_path):
    life = Blindly(tmp_path / "site.sqlite3")
    assert life.story("taken", "done in silence")["doubled"] > 0
    life.close()
