"""Addresses and URLs that must never be asked, with the verdict, and their harmless neighbours."""

from collections.abc import Iterable, Iterator
from random import Random

DENIED_ADDRESSES = {
    "loopback": "127.0.0.1",
    "loopback, last": "127.255.255.255",
    "this host": "0.0.0.0",
    "this network": "0.255.255.255",
    "private 10": "10.0.0.1",
    "private 172, first": "172.16.0.0",
    "private 172, last": "172.31.255.255",
    "private 192": "192.168.1.1",
    "cloud metadata": "169.254.169.254",
    "container credentials": "169.254.170.2",
    "shared space, first": "100.64.0.1",
    "metadata in shared space": "100.100.100.200",
    "dummy": "192.0.0.8",
    "metadata in protocol assignments": "192.0.0.192",
    "6to4 relay": "192.88.99.1",
    "AS112": "192.31.196.1",
    "AS112, direct delegation": "192.175.48.1",
    "documentation 1": "192.0.2.1",
    "documentation 2": "198.51.100.1",
    "documentation 3": "203.0.113.1",
    "benchmarks": "198.19.255.255",
    "multicast": "224.0.0.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "host channel of a cloud": "168.63.129.16",
    "inner services of a cloud": "161.26.0.1",
    "private access of a cloud": "199.36.153.8",
    "AMT": "192.52.193.1",
    "unspecified v6": "::",
    "loopback v6": "::1",
    "rest of ::/96": "::2",
    "IPv4-compatible": "::127.0.0.1",
    "mapped loopback": "::ffff:127.0.0.1",
    "mapped private": "::ffff:10.0.0.1",
    "translated": "::ffff:0:127.0.0.1",
    "NAT64 of metadata": "64:ff9b::a9fe:a9fe",
    "NAT64 of a public address": "64:ff9b::808:808",
    "local NAT64": "64:ff9b:1::7f00:1",
    "discard-only": "100::1",
    "dummy v6": "100:0:0:1::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "benchmarks v6": "2001:2::1",
    "AMT v6": "2001:3::1",
    "AS112 v6": "2001:4:112::1",
    "ORCHID": "2001:10::1",
    "ORCHIDv2": "2001:20::1",
    "documentation v6": "2001:db8::1",
    "documentation v6, second": "3fff::1",
    "6to4 of metadata": "2002:a9fe:a9fe::",
    "AS112 v6, direct delegation": "2620:4f:8000::1",
    "6bone": "3ffe::1",
    "segment routing": "5f00::1",
    "unique local": "fc00::1",
    "metadata v6": "fd00:ec2::254",
    "link-local": "fe80::1",
    "scoped": "fe80::1%eth0",
    "scoped loopback": "::1%lo",
    "scoped public address": "2001:4860:4860::8888%eth0",
    "site-local": "fec0::1",
    "multicast v6": "ff02::1",
    "below global unicast": "1fff:ffff::1",
    "above global unicast": "4000::1",
    "unallocated": "8000::1",
}

ALLOWED_ADDRESSES = {
    "below shared space": "100.63.255.255",
    "above shared space": "100.128.0.0",
    "below private 172": "172.15.255.255",
    "above private 172": "172.32.0.0",
    "above private 10": "11.0.0.0",
    "above loopback": "128.0.0.1",
    "beside the host channel": "168.63.129.17",
    "below multicast": "223.255.255.255",
    "public v4": "8.8.8.8",
    "public v6": "2001:4860:4860::8888",
    "another public v6": "2a00:1450:4001::1",
    "above the protocol assignments": "2001:200::1",
}

_LITERAL, _NAME, _PARSE, _PORT, _SCHEME = "DENY-LITERAL", "DENY-NAME", "DENY-PARSE", "DENY-PORT", "DENY-SCHEME"

DENIED_URLS = {
    # an IPv4 address in any spelling
    "https://127.0.0.1/": _LITERAL,
    "https://127.1/": _LITERAL,
    "https://127.0.1/": _LITERAL,
    "https://2130706433/": _LITERAL,
    "https://0x7f000001/": _LITERAL,
    "https://0X7F000001/": _LITERAL,
    "https://0x7f.1/": _LITERAL,
    "https://0177.0.0.1/": _LITERAL,
    "https://017700000001/": _LITERAL,
    "https://127.0.0.1./": _LITERAL,
    "https://127.0.0.01/": _LITERAL,
    "https://0/": _LITERAL,
    "https://0x/": _LITERAL,
    "https://8.8.8.8/": _LITERAL,
    "https://%31%32%37.0.0.1/": _LITERAL,
    "https://①②⑦.⓪.⓪.①/": _LITERAL,
    "https://\uff11\uff12\uff17.\uff10.\uff10.\uff11/": _LITERAL,
    "https://127\u30020\u30020\u30021/": _LITERAL,
    "https://4294967297/": _PARSE,
    "https://256.256.256.256/": _PARSE,
    "https://127.0.0.08/": _PARSE,
    "https://1.2.3.4.5/": _PARSE,
    "https://example.123/": _PARSE,
    # IPv6
    "https://[::1]/": _LITERAL,
    "https://[::ffff:127.0.0.1]/": _LITERAL,
    "https://[::ffff:7f00:1]/": _LITERAL,
    "https://[2606:4700:4700::1111]/": _LITERAL,
    "https://[::1%lo]/": _PARSE,
    "https://[::1%25lo]/": _PARSE,
    "https://::1/": _PARSE,
    "https://[::1/": _PARSE,
    "https://[]/": _PARSE,
    "https://[127.0.0.1]/": _PARSE,
    "https://[::1]x/": _PARSE,
    "https://[v1.x]/": _PARSE,
    # names that lead inside
    "https://localhost/": _NAME,
    "https://LOCALHOST/": _NAME,
    "https://localhost./": _NAME,
    "https://a.localhost/": _NAME,
    "https://%6cocalhost/": _NAME,
    "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/": _NAME,
    "https://ip6-localhost/": _NAME,
    "https://printer.local/": _NAME,
    "https://metadata.google.internal/": _NAME,
    "https://x.onion/": _NAME,
    "https://router.home.arpa/": _NAME,
    "https://nas.lan/": _NAME,
    "https://www.example/": _NAME,
    "https://db/": _NAME,
    # user names
    "https://user:pw@example.com/": _PARSE,
    "https://@example.com/": _PARSE,
    "https://127.0.0.1@example.com/": _PARSE,
    "https://example.com:80@127.0.0.1/": _PARSE,
    # slashes and backslashes
    "https://127.0.0.1\\@example.com/": _PARSE,
    "https://example.com\\.evil.com/": _PARSE,
    "https:\\\\127.0.0.1\\": _PARSE,
    "https:/127.0.0.1/": _PARSE,
    "https:127.0.0.1/": _PARSE,
    "https:///127.0.0.1/": _PARSE,
    "https://": _PARSE,
    "https://?q": _PARSE,
    "https://#f": _PARSE,
    # characters that have no place
    "https://127.0.0.1%00.example.com/": _PARSE,
    "https://127.0.0.1%2f.example.com/": _PARSE,
    "https://ex%00ample.com/": _PARSE,
    "https://ex%61mple.com/": _PARSE,
    "https://ex%ffample.com/": _PARSE,
    "https://127.0.0.1\t/": _PARSE,
    "https://example.com\n@127.0.0.1/": _PARSE,
    " https://example.com/": _PARSE,
    "https://example.com/ ": _PARSE,
    "https://example.com/ HTTP/1.1": _PARSE,
    "https://example.com/\x7f": _PARSE,
    "https://example.com/\ud800": _PARSE,
    "https://example.com/\u202egnp.exe": _PARSE,
    "https://ex\u200bample.com/": _PARSE,
    "https://ex\u00adample.com/": _PARSE,
    "https://ex%E2%80%8Bample.com/": _PARSE,
    "https://example.com/\u3164": _PARSE,
    "https://ex\uff20ample.com/": _PARSE,
    "https://\u2100.com/": _PARSE,
    # names that are none
    "https://xn--/": _PARSE,
    "https://xn--a.com/": _PARSE,
    "https://a.b.c..example.com/": _PARSE,
    "https://example.com../": _PARSE,
    "https://./": _PARSE,
    "https://" + "a" * 64 + ".com/": _PARSE,
    "https://" + "a." * 127 + "com/": _PARSE,
    "https://-example.com/": _PARSE,
    "https://example-.com/": _PARSE,
    "https://under_score.com/": _PARSE,
    "https://exa!mple.com/": _PARSE,
    # ports
    "https://example.com:65536/": _PARSE,
    "https://example.com:99999999999/": _PARSE,
    "https://example.com:80:80/": _PARSE,
    "https://example.com:/": _PARSE,
    "https://example.com:+443/": _PARSE,
    "https://example.com:0443/": _PARSE,
    "https://example.com:\u0664\u0664\u0663/": _PARSE,
    "https://example.com:22/": _PORT,
    "https://example.com:80/": _PORT,
    "https://example.com:0/": _PORT,
    "https://example.com:6379/": _PORT,
    "http://example.com:8080/": _PORT,
    # schemes
    "file:///etc/passwd": _SCHEME,
    "gopher://127.0.0.1:6379/_INFO": _SCHEME,
    "ldap://127.0.0.1/": _SCHEME,
    "javascript:alert(1)": _SCHEME,
    "data:text/html,x": _SCHEME,
    "unix:/var/run/docker.sock": _SCHEME,
    "ws://127.0.0.1/": _SCHEME,
    "ftp://example.com/": _SCHEME,
    "blob:https://127.0.0.1/x": _SCHEME,
    "localhost:8080": _SCHEME,
    "": _PARSE,
    "//127.0.0.1/": _PARSE,
    "/etc/passwd": _PARSE,
    "example.com": _PARSE,
    # size
    "https://example.com/" + "a" * 4096: _PARSE,
    "https://example.com/#" + "a" * 4096: _PARSE,
    "https://example.com/" + "é" * 1000: _PARSE,
}

ALLOWED_URLS = {
    "HTTPS://EXAMPLE.COM/": "https://example.com/",
    "https://example.com": "https://example.com/",
    "https://example.com.": "https://example.com/",
    "https://example.com:443/": "https://example.com/",
    "https://example.com?q=1": "https://example.com/?q=1",
    "https://example.com/a?b=c/d@e#f": "https://example.com/a?b=c/d@e",
    "https://example.com/@who/%F0%9F%8C%BF": "https://example.com/@who/%F0%9F%8C%BF",
    "https://example.com/\U0001f33f|<x>": "https://example.com/%F0%9F%8C%BF%7C%3Cx%3E",
    "https://xn--mnchen-3ya.de/": "https://xn--mnchen-3ya.de/",
    "https://MÜNCHEN.de/": "https://xn--mnchen-3ya.de/",
    "https://例え。jp/": "https://xn--r8jz45g.jp/",
    "https://r3---sn-x.example.com/": "https://r3---sn-x.example.com/",
    "https://127.0.0.1.nip.io/": "https://127.0.0.1.nip.io/",
}

UPGRADED_URLS = {
    "http://example.com/": "https://example.com/",
    "http://example.com:80/x": "https://example.com/x",
    "http://example.com:443/x": "https://example.com/x",
}


def absolute(texts: Iterable[str]) -> list[str]:
    """Those that stay what they are where a relative address may stand, too, and can stand in a header."""
    own = [text for text in texts if ":" in text.partition("/")[0] or text.startswith("//")]
    return [
        text for text in own if not set(text) & set("\t\n\r\0\x7f") and text == text.strip() and "\ud800" not in text
    ]


# --- spellings ---------------------------------------------------------------

RISKY = [0, 0x0A000001, 0x7F000001, 0x7F000035, 0xA9FEA9FE, 0xAC10000A, 0xC0A80001, 0x64646464, 0xA83F8110, 0x08080808]
BASES = ["{}", "0x{:x}", "0X{:X}", "0{:o}", "000{:o}", "0x000{:x}"]
CIRCLED = {**{str(n): chr(0x2460 + n - 1) for n in range(1, 10)}, "0": "⓪"}
FULL = {chr(c): chr(c + 0xFEE0) for c in range(0x30, 0x7B) if chr(c).isalnum()}
SUPER = dict(zip("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True))
SCRIPTS = [{}, CIRCLED, FULL, SUPER, {c: f"%{ord(c):02x}" for c in "0123456789"}]
DOTS = [".", "\u3002", "\uff0e", "\uff61"]


def spelled(choose, decide) -> str:
    """A risky IPv4 address in 1 to 4 numbers, each in some base, in some script, with some kind of dot.

    `choose` takes one of several, `decide` says yes or no: a test's own dice.
    """
    value, count = choose(RISKY), choose((1, 2, 3, 4))
    parts = [value >> (24 - 8 * n) & 0xFF for n in range(count - 1)] + [value & (1 << (8 * (5 - count))) - 1]
    numbers = [choose(BASES).format(part) for part in parts]
    script = choose(SCRIPTS)
    numbers = ["".join(script.get(c, c) if decide() else c for c in number) for number in numbers]
    return choose(DOTS).join(numbers) + choose(("", "."))


def spellings(die: Random, count: int) -> Iterator[str]:
    """So many different spellings of risky addresses."""
    seen: set[str] = set()
    while len(seen) < count:
        host = spelled(die.choice, lambda: die.random() < 0.5)
        if host not in seen:
            seen.add(host)
            yield host
