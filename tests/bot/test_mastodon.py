"""The bot on servers with Mastodon's API: what it hears, what it says, and how it finds out what became of that.

The server is `tests.support.homeserver`; forms that it does not have are lists of replies.
"""

import json
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.support.homeserver import START, HomeServer, times_out
from threadleaf.bot._mastodon_inbox import TRIES
from threadleaf.bot.mastodon import LONGEST_WARNING, SETTLES, TOKEN, Mastodon
from threadleaf.core.calls import anchor, read
from threadleaf.core.model import Ref
from threadleaf.wire import Answer, Refused

LINK = "https://threads.example/t/fedi/home.example/users/ada/statuses/1"
TEXT = f"Here is the whole thread on one page: {LINK}"


@pytest.fixture(params=[False, True], ids=["mastodon", "gotosocial"])
def home(request):
    return HomeServer(ulids=request.param)


@pytest.fixture
def bot(home):
    return Mastodon(home.origin)


def heard(home, bot, cursor=""):
    return home.talk(bot.mentions(cursor))


def mention(home, bot, text="@bot unroll", by="eve", visibility="public", **words):
    """What the bot hears of a call below a thread of three posts."""
    chain = home.thread("ada", 3)
    home.post(by, text, to=chain[1], visibility=visibility, **words)
    return heard(home, bot).mentions[-1]


def frozen(home, bot, deed="answer", text=TEXT, link=LINK, **words):
    return bot.compose(deed, mention(home, bot, **words), text, link, home.now)


def sent(home, bot, out):
    return home.talk(bot.send(out))


def found(home, bot, out):
    return home.talk(bot.find(out))


def kinds(home):
    return [
        (request.method, request.url.removeprefix(f"{home.origin}/api/").partition("?")[0]) for request in home.asked
    ]


# --- what it hears ---------------------------------------------------------------------------------------------


def test_a_mention_comes_with_what_it_answers(home, bot):
    chain = home.thread("ada", 3)
    number = home.post("eve", "@bot unroll", to=chain[1])
    (told,) = heard(home, bot).mentions
    assert (told.native, told.post.id) == (number, home.uri(number))
    assert (told.asker.id, told.asker.handle) == ("https://home.example/users/eve", "eve@home.example")
    assert (told.post.parent, told.post.parent_author) == (home.uri(chain[1]), "https://home.example/users/ada")
    assert told.conversation == home.uri(chain[0])
    assert (told.parent_is_ours, told.is_bot, told.seen_at) == (False, False, home.now)
    assert anchor(read(told.post), told.post, "fedi") == Ref("fedi", home.uri(chain[1]))
    assert all(request.credential == TOKEN for request in home.asked)


def test_a_mention_from_another_server_is_one_as_well(home, bot):
    chain = home.thread("ada", 2)
    number = home.post("zed@far.example", "@bot@home.example unroll", to=chain[0], visibility="unlisted")
    (told,) = heard(home, bot).mentions
    assert told.post.id == f"https://far.example/users/zed/statuses/{number}"
    assert (told.asker.handle, told.post.visibility) == ("zed@far.example", "unlisted")
    assert read(told.post).word == "unroll"


def test_the_bot_is_known_by_its_number_not_by_its_name(home, bot):
    chain = home.thread("ada", 2)
    home.post("eve", "@bot@far.example unroll", to=chain[0])  # somebody of the same name elsewhere
    number = home.post("eve", "@bot unroll", to=chain[0])
    home.notices.insert(0, {"id": "1", "type": "mention", "post": list(home.posts)[-2], "at": home.now})
    assert [told.native for told in heard(home, bot).mentions] == [number]


def test_what_the_bot_itself_says_and_other_notifications_are_none(home, bot):
    chain = home.thread("ada", 1)
    for kind, by in (("mention", "bot"), ("favourite", "eve")):
        number = home.post(by, "@bot unroll", to=chain[0], tells=False)
        home.notices.append(
            {"id": str(115_000_000_000_009_000 + len(home.notices)), "type": kind, "post": number, "at": home.now}
        )
    told = heard(home, bot)
    assert told.mentions == ()
    assert told.cursor.split()[-1] == home.notices[-1]["id"]


def test_bots_are_marked(home, bot):
    home.people["eve"] = {"bot": True}
    assert mention(home, bot).is_bot


def test_an_answer_to_the_bots_own_post_names_it(home, bot):
    chain = home.thread("ada", 1)
    ours = home.post("bot", "@eve there", to=chain[0])
    home.post("ada", "@bot forget", to=ours)
    (told,) = heard(home, bot).mentions
    assert told.parent_is_ours
    assert (told.parent_native, told.post.parent) == (ours, home.uri(ours))


def test_an_answer_to_oneself_below_the_bots_post_is_none_to_the_bot(home, bot):
    """Mastodon says of it that it answers the bot's account."""
    ours = home.post("bot", "there")
    first = home.post("eve", "Thank you.", to=ours)
    home.post("eve", "@bot unroll", to=first)
    assert not heard(home, bot).mentions[-1].parent_is_ours


def test_mentions_come_the_oldest_first_and_each_once(home, bot):
    first = home.post("eve", "@bot help")
    told = heard(home, bot)
    more = [home.post(name, "@bot help") for name in ("eve", "kim", "zed")]
    later = heard(home, bot, told.cursor)
    assert [entry.native for entry in told.mentions] == [first]
    assert [entry.native for entry in later.mentions] == more
    assert heard(home, bot, later.cursor) == replace(later, mentions=())


def test_days_of_outage_are_caught_up_with(home, bot):
    home.post("eve", "@bot help")
    cursor = heard(home, bot).cursor
    missed = [home.post("eve", "@bot opt out") for _ in range(450)]
    home.tick(days=3)
    caught = []
    while (told := heard(home, bot, cursor)).mentions:
        caught += [entry.native for entry in told.mentions]
        cursor = told.cursor
    assert caught == missed


def test_a_server_that_gives_short_pages_loses_nothing(home, bot):
    home.post("eve", "@bot help")
    cursor = heard(home, bot).cursor
    home.page = 3
    missed = [home.post("eve", "@bot help") for _ in range(10)]
    assert [entry.native for entry in heard(home, bot, cursor).mentions] == missed


def test_the_first_look_goes_back_thirty_days_for_wishes_and_one_for_calls(home, bot):
    chain = home.thread("ada", 1)
    home.post("eve", "@bot opt out")
    home.tick(days=31)
    home.post("eve", "@bot help", to=chain[0])
    wish = home.post("eve", "@bot opt out")
    home.tick(days=3)
    young = [home.post("eve", "@bot help") for _ in range(90)]
    told = [entry.native for entry in heard(home, bot).mentions]
    assert told[-91:] == [wish, *young]
    # The account, its server's limits, three pages; of what an old call answers nothing.
    assert len(home.asked) == 5


def test_a_first_look_into_an_empty_inbox_begins_anew(home, bot):
    assert heard(home, bot).cursor == ""
    home.post("eve", "@bot help")
    assert len(heard(home, bot).mentions) == 1


def test_a_first_look_keeps_nothing_of_a_listing_that_breaks_off(home, bot):
    for _ in range(60):
        home.post("eve", "@bot help")
    home.fault = lambda request: home.reply(502, b"bad gateway") if "max_id" in request.url else None
    told = heard(home, bot)
    assert (told.mentions, told.cursor) == ((), "")
    assert told.says == "The server answered 502."


def test_what_was_read_before_a_listing_broke_off_is_passed_on(home, bot):
    home.post("eve", "@bot help")
    cursor = heard(home, bot).cursor
    for _ in range(60):
        home.post("eve", "@bot help")
    pages = iter([None, home.reply(500, {"error": "boom"})])
    home.fault = lambda request: next(pages) if "/notifications" in request.url else None
    assert len(heard(home, bot, cursor).mentions) == 40


@pytest.mark.parametrize(
    ("reply", "says", "waits"),
    [
        (Refused(kind="rate", detail="The server asks us to wait.", until=START), "The server asks us to wait. Please try again after 09:00 UTC.", True),
        (Refused(kind="offline"), "The server could not be asked.", False),
        (Answer(status=401, body=b'{"error": "The access token was revoked"}', at=START), "The server answered 401: The access token was revoked.", False),
        (Answer(status=200, body=b"<html>", at=START), "The server answered 200.", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", ["/verify_credentials", "/notifications"])
def test_an_inbox_that_cannot_be_read_keeps_its_place(home, bot, reply, says, waits, where):
    home.fault = lambda request: reply if where in request.url else None
    told = heard(home, bot, "17")
    assert (told.mentions, told.cursor, told.says) == ((), "17", says)
    assert told.until == (START if waits else None)


def test_a_post_that_is_gone_by_now_is_passed_over(home, bot):
    gone = home.post("eve", "@bot help")
    notice = dict(home.notices[-1])
    kept = home.post("eve", "@bot help")
    home.delete(gone)
    home.notices.insert(0, notice)
    assert [told.native for told in heard(home, bot).mentions] == [kept]


# --- what is answered ------------------------------------------------------------------------------------------


def test_one_thread_below_which_many_ask_is_asked_for_once(home, bot):
    chain = home.thread("ada", 3)
    for name in ("eve", "kim", "zed"):
        home.post(name, "@bot unroll", to=chain[1])
    told = heard(home, bot).mentions
    assert {entry.post.parent for entry in told} == {home.uri(chain[1])}
    assert len([kind for kind in kinds(home) if kind[1].endswith("/context")]) == 1


def test_where_the_context_is_empty_or_too_large_the_post_itself_is_asked_for(home, bot):
    chain = home.thread("ada", 3)
    home.post("eve", "@bot unroll", to=chain[2])
    for reply in (home.reply(200, {"ancestors": [], "descendants": []}), Refused(kind="too-large")):
        home.fault = lambda request, reply=reply: reply if "/context" in request.url else None
        (told,) = heard(home, bot).mentions
        assert (told.post.parent, told.conversation) == (home.uri(chain[2]), home.uri(chain[2]))


def test_a_server_that_wants_to_be_left_alone_is_gone_on_with_later(home, bot):
    home.post("eve", "@bot help")
    home.post("eve", "Help, @bot", to=home.post("ada", "Moss."))
    home.post("kim", "@bot help")
    until = home.now + timedelta(minutes=5)
    home.fault = lambda request: Refused(kind="rate", until=until) if "/statuses/" in request.url else None
    told = heard(home, bot)
    assert [entry.notification for entry in told.mentions] == [home.notices[0]["id"]]
    assert (told.cursor, told.until) == (home.notices[0]["id"], until)
    home.fault = lambda request: None
    assert [entry.asker.handle[:3] for entry in heard(home, bot, told.cursor).mentions] == ["eve", "kim"]


def test_a_fault_at_one_post_does_not_stop_the_others(home, bot):
    home.post("eve", "@bot unroll", to=home.post("ada", "Moss."))
    home.post("kim", "@bot help")
    home.fault = lambda request: home.reply(500, {"error": "boom"}) if "/statuses/" in request.url else None
    told = heard(home, bot).mentions
    assert [entry.asker.handle[:3] for entry in told] == ["eve", "kim"]
    assert told[0].post.parent.startswith("https://home.example/web/statuses/")


def test_a_post_from_elsewhere_is_read_again_that_seems_to_answer_nothing(home, bot):
    """Its parent is fetched in the background, and until then the server does not say that there is one."""
    chain = home.thread("ada", 2)
    number = home.post("zed@far.example", "@bot@home.example unroll")

    def fetched(request):
        if request.wait:
            home.posts[number]["to"] = chain[1]

    home.fault = fetched
    (told,) = heard(home, bot).mentions
    assert told.post.parent == home.uri(chain[1])
    assert [request.wait for request in home.asked if request.wait] == [4.0]


def test_a_post_that_is_gone_when_it_is_read_again_stays_as_it_was(home, bot):
    home.post("zed@far.example", "@bot@home.example unroll")
    home.fault = lambda request: home.reply(404, {"error": "Record not found"}) if request.wait else None
    (told,) = heard(home, bot).mentions
    assert told.post.parent is None


def test_a_call_with_an_address_of_its_own_is_not_read_again(home, bot):
    home.post("zed@far.example", "@bot@home.example unroll https://moss.example/@ann/115000000000000001")
    (told,) = heard(home, bot).mentions
    assert anchor(read(told.post), told.post, "fedi") == Ref("fedi", "https://moss.example/@ann/115000000000000001")
    assert not any(request.wait for request in home.asked)


@pytest.mark.parametrize(
    "html",
    [
        "<p>@bot unroll</p>",
        "<p>@bot@home.example unroll</p>",
        '<p><a href="https://home.example/@bot">@bot</a> unroll</p>',
        '<p><a href="https://home.example/@bot">@<span>bot</span></a> @Ada unroll</p>',
    ],
)
def test_mentions_are_found_however_they_are_written(home, bot, html):
    chain = home.thread("ada", 2)
    number = home.post("eve", "@bot unroll @ada", to=chain[0], html=html)
    (told,) = heard(home, bot).mentions
    assert told.native == number
    assert read(told.post).word == "unroll"


def test_a_name_within_a_longer_one_is_no_mention(home, bot):
    home.post("eve", "@bot unroll", html="<p>@bots @bot.example unroll</p>")
    (told,) = heard(home, bot).mentions
    assert read(told.post) is None


def test_the_word_alone_is_no_call(home, bot):
    chain = home.thread("ada", 2)
    home.post("eve", "@bot I like how you unroll these, but this one I would rather read here", to=chain[0])
    (told,) = heard(home, bot).mentions
    assert read(told.post) is None


# --- what it says ----------------------------------------------------------------------------------------------


def body(out):
    return json.loads(out.body)


def test_an_answer_is_unlisted_and_names_the_asker_alone(home, bot):
    out = frozen(home, bot)
    assert body(out) == {
        "status": f"@eve {TEXT}",
        "in_reply_to_id": out.target,
        "visibility": "unlisted",
        "content_type": "text/plain",
    }
    assert (out.network, out.deed, out.at) == ("fedi", "answer", home.now)


def test_people_of_other_servers_are_called_in_full(home, bot):
    assert body(frozen(home, bot, by="zed@far.example"))["status"] == f"@zed@far.example {TEXT}"


@pytest.mark.parametrize(
    ("mentioned", "answered"),
    [
        ("public", "unlisted"),
        ("unlisted", "unlisted"),
        ("private", "direct"),
        ("direct", "direct"),
        ("local", "direct"),
    ],
)
def test_an_answer_is_for_nobody_who_could_not_read_the_question(home, bot, mentioned, answered):
    assert body(frozen(home, bot, visibility=mentioned))["visibility"] == answered


def test_a_note_is_direct(home, bot):
    assert body(frozen(home, bot, "note"))["visibility"] == "direct"
    assert home.talk(bot.has_private_channel(None))


def test_a_content_warning_is_repeated(home, bot):
    assert body(frozen(home, bot, spoiler_text="Spiders"))["spoiler_text"] == "Spiders"
    long = body(frozen(home, bot, spoiler_text="Very long " * 40))["spoiler_text"]
    assert len(long) <= LONGEST_WARNING
    assert long.endswith("…")


def test_nobody_else_is_tagged_by_the_words(home, bot):
    link = "https://threads.example/t/fedi/home.example/@ada/1"
    out = frozen(home, bot, text=f"By @ada and ada@home.example: {link}", link=link)
    assert body(out)["status"] == f"@eve By @\u2060ada and ada@home.example: {link}"


def test_what_is_too_long_is_cut_and_the_link_stays(home, bot):
    status = body(frozen(home, bot, text=f"{'Moss ' * 150}{LINK}"))["status"]
    assert status.endswith(f"Moss… {LINK}")
    assert 490 < len(status) - len(LINK) + 23 <= 500


def test_a_server_with_less_room_is_heeded(home, bot):
    limits = {"configuration": {"statuses": {"max_characters": 80, "characters_reserved_per_url": 30}}}
    home.fault = lambda request: home.reply(200, limits) if "/instance" in request.url else None
    status = body(frozen(home, bot))["status"]
    assert status == f"@eve Here is the whole thread on one page: {LINK}"
    limits["configuration"]["statuses"]["max_characters"] = 60
    status = body(frozen(home, Mastodon(home.origin)))["status"]
    assert status == f"@eve Here is the whole… {LINK}"


def test_before_the_server_was_asked_the_usual_limits_count(home, bot):
    told = mention(home, bot)
    assert (
        json.loads(Mastodon(home.origin).compose("answer", told, TEXT, LINK, home.now).body)["status"] == f"@eve {TEXT}"
    )


def test_each_deed_has_a_key_of_its_own_that_never_changes(home, bot):
    told = mention(home, bot)
    keys = {deed: bot.compose(deed, told, TEXT, LINK, home.now).key for deed in ("answer", "note", "like")}
    again = Mastodon(home.origin).compose("answer", told, "Something else.", "", START)
    assert len(set(keys.values())) == 3
    assert again.key == keys["answer"]
    assert again.key.isascii()


def test_who_the_bot_is_has_one_name(home, bot):
    assert bot.me == ""
    heard(home, bot)
    assert bot.me == "https://home.example/users/bot"


# --- what becomes of it ----------------------------------------------------------------------------------------


def test_an_answer_is_sent_once_and_known_by_its_number_and_address(home, bot):
    out = frozen(home, bot)
    done = sent(home, bot, out)
    number = list(home.posts)[-1]
    assert (done.fate, done.native, done.url) == ("done", number, home.uri(number))
    assert home.by_bot() == [(f"@eve {TEXT}", "unlisted", out.target)]
    assert home.asked[-1].once == out.key


@pytest.mark.parametrize("deed", ["answer", "note"])
@pytest.mark.parametrize("keys", [True, False], ids=["keys", "no keys"])
@pytest.mark.parametrize("hours", [0, 2, 30])
def test_a_second_try_never_doubles(home, bot, deed, keys, hours):
    """Whether the server knows keys, has forgotten this one, or the program has: a backup was restored."""
    out = frozen(home, bot, deed)
    home.keys = keys
    first = sent(home, bot, out)
    home.tick(hours=hours)
    assert sent(home, Mastodon(home.origin), out) == first
    assert len(home.by_bot()) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Refused(kind="timeout", detail="There was no whole answer within 20 seconds."),
        Refused(kind="network", detail="The connection broke."),
        Answer(status=504, body=b"<html>gateway time-out</html>", at=START),
        Answer(status=500, body=b'{"error": "boom"}', at=START),
        Answer(status=200, body=b'{"id": "9"}', at=START),
        Answer(status=200, body=b"{", at=START),
        Answer(status=422, body=b'{"error": "Validation failed"}', at=START),
        Answer(status=404, body=b"<html>not here</html>", at=START),
        Answer(status=403, body=b'{"error": "This action is not allowed"}', at=START),
    ],
)
@pytest.mark.parametrize("lag", [0, 60])
def test_an_answer_that_was_published_without_a_word_is_found(home, bot, reply, lag):
    out = frozen(home, bot)
    home.lag = lag
    home.after = lambda request, answer: reply if request.method == "POST" else None
    first = sent(home, bot, out)
    at_once = reply if isinstance(reply, Answer) and reply.status == 422 and not lag else None
    if at_once:
        assert first.fate == "done"
    elif not (lag and isinstance(reply, Answer) and reply.status == 422):
        assert first.fate == "unknown"
        assert first.until >= home.now + SETTLES - timedelta(seconds=1)
        home.now = first.until
        assert found(home, bot, out).fate == "done"
    assert len(home.by_bot()) == 1


def test_a_server_that_answers_500_to_a_second_try_is_not_asked_a_second_time(home, bot):
    """https://github.com/mastodon/mastodon/issues/40399"""
    out = frozen(home, bot)
    home.repeats = 500
    home.after = lambda request, answer: Refused(kind="timeout") if request.method == "POST" else None
    assert sent(home, bot, out).fate == "unknown"
    home.after = lambda request, answer: None
    assert sent(home, bot, out).fate == "done"
    assert [request.method for request in home.asked].count("POST") == 1


def test_what_was_not_published_is_known_not_to_be_there(home, bot):
    out = frozen(home, bot)
    home.fault = times_out
    assert sent(home, bot, out).fate == "unknown"
    home.fault = lambda request: None
    home.tick(minutes=2)
    assert found(home, bot, out).fate == "not-done"
    assert sent(home, bot, out).fate == "done"


def test_a_time_that_the_server_names_is_waited_for(home, bot):
    out = frozen(home, bot)
    until = home.now + timedelta(hours=1)
    home.fault = lambda request: Refused(kind="rate", until=until) if request.method == "POST" else None
    assert sent(home, bot, out).until == until


@pytest.mark.parametrize(
    "refused", [Refused(kind="limit"), Refused(kind="offline"), Refused(kind="door", code="DENY-ADDR")]
)
def test_what_never_left_us_may_be_tried_again(home, bot, refused):
    out = frozen(home, bot)
    home.fault = lambda request: refused if request.method == "POST" else None
    assert sent(home, bot, out).fate == "not-done"


def test_what_the_server_will_not_take_is_not_tried_again(home, bot):
    out = frozen(home, bot)
    refusal = home.reply(422, {"error": "Validation failed: Text is too long"})
    home.fault = lambda request: refusal if request.method == "POST" else None
    outcome = sent(home, bot, out)
    assert (outcome.fate, outcome.says) == ("refused", "The server answered 422: Validation failed: Text is too long.")


def test_a_refusal_is_not_believed_while_nothing_can_be_read(home, bot):
    out = frozen(home, bot)
    refusal, seen = home.reply(422, {"error": "Validation failed"}), []

    def fault(request):
        seen.append(request.method)
        return refusal if request.method == "POST" else home.reply(502, b"") if "POST" in seen else None

    home.fault = fault
    assert sent(home, bot, out).fate == "unknown"


@pytest.mark.parametrize("where", ["/context", "/accounts/id-bot", "/verify_credentials"])
def test_nothing_is_sent_while_nobody_can_say_whether_it_was(home, bot, where):
    out = frozen(home, bot)
    fresh = Mastodon(home.origin)
    home.fault = lambda request: home.reply(503, b"") if where in request.url else None
    for outcome, fate in ((sent(home, fresh, out), "not-done"), (found(home, fresh, out), "unknown")):
        assert (outcome.fate, outcome.says) == (fate, "The server answered 503.")
    assert home.by_bot() == []


def test_either_of_two_places_proves_that_it_was_sent(home, bot):
    out = frozen(home, bot)
    sent(home, bot, out)
    for where in ("/context", "/accounts/id-bot"):
        home.fault = lambda request, where=where: home.reply(503, b"") if where in request.url else None
        assert found(home, bot, out).fate == "done"


def test_the_answer_to_a_mention_that_is_gone_is_known_by_its_words(home, bot):
    out = frozen(home, bot)
    sent(home, bot, out)
    home.delete(out.target)
    assert found(home, bot, out).fate == "done"


def test_a_mention_that_is_gone_is_not_answered_any_more(home, bot):
    other, out = frozen(home, bot, by="kim"), frozen(home, bot)
    sent(home, bot, other)
    home.delete(other.target)  # what it was told says the same, to somebody else
    home.delete(out.target)
    assert sent(home, bot, out).fate == "refused"
    assert len(home.by_bot()) == 1


def test_own_posts_are_looked_through_as_far_as_the_deed_is_old(home, bot):
    old = [home.post("bot", "Good morning.") for _ in range(300)]
    home.tick(hours=5)
    out = frozen(home, bot)
    new = [home.post("bot", "Good evening.") for _ in range(50)]
    assert found(home, bot, out).fate == "not-done"
    assert len(old) + len(new) == 350
    assert [kind for kind in kinds(home) if "accounts/id-bot" in kind[1]] == [
        ("GET", "v1/accounts/id-bot/statuses")
    ] * 2


def test_a_bot_that_says_very_much_is_looked_through_as_far_as_is_decent(home, bot):
    out = frozen(home, bot)
    for _ in range(300):
        home.post("bot", "Good evening.")
    assert found(home, bot, out).fate == "not-done"
    assert len([kind for kind in kinds(home) if "accounts/id-bot" in kind[1]]) == 5


# --- likes and deletions ---------------------------------------------------------------------------------------


def test_a_like_may_be_given_twice(home, bot):
    out = frozen(home, bot, "like")
    assert found(home, bot, out).fate == "not-done"
    assert (sent(home, bot, out).fate, sent(home, bot, out).fate, found(home, bot, out).fate) == ("done",) * 3
    assert home.likes == {out.target}
    assert out.body == b""


def test_a_post_that_is_gone_cannot_be_liked(home, bot):
    out = frozen(home, bot, "like")
    home.delete(out.target)
    assert (sent(home, bot, out).fate, found(home, bot, out).fate) == ("refused", "refused")


def test_a_like_whose_answer_is_no_proof_is_looked_for(home, bot):
    out = frozen(home, bot, "like")
    home.after = lambda request, answer: home.reply(500, b"") if request.method == "POST" else None
    assert sent(home, bot, out).fate == "unknown"
    assert found(home, bot, out).fate == "done"
    untold = home.reply(200, {"id": out.target, "favourited": False})
    home.after = lambda request, answer: untold if request.method == "POST" else None
    assert sent(home, bot, out).fate == "unknown"


def deletion(home, bot):
    done = sent(home, bot, frozen(home, bot))
    out = bot.compose("answer", heard(home, bot).mentions[0], "", "", home.now)
    return replace(out, deed="delete", key=done.native, target=done.native, body=b"")


def test_an_answer_of_its_own_is_deleted(home, bot):
    out = deletion(home, bot)
    assert found(home, bot, out).fate == "not-done"
    assert sent(home, bot, out).fate == "done"
    assert home.by_bot() == []
    assert (sent(home, bot, out).fate, found(home, bot, out).fate) == ("done", "done")


def test_a_404_of_somebody_in_between_deletes_nothing(home, bot):
    out = deletion(home, bot)
    home.fault = lambda request: home.reply(404, b"<html>nginx</html>")
    assert (sent(home, bot, out).fate, found(home, bot, out).fate) == ("unknown", "unknown")


# --- what is wrong ---------------------------------------------------------------------------------------------


def wrong(home, bot):
    return home.talk(bot.check())


def test_nothing_is_wrong_with_a_proper_bot(home, bot):
    assert wrong(home, bot) == ()


def test_a_bot_must_be_marked_as_one(home, bot):
    home.people["bot"] = {"note": "<p>Run by Ada.</p>"}
    (sentence,) = wrong(home, bot)
    assert sentence.startswith("@bot@home.example is not marked as a bot. Tick “This is an automated account”")


@pytest.mark.parametrize(
    ("account", "says"),
    [
        ({"note": "<p></p>"}, "has no profile text"),
        ({"moved": {"id": "7"}}, "has moved to another account"),
        ({"limited": True}, "is limited by its server"),
        ({"suspended": True}, "is limited by its server"),
    ],
)
def test_what_is_wrong_with_the_account_is_said(home, bot, account, says):
    home.people["bot"] |= account
    (sentence,) = wrong(home, bot)
    assert says in sentence


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Answer(status=401, body=b'{"error": "The access token is invalid"}', at=START), "home.example does not accept the bot's token (The server answered 401: The access token is invalid). It may"),
        (Answer(status=404, body=b"<html>", at=START), "home.example does not answer as a server with Mastodon's API does."),
        (Answer(status=502, body=b"<html>", at=START), "home.example, the bot's server, cannot be used now. The server answered 502."),
        (Refused(kind="network", detail="There is no server of the name home.example."), "home.example, the bot's server, cannot be used now. There is no server of the name home.example."),
        (Refused(kind="rate", detail="The server asks us to wait.", until=START), "cannot be used now. The server asks us to wait. Please try again after 09:00 UTC."),
    ],
)  # fmt: skip
def test_a_server_or_token_that_does_not_work_is_told_in_a_sentence(home, bot, reply, says):
    home.fault = lambda request: reply
    (sentence,) = wrong(home, bot)
    assert says in sentence


def test_a_token_that_may_not_read_is_told(home, bot):
    denied = home.reply(403, {"error": "This action is outside the authorized scopes"})
    home.fault = lambda request: denied if "/notifications" in request.url else None
    (sentence,) = wrong(home, bot)
    assert sentence.startswith(
        "The bot cannot read notifications (read:notifications) at home.example. The server answered 403"
    )


@pytest.mark.parametrize(
    ("scopes", "lacks"), [(["read"], 2), ("read write:statuses", 1), (["write:statuses", "write:favourites"], 0)]
)
def test_a_token_that_may_not_write_is_told_where_the_server_says_so(scopes, lacks):
    home = HomeServer()
    home.scopes = scopes
    assert len(wrong(home, Mastodon(home.origin))) == lacks


def test_what_somebody_else_answers_to_the_call_is_not_the_bots(home, bot):
    out = frozen(home, bot)
    home.post("kim", TEXT, to=out.target)
    assert found(home, bot, out).fate == "not-done"


def looks(home, bot, cursor=""):
    """Everything that is heard until there is no more, and how many looks it took."""
    found, number = [], 0
    while True:
        told = heard(home, bot, cursor)
        found, cursor, number = [*found, *told.mentions], told.cursor, number + 1
        if not told.more:
            return [entry.native for entry in found], cursor, number


def test_a_long_first_listing_is_read_in_several_looks(home, bot):
    called = [home.post("eve", "@bot help") for _ in range(450)]
    first = heard(home, bot)
    assert (first.mentions, first.more) == ((), True)  # it looks for the beginning
    found, cursor, number = looks(home, bot)
    assert (found, number) == (called, 6)
    assert looks(home, bot, cursor) == ([], cursor, 1)


def test_a_first_look_that_finds_nothing_further_back_begins_anew(home, bot):
    called = [home.post("eve", "@bot help") for _ in range(210)]
    first = heard(home, bot)
    home.notices = home.notices[-5:]
    assert looks(home, bot, first.cursor)[0] == called[-5:]


def test_a_first_look_that_is_refused_midway_is_begun_anew(home, bot):
    for _ in range(60):
        home.post("eve", "@bot help")
    home.fault = lambda request: Refused(kind="rate", until=START) if "max_id" in request.url else None
    told = heard(home, bot)
    assert (told.mentions, told.cursor, told.until) == ((), "", START)


def test_a_long_listing_is_gone_on_with_at_once(home, bot):
    home.post("eve", "@bot help")
    cursor = heard(home, bot).cursor
    called = [home.post("eve", "@bot help") for _ in range(250)]
    told = heard(home, bot, cursor)
    assert (len(told.mentions), told.more) == (200, True)
    assert looks(home, bot, cursor)[0] == called


def test_what_is_shown_later_than_what_came_after_it_is_heard(home, bot):
    for _ in range(5):
        home.post("eve", "@bot help")
    late = home.notices.pop(-2)
    told = heard(home, bot)
    assert len(told.mentions) == 4
    home.notices.insert(-1, late)
    home.post("eve", "@bot help")
    found, cursor, _ = looks(home, bot, told.cursor)
    assert found == [late["post"], home.notices[-1]["post"]]
    assert looks(home, bot, cursor)[0] == []


def test_a_mention_of_somebody_without_a_page_does_no_harm(home, bot):
    nobody = [{"id": "id-bot", "acct": "bot", "username": "bot", "url": None}]
    home.post("eve", "@bot unroll", html="<p>@bot unroll</p>", mentions=nobody)
    (told,) = heard(home, bot).mentions
    assert read(told.post) is None


def test_how_it_is_called_is_known_once_its_account_was_looked_at(home, bot):
    assert bot.handle == ""
    home.talk(bot.check())
    assert bot.handle == "bot@home.example"


def test_a_server_that_always_shows_the_newest_is_read_to_its_end(home, bot):
    called = [home.post("eve", "@bot help") for _ in range(60)]
    ignoring = home.answer
    home.answer = lambda request: ignoring(replace(request, url=request.url.replace("max_id", "ignored")))
    assert looks(home, bot)[0] == called[20:]


def test_a_post_that_never_comes_does_not_keep_those_behind_it_waiting_for_ever(home, bot):
    home.post("eve", "@bot unroll", to=home.post("ada", "Moss."))
    home.post("kim", "@bot help")
    home.fault = lambda request: Refused(kind="timeout") if "/statuses/" in request.url else None
    for _ in range(TRIES - 1):
        assert heard(home, bot).mentions == ()
    assert [(told.asker.handle[:3], told.post.parent_author) for told in heard(home, bot).mentions] == [
        ("eve", None),
        ("kim", None),
    ]


def test_a_server_that_wants_to_be_left_alone_is_waited_for_however_often(home, bot):
    home.post("eve", "@bot unroll", to=home.post("ada", "Moss."))
    home.fault = lambda request: Refused(kind="rate") if "/statuses/" in request.url else None
    assert all(heard(home, bot).mentions == () for _ in range(2 * TRIES))
