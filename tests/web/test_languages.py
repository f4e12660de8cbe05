"""Which language a reader gets, what says so, and how dates and numbers are written in it."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from starlette.testclient import TestClient

from tests.support import site
from threadleaf.config import Settings
from threadleaf.web import languages, links
from threadleaf.web.app import create_app
from threadleaf.web.languages import Choice

PATH = site.path_of(site.single())
WHEN = datetime(2026, 5, 3, 9, 12, tzinfo=UTC)


@pytest.fixture
def client() -> TestClient:
    settings = Settings()
    app = create_app(site.Shelf(site.ALL, settings), settings)
    return TestClient(app, base_url="http://localhost:8410", follow_redirects=False)


# --- which one ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("DE-at-x-none", "de"),
        ("zh-Hans", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh-Hant-TW", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("ar-a-none", "ar"),
        ("den", ""),
        ("tlh", ""),
        ("", ""),
        ("../ru", ""),
    ],
)
def test_a_range_loses_its_end_until_it_is_a_language_of_ours(wanted, code):
    assert languages.look_up(wanted) == code


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("tlh, ja;q=0.5", "ja"),
        ("es;q=0.4, ru;q=0.9, en;q=0.8", "ru"),
        ("de;q=0.8, fr;q=0.8", "de"),
        ("de;q=0, fr;q=0.1", "fr"),
        ("de;q=0", "en"),
        ("tlh, *;q=0.5, de;q=0.1", "en"),
        ("de ; q=0.5, ,;;, fr;q=2, ja;q=abc", "de"),
        ("tlh," * 32 + "de", "en"),
        ("zh-TW, zh;q=0.9, en;q=0.8", "zh-Hans"),
    ],
)
def test_the_browser_says_what_its_reader_prefers(header, code):
    assert languages.preferred(header) == code


def test_the_address_outweighs_the_browser(client: TestClient):
    german = {"accept-language": "de"}
    assert '<html lang="de" dir="ltr">' in client.get("/", headers=german).text
    assert '<html lang="fr" dir="ltr">' in client.get("/?lang=fr", headers=german).text
    assert '<html lang="ar" dir="rtl">' in client.get("/?lang=ar", headers=german).text
    assert '<html lang="de" dir="ltr">' in client.get("/?lang=tlh", headers=german).text
    assert '<html lang="en" dir="ltr">' in client.get("/").text


# --- what says so ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/latest", "/nowhere", PATH])
def test_an_answer_says_its_language_and_that_the_browser_chose_it(client: TestClient, path: str):
    chosen = client.get(path, headers={"accept-language": "ja"})
    assert chosen.headers["content-language"] == "ja"
    assert "accept-language" in chosen.headers["vary"]
    asked = client.get(path, params={"lang": "ja"})
    assert asked.headers["content-language"] == "ja"
    assert "accept-language" not in asked.headers.get("vary", "")


@pytest.mark.parametrize("path", [f"{PATH}.md", f"{PATH}.html", "/manifest.webmanifest"])
def test_what_is_the_same_in_every_language_says_none(client: TestClient, path: str):
    answer = client.get(path, headers={"accept-language": "ja"})
    assert answer.status_code == 200
    assert "content-language" not in answer.headers
    assert "accept-language" not in answer.headers.get("vary", "")


def test_a_kept_page_is_made_in_each_language(client: TestClient):
    said = {code: client.get(PATH, headers={"accept-language": code}).text for code in ("en", "de", "ar")}
    assert len(set(said.values())) == 3
    assert client.get(PATH).text == said["en"]


def test_a_fault_is_told_in_the_readers_language():
    class Broken(site.Shelf):
        def list(self, *_args, **_more):
            raise LookupError

    settings = Settings()
    app = create_app(Broken(site.ALL, settings), settings)
    client = TestClient(app, base_url="http://localhost:8410", raise_server_exceptions=False)
    answer = client.get("/latest?lang=ru")
    assert answer.status_code == 500
    assert '<html lang="ru" dir="ltr">' in answer.text


def test_a_sentence_without_translation_stays_marked_as_english():
    with languages.speaking(Choice("ar")):
        assert languages.told("No <such> sentence.") == ('<span lang="en" dir="ltr">No &lt;such&gt; sentence.</span>')
        assert languages.told("There is no page at this address.") != "There is no page at this address."
    assert languages.told("No <such> sentence.") == "No <such> sentence."


# --- links -------------------------------------------------------------------------------------------------------


def hrefs(html: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'<(?:a|form)\b[^>]*? (?:href|action)="([^"]*)"', html)]


@pytest.mark.parametrize("path", ["/", "/latest", "/t/x/1", PATH])
def test_the_language_of_the_address_goes_along_with_every_link_of_ours(client: TestClient, path: str):
    ours = [link for link in hrefs(client.get(path, params={"lang": "de"}).text) if link[0] in "/?"]
    assert ours
    assert all("lang=" in link for link in ours)
    plain = [link for link in hrefs(client.get(path, headers={"accept-language": "de"}).text) if link[0] == "/"]
    assert plain
    assert not any("lang=" in link for link in plain)


@pytest.mark.parametrize("path", ["/", "/nowhere", PATH])
def test_every_other_language_is_one_link_away_under_its_own_name(client: TestClient, path: str):
    html = client.get(path, headers={"accept-language": "de"}).text
    found = re.findall(r'<a href="([^"]*)" hreflang="([^"]*)" lang="([^"]*)" dir="auto"[^>]*>([^<]*)</a>', html)
    others = {code: name for code, name in languages.NAMES.items() if code != "de"}
    assert [(href, code, lang, name) for href, code, lang, name in found] == [
        (f"?lang={code}", code, code, name) for code, name in others.items()
    ]


def test_another_language_is_the_same_page(client: TestClient):
    assert "?url=a%26b&lang=fr" in hrefs(client.get("/?url=a%26b&lang=de").text)
    assert "?view=posts&lang=fr" in hrefs(client.get(f"{PATH}?view=posts&lang=de").text)
    assert "?lang=fr" in hrefs(client.get(f"{PATH}?view=article").text)
    assert "/?lang=fr" in hrefs(client.post("/unroll?lang=de", data={"url": "nothing"}).text)


def test_a_redirect_keeps_the_language_of_the_address(client: TestClient):
    page = client.post("/unroll?lang=de", data={"url": site.single().url})
    assert page.headers["location"] == f"{PATH}?lang=de"
    assert "lang" not in client.post("/unroll", data={"url": site.single().url}).headers["location"]


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("/", "/?lang=de"),
        ("/t/a?view=posts#b", "/t/a?view=posts&lang=de#b"),
        ("/?lang=fr", "/?lang=fr"),
        ("?a=1&lang=fr", "?a=1&lang=fr"),
        ("/?slang=1", "/?slang=1&lang=de"),
    ],
)
def test_a_language_is_named_once(address, named):
    assert links.named(address, "de") == named


@pytest.mark.parametrize(
    ("html", "carried"),
    [
        ('<a class="x" href="/latest">', '<a class="x" href="/latest?lang=de">'),
        ('<a href="/s?q=a&amp;b=1">', '<a href="/s?q=a&amp;b=1&amp;lang=de">'),
        ('<a href="https://example.com/">', '<a href="https://example.com/">'),
        ('<a href="//example.com/">', '<a href="//example.com/">'),
        ('<a href="#export">', '<a href="#export">'),
        ('<a href="/static/1/a.css">', '<a href="/static/1/a.css">'),
        ('<link href="/manifest">', '<link href="/manifest">'),
        ("said: &#34;/latest&#34;", "said: &#34;/latest&#34;"),
        ('<form method="post" action="/unroll">', '<form method="post" action="/unroll?lang=de">'),
        (
            '<form action="/search" role="search">',
            '<form action="/search?lang=de" role="search"><input type="hidden" name="lang" value="de">',
        ),
    ],
)
def test_links_and_forms_carry_the_language(html, carried):
    assert links.carried(html, Choice("de", asked=True)) == carried
    assert links.carried(html, Choice("de")) == html


def test_a_choice_survives_its_tag():
    for choice in (Choice("de"), Choice("zh-Hans", asked=True)):
        assert languages.from_tag(choice.tag) == choice


# --- dates, numbers, plurals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "moment", "number", "listed"),
    [
        ("en", "3 May 2026, 09:12 UTC", "12,345", "a, b and c"),
        ("de", "3. Mai 2026, 09:12 UTC", "12.345", "a, b und c"),
        ("fr", "3 mai 2026, 09:12 UTC", "12\u202f345", "a, b et c"),
        ("es", "3 de mayo de 2026, 9:12 UTC", "12.345", "a, b y c"),
        ("ru", "3 мая 2026\u202fг., 09:12 UTC", "12\u00a0345", "a, b и c"),
        ("zh-Hans", "2026年5月3日 09:12（UTC）", "12,345", "a、b和c"),
        ("ja", "2026年5月3日 9:12（UTC）", "12,345", "a、b、c"),
        ("ar", "3 مايو 2026، 9:12 ص بتوقيت غرينتش", "12,345", "\u2068a\u2069 و\u2068b\u2069 و\u2068c\u2069"),
    ],
)
def test_dates_numbers_and_lists_are_those_of_the_language(code, moment, number, listed):
    say = languages.tongue(code)
    assert say.moment(WHEN) == moment
    assert say.day(WHEN.date()) == say.day(WHEN)
    assert say.number(12345) == number
    assert say.listed(["a", "b", "c"]) == listed


def test_a_plural_has_the_forms_of_its_language():
    def posts(code: str) -> list[str]:
        say = languages.tongue(code)
        return [say.plural(n, "{n} post", "{n} posts") for n in (1, 2, 5, 11, 21)]

    assert posts("de") == ["1 Beitrag", "2 Beiträge", "5 Beiträge", "11 Beiträge", "21 Beiträge"]
    assert len({re.sub("[0-9]+", "", said) for said in posts("ru")}) == 3
    assert len({re.sub("[0-9]+", "", said) for said in posts("ja")}) == 1


def test_what_pages_are_made_from_includes_the_translations():
    assert re.fullmatch("[0-9a-f]{8}", languages.version())
