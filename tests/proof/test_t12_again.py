"""T12: what a browser has parsed and written out is parsed into the same again; so nothing mutates on the way."""

import json

from tests.proof.markup import kinds_of
from tests.proof.placements import Sheet, harmless, opened, sheets
from tests.proof.rows import SCALE
from tests.proof.vectors import FIRING, SEED, SHAPES, numbered, some
from tests.proof.window import Window, window

SIZE = 20_000 if SCALE == "bar" else 1_500
"""Texts; each stands in all slots."""

READ = """html => {
  const parser = new DOMParser();
  // Named elements may hide the properties of a form: these cannot be hidden.
  const names = element => Element.prototype.getAttributeNames.call(element);
  const value = (element, name) => Element.prototype.getAttribute.call(element, name);
  const walk = root => [...root.querySelectorAll("*")].flatMap(element => [
    [element.localName, ...names(element).map(name => `${name}=${value(element, name)}`)],
    ...(element.localName === "template" ? walk(element.content) : []),
  ]);
  const one = parser.parseFromString(html, "text/html");
  const two = parser.parseFromString(one.documentElement.outerHTML, "text/html");
  const three = document.implementation.createHTMLDocument("");
  three.body.innerHTML = one.body.innerHTML;
  const [first, second] = [one, two].map(walk);
  const differ = (left, right) => left.length !== right.length || left.some((value, at) => value.join("\\0") !== right[at].join("\\0"));
  const kinds = new Set(first.map(([name, ...rest]) =>
    [name, ...rest.map(text => text.slice(0, text.indexOf("="))).map(text => text.toLowerCase()).sort()].join(" ")));
  return JSON.stringify({changed: differ(first, second) || differ(walk(one.body), walk(three.body)), kinds: [...kinds]});
}"""


def again(shown: Window, sheet: Sheet) -> tuple[bool, set[str]]:
    """Whether a page changes when it is parsed again, and the kinds of elements that the browser sees in it."""
    found = json.loads(shown.page.evaluate(READ, sheet.html))
    return found["changed"], set(found["kinds"])


def test_a_page_stays_what_it_is(proved):
    known = {" ".join((tag, *names)) for tag, names in kinds_of(sheet.html for sheet in harmless())}
    found = some(SIZE)
    figures = {"vectors": len(found), "placements": 0, "pages": 0, "changed": 0, "added": 0}
    with window() as shown:
        for sheet in sheets(found):
            changed, kinds = again(shown, sheet)
            if changed or kinds - known:
                print(sheet.name, changed, sorted(kinds - known)[:5])
            figures["pages"] += 1
            figures["placements"] += sheet.placements
            figures["changed"] += changed
            figures["added"] += len(kinds - known)
    proved("T12", figures, SEED)


def test_a_text_that_mutates_is_seen():
    texts = [numbered(shape.replace("~", FIRING[6]), 1) for shape in SHAPES]
    with window() as shown:
        changes = [again(shown, Sheet("open", opened(text), 1))[0] for text in texts]
    assert sum(changes) >= 3
