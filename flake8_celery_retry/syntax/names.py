"""Names: what a name means in a module, through its imports, aliases and definitions."""

from __future__ import annotations

import ast
from functools import cached_property

from .scopes import FUNCTION, Binding, FunctionNode, Scope
from .tree import ALIASES, Tree

#: Methods that change a list, set or dict in place.
CHANGING_METHODS = frozenset(
    {
        "add",
        "append",
        "clear",
        "difference_update",
        "discard",
        "extend",
        "insert",
        "intersection_update",
        "pop",
        "popitem",
        "popleft",
        "remove",
        "setdefault",
        "symmetric_difference_update",
        "update",
    }
)


#: So many bindings of a name are looked at each time; an exception may have thousands.
FEW = 8


class Names:
    """What the names of a tree mean."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._firsts: dict[tuple[Scope, str, str], Binding | None] = {}
        self._reads_of_parameters: dict[Scope, dict[ast.arg, list[ast.Name]]] = {}
        self._reads_in: dict[Scope, dict[str, list[ast.Name]]] = {}
        self._imported: dict[Scope, dict[str, str]] = {}
        self._names_changed: dict[Scope, frozenset[str]] = {}
        self._changed_in_place: dict[Scope, frozenset[str]] = {}

    def lookup(self, name: str, scope: Scope) -> tuple[Scope, list[Binding]] | None:
        """The scope around that binds a name, with its bindings in source order; ``None`` if no
        scope does (a builtin, a mistake, or a star import's)."""
        around: Scope | None = scope
        while around is not None:
            visible = around is scope or not isinstance(around.node, ast.ClassDef)
            if visible and name in around.bindings:
                return around, around.bindings[name]
            around = around.parent
        return None

    def is_free(self, name: ast.Name) -> bool:
        """Whether nothing around a name binds it, and no star import may."""
        return not self.tree.star_import and self.lookup(name.id, self.tree.scope_of(name)) is None

    def _first(self, found: tuple[Scope, list[Binding]], name: str, kind: str) -> Binding | None:
        """The first of a name's bindings of a kind; looked for once where there are many."""
        scope, bindings = found
        if len(bindings) <= FEW:
            return next((each for each in bindings if each.kind == kind), None)
        key = (scope, name, kind)
        if key not in self._firsts:
            self._firsts[key] = next((each for each in bindings if each.kind == kind), None)
        return self._firsts[key]

    def assigned(self, name: ast.Name) -> ast.expr | None:
        """The value of a name that is bound once, by a plain assignment."""
        found = self.lookup(name.id, self.tree.scope_of(name))
        if found is None or len(found[1]) != 1:
            return None
        return found[1][0].value

    def definition(self, expression: ast.expr) -> FunctionNode | ast.ClassDef | None:
        """The function or class of this module that a name (or an alias of it) stands for."""
        for _ in range(ALIASES):
            if not isinstance(expression, ast.Name):
                return None
            found = self.lookup(expression.id, self.tree.scope_of(expression))
            if found is None:
                return None
            binding = self._first(found, expression.id, "definition")
            if binding is not None:
                assert isinstance(
                    binding.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
                )
                return binding.node
            value = self.assigned(expression)
            if value is None:
                return None
            expression = value
        return None

    def parameter(self, expression: ast.expr) -> ast.arg | None:
        """The parameter that a name stands for, be it of a function further out."""
        if not isinstance(expression, ast.Name):
            return None
        found = self.lookup(expression.id, self.tree.scope_of(expression))
        if found is None:
            return None
        binding = self._first(found, expression.id, "parameter")
        if binding is None:
            return None
        assert isinstance(binding.node, ast.arg)
        return binding.node

    def is_changed(self, parameter: ast.arg) -> bool:
        """Whether a function binds its parameter anew, or changes what it holds in place."""
        function = self.tree.parent(self.tree.parent(parameter))
        assert isinstance(function, (*FUNCTION, ast.Lambda))
        scope = self.tree.scope_made_by(function)
        is_bound_anew = len(scope.bindings.get(parameter.arg, ())) > 1
        return is_bound_anew or parameter.arg in self._names_changed_in(scope)

    def _names_changed_in(self, scope: Scope) -> frozenset[str]:
        """The names whose objects a function changes in place."""
        if scope not in self._names_changed:
            self._names_changed[scope] = frozenset(
                node.value.id
                for node in scope.walk((ast.Subscript, ast.Attribute))
                if isinstance(node.value, ast.Name)
                and (
                    not isinstance(node.ctx, ast.Load)
                    or (isinstance(node, ast.Attribute) and node.attr in CHANGING_METHODS)
                )
            )
        return self._names_changed[scope]

    def is_changed_in_place(self, name: ast.Name) -> bool:
        """Whether what a name holds is changed (``names.append(…)``, ``options["key"] = …``) by
        something that sees the name, be it in another function."""
        found = self.lookup(name.id, self.tree.scope_of(name))
        if found is None:
            return False
        home, _ = found
        if home not in self._changed_in_place:
            self._changed_in_place[home] = frozenset(
                changed
                for scope in self.tree.scopes_in(home)
                for changed in self._names_changed_in(scope)
                if self._sees(scope, changed, home)
            )
        return name.id in self._changed_in_place[home]

    def _sees(self, scope: Scope, name: str, home: Scope) -> bool:
        found = self.lookup(name, scope)
        return found is not None and found[0] is home

    def reads_of(self, parameter: ast.arg) -> list[ast.Name]:
        """The places where a function, or what is nested in it, reads its parameter."""
        home = self.tree.scope_of_parameter(parameter)
        if home not in self._reads_of_parameters:
            reads = self._reads_of_parameters[home] = dict[ast.arg, list[ast.Name]]()
            for scope in self.tree.scopes_in(home):
                for name in scope.walk(ast.Name):
                    read = self.parameter(name) if isinstance(name.ctx, ast.Load) else None
                    if read is not None:
                        reads.setdefault(read, []).append(name)
        return self._reads_of_parameters[home].get(parameter, [])

    def reads_of_local(self, target: ast.Name) -> list[ast.Name]:
        """The places where the scope of a name, or what is nested in it, reads that name."""
        home = self.tree.scope_of(target)
        if home not in self._reads_in:
            reads = self._reads_in[home] = dict[str, list[ast.Name]]()
            for scope in self.tree.scopes_in(home):
                for name in scope.walk(ast.Name):
                    if isinstance(name.ctx, ast.Load):
                        reads.setdefault(name.id, []).append(name)
        return self._reads_in[home].get(target.id, [])

    def qualified(self, expression: ast.expr | None) -> str | None:
        """The dotted name that a name or attribute stands for.

        ``celery.shared_task`` for an imported ``st``, ``Exception`` for a name that nothing
        binds, ``.tasks.send`` for a relative import; ``None`` for what the module makes itself
        and for what can't be told.
        """
        parts: list[str] = []
        for _ in range(ALIASES * 4):
            if isinstance(expression, ast.Attribute):
                parts.append(expression.attr)
                expression = expression.value
                continue
            if not isinstance(expression, ast.Name):
                return None
            found = self.lookup(expression.id, self.tree.scope_of(expression))
            if found is None:
                return _joined(expression.id, parts)
            binding = self._first(found, expression.id, "import")
            if binding is not None and binding.qualified is not None:
                return _joined(binding.qualified, parts)
            expression = self.assigned(expression)
        return None

    def made_by(self, expression: ast.expr) -> str | None:
        """What was called to make the object that an expression's leftmost name holds
        (``celery.Celery`` for ``app.conf`` after ``app = Celery("shop")``)."""
        for _ in range(ALIASES):
            while isinstance(expression, ast.Attribute):
                expression = expression.value
            if isinstance(expression, ast.Call):
                made_by = self.qualified(expression.func)
                if made_by is not None:
                    return made_by
                # A method of an object that was made on the way: ``Celery("shop").configured()``.
                expression = expression.func
                continue
            if not isinstance(expression, ast.Name):
                return None
            found = self.lookup(expression.id, self.tree.scope_of(expression))
            values = [binding.value for binding in found[1] if binding.value] if found else []
            if not values:
                return None
            expression = values[0]
        return None

    def times_read(self, name: str) -> int:
        """How often the module reads a name, in whatever scope."""
        names = (node for scope in self.tree.scopes for node in scope.walk(ast.Name))
        return sum(node.id == name and isinstance(node.ctx, ast.Load) for node in names)

    def local_name(self, qualified: str) -> str | None:
        """The name under which the module has imported something at its top level."""
        return self._imported_in(self.tree.root).get(qualified)

    def visible_name(self, node: ast.AST, qualified: str) -> str | None:
        """The name under which something is imported where a node stands."""
        scope: Scope | None = self.tree.scope_of(node)
        while scope is not None:
            name = self._imported_in(scope).get(qualified)
            if name is not None:
                return name
            scope = scope.parent
        return None

    @cached_property
    def bound(self) -> frozenset[str]:
        """The names that anything in the module gives a meaning."""
        return frozenset(name for scope in self.tree.scopes for name in scope.bindings)

    def _imported_in(self, scope: Scope) -> dict[str, str]:
        """What a scope imports, by dotted name, and the first name that means nothing else."""
        if scope not in self._imported:
            names: dict[str, str] = {}
            for name, bindings in scope.bindings.items():
                qualified = bindings[0].qualified
                if qualified and all(each.qualified == qualified for each in bindings):
                    names.setdefault(qualified, name)
            self._imported[scope] = names
        return self._imported[scope]


def _joined(root: str, parts: list[str]) -> str:
    name = ".".join((root, *reversed(parts)))
    return name.removeprefix("builtins.")
