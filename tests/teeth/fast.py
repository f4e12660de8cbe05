"""One broken line for every control of what is answered from memory and of pictures, and the tests that must notice."""

from tests.teeth.mutants import Mutant

FAST, ATONCE, ANSWERS = (f"tests/web/test_{name}.py" for name in ("fast", "atonce", "answers"))
WATCH, KEPT = "tests/store/test_watch.py", "tests/store/test_pictures.py"
GALLERY, FETCHED = "tests/service/test_pictures.py", "tests/fetch/test_pictures.py"
TRANSLATION = "tests/web/test_translation.py"


def _mutants(file: str, *rows: tuple[str, str, str, str]) -> tuple[Mutant, ...]:
    return tuple(Mutant(f"fast {rule}", file, old, new, tests) for rule, old, new, tests in rows)


MUTANTS = (
    *_mutants(
        "web/fast.py",
        ("what was committed counts", "answer.state != state or ", "", FAST),
        ("an answer ends after a minute", "monotonic() - answer.since > LONGEST", "False", FAST),
        (
            "each host has its own",
            '(given.get(b"host", b""), target)\n        address = self._addresses.get',
            '(b"", target)\n        address = self._addresses.get',
            FAST,
        ),
        ("cookies pass by", 'frozenset({b"cookie", ', "frozenset({", FAST),
        ("credentials pass by", 'b"authorization", ', "", FAST),
        ("only successes are kept", "status == 200\n        and ", "", FAST),
        ("what sets a cookie is not kept", 'and b"set-cookie" not in headers', "", FAST),
        ("what is chosen by more than we know is not kept", "and _chosen_by(headers) <= _CHOSEN_BY", "", FAST),
        ("what says no-store is not kept", "in _KEPT_AS\n", "in (*_KEPT_AS, 'no-store')\n", FAST),
        ("limits are for one reader", "and not any(name.startswith", "and any(True or name.startswith", FAST),
        ("an answer in pieces is not kept", 'and not message.get("more_body"):', "and True:", FAST),
        ("the memory is bounded", "while self.size > self._most:", "while False:", FAST),
        ("forms are bounded", "[1 - _FORMS :]", "[:]", FAST),
        ("headers said twice are for the guard", 'if len(given) != len(scope["headers"]):', "if False:", FAST),
        (
            "the state is that of before",
            "_Recording(self._memory, given, target, state, send)",
            "_Recording(self._memory, given, target, self._memory.watching.ask(), send)",
            FAST,
        ),
    ),
    *_mutants(
        "web/atonce.py",
        (
            "requests are answered in turn",
            "(self.cycle is None or self.cycle.response_complete)\n                and not self.pipeline\n                and ",
            "",
            ATONCE,
        ),
        ("headers said twice are not plain", " or len(given) != len(self.headers)", "", ATONCE),
        ("what is no HTTP gets our headers", "*told, *ours,", "*told,", ATONCE),
    ),
    *_mutants(
        "web/answers.py",
        (
            "each coding has a tag of its own",
            '{"br": "-br", "gzip": "-gzip", "": ""}',
            '{"br": "", "gzip": "", "": ""}',
            ANSWERS,
        ),
        ("a coding can be refused", "weights[name] = _weight(weight)", "weights[name] = 1.0", ANSWERS),
        ("a secret is not packed", "cache == NOWHERE or ", "", ANSWERS),
        (
            "a tag goes before a date",
            "    if tags is not None:\n",
            "    if tags is not None and since is None:\n",
            ANSWERS,
        ),
    ),
    *_mutants(
        "store/engine.py",
        (
            "own commits are seen",
            "            yield connection\n        self.commits = object()",
            "            yield connection",
            WATCH,
        ),
    ),
    *_mutants(
        "store/watch.py",
        ("others' commits are seen", "said = self._database.others()", "said = 1", WATCH),
        ("a server is not waited for", "                return None\n", "                self._look()\n", WATCH),
        ("what cannot be asked counts as changed", "said = object()", "said = None", WATCH),
    ),
    *_mutants(
        "store/pictures.py",
        (
            "a picture needs a page",
            "query.where(pictures.c.name == name, exists(held))",
            "query.where(pictures.c.name == name)",
            KEPT,
        ),
        ("names need the key", "hmac.digest(key, ", 'hmac.digest(b"", ', KEPT),
        ("the folder is bounded", "            if over > 0:\n", "            if False:\n", KEPT),
        ("a page that says something else now is made anew", "if before is not None and", "if False and", KEPT),
        (
            "nothing waits for a page that is not seen",
            "threads.c.id == pictures_of.c.thread).where(visible())",
            "threads.c.id == pictures_of.c.thread)",
            KEPT,
        ),
        (
            "what is kept stays",
            "        used = sorted(_used(self._folder))",
            "        used = sorted([*_used(self._folder), *_used(self._kept)])",
            KEPT,
        ),
    ),
    *_mutants(
        "service/pictures.py",
        ("only https", 'return address.startswith("https://")', "return bool(address)", GALLERY),
        ("X is linked", '            return "link"', '            network = "bsky"', GALLERY),
        (
            "a takedown in between counts",
            "            self._known(picture.name)\n        except",
            "            pass\n        except",
            GALLERY,
        ),
        ("a takedown in between leaves no file", "            self._files.drop(picture.name)\n", "", GALLERY),
        ("a server that is silent for days is given up", "if pause <= LONGEST:", "if True:", GALLERY),
        ("a fetch ends with the program", "                if stopped():\n                    return\n", "", GALLERY),
        ("a silent server is left alone for a while", "self._clock() - picture.tried_at < AGAIN", "False", GALLERY),
        (
            "one fetch for all who ask",
            "            with own, self._side_by_side:\n",
            "            with self._side_by_side:\n",
            GALLERY,
        ),
    ),
    *_mutants(
        "web/translation.py",
        ("X is never translated", "or reading.thread.network not in TRANSLATED", "", TRANSLATION),
        ("a translation is kept nowhere", "cache=answers.NOWHERE, ", "", TRANSLATION),
    ),
    *_mutants(
        "fetch/pixels.py",
        ("pixels are counted", "> PIXELS:", "> 10 * PIXELS:", FETCHED),
        ("frames are counted", "> FRAMES:", "> 10 * FRAMES:", FETCHED),
        ("memory is bounded", "(resource.RLIMIT_DATA, MEMORY),", "(resource.RLIMIT_DATA, 100 * MEMORY),", FETCHED),
        ("only raster images", "formats=_FORMATS", "formats=None", FETCHED),
        (
            "nothing unseen comes along",
            'exif=b"", icc_profile=b"", xmp=b""',
            "exif=picture.getexif(), icc_profile=picture.info.get('icc_profile')",
            FETCHED,
        ),
        ("a small answer", "if out.tell() <= most:", "if True:", FETCHED),
    ),
)
