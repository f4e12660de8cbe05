"""What was changed in a post that was edited, in every format; and a thread as it was earlier."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.render.build import READ, START, everything, name, post, thread
from tests.render.reading import checked
from threadleaf import render
from threadleaf.core.model import AsOf, Branch, Media, Post, Thread, Version
from threadleaf.core.versions import at
from threadleaf.render.feed import Place, of_posts, of_thread

SITE = render.Site(host="threads.example", path="/t/bsky/ada/1")
PLACE = Place(origin="https://threads.example.org", path="/t/bsky/did:plc:ada/1", kept_at=START)
WAS, NOW = "Boats left at noon & <b>.", "Boats left at nine & <b>."


def form(text: str, hours: int = 1, **more: Any) -> Version:
    """A form that was read until so many hours after the start, and replaced an hour later."""
    until = START + timedelta(hours=hours)
    told = {"hash": f"{hours:08x}", "until": until, "replaced": until + timedelta(hours=1), "text": text} | more
    return Version(**told)


def edited(text: str = NOW, *forms: Version, **more: Any) -> Post:
    return post(2, text, versions=forms or (form(WAS),), **more)


def threads(*forms: Version, **more: Any) -> Thread:
    return thread(post(1), edited(NOW, *forms, **more), post(3))


def bare(html: str) -> str:
    """What a reader without eyes hears of a piece of HTML."""
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


@pytest.mark.parametrize("view", ["article", "posts"])
def test_an_edited_post_says_when_and_shows_what_was_changed(view: Any):
    when = START + timedelta(hours=2, minutes=5)
    page = render.article_html(threads(edited=when), view, site=SITE)
    checked(page)
    (line,) = re.findall(r'<footer class="meta changes">(.*?)</footer>', page, re.DOTALL)
    stamp = '<time datetime="2026-05-03T11:17:00Z">3 May 2026, 11:17 UTC</time>'
    assert f"edited {stamp} · what changed</summary>" in line
    assert "Edited on 3 May 2026, 11:17 UTC. Read in its earlier form until 3 May 2026, 10:12 UTC." in line
    assert '<a href="?v=00000001" rel="nofollow">The page as it was then</a>' in line
    assert re.search(r"Boats left at <del>.*noon.*</del><ins>.*nine.*</ins> &amp; &lt;b&gt;\.", line)
    assert page.count("edited") + page.count("Edited") == 2
    assert ("Post 2 · edited" in line) == (view == "article")


def test_where_the_network_does_not_say_when_the_readings_do():
    line = render.article_html(threads(), site=SITE)
    assert 'edited after <time datetime="2026-05-03T10:12:00Z">3 May 2026, 10:12 UTC</time> · what changed' in line
    assert "Edited between 3 May 2026, 10:12 UTC and 3 May 2026, 11:12 UTC." in line


def test_several_edits_stand_there_the_newest_first():
    page = render.article_html(threads(form("One.", 1), form("Two.", 3)), site=SITE)
    assert re.findall(r"\?v=(\w+)", page) == ["00000003", "00000001"]
    assert page.count("<details") == 2 + len(re.findall('class="more"', page)) + page.count('class="map"')


def test_who_does_not_see_the_page_hears_what_was_changed():
    words = " ".join(f"w{n}" for n in range(99))
    page = render.article_html(thread(edited(f"{NOW} {words}", form(f"{WAS} {words}"))))
    heard = bare(page)
    assert "Boats left at taken out: noon (end) put in: nine (end) &amp;" in heard
    assert "w3 (unchanged words) […]" in heard
    assert '<span class="unseen" lang="en">' in page


def test_changed_descriptions_warnings_and_choices_are_named():
    picture = Media(kind="image", url="https://pics.example/1", alt="A dog.")
    old = form(NOW, alts=("A cat.", "Gone."), warning="Cats", options=("Yes",))
    page = render.article_html(thread(edited(NOW, old, media=(picture,), warning="Dogs")), "posts")
    for label in ("Content warning", "Description 1", "Description 2", "Choice 1 of the poll"):
        assert f"<p>{label}</p>" in page


def test_a_warning_covers_what_was_changed_too():
    for view in ("article", "posts"):
        page = render.article_html(thread(edited(NOW, warning="Boats")), view, site=SITE)
        covered = page[page.index('<details class="warning">') :]
        before, _, after = covered.partition("<del>")
        assert before.count("<details") - before.count("</details>") == 2
        assert "noon" in after
        assert "noon" not in page[: page.index('<details class="warning">')]


def test_a_text_from_right_to_left_keeps_its_direction():
    page = render.article_html(thread(edited("ذهبنا إلى البحر", form("ذهبنا إلى السوق"), langs=("ar",))))
    assert '<p class="passages" lang="ar" dir="rtl">ذهبنا إلى <del>' in page


def test_nothing_that_turns_the_direction_of_text_leaves_a_passage():
    page = render.article_html(thread(edited("Now.", form("a\u202eb\x1b"))))
    assert "ab\u241b" in page
    assert "\u202e" not in page


def test_posts_beside_the_line_show_it_too():
    beside = edited(NOW, form(WAS))
    page = render.article_html(thread(post(1), branches=(Branch(at=name("1"), posts=(beside,)),)), site=SITE)
    assert "<del>" in page
    assert "edited after" in page


@pytest.mark.parametrize("view", ["article", "posts"])
def test_text_and_markdown_tell_it_in_signs(view: Any):
    told = render.plain(threads(edited=START), view)
    assert "[-So-] is what was taken out, [+so+] is what was put in." in told
    assert "Boats left at [-noon-][+nine+] & <b>." in told
    assert "Boats left at \\[-noon-\\]\\[+nine+\\]" in render.markdown(threads(), view)
    beside = thread(post(1), branches=(Branch(at=name("1"), posts=(edited(),)),))
    assert "[-noon-]" in render.plain(beside)
    more = render.plain(thread(edited(NOW, form(WAS, warning="Boats"))), view)
    assert "Content warning:\n" in more


def test_a_thread_without_edits_says_nothing_of_them():
    for write in (render.plain, render.markdown, render.html):
        assert "taken out" not in write(everything())
    assert "versions" not in render.json(everything()).decode()


def test_the_json_holds_the_earlier_forms():
    assert '"versions":[{"hash":"00000001","until":"2026-05-03T10:12:00Z"' in render.json(threads()).decode()


# --- as it was --------------------------------------------------------------------------------------------------


def then() -> Thread:
    found = at(threads(form("Older.", 0), form(WAS, 1)), "00000001")
    assert found is not None
    return found


SAID = "This is an earlier version of this page: what was edited since stands here as it was read on"


def test_an_earlier_version_says_so_in_every_format():
    assert then().as_of == AsOf(hash="00000001", until=START + timedelta(hours=1))
    for view in ("article", "posts"):
        assert f"{SAID} 3 May 2026, 10:12 UTC." in render.plain(then(), view)
        assert f"**{SAID} 3 May 2026, 10:12 UTC." in render.markdown(then(), view)
        assert f"{SAID} <time" in render.html(then(), view)
    assert '"as_of":{"hash":"00000001","until":"2026-05-03T10:12:00Z"}' in render.json(then()).decode()
    assert SAID not in render.plain(threads())
    assert SAID not in render.html(threads())


def test_the_page_of_an_earlier_version_leads_to_the_present_one_and_can_be_cited_nowhere():
    site = replace(SITE, path="", present="/t/bsky/ada/1")
    page = render.article_html(then(), site=site)
    checked(page)
    assert '<p class="as-of" role="note">' in page
    assert '<a href="/t/bsky/ada/1">The page as it is now</a></p>' in page
    assert page.index("as-of") < page.index("<h1")
    assert ("?cite=" in page, "?v=" in page, "<del>" in page) == (False, False, True)
    assert "The page as it is now" not in render.article_html(then())


def test_the_head_of_an_earlier_version_names_one_moment_and_does_not_call_its_words_unchanged():
    for page in (render.html(then()), render.article_html(then(), "posts"), render.plain(then())):
        head = page[: page.index("Post 1.", page.index(SAID))]
        assert "10:12 UTC" in head
        assert "14:02 UTC" not in head
        assert "unchanged." not in head
    assert "the author’s words as they were then." in render.article_html(then(), "posts")


def test_a_page_with_edited_posts_shows_the_words_of_now():
    for page in (threads(form(WAS, 1)), threads(edited=START)):
        shown = render.article_html(page, "posts")
        assert "the author’s words as they are now, edits included." in shown
        assert "the author’s words, unchanged." not in shown
        assert "14:02 UTC" in shown


# --- feeds ------------------------------------------------------------------------------------------------------


def test_every_edit_is_an_entry_of_its_own_in_the_feed_of_its_thread():
    when = START + timedelta(hours=2)
    entries = of_posts(threads(form("Older.", 0), form(WAS, 1), edited=when), PLACE)
    assert [entry.title for entry in entries] == [f"Edited: {NOW}", f"Edited: {NOW}", "Post 3.", NOW, "Post 1."]
    newest, older = entries[:2]
    assert (newest.published, newest.updated) == (when, when)
    assert older.published == START + timedelta(hours=1)
    assert newest.id == "tag:threads.example.org,2026-05-03:/t/bsky/did:plc:ada/1#2?v=00000001"
    assert newest.url == f"{PLACE.url}#2"
    assert f'href="{PLACE.url}?v=00000001"' in newest.html
    assert "<del>" in newest.html
    assert newest.summary.startswith("Edited on 3 May 2026, 11:12 UTC.")
    assert all("<del>" not in entry.html for entry in entries[2:])


def test_the_entry_of_an_edit_is_behind_the_post_s_warning():
    entry = of_posts(thread(edited(NOW, warning="Boats")), PLACE)[0]
    assert entry.html.startswith('<details class="warning">')


def test_a_thread_is_updated_in_lists_when_an_edit_was_found():
    assert of_thread(threads(form(WAS, 9)), PLACE).updated == START + timedelta(hours=10)
    assert READ > START
