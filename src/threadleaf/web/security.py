"""What stands on every answer, and who is let in: one ASGI layer around the whole site.

Sources: OWASP ASVS 5.0 V3 (browser), RFC 9110 §15.5.20 (421), RFC 6797 (HSTS), Fetch Metadata (W3C) for the guard
against forged requests. Nothing here ever builds an address from the Host header.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; font-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; "
    "manifest-src 'self'; worker-src 'self'; require-trusted-types-for 'script'; trusted-types threadleaf-sw"
)
FILE_POLICY = "default-src 'none'; sandbox"
"""For exports and everything else that is a file rather than a page of ours."""

_FEATURES = (
    "accelerometer autoplay camera display-capture encrypted-media fullscreen geolocation gyroscope magnetometer "
    "microphone midi payment picture-in-picture publickey-credentials-get screen-wake-lock usb "
    "xr-spatial-tracking"
)
_HEADERS = {
    "content-security-policy": PAGE_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ", ".join(f"{feature}=()" for feature in _FEATURES.split()),
}
_TWO_YEARS = 63_072_000  # seconds
BODY_LIMIT = 16 * 1024
"""Bytes of a form. An address is at most 2 KiB, and so is most of what is sent to us;"""
LARGER = {"/report": 64 * 1024}
"""but five thousand characters of a report take up to nine bytes each, as browsers write them."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}

Refuse = Callable[[int, str], ASGIApp]


def headers(origin: str) -> dict[str, str]:
    """The headers of every answer. `origin` is the public origin, or empty on a personal instance.

    HSTS is only sent where the site is served over https: RFC 6797 §7.2 forbids it elsewhere.
    """
    if not origin.startswith("https://"):
        return _HEADERS
    return {**_HEADERS, "strict-transport-security": f"max-age={_TWO_YEARS}; includeSubDomains"}


def host_is_ours(host: str, origin: str) -> bool:
    """Whether a request's Host names this site.

    With a public origin it must be that very host. A personal instance answers to names of the loopback only, so
    that no foreign name that was re-bound to 127.0.0.1 reaches it from somebody's browser.
    """
    if origin:
        return _without_port(host, origin) == _without_port(urlsplit(origin).netloc, origin)
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def is_forged(headers: Headers, origin: str) -> bool:
    """Whether another site may have made a browser send this request.

    Sec-Fetch-Site decides where the browser sends it; older ones are judged by Origin; a request with neither
    comes from a program, which carries nobody's rights.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    source = headers.get("origin")
    if source is None:
        return False
    return source.rstrip("/").lower() != (origin or f"http://{headers['host']}").lower()


def problem(scope: Scope, origin: str) -> tuple[int, str] | None:
    """Why a request is not let in, as a status and a sentence; None if it is."""
    given = Headers(scope=scope)
    hosts = given.getlist("host")
    if len(hosts) != 1 or not host_is_ours(hosts[0], origin):
        return 421, f"This site answers at {origin or 'http://127.0.0.1 and http://localhost'} only."
    if scope["method"] in SAFE_METHODS:
        return None
    if is_forged(given, origin):
        return 403, "This form was sent by another site, so nothing was done. Open the front page here and try again."
    length = given.get("content-length", "")
    if not length.isdecimal():
        return 411, "The request does not say how long it is."
    most = LARGER.get(scope["path"], BODY_LIMIT)
    if int(length) > most:
        return 413, f"This is too much: {int(length):,} bytes, and {most:,} are accepted."
    return None


class Guard:
    """Lets requests in or refuses them, and puts our headers on every answer that does not bring its own.

    `refuse(status, sentence)` makes the answer for those that stay outside.
    """

    def __init__(self, app: ASGIApp, *, origin: str, refuse: Refuse) -> None:
        self.app = app
        self.origin = origin
        self.refuse = refuse
        self.headers = headers(origin)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; anything but HTTP (the server's own start and stop) passes untouched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        found = problem(scope, self.origin)
        app = self.refuse(*found) if found else self.app
        await app(scope, receive, self._covered(send, head=scope["method"] == "HEAD"))

    def _covered(self, send: Send, *, head: bool) -> Send:
        async def covered(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    given.setdefault(name, value)
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        return covered


def _without_port(host: str, origin: str) -> str:
    """A host in one spelling: lower case, without the port that its scheme implies."""
    return host.lower().removesuffix(_DEFAULT_PORTS[urlsplit(origin).scheme])
