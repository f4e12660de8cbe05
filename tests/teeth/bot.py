"""One broken line for each promise of the bot (docs/bot.md), and the tests that must notice."""

from tests.teeth.mutants import Mutant

STORE, BSKY, LOOP, CALLS, MANNERS, CRASHES, FAULTS = (
    "tests/store/test_bot.py",
    "tests/bot/test_bluesky.py",
    "tests/bot/test_loop.py",
    "tests/core/test_calls.py",
    "tests/core/test_manners.py",
    "tests/bot/test_crashes.py",
    "tests/bot/test_faults.py",
)

MUTANTS = (
    Mutant("bot: a thread is claimed once", "store/outbox.py", "if (known or 0) != before:", "if False:", STORE),
    Mutant(
        "bot: a name that follows from the mention",
        "bot/bluesky.py",
        "key = _key(self.me, mention)",
        "key = int_to_tid(int(at.timestamp() * 1_000_000) * _MICROSECOND)",
        f"{BSKY} {FAULTS}",
    ),
    Mutant(
        "bot: what is there decides, not a status",
        "bot/bluesky.py",
        '        there = yield from self._there(out, uri)\n        if there == "mine":\n            return _done(uri)\n        if there ==',
        '        there = "missing"\n        if there ==',
        BSKY,
    ),
    Mutant(
        "bot: written only where nothing is",
        "bot/bluesky.py",
        ', "swapRecord": None}',
        "}",
        BSKY,
    ),
    Mutant(
        "bot: what was begun is looked for",
        "bot/loop.py",
        "        self._sending.look_after()\n",
        "",
        CRASHES,
    ),
    Mutant("bot: one process is the bot", "store/inbox.py", "row.held_until > at", "False", STORE),
    Mutant(
        "bot: a mention is heard once",
        "store/inbox.py",
        "            return False\n        told =",
        "            pass\n        told =",
        STORE,
    ),
    Mutant(
        "bot: no answer to a bot", "core/manners.py", "    if asked.is_bot:\n", "    if False:\n", f"{MANNERS} {LOOP}"
    ),
    Mutant(
        "bot: only an author is obeyed",
        "core/manners.py",
        '    if asked.asker == known.author:\n        return Verdict("forget")\n    return',
        '    if True:\n        return Verdict("forget")\n    return',
        MANNERS,
    ),
    Mutant(
        "bot: structure, never a substring",
        "core/calls.py",
        '        if not rest:\n            return "unroll"\n',
        '        return "unroll"\n',
        CALLS,
    ),
    Mutant(
        "bot: what was answered is taken back",
        "store/outbox.py",
        "                _take_back(connection, row, at)\n",
        "                pass\n",
        f"{STORE} {LOOP}",
    ),
)
