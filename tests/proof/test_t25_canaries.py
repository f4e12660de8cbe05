"""T25: of what is taken down no byte is left in the data folder, and no backup brings it back.

The folder is searched file by file (rows, free pages, the log of writes, pictures, the journal, what was logged), row by
row with everything unpacked that is packed, term by term in the full-text index, and for pieces of the packed values that
held a canary, since what lies in free space cannot be unpacked.
"""

from collections import Counter

from tests.proof.canaries import BOB, OPEN, WAYS, Site, found, logged, packed
from tests.proof.rows import SCALE
from threadleaf.store import takedowns

SEEDS = {"ci": 1, "bar": 5}[SCALE]
SUFFIXES = ("", ".json", ".md", ".txt", ".pdf", ".epub", ".atom", "?view=posts")


def test_t25_no_byte_is_left_of_what_is_taken_down(tmp_path, proved):
    total = Counter()
    for seed in range(SEEDS):
        for number, way in enumerate(WAYS):
            total.update(played(way, tmp_path / f"{seed}-{number}", seed))
    proved("T25", {**total, "ways": len(WAYS)}, 0)


def played(way, folder, seed):
    """One site on which everything is taken down in one way; how much of it was there, and is left."""
    data, copy = folder / "data", folder / "backup"
    data.mkdir(parents=True)
    figures = Counter(plays=1)
    with logged(data / "log.txt"):
        site = Site(data, seed)
        site.fill()
        words = list(site.say.places.values())
        figures["canaries"] = len(words)
        figures["unseen before"] = len(set(words) - {what.decode() for _, what in found(data, words)})
        site.backup(copy)
        pieces = packed(data, [word.encode() for word in words])
        figures["pieces"] = len(pieces)
        before = served(site, words)
        WAYS[way](site)
        after = served(site, words)
        figures["pages that had one"] = len(before)
        figures["served after"] = len(after)
        figures["not hidden at once"] = sum(
            site.visitor.get(path).status_code not in gone(way) for path in (site.path, site.secret)
        )
        left = found(data, words, pieces)
        figures["left"] = len(left)
        site.restore(copy)
        figures["served by the backup"] = len(served(site, words))
        restored = found(data, words, pieces)
        figures["left by the backup"] = len(restored)
        assert site.visitor.get(site.bobs_path).status_code == 200, "what Bob wrote stays"
        site.stop()
    print(way, dict(figures), Counter(where for where, _ in (*left, *restored)), sorted(after)[:3])
    return figures


def gone(way):
    return (410, 404) if way in OPEN else (410,)


def served(site, words):
    """The addresses of the site at which a canary is served, in any form."""
    pages = [f"{path}{suffix}" for path in (site.path, site.secret, site.bobs_path) for suffix in SUFFIXES]
    lists = [
        "/",
        "/latest",
        "/latest.atom",
        "/topics",
        "/asked",
        "/sitemap.xml",
        "/author/bsky/did:plc:ann",
        f"/author/bsky/{BOB}",
    ]
    lists += [f"/search?q={word}" for word in words[:6]] + [f"/topic/{word}" for word in words[:6]]
    lists += [f"/embed{site.path}", f"{site.path}.png", f"/api/v1/threads{site.path.removeprefix('/t')}"]
    found = set()
    for path in (*pages, *lists):
        body = site.visitor.get(path).content.lower().replace(path.encode(), b"")
        found |= {path for word in words if word.encode() in body and word not in path}
    return found


def test_t25_the_search_finds_what_is_only_hidden(tmp_path, monkeypatch):
    """With the part taken away that keeps pages anew, and that deletes content, the search finds it."""
    monkeypatch.setattr(takedowns.Takedowns, "finish_removals", lambda self: self.scrub())
    figures = played("operator", tmp_path, 0)
    assert figures["left"] > 50
