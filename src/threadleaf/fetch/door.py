"""The one way out: gate, look-up, judgement, dialling, and caps on what comes back.

Nothing else in Threadleaf opens a connection to an address that it did not configure. HTTP is spoken by httpcore2,
the lower half of httpx2. The upper half is left out on purpose: it keeps cookies, reads addresses with a parser of
its own, and parses the target of a redirect even when told not to follow.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from copy import copy
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any

import httpcore2
from msgspec import Struct

from threadleaf.core.errors import Blocked
from threadleaf.fetch import addresses, gate
from threadleaf.fetch.addresses import Address
from threadleaf.fetch.answers import Aborted, Body, Meter, location, media_type, passed_on, pause
from threadleaf.fetch.gate import Target
from threadleaf.fetch.here import is_here
from threadleaf.fetch.kept import Kept, Place, may_be_repeated
from threadleaf.fetch.policy import Caps, Policy
from threadleaf.fetch.resolve import Resolve, SystemResolver, says_no_name
from threadleaf.wire import NO_NAME, Answer, RefusalKind, Refused, Request

log = logging.getLogger("threadleaf.fetch")

_system = SystemResolver()
_LONGEST_TEXT = 255


def _utc_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 -- the edge: `Answer.at` is how time enters


class Credential(Struct, frozen=True):
    """The value of an Authorization header, and the one origin (`https://host`) that may see it."""

    origin: str
    value: str

    def __repr__(self) -> str:
        return f"Credential({self.origin!r}, …)"


Signer = Callable[[str, Target, bytes, datetime], Mapping[str, str]]
"""From the method, the place asked, the body and the time (aware UTC) to the headers that prove who asks.

It is called anew for each place on the way, once that was judged, and may set the headers of `SIGNED` only.
"""

SIGNED = frozenset({"date", "digest", "content-digest", "signature", "signature-input"})
"""The headers that a signer may set, in lower case: nothing in them is a secret, or is good for another place."""


class Door:
    """Asks one thing at a time of a public server, or refuses to.

    Parameters: `contact` stands in the User-Agent (an address where the operator is reached); `policy` and `caps`
    are the rules; `credentials` by the names that requests use; `resolve`, `here` (which addresses are this
    machine's own), `clock`, `tls` and `backend` (what dials) may be replaced, which is how the tests see inside; a
    `tls` context that does not verify is refused (ValueError).
    A door keeps no connection, no cookie and no state: threads and event loops may share it. What `visit` gives keeps
    connections, for one run.
    """

    _kept: Kept[_Connection] | None = None

    def __init__(
        self,
        *,
        contact: str = "",
        policy: Policy = Policy(),  # noqa: B008 -- frozen
        caps: Caps = Caps(),  # noqa: B008 -- frozen
        credentials: Mapping[str, Credential | Signer] = MappingProxyType({}),
        resolve: Resolve = _system,
        here: Callable[[Address], bool] = is_here,
        clock: Callable[[], datetime] = _utc_now,
        tls: ssl.SSLContext | None = None,
        backend: httpcore2.AsyncNetworkBackend | None = None,
    ) -> None:
        if tls is not None and not (tls.verify_mode == ssl.CERT_REQUIRED and tls.check_hostname):
            raise ValueError("the door verifies certificates, always")
        if not (contact.isascii() and contact.isprintable()):
            raise ValueError("the contact goes into a header: printable ASCII only")
        self._agent = f"Threadleaf/{version('threadleaf')}" + (f" (+{contact})" if contact else "")
        self._policy, self._caps, self._credentials = policy, caps, credentials
        self._resolve, self._here, self._clock = resolve, here, clock
        self._tls = cache(lambda: _verifying(tls))  # made when it is first needed: that takes its time
        self._backend = backend or httpcore2.AnyIOBackend()
        if policy.allow:
            names = ", ".join(f"{host}:{port}" for host, port in sorted(policy.allow))
            log.warning("The egress door lets requests through to this machine: %s. For development only.", names)

    @contextlib.asynccontextmanager
    async def visit(self) -> AsyncIterator[Door]:
        """This door for one run in one event loop: it asks an origin again over a connection that it has to it already.

        Every address is judged all the same; a name is looked up for each new connection. At the end all are closed.
        """
        visiting = copy(self)
        kept: Kept[_Connection] = Kept()
        visiting._kept = kept  # noqa: SLF001 -- it is a door like this one
        async with contextlib.aclosing(kept):
            yield visiting

    async def send(self, request: Request) -> Answer | Refused:
        """Ask. An answer may have any status but those that ask us to wait.

        Raises `Blocked`: a DENY verdict before anything is sent, or `Aborted` for an answer that broke the caps.
        Returns `Refused` if the server cannot be reached (`network`, `timeout`), asks us to wait (`rate`), or the
        request names a credential that we do not hold (`door`).
        """
        try:
            async with asyncio.timeout(self._caps.total):
                return await self._follow(request)
        except TimeoutError:
            raise Aborted("timeout", f"There was no whole answer within {self._caps.total:g} seconds.") from None
        except _Unreached as failure:
            return Refused(kind=failure.kind, detail=str(failure), code=failure.code)

    async def _follow(self, request: Request) -> Answer | Refused:
        """Our own redirect loop: GET only, each place judged anew, a secret for its own origin only."""
        target = gate.judge(request.url, self._policy)
        credential = self._credential(request)
        got = await self._ask(target, request, credential)
        seen = {target.url}
        while isinstance(got, str):
            following = gate.hop(got, target, self._policy)
            if following.url in seen or len(seen) > self._caps.redirects:
                endless = Blocked("It sends us on without end.", subject=following.url)
                raise gate.denied_hop(target, endless)
            if following.origin != target.origin and isinstance(credential, Credential):
                credential = None  # for good: coming back does not bring it back
            seen.add(following.url)
            got = await self._ask_further(target, following, request, credential)
            target = following
        return got

    async def _ask_further(
        self, base: Target, target: Target, request: Request, credential: Credential | Signer | None
    ) -> Answer | Refused | str:
        try:
            return await self._ask(target, request, credential)
        except Aborted:
            raise
        except Blocked as refused:
            raise gate.denied_hop(base, refused) from refused

    def _credential(self, request: Request) -> Credential | Signer | None:
        if not request.credential:
            return None
        if request.credential not in self._credentials:
            raise _Unreached("door", f"No secret is set for “{request.credential}”.")
        return self._credentials[request.credential]

    async def _ask(
        self, target: Target, request: Request, credential: Credential | Signer | None
    ) -> Answer | Refused | str:
        """One answer, over a connection that rests or a new one; a string is where a redirect leads."""
        place = Place(target.origin, request.credential if credential else "")
        if self._kept is not None and may_be_repeated(request):
            resting = await self._kept.take(place)
            if resting is not None:
                with contextlib.suppress(_Gone):
                    return await self._ask_over(resting, place, target, request, credential)
        return await self._ask_over(await self._dialled(target), place, target, request, credential)

    async def _ask_over(
        self,
        connection: _Connection,
        place: Place,
        target: Target,
        request: Request,
        credential: Credential | Signer | None,
    ) -> Answer | Refused | str:
        """Ask, and close the connection, unless a whole answer came and it may rest."""
        meter = Meter(self._caps, time.monotonic)
        async with contextlib.AsyncExitStack() as closing:
            closing.push_async_callback(connection.aclose)
            outgoing = self._outgoing(target, request, credential)
            with _failures(target, meter, connection):
                response = await connection.ask(outgoing, meter)
                got = await self._take(response, meter, target, request)
            if self._kept is not None:
                await response.aclose()  # which closes the connection if the answer was not read to its end
                if connection.is_fit:
                    closing.pop_all()
                    await self._kept.put(place, connection)
        return got

    async def _dialled(self, target: Target) -> _Connection:
        """A new connection: one look-up, to an address that was judged, and whose other end was seen to be that one."""
        found = await self._look_up(target)
        with _unreachable(target):
            async with contextlib.AsyncExitStack() as closing:
                stream = await self._dial(found, target.port, closing)
                if target.scheme == "https":
                    stream = await stream.start_tls(self._tls(), target.host, self._caps.connect)
                closing.pop_all()
        return _Connection(target, stream)

    async def _dial(
        self, found: tuple[Address, ...], port: int, closing: contextlib.AsyncExitStack
    ) -> httpcore2.AsyncNetworkStream:
        """Dial the judged addresses and make sure that one of them was reached; `closing` closes what was opened."""
        end = time.monotonic() + self._caps.connect
        tries = _first_of_each_family(found)
        failure: Exception = httpcore2.ConnectError("no address")
        for left, address in zip(range(len(tries), 0, -1), tries, strict=True):
            share = max(0.0, end - time.monotonic()) / left
            try:
                stream = await self._backend.connect_tcp(str(address), port, timeout=share)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
                continue
            closing.push_async_callback(stream.aclose)
            _check_peer(stream, address)
            return stream
        raise failure

    async def _look_up(self, target: Target) -> tuple[Address, ...]:
        """The addresses behind a name, each of them judged: one that is denied refuses them all."""
        if target.loopback and _is_literal(target.host):
            return (addresses.judge(target.host, self._policy, loopback=True),)
        try:
            async with asyncio.timeout(self._caps.look_up):
                found = await self._resolve(target.host, target.port)
        except TimeoutError:
            raise _Unreached("timeout", f"The name {target.host} could not be looked up in time.") from None
        except (OSError, UnicodeError) as error:
            raise _not_found(target.host, error) from None
        judged = tuple(addresses.judge(text, self._policy, loopback=target.loopback) for text in found)
        if len(judged) > self._caps.answers:
            raise Blocked(f"{target.host} has suspiciously many addresses.", subject=target.host, code="DENY-ADDR")
        if not target.loopback and any(map(self._here, judged)):
            raise Blocked(f"{target.host} is this machine itself.", subject=target.host, code="DENY-ADDR")
        if not judged:
            raise _Unreached("network", f"There is no server of the name {target.host}.")
        return judged

    def _outgoing(self, target: Target, request: Request, credential: Credential | Signer | None) -> httpcore2.Request:
        headers = {
            "Host": target.authority,
            "User-Agent": self._agent,
            "Accept": request.accept,
            "Accept-Encoding": "gzip, identity",
        }
        if self._kept is None:
            headers["Connection"] = "close"
        if request.method == "POST":
            headers |= {"Content-Type": request.sends, "Content-Length": str(len(request.body))}
        if request.once:
            headers["Idempotency-Key"] = _plain(request.once)
        if isinstance(credential, Credential):
            headers |= _in_the_name_of(credential, target, request.service)
        elif credential is not None:
            headers |= _checked(credential(request.method, target, request.body, self._clock()))
        return httpcore2.Request(
            request.method,
            httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path),
            headers=list(headers.items()),
            content=request.body or None,
            extensions={"timeout": {"write": self._caps.first_byte}},
        )

    async def _take(
        self, response: httpcore2.Response, meter: Meter, target: Target, request: Request
    ) -> Answer | Refused | str:
        came = meter.end_head()
        onward = location(request.method, response.status, response.headers)
        if onward is not None:
            return onward
        refused = pause(response.status, response.headers, self._clock())
        if refused is not None:
            return refused
        body = Body(self._caps, response.status, response.headers)
        async with contextlib.aclosing(response.aiter_stream()) as chunks:
            async for chunk in chunks:
                body.feed(chunk)
        return Answer(
            status=response.status,
            body=body.end(came()),
            at=self._clock(),
            url=target.url,
            media_type=media_type(response.headers),
            fields=passed_on(response.headers),
        )


class _Unreached(Exception):
    """Nothing was refused by a rule, yet there is no answer."""

    def __init__(self, kind: RefusalKind, sentence: str, code: str = "") -> None:
        super().__init__(sentence)
        self.kind: RefusalKind = kind
        self.code = code


class _Gone(Exception):
    """The server had closed a connection that rested, and nothing of an answer came: it may be asked over a new one."""


class _Connection(httpcore2.AsyncHTTP11Connection):
    """A connection to a place whose address was judged. It carries one request at a time."""

    def __init__(self, target: Target, stream: httpcore2.AsyncNetworkStream) -> None:
        self._watched = _Watched(stream)
        self.asked = 0
        super().__init__(
            httpcore2.Origin(target.scheme.encode(), target.host.encode(), target.port),
            self._watched,
        )

    async def ask(self, request: httpcore2.Request, meter: Meter) -> httpcore2.Response:
        """Send a request. Its answer is read as the meter says."""
        self.asked += 1
        self._watched.meter = meter
        return await self.handle_async_request(request)

    @property
    def is_fit(self) -> bool:
        """Whether it can carry another request: the last answer is over, nobody closed it, and nothing came since.

        What came behind an answer would be taken for the next one.
        """
        return self.is_idle() and not self.has_expired() and self._h11_state.trailing_data == (b"", False)


class _Watched(httpcore2.AsyncNetworkStream):
    """A stream that reads no more and waits no longer than the meter of the present request says."""

    meter: Meter

    def __init__(self, inner: httpcore2.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 -- httpcore2's
        del timeout  # the meter knows better: it depends on what came so far
        room = self.meter.room(max_bytes)
        try:
            data = await self._inner.read(room, timeout=self.meter.patience())
        except httpcore2.ReadTimeout:
            raise self.meter.late() from None
        self.meter.saw(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 -- as above
        await self._inner.write(buffer, timeout=timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _verifying(given: ssl.SSLContext | None) -> ssl.SSLContext:
    context = given or httpcore2.default_ssl_context()
    context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _first_of_each_family(found: tuple[Address, ...]) -> tuple[Address, ...]:
    """At most three to try: the resolver's first choice, then one of the other family in case the first is broken."""
    other = tuple(address for address in found if address.version != found[0].version)
    same = tuple(address for address in found if address.version == found[0].version)
    return (same[:1] + other[:1] + same[1:])[:3]


def _check_peer(stream: httpcore2.AsyncNetworkStream, address: Address) -> None:
    peer = stream.get_extra_info("server_addr")
    if peer is None or ip_address(peer[0].partition("%")[0]) != address:
        raise Blocked("The connection ended somewhere else than it should.", subject=str(address), code="DENY-ADDR")


def _checked(signed: Mapping[str, str]) -> Mapping[str, str]:
    """What a signer gave, if it kept to its headers; a mistake here is ours, so it is a ValueError."""
    for name, value in signed.items():
        if name.lower() not in SIGNED or not (value.isascii() and value.isprintable()):
            raise ValueError(f"a signer may not set {name!r} like this")
    return signed


def _in_the_name_of(account: Credential, target: Target, service: str) -> Mapping[str, str]:
    """The headers by which an account's own server knows it, and to which service it passes the request on."""
    if account.origin != target.origin:
        return {}
    return {"Authorization": account.value} | ({"Atproto-Proxy": _plain(service)} if service else {})


def _plain(text: str) -> str:
    """A text of ours that goes into a header; a mistake here is ours, so it is a ValueError."""
    if not (text.isascii() and text.isprintable() and len(text) <= _LONGEST_TEXT):
        raise ValueError("what goes into a header is printable ASCII of at most 255 characters")
    return text


def _not_found(host: str, error: Exception) -> _Unreached:
    """Why a look-up brought nothing: there is no such name, or nobody could be asked."""
    if says_no_name(error):
        return _Unreached("network", f"There is no server of the name {host}. Check the address.", NO_NAME)
    return _Unreached("network", f"The name {host} could not be looked up; perhaps there is no network.")


def _is_literal(host: str) -> bool:
    return ":" in host or host.rpartition(".")[2].isdigit()


@contextlib.contextmanager
def _unreachable(target: Target) -> Iterator[None]:
    """Tell the failures of dialling apart: not reached, not secure, broken off."""
    host = target.authority
    try:
        yield
    except httpcore2.ConnectTimeout:
        raise _Unreached("timeout", f"No connection to {host} could be made.") from None
    except httpcore2.ConnectError as error:
        if isinstance(error.__cause__, ssl.SSLError):
            raise Aborted("door", f"The secure connection to {host} failed: {_tls_reason(error.__cause__)}.") from None
        raise _Unreached("network", f"No connection to {host} could be made.") from None
    except OSError:
        raise Aborted("network", f"The connection to {host} broke.") from None


@contextlib.contextmanager
def _failures(target: Target, meter: Meter, connection: _Connection) -> Iterator[None]:
    """Tell the failures of asking apart: gone meanwhile, broken off, malformed."""
    host = target.authority
    try:
        yield
    except (httpcore2.RemoteProtocolError, httpcore2.NetworkError, httpcore2.TimeoutException, OSError) as error:
        if connection.asked > 1 and meter.is_silent and not isinstance(error, httpcore2.TimeoutException):
            raise _Gone from None
        if not isinstance(error, httpcore2.RemoteProtocolError):
            raise Aborted("network", f"The connection to {host} broke.") from None
        if meter.ended:
            raise Aborted("network", f"The answer of {host} broke off.") from None
        raise Aborted("door", f"The answer of {host} is not valid HTTP.") from None


def _tls_reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return (error.reason or "the handshake failed").replace("_", " ").lower()
