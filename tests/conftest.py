"""Shared by all rooms: the modules beside this file are theirs to import."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest.register_assert_rewrite("drafts", "pages", "programs", "rewriting", "short_modules")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """A process for each core when whole rooms are asked for; one file is quicker in this one."""
    asked = [Path(argument.partition("::")[0]) for argument in config.args]
    if config.option.keyword or not all(path.is_dir() for path in asked):
        return 0
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
