"""T2: the rule of addresses against three others, made by other people, on both sides of every edge of all of them."""

from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from itertools import chain
from random import Random

from AntiSSRF import IPAddressRanges
from ssrfguard import DEFAULT_DENIED

from tests.proof.rows import SCALE
from threadleaf.fetch import addresses
from threadleaf.fetch.addresses import Address

SEED = 3
SIZE = 1_000_000 if SCALE == "bar" else 50_000
Network = IPv4Network | IPv6Network
Oracle = Callable[[Address], bool]

RANGES = tuple(map(ip_network, IPAddressRanges.recommended_latest))
STANDARD = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/29"),
    *("192.0.0.170/31", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
    *("240.0.0.0/4", "255.255.255.255/32", "::1/128", "::/128", "::ffff:0:0/96", "64:ff9b:1::/48", "100::/64"),
    *("2001::/23", "2001:1::1/128", "2001:1::2/128", "2001:3::/32", "2001:4:112::/48", "2001:20::/28", "2001:30::/28"),
    *("2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "4000::/2", "2000::/3"),
)
"""Where the standard library draws its lines, in one version or another."""

STRICTER = {
    "161.26.0.0/16": "inner services of a cloud in public-looking space",
    "166.8.0.0/14": "likewise",
    "199.36.153.4/30": "private access to a cloud's services",
    "199.36.153.8/30": "likewise",
    "::/3": "what stands below global unicast holds other addresses inside, or is nobody's",
    "2620:4f:8000::/48": "AS112",
    "3ffe::/16": "6bone, given back",
    "4000::/2": "nobody's: only 2000::/3 is handed out",
    "8000::/1": "likewise, and what is left of it is special",
}
"""What we deny although all three admit it, and why."""


def antissrf(address: Address) -> bool:
    """Denied by the list that AntiSSRF recommends; like that package, it reads a mapped address as the IPv4 one."""
    plain = address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
    return any(plain in network for network in RANGES)


ORACLES: dict[str, Oracle] = {
    "ssrfguard": lambda address: DEFAULT_DENIED.classify(address).blocked,
    "AntiSSRF": antissrf,
    "ipaddress": lambda address: not address.is_global or address.is_multicast or address.is_reserved,
}


def blocks() -> set[Network]:
    """Every block that any of the rules speaks of."""
    ours = (*addresses._IPV4_SPECIAL, *addresses._IPV6_SPECIAL, addresses._IPV6_GLOBAL)
    theirs = (block.network for block in DEFAULT_DENIED.blocks)
    return {*ours, *theirs, *RANGES, *map(ip_network, STANDARD), *map(ip_network, STRICTER)}


def edges(networks: Iterable[Network]) -> Iterator[Address]:
    """The first and the last address of each block, and those right outside."""
    for network in networks:
        kind, most = type(network[0]), 2**network.max_prefixlen - 1
        first, last = int(network[0]), int(network[-1])
        for number in (first - 1, first, last, last + 1):
            if 0 <= number <= most:
                yield kind(number)


def drawn(networks: Iterable[Network], die: Random) -> Iterator[Address]:
    """Addresses without end: within blocks, near their edges, and anywhere."""
    known = sorted(networks, key=str)
    while True:
        network = die.choice(known)
        kind, bits = type(network[0]), network.max_prefixlen
        within = int(network[0]) + die.getrandbits(bits - network.prefixlen or 1)
        near = int(die.choice((network[0], network[-1]))) + die.choice((1, -1)) * die.getrandbits(
            die.randrange(1, bits)
        )
        for number in (within, near, die.getrandbits(bits), (1 << 125) + die.getrandbits(125) if bits == 128 else near):
            yield kind(number % 2**bits)


def several(size: int, seed: int) -> Iterator[Address]:
    """So many different addresses, the edges first."""
    known, seen = blocks(), set()
    for address in chain(edges(known), drawn(known, Random(seed))):
        if address not in seen:
            seen.add(address)
            yield address
        if len(seen) >= size:
            return


def is_known_to_be_stricter(address: Address) -> bool:
    return any(address in network for network in map(ip_network, STRICTER))


def compare(admits: Callable[[Address], bool], size: int) -> dict[str, float]:
    """How a rule stands to the three: what it admits although one denies, and what it denies although none does."""
    laxer = stricter = admitted = unexplained = 0
    for address in several(size, SEED):
        denied = any(denies(address) for denies in ORACLES.values())
        if admits(address):
            admitted += 1
            laxer += denied
        elif not denied:
            stricter += 1
            unexplained += not is_known_to_be_stricter(address)
    return {
        "addresses": size,
        "oracles": len(ORACLES),
        "admitted": admitted,
        "admitted but denied": laxer,
        "denied by us alone": stricter,
        "denied by us alone without a reason": unexplained,
    }


def test_nothing_is_admitted_that_another_rule_denies(proved):
    figures = compare(addresses.is_public, SIZE)
    proved("T2", figures, SEED)
    assert figures["denied by us alone without a reason"] == 0
    assert figures["admitted"] > SIZE // 5


def test_the_oracles_would_see_a_hole():
    for hole in (IPv4Address("100.64.0.1"), IPv6Address("64:ff9b::7f00:1"), IPv6Address("5f00::1")):
        assert [name for name, denies in ORACLES.items() if denies(hole)]
    assert compare(lambda address: address.is_global, 20_000)["admitted but denied"] > 0
    assert compare(lambda address: True, 5_000)["admitted but denied"] > 0


def test_each_edge_of_each_rule_is_among_them():
    first = {str(address) for address in several(5_000, SEED)}
    for text in (
        "100.63.255.255",
        "100.64.0.0",
        "100.127.255.255",
        "100.128.0.0",
        "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ):
        assert text in first
