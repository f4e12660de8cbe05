"""What the text of an address may be, before anything is looked up."""

from urllib.parse import urlsplit

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.fetch.hostile import ALLOWED_URLS, DENIED_URLS, FULL, UPGRADED_URLS, spelled
from threadleaf.core.errors import Blocked
from threadleaf.fetch.gate import LONGEST, Target, hop, judge
from threadleaf.fetch.policy import Policy

PUBLIC = Policy()
BASE = judge("https://first.example.com/a/b?c=d", PUBLIC)


def verdict(text: str, policy: Policy = PUBLIC) -> str:
    try:
        return judge(text, policy).verdict
    except Blocked as refused:
        return refused.code


def short(text: str) -> str:
    return ascii(text)[1:-1][:50]


@pytest.mark.parametrize(("text", "code"), DENIED_URLS.items(), ids=short)
def test_a_hostile_address_is_refused_with_its_verdict(text, code):
    assert verdict(text) == code


@pytest.mark.parametrize(("text", "code"), DENIED_URLS.items(), ids=short)
def test_the_same_address_over_http_is_refused_too(text, code):
    changed = text.replace("https:", "http:", 1)
    expected = "UPGRADE" if text == "https://example.com:80/" else code
    assert verdict(changed) == expected


@pytest.mark.parametrize("change", [str.upper, lambda text: text + " ", lambda text: "\ufeff" + text])
@pytest.mark.parametrize("text", DENIED_URLS, ids=short)
def test_capitals_and_stray_spaces_open_nothing(text, change):
    assert verdict(change(text)).startswith("DENY-")


@pytest.mark.parametrize(("text", "url"), ALLOWED_URLS.items(), ids=short)
def test_a_public_address_is_built_anew(text, url):
    target = judge(text, PUBLIC)
    assert (target.verdict, target.url) == ("ALLOW", url)


@pytest.mark.parametrize(("text", "url"), UPGRADED_URLS.items(), ids=short)
def test_http_is_asked_over_https_only(text, url):
    target = judge(text, PUBLIC)
    assert (target.verdict, target.url) == ("UPGRADE", url)


def test_every_refusal_is_a_sentence_that_echoes_nothing_hidden():
    for text in DENIED_URLS:
        with pytest.raises(Blocked) as refused:
            judge(text, PUBLIC)
        assert refused.value.sentence.endswith(".")
        assert refused.value.sentence.isprintable()
        assert "pw" not in refused.value.sentence + refused.value.subject


@pytest.mark.parametrize("text", ["https://user:pw@example.com/", "https://@example.com/", "https://a@b@example.com/"])
def test_a_user_name_is_refused_by_its_name(text):
    with pytest.raises(Blocked, match="user name"):
        judge(text, PUBLIC)


# --- spellings ---------------------------------------------------------------


@st.composite
def spellings(draw: st.DrawFn) -> str:
    return spelled(lambda several: draw(st.sampled_from(several)), lambda: draw(st.booleans()))


@given(spellings(), st.sampled_from(["", ":443", ":80", ":22"]), st.sampled_from(["", "/", "/x", "?x", "#x"]))
def test_an_ip_address_is_a_literal_in_every_spelling(host, port, rest):
    assert verdict(f"https://{host}{port}{rest}") == "DENY-LITERAL"


@given(st.ip_addresses(v=6), st.sampled_from(["compressed", "exploded"]), st.booleans(), st.sampled_from(["", ":443"]))
def test_an_ipv6_address_is_a_literal_in_every_spelling(address, form, capitals, port):
    text = getattr(address, form)
    assert verdict(f"https://[{text.upper() if capitals else text}]{port}/") == "DENY-LITERAL"


@given(st.sampled_from(["localhost", "a.localhost", "x.local", "metadata.google.internal", "h.home.arpa"]), st.data())
def test_a_special_name_is_special_in_every_script(name, data):
    script = data.draw(st.sampled_from([{}, FULL, {c: f"%{ord(c):02X}" for c in name if c != "."}]))
    text = "".join(data.draw(st.sampled_from([c, c.upper(), script.get(c, c)])) for c in name)
    assert verdict(f"https://{text}/") == "DENY-NAME"


# --- any text ----------------------------------------------------------------

HOSTS = ["example.com", "127.0.0.1", "[::1]", "localhost", "bücher.de", "0x7f.1", "xn--mnchen-3ya.de", ""]
SCHEMES = st.sampled_from(["https://", "http://", "HTTPS://", "https:", "//", ""])
PUNCTUATION = st.text(st.sampled_from("/\\@:#?[]%.。 \t\n\u200b&=a1"), max_size=6)
hosts = st.sampled_from(HOSTS)
assembled = st.builds(lambda *parts: "".join(parts), SCHEMES, PUNCTUATION, hosts, PUNCTUATION, hosts, PUNCTUATION)


@given(st.one_of(st.text(), assembled, st.text().map("https://{}".format), st.text().map("https://a.{}.com/".format)))
@example("https://" + "1" * 4000 + "/")
@example("https://1" + ".1" * 2000 + "/")
def test_whatever_passes_is_read_alike_by_others_and_by_ourselves(text):
    try:
        target = judge(text, PUBLIC)
    except Blocked:  # any other error is ours
        return
    seen = urlsplit(target.url)
    assert (seen.scheme, seen.hostname, seen.port or 443) == ("https", target.host, target.port)
    assert (seen.username, seen.fragment) == (None, "")
    assert target.url.isascii()
    assert len(target.url) <= LONGEST
    again = judge(target.url, PUBLIC)
    assert (again.url, again.verdict) == (target.url, "ALLOW")


# --- the operator's own additions -------------------------------------------


def test_the_operator_may_add_a_port():
    policy = Policy(ports=frozenset({443, 8443}))
    assert judge("https://example.com:8443/x", policy).url == "https://example.com:8443/x"
    assert judge("http://example.com:8443/x", policy).url == "https://example.com:8443/x"


def test_our_own_site_is_never_asked():
    assert verdict("https://threads.example.com/", Policy(own_names=frozenset({"threads.example.com"}))) == "DENY-NAME"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
        ("https://127.0.0.1:8080/x", "https://127.0.0.1:8080/x"),
        ("http://LocalHost:2583/x", "http://localhost:2583/x"),
        ("http://[0:0::1]:9/x", "http://[::1]:9/x"),
        ("http://localhost/x", "http://localhost/x"),
    ],
)
def test_only_what_the_allow_list_names_is_let_through_to_this_machine(text, url):
    pairs = {("127.0.0.1", 8080), ("localhost", 2583), ("::1", 9), ("localhost", 80)}
    target = judge(text, Policy(allow=frozenset(pairs)))
    assert (target.url, target.loopback) == (url, True)
    for other in pairs - {(target.host, target.port)}:
        assert verdict(text, Policy(allow=frozenset({other}))).startswith("DENY-")


# --- redirects ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("https://second.example.com/x", "https://second.example.com/x"),
        ("//second.example.com/x", "https://second.example.com/x"),
        ("/x", "https://first.example.com/x"),
        ("x", "https://first.example.com/a/x"),
        ("../x", "https://first.example.com/x"),
        ("?x", "https://first.example.com/a/b?x"),
        ("", "https://first.example.com/a/b?c=d"),
        ("/ü", "https://first.example.com/%C3%BC"),
    ],
)
def test_a_redirect_leads_where_the_standard_says(location, url):
    assert hop(location, BASE, PUBLIC).url == url


def test_a_path_of_two_slashes_is_not_taken_for_a_host():
    base = judge("https://first.example.com//127.0.0.1/x", PUBLIC)
    assert hop("y", base, PUBLIC).host == "first.example.com"


# The rest is relative to the first address and stays there.
ABSOLUTE = [text for text in DENIED_URLS if ":" in text.partition("/")[0] or text.startswith("//")]


@pytest.mark.parametrize("text", ABSOLUTE, ids=short)
def test_a_redirect_to_a_hostile_address_is_refused(text):
    with pytest.raises(Blocked) as refused:
        hop(text, BASE, PUBLIC)
    assert refused.value.code == "DENY-HOP"


@pytest.mark.parametrize(
    "location",
    [
        "http://second.example.com/",
        "//127.0.0.1/",
        "///127.0.0.1/",
        "////127.0.0.1/",
        "\\\\127.0.0.1\\",
        "/\\127.0.0.1",
        "/x\r\nSet-Cookie: a=b",
        "https://user@second.example.com/",
        "https://second.example.com:8080/",
        "/" + "x" * 1024 * 1024,
    ],
    ids=short,
)
def test_a_redirect_never_leaves_the_rules(location):
    with pytest.raises(Blocked) as refused:
        hop(location, BASE, PUBLIC)
    assert refused.value.code == "DENY-HOP"
    assert refused.value.sentence.startswith("first.example.com sends us on")


def test_a_redirect_from_https_to_http_is_refused_even_among_allowed_servers():
    policy = Policy(allow=frozenset({("localhost", 1), ("localhost", 2)}))
    with pytest.raises(Blocked, match="from https to http"):
        hop("http://localhost:2/", judge("https://localhost:1/", policy), policy)
    assert hop("http://localhost:2/", judge("http://localhost:1/", policy), policy).port == 2


def test_the_allow_list_is_for_us_and_not_for_other_peoples_servers():
    policy = Policy(allow=frozenset({("localhost", 1), ("localhost", 2)}))
    with pytest.raises(Blocked, match="to this machine") as refused:
        hop("https://localhost:2/", judge("https://first.example.com/", policy), policy)
    assert refused.value.code == "DENY-HOP"
    assert hop("https://localhost:2/", judge("https://localhost:1/", policy), policy).port == 2


@given(st.text(max_size=40))
def test_a_redirect_without_a_host_of_its_own_stays_on_its_host(location):
    assume("//" not in location and ":" not in location)
    try:
        target = hop(location, BASE, PUBLIC)
    except Blocked:
        return
    assert target.host == BASE.host


def test_a_target_shows_its_parts():
    target = Target("http", "::1", 8080, "/x")
    assert (target.authority, target.origin, target.url) == ("[::1]:8080", "http://[::1]:8080", "http://[::1]:8080/x")
