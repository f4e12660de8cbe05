"""Who called the bot on a network in memory, and what came of it, by what that network has ever seen."""

from collections import Counter


class Tally:
    """Calls on a `Life`. `asked` are calls about a thread by its number, `helped` those for help, `wished` wishes of authors
    to have a thread forgotten."""

    def __init__(self, world):
        self.world, self.asked, self.helped, self.wished = world, {}, [], {}
        self.threads = []
        self._names = 0

    def name(self):
        """Somebody who never asked before."""
        self._names += 1
        return f"e{self._names}"

    def thread(self):
        """Another author's thread; its number."""
        self.threads.append(self.world.thread(f"a{len(self.threads)}"))
        return len(self.threads) - 1

    def ask(self, number, place=1, who=""):
        self.asked.setdefault(number, []).append(self.world.call(who or self.name(), to=self.threads[number][place]))

    def help(self, number):
        self.helped.append(self.world.call(self.name(), "@bot help", to=self.threads[number][0]))

    def wish(self, number):
        self.wished[number] = self.world.call(f"a{number}", "@bot forget", to=self.threads[number][1])

    def counted(self, held=()):
        """What was lost, doubled, left behind and held. `held` are the posts whose answers wait for the operator."""
        world, total = self.world, Counter(lost=0, doubled=0, held=0)
        answered, liked = Counter(to for to, _, _ in world.said), Counter(world.liked)
        for asks in self.asked.values():
            public = sum(to in asks and everybody for to, _, everybody in world.said)
            total["doubled"] += max(0, public - 1) if world.network != "x" else 0
            for ask in asks:
                times = answered[ask] + liked[ask]
                total.update(lost=times == 0 and ask not in held, doubled=max(0, times - 1), held=ask in held)
        for call in self.helped:
            total.update(lost=answered[call] == 0 and call not in held, doubled=max(0, answered[call] - 1))
        shown = {to for to, _, everybody in world.said if everybody} & world.there()
        for number, wish in self.wished.items():
            left = sum(ask in shown for ask in self.asked[number])
            total.update({"left behind": left, "lost": not (world.is_heard(wish) or wish in held)})
            total["doubled"] += max(0, liked[wish] - 1) + answered[wish]
        total["mentions"] = sum(map(len, self.asked.values())) + len(self.helped) + len(self.wished)
        return total
