"""What is played inside a network of our own: each function returns figures."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from random import Random

from tests.fetch import names, redirects
from tests.fetch.names import Row, nothing_else
from tests.fetch.servers import Server, answering
from tests.fetch.stage import GOOD, HASTY, Certificates, Stage, play, verdict
from tests.fetch.ways import outcome, values, walk
from tests.fetch.ways_in import WAYS
from tests.proof.dns import AAAA, CNAME, FAILURE, NO_SUCH_NAME, REFUSED, A, NameServer
from tests.proof.space import only_these, opened, replaced
from tests.proof.witness import Witness
from threadleaf.fetch import addresses
from threadleaf.fetch.door import Door
from threadleaf.fetch.policy import Caps
from threadleaf.fetch.resolve import SystemResolver

OURS = set(GOOD)


def _elsewhere(witness: Witness) -> list[str]:
    """What was dialled besides the servers that stand for public ones."""
    return [text for text in witness.dialled if text not in OURS and not text.startswith("11.0.1.")]


class _Sum:
    """Adds up what many stages saw."""

    def __init__(self) -> None:
        self.plays = self.trapped = self.further = self.secrets = 0

    async def played(self, stage: Stage, row: Row, die: Random, caps: Caps) -> None:
        await row.act(stage, die, caps)
        await nothing_else(stage)
        self.plays += 1
        self.trapped += stage.trap.connections
        self.further += max(0, stage.looked_up - stage.wanted)
        heard = getattr(stage, "second", stage.good).requests + stage.trap.requests
        self.secrets += sum(b"secret" in request for request in heard)


def _repeat(rows: Sequence[Row], times: int, seed: int) -> tuple[_Sum, Witness]:
    """Play every row so many times with short deadlines, and once with those of production."""
    done, witness = _Sum(), Witness()
    with tempfile.TemporaryDirectory() as folder:
        certificates = Certificates(Path(folder))
        for row in rows:
            die = Random(f"{seed} {row.id}")
            for number in range(times):
                caps = Caps() if number == 0 else HASTY
                play(certificates, done.played, row, die, caps, real=True)
    return done, witness


def repeated_names(times: int, seed: int) -> dict[str, float]:
    done, witness = _repeat(names.ROWS, times, seed)
    return {
        "plays": done.plays,
        "behaviours": len(names.ROWS),
        "connections": len(witness.dialled),
        "connections inside": len(_elsewhere(witness)) + done.trapped,
        "further look-ups": done.further,
    }


def repeated_redirects(times: int, seed: int) -> dict[str, float]:
    done, witness = _repeat(redirects.ROWS, times, seed)
    return {
        "plays": done.plays,
        "behaviours": len(redirects.ROWS),
        "connections": len(witness.dialled),
        "connections inside": len(_elsewhere(witness)) + done.trapped,
        "secrets abroad": done.secrets,
    }


# --- the ways in which addresses come in ------------------------------------------------------------------------


def hostile_ways(spelled: int, seed: int, *, broken: bool) -> dict[str, float]:
    """Let every hostile value in by every way, with `spelled` generated spellings among them.

    `broken`: every address passes as public; only the names that lead inside are let in, by a few of the ways.
    """
    if broken:
        addresses.is_public = lambda address, *, nat64=(): True
    witness, before, outcomes = Witness(), opened()[0], Counter()
    for way in WAYS[:4] if broken else WAYS:
        for value, verdict_on_it in values(Random(f"{seed} {way.says}"), spelled):
            if not broken or verdict_on_it == "DENY-ADDR":
                outcomes[outcome(value, verdict_on_it, walk(way, value))] += 1
    return {
        "pairs": outcomes.total(),
        "ways": len(WAYS),
        "connections": max(len(witness.dialled), opened()[0] - before),
        "look-ups": len(witness.looked_up) + len(witness.sent),
        **{
            f"{name.replace(' ', '-')}": outcomes[name] for name in ("exact", "not asked", "rebuilt", "mended", "wrong")
        },
    }


# --- the system's own resolver, and a name server that lies -----------------------------------------------------

HOST = "{}.example.com"


def _chain(*steps: str) -> list[tuple[str, int, str]]:
    """Aliases one after the other, the last step being an address, or the first alias again."""
    found = []
    for here, there in pairwise(steps):
        kind = CNAME if there.endswith(".com") or there == "localhost" else AAAA if ":" in there else A
        found.append((here, kind, there))
    return found


def _both(name: str, four: object, six: object = ()) -> dict:
    """What a name server says of a name in both families; () is no record."""
    host = HOST.format(name)
    return {(host, A): [] if four == () else four, (host, AAAA): [] if six == () else six}


def zone() -> dict:
    """What the name server says."""

    def host(name: str) -> str:
        return HOST.format(name)

    fine = [(host("fine"), A, GOOD[0])]
    return {
        **_both("fine", fine, [(host("fine"), AAAA, GOOD[1])]),
        **_both("inside", _chain(host("inside"), "127.0.0.1")),
        **_both("mixed", [(host("mixed"), A, GOOD[0]), (host("mixed"), A, "10.0.0.5")]),
        **_both("second", [(host("second"), A, GOOD[0])], [(host("second"), AAAA, "::1")]),
        **_both("mapped", [(host("mapped"), A, GOOD[0])], [(host("mapped"), AAAA, "::ffff:10.0.0.1")]),
        **_both(
            "alias", _chain(host("alias"), host("step"), "10.0.0.5"), _chain(host("alias"), host("step"), "fd00::5")
        ),
        **_both("local", _chain(host("local"), "localhost", "127.0.0.1")),
        **_both("circle", _chain(host("circle"), host("round"), host("circle"))),
        **_both("nobody", NO_SUCH_NAME, NO_SUCH_NAME),
        **_both("failing", FAILURE, FAILURE),
        **_both("refusing", REFUSED, REFUSED),
        **_both("many", [(host("many"), A, f"11.0.2.{n}") for n in range(24)]),
        **_both("silent", None, None),
        **_both("half", [(host("half"), A, GOOD[0])], None),
        **_both("half-inside", [(host("half-inside"), A, "10.0.0.5")], None),
        **_both("mapped-here", [(host("mapped-here"), A, GOOD[0])]),
    }


EXPECTED = {
    "fine": {"ALLOW"},
    "inside": {"DENY-ADDR"},
    "mixed": {"DENY-ADDR"},
    "second": {"DENY-ADDR"},
    "mapped": {"DENY-ADDR"},
    "alias": {"DENY-ADDR"},
    "local": {"DENY-ADDR"},
    "circle": {"network", "timeout"},
    "nobody": {"network"},
    "failing": {"network"},
    "refusing": {"network"},
    "many": {"DENY-ADDR"},
    "silent": {"network", "timeout"},
    # What came of half an answer is judged, if the system hands it out at all.
    "half": {"ALLOW", "network"},
    "half-inside": {"DENY-ADDR", "network"},
    # A table of this machine says that it is inside. Where the system reads it for a name that is written in full, with
    # its final dot, that is refused; elsewhere the name server's word counts.
    "mapped-here": {"DENY-ADDR", "ALLOW"},
}


async def _ask_all(stage: Stage) -> dict[str, str]:
    door = stage.door(SystemResolver(), caps=Caps())
    return {name: await verdict(door, f"https://{HOST.format(name)}/") for name in EXPECTED}


def system_names() -> dict:
    """Ask for each name with the system's own resolver: verdicts, what the name server was asked, what was dialled."""
    witness = Witness()
    with tempfile.TemporaryDirectory() as folder:
        files = {
            "/etc/resolv.conf": "nameserver 127.0.0.1\nsearch inner.example.com\noptions timeout:1 attempts:1\n",
            "/etc/hosts": f"127.0.0.1 localhost\n10.0.0.5 {HOST.format('mapped-here')}\n",
            "/etc/nsswitch.conf": "hosts: files dns\n",
        }
        replaced({path: text for path, text in files.items() if Path(path).exists()}, Path(folder))
        server = NameServer(zone())
        with server.up():
            verdicts = play(Certificates(Path(folder)), _ask_all, real=True)
    return {
        "wrong": {name: said for name, said in verdicts.items() if said not in EXPECTED[name]},
        "elsewhere": _elsewhere(witness),
        "look-ups": len(witness.looked_up),
        "names": len(verdicts),
        "kinds": sorted({kind for _, kind in server.asked}),
        "searched": sorted({name for name, _ in server.asked if "inner" in name}),
    }


# --- this machine by its public address --------------------------------------------------------------------------


async def _ask_ourselves(addresses_of_ours: Sequence[str]) -> dict[str, list]:
    trap = Server(b"")
    async with trap.up("0.0.0.0", 443, reuse_port=True), trap.up("::", 443, reuse_port=True):
        said = [await verdict(Door(resolve=answering(text)), "https://a.example.com/") for text in addresses_of_ours]
        came = trap.connections
        blind = [Door(resolve=answering(text), here=lambda address: False, caps=HASTY) for text in addresses_of_ours]
        for door in blind:
            await verdict(door, "https://a.example.com/")
    return {"said": said, "came": came, "came with the rule off": trap.connections}


def ourselves() -> dict[str, list]:
    """Give this machine public addresses, as a server has them, and ask for a name that leads to them."""
    own = ("11.0.0.9", "2a00:9::1")
    only_these(own)
    return asyncio.run(_ask_ourselves(own))
