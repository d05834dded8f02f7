"""The package index's description: the README, with links that lead somewhere from there.

Everything else is in pyproject.toml.
"""

from __future__ import annotations

import re
from pathlib import Path

from setuptools import setup

SOURCE = "https://github.com/flake8-celery-retry/flake8-celery-retry/blob/main/"

README = (Path(__file__).parent / "README.md").read_text(encoding="utf-8")

setup(
    # A link's target that has no scheme and is no heading of this page is a file of the repository.
    long_description=re.sub(r"\]\((?![a-z]+:|#)", f"]({SOURCE}", README),
    long_description_content_type="text/markdown",
)
