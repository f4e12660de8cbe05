"""Which IP addresses may be dialled."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fetch.hostile import ALLOWED_ADDRESSES, DENIED_ADDRESSES
from threadleaf.core.errors import Blocked
from threadleaf.fetch import addresses
from threadleaf.fetch.addresses import _IPV4_SPECIAL, _IPV6_SPECIAL, judge
from threadleaf.fetch.policy import Policy

PUBLIC = Policy()
addresses_of_any_kind = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


@pytest.mark.parametrize("text", DENIED_ADDRESSES.values(), ids=DENIED_ADDRESSES)
def test_an_address_that_is_not_public_is_denied(text):
    with pytest.raises(Blocked) as refused:
        judge(text, PUBLIC)
    assert refused.value.code == "DENY-ADDR"
    assert "nothing was sent" in refused.value.sentence


@pytest.mark.parametrize("text", ALLOWED_ADDRESSES.values(), ids=ALLOWED_ADDRESSES)
def test_a_public_address_right_beside_a_denied_block_is_admitted(text):
    assert str(judge(text, PUBLIC)) == text


@pytest.mark.parametrize("network", [*_IPV4_SPECIAL, *_IPV6_SPECIAL], ids=str)
def test_a_block_is_denied_from_its_first_to_its_last_address(network):
    assert not addresses.is_public(network[0])
    assert not addresses.is_public(network[-1])


@given(addresses_of_any_kind)
def test_nothing_is_admitted_that_the_standard_library_calls_not_global(address):
    assert not addresses.is_public(address) or address.is_global


@given(st.ip_addresses(v=6))
def test_outside_of_global_unicast_nothing_is_admitted(address):
    assert not addresses.is_public(address) or int(address) >> 125 == 1


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "0x7f.0.0.1", "127.0.0.01", "1.2.3.4\n", "[::1]"])
def test_a_resolver_that_answers_something_else_than_an_address_is_not_trusted(text):
    with pytest.raises(Blocked, match="not an address"):
        judge(text, PUBLIC)


@pytest.mark.parametrize("text", ["127.0.0.1", "127.0.0.53", "::1"])
def test_a_name_on_the_allow_list_may_lead_to_this_machine(text):
    assert judge(text, PUBLIC, loopback=True).is_loopback


@pytest.mark.parametrize("text", ["8.8.8.8", "10.0.0.1", "::", "0.0.0.0", "::ffff:127.0.0.1"])
def test_a_name_on_the_allow_list_may_lead_nowhere_else(text):
    with pytest.raises(Blocked):
        judge(text, PUBLIC, loopback=True)


def test_our_own_address_is_denied():
    own = Policy(own_addresses=frozenset({"8.8.8.8", "2001:4860:4860::8888"}))
    for text in own.own_addresses:
        with pytest.raises(Blocked):
            judge(text, own)
    assert judge("8.8.4.4", own)


# The example of RFC 6052 §2.4: 192.0.2.33 under each length of prefix.
@pytest.mark.parametrize(
    ("prefix", "text"),
    [
        ("2001:db8::/32", "2001:db8:c000:221::"),
        ("2001:db8:100::/40", "2001:db8:1c0:2:21::"),
        ("2001:db8:122::/48", "2001:db8:122:c000:2:2100::"),
        ("2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::"),
        ("2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100::"),
        ("2001:db8:122:344::/96", "2001:db8:122:344::192.0.2.33"),
    ],
)
def test_the_address_inside_a_nat64_prefix_is_found(prefix, text):
    bits = int(prefix.partition("/")[2])
    assert addresses._embedded(IPv6Address(text), bits) == IPv4Address("192.0.2.33")


def test_behind_a_named_nat64_prefix_the_inner_address_is_judged():
    policy = Policy(nat64=("64:ff9b::/96",))
    assert judge("64:ff9b::808:808", policy) == ip_address("64:ff9b::808:808")
    for inner in ("64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1"):
        with pytest.raises(Blocked):
            judge(inner, policy)
    assert judge("2a00:1450:4001::1", policy)
