"""Which addresses are this machine's own."""

from ipaddress import ip_address

import pytest

from threadleaf.fetch.here import is_here


class Kernel:
    """Lets sockets be bound to some addresses only, or to any."""

    def __init__(self, *own: str) -> None:
        self.own = own

    def __call__(self, text: str) -> None:
        if self.own and text not in self.own:
            raise OSError("cannot assign requested address")


@pytest.mark.parametrize("text", ["11.0.0.1", "2a00::1"])
def test_an_address_is_ours_if_a_socket_can_be_bound_to_it(text):
    assert is_here(ip_address(text), Kernel("11.0.0.1", "2a00::1"))
    assert not is_here(ip_address(text), Kernel("11.0.0.2", "2a00::2"))


@pytest.mark.parametrize("text", ["11.0.0.1", "2a00::1"])
def test_where_sockets_can_be_bound_to_anything_nothing_is_learnt(text):
    assert not is_here(ip_address(text), Kernel())


def test_the_system_knows_its_own_addresses():
    assert is_here(ip_address("127.0.0.1"))
    assert not is_here(ip_address("192.0.2.77"))
    assert not is_here(ip_address("2001:db8::77"))
