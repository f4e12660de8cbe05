"""T23: bots that call each other, the bot's own words, and ten thousand calls about one author: the caps hold, and whoever else
asks does not notice."""

from collections import Counter
from random import Random

import pytest

from tests.proof import rows
from tests.proof.crowds import Crowd, share
from tests.proof.lives import ALL
from threadleaf.core.manners import PER_AUTHOR
from threadleaf.store.inbox import Inbox

SEED = 23
REAL = rows.SCALE == "bar"
STORM = {"ci": {"bsky": 300, "fedi": 200, "x": 100}, "bar": {"bsky": 10_000, "fedi": 10_000, "x": 1_000}}[rows.SCALE]
OTHERS = {"ci": 10, "bar": 100}[rows.SCALE]
BURSTS = 20
RING = 5
ROUNDS = 40


def stormed(network, folder, mentions):
    """A crowd calls about one author's threads, in bursts; here and there somebody else asks for another thread."""
    die, crowd = Random(f"{SEED} {network}"), Crowd(network, folder, real=REAL)
    victim = [crowd.world.thread("victim") for _ in range(12)]
    others = [(f"other{number}", crowd.world.thread(f"w{number}")) for number in range(OTHERS)]
    accounts = max(10, mentions // 10)
    for _ in range(8):  # a bot that has just begun waits until it sees all that it may have said before
        crowd.turn(30.0)
    for burst in range(BURSTS):
        for number in range(mentions // BURSTS):
            who = f"s{(burst * (mentions // BURSTS) + number) % accounts}"
            crowd.call(who, "victim", die.choice(victim), below=die.random() < 0.8)
        for who, chain in others[burst * OTHERS // BURSTS : (burst + 1) * OTHERS // BURSTS]:
            crowd.call(who, who, chain, other=True)
        crowd.turn()
    while crowd.world.service.inbox.waiting(network, crowd.world.clock(), 1) or crowd.first.keys() - crowd.seen.keys():
        crowd.turn()
        assert crowd.turns < mentions
    crowd.run_out()
    return crowd


def test_t23_storms_change_nothing_for_others(tmp_path, proved):
    total, waits, turns, looks = Counter(), [], [], 0
    for network, mentions in STORM.items():
        crowd = stormed(network, tmp_path, mentions)
        total.update(crowd.figures(), mentions=len(crowd.calls))
        mine = {to for to, _, everybody in crowd.world.said if everybody}
        anew = {crowd.calls[to][2] for to in mine if crowd.calls[to][1] == "victim"}
        total.update({"threads of the author past the cap": max(0, len(anew) - PER_AUTHOR), "left": crowd.world.left()})
        waits += crowd.waits(0)
        turns += crowd.waits(1)
        looks += crowd.looks
        print(network, dict(crowd.figures()), crowd.turns, crowd.most, crowd.looks, share(crowd.waits(0), 0.95))
        crowd.close()
    for network in ALL:
        total.update(_rings(network, tmp_path))
    waits.sort()
    turns.sort()
    figures = {
        **total,
        "others": len(waits),
        "looks at a mention": looks / total["mentions"],
        "turns that others waited (p95)": share(turns, 0.95),
        "seconds that others waited (p95)": share(waits, 0.95) if REAL else 0,
    }
    proved("T23", figures, SEED)


def _rings(network, folder):
    """Five bots below each answer of ours, of which some say that they are bots; the bot itself; and one that quotes it."""
    (folder / "rings").mkdir(exist_ok=True)
    crowd = Crowd(network, folder / "rings")
    world, chain = crowd.world, crowd.world.thread("ann")
    for number in range(2):
        _is_bot(world, f"ring{number}")
    crowd.call("eve", "ann", chain)
    told = set()
    for round_ in range(ROUNDS):
        crowd.turn(60.0)
        for post in [post for post in _ours(world) if post not in told][:RING]:
            told.add(post)
            for number in range(RING):
                _below(crowd, f"ring{number}", post, chain)
            crowd.call("quoter", "bot", [post], below=False, place=0)
        _below(crowd, f"ring{round_ % RING}", chain[round_ % 3], chain)
        _below(crowd, "bot", chain[1], chain)
    crowd.run_out()
    figures = crowd.figures()
    crowd.close()
    bots = {"ring0", "ring1", "bot"} if network != "x" else {"bot"}
    answered = sum(crowd.calls.get(to, ("",))[0] in bots for to, _ in crowd.deeds)
    return {**figures, "rings": 1, "bots that were answered": answered}


def _is_bot(world, who):
    if world.network == "fedi":
        world.server.people[who] = {"bot": True}
    elif world.network == "bsky":
        world.bots = {*getattr(world, "bots", ()), who}


def _below(crowd, who, post, chain):
    """Somebody calls below a post; the bot itself too, where its own posts can be told to it."""
    world = crowd.world
    world.later(seconds=1)
    if world.network == "bsky":
        if who != "bot":
            called = world.pds.mention(who, "unroll", to=post, bot=who in getattr(world, "bots", ()))
            crowd.calls[called] = (who, "ann", chain[0])
    elif world.network == "fedi":
        called = world.server.post(who, "@bot unroll", to=post)
        crowd.calls[called] = (who, "ann", chain[0])
        if who == "bot":
            world.server.notices.append(
                {"id": world.server._number(), "type": "mention", "post": called, "at": world.server.now}
            )
    else:
        crowd.calls[world.x.post(who, "@bot unroll", to=post)] = (who, "ann", chain[0])


def _ours(world):
    """The bot's own posts that are there."""
    if world.network == "bsky":
        return [uri for uri, record in world.pds.records.items() if "reply" in record]
    if world.network == "fedi":
        return [name for name, post in world.server.posts.items() if post["by"] == "bot" and post["to"]]
    bot = world.x.called("bot").id
    return [name for name, tweet in world.x.tweets.items() if tweet.author == bot]


@pytest.mark.parametrize("network", ["bsky"])
def test_t23_without_turns_others_wait(network, tmp_path, monkeypatch):
    """Whoever comes first is looked at first: then others wait behind the whole storm."""
    hear = Inbox.hear

    def in_one_row(self, network, holder, arrivals, cursor):
        from msgspec.structs import replace

        return hear(self, network, holder, [replace(each, asker=None, about=None) for each in arrivals], cursor)

    monkeypatch.setattr(Inbox, "hear", in_one_row)
    crowd = Crowd(network, tmp_path)
    victim = [crowd.world.thread("victim") for _ in range(12)]
    for number in range(300):
        crowd.call(f"s{number}", "victim", victim[number % 12])
    crowd.call("other", "w", crowd.world.thread("w"), other=True)
    while not crowd.seen:
        crowd.turn()
    assert crowd.waits(1)[0] > 5
    crowd.close()
