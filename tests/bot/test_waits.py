"""A limit of an hour, a token that is over, an app that was revoked: the bot waits, says why, and goes on when it can."""

from datetime import timedelta
from threading import Event

import pytest

from tests.proof.lives import Fedi, OnX
from tests.support.pds import BOT, PASSWORD
from threadleaf.bot.session import Tokens
from threadleaf.fakes.x import Response
from threadleaf.wire import Refused

SIGNED_IN = Tokens(did=BOT, server="https://pds.example", access="access", refresh="refresh")


@pytest.fixture
def fedi(tmp_path):
    life = Fedi(tmp_path / "site.sqlite3")
    yield life
    life.close()


@pytest.fixture
def on_x(tmp_path):
    life = OnX(tmp_path / "site.sqlite3")
    yield life
    life.close()


def test_a_limit_of_an_hour_is_waited_for(fedi):
    called = fedi.call("eve")
    until = fedi.clock() + timedelta(hours=1)
    limit = Refused(kind="rate", detail="The server asks us to wait.", until=until)
    fedi.server.fault = lambda request: limit if fedi.clock() < until else None
    assert fedi.bot.turn().says == "The server asks us to wait. Please try again after 11:01 UTC."
    asked = len(fedi.server.asked)
    fedi.later(minutes=30)
    assert fedi.bot.turn().says != ""
    assert len(fedi.server.asked) == asked  # it is left alone
    fedi.later(minutes=31)
    fedi.through()
    assert fedi.published() == [called]


def test_a_token_that_is_refused_for_hours_loses_nothing(fedi):
    called = fedi.call("eve")
    revoked = fedi.server.reply(401, {"error": "The access token was revoked"})
    fedi.server.fault = lambda request: revoked
    for _ in range(5):
        says = fedi.bot.turn().says
        fedi.later(hours=1)
    assert says == "The server answered 401: The access token was revoked."
    assert fedi.published() == []
    fedi.server.fault = lambda request: None
    fedi.through()
    assert fedi.published() == [called]


def test_a_token_that_is_refused_between_hearing_and_answering_loses_nothing(fedi):
    called = fedi.call("eve")
    revoked = fedi.server.reply(401, {"error": "The access token was revoked"})
    fedi.server.fault = lambda request: revoked if request.method == "POST" else None
    for _ in range(4):
        fedi.later(minutes=10)
        fedi.bot.turn()
        while fedi.service.unrolls.waiting():
            Event().wait(0.002)
    assert fedi.published() == []
    fedi.server.fault = lambda request: None
    fedi.later(hours=1)
    fedi.through()
    assert fedi.published() == [called]


def test_a_limit_of_an_hour_on_bluesky_is_waited_for(lives):
    life = lives()
    called = life.pds.mention("bob", "unroll", to=life.uri())
    until = life.clock() + timedelta(hours=1)
    limit = Refused(kind="rate", detail="The server asks us to wait.", until=until)
    life.pds.refuse = lambda method: limit if life.clock() < until else None
    life.kept.keep(SIGNED_IN)
    assert life.bot.turn().says == "The server asks us to wait. Please try again after 14:00 UTC."
    asked = len(life.pds.asked)
    life.later(minutes=30)
    assert life.bot.turn().says != ""
    assert life.pds.asked[asked:].count("listNotifications") == 0
    life.later(minutes=31)
    life.through()
    assert len(life.pds.answers(called)) == 1


def test_an_app_password_that_was_revoked_loses_nothing_on_bluesky(lives):
    life = lives()
    called = life.pds.mention("bob", "unroll", to=life.uri())
    life.pds.revoke()
    life.kept.keep(SIGNED_IN)
    for _ in range(5):
        says = life.bot.turn().says
        life.later(hours=1)
    assert says.startswith("Bluesky refused the app password of bot.example.")
    assert life.pds.answers() == []
    life.pds.password = PASSWORD
    life.through()
    assert len(life.pds.answers(called)) == 1


def test_an_app_that_x_refuses_for_hours_loses_nothing(on_x):
    called = on_x.call("eve")
    refusal = b'{"title": "Client Forbidden", "detail": "This app was suspended.", "status": 403}'
    on_x.x.before = lambda method, path: Response(403, refusal)
    for _ in range(3):
        says = on_x.bot.turn().says
        on_x.later(hours=1)
    assert says == "The server answered 403: This app was suspended."
    on_x.x.before = lambda method, path: None
    on_x.through()
    assert on_x.published() == [called]
