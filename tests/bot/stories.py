"""A whole story with a bot that ends in the middle of it: what must be there in the end, whatever happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, get_args

from tests.bot.conftest import Life
from tests.support import pds
from threadleaf.bot.loop import Mark

MARKS: tuple[str, ...] = get_args(Mark)
OUTCOMES: Mapping[str, pds.Fault | None] = {
    "done": None,
    "done, and the answer is lost": pds.done_and_lost,
    "done, and said not to be": pds.done_and_fails,
    "lost on the way": pds.lost,
    "the server fails": pds.broken,
    "a limit": pds.busy(600),
}


class Told(NamedTuple):
    """What went wrong: things lost and things doubled, and how often the process ended."""

    lost: int
    doubled: int
    ended: int


def told(life: Life, mark: str, outcome: str) -> Told:
    """One asks, another asks, the author wants it forgotten; each time the process ends at the mark, once, and what is
    sent meets the outcome. Whoever asks later gets a private note if the bot may write any, else a like."""
    lost = doubled = ended = 0
    wanted = ((("bob", "unroll"), 1, 0, 0), (("carol", "unroll"), 1, 1, 0), (("ann", "forget"), 0, 2, 0))
    if life.pds.may_chat:
        wanted = ((("bob", "unroll"), 1, 0, 0), (("carol", "unroll"), 1, 0, 1), (("ann", "forget"), 0, 1, 1))
    for (who, words), answers, likes, notes in wanted:
        fault = OUTCOMES[outcome]
        life.pds.faults = [fault] if fault else []
        life.ends_at = ["sent", mark] if mark == "found" else [mark]
        before = len(life.ends_at)
        life.pds.mention(who, words, to=life.uri())
        life.through()
        ended += before - len(life.ends_at)
        life.ends_at = []
        posts, liked, told = len(life.pds.answers()), life.pds.likes(), len(life.pds.chats.texts())
        lost += max(0, answers - posts) + max(0, likes - len(set(liked))) + max(0, notes - told) + life.left()
        doubled += max(0, posts - answers) + len(liked) - len(set(liked)) + max(0, told - notes)
    return Told(lost, doubled + max(0, life.pds.writes + len(life.pds.chats.texts()) - 3), ended)
