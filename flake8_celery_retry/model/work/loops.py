"""Loops: whether a loop makes the same attempt again, and where it sleeps in between."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ...syntax import exits, flow
from ...syntax.scopes import Scope
from ...syntax.tree import TRY
from ..module import Module
from .sleeps import time_asleep

Loop = ast.For | ast.AsyncFor | ast.While
LOOP = (ast.For, ast.AsyncFor, ast.While)

#: Methods that take the next of many from where it waits: a queue, a cursor, a file, a socket.
TAKING_METHODS = frozenset(
    {
        "__next__",
        "anext",
        "blpop",
        "brpop",
        "consume",
        "fetchmany",
        "fetchone",
        "get_nowait",
        "lpop",
        "poll",
        "popitem",
        "popleft",
        "read",
        "readline",
        "rpop",
    }
)
#: Functions of any name with one of these words do too.
TAKING_WORDS = r"(?i)(^|_)(next|dequeue|claim|reserve|receive|recv|pull|take)(_|$)"
#: How people call a queue, whose ``get`` is not that of a dict, a model or a session.
NAMES_FOR_QUEUES = r"(?i)queue|(^|_)q$"


def sleeps_between_attempts(module: Module, scope: Scope) -> Iterator[ast.Call]:
    """The sleeps of loops that make the same attempt again: in the handler that lets the loop go
    on, or after its ``try``; the first for each handler, which may be the same for several."""
    for statement in scope.walk(TRY):
        loop = _loop_around(module, statement)
        if loop is None or not _is_same_attempt(module, loop, statement):
            continue
        for clause in statement.handlers:
            following = exits.what_follows(module.tree, statement, loop)
            if not _goes_round(module, [*clause.body, *following], loop):
                continue
            sleep = _sleep_after(module, clause, following, loop)
            if sleep is not None:
                yield sleep


def countdown_without_loop(module: Module, sleep: ast.Call) -> str | None:
    """The source of how long a sleep in such a loop lasts, with the retry count in the place of the
    loop's own count; ``None`` where it depends on something else that the loop makes."""
    wait = time_asleep(sleep)
    if wait is None:
        return None
    loop = _loop_around(module, sleep)
    assert loop is not None
    counts = _counts_of(module, loop)
    made = {name.id for name in module.tree.within(loop, ast.Name) if _is_stored(name)}
    names = {name.id for name in module.tree.within(wait, ast.Name)} & made
    if not names <= counts:
        return None
    source = ast.unparse(wait).replace(" ** ", "**")
    for name in names:
        source = re.sub(rf"\b{name}\b", "self.request.retries", source)
    return source


def _counts_of(module: Module, loop: Loop) -> set[str]:
    """The names that count the rounds of a loop."""
    if isinstance(loop, ast.While):
        steps = module.tree.within(loop.body, ast.AugAssign)
        return {step.target.id for step in steps if isinstance(step.target, ast.Name)}
    counts = isinstance(loop.iter, ast.Call) and (
        module.names.qualified(loop.iter.func) in {"range", "itertools.count"}
    )
    return set(_names_stored(loop.target)) if counts else set()


def _is_stored(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def _loop_around(module: Module, node: ast.AST) -> Loop | None:
    """The innermost loop whose body holds a node."""
    for frame in flow.frames(module.tree, node):
        if isinstance(frame.node, LOOP) and frame.field == "body":
            return frame.node
    return None


def _goes_round(module: Module, block: list[ast.stmt], loop: Loop) -> bool:
    """Whether control can come to the end of a block, or to a ``continue``, and so to the next
    round of the loop."""
    return "through" in exits.ends(module.tree, block, module.is_retry) or any(
        _loop_around(module, leaving) is loop for leaving in module.tree.within(block, ast.Continue)
    )


def _sleep_after(
    module: Module, clause: ast.ExceptHandler, following: list[ast.stmt], loop: Loop
) -> ast.Call | None:
    """The first sleep in a handler, or after its ``try``, from where the loop goes on."""
    for block, setting in ((clause.body, clause), (following, None)):
        for call in module.tree.within(block, ast.Call):
            if (
                module.is_sleep(call)
                and _setting_of(module, call, loop) is setting
                and _goes_round(module, exits.what_follows(module.tree, call, loop), loop)
            ):
                return call
    return None


def _setting_of(module: Module, node: ast.AST, loop: Loop) -> ast.AST | None:
    """The nearest handler, ``else`` or ``finally`` around a node in a loop."""
    for frame in flow.frames(module.tree, node):
        if frame.node is loop:
            return None
        if frame.kind in flow.SETTINGS:
            return frame.node
    return None


# -- the same attempt, or the next item ------------------------------------------------------


def _is_same_attempt(module: Module, loop: Loop, statement: ast.Try) -> bool:
    if isinstance(loop, ast.While):
        return not _takes_next_item(module, loop, statement)
    names = set(_roots(loop.target))
    names |= _made_from(module, loop, names)
    return names.isdisjoint(_names_used(module, statement))


def _names_stored(target: ast.AST) -> Iterator[str]:
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _names_used(module: Module, statement: ast.Try) -> set[str]:
    """The names that the body of a ``try`` works with: what it reads only to log, to wait or to
    count on is left out."""
    return {name.id for name in _reads_for_work(module, statement)}


def _reads_for_work(module: Module, statement: ast.Try) -> Iterator[ast.Name]:
    for inner in statement.body:
        for node in ast.walk(inner):
            if (
                isinstance(node, ast.Name)
                and isinstance(node.ctx, ast.Load)
                and not _is_read_by_the_way(module, node)
            ):
                yield node


def _is_read_by_the_way(module: Module, name: ast.Name) -> bool:
    """Whether a name is read for a log call, a sleep, or its own next value."""
    for parent, _ in module.tree.ancestors(name):
        if isinstance(parent, ast.Call) and (module.is_log_call(parent) or module.is_sleep(parent)):
            return True
        if isinstance(parent, (ast.Assign, ast.AugAssign)):
            return name.id in _names_stored(parent)
    return False


def _made_from(module: Module, loop: Loop, names: set[str]) -> set[str]:
    """The names that a loop makes from these names, or changes with them, in its body."""
    steps = [
        step
        for statement in module.tree.within(loop.body, ast.stmt)
        if not _is_in_handler(module, statement, loop)
        for step in _steps(module, statement)
    ]
    made: set[str] = set()
    while True:
        new = {
            root
            for source, targets in steps
            if _mentions(source, names | made)
            for target in targets
            for root in _roots(target)
        }
        if new <= made:
            return made
        made |= new


def _steps(module: Module, statement: ast.stmt) -> Iterator[tuple[ast.expr, list[ast.expr]]]:
    """What a statement makes or changes, and from which expression."""
    if isinstance(statement, ast.Assign):
        yield statement.value, statement.targets
    elif isinstance(statement, (ast.AnnAssign, ast.AugAssign)) and statement.value is not None:
        yield statement.value, [statement.target]
    elif isinstance(statement, (ast.For, ast.AsyncFor)):
        yield statement.iter, [statement.target]
    elif isinstance(statement, (ast.With, ast.AsyncWith)):
        for item in statement.items:
            yield item.context_expr, [item.optional_vars] if item.optional_vars else []
    elif isinstance(statement, ast.Expr):
        call = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
        if isinstance(call, ast.Call) and not (module.is_log_call(call) or module.is_sleep(call)):
            yield call, [call.func]


def _mentions(expression: ast.AST, names: set[str]) -> bool:
    return any(isinstance(node, ast.Name) and node.id in names for node in ast.walk(expression))


def _roots(target: ast.expr) -> Iterator[str]:
    """The names that an assignment to a target changes: ``order`` for ``order.paid``."""
    if isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from _roots(element)
        return
    while isinstance(target, (ast.Attribute, ast.Subscript, ast.Starred)):
        target = target.value
    if isinstance(target, ast.Name):
        yield target.id


def _is_in_handler(module: Module, node: ast.AST, loop: Loop) -> bool:
    return isinstance(_setting_of(module, node, loop), ast.ExceptHandler)


def _takes_next_item(module: Module, loop: ast.While, statement: ast.Try) -> bool:
    """Whether the test or the body of a ``while`` takes another item in each round, for the
    ``try`` to work with."""
    used = _names_used(module, statement)
    walrus = {node.target.id for node in module.tree.within(loop.test, ast.NamedExpr)}
    if not walrus.isdisjoint(used):
        return True
    parts: list[ast.AST] = [loop.test, *loop.body]
    for part in parts:
        for call in module.tree.within(part, ast.Call):
            if not _is_in_handler(module, call, loop) and _takes_item(module, call, loop):
                return True
    return any(_advances(module, loop, statement, name) for name in used)


def _takes_item(module: Module, call: ast.Call, loop: ast.While) -> bool:
    if isinstance(call.func, ast.Name):
        return re.search(TAKING_WORDS, call.func.id) is not None
    if not isinstance(call.func, ast.Attribute):
        return False
    if re.search(TAKING_WORDS, call.func.attr) is not None:
        return True
    root = next(_roots(call.func), None)
    if root is None or root in set(_names_stored(loop)):
        return False  # made anew in each round
    arguments = [module.values.value(argument) for argument in call.args]
    if any(not isinstance(argument, (int, float)) for argument in arguments):
        return False  # it asks for something by name, again
    if call.func.attr == "get":
        return _is_queue(module, call.func.value)
    return call.func.attr == "pop" or call.func.attr in TAKING_METHODS


def _is_queue(module: Module, receiver: ast.expr) -> bool:
    maker = module.names.made_by(receiver) or ""
    return maker.endswith("Queue") or re.search(NAMES_FOR_QUEUES, ast.unparse(receiver)) is not None


def _advances(module: Module, loop: ast.While, statement: ast.Try, name: str) -> bool:
    """Whether a round hands a name on to the next one with another value: ``offset += 100``,
    ``url = page.next_url``."""
    stores = [
        node
        for node in module.tree.within(loop.body, ast.Name)
        if node.id == name
        and not isinstance(node.ctx, ast.Load)
        and not _is_in_handler(module, node, loop)
        and not _is_set_to_constant(module, node)
    ]
    if any(isinstance(module.tree.parent(store), ast.AugAssign) for store in stores):
        return True
    first_read = min(
        _position(read) for read in _reads_for_work(module, statement) if read.id == name
    )
    return any(first_read < _position(store) for store in stores)


def _is_set_to_constant(module: Module, name: ast.Name) -> bool:
    parent = module.tree.parent(name)
    return isinstance(parent, (ast.Assign, ast.AnnAssign)) and isinstance(
        parent.value, ast.Constant
    )


def _position(node: ast.Name) -> tuple[int, int]:
    return node.lineno, node.col_offset
