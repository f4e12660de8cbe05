"""Authors: proofs, forged and genuine; and what the console does, for good."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.build import address, author, draft, line, post, ref, talk
from tests.support import proofs
from tests.support.claims import ACTOR, ANN, HOST, MAL, Here
from tests.support.claims import here as claiming
from threadleaf.core.assemble import assemble
from threadleaf.core.errors import Gone, NotFound, NotNow, Refused, UnknownAddress
from threadleaf.core.model import Conversation, Media, Post, Ref
from threadleaf.core.wishes import By
from threadleaf.service import Threadleaf
from threadleaf.service.authors import SHOWN, Console
from threadleaf.store.aliases import alias_of, alias_of_path
from threadleaf.store.records import Draft
from threadleaf.store.statements import IDLE


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Here]:
    with claiming(tmp_path) as site:
        yield site


@pytest.mark.parametrize("name", [play.name for play in proofs.FORGED])
def test_a_forged_proof_is_refused(here: Here, name: str):
    assert proofs.played(proofs.BY_NAME[name], here) != "accepted"


@pytest.mark.parametrize("name", [play.name for play in proofs.GENUINE])
def test_a_genuine_proof_is_accepted(here: Here, name: str):
    assert proofs.played(proofs.BY_NAME[name], here) == "accepted"


def test_other_servers_are_not_even_asked(here: Here):
    assert proofs.played(proofs.BY_NAME["fedi: a copy on another server"], here) != "accepted"
    assert [request.url for request in here.net.asked if "mal.example" in request.url] == []


def test_a_server_that_wants_a_signature_gets_one(tmp_path: Path):
    with claiming(tmp_path, signs=True) as site:
        site.fedi.signed = True
        assert proofs.played(proofs.BY_NAME["fedi: the profile"], site) == "accepted"
        assert {request.credential for request in site.net.asked} == {"", "actor"}


def test_where_nothing_can_be_signed_the_account_cannot_be_read(here: Here):
    here.fedi.signed = True
    assert proofs.played(proofs.BY_NAME["fedi: the profile"], here) == "absent"


# --- whose account ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "network", "account"),
    [
        (ANN, "bsky", ANN),
        ("https://bsky.app/profile/ann.example", "bsky", ANN),
        (f"https://{HOST}/@ann", "fedi", ACTOR),
        (f"https://{HOST}/users/ann/statuses/100", "fedi", ACTOR),
        (f"https://{HOST}/@ann/100", "fedi", ACTOR),
        ("https://bsky.app/profile/ann.example/post/3kpost", "bsky", ANN),
        (f"https://bsky.app/profile/{MAL}/post/3kpost", "bsky", MAL),
    ],
)
def test_any_address_of_an_account_or_of_its_posts_begins_a_claim(here: Here, given: str, network: str, account: str):
    here.fedi.says("ann", "<p>A post.</p>")
    begun = here.authors.begin(given)
    assert (begun.network, begun.author) == (network, account)
    assert begun.handle in ("ann.example", "mal.example", f"ann@{HOST}")


def test_a_page_of_ours_needs_no_network(here: Here):
    path = here.keep(1, 2)
    here.net.down = True
    assert here.authors.begin(path).author == ANN
    assert here.authors.begin(address(2)).author == ANN
    assert here.net.asked == []


def test_so_does_a_private_one_and_one_that_is_hidden(here: Here):
    private, public = here.keep(1, save="private"), here.keep(5)
    here.service.desk.report(public, "other", "Look.")
    here.store.moderation.hide([alias_of(ref(5))], here.net.now)
    assert here.authors.begin(private).author == ANN
    assert here.authors.begin(public).author == ANN


def test_of_a_page_that_is_gone_the_network_is_asked(here: Here):
    path = here.keep(1)
    here.service.remove(path, "operator")
    here.bsky.says(ANN, "Words of 1.")
    assert here.authors.begin(path).author == ANN


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ("@nobody.example", NotFound),
        ("https://bsky.app/profile/nobody.example/post/3kpost", NotFound),
        (f"@nobody@{HOST}", NotFound),
        (f"https://{HOST}/@ann/999", NotFound),
        (f"https://{HOST}/objects/01234567-89ab-cdef-0123-456789abcdef", NotFound),
        ("https://x.com/ann", UnknownAddress),
        ("https://x.com/ann/status/20", UnknownAddress),
        ("/p/" + "A" * 22, UnknownAddress),
        ("/latest", UnknownAddress),
        ("hello", UnknownAddress),
    ],
)
def test_an_address_that_says_nothing_begins_none(here: Here, given: str, error: type[Exception]):
    with pytest.raises(error):
        here.authors.begin(given)


@pytest.mark.parametrize("given", ["@ann.example", f"@ann@{HOST}", f"https://{HOST}/@ann/100"])
def test_a_network_that_does_not_answer_is_told(here: Here, given: str):
    here.net.down = True
    with pytest.raises(NotNow, match="does not answer"):
        here.authors.begin(given)


def test_a_post_of_a_server_without_mastodons_api_names_its_author(here: Here):
    here.fedi.api = False
    here.fedi.says("ann", "<p>A post.</p>")
    assert here.authors.begin(f"{ACTOR}/statuses/100").author == ACTOR


def test_an_account_of_files_cannot_be_proved(here: Here):
    told = Conversation(network="file", anchor="a", posts=(Post(id="a", author="ann", text="Words.", place=1),))
    key = Ref("file", "a" * 64)
    kept = Draft(
        conversation=told,
        thread=assemble(told),
        shown=assemble(told),
        key=key,
        aliases=(alias_of(key),),
        visibility="unlisted",
        origin="file",
        at=here.net.now,
    )
    saved = here.store.save(kept)
    assert saved
    with pytest.raises(UnknownAddress, match="made from files"):
        here.authors.begin(saved.path)


def test_without_a_network_no_code_is_looked_for(here: Here):
    service = Threadleaf(here.store, None, lambda: here.net.now)
    begun = service.authors.begin(here.keep(1))
    with pytest.raises(NotNow, match="no network may be used"):
        service.authors.check(begun)


def test_a_network_that_is_down_proves_nothing_and_nothing_is_said_of_the_code(here: Here):
    bsky, fedi, on_x = proofs.ann(here), proofs.fedi(here), proofs.on_x(here)
    here.net.down = True
    for begun, told in (
        (bsky, {"page": proofs.PAGE}),
        (fedi, {}),
        (on_x, {"post": "https://x.com/ann/status/30", "about": proofs.THREAD}),
    ):
        with pytest.raises(NotNow, match="nobody could look for the code"):
            here.authors.check(begun, **told)


def test_an_outbox_without_pages_or_elsewhere_is_no_fault(here: Here):
    here.fedi.api = False
    begun = proofs.fedi(here)
    here.fedi.people["ann"]["outbox"] = ""
    assert here.authors.check(begun) == "absent"


def test_a_page_that_is_none_proves_nothing(here: Here):
    begun = proofs.fedi(here)
    here.fedi.lists("ann", proofs.PAGE)
    assert here.authors.check(begun, page=proofs.PAGE) == "absent"
    assert here.authors.check(begun, page="javascript:alert(1)") == "absent"
    here.web.pages[proofs.PAGE] = "<head>\n<!-- a page --></head>"
    assert here.authors.check(begun, page=proofs.PAGE) == "absent"


def test_two_who_check_at_once_get_one_console(here: Here, monkeypatch: pytest.MonkeyPatch):
    begun = proofs.ann(here)
    here.bsky.says(ANN, begun.code)
    ask = here.net.fetch

    def overtaken(steps):
        monkeypatch.undo()
        assert isinstance(here.authors.check(begun), Console)
        return ask(steps)

    monkeypatch.setattr(here.authors, "_fetch", overtaken)
    with pytest.raises(UnknownAddress, match="used just now"):
        here.authors.check(begun)


# --- the console ------------------------------------------------------------------------------------------------


def proved(here: Here, how: str = "bsky: the profile") -> Console:
    """A console of Ann's."""
    console = proofs.BY_NAME[how].act(here)
    assert isinstance(console, Console)
    return console


def refused(here: Here, *ways: object) -> list[str]:
    """Why each of some ways leads nowhere."""
    found = []
    for way in ways:
        with pytest.raises((Gone, Refused)) as error:
            here.service.find(way)
        found.append(error.value.code)
    return found


def test_a_console_is_opened_by_its_secret_for_an_hour(here: Here):
    console = proved(here)
    assert here.authors.console(console.secret, "bsky", ANN) == console
    assert here.authors.console(console.secret, "bsky", MAL) is None
    here.net.now += IDLE
    assert here.authors.console(console.secret, "bsky", ANN) is None
    again = proved(here)
    here.authors.close(again)
    assert here.authors.console(again.secret, "bsky", ANN) is None


def test_it_tells_what_is_here(here: Here):
    public, unlisted = here.keep(1, 2), here.keep(5, save="unlisted")
    here.keep(9, save="private")
    here.keep(20, author="mal")
    standing = here.authors.standing(proved(here))
    assert [page.path for page in standing.pages] == [unlisted, public]
    assert (standing.more, standing.private, standing.opted_out, standing.allows) == (0, 1, None, False)


def test_it_counts_pictures_without_a_description(here: Here):
    pictures = (
        Media(kind="image", alt="A mill."),
        Media(kind="image", alt=" "),
        Media(kind="gif"),
        Media(kind="video"),
    )
    here.store.save(draft(talk(post(1, media=pictures)), at=here.net.now))
    standing = here.authors.standing(proved(here))
    assert (standing.pictures, standing.undescribed) == (3, 2)


def test_it_names_so_many_and_counts_the_others(here: Here, monkeypatch: pytest.MonkeyPatch):
    assert SHOWN > 1
    monkeypatch.setattr("threadleaf.service.authors.SHOWN", 1)
    here.keep(1), here.keep(5), here.keep(9)
    standing = here.authors.standing(proved(here))
    assert (len(standing.pages), standing.more) == (1, 2)


def test_one_thread_is_taken_down_and_stays_down(here: Here):
    path, other = here.keep(1, 2, 3), here.keep(9)
    here.keep(1, 2, save="private")
    console = proved(here)
    assert here.authors.take_down(console, path) == 2
    assert refused(here, path, address(2), ref(3)) == ["author"] * 3
    with pytest.raises(Gone, match=r"1 March 2026, as its author wished"):
        here.keep(2, 3)
    with pytest.raises(Gone):
        here.keep(3, 4, save="private")
    assert here.service.find(other)
    assert [page.path for page in here.authors.standing(console).pages] == [other]
    assert here.service.desk.deeds(1)[0].did == "author took down"
    assert {(one.what, one.number) for one in here.service.desk.numbers()} == {
        ("removed author", 1),
        ("authors proved", 1),
    }


def test_what_was_taken_back_meanwhile_is_taken_down_for_good_all_the_same(here: Here):
    path, theirs = here.keep(1, 2), here.keep(20, author="mal")
    console = proved(here)
    for one in (path, theirs):
        here.store.withdraw(here.store.find([alias_of_path(one)])[0], "network", here.net.now)
    assert here.authors.take_down(console, path) == 0
    with pytest.raises(NotFound):
        here.authors.take_down(console, theirs)
    assert refused(here, path, theirs) == ["author", "network"]
    with pytest.raises(Gone, match="as its author wished"):
        here.keep(1, 2)
    assert here.keep(20, author="mal") == theirs


def test_nobody_takes_down_what_is_not_theirs(here: Here):
    theirs, private = here.keep(20, author="mal"), here.keep(9, save="private")
    console = proved(here)
    for path in (theirs, private, "/t/bsky/did:plc:ann/3k77", "/"):
        with pytest.raises(NotFound):
            here.authors.take_down(console, path)
        with pytest.raises(NotFound):
            here.authors.declare(console, path, "unlisted")
        with pytest.raises(NotFound):
            here.authors.index(console, path, says=False)
    assert here.service.find(theirs)


def test_all_threads_are_taken_down_with_their_private_copies(here: Here):
    paths = [here.keep(1, 2), here.keep(5, save="unlisted")]
    here.keep(1, 2, save="private"), here.keep(9, save="private")
    theirs = here.keep(20, author="mal")
    console = proved(here)
    assert here.authors.take_down(console) == 4
    assert refused(here, *paths) == ["author", "author"]
    standing = here.authors.standing(console)
    assert (standing.pages, standing.private) == ((), 0)
    assert here.service.find(theirs)


def test_whoever_opts_out_is_shown_no_more_and_may_come_back(here: Here):
    path = here.keep(1, 2)
    here.keep(9, save="private")
    console = proved(here)
    here.authors.allow(console)
    here.authors.opt_out(console)
    assert refused(here, path) == ["author"]
    with pytest.raises(Refused):
        here.keep(30)
    standing = here.authors.standing(console)
    assert (standing.pages, standing.private, standing.allows) == ((), 0, False)
    assert standing.opted_out
    assert standing.opted_out.by == "author"
    here.authors.allow(console)
    assert here.authors.standing(console).opted_out is None
    assert here.authors.standing(console).allows
    assert here.keep(1, 2) == path


def test_what_the_operator_decided_stays(here: Here):
    console = proved(here)
    here.service.desk.block_author("bsky", ANN)
    with pytest.raises(Refused, match="The operator of this site"):
        here.authors.allow(console)
    assert here.authors.standing(console).opted_out


@pytest.mark.parametrize("by", ["operator", "law"])
def test_what_others_decided_after_she_opted_out_stays_too(here: Here, by: By):
    console = proved(here)
    here.authors.opt_out(console)
    here.service.opt_out("bsky", ANN, by)
    with pytest.raises(Refused, match="The operator of this site"):
        here.authors.allow(console)
    standing = here.authors.standing(console)
    assert standing.opted_out
    assert (standing.opted_out.by, standing.allows) == (by, False)


def test_an_author_decides_about_lists_and_others_do_not(here: Here):
    path = here.keep(1, 2)
    console = proved(here)
    here.authors.declare(console, path, "unlisted")
    here.keep(1, 2, 3, save="listed")
    assert here.service.list(9) == ()
    here.authors.declare(console, path, "listed")
    assert [page.path for page in here.service.list(9)] == [path]


def test_of_several_threads_the_one_that_is_named_is_meant(here: Here):
    paths = [here.keep(1, 2), here.keep(5, save="unlisted")]
    console = proved(here)
    for path in paths:
        here.authors.declare(console, path, "listed")
    assert [page.visibility for page in here.authors.standing(console).pages] == ["listed", "listed"]


def test_an_author_decides_about_search_engines(here: Here):
    path = here.keep(1, 2)
    console = proved(here)
    here.authors.index(console, path, says=True)
    (page,) = here.authors.standing(console).pages
    assert here.authors.standing(console).indexed == {page.number: True}
    assert here.service.read(path).indexed is True
    assert [one["you_said_of_search_engines"] for one in json.loads(here.authors.everything(console))["threads"]] == [
        True
    ]
    here.authors.index(console, path, says=False)
    assert here.service.read(path).indexed is False
    here.authors.declare(console, path, "unlisted")
    assert here.service.read(path).indexed is None, "in no list, it is in no search engine whatever was said"


def test_an_embed_is_not_enough_to_publish(here: Here):
    console = proved(here, "x: an embed")
    assert not console.may_publish
    with pytest.raises(Refused, match="not to publish"):
        here.authors.allow(console)
    with pytest.raises(Refused, match="not to publish"):
        here.authors.declare(console, proofs.THREAD, "listed")
    with pytest.raises(Refused, match="not to publish"):
        here.authors.index(console, proofs.THREAD, says=True)
    here.authors.index(console, proofs.THREAD, says=False)
    here.authors.declare(console, proofs.THREAD, "unlisted")
    assert here.authors.take_down(console, proofs.THREAD) == 1


def test_everything_that_is_held_is_told(here: Here):
    path = here.keep(1, 2)
    here.keep(9, save="private")
    console = proved(here)
    told = json.loads(here.authors.everything(console))
    assert (told["network"], told["account"], told["private_copies"]) == ("bsky", ANN, 1)
    assert told["opted_out"] is None
    (thread,) = told["threads"]
    assert (thread["path"], thread["who_sees_it"]) == (path, "listed")
    assert [one["text"] for one in thread["thread"]["posts"]] == ["Words of 1 by ann.", "Words of 2 by ann."]
    assert console.secret not in json.dumps(told)
    here.authors.opt_out(console)
    assert json.loads(here.authors.everything(console))["opted_out"]["by"] == "author"


def test_earlier_forms_of_edited_posts_are_told_too(here: Here):
    here.keep(1, 2)
    here.keep(1, 2, text="Better words.")
    (thread,) = json.loads(here.authors.everything(proved(here)))["threads"]
    assert [[form["text"] for form in one["versions"]] for one in thread["thread"]["posts"]] == [
        ["Words of 1 by ann."],
        ["Words of 2 by ann."],
    ]


def test_old_codes_are_dropped_once_a_day(here: Here):
    proofs.ann(here)
    here.net.later(days=1)
    here.service.desk.tidy()
    with here.store._database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM codes").scalar_one() == 0


def test_a_mention_that_is_no_code_is_nobodys_business(here: Here):
    assert author("ann").id == ANN
    assert not here.authors.heard("bsky", ANN, "@bot.example forget")
    assert not here.authors.heard("bsky", ANN, "")
    assert not here.authors.heard("bsky", ANN, "@bot.example threadleaf-" + "a" * 26)


def test_a_thread_by_others_that_is_listed_stays(here: Here):
    here.keep(1, 2)
    theirs = here.store.save(draft(talk(*line(40, author="mal")), at=here.net.now))
    assert theirs
    here.authors.take_down(proved(here))
    assert here.service.find(theirs.path)
