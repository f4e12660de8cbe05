"""The table says which source answers for what; it loads no other."""

import subprocess
import sys

import pytest

from threadleaf import sources
from threadleaf.core.errors import UnknownAddress, Unreadable
from threadleaf.core.model import Network, Ref
from threadleaf.wire import Document

POST = Ref("bsky", "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/3kaaaaaaaaa2a")


def file(body: bytes, name: str = "file") -> Document:
    return Document(body=body, name=name)


@pytest.mark.parametrize(("network", "reads"), [("bsky", True), ("fedi", True), ("page", False), ("nostr", False)])
def test_a_network_can_be_read_if_there_is_a_source_for_it(network: Network, reads: bool) -> None:
    assert sources.reads(network) is reads


def test_a_post_on_bluesky_is_fetched_by_its_source():
    from threadleaf.sources import bluesky

    assert sources.for_ref(POST) is bluesky


def test_a_post_on_the_fediverse_is_fetched_by_its_source():
    from threadleaf.sources import fediverse

    assert sources.for_ref(Ref("fedi", "https://moss.example/@ada/1")) is fediverse


def test_a_post_on_x_is_fetched_by_its_source():
    from threadleaf.sources import x

    assert sources.for_ref(Ref("x", "20")) is x
    assert sources.reads("x")


SAVE = "which Threadleaf does not fetch. Save it as text or HTML, and give that file."
READS = (
    "which Threadleaf cannot read yet. It reads Bluesky, Mastodon and other servers of the fediverse, X, "
    "and saved pages of unrollers."
)


@pytest.mark.parametrize(
    ("ref", "sentence"),
    [
        (
            Ref("fedi", "https://www.threads.com/@ada/post/abc"),
            f"https://www.threads.com/@ada/post/abc is a post on Threads, {READS}",
        ),
        (
            Ref("page", "twtext.com/12"),
            f"https://twtext.com/article/12 is an unroller's page, {SAVE}",
        ),
        (Ref("page", "0" * 64), f"/t/page/{'0' * 64} is known from a file only. Give that file."),
        (Ref("file", "0" * 64), f"/t/file/{'0' * 64} is known from a file only. Give that file."),
    ],
)
def test_what_no_source_fetches_is_refused_by_its_address_and_with_a_step_that_works(ref, sentence):
    with pytest.raises(UnknownAddress) as caught:
        sources.for_ref(ref)
    assert (caught.value.sentence, caught.value.subject) == (sentence, ref.id)


@pytest.mark.parametrize(
    "body", [b"1/ a page", b"<html><p>a page", b"", b"\x00\x01", b"[1/3] a page", b"\xef\xbb\xbfa page"]
)
def test_what_is_not_json_goes_to_the_pages(body):
    from threadleaf.sources import pages

    assert sources.for_documents([file(body)]) is pages


def test_our_own_saved_form_is_recognised():
    from threadleaf.sources import conversation

    assert sources.for_documents([file(b'{"threadleaf": 1, "conversation": {}}')]) is conversation


def test_saved_answers_of_bluesky_go_to_its_source():
    from threadleaf.sources import bluesky

    body = b'{"thread": {"$type": "app.bsky.feed.defs#threadViewPost", "post": {}}}'
    assert sources.for_documents([file(body), file(body)]) is bluesky


@pytest.mark.parametrize(
    "body",
    [
        b'{"ancestors": [], "descendants": []}',
        b'[{"id": "1", "in_reply_to_id": null}]',
        b'{"@context": "https://www.w3.org/ns/activitystreams", "type": "Note"}',
        b'{"id": "9k1", "text": "Moss.", "fileIds": []}',
        b'{"uri": "https://bridge.example/app.bsky.feed.post/1", "spoiler_text": ""}',
    ],
)
def test_saved_answers_of_the_fediverse_go_to_what_reads_them(body):
    from threadleaf.sources import _fedi_saved

    assert sources.for_documents([file(body)]) is _fedi_saved


def test_no_file_is_an_error():
    with pytest.raises(Unreadable) as caught:
        sources.for_documents([])
    assert caught.value.sentence == "No file was given. Give a saved page or saved answers of a network."


@pytest.mark.parametrize(("name", "shown"), [("a\x1b[31m.json", "“a[31m.json”"), ("", "The file")])
def test_json_that_nobody_knows_is_an_error_that_names_the_file(name, shown):
    with pytest.raises(Unreadable) as caught:
        sources.for_documents([file(b'{"a": 1}', name)])
    assert caught.value.sentence.startswith(f"{shown} is in no form that Threadleaf reads.")


def test_files_of_different_kinds_are_an_error():
    with pytest.raises(Unreadable) as caught:
        sources.for_documents([file(b'{"threadleaf": 1}'), file(b"text")])
    assert caught.value.sentence.startswith("These 2 files are not of one kind")


def test_reading_a_page_loads_no_other_source_and_no_heavy_library():
    program = (
        "import sys; from threadleaf import sources; from threadleaf.wire import Document\n"
        "page = Document(body=b'1/ one\\n2/ two\\nYou can follow @somebody.')\n"
        "sources.for_documents([page]).read([page])\n"
        "print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    unwanted = {
        "threadleaf.sources.bluesky",
        "threadleaf.sources.x",
        "turbohtml",
        "ijson",
        "minijinja",
        "sqlalchemy",
        "httpx2",
        "rich",
        "starlette",
    }
    assert not unwanted & set(loaded)
