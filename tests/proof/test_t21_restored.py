"""T21: a backup is restored, or the database is lost, and the network tells everything again: nobody is answered twice."""

import shutil
from collections import Counter
from contextlib import suppress
from itertools import product

from tests.proof.lives import ALL, ORIGIN
from tests.proof.rows import SCALE
from threadleaf.bot.memory import Memory
from threadleaf.core.errors import Gone, Refused
from threadleaf.core.ref import path
from threadleaf.store import open_store

SEED = 0  # nothing is left to chance
STORY = (
    ("eve", "unroll", "ada"),
    ("kim", "unroll", "ada"),
    ("eve", "unroll", "ben"),
    ("leo", "unroll", "cleo"),
    ("kim", "unroll", "dan"),
    ("ada", "forget", "ada"),
    ("cleo", "opt out", "cleo"),
    ("ben", "forget all", "ben"),
    ("kim", "unroll", "ben"),
)
"""Who says what below whose thread, one after the other."""
AFTER = (("nora", "ada"), ("nora", "ben"), ("otto", "cleo"), ("pia", "dan"), ("pia", "fay"))
"""Who calls below whose thread when the backup was restored: three threads are taken back, one is answered, one is new."""
TAKEN_BACK = ("ada", "ben", "cleo")
WHOLE = SCALE == "bar"
AGES = ({"hours": 25}, {"hours": 1}, {"days": 30}) if WHOLE else ({"hours": 25},)
LAST = 29
"""Days: a bot that never had a turn in its database reads thirty back, and the story has to be among them."""
JOURNAL = (True, False) if WHOLE else (False,)
PLACES = (None, *range(len(STORY) + 1)) if WHOLE else (None, 0, 4, len(STORY))
"""After so many steps the backup was taken; None: there is none, and the database is lost."""


def test_t21_a_restored_backup_doubles_nothing(tmp_path, proved):
    total = Counter()
    for network, age, with_journal in product(ALL, range(len(AGES)), JOURNAL):
        total.update(_played(ALL[network], tmp_path / f"{network}-{age}-{with_journal}", AGES[age], with_journal))
    proved("T21", {name: total[name] for name in ("plays", "doubled answers", "doubled notes", "lost", "undone")}, SEED)


def test_t21_a_bot_that_remembers_nothing_is_found_out(tmp_path, monkeypatch):
    monkeypatch.setattr(Memory, "recall", lambda self, now: "")
    for network in ALL:
        folder = tmp_path / network
        folder.mkdir()
        assert _restored(ALL[network], folder, AGES[0], 0, with_journal=False)["doubled answers"] > 0


def _played(kind, folder, age, with_journal):
    """The story with a backup taken at each place, each of which is restored."""
    total = Counter()
    for place in PLACES:
        spot = folder / str(place)
        spot.mkdir(parents=True)
        total.update(_restored(kind, spot, age, place, with_journal), plays=1)
    return total


def _restored(kind, folder, age, place, with_journal):
    file, backup = folder / "site.sqlite3", folder / "backup.sqlite3"
    life = kind(file)
    chains = {"ada": life.chain} | {who: life.thread(who) for who in ("ben", "cleo", "dan", "fay")}
    for step, (who, words, whose) in enumerate(STORY):
        if step == place:
            _copy(life, backup)
        life.call(who, f"@bot {words}", to=chains[whose][1])
        life.through()
    if place == len(STORY):
        _copy(life, backup)
    before = len(life.said), len(life.liked)
    life.close()
    for old in folder.glob("site*"):
        if old.suffix != ".removals" or not with_journal:
            old.unlink()
    if place is not None:
        shutil.copy(backup, file)
    life.store = open_store(file)
    life.start()
    life.later(**(age if place else {**age, "days": min(age.get("days", 0), LAST)}))
    new = [life.call(who, to=chains[whose][2]) for who, whose in AFTER]
    life.through()
    figures = _judged(life, chains, new)
    assert before <= (len(life.said), len(life.liked))
    life.close()
    return figures


def _copy(life, backup):
    """A backup, while no process uses the database; the next one goes on."""
    life.bot.stop()
    life.close()
    shutil.copy(life.path, backup)
    life.store = open_store(life.path)
    life.start()


def _judged(life, chains, new):
    firsts = Counter()
    for who, chain in chains.items():
        address = ORIGIN + path(life.ref(chain[0]))
        first = [text for _, text, is_public in life.said if is_public and f"{text} ".find(f"{address} ") >= 0]
        firsts[who] = sum("Here is" in text for text in first)
    told, liked = Counter((to, is_public) for to, _, is_public in life.said), Counter(life.liked)
    wanted = new[-2:]
    heard = {to for to, _ in told} | set(liked)
    return {
        "doubled answers": sum(max(0, number - 1) for number in firsts.values()),
        "doubled notes": sum(number - 1 for number in (*told.values(), *liked.values())),
        "lost": sum(call not in heard for call in wanted) + life.left(),
        "undone": sum(_is_shown(life, chains[who], who) for who in TAKEN_BACK),
    }


def _is_shown(life, chain, who):
    """Whether a thread that was taken back is on a page again, or named by an answer."""
    address = ORIGIN + path(life.ref(chain[0]))
    if any(address in text for text in life.texts()):
        return True
    with suppress(Gone, Refused):
        return life.service.find(life.ref(chain[1])) is not None
    return False
