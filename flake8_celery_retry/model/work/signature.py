"""Signatures: whether a task can take the arguments that it is retried with.

Celery checks them against the signature of the task's function before it sends anything, like
Python does in a call (``Task.apply_async`` in ``celery/app/task.py``): not with ``typing=False``,
not those of class-based tasks, and not whether a parameter can be given by name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Literal, NamedTuple

from ...syntax.scopes import FunctionNode
from ..remembering import remembered
from ..retries import RetryCall
from ..tasks import Task

Kind = Literal["too many", "unknown", "twice", "missing", "lost"]


class Misfit(NamedTuple):
    """Why the arguments of a retry don't fit: ``names`` are the parameters that are missing, given
    twice, lost (where a message was sent by position), or known to nobody; ``given`` and ``taken``
    count what is given by position. ``is_checked``: before the retry is sent, not in its run."""

    kind: Kind
    is_checked: bool
    names: tuple[str, ...] = ()
    given: int = 0
    taken: int = 0


class Signature(NamedTuple):
    """What a task's function takes, the task itself left out.

    ``by_position`` in order (those that can't be given by name first), ``by_name`` only by name;
    ``takes_rest`` says whether it has ``*args``, ``takes_any_name`` whether it has ``**kwargs``.
    """

    by_position: tuple[str, ...]
    nameless: frozenset[str]
    by_name: frozenset[str]
    required: frozenset[str]
    takes_rest: bool
    takes_any_name: bool

    @property
    def names(self) -> frozenset[str]:
        """What can be given by name."""
        return (frozenset(self.by_position) - self.nameless) | self.by_name


class _Given(NamedTuple):
    """What a retry gives: ``many`` arguments by position and ``names``; ``None`` where it leaves
    them as they were sent, or they can't all be read. ``sure_names`` are read at any rate."""

    many: int | None
    names: frozenset[str] | None
    sure_names: tuple[str, ...]
    leaves_names: bool


def misfit_of(call: RetryCall) -> Misfit | None:
    """Why a task cannot take the arguments of one of its retry calls; ``None`` where it can, or
    nobody can tell."""
    task = call.task
    if task is None or not _shows_what_runs(task):
        return None
    signature = _signature(task)
    if signature is None:
        return None
    given = _given(call, task)
    misfits = _misfits(call, task, signature, given) if given is not None else iter(())
    is_known = not (task.has_base_elsewhere or task.module.recognition.makes_app_with_task_class)
    # A base class may add what is missing, or take what is unknown, but hardly what comes too much.
    return next((found for found in misfits if is_known or found.kind == "too many"), None)


def _shows_what_runs(task: Task) -> bool:
    """Whether what takes the arguments is the function as it stands there."""
    typing = task.option("typing")
    owners = (task, *task.bases)
    return not (
        task.is_house
        or task.may_be_foreign
        or task.decorators_below
        or (typing is not None and task.module.values.value(typing.value) is not True)
        or any("__call__" in _names_of_methods(owner) for owner in owners)
    )


def _names_of_methods(task: Task) -> set[str]:
    return {getattr(method.node, "name", "") for method in task.methods}


@remembered
def _signature(task: Task) -> Signature | None:
    """``None`` where nobody can tell which parameter receives the task (CRT101)."""
    node = task.function.node if task.function is not None else None
    if not isinstance(node, FunctionNode):
        return None
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    if task.bound is not False:
        if positional and task.self_name is None:
            return None
        positional = positional[1:]
    defaults = len(arguments.defaults)
    required = positional[: len(positional) - defaults] if defaults else positional
    required_by_name = [
        argument
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is None
    ]
    return Signature(
        by_position=tuple(argument.arg for argument in positional),
        nameless=frozenset(argument.arg for argument in arguments.posonlyargs),
        by_name=frozenset(argument.arg for argument in arguments.kwonlyargs),
        required=frozenset(argument.arg for argument in (*required, *required_by_name)),
        takes_rest=arguments.vararg is not None,
        takes_any_name=arguments.kwarg is not None,
    )


def _given(call: RetryCall, task: Task) -> _Given | None:
    """``None`` where CRT107 speaks of the arguments."""
    args = call.argument("args")
    display = call.module.values.read(args) if args is not None else None
    many: int | None = None
    if args is not None and isinstance(display, (ast.Tuple, ast.List)):
        if display.elts and call.is_the_task(display.elts[0]):
            return None
        is_whole = not any(isinstance(element, ast.Starred) for element in display.elts)
        if is_whole and not call.module.values.is_filled_later(args):
            many = len(display.elts)
    return _Given(many, *_names_given(call, task))


def _names_given(
    call: RetryCall, task: Task
) -> tuple[frozenset[str] | None, tuple[str, ...], bool]:
    """The names in ``kwargs``, those that are sure to be there, and whether there is none."""
    if not call.passes("kwargs"):
        return None, (), call.passes("kwargs") is False
    kwargs = call.arguments["kwargs"].value
    items = call.module.values.items(kwargs)
    if items is not None:
        names = tuple(item.name for item in items.items)
        return frozenset(names) if items.complete else None, names, False
    rest = _rest_as_it_came(task)
    is_rest = rest is not None and call.module.names.parameter(kwargs) is rest
    return (frozenset() if is_rest else None), (), False


@remembered
def _rest_as_it_came(task: Task) -> ast.arg | None:
    """The function's own ``**kwargs``, unless it changes them: no parameter of a name is in
    there."""
    assert task.function is not None
    assert isinstance(task.function.node, FunctionNode)
    rest = task.function.node.args.kwarg
    return None if rest is None or task.module.names.is_changed(rest) else rest


def _misfits(call: RetryCall, task: Task, signature: Signature, given: _Given) -> Iterator[Misfit]:
    is_checked = not task.is_class
    count, names = given.many, given.names
    filled = signature.by_position[:count] if count is not None else ()
    if count is not None and count > len(signature.by_position) and not signature.takes_rest:
        yield Misfit("too many", is_checked, (), count, len(signature.by_position))
    if not signature.takes_any_name:
        known = signature.names
        unknown = tuple(name for name in given.sure_names if name not in known)
        if unknown:
            passes = signature.nameless.issuperset(unknown)
            yield Misfit("unknown", is_checked and not passes, unknown)
    twice = tuple(name for name in filled if name in given.sure_names and name in signature.names)
    if twice:
        yield Misfit("twice", is_checked, twice)
    if count is not None and names is not None:
        needed = [*signature.by_position, *sorted(signature.by_name)]
        has = {*filled, *(names & signature.names)}
        missing = tuple(name for name in needed if name in signature.required and name not in has)
        if missing:
            passes = not signature.nameless.isdisjoint(given.sure_names)
            yield Misfit("missing", is_checked and not passes, missing)
    if count and given.leaves_names:
        left_out = signature.by_position[count:]
        is_needed = not signature.required.isdisjoint(left_out)
        lost = () if is_needed else tuple(name for name in left_out if _is_missed(call, task, name))
        if lost:
            yield Misfit("lost", False, lost)


def _is_missed(call: RetryCall, task: Task, name: str) -> bool:
    """Whether the body reads a parameter for more than a retry, and not to decide that this one
    goes without it."""
    use = _uses(task)[name]
    return use.is_read and use.tests.isdisjoint(frame.node for frame in call.frames)


class _Use(NamedTuple):
    """Whether a parameter is read for more than a retry, and the tests that read it (the ``if`` or
    loop they belong to)."""

    is_read: bool
    tests: frozenset[ast.AST]


@remembered
def _uses(task: Task) -> dict[str, _Use]:
    """How the body of a task uses its parameters."""
    module = task.module
    found: dict[str, _Use] = {}
    for parameter in task.own_parameters:
        is_read, tests = False, set[ast.AST]()
        for read in module.names.reads_of(parameter):
            around = list(module.tree.ancestors(read))
            tests |= {parent for parent, field in around if field in {"test", "values"}}
            is_read = is_read or not any(module.is_retry(parent) for parent, _ in around)
        found[parameter.arg] = _Use(is_read, frozenset(tests))
    return found
