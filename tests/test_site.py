"""The site: it builds without a warning, has a page for each rule, and needs no other host."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from pages import read_page
from project import DOCS, PROJECT
from rulebook import codes

from flake8_celery_retry.command.pages import sections_of
from flake8_celery_retry.links import DOCUMENTATION, page_url
from flake8_celery_retry.rules import all_rules

#: What makes a browser ask for a file, without anybody's click.
LOADING = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src")}

#: Links of a page's head that nothing is loaded from.
JUST_SAID = {"canonical", "prev", "next"}


class Html(NamedTuple):
    """A page: its ids, the links in it, and what it loads, as it is written there."""

    text: str
    ids: set[str]
    links: set[str]
    loaded: set[str]


class Reader(HTMLParser):
    """Reads what `Html` says."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.loaded: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if name := given.get("id"):
            self.ids.add(name)
        if tag == "a" and (link := given.get("href")):
            self.links.add(link)
        for name, value in attrs:
            if value and (tag, name) in LOADING and given.get("rel") not in JUST_SAID:
                self.loaded.add(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built site."""
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=PROJECT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (built.returncode, built.stdout + built.stderr) == (0, "")
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Html]:
    """Every page, by its address from the site's root (``rules/CRT203/``)."""
    found = {}
    for path in site.rglob("index.html"):
        text = path.read_text(encoding="utf-8")
        read = Reader(text)
        address = path.relative_to(site).as_posix().removesuffix("index.html")
        found[address] = Html(text, read.ids, read.links, read.loaded)
    return found


def test_each_code_has_its_page_where_reports_link_to(pages: dict[str, Html]) -> None:
    for code in codes():
        address = page_url(code).removeprefix(f"{DOCUMENTATION}/")
        for heading in read_page(code).sections:
            assert f">{heading}<a" in pages[address].text, (code, heading)


def test_a_page_says_what_the_command_says(pages: dict[str, Html]) -> None:
    for rule in all_rules():
        page = read_page(rule.code)
        shown = plain(re.sub(r"<[^>]*>", "", pages[f"rules/{rule.code}/"].text))

        assert sections_of(rule.page) == {
            heading: text.strip() for heading, text in page.sections.items()
        }
        for text in (page.introduction, *page.sections.values()):
            assert plain(re.sub(r"^```.*$|^  <http.*>$", "", text, flags=re.MULTILINE)) in shown


def plain(text: str) -> str:
    """The words of a text, without what marks them up."""
    return " ".join(re.findall(r"\w+", unescape(text)))


def test_the_site_stands_where_the_package_says() -> None:
    assert f"site_url: {DOCUMENTATION}/ " in (PROJECT / "mkdocs.yml").read_text(encoding="utf-8")


def test_links_inside_lead_somewhere(site: Path, pages: dict[str, Html]) -> None:
    root = "http://site/"
    checked = 0
    for address, page in pages.items():
        for link in page.links:
            target = urlsplit(urljoin(root + address, link))
            if target.netloc != "site":
                continue
            checked += 1
            path, fragment = target.path.lstrip("/"), unquote(target.fragment)
            assert (site / path).exists(), f"{address} leads to {link}"
            if fragment and path in pages and not fragment.startswith("code="):
                assert fragment in pages[path].ids, f"{address} leads to {link}"
    assert checked > 1000


def test_nothing_is_loaded_from_another_host(site: Path, pages: dict[str, Html]) -> None:
    for address, page in pages.items():
        for loaded in page.loaded:
            assert not urlsplit(loaded).netloc, f"{address} loads {loaded}"
    for style in site.rglob("*.css"):
        urls = re.findall(r"url\(([^)]*)\)", style.read_text(encoding="utf-8"))
        assert not [url for url in urls if "//" in url and not url.strip("\"'").startswith("data:")]


def test_only_the_playground_loads_its_script(pages: dict[str, Html]) -> None:
    assert [address for address, page in pages.items() if "playground.mjs" in page.text] == [
        "playground/"
    ]


def test_a_fix_is_shown_as_a_diff(pages: dict[str, Html]) -> None:
    assert "What it makes of the example" in pages["rules/CRT203/"].text
    assert "What it makes of the example" not in pages["rules/CRT302/"].text


def test_the_linter_in_the_browser_needs_nothing_but_python(site: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(site / "playground" / "linter.zip").extractall(tmp_path)
    (tmp_path / "example.py").write_text(read_page("CRT203").example, encoding="utf-8")
    script = (site / "playground" / "linter.mjs").read_text(encoding="utf-8")
    program = script.partition("const LINT = `")[2].partition("`;")[0].replace("\\\\", "\\")
    program += "\nprint(answer_as_json(open('example.py').read(), True))\n"

    alone = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, '.')\n{program}"]
    said = subprocess.run(alone, cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    assert '"code": "CRT203"' in said
    assert '"safe": true' in said


def test_a_page_shows_what_the_worker_made_of_its_example(pages: dict[str, Html]) -> None:
    recorded = json.loads((DOCS / "runs.json").read_text(encoding="utf-8"))["rules"]
    assert set(recorded) <= set(codes())
    for code, rows in recorded.items():
        for row in rows:
            assert f"<td>{row['experiment']}</td>" in pages[f"rules/{code}/"].text


def test_the_pictures_are_part_of_the_page(pages: dict[str, Html]) -> None:
    assert pages["guide/"].text.count('<svg role="img" aria-label=') == 2


def test_a_code_becomes_a_link_in_prose_alone(pages: dict[str, Html]) -> None:
    assert "../rules/CRT203/" in pages["guide/"].links
    assert not [address for address, page in pages.items() if "](" in page.text]
