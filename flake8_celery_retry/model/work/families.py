"""Families: the libraries whose trouble may pass, and which of them a ``try`` body talks to."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from typing import NamedTuple

from ...syntax.scopes import FunctionNode, Scope
from ..module import Module


class Family(NamedTuple):
    """A library by the dotted names it goes by, and the exceptions (qualified) that it raises when
    what it talks to is in trouble."""

    names: tuple[str, ...]
    exceptions: tuple[str, ...]


MAIL = ("OSError",)  # ``smtplib.SMTPException`` is one
BOTO = ("botocore.exceptions.BotoCoreError", "botocore.exceptions.ClientError")
FAMILIES = (
    Family(("requests",), ("requests.RequestException",)),
    Family(("httpx",), ("httpx.HTTPError",)),
    Family(("urllib.request",), ("urllib.error.URLError",)),
    Family(("smtplib", "django.core.mail"), MAIL),
    Family(("boto3", "botocore"), BOTO),
    Family(("redis",), ("redis.exceptions.RedisError",)),
    Family(("django.db",), ("django.db.OperationalError",)),
)
DATABASE = FAMILIES[-1]

#: How many functions of the module are followed.
MOST_FUNCTIONS = 32

#: Builtin functions whose failure may pass, or that may do anything.
WIDE_BUILTINS = frozenset({"__import__", "compile", "eval", "exec", "input", "open"})


def family_of(qualified: str) -> Family | None:
    """The family that a dotted name belongs to."""
    for family in FAMILIES:
        if any(qualified == name or qualified.startswith(name + ".") for name in family.names):
            return family
    return None


def family_of_body(module: Module, body: list[ast.stmt]) -> Family | None:
    """The one family to which everything leads that a block calls or raises, as far as that can
    be resolved; functions of the module are followed, up to :data:`MOST_FUNCTIONS`. ``None`` where
    there is none, or another one too."""
    found: set[Family | None] = set()
    followed = _families(module, module.tree.within(body, (ast.Call, ast.Raise)), found)
    for scope in followed:
        if len(followed) > MOST_FUNCTIONS:
            return None
        called = _families(module, scope.walk((ast.Call, ast.Raise)), found)
        followed += [each for each in called if each not in followed]
    return found.pop() if len(found) == 1 else None


def _families(
    module: Module, nodes: Iterator[ast.Call | ast.Raise], found: set[Family | None]
) -> list[Scope]:
    """The functions of the module that are called; the family of each other call and ``raise`` that
    can be resolved is added to those ``found``, ``None`` for one of none."""
    called: dict[Scope, None] = {}
    for node in nodes:
        if isinstance(node, ast.Raise):
            if node.exc is not None and not isinstance(node.exc, ast.Call):
                found.add(family_of(module.names.qualified(node.exc) or ""))
            continue
        function = module.names.definition(node.func)
        if isinstance(function, FunctionNode):
            called[module.tree.scope_made_by(function)] = None
        elif isinstance(function, ast.ClassDef):
            found.add(None)
        elif _is_asked_of_a_manager(node.func):
            found.add(DATABASE)
        elif not module.is_log_call(node):
            qualified = module.names.qualified(node.func) or module.names.made_by(node.func)
            if qualified is not None and not _is_plain(qualified):
                found.add(family_of(qualified))
    return list(called)


def _is_asked_of_a_manager(function: ast.expr) -> bool:
    """Whether a function is a method of a Django manager (``Order.objects.filter``), or of what
    such a method gives."""
    while isinstance(function, (ast.Attribute, ast.Call)):
        inner = function.value if isinstance(function, ast.Attribute) else function.func
        if isinstance(inner, ast.Attribute) and inner.attr == "objects":
            return True
        function = inner
    return False


def _is_plain(qualified: str) -> bool:
    """Whether a call says nothing about the work: a builtin that calculates, or a name that comes
    from nowhere known."""
    if "." in qualified:
        return False
    known = getattr(builtins, qualified, None)
    is_exception = isinstance(known, type) and issubclass(known, BaseException)
    return not is_exception and qualified not in WIDE_BUILTINS
