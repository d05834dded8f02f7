"""Loops that make the same attempt again, and where they sleep in between."""

from __future__ import annotations

import ast
from textwrap import dedent, indent

import pytest
from short_modules import model

from flake8_celery_retry.model.work.loops import countdown_without_loop, sleeps_between_attempts

HEAD = """
import asyncio, itertools, logging, time
from queue import Queue
from shop import box, charge, client, fetch, log_to, note, order, orders, pay, rows

log = logging.getLogger()

async def task(self, order, rows, delay, url):
"""


def sleeps(body: str) -> list[str]:
    module = model(HEAD + indent(dedent(body), "    ") + "\n")
    [task] = [scope for scope in module.functions if scope.node.name == "task"]
    return [ast.unparse(sleep) for sleep in sleeps_between_attempts(module, task)]


def loop(head: str, attempt: str, after: str = "", before: str = "") -> str:
    """A loop around an attempt after whose failure it sleeps and goes on."""
    return (
        f"{head}\n{indent(before, '    ')}\n    try:\n{indent(attempt, ' ' * 8)}\n        break\n"
        f"    except OSError:\n        time.sleep(1)\n{indent(after, '    ')}\n"
    )


#: What stands over a ``try`` that charges an order.
HEADS = {
    "for attempt in range(5):": True,
    "for _ in range(5):": True,
    "for attempt in itertools.count():": True,
    "for delay in (1, 2, 3):": True,
    "async for delay in rows:": True,
    "while True:": True,
    "while order:": True,
    "while self.left > 0:": True,
    "for order in orders:": False,
    "async for order in orders:": False,
    "for number, order in enumerate(orders):": False,
    "for number, (order, row) in orders:": False,
    "for [number, order] in orders:": False,
    "for number, *order in orders:": False,
    "for order.last in orders:": False,
    "for order[0] in orders:": False,
    "for box[order] in orders:": True,
    "while order := fetch():": False,
    "while (order := fetch()) and rows:": False,
    "while row := fetch():": True,
    "while next(rows):": False,
    "while fetch(rows):": True,
    "while rows.pop():": False,
}


@pytest.mark.parametrize(("head", "is_same"), HEADS.items(), ids=HEADS)
def test_a_loop_makes_the_same_attempt(head, is_same):
    assert sleeps(loop(head, "charge(order)")) == (["time.sleep(1)"] if is_same else [])


#: What a ``for row in rows`` does in its body, where an order is charged again and again.
MADE = {
    "pass": True,
    "order = row": False,
    "order = row.order": False,
    "order: int = row": False,
    "order: int": True,
    "order += row": False,
    "number, order = row": False,
    "found = row\norder = found": False,
    "order = found\nfound = row": False,
    "found = row\norder = row_of(1)": True,
    "order.row = row": False,
    "order['row'] = row": False,
    "order.add(row)": False,
    "await order.add(row)": False,
    "order.lines[0].add(row)": False,
    "order(row)": False,
    "add(order, row)": True,
    "order.add(1)": True,
    "for order in row: pass": False,
    "async for order in row: pass": False,
    "for order in orders: pass": True,
    "with row as order: pass": False,
    "async with row as order: pass": False,
    "with row: pass": True,
    "with orders as order: pass": True,
    "with orders, row as order: pass": False,
    "if row: order = 5": True,
    "if rows: order = row": False,
    "log.info(row)": True,
    "time.sleep(row)": True,
    "await asyncio.sleep(row)": True,
    "try: pay()\nexcept OSError: order = row": True,
    "try: pay()\nfinally: order = row": False,
}


@pytest.mark.parametrize(("before", "is_same"), MADE.items(), ids=MADE)
def test_what_the_body_makes_of_the_item(before, is_same):
    found = sleeps(loop("for row in rows:", "charge(order)", before=before))
    assert found == (["time.sleep(1)"] if is_same else [])


#: What is tried in a ``for row in rows``.
ATTEMPTS = {
    "charge(row)": False,
    "charge(order)": True,
    "row.charge()": False,
    "if row: charge(order)": False,
    "log.info(row)": True,
    "log.info(str(row))": True,
    "print(row)": True,
    "time.sleep(row)": True,
    "row = order": True,
    "row += 1": True,
    "row = row.order": True,
    "order = row": False,
    "charge(row=order)": True,
    "for row in order: charge(order)": True,
    "with charge(order) as row: pass": True,
}


@pytest.mark.parametrize(("attempt", "is_same"), ATTEMPTS.items(), ids=ATTEMPTS)
def test_what_an_attempt_works_with(attempt, is_same):
    found = sleeps(loop("for row in rows:", attempt))
    assert found == (["time.sleep(1)"] if is_same else [])


#: What a ``while True`` does besides charging an order: whether it takes another one.
TAKES = {
    "pass": True,
    "rows.pop()": False,
    "rows.pop(0)": False,
    "rows.pop(-1)": False,
    "rows.pop(1.5)": False,
    "rows.pop('order')": True,
    "rows.pop(0, 'order')": True,
    "rows.pop(order)": True,
    "rows.popleft()": False,
    "rows.append(1)": True,
    "rows.get()": True,
    "queue.get()": False,
    "self.queue.get()": False,
    "work_q.get()": False,
    "client.poll()": False,
    "client.read(100)": False,
    "client.next_order('a')": False,
    "client.receive_message(order)": False,
    "client.retrieve(order)": True,
    "next(rows)": False,
    "take_order()": False,
    "claim(order)": False,
    "mistake()": True,
    "fetch()": True,
    "fetch()()": True,
    "client = pay()\nclient.poll()": True,
    "pay().poll()": True,
    "rows[0].poll()": False,
    "client.lines.poll()": False,
    "try: pay()\nexcept OSError: rows.pop()": True,
    "try: pay()\nfinally: rows.pop()": False,
    "def inner(): rows.pop()": True,
}


@pytest.mark.parametrize(("before", "is_same"), TAKES.items(), ids=TAKES)
def test_a_loop_takes_the_next_item(before, is_same):
    found = sleeps(loop("while True:", "charge(order)", before=before))
    assert found == (["time.sleep(1)"] if is_same else [])


def test_a_queue_is_known_by_what_made_it():
    body = loop("while True:", "charge(order)", before="work.get()")
    assert sleeps(f"work = Queue()\n{body}") == []
    assert sleeps(f"work = pay()\n{body}") == ["time.sleep(1)"]


#: What follows the ``try`` in a ``while True``, and whether the attempt is the same then.
ADVANCES = {
    "pass": True,
    "order += 1": False,
    "order = order.next": False,
    "order = pay()": False,
    "order, row = pay()": False,
    "for order in pay(): pass": False,
    "order: int = pay()": False,
    "order = None": True,
    "order: int = 5": True,
    "order = row = 5": True,
    "del order": False,
    "row = pay()": True,
    "row += 1": True,
    "order.total += 1": True,
    "if row: order = pay()": False,
    "try: pay()\nexcept OSError: order = pay()": True,
    "try: pay()\nexcept OSError: order += 1": True,
}


@pytest.mark.parametrize(("after", "is_same"), ADVANCES.items(), ids=ADVANCES)
def test_a_round_hands_on_another_value(after, is_same):
    found = sleeps(loop("while True:", "charge(order)", after=after))
    assert found == (["time.sleep(1)"] if is_same else [])


@pytest.mark.parametrize(
    ("before", "is_same"),
    [("order = pay()", True), ("order += 1", False), ("order = order.again", True)],
)
def test_what_is_made_before_the_attempt_is_made_anew(before, is_same):
    found = sleeps(loop("while True:", "charge(order)", before=before))
    assert found == (["time.sleep(1)"] if is_same else [])


#: Loops, and the sleeps between their attempts.
WHOLE = {
    "a handler that sleeps and goes on": (
        """
        for attempt in range(5):
            try:
                charge(order)
            except OSError:
                time.sleep(1)
        """,
        ["time.sleep(1)"],
    ),
    "a try in no loop": (
        """
        try:
            charge(order)
        except OSError:
            time.sleep(1)
        """,
        [],
    ),
    "a loop without a try": (
        """
        for attempt in range(5):
            charge(order)
            time.sleep(1)
        """,
        [],
    ),
    "a sleep after the try": (
        """
        for attempt in range(5):
            try:
                charge(order)
            except OSError:
                pass
            time.sleep(1)
        """,
        ["time.sleep(1)"],
    ),
    "a sleep before the try": (
        """
        for attempt in range(5):
            time.sleep(1)
            try:
                charge(order)
            except OSError:
                pass
        """,
        [],
    ),
    "a handler that raises in the end": (
        """
        for attempt in range(5):
            try:
                charge(order)
            except OSError:
                time.sleep(1)
                raise
        """,
        [],
    ),
    "a handler that leaves the loop": (
        """
        for attempt in range(5):
            try:
                charge(order)
            except OSError:
                time.sleep(1)
                break
        """,
        [],
    ),
    "a handler that goes on by itself": (
        """
        for attempt in range(5):
            try:
                charge(order)
            except OSError:
                time.sleep(1)
                continue
            break
        """,
        ["time.sleep(1)"],
    ),
    "a branch of a handler that goes on": (
        """
        for attempt in range(5):
            try:
                charge(order)
            except OSError:
                if order:
                    time.sleep(1)
                    continue
                raise
        """,
        ["time.sleep(1)"],
    ),
    "a branch of a handler that raises": (
        """
        for attempt in range(5):
            try:
                charge(order)
            except OSError:
                if order:
                    time.sleep(1)
                    raise
        """,
        [],
    ),
    "a handler that goes on with another loop only": (
        """
        for attempt in range(5):
            try:
                charge(order)
            except OSError:
                for row in rows:
                    continue
                raise
            time.sleep(1)
        """,
        [],
    ),
    "the first sleep of each handler": (
        """
        for attempt in range(5):
            try:
                charge(order)
            except OSError:
                time.sleep(1)
                time.sleep(2)
            except KeyError:
                time.sleep(3)
        """,
        ["time.sleep(1)", "time.sleep(3)"],
    ),
    "the handler that lets the loop go on": (
        """
        for attempt in range(5):
            try:
                charge(order)
            except OSError:
                raise
            except KeyError:
                time.sleep(3)
        """,
        ["time.sleep(3)"],
    ),
    "a sleep that two handlers come to": (
        """
        for attempt in range(5):
            try:
                charge(order)
            except OSError:
                pass
            except KeyError:
                pass
            time.sleep(1)
        """,
        ["time.sleep(1)", "time.sleep(1)"],
    ),
    "a sleep after success": (
        """
        for attempt in range(5):
            try:
                charge(order)
            except OSError:
                pass
            else:
                time.sleep(1)
        """,
        [],
    ),
    "a sleep whether it failed or not": (
        """
        for attempt in range(5):
            try:
                charge(order)
            except OSError:
                pass
            finally:
                time.sleep(1)
        """,
        [],
    ),
    "a handler that does not sleep": (
        """
        for attempt in range(5):
            try:
                charge(order)
            except OSError:
                pay(1)
        """,
        [],
    ),
    "an awaited sleep": (
        """
        for attempt in range(5):
            try:
                charge(order)
            except OSError:
                await asyncio.sleep(1)
        """,
        ["asyncio.sleep(1)"],
    ),
    "a handler that tries something else": (
        """
        for attempt in range(5):
            try:
                charge(order)
            except OSError:
                try:
                    pay()
                except KeyError:
                    time.sleep(1)
        """,
        ["time.sleep(1)"],
    ),
    "a sleep in a function that nobody calls": (
        """
        for attempt in range(5):
            try:
                charge(order)
            except OSError:
                def inner():
                    time.sleep(1)
        """,
        [],
    ),
    "the else of a loop": (
        """
        for attempt in range(5):
            pass
        else:
            try:
                charge(order)
            except OSError:
                time.sleep(1)
        """,
        [],
    ),
    "the attempts for each item": (
        """
        for row in rows:
            for attempt in range(5):
                try:
                    charge(row)
                except OSError:
                    time.sleep(1)
        """,
        ["time.sleep(1)"],
    ),
    "the items of each attempt": (
        """
        for attempt in range(5):
            for row in rows:
                try:
                    charge(row)
                except OSError:
                    time.sleep(1)
        """,
        [],
    ),
    "a try inside of a with": (
        """
        for attempt in range(5):
            with box:
                try:
                    charge(order)
                except OSError:
                    pass
            time.sleep(1)
        """,
        ["time.sleep(1)"],
    ),
    "a branch after the try that goes on": (
        """
        for attempt in range(5):
            try:
                charge(order)
            except OSError:
                pass
            if order:
                time.sleep(1)
                continue
            break
        """,
        ["time.sleep(1)"],
    ),
    "a branch after the try that leaves the loop": (
        """
        for attempt in range(5):
            try:
                charge(order)
            except OSError:
                pass
            if order:
                time.sleep(1)
                break
        """,
        [],
    ),
    "a sleep in a loop after the try": (
        """
        for attempt in range(5):
            try:
                charge(order)
            except OSError:
                pass
            for row in rows:
                time.sleep(1)
        """,
        ["time.sleep(1)"],
    ),
}


@pytest.mark.parametrize(("body", "found"), WHOLE.values(), ids=WHOLE)
def test_the_sleeps_between_the_attempts_of_a_loop(body, found):
    assert sleeps(body) == found


#: A loop's head, what its handler sleeps, and the countdown of a retry in its place.
COUNTDOWNS = [
    ("for n in range(5):", "time.sleep(60)", "60"),
    ("for n in range(5):", "time.sleep(delay)", "delay"),
    ("for n in range(5):", "time.sleep(2 ** n)", "2**self.request.retries"),
    ("for n in range(5):", "time.sleep(n * n)", "self.request.retries * self.request.retries"),
    ("for n in range(5):", "time.sleep(n + order.n_max)", "self.request.retries + order.n_max"),
    ("for n in range(5):", "time.sleep(nn + n)", "nn + self.request.retries"),
    ("for n in itertools.count():", "time.sleep(n)", "self.request.retries"),
    ("for n in rows:", "time.sleep(n)", None),
    ("for n in rows():", "time.sleep(n)", None),
    ("for n in rows.range(5):", "time.sleep(n)", None),
    ("for n, m in range(5):", "time.sleep(m)", "self.request.retries"),
    ("for n in range(5):", "m = pay()\n        time.sleep(m)", None),
    ("for n in range(5):", "m = pay()\n        time.sleep(m + n)", None),
    ("for n in range(5):", "time.sleep()", None),
    ("for n in range(5):", "time.sleep(*rows)", None),
    ("while True:", "n += 1\n        time.sleep(n)", "self.request.retries"),
    ("while True:", "n = n + 1\n        time.sleep(n)", None),
    ("while True:", "self.n += 1\n        time.sleep(delay)", "delay"),
    ("while True:", "time.sleep(n)", "n"),
]


@pytest.mark.parametrize(("head", "handler", "countdown"), COUNTDOWNS)
def test_the_countdown_in_the_place_of_a_loop(head, handler, countdown):
    module = model(
        f"{HEAD}    {head}\n      try:\n        charge(order)\n"
        f"      except OSError:\n        {handler}\n"
    )
    [sleep] = [call for call in module.tree.calls if module.is_sleep(call)]
    assert countdown_without_loop(module, sleep) == countdown
