"""Where the project's parts lie."""

from __future__ import annotations

from pathlib import Path

#: The folder that holds the repository.
PROJECT = Path(__file__).parent.parent
FIXTURES = PROJECT / "fixtures"
DOCS = PROJECT / "docs"
#: The rules' files; each begins with its page.
RULES = PROJECT / "flake8_celery_retry" / "rules"
#: A rule's experiment on a worker is ``test_crt101.py`` there.
EXPERIMENTS = PROJECT / "tests" / "celery"
