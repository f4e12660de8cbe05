"""Sites with a bot whose network lives in memory: they crash where they are told to, and their network answers as it is told.

A life is one database, one clock, and one process after the other. What the network ever published stays known, also
what was deleted later.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from inspect import getgeneratorlocals
from threading import Event, RLock
from urllib.parse import parse_qsl, urlsplit

from tests.bot.conftest import Kept
from tests.store.build import line, talk
from tests.support.homeserver import HomeServer
from tests.support.pds import HANDLE, PASSWORD, Pds
from threadleaf.bot.bluesky import Bluesky
from threadleaf.bot.loop import HOLD, Bot
from threadleaf.bot.mastodon import Mastodon
from threadleaf.bot.talk import talking
from threadleaf.bot.x import X
from threadleaf.config import Settings
from threadleaf.core.errors import NotFound
from threadleaf.core.model import Ref
from threadleaf.core.ref import address
from threadleaf.fakes.x import XNetwork
from threadleaf.jobs import Board, Jobs
from threadleaf.jobs.here import Here
from threadleaf.render.tongue import ENGLISH
from threadleaf.service import Threadleaf
from threadleaf.service.spending import Ceilings, Purse
from threadleaf.sources.x_costs import Prices
from threadleaf.store import open_store
from threadleaf.wire import Answer, Refused, Scope

MARKS = (
    "heard",
    "stored",
    "looked",
    "asked",
    "reading",
    "read",
    "wished",
    "written",
    "taken",
    "sent",
    "recorded",
    "found",
)
OUTCOMES = ("done", "done in silence", "done, says 504", "not reached", "says 500", "asks to wait")
"""What becomes of what is written first. The first three happen, the others do not."""
ORIGIN = "https://threads.example"


class Ended(BaseException):
    """The process ends here."""


class Life:
    """A site with a bot. `ends_at` are marks at which a process ends; `outcome` is what becomes of the next thing written.

    A network tells of the posts that were ever answered, once for each answer (`published`), those whose answers are there
    (`there`), and whether a wish is seen to be heard, where that can be seen. `said` is what the bot ever published: what it
    answered, its words, and whether everybody can read them; `liked` what it ever liked.
    """

    network = ""
    scope = Scope()

    def __init__(self, path):
        self.path, self.store, self.line = path, open_store(path), RLock()
        self.outcome, self.ends_at = "done", []
        self.said, self.liked = [], []
        self.settings = Settings(
            public_origin=ORIGIN, who_may_unroll="anyone", who_may_read_x="anyone", modes={"fedi": "open"}
        )
        self.start()

    def start(self):
        purse = Purse(self.store.spending, Prices(), Ceilings(day=10**9, month=10**9), self.scope.x_api, self.clock)
        self.service = Threadleaf(
            self.store, self.fetch, self.clock, scope=self.scope, purse=purse, who_may_read_x="anyone"
        )
        self.jobs = Jobs(self.service, self.settings, Board(), Here())
        self.jobs.start()
        talk = talking(self.ask)
        tongue: Callable[[str], object] = lambda _: ENGLISH  # noqa: E731
        self.bot = Bot(self.channel(), self.service, self.jobs, talk, origin=ORIGIN, tongue=tongue, crash=self.passes)

    def passes(self, mark):
        if self.ends_at and mark == self.ends_at[0]:
            del self.ends_at[0]
            raise Ended

    def ask(self, requests):
        return [self.asked(request) for request in requests]

    def asked(self, request):
        """Carry a request out, unless its outcome is another one."""
        if request.method != "POST" or self.outcome == "done":
            return self.answer(request)
        outcome, self.outcome = self.outcome, "done"
        if outcome == "not reached":
            return Refused(kind="network", detail="No connection could be made.")
        if outcome == "says 500":
            return Answer(status=500, body=b'{"error": "boom"}', at=self.clock())
        if outcome == "asks to wait":
            return Refused(kind="rate", detail="The server asks us to wait.", until=self.clock() + timedelta(hours=1))
        self.answer(request)
        if outcome == "done in silence":
            return Refused(kind="timeout", detail="There was no whole answer within 20 seconds.")
        return Answer(status=504, body=b"<html>", at=self.clock())

    def answer(self, request):
        """What the network says, to one thread after the other: threads are read beside the bot, and what the network has
        got by an answer is seen by what it had before."""
        with self.line:
            return self.answered(request)

    def fetch(self, steps):
        """Read a thread."""
        try:
            wanted = next(steps)
            while True:
                wanted = steps.send(tuple(map(self.answer, wanted)))
        except StopIteration as end:
            return end.value

    def through(self):
        """Turn until nothing is left to do, as another process whenever one ends."""
        for _ in range(60):
            self.later(minutes=3)
            try:
                self.bot.turn()
                while self.service.unrolls.waiting():
                    Event().wait(0.002)
            except Ended:
                self.start()
                self.later(seconds=HOLD.total_seconds())
            else:
                if not self.left():
                    return

    def left(self):
        """How much is not done with, now or later."""
        ever = self.clock() + timedelta(days=9)
        inbox, outbox = self.service.inbox, self.service.outbox
        boxes = (inbox.waiting, outbox.ready, outbox.in_doubt)
        return sum(len(box(self.network, ever, 99)) for box in boxes)

    def story(self, mark, outcome):
        """Two people call the bot, then its author wants the thread forgotten; each time the process ends at the mark,
        once, and what is written first meets the outcome. What was lost, doubled, left behind and held, and how often a
        process ended."""
        figures, calls = Counter(ended=0), []
        for who, words in (("eve", "@bot unroll"), ("kim", "@bot unroll"), ("ada", "@bot forget")):
            self.outcome = outcome
            self.ends_at = ["sent", mark] if mark == "found" else [mark]
            before = len(self.ends_at)
            calls.append(self.call(who, words))
            self.through()
            figures["ended"] += before - len(self.ends_at)
            self.ends_at = []
            if who != "ada":
                figures["lost"] += int(calls[-1] not in self.published() and not self.held())
        figures["lost"] += int(not self.is_heard(calls[-1])) + self.left()
        published = Counter(self.published())
        figures["doubled"] = published.total() - len(published) + len(published.keys() - set(calls[:2]))
        figures["left behind"] = int(calls[0] in self.there())
        figures["held"] = self.held()
        return figures

    def held(self):
        """How much waits for the operator."""
        return len(self.service.outbox.held())

    def close(self):
        self.store.close()


class Fedi(Life):
    """On a server with Mastodon's API."""

    network = "fedi"

    def __init__(self, path, **words):
        self.server = HomeServer(**words)
        self.chain = self.server.thread("ada", 3)
        self.server.tick(hours=1)
        super().__init__(path)

    def channel(self):
        return Mastodon(self.server.origin)

    def clock(self):
        return self.server.now

    def later(self, **span):
        self.server.tick(**span)

    def answered(self, request):
        before, likes = set(self.server.posts), set(self.server.likes)
        answered = self.server.answer(request)
        mine = [post for name, post in self.server.posts.items() if name not in before and post["by"] == "bot"]
        self.said += [(post["to"], post["text"], post["visibility"] != "direct") for post in mine]
        self.liked += self.server.likes - likes
        return answered

    def thread(self, who):
        return self.server.thread(who, 3)

    def call(self, who, words="@bot unroll", to=""):
        return self.server.post(who, words, to=to or self.chain[1])

    def texts(self):
        return [text for text, visibility, _ in self.server.by_bot() if visibility != "direct"]

    def notes(self, who):
        """How often somebody was told alone why not: without a page."""
        mine = (post for post in self.server.posts.values() if post["by"] == "bot" and post["visibility"] == "direct")
        return sum(self.server.posts[post["to"]]["by"] == who and ORIGIN not in post["text"] for post in mine)

    def name(self, who, words, post):
        """Call the bot in a thread of one's own, with the address of somebody's post."""
        return self.call(who, f"{words} {address(self.ref(post))}", to=self.server.post(who, "Look at this."))

    def ref(self, post):
        return Ref("fedi", self.server.uri(post))

    def account(self, who):
        return f"{self.server.origin}/users/{who}"

    def published(self):
        return self.server.published

    def there(self):
        return {answered for _, _, answered in self.server.by_bot()}

    def is_heard(self, wish):
        return wish in self.server.likes


class OnX(Life):
    """On X."""

    network = "x"
    scope = Scope(x_reads=True, x_archive=True)

    def __init__(self, path, **words):
        from tests.support.homeserver import START

        self.now = START
        self.x = XNetwork(lambda: self.now)
        for name, word in words.items():
            setattr(self.x, name, word)
        self.x.person("bot")
        self.ever = []
        self.chain = self.x.thread("ada", ["Post 1.", "Post 2.", "Post 3."])
        self.later(hours=1)
        super().__init__(path)

    def channel(self):
        return X(self.scope, operator="ada", is_labelled=True)

    def clock(self):
        return self.now

    def later(self, **span):
        self.now += timedelta(**span)

    def answered(self, request):
        self.later(milliseconds=20)
        url = urlsplit(request.url)
        token = self.x.app_token if request.credential == "x" else self.x.token_of("bot")
        fields = {"authorization": f"Bearer {token}"}
        before = set(self.x.tweets)
        given = self.x.handle(request.method, url.path, dict(parse_qsl(url.query)), fields, request.body)
        new = [self.x.tweets[name] for name in set(self.x.tweets) - before]
        self.ever += [dict(tweet.references)["replied_to"] for tweet in new]
        self.said += [(dict(tweet.references)["replied_to"], tweet.raw, True) for tweet in new]
        if given.hangs:
            return Refused(kind="timeout", detail="There was no whole answer within 20 seconds.")
        return Answer(status=given.status, body=given.body, at=self.now)

    def thread(self, who):
        return self.x.thread(who, ["Post 1.", "Post 2.", "Post 3."])

    def call(self, who, words="@bot unroll", to=""):
        self.later(seconds=1)
        return self.x.post(who, words, to=to or self.chain[1])

    def texts(self):
        bot = self.x.called("bot").id
        return [tweet.raw for tweet in self.x.tweets.values() if tweet.author == bot]

    def notes(self, who):
        return 0

    def name(self, who, words, post):
        """X takes the address of a post at the end of a text for a quote."""
        self.later(seconds=1)
        return self.x.post(who, words, quotes=post)

    def ref(self, post):
        return Ref("x", post)

    def account(self, who):
        return self.x.called(who).id

    def published(self):
        return self.ever

    def there(self):
        bot = self.x.called("bot").id
        return {dict(tweet.references)["replied_to"] for tweet in self.x.tweets.values() if tweet.author == bot}

    def is_heard(self, wish):
        return True


class Sky(Life):
    """On Bluesky. Threads are made up; the account's server answers for itself."""

    network = "bsky"

    def __init__(self, path):
        from tests.support.homeserver import START

        self.now, self.kept, self.threads = START, Kept(), {}
        self.pds = Pds(self.clock)
        self.chain = self.thread("ada")
        self.later(hours=1)
        super().__init__(path)

    def channel(self):
        return Bluesky(HANDLE, PASSWORD, Scope(), self.kept)

    def clock(self):
        return self.now

    def later(self, **span):
        self.now += timedelta(**span)

    def answered(self, request):
        before = dict(self.pds.records)
        (answered,) = self.pds.ask([request])
        for record in (record for uri, record in self.pds.records.items() if before.get(uri) is not record):
            if "reply" in record:
                self.said.append((record["reply"]["parent"]["uri"], record["text"], True))
            elif "subject" in record:
                self.liked.append(record["subject"]["uri"])
        return answered

    def fetch(self, steps):
        asked = getgeneratorlocals(steps)["ref"].id
        steps.close()
        if asked not in self.threads:
            raise NotFound("There is no such post.")
        return self.threads[asked]

    def thread(self, who):
        seen = line(*(f"{who}{len(self.threads)}x{number}" for number in range(3)), author=who)
        self.threads |= dict.fromkeys((post.id for post in seen), talk(*seen))
        return [post.id for post in seen]

    def call(self, who, words="@bot unroll", to=""):
        self.later(seconds=1)
        return self.pds.mention(who, words.removeprefix("@bot "), to=to or self.chain[1])

    def published(self):
        return [to for to, _, _ in self.said]

    def there(self):
        return {record["reply"]["parent"]["uri"] for record in self.pds.answers()}

    def texts(self):
        return [record["text"] for record in self.pds.answers()]

    def notes(self, who):
        return sum(ORIGIN not in note["text"] for note in self.pds.chats.messages.get(self.account(who), ()))

    def name(self, who, words, post):
        own = f"at://{self.account(who)}/app.bsky.feed.post/3kelsewhere"
        return self.call(who, f"{words} {address(self.ref(post))}", to=own)

    def ref(self, post):
        return Ref("bsky", post)

    def account(self, who):
        return f"did:plc:{who}"

    def is_heard(self, wish):
        return wish in self.pds.likes()


class Blind(Mastodon):
    """A module that takes nothing for done that it did not see happen: the control that the plays are about is off."""

    def _sought(self, out):
        yield from ()
        return out.at


class Blindly(Fedi):
    """The same bot without the look before a second try, on a server that knows no second tries."""

    def __init__(self, path):
        super().__init__(path)
        self.server.keys = False

    def channel(self):
        return Blind(self.server.origin)


class BlindX(X):
    """The same for X."""

    def _sought(self, out):
        yield from ()
        return out.at


class BlindlyOnX(OnX):
    """X, which knows no second tries but refuses a text that it has had before."""

    def channel(self):
        return BlindX(self.scope, operator="ada", is_labelled=True)


LIVES = {"fedi": Fedi, "x": OnX}
ALL = {"bsky": Sky, **LIVES}
