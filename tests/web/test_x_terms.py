"""X's terms on a site: pages for people, so many posts a day for each of them, and ids alone for programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.xsite import XSite
from threadleaf.core.errors import NotNow
from threadleaf.core.pictured import faces
from threadleaf.service.following import Following
from threadleaf.store import open_store
from threadleaf.store.records import Picture, Reading
from threadleaf.store.threads import Store
from threadleaf.web.security import FILE_POLICY
from threadleaf.wire import Answer, Document

TEXTS = ("1/ A mill & its wheel. #tides $MILL", "2/ A tide.")
SAID = ("wheel", "Ada", "@ada", "/ada")
"""Words of the thread, and what its author is called."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "threads.db") as opened:
        yield opened


@pytest.fixture
def site(store: Store) -> XSite:
    return XSite(store, texts=TEXTS)


def said(text: str) -> list[str]:
    return [word for word in SAID if word in text]


def programs(site: XSite, path: str) -> tuple[str, ...]:
    """Whatever programs read of a page and of lists that have it."""
    api = path.replace("/t/", "/api/v1/threads/")
    author = site.world.called("ada").id
    return (
        *(f"{path}.json", f"{path}.atom", f"{path}.feed.json", api, f"{api}.json"),
        *("/api/v1/threads", "/api/v1/search?q=wheel", "/latest.atom", "/latest.json", "/topic/tides.atom"),
        *(f"/author/x/{author}.atom", f"/author/x/{author}.json", "/search.atom?q=mill", "/sitemap-0.xml"),
        *(
            f"/oembed?url={site.settings.public_origin}{path}",
            f"/oembed?format=xml&url={site.settings.public_origin}{path}",
        ),
    )


def test_programs_have_ids_and_addresses_only(site: XSite) -> None:
    path = site.keep("listed")
    for place in programs(site, path):
        answer = site.client.get(place)
        assert answer.status_code == 200, place
        # What was looked for is what the program itself has said.
        assert said(answer.text.replace("q=wheel", "")) == [], place
        assert path in answer.text or site.chain[0] in answer.text, place
    found = site.client.get("/api/v1/search?q=wheel").json()["hits"][0]
    assert (found["text"], found["marks"], found["page"]["only_ids"], found["page"]["title"]) == ("", [], True, "")
    assert site.client.get(path, headers={"accept": "application/json"}).json()["title"] == ""


def test_the_head_of_the_page_has_nothing_for_programs(site: XSite) -> None:
    head = site.client.get(site.keep("listed")).text.partition("<body")[0]
    assert "og:url" in head
    for word in ("og:title", "description", "og:image", "ld+json", "oembed", 'type="text/markdown"'):
        assert word not in head, word


def test_what_is_made_to_be_shown_elsewhere_is_refused_in_a_clear_sentence(site: XSite) -> None:
    path = site.keep("listed")
    for place in (f"/embed{path}", f"{path}.png"):
        answer = site.client.get(place)
        assert answer.status_code == 403
        assert "X’s terms do not let its posts be shown on other sites." in answer.text
        assert said(answer.text) == []


def test_the_interface_gives_no_texts_and_says_where_they_are(site: XSite) -> None:
    api = site.keep("listed").replace("/t/", "/api/v1/threads/")
    for suffix in ("md", "txt", "html", "svg"):
        answer = site.client.get(f"{api}.{suffix}")
        assert (answer.status_code, answer.json()["code"]) == (403, "x-terms")
        assert said(answer.text) == []


def test_people_have_the_page_and_the_files_they_ask_for(site: XSite) -> None:
    path = site.keep("listed")
    for place in ("", ".md", ".txt", ".html", "?view=article", f"?cite={site.chain[0]}"):
        answer = site.client.get(path + place)
        assert answer.status_code == 200
        assert "wheel" in answer.text, place
        assert answer.headers["cache-control"] == "private, no-cache"
    for place in ("/", "/latest", "/search?q=mill", f"/author/x/{site.world.called('ada').id}"):
        assert "wheel" in site.client.get(place).text


def test_a_personal_site_is_the_operators_own(store: Store) -> None:
    site = XSite(store, texts=TEXTS, public=False, x_posts_per_day=2)
    path = site.keep("listed")
    for place in ("", ".json", ".md", ".json", ".atom", "", ""):
        answer = site.client.get(path + place)
        assert answer.status_code == 200
        assert "wheel" in answer.text
        assert "private" not in answer.headers["cache-control"]


def test_each_visitor_is_shown_so_many_posts_a_day_and_told_when_it_goes_on(store: Store) -> None:
    site = XSite(store, texts=TEXTS, x_posts_per_day=5)
    path = site.keep("listed")
    for _ in range(2):
        assert site.client.get(path).status_code == 200
    answer = site.client.get(path)
    assert answer.status_code == 429
    assert "X’s terms let this site show each visitor 5 of X’s posts a day" in answer.text
    assert "4 November 2026, 12:01 UTC" in answer.text
    assert answer.headers["retry-after"] == "86400"
    assert said(answer.text) == []
    assert site.client.get(f"{path}.md").status_code == 429
    assert site.visitor("198.51.100.9").get(path).status_code == 200
    assert site.client.get(f"{path}.json").status_code == 200
    assert site.client.get(f"{path}.svg").status_code == 200
    site.world.later(hours=23, minutes=59)
    site.service.check(site.service.find(site.ref, lifting=True))  # type: ignore[arg-type]
    assert site.client.get(path).status_code == 429
    site.world.later(minutes=1)
    assert site.client.get(path).status_code == 200


def test_whoever_has_the_page_or_looks_at_its_headers_is_shown_nothing(store: Store) -> None:
    site = XSite(store, texts=TEXTS, x_posts_per_day=2)
    path = site.keep("listed")
    first = site.client.get(path)
    for _ in range(3):
        assert site.client.get(path, headers={"if-none-match": first.headers["etag"]}).status_code == 304
        assert site.client.head(path).status_code == 200
    assert site.client.get(path).status_code == 429


def test_a_page_with_more_posts_than_a_day_has_says_so(store: Store) -> None:
    site = XSite(store, texts=[f"Post {n}." for n in range(4)], x_posts_per_day=3)
    answer = site.client.get(site.keep("listed"))
    assert answer.status_code == 403
    assert "This page shows more posts of X than X’s terms let this site show one visitor in a day: 3." in answer.text


def test_a_private_page_is_bound_too(site: XSite) -> None:
    path = site.keep("private")
    assert said(site.client.get(f"{path}.json").text) == []
    assert site.client.get(path).status_code == 200


def test_what_is_shown_and_not_kept_is_bound_too(store: Store) -> None:
    site = XSite(store, texts=TEXTS, who_may_read_x="anyone", x_posts_per_day=3)
    with site.jobs.open():
        where = site.client.post("/unroll", data={"url": site.address, "level": "live"}).headers["location"]
        number = where.rpartition("/")[2].partition("#")[0]
        while (state := site.jobs.state(number)) is not None and state.phase not in ("done", "failed"):
            site.jobs.tidy()
        assert state is not None
        path = state.path
        assert "wheel" in site.client.get(path).text
        assert said(site.client.get(f"{path}.json").text) == []
        assert site.client.get(path).status_code == 429


def test_the_operator_who_is_signed_in_is_free(site: XSite) -> None:
    path = site.keep("listed")
    secret = site.service.desk.new_link()
    site.service.desk.set_password(secret, "a long password of mine")
    session = site.service.desk.sign_in("a long password of mine")
    site.client.cookies.set("__Host-threadleaf-operator", session or "")
    assert "wheel" in site.client.get(f"{path}.json").text
    assert "wheel" in site.client.get(path.replace("/t/", "/api/v1/threads/")).text


def test_messages_to_followers_name_addresses_only(site: XSite) -> None:
    path = site.keep("listed")
    following = Following(site.service)
    assert following.news(f"thread:{path}", 0).name == f"https://x.com/i/status/{site.chain[0]}"
    author = site.world.called("ada").id
    assert following.news(f"author:x:{author}", 0).name == f"https://x.com/i/user/{author}"


def test_what_nobody_could_look_after_is_held_back_with_the_day_and_comes_back(site: XSite) -> None:
    path = site.keep("listed")
    site.world.later(hours=23, minutes=30)
    answer = site.client.get(path)
    assert answer.status_code == 503
    assert "This thread was last seen on X on 3 November 2026." in answer.text
    assert said(answer.text) == []
    for place in ("/latest", "/search?q=mill", "/sitemap-0.xml", "/api/v1/threads", "/latest.atom"):
        assert path not in site.client.get(place).text
    with pytest.raises(NotNow):
        site.service.read(path)
    for page in site.service.due(9):
        site.service.check(page)
    site.world.later(minutes=2)  # a further look at the clock
    assert "wheel" in site.client.get(path).text
    assert path in site.client.get("/latest").text


def test_a_look_in_a_minute_is_enough(site: XSite) -> None:
    path = site.keep("listed")
    assert site.client.get(path).status_code == 200
    site.world.now += timedelta(hours=23, minutes=30, seconds=1)
    assert site.client.get(path).status_code == 503


def test_saved_answers_that_are_taken_in_are_no_look_at_x(site: XSite) -> None:
    path = site.keep("listed")
    reply = site.world.reply(site.world.requests[0])
    assert isinstance(reply, Answer)
    site.world.later(hours=20)
    taken = site.service.unroll_documents([Document(name="saved.json", body=reply.body)], save="listed")
    assert taken.path == path
    assert site.client.get(path).status_code == 200
    site.world.later(hours=3, minutes=30)
    assert site.client.get(path).status_code == 503


def test_the_end_leaves_no_page(site: XSite) -> None:
    path = site.keep("listed")
    assert site.service.holds_of_x().pages == 1
    assert site.service.end_x()
    assert not site.service.holds_of_x()
    assert site.client.get(path).status_code == 404


# --- how posts of X are shown -------------------------------------------------------------------------------------


class Faces:
    """A gallery that has every picture it is asked for."""

    def of(self, reading: Reading) -> dict[str, Picture]:
        return {
            face: Picture(name="f" * 64, url=face, state="stored", width=48, height=48)
            for face in faces(reading.thread)
        }

    def sweep(self) -> None:
        """Nothing is kept."""


def test_each_post_has_face_name_and_time_and_leads_to_x(site: XSite) -> None:
    world, (first, second) = site.world, site.chain
    quoted = world.post("bob", "Quoted words.", at=world.now)
    third = world.post("ada", "3/ See https://mills.example/tide", to=second, quotes=quoted)
    newer = world.edit(second, "2/ A tide, edited @bob.")
    site.service.gallery = Faces()  # type: ignore[assignment]
    html = site.client.get(site.keep("listed")).text
    face = f'<img class="avatar u-photo" src="/media/{"f" * 64}" width="40" height="40" alt="" decoding="async">'
    ada = f'{face}<a href="https://x.com/ada" rel="nofollow noopener"><b><bdi>Ada</bdi></b> <bdi>@ada</bdi></a>'
    bob = f'{face}<a href="https://x.com/bob" rel="nofollow noopener"><b><bdi>Bob</bdi></b> <bdi>@bob</bdi></a>'
    assert html.count(f'<footer class="who">{ada}') == 3
    assert f'<p class="who">{bob} · quoted' in html
    for address in (f"ada/status/{first}", f"ada/status/{newer}", f"ada/status/{third}", f"bob/status/{quoted}"):
        assert f'<a href="https://x.com/{address}" rel="nofollow noopener"><time' in html
        assert f'<a href="https://x.com/{address}" rel="nofollow noopener">View on X</a>' in html
    assert "· edited <time" in html
    assert '<a href="https://x.com/hashtag/tides" rel="nofollow noopener ugc">#tides</a>' in html
    assert '<a href="https://x.com/search?q=%24MILL" rel="nofollow noopener ugc">$MILL</a>' in html
    assert 'rel="nofollow noopener ugc">mills.example/tide</a>' in html
    assert "https://mills.example" not in html
    assert "1/ A mill &amp; its wheel." in html.partition("<article")[2], "the author's words, unaltered"
    for other in ("Bluesky", "Mastodon"):
        assert other not in html.partition("<article")[2].partition("</article>")[0]


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'


@pytest.mark.parametrize(
    ("name", "body", "shows"),
    [
        ("logo.svg", SVG, True),
        ("logo.png", b"\x89PNG", True),
        ("logo.svg", b"x" * 65_537, False),
        ("logo.html", SVG, False),
        ("", b"", False),
    ],
)
def test_the_logo_is_shown_where_the_operator_has_it(
    store: Store, tmp_path: Path, name: str, body: bytes, shows: bool
) -> None:
    file = tmp_path / "mine" / (name or "none")
    if name:
        file.parent.mkdir()
        file.write_bytes(body)
    site = XSite(store, texts=TEXTS, x_logo=str(file))
    html = site.client.get(site.keep("listed")).text
    found = re.findall(r'<img class="x-logo" src="(/x-logo-[0-9a-f]{8}\.[a-z]+)" width="14" height="14" alt="X"', html)
    assert len(found) == (2 if shows else 0)
    if shows:
        answer = site.client.get(found[0])
        assert answer.content == body
        assert answer.headers["content-type"].startswith("image/")
        assert answer.headers["content-security-policy"] == FILE_POLICY
    assert "x-logo" not in site.client.get("/latest").text
