"""Scopes: what each binds, and its nodes by their kind and extent."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import Literal, NamedTuple, TypeVar, overload

FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
ScopeNode = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

Node = TypeVar("Node", bound=ast.AST)
Other = TypeVar("Other", bound=ast.AST)


class Binding(NamedTuple):
    """One place that gives a name a meaning.

    ``value`` is the expression of a plain assignment to the single name, ``qualified`` the dotted
    name that an import brings (``.tasks.send`` for a relative one).
    """

    kind: Literal["import", "assignment", "definition", "parameter", "other"]
    node: ast.AST
    value: ast.expr | None = None
    qualified: str | None = None


class Scope:
    """A module, class, function or lambda with what it binds.

    ``nodes`` holds the nodes of its own body in source order: not those of functions, lambdas or
    classes inside, but those of comprehensions, which belong to the function around them.
    """

    def __init__(self, node: ScopeNode, parent: Scope | None) -> None:
        self.node = node
        self.parent = parent
        self.bindings: dict[str, list[Binding]] = {}
        self.nodes: list[ast.AST] = []
        self.inner: list[Scope] = []
        self.outer_names: set[str] = set()

    @overload
    def walk(self, kind: type[Node]) -> Iterator[Node]: ...

    @overload
    def walk(self, kind: tuple[type[Node], type[Other]]) -> Iterator[Node | Other]: ...

    @overload
    def walk(self, kind: tuple[type[Node], ...]) -> Iterator[Node]: ...

    def walk(self, kind: type[ast.AST] | tuple[type[ast.AST], ...]) -> Iterator[ast.AST]:
        """The nodes of its own body of one kind, in source order."""
        return iter([self.nodes[position] for position in self.positions(kind)])

    def positions(self, kind: type[ast.AST] | tuple[type[ast.AST], ...]) -> list[int]:
        """Where in ``nodes`` those of one kind stand, in order."""
        known = self._positions_of_kind.get(kind)
        if known is None:
            lists = [at for each, at in self._positions_of_class.items() if issubclass(each, kind)]
            known = lists[0] if len(lists) == 1 else sorted(chain.from_iterable(lists))
            self._positions_of_kind[kind] = known
        return known

    @cached_property
    def _positions_of_class(self) -> dict[type[ast.AST], list[int]]:
        found: dict[type[ast.AST], list[int]] = {}
        for position, node in enumerate(self.nodes):
            found.setdefault(type(node), []).append(position)
        return found

    @cached_property
    def _positions_of_kind(
        self,
    ) -> dict[type[ast.AST] | tuple[type[ast.AST], ...], list[int]]:
        return {}

    def extents(self, parent: Callable[[ast.AST], ast.AST]) -> Mapping[ast.AST, tuple[int, int]]:
        """For each node, where in ``nodes`` it and what stands in it begin and end; ``parent``
        tells the node around one."""
        if not self._extents:
            ends: dict[ast.AST, int] = {}
            for position in range(len(self.nodes) - 1, -1, -1):
                node = self.nodes[position]
                end = ends.pop(node, position + 1)
                self._extents[node] = (position, end)
                ends.setdefault(parent(node), end)
        return self._extents

    @cached_property
    def _extents(self) -> dict[ast.AST, tuple[int, int]]:
        return {}

    @property
    def is_function(self) -> bool:
        return isinstance(self.node, (*FUNCTION, ast.Lambda))

    @property
    def parameters(self) -> list[ast.arg]:
        """Positional parameters in order, then keyword-only ones; ``*args`` left out."""
        if not isinstance(self.node, (*FUNCTION, ast.Lambda)):
            return []
        arguments = self.node.args
        return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]

    def bind(self, name: str, binding: Binding) -> None:
        self.bindings.setdefault(name, []).append(binding)
