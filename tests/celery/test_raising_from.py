"""docs/other-linters.md: what its code comes to on a worker."""

import re

import pytest
from project import DOCS
from shop import gateway

PAGE = (DOCS / "other-linters.md").read_text(encoding="utf-8")
RAISED_FROM = next(
    block for block in re.findall(r"```python.*?\n(.*?)```", PAGE, re.DOTALL) if "from exc" in block
)


@pytest.mark.parametrize("cause", [" from exc", ""])
def test_a_cause_changes_nothing(lab, cause):
    gateway.fails()

    seen = lab.run(RAISED_FROM.replace(" from exc\n", f"{cause}\n"), "charge_order", 7)

    assert seen.ends == ["RETRY"] * 3 + ["FAILURE"]
    assert seen.countdowns == [60] * 3
    assert seen.failure == "GatewayDown: busy"
