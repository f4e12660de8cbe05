"""What each address of the site answers."""

import re
from collections.abc import Callable
from html import unescape
from typing import cast

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from tests.support import site
from threadleaf.config import Settings
from threadleaf.core.errors import (
    Blocked,
    Gone,
    NotFound,
    NotNow,
    Refused,
    StoreError,
    ThreadleafError,
    TooLarge,
    UnknownAddress,
    Unreadable,
)
from threadleaf.core.model import Network, Ref
from threadleaf.core.ref import parse, path
from threadleaf.service import Threadleaf
from threadleaf.store.records import Reading
from threadleaf.web import assets
from threadleaf.web.app import create_app

HERE = "http://127.0.0.1:8410"
PUBLIC = "https://threads.example.org"
TALE = site.everything()
PATH = site.path_of(TALE)
UNKNOWN = "https://bsky.app/profile/jean.example/post/3kunknown"


@pytest.fixture
def shelf() -> site.Shelf:
    return site.Shelf(site.ALL, Settings())


@pytest.fixture
def public() -> site.Shelf:
    return site.Shelf(site.ALL, Settings(public_origin=PUBLIC))


@pytest.fixture
def client(shelf: site.Shelf) -> TestClient:
    return visitor(shelf)


def visitor(shelf: site.Shelf, origin: str = "") -> TestClient:
    app = create_app(cast("Threadleaf", shelf), Settings(public_origin=origin))
    return TestClient(app, base_url=origin or HERE, follow_redirects=False, raise_server_exceptions=False)


def text(html: str) -> str:
    told = re.sub(r"<(?!bdi|/bdi|a |/a|time|/time|strong|/strong)[^>]+>", " ", html.partition("<body")[2])
    return " ".join(unescape(re.sub(r"<[^>]+>", "", told)).split())


# --- the front page ----------------------------------------------------------------------------------------------


def test_the_front_page_is_one_box_the_latest_threads_and_a_sentence_about_privacy(client: TestClient):
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.text.count('<input id="url"') == answer.text.count('type="text"') == 1
    assert f'href="{PATH}"' in unescape(answer.text)
    assert "sets no cookies" in answer.text
    assert "10 posts, some missing · kept 3 May 2026" in text(answer.text)


def test_how_the_bot_is_called_is_said_only_where_there_is_one(client: TestClient, public: site.Shelf):
    assert "call our bot" not in text(client.get("/").text)
    told = Settings(public_origin=PUBLIC)
    called: list[tuple[Network, str]] = [("bsky", "bot.example.org")]
    app = create_app(cast("Threadleaf", public), told, bots=lambda: called)
    home = TestClient(app, base_url=PUBLIC)
    words = "below a post of the thread, with the word “unroll”"
    assert f"mention @bot.example.org (Bluesky) {words}" in text(home.get("/").text)
    called.append(("fedi", "bot@social.example"))
    names = "@bot.example.org (Bluesky) and @bot@social.example (the fediverse)"
    assert f"mention {names} {words}" in text(home.get("/").text)


def test_an_address_in_the_query_fills_the_box_and_nothing_is_fetched(client: TestClient, shelf: site.Shelf):
    answer = client.get("/", params={"url": UNKNOWN})
    assert f'value="{UNKNOWN}"' in unescape(answer.text)
    assert shelf.asked == []


def test_what_is_typed_into_the_box_stays_text(client: TestClient):
    assert "<script>" not in client.get("/", params={"url": '"><script>alert(1)</script>'}).text


def test_an_empty_site_has_no_list():
    assert 'id="latest"' not in visitor(site.Shelf({}, Settings())).get("/").text


# --- unrolling ---------------------------------------------------------------------------------------------------


def test_unrolling_leads_to_the_page(client: TestClient):
    answer = client.post("/unroll", data={"url": TALE.url})
    assert (answer.status_code, answer.headers["location"]) == (303, PATH)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UnknownAddress("“x” is not an address."), 400),
        (Unreadable("This is not a thread."), 400),
        (TooLarge("This thread is larger than 10,000 posts."), 413),
        (NotFound("Bluesky has no such post."), 404),
        (Gone("This page was taken down on 3 May 2026."), 410),
        (Refused("The author does not want that."), 403),
        (Blocked("This address is not asked."), 502),
        (NotNow("Bluesky does not answer."), 503),
        (StoreError("The database is damaged."), 500),
    ],
)
def test_each_error_has_its_status_and_says_its_sentence(error: ThreadleafError, status: int, shelf: site.Shelf):
    shelf.fails[PATH] = error
    client = visitor(shelf)
    for answer in (client.post("/unroll", data={"url": TALE.url}), client.get(PATH)):
        expected = 404 if isinstance(error, UnknownAddress) and answer.request.method == "GET" else status
        assert answer.status_code == expected
        assert answer.headers["cache-control"] == "no-store"
        assert "Traceback" not in answer.text
    answer = client.post("/unroll", data={"url": TALE.url})
    assert error.sentence in unescape(answer.text)
    assert f'value="{TALE.url}"' in unescape(answer.text)


def test_not_now_says_when_to_come_back(shelf: site.Shelf):
    shelf.fails[PATH] = NotNow("Bluesky does not answer.")
    assert visitor(shelf).get(PATH).headers["retry-after"] == "300"


@pytest.mark.parametrize("body", [b"", b"url=", b"other=1", b"url=%FF%00", b"\xff\xfe", b"url=https://example.org/"])
def test_whatever_is_sent_to_the_box_is_answered_with_a_sentence(client: TestClient, body: bytes):
    answer = client.post("/unroll", content=body)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_a_form_with_too_many_fields_is_no_form(client: TestClient):
    assert client.post("/unroll", content=b"&".join(b"a=1" for _ in range(50))).status_code == 400


def test_a_post_from_the_middle_leads_to_its_place_on_the_page(client: TestClient, shelf: site.Shelf):
    middle = TALE.posts[3]
    shelf.aliases[path(parse(middle.url))] = PATH
    answer = client.post("/unroll", data={"url": middle.url})
    assert answer.headers["location"] == f"{PATH}#{middle.id.rpartition('/')[2]}"


def test_a_kept_page_serves_when_its_network_does_not(shelf: site.Shelf):
    def unroll(ref: Ref, *, save: str, asker: str, decide: object) -> None:
        raise NotNow("No network may be used.")

    shelf.unroll = unroll
    client = visitor(shelf)
    assert client.post("/unroll", data={"url": TALE.url}).headers["location"] == PATH
    answer = client.post("/unroll", data={"url": UNKNOWN})
    assert (answer.status_code, "No network may be used." in answer.text) == (503, True)


def test_a_public_site_finds_for_strangers_and_reads_nothing_for_them(public: site.Shelf):
    client = visitor(public, PUBLIC)
    found = client.post("/unroll", data={"url": TALE.url}, headers={"sec-fetch-site": "same-origin"})
    assert (found.status_code, found.headers["location"]) == (303, PUBLIC + PATH)
    unknown = client.post("/unroll", data={"url": UNKNOWN})
    assert (unknown.status_code, "only the operator does that" in unknown.text) == (403, True)
    assert public.asked == []
    assert "<button" not in client.get("/t/bsky/jean.example/3kunknown").text
    assert "Unroll it" not in client.get("/").text


def test_a_personal_instance_lists_all_that_its_reader_keeps_and_a_public_site_what_is_listed(
    shelf: site.Shelf, public: site.Shelf
):
    visitor(shelf).get("/latest")
    visitor(public, PUBLIC).get("/latest")
    assert (shelf.listed, public.listed) == ([None], ["listed"])


def test_unrolling_is_a_post(client: TestClient):
    answer = client.get("/unroll")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


# --- the thread page ---------------------------------------------------------------------------------------------


def test_a_thread_is_an_article_by_default_and_as_posted_by_its_address(client: TestClient):
    assert "as-article" in client.get(PATH).text
    assert "as-article" in client.get(PATH + "?view=article").text
    assert "as-posts" in client.get(PATH + "?view=posts").text
    assert "as-article" in client.get(PATH + "?view=else").text


def test_the_foot_says_whom_to_follow_how_to_keep_it_and_when_it_was_read(client: TestClient):
    said = text(client.get(PATH).text)
    assert "You can follow @ada.example." in said
    assert "Save or export" in said
    assert "Export: Text · Markdown · JSON · Web page · Shape" in said
    assert "Last checked 3 May 2026, 14:12 UTC" in said
    assert "threadleaf unroll ADDRESS" in said


def test_search_engines_are_asked_to_leave_threads_alone(client: TestClient):
    answer = client.get(PATH)
    assert answer.headers["x-robots-tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in answer.text


def test_another_address_of_the_same_thread_leads_to_the_one_it_has(shelf: site.Shelf):
    other = "/t/bsky/ada.example/3kother"
    shelf.aliases[other] = PATH
    client = visitor(shelf)
    assert client.get(other).status_code == 301
    assert client.get(other).headers["location"] == f"{PATH}#3kother"
    assert client.get(f"{other}.md?view=posts").headers["location"] == f"{PATH}.md?view=posts#3kother"


def test_the_same_post_under_its_authors_handle_leads_to_the_top_of_the_page(client: TestClient):
    handle = PATH.replace(site.ADA, "ada.example")
    assert client.get(handle).headers["location"] == PATH


def test_links_come_from_the_configured_origin_and_never_from_the_host(public: site.Shelf, shelf: site.Shelf):
    public.aliases["/t/bsky/ada.example/3kother"] = PATH
    client = visitor(public, PUBLIC)
    assert client.get("/t/bsky/ada.example/3kother").headers["location"] == f"{PUBLIC}{PATH}#3kother"
    assert f'<link rel="canonical" href="{PUBLIC}{PATH}">' in unescape(client.get(PATH + "?view=posts").text)
    assert client.get(PATH, headers={"host": "evil.example"}).status_code == 421
    assert "canonical" not in visitor(shelf).get(PATH).text


def test_what_is_printed_says_where_it_was_read_and_how_old_it_is(public: site.Shelf, shelf: site.Shelf):
    printed = '<aside class="printed" hidden>'
    html = unescape(visitor(public, PUBLIC).get(PATH).text)
    below = f"{PUBLIC}{PATH} · Last checked 3 May 2026, 14:12 UTC."
    assert f"{printed}{below}</aside>" in html
    assert f' data-below="{below}">' in html
    assert f' data-above="{TALE.title} — @ada.example"' in html
    assert f"{printed}Last checked 3 May 2026" in visitor(shelf).get(PATH).text


def test_an_unknown_post_is_404_with_the_button_and_what_its_address_says(client: TestClient, shelf: site.Shelf):
    answer = client.get("/t/bsky/jean.example/3kunknown")
    assert answer.status_code == 404
    assert "a post by @jean.example on Bluesky" in text(answer.text)
    assert f'<input type="hidden" name="url" value="{UNKNOWN}">' in unescape(answer.text)
    assert shelf.asked == []


def test_an_author_known_only_by_an_id_is_not_named(client: TestClient):
    said = text(client.get("/t/bsky/did:plc:abcabcabcabcabcabcabcabc/3kunknown").text)
    assert "a post on Bluesky" in said
    assert "did:" not in said.replace("https://bsky.app/profile/did:plc:abcabcabcabcabcabcabcabc/post/3kunknown", "")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/t/fedi/example.social/@jean/112", "a post by @jean@example.social on the fediverse"),
        ("/t/fedi/example.social/@jean@other.example/112", "a post by @jean@other.example on the fediverse"),
        ("/t/fedi/example.social/notice/112", "a post on the fediverse"),
        ("/t/x/123", "a post on X"),
        ("/t/page/twtext.com/123", "a post on a saved page"),
    ],
)
def test_the_network_and_the_author_are_read_from_the_address(client: TestClient, path: str, said: str):
    answer = client.get(path)
    assert (answer.status_code, said in text(answer.text)) == (404, True)


@pytest.mark.parametrize("path", ["/t/", "/t/x/0", "/t/bsky", "/t/nothing/here", "/t/file/" + "0" * 64, "/t/x/1/2"])
def test_what_names_no_post_is_404_without_a_button(client: TestClient, path: str):
    answer = client.get(path)
    assert (answer.status_code, "<button" in answer.text) == (404, False)


def test_a_removed_page_says_when_and_why_and_shows_nothing(shelf: site.Shelf):
    shelf.fails[PATH] = Gone("This page was taken down on 4 May 2026 at its author’s wish.")
    for place in (PATH, PATH + ".md", PATH + "?view=posts", "/" + TALE.url):
        answer = visitor(shelf).get(place)
        assert answer.status_code == 410
        assert "4 May 2026 at its author’s wish" in answer.text
        assert "mill" not in answer.text


# --- files -------------------------------------------------------------------------------------------------------


def test_the_files_of_two_views_have_two_names(client: TestClient):
    def called(**asked: str) -> list[str]:
        answers = [client.get(f"{PATH}.{suffix}", params=asked) for suffix in ("txt", "md", "html", "json")]
        return [answer.headers["content-disposition"].partition("-")[2] for answer in answers]

    usual, posted = called(), called(view="posts")
    assert called(view="article") == usual
    assert [name.replace("-posts.", ".") for name in posted] == usual
    assert [one != other for one, other in zip(usual, posted, strict=True)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("suffix", "media_type", "how", "words"),
    [
        ("txt", "text/plain; charset=utf-8", "inline", "One post is missing."),
        ("md", "text/markdown; charset=utf-8", "inline", "**One post is missing.**"),
        ("json", "application/json", "inline", '"state":"incomplete"'),
        ("html", "text/html; charset=utf-8", "attachment", "<style>"),
        ("svg", "image/svg+xml", "inline", "<svg "),
    ],
)
def test_a_suffix_gives_the_file(client: TestClient, suffix: str, media_type: str, how: str, words: str):
    answer = client.get(f"{PATH}.{suffix}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answer.headers["content-disposition"].startswith(f'{how}; filename="threadleaf-bsky-')
    assert answer.headers["content-disposition"].endswith(f'.{suffix}"')
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert words in answer.text


def test_a_file_has_the_view_that_is_asked_for(client: TestClient):
    assert "1/ A tide mill" not in client.get(f"{PATH}.txt").text
    assert "1/ A tide mill" in client.get(f"{PATH}.txt?view=posts").text


def test_a_format_that_we_do_not_make_is_404(client: TestClient):
    assert client.get(f"{PATH}.exe").status_code == 404
    for place in (f"{PATH}.pdf", "/t/bsky/jean.example/3kunknown.PDF", "/t/x/123.epub", "/p/secret.zip"):
        answer = client.get(place)
        assert answer.status_code == 404
        assert "There is no such format here, only .txt, .md, .json, .svg and .html." in text(answer.text)
        assert "<button" not in answer.text


def test_a_thread_whose_name_looks_like_a_format_is_there(shelf: site.Shelf):
    shelf.aliases["/t/bsky/ada.example/notes.pdf"] = PATH
    assert visitor(shelf).get("/t/bsky/ada.example/notes.pdf").status_code == 301


# --- the list ----------------------------------------------------------------------------------------------------


def many(count: int) -> dict[str, Callable]:
    def numbered(n: int) -> Callable:
        return lambda: site.thread([site.post(f"n{n}", f"Thread number {n}.")])

    return {str(n): numbered(n) for n in range(1, count + 1)}


def test_the_list_goes_from_page_to_page_and_loses_nothing():
    client = visitor(site.Shelf(many(120), Settings()))
    seen, path = [], "/latest"
    while path:
        page = client.get(path)
        assert page.status_code == 200
        seen += [int(n) for n in re.findall(r"Thread number (\d+)\.", page.text)]
        found = re.search(r'href="([^"]+)" rel="next"', page.text)
        path = unescape(found[1]) if found else ""
    assert seen == list(range(120, 0, -1))


@pytest.mark.parametrize("before", ["", "x", "-1", "1e9", "٣", "9" * 40])
def test_a_place_in_the_list_that_is_no_number_is_its_beginning(client: TestClient, before: str):
    assert TALE.title in unescape(client.get("/latest", params={"before": before}).text)


def test_a_line_of_the_list_names_author_network_size_and_day(shelf: site.Shelf):
    reading = shelf.readings[PATH]
    said = text(visitor(shelf).get("/latest").text)
    assert f"{TALE.title} Ada Weir on Bluesky · 10 posts, some missing · kept 3 May 2026" in said
    nameless = replace(reading.saved, key=Ref("page", "0" * 64), author_name="", state="complete", visibility="private")
    shelf.readings = {PATH: Reading(nameless, reading.thread)}
    said = text(visitor(shelf).get("/latest").text)
    assert f"{TALE.title} @ada.example · 10 posts · private · kept 3 May 2026" in said


def test_the_end_of_the_list_says_so(client: TestClient):
    assert "Nothing older is saved." in client.get("/latest?before=1").text
    assert "Nothing is saved yet." in visitor(site.Shelf({}, Settings())).get("/latest").text


# --- addresses of the networks behind our host -------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        f"/{UNKNOWN}",
        f"/{UNKNOWN.replace('://', ':/')}",
        "/profile/jean.example/post/3kunknown",
        "/at://jean.example/app.bsky.feed.post/3kunknown",
        "/HTTPS://bsky.app/profile/jean.example/post/3kunknown?ref_src=x",
    ],
)
def test_an_address_behind_our_host_offers_to_unroll_it_and_fetches_nothing(
    client: TestClient, shelf: site.Shelf, path: str
):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "a post by @jean.example on Bluesky" in text(answer.text)
    assert shelf.asked == []


def test_the_address_of_a_known_thread_behind_our_host_leads_to_it(client: TestClient):
    handle = f"/profile/{site.ADA}/post/{TALE.ref.id.rpartition('/')[2]}"
    assert client.get(handle).headers["location"] == PATH
    assert client.get(f"/https://bsky.app{handle}").headers["location"] == PATH
    assert client.get(handle).status_code == 302


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/jean/status/123", "a post by @jean on X"),
        ("/https://x.com/jean/status/123?s=20", "a post by @jean on X"),
        ("/https://twitter.com/i/status/123", "a post on X"),
        ("/i/web/status/123", "a post on X"),
        ("/https://example.social/@jean/112", "a post by @jean@example.social"),
    ],
)
def test_paths_of_x_and_addresses_of_any_network_work_on_our_host(client: TestClient, path: str, said: str):
    answer = client.get(path)
    assert (answer.status_code, said in text(answer.text)) == (404, True)


@pytest.mark.parametrize(
    "path", ["/nothing", "/profile/jean.example", "/https://", "/https:///", "/https://[", "/a/b/c"]
)
def test_any_other_path_is_404(client: TestClient, path: str):
    assert client.get(path).status_code == 404


# --- every answer ------------------------------------------------------------------------------------------------


ANSWERS = ["/", "/latest", PATH, f"{PATH}.txt", f"{PATH}.json", assets.url("icon.svg"), assets.url("threadleaf.css")]


@pytest.mark.parametrize("path", ANSWERS)
def test_a_reader_who_has_the_page_gets_304(client: TestClient, path: str):
    first = client.get(path)
    etag = first.headers["etag"]
    for sent in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = client.get(path, headers={"if-none-match": sent})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        assert again.headers["cache-control"] == first.headers["cache-control"]
    assert client.get(path, headers={"if-none-match": '"other"'}).status_code == 200


def test_a_page_is_the_same_in_every_coding_under_a_tag_of_its_own(client: TestClient):
    codings = {"br, gzip;q=0.8": "br", "gzip": "gzip", "gzip;q=0, br;q=0": None, "identity": None, "": None}
    found = {accepted: client.get(PATH, headers={"accept-encoding": accepted}) for accepted in codings}
    assert {accepted: answer.headers.get("content-encoding") for accepted, answer in found.items()} == codings
    assert len({answer.text for answer in found.values()}) == 1
    assert len({answer.headers["etag"] for answer in found.values()}) == 3
    (vary,) = {answer.headers["vary"] for answer in found.values()}
    assert "accept-encoding" in vary.split(", ")


def test_a_private_page_is_kept_nowhere(shelf: site.Shelf):
    secret = "/p/AAAAAAAAAAAAAAAAAAAAAA"
    reading = shelf.readings[PATH]
    saved = replace(reading.saved, path=secret, visibility="private")
    shelf.readings[secret] = Reading(saved, reading.thread)
    client = visitor(shelf)
    for place in (secret, f"{secret}.txt"):
        answer = client.get(place)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert f'href="{secret}.md"' in unescape(client.get(secret).text)
    assert client.get("/p/BBBBBBBBBBBBBBBBBBBBBB").status_code == 404


@pytest.mark.parametrize("path", [*ANSWERS, "/nothing", "/t/x/1"])
def test_head_is_get_without_the_body(client: TestClient, path: str):
    get, head = client.get(path), client.head(path)
    assert head.content == b""
    assert (head.status_code, dict(head.headers)) == (get.status_code, dict(get.headers))


@pytest.mark.parametrize("path", [*ANSWERS, "/nothing", "/t/x/1", "/unroll"])
def test_every_answer_has_the_headers_and_no_cookie(public: site.Shelf, path: str):
    headers = visitor(public, PUBLIC).get(path).headers
    for name in (
        "content-security-policy",
        "x-content-type-options",
        "referrer-policy",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "permissions-policy",
        "strict-transport-security",
        "cache-control",
    ):
        assert name in headers
    assert "set-cookie" not in headers


def test_a_fault_of_ours_is_a_sentence_with_the_headers(shelf: site.Shelf):
    shelf.fails[PATH] = RuntimeError("secret")
    answer = visitor(shelf).get(PATH)
    assert answer.status_code == 500
    assert "The fault is ours" in answer.text
    assert "secret" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("path", ["/", PATH, "/latest", "/t/x/1", f"{PATH}?view=posts"])
def test_a_page_loads_its_own_files_only_and_has_no_script_or_inline_style(client: TestClient, path: str):
    html = unescape(client.get(path).text)
    kinds = r'<(?:link rel="(?:stylesheet|icon|preload|manifest)" href|(?:img|script|source|iframe)\b[^>]*? src)'
    loaded = re.findall(kinds + r'="([^"]+)"', html)
    assert loaded
    assert all(address.startswith(("/static/", "/manifest.webmanifest")) for address in loaded)
    executed = r'<script(?! src="/static/|\ssrc="/static/| type="application/ld\+json")'
    assert not re.search(executed + r"|<style|\sstyle=|\son\w+=|javascript:", html)


# --- static files ------------------------------------------------------------------------------------------------


def test_a_file_under_its_own_version_is_kept_for_ever(client: TestClient):
    answer = client.get(assets.url("fonts/literata-latin.woff2"))
    assert answer.headers["content-type"] == "font/woff2"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_a_page_made_before_an_upgrade_still_finds_the_stylesheet(client: TestClient):
    answer = client.get("/static/00000000/threadleaf.css")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


@pytest.mark.parametrize("name", ["nothing.css", "../app.py", "%2e%2e/app.py", "fonts", "fonts/"])
def test_there_is_nothing_else(client: TestClient, name: str):
    assert client.get(f"/static/00000000/{name}").status_code == 404


# --- what is loaded first ----------------------------------------------------------------------------------------


def preloaded(thread_path: str, client: TestClient) -> list[str]:
    return re.findall(r'rel="preload" href="[^"]*/fonts/([^"]+)"', unescape(client.get(thread_path).text))


@pytest.mark.parametrize(
    ("words", "font"),
    [
        ("Mills and tides.", ["literata-latin.woff2"]),
        ("«Мельницы и приливы».", ["literata-cyrillic.woff2"]),
        ("Μύλοι και παλίρροιες.", ["literata-greek.woff2"]),
        ("潮汐磨坊。", []),
        ("", ["literata-latin.woff2"]),
    ],
)
def test_the_font_of_the_first_letters_is_fetched_early(words: str, font: list[str]):
    thread = site.thread([site.post("1", words)])
    assert preloaded(site.path_of(thread), visitor(site.Shelf({"one": lambda: thread}, Settings()))) == font


# --- errors in the form that was asked for -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "status"),
    [(Gone("This thread was taken down."), 410), (Refused("The author does not want it."), 403)],
)
def test_what_is_wrong_is_told_in_the_form_of_the_file_that_was_asked_for(
    shelf: site.Shelf, error: Exception, status: int
):
    shelf.fails[PATH] = error
    client = visitor(shelf)
    for suffix in (".txt", ".md", ".svg"):
        answer = client.get(PATH + suffix)
        assert (answer.status_code, answer.text) == (status, f"{error}\n")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
    for place, accept in ((f"{PATH}.json", "*/*"), (PATH, "application/json")):
        answer = client.get(place, headers={"accept": accept})
        assert (answer.status_code, answer.json()["status"], answer.json()["detail"]) == (status, status, str(error))
        assert answer.headers["content-type"] == "application/problem+json"
    for place in (PATH, f"{PATH}.html"):
        assert "<h1" in client.get(place).text


def test_in_another_language_a_file_that_is_not_there_says_so_in_it(client: TestClient):
    assert client.get("/t/nowhere.txt?lang=de").text == "Unter dieser Adresse gibt es keine Seite.\n"


@pytest.mark.parametrize("suffix", [".txt", ".md", ".svg"])
def test_a_file_of_what_is_gone_or_hidden_says_so_in_the_readers_language(shelf: site.Shelf, suffix: str):
    shelf.fails[PATH] = Gone("This thread was taken down on 3 May 2026, as its author wished.", code="author")
    answer = visitor(shelf).get(f"{PATH}{suffix}?lang=de")
    assert (answer.status_code, answer.headers["content-language"]) == (410, "de")
    assert "3. Mai 2026" in answer.text
    shelf.fails[PATH] = NotNow("Some server does not answer.")
    answer = visitor(shelf).get(f"{PATH}{suffix}?lang=de")
    assert (answer.text, answer.headers["content-language"]) == ("Some server does not answer.\n", "en")


def test_a_file_of_what_nobody_unrolled_is_404_in_its_form(client: TestClient):
    unknown = "/t/bsky/jean.example/3kunknown"
    answer = client.get(f"{unknown}.txt")
    assert (answer.status_code, answer.text) == (404, "There is no such thread here.\n")
    assert client.get(f"{unknown}.json").json()["status"] == 404
    assert client.get("/t/nowhere.json").json()["detail"]
    assert client.get("/t/nowhere.txt").text == "There is no page at this address.\n"


def test_a_dot_in_somebody_elses_address_is_no_form(client: TestClient):
    assert "<h1" in client.get("/https://elsewhere.example/notes.txt").text


def test_a_file_that_cannot_be_made_now_says_when(shelf: site.Shelf):
    shelf.fails[PATH] = NotNow("The network does not answer.")
    answer = visitor(shelf).get(f"{PATH}.txt")
    assert (answer.status_code, answer.text) == (503, "The network does not answer.\n")
    assert answer.headers["retry-after"]
