"""Real networks on this machine. Where one cannot be started, its tests fail and say why; none is skipped."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.network import Network
from tests.real.people import World
from tests.real.seeds import Seeds, seed
from tests.real.unroller import Bluesky

INSTALLATION = 900
"""Seconds: the first test waits for the packages of the network."""


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.real)
            item.add_marker(pytest.mark.timeout(INSTALLATION))


@pytest.fixture(scope="session")
def network() -> Iterator[Network]:
    """The Bluesky network; what is on it is `seeds`."""
    with Network.started() as running:
        yield running


@pytest.fixture(scope="session")
def world(network: Network) -> World:
    """Whoever wants to write something of their own."""
    return World(network)


@pytest.fixture(scope="session")
def seeds(world: World) -> Seeds:
    """The samples: only for reading."""
    return seed(world)


@pytest.fixture
def bluesky(network: Network) -> Bluesky:
    """Through the AppView that cuts threads off at ten levels, as the public one does."""
    return Bluesky(network, network.appview)


@pytest.fixture
def bluesky_deep(network: Network) -> Bluesky:
    """Through the AppView that shows as many levels as are asked for."""
    return Bluesky(network, network.appview_deep)
