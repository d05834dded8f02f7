"""Which of its arguments a task changes: bounded, whatever is done to them."""

from __future__ import annotations

import ast
from textwrap import indent

import pytest
from short_modules import codes, only_task
from work_done import calls_made

from flake8_celery_retry.model.work.changes import changed_arguments

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


#: What stands before the ``try`` of a task that is retried, and the changes that go along.
BEFORE = {
    "p.pop()": ["p.pop()"],
    "p.get('a')": [],
    "p.setdefault('a', 1)": [],
    "pop(p)": [],
    "p.a.pop()": [],
    "p[0].pop()": [],
    "del p['a']": ["del p['a']"],
    "del p.a": [],
    "del q['b'], p['a']": ["del q['b'], p['a']"] * 2,
    "p['a'] += 1": ["p['a'] += 1"],
    "p += [1]": ["p += [1]"],
    "p += [a for a in q]": ["p += [a for a in q]"],
    "p += 1": [],
    "p += q": [],
    "p *= [1]": [],
    "p['a'] = p": ["p['a']"],
    "p['a'] = q": [],
    "[p['a'], q['b']] = p, q": ["p['a']", "q['b']"],
    "[p['a'], q['b']] = r, p": ["p['a']"],
    "p['a'] = q['b'] = p, q": ["p['a']", "q['b']"],
    "p.a = p": [],
    "p['a']: int": [],
    "p['a']: int = p['a']": ["p['a']"],
    "r = p['a']\np['a'] = 1": ["p['a']"],
    "r = p['b']\np['a'] = 1": [],
    "r = q['a']\np['a'] = 1": [],
    "p['a'] = 1\nr = p['a']": [],
    "r = p.get('a')\np['a'] = 1": ["p['a']"],
    "r = p.get('a', 'b')\np['b'] = 1": [],
    "r = p.copy()\np['a'] = 1": [],
    "r = p.x.get('a')\np['a'] = 1": [],
    "r = 'a' in p\np['a'] = 1": ["p['a']"],
    "r = 'a' not in p\np['a'] = 1": ["p['a']"],
    "r = 'a' == p\np['a'] = 1": [],
    "r = 'a' in p.x\np['a'] = 1": [],
    "r = p['a']\nr = p['a']\np['a'] = 1\nr = p['a']": ["p['a']"],
    "p['a'] = 1\np.pop()": ["p.pop()"],
    "p.pop()\nq.pop()": ["p.pop()", "q.pop()"],
    "p.pop()\np = dict(p)": ["p.pop()"],
    "p = dict(p)\np.pop()": [],
    "p = dict(p)\nq.pop()": ["q.pop()"],
    "r = p.x['a']\np['a'] = 1": [],
    "p['a'] = 1\np['a'] = 2": [],
    "p = dict(p)\np.pop()\np = list(p)": [],
    "p = dict(p)\np = p or []\np.pop()": [],
    "p = p or []\np = dict(p)\np.pop()": [],
    "p = p or []\np.pop()": ["p.pop()"],
    "p = q or p\np.pop()": [],
    "p = p and q\np.pop()": [],
    "p = p if p else []\np.pop()": ["p.pop()"],
    "p = [] if p is None else p\np.pop()": ["p.pop()"],
    "p = [] if p is None else q\np.pop()": [],
    "p = q if p is None else []\np.pop()": [],
    "if p is None: p = []\np.pop()": ["p.pop()"],
    "if not p: p = []\np.pop()": ["p.pop()"],
    "if -p: p = []\np.pop()": [],
    "if not q: p = []\np.pop()": [],
    "if q is None: p = []\np.pop()": [],
    "if p == None: p = []\np.pop()": [],
    "if p: p = []\np.pop()": [],
    "if not p: pass\nelse: p = []\np.pop()": [],
    "if p is None: pass\nelse: p = []\np.pop()": [],
    "while not p: p = []\np.pop()": [],
    "if q:\n    p.pop()\n    return": [],
    "if q:\n    p.pop()\nelse:\n    return": ["p.pop()"],
    "if q:\n    return\np.pop()": ["p.pop()"],
    "for r in q:\n    p.pop()\n    break": ["p.pop()"],
    "try: p.pop()\nexcept KeyError: return": ["p.pop()"],
    "try: pass\nexcept KeyError: p.pop(); return": [],
    "r.pop()": [],
    "self.pop()": [],
}


def changed(body: str, *, options: str = "bind=True") -> list[str]:
    """The changes in the body of a task."""
    task = only_task(f"""
import logging
from celery import shared_task
from shop import charge, send
log = logging.getLogger(__name__)

@shared_task({options})
def task(self, p, q, *r):
{indent(body, "    ")}
""")
    return [ast.unparse(change.node) for change in changed_arguments(task)]


@pytest.mark.parametrize(("before", "changes"), BEFORE.items(), ids=BEFORE)
def test_what_changes_an_argument(before: str, changes: list[str]) -> None:
    assert changed(f"{before}\n{indent_less(RETRY)}") == changes


def indent_less(block: str) -> str:
    return "".join(line[4:] for line in block.splitlines(keepends=True))


AGAIN = "except OSError: self.retry()"
#: The whole body of a task, and the changes that a retry sends along.
BODIES = {
    "p.pop()": [],  # it never retries
    "p.pop()\nself.retry()": ["p.pop()"],
    "self.retry()\np.pop()": [],
    "p.pop()\nself.retry(args=())": [],
    "p.pop()\nself.retry(kwargs={})": [],
    "p.pop()\nself.retry(args=None, kwargs=None)": ["p.pop()"],
    "p.pop()\nself.retry(**q)": [],
    "p.pop()\nself.retry(args=())\nself.retry()": ["p.pop()"],
    "p.pop()\nself.retry()\nq.pop()\nself.retry()": ["p.pop()", "q.pop()"],
    "p.pop()\nif q:\n    self.retry()": ["p.pop()"],
    "if q:\n    self.retry()\np.pop()": [],
    "if q:\n    p.pop()\nself.retry()": ["p.pop()"],
    "if q:\n    p.pop()\nelse:\n    self.retry()": [],
    f"try: p.pop()\n{AGAIN}": [],  # nothing comes after it that fails
    f"try:\n    p.pop()\n    send()\n{AGAIN}": ["p.pop()"],
    f"try:\n    send()\n    p.pop()\n{AGAIN}": [],
    f"try: send(p.pop())\n{AGAIN}": ["p.pop()"],
    f"try: p.append(send())\n{AGAIN}": [],
    f"try: print(p.pop())\n{AGAIN}": [],
    f"try:\n    p.pop()\n    raise OSError\n{AGAIN}": ["p.pop()"],
    f"try:\n    p.pop()\n    q.get()\n{AGAIN}": [],
    f"try:\n    p.pop()\n    log.info(1)\n{AGAIN}": [],
    f"try:\n    p.pop()\n    int(1)\n{AGAIN}": [],
    f"try:\n    p.pop()\n    open(1)\n{AGAIN}": ["p.pop()"],
    f"try:\n    p.pop()\n    r.send()\n{AGAIN}": ["p.pop()"],
    f"try:\n    p.pop()\n    charge.send()\n{AGAIN}": ["p.pop()"],
    f"try:\n    p.pop()\n    self.retry()\n{AGAIN}": ["p.pop()"],
    f"try:\n    send()\n{AGAIN}\np.pop()\nsend()": [],
    f"try:\n    send()\n{AGAIN}\nelse:\n    p.pop()\n    send()": [],
    "try:\n    p.pop()\n    send()\nexcept OSError:\n    pass\nself.retry()": ["p.pop()"],
    "try:\n    p.pop()\nexcept OSError:\n    pass\nelse:\n    self.retry()": ["p.pop()"],
    "try:\n    p.pop()\n    return\nexcept OSError:\n    pass\nelse:\n    self.retry()": [],
    "try:\n    p.pop()\nfinally:\n    self.retry()": ["p.pop()"],
    "try:\n    send()\nexcept OSError:\n    p.pop()\n    self.retry()": ["p.pop()"],
    "try:\n    send()\nexcept OSError:\n    p.pop()\nexcept KeyError:\n    self.retry()": [],
    f"try:\n    if q:\n        p.pop()\n        return\n    send()\n{AGAIN}": [],
    f"try:\n    if q:\n        p.pop()\n    send()\n{AGAIN}": ["p.pop()"],
    f"try:\n    try:\n        p.pop()\n    except KeyError:\n        return\n    else:\n"
    f"        send()\n{AGAIN}": ["p.pop()"],
    f"try:\n    try:\n        pass\n    except KeyError:\n        p.pop()\n    else:\n"
    f"        send()\n{AGAIN}": [],
    f"try:\n    for one in q:\n        p.pop()\n    send()\n{AGAIN}": ["p.pop()"],
}

AUTORETRY = "bind=True, autoretry_for=(OSError,)"
#: The same of a task that Celery retries by itself.
AUTOMATIC = {
    "p.pop()": [],
    "p.pop()\nsend()": ["p.pop()"],
    "send()\np.pop()": [],
    "send(p.pop())": ["p.pop()"],
    "p.pop()\nlog.info(p)": [],
    "p.pop()\nlog.info(p)\nq.pop()\nraise OSError": ["p.pop()", "q.pop()"],
    "if q:\n    p.pop()\n    return\nsend()": [],
    "p.pop()\nself.retry(args=())": [],
    "p.pop()\nq[0]()": ["p.pop()"],
    "log.info(send(), p.pop())": [],
    "p.pop()\nsend()\nq.pop()\nint(1)": ["p.pop()"],
}


@pytest.mark.parametrize(("body", "changes"), BODIES.items(), ids=BODIES)
def test_what_a_retry_sends_along(body: str, changes: list[str]) -> None:
    assert changed(body) == changes


@pytest.mark.parametrize(("body", "changes"), AUTOMATIC.items(), ids=AUTOMATIC)
def test_what_an_automatic_retry_sends_along(body: str, changes: list[str]) -> None:
    assert changed(body, options=AUTORETRY) == changes


def test_a_class_without_run_has_no_arguments() -> None:
    source = "from celery import Task\n\nclass Pay(Task):\n    autoretry_for = (OSError,)\n"
    assert list(changed_arguments(only_task(source))) == []
