"""Editors, through a real python-lsp-server: flake8's diagnostics, and quick fixes for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from language_server import Pylsp

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


@shared_task(bind=True, max_retries=0)
def refund(self, order_id):
    try:
        print(order_id)
    except ValueError as exc:
        raise self.retry(exc=exc)
"""
WITH_SELF = TASKS.replace("send_receipt()", "send_receipt(self)")
FIX_ALL = "Fix all Celery retry mistakes that have a safe fix"


CONFIGURATION = """\
[flake8]
select = CRT
per-file-ignores = quiet.py:CRT102
celery-task-decorators = job
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pylsp]:
    project = tmp_path_factory.mktemp("project")
    (project / "setup.cfg").write_text(CONFIGURATION)
    with Pylsp(project) as server:
        yield server


@pytest.fixture(scope="module")
def opened(server: Pylsp) -> Iterator[Path]:
    """Files with the tasks above, opened together: pylsp looks at a file half a second later."""
    paths = [server.root / f"tasks_{number}.py" for number in range(6)]
    for path in paths:
        path.write_text(TASKS)
        server.begin(path)
    return iter(paths)


@pytest.fixture
def path(opened: Iterator[Path]) -> Path:
    """One of these files for each test."""
    return next(opened)


def test_a_diagnostic_carries_the_code_at_the_place_of_the_finding(
    server: Pylsp, path: Path
) -> None:
    found = server.await_diagnostics(path)

    assert [(each["source"], each["code"]) for each in found] == [
        ("flake8", "CRT101"),
        ("flake8", "CRT102"),
        ("flake8", "CRT303"),
    ]
    starts = [each["range"]["start"] for each in found]
    assert starts == [
        {"line": 4, "character": 0},
        {"line": 13, "character": 14},
        {"line": 16, "character": 36},
    ]
    assert found[0]["message"].startswith("CRT101 send_receipt has bind=True")


def test_a_safe_fix_is_the_preferred_one_and_changes_its_line_only(
    server: Pylsp, path: Path
) -> None:
    actions = server.actions(path, server.await_diagnostics(path)[0])

    fix = actions["add self as first parameter (CRT101, safe)"]
    assert (fix["kind"], fix["isPreferred"]) == ("quickfix", True)
    assert fix["diagnostics"][0]["code"] == "CRT101"
    assert len(fix["edit"]["changes"][path.as_uri()]) == 1
    assert server.apply(path, fix) == WITH_SELF


def test_an_unsafe_fix_says_so(server: Pylsp, path: Path) -> None:
    actions = server.actions(path, server.await_diagnostics(path)[2])

    (title,) = [title for title in actions if title.endswith("(CRT303, unsafe)")]
    assert actions[title]["isPreferred"] is False
    assert server.apply(path, actions[title]) == TASKS.replace(", max_retries=0", "")


def test_all_safe_fixes_of_the_file_at_once(server: Pylsp, path: Path) -> None:
    actions = server.actions(path, server.await_diagnostics(path)[0])

    assert actions[FIX_ALL]["kind"] == "source.fixAll.flake8-celery-retry"
    assert server.apply(path, actions[FIX_ALL]) == WITH_SELF.replace(
        "@shared_task\ndef charge(order_id)", "@shared_task(bind=True)\ndef charge(self, order_id)"
    )


def test_a_finding_is_disabled_for_its_line(server: Pylsp, path: Path) -> None:
    actions = server.actions(path, server.await_diagnostics(path)[0])

    assert server.apply(path, actions["Disable CRT101 for this line"]) == TASKS.replace(
        "send_receipt():", "send_receipt():  # noqa: CRT101"
    )


def test_what_the_project_silences_is_left_alone(server: Pylsp) -> None:
    path = server.root / "quiet.py"
    path.write_text(TASKS)
    found = server.open(path)
    actions = server.actions(path, found[0])

    assert [each["code"] for each in found] == ["CRT101", "CRT303"]
    assert server.apply(path, actions[FIX_ALL]) == WITH_SELF


def test_the_projects_own_decorators_are_known(server: Pylsp) -> None:
    path = server.root / "jobs.py"
    path.write_text("@job(bind=True)\ndef send_receipt():\n    pass\n")
    actions = server.actions(path, server.open(path)[0])

    fix = actions["add self as first parameter (CRT101, safe)"]
    assert "def send_receipt(self):" in server.apply(path, fix)


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_line_ends_and_a_last_line_without_one_stay(server: Pylsp, end: str) -> None:
    path = server.root / f"ends_{len(end)}.py"
    source = end.join([*TASKS.splitlines()[:5], '    print("Grüße, 🐇")'])
    path.write_bytes(source.encode())
    actions = server.actions(path, server.open(path)[0])

    assert server.apply(path, actions[FIX_ALL]) == source.replace("t()", "t(self)")


def test_other_linters_diagnostics_are_none_of_our_business(server: Pylsp, path: Path) -> None:
    start = {"line": 4, "character": 0}
    other = {"code": "E501", "source": "flake8", "range": {"start": start, "end": start}}
    server.await_diagnostics(path)

    assert not any("Celery" in title or "Disable" in title for title in server.actions(path, other))


def test_the_editors_settings_count(tmp_path: Path) -> None:
    path = tmp_path / "tasks.py"
    path.write_text(TASKS)
    with Pylsp(tmp_path, {"select": ["CRT1"], "extendIgnore": ["CRT101"]}) as server:
        found = server.open(path)
        actions = server.actions(path, found[0])

        assert [each["code"] for each in found] == ["CRT102"]
        assert "def send_receipt():" in server.apply(path, actions[FIX_ALL])
