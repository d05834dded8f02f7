"""Families: the libraries whose trouble may pass, and which of them a ``try`` body talks to."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from typing import NamedTuple

from ...syntax.tree import FunctionNode, Scope
from ..module import Module


class Family(NamedTuple):
    """A library by the dotted names it goes by, and the exceptions (qualified) that it raises when
    what it talks to is in trouble."""

    names: tuple[str, ...]
    exceptions: tuple[str, ...]


MAIL = ("smtplib.SMTPException", "OSError")
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
    be resolved; functions of the module are followed. ``None`` where there is none, or another
    one too."""
    nodes = module.tree.within(body, (ast.Call, ast.Raise))
    found = set(_families(module, nodes, set()))
    return found.pop() if len(found) == 1 else None


def _families(
    module: Module, nodes: Iterator[ast.Call | ast.Raise], followed: set[Scope]
) -> Iterator[Family | None]:
    """The family of each call and ``raise`` that can be resolved: ``None`` for one of none."""
    for node in nodes:
        if isinstance(node, ast.Raise):
            if node.exc is not None and not isinstance(node.exc, ast.Call):
                yield family_of(module.names.qualified(node.exc) or "")
            continue
        function = module.names.definition(node.func)
        if isinstance(function, FunctionNode):
            scope = module.tree.scope_made_by(function)
            if scope not in followed:
                followed.add(scope)
                yield from _families(module, scope.walk((ast.Call, ast.Raise)), followed)
            continue
        if isinstance(function, ast.ClassDef):
            yield None
        elif ".objects." in ast.unparse(node.func):
            yield DATABASE
        elif not module.is_log_call(node):
            qualified = module.names.qualified(node.func) or module.names.made_by(node.func)
            if qualified is not None and not _is_plain(qualified):
                yield family_of(qualified)


def _is_plain(qualified: str) -> bool:
    """Whether a call says nothing about the work: a builtin that calculates, or a name that comes
    from nowhere known."""
    if "." in qualified:
        return False
    known = getattr(builtins, qualified, None)
    is_exception = isinstance(known, type) and issubclass(known, BaseException)
    return not is_exception and qualified not in WIDE_BUILTINS
