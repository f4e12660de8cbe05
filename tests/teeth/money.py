"""One broken line for every control of the money that X takes, and the tests that must notice."""

from tests.teeth.mutants import Mutant

ACCOUNT, PURSE, READERS = (
    "tests/store/test_spending.py",
    "tests/service/test_spending.py",
    "tests/web/test_x_readers.py",
)


def _mutants(file: str, *rows: tuple[str, str, str, str]) -> tuple[Mutant, ...]:
    return tuple(Mutant(f"money {rule}", file, old, new, tests) for rule, old, new, tests in rows)


MUTANTS = (
    *_mutants(
        "store/spending.py",
        ("a day has a ceiling", "            if now.day + amount > day:\n", "            if False:\n", ACCOUNT),
        ("a month has a ceiling", "            if now.month + amount > month:\n", "            if False:\n", ACCOUNT),
        (
            "what is held counts",
            "_sum(connection, x_spent, today) + _sum(connection, x_held, today)",
            "_sum(connection, x_spent, today)",
            ACCOUNT,
        ),
        (
            "the same costs once",
            "    fresh = [mark for mark in marks if mark not in known]\n",
            "    fresh = [*marks]\n",
            ACCOUNT,
        ),
        (
            "marks are gone the next day",
            "            connection.execute(delete(x_paid).where(x_paid.c.day < today))\n",
            "",
            ACCOUNT,
        ),
    ),
    *_mutants(
        "service/spending.py",
        (
            "a reading gets no more than is held",
            "            if amount > held.left:\n",
            "            if False:\n",
            PURSE,
        ),
        ("what may have been answered is paid", "reply.kind in _UNCERTAIN", "False", PURSE),
        ("the rest is released", "            self._spending.release(number)\n", "            pass\n", PURSE),
    ),
    *_mutants(
        "service/levels.py",
        ("strangers do not spend it", '    if network == "x" and _OF_X', "    if False and _OF_X", READERS),
    ),
    *_mutants(
        "jobs/desk.py",
        (
            "what is kept is not read again for strangers",
            '        if kept is not None and ref.network == "x" and asker != "operator":\n',
            "        if False:\n",
            READERS,
        ),
    ),
)
