"""One broken line for every control of reports, limits and the operator's pages, and the tests that must notice."""

from tests.teeth.mutants import Mutant

LIMITS, OPERATORS, MODERATION = (f"tests/store/test_{name}.py" for name in ("limits", "operators", "moderation"))
ADMIN, REPORTS, NETWORK, POLICIES = (f"tests/web/test_{name}.py" for name in ("admin", "reports", "limits", "policies"))
DESK, SERVE = "tests/service/test_desk.py", "tests/cli/test_serve.py"


def _mutants(file: str, *rows: tuple[str, str, str, str]) -> tuple[Mutant, ...]:
    return tuple(Mutant(f"operator {rule}", file, old, new, tests) for rule, old, new, tests in rows)


MUTANTS = (
    *_mutants(
        "web/admin.py",
        (
            "every change needs the token",
            "        if not hmac.compare_digest(",
            "        if False and not hmac.compare_digest(",
            ADMIN,
        ),
        ("tries to sign in are counted", "        if not spent.allowed:\n", "        if False:\n", ADMIN),
        ("the cookie has the prefix", '"__Host-threadleaf-operator"', '"threadleaf-operator"', ADMIN),
        ("no admin pages over plain http", 'settings.public_origin.startswith("https://")', "True", ADMIN),
        (
            "nobody keeps the operator's pages",
            "    made = errors.answer(status, html)\n",
            "    made = Response(html)\n",
            ADMIN,
        ),
        ("settings are shown without secrets", "without_secrets(self._site.settings)", "self._site.settings", ADMIN),
    ),
    *_mutants(
        "web/security.py",
        ("forms of other sites are refused", "    if is_forged(given, origin):\n", "    if False:\n", ADMIN),
    ),
    *_mutants(
        "store/operators.py",
        ("sessions end when idle", "sessions.c.seen_at <= at - IDLE, ", "", OPERATORS),
        ("sessions end in any case", ", sessions.c.begun_at <= at - LONGEST", "", OPERATORS),
        ("a new password ends all sessions", "            connection.execute(delete(sessions))\n", "", OPERATORS),
        (
            "a link works once",
            "            connection.execute(delete(meta).where(meta.c.name == _LINK))\n",
            "",
            OPERATORS,
        ),
        (
            "a link works for an hour",
            "    return at < datetime",
            "    return datetime.min.replace(tzinfo=UTC) < datetime",
            OPERATORS,
        ),
    ),
    *_mutants(
        "service/moderation.py",
        ("blocked servers are not read", 'if ref.network == "fedi" and self._store', "if False and self._store", DESK),
        ("two reports hide a page", " and not desk.others_hide(report)", "", DESK),
        ("what was promised is forgotten", "            self._store.moderation.forget(at)\n", "", DESK),
    ),
    *_mutants(
        "service/passwords.py",
        ("passwords are long", "    if len(password) < LEAST:\n", "    if len(password) < 1:\n", DESK),
        ("passwords are varied", "    if len(set(password)) < _VARIED:\n", "    if False:\n", DESK),
    ),
    *_mutants(
        "store/limits.py",
        ("each has a limit", "rate.all, at) if own.left else own", "rate.all, at)", LIMITS),
        ("all together have a limit", "self._lease(rate, ALL, rate.all, at) if own.left else own", "own", LIMITS),
        ("blocked senders get nothing", "    if until is not None:\n", "    if False:\n", LIMITS),
        ("a restart resets nothing", "(row.used, row.ends) if row else", "(0, row.ends) if row else", LIMITS),
    ),
    *_mutants(
        "store/hiding.py",
        (
            "a hidden page is not kept rendered",
            "    connection.execute(delete(pages).where(pages.c.thread == number))\n",
            "",
            MODERATION,
        ),
        (
            "hidden pages made again are hidden",
            "        if since is not None:\n            hide(",
            "        if False:\n            hide(",
            MODERATION,
        ),
    ),
    *_mutants(
        "store/rows.py",
        (
            "hidden pages are in no list",
            "return ~threads.c.removing & threads.c.id.not_in(kept_back)",
            "return ~threads.c.removing",
            MODERATION,
        ),
    ),
    *_mutants(
        "store/moderation.py",
        ("a removal names the page no more", '            values |= {"path": "", "address": ""}\n', "", MODERATION),
        ("tickets are kept as hashes", "    return sha256(ticket.encode", "    return bytes(ticket.encode", MODERATION),
    ),
    *_mutants(
        "web/limits.py",
        (
            "strangers are not believed",
            "    while hops and _is_among(client, proxies):\n",
            "    while hops:\n",
            NETWORK,
        ),
        ("who asks is a network", "24 if address.version == 4 else 48", "32 if address.version == 4 else 128", NETWORK),
    ),
    *_mutants(
        "web/reports.py",
        ("reports are counted", "        if not spent.allowed:\n", "        if False:\n", REPORTS),
        ("good faith is asked for", '    if not given["faith"]:\n', "    if False:\n", REPORTS),
    ),
    *_mutants(
        "web/policies.py",
        (
            "no page with a blank",
            "            if not settings.personal and missing_for_the_public(settings):\n",
            "            if False:\n",
            POLICIES,
        ),
    ),
    *_mutants(
        "cli/config.py",
        (
            "no site for others with a blank",
            "settings.personal and is_loopback(settings.host)",
            "is_loopback(settings.host)",
            SERVE,
        ),
    ),
)
