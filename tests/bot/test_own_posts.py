"""The bot's own public posts as each network lists them, and where an answer is open to it."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.bot.conftest import Kept
from tests.bot.test_x import World
from tests.support.homeserver import HomeServer
from tests.support.pds import BOT, HANDLE, PASSWORD, Pds
from threadleaf.bot import _mastodon_found
from threadleaf.bot.bluesky import Bluesky
from threadleaf.bot.mastodon import Mastodon
from threadleaf.bot.network import Mention
from threadleaf.bot.talk import talking
from threadleaf.bot.x import X
from threadleaf.core.aturi import int_to_tid
from threadleaf.core.model import Author, Post, Ref
from threadleaf.wire import Answer, Refused, Scope

LINK = "https://threads.example/t/x/1"
NOW = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NO = Refused(kind="rate", detail="Wait.", until=NOW + DAY)


class Sky:
    """A server of Bluesky with a bot's account."""

    def __init__(self):
        self.pds, self.kept = Pds(lambda: NOW), Kept()
        self.channel = Bluesky(HANDLE, PASSWORD, Scope(), self.kept)
        self.talk = talking(self.pds.ask)

    def post(self, ago, link=LINK, **more):
        """A post of the bot whose name and time are so old; its URI."""
        at = NOW - ago
        uri = f"at://{BOT}/app.bsky.feed.post/{int_to_tid(int(at.timestamp() * 1_000_000) << 10)}"
        facet = {"features": [{"$type": "app.bsky.richtext.facet#link", "uri": link}]}
        self.pds.records[uri] = {"text": link, "facets": [facet], "createdAt": at.isoformat()} | more
        return uri

    def own(self, since=NOW - 30 * DAY, place=""):
        return self.talk(self.channel.own(since, place))

    def opens(self, who="ann", asker="bob", **more):
        native = f"at://did:plc:{asker}/app.bsky.feed.post/3kcall"
        told = {"network": "bsky", "notification": "n", "native": native, "seen_at": NOW} | more
        mention = Mention(
            post=Post(id=native, author="", text=""), asker=Author(id=f"did:plc:{asker}", network="bsky"), **told
        )
        ref = Ref("bsky", f"at://did:plc:{who}/app.bsky.feed.post/3kroot")
        return self.talk(self.channel.may_answer(mention, ref, f"did:plc:{who}" if who else ""))


@pytest.fixture
def sky():
    return Sky()


# --- Bluesky -------------------------------------------------------------------------------------------------------


def test_on_bluesky_the_repository_is_read_newest_first(sky):
    old, new = sky.post(2 * DAY), sky.post(DAY, "https://elsewhere.example")
    sky.pds.records[f"at://{BOT}/app.bsky.feed.post/self"] = {"text": "No time in its name, and none in it."}
    recalled = sky.own()
    assert [(own.native, own.links) for own in recalled.posts] == [
        (f"at://{BOT}/app.bsky.feed.post/self", ()),
        (new, ("https://elsewhere.example",)),
        (old, (LINK,)),
    ]
    assert recalled.posts[2].url == f"https://bsky.app/profile/{BOT}/post/{old.rpartition('/')[2]}"
    assert [own.at for own in recalled.posts] == [NOW, NOW - DAY, NOW - 2 * DAY]
    assert (recalled.place, recalled.says) == ("", "")


def test_on_bluesky_a_name_may_be_older_than_what_it_stands_for(sky):
    for number in range(250):
        sky.post(timedelta(hours=number))
    assert len(sky.own(NOW - timedelta(hours=20)).posts) == 100
    assert len(sky.own(NOW - timedelta(hours=50)).posts) == 200


def test_on_bluesky_a_long_listing_is_gone_on_with(sky, monkeypatch):
    monkeypatch.setattr("threadleaf.bot.bluesky.PAGES", 1)
    for number in range(101):
        sky.post(timedelta(hours=number))
    first = sky.own()
    assert (len(first.posts), bool(first.place)) == (100, True)
    assert len(sky.own(place=first.place).posts) == 1


def test_on_bluesky_it_is_said_what_stands_in_the_way(sky):
    sky.pds.refuse = lambda method: NO if method == "listRecords" else None
    assert (sky.own().says, sky.own().until) == ("Wait. Please try again after 09:00 UTC.", NOW + DAY)
    sky.pds.refuse = lambda method: sky.pds.says({"records": "none"}) if method == "listRecords" else None
    assert sky.own().says == "The server answered 200."
    sky.kept.tokens = None
    sky.pds.refuse = lambda method: NO if method == "createSession" else None
    assert "did not let" in sky.own().says


def test_on_bluesky_an_answer_is_open_where_nobody_is_blocked_and_no_gate_is_closed(sky):
    assert sky.opens() is True
    assert sky.opens("") is True
    sky.pds.blocks = {("did:plc:ann", "did:plc:carol")}
    assert sky.opens() is True
    sky.pds.blocks = {("did:plc:ann", "did:plc:ann")}
    assert sky.opens(asker="ann") is True, "she asks herself"


@pytest.mark.parametrize("blocked", ["did:plc:bob", BOT])
def test_on_bluesky_whom_the_author_blocks_is_not_answered(sky, blocked):
    sky.pds.blocks = {("did:plc:ann", blocked)}
    assert sky.opens() is False


def test_on_bluesky_whoever_blocks_the_bot_is_not_answered(sky):
    sky.pds.blocks = {("did:plc:bob", BOT)}
    assert sky.opens() is False


def test_on_bluesky_a_closed_thread_is_not_answered(sky):
    root = "at://did:plc:dan/app.bsky.feed.post/3kfirst"
    sky.pds.closed = {root}
    assert sky.opens() is True
    assert sky.opens(root_native=root) is False


@pytest.mark.parametrize("method", ["getPosts", "getRelationships"])
def test_on_bluesky_nothing_is_assumed_that_could_not_be_read(sky, method):
    sky.pds.refuse = lambda asked: NO if asked == method else None
    assert sky.opens() is None


def test_on_bluesky_a_service_that_knows_no_blocks_stands_in_nobodys_way(sky):
    sky.pds.refuse = lambda method: Answer(status=501, body=b"", at=NOW) if method == "getRelationships" else None
    assert sky.opens() is True
    sky.pds.refuse = lambda method: Answer(status=501, body=b"", at=NOW) if method == "getPosts" else None
    assert sky.opens() is None


def test_on_bluesky_without_a_session_nothing_is_known(sky):
    sky.pds.refuse = lambda method: NO if method == "createSession" else None
    assert sky.opens() is None


# --- Mastodon ------------------------------------------------------------------------------------------------------


@pytest.fixture(params=[False, True], ids=["mastodon", "gotosocial"])
def home(request):
    return HomeServer(ulids=request.param)


def bot_of(home):
    return Mastodon(home.origin)


def test_on_mastodon_what_everybody_can_read_is_listed(home):
    asked = home.post("eve", "@bot unroll")
    said = home.post("bot", f"@eve Here: {LINK}", to=asked, visibility="unlisted")
    home.post("bot", f"@eve Alone: {LINK}", to=asked, visibility="direct")
    recalled = home.talk(bot_of(home).own(home.now - DAY, ""))
    ((own),) = recalled.posts
    assert (own.native, own.url, own.links, own.at) == (said, home.uri(said), (LINK,), home.posts[said]["at"])
    assert recalled.place == ""


def test_on_mastodon_what_is_older_is_left_alone(home):
    for number in range(50):
        home.post("bot", f"Old {number}", visibility="public")
    home.tick(days=3)
    home.post("bot", f"New {LINK}", visibility="public")
    recalled = home.talk(bot_of(home).own(home.now - DAY, ""))
    assert len(recalled.posts) == 40, "one page"
    assert home.talk(bot_of(home).own(home.now - 9 * DAY, "")).posts[50:] != ()


def test_on_mastodon_a_long_listing_is_gone_on_with(home, monkeypatch):
    monkeypatch.setattr(_mastodon_found, "PAGES", 1)
    for number in range(41):
        home.post("bot", f"Post {number}", visibility="public")
    first = home.talk(bot_of(home).own(home.now - DAY, ""))
    assert (len(first.posts), bool(first.place)) == (40, True)
    rest = home.talk(bot_of(home).own(home.now - DAY, first.place))
    assert len(rest.posts) == 1
    last = home.talk(bot_of(home).own(home.now - DAY, rest.place or first.place))
    assert last.place == ""


def test_on_mastodon_an_account_without_posts_has_none(home):
    assert home.talk(bot_of(home).own(home.now - DAY, "")).posts == ()


def test_on_mastodon_it_is_said_what_stands_in_the_way(home):
    home.fault = lambda request: NO if request.url.endswith("verify_credentials") else None
    assert home.talk(bot_of(home).own(home.now, "")).says == "Wait. Please try again after 09:00 UTC."
    home.fault = lambda request: home.reply(500, {"error": "boom"}) if "statuses?" in request.url else None
    assert home.talk(bot_of(home).own(home.now, "")).says.startswith("The server answered 500")


# --- X -------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["tweet", "post"])
def world(request):
    world = World()
    world.x.words = request.param
    return world


def bot_on_x():
    return X(Scope(x_api="https://api.x.example"), operator="ada", is_labelled=True)


def test_on_x_only_what_was_posted_since_is_listed_and_paid_for(world):
    world.post("bot", f"Old: {LINK}")
    world.now += DAY
    since = world.now
    name = world.post("bot", f"@eve Here: {LINK}")
    before = world.x.bill.total
    recalled = world.talk(bot_on_x().own(since, ""))
    ((own),) = recalled.posts
    assert (own.native, own.links, own.url) == (name, (LINK,), f"https://x.com/i/status/{name}")
    assert own.at == world.x.tweets[name].at
    assert recalled.place == ""
    assert world.x.bill.total > before


def test_on_x_a_long_listing_is_gone_on_with(world, monkeypatch):
    monkeypatch.setattr("threadleaf.bot.x.PAGES", 1)
    for number in range(11):
        world.post("bot", f"Post {number}")
    bot = bot_on_x()
    first = world.talk(bot.own(world.now - DAY, ""))
    assert (len(first.posts), bool(first.place)) == (10, True)
    assert len(world.talk(bot.own(world.now - DAY, first.place)).posts) == 1


def test_on_x_it_is_said_what_stands_in_the_way(world):
    world.fault = lambda request: NO if request.url.partition("?")[0].endswith("/me") else None
    assert "Wait." in world.talk(bot_on_x().own(world.now, "")).says
    world.fault = lambda request: NO if "/tweets?" in request.url else None
    assert "Wait." in world.talk(bot_on_x().own(world.now, "")).says
