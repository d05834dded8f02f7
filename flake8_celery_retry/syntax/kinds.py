"""Kinds: what kind of thing an expression comes to, as far as the module shows it."""

from __future__ import annotations

import ast
import builtins
import re
from functools import cached_property

from .reading import Memory, reading
from .values import UNKNOWN, Values

#: Template strings came with Python 3.14.
TemplateStr: type[ast.expr] = getattr(ast, "TemplateStr", ast.JoinedStr)
#: What the names of exception classes end in.
EXCEPTION_ENDINGS = (
    *("Error", "Exception", "Warning", "DoesNotExist", "NotFound", "Timeout"),
    *("Exceeded", "Failed", "Failure", "Refused", "Unavailable"),
)
#: What people take from an exception or a response to say what went wrong.
PARTS_OF_EXCEPTIONS = frozenset(
    {"args", "code", "detail", "message", "status", "status_code", "text", "__class__"}
)
#: What functions return that people take for the exception.
FUNCTIONS_ABOUT_EXCEPTIONS = {"type": "a class", "sys.exc_info": "a tuple"}
#: What the names of tuples of them end in.
PLURAL_ENDINGS = ("Errors", "Exceptions", "Failures", "Timeouts")
#: Builtin functions, and functions of the standard library, that return a string.
TEXT_FUNCTIONS = frozenset({"str", "repr", "ascii", "format", "traceback.format_exc"})
#: What the names of types end in whose values are a row of things.
SEQUENCE_TYPES = ("list", "tuple", "set", "sequence", "iterable", "collection", "iterator", "array")
#: Builtin functions that go through a row of things.
SEQUENCE_FUNCTIONS = frozenset(
    {"all", "any", "enumerate", "iter", "len", "list", "map", "max", "min", "next", "reversed"}
    | {"set", "sorted", "sum", "tuple", "zip", "frozenset", "filter"}
)
#: Methods that only a row of things has.
SEQUENCE_METHODS = frozenset({"append", "extend", "pop", "insert", "sort", "reverse"})


class Kinds:
    """What kind of thing the expressions of a tree come to."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.names = values.names
        self.tree = values.tree
        self.memory = Memory()

    def is_exception_class(self, expression: ast.expr) -> bool:
        """Whether an expression names an exception class, or a class of another module: where an
        exception is asked for, it can be nothing else."""
        if self._is_known_exception(expression):
            return True
        return self.names.definition(expression) is None and self.is_single_class(expression)

    def is_single_class(self, expression: ast.expr) -> bool:
        """Whether an expression names one exception class: one of the module, or a name written
        as a class is and in the singular."""
        expression = self.values.read(expression)
        if not isinstance(expression, (ast.Name, ast.Attribute)):
            return False
        if isinstance(self.names.definition(expression), ast.ClassDef):
            return True
        qualified = self.names.qualified(expression)
        if qualified is None or qualified.endswith(PLURAL_ENDINGS):
            return False
        return _is_name_of_class(qualified)

    def is_exception(self, expression: ast.expr) -> bool:
        """Whether an expression is an exception, or the class of one: the name that a handler
        gives it, an exception class, a call of one."""
        if self.is_name_of_handler(expression):
            return True
        expression = self.values.read(expression)
        if self.is_name_of_handler(expression):
            return True
        if isinstance(expression, ast.Call):
            return self._is_known_exception(expression.func)
        return self.is_exception_class(expression)

    def kind_of_no_exception(self, expression: ast.expr) -> str | None:
        """What an expression is that is given in the place of an exception and is none; ``None``
        where it may be one."""
        if self.is_text(expression):
            return "a string"
        if self.is_container(expression):
            return "a container"
        constant = self.values.value(expression)
        if constant is not UNKNOWN and constant is not None:
            return "no exception"
        if self.is_exception_class(expression):
            return "a class"
        expression = self.values.read(expression)
        if isinstance(expression, ast.Call):
            return FUNCTIONS_ABOUT_EXCEPTIONS.get(self.names.qualified(expression.func) or "")
        if isinstance(expression, ast.Attribute) and expression.attr in PARTS_OF_EXCEPTIONS:
            return "no exception"
        return "a template" if isinstance(expression, TemplateStr) else None

    def is_name_of_handler(self, expression: ast.expr) -> bool:
        """Whether an expression is the name that an ``except`` clause gives its exception, and
        that nothing else there gives a meaning."""
        if not isinstance(expression, ast.Name):
            return False
        found = self.names.lookup(expression.id, self.tree.scope_of(expression))
        if found is None:
            return False
        for around, _ in self.tree.ancestors(expression):
            if isinstance(around, ast.ExceptHandler) and around.name == expression.id:
                return not self.is_name_taken(around)
        return all(isinstance(binding.node, ast.ExceptHandler) for binding in found[1])

    def is_name_taken(self, handler: ast.ExceptHandler) -> bool:
        """Whether something inside an ``except`` clause gives its name another meaning."""
        bindings = self.tree.scope_of(handler).bindings.get(handler.name or "", ())
        nodes = [binding.node for binding in bindings if binding.node is not handler]
        return any(self.tree.is_inside(node, handler) for node in nodes)

    @reading(unreadable=lambda expression: False)
    def is_text(self, expression: ast.expr) -> bool:
        """Whether an expression comes to a string: a literal, an f-string, ``str(…)``,
        ``"…" % …``, ``"…".format(…)``, ``", ".join(…)`` and the like."""
        expression = self.values.read(expression)
        if isinstance(expression, ast.Constant):
            return isinstance(expression.value, str)
        if isinstance(expression, ast.BinOp):
            if isinstance(expression.op, ast.Mod):
                return self.is_text(expression.left)
            is_sum = isinstance(expression.op, ast.Add)
            return is_sum and (self.is_text(expression.left) or self.is_text(expression.right))
        if isinstance(expression, ast.Call):
            function = expression.func
            if isinstance(function, ast.Attribute) and function.attr in {"format", "join"}:
                return function.attr == "format" or self.is_text(function.value)
            return self.names.qualified(function) in TEXT_FUNCTIONS
        return isinstance(expression, ast.JoinedStr)

    @reading(unreadable=lambda expression: False)
    def is_timedelta(self, expression: ast.expr) -> bool:
        """Whether an expression comes to a ``timedelta``: ``timedelta(…)``, a multiple of one."""
        expression = self.values.read(expression)
        if isinstance(expression, ast.Call):
            qualified = self.names.qualified(expression.func) or ""
            return qualified.rpartition(".")[2] == "timedelta"
        if not isinstance(expression, ast.BinOp):
            return False
        left, right = self.is_timedelta(expression.left), self.is_timedelta(expression.right)
        if isinstance(expression.op, ast.Mult):
            return left or right
        return isinstance(expression.op, (ast.Add, ast.Sub)) and left and right

    def is_container(self, expression: ast.expr) -> bool:
        """Whether an expression is a display or a comprehension: a tuple, list, set or dict."""
        displays = (ast.Tuple, ast.List, ast.Set, ast.Dict)
        comprehensions = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
        return isinstance(self.values.read(expression), (*displays, *comprehensions))

    def is_data(self, expression: ast.expr) -> bool:
        """Whether an expression comes to a literal or a container, whichever way its conditions
        go: nothing that can be called."""
        return all(
            self.values.value(arm) is not UNKNOWN
            or self.is_text(arm)
            or self.is_container(arm)
            or self.values.items(arm) is not None
            for arm in self.values.arms(expression)
        )

    def holds_a_row(self, parameter: ast.arg) -> bool:
        """Whether a parameter is annotated or used as a sequence (``*args`` is one)."""
        arguments = self.tree.parent(parameter)
        assert isinstance(arguments, ast.arguments)
        if parameter is arguments.vararg or _is_annotated_as_row(parameter):
            return True
        return any(map(self._is_used_as_row, self.names.reads_of(parameter)))

    @cached_property
    def known_exceptions(self) -> frozenset[str]:
        """The qualified names of what the module catches or raises, one by one."""
        listed: list[ast.expr] = []
        for scope in self.tree.scopes:
            for node in scope.walk((ast.ExceptHandler, ast.Raise)):
                named = node.type if isinstance(node, ast.ExceptHandler) else node.exc
                if isinstance(named, ast.Call):
                    named = named.func
                listed += named.elts if isinstance(named, ast.Tuple) else [named] if named else []
        names = map(self.names.qualified, listed)
        # ``except NETWORK_ERRORS`` may well name a tuple of them, ``raise problem()`` a function.
        return frozenset(name for name in names if name and _is_name_of_class(name))

    @reading(unreadable=lambda expression: False)
    def _is_known_exception(self, expression: ast.expr) -> bool:
        expression = self.values.read(expression)
        if not isinstance(expression, (ast.Name, ast.Attribute)):
            return False
        definition = self.names.definition(expression)
        if isinstance(definition, ast.ClassDef):
            return any(self._is_known_exception(base) for base in definition.bases)
        qualified = self.values.exception(expression)
        if qualified is None:
            return False
        builtin = getattr(builtins, qualified, None)
        if builtin is not None:
            return isinstance(builtin, type) and issubclass(builtin, BaseException)
        return qualified in self.known_exceptions or (
            _is_name_of_class(qualified) and qualified.endswith(EXCEPTION_ENDINGS)
        )

    def _is_used_as_row(self, name: ast.Name) -> bool:
        parent, field = self.tree.parent(name), self.tree.field(name)
        if isinstance(parent, (ast.Starred, ast.YieldFrom)):
            return True
        if isinstance(parent, ast.keyword):
            return (parent.arg or "").endswith("__in")  # a Django filter
        if isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)):
            return field == "iter"
        if isinstance(parent, ast.Subscript):
            return field == "value"
        if isinstance(parent, ast.Compare):
            return isinstance(parent.ops[-1], (ast.In, ast.NotIn)) and field == "comparators"
        if isinstance(parent, ast.Assign):
            return isinstance(parent.targets[0], (ast.Tuple, ast.List))
        if isinstance(parent, ast.Attribute):
            return parent.attr in SEQUENCE_METHODS
        if isinstance(parent, ast.Call) and field == "args":
            function = parent.func
            if isinstance(function, ast.Attribute) and function.attr in {"extend", "join"}:
                return True
            return self.names.qualified(function) in SEQUENCE_FUNCTIONS
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add):
            other = parent.right if parent.left is name else parent.left
            return self.is_container(other)
        return False


def _is_name_of_class(qualified: str) -> bool:
    """Whether the last part of a dotted name is written as classes are: ``GatewayDown``."""
    last = qualified.rpartition(".")[2].lstrip("_")
    return last[:1].isupper() and not (last.isupper() and len(last) > 1)


def _is_annotated_as_row(parameter: ast.arg) -> bool:
    if parameter.annotation is None:
        return False
    names = re.findall(r"\w+", ast.unparse(parameter.annotation).lower())
    return any(name.endswith(SEQUENCE_TYPES) for name in names)
