"""How a thread begins where it is shown in passing, and what search engines are told of it."""

import json
from datetime import timedelta

from msgspec.structs import replace

from tests.render.build import ADA, JEAN, START, everything, post, thread
from threadleaf.render.jsonld import jsonld
from threadleaf.render.opening import author, opening, title

URL, IMAGE = "https://threads.example.org/t/bsky/did:plc:ada/1", "https://threads.example.org/t/bsky/did:plc:ada/1.png"


def test_a_thread_is_told_by_its_author_s_words_and_name():
    assert title(everything()) == "Why tidal mills worked better at night"
    assert author(everything()) == "Ada Weir"


def test_without_words_or_a_name_there_is_still_something_to_say():
    bare = thread(post(1), title="")
    nameless = replace(bare, author=replace(ADA, name=""))
    assert title(bare) == "A thread by @ada.example"
    assert author(nameless) == "@ada.example"


def test_what_follows_the_title_is_told_and_the_title_is_not_told_twice():
    told = thread(
        post(1, "The tide mill. It worked at night."), post(2, "So the miller slept by day."), title="The tide mill."
    )
    assert opening(told, 200) == "It worked at night. So the miller slept by day."
    cut = thread(post(1, "The tide mill of the old bishop worked."), title="The tide mill…")
    assert opening(cut, 200) == "of the old bishop worked."


def test_a_thread_that_is_its_title_says_it_again():
    assert opening(thread(post(1, "The tide mill."), title="The tide mill."), 200) == "The tide mill."
    assert opening(thread(post(1, "Other words."), title="The tide mill."), 200) == "Other words."
    assert opening(thread(post(1, "Words."), title=""), 200) == "Words."


def test_no_more_is_told_than_asked_for():
    many = thread(*(post(n, "So the miller slept by day.") for n in range(1, 2000)), title="")
    assert len(opening(many, 120)) <= 120
    assert opening(many, 120).endswith("…")


def test_what_stands_behind_a_warning_is_not_told():
    warned = post(2, "The miller drowned.", warning="drowning")
    told = thread(post(1, "First."), warned, post(3, "Later."), title="")
    assert opening(told, 200) == "First. Content warning: drowning"
    labelled = replace(ADA, labels=("!warn",))
    hidden = thread(post(1, "The miller drowned."), title="")
    assert "drowned" not in opening(replace(hidden, author=labelled), 200)
    # of somebody else's post only its own labels are known here
    assert opening(replace(hidden, author=replace(JEAN, labels=("!warn",))), 200) == "The miller drowned."


def test_search_engines_are_told_who_wrote_what_when_and_where():
    told = json.loads(jsonld(everything(), url=URL, image=IMAGE))
    assert (told["@context"], told["@type"]) == ("https://schema.org", "SocialMediaPosting")
    assert told["author"] == {"@type": "Person", "name": "Ada Weir", "url": ADA.url}
    assert (told["url"], told["mainEntityOfPage"], told["image"]) == (URL, URL, IMAGE)
    assert told["isBasedOn"] == "https://bsky.app/profile/did:plc:ada/post/1"
    assert (told["headline"], told["inLanguage"]) == (everything().title, "en")
    assert told["datePublished"] <= told["dateModified"]
    assert told["text"]


def test_an_edit_is_a_change():
    later = START + timedelta(days=3)
    told = json.loads(jsonld(thread(post(1, edited=later)), url=URL, image=IMAGE))
    assert told["dateModified"] == "2026-05-06T09:12:00Z"


def test_what_is_not_known_is_not_told():
    told = json.loads(jsonld(replace(thread(post(1, created=None, langs=())), url=""), url=URL, image=IMAGE))
    assert not {"datePublished", "dateModified", "isBasedOn", "inLanguage"} & told.keys()


def test_nothing_in_it_ends_the_script_that_it_stands_in():
    hostile = "</script><script>alert(1)</script><!-- \ud800"
    told = jsonld(thread(post(1, hostile), title=hostile), url=URL, image=IMAGE)
    assert "<" not in told
    assert json.loads(told)["headline"].startswith("</script>")
