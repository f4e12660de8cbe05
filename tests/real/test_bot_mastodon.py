"""The bot on the package `mastodon-mock`, a server with Mastodon's API: from the mention to the answer, through the door."""

import json
import re
import ssl
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Barrier, Thread

import httpx2
import pytest

from tests.fetch.certificates import Authority
from tests.real.test_mastodon_mock import Mock, started
from threadleaf.bot.loop import HOLD, POLL, Bot
from threadleaf.bot.mastodon import TOKEN, Mastodon
from threadleaf.bot.talk import talking
from threadleaf.cli import bots
from threadleaf.cli import server as serving
from threadleaf.config import Settings
from threadleaf.core.errors import Gone, NotFound
from threadleaf.core.model import Conversation, Ref
from threadleaf.fetch.door import Credential, Door
from threadleaf.fetch.drive import Limits, drive
from threadleaf.fetch.policy import Caps, Policy
from threadleaf.jobs import Board, Jobs
from threadleaf.jobs.here import Here
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.wire import Refused

pytestmark = pytest.mark.timeout(180)

ORIGIN = "https://threads.example.org"
_NUMBERS = count(1)


class Server(Mock):
    """The mock with people who have tokens, and a door that knows the bot's."""

    def __init__(self, port, tls):
        super().__init__(port, tls)
        self.port = port
        self.origin = f"https://{self.host}"

    def person(self, name):
        """An account of a name that nobody else has: its name and token."""
        name = f"{name}{next(_NUMBERS)}"
        return name, self.call("_mock/dev_user", username=name)["access_token"]

    def robot(self, name="bot"):
        """The same, marked as a bot."""
        name, token = self.person(name)
        data = urllib.parse.urlencode({"bot": "true", "note": "Run by Ada."}).encode()
        url = f"{self.origin}/api/v1/accounts/update_credentials"
        fields = {"Authorization": f"Bearer {token}"}
        asked = urllib.request.Request(url, data, fields, method="PATCH")  # noqa: S310 -- https, our own
        with urllib.request.urlopen(asked, context=self._tls, timeout=10) as answer:  # noqa: S310
            json.loads(answer.read())
        return name, token

    def door(self, token):
        """Threadleaf's door, with a short patience."""
        return Door(
            policy=Policy(allow=frozenset({("localhost", self.port)})),
            caps=Caps(first_byte=2.0, total=3.0),
            credentials={TOKEN: Credential(self.origin, f"Bearer {token}")},
            tls=self._tls,
        )

    def said(self, token):
        """What an account has posted, the oldest first."""
        me = self.call("accounts/verify_credentials", token, "GET")["id"]
        return self.call(f"accounts/{me}/statuses?limit=40", token, "GET")[::-1]


class Prompt(Mastodon):
    """The channel to a server that shows at once what was posted: a new bot need not wait for that."""

    shows = timedelta()


class Ended(BaseException):
    """The process ends here."""


class Site:
    """A site with a bot that has the account `robot` of the server. `loses`: the answer to its next post gets lost."""

    def __init__(self, server, robot, folder, **words):
        self.server, self.ahead, self.loses = server, timedelta(), False
        self.name, self.token = robot
        self.settings = Settings(data=str(folder), public_origin=ORIGIN, who_may_unroll="anyone", **words)
        self.store = open_store(folder / "site.sqlite3")
        self.door = server.door(self.token)
        self.start()

    def now(self):
        return datetime.now(UTC) + self.ahead

    def drive(self, steps):
        return drive(steps, door=self.door, clock=self.now, limits=Limits(seconds=30, pause=0.05))

    def ask(self, requests):
        replies = []

        def steps():
            replies.extend((yield tuple(requests)))
            return Conversation(network="file", anchor="", posts=())

        self.drive(steps())
        if self.loses and requests[0].method == "POST":
            self.loses = False
            return [Refused(kind="timeout", detail="There was no whole answer within 20 seconds.")]
        return replies

    def start(self, ends_at=""):
        """The process begins, to end at a mark."""

        def passes(mark):
            if mark == ends_at:
                raise Ended

        self.service = Threadleaf(self.store, self.drive, self.now, serving.renderer(self.settings))
        self.jobs = Jobs(self.service, self.settings, Board(), Here())
        self.jobs.start()
        self.channel = Prompt(self.server.origin)
        self.bot = self.worker(passes)

    def worker(self, passes=lambda _mark: None):
        """A bot on this database; there may be several."""
        channel, talk = Prompt(self.server.origin), talking(self.ask)
        return Bot(channel, self.service, self.jobs, talk, origin=ORIGIN, tongue=bots.tongue, crash=passes)

    @contextmanager
    def visited(self):
        """The site over HTTP, and a visitor who came by its address."""
        with (
            serving.bound("127.0.0.1", 0) as listening,
            serving.beside(serving.site(self.service, self.settings, self.jobs), listening),
            httpx2.Client(
                base_url=f"http://127.0.0.1:{listening.getsockname()[1]}",
                headers={"host": ORIGIN.removeprefix("https://")},
            ) as visitor,
        ):
            yield visitor

    def turns(self, number=3):
        for _ in range(number):
            self.ahead += timedelta(seconds=POLL)
            self.bot.turn()
            while self.service.unrolls.waiting():
                time.sleep(0.02)

    def said(self, visibility=""):
        """What the bot has posted: texts, of one visibility."""
        return [status for status in self.server.said(self.token) if visibility in ("", status["visibility"])]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mastodon-mock-bot")
    authority = Authority(folder)
    with started(folder, authority.certificate("mock", "localhost")) as port:
        yield Server(port, ssl.create_default_context(cafile=authority.file))


@pytest.fixture
def site(server, tmp_path):
    made = Site(server, server.robot(), tmp_path, modes={"fedi": "open"})
    yield made
    made.store.close()


@pytest.fixture
def ada(server):
    return server.person("ada")


@pytest.fixture
def eve(server):
    return server.person("eve")


@pytest.fixture
def kim(server):
    return server.person("kim")


def text(status):
    return re.sub(r"<[^>]+>", "", status["content"])


def test_one_answer_for_each_thread_and_the_authors_word_ends_it(server, site, ada, eve, kim):
    chain = server.thread(30, ada[1])
    called = server.post(f"@{site.name} unroll please", eve[1], chain[14])
    site.turns()

    (answer,) = site.said()
    assert (answer["in_reply_to_id"], answer["visibility"]) == (called["id"], "unlisted")
    path = f"/t/fedi/{server.host}/@{ada[0]}/{chain[0]['id']}"
    assert text(answer) == f"@{eve[0]} Here is the whole thread on one page: {ORIGIN}{path}"
    found = site.service.read(path)
    assert [post.text for post in found.thread.posts] == [f"Post {number}." for number in range(1, 31)]
    assert found.thread.completeness.state == "complete"

    again = server.post(f"@{site.name} Unroll!", kim[1], chain[3])
    server.post(f"@{site.name} I like how you unroll these, but this one I read here", kim[1], chain[3])
    server.post("unroll", kim[1], chain[3])
    site.turns()
    assert [status["id"] for status in site.said("unlisted")] == [answer["id"]]
    (note,) = site.said("direct")
    assert note["in_reply_to_id"] == again["id"]
    assert text(note) == f"@{kim[0]} This thread has been unrolled already: {ORIGIN}{path}"

    forms = [path + form for form in ("", ".txt", ".md", ".json", ".html", ".svg", ".png")]
    forms.append(f"/api/v1/threads/{path.removeprefix('/t/')}")
    with site.visited() as visitor:
        page = visitor.get(path)
        assert [page.text.count(f'id="{post["id"]}"') for post in chain] == [1] * 30
        assert {form: visitor.get(form).status_code for form in forms} == dict.fromkeys(forms, 200)
        wish = server.post(f"@{site.name} forget", ada[1], chain[0])
        site.turns()
        forms += [f"{path}.atom", f"{path}.feed.json"]  # before, it was in no list: then it has no feed
        assert {form: visitor.get(form).status_code for form in forms} == dict.fromkeys(forms, 410)
    assert site.said("unlisted") == []
    assert server.call(f"statuses/{wish['id']}/favourited_by", ada[1], "GET")[0]["username"] == site.name
    with pytest.raises(Gone):
        site.service.read(path)
    with pytest.raises(Gone):
        site.service.find(Ref("fedi", chain[7]["url"]))

    asked = server.post(f"@{site.name} unroll", eve[1], chain[9])
    site.turns()
    assert site.said("unlisted") == []
    (refusal,) = [status for status in site.said("direct") if status["in_reply_to_id"] == asked["id"]]
    assert text(refusal).startswith(f"@{eve[0]} ")


def test_two_who_ask_within_a_second_get_one_public_answer(server, site, ada, eve, kim):
    chain = server.thread(3, ada[1])
    calls = [server.post(f"@{site.name} unroll", who[1], chain[2]) for who in (eve, kim)]
    site.turns()
    (answer,), (note,) = site.said("unlisted"), site.said("direct")
    assert {answer["in_reply_to_id"], note["in_reply_to_id"]} == {call["id"] for call in calls}
    assert "language" not in calls[0] or answer["language"] == "en"


def test_of_two_workers_that_race_on_one_database_one_answers(server, site, ada, eve, kim):
    chains = [server.thread(3, ada[1]) for _ in range(2)]
    for who in (eve, kim):
        for chain in chains:
            server.post(f"@{site.name} unroll", who[1], chain[2])
    workers, faults = [site.worker(), site.worker()], []

    def work(bot):
        try:
            for _ in range(8):
                both.wait()
                bot.turn()
        except Exception as fault:  # noqa: BLE001 -- told below
            faults.append(fault)
            both.abort()

    def hurry():
        site.ahead += timedelta(minutes=1)

    both = Barrier(2, action=hurry, timeout=60)
    threads = [Thread(target=work, args=(bot,)) for bot in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    site.turns(6)
    assert faults == []
    assert [len(site.said("unlisted")), len(site.said("direct"))] == [2, 2]


def test_whoever_opts_out_is_left_alone_from_then_on(server, site, ada, eve):
    server.post(f"@{site.name} opt out", ada[1])
    site.turns()
    chain = server.thread(3, ada[1])
    server.post(f"@{site.name} unroll", eve[1], chain[2])
    site.turns()
    assert site.said("unlisted") == []
    with pytest.raises((Gone, NotFound)):
        site.service.read(f"/t/fedi/{server.host}/@{ada[0]}/{chain[0]['id']}")


def test_below_the_bots_answer_the_author_names_the_thread_with_it(server, site, ada, eve):
    chain = server.thread(3, ada[1])
    server.post(f"@{site.name} unroll", eve[1], chain[2])
    site.turns()
    (answer,) = site.said()
    server.post(f"@{site.name} forget", ada[1], answer)
    site.turns()
    assert site.said() == []


def test_by_default_threads_are_unrolled_for_their_own_authors_only(server, tmp_path, ada, eve):
    site = Site(server, server.robot(), tmp_path)
    chain = server.thread(3, ada[1])
    server.post(f"@{site.name} unroll", eve[1], chain[2])
    server.post(f"@{site.name} unroll", ada[1], chain[2])
    site.turns(6)
    said = [(status["visibility"], text(status).partition(" ")[0]) for status in site.said()]
    assert said == [("direct", f"@{eve[0]}"), ("unlisted", f"@{ada[0]}")]
    site.store.close()


def test_a_private_question_gets_a_private_answer(server, site, ada, eve):
    chain = server.thread(3, ada[1])
    server.post(f"@{site.name} unroll", eve[1], chain[2], visibility="direct")
    site.turns()
    assert [status["visibility"] for status in site.said()] == ["direct"]


@pytest.mark.parametrize("mark", ["stored", "asked", "reading", "written", "taken", "sent"])
def test_a_process_that_ends_anywhere_answers_once(server, site, ada, eve, mark):
    chain = server.thread(3, ada[1])
    server.post(f"@{site.name} unroll", eve[1], chain[2])
    site.start(mark)
    with pytest.raises(Ended):
        site.turns(6)
    site.start()
    site.ahead += HOLD
    site.turns(6)
    assert len(site.said()) == 1


@pytest.mark.parametrize(
    "effect",
    [
        {"type": "status", "status": 504},
        {"type": "status", "status": 500},
        {"type": "malformed"},
        {"type": "ratelimit", "headers": {"Retry-After": "60"}},
    ],
    ids=["504", "500", "malformed", "rate limit"],
)
def test_an_answer_that_a_fault_prevented_is_given_later(server, site, ada, eve, effect):
    chain = server.thread(3, ada[1])
    called = server.post(f"@{site.name} unroll", eve[1], chain[2])
    server.call("_mock/faults", match={"path": "/api/v1/statuses", "methods": ["POST"]}, effect=effect, count=1)
    site.turns()
    assert site.said() == []
    site.ahead += timedelta(minutes=5)
    site.turns()
    assert [status["in_reply_to_id"] for status in site.said()] == [called["id"]]


def test_an_answer_whose_fate_is_unknown_is_found_and_not_doubled(server, site, ada, eve):
    chain = server.thread(3, ada[1])
    server.post(f"@{site.name} unroll", eve[1], chain[2])
    site.loses = True
    site.turns()
    assert (len(site.said()), site.loses) == (1, False)
    site.ahead += timedelta(minutes=5)
    site.turns()
    assert len(site.said()) == 1
    assert not site.service.outbox.in_doubt("fedi", site.now() + timedelta(days=1), 9)


def test_check_says_what_is_wrong_with_the_account(server, tmp_path):
    accounts = {
        server.robot(): "",
        server.person("eve"): "is not marked as a bot",
        ("x", "y"): "does not accept the bot's token",
    }
    for robot, says in accounts.items():
        folder = tmp_path / robot[0]
        folder.mkdir()
        site = Site(server, robot, folder)
        found = talking(site.ask)(site.channel.check())
        assert says in "".join(found)
        assert bool(found) is bool(says)
        site.store.close()
