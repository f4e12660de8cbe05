"""The network itself: what it is made of, and that it stays on this machine."""

import pytest

from tests.real.xrpc import Refusal, call, cid, query

# atproto.com/specs/data-model and ipld.io: an empty map, and one with a link in it, in DAG-CBOR.
EMPTY_MAP = "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua"


def test_all_of_it_listens_and_talks_on_loopback_only(network):
    import psutil  # `make test` may do without it

    process = psutil.Process(network.pid)
    connections = [one for part in (process, *process.children(recursive=True)) for one in part.net_connections("inet")]
    listening = [one for one in connections if one.status == psutil.CONN_LISTEN]
    assert len(listening) > 5
    assert {one.laddr.ip for one in connections} == {"127.0.0.1"}
    assert {one.raddr.ip for one in connections if one.raddr} <= {"127.0.0.1"}


def test_it_has_two_appviews_over_the_same_posts_and_one_cuts_off_at_ten(network, seeds):
    asked = {"anchor": seeds.long[0], "below": 20, "branchingFactor": 1}
    levels = {}
    for appview in (network.appview, network.appview_deep):
        answer = query(appview, "app.bsky.unspecced.getPostThreadV2", **asked)
        levels[appview] = max(item["depth"] for item in answer["thread"])
    assert levels == {network.appview: 10, network.appview_deep: 20}


def test_it_knows_what_is_wrong_with_a_call(network):
    with pytest.raises(Refusal, match=r"400 for POST /xrpc/.*createAccount"):
        call(network.pds, "com.atproto.server.createAccount", {"handle": "no.dots.at.all.test"})


def test_a_wish_that_fails_is_told(network):
    with pytest.raises(RuntimeError, match="could not do"):
        network.label(None, "porn")


def test_names_of_content_are_reckoned_as_the_protocol_does():
    assert cid({}) == EMPTY_MAP
