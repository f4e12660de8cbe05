"""The fake of X, driven without a connection: a source is sent what the fake answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from threadleaf.core.assemble import assemble
from threadleaf.core.model import Conversation, Post, Ref, Thread
from threadleaf.fakes.x import XNetwork
from threadleaf.sources import x
from threadleaf.wire import Answer, Reply, Request, Scope

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


class World(XNetwork):
    """A network whose clock tests set. `refuse` is called with each request and may give a reply; `requests` lists them."""

    def __init__(self) -> None:
        self.now = NOON
        super().__init__(lambda: self.now)
        self.requests: list[Request] = []
        self.refuse: Callable[[Request], Reply | None] = lambda _request: None

    def later(self, **more: float) -> None:
        self.now += timedelta(**more)

    def reply(self, request: Request) -> Reply:
        self.requests.append(request)
        refused = self.refuse(request)
        if refused is not None:
            return refused
        self.now += timedelta(seconds=request.wait)
        url = urlsplit(request.url)
        token = self.app_token if request.credential == "x" else ""
        fields = {"authorization": f"Bearer {token}"}
        given = self.handle(request.method, url.path, dict(parse_qsl(url.query)), fields, request.body)
        return Answer(status=given.status, body=given.body, at=self.now, url=request.url, media_type="application/json")

    def run(self, name: str, **scope: Any) -> Conversation:
        """Read the thread around a post."""
        steps = x.steps(Ref("x", name), Scope(x_reads=True, **scope))
        try:
            wanted = next(steps)
            while True:
                wanted = steps.send(tuple(map(self.reply, wanted)))
        except StopIteration as end:
            seen: Conversation = end.value
            return seen

    def unrolled(self, name: str, **scope: Any) -> Thread:
        return assemble(self.run(name, **scope))

    def kinds(self) -> list[str]:
        """What was asked for, in order: the last word of each path."""
        return [urlsplit(request.url).path.rpartition("/")[2] for request in self.requests]


def ids(posts: tuple[Post, ...]) -> list[str]:
    return [post.id for post in posts]
