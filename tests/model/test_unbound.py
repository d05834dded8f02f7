"""Names that a ``try`` had no time to bind: however a name is bound, and whatever it costs."""

from __future__ import annotations

import sys

import pytest
from short_modules import codes
from work_done import calls_made


def found(body: str, handler: str = "print(x)", clause: str = "Exception") -> bool:
    """Whether the handler's read of ``x`` is reported."""
    lines = body.splitlines()
    source = "\n".join(
        [
            "from celery import shared_task",
            "@shared_task(bind=True)",
            "def task(self, p):",
            "    try:",
            *(f"        {line}" for line in lines),
            f"    except {clause} as exc:",
            *(f"        {line}" for line in handler.splitlines()),
            "        raise self.retry(exc=exc)",
        ]
    )
    return "CRT111" in codes(source)


@pytest.mark.parametrize(
    "body",
    [
        "x = fetch()",
        "x: int = fetch()",
        "x, y = fetch()",
        "[y, *x] = fetch()",
        "x = y = fetch()",
        "if (x := fetch()):\n    send(x)",
        "send(x := fetch())",
        "for x in fetch():\n    send(x)",
        "with fetch() as x:\n    send(x)",
        "with fetch() as (x, y):\n    send(x)",
        "match fetch():\n    case x:\n        send(x)",
        "match fetch():\n    case {'a': 1, **x}:\n        send(x)",
        "match fetch():\n    case [_, *x]:\n        send(x)",
        "fetch()\nx = 1",
        "x = p.a",
        "x = p['a']",
        "x = int(p)",
        "x += fetch()",
        "raise ValueError\nx = 1",
        "def y(z: fetch()): ...\nx = 1",
        "if p:\n    x = fetch()\nelse:\n    x = 1",
    ],
)
def test_bound_too_late(body: str) -> None:
    assert found(body)


@pytest.mark.parametrize(
    "body",
    [
        "x = 1\nfetch()",
        "x: int = 1\nfetch()",
        "x: list[int]\nfetch()\nx[0] = 1",
        "x = {}\nx['a'] = fetch()",
        "for x in p:\n    send(x)",
        "if (x := p):\n    send(x)",
        "match p:\n    case x:\n        send(x)",
        "import x\nfetch()",
        "fetch()\nimport x",
        "fetch()\ndef x(): ...",
        "fetch()\nclass x: ...",
        "fetch()\nx = 1\ndel x",
        "global x\nfetch()\nx = 1",
        "[x for x in fetch()]",
        "try:\n    fetch()\nexcept OSError as x:\n    pass",
        "try:\n    x = fetch()\nexcept Exception:\n    x = 1\nsend(x)",
        "def y():\n    x = fetch()\ny()",
        "send(lambda: x)",
        "x = self.request.id\nfetch()",
        "x = f'{p} {1 + 1}'.format(p)\nfetch()",
    ],
)
def test_bound_in_time_or_by_nobody_who_can_tell(body: str) -> None:
    assert not found(body)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="a type alias is syntax of Python 3.12")
def test_a_type_alias_is_never_evaluated() -> None:
    assert not found("type x = list[int]\nfetch()")


@pytest.mark.parametrize(
    "handler",
    [
        "x = 1\nprint(x)",
        "x: int = 1\nprint(x)",
        "import x\nprint(x)",
        "for x in p:\n    print(x)",
        "if 'x' in locals():\n    print(x)",
        "y = vars().get('x')\nprint(y or x)",
        "if isinstance(exc, KeyError):\n    print(x)",
        "try:\n    print(x)\nexcept UnboundLocalError:\n    pass",
        "if p:\n    print(x)\n    return",
        "print(lambda: x)",
        "def y():\n    return x",
        "match exc:\n    case OSError():\n        print(x)",
        "while p:\n    print(x)",
    ],
)
def test_handlers_that_are_right(handler: str) -> None:
    assert not found("x = fetch()", handler)


@pytest.mark.parametrize("clause", ["OSError", "(OSError, KeyError)", "p.Error", "ERRORS"])
def test_a_narrow_clause_is_not_known_to_catch_it(clause: str) -> None:
    assert not found("x = fetch()", clause=clause)


@pytest.mark.parametrize(
    ("clause", "is_caught"),
    [
        ("IOError", True),
        ("EnvironmentError", True),
        ("FileNotFoundError", True),
        ("(KeyError, OSError)", True),
        ("PermissionError", False),
    ],
)
def test_a_narrow_clause_is_known_to_catch_what_open_raises(clause: str, is_caught: bool) -> None:
    assert found("x = open(p)", clause=clause) == is_caught


def test_a_deep_expression_is_read_once() -> None:
    def cost(size: int) -> int:
        chain, total = ".".join(["p", *["a"] * size]), "+".join(["p.a"] * size)
        return calls_made(lambda: found(f"x = {chain}\ny = {total}"))

    assert found("x = " + ".".join(["p", *["a"] * 300]))
    assert cost(300) < 5 * cost(150), (
        "each part may look at what is around it, but not again and again"
    )


@pytest.mark.parametrize(
    "piece",
    [
        "    try:\n        x{0} = fetch()\n    except Exception as exc:\n"
        "        print(x{0})\n        raise self.retry(exc=exc)\n",
        "    try:\n        x{0} = 1\n    except Exception as exc:\n"
        "        if x{0}:\n            raise self.retry(exc=exc)\n",
    ],
)
def test_twice_as_many_handlers_cost_twice_as_much(piece: str) -> None:
    def cost(times: int) -> int:
        pieces = "".join(piece.format(number) for number in range(times))
        source = f"from celery import shared_task\n@shared_task(bind=True)\ndef t(self):\n{pieces}"
        return calls_made(lambda: codes(source))

    assert cost(200) < 3 * cost(100)


def test_five_thousand_clauses_and_names() -> None:
    names = "".join(f"        x{number} = fetch()\n" for number in range(1_000))
    clauses = "".join(
        f"    except E{number}:\n        raise self.retry(countdown=x{number % 1_000})\n"
        for number in range(5_000)
    )
    head = "from celery import shared_task\n@shared_task(bind=True)\ndef t(self):\n    try:\n"
    source = f"{head}{names}{clauses}"
    assert "CRT111" not in codes(source)
