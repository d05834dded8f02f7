"""Which of its arguments a task changes: bounded, whatever is done to them."""

from __future__ import annotations

import pytest
from short_modules import codes
from work_done import calls_made

HEAD = "from celery import shared_task\n\n@shared_task(bind=True)\n"
RETRY = "    try:\n        send(p)\n    except OSError as exc:\n        raise self.retry(exc=exc)\n"


def lines_of(body: str, parameters: str = "self, p") -> list[str]:
    return codes(f"{HEAD}def task({parameters}):\n{body}{RETRY}")


@pytest.mark.parametrize(
    "body",
    [
        "    (p := dict(p)).pop('a')\n    p.pop('a')\n",
        "    for p in [dict(p)]:\n        p.pop('a')\n",
        "    with copied(p) as p:\n        p.pop('a')\n",
        "    match p:\n        case {'a': p}:\n            p.pop('b')\n",
        "    import p\n    p.pop('a')\n",
        "    p: dict = dict(p)\n    p.pop('a')\n",
        "    p, q = dict(p), 1\n    p.pop('a')\n",
        "    def p(): ...\n    p.pop('a')\n",
        "    try:\n        pass\n    except OSError as p:\n        p.pop('a')\n",
        "    del p\n    p = {}\n    p.pop('a')\n",
    ],
)
def test_a_name_that_is_bound_anew_is_no_argument(body: str) -> None:
    assert "CRT216" not in lines_of(body)


@pytest.mark.parametrize(
    "body",
    [
        "    p.pop('a')\n",
        "    [p.pop() for _ in range(3)]\n",
        "    if (a := p.pop('a')):\n        pass\n",
        "    (p['a'], p['b']) = p['b'], p['a']\n",
        "    p['a']: int = p['a'] + 1\n",
    ],
)
def test_a_change_is_found_wherever_it_stands(body: str) -> None:
    assert "CRT216" in lines_of(body)


@pytest.mark.parametrize("parameters", ["self, /, p", "self, *, p", "self, p=()", "self, p, *q"])
def test_all_kinds_of_parameters_but_the_rest(parameters: str) -> None:
    assert "CRT216" in lines_of("    p.pop()\n", parameters)


@pytest.mark.parametrize("parameters", ["self, *p", "self, **p"])
def test_the_rest_is_a_copy(parameters: str) -> None:
    assert "CRT216" not in lines_of("    p.pop()\n", parameters)


def test_a_nested_function_changes_its_own_parameter() -> None:
    assert "CRT216" not in lines_of("    def inner(p):\n        p.pop()\n    inner({})\n")


@pytest.mark.parametrize(
    "line",
    [
        "    p['a'] = 1\n",  # written again by each run
        "    p['a'], p['b'] = 1, 2\n",
        "    p.pop('a')\n",  # one finding
        "    if p:\n        p.pop()\n        return\n",  # never reaches the retry
        "    p = p or {}\n    p.pop()\n",
    ],
)
def test_twice_as_many_changes_cost_twice_as_much(line: str) -> None:
    def cost(times: int) -> int:
        return calls_made(lambda: lines_of(line * times))

    assert cost(400) < 3 * cost(200)


def test_five_thousand_handlers_that_retry() -> None:
    clauses = "".join(
        f"    except E{number}:\n        raise self.retry()\n" for number in range(5_000)
    )
    source = f"{HEAD}def task(self, p):\n    try:\n        p.pop()\n        send(p)\n{clauses}"
    assert codes(source).count("CRT216") == 1
