"""T10: hostile texts in every format that we write, each read by a checker of that format."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import cast
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt
from msgspec.structs import replace

from tests.proof.markup import Kind, Tokens, is_harmless, tree
from tests.proof.placements import ORIGIN, SETTINGS, START, batches, number, saved, threaded
from tests.proof.rows import ROOT, SCALE
from tests.proof.vectors import SEED, numbered, some
from threadleaf import render
from threadleaf.core.model import Thread
from threadleaf.render.atom import atom
from threadleaf.render.card import card
from threadleaf.render.feed import Feed, Place, of_posts, of_thread
from threadleaf.render.jsonfeed import jsonfeed
from threadleaf.render.jsonld import jsonld
from threadleaf.store.records import Reading
from threadleaf.web import pictures
from threadleaf.web.embed import Embed, _xml
from threadleaf.web.site import Site

SIZE = 10_550 if SCALE == "bar" else 510
IN_THREAD = 40
PATH = "/t/bsky/ada.example/3k1"
PLACE = Place(origin=ORIGIN, path=PATH, kept_at=START)
EMBED = Embed(cast("Site", SimpleNamespace(settings=SETTINGS)))
SCHEMA = Draft202012Validator(json.loads((ROOT / "docs" / "thread.schema.json").read_text("utf-8")))
_RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_FRAME = re.compile(r'<iframe src="[^"<>]*" title="[^"<>]*" width="\d+" height="\d+" [^<>]*></iframe>').fullmatch

Pieces = Iterator[str]
"""What a checker took out of a file, one word or address for each thing that is active or may be."""


# --- the checkers: each gives what a file consists of; hostile files may have nothing that harmless ones have not ---


def _of_html(html: str) -> Pieces:
    seen, tokens = tree(html), Tokens(html)
    kinds: set[Kind] = seen.kinds | tokens.kinds
    yield from (f"<{' '.join((tag, *names))}>" for tag, names in kinds)
    yield f"{seen.odd + tokens.odd} odd things"
    yield from (f"leads to {link}" for link in seen.links if not is_harmless(link))


def of_page(text: str) -> Pieces:
    yield from _of_html(text)


def of_atom(text: str) -> Pieces:
    assert text.count("<!") == text.count("<?") - 1 == 0, "a declaration or an instruction"
    for element in ET.fromstring(text).iter():  # noqa: S314 -- it is ours
        yield f"{element.tag} {sorted(element.attrib)}"
        if href := element.get("href"):
            yield "" if is_harmless(href) else f"leads to {href}"
        if element.get("type") == "html":
            yield from _of_html(element.text or "")


def of_json(text: str) -> Pieces:
    told = json.loads(text)
    yield from sorted(error.message for error in SCHEMA.iter_errors(told))


def of_jsonfeed(text: str) -> Pieces:
    for item in json.loads(text)["items"]:
        yield from _of_html(item["content_html"])
        yield from (f"leads to {item[name]}" for name in ("url", "external_url") if not is_harmless(item.get(name, "")))


def of_markdown(text: str) -> Pieces:
    """As CommonMark says it is to be read, and as the page that is made of it."""
    reader = MarkdownIt("commonmark")
    for token in reader.parse(text):
        kinds = (token, *(token.children or ()))
        yield from (one.type for one in kinds if one.type.startswith(("html", "image", "fence", "code_block")))
    yield from _of_html(reader.render(text))
    yield from _of_text(text)


def _of_text(text: str) -> Pieces:
    yield from (f"raw {sign!r}" for sign in set(_RAW.findall(text)))


def of_svg(text: str) -> Pieces:
    for element in ET.fromstring(text).iter():  # noqa: S314 -- it is ours
        yield f"{element.tag} {sorted(element.attrib)}"
        yield "" if is_harmless(element.get("href", "")) else f"leads to {element.get('href')}"


def of_picture(text: str) -> Pieces:
    """A picture is asked for with the text of its size."""
    yield text


def of_oembed(text: str) -> Pieces:
    told = json.loads(text)
    yield "a frame" if _FRAME(told["html"]) else f"not a frame: {told['html']}"
    read = {element.tag: element.text or "" for element in ET.fromstring(_xml(told))}  # noqa: S314 -- it is ours
    yield f"{sorted(read)}"
    yield "the same" if read["html"] == told["html"] else "another frame"
    yield "" if is_harmless(told["author_url"]) else f"leads to {told['author_url']}"


def of_jsonld(text: str) -> Pieces:
    yield from ("an end tag" for _ in re.findall("<", text))
    yield from json.loads(text)


# --- the formats ----------------------------------------------------------------------------------------------------


def _feed(thread: Thread) -> Feed:
    return Feed(
        id=PLACE.url,
        title=of_thread(thread, PLACE).title,
        home=PLACE.url,
        address=f"{PLACE.url}.atom",
        entries=(*of_posts(thread, PLACE), of_thread(thread, PLACE)),
        since=PLACE.kept_at,
    )


def _cited(thread: Thread) -> str:
    return "\n\n".join(
        render.citation(thread, post.id.rpartition("/")[2], page=PLACE.url).markdown for post in thread.posts
    )


def _drawn(thread: Thread) -> str:
    image = pictures.draw(card(thread))
    assert image[:8] == b"\x89PNG\r\n\x1a\n"
    return f"{int.from_bytes(image[16:20])} × {int.from_bytes(image[20:24])}"


def _reading(thread: Thread) -> Reading:
    return Reading(saved(1, thread.title), thread)


MANY: Mapping[str, tuple[Callable[[Thread], str], Callable[[str], Pieces]]] = {
    "web page": (render.html, of_page),
    "web page, as posted": (lambda thread: render.html(thread, "posts"), of_page),
    "Atom": (lambda thread: atom(_feed(thread)), of_atom),
    "JSON": (lambda thread: render.json(thread).decode(), of_json),
    "JSON Feed": (lambda thread: jsonfeed(_feed(thread)).decode(), of_jsonfeed),
    "Markdown": (render.markdown, of_markdown),
    "citation": (_cited, of_markdown),
    "text": (render.plain, _of_text),
    "shape": (render.shape, of_svg),
}
"""Formats of which one file holds many texts."""
ONE: Mapping[str, tuple[Callable[[Thread], str], Callable[[str], Pieces]]] = {
    "frame": (lambda thread: EMBED._page(_reading(thread)), of_page),
    "oEmbed": (lambda thread: json.dumps(EMBED._told(_reading(thread), {})), of_oembed),
    "JSON-LD": (lambda thread: jsonld(thread, url=PLACE.url, image=f"{PLACE.url}.png"), of_jsonld),
    "picture": (_drawn, of_picture),
}
"""Formats that have the title, the author and the beginning of one thread."""


def own(index: int, vector: str) -> Thread:
    """A thread of one post whose author is called by the text, too."""
    thread = threaded([(index, vector)])
    name = numbered(vector, number(index, "display name"))
    return replace(thread, author=replace(thread.author, name=name, handle=name, url=name))


def known() -> dict[str, set[str]]:
    """What harmless files consist of, by format."""
    found: dict[str, set[str]] = {name: {""} for name in (*MANY, *ONE)}
    for text in (
        "Plain words.",
        "Two lines:\nhttps://x.example/a\n\n• and a list",
        "x" * 100,
        "נייר",
        "https://x.example/a",
    ):
        for size in (1, 12, IN_THREAD, 90):
            thread = threaded(list(enumerate([text] * size)))
            for name, (make, check) in MANY.items():
                found[name] |= set(check(make(thread)))
        for name, (make, check) in ONE.items():
            found[name] |= set(check(make(own(0, text))))
    return found


def test_nothing_active_is_in_any_format(proved):
    texts, harmless, wrong = some(SIZE), known(), list[str]()
    for batch in batches(texts, IN_THREAD):
        thread = threaded(batch)
        for name, (make, check) in MANY.items():
            wrong += [f"{name}, {batch[0][0]}: {piece}" for piece in set(check(make(thread))) - harmless[name]]
    for index, text in enumerate(texts):
        thread = own(index, text)
        for name, (make, check) in ONE.items():
            wrong += [f"{name}, {text!r}: {piece}" for piece in set(check(make(thread))) - harmless[name]]
    print(len(wrong), *wrong[:40], sep="\n")
    formats = len(MANY) + len(ONE)
    proved(
        "T10",
        {"vectors": len(texts), "formats": formats, "placements": formats * len(texts), "wrong": len(wrong)},
        SEED,
    )


@pytest.mark.parametrize(
    ("check", "text", "says"),
    [
        (of_page, "<p onclick=x>", "<p onclick>"),
        (
            of_atom,
            '<?xml version="1.0"?><feed><content type="html">&lt;script&gt;x&lt;/script&gt;</content></feed>',
            "<script>",
        ),
        (of_atom, '<?xml version="1.0"?><feed><link href="javascript:x"/></feed>', "leads to javascript:x"),
        (of_jsonfeed, '{"items": [{"content_html": "<img src=x>", "url": "data:,"}]}', "<img src>"),
        (of_markdown, "<b>x</b>", "html_inline"),
        (of_markdown, "![x](https://x.example)", "image"),
        (of_markdown, "    x", "code_block"),
        (of_markdown, "\x1b[2J", "raw '\\x1b'"),
        (of_svg, "<svg onload='x'/>", "svg ['onload']"),
        (of_jsonld, '{"a": "</script>"}', "an end tag"),
        (of_json, "{}", "'ref' is a required property"),
    ],
)
def test_what_is_active_is_seen(check: Callable[[str], Pieces], text: str, says: str):
    assert says in set(check(text))


def test_what_is_set_in_a_picture_is_never_read_as_markup():
    thread = own(0, '#panic("it ran")')
    assert _drawn(thread) == "1200 × 630"
    with pytest.raises(Exception, match="it ran"):  # as it would be, if it were put into the layout
        pictures._press()[0].compile(b'#panic("it ran")', format="png")
