"""The bot on X: what it hears, what it says, and how it finds out what became of that. X is `threadleaf.fakes.x`."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from msgspec.structs import replace

from threadleaf.bot._x_session import Grant
from threadleaf.bot.network import Outgoing
from threadleaf.bot.session import Tokens
from threadleaf.bot.x import SETTLES, TOKEN, X
from threadleaf.core.calls import anchor, read
from threadleaf.core.model import Ref
from threadleaf.fakes.x import XNetwork
from threadleaf.wire import Answer, Refused, Scope

API = "https://api.x.example"
START = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)
LINK = "https://threads.example/t/x/1"
TEXT = f"Here is the whole thread on one page: {LINK}"


class World:
    """The fake, asked without a socket as the account `bot`. `fault` may reply instead, `after` once X did something."""

    def __init__(self):
        self.now = START
        self.x = XNetwork(lambda: self.now)
        self.bot = self.x.person("bot", bio="A bot that unrolls threads, run by @ada.")
        self.asked = []
        self.fault = lambda request: None
        self.after = lambda request, reply: None

    def post(self, name, text, to=None, **words):
        self.now += timedelta(seconds=1)
        return self.x.post(name, text, to=to, **words)

    def thread(self, name, length):
        chain = []
        for number in range(1, length + 1):
            chain.append(self.post(name, f"Post {number}.", to=chain[-1] if chain else None))
        return chain

    def talk(self, asking):
        try:
            wanted = next(asking)
            while True:
                wanted = asking.send(tuple(map(self.answer, wanted)))
        except StopIteration as end:
            return end.value

    def answer(self, request):
        assert request.credential == TOKEN or "oauth2" in request.url
        assert request.url.startswith(f"{API}/2/")
        self.asked.append(request)
        early = self.fault(request)
        if early is not None:
            return early
        url = urlsplit(request.url)
        fields = {"authorization": f"Bearer {self.x.token_of('bot')}"}
        given = self.x.handle(request.method, url.path, dict(parse_qsl(url.query)), fields, request.body)
        reply = Answer(status=given.status, body=given.body, at=self.now)
        if given.status == 429:
            reply = Refused(kind="rate", detail="The server asks us to wait.", until=self.now + timedelta(minutes=15))
        return self.after(request, reply) or reply

    def reply(self, status, **words):
        return Answer(status=status, body=json.dumps(words).encode(), at=self.now)

    def by_bot(self):
        return [
            (tweet.raw, dict(tweet.references)["replied_to"])
            for tweet in self.x.tweets.values()
            if tweet.author == self.bot
        ]


@pytest.fixture
def world():
    return World()


@pytest.fixture
def bot():
    return X(Scope(x_api=API), operator="@ada", is_labelled=True)


def heard(world, bot, cursor=""):
    return world.talk(bot.mentions(cursor))


def mention(world, bot, text="@bot unroll", by="eve"):
    chain = world.thread("ann", 3)
    world.post(by, text, to=chain[1])
    return heard(world, bot).mentions[-1]


def frozen(world, bot, deed="answer", text=TEXT, link=LINK, by="eve"):
    return bot.compose(deed, mention(world, bot, by=by), text, link, world.now)


def sent(world, bot, out):
    return world.talk(bot.send(out))


def found(world, bot, out):
    return world.talk(bot.find(out))


# --- what it hears ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["tweet", "post", "both"])
def test_a_mention_is_read_in_either_vocabulary(world, words):
    world.x.words = words
    chain = world.thread("ann", 3)
    name = world.post("eve", "@bot unroll please", to=chain[1])
    (told,) = heard(world, X(Scope(x_api=API))).mentions
    assert (told.native, told.notification, told.conversation) == (name, name, chain[0])
    assert (told.asker.handle, told.asker.id) == ("eve", world.x.called("eve").id)
    assert (told.post.parent, told.post.parent_author) == (chain[1], world.x.called("ann").id)
    assert (told.parent_is_ours, told.is_bot, told.seen_at) == (False, False, world.now)
    assert anchor(read(told.post), told.post, "x") == Ref("x", chain[1])
    assert told.others == (world.x.called("ann").id,)


def test_the_vocabulary_that_is_understood_is_asked_in_from_then_on(world, bot):
    world.x.words = "post"
    mention(world, bot)
    heard(world, bot, "1")
    spoken = ["post.fields" in request.url for request in world.asked if "/mentions" in request.url]
    assert spoken == [False, True, True]


def test_a_request_that_is_refused_in_both_vocabularies_is_told(world, bot):
    world.fault = lambda request: (
        world.reply(400, title="Invalid Request", detail="One or more.") if "/mentions" in request.url else None
    )
    told = heard(world, bot, "17")
    assert (told.mentions, told.cursor, told.says) == ((), "17", "The server answered 400: One or more.")


def test_below_an_answer_of_the_bot_its_name_in_front_is_enough(world, bot):
    world.now += timedelta(minutes=1)
    ours = world.post("bot", "Here it is.", to=world.post("ann", "Moss."))
    world.post("ann", "forget", to=ours)
    (told,) = heard(world, bot).mentions
    assert (told.parent_is_ours, told.parent_native, read(told.post).word) == (True, ours, "forget")


def test_all_pages_are_read_the_oldest_first_and_each_mention_once(world, bot):
    world.post("eve", "@bot help")
    cursor = heard(world, bot).cursor
    names = [world.post("eve", f"@bot help {number}") for number in range(250)]
    told = heard(world, bot, cursor)
    assert [entry.native for entry in told.mentions] == [cursor, *names]
    assert told.cursor == names[-1]
    world.now += timedelta(minutes=3)
    late = world.post("eve", "@bot help", at=world.now - timedelta(minutes=4))
    assert late in [entry.native for entry in heard(world, bot, told.cursor).mentions]


def test_the_first_look_goes_back_thirty_days(world, bot):
    world.post("eve", "@bot help")
    world.now += timedelta(days=31)
    young = world.post("kim", "@bot help")
    assert [entry.native for entry in heard(world, bot).mentions] == [young]
    assert heard(World(), X(Scope(x_api=API))).cursor == ""


def test_a_page_that_is_refused_leaves_the_place_as_it_was(world, bot):
    for number in range(150):
        world.post("eve", f"@bot help {number}")
    until = world.now + timedelta(minutes=9)
    world.fault = lambda request: Refused(kind="rate", until=until) if "pagination_token" in request.url else None
    told = heard(world, bot)
    assert (len(told.mentions), told.cursor, told.until) == (100, "", until)
    world.fault = lambda request: None
    assert len(heard(world, bot).mentions) == 150


def test_who_the_bot_is_must_be_known_first(world, bot):
    world.fault = lambda request: world.reply(401, title="Unauthorized", detail="Unauthorized")
    told = heard(world, bot, "5")
    assert (told.cursor, told.says, bot.me) == ("5", "The server answered 401: Unauthorized.", "")
    out = Outgoing(network="x", deed="answer", key="k", target="5", body=b"{}", at=START)
    assert (sent(world, bot, out).fate, found(world, bot, out).fate) == ("not-done", "unknown")


def test_the_posts_of_a_protected_account_are_not_for_everybody(world, bot):
    told = {
        "data": [{"id": "1000", "author_id": "7", "text": "@bot unroll", "entities": {"mentions": [{"start": 0, "username": "bot", "id": world.bot}, {"start": 1, "username": "kim", "id": "9"}]}}, {"id": "x"}],
        "includes": {"users": [{"id": "7", "username": "eve", "protected": True}]},
        "meta": {},
    }  # fmt: skip
    world.fault = lambda request: world.reply(200, **told) if "/mentions" in request.url else None
    (entry,) = heard(world, bot).mentions
    assert (entry.post.visibility, entry.others, entry.conversation) == ("private", ("9",), "1000")
    told["includes"] = {}
    (entry,) = heard(world, bot).mentions
    assert (entry.asker.id, entry.asker.handle) == ("7", "")
    assert json.loads(bot.compose("answer", entry, TEXT, LINK, START).body)["text"] == TEXT


# --- what it says ----------------------------------------------------------------------------------------------


def test_a_reply_is_to_the_asker_and_tags_nobody_else(world, bot):
    out = frozen(world, bot)
    assert json.loads(out.body) == {
        "text": f"@eve {TEXT}",
        "reply": {"in_reply_to_tweet_id": out.target, "exclude_reply_user_ids": [world.x.called("ann").id]},
    }
    assert not world.talk(bot.has_private_channel(None))


def test_what_is_too_long_is_cut_and_the_link_stays(world, bot):
    out = frozen(world, bot, text=f"{'Moos '.replace('oo', 'öö') * 80}{LINK}")
    text = json.loads(out.body)["text"]
    assert text.endswith(f"Möös… {LINK}")
    out = bot.compose("answer", mention(world, bot), f"{'苔' * 200}: {LINK}", LINK, START)
    text = json.loads(out.body)["text"]
    assert (text.count("苔"), text[-len(LINK) - 2 :]) == (124, f"… {LINK}")


def test_the_key_depends_on_deed_and_mention_alone(world, bot):
    told = mention(world, bot)
    one, two = (bot.compose("answer", told, text, "", at) for text, at in (("a", START), ("b", world.now)))
    assert one.key == two.key != bot.compose("note", told, "a", "", START).key


# --- what becomes of it ----------------------------------------------------------------------------------------


def test_a_reply_is_sent_once(world, bot):
    out = frozen(world, bot)
    done = sent(world, bot, out)
    assert world.by_bot() == [(f"@eve {TEXT}", out.target)]
    assert (done.fate, done.url) == ("done", f"https://x.com/i/status/{done.native}")
    assert sent(world, X(Scope(x_api=API)), out) == done
    assert len(world.by_bot()) == 1


@pytest.mark.parametrize("words", ["tweet", "post"])
@pytest.mark.parametrize(
    "reply",
    [
        Refused(kind="timeout", detail="There was no whole answer within 20 seconds."),
        Answer(status=503, body=b"{}", at=START),
        Answer(status=201, body=b"{", at=START),
        Answer(
            status=403, body=b'{"detail": "You are not allowed to create a Tweet with duplicate content."}', at=START
        ),
        Answer(status=403, body=b'{"detail": "You are not permitted to perform this action."}', at=START),
    ],
)
def test_a_reply_that_was_published_without_a_word_is_found(world, bot, reply, words):
    world.x.words = words
    out = frozen(world, bot)
    world.after = lambda request, answer: reply if request.method == "POST" else None
    first = sent(world, bot, out)
    assert (first.fate, first.until) == ("unknown", world.now + SETTLES)
    assert found(world, bot, out).fate == "done"
    assert len(world.by_bot()) == 1


def test_what_was_not_published_is_known_not_to_be_there(world, bot):
    out = frozen(world, bot)
    world.fault = lambda request: Refused(kind="timeout") if request.method == "POST" else None
    assert sent(world, bot, out).fate == "unknown"
    world.fault = lambda request: None
    assert (found(world, bot, out).fate, sent(world, bot, out).fate) == ("not-done", "done")


@pytest.mark.parametrize("reply", [Refused(kind="timeout"), Answer(status=200, body=b"[]", at=START)])
def test_nothing_is_sent_while_the_own_posts_cannot_be_read(world, bot, reply):
    out = frozen(world, bot)
    world.fault = lambda request: reply if "/tweets" in request.url and request.method == "GET" else None
    assert (sent(world, bot, out).fate, found(world, bot, out).fate) == ("not-done", "unknown")
    assert world.by_bot() == []


def test_a_reply_is_looked_for_among_many(world, bot):
    out = frozen(world, bot)
    sent(world, bot, out)
    for number in range(240):
        world.post("bot", f"Good morning {number}.")
    assert found(world, bot, out).fate == "done"


def test_a_bot_that_says_too_much_is_held(world, bot):
    out = frozen(world, bot)
    for number in range(801):
        world.post("bot", f"Good morning {number}.")
    outcome = found(world, bot, out)
    assert (outcome.fate, "so much" in outcome.says) == ("unknown", True)


def test_who_did_not_call_the_bot_is_not_answered(world, bot):
    out = replace(frozen(world, bot), target=world.post("kim", "Nobody called."))
    body = {"text": "Here.", "reply": {"in_reply_to_tweet_id": out.target}}
    outcome = sent(world, bot, replace(out, body=json.dumps(body).encode()))
    assert outcome.fate == "refused"
    assert (
        outcome.says
        == "The server answered 403: You may only reply to posts that mention you or quote one of your posts."
    )


def test_a_refusal_is_not_believed_while_nothing_can_be_read(world, bot):
    out = frozen(world, bot)
    world.x.delete(out.target)

    def fault(request):
        posted = any(earlier.method == "POST" for earlier in world.asked[:-1])
        return world.reply(503) if posted else None

    world.fault = fault
    assert sent(world, bot, out).fate == "unknown"


def test_a_refusal_of_what_was_published_is_no_refusal(world, bot):
    out = frozen(world, bot)
    refusal = world.reply(400, title="Invalid Request", detail="One or more parameters.")
    world.after = lambda request, answer: refusal if request.method == "POST" else None
    assert sent(world, bot, out).fate == "done"


def test_a_mention_that_is_gone_is_not_answered_any_more(world, bot):
    out = frozen(world, bot)
    world.x.delete(out.target)
    assert sent(world, bot, out).fate == "refused"


def test_what_never_left_us_may_be_tried_again(world, bot):
    out = frozen(world, bot)
    world.fault = lambda request: (
        Refused(kind="limit", detail="The budget is spent.") if request.method == "POST" else None
    )
    outcome = sent(world, bot, out)
    assert (outcome.fate, outcome.says) == ("not-done", "The budget is spent.")


def test_a_time_that_x_names_is_waited_for(world, bot):
    out = frozen(world, bot)
    world.x.limits["create"] = 0
    assert sent(world, bot, out).until == world.now + timedelta(minutes=15)


@pytest.mark.parametrize("deed", ["like", "note"])
def test_there_are_no_likes_and_no_notes(world, bot, deed):
    out = frozen(world, bot, deed)
    world.asked.clear()
    assert (sent(world, bot, out).fate, found(world, bot, out).fate) == ("refused", "not-done")
    assert world.asked == []


def deletion(world, bot):
    out = frozen(world, bot)
    done = sent(world, bot, out)
    return replace(out, deed="delete", key=done.native, target=done.native, body=b"")


def test_an_answer_of_its_own_is_deleted(world, bot):
    out = deletion(world, bot)
    assert found(world, bot, out).fate == "not-done"
    assert sent(world, bot, out).fate == "done"
    assert world.by_bot() == []
    assert (sent(world, bot, out).fate, found(world, bot, out).fate) == ("done", "done")


@pytest.mark.parametrize(
    "body",
    [{}, {"errors": [{"resource_id": "5", "type": "https://api.twitter.com/2/problems/resource-not-found"}]}],
)
def test_only_an_error_about_the_very_post_says_that_it_is_gone(world, bot, body):
    out = deletion(world, bot)
    world.fault = lambda request: world.reply(200, **body)
    assert (sent(world, bot, out).fate, found(world, bot, out).fate) == ("unknown", "unknown")
    world.fault = lambda request: Refused(kind="timeout")
    assert (sent(world, bot, out).fate, found(world, bot, out).fate) == ("unknown", "unknown")


# --- what is wrong ---------------------------------------------------------------------------------------------


def wrong(world, bot):
    return world.talk(bot.check())


def test_nothing_is_wrong_with_a_proper_bot(world, bot):
    assert wrong(world, bot) == ()


def test_what_x_demands_of_bots_is_checked(world):
    world.x.people[world.bot].bio = "Run by @adam."
    world.x.people[world.bot].protected = True
    sentences = wrong(world, X(Scope(x_api=API), operator="ada"))
    assert len(sentences) == 3
    assert "does not say who runs it. Write there that it is a bot, run by @ada" in sentences[0]
    assert "needs X's label “Automated”" in sentences[1]
    assert "are protected" in sentences[2]
    assert wrong(world, X(Scope(x_api=API), is_labelled=True))[0].startswith("Nobody is named who answers for the bot")


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Answer(status=401, body=b'{"title": "Unauthorized", "detail": "Unauthorized"}', at=START), "X does not accept the bot's token (The server answered 401: Unauthorized). It may have expired"),
        (Answer(status=403, body=b'{"errors": [{"detail": "Application-Only is forbidden."}]}', at=START), "X does not accept the bot's token (The server answered 403: Application-Only is forbidden)."),
        (Refused(kind="rate", detail="The server asks us to wait.", until=START), "X cannot be used now. The server asks us to wait. Please try again after 09:00 UTC."),
        (Answer(status=200, body=b"<html>", at=START), "X cannot be used now. The server answered 200."),
    ],
)  # fmt: skip
def test_a_token_that_does_not_work_is_told_in_a_sentence(world, bot, reply, says):
    world.fault = lambda request: reply
    (sentence,) = wrong(world, bot)
    assert says in sentence


# --- tokens ----------------------------------------------------------------------------------------------------


class Kept:
    """Tokens in memory; what X knows of them is in the world."""

    def __init__(self):
        self.tokens = None

    def keep(self, tokens):
        self.tokens = tokens


def granted(kept, access="old", refresh="once"):
    return X(Scope(x_api=API), operator="ada", is_labelled=True, grant=Grant(API, access, refresh, "client", kept))


def renewing(world, kept, good):
    """X takes the tokens in `good`, and gives a new one for a refresh token; `renewals` is how often."""
    renewals = []

    def fault(request):
        if request.url.endswith("/2/oauth2/token"):
            assert (request.credential, request.sends) == ("", "application/x-www-form-urlencoded")
            renewals.append(dict(parse_qsl(request.body.decode())))
            good.append(f"new{len(renewals)}")
            return world.reply(200, access_token=good[-1], refresh_token=f"next{len(renewals)}", expires_in=7200)
        return None if kept.tokens.access in good else world.reply(401, title="Unauthorized", detail="Unauthorized")

    world.fault = fault
    return renewals


def test_a_token_that_is_over_is_changed_and_the_new_one_kept(world):
    kept, good = Kept(), []
    renewals = renewing(world, kept, good)
    assert heard(world, granted(kept)).says == ""
    assert renewals == [{"grant_type": "refresh_token", "refresh_token": "once", "client_id": "client"}]
    assert (kept.tokens.access, kept.tokens.refresh) == ("new1", "next1")
    good.clear()
    assert heard(world, granted(kept), "1").says == ""
    assert renewals[1]["refresh_token"] == "next1"


def test_new_tokens_of_the_operator_replace_the_old_ones(world):
    kept, good = Kept(), ["old", "mine"]
    renewing(world, kept, good)
    heard(world, granted(kept))
    heard(world, granted(kept, "mine", "again"))
    assert (kept.tokens.access, kept.tokens.refresh) == ("mine", "again")


def test_what_another_process_got_is_good_for_this_one(world):
    kept, good = Kept(), ["old", "theirs"]
    renewals = renewing(world, kept, good)
    bot = granted(kept)
    heard(world, bot)
    good.remove("old")
    inner = world.fault

    def fault(request):
        reply = inner(request)
        kept.tokens = Tokens(did=kept.tokens.did, server=API, access="theirs", refresh="x")
        return reply

    world.fault = fault
    assert heard(world, bot, "1").says == ""
    assert renewals == []


def test_a_write_is_not_asked_for_again_with_the_new_token(world, bot):
    out = frozen(world, bot)
    kept, good = Kept(), ["old"]
    renewals = renewing(world, kept, good)
    inner = world.fault
    refused = world.reply(401, title="Unauthorized", detail="Unauthorized")
    world.fault = lambda request: refused if request.url.endswith("/2/tweets") and not renewals else inner(request)
    bot = granted(kept)
    assert sent(world, bot, out).fate == "unknown"
    assert len(renewals) == 1
    assert (found(world, bot, out).fate, sent(world, bot, out).fate) == ("not-done", "done")


@pytest.mark.parametrize("answer", [(400, {"error": "invalid_request"}), (200, {"access_token": "a"})])
def test_a_token_that_cannot_be_renewed_is_told(world, answer):
    status, body = answer
    world.fault = lambda request: (
        world.reply(status, **body) if "oauth2" in request.url else world.reply(401, detail="Unauthorized")
    )
    (sentence,) = wrong(world, granted(Kept()))
    assert sentence.startswith("X does not accept the bot's token")


def test_the_newest_mentions_are_all_that_x_lists(world, bot):
    for number in range(850):
        world.post("eve", f"@bot help {number}")
    assert len(heard(world, bot, "1").mentions) == 800


def test_how_it_is_called_is_known_once_its_account_was_looked_at(world, bot):
    assert bot.handle == ""
    world.talk(bot.check())
    assert bot.handle == "bot"
