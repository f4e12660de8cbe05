"""Sending e-mail through the operator's own server, as the settings name it. One connection for each message."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import Literal
from urllib.parse import urlsplit

from threadleaf.config import Settings, is_loopback

PATIENCE = 20.0
"""Seconds that the server may take for a step."""

_POLICY = SMTP.clone(max_line_length=998)  # RFC 5322 §2.1.1: an address within a header is not folded or encoded

Sent = Literal["sent", "refused", "later"]
"""The server took it · it will never take anything for this address · it did not, this time."""


class Mailer:
    """Sends what is given to it. `clock` gives the time; `context` says whose certificates are believed."""

    def __init__(
        self, settings: Settings, clock: Callable[[], datetime], context: ssl.SSLContext | None = None
    ) -> None:
        self._settings, self._clock = settings, clock
        self._context = context or ssl.create_default_context()
        self._server = urlsplit(settings.smtp)
        self.host = urlsplit(settings.public_origin).netloc

    def message(self, to: str, subject: str, text: str, end: str = "") -> EmailMessage:
        """A message. `end` is where the recipient ends what it belongs to, at one click (RFC 2369, RFC 8058)."""
        made = EmailMessage(_POLICY)
        made["From"] = f"Threadleaf <{self._settings.mail_from}>"
        made["To"] = to
        made["Subject"] = subject
        made["Date"] = format_datetime(self._clock())
        made["Message-ID"] = make_msgid(domain=self.host.partition(":")[0])
        made["Auto-Submitted"] = "auto-generated"
        if end:
            made["List-Unsubscribe"] = f"<{end}>"
            made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        made.set_content(text)
        return made

    def send(self, message: EmailMessage) -> Sent:
        """Hand a message over. Raises OSError and smtplib.SMTPException if the server itself cannot be used."""
        with self._connected() as server:
            self._introduced(server)
            try:
                server.send_message(message)
            except smtplib.SMTPRecipientsRefused as refused:
                ((code, _),) = refused.recipients.values()
                return "refused" if code >= 500 else "later"
        return "sent"

    def _connected(self) -> smtplib.SMTP:
        host, port = self._server.hostname or "", self._server.port
        if self._server.scheme == "smtps":
            return smtplib.SMTP_SSL(host, port or 465, timeout=PATIENCE, context=self._context)
        return smtplib.SMTP(host, port or 587, timeout=PATIENCE)

    def _introduced(self, server: smtplib.SMTP) -> None:
        """Make sure that nothing goes over a network in the clear, and say who we are."""
        if self._server.scheme == "smtp" and not is_loopback(self._server.hostname or ""):
            server.starttls(context=self._context)
        if self._settings.smtp_user:
            server.login(self._settings.smtp_user, self._settings.smtp_password)
