"""How the linter's work grows with what one module holds: ``python benchmarks/growth.py [SIZE]``.

For each shape of module, the processor seconds that lint takes at SIZE, twice and four times that
(default 200), and by what the time grows from one to the next: about 2 is linear.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from time import process_time

from flake8_celery_retry.linting.lint import lint
from flake8_celery_retry.rules import all_rules
from flake8_celery_retry.settings import Settings

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from growing_modules import SHAPES  # where the path says

ALL = Settings(opinions=frozenset(rule.code for rule in all_rules() if rule.is_opinion))


def seconds(source: str) -> float:
    tree, lines = ast.parse(source), source.splitlines(keepends=True)
    start = process_time()
    lint(tree, lines, ALL)
    return process_time() - start


def main(size: int) -> None:
    sys.setrecursionlimit(20_000)
    print(f"{'shape':32}{size:>8}{2 * size:>8}{4 * size:>8}   grows by")
    for name, shape in SHAPES.items():
        one, two, four = (seconds(shape(factor * size)) for factor in (1, 2, 4))
        print(f"{name:32}{one:8.3f}{two:8.3f}{four:8.3f}   {two / one:.1f}, {four / two:.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 200)
