"""What a hostile server may do with a redirect: twenty behaviours (R01 to R20), each with what must come of it.

Played as those of `tests.fetch.names` are: servers behind names of their own, the policy of production.
"""

import asyncio
from random import Random

from tests.fetch.hostile import DENIED_URLS, absolute
from tests.fetch.names import Act, Row, inside
from tests.fetch.servers import Server, http
from tests.fetch.stage import GOOD, Names, Stage, verdict
from threadleaf.fetch.door import Credential
from threadleaf.fetch.policy import Caps, Policy
from threadleaf.wire import Answer, Request

FIRST, SECOND = "https://first.example.com", "https://second.example.com"
HOME = Request(url=f"{FIRST}/1", credential="home")
SECRETS = {"home": Credential(FIRST, "Bearer secret")}
FOLLOWED = ("301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect")

ROWS: list[Row] = []


def row(identity: str, says: str):
    def keep(act: Act) -> Act:
        ROWS.append(Row(identity, says, act))
        return act

    return keep


def moved(place: str, status: str = "302 Found", *fields: str) -> bytes:
    return http(b"", f"Location: {place}", *fields, status=status)


async def first(stage: Stage, answer: bytes = b"") -> Server:
    """The server that sends us on; it stands once on each stage."""
    if "first.example.com" not in stage.book.found:
        stage.first = await stage.open("first.example.com", Server())
        stage.second = await stage.open("second.example.com", Server(http(b"second")))
    stage.first.answer, stage.second.answer = answer, http(b"second")
    for server in (stage.first, stage.second):
        server.connections, server.requests = 0, []
    return stage.first


async def denied(stage: Stage, place: str, die: Random, **more) -> None:
    """A redirect to that place is refused, and the first server is all that was asked."""
    server = await first(stage, moved(place, die.choice(FOLLOWED)))
    assert await verdict(stage.door(**more), f"{FIRST}/1") == "DENY-HOP", place
    assert (server.connections, stage.second.connections) == (1, 0)


@row("R01", "to an address or a name that is never asked")
async def to_inside(stage: Stage, die: Random, caps: Caps) -> None:
    await denied(stage, die.choice(absolute(DENIED_URLS)), die)
    address = inside(die).partition("%")[0]
    await denied(stage, f"https://[{address}]/" if ":" in address else f"https://{address}/", die)


@row("R02", "to another scheme")
async def to_scheme(stage: Stage, die: Random, caps: Caps) -> None:
    await denied(stage, die.choice(["file:///etc/passwd", "gopher://x.example.com/", "data:,x", "ftp://a.b/"]), die)


@row("R03", "to another port")
async def to_port(stage: Stage, die: Random, caps: Caps) -> None:
    await denied(stage, f"{SECOND}:{die.choice([22, 25, 80, 3306, 6379, 8080, 8443])}/", die)


@row("R04", "from https to http")
async def to_http(stage: Stage, die: Random, caps: Caps) -> None:
    await denied(
        stage, die.choice(["http://second.example.com/", "http://first.example.com/2", "HTTP://a.b.com/"]), die
    )


@row("R05", "four times")
async def four(stage: Stage, die: Random, caps: Caps) -> None:
    async def on(reader, writer):
        writer.write(moved(f"/{server.connections + 1}", die.choice(FOLLOWED)))

    server = await first(stage, on)
    assert await verdict(stage.door(), f"{FIRST}/1") == "DENY-HOP"
    assert server.connections == 4  # the first place and three more


@row("R06", "to itself, and in a circle")
async def circle(stage: Stage, die: Random, caps: Caps) -> None:
    server = await first(stage, moved(die.choice(["/1", f"{FIRST}/1", "", "?", "#x", "./1"]).replace("?", "/1")))
    assert await verdict(stage.door(), f"{FIRST}/1") == "DENY-HOP"
    assert server.connections == 1
    await first(stage, moved(f"{SECOND}/2"))
    stage.second.answer = moved(f"{FIRST}/1")
    assert await verdict(stage.door(), f"{FIRST}/1") == "DENY-HOP"
    assert (server.connections, stage.second.connections) == (1, 1)


@row("R07", "without a place")
async def nowhere(stage: Stage, die: Random, caps: Caps) -> None:
    server = await first(stage, http(b"", status=die.choice(FOLLOWED)))
    assert await verdict(stage.door(), f"{FIRST}/1") == "ABORT"
    assert server.connections == 1


@row("R08", "to two places")
async def two_places(stage: Stage, die: Random, caps: Caps) -> None:
    places = ["/2", f"{SECOND}/", "https://127.0.0.1/"]
    await first(stage, moved(die.choice(places), die.choice(FOLLOWED), f"location: {die.choice(places)}"))
    assert await verdict(stage.door(), f"{FIRST}/1") == "ABORT"
    assert stage.second.connections == 0


@row("R09", "with a line end in the place")
async def line_end(stage: Stage, die: Random, caps: Caps) -> None:
    await first(stage)
    stage.first.answer = moved(f"{SECOND}/a\rX: y")
    assert await verdict(stage.door(), f"{FIRST}/1") == "ABORT"
    await denied(stage, die.choice([f"{SECOND}/\x85", f"{SECOND}/ x", f"{SECOND}/\u2028"]), die)


@row("R10", "to a place that some readers take for a host")
async def slashes(stage: Stage, die: Random, caps: Caps) -> None:
    places = [
        "//127.0.0.1/",
        "\\\\127.0.0.1\\",
        "/\\127.0.0.1",
        "///127.0.0.1/",
        "//[::1]/",
        "https:/127.0.0.1",
        "//0/",
    ]
    await denied(stage, die.choice(places), die)


@row("R11", "by other means than a redirect")
async def other_means(stage: Stage, die: Random, caps: Caps) -> None:
    page = f'<meta http-equiv="refresh" content="0; url={SECOND}/"><script>location="{SECOND}/"</script>'.encode()
    headers = [
        f"Refresh: 0; url={SECOND}/",
        f"Content-Location: {SECOND}/",
        f"Location: {SECOND}/",
        f"X-Redirect: {SECOND}/",
    ]
    await first(stage, http(page, "Content-Type: text/html", die.choice(headers)))
    assert await verdict(stage.door(), f"{FIRST}/1") == "ALLOW"
    assert (stage.first.connections, stage.second.connections) == (1, 0)


@row("R12", "where something is written")
async def write(stage: Stage, die: Random, caps: Caps) -> None:
    status = die.choice(FOLLOWED)
    await first(stage, moved(die.choice([f"{SECOND}/", "/2", "https://127.0.0.1/"]), status))
    reply = await stage.door().send(Request(url=f"{FIRST}/1", method="POST", body=b"{}", reads=die.random() < 0.5))
    assert (reply.status, stage.first.connections, stage.second.connections) == (int(status[:3]), 1, 0)


@row("R13", "to another server and back, while a secret is carried")
async def secret(stage: Stage, die: Random, caps: Caps) -> None:
    async def home(reader, writer):
        writer.write(
            {1: moved("/2"), 2: moved(f"{SECOND}/3", die.choice(FOLLOWED))}.get(server.connections, http(b"home"))
        )

    server = await first(stage, home)
    stage.second.answer = moved(f"{FIRST}/4", die.choice(FOLLOWED))
    async with stage.door(credentials=SECRETS).visit() as visiting:
        assert isinstance(await visiting.send(HOME), Answer)
    assert [b"Bearer secret" in request for request in server.requests] == [True, True, False]
    assert b"secret" not in b"".join(stage.second.requests)


@row("R14", "to a name that flips")
async def flips(stage: Stage, die: Random, caps: Caps) -> None:
    await first(stage, moved(f"{SECOND}/2"))
    known = stage.book.found["first.example.com"]
    names = Names(known, (inside(die),))
    assert await verdict(stage.door(names), f"{FIRST}/1") == "DENY-HOP"
    assert names.asked == ["first.example.com", "second.example.com"]
    await first(stage, moved("/2"))
    assert await verdict(stage.door(Names(known, (GOOD[0], inside(die)))), f"{FIRST}/1") == "DENY-HOP"
    assert stage.first.connections == 1


@row("R15", "with a user name in the place")
async def user_name(stage: Stage, die: Random, caps: Caps) -> None:
    await denied(
        stage, die.choice(["https://a:b@second.example.com/", "//first.example.com@127.0.0.1/", "//@a.b/"]), die
    )


@row("R16", "by offering another service, protocol or origin")
async def alternative(stage: Stage, die: Random, caps: Caps) -> None:
    offers = [
        'Alt-Svc: h2="second.example.com:443"',
        "Upgrade: h2c",
        "Alt-Used: second.example.com",
        "Link: <//x>; rel=x",
    ]
    await first(stage, http(b"one", die.choice(offers), "Connection: keep-alive"))
    door = stage.door()
    assert [await verdict(door, f"{FIRST}/{n}") for n in range(2)] == ["ALLOW"] * 2
    assert (stage.first.connections, stage.second.connections) == (2, 0)


@row("R17", "with a status that is none")
async def no_redirect(stage: Stage, die: Random, caps: Caps) -> None:
    status = die.choice(
        ["300 Multiple Choices", "305 Use Proxy", "399 Odd", "401 Unauthorized", "407 Proxy", "201 Made"]
    )
    await first(stage, moved(f"{SECOND}/", status, 'WWW-Authenticate: Basic realm="x"', "Proxy-Authenticate: Basic"))
    reply = await stage.door().send(Request(url=f"{FIRST}/1"))
    assert (reply.status, stage.first.connections, stage.second.connections) == (int(status[:3]), 1, 0)
    assert b"authorization" not in stage.first.requests[0].lower()


@row("R18", "to our own site")
async def own_site(stage: Stage, die: Random, caps: Caps) -> None:
    own = Policy(own_names=frozenset({"second.example.com"}))
    await denied(stage, die.choice([f"{SECOND}/", "//SECOND.example.com/", "//second.example.com./x"]), die, policy=own)
    own = Policy(own_addresses=frozenset(stage.book.found["second.example.com"]))
    await denied(stage, f"{SECOND}/", die, policy=own)
    dev = Policy(allow=frozenset({("127.0.0.1", 443), ("localhost", 8080)}))
    await denied(stage, die.choice(["https://127.0.0.1/", "https://localhost:8080/"]), die, policy=dev)


@row("R19", "slowly, for ever, to places never seen before")
async def slowly(stage: Stage, die: Random, caps: Caps) -> None:
    async def on(reader, writer):
        await asyncio.sleep(caps.total / 3)
        writer.write(moved(f"/{die.random()}"))

    await first(stage, on)
    patient = {name: getattr(caps, name) for name in caps.__struct_fields__} | {
        "first_byte": caps.total,
        "redirects": 99,
    }
    assert await verdict(stage.door(caps=Caps(**patient)), f"{FIRST}/1") == "ABORT"


@row("R20", "to an address of a million characters")
async def endless_address(stage: Stage, die: Random, caps: Caps) -> None:
    await first(stage, moved("/" + "x" * 1024 * 1024))
    assert await verdict(stage.door(), f"{FIRST}/1") == "ABORT"  # larger than any head may be
    await denied(stage, f"{die.choice(['', SECOND])}/{'x' * die.randrange(4100, 60_000)}", die)
