"""The request: what a task asks its request for that no request has."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from ...facts.decorators import SENDING_METHODS, SIGNATURE_METHODS
from ...facts.options import NOT_OF_THE_REQUEST
from ...syntax import flow
from ...syntax.scopes import FunctionNode, Scope
from ..module import Module
from ..policy.retry_count import is_request

#: Methods that send a task or set the options with which it is sent.
SENDING = SENDING_METHODS | SIGNATURE_METHODS | {"set", "retry", "send_task"}


class MissingAttribute(NamedTuple):
    """A read of an attribute that no request has; ``holder`` is the task whose request is asked,
    ``None`` where a local name holds the request. ``asker`` is the name of the task, or else of
    the function, that asks."""

    node: ast.Attribute
    holder: ast.expr | None
    asker: str


def missing_attributes(module: Module) -> Iterator[MissingAttribute]:
    """The reads of attributes that no request has, that nothing in the module sets (headers become
    attributes of the request) and that nothing there asks for first."""
    if not module.tree.may_name(["request"]):
        return
    reads = [
        (function, node)
        for function in module.functions
        for node in function.walk(ast.Attribute)
        if node.attr in NOT_OF_THE_REQUEST and is_request(module, node.value)
    ]
    if not reads:
        return
    known = {node.attr for _, node in reads if not isinstance(node.ctx, ast.Load)}
    known |= _sent_as_headers(module) | _set_or_asked_for(module)
    for function, node in reads:
        if node.attr not in known and not _is_prepared_for(module, node):
            yield MissingAttribute(node, _holder(node), _asker(module, function))


def _holder(node: ast.Attribute) -> ast.expr | None:
    return node.value.value if isinstance(node.value, ast.Attribute) else None


def _asker(module: Module, function: Scope) -> str:
    found = module.enclosing_task(function)
    assert isinstance(function.node, FunctionNode)
    return found[0].name if found is not None else function.node.name


def _sent_as_headers(module: Module) -> frozenset[str]:
    """The names of the headers that the module sends; all, where those of a task can't be read."""
    found: set[str] = set()
    for call in module.tree.calls:
        given = [keyword.value for keyword in call.keywords if keyword.arg == "headers"]
        for headers in given:
            items = module.values.items(headers)
            found |= {item.name for item in items.items} if items is not None else set()
            is_sent = isinstance(call.func, ast.Attribute) and call.func.attr in SENDING
            if is_sent and (items is None or not items.complete):
                return NOT_OF_THE_REQUEST
    return frozenset(found)


def _set_or_asked_for(module: Module) -> frozenset[str]:
    """The attributes that ``setattr`` or ``.update(…)`` sets on a request, or ``hasattr`` asks
    for; all, where they can't be read."""
    found: set[str] = set()
    for call in module.tree.calls:
        function = call.func
        if isinstance(function, ast.Attribute):
            if function.attr == "update" and is_request(module, function.value):
                keywords = module.values.keywords(call)
                if call.args or not keywords.complete:
                    return NOT_OF_THE_REQUEST
                found |= {item.name for item in keywords.items}
        elif module.names.qualified(function) in {"hasattr", "setattr"} and len(call.args) > 1:
            name = module.values.value(call.args[1])
            if is_request(module, call.args[0]):
                found |= {name} if isinstance(name, str) else NOT_OF_THE_REQUEST
    return frozenset(found)


def _is_prepared_for(module: Module, node: ast.Attribute) -> bool:
    """Whether a ``try`` around a read has a clause that names ``AttributeError``."""
    return any(
        "AttributeError" in module.values.exceptions(handler.type)
        for statement in flow.tries_among(flow.frames(module.tree, node))
        for handler in statement.handlers
    )
