"""A server for e-mail on this machine, which remembers what it is given."""

from __future__ import annotations

import asyncio
import email
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.smtp import SMTP


class Post:
    """What the server has taken. `answer` is what it says to recipients; empty: welcome."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.answer = ""
        self.port = 0

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 -- aiosmtpd’s own name
        if self.answer:
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd’s own name
        self.taken.append(cast("EmailMessage", email.message_from_bytes(envelope.content, policy=default)))
        return "250 OK"

    @property
    def texts(self) -> list[str]:
        return [message.get_content().replace("\r\n", "\n") for message in self.taken]


@contextmanager
def post_office(encrypted: ssl.SSLContext | None = None) -> Iterator[Post]:
    """A server that runs while the block does; `encrypted` has its certificate, if it has one."""
    post, ready, over = Post(), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        server = await loop.create_server(lambda: SMTP(post, loop=loop), "127.0.0.1", 0, ssl=encrypted)
        post.port = server.sockets[0].getsockname()[1]
        ready.set()
        await over.wait()
        server.close()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield post
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
