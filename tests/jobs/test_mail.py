"""Handing a message to the operator's server."""

import smtplib
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fetch.certificates import Authority
from tests.store.build import NOON
from tests.support.mail import Post, post_office
from threadleaf.config import Settings
from threadleaf.jobs.mail import Mailer

END = "https://threads.example.org/follow/" + "t" * 60 + "/end?all"


def mailer(server: str, context: ssl.SSLContext | None = None, **more: str) -> Mailer:
    settings = Settings(
        public_origin="https://threads.example.org", smtp=server, mail_from="threads@example.org", **more
    )
    return Mailer(settings, lambda: NOON, context)


@pytest.fixture
def post() -> Iterator[Post]:
    with post_office() as office:
        yield office


def test_a_message_arrives_as_it_was_made_in_any_script(post: Post) -> None:
    sender = mailer(f"smtp://127.0.0.1:{post.port}")
    assert sender.send(sender.message("ann@example.org", "Мельница 水車", "Текст\n.\nطاحونة\n", END)) == "sent"
    (message,) = post.taken
    assert message["subject"] == "Мельница 水車"
    assert message["list-unsubscribe"] == f"<{END}>"
    assert post.texts == ["Текст\n.\nطاحونة\n"]


def test_a_message_that_begins_nothing_has_no_way_out(post: Post) -> None:
    sender = mailer(f"smtp://127.0.0.1:{post.port}")
    sender.send(sender.message("ann@example.org", "Question", "Text\n"))
    assert "list-unsubscribe" not in post.taken[0]


@pytest.mark.parametrize(("answer", "outcome"), [("550 No such user", "refused"), ("450 Busy", "later")])
def test_the_server_says_whether_it_is_worth_trying_again(post: Post, answer: str, outcome: str) -> None:
    post.answer = answer
    sender = mailer(f"smtp://127.0.0.1:{post.port}")
    assert sender.send(sender.message("ann@example.org", "Subject", "Text\n")) == outcome


def test_what_others_wrote_makes_no_header() -> None:
    sender = mailer("smtp://127.0.0.1:1")
    with pytest.raises(ValueError, match="linefeed"):
        sender.message("ann@example.org", "Subject\nBcc: ben@example.org", "Text\n")


def test_the_account_is_used_where_there_is_one(post: Post) -> None:
    sender = mailer(f"smtp://127.0.0.1:{post.port}", smtp_user="ann", smtp_password="secret")
    with pytest.raises(smtplib.SMTPException):  # this server has no such account
        sender.send(sender.message("ann@example.org", "Subject", "Text\n"))


def test_an_encrypted_server_must_prove_who_it_is(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(authority.certificate("server", "localhost"))
    believed = ssl.create_default_context(cafile=str(authority.file))
    with post_office(own) as post:
        sender = mailer(f"smtps://localhost:{post.port}", believed)
        assert sender.send(sender.message("ann@example.org", "Subject", "Text\n")) == "sent"
        stranger = mailer(f"smtps://localhost:{post.port}")
        with pytest.raises(ssl.SSLCertVerificationError):
            stranger.send(stranger.message("ann@example.org", "Subject", "Text\n"))
    assert len(post.taken) == 1


def test_a_server_elsewhere_is_spoken_to_only_encrypted(post: Post) -> None:
    """A server that is not this machine's own, and that offers no encryption, is given nothing."""
    sender = mailer(f"smtp://127.1:{post.port}")  # the same machine, in a spelling that is not known as such
    with pytest.raises(smtplib.SMTPNotSupportedError):
        sender.send(sender.message("ann@example.org", "Subject", "Text\n"))
    assert post.taken == []
