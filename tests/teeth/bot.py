"""One broken line for each promise of the bot (docs/bot.md), and the tests that must notice."""

from tests.teeth.mutants import Mutant

STORE, BSKY, LOOP, CALLS, MANNERS, CRASHES, FAULTS, MEMORY, REFUSALS, OWN, ON_X, HELD_UP = (
    "tests/store/test_bot.py",
    "tests/bot/test_bluesky.py",
    "tests/bot/test_loop.py",
    "tests/core/test_calls.py",
    "tests/core/test_manners.py",
    "tests/bot/test_crashes.py",
    "tests/bot/test_faults.py",
    "tests/bot/test_memory.py",
    "tests/bot/test_refusals.py",
    "tests/bot/test_own_posts.py",
    "tests/bot/test_x.py",
    "tests/bot/test_held_up.py",
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
    Mutant(
        "bot: what it posted is read back",
        "bot/memory.py",
        "        self._service.outbox.remember(network, found, now)\n",
        "",
        MEMORY,
    ),
    Mutant(
        "bot: nobody is answered before",
        "bot/loop.py",
        "_consider(quiet=bool(waits))",
        "_consider(quiet=False)",
        MEMORY,
    ),
    Mutant(
        "bot: a late wish is obeyed",
        "core/manners.py",
        " and not (call is not None and call.word in _LASTING)",
        "",
        f"{MANNERS} {MEMORY}",
    ),
    Mutant("bot: what is forgotten is not brought up", "bot/wishing.py", ", ahead=True)", ")", MEMORY),
    Mutant(
        "bot: wishes do not wait for calls",
        "store/inbox.py",
        "is_wish = turns.c.turn % 2 == 0",
        "is_wish = turns.c.turn == -2",
        STORE,
    ),
    Mutant(
        "bot: a call in vain keeps nobody out",
        "bot/answering.py",
        ".take_back(page)",
        '.remove(page.path, "author")',
        HELD_UP,
    ),
    Mutant("bot: a letter that failed told nobody", "store/inbox.py", " & ~failed", "", STORE),
    Mutant("bot: one refusal a day", "bot/answering.py", "if told or not self._mouth", "if not self._mouth", REFUSALS),
    Mutant(
        "bot: blocks are honoured",
        "bot/bluesky.py",
        "return not any(get(other, word) for other in others for word in _BLOCKS)",
        "return bool(others) or not any(get(other, word) for other in others for word in _BLOCKS)",
        OWN,
    ),
    Mutant(
        "bot: on X it looks before it writes",
        "bot/x.py",
        "        if isinstance(found, Outcome):\n            return found\n        reply = yield from self._ask(requests.post",
        "        if isinstance(found, Outcome):\n            found = out.at\n        reply = yield from self._ask(requests.post",
        ON_X,
    ),
)
