"""Values: what can be read of an expression without running anything."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final, NamedTuple

from .names import Names
from .reading import MOST, Memory, reading
from .scopes import Scope
from .tree import ALIASES


class Unknown(Enum):
    """The value of what can't be read."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN
Constant = str | bytes | bool | int | float | complex | None

ARITHMETIC: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}


class Item(NamedTuple):
    """One entry of a dict display or a ``dict(...)`` call, or a keyword of a call.

    ``holder`` is the display or call, ``element`` the key's node or the ``ast.keyword``.
    """

    name: str
    value: ast.expr
    holder: ast.Dict | ast.Call
    element: ast.expr | ast.keyword


class Attributes(NamedTuple):
    """What is known by an attribute's name alone, whatever it is an attribute of."""

    #: The attributes that are an exception class, and its qualified name.
    exceptions: Mapping[str, str] = MappingProxyType({})
    #: The methods that give back what they are given.
    handing_back: frozenset[str] = frozenset()


NOTHING_KNOWN = Attributes()


class Items(NamedTuple):
    """The entries that could be read, and whether there may be others."""

    items: tuple[Item, ...]
    complete: bool


class Values:
    """What the expressions of a tree come to."""

    def __init__(self, names: Names, attributes: Attributes) -> None:
        self.names = names
        self.attributes = attributes
        self.tree = names.tree
        self.memory = Memory()

    @reading(unreadable=lambda expression: expression)
    def read(self, expression: ast.expr) -> ast.expr:
        """The expression that a name stands for: that of a constant assigned once at the module's
        top level, or of a local name bound once in its function or last bound in the same block
        right before. Everything else stands for itself."""
        for _ in range(ALIASES):
            if not isinstance(expression, ast.Name):
                return expression
            value = self._value_of_name(expression)
            if value is None:
                return expression
            expression = value
        return expression

    def value(self, expression: ast.expr | None) -> Constant | Unknown:
        """The constant that an expression comes to; ``UNKNOWN`` where it can't be read."""
        return UNKNOWN if expression is None else self._value(expression)

    def number(self, expression: ast.expr | None) -> float | None:
        """The number that an expression comes to (``True`` is none); ``None`` where there is
        none or it can't be read."""
        value = self.value(expression)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return value
        return None

    def converted_number(self, expression: ast.expr) -> float | None:
        """The number that a conversion makes of an expression: 1 of ``True``, 10 of ``"10"``;
        ``None`` where that fails or it can't be read."""
        value = self.value(expression)
        try:
            return float(value) if isinstance(value, (int, float, str)) else None
        except (OverflowError, ValueError):
            return None

    @reading(unreadable=lambda expression: [expression])
    def arms(self, expression: ast.expr) -> list[ast.expr]:
        """Both arms of ``a if c else b`` (of arms in arms too), else the expression itself. An arm
        that several ways lead to counts once."""
        expression = self.read(expression)
        if isinstance(expression, ast.IfExp):
            return list(dict.fromkeys([*self.arms(expression.body), *self.arms(expression.orelse)]))
        return [expression]

    @reading(unreadable=lambda expression: None)
    def elements(self, expression: ast.expr) -> list[ast.expr] | None:
        """The elements of a tuple, list or set display, or of a ``tuple(...)``/``list(...)`` of
        one, sums and starred displays included; ``None`` where they can't all be read."""
        if self.is_filled_later(expression):
            return None
        found = self._elements(self.read(expression))
        return found if found is None or len(found) <= MOST else None

    @reading(unreadable=lambda expression: [])
    def known_elements(self, expression: ast.expr) -> list[ast.expr]:
        """The elements of such a display that can be read, be there others or not."""
        elements = self.elements(expression)
        if elements is not None:
            return elements
        expression = self.read(expression)
        if isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.Add):
            both = self.known_elements(expression.left) + self.known_elements(expression.right)
            return both[:MOST]
        if not isinstance(expression, (ast.Tuple, ast.List, ast.Set)):
            return []
        found: list[ast.expr] = []
        for element in expression.elts:
            if isinstance(element, ast.Starred):
                found.extend(self.known_elements(element.value))
            else:
                found.append(element)
        return found

    @reading(unreadable=lambda expression: None)
    def items(self, expression: ast.expr) -> Items | None:
        """The entries of a dict display or ``dict(...)`` call; ``None`` where it is neither."""
        if self.is_filled_later(expression):
            display = self.items(self.read(expression))
            return Items(display.items, False) if display else None
        found = self._items(self.read(expression))
        if found is not None and len(found.items) > MOST:
            return Items(found.items[:MOST], False)
        return found

    def keywords(self, call: ast.Call) -> Items:
        """The keyword arguments of a call, those of a readable ``**`` included."""
        found: list[Item] = []
        complete = True
        for keyword in call.keywords:
            if keyword.arg is not None:
                found.append(Item(keyword.arg, keyword.value, call, keyword))
                continue
            inner = self.items(keyword.value)
            found.extend(inner.items if inner else ())
            complete = complete and inner is not None and inner.complete
        return Items(tuple(found), complete)

    def exceptions(self, expression: ast.expr | None) -> list[str | None]:
        """The qualified names of the exceptions that an ``except`` clause or an option lists;
        ``None`` for each that can't be told."""
        if expression is None:
            return ["BaseException"]
        elements = self.elements(expression)
        return [self.exception(element) for element in elements or [expression]]

    def exception(self, expression: ast.expr) -> str | None:
        """The qualified name of one exception class."""
        if isinstance(expression, ast.Attribute):
            known = self.attributes.exceptions.get(expression.attr)
            if known is not None:
                return known
        return self.names.qualified(expression)

    def raised(self, statement: ast.Raise) -> str | None:
        """The qualified name of the class that a ``raise`` raises or makes an instance of, be it
        through a local name; ``None`` where it can't be told, and for a bare ``raise``."""
        if statement.exc is None:
            return None
        made = self.read(statement.exc)
        return self.names.qualified(made.func if isinstance(made, ast.Call) else made)

    def instance_of(self, expression: ast.expr) -> ast.ClassDef | None:
        """The class of the module that an expression makes an instance of: ``ChargeOrder()``, a
        method that hands it back, or a name for it."""
        made = self.read(expression)
        if not isinstance(made, ast.Call):
            return None
        if isinstance(made.func, ast.Attribute) and made.func.attr in self.attributes.handing_back:
            made = self.read(made.args[0]) if made.args else made
        definition = self.names.definition(made.func) if isinstance(made, ast.Call) else None
        return definition if isinstance(definition, ast.ClassDef) else None

    # -- how ---------------------------------------------------------------------------------

    def _value_of_name(self, name: ast.Name) -> ast.expr | None:
        scope = self.tree.scope_of(name)
        found = self.names.lookup(name.id, scope)
        if found is None:
            return None
        home, bindings = found
        if len(bindings) == 1:
            binding = bindings[0]
            if home is self.tree.root and not self._is_top_level(binding.node):
                return None
            return binding.value
        return self._last_bound_before(name, scope) if home is scope else None

    def _is_top_level(self, node: ast.AST) -> bool:
        return self.tree.parent(node) is self.tree.root.node

    def _last_bound_before(self, name: ast.Name, scope: Scope) -> ast.expr | None:
        """The value of the nearest assignment in the same block, nothing in between binding it."""
        if not scope.is_function:
            return None
        statement = self.tree.statement_of(name)
        for earlier in reversed(self.tree.statements_before(statement)):
            if isinstance(earlier, (ast.Assign, ast.AnnAssign)):
                targets = earlier.targets if isinstance(earlier, ast.Assign) else [earlier.target]
                if any(isinstance(target, ast.Name) and target.id == name.id for target in targets):
                    return earlier.value
            stores = (node for node in self.tree.within(earlier, ast.Name) if node.id == name.id)
            if any(not isinstance(node.ctx, ast.Load) for node in stores):
                return None
        return None

    @reading(unreadable=lambda expression: UNKNOWN)
    def _value(self, expression: ast.expr) -> Constant | Unknown:
        expression = self.read(expression)
        if isinstance(expression, ast.Constant):
            return UNKNOWN if expression.value is ... else expression.value
        if isinstance(expression, ast.UnaryOp):
            value = self._value(expression.operand)
            if isinstance(expression.op, ast.USub) and isinstance(value, (int, float)):
                return -value
            return UNKNOWN
        if isinstance(expression, ast.BinOp) and type(expression.op) in ARITHMETIC:
            left = self._value(expression.left)
            right = self._value(expression.right)
            if isinstance(left, (int, float)) and isinstance(right, (int, float)):
                return calculated(ARITHMETIC[type(expression.op)], left, right)
        return UNKNOWN

    def _elements(self, expression: ast.expr) -> list[ast.expr] | None:
        if isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.Add):
            left = self.elements(expression.left)
            right = self.elements(expression.right)
            return None if left is None or right is None else left + right
        if isinstance(expression, ast.Call) and len(expression.args) == 1:
            if self.names.qualified(expression.func) in {"tuple", "list", "set", "frozenset"}:
                return self.elements(expression.args[0])
            return None
        if not isinstance(expression, (ast.Tuple, ast.List, ast.Set)):
            return None
        found: list[ast.expr] = []
        for element in expression.elts:
            inner = element.value if isinstance(element, ast.Starred) else None
            if inner is not None or isinstance(element, (ast.Tuple, ast.List)):
                deeper = self.elements(inner or element)
                if deeper is None:
                    return None
                found.extend(deeper)
            else:
                found.append(element)
        return found

    def _items(self, expression: ast.expr) -> Items | None:
        if isinstance(expression, ast.Call):
            if self.names.qualified(expression.func) != "dict":
                return None
            keywords = self.keywords(expression)
            if not expression.args:
                return keywords
            first = self.items(expression.args[0]) or Items((), False)
            return Items(first.items + keywords.items, first.complete and keywords.complete)
        if not isinstance(expression, ast.Dict):
            return None
        found: list[Item] = []
        complete = True
        for key, value in zip(expression.keys, expression.values, strict=True):
            if key is None:
                inner = self.items(value)
                found.extend(inner.items if inner else ())
                complete = complete and inner is not None and inner.complete
            elif isinstance(key, ast.Constant) and isinstance(key.value, str):
                found.append(Item(key.value, value, expression, key))
            else:
                complete = False
        return Items(tuple(found), complete)

    def is_filled_later(self, expression: ast.expr) -> bool:
        """Whether the list, set or dict that a name stands for may hold something else when it is
        used: something changes it in place."""
        if not isinstance(self.read(expression), (ast.List, ast.Set, ast.Dict, ast.Call)):
            return False
        for _ in range(ALIASES):
            value = self._value_of_name(expression) if isinstance(expression, ast.Name) else None
            if value is None:
                return False
            assert isinstance(expression, ast.Name)
            if self.names.is_changed_in_place(expression):
                return True
            expression = value
        return False


def calculated(
    operation: Callable[[float, float], float], left: float, right: float
) -> Constant | Unknown:
    """What a calculation comes to; ``UNKNOWN`` where it fails or would take too long."""
    if operation is operator.pow and (abs(left) > 10_000 or abs(right) > 64):
        return UNKNOWN
    try:
        return operation(left, right)
    except (ArithmeticError, ValueError):
        return UNKNOWN
