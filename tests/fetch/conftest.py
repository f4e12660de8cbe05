"""What the tests of the door may ask for."""

import pytest

from tests.fetch.stage import Certificates


@pytest.fixture(scope="session")
def certificates(tmp_path_factory) -> Certificates:
    """Certificates of an authority of our own: good, expired, for another name, and signed by nobody."""
    return Certificates(tmp_path_factory.mktemp("tls"))
