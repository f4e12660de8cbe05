"""T11: every address in our pages is absolute with http(s), or a path of ours, whatever was given as an address."""

import pytest

from tests.proof.markup import is_harmless, tree
from tests.proof.placements import sheets
from tests.proof.vectors import SEED, vectors


def test_no_page_leads_to_another_kind_of_address(proved):
    found = vectors()
    addresses, others, elsewhere = 0, set[str](), 0
    for sheet in sheets(found):
        links = tree(sheet.html).links
        addresses += len(links)
        elsewhere += sum(link.startswith("https://x.example/") for link in links)
        others |= {link for link in links if not is_harmless(link)}
    print(sorted(others)[:10])
    proved("T11", {"vectors": len(found), "addresses": addresses, "others": len(others), "of authors": elsewhere}, SEED)
    assert elsewhere > 5_000


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "\u00a0javascript:alert(1)", "\u2028javascript:alert(1)", " https://x.example", "//x.example",
        "data:,x", "/\\x.example", "https:x.example", "https:///x", "x", "?x=1", "https://x.example/\u2028", "vbscript:x",
    ],
)  # fmt: skip
def test_another_kind_of_address_is_seen(address: str):
    links = tree(f'<a href="{address}">x</a>').links
    assert [link for link in links if not is_harmless(link)] == links != []
