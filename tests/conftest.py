"""Shared by all rooms: the modules beside this file are theirs to import."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Generator
from importlib.util import cache_from_source
from pathlib import Path

import flake8
import pytest
from _pytest.runner import runtestprotocol

pytest.register_assert_rewrite("drafts", "pages", "programs", "rewriting", "short_modules")

#: Files that take long for their few tests, and wait for others in between: the package index,
#: git, whole test runs, a site. Begun last, they would be waited for in the end.
BEGUN_FIRST = {"test_guide.py", "test_packaging.py", "test_precommit.py", "test_site.py"}


def pytest_configure(config: pytest.Config) -> None:
    """Where Python may not write bytecode, and the installer wrote none, tests keep some of theirs.

    Else each of the hundreds of programs that they start would compile all it imports anew.
    """
    is_compiled = Path(cache_from_source(flake8.__file__)).exists()
    if "PYTHONDONTWRITEBYTECODE" in os.environ and not is_compiled:
        folder = tempfile.TemporaryDirectory(prefix="bytecode-", ignore_cleanup_errors=True)
        config.add_cleanup(folder.cleanup)
        os.environ["PYTHONPYCACHEPREFIX"] = folder.name
        del os.environ["PYTHONDONTWRITEBYTECODE"]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests are many objects and no garbage: nobody looks for any meanwhile."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what is to be begun first (and so xdist is told to keep the order)."""
    items.sort(key=lambda item: item.path.name not in BEGUN_FIRST)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Report that a test was set up, and torn down, only where it went wrong.

    With a process for each core a report is written, sent and read: for a small test, more work
    than the test. Who asks for durations wants to have them all.
    """
    if not hasattr(item.config, "workerinput") or item.config.option.durations is not None:
        return None  # as pytest does it
    hook, named = item.ihook, {"nodeid": item.nodeid, "location": item.location}
    hook.pytest_runtest_logstart(**named)
    for report in runtestprotocol(item, nextitem=nextitem, log=False):
        if report.when == "call" or not report.passed:
            hook.pytest_runtest_logreport(report=report)
    hook.pytest_runtest_logfinish(**named)
    return True


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """A process for each core when whole rooms are asked for; one file is quicker in this one."""
    asked = [Path(argument.partition("::")[0]) for argument in config.args]
    if config.option.keyword or not all(path.is_dir() for path in asked):
        return 0
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
