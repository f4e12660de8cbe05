"""One broken line for every control of authors' proofs and consoles, and the tests that must notice."""

from tests.teeth.mutants import Mutant

CORE, STORE, SERVICE = "tests/core/test_proofs.py", "tests/store/test_statements.py", "tests/service/test_authors.py"
WEB = "tests/web/test_author.py"


def _mutants(file: str, *rows: tuple[str, str, str, str]) -> tuple[Mutant, ...]:
    return tuple(Mutant(f"authors: {rule}", file, old, new, tests) for rule, old, new, tests in rows)


MUTANTS = (
    *_mutants(
        "core/proofs.py",
        ("words of this account", "    if not seen.author or seen.author != claim.author:\n", "    if False:\n", CORE),
        ("nothing but the code", '    return None if words == [code] else "among-words"', "    return None", CORE),
        ("a word of its own", "    if code not in words:\n", "    if code not in seen.text:\n", CORE),
        ("posts that were edited do not count", "    if seen.edited:\n", "    if False:\n", CORE),
        ("accounts that moved do not count", "    if seen.moved:\n", "    if False:\n", CORE),
        ("only what is public", 'not in ("public", "unlisted")', "in ()", CORE),
        ("younger than the code", "moment < claim.issued - _SKEW", "False", CORE),
        ("no redirect", "page.answered != page.address or ", "", CORE),
        ("a page has https", ' or not page.address.startswith("https://")', "", CORE),
        ("the account lists the page", "page.address not in page.listed or ", "", CORE),
        ("the page links back", " or not set(page.links) & {name for name in page.names if _is_safe(name)}", "", CORE),
        ("back with https", " if _is_safe(name)", "", CORE),
    ),
    *_mutants(
        "sources/_proofs_page.py",
        ("the code stands in the head", "            if in_head and tag", "            if tag", SERVICE),
        ("words end the head", "            in_head = False  #", "            pass  #", SERVICE),
    ),
    *_mutants(
        "sources/_proofs_fedi.py",
        ("a boost has another's words", ' if get(status, "reblog") is None else None', "", SERVICE),
        ("no copy of another server", "    if host_of(name) != host_of(author):\n        return []\n", "", SERVICE),
        ("the actor itself", " or tidy(found.author.id) != tidy(name)", "", SERVICE),
        ("no uploaded file", " or reply.media_type not in MEDIA_TYPES", "", SERVICE),
        ("no quotation", 'span.kind == "quote"', "False", SERVICE),
    ),
    *_mutants(
        "sources/_proofs_x.py",
        ("both by one handle", " and handle == _words(known, witness.id)[0]", "", SERVICE),
        ("the embed of that post", " or place[2] != number", "", SERVICE),
    ),
    *_mutants(
        "service/authors.py",
        (
            "the witness is the author's",
            " and (kept.network, kept.author_id) == (claim.network, claim.author)",
            "",
            SERVICE,
        ),
        ("only one's own threads", "            if page.path == path:\n", "            if page:\n", SERVICE),
        ("an embed does not publish", "        if not console.may_publish:\n", "        if False:\n", SERVICE),
        (
            "the operator's word stays",
            '        if entry is not None and entry.by == "operator":\n',
            "        if False:\n",
            SERVICE,
        ),
    ),
    *_mutants(
        "store/statements.py",
        ("a code lasts a day", ".where(codes.c.at > at - LASTS)", "", STORE),
        ("a code works once", "delete(codes).where(self._is_claim(claim.code))", "select(codes)", STORE),
        (
            "a claim is of one account",
            "self._is_claim(this), codes.c.who == self._who(network, author)",
            "self._is_claim(this)",
            STORE,
        ),
        ("a console closes", " & (codes.c.at > at - IDLE)", "", STORE),
        ("a private copy stays private", '.not_in((says, "private"))', " != says", STORE),
    ),
    *_mutants(
        "store/threads.py",
        (
            "an author's word holds",
            "            statements.follow(connection, self._key, draft.aliases, number)\n",
            "",
            STORE,
        ),
    ),
    *_mutants(
        "web/author.py",
        ("only with the secret", "        if console is None:\n", "        if False:\n", WEB),
        (
            "asking is limited",
            "            return self._site.limits.refuse(spent)\n        begun",
            "            pass\n        begun",
            WEB,
        ),
    ),
)
