"""Crowds that call the bot on a network in memory, and a bot whose time is the machine's and its own pauses together."""

from collections import Counter
from datetime import timedelta
from threading import Event
from time import perf_counter

from tests.proof.lives import ALL
from threadleaf.core.manners import PER_ASKER, PER_CONVERSATION

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class Crowd:
    """A network with one bot. `calls` are the calls: post → (who, of whose thread, which thread). `first` is when somebody
    else than the crowd called, `seen` when they were answered: by the network's clock, and counted in turns."""

    def __init__(self, network, folder, *, real=False):
        self.world, self.real = ALL[network](folder / f"{network}.sqlite3"), real
        self.calls, self.first, self.seen, self.roots = {}, {}, {}, {}
        self.turns = self.looks = self.most = 0
        self.deeds, self.posting = [], timedelta()
        answering = self.world.bot._answering
        consider = answering.consider

        def counted(*told, **more):
            self.looks += 1
            return consider(*told, **more)

        answering.consider = counted

    def call(self, who, author, chain, *, below=True, place=1, other=False):
        """Somebody asks for a thread, below one of its posts, or by naming it in a post of their own."""
        before = self.world.clock()
        post = self.world.call(who, to=chain[place]) if below else self.named(who, chain[place])
        self.posting += self.world.clock() - before
        self.calls[post] = (who, author, chain[0])
        if other:
            self.first[post] = (self.time(), self.turns)
        return post

    def time(self):
        """The time as if everybody who calls between two turns did so at once."""
        return self.world.clock() - self.posting

    def named(self, who, meant):
        world = self.world
        if world.network == "bsky":
            world.later(seconds=1)
            return world.pds.mention(
                who, "unroll", embed={"$type": "app.bsky.embed.record", "record": {"uri": meant, "cid": "cid"}}
            )
        if world.network == "fedi":
            return world.server.post(who, f"@bot unroll {world.server.uri(meant)}")
        world.later(seconds=1)
        return world.x.post(who, "@bot unroll", quotes=meant)

    def turn(self, least=0.0):
        """A turn, and the pause after it; the network's clock goes on with both, or by the pause alone where the machine's
        speed is not to count."""
        begun = perf_counter()
        turn = self.world.bot.turn()
        while self.world.service.unrolls.waiting():
            Event().wait(0.002)
        self.turns += 1
        self.most = max(self.most, self.world.service.inbox.left(self.world.network))
        took = perf_counter() - begun if self.real else 0.0
        self.world.later(seconds=took)
        done = [*(to for to, _, _ in self.world.said), *self.world.liked]
        new = Counter(done) - Counter(post for post, _ in self.deeds)
        self.deeds += [(post, self.world.clock()) for post in new.elements()]
        answered = {to for to, _, _ in self.world.said}
        for post in self.first.keys() - self.seen.keys():
            if post in answered:
                self.seen[post] = (self.time(), self.turns)
        self.world.later(seconds=max(turn.next, least))
        return turn

    def run_out(self):
        """Until whatever waits was answered, or is too old."""
        end = self.world.clock() + DAY + timedelta(hours=2)
        while self.world.clock() < end and self.world.left():
            self.turn(600.0)

    def waits(self, place):
        """How long the others waited: by the clock in seconds (`place` 0), or in turns (1)."""
        spans = [self.seen[post][place] - self.first[post][place] for post in self.seen]
        return sorted(span.total_seconds() if place == 0 else span for span in spans)

    def figures(self):
        """What the bot did that it should not have: by its own caps, as the network saw it."""
        world, total = self.world, Counter()
        deeds = Counter([to for to, _, _ in world.said] + world.liked)
        total["twice"] = sum(number - 1 for number in deeds.values())
        pairs = Counter((self.calls[to][0], self.calls[to][2]) for to in deeds if to in self.calls)
        total["more than one for an asker and a thread"] = sum(number > 1 for number in pairs.values())
        public = Counter(self.calls[to][2] for to, _, everybody in world.said if everybody and to in self.calls)
        if world.network != "x":
            total["threads answered twice in public"] = sum(number > 1 for number in public.values())
        asker = {to: self.calls[to][0] if to in self.calls else "" for to in deeds}
        total["past the asker's cap"] = sum(
            past(sorted(at for to, at in self.deeds if asker[to] == who), PER_ASKER) for who in {*asker.values()} - {""}
        )
        total["past the network's cap"] = past([at for _, at in self.deeds], world.bot._channel.hourly)
        talked = Counter(map(self.conversation, deeds))
        total["past the conversation's cap"] = sum(max(0, number - PER_CONVERSATION) for number in talked.values())
        total["unanswered others"] = len(self.first) - len(self.seen)
        return total

    def conversation(self, post):
        """The first post above one."""
        world = self.world
        if world.network == "x":
            return world.x.tweets[post].conversation
        if world.network == "fedi":
            while (above := world.server.posts[post]["to"]) in world.server.posts:
                post = above
            return post
        if self.roots.keys() != {notice["uri"] for notice in world.pds.listed}:
            told = {notice["uri"]: notice["record"].get("reply", {}) for notice in world.pds.listed}
            self.roots = {uri: reply.get("root", {"uri": uri})["uri"] for uri, reply in told.items()}
        return self.roots[post]

    def close(self):
        self.world.close()


def past(times, most):
    """How many deeds in a row of times come before so many others are an hour old."""
    return sum(later - early < HOUR for early, later in zip(times, times[most:], strict=False))


def share(values, part):
    """The value that so large a part does not pass."""
    return values[max(0, round(len(values) * part) - 1)] if values else 0
