"""Which IP addresses may be dialled: an allow rule, because every list of bad addresses has had a hole. Pure.

IPv6 means 2000::/3 (the only space handed out for global unicast) without the special blocks in it; IPv4 means
everything without the special blocks. Sources: IANA's special-purpose registries (RFC 6890 and its updates),
RFC 9637 (documentation), and the host channels of clouds, which look public but lead into the operator's network.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from threadleaf.core.errors import Blocked
from threadleaf.fetch.policy import Policy

Address = IPv4Address | IPv6Address

_IPV4_SPECIAL = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network; Linux takes it for loopback
            "10.0.0.0/8",
            "100.64.0.0/10",  # carrier-grade NAT
            "127.0.0.0/8",
            "161.26.0.0/16",  # inner services of a cloud, in public-looking space
            "166.8.0.0/14",  # likewise
            "168.63.129.16/32",  # host channel of a cloud
            "169.254.0.0/16",  # link-local: metadata services
            "172.16.0.0/12",
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",
            "192.31.196.0/24",  # AS112
            "192.52.193.0/24",  # AMT
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",
            "192.175.48.0/24",  # AS112
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",
            "199.36.153.4/30",  # private access to a cloud's services
            "199.36.153.8/30",  # likewise
            "203.0.113.0/24",
            "224.0.0.0/3",  # multicast, reserved, broadcast
        ),
    )
)
_IPV6_GLOBAL = IPv6Network("2000::/3")
_IPV6_SPECIAL = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID, AMT …
            "2001:db8::/32",
            "2002::/16",  # 6to4 carries an IPv4 address
            "2620:4f:8000::/48",  # AS112
            "3ffe::/16",  # 6bone, given back
            "3fff::/20",
        ),
    )
)


def judge(text: str, policy: Policy, *, loopback: bool = False) -> Address:
    """The address that a resolver's answer names, if it may be dialled.

    `loopback` is for a name on the allow list: it must lead to this machine, and nowhere else.
    Raises `Blocked` (DENY-ADDR).
    """
    try:
        address = ip_address(text)
    except ValueError:
        address = None
    # A scoped address (`fe80::1%eth0`) means something on one link only.
    if address is None or "%" in text:
        raise _blocked(text)
    admitted = address.is_loopback if loopback else is_public(address, nat64=policy.nat64)
    if not admitted or _is_own(address, policy):
        raise _blocked(text)
    return address


def is_public(address: Address, *, nat64: tuple[str, ...] = ()) -> bool:
    """Whether this is an ordinary address on the public internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _IPV4_SPECIAL)
    for prefix in map(IPv6Network, nat64):
        if address in prefix:
            return is_public(_embedded(address, prefix.prefixlen))
    return address in _IPV6_GLOBAL and not any(address in network for network in _IPV6_SPECIAL)


def _embedded(address: IPv6Address, prefix: int) -> IPv4Address:
    """The IPv4 address inside (RFC 6052 §2.2): it follows the prefix, and byte 8 is jumped over."""
    packed = address.packed
    if prefix == 96:
        return IPv4Address(packed[12:])
    start = prefix // 8
    return IPv4Address((packed[start:8] + packed[9:])[:4])


def _is_own(address: Address, policy: Policy) -> bool:
    return any(address == ip_address(own) for own in policy.own_addresses)


def _blocked(text: str) -> Blocked:
    return Blocked(
        f"The name leads to {ascii(text)[1:-1]}, which is not an address on the public internet; nothing was sent.",
        subject=text,
        code="DENY-ADDR",
    )
