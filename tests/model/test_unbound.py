"""Names that a ``try`` had no time to bind: however a name is bound, and whatever it costs."""

from __future__ import annotations

import sys

import pytest
from short_modules import codes
from work_done import calls_made

RETRY = "raise self.retry(exc=exc)"


def found(
    body: str,
    handler: str = "print(x)",
    clause: str = "Exception",
    then: str = RETRY,
    head: str = "",
    function: str = "def",
) -> bool:
    """Whether the handler's read of ``x`` is reported."""
    lines = body.splitlines()
    source = "\n".join(
        [
            "from celery import shared_task",
            head,
            "@shared_task(bind=True)",
            f"{function} task(self, p):",
            "    try:",
            *(f"        {line}" for line in lines),
            f"    except {clause} as exc:",
            *(f"        {line}" for line in handler.splitlines()),
            f"        {then}",
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
        "match p:\n    case 1:\n        x = fetch()",
        "with p as y:\n    x = fetch()",
        "for y in p:\n    x = fetch()",
        "assert p\nx = 1",
        "p()\nx = 1",
        "try:\n    pass\nexcept Exception:\n    fetch()\nx = 1",
        "try:\n    fetch()\nexcept KeyError:\n    pass\nx = 1",
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
        "with p as x:\n    send(x)",
        "fetch()\nimport x\nsend(x)",
        "class y:\n    x = fetch()",
        "send(lambda: (x := fetch()))",
        "send([p for y in p if (x := y)])",
        "try:\n    x = fetch()\nexcept OSError as x:\n    pass",
        "try:\n    fetch()\nexcept KeyError:\n    pass\nexcept Exception:\n    pass\nx = 1",
        "y = [x for x in p]\nfetch()\nx = 1\n[x for x in p]",
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
        "print(x if y else 1)",
        "if y:\n    print(x)",
        "p and y and print(x)",
        "y and p and print(x)",
        "try:\n    print(x)\nexcept KeyError:\n    pass\nexcept NameError:\n    pass",
        "if y:\n    return\nprint(x)",
        "for z in p:\n    return\nprint(x)",
    ],
)
def test_handlers_that_are_right(handler: str) -> None:
    assert not found("y = 1\nx = fetch()", handler)


@pytest.mark.parametrize(
    "handler",
    [
        "if p:\n    print(x)",
        "if p:\n    raise self.retry()\nprint(x)",
        "if p:\n    print(x)\n    raise self.retry()\nelse:\n    raise self.retry()",
        "print(x if p else 1)",
        "p and print(x)",
        "if shared_task:\n    print(x)",
        "if len(p):\n    print(x)",
        "if p:\n    return\nprint(x)",
        "try:\n    send(p)\nexcept NameError:\n    pass\nelse:\n    print(x)",
        "try:\n    print(x)\nexcept KeyError:\n    pass",
    ],
)
def test_what_is_no_test_of_the_name(handler: str) -> None:
    assert found("x = fetch()", handler)


@pytest.mark.parametrize(
    ("then", "is_read_first"),
    [
        ("raise self.retry(countdown=x)", True),
        ("send(self.retry(), x)", False),
        ("raise send(self.retry(), x)", False),
        ("return send(self.retry(), x)", False),
        ("y = send(self.retry(), x)", False),
        ("y: int = send(self.retry(), x)", False),
        ("x and self.retry()", True),
        ("self.retry() and x", False),
        ("self.retry() if x else send(p)", True),
        ("self.retry() if p else x", False),
        ("if x: self.retry()", True),
        ("with x: self.retry()", True),
    ],
)
def test_the_statement_of_the_retry_may_read_it_first(then: str, is_read_first: bool) -> None:
    assert found("x = fetch()", "pass", then=then) == is_read_first


@pytest.mark.parametrize(
    ("body", "is_late"),
    [
        ("async with fetch() as x:\n    send(x)", True),
        ("async with p as x:\n    send(x)", False),
        ("async for x in fetch():\n    send(x)", True),
        ("async for x in p:\n    send(x)", False),
        ("await p\nx = 1", True),
    ],
)
def test_coroutines(body: str, is_late: bool) -> None:
    assert found(body, function="async def") == is_late


def test_a_name_that_is_bound_elsewhere_too() -> None:
    def is_reported(before: str, after: str = "") -> bool:
        return "CRT111" in codes(f"""
from celery import shared_task
@shared_task(bind=True)
def task(self, p):
    {before}
    try:
        x = fetch()
    except Exception as exc:
        print(x)
        raise self.retry(exc=exc)
    {after}
""")

    assert is_reported("pass")
    assert not is_reported("x = 1")
    assert not is_reported("pass", "x = 1")


def test_a_try_around_catches_nothing_before_the_handler() -> None:
    assert "CRT111" in codes("""
from celery import shared_task
@shared_task(bind=True)
def task(self, p):
    try:
        try:
            x = fetch()
        except Exception as exc:
            print(x)
            raise self.retry(exc=exc)
    except Exception:
        raise
""")


@pytest.mark.parametrize(
    ("work", "clause", "is_caught"),
    [
        ("Order.objects.get(pk=p)", "Order.DoesNotExist", True),
        ("Order.objects.get(pk=p)", "(KeyError, Order.DoesNotExist)", True),
        ("Order.objects.get(pk=p)", "Item.DoesNotExist", False),
        ("Order.objects.get(pk=p)", "ObjectDoesNotExist", True),
        ("Order.objects.first()", "Order.DoesNotExist", False),
        ("Order.things.get(pk=p)", "Order.DoesNotExist", False),
        ("objects.get(pk=p)", "Order.DoesNotExist", False),
        ("requests.get(p)", "requests.Timeout", True),
        ("client.get(p)", "requests.Timeout", True),
        ("client.get(p)", "OSError", True),
        ("client.close(p)", "requests.Timeout", False),
        ("open(p)", "Own", False),
    ],
)
def test_what_a_call_is_known_to_raise(work: str, clause: str, is_caught: bool) -> None:
    head = (
        "import requests\nfrom django.core.exceptions import ObjectDoesNotExist\n"
        "client = requests.Session()\nclass Own(Exception): pass"
    )
    assert found(f"x = {work}", clause=clause, head=head) == is_caught


def test_a_class_of_the_same_name_is_another_one() -> None:
    head = "from shop import FileNotFoundError"
    assert found("x = open(p)", clause="FileNotFoundError")
    assert not found("x = open(p)", clause="FileNotFoundError", head=head)


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


def test_what_a_lambda_binds_is_its_own() -> None:
    assert found("later = lambda: (y := p)\nx = later()")
    assert not found("later = lambda: (x := p)\nlater()")
