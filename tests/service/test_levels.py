"""Who sees a page, and who may choose that."""

import pytest

from threadleaf.core.errors import Refused
from threadleaf.core.model import Network
from threadleaf.service.levels import Level, Mode, choices, settled

NETWORKS: tuple[Network, ...] = ("bsky", "fedi", "x", "nostr")


@pytest.mark.parametrize("network", NETWORKS)
def test_the_one_reader_of_a_personal_instance_chooses_for_every_network(network: Network) -> None:
    assert choices(network, personal=True, modes={network: "closed"}) == ("listed", "private", "live")


@pytest.mark.parametrize("network", NETWORKS)
def test_the_operator_of_a_public_site_chooses_for_every_network_and_lists_nothing_by_chance(network: Network) -> None:
    allowed = choices(network, personal=False, modes={network: "closed"}, operator=True)
    assert set(allowed) == {"listed", "unlisted", "private", "live"}
    assert settled("", allowed) == "unlisted"


def test_on_a_public_site_a_page_is_not_listed_unless_that_was_asked_for() -> None:
    allowed = choices("bsky", personal=False, modes={})
    assert settled("", allowed) == "unlisted"
    assert settled("listed", allowed) == "listed"


@pytest.mark.parametrize("asked", ["", "listed", "unlisted", "private", "live", "everybody"])
def test_a_thread_of_the_fediverse_is_shown_and_not_kept_whatever_a_stranger_asks_for(asked: str) -> None:
    assert settled(asked, choices("fedi", personal=False, modes={})) == "live"


@pytest.mark.parametrize("network", NETWORKS)
def test_the_operator_sets_the_mode_of_a_network(network: Network) -> None:
    assert choices(network, personal=False, modes={network: "open"})[0] == "unlisted"
    assert choices(network, personal=False, modes={network: "own-only"}) == ("live",)
    assert choices(network, personal=False, modes={network: "closed"}) == ()
    for waits in ("ask-first", "opt-in"):
        assert choices(network, personal=False, modes={network: waits}) == ("unlisted", "listed", "private")


@pytest.mark.parametrize("mode", ["open", "ask-first", "own-only", "opt-in"])
def test_whose_author_agreed_is_open_to_everybody(mode: Mode) -> None:
    assert choices("fedi", personal=False, modes={"fedi": mode}, agreed=True)[0] == "unlisted"
    assert choices("fedi", personal=False, modes={"fedi": "closed"}, agreed=True) == ()


def test_where_nothing_passing_may_be_had_the_narrowest_page_is_meant() -> None:
    assert settled("live", choices("bsky", personal=False, modes={"bsky": "ask-first"})) == "private"


def test_where_nothing_may_be_chosen_the_asker_is_told() -> None:
    with pytest.raises(Refused) as told:
        settled("live", ())
    assert (told.value.code, told.value.sentence[:32]) == ("closed", "This site unrolls no threads of ")


@pytest.mark.parametrize(
    ("asked", "gets"),
    [
        ("listed", "listed"),
        ("unlisted", "private"),  # nobody's page becomes wider than was asked for
        ("private", "private"),
        ("live", "live"),
        ("", "listed"),
        ("LISTED", "listed"),
    ],
)
def test_what_may_not_be_chosen_becomes_narrower_never_wider(asked: str, gets: Level) -> None:
    assert settled(asked, choices("bsky", personal=True, modes={})) == gets
