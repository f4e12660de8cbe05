"""T28: what is gone at X is gone here within 24 hours by the clock, in every place, whatever keeps us from looking."""

from datetime import timedelta
from itertools import product

import pytest
from msgspec.json import encode

from tests.proof.rows import SCALE
from tests.support.x import World
from tests.support.xsite import XSite
from threadleaf.core.errors import ThreadleafError
from threadleaf.core.model import Ref
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.wire import Answer, Refused

SEED = 0  # nothing is left to chance
WITHIN = timedelta(hours=24)
STEP = timedelta(hours=1)
SECRET = "zanzibar"
AGES = (0, 0.9, 6, 200)
"""How old a thread is when it is kept, in days."""
PHASES = (0.02, 11.9, 23.3)
"""Hours between the first reading and what happens at X."""


class Case:
    """A thread on X with a quoted post, each post with a word of its own, and what happens to it."""

    def __init__(self, world, event, age):
        self.world, self.event = world, event
        self.author, self.other = f"ada_{event.__name__}"[:15], f"bob_{event.__name__}"[:15]
        begun = world.now - timedelta(days=age, minutes=1)
        called = f"{SECRET}{event.__name__.replace('_', '')}"
        names = [f"{called}{letter}" for letter in "abcdefgh"]
        self.quoted = world.post(self.other, f"{called}quote", at=begun - timedelta(days=1))
        self.chain = world.thread(self.author, names[:-1], at=begun)
        self.chain.append(world.post(self.author, names[-1], to=self.chain[-1], quotes=self.quoted, at=begun))
        self.posts = dict(zip((*names, f"{called}quote"), (*self.chain, self.quoted), strict=True))

    def happen(self):
        self.event(self)
        self.gone = {word for word, name in self.posts.items() if not self._is_shown(name)}

    def _is_shown(self, name):
        tweet = self.world.tweets.get(name)
        return bool(
            tweet and self.world.is_shown(tweet) and not (tweet.withheld or self.world.people[tweet.author].withheld)
        )


def first(case):
    case.world.delete(case.chain[0])


def last(case):
    case.world.delete(case.chain[-1])


def several(case):
    for name in case.chain[2:5]:
        case.world.delete(name)


def everything(case):
    for name in case.chain:
        case.world.delete(name)


def quoted(case):
    case.world.delete(case.quoted)


def protected(case):
    case.world.called(case.author).protected = True


def suspended(case):
    case.world.called(case.author).suspended = True


def withheld(case):
    for name in case.chain[3:]:
        case.world.tweets[name].withheld = ("FR",)


def all_withheld(case):
    case.world.called(case.author).withheld = ("FR",)


def hidden_quote(case):
    case.world.called(case.other).protected = True


EVENTS = (first, last, several, everything, quoted, protected, suspended, withheld, all_withheld, hidden_quote)


class Trouble:
    """Something that keeps the site from looking, from the event on. `hours` is how long; None: for good."""

    def __init__(self, name, hours=None, *, down=False, reply=None, money=None, posts=100):
        self.name, self.hours, self.down, self.reply, self.money, self.posts = name, hours, down, reply, money, posts


def rate(_request):
    return Refused(kind="rate", detail="X asks us to wait.")


def silent(_request):
    return Refused(kind="network", detail="No connection could be made.")


def no_token(request):
    return Answer(status=401, body=b"{}", at=World().now, url=request.url, media_type="application/json")


def no_credit(request):
    return Answer(status=402, body=b"{}", at=World().now, url=request.url, media_type="application/json")


TROUBLES = (
    Trouble("none"),
    Trouble("read in pieces", posts=12),
    Trouble("down for hours", 5, down=True),
    Trouble("down for a day", 25, down=True),
    Trouble("down for days", 130, down=True),
    Trouble("rate limit for hours", 9, reply=rate),
    Trouble("rate limit", reply=rate),
    Trouble("X is silent", reply=silent),
    Trouble("token refused", reply=no_token),
    Trouble("no credit", reply=no_credit),
    Trouble("budget spent", money=1),
)


class Play:
    """A site with a thread for each event, of one age, and one trouble, by a simulated clock."""

    is_down = False

    def __init__(self, store, trouble, age, events=EVENTS, made=Threadleaf):
        self.trouble, world = trouble, World()
        self.site = XSite(store, texts=["A word."], world=world, posts=trouble.posts, made=made)
        self.cases = [Case(world, event, age) for event in events]
        self.paths = {case: self.site.keep("listed", Ref("x", case.chain[0])) for case in self.cases}
        self.latest, self.late = timedelta(0), 0

    def run(self, phase):
        """Let it happen, so many hours later, and look at what is shown until there is no trouble any more."""
        world = self.site.world
        happens = world.now + timedelta(hours=phase)
        while world.now + STEP < happens:
            self.step(STEP)
        self.step(happens - world.now)
        for case in self.cases:
            case.happen()
        self.begin_trouble()
        lasts = timedelta(hours=self.trouble.hours or 0)
        until, over = happens + max(WITHIN, lasts) + timedelta(hours=1), self.trouble.hours is None
        while world.now < until:
            self.step(STEP)
            if not over and world.now - happens >= lasts:
                over = True
                self.end_trouble()  # and before it has looked at anything:
            self.look(world.now - happens)
        self.late += sum(map(self.everywhere, self.cases))

    def step(self, span):
        """Let time pass; a program that is up reads again what is due."""
        self.site.world.now += span
        if not self.is_down:
            self.site.recheck()

    def begin_trouble(self):
        self.is_down = self.trouble.down
        if self.trouble.reply:
            self.site.world.refuse = self.trouble.reply
        if self.trouble.money is not None:
            self.site.money = self.trouble.money
            self.site.start()

    def end_trouble(self):
        self.site.world.refuse, self.is_down = lambda _request: None, False
        self.site.start()

    def look(self, after):
        """See whether any page has words that are gone at X, so long after that; later than allowed it counts."""
        if self.is_down:
            return
        for case in self.cases:
            if self.is_read(case):
                self.latest = max(self.latest, after)
                self.late += (after >= WITHIN) * (1 + self.everywhere(case))

    def is_read(self, case):
        """Whether the page shows any of these words."""
        try:
            reading = self.site.service.read(self.paths[case])
        except ThreadleafError:
            return False
        return _has(encode(reading.thread).decode(), case.gone)

    def everywhere(self, case):
        """How many answers, of all places of the site, show any of these words, or find a page by one."""
        path, author = self.paths[case], case.author
        places = (
            *(path, f"{path}?view=article", f"{path}?cite={case.chain[0]}"),
            *(f"{path}{suffix}" for suffix in (".md", ".txt", ".html", ".json", ".svg", ".png", ".atom")),
            *(f"/api/v1{path.replace('/t/', '/threads/')}", "/api/v1/threads", f"/api/v1/search?q=from:{author}"),
            *("/", "/latest", f"/search?q=from:{author}", f"/author/x/{case.world.called(author).id}", "/latest.atom"),
            *(f"/embed{path}", f"/oembed?url={self.site.settings.public_origin}{path}"),
        )
        visitor = self.site.visitor(f"203.0.{self.cases.index(case)}.7")
        found = sum(_has(visitor.get(place).text, case.gone) for place in places)
        return found + sum(self.site.service.search(word).total for word in case.gone)


def _has(text, words):
    return any(word in text for word in words)


def plays():
    """Each trouble with each age and phase, and three of the events, in turn."""
    found = [
        (*play, [EVENTS[(3 * number + more) % len(EVENTS)] for more in range(3)])
        for number, play in enumerate(product(TROUBLES, AGES, PHASES))
    ]
    return found if SCALE == "bar" else found[::27]


def test_t28_what_is_gone_at_x_is_gone_here_within_a_day(tmp_path, proved):
    figures = {"plays": 0, "too late": 0, "latest (hours)": 0.0, "in the database after the end": 0}
    for trouble, age, phase, events in plays():
        file = tmp_path / "site.sqlite3"
        with open_store(file) as store:
            play = Play(store, trouble, age, events)
            play.run(phase)
            play.site.service.end_x()
        figures["plays"] += len(events)
        figures["too late"] += play.late
        figures["latest (hours)"] = max(figures["latest (hours)"], round(play.latest / timedelta(hours=1), 2))
        figures["in the database after the end"] += SECRET.encode() in file.read_bytes()
        file.unlink()
        if play.late:
            print(trouble.name, age, phase, [event.__name__ for event in events], play.latest, play.late)
    proved("T28", figures, SEED)


class Trusting(Threadleaf):
    """A service that holds nothing back: the control that the plays are about is off."""

    def _hold_back(self, store):
        pass


@pytest.mark.parametrize("trouble", [TROUBLES[4], TROUBLES[-1]], ids=lambda trouble: trouble.name)
def test_t28_a_site_that_holds_nothing_back_is_found_out(tmp_path, trouble):
    with open_store(tmp_path / "site.sqlite3") as store:
        play = Play(store, trouble, 6, [everything], made=Trusting)
        play.run(5)
    assert play.latest > WITHIN
    assert play.late > 0


def test_t28_what_is_held_back_comes_back_when_it_could_be_seen(tmp_path):
    with open_store(tmp_path / "site.sqlite3") as store:
        play = Play(store, Trouble("rate limit for a day", 26, reply=rate), 6, [last])
        play.run(5)
        play.site.world.now += timedelta(minutes=2)  # a further look at the clock
        answer = play.site.client.get(play.paths[play.cases[0]])
    assert answer.status_code == 200
    assert f"{SECRET}lasta" in answer.text
