"""One broken line for every control of what X's terms ask, and the tests that must notice."""

from tests.teeth.mutants import Mutant

TERMS, SEEN = "tests/web/test_x_terms.py", "tests/store/test_seen.py"
AGAIN, DUE, ENDING = ("tests/core/test_again.py", "tests/service/test_due.py", "tests/store/test_ending.py")


def _mutants(file: str, *rows: tuple[str, str, str, str]) -> tuple[Mutant, ...]:
    return tuple(Mutant(f"terms {rule}", file, old, new, tests) for rule, old, new, tests in rows)


MUTANTS = (
    *_mutants(
        "web/terms.py",
        ("visitors are counted", "        if not spent.allowed:\n", "        if False:\n", TERMS),
        ("a page counts whole", "sum(1 for _ in everything(thread))", "1", TERMS),
        ("nobody keeps it for others", "            answer.headers[", "            {}[", TERMS),
        ("programs have no files", "    if is_bound(thread.network):\n", "    if False:\n", TERMS),
    ),
    *_mutants(
        "service/instance.py",
        (
            "what was not seen is held back",
            "            store.seen.hold(now - SEEN_WITHIN)\n",
            "            pass\n",
            TERMS,
        ),
        (
            "what a reading did not see goes",
            "    parts = [kept for kept in known if (kept.saved.number, kept.saved.revision) not in anew]\n",
            "    parts = [*known]\n",
            TERMS,
        ),
        (
            "a page without its first post is read again",
            "        return page.key if not kept or again.named(kept, page.key) else Ref(page.network, kept[0].id)\n",
            "        return page.key\n",
            DUE,
        ),
    ),
    *_mutants(
        "core/again.py",
        (
            "a reading stands for itself",
            "        missing=(*fresh.missing, *missing),\n",
            "        missing=fresh.missing,\n",
            AGAIN,
        ),
    ),
    *_mutants(
        "store/threads.py",
        (
            "all of it counts from its oldest part",
            "draft.conversation.begun_at or draft.at",
            "draft.at",
            SEEN,
        ),
    ),
    *_mutants(
        "store/rows.py",
        (
            "what is held back is in no list",
            " & number.not_in(select(x_seen.c.thread).where(x_seen.c.held))",
            "",
            SEEN,
        ),
    ),
    *_mutants(
        "store/ending.py",
        (
            "what is held for questions goes",
            "            for table in (x_held, x_paid):\n",
            "            for table in ():\n",
            ENDING,
        ),
    ),
)
