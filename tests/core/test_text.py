"""Text as spans: Bluesky facets, X entities, bare addresses (rules §5.1)."""

import re
from json import loads

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.spans import check_spans, shown
from threadleaf.core.text import clean, entity_text, facet_spans, plain_spans, web_address

LINK = {"$type": "app.bsky.richtext.facet#link", "uri": "https://example.com/page"}
MENTION = {"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:abc"}
TAG = {"$type": "app.bsky.richtext.facet#tag", "tag": "tea"}
BOLD = {"$type": "org.example.formatting#bold"}


def facet(start: object, end: object, *features: object) -> dict[str, object]:
    return {"index": {"byteStart": start, "byteEnd": end}, "features": list(features or (LINK,))}


# --- clean, web_address ----------------------------------------------------------------------------------------


def test_nul_and_lone_surrogates_become_replacement_characters_one_for_one():
    assert clean("a\0b\ud800c\udfffd") == "a\ufffdb\ufffdc\ufffdd"
    assert clean("plain 🎉 text\x1b\u200d") == "plain 🎉 text\x1b\u200d"


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("https://example.com/a", "https://example.com/a"),
        ("HTTP://EXAMPLE.COM", "HTTP://EXAMPLE.COM"),
        (" https://example.com/a b ", "https://example.com/a%20b"),
        ("javascript:alert(1)", ""),
        ("https:///path", ""),
        ("https://", ""),
        ("at://did:plc:abc/x", ""),
        ("https://example.com/\n<", ""),
        ("https://example.com/\x9b", ""),
        ("https://example.com/\ud800", ""),
        ("", ""),
        (None, ""),
        (7, ""),
    ],
)
def test_an_address_is_linked_only_if_it_is_http_or_https_without_control_characters(value, address):
    assert web_address(value) == address


# --- Bluesky facets --------------------------------------------------------------------------------------------


def test_facets_count_utf8_bytes_and_spans_count_code_points():
    text = "🎉 Привет @ann 日本 #tea"
    data = text.encode()
    at, tag = data.index(b"@ann"), data.index(b"#tea")
    spans = facet_spans(text, [facet(tag, tag + 4, TAG), facet(at, at + 4, MENTION), facet(0, 4)])
    assert shown(text, spans) == [
        ("link", "🎉", "https://example.com/page"),
        ("mention", "@ann", "https://bsky.app/profile/did:plc:abc"),
        ("tag", "#tea", "tea"),
    ]


@pytest.mark.parametrize(
    "bad",
    [
        facet(-1, 3),
        facet(3, 3),
        facet(4, 2),
        facet(0, 99),
        facet(99, 100),
        facet(1, 5),  # begins inside the first code point
        facet(0, 3),  # ends inside it
        facet(0.0, 4),
        facet("0", 4),
        facet(True, 4),
        facet(None, None),
        {"features": [LINK]},
        {"index": [], "features": [LINK]},
        {"index": {"byteStart": 0, "byteEnd": 4}},
        {"index": {"byteStart": 0, "byteEnd": 4}, "features": {}},
        facet(0, 4, BOLD),
        facet(0, 4, "link"),
        facet(0, 4, {"$type": LINK["$type"], "uri": "javascript:alert(1)"}),
        facet(0, 4, {"$type": LINK["$type"]}),
        facet(0, 4, {"$type": MENTION["$type"], "did": "ann"}),
        facet(0, 4, {"$type": MENTION["$type"], "did": 7}),
        facet(0, 4, {"$type": TAG["$type"], "tag": "#"}),
        facet(0, 4, {"$type": TAG["$type"], "tag": None}),
        "facet",
        None,
    ],
)
def test_a_facet_without_usable_index_or_known_feature_is_dropped_and_its_neighbour_kept(bad):
    spans = facet_spans("🎉 tail", [bad, facet(5, 9)])
    assert shown("🎉 tail", spans) == [("link", "tail", LINK["uri"])]


@pytest.mark.parametrize("facets", [None, {}, "x", 3, []])
def test_facets_of_another_type_are_no_facets(facets):
    assert facet_spans("text", facets) == ()


def test_of_overlapping_facets_the_first_wins_and_an_unknown_one_takes_no_place():
    facets = [facet(0, 9, BOLD), facet(0, 4, TAG), facet(2, 6), facet(4, 6)]
    assert shown("abcdefghi", facet_spans("abcdefghi", facets)) == [("tag", "abcd", "tea"), ("link", "ef", LINK["uri"])]


def test_of_a_facets_features_the_first_known_one_counts():
    assert shown("abc", facet_spans("abc", [facet(0, 3, BOLD, TAG, LINK)])) == [("tag", "abc", "tea")]


def test_offsets_hold_where_a_nul_or_a_surrogate_is_replaced():
    raw = "\0\ud800 tail"
    assert shown(clean(raw), facet_spans(raw, [facet(5, 9)])) == [("link", "tail", LINK["uri"])]


offsets = st.integers(-2, 40) | st.none()
facets = st.lists(st.builds(facet, offsets, offsets, st.sampled_from([LINK, TAG, MENTION, BOLD])), max_size=8)


@given(st.text(max_size=12), facets)
def test_facet_spans_are_sorted_in_range_and_hold_just_the_bytes_they_name(text, facets):
    spans = facet_spans(text, facets)
    check_spans(text, spans)
    named = {(one["index"]["byteStart"], one["index"]["byteEnd"]) for one in facets}
    for span in spans:
        before = len(text[: span.start].encode("utf-8", "surrogatepass"))
        assert (before, before + len(text[span.start : span.end].encode("utf-8", "surrogatepass"))) in named


KEYS = "index features byteStart byteEnd $type uri did tag urls url start end indices hashtags text mentions".split()
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@given(st.text(max_size=12), json)
def test_no_json_can_break_the_reading_of_facets_and_entities(text, anything):
    check_spans(clean(text), facet_spans(text, anything))
    check_spans(*entity_text(text, anything))


# --- X entities ------------------------------------------------------------------------------------------------

URL = {
    "url": "https://t.co/abc",
    "expanded_url": "https://example.com/long/way",
    "display_url": "example.com/long…",
}


def test_entities_count_code_points_of_the_text_while_it_is_escaped():
    escaped = "R&amp;D 🎉 https://t.co/abc &lt;3 @ann #tea $F"
    start = escaped.index
    text, spans = entity_text(
        escaped,
        {
            "urls": [URL | {"start": start("https"), "end": start(" &lt;")}],
            "mentions": [{"start": start("@ann"), "end": start(" #tea"), "username": "Ann"}],
            "hashtags": [{"start": start("#tea"), "end": start(" $F"), "tag": "tea"}],
            "cashtags": [{"start": start("$F"), "end": len(escaped), "tag": "F"}],
        },
    )
    assert text == "R&D 🎉 example.com/long… <3 @ann #tea $F"
    assert shown(text, spans) == [
        ("link", "example.com/long…", "https://example.com/long/way"),
        ("mention", "@ann", "https://x.com/Ann"),
        ("tag", "#tea", "tea"),
        ("tag", "$F", "$F"),
    ]


def test_entities_of_an_archive_have_their_indices_as_strings():
    text, spans = entity_text(
        "see https://t.co/abc ＠ann ＃tea $F",
        {
            "urls": [URL | {"indices": ["4", "20"], "display_url": ""}],
            "user_mentions": [{"screen_name": "ann", "indices": ["21", "25"]}],
            "hashtags": [{"text": "tea", "indices": ["26", "30"]}],
            "symbols": [{"text": "F", "indices": [31, 33]}],
        },
    )
    assert [span[:2] for span in shown(text, spans)] == [
        ("link", "https://t.co/abc"),
        ("mention", "＠ann"),
        ("tag", "＃tea"),
        ("tag", "$F"),
    ]


@pytest.mark.parametrize("indices", [["9", "25"], [], None, ["x", "y"], [-1, 3], ["99999999999", "1"], [None], [True]])
def test_an_entity_whose_indices_disagree_with_the_text_is_searched_for(indices):
    text, spans = entity_text("🎉 https://t.co/abc.", {"urls": [URL | {"indices": indices}]})
    assert shown(text, spans) == [("link", "example.com/long…", URL["expanded_url"])]


def test_an_address_that_stands_twice_is_found_twice_and_never_at_the_same_place():
    twice = {"urls": [URL | {"start": 0}, URL, URL, URL | {"url": "https://t.co/other"}]}
    text, spans = entity_text("https://t.co/abc https://t.co/abc", twice)
    assert text == "example.com/long… example.com/long…"
    assert len(spans) == 2


def test_an_entity_without_an_address_to_lead_to_is_no_link():
    for url in ({"url": "", "expanded_url": "https://example.com"}, {"url": "t.co/abc"}, {}):
        assert entity_text("t.co/abc", {"urls": [url | {"start": 0}]}) == ("t.co/abc", ())
    assert entity_text("#", {"hashtags": [{"tag": "", "start": 0}]}) == ("#", ())
    assert entity_text("@a\x1b", {"mentions": [{"username": "a\x1b", "start": 0}]}) == ("@a\x1b", ())


def test_the_short_address_itself_is_the_value_when_the_full_one_is_not_known():
    text, spans = entity_text("https://t.co/abc", {"urls": [{"url": "https://t.co/abc", "start": 0}]})
    assert shown(text, spans) == [("link", "https://t.co/abc", "https://t.co/abc")]


def test_the_display_range_cuts_the_text_and_the_entities_outside_it():
    escaped = "@ann @bob A &amp; B https://t.co/abc"
    entities = {"mentions": [{"username": "ann", "start": 0}, {"username": "bob", "start": 5}], "urls": [URL]}
    text, spans = entity_text(escaped, entities, (10, 19))
    assert (text, spans) == ("A & B", ())
    text, spans = entity_text(escaped, entities, (5, 999))
    assert shown(text, spans)[0] == ("mention", "@bob", "https://x.com/bob")
    assert text == "@bob A & B example.com/long…"


def test_what_was_escaped_twice_is_unescaped_once():
    assert entity_text("&amp;lt; &lt;&gt; &quot;\0", None) == ("&lt; <> &quot;\ufffd", ())


# --- bare addresses --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("See https://example.com/a, please.", ["https://example.com/a"]),
        ("(see https://en.example.org/wiki/Leaf_(plant))", ["https://en.example.org/wiki/Leaf_(plant)"]),
        ("[https://example.com/a[1]]", ["https://example.com/a[1]"]),
        ("Really?! http://example.com?!", ["http://example.com"]),
        ("'https://example.com/x'", ["https://example.com/x"]),
        ("HTTPS://EXAMPLE.COM/A", ["HTTPS://EXAMPLE.COM/A"]),
        ("https://t.co/abc's", ["https://t.co/abc"]),
        ("“https://example.com/a” and «https://example.com/b»", ["https://example.com/a", "https://example.com/b"]),
        ("https://example.com/a…", ["https://example.com/a"]),
        ("https://example.comで読む。", ["https://example.com"]),
        ("https://example.com/読む", ["https://example.com/"]),
        ("http://name.example@evil.example/x", []),
        ("https://localhost/x http://127.0.0.1/ http://[::1]/", []),
        ("http://a.b-c/ http://xn--e1afmkfd.xn--p1ai/x", ["http://xn--e1afmkfd.xn--p1ai/x"]),
        ("@http://example.com #http://example.com xhttp://example.com", []),
        ("ftp://example.com://", []),
        ("no address", []),
    ],
)
def test_a_bare_address_ends_where_the_sentence_goes_on(text, addresses):
    spans = plain_spans(text)
    check_spans(text, spans)
    assert [span.value for span in spans] == addresses
    assert all(text[span.start : span.end] == span.value for span in spans)


# Cases of twitter-text that our rule does not cover, and why.
NOT_OURS = {
    "DO NOT extract URLs with > 40 characters in a t.co slug": "we drop no address for being long",
    "DO NOT extract invalid URL": "whether Punycode decodes is for the reader's browser to say",
}


def url_cases(shared):
    """`urls*` and `tco_urls*` of twitter-text's extract.yml, as (description, text, addresses).

    The file is YAML of so plain a kind that its quoted strings are JSON.
    """

    def quoted(line):
        text = line.split(": ", 1)[1].strip()
        return loads(re.sub(r"\\U(\w{8})", lambda code: chr(int(code[1], 16)), text))

    section, case = "", {}
    for line in (shared / "vectors/twitter-text-extract.yml").read_text("utf-8").splitlines():
        if re.fullmatch(r"  \w+:", line):
            section = line.strip(" :")
        elif "urls" not in section:
            continue
        elif "description:" in line:
            case = {"description": quoted(line)}
        elif "text:" in line:
            case["text"] = quoted(line)
        elif "expected: [" in line:
            yield case["description"], case["text"], quoted(line)
        elif "url:" in line:
            case.setdefault("found", []).append(quoted(line))
        elif not line.strip() and case.get("found"):
            yield case["description"], case["text"], case.pop("found")


def test_bare_addresses_are_those_of_twitter_text_as_far_as_they_have_a_scheme(shared):
    cases = list(url_cases(shared))
    wrong = {}
    for description, text, expected in cases:
        ours = [span.value for span in plain_spans(text)]
        if ours != [address for address in expected if "://" in address]:
            wrong[description] = ours
    assert len(cases) > 90
    assert wrong.keys() == NOT_OURS.keys()


@given(st.text(st.sampled_from("http://s.co/@ab()[]#?!é日。\u202a\ud800\n "), max_size=60))
def test_bare_addresses_never_break_and_are_what_stands_in_the_text(text):
    spans = plain_spans(text)
    check_spans(text, spans)
    assert all(text[span.start : span.end] == span.value and span.value.startswith("http") for span in spans)
