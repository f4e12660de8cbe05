"""T9: hostile texts put into our page as they are, one a document: our policy alone keeps them from running.

The same documents without the policy show that they would have run. The documents stand in frames, for speed; so the
one rule that forbids this, `frame-ancestors`, is left out. It decides nothing about scripts.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.proof.rows import SCALE
from tests.proof.vectors import SEED, numbered, some
from tests.proof.window import Window, static, window
from threadleaf.web import security, shell

SIZE = 10_800 if SCALE == "bar" else 1_000
AT_ONCE = 60
CONTROLS = 5
"""One in so many is shown without the policy, too."""
HERE = "(here the text stands)"
FOCUS = """() => { for (const frame of document.querySelectorAll("iframe")) try {
  for (const element of frame.contentDocument.querySelectorAll("[autofocus], [tabindex], [open]")) element.focus(); } catch {} }"""
SINKS = """() => new Promise(done => setTimeout(() => done([  // what is typed in by us may do more than a page may
  () => { document.body.innerHTML = "<img src=x onerror=__x('sink')>"; }, () => eval("__x('sink')"),
  () => document.write("<b>"), () => { new Function("__x('sink')")(); },
  () => { document.createElement("script").text = "__x('sink')"; },
].map(put => { try { put(); return "went through"; } catch (error) { return error.name; } })), 0))"""


class Stand:
    """Serves documents of our site: one that frames all the others, and these with the headers that they are given."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self.documents: Mapping[str, str] = {}
        self.headers: Mapping[str, str] = {}

    def answer(self, path: str) -> tuple[str, str, Mapping[str, str]]:
        """Kind, text and headers of what is at a path."""
        if path.startswith("/static/"):
            return (
                "text/css" if path.endswith(".css") else "text/javascript",
                static(path),
                {"cache-control": "max-age=600"},
            )
        frames = "".join(f"<iframe src={name} width=300 height=200></iframe>" for name in self.documents)
        if path in self.documents:
            return "text/html", self.documents[path], self.headers
        return ("text/html", frames, {}) if path.startswith("/?") else ("text/plain", "", {})


@contextmanager
def stand() -> Iterator[Stand]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            kind, text, headers = served.answer(self.path)
            body = text.encode("utf-8", "replace")
            self.send_response(200)
            told = {**headers, "content-type": f"{kind}; charset=utf-8", "content-length": str(len(body))}
            for name, value in told.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Stand(server.server_port)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


def document(text: str) -> str:
    """Our page with a text in it as if nobody had escaped it."""
    return shell.message(HERE, HERE).replace(HERE, text)


def policy(origin: str) -> dict[str, str]:
    headers = security.headers(origin)
    said = headers["content-security-policy"]
    assert "frame-ancestors 'none'; " in said
    return {**headers, "content-security-policy": said.replace("frame-ancestors 'none'; ", "")}


def play(shown: Window, served: Stand, texts: Sequence[str], headers: Mapping[str, str]) -> None:
    """Show texts, each in a document of its own."""
    from playwright.sync_api import TimeoutError as TooLong

    served.headers = headers
    for at in range(0, len(texts), AT_ONCE):
        batch = enumerate(texts[at : at + AT_ONCE], at)
        served.documents = {f"/{index}": document(numbered(text, index)) for index, text in batch}
        shown.page.goto(f"{served.origin}/?{at}", wait_until="commit")
        with suppress(TooLong):  # a frame that leads away again and again is never there
            shown.page.wait_for_load_state("load", timeout=10_000)
        shown.page.evaluate(FOCUS)


def test_the_policy_alone_lets_nothing_run(proved):
    texts = some(SIZE)
    with stand() as served:
        with window(alone=True) as shown:
            play(shown, served, texts, policy(served.origin))
        with window(alone=True) as control:
            play(control, served, texts[::CONTROLS], {})
    print([texts[int(number)] for number in shown.ran[:5] if number.isdigit()], shown.loaded[:5])
    figures = {
        "vectors": len(texts),
        "ran": len(shown.ran),
        "loaded from elsewhere": len(shown.loaded),
        "ran without it": len(set(control.ran)),
        "loaded without it": len(set(control.loaded)),
    }
    proved("T9", figures, SEED)
    assert figures["loaded without it"] > 0


def test_no_sink_takes_a_string():
    with window() as shown:
        shown.show(document("x"), security.headers("https://threads.example.org"))
        assert set(shown.page.evaluate(SINKS)) <= {"TypeError", "EvalError"}
        assert shown.ran == []
        shown.show(document("x"))
        assert "went through" in shown.page.evaluate(SINKS)
