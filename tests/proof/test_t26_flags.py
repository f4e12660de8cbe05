"""T26: whatever an account or a post is flagged with, at once or later, no place shows more of it than its author allows."""

from datetime import timedelta
from re import search

from starlette.testclient import TestClient

from tests.proof.flags import FLAGS, SECRET, Talk
from tests.proof.rows import SCALE
from tests.support.public import ORIGIN, TOLD
from tests.support.x import NOON
from threadleaf.config import Settings
from threadleaf.core.errors import Refused
from threadleaf.core.model import Ref
from threadleaf.service import Threadleaf
from threadleaf.store import open_store
from threadleaf.web.app import create_app
from threadleaf.web.threads import renderer

SEED = 0  # nothing is left to chance
LISTS = ("/latest", "/api/v1/threads", "/latest.atom", "/latest.json", "/sitemap-0.xml")


class Site:
    """A public site over a real database, whose networks say what a test wants."""

    def __init__(self, store, made=Threadleaf):
        self.settings = Settings(**TOLD, search_engines=True, api_per_hour=10**6, exports_per_hour=10**6)
        self.now, self.seen = NOON, None
        self.service = made(store, self._fetch, lambda: self.now, renderer(self.settings))
        self.client = TestClient(create_app(self.service, self.settings), base_url=ORIGIN, follow_redirects=False)

    def _fetch(self, steps):
        steps.close()
        return self.seen

    def get(self, address):
        return self.client.get(address)

    def keep(self, talk, *, flagged):
        """Have a thread kept as widely as may be; its path, empty if it is refused."""
        self.seen = talk.seen(flagged=flagged)
        try:
            return self.service.unroll(Ref(talk.flag.network, talk.first), save="listed", asker="operator").path
        except Refused:
            return ""

    def change(self, talk):
        """Let its network say of it what the flags are; the site reads it again when it is due."""
        self.now += timedelta(hours=13)
        talk.at = self.now
        self.seen = talk.seen(flagged=True)
        self.service.check(self.service.find(Ref(talk.flag.network, talk.first)))


def wrong(site, talk, path):
    """What is not as the flags ask for, in all places."""
    flag = talk.flag
    secret = f"{SECRET}{talk.number}"
    if flag.refused:
        return [*_refused(site, talk, path), *_in_lists(site, talk, path, secret, is_in=False)]
    page = site.get(path)
    found = [] if page.status_code == 200 else [f"the page answers {page.status_code}"]
    hidden = flag.wanted == "hidden"
    if flag.network != "x":  # of X programs have no words in any case, and its pages count for each visitor
        files = (".json", "?view=article", "?view=posts", ".md", ".txt", ".html")
        found += [f"{file}: the words" for file in files if (secret in site.get(path + file).text) is hidden]
    found += [] if (secret in page.text) is not hidden else ["the page: the words"]
    found += [
        *_in_lists(site, talk, path, secret, is_in=flag.reach == "listed"),
        *_indexing(site, page, path, flag.reach),
    ]
    return [*found, *_told(page.text, flag)]


def _refused(site, talk, path):
    """What is wrong where nothing may be left of a thread."""
    path = path or f"/t/{talk.flag.network}/none"
    for place in (path, f"{path}.json", f"{path}.md", f"{path}.txt", f"{path}.atom", f"/embed{path}", f"{path}.png"):
        if site.get(place).status_code not in (403, 404, 410):
            yield f"{place} is there"


def _in_lists(site, talk, path, secret, *, is_in):
    """What is wrong in lists and searches; words that are hidden are in none."""
    path = path or "no path"
    for place in (*LISTS, f"/search?q={talk.word}", f"/api/v1/search?q={talk.word}", f"/search.atom?q={talk.word}"):
        text = site.get(place).text
        if (path in text) is not is_in:
            yield f"{place}: {'lacks' if is_in else 'has'} the page"
        if talk.flag.wanted == "hidden" and secret in text:
            yield f"{place}: the words"
    shows = is_in and talk.flag.wanted != "hidden" and talk.flag.role == "author"
    if (site.service.search(secret).total > 0) is not shows:
        yield "the search for its words"


def _indexing(site, page, path, reach):
    """What is wrong in what search engines are told."""
    listed = reach == "listed"
    if ("noindex" in page.headers.get("x-robots-tag", "")) is listed:
        yield "the header"
    if ('<meta name="robots" content="noindex' in page.text) is listed:
        yield "the meta element"
    if site.get(f"{path}.atom").status_code != (200 if listed else 404):
        yield "the thread's feed"
    if "application/ld+json" in page.text and not listed:
        yield "JSON-LD"


def _told(html, flag):
    """What is wrong in what the page says of posts that are left out."""
    if flag.wanted != "hidden":
        return
    if flag.role == "author" and not search(r'class="gap', html):
        yield "no gap"
    if flag.role == "quoted" and "quote placeholder" not in html:
        yield "no placeholder"


def flags():
    return list(enumerate(FLAGS, 1)) if SCALE == "bar" else list(enumerate(FLAGS, 1))[::6]


def test_t26_no_flag_is_passed_over(tmp_path, proved):
    figures = {"combinations": 0, "plays": 0, "wrong": 0}
    with open_store(tmp_path / "site.sqlite3") as store:
        site = Site(store)
        for number, flag in flags():
            figures["combinations"] += 1
            for later in (False, True):
                talk = Talk(flag, number * 2 + later, site.now)
                path = site.keep(talk, flagged=not later)
                if later:
                    site.change(talk)
                found = wrong(site, talk, path)
                figures["plays"] += 1
                figures["wrong"] += len(found)
                if found:
                    print(flag, later, found)
    proved("T26", figures, SEED)


class Careless(Threadleaf):
    """A service that looks at nobody's wishes again: the control that the plays are about is off."""

    def check(self, page):
        return None


def test_t26_a_site_that_does_not_read_again_is_found_out(tmp_path):
    with open_store(tmp_path / "site.sqlite3") as store:
        site = Site(store, made=Careless)
        for number, flag in enumerate((FLAGS[0], FLAGS[2], FLAGS[-1]), 1):
            talk = Talk(flag, number)
            path = site.keep(talk, flagged=False)
            site.change(talk)
            assert wrong(site, talk, path)
