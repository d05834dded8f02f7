"""Polling: a task that looks whether something is ready, and sends itself again where it isn't."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...syntax import exits, flow
from ..module import Module
from ..tasks import Task
from .arguments import Repeat
from .attempts import sends_of_itself, sleeps_on_the_way
from .endings import counts_in_a_row, is_limited
from .sleeps import handler_around

DELAYS = frozenset({"countdown", "eta"})


def polls(task: Task) -> Iterator[Repeat]:
    """The sends by which a task polls: guarded, outside of handlers, for later, with the same
    arguments, under an id of their own, without an end."""
    module = task.module
    for send in sends_of_itself(task):
        names = {option.arg for option in send.options}
        if send.has_nameless_options or not names.isdisjoint({None, "task_id"}):
            continue
        if handler_around(module, send.node) is not None or not _is_guarded(module, send.node):
            continue
        if send.has_new_work or send.changed or counts_in_a_row(send) or is_limited(send):
            continue
        if _has_delay(send) or sleeps_on_the_way(module, send.node) or _leaves_at_once(send):
            yield send


def _is_guarded(module: Module, node: ast.expr) -> bool:
    """Whether a condition or an earlier exit decides if a node is reached."""
    return any(
        frame.kind in {"if", "match", "condition"} for frame in flow.frames(module.tree, node)
    ) or flow.can_be_skipped(module.values, node)


def _has_delay(send: Repeat) -> bool:
    values = send.module.values
    delays = [option.value for option in send.options if option.arg in DELAYS]
    return any(values.value(delay) not in {None, 0} for delay in delays)


def _leaves_at_once(send: Repeat) -> bool:
    """Whether the branch of a send, in no loop, does nothing but log and send, and then leaves
    before the rest of the function."""
    module = send.module
    frames = list(flow.frames(module.tree, send.node))
    if not frames or frames[0].kind != "if" or any(frame.kind == "loop" for frame in frames):
        return False
    branch = frames[0].node
    assert isinstance(branch, ast.If)
    block = branch.body if frames[0].field == "body" else branch.orelse
    calls = module.tree.within(block, ast.Call)
    return (
        exits.leaves(module.tree, block)
        and bool(exits.what_follows(module.tree, branch, send.scope.node))
        and all(isinstance(statement, (ast.Expr, ast.Return, ast.Raise)) for statement in block)
        and all(_belongs_to(send, call) or _is_in_log_call(module, call) for call in calls)
    )


def _belongs_to(send: Repeat, call: ast.Call) -> bool:
    tree = send.module.tree
    return tree.is_inside(call, send.node) or tree.is_inside(send.node, call)


def _is_in_log_call(module: Module, call: ast.Call) -> bool:
    around = [call, *(parent for parent, _ in module.tree.ancestors(call))]
    return any(isinstance(node, ast.Call) and module.is_log_call(node) for node in around)
