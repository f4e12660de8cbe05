"""T29: after a takedown by the operator every way to a thread says that it is gone, and nothing brings it back.

It is asked for over the site's own door in every format, view, language, branch and version, by every address of every post,
in the programs' interface, embedded and as a card; and every list, feed, search and map is read. That is done in the
first answers after the command returned, after the programs have been started anew, after an older backup was put in
place, and after everybody has tried to have it again: unrolled by any post, in any spelling, from files, in private.
"""

from collections import Counter

from msgspec.structs import replace

from tests.proof.canaries import ANN, WAYS, Site, annes, bobs
from tests.proof.rows import SCALE
from tests.store.build import address, ref, uri
from threadleaf.core.errors import Gone, ThreadleafError
from threadleaf.core.model import Ref
from threadleaf.core.ref import path as path_of
from threadleaf.sources.conversation import encode
from threadleaf.store import takedowns
from threadleaf.web.languages import NAMES
from threadleaf.web.threads import FILES
from threadleaf.wire import Document

BY = {"ci": ("operator",), "bar": ("operator", "law", "law, by a report", "author, this thread")}[SCALE]
POSTS = range(1, 9)


def test_t29_a_takedown_holds_everywhere_and_for_good(tmp_path, proved):
    total = Counter()
    for number, way in enumerate(BY):
        total.update(played(way, tmp_path / str(number)))
    proved("T29", {**total}, 0)


def played(way, folder):
    data, copy = folder / "data", folder / "backup"
    data.mkdir(parents=True)
    site = Site(data)
    site.fill()
    site.backup(copy)
    version = next(post.versions[0].hash for post in site.service.read(site.path).thread.posts if post.versions)
    ways = forms(site, version)
    title = site.say("1 text")
    figures = Counter({"plays": 1, "ways to it": len(ways), "answered otherwise": 0, "kept again": 0})
    absent = [path for path in ways if site.visitor.get(path).status_code >= 400]
    figures["not there before"] = len(absent)
    figures["lists that had it"] = named(site, title)
    WAYS[way](site)
    look(site, ways, title, figures)
    site.start()
    look(site, ways, title, figures)
    site.restore(copy)
    look(site, ways, title, figures)
    tried(site, figures)
    look(site, ways, title, figures)
    site.stop()
    print(way, dict(figures), absent)
    return figures


def forms(site, version):
    """Every address at which something of the thread is to be had."""
    roots = [site.path, site.secret]
    queries = [f"?{query}" for query in ("view=article", "view=posts", "line=3k8", "cite=3k2")]
    queries += [f"?lang={code}" for code in NAMES]
    files = [f".{suffix}" for suffix in FILES]
    found = [
        root + more for root in roots for more in ("", *queries, *files, *(f"{file}?view=posts" for file in files))
    ]
    found += [path_of(Ref("bsky", uri(n))) for n in POSTS]
    found += [path_of(Ref("bsky", f"at://{site.say('handle')}.example/app.bsky.feed.post/3k{n}")) for n in (1, 8)]
    found += [f"{site.path}?v={version}", f"{site.path}.atom", f"{site.path}.feed.json", f"{site.path}.png"]
    found += [f"/embed{site.path}", f"/oembed?url=https://threads.example.org{site.path}"]
    api = f"/api/v1/threads{site.path.removeprefix('/t')}"
    return [*found, api, *(f"{api}.{suffix}" for suffix in ("md", "txt", "html", "csv", "jsonl") if suffix in FILES)]


def look(site, ways, title, figures):
    """Ask for everything once: what answers is the first answer since."""
    for path in ways:
        answer = site.visitor.get(path)
        while answer.is_redirect:
            answer = site.visitor.get(answer.headers["location"])
        figures["answers"] += 1
        if answer.status_code not in (410, 451):
            figures["answered otherwise"] += 1
            print("otherwise", path, answer.status_code)
        figures["named"] += int(title.encode() in answer.content.lower())
    figures["named"] += named(site, title)
    figures["rounds"] += 1


def named(site, title):
    """In how many lists, feeds, searches and maps the thread stands, by its title or its address."""
    lists = ["/", "/latest", "/topics", "/asked", f"/author/bsky/{ANN}", f"/search?q={title}"]
    lists += [f"/topic/{site.say(f'{n} tag')}" for n in POSTS]
    feeds = ("/latest", f"/author/bsky/{ANN}", "/search")
    lists += [f"{feed}.{form}?q={title}" for feed in feeds for form in ("atom", "rss", "json")]
    lists += ["/sitemap.xml", "/sitemap-1.xml", "/api/v1/threads", f"/api/v1/search?q={title}", site.bobs_path]
    found = 0
    for path in lists:
        body = site.visitor.get(path).content.decode("utf-8", "replace").lower()
        told = title in body and title not in path  # a page of results repeats what was looked for
        found += int(told or f'{site.path.lower()}"' in body or f"{site.path.lower()}<" in body)
    return found


def tried(site, figures):
    """Have it again, in every way: what comes of it is that it is gone."""
    seen = annes(site.say, read_at=site.time)
    parts = (seen, replace(seen, posts=seen.posts[2:5], anchor=uri(3)), replace(seen, posts=seen.posts[:1]))
    asked = [*(ref(n) for n in POSTS), *(address(n) for n in POSTS)]
    for answer in parts:
        for save in (None, "listed", "private"):
            for one in asked:
                _try(lambda one=one, answer=answer, save=save: site.unroll(answer, one, save), figures)
            file = Document(body=encode(answer), name="saved.json")
            _try(lambda file=file, save=save: site.service.unroll_documents([file], save=save), figures)
    for one in (address(n) for n in POSTS):
        answer = site.visitor.post("/unroll", data={"url": one})
        figures["tried"] += 1
        figures["kept again"] += int(answer.status_code not in (410, 451))
    site.unroll(bobs(site.say, read_at=site.time), ref(20, "bob"), "listed")


def _try(again, figures):
    figures["tried"] += 1
    try:
        again()
    except Gone:
        return
    except ThreadleafError as error:
        print("not gone, but", error)
    figures["kept again"] += 1


def test_t29_where_no_tombstone_is_left_the_proof_fails(tmp_path, monkeypatch):
    """With the tombstones taken away, whoever asks brings it back."""
    monkeypatch.setattr(takedowns.removal, "bury", lambda *_, **__: [])
    figures = played("operator", tmp_path)
    assert figures["kept again"] > 20
    assert figures["answered otherwise"] > 20
