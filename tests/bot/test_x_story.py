"""The bot on X, as one runs it by the settings, against the fake over a socket: from the mention to the answer."""

import os
import time
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from threadleaf.bot.loop import POLL
from threadleaf.cli import bots
from threadleaf.cli.edge import Edge
from threadleaf.config import Settings
from threadleaf.core.errors import Gone
from threadleaf.core.model import Ref
from threadleaf.fakes.x import APP_TOKEN, XNetwork, now, serving
from threadleaf.jobs import Board, Jobs
from threadleaf.jobs.here import Here

ORIGIN = "https://threads.example.org"
TEXT = f"Here is the whole thread on one page: {ORIGIN}"


class Site:
    """A site with the bot `leaf` on a network `x` that is reached at `origin`."""

    def __init__(self, x, origin, settings, service):
        self.x, self.origin, self.service, self.ahead = x, origin, service, timedelta()
        service._clock = lambda: now() + self.ahead
        self.jobs = Jobs(service, settings, Board(), Here())
        self.jobs.start()
        (self.bot,) = bots.bots(Edge(os.environ), settings, service, self.jobs)

    def turns(self, number=3):
        said = ""
        for _ in range(number):
            self.ahead += timedelta(seconds=POLL)
            said = self.bot.turn().says or said
            while self.service.unrolls.waiting():
                time.sleep(0.02)
        return said

    def said(self):
        """The bot's posts, the oldest first: what they say, and what they answer."""
        leaf = self.x.called("leaf").id
        mine = sorted(
            (tweet for tweet in self.x.tweets.values() if tweet.author == leaf), key=lambda tweet: int(tweet.id)
        )
        return [(tweet.raw, dict(tweet.references)["replied_to"]) for tweet in mine]


@pytest.fixture
def x():
    made = XNetwork(now)
    made.person("leaf", bio="A bot that unrolls threads, run by @ada.")
    made.owner = "leaf"
    return made


@pytest.fixture
def site(x, tmp_path):
    with serving(x) as origin:
        settings = Settings(
            data=str(tmp_path),
            public_origin=ORIGIN,
            who_may_unroll="anyone",
            who_may_read_x="summoned",
            x_api=origin,
            x_token=APP_TOKEN,
            x_bot_token=x.token_of("leaf"),
            x_bot_operator="ada",
            x_bot_labelled=True,
            allow_loopback=(urlsplit(origin).netloc,),
        )
        with Edge(os.environ).service(settings) as service:
            made = Site(x, origin, settings, service)
            made.turns(10)  # a new bot waits for two minutes until X shows all that an earlier one may have said
            yield made


def test_each_asker_gets_one_reply_and_the_authors_word_ends_it(x, site):
    chain = x.thread("ann", [f"{number}/ A long story." for number in range(1, 13)], at=now() - timedelta(hours=1))
    called = x.post("eve", "@leaf unroll please", to=chain[5])
    assert site.turns() == ""
    path = f"/t/x/{chain[0]}"
    assert site.said() == [(f"@eve {TEXT}{path}", called)]
    assert [post.id for post in site.service.read(path).thread.posts] == chain

    again = x.post("kim", "@leaf unroll", to=chain[2])
    x.post("kim", "@leaf I would not unroll this one, it is short enough", to=chain[2])
    x.post("kim", "unroll", to=chain[2])
    site.turns()
    assert site.said()[1:] == [(f"@kim This thread has been unrolled already: {ORIGIN}{path}", again)]

    x.post("ann", "@leaf forget", to=chain[0])
    site.turns()
    assert [text for text, _ in site.said() if "whole thread" in text] == []
    with pytest.raises(Gone):
        site.service.read(path)
    with pytest.raises(Gone):
        site.service.find(Ref("x", chain[7]))

    x.post("eve", "@leaf unroll", to=chain[1])
    before = len(site.said())
    site.turns()
    assert len(site.said()) == before


def test_below_the_bots_reply_the_author_need_not_name_the_thread(x, site):
    chain = x.thread("ann", ["One.", "Two."])
    x.post("eve", "@leaf unroll", to=chain[1])
    site.turns()
    (ours,) = [tweet.id for tweet in x.tweets.values() if tweet.author == x.called("leaf").id]
    x.post("ann", "forget", to=ours)
    site.turns()
    assert site.said() == []


def test_what_the_bot_reads_and_says_is_paid_for(x, site):
    chain = x.thread("ann", ["One.", "Two."])
    x.post("eve", "@leaf unroll", to=chain[1])
    site.turns()
    budget = site.service.purse.budget()
    assert budget.day_spent > 10_000  # a reply, and what was read for it
    assert budget.held == 0


def test_a_budget_that_is_spent_keeps_the_bot_quiet(x, site, tmp_path):
    site.bot.stop()
    settings = Settings(
        data=str(tmp_path),
        public_origin=ORIGIN,
        who_may_unroll="anyone",
        who_may_read_x="summoned",
        x_api=site.origin,
        x_token=APP_TOKEN,
        x_bot_token=x.token_of("leaf"),
        x_budget_day=0.0,
        allow_loopback=(urlsplit(site.origin).netloc,),
    )
    with Edge(os.environ).service(settings) as service:
        poor = Site(x, site.origin, settings, service)
        chain = x.thread("ann", ["One.", "Two."])
        x.post("eve", "@leaf unroll", to=chain[1])
        assert "What reading X may cost in a day is spent here." in poor.turns()
        assert poor.said() == []
