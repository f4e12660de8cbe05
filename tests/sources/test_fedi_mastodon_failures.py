"""What a person is told when the post at a pasted address of the fediverse cannot be read: what is wrong, and what to do."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.sources.test_fedi_mastodon_ways import one_server, seen
from tests.support.fediverse import HOST, START
from threadleaf.core.errors import NotFound, NotNow, Refused, UnknownAddress
from threadleaf.wire import NO_NAME, Answer, Scope
from threadleaf.wire import Refused as Refusal

ADDRESS = f"https://{HOST}/@ann/12345"


def told(kind, refuse, url=ADDRESS, scope=Scope()):  # noqa: B008 -- frozen
    """The error of a reading in which some requests are answered by `refuse`."""
    world, server = one_server()
    server.post("ann")
    world.refuse = refuse
    with pytest.raises(kind) as caught:
        seen(world, url, scope)
    return caught.value


def refused(**words):
    return lambda request: Refusal(**words)


def answer(status, body=b"", media_type="", path="/api/v1/statuses/"):
    """An answer of the server's API, or of any other place of it."""

    def refuse(request):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        asked = path in request.url
        return Answer(status=status, body=data, at=START, url=request.url, media_type=media_type) if asked else None

    return refuse


# --- addresses that are not opened -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "says", "sentence"),
    [
        ("nope.invalid", "nope.invalid is not the name of a public server.", None),
        (
            "192.0.2.7",
            "Servers are opened by their name, not by an IP address.",
            "192.0.2.7 cannot be read. Servers are opened by their name, not by an IP address.",
        ),
        ("one.example:8443", "Port 8443 is not opened.", "one.example:8443 cannot be read. Port 8443 is not opened."),
        ("one.example", "", "one.example cannot be read."),
    ],
)
def test_a_place_that_the_door_does_not_open_is_a_wrong_address(host, says, sentence):
    error = told(UnknownAddress, refused(kind="door", detail=says, code="DENY-NAME"), f"https://{host}/@ann/12345")
    assert (error.sentence, error.subject, error.kind) == (sentence or says, host, "wrong-use")


def test_a_secure_connection_that_fails_says_nothing_about_the_address():
    says = "The secure connection to one.example failed: certificate has expired."
    error = told(NotNow, refused(kind="door", detail=says, code="ABORT"))
    assert error.sentence == f"{HOST} could not be read. {says} Please try again later."


def test_a_secret_that_the_operator_did_not_set_says_nothing_about_the_address():
    def refuse(request):
        return (
            Refusal(kind="door", detail="No secret is set for “home”.")
            if request.credential
            else Refusal(kind="network")
        )

    error = told(NotNow, refuse, scope=Scope(home=f"https://{HOST}"))
    assert error.sentence == f"{HOST} could not be read. Please try again later."


def test_what_another_server_did_is_not_told_of_this_one():
    def refuse(request):
        down = request.url.startswith(f"https://{HOST}/")
        return Refusal(kind="network", detail="No connection could be made." if down else "home.example is away.")

    error = told(NotNow, refuse, scope=Scope(home="https://home.example"))
    assert error.sentence == f"{HOST} could not be read. No connection could be made."


# --- faults and limits -----------------------------------------------------------------------------------------


def test_a_name_that_nobody_has_is_told_with_what_to_do():
    says = f"There is no server of the name {HOST}. Check the address."
    error = told(UnknownAddress, refused(kind="network", detail=says, code=NO_NAME))
    assert error.sentence == says


def test_that_no_name_can_be_looked_up_now_says_nothing_of_the_address():
    says = f"The name {HOST} could not be looked up; perhaps there is no network."
    error = told(NotNow, refused(kind="network", detail=says))
    assert error.sentence == f"{HOST} could not be read. {says}"


@pytest.mark.parametrize(
    ("until", "time"),
    [
        (datetime(2026, 5, 3, 9, 5, tzinfo=UTC), "09:05"),
        (datetime(2026, 5, 3, 9, 5, 1, tzinfo=UTC), "09:06"),
        (datetime(2026, 5, 3, 1, 5, tzinfo=timezone(timedelta(hours=2))), "23:05"),
    ],
)
def test_a_server_that_wants_to_be_left_alone_says_until_when(until, time):
    error = told(NotNow, refused(kind="rate", detail="The server asks us to wait.", until=until))
    assert error.sentence == (
        f"{HOST} could not be read. The server asks us to wait. Please try again after {time} UTC."
    )


@pytest.mark.parametrize("kind", ["rate", "timeout", "limit"])
def test_whatever_takes_too_long_may_go_later(kind):
    error = told(NotNow, refused(kind=kind, detail="It takes too long."))
    assert error.sentence == f"{HOST} could not be read. It takes too long. Please try again later."


@pytest.mark.parametrize("body", [b'{"error": "truncated', b"{not json", b""])
def test_json_that_is_damaged_is_a_fault_whatever_the_software(body):
    error = told(NotNow, answer(200, body, "application/json"))
    assert error.sentence == f"{HOST} could not be read: what it answered is damaged. Please try again later."


@pytest.mark.parametrize(("software", "kind"), [("mastodon", NotNow), ("pleroma", NotNow), ("other", NotFound)])
def test_a_page_in_place_of_a_post_is_a_fault_where_the_software_has_that_api(software, kind):
    world, server = one_server()
    server.software = software
    world.refuse = answer(200, b"<html>", "text/html")
    with pytest.raises(kind, match=HOST):
        seen(world, ADDRESS)


def test_what_its_server_does_not_have_is_told_with_what_to_do():
    error = told(NotFound, answer(404, {"error": "Record not found"}, "application/json"))
    assert error.sentence == (
        f"{HOST} has no such post that is public. Check the address, or try another post of the thread."
    )


# --- what is not for strangers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("other", [404, 410])
def test_where_strangers_are_shown_nothing_that_another_way_is_missing_does_not_say_that_the_post_is(status, other):
    def refuse(request):
        api = answer(status, {"error": "This method requires an authenticated user"})(request)
        return api or answer(other, {"error": "Not Found"}, path="/")(request)

    error = told(Refused, refuse)
    assert error.sentence.startswith(f"{HOST} shows its posts only to people who are logged in there")
    assert error.code == "login"


def test_a_server_that_wants_a_signature_is_named():
    error = told(Refused, answer(401, {"error": "Unauthorized"}, path="/"))
    assert error.sentence.startswith(f"{HOST} answers signed requests only.")
    assert error.code == "signature"


@pytest.mark.parametrize("path", ["/api/v1/statuses/", "/"])
def test_what_may_not_be_shown_for_legal_reasons_is_told_so(path):
    error = told(Refused, answer(451, {"error": "Unavailable"}, path=path))
    assert error.sentence == f"{HOST} may not show this post here for legal reasons, so it cannot be read here."
    assert (error.code, error.subject) == ("legal", HOST)


def test_legal_reasons_are_told_although_another_way_does_not_answer():
    def refuse(request):
        return answer(451, {"error": "Unavailable"})(request) or Refusal(kind="network", detail="Away.")

    assert told(Refused, refuse).code == "legal"
