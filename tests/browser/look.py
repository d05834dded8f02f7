"""Look at the site in a headless Chromium: ``python tests/browser/look.py [FOLDER FOR PICTURES]``.

Builds the site, serves it on this machine, and opens it at the width of a phone and of a desk, in
light and dark: no page may be wider than its window or ask another host for anything, the search
has to find what it should, and the playground has to find a mistake and take its code from the
address. Needs Chromium (``CHROMIUM`` says where it is), Playwright, and Pyodide in
``tests/python314/node_modules`` (``python tests/python314/run.py`` puts it there).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PROJECT = Path(__file__).parent.parent.parent
WIDTHS = {"phone": 390, "desk": 1280}
SCHEMES = ("light", "dark")

#: The generator is not to praise its successor.
QUIET = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}

#: Seconds for Python to come up in the browser, and for the search to read its index, on a slow
#: machine.
PATIENCE = 120


#: Not every system knows what a module of JavaScript is.
TYPES = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}


class Handler(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    extensions_map = TYPES

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Doesn't mind a browser that hangs up to go to the next page."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder."""
    server = Server(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()


def opened(browser: Browser, site: str, width: int, scheme: str) -> Page:
    """A window that may ask nobody but the site, and that fails on an error of a script."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)

    def only_the_site(route, request):
        assert request.url.startswith((site, "data:", "blob:")), request.url
        route.continue_()

    def fail(error):
        raise AssertionError(f"{page.url}: {error}")

    page.route("**/*", only_the_site)
    page.on("pageerror", fail)
    return page


def look_at_every_page(browser: Browser, site: str, folder: Path, pictures: Path | None) -> int:
    """Every page is as wide as its window; the number of looks."""
    looks = 0
    pages = sorted(
        path.parent.relative_to(folder).as_posix() for path in folder.rglob("index.html")
    )
    for device, width in WIDTHS.items():
        for scheme in SCHEMES:
            page = opened(browser, site, width, scheme)
            for address in pages:
                page.goto(f"{site}{address}/" if address != "." else site)
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, f"{address} is {wide} px wide at {width}"
                looks += 1
                if pictures and address in SHOWN:
                    name = f"{address.replace('/', '-')}-{device}-{scheme}.png"
                    page.screenshot(path=pictures / name, full_page=True)
            page.close()
    return looks


#: The pages of which pictures are wanted.
SHOWN = (
    ".",
    "guide",
    "rules/CRT203",
    "rules/CRT105",
    "other-linters",
    "comparison",
    "trophies",
    "adoption",
)


def search(browser: Browser, site: str) -> None:
    """The search finds the page of a retry that is swallowed."""
    page = opened(browser, site, WIDTHS["desk"], "light")
    page.goto(site)
    # What is typed before the page's script listens is never searched for.
    page.wait_for_load_state("networkidle")
    box = page.locator("input[name=query]")
    box.click()
    box.press_sequentially("swallowed", delay=50)
    found = page.locator(".md-search-result__link").first
    found.wait_for(timeout=PATIENCE * 1000)
    links = page.locator(".md-search-result__link").evaluate_all("all => all.map(a => a.href)")
    assert any("/rules/CRT203/" in link for link in links), links
    page.close()


def play(browser: Browser, site: str, pictures: Path | None) -> str:
    """The playground: nothing is loaded unasked, a finding at its line, code from the address."""
    page = opened(browser, site, WIDTHS["desk"], "light")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site}rules/CRT901/")
    page.get_by_text("Try it in the playground").click()
    page.wait_for_function("document.getElementById('playground-source').value.length > 0")
    assert (
        "self.retry(exc=exc, countdown=60)  # CRT901"
        in page.locator("#playground-source").input_value()
    )
    assert page.locator("#playground-opinions").is_checked()
    assert not [url for url in asked if "pyodide" in url or "linter" in url], asked

    page.locator("#playground-run").click()
    page.locator(".playground-finding").first.wait_for(timeout=PATIENCE * 1000)
    first = page.locator("#playground-state").inner_text()
    assert "CRT901" in page.locator("#playground-result").inner_text()

    source = page.locator("#playground-source")
    source.fill(source.input_value().replace("        self.retry", "        raise self.retry"))
    page.locator("#playground-state", has_text="No findings").wait_for(timeout=PATIENCE * 1000)
    again = page.locator("#playground-state").inner_text()
    source.fill("def charge(:\n")
    page.locator("#playground-state", has_text="This is no Python").wait_for()
    source.fill("x = 'é \N{SNOWMAN}'\n")
    page.locator("#playground-state", has_text="No findings").wait_for()
    page.reload()
    assert source.input_value() == "x = 'é \N{SNOWMAN}'\n"

    page.locator("#playground-example").select_option("CRT203")
    page.locator("#playground-run").click()
    page.locator(".playground-finding a", has_text="CRT203").first.wait_for(timeout=PATIENCE * 1000)
    if pictures:
        page.screenshot(path=pictures / "playground.png", full_page=True)
    page.locator(".playground-finding a").first.click()
    page.get_by_role("heading", name="retry-swallowed (CRT203)").wait_for()
    page.close()
    return f"{first}; {again}"


def main() -> int:
    """Build, look, and say what was seen."""
    pictures = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
        subprocess.run([*build, "--site-dir", str(folder)], cwd=PROJECT, env=QUIET, check=True)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        print(browser.version)
        with served(folder) as site:
            print(play(browser, site, pictures))
            search(browser, site)
            print(look_at_every_page(browser, site, folder, pictures), "looks at pages")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
