"""T13: hidden and look-alike characters in every slot: what stands beside them keeps its order, and a name tells of them.

The order is measured in a real browser: where each character of the neighbours stands on its line. What a terminal
prints is laid out there too, line by line.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from random import Random
from typing import NamedTuple

from markupsafe import escape
from msgspec.structs import replace

from tests.proof.placements import (
    ADA,
    SETTINGS,
    SLOTS,
    START,
    VIEWS,
    batches,
    harmless,
    home,
    listed,
    opened,
    person,
    reading_page,
    refused,
    saved,
    threaded,
    uri,
)
from tests.proof.rows import SCALE
from tests.proof.window import Window, window
from threadleaf import render
from threadleaf.cli import terminal
from threadleaf.core.assemble import assemble
from threadleaf.core.lookalike import ALIKE
from threadleaf.core.model import Conversation, Post, Ref, Thread
from threadleaf.store.records import Reading
from threadleaf.web.embed import Embed
from threadleaf.web.threads import file_name

SEED = 13
PAIRS = 520 if SCALE == "bar" else 60
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\u206a\u206f"
    "\u2800\u3164\ufe0f\ufeff\uffa0\U000e0041"
)
EDGE = "א"
"""A letter from right to left at the edge of a text: without isolation it draws its neighbours along."""
SHAPES = (f"{EDGE}QZ pay#pal ZQ{EDGE}", "QZ#ZQ", "QZ\u2069#pal ZQ", "QZ pal##ZQ")
"""`QZ` and `ZQ` mark where a text of somebody else begins and ends; nothing closes what the sign opens."""

MEASURE = """() => {
  for (const details of document.querySelectorAll("details")) details.open = true;
  const inline = element => getComputedStyle(element).display.startsWith("inline");
  const blocks = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    let block = node.parentElement;
    while (inline(block)) block = block.parentElement;
    if (!blocks.has(block)) blocks.set(block, []);
    blocks.get(block).push(node);
  }
  let measured = 0, disordered = [];
  for (const [block, nodes] of blocks) {
    const text = nodes.map(node => node.data).join("");
    if (!text.includes("QZ")) continue;
    const mirror = getComputedStyle(block).direction === "rtl" ? -1 : 1;
    const owner = new Uint32Array(text.length);   // 0: a neighbour's character; else the number of the foreign text
    let number = 0;
    for (const found of text.matchAll(/[@#:]?\\u05d0?QZ[^]*?(?:ZQ\\u05d0?:?|$)/g)) owner.fill(++number, found.index, found.index + found[0].length);
    const seen = [];   // [number of the foreign text, left, right, top, bottom], neighbours each by itself
    let at = 0, last = null;
    const range = document.createRange();
    for (const node of nodes) for (let place = 0; place < node.length; place++, at++) {
      if (!node.data[place].trim()) continue;
      range.setStart(node, place); range.setEnd(node, place + 1);
      for (const box of range.getClientRects()) {
        if (!box.width) continue;
        const one = [owner[at], box.left, box.right, box.top, box.bottom];
        const middle = (box.top + box.bottom) / 2;
        if (last && one[0] && last[0] === one[0] && middle > last[3] && middle < last[4]) {
          last[1] = Math.min(last[1], box.left); last[2] = Math.max(last[2], box.right);
        } else { seen.push(one); last = one; }
      }
    }
    measured += 1;
    for (let index = 1; index < seen.length; index++) {
      const [a, b] = [seen[index - 1], seen[index]];
      if (a[0] && a[0] === b[0]) continue;   // within the foreign text, broken over lines
      const middle = (b[3] + b[4]) / 2, same = middle > a[3] && middle < a[4];
      const forward = mirror > 0 ? b[1] >= a[2] - 1 : b[2] <= a[1] + 1;
      if (same ? !forward : middle < a[3]) { disordered.push(text.slice(0, 200) + ` | ${a} | ${b}`); break; }
    }
  }
  const named = [];
  for (const place of document.querySelectorAll(".who, .byline, .by, .list .label:has(bdi)")) {
    const doubt = (place.matches(".by, .label") ? place.parentElement : place).querySelector(".doubt");
    if (place.innerText.includes("QZ")) named.push(doubt && doubt.getClientRects().length ? doubt.innerText : "");
  }
  const turned = [...document.querySelectorAll("*")].flatMap(element => [...element.attributes]
    .filter(one => /[\u202a-\u202e\u2066-\u2069]/.test(one.value) && !element.matches("input"))
    .map(one => `${element.localName} ${one.name}`));
  return {measured, disordered, named, turned};
}"""
"""Which blocks with foreign text have characters out of their order, which names are shown with what warning, and which
attributes hold what turns a text; what somebody typed into a box is their own."""


class Text(NamedTuple):
    """A text with a sign or a pair of letters in it, and what a warning about it has to name."""

    text: str
    tells: tuple[str, ...]


def texts() -> list[Text]:
    found = [Text(shape.replace("#", sign), (f"U+{ord(sign):04X}",)) for sign in BIDI + INVISIBLE for shape in SHAPES]
    return found + [Text(f"QZ{one}{two}ZQ", (one, two, f"U+{ord(two):04X}")) for one, two in pairs()]


def pairs() -> list[tuple[str, str]]:
    """Letters that can be taken for one another: a Latin one with a foreign one, and foreign ones of two scripts."""
    every = [pair for letter, signs in ALIKE.items() for pair in combinations(letter + signs, 2)]
    return Random(SEED).sample(every, PAIRS)


def told(text: Text, warning: str) -> bool:
    return any(sign in warning for sign in text.tells)


def authored(text: str, index: int) -> Thread:
    """A thread whose author has the text as name and handle."""
    who = f"did:plc:author{index}"
    post = Post(id=f"at://{who}/app.bsky.feed.post/3k{index}", author=who, text="Plain words.", created=START)
    author = person(text, text, text, who)
    return assemble(Conversation(network="bsky", anchor=post.id, posts=(post,), authors=(author,), read_at=START))


def joined(found: Sequence[tuple[int, Text]]) -> Thread:
    """A thread whose posts the article view joins into paragraphs: what one leaves open must end with it."""
    posts: list[Post] = []
    for index, (_, text) in enumerate(found):
        parent = {"parent": posts[-1].id, "parent_author": ADA} if posts else {}
        for key, words in (("a", f"Words before {text.text} and"), ("b", "then there is more of it.")):
            posts.append(Post(id=uri(f"{key}{index}"), author=ADA, text=words, langs=("en",), **parent))
            parent = {"parent": posts[-1].id, "parent_author": ADA}
    authors = (person("Ada Weir", "ada.example", "", ADA),)
    return assemble(
        Conversation(network="bsky", anchor=posts[-1].id, posts=tuple(posts), authors=authors, read_at=START)
    )


def middle(pages: Sequence[str]) -> str:
    """Many pages as one: the first one with the main part of all."""
    first, end = pages[0].split("<main", 1)[0], pages[0].rsplit("</main>", 1)[1]
    parts = [page.split("<main", 1)[1].rsplit("</main>", 1)[0] for page in pages]
    return first + "".join(f"<main{part}</main>" for part in parts) + end


def headed(found: Sequence[tuple[int, Text]]) -> Iterator[str]:
    """Pages of threads by such authors: their heads, as embedded on other sites, and in lists."""
    threads = [authored(text.text, index) for index, text in found]
    yield middle([reading_page(thread, "article") for thread in threads])
    embed = Embed(type("Site", (), {"settings": SETTINGS}))  # type: ignore[arg-type]
    yield middle([embed._page(Reading(saved(1, "T"), thread)) for thread in threads])
    entries = [replace(saved(index, "Plain words", text.text), author_handle=text.text) for index, text in found]
    yield home(entries)


def plain(thread: Thread) -> str:
    return render.plain(thread, "posts")


def printed(thread: Thread) -> Iterator[str]:
    """What the command line and files hold: plain text and Markdown, each line of it laid out as a terminal would."""
    for text in (plain(thread), render.markdown(thread, "posts")):
        rows = "".join(f'<div dir="ltr">{escape(row)}</div>' for row in terminal.inert(text).split("\n"))
        yield f'<!doctype html><meta charset="utf-8"><body style="white-space:pre;font:12px monospace">{rows}'


def measured(shown: Window, html: str) -> dict:
    shown.show(html, wait="domcontentloaded")
    return dict(shown.page.evaluate(MEASURE))


def unedged(found: Sequence[tuple[int, Text]]) -> list[tuple[int, str]]:
    """Without letters at the edge: formats of mere text have nothing that isolates, and strip what turns."""
    return [(index, text.text.replace(EDGE, "")) for index, text in found]


class Seen:
    """Adds up what stood on the pages."""

    def __init__(self) -> None:
        self.blocks = self.names = 0
        self.disordered: list[str] = []
        self.silent: list[str] = []
        self.turned: list[str] = []

    def add(self, seen: dict, own: Sequence[tuple[int, Text]]) -> None:
        """One page, on which each of the texts is the name of one author, or none of them is."""
        self.blocks += seen["measured"]
        self.disordered += seen["disordered"]
        self.turned += seen["turned"]
        self.names += len(seen["named"])
        if seen["named"]:
            pairs = zip(own, seen["named"], strict=True)
            self.silent += [text.text for (_, text), warning in pairs if not told(text, warning)]


def test_names_and_their_neighbours(proved):
    found = texts()
    seen = Seen()
    with window() as shown:
        for batch in batches([text.text for text in found], 60):
            own = [(index, found[index]) for index, _ in batch]
            thread = threaded(batch)
            pages = [reading_page(thread, view) for view in VIEWS] + [reading_page(joined(own), "article")]
            pages += [listed(batch), refused(batch)]
            for html in [*pages, *headed(own), *printed(threaded(unedged(own)))]:
                seen.add(measured(shown, html), own)
            silent = [text.text for index, text in own if not told(text, plain(authored(text.text, index)))]
            seen.silent += silent
    files = [file_name(Ref("bsky", f"at://{text.text}/app.bsky.feed.post/{text.text}"), text.text) for text in found]
    print([ascii(one) for one in (*seen.disordered[:5], *seen.silent[:5], *seen.turned[:5])])
    figures = {
        "signs": len(BIDI + INVISIBLE),
        "pairs": len(pairs()),
        "placements": len(found) * len(SLOTS),
        "blocks": seen.blocks,
        "names": seen.names,
        "out of order": len(seen.disordered),
        "names without a warning": len(seen.silent),
        "attributes that turn": len(seen.turned),
        "file names with more than letters": sum(not re.fullmatch("[A-Za-z0-9-]{1,100}", name) for name in files),
    }
    proved("T13", figures, SEED)


def test_without_isolation_the_neighbours_move():
    edged = [text for text in texts() if EDGE in text.text]
    pages = [reading_page(threaded(list(enumerate([text.text for text in edged]))), "posts")]
    pages += [opened(f"QZ\u2069{sign}pay ZQ") for sign in BIDI]
    with window() as shown:
        kept = [len(measured(shown, page)["disordered"]) for page in pages[:1]]
        loose = [len(measured(shown, re.sub("<(/?)bdi", r"<\1span", page))["disordered"]) for page in pages]
    assert kept == [0]
    assert loose[0] > 10
    assert sum(loose[1:]) >= 1


def test_harmless_names_have_no_warning():
    with window() as shown:
        for sheet in harmless():
            shown.show(sheet.html, wait="domcontentloaded")
            assert shown.page.locator(".doubt").count() == 0
