"""T22: servers that break the protocols that keep an answer from being doubled."""

from collections import Counter
from itertools import product

from tests.proof.lives import OUTCOMES, Fedi, OnX
from threadleaf.fakes.x import Response

SEED = 0  # nothing is left to chance
HAPPENS = OUTCOMES[:3]
FEDI = (
    {"keys": False},
    {"repeats": 500},
    {"lag": 60},
    {"keys": False, "lag": 60},
    {"slow": 5},  # hours between two turns: by then the server has forgotten the key
)
X = tuple({"after_create": fault, "words": words} for fault in ("hang", "fault") for words in ("tweet", "post"))
MARKS = ("written", "taken", "sent", "found")


def test_t22_broken_servers_double_nothing(tmp_path, proved):
    total = Counter()
    for number, (words, mark, outcome) in enumerate(product(FEDI, MARKS, HAPPENS)):
        total.update(_played(Fedi(tmp_path / f"fedi{number}.sqlite3"), words, mark, outcome), plays=1)
    for number, (words, mark) in enumerate(product(X, MARKS)):
        total.update(_played(OnX(tmp_path / f"x{number}.sqlite3"), words, mark, "done"), plays=1)
    total.update(_unreadable(OnX(tmp_path / "x.sqlite3")), plays=1)
    proved("T22", {name: total[name] for name in ("plays", "lost", "doubled", "held")}, SEED)


def _played(life, words, mark, outcome):
    server, words = life.server if isinstance(life, Fedi) else life.x, dict(words)
    if hours := words.pop("slow", 0):
        life.later = lambda **span: life.server.tick(hours=hours)
    for name, value in words.items():
        assert hasattr(server, name)
        setattr(server, name, value)
    figures = life.story(mark, outcome)
    life.close()
    return {name: figures[name] for name in ("lost", "doubled")}


def _unreadable(life):
    """The bot's own posts cannot be read once it has written: its answer may be out, so it is held for the operator. Then
    X can be read again."""
    wrote = []

    def before(method, path):
        if method == "POST":
            wrote.append(path)
        own = path == f"/2/users/{life.x.called('bot').id}/tweets"
        return Response(503, b"{}") if own and wrote and not life.held() else None

    life.x.before = before
    figures = life.story("written", "done in silence")
    life.close()
    return {name: figures[name] for name in ("lost", "doubled", "held")}
