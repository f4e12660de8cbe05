"""The first view of a page of fifty posts in Chromium, at a slow 4G (150 ms, 1.6 Mbit/s) and with a quarter of the CPU.

What Lighthouse calls mobile, measured and not simulated. Bytes are counted as they came over the wire, packed by brotli.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from playwright.sync_api import Browser, sync_playwright

from bench import Row
from bench.site import fill, threadleaf

SIZE = {"width": 390, "height": 844}
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
SLOWER_CPU = 4
VIEWS = 5
KB = 1000

_WATCH = """\
window.seen = {lcp: 0, cls: 0};
new PerformanceObserver(list => { for (const one of list.getEntries()) seen.lcp = one.startTime; })
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => { for (const one of list.getEntries()) seen.cls += one.value; })
  .observe({type: "layout-shift", buffered: true});
"""
_BLOCKING = """\
() => performance.getEntriesByType("resource")
  .filter(one => one.renderBlockingStatus === "blocking").map(one => new URL(one.name).pathname)
"""


class View(NamedTuple):
    """One first view: seconds to the largest paint, the sum of shifts, what blocked painting, bytes by kind."""

    lcp: float
    cls: float
    blocking: tuple[str, ...]
    bytes: dict[str, int]


def seen(browser: Browser, address: str) -> View:
    """Open an address in a fresh profile and look."""
    context = browser.new_context(viewport=SIZE, device_scale_factor=2)  # type: ignore[arg-type]
    page = context.new_page()
    page.add_init_script(_WATCH)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_CPU})
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}
    session.on("Network.responseReceived", lambda told: kinds.update({told["requestId"]: told["type"]}))
    session.on("Network.loadingFinished", lambda told: _count(sizes, kinds, told))
    page.goto(address, wait_until="networkidle")
    page.wait_for_function("() => document.fonts.status === 'loaded' && seen.lcp > 0")
    found: Any = page.evaluate("() => seen")
    blocking: list[str] = page.evaluate(_BLOCKING)
    context.close()
    return View(found["lcp"] / 1000, found["cls"], tuple(blocking), sizes)


def _count(sizes: dict[str, int], kinds: dict[str, str], told: dict[str, Any]) -> None:
    kind = kinds.get(told["requestId"], "Other")
    sizes[kind] = sizes.get(kind, 0) + int(told["encodedDataLength"])


def without_script(browser: Browser, address: str) -> int:
    """How many posts can be read where no script runs."""
    context = browser.new_context(java_script_enabled=False, viewport=SIZE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address)
    posts = page.locator(".post").count()
    context.close()
    return posts


def rows(browser: Browser, address: str) -> Iterator[Row]:
    """What the first view weighs, how soon it is there, and whether it moves."""
    views = [seen(browser, address) for _ in range(VIEWS)]
    sizes = views[0].bytes
    page = sizes["Document"] + sizes.get("Stylesheet", 0)
    html, css = sizes["Document"] / KB, sizes.get("Stylesheet", 0) / KB
    note = f"45 KB; HTML {html:.1f} KB, CSS {css:.1f} KB, with their headers"
    yield Row("First view: HTML and CSS", page / (45 * KB), 1, note)
    fonts = sizes.get("Font", 0)
    yield Row("First view: fonts", fonts / (75 * KB), 1, f"75 KB; {fonts / KB:.1f} KB")
    lcp = median(view.lcp for view in views)
    each = ", ".join(f"{view.lcp:.2f}" for view in views)
    yield Row("First view: largest paint", lcp, 1, f"1 s at a slow 4G and a quarter of the CPU ({each} s)")
    yield Row(
        "First view: layout shifts", max(view.cls for view in views), 0, "the sum of all shifts (CLS), worst view"
    )
    others = [path for view in views for path in view.blocking if not path.endswith(".css")]
    styles = len(set(views[0].blocking)) - len(set(others))
    note = f"what blocks painting besides style sheets ({styles} of those)"
    yield Row("First view: blocking", len(others), 0, note)
    lost = 50 - without_script(browser, address)
    yield Row("First view: posts lost without script", lost, 0, "of 50, JavaScript off")


def run() -> list[Row]:
    """Serve a page and open it."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = fill(folder, 1)[0]
        with threadleaf(folder) as site, sync_playwright() as play:
            browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            try:
                return list(rows(browser, site.base + path))
            finally:
                browser.close()
