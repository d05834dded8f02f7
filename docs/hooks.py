"""What mkdocs makes while it builds the site: nothing of it is kept in the repository.

- the first page, from the README's beginning; the list of rules, as the README's table has it;
- a page for each rule: its docstring, what a worker made of its example (``docs/runs.json``), and
  the fix as a diff;
- a link wherever a page names a rule's code; pictures as part of the page, so that they turn dark
  with it;
- what the playground loads: the linter as a zip, and Python for the browser where npm has put it.
"""

from __future__ import annotations

import base64
import difflib
import io
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
PROJECT = DOCS.parent
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests")]

from mkdocs.config.defaults import MkDocsConfig  # noqa: E402
from mkdocs.structure.files import File, Files  # noqa: E402
from mkdocs.structure.pages import Page as SitePage  # noqa: E402
from pages import Page, PageError, read_page  # noqa: E402
from rulebook import Line, codes, line_of, table  # noqa: E402

REPOSITORY = "https://github.com/flake8-celery-retry/flake8-celery-retry/blob/main"
PACKAGE = PROJECT / "flake8_celery_retry"
PYODIDE = PROJECT / "tests" / "python314" / "node_modules" / "pyodide"

#: What Python in the browser consists of.
PYODIDE_FILES = (
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
    "pyodide-lock.json",
)

#: The rooms that find mistakes; the others fix them, or talk to somebody.
LINTING = ("facts", "syntax", "model", "rules", "linting", "fixing/edits.py", "fixing/places.py")

FAMILIES = {
    "CRT1": "It cannot run, or cannot retry",
    "CRT2": "Lost, doubled, or always",
    "CRT3": "The retry policy",
    "CRT4": "Home-made retries",
    "CRT9": "Opinions",
}

#: What the first page has beyond the README, whose readers may have no site at hand.
PLAYGROUND = (
    "\n- [Playground](playground.md): paste a task, and see what is found, in the browser\n"
)

#: Code, links, headings and HTML are left alone; what is left may name a rule.
NOT_PROSE = re.compile(
    r"^(?P<fence>```+|~~~+).*?^(?P=fence)|^#.*?$|`+[^`\n]*`+|\[[^\]\n]*\]\([^)\n]*\)|<[^>\n]+>",
    re.MULTILINE | re.DOTALL,
)
CODE = re.compile(r"\bCRT\d{3}\b")
#: An entry of "See also", as the terminal shows it: on the site, its text is the link.
LINK = re.compile(r"^- (?P<text>(?:.|\n  (?!<))+):\n  <(?P<url>[^\s<>]+)>$", re.MULTILINE)
PICTURE = re.compile(r'<img alt="(?P<alt>[^"]*)" src="[^"]*?(?P<path>pictures/[\w-]+\.svg)" ?/?>')


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the rules' pages into the navigation, a part for each family."""
    families: list[Any] = [{"All rules": "rules/index.md"}]
    for beginning, title in FAMILIES.items():
        lines = [line for line in table() if line.code.startswith(beginning)]
        families.append({title: [{f"{x.code} {x.name}": f"rules/{x.code}.md"} for x in lines]})
    config.nav = [{"Rules": families} if "Rules" in entry else entry for entry in config.nav or []]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is generated."""
    files.append(File.generated(config, "index.md", content=first_page()))
    files.append(File.generated(config, "rules/index.md", content=list_of_rules()))
    for code in codes():
        page = rule_page(read_page(code))
        files.append(File.generated(config, f"rules/{code}.md", content=page))
    linter = File.generated(config, "playground/linter.zip", content=zipped_linter())
    files.append(linter)
    if PYODIDE.exists():
        for name in PYODIDE_FILES:
            path = str(PYODIDE / name)
            files.append(File.generated(config, f"playground/{name}", abs_src_path=path))
    return files


def on_page_markdown(markdown: str, page: SitePage, config: MkDocsConfig, files: Files) -> str:
    """Link the codes that a page names; say where the playground can't work."""
    if page.file.src_uri == "playground.md":
        examples = json.dumps({code: read_page(code).example for code in ("CRT203", "CRT301")})
        return markdown.replace("PYTHON_IS_THERE", str(PYODIDE.exists()).lower()).replace(
            "EXAMPLES", examples.replace("<", "\\u003c")
        )
    own = Path(page.file.src_uri).stem
    above = "../" * page.file.src_uri.count("/")

    def linked(code: re.Match[str]) -> str:
        if code[0] == own or files.get_file_from_path(f"rules/{code[0]}.md") is None:
            return code[0]
        return f"[{code[0]}]({above}rules/{code[0]}.md)"

    return "".join(_in_prose(markdown, lambda prose: CODE.sub(linked, prose)))


def on_page_content(html: str, page: SitePage, config: MkDocsConfig, files: Files) -> str:
    """Put pictures into the page: only so can they follow its colours."""

    def drawn(image: re.Match[str]) -> str:
        svg = (DOCS / image["path"]).read_text(encoding="utf-8")
        return svg.replace("<svg ", f'<svg role="img" aria-label="{image["alt"]}" ', 1)

    return PICTURE.sub(drawn, html)


def _in_prose(markdown: str, change: Callable[[str], str]) -> Iterator[str]:
    """A page in pieces, what is prose in it changed."""
    end = 0
    for other in NOT_PROSE.finditer(markdown):
        yield change(markdown[end : other.start()])
        yield other[0]
        end = other.end()
    yield change(markdown[end:])


def first_page() -> str:
    """The README up to its table of rules, with links that lead from the site's first page."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    beginning = readme.partition("\n## The rules\n")[0]
    return (
        re.sub(r"\]\((?:docs/)?([^):]+)\)", _link_from_the_first_page, beginning.rstrip())
        + PLAYGROUND
    )


def _link_from_the_first_page(link: re.Match[str]) -> str:
    path = link[0].removeprefix("](").removesuffix(")")
    if path.startswith("docs/"):
        return f"]({link[1]})"
    return link[0] if path.startswith("#") else f"]({REPOSITORY}/{path})"


def list_of_rules() -> str:
    """The README's section on the rules, a link at each code."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("\n## The rules\n")[2].partition("\n## ")[0]
    return "# The rules\n" + section


def rule_page(page: Page) -> str:
    """A rule's page: what its docstring says, its facts, what was seen, and the fix as a diff."""
    line = line_of(page)
    parts = [f"# {page.title}", page.introduction, facts(page, line)]
    for heading, text in page.sections.items():
        parts += [f"## {heading}", LINK.sub(_linked, text)]
        if heading == "Celery does" and (seen := seen_on_a_worker(page)):
            parts.append(seen)
        if heading == "Example":
            parts.append(playground_link(page.example, line))
        if heading == "Fix" and (diff := diff_of_fix(page)):
            parts.append(diff)
    return "\n\n".join(parts) + "\n"


def _linked(link: re.Match[str]) -> str:
    return f"- [{' '.join(link['text'].split())}]({link['url']})"


def facts(page: Page, line: Line) -> str:
    """On or off, and the fix, in a line."""
    switch = "On by default" if line.default == "on" else "Off by default"
    fix = "no fix" if line.fix == "none" else f"{line.fix} fix"
    comment = f"silenced with `# noqa: {page.code}`"
    return (
        f"{switch} · {fix} · {comment} · `flake8-celery-retry rule {page.code}`\n{{: .rule-facts}}"
    )


def playground_link(source: str, line: Line) -> str:
    """A link that opens a source in the playground; it is part of the link, and sent nowhere."""
    code = base64.urlsafe_b64encode(source.encode()).decode().rstrip("=")
    opinions = "&opinions=1" if line.default == "off" else ""
    href = f"../../playground/#code={code}{opinions}"
    return f'<a href="{href}">Try it in the playground</a>'


def diff_of_fix(page: Page) -> str:
    """What the rule's fixes make of its example, as a diff; empty where they change nothing."""
    try:
        after = page.fixed
    except PageError:
        return ""
    lines = list(difflib.unified_diff(_lines(page.example), _lines(after), "before", "after", n=2))
    if not lines:
        return ""
    diff = "".join(lines[2:])
    return f"What it makes of the example:\n\n```diff\n{diff}```"


def _lines(source: str) -> list[str]:
    return source.splitlines(keepends=True)


@cache
def _recording() -> dict[str, Any]:
    recording: dict[str, Any] = json.loads((DOCS / "runs.json").read_text(encoding="utf-8"))
    return recording


def seen_on_a_worker(page: Page) -> str:
    """What a worker made of the page's code, as the laboratory wrote it down; empty where its
    experiments run other code."""
    rows = _recording()["rules"].get(page.code)
    if not rows:
        return ""
    head = (
        "| experiment | code | runs | they ended in | the sender reads |\n|" + " --- |" * 5 + "\n"
    )
    lines = "".join(
        f"| {row['experiment']} | {row['code']} | {row['runs']} | {row['ends'] or 'none'} "
        f"| {_read(row)} |\n"
        for row in rows
    )
    return f"Seen on a worker of Celery {_recording()['celery']}:\n\n{head}{lines}"


def _read(row: dict[str, Any]) -> str:
    """What the sender reads: the state, and the error in code (it may hold anything)."""
    if row["failure"] is None:
        return str(row["state"])
    failure = " ".join(row["failure"].split()).replace("|", "\\|").replace("`", "'")
    return f"{row['state']}: `{failure}`"


def zipped_linter() -> bytes:
    """The part of the package that finds mistakes: pure Python, and nothing but Python's own
    library under it."""
    files = [PACKAGE / "__init__.py", PACKAGE / "settings.py", PACKAGE / "links.py"]
    files.append(PACKAGE / "fixing" / "__init__.py")
    for room in LINTING:
        path = PACKAGE / room
        files += [path] if path.is_file() else sorted(path.rglob("*.py"))
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            # A fixed date, so that the same source makes the same bytes.
            entry = zipfile.ZipInfo(file.relative_to(PROJECT).as_posix(), (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
    return written.getvalue()
