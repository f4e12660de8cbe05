"""Every route of the site, found by walking the application, and every status that it can be brought to give.

The site is the real one over a real database. To see a status that the database would have to be broken for, whatever
the site asks of its service fails with an error of the test's choice.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Mount, Route
from starlette.testclient import TestClient

from tests.store.build import line, ref, talk
from threadleaf.config import Settings
from threadleaf.core.errors import Gone, NotFound, NotNow, Refused, StoreError, TooLarge, UnknownAddress, Unreadable
from threadleaf.core.model import Conversation
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.web import assets, threads
from threadleaf.web.app import create_app

ORIGIN = "https://threads.example.org"
FAILURES: tuple[Callable[[], Exception], ...] = (
    lambda: Gone("This thread was taken down.", code="author"),
    lambda: Refused("Its author does not want this."),
    lambda: NotFound("There is no such post."),
    lambda: NotNow("The network does not answer."),
    lambda: UnknownAddress("This is no address."),
    lambda: Unreadable("This cannot be read."),
    lambda: TooLarge("This is too large."),
    lambda: StoreError("The disk is full.", code="full"),
    lambda: HTTPException(429, headers={"retry-after": "60"}),
    lambda: HTTPException(502),
    lambda: RuntimeError("a fault that nobody foresaw"),
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")


class Moody:
    """Passes on what it is asked; in a bad `mood` every call fails instead. So do the parts that it hands out."""

    def __init__(self, real: object, mood: list[Callable[[], Exception]]) -> None:
        self._real, self._mood = real, mood

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        if name == "watch":
            return found
        if type(found).__module__.startswith("threadleaf.service") or type(found).__module__.startswith(
            "threadleaf.store"
        ):
            return Moody(found, self._mood)
        if not callable(found):
            return found

        def call(*arguments: Any, **more: Any) -> Any:
            if self._mood:
                fails = self._mood[0]
                raise fails()
            return found(*arguments, **more)

        return call


class Served(NamedTuple):
    """The site, where its kept pages are, and the mood of its service."""

    app: Starlette
    public: str
    private: str
    mood: list[Callable[[], Exception]]

    def client(self) -> TestClient:
        return TestClient(self.app, base_url=ORIGIN, follow_redirects=False, raise_server_exceptions=False)


@contextmanager
def served(folder: Path, origin: str = ORIGIN) -> Iterator[Served]:
    """The site over two kept threads, one for everybody and one that is private."""
    settings = Settings(
        data=str(folder),
        public_origin=origin,
        contact="us@example.org",
        takedown="Write to us.",
        operator="Ada Weir",
        search_engines=True,
    )
    said: list[Conversation] = []
    with open_store(folder / "threadleaf.sqlite3") as store:
        service = Threadleaf(
            store, lambda steps: (steps.close(), said[-1])[1], lambda: datetime.now(UTC), threads.renderer(settings)
        )
        said.append(talk(*line(1, 2, 3)))
        public = service.unroll(ref(1), save="listed").path
        said.append(talk(*line(7, 8)))
        private = service.unroll(ref(7), save="private").path
        mood: list[Callable[[], Exception]] = []
        yield Served(create_app(Moody(service, mood), settings), public, private, mood)  # type: ignore[arg-type]


def routes(found: list[BaseRoute], above: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Every address that the application knows, as it writes it, with the methods that it takes."""
    for route in found:
        if isinstance(route, Mount):
            yield from routes(list(route.routes), above + route.path)
        elif isinstance(route, Route):
            yield above + route.path, frozenset(route.methods or ())
        else:
            raise TypeError(f"A kind of route that this crawler does not know: {route!r}")


def address(template: str, site: Served) -> str:
    """An address of a route, one at which something is where there can be."""
    kept = site.public.removeprefix("/t/")
    values = {"rest": kept, "path": site.public.lstrip("/"), "secret": site.private.removeprefix("/p/"), "number": "1"}
    values |= {"version": assets.version(), "name": "threadleaf.css"}
    if template == "/{rest:path}":
        return "/https://bsky.app/profile/did:plc:ann/post/3k2"

    def fill(hole: re.Match[str]) -> str:
        return quote(values.get(hole[1], "1"), safe="/:")

    return re.sub(r"\{(\w+)(?::\w+)?\}", fill, template)


def tricks() -> Iterator[tuple[str, Mapping[str, str], bytes | None]]:
    """A method, headers and a body for each way in which a request can be let in or not."""
    ours = {"origin": ORIGIN, "content-type": "application/x-www-form-urlencoded"}
    for method in METHODS:
        yield method, ours, b"" if method not in ("GET", "HEAD") else None
    yield "GET", {"if-none-match": "*"}, None
    yield "HEAD", {"if-none-match": "*"}, None
    yield "GET", {"accept": "text/markdown", "accept-language": "ar", "accept-encoding": "br"}, None
    yield "GET", {"host": "evil.example"}, None
    yield "POST", {"sec-fetch-site": "cross-site"}, b"url=x"
    yield "POST", ours, b"url=nonsense"
    yield "POST", ours, b"x" * 70_000
    yield "POST", {**ours, "content-length": "nonsense"}, b""


ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
}
PAGE = ("script-src 'self'", "object-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'")


def missing(path: str, status: int, headers: Mapping[str, str], cookies: list[str]) -> list[str]:
    """What an answer of ours lacks, or has and should not."""
    policy = headers.get("content-security-policy", "")
    shown_elsewhere = path.startswith("/embed/") or path.partition("?")[0].endswith(".png")
    kind = headers.get("content-type", "").lower()
    isolated = shown_elsewhere and status in (200, 304)
    found = [name for name, value in ALWAYS.items() if headers.get(name) != value]
    wanted = {
        "a policy that begins with nothing": policy.startswith("default-src 'none'"),
        "a policy without exceptions": not re.search(
            r"unsafe-|data:|blob:|http:|https:|\*", policy.replace("frame-ancestors *", "")
        ),
        "a page's policy, or a sandbox": "sandbox" in policy or isolated or all(part in policy for part in PAGE),
        "an own base": "sandbox" in policy or "base-uri 'none'" in policy or isolated,
        "cross-origin-opener-policy": isolated or headers.get("cross-origin-opener-policy") == "same-origin",
        "cross-origin-resource-policy": isolated or headers.get("cross-origin-resource-policy") == "same-origin",
        "permissions-policy": "camera=()" in headers.get("permissions-policy", ""),
        "cache-control": "cache-control" in headers,
        "errors that nobody keeps": status < 400 or headers.get("cache-control") == "no-store",
        "a kind": status in (204, 304) or headers.get("content-length") == "0" or "content-type" in headers,
        "a charset": not kind.startswith("text/") or "charset=utf-8" in kind,
        "no cookies": not cookies or (path.startswith("/admin") and all(map(_is_tight, cookies))),
        "nobody's credentials": "access-control-allow-credentials" not in headers,
        "open to all or to none": headers.get("access-control-allow-origin", "*") == "*",
        "no name of the server": not {"server", "x-powered-by"} & set(headers),
        "no redirect elsewhere": headers.get("location", "/").startswith(("/", ORIGIN + "/"))
        and not headers.get("location", "").startswith("//"),
    }
    return found + [name for name, holds in wanted.items() if not holds]


def _is_tight(cookie: str) -> bool:
    low = cookie.lower()
    return cookie.startswith("__Host-") and all(part in low for part in ("; secure", "; httponly", "; samesite="))
