"""A grammar of task modules: the mistakes that rules know and their look-alikes, in every place and
layout that comes to mind.

It draws far more nonsense than people write, which is what it is for: no module that Python can
read may bring the linter or the fixer to a fall.
"""

from __future__ import annotations

from hypothesis import strategies as st

INDENT = "    "

NAMES = st.sampled_from(["self", "task", "order_id", "exc", "charge", "total", "größe"])

IMPORTS = [
    "from celery import shared_task",
    "from celery import Celery, shared_task",
    "import celery",
    "from celery import shared_task as job",
    "from celery.exceptions import MaxRetriesExceededError, Retry",
    "import time",
    "from time import sleep",
    "from time import sleep, monotonic  # both",
    "import requests",
    "from requests import (\n    get,\n    post,  # the other\n)",
    "from tenacity import retry",
    "import datetime as dt",
    "import smtplib, socket",
]

ERRORS = [
    "Exception", "BaseException", "ValueError", "(ValueError, KeyError)", "TimeoutError", "OSError",
    "requests.RequestException", "requests.Timeout", "Retry", "MaxRetriesExceededError",
    "(OSError,)", "smtplib.SMTPException", "socket.timeout", "()", "errors", "[ValueError]",
]  # fmt: skip

NUMBERS = [
    "0", "3", "-1", "None", "60", "2.5", "'60'", "1e6", "10 ** 9", "dt.timedelta(minutes=5)",
    "2 ** self.request.retries", "60 * (self.request.retries + 1)", "total", "True", "f'{total}'",
    "total or 5", "5 if total else 9", "min(2 ** self.request.retries, 600)", "float('nan')",
    "random.randint(1, 9)", "(1)", "int('5')",
]  # fmt: skip

VALUES = [
    "exc", "str(exc)", "ValueError", "ValueError('no')", "None", "repr(exc)", "self", "order_id",
    "(order_id,)", "[order_id]", "{'order_id': order_id}", "{}", "()", "'größe'", "lambda: exc",
    "[each for each in total if each]", "f'{exc!r:>{total}} {{}}'", "(exc)", "*total", "not exc",
]  # fmt: skip

OPTIONS = {
    "bind": ["True", "False", "None", "(True)", "1", "total"],
    "max_retries": NUMBERS,
    "max_retires": NUMBERS,
    "default_retry_delay": NUMBERS,
    "retry_delay": NUMBERS,
    "countdown": NUMBERS,
    "autoretry_for": [*ERRORS, "(Exception,)", "ValueError, ", "(TimeoutError, OSError)"],
    "dont_autoretry_for": ERRORS,
    "retry_backoff": [*NUMBERS, "True"],
    "retry_backoff_max": NUMBERS,
    "retry_jitter": ["True", "False"],
    "retry_kwargs": ["{'max_retries': 5}", "{'countdown': 5, 'max_retries': 3}", "{}", "total"],
    "retry": ["True", "3", "total"],
    "acks_late": ["True", "False"],
    "base": ["Base", "celery.Task", "total"],
    "name": ["'charge'", "f'{total}'"],
    "throws": ERRORS,
    "ignore_result": ["True"],
    "time_limit": NUMBERS,
}

RETRY_OPTIONS = {
    "exc": VALUES,
    "countdown": NUMBERS,
    "eta": ["dt.datetime.now() + dt.timedelta(minutes=1)", "60", "None"],
    "max_retries": NUMBERS,
    "max_retires": NUMBERS,
    "args": VALUES,
    "kwargs": VALUES,
    "throw": ["True", "False", "total"],
    "error": VALUES,
    "delay": NUMBERS,
    "queue": ["'slow'"],
    "retry_backoff": ["True", "5"],
}

RETRIES = [
    "self.retry", "task.retry", "charge.retry", "refund.retry", "celery.current_task.retry",
    "self.app.retry", "retry",
]  # fmt: skip

SIMPLE = [
    "pass", "time.sleep(5)", "sleep(2 ** self.request.retries)", "total += 1", "return total",
    "charge.delay(order_id)", "charge.apply_async((order_id,), countdown=30)", "charge(order_id)",
    "self.apply_async(args=[order_id])", "self.run(order_id)", "requests.get(url)", "raise",
    "raise Retry()", "raise Retry(exc=exc, when=60)", "raise ValueError('no') from exc",
    "order.save()", "log.exception('größe')", "return", "del total", "'''doc\n  string'''",
    "x = (yield)", "assert total, 'no'", "print(total) ; pass", "continue", "break",
    "Order.objects.create(total=total)", "send_mail('a', 'b', None, ['c'])", "nonlocal total",
    "if total: pass", "class A(metaclass=M, *bases): pass", "(total) : int = 1",
    "from time import sleep", "self = task", "charge = total", "return self.retry",
    "get_task_logger(__name__).info(t)", "with lock: order.save()", "lambda: self.retry()",
    "total = total \\\n        + 1", "requests.get(url, timeout=5).raise_for_status()",
]  # fmt: skip

COMMENTS = ["", "", "", "", "  # why", "  # noqa", "  # noqa: CRT201", "  # größe: ü", " #"]


@st.composite
def arguments(draw: st.DrawFn, options: dict[str, list[str]], opening: list[str]) -> str:
    """What stands between the brackets of a call, in one of the usual layouts or another one."""
    names = draw(st.lists(st.sampled_from(sorted(options)), max_size=4, unique=True))
    parts = draw(st.lists(st.sampled_from(opening), max_size=1)) if opening else []
    equals = draw(st.sampled_from(["=", "=", "=", " = ", "= "]))
    parts += [f"{name}{equals}{draw(st.sampled_from(options[name]))}" for name in names]
    if draw(st.integers(0, 15)) == 0:
        parts.append(draw(st.sampled_from(["**options", "*total", "**{'bind': True}"])))
    layout = draw(st.integers(0, 6))
    if layout == 0 and parts:
        lines = [f"{part},{draw(st.sampled_from(COMMENTS))}" for part in parts]
        return "(\n" + "".join(f"        {line}\n" for line in lines) + "    )"
    if layout == 1 and parts:
        return "(" + ",\n        ".join(parts) + ")"
    if layout == 2 and parts:
        return "( " + " , ".join(parts) + " , )"
    if layout == 3 and parts:
        return (
            "(  # opens\n        # above\n        " + ", ".join(parts) + "\n        # last\n    )"
        )
    if layout == 4 and parts:
        return " (" + ", \\\n        ".join(parts) + ")"
    return "(" + ", ".join(parts) + ")"


@st.composite
def retry_statement(draw: st.DrawFn) -> str:
    """A retry, raised or not."""
    before = draw(st.sampled_from(["raise ", "raise ", "raise ", "", "return ", "x = ", "raise("]))
    call = draw(st.sampled_from(RETRIES)) + draw(arguments(RETRY_OPTIONS, VALUES))
    end = ")" if before.endswith("(") else ""
    cause = draw(st.sampled_from(["", "", "", " from exc", " from None"]))
    return f"{before}{call}{end}{cause if before.startswith('raise') else ''}"


@st.composite
def block(draw: st.DrawFn, depth: int) -> list[str]:
    """The lines of a block, not indented."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.integers(0, 11 if depth else 4))
        if kind < 3:
            lines.append(draw(st.sampled_from(SIMPLE)) + draw(st.sampled_from(COMMENTS)))
        elif kind < 5:
            lines.append(draw(retry_statement()) + draw(st.sampled_from(COMMENTS)))
        else:
            lines += draw(compound(depth - 1))
        if draw(st.integers(0, 6)) == 0:
            lines.append(draw(st.sampled_from(["", "# a line of its own", "  # further in", "\f"])))
    if depth == 0 and all(line.strip().startswith("#") or not line.strip() for line in lines):
        lines.append("pass")
    return lines


def indented(lines: list[str]) -> list[str]:
    return [INDENT + line if line.strip() else line for line in lines]


@st.composite
def compound(draw: st.DrawFn, depth: int) -> list[str]:
    """A statement with blocks."""
    body = indented(draw(block(depth)))
    kind = draw(st.integers(0, 8))
    if kind < 4:
        lines = ["try:", *body]
        star = draw(st.sampled_from([" ", " ", " ", " ", "* "]))
        for _ in range(draw(st.integers(1, 3))):
            name = draw(st.sampled_from([" as exc", " as exc", "", " as e"]))
            colon = draw(st.sampled_from([":", ":", ":", " :", ":  # handler"]))
            error = draw(st.sampled_from(ERRORS))
            lines += [f"except{star}{error}{name}{colon}", *indented(draw(block(depth)))]
        if star == " " and draw(st.integers(0, 9)) == 0:
            lines += ["except:", *indented(draw(block(depth)))]
        if draw(st.integers(0, 3)) == 0:
            lines += ["else:", *indented(draw(block(depth)))]
        if draw(st.integers(0, 3)) == 0:
            lines += ["finally:", *indented(draw(block(depth)))]
        return lines
    if kind == 4:
        test = draw(st.sampled_from(["self.request.retries", "total > 3", "(total :=\n 1)", "exc"]))
        lines = [f"if {test}:", *body]
        if draw(st.booleans()):
            lines += ["elif total :", *indented(draw(block(depth)))]
        if draw(st.booleans()):
            lines += ["else:", *indented(draw(block(depth)))]
        return lines
    if kind == 5:
        head = draw(st.sampled_from(["for attempt in range(3):", "while True:", "while total :"]))
        return [head, *body]
    if kind == 6:
        head = draw(st.sampled_from(["with lock:", "with (\n  a as b,\n):", "with open(f) as f :"]))
        return [head, *body]
    if kind == 7:
        cases = ["case 1 :", *indented(draw(block(depth))), "# other", "case _:", *body]
        return ["match total:", *indented(cases)]
    return ["def inner(self, total=1):", *body]


@st.composite
def parameters(draw: st.DrawFn) -> str:
    """The parameters of a task function."""
    names = draw(st.lists(NAMES, max_size=3, unique=True))
    parts = [name + draw(st.sampled_from(["", "", ": int"])) for name in names]
    tail = draw(st.sampled_from(["", "", "", "*args", "**options", "*, key=None", "total2=None"]))
    parts += [tail] if tail else []
    if draw(st.integers(0, 5)) == 0 and parts:
        return "\n    " + ",  # one\n    ".join(parts) + "\n"
    return ", ".join(parts)


@st.composite
def task(draw: st.DrawFn) -> list[str]:
    """A function, most often a task."""
    maker = draw(
        st.sampled_from(["shared_task", "shared_task", "app.task", "celery.shared_task", "job"])
    )
    decorator = f"@{maker}"
    if draw(st.integers(0, 5)):
        decorator += draw(arguments(OPTIONS, []))
    lines = [decorator + draw(st.sampled_from(COMMENTS))]
    if draw(st.integers(0, 7)) == 0:
        other = draw(st.sampled_from(["@retry(3)", "@transaction.atomic", "@wraps( total )"]))
        lines.insert(draw(st.integers(0, 1)), other)
    word = draw(st.sampled_from(["def", "def", "def", "def", "def", "async def", "def  "]))
    name = draw(st.sampled_from(["charge", "refund", "größe"]))
    lines.append(f"{word} {name}({draw(parameters())}):" + draw(st.sampled_from(COMMENTS)))
    lines += indented(draw(block(draw(st.sampled_from([1, 1, 1, 2])))))
    if draw(st.integers(0, 7)) == 0:
        return ["class Orders(Base):", *indented(lines)]
    return lines


@st.composite
def modules(draw: st.DrawFn) -> str:
    """The source of a module with tasks; not all of it is Python."""
    lines = draw(st.sampled_from([[], ['"""Tasks."""'], ["# -*- coding: utf-8 -*-"], [""]]))
    lines = [*lines, *draw(st.lists(st.sampled_from(IMPORTS), min_size=1, max_size=4, unique=True))]
    if draw(st.booleans()):
        lines.append("app = Celery('shop')")
    for _ in range(draw(st.sampled_from([1, 1, 2]))):
        lines += [*draw(st.sampled_from([[""], ["", ""], [], ["", "# section", ""]]))]
        lines += draw(task())
    source = "\n".join(lines) + draw(st.sampled_from(["\n", "\n", "\n\n", ""]))
    if draw(st.integers(0, 9)) == 0:
        source = source.replace(INDENT, "\t")
    return source
