"""The rows: what each proves, the figures it must reach, and the files that it proves something about."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "docs" / "proof.jsonl"
SCALE = os.environ.get("TL_SCALE", "ci")

Figures = Mapping[str, float]


class AtLeast(NamedTuple):
    """A count that must be reached: in full by `make proof`, in part by `make test-all`."""

    bar: float
    ci: float

    def holds(self, figure: float, scale: str) -> bool:
        return figure >= (self.bar if scale == "bar" else self.ci)


class AtMost(NamedTuple):
    """A figure that must not be passed, at any size."""

    most: float

    def holds(self, figure: float, scale: str) -> bool:
        return figure <= self.most


NONE = AtMost(0)


class Row(NamedTuple):
    """`test` is its pytest file, `bars` what each figure must reach, `proves` patterns of files below the root."""

    id: str
    says: str
    test: str
    bars: Mapping[str, AtLeast | AtMost]
    proves: tuple[str, ...]

    def missed(self, figures: Figures, scale: str) -> list[str]:
        """The figures that miss their bar, or are not there."""
        return [name for name, bar in self.bars.items() if name not in figures or not bar.holds(figures[name], scale)]

    def files(self) -> dict[str, str]:
        """What the row proves something about, and the tests that it does it with: path → hash of the content."""
        found = {path for pattern in self.proves for path in ROOT.glob(pattern)} | {ROOT / self.test}
        return {str(path.relative_to(ROOT)): _hash(path) for path in sorted(found)}


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _door(*more: str) -> tuple[str, ...]:
    names = ("addresses", "answers", "door", "gate", "here", "kept", "policy", "resolve")
    return tuple(f"src/threadleaf/fetch/{name}.py" for name in names) + more


def _pages(*more: str) -> tuple[str, ...]:
    web = ("src/threadleaf/web/shell.py", "src/threadleaf/web/heads.py", "src/threadleaf/web/templates/*.html")
    return ("src/threadleaf/render/*.py", *web, "tests/proof/vectors.py", "tests/proof/placements.py", *more)


def _bot(*more: str) -> tuple[str, ...]:
    store = ("src/threadleaf/store/inbox.py", "src/threadleaf/store/outbox.py")
    return ("src/threadleaf/bot/*.py", *store, "tests/proof/lives.py", "tests/support/homeserver.py", *more)


def _removal(*more: str) -> tuple[str, ...]:
    names = ("erasing", "journal", "ledger", "naming", "optouts", "pictures", "removal", "takedowns", "threads")
    store = tuple(f"src/threadleaf/store/{name}.py" for name in names)
    service = tuple(f"src/threadleaf/service/{name}.py" for name in ("authors", "instance", "moderation"))
    return ("src/threadleaf/core/erase.py", *store, *service, "tests/proof/canaries.py", *more)


ROWS = (
    Row(
        "T1",
        "No hostile address, in any spelling and from any place that addresses come from, gets a connection or a look-up",
        "tests/proof/test_t1_sources.py",
        {"pairs": AtLeast(2592, 2592), "ways": AtLeast(22, 22), "connections": NONE, "look-ups": NONE, "wrong": NONE},
        _door("tests/fetch/hostile.py", "tests/fetch/ways*.py"),
    ),
    Row(
        "T2",
        "No address is admitted that one of three independent rules denies",
        "tests/proof/test_t2_addresses.py",
        {"addresses": AtLeast(1_000_000, 50_000), "oracles": AtLeast(3, 3), "admitted but denied": NONE},
        ("src/threadleaf/fetch/addresses.py",),
    ),
    Row(
        "T3",
        "No name leads inside, however its answers change; one look-up for a connection",
        "tests/proof/test_t3_names.py",
        {
            "plays": AtLeast(4000, 60),
            "behaviours": AtLeast(20, 20),
            "connections inside": NONE,
            "further look-ups": NONE,
        },
        _door("tests/fetch/hostile.py", "tests/fetch/names.py"),
    ),
    Row(
        "T4",
        "No redirect leads inside, and none takes a secret along",
        "tests/proof/test_t4_redirects.py",
        {"plays": AtLeast(2000, 60), "behaviours": AtLeast(20, 20), "connections inside": NONE, "secrets abroad": NONE},
        _door("tests/fetch/hostile.py", "tests/fetch/redirects.py"),
    ),
    Row(
        "T5",
        "No answer costs more than bounded memory and time, and nothing of it is half kept",
        "tests/proof/test_t5_answers.py",
        {
            "answers": AtLeast(60, 60),
            "memory (MiB)": AtMost(64),
            "one answer (s)": AtMost(20),
            "stall (ms)": AtMost(100),
            "kept": NONE,
            "wrong": NONE,
        },
        _door("src/threadleaf/fetch/drive.py", "tests/fetch/bodies.py"),
    ),
    Row(
        "T6",
        "Listeners at every hostile address, the kernel's own counters and the interpreter agree: nothing was dialled",
        "tests/proof/test_t6_outside.py",
        {
            "asked": AtLeast(500, 500),
            "accepted": NONE,
            "opened": NONE,
            "dialled": NONE,
            "wrong": NONE,
            "seen with the rule broken": AtLeast(40, 40),
        },
        _door("tests/fetch/hostile.py"),
    ),
    Row(
        "T17",
        "Every answer of every route, whatever its status, has every header of ours; the crawler finds the routes itself",
        "tests/proof/test_t17_headers.py",
        {"routes": AtLeast(40, 40), "answers": AtLeast(2000, 2000), "statuses": AtLeast(15, 15), "missing": NONE},
        ("src/threadleaf/web/**/*.py", "tests/proof/crawl.py"),
    ),
    Row(
        "T27",
        "No forged proof opens an author's console; by each road there is a genuine one that does",
        "tests/proof/test_t27_proofs.py",
        {"forged": AtLeast(40, 40), "accepted": NONE, "genuine": AtLeast(15, 15), "refused": NONE},
        (
            "src/threadleaf/core/proofs.py",
            "src/threadleaf/core/accounts.py",
            "src/threadleaf/sources/proofs.py",
            "src/threadleaf/sources/_proofs_*.py",
            "src/threadleaf/service/authors.py",
            "src/threadleaf/store/statements.py",
            "tests/support/claims.py",
            "tests/support/proofs.py",
        ),
    ),
    Row(
        "T29",
        "After a takedown every form and list of a thread says so at once, and no restart, backup, file or post brings it back",
        "tests/proof/test_t29_takedown.py",
        {
            "plays": AtLeast(4, 1),
            "ways to it": AtLeast(200, 50),
            "answers": AtLeast(800, 200),
            "lists that had it": AtLeast(40, 10),
            "tried": AtLeast(600, 150),
            "not there before": NONE,
            "answered otherwise": NONE,
            "named": NONE,
            "kept again": NONE,
        },
        _removal("src/threadleaf/web/*.py"),
    ),
    Row(
        "T41",
        "No trick with hosts or with headers of the way changes what anybody else reads, or where a link leads",
        "tests/proof/test_t41_hosts.py",
        {"tricks": AtLeast(30, 30), "plays": AtLeast(1000, 1000), "poisoned": NONE, "foreign links": NONE},
        ("src/threadleaf/web/*.py", "tests/proof/crawl.py"),
    ),
    Row(
        "T7",
        "Hostile texts in every slot of our pages add no element, no attribute, no comment and no script",
        "tests/proof/test_t7_markup.py",
        {"vectors": AtLeast(10_513, 10_513), "placements": AtLeast(147_182, 147_182), "added": NONE},
        _pages("tests/proof/markup.py"),
    ),
    Row(
        "T8",
        "In a real browser without any policy, none of them runs, asks another host, or opens a dialog",
        "tests/proof/test_t8_browser.py",
        {
            "placements": AtLeast(147_182, 20_000),
            "ran": NONE,
            "dialogs": NONE,
            "asked elsewhere": NONE,
            "events": AtLeast(1_000_000, 100_000),
        },
        _pages(),
    ),
    Row(
        "T9",
        "With the escaping gone, the policy alone keeps all of them from running",
        "tests/proof/test_t9_policy.py",
        {
            "vectors": AtLeast(10_513, 1_000),
            "ran": NONE,
            "loaded from elsewhere": NONE,
            "ran without it": AtLeast(200, 20),
        },
        ("src/threadleaf/web/security.py", "tests/proof/vectors.py"),
    ),
    Row(
        "T10",
        "In every format that we write, the format's own checker finds nothing wrong and nothing active",
        "tests/proof/test_t10_formats.py",
        {
            "vectors": AtLeast(10_513, 500),
            "formats": AtLeast(10, 10),
            "placements": AtLeast(105_130, 5_000),
            "wrong": NONE,
        },
        (
            "src/threadleaf/render/*.py",
            "src/threadleaf/web/embed.py",
            "src/threadleaf/web/pictures.py",
            "tests/proof/vectors.py",
        ),
    ),
    Row(
        "T11",
        "Every address in our pages is absolute with http(s), or a path of ours",
        "tests/proof/test_t11_links.py",
        {"vectors": AtLeast(10_513, 10_513), "addresses": AtLeast(150_000, 150_000), "others": NONE},
        _pages("tests/proof/markup.py"),
    ),
    Row(
        "T12",
        "A page that a browser has parsed and written out is parsed into the same elements and attributes again",
        "tests/proof/test_t12_again.py",
        {"vectors": AtLeast(10_513, 1_500), "pages": AtLeast(200, 20), "changed": NONE, "added": NONE},
        _pages("tests/proof/markup.py"),
    ),
    Row(
        "T13",
        "Hidden and look-alike characters move nothing beside them, a name says in words that it has them, and no file has",
        "tests/proof/test_t13_names.py",
        {
            "signs": AtLeast(34, 34),
            "pairs": AtLeast(500, 60),
            "placements": AtLeast(9_000, 2_700),
            "names": AtLeast(2_500, 700),
            "out of order": NONE,
            "names without a warning": NONE,
            "attributes that turn": NONE,
            "file names with more than letters": NONE,
        },
        (
            "src/threadleaf/core/lookalike.py",
            "src/threadleaf/render/*.py",
            "src/threadleaf/web/embed.py",
            "src/threadleaf/web/shell.py",
            "src/threadleaf/web/threads.py",
            "src/threadleaf/web/templates/*.html",
            "src/threadleaf/web/static/threadleaf.css",
            "tests/proof/placements.py",
        ),
    ),
    Row(
        "T16",
        "Line ends and control characters make no header, no further record of the log, and reach no terminal",
        "tests/proof/test_t16_controls.py",
        {
            "texts": AtLeast(100, 100),
            "placements": AtLeast(1_400, 1_400),
            "headers": NONE,
            "records": NONE,
            "raw": NONE,
        },
        ("src/threadleaf/render/_safe.py", "src/threadleaf/render/_plain.py", "src/threadleaf/web/threads.py"),
    ),
    Row(
        "T18",
        "Wherever the bot's process ends, and whatever becomes of what it writes, nobody is answered twice or not at all",
        "tests/proof/test_t18_deeds.py",
        {
            "runs": AtLeast(288, 288),
            "runs in which a process ended": AtLeast(200, 200),
            "lost": NONE,
            "doubled": NONE,
            "held": NONE,
        },
        _bot("tests/bot/stories.py", "tests/support/pds.py", "tests/support/chats.py"),
    ),
    Row(
        "T19",
        "Killed at random moments of a storm of mentions, the bot answers nobody twice, and nobody not at all",
        "tests/proof/test_t19_kills.py",
        {
            **{f"kills on {network}": AtLeast(2000, 100) for network in ("bsky", "fedi", "x")},
            "mentions": AtLeast(6000, 600),
            "kills between deed and answer": AtLeast(1500, 75),
            "lost": NONE,
            "doubled": NONE,
            "left behind": NONE,
            "held": NONE,
        },
        _bot("tests/proof/kills.py", "tests/proof/tally.py", "tests/support/pds.py"),
    ),
    Row(
        "T20",
        "A feed that tells everything five times, in no order, late, or all again, two processes, and clocks that are a day "
        "off lose no answer and double none",
        "tests/proof/test_t20_feeds.py",
        {"steps": AtLeast(100_000, 900), "mentions": AtLeast(6_000, 60), "lost": NONE, "doubled": NONE, "held": NONE},
        _bot("tests/proof/feeds.py", "tests/proof/tally.py", "tests/support/pds.py"),
    ),
    Row(
        "T21",
        "Whatever backup is restored, however old, and if the database is lost: nobody is answered twice, no wish is undone",
        "tests/proof/test_t21_restored.py",
        {
            "plays": AtLeast(198, 12),
            "doubled answers": NONE,
            "doubled notes": NONE,
            "lost": NONE,
            "undone": NONE,
        },
        _bot("src/threadleaf/store/journal.py", "src/threadleaf/store/ledger.py", "tests/support/pds.py"),
    ),
    Row(
        "T22",
        "Servers that ignore a key, forget it, answer 500 to a second try, or publish without a word double no answer",
        "tests/proof/test_t22_servers.py",
        {"plays": AtLeast(77, 77), "lost": NONE, "doubled": NONE, "held": AtLeast(1, 1)},
        _bot(),
    ),
    Row(
        "T23",
        "Rings of bots, the bot's own words, and ten thousand calls about one author: the caps hold, and others do not notice",
        "tests/proof/test_t23_storms.py",
        {
            "mentions": AtLeast(21_000, 600),
            "others": AtLeast(300, 30),
            "rings": AtLeast(3, 3),
            "twice": NONE,
            "more than one for an asker and a thread": NONE,
            "past the asker's cap": NONE,
            "past the conversation's cap": NONE,
            "past the network's cap": NONE,
            "threads of the author past the cap": NONE,
            "bots that were answered": NONE,
            "unanswered others": NONE,
            "left": NONE,
            "looks at a mention": AtMost(4),
            "turns that others waited (p95)": AtMost(20),
            "seconds that others waited (p95)": AtMost(60),
        },
        _bot("src/threadleaf/core/manners.py", "tests/proof/crowds.py", "tests/support/pds.py"),
    ),
    Row(
        "T24",
        "Where an author, a network or the operator does not want it nobody is answered in public, and told once a day at most",
        "tests/proof/test_t24_refusals.py",
        {
            "plays": AtLeast(36, 36),
            "combinations": AtLeast(324, 216),
            "public answers": NONE,
            "told too often": NONE,
            "left": NONE,
        },
        _bot("src/threadleaf/core/manners.py", "tests/support/pds.py", "tests/support/chats.py"),
    ),
    Row(
        "T25",
        "Of what is taken down, in whichever way, no byte is left in the data folder, and no older backup brings it back",
        "tests/proof/test_t25_canaries.py",
        {
            "plays": AtLeast(60, 12),
            "ways": AtLeast(12, 12),
            "canaries": AtLeast(4_000, 800),
            "pieces": AtLeast(100_000, 20_000),
            "pages that had one": AtLeast(1_000, 200),
            "unseen before": NONE,
            "served after": NONE,
            "not hidden at once": NONE,
            "left": NONE,
            "served by the backup": NONE,
            "left by the backup": NONE,
        },
        _removal(),
    ),
    Row(
        "T26",
        "Whatever an account or a post is flagged with, at once or later, no place shows more of it than its author allows",
        "tests/proof/test_t26_flags.py",
        {"combinations": AtLeast(300, 50), "plays": AtLeast(600, 100), "wrong": NONE},
        (
            "src/threadleaf/core/wishes.py",
            "src/threadleaf/core/withhold.py",
            "src/threadleaf/service/instance.py",
            "src/threadleaf/service/public.py",
            "src/threadleaf/service/rereading.py",
            "src/threadleaf/store/catalogue.py",
            "src/threadleaf/store/rows.py",
            "src/threadleaf/store/sitemap.py",
            "src/threadleaf/web/*.py",
            "tests/proof/flags.py",
        ),
    ),
    Row(
        "T28",
        "What is deleted, protected, suspended or withheld at X is in no place of a site 24 hours later, whatever keeps it from looking",
        "tests/proof/test_t28_x_clock.py",
        {
            "plays": AtLeast(396, 15),
            "too late": NONE,
            "latest (hours)": AtMost(24),
            "in the database after the end": NONE,
        },
        (
            "src/threadleaf/core/terms.py",
            "src/threadleaf/core/again.py",
            "src/threadleaf/core/schedule.py",
            "src/threadleaf/sources/x.py",
            "src/threadleaf/sources/_x_*.py",
            "src/threadleaf/service/instance.py",
            "src/threadleaf/service/rereading.py",
            "src/threadleaf/store/seen.py",
            "src/threadleaf/store/ending.py",
            "src/threadleaf/store/schedule.py",
            "src/threadleaf/fakes/*x*.py",
            "tests/support/xsite.py",
        ),
    ),
)

CLAIMED = (
    *("T1", "T2", "T3", "T4", "T5", "T6"),
    *("T7", "T8", "T9", "T10", "T11", "T12", "T13", "T16", "T17", "T41"),
    *("T18", "T19", "T20", "T21", "T22", "T23", "T24"),
    *("T25", "T26", "T27", "T28", "T29"),
)
"""The rows that are promised: `make test` is red where the record of one is missing, too low or out of date."""


def row(identity: str) -> Row:
    (found,) = (row for row in ROWS if row.id == identity)
    return found


def standing(row: Row, records: Iterable[Mapping]) -> str:
    """What is wrong with the newest record of a row; empty if it stands."""
    own = [record for record in records if record["row"] == row.id]
    if not own:
        return f"{row.id} was never proved"
    newest = own[-1]
    missed = row.missed(newest["figures"], "bar")
    if missed or not newest["ok"]:
        return f"{row.id} missed its bar: {', '.join(missed) or 'its test failed'}"
    files = row.files()
    changed = sorted(
        path for path in files.keys() | newest["files"].keys() if files.get(path) != newest["files"].get(path)
    )
    return f"{row.id} was proved before these changed: {', '.join(changed)}" if changed else ""
