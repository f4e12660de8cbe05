"""Nothing that a reader of the site is told is left untranslated."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from markupsafe import escape
from starlette.routing import Route
from starlette.testclient import TestClient
from tools import strings

from tests.store.build import NOON, author, draft, post, talk
from tests.support import site
from threadleaf.config import Settings
from threadleaf.core.model import Span
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.web import languages
from threadleaf.web.app import create_app
from threadleaf.web.threads import renderer

CODES = sorted(set(languages.NAMES) - {"en"})
MESSAGES = strings.messages()


@pytest.fixture(scope="module", params=CODES)
def catalog(request: pytest.FixtureRequest) -> Catalog:
    return strings.read(strings.catalogues()[request.param], request.param)


def test_every_language_has_a_catalogue():
    assert sorted(strings.catalogues()) == CODES


def test_the_catalogues_have_every_message_and_no_other(catalog: Catalog):
    """`python -m tools.strings` brings them up to date."""
    assert {message.id for message in catalog if message.id} == set(MESSAGES)


def test_every_message_is_translated_for_every_number(catalog: Catalog):
    assert strings.lacking(catalog) == []
    assert catalog.num_plurals == {"ja": 1, "zh_Hans": 1, "de": 2, "ar": 6}.get(str(catalog.locale), 3)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_a_translation_has_the_placeholders_of_its_message(catalog: Catalog):
    for message in catalog:
        if not message.id:
            continue
        if isinstance(message.id, str):
            assert placeholders(message.string) == placeholders(message.id), message.id
            continue
        needed = placeholders(message.id[1])
        for said in message.string:  # a form that is for one number only may leave the number out
            assert needed - {"n"} <= placeholders(said) <= needed, message.id
        assert "n" in placeholders(message.string[-1]), message.id


_VERIFIED = re.compile(r"verif|vérif|верифи|проверено|验证|认证|検証|認証|موثق|موثّق|تحقق|تحقّق", re.IGNORECASE)


def test_nothing_is_called_verified_in_any_language(catalog: Catalog):
    for message in catalog:
        forms = [message.string] if isinstance(message.string, str) else message.string
        assert not message.id or not any(map(_VERIFIED.search, forms)), message.id


def test_a_message_is_a_literal():
    assert list(strings.in_python('say("a" if x else "b", n=1); say(name); bodies.say("c")')) == ["a", "b", "c"]
    assert list(strings.in_python('say.plural(n, "a", "b"); marked_plural("c", "d"); say.plural(n, *pair)')) == [
        ("a", "b"),
        ("c", "d"),
    ]
    assert list(strings.in_python('raise NotFound("There is none.", subject="x")')) == ["There is none."]
    assert list(strings.in_python('sentence = "There is none."; word = "none"')) == ["There is none."]
    assert list(strings.in_python('sentence = "None."; raise NotFound("There is none.")', sentences=False)) == []
    with pytest.raises(ValueError, match="a message is a literal"):
        list(strings.in_python('say(f"by {name}")'))


def test_messages_are_found_in_templates():
    assert list(
        strings.in_template('{{ say("a \\"b\\"", x=y) }} {{ say(name) }} {{ say.plural(l|length, "c", "d") }}')
    ) == [
        'a "b"',
        ("c", "d"),
    ]
    with pytest.raises(ValueError, match="double quotes"):
        list(strings.in_template("{{ say('a') }}"))


# --- pages -------------------------------------------------------------------------------------------------------

_NAMES = re.compile(
    r"Threadleaf|Bluesky|Mastodon|Nostr|\bX\b|Markdown|JSON|HTML|PDF|EPUB|Atom|RSS|UTC|UTF-8|RFC 9457|OpenAPI|BibTeX"
    r"|RIS|CSL|ORCID|#\w+|\bcookies?\b|(?<!\w)/[\w./-]+|https?://\S+|[\w.-]+\.(?:example|js|app)\b|@[\w.@-]+|English|Deutsch|Français|Español"
    r"|from:ann|threadleaf unroll FILE|\b(?:bsky|fedi|page|image|video|audio|link|poll|quote|warning|gap|branch)\b"
)
"""What is called the same in every language: names, and the words of the language in which one searches."""
_FOREIGN = ("bdi", "cite", "code", "pre", "script", "style", "time")


class _Said(HTMLParser):
    """Collects what a page says in its own words: no authors' words, which state their own language, and no names."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        own = self._open[-1][1] if self._open else True
        if "lang" in given:
            own = given["lang"] == "ru"
        if tag in _FOREIGN or (given.get("dir") == "auto" and "lang" not in given):
            own = False
        if own:
            named = [given.get(name) or "" for name in ("aria-label", "placeholder", "title", "alt")]
            self.said += [
                *filter(None, named),
                *([given.get("content") or ""] if given.get("name") == "description" else []),
            ]
        if tag not in ("meta", "link", "input", "br", "img", "hr", "meter", "source"):
            self._open.append((tag, own))

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if data.strip() and (not self._open or self._open[-1][1]):
            self.said.append(" ".join(data.split()))


_TITLES = [make().title for make in site.ALL.values()]


def untranslated(html: str) -> list[str]:
    """What a page says in Latin letters, without names and without the titles of threads (in the window's title, say)."""
    for title in _TITLES:
        html = html.replace(str(escape(title)), "")
    parser = _Said()
    parser.feed(html)
    return [text for text in parser.said if re.search("[A-Za-z]{2}", _NAMES.sub("", text))]


def _app(settings: Settings):
    return create_app(site.Shelf(site.ALL, settings), settings)


EVERYTHING = site.path_of(site.everything())
BRANCH = site.uri("b1").rpartition("/")[2]
NOT_HERE = {"/readyz", "/asked", "/topics"}
"""What is not a page for readers, and what needs a database: that is below."""
PATHS = sorted(
    {
        route.path
        for route in _app(Settings()).routes
        if isinstance(route, Route) and "{" not in route.path and route.path not in NOT_HERE
    }
    | {site.path_of(make()) for make in site.ALL.values()}
    | {f"{EVERYTHING}?view=posts", f"{EVERYTHING}?cite=", f"{EVERYTHING}?line={BRANCH}", f"/embed{EVERYTHING}"}
    | {"/nowhere", "/t/x/1", "/t/page/a.example/1", "/?url=x", "/unrolling/1"}
)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_has_no_words_of_ours_that_are_not_translated(path: str):
    check(TestClient(_app(Settings()), base_url="http://localhost:8410", follow_redirects=False), path)


def check(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"accept-language": "ru"})
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert 'lang="ru"' in answer.text
        assert untranslated(answer.text) == []


MAILING = Settings(
    public_origin="https://leaf.example",
    contact="mailto:a@leaf.example",
    takedown="https://leaf.example/down",
    operator="https://leaf.example/us",
    smtp="smtps://mail.example",
    mail_from="a@leaf.example",
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A public site from which one can follow by e-mail, with 51 threads by one author, one of which was asked for."""
    folder: Path = tmp_path_factory.mktemp("kept")
    with open_store(folder / "kept.sqlite3") as store:
        service = Threadleaf(store, None, lambda: NOON, renderer(MAILING))
        ann, tag = author(name="Анна"), Span(start=0, end=1, kind="tag", value="мельницы")
        for number in range(100, 151):
            mill = talk(post(number, text="мельница", spans=(tag,)), authors=(ann,))
            saved = store.save(draft(mill, at=NOON - timedelta(minutes=number)))
        service.count_asked(saved)
        yield TestClient(create_app(service, MAILING), base_url="https://leaf.example", follow_redirects=False)


@pytest.mark.parametrize(
    "path",
    [
        *("/latest", "/latest?network=fedi", "/topics", "/topic/мельницы", "/topic/none", "/asked", "/asked?days=30"),
        *(
            "/author/bsky/did:plc:ann",
            "/author/bsky/nobody.example",
            "/follow?topic=search:мельница",
            "/follow?topic=latest",
        ),
        *("/search?q=мельница", "/search?q=мельница&order=relevance", "/search?q=Анна", "/search?q=колесо"),
    ],
)
def test_no_list_and_no_search_has_words_of_ours_that_are_not_translated(kept: TestClient, path: str):
    check(kept, path)


@pytest.mark.parametrize(
    "path", ["/latest", "/topics", "/topic/мельницы", "/asked", "/author/bsky/did:plc:ann", "/search?q=мельница"]
)
def test_the_lists_that_are_read_for_it_have_something_in_them(kept: TestClient, path: str):
    answer = kept.get(path)
    assert answer.status_code == 200
    assert "мельниц" in answer.text
