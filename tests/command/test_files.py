"""Files fixed in their place: whole, or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from programs import BAD_TASK, FIXED_TASK

from flake8_celery_retry.command.files import fix_file, replace_file
from flake8_celery_retry.linting.lint import lint as lint_module


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A file with a finding that has a safe fix; nothing else is in its folder."""
    path = tmp_path / "tasks.py"
    path.write_bytes(BAD_TASK.encode())
    return path


def content_of(folder: Path) -> dict[str, str]:
    return {path.name: path.read_bytes().decode() for path in folder.iterdir()}


def test_a_file_is_fixed_in_its_place(bad):
    outcome = fix_file(str(bad))
    assert outcome.error is None
    assert [finding.code for finding in outcome.fixed] == ["CRT101"]
    assert content_of(bad.parent) == {"tasks.py": FIXED_TASK}


def test_a_file_without_findings_is_not_written(bad):
    bad.write_bytes(FIXED_TASK.encode())
    before = bad.stat()
    assert fix_file(str(bad)).fixed == ()
    after = bad.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o755, 0o640])
def test_the_mode_stays(bad, mode):
    bad.chmod(mode)
    fix_file(str(bad))
    assert bad.read_bytes() == FIXED_TASK.encode()
    assert stat.S_IMODE(bad.stat().st_mode) == mode


def test_a_symbolic_link_stays_one(bad, tmp_path):
    folder = tmp_path / "links"
    folder.mkdir()
    (folder / "one.py").symlink_to(bad)
    (folder / "two.py").symlink_to("one.py")
    fix_file(str(folder / "two.py"))
    assert os.readlink(folder / "two.py") == "one.py"
    assert os.readlink(folder / "one.py") == str(bad)
    assert not bad.is_symlink()
    assert bad.read_bytes() == FIXED_TASK.encode()


def test_another_hard_link_keeps_the_old_content(bad, tmp_path):
    (tmp_path / "snapshot.py").hardlink_to(bad)
    fix_file(str(bad))
    assert content_of(tmp_path) == {"tasks.py": FIXED_TASK, "snapshot.py": BAD_TASK}


def test_a_file_that_somebody_else_wrote_meanwhile_is_left_alone(bad):
    def lint(tree, lines, settings):
        bad.write_bytes(b"# mine\n" + BAD_TASK.encode())
        return lint_module(tree, lines, settings)

    outcome = fix_file(str(bad), lint=lint)
    assert outcome.error == "changed meanwhile"
    assert outcome.fixed == ()
    assert content_of(bad.parent) == {"tasks.py": "# mine\n" + BAD_TASK}


def test_a_file_that_is_gone_meanwhile_stays_so(bad):
    def lint(tree, lines, settings):
        bad.unlink(missing_ok=True)
        return lint_module(tree, lines, settings)

    assert "No such file" in fix_file(str(bad), lint=lint).error
    assert content_of(bad.parent) == {}


def test_what_cannot_be_read_is_an_error(tmp_path):
    assert "No such file" in fix_file(str(tmp_path / "none.py")).error
    assert fix_file(str(tmp_path)).error


def test_what_is_no_python_is_left_alone(bad):
    bad.write_bytes(BAD_TASK.encode() + b"(")
    assert "no Python" in fix_file(str(bad)).error
    assert bad.read_bytes() == BAD_TASK.encode() + b"("


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
@pytest.mark.parametrize("trouble", [KeyboardInterrupt, OSError])
def test_nothing_is_left_behind_when_it_is_stopped(bad, monkeypatch, step, trouble):
    def stop(*arguments):
        raise trouble

    monkeypatch.setattr(os, step, stop)
    with pytest.raises(trouble):
        replace_file(str(bad), BAD_TASK.encode(), b"new")
    assert content_of(bad.parent) == {"tasks.py": BAD_TASK}
