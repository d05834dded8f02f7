"""What the linter and the fixer make of every Python file under some folders, as lines to compare.

usage: python benchmarks/behaviour.py [--opinions] FOLDER... > before

One line a finding (place, code, message) and one a fix mode (the digest of the fixed bytes). A
change that must not change behaviour gives the same lines before and after: ``diff before after``.
"""

from __future__ import annotations

import ast
import hashlib
import sys
import warnings
from pathlib import Path

from flake8_celery_retry.fixing.fixer import fix_source
from flake8_celery_retry.linting.lint import lint
from flake8_celery_retry.linting.prefilter import may_hold_findings
from flake8_celery_retry.rules import all_rules
from flake8_celery_retry.settings import Settings

OPINIONS = frozenset(rule.code for rule in all_rules() if rule.is_opinion)


def main(arguments: list[str]) -> None:
    warnings.simplefilter("ignore")
    settings = Settings(opinions=OPINIONS if "--opinions" in arguments else frozenset())
    for folder in arguments:
        for path in sorted(Path(folder).rglob("*.py")):
            source = path.read_bytes()
            try:
                text = source.decode()
                tree = ast.parse(text)
            except (SyntaxError, ValueError):
                continue
            if not may_hold_findings(text, settings):
                continue
            for finding in lint(tree, text.splitlines(keepends=True), settings):
                print(f"{path}:{finding.line}:{finding.column}: {finding.code} {finding.message}")
            for unsafe in (False, True):
                outcome = fix_source(source, settings, unsafe=unsafe)
                if outcome.source != source:
                    digest = hashlib.sha256(outcome.source).hexdigest()[:16]
                    print(f"{path}: {'all' if unsafe else 'safe'} fixes {digest} {outcome.error}")


if __name__ == "__main__":
    main(sys.argv[1:])
