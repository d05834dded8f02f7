"""The language server, ``flake8-celery-retry server``: a real process, as an editor starts it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from language_server import LanguageServer
from programs import command
from project import PROJECT

TASKS = """\
from celery import shared_task


@shared_task(bind=True)
def send_receipt():
    print("receipt")


@shared_task
def charge(order_id):
    try:
        print(order_id)
    except ValueError as exc:
        raise self.retry(exc=exc)


@shared_task(name="🐇", bind=True, max_retries=0)
def refund(self, order_id):
    try:
        print(order_id)
    except ValueError as exc:
        raise self.retry(exc=exc)
"""
WITH_SELF = TASKS.replace("send_receipt()", "send_receipt(self)")
FIXED = WITH_SELF.replace(
    "@shared_task\ndef charge(order_id)", "@shared_task(bind=True)\ndef charge(self, order_id)"
)
FIX_ALL = "Fix all Celery retry mistakes that have a safe fix"
KIND = "source.fixAll.flake8-celery-retry"

CONFIGURATION = """\
[flake8]
select = CRT
exclude = generated
per-file-ignores = quiet.py:CRT102
celery-task-decorators = job
"""

PROGRAM = ["flake8_celery_retry", "server"]


def start(root: Path, *arguments: str, **capabilities: Any) -> LanguageServer:
    return LanguageServer(root, [*PROGRAM, *arguments], capabilities)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    project = tmp_path_factory.mktemp("project")
    (project / "setup.cfg").write_text(CONFIGURATION)
    with start(project) as server:
        yield server


@pytest.fixture
def path(server: LanguageServer, request: pytest.FixtureRequest) -> Path:
    """A file of the project with the tasks above, one for each test."""
    path = server.root / f"{request.node.name.partition('[')[0]}.py"
    path.write_text(TASKS)
    return path


def at(line: int, character: int = 0) -> dict[str, Any]:
    place = {"line": line, "character": character}
    return {"start": place, "end": place}


def codes(found: list[dict[str, Any]]) -> list[str]:
    return [each["code"] for each in found]


# -- diagnostics -----------------------------------------------------------------------------


def test_a_diagnostic_says_all_that_an_editor_can_show(server: LanguageServer, path: Path) -> None:
    found = server.open(path)

    assert codes(found) == ["CRT101", "CRT102", "CRT303"]
    (first, *_) = found
    assert first["source"] == "flake8-celery-retry"
    assert first["message"].startswith("send_receipt has bind=True")
    assert first["codeDescription"]["href"].endswith("/rules/CRT101/")
    assert [each["severity"] for each in found] == [1, 1, 2]
    assert first["range"] == {
        "start": {"line": 4, "character": 0},
        "end": {"line": 4, "character": len("def send_receipt():")},
    }


@pytest.mark.parametrize(
    ("encoding", "column"), [(None, 47), ("utf-16", 47), ("utf-8", 49), ("utf-32", 46)]
)
def test_columns_are_counted_as_the_editor_counts_them(
    tmp_path: Path, encoding: str | None, column: int
) -> None:
    path = tmp_path / "tasks.py"
    path.write_text(TASKS)
    general = {"positionEncodings": [encoding]} if encoding else {}
    with start(tmp_path, general=general) as server:
        refund = server.open(path)[-1]

        assert server.capabilities.get("positionEncoding", "utf-16") == (encoding or "utf-16")
        assert refund["range"]["start"] == {"line": 16, "character": column}
        # The page is there at the last character of what is reported, and not behind the end.
        end = refund["range"]["end"]["character"]
        assert "CRT303" in (server.hover(path, 16, end) or "")
        assert server.hover(path, 16, end + 1) is None


def test_what_is_typed_counts_not_what_is_saved(server: LanguageServer, path: Path) -> None:
    assert codes(server.open(path)) == ["CRT101", "CRT102", "CRT303"]
    assert codes(server.type(path, WITH_SELF, 2)) == ["CRT102", "CRT303"]
    assert codes(server.type(path, WITH_SELF + "def unfinished(", 3)) == []
    assert codes(server.type(path, TASKS, 4)) == ["CRT101", "CRT102", "CRT303"]


def test_a_file_that_was_never_saved_is_looked_at(server: LanguageServer) -> None:
    assert codes(server.open(server.root / "new.py", TASKS)) == ["CRT101", "CRT102", "CRT303"]


def test_a_file_that_is_closed_has_no_diagnostics(server: LanguageServer, path: Path) -> None:
    server.open(path)
    assert server.close(path) == []


@pytest.mark.parametrize(
    "comment", ["  # noqa", "  # noqa: CRT101", "  # noqa: CRT1"], ids=["bare", "code", "prefix"]
)
def test_a_noqa_comment_counts(server: LanguageServer, path: Path, comment: str) -> None:
    path = path.with_stem(f"noqa_{len(comment)}")
    text = TASKS.replace("send_receipt():", f"send_receipt():{comment}")
    assert codes(server.open(path, text)) == ["CRT102", "CRT303"]


def test_the_projects_configuration_counts(server: LanguageServer, path: Path) -> None:
    (server.root / "generated").mkdir()
    assert codes(server.open(server.root / "quiet.py", TASKS)) == ["CRT101", "CRT303"]
    assert server.open(server.root / "generated" / "tasks.py", TASKS) == []
    job = "@job(bind=True)\ndef send_receipt():\n    pass\n"
    assert codes(server.open(path, job)) == ["CRT101"]


def test_it_says_what_check_says(server: LanguageServer, path: Path) -> None:
    found = server.open(path)
    checked = json.loads(
        command("check", "--output-format=json", str(path), cwd=server.root).output
    )
    assert [(each["code"], each["message"], each["codeDescription"]["href"]) for each in found] == [
        (each["code"], each["message"], each["url"]) for each in checked
    ]


def test_a_changed_configuration_counts_from_the_next_look_on(tmp_path: Path) -> None:
    path = tmp_path / "tasks.py"
    path.write_text(TASKS)
    with start(tmp_path) as server:
        assert codes(server.open(path)) == ["CRT101", "CRT102", "CRT303"]
        (tmp_path / ".flake8").write_text("[flake8]\nextend-ignore = CRT101\n")
        server.save(path)
        assert codes(server.await_version(path, 1)) == ["CRT102", "CRT303"]
        (tmp_path / ".flake8").write_text("[flake8]\ncelery-baseline = ./known.json\n")
        assert server.type(path, TASKS, 2) == []
        assert len(server.shown) == 1
        assert "known.json can't be read" in server.shown[0]
        server.type(path, TASKS, 3)
        assert len(server.shown) == 1  # once is enough
        command(
            "check",
            "--isolated",
            "--celery-baseline=known.json",
            "--write-baseline",
            "tasks.py",
            cwd=tmp_path,
        )
        assert server.type(path, TASKS, 4) == []
        assert codes(
            server.type(path, TASKS + "\n\n@shared_task(bind=True)\ndef late(): ...\n", 5)
        ) == ["CRT101"]


def test_a_wrong_configuration_is_named_not_died_of(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.flake8-celery-retry]\nselct = ['CRT']\n")
    with start(tmp_path) as server:
        assert server.open(tmp_path / "tasks.py", TASKS) == []
        (shown,) = server.shown
        assert shown.startswith("flake8-celery-retry: ")
        assert "selct" in shown


def test_the_arguments_of_the_server_are_those_of_check(tmp_path: Path) -> None:
    with start(tmp_path, "--select=CRT1", "--extend-ignore=CRT101") as server:
        assert codes(server.open(tmp_path / "tasks.py", TASKS)) == ["CRT102"]


# -- actions ---------------------------------------------------------------------------------


def test_a_safe_fix_says_so_and_is_preferred(server: LanguageServer, path: Path) -> None:
    actions = server.actions(path, server.open(path)[0])

    fix = actions["add self as first parameter (CRT101, safe)"]
    assert (fix["kind"], fix["isPreferred"]) == ("quickfix", True)
    assert codes(fix["diagnostics"]) == ["CRT101"]
    assert server.apply(path, fix) == WITH_SELF


def test_an_unsafe_fix_says_so_and_is_not_preferred(server: LanguageServer, path: Path) -> None:
    actions = server.actions(path, server.open(path)[2])

    (title,) = [title for title in actions if title.endswith("(CRT303, unsafe)")]
    assert actions[title]["isPreferred"] is False
    assert server.apply(path, actions[title]) == TASKS.replace(", max_retries=0", "")


def test_actions_are_for_the_text_that_is_typed(server: LanguageServer, path: Path) -> None:
    server.open(path)
    typed = "# A line more.\n" + TASKS
    found = server.type(path, typed, 2)
    actions = server.actions(path, found[0])

    fix = actions["add self as first parameter (CRT101, safe)"]
    assert server.apply(path, fix, typed) == "# A line more.\n" + WITH_SELF


def test_a_finding_is_disabled_for_its_line(server: LanguageServer, path: Path) -> None:
    actions = server.actions(path, server.open(path)[0])

    disabled = server.apply(path, actions["Disable CRT101 for this line"])
    assert disabled == TASKS.replace("send_receipt():", "send_receipt():  # noqa: CRT101")
    assert codes(server.type(path, disabled, 2)) == ["CRT102", "CRT303"]


def test_all_safe_fixes_are_offered_everywhere(server: LanguageServer, path: Path) -> None:
    server.open(path)
    actions = server.actions_at(path, at(0))

    assert list(actions) == [FIX_ALL]
    assert actions[FIX_ALL]["kind"] == KIND
    assert server.apply(path, actions[FIX_ALL]) == FIXED


@pytest.mark.parametrize("only", ["source.fixAll", KIND, "source"])
def test_on_save_all_safe_fixes_and_nothing_else(
    server: LanguageServer, path: Path, only: str
) -> None:
    path = path.with_stem(f"on_save_{len(only)}")
    found = server.open(path, TASKS)
    assert list(server.actions(path, found[0], [only])) == [FIX_ALL]
    server.type(path, FIXED, 2)
    assert server.actions_at(path, at(0), [only]) == {}


def test_what_was_not_asked_for_is_not_offered(server: LanguageServer, path: Path) -> None:
    found = server.open(path)

    assert FIX_ALL not in server.actions(path, found[0], ["quickfix"])
    assert len(server.actions(path, found[0], ["quickfix"])) == 2
    assert server.actions(path, found[0], ["refactor", "source.organizeImports"]) == {}
    assert server.actions(path, found[0], ["source.fixAll.flake8"]) == {}


def test_what_noqa_silences_is_not_fixed(server: LanguageServer, path: Path) -> None:
    text = TASKS.replace("send_receipt():", "send_receipt():  # noqa: CRT101")
    server.open(path, text)
    actions = server.actions_at(path, at(4))

    assert list(actions) == [FIX_ALL]
    assert "send_receipt():" in server.apply(path, actions[FIX_ALL], text)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_line_ends_form_feeds_and_a_last_line_without_an_end_stay(
    server: LanguageServer, path: Path, end: str
) -> None:
    path = path.with_stem(f"ends_{len(end)}_{ord(end[-1])}")
    lines = [*TASKS.splitlines()[:5], "    # page\x0c and \u2028 line", '    print("Grüße, 🐇")']
    text = end.join(lines)
    server.open(path, text)
    (edit,) = server.actions_at(path, at(0))[FIX_ALL]["edit"]["changes"][path.as_uri()]

    assert edit == {
        "range": {"start": {"line": 4, "character": 0}, "end": {"line": 5, "character": 0}},
        "newText": f"def send_receipt(self):{end}",
    }


# -- hover -----------------------------------------------------------------------------------


def test_the_page_is_shown_at_the_finding(server: LanguageServer, path: Path) -> None:
    server.open(path)
    page = server.hover(path, 4, 6)

    assert page is not None
    assert command("rule", "CRT101", cwd=PROJECT).output.decode() in page
    assert "/rules/CRT101/)" in page
    assert server.hover(path, 5, 6) is None
    assert server.hover(path, 999, 0) is None


def test_the_page_is_shown_at_a_code_in_a_comment(server: LanguageServer, path: Path) -> None:
    text = '"🐇"  # noqa: CRT203, CRT999\n'
    server.open(path, text)

    assert (server.hover(path, 0, text.index("CRT203") + 1) or "").startswith("# retry-swallowed")
    assert server.hover(path, 0, text.index("CRT203")) is None  # UTF-16: one further
    assert server.hover(path, 0, text.index("CRT999") + 3) is None


# -- the program -----------------------------------------------------------------------------


def test_it_ends_with_the_editor(tmp_path: Path) -> None:
    ended = command("server", cwd=tmp_path)  # standard input is at its end
    assert (ended.status, ended.output) == (0, b"")


@pytest.mark.parametrize(
    ("argument", "why"),
    [("tasks.py", "takes no paths"), ("--format=pylint", "means nothing"), ("--nonsense", "")],
)
def test_wrong_arguments_are_refused(tmp_path: Path, argument: str, why: str) -> None:
    ended = command("server", argument, cwd=tmp_path)
    assert ended.status == 2
    assert why in ended.errors


def test_without_the_extra_one_line_says_what_to_install(tmp_path: Path) -> None:
    # An environment without pygls: the interpreter sees all that is installed but that.
    blocked = "import sys; sys.modules['pygls'] = sys.modules['lsprotocol'] = None; "
    main = "from flake8_celery_retry.command.cli import main; raise SystemExit(main(['server']))"
    done = subprocess.run(
        [sys.executable, "-c", blocked + main], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 2
    assert done.stderr == (
        "flake8-celery-retry: the server needs pygls 2: pip install 'flake8-celery-retry[server]'\n"
    )
