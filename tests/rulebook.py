"""The rulebook: what is written for, and from, the rules. Run it as ``python tests/rulebook.py``.

new CRT115 retry-in-a-drawer    the skeleton of a rule: its file, its fixtures, its experiment
fixed [CRT115 …]                fixed*.py, unsafely_fixed*.py and messages.txt (read the diff)
lists                           the README's table and the changelog's numbers, from the pages
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from fixture_files import (
    BAD,
    LINTED,
    findings,
    fixed_versions,
    messages_among,
    needs_newer_python,
    read_messages,
    text_of_messages,
)
from pages import Page, read_page
from project import EXPERIMENTS, FIXTURES, PROJECT, RULES

README = PROJECT / "README.md"
CHANGELOG = PROJECT / "CHANGELOG.md"
HEAD = "| code | name | what it finds | default | fix |\n| --- | --- | --- | --- | --- |\n"


class Line(NamedTuple):
    """A line of the README's table of rules."""

    code: str
    name: str
    finds: str
    default: str
    fix: str

    def __str__(self) -> str:
        return f"| {' | '.join(self)} |\n"


def line_of(page: Page) -> Line:
    """What the table says of a rule, as its page says it.

    ``finds`` is the page's first paragraph, ``fix`` the first word of its section "Fix".
    """
    code = page.code
    default = "off" if code.startswith("CRT9") else "on"
    fix = re.split(r"\W", page.section("Fix"), maxsplit=1)[0].lower()
    return Line(code, page.title.partition(" ")[0], page.summary, default, fix)


def codes() -> list[str]:
    """The codes of all rules."""
    return sorted(path.name.partition("_")[0].upper() for path in RULES.glob("crt*.py"))


def table() -> list[Line]:
    """The lines of the table."""
    return [line_of(read_page(code)) for code in codes()]


def with_table(readme: str) -> str:
    """The README with the table that the pages make."""
    lines = "".join(map(str, table()))
    return re.sub(rf"{re.escape(HEAD)}(\|.*\n)*", lambda _: HEAD + lines, readme)


def with_numbers(changelog: str) -> str:
    """The changelog with the number of rules and opinions, in its newest part."""
    off = sum(code.startswith("CRT9") for code in codes())
    numbers = f"{len(codes()) - off} rules that are on, {off} opinions"
    return re.sub(r"\d+ rules that are on, \d+ opinions", numbers, changelog, count=1)


def versions() -> list[str]:
    """The versions of the changelog, the newest first."""
    return re.findall(r"^## (\d\S*)", CHANGELOG.read_text(encoding="utf-8"), re.MULTILINE)


def lists() -> None:
    """Write what the README and the changelog list."""
    for path, derived in ((README, with_table), (CHANGELOG, with_numbers)):
        text = path.read_text(encoding="utf-8")
        if (new := derived(text)) != text:
            path.write_text(new, encoding="utf-8")
            print(path.relative_to(PROJECT))


def fixed(*wanted: str) -> None:
    """Write what the fixes make of each ``bad*.py``, and take away what they no longer make; write
    what the rule says in its folder."""
    for code in wanted or codes():
        [folder] = (FIXTURES / "rules").glob(f"{code.lower()}_*")
        recorded = read_messages(folder)
        said: dict[str, list[str]] = {}
        for path in [path for path in LINTED if path.parent == folder]:
            if needs_newer_python(path):
                said[path.name] = recorded.get(path.name, [])
                continue
            said[path.name] = messages_among(findings(path), path)
            for version, content in fixed_versions(path).items() if path in BAD else ():
                _write(version, content)
        told = {name: messages for name, messages in said.items() if messages}
        _write(folder / "messages.txt", text_of_messages(told).encode())


def _write(path: Path, content: bytes | None) -> None:
    """Write a file (no content: take it away) that isn't so already, and say which."""
    if content == (path.read_bytes() if path.exists() else None):
        return
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    print(path.relative_to(PROJECT))


def new(code: str, name: str) -> None:
    """Write the skeleton of a rule, which reports nothing yet, and say what is next."""
    if not re.fullmatch(r"CRT\d{3}", code) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        sys.exit("a code is like CRT115, a name like retry-in-a-drawer")
    if code in codes():
        sys.exit(f"there is a rule {code}")
    stem = f"{code.lower()}_{name.replace('-', '_')}"
    opinion = f"\nAn opinion: off unless `select` or `extend-select` names it (`CRT9`, `{code}`).\n"
    if not code.startswith("CRT9"):
        opinion = ""
    for path, template in SKELETON.items():
        file = Path(path.format(stem=stem, code=code.lower()))
        text = template.replace("CODE", code).replace("NAME", name).replace("OPINION\n", opinion)
        text = text.replace("VERSION", versions()[0])
        (PROJECT / file).parent.mkdir(parents=True, exist_ok=True)
        (PROJECT / file).write_text(text, encoding="utf-8")
        print(file)


BAD_CODE = """\
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)  # {}
"""

SKELETON = {
    f"{RULES.relative_to(PROJECT)}/{{stem}}.py": f'''\
"""# NAME (CODE)

`what is written`: what becomes of it, for the README's table, on one line
OPINION

## What it does

Finds …

## Why this is bad

…

## Celery does

What the experiment shows, in its words.

## Example

```python
{BAD_CODE.format("CODE")}```

## Use instead

```python
{BAD_CODE.replace("  # {}", "")}```

## What stays silent

Each sentence of this section is a look-alike, marked there with `# silent:` and its first words.

## Fix

None: why, or Safe: what is written, or Unsafe: what is written and what the reader has to judge.

## When to switch it off

Where …, or never, and why.

## See also

- Celery, "Retrying":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry>

## Since

Version VERSION.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..linting.findings import Mistake
from ..model import Module, RetryCall


def check(module: Module) -> Iterator[Mistake]:
    for call in module.retry_calls:
        if call.task is not None and _is_wrong(call):
            yield Mistake(call.node, f"{{call.task.name}}: what Celery does; what to write")


def _is_wrong(call: RetryCall) -> bool:
    return False
''',
    f"{FIXTURES.relative_to(PROJECT)}/rules/{{stem}}/bad.py": BAD_CODE.format("expect: CODE"),
    f"{FIXTURES.relative_to(PROJECT)}/rules/{{stem}}/lookalike.py": """\
from celery import shared_task

from shop.gateway import GatewayDown, charge


# silent: Each sentence of this section
@shared_task(bind=True)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)
""",
    f"{EXPERIMENTS.relative_to(PROJECT)}/test_{{code}}.py": '''\
"""CODE: NAME, on a worker."""

from shop import gateway


def test_what_the_page_says_happens(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == ["RETRY", "FAILURE"]


def test_done_as_the_page_says_it_does_not(lab, page):
    gateway.fails(times=1)

    assert lab.run(page.use_instead, "charge_order", 7).ends == ["RETRY", "SUCCESS"]
''',
}

COMMANDS: dict[str, Callable[..., None]] = {"new": new, "fixed": fixed, "lists": lists}


def main(arguments: Iterable[str]) -> None:
    """Run a command of the rulebook."""
    name, *rest = [*arguments] or [""]
    if name not in COMMANDS:
        sys.exit(__doc__)
    COMMANDS[name](*rest)


if __name__ == "__main__":
    main(sys.argv[1:])
