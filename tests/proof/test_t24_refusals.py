"""T24: where a thread is not to be shown, or an answer is not wanted, nobody is answered in public, nor told so twice a day."""

from collections import Counter
from itertools import product

import pytest

from tests.proof.lives import ALL
from tests.proof.rows import SCALE
from tests.store.build import author, talk
from threadleaf.bot.answering import Answering
from threadleaf.fakes.x import Response

SEED = 0  # nothing is left to chance
WAYS = ("below the first post", "below the last post", "by its address elsewhere")
WORDS = ("unroll", "unroll private", "unroll please") if SCALE == "bar" else ("unroll", "unroll private")
DAYS = 2 if SCALE == "bar" else 1


# --- why not -----------------------------------------------------------------------------------------------------


def opted_out(life):
    life.service.opt_out(life.network, life.account("ada"), "author")


def left_out_by_the_operator(life):
    life.service.opt_out(life.network, life.account("ada"), "operator")


def forgotten(life):
    life.service.remove(life.ref(life.chain[0]), "author", ahead=True)


def not_for_visitors(life):
    """Her profile says so: in the network's own way, or in words."""
    if life.network == "bsky":
        _labelled(life, "!no-unauthenticated")
    elif life.network == "fedi":
        life.server.people["ada"] = {"note": "<p>#nounroll</p>"}
    else:
        life.x.called("ada").bio = "#nounroll"


def private(life):
    if life.network == "bsky":
        life.threads.clear()  # whoever is not signed in is shown nothing
    elif life.network == "fedi":
        for post in life.chain:
            life.server.posts[post]["visibility"] = "private"
    else:
        life.x.called("ada").protected = True


def asker_blocked(life):
    if life.network == "bsky":
        life.pds.blocks |= {(life.account("ada"), life.account(who)) for who in ASKERS}
    else:
        _not_let_in(life)


def bot_blocked(life):
    if life.network == "bsky":
        life.pds.blocks.add((life.account("ada"), "did:plc:bot"))
    else:
        _not_let_in(life)


def gated(life):
    if life.network == "bsky":
        life.pds.closed |= {*life.chain}
    else:
        _not_let_in(life)


def own_only(life):
    life.settings.modes[life.network] = "own-only"
    life.start()


def _labelled(life, label):
    posts = life.threads[life.chain[0]].posts
    life.threads |= dict.fromkeys(life.chain, talk(*posts, authors=(author("ada", labels=(label,)),)))


def _not_let_in(life):
    """The server takes no answer for everybody there."""
    if life.network == "fedi":
        no = life.server.reply(404, {"error": "You may not answer this post."})
        life.server.fault = lambda request: no if b'"unlisted"' in request.body else None
    else:
        no = Response(403, b'{"detail": "You are not permitted to reply to this conversation."}')
        life.x.before = lambda method, path: no if (method, path) == ("POST", "/2/tweets") else None


WHY_NOT = (
    *(opted_out, left_out_by_the_operator, forgotten, not_for_visitors, private),
    *(asker_blocked, bot_blocked, gated, own_only),
)
ASKERS = ("eve", "kim") if SCALE == "bar" else ("eve",)


# --- the plays ---------------------------------------------------------------------------------------------------


@pytest.fixture
def plays(tmp_path):
    """Plays a reason on a network, where whoever asks can be told something alone or cannot."""
    number = iter(range(1000))

    def play(network, why_not, *, private_notes=True):
        life = ALL[network](tmp_path / f"{next(number)}.sqlite3")
        why_not(life)
        if network == "bsky":
            life.pds.may_chat = private_notes
        told = Counter(plays=1, combinations=len(WAYS) * len(WORDS))
        for day in range(DAYS):
            _ask_all_day(life)
            told["told too often"] = max(told["told too often"], _most_notes(life) - day - 1)
            life.later(hours=25)
        told["told"] = _most_notes(life)
        told["public answers"] = sum(is_public for _, _, is_public in life.said)
        told["left"] = life.left()
        life.close()
        return told

    return play


def _ask_all_day(life):
    for (way, words), who in product(product(WAYS, WORDS), ASKERS):
        at = {WAYS[0]: life.chain[0], WAYS[1]: life.chain[2]}
        if way in at:
            life.call(who, f"@bot {words}", to=at[way])
        else:
            life.name(who, f"@bot {words}", life.chain[0])
        life.later(minutes=20)
        life.through()


def _most_notes(life):
    """How many notes the asker got who got most."""
    return max((life.notes(who) for who in ASKERS), default=0)


def channels(network):
    return (True, False) if network == "bsky" else (network == "fedi",)


def test_t24_no_public_answer_and_one_refusal_a_day(plays, proved):
    total, told = Counter(), Counter()
    for network, why_not in product(ALL, WHY_NOT):
        for private_notes in channels(network):
            figures = plays(network, why_not, private_notes=private_notes)
            total.update(figures)
            told[network] += figures["told"]
    assert told["fedi"] > 0, "where it can be said, it is"
    assert told["bsky"] > 0
    names = ("plays", "combinations", "public answers", "told too often", "left")
    proved("T24", {name: total[name] for name in names}, SEED)


def test_t24_a_bot_without_these_manners_is_found_out(plays, monkeypatch):
    def refuse(self, case, why):
        letter = self._mouth.refusal(case.mention, why, self._service.now())
        self._service.outbox.put(letter, case.waiting.id, "refuse", self._marks(case), letter.at)

    monkeypatch.setattr(Answering, "_refuse", refuse)
    assert plays("fedi", opted_out)["told too often"] > 0
    monkeypatch.setattr("threadleaf.bot.mouth.Mouth.is_open", lambda *_: True)
    assert plays("bsky", gated)["public answers"] > 0
    assert plays("bsky", asker_blocked)["public answers"] > 0


def test_t24_where_nothing_stands_in_the_way_there_is_an_answer(plays):
    for network in ALL:
        assert plays(network, lambda life: None)["public answers"] > 0
