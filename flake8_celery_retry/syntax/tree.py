"""The one walk over a module: where every node stands."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Literal, overload
from unicodedata import normalize

from .scopes import FUNCTION, Binding, Node, Other, Scope, ScopeNode

#: ``except*`` clauses came with Python 3.11.
TryStar: type[ast.Try] = getattr(ast, "TryStar", ast.Try)
TRY = (ast.Try, TryStar)
#: How many aliases of aliases are followed; real code has one or two.
ALIASES = 8
#: How many branches of an ``elif`` chain are looked at before that of a node; the ``if`` always is.
ELIFS = 50

#: A block can end in what is looked for (``"reached"``), leave its function or loop without it
#: (``"left"``), or fall through to what follows.
End = Literal["reached", "left", "through"]

#: How far the statements of blocks were asked something, by the first of each block: how many of
#: them, and whether the answer for the last of these was yes.
Firsts = dict[ast.stmt, tuple[int, bool]]
#: Line and column, as ``ast`` counts them.
Position = tuple[int, int]

#: Where a node stands: its parent, the parent's field that holds it, and its scope.
Place = tuple[ast.AST, str, Scope]

OPENING = frozenset({*FUNCTION, ast.Lambda, ast.ClassDef})
BINDING = frozenset(
    {
        ast.Name,
        *FUNCTION,
        ast.ClassDef,
        ast.Import,
        ast.ImportFrom,
        ast.ExceptHandler,
        ast.Global,
        ast.MatchAs,
        ast.MatchStar,
        ast.MatchMapping,
    }
)
#: Fields that hold no nodes, or none that anybody asks for.
WITHOUT_NODES = frozenset(
    {
        "arg",
        "asname",
        "attr",
        "conversion",
        "ctx",
        "id",
        "is_async",
        "kind",
        "kwd_attrs",
        "level",
        "module",
        "names",
        "op",
        "ops",
        "rest",
        "simple",
        "tag",
        "type_comment",
        "type_ignores",
    }
)


def end_of(node: ast.expr | ast.stmt | ast.excepthandler) -> Position:
    """Where a node that was parsed ends."""
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return node.end_lineno, node.end_col_offset


class ChildFields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of a class of nodes that hold nodes, the last one to be read first.

    A ``def`` is read from the outside in: what its line holds, then its body.
    """

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        names: list[str] = []
        if kind not in {ast.Constant, ast.MatchSingleton}:
            names = [name for name in kind._fields if name not in WITHOUT_NODES]
        if kind is not getattr(ast, "TypeAlias", None) and "name" in names:
            names.remove("name")
        if kind in OPENING:
            names.sort(key=lambda name: name == "body")
        self[kind] = tuple(reversed(names))
        return self[kind]


CHILD_FIELDS = ChildFields()


class Tree:
    """A module's tree, walked once (without recursion: a deep tree is no reason to fail)."""

    def __init__(self, tree: ast.Module, lines: Sequence[str] = ()) -> None:
        self._lines = lines
        self.root = Scope(tree, None)
        self.scopes = [self.root]
        self.star_import = False
        self.imported: list[str] = []
        #: Every call of the module, in source order.
        self.calls: list[ast.Call] = []
        self._place: dict[ast.AST, Place] = {}
        self._scope_of_node: dict[ast.AST, Scope] = {tree: self.root}
        #: How statements can end, by what is looked for (:func:`.exits.ends`): asked often.
        self.ends: dict[Callable[[ast.AST], bool], dict[ast.stmt, frozenset[End]]] = {}
        #: Which statements may leave their block (:func:`.flow.may_leave`), and which of a block is
        #: the first that does.
        self.leaving: dict[ast.stmt, bool] = {}
        self.first_leaving: Firsts = {}
        self._first_elifs: dict[ast.AST, ast.AST] = {}
        self._indices: dict[ast.stmt, int] = {}
        self._read(tree)

    # -- what the text says ----------------------------------------------------------------

    def may_name(self, names: Iterable[str]) -> bool:
        """Whether the module may have one of these names in it, or a string that holds one: a look
        at its text costs a hundredth of a walk. True where there is no text to look at."""
        return not self._lines or any(name in self._text for name in names)

    @cached_property
    def _text(self) -> str:
        """The lines, with names as Python reads them (``ſelf`` is ``self``)."""
        text = "".join(self._lines)
        return text if text.isascii() else normalize("NFKC", text)

    # -- where a node stands ---------------------------------------------------------------

    def parent(self, node: ast.AST) -> ast.AST:
        """The node around ``node`` (the module's own parent is itself)."""
        place = self._place.get(node)
        return place[0] if place else node

    def field(self, node: ast.AST) -> str:
        """The name of the parent's field that holds ``node``."""
        place = self._place.get(node)
        return place[1] if place else ""

    def scope_of(self, node: ast.AST) -> Scope:
        """The scope whose names ``node`` sees (a ``def`` itself stands in the scope around it)."""
        place = self._place.get(node)
        return place[2] if place else self.root

    def scope_made_by(self, node: ScopeNode) -> Scope:
        """The scope that a function, lambda or class opens."""
        return self._scope_of_node[node]

    def scopes_in(self, scope: Scope) -> Iterator[Scope]:
        """A scope and those inside it: all that may see its names."""
        stack = [scope]
        while stack:
            inner = stack.pop()
            yield inner
            stack.extend(reversed(inner.inner))

    def scope_of_parameter(self, parameter: ast.arg) -> Scope:
        """The function or lambda that a parameter belongs to."""
        function = self.parent(self.parent(parameter))
        assert isinstance(function, (*FUNCTION, ast.Lambda))
        return self.scope_made_by(function)

    def ancestors(self, node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
        """``(parent, field)`` pairs from the inside out, up to and without the function (class,
        module) that ``node`` stands in. Of an ``elif`` chain, each part of which stands in the one
        before, the innermost part, :data:`ELIFS` before it, and the first."""
        top = self.scope_of(node).node
        branches = 0
        while True:
            place = self._place.get(node)
            if place is None or place[0] is top:
                return
            yield place[0], place[1]
            branches = branches + 1 if type(node) is ast.If and self._is_elif(node) else 0
            node = place[0] if branches < ELIFS else self._first_elif(place[0])

    def _is_elif(self, node: ast.AST) -> bool:
        place = self._place.get(node)
        return (
            place is not None
            and isinstance(node, ast.If)
            and isinstance(place[0], ast.If)
            and place[1] == "orelse"
            and len(place[0].orelse) == 1
        )

    def _first_elif(self, node: ast.AST) -> ast.AST:
        """The first ``elif`` of the chain that an ``elif`` goes on with; the ``if`` is itself."""
        passed: list[ast.AST] = []
        first = node
        while first not in self._first_elifs and self._is_elif(first):
            passed.append(first)
            first = self._place[first][0]
        first = self._first_elifs.get(first, passed[-1] if passed else first)
        self._first_elifs.update(dict.fromkeys(passed, first))
        return first

    def is_inside(self, node: ast.AST, around: ast.AST) -> bool:
        """Whether ``node`` is ``around`` or stands in it (through inner functions too)."""
        while node is not around:
            place = self._place.get(node)
            if place is None:
                return False
            node = place[0]
        return True

    def statement_of(self, node: ast.AST) -> ast.stmt:
        """The innermost statement that holds ``node``."""
        while not isinstance(node, ast.stmt):
            place = self._place.get(node)
            assert place is not None, "a module is no statement"
            node = place[0]
        return node

    def block_of(self, statement: ast.stmt) -> list[ast.stmt]:
        """The list of statements that ``statement`` stands in."""
        block: list[ast.stmt] = getattr(self.parent(statement), self.field(statement))
        return block

    def index(self, statement: ast.stmt) -> int:
        """Where in its block a statement stands, from 0."""
        if statement not in self._indices:
            self._indices.update((each, at) for at, each in enumerate(self.block_of(statement)))
        return self._indices[statement]

    def statements_before(self, statement: ast.stmt) -> list[ast.stmt]:
        """Those of the same block that stand before it."""
        return self.block_of(statement)[: self.index(statement)]

    def statements_after(self, statement: ast.stmt) -> list[ast.stmt]:
        """Those of the same block that stand after it."""
        return self.block_of(statement)[self.index(statement) + 1 :]

    @overload
    def within(self, nodes: ast.AST | list[ast.stmt], kind: type[Node]) -> Iterator[Node]: ...

    @overload
    def within(
        self, nodes: ast.AST | list[ast.stmt], kind: tuple[type[Node], type[Other]]
    ) -> Iterator[Node | Other]: ...

    @overload
    def within(
        self, nodes: ast.AST | list[ast.stmt], kind: tuple[type[Node], ...]
    ) -> Iterator[Node]: ...

    def within(
        self, nodes: ast.AST | list[ast.stmt], kind: type[ast.AST] | tuple[type[ast.AST], ...]
    ) -> Iterator[ast.AST]:
        """The nodes of one kind inside a node or block (itself included) that run with it: what
        stands in the bodies of functions, lambdas and classes defined there is left out. In source
        order."""
        for outermost in nodes if isinstance(nodes, list) else [nodes]:
            scope = self.scope_of(outermost)
            first, last = scope.extents(self.parent)[outermost]
            positions = scope.positions(kind)
            for index in range(bisect_left(positions, first), bisect_left(positions, last)):
                yield scope.nodes[positions[index]]

    def comments(self, first: int, last: int) -> Iterator[str]:
        """The comments of the lines from one to another (from 1, both included), where no string
        holds a ``#``."""
        for line in self._lines[first - 1 : last]:
            _, mark, comment = line.partition("#")
            if mark:
                yield comment.strip()

    # -- the walk --------------------------------------------------------------------------

    def _read(self, tree: ast.Module) -> None:
        # Here the linter spends its time: what can be done once a class is not done once a node.
        # A field may hold what no Python known today puts there: only nodes are followed.
        AST = ast.AST
        places = self._place
        stack: list[tuple[ast.AST, Scope]] = [(tree, self.root)]
        while stack:
            node, scope = stack.pop()
            kind = type(node)
            scope.nodes.append(node)
            if kind in BINDING:
                self._bind(node, scope)
            elif isinstance(node, ast.Call):
                self.calls.append(node)
            inner = self._open(node, scope) if kind in OPENING else scope
            # What is pushed last is read first.
            for name in CHILD_FIELDS[kind]:
                value = getattr(node, name, None)
                if not value:
                    continue
                around = inner if name == "body" else scope
                if type(value) is list:
                    for child in reversed(value):
                        if isinstance(child, AST):
                            places[child] = (node, name, around)
                            stack.append((child, around))
                elif isinstance(value, AST):
                    places[value] = (node, name, around)
                    stack.append((value, around))

    def _open(self, node: ast.AST, scope: Scope) -> Scope:
        assert isinstance(node, (*FUNCTION, ast.Lambda, ast.ClassDef))
        inner = Scope(node, scope)
        self._scope_of_node[node] = inner
        scope.inner.append(inner)
        self.scopes.append(inner)
        if not isinstance(node, ast.ClassDef):
            self._bind_parameters(node.args, inner)
        return inner

    def _bind_parameters(self, arguments: ast.arguments, scope: Scope) -> None:
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        for argument in (*named, arguments.vararg, arguments.kwarg):
            if argument is not None:
                scope.bind(argument.arg, Binding("parameter", argument))

    def _bind(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                target = self.root if node.id in scope.outer_names else scope
                target.bind(node.id, self._binding_of_name(node))
        elif isinstance(node, (*FUNCTION, ast.ClassDef)):
            scope.bind(node.name, Binding("definition", node))
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self._bind_import(node, scope)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            scope.bind(node.name, Binding("other", node))
        elif isinstance(node, ast.Global):
            scope.outer_names.update(node.names)
        elif isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            scope.bind(node.name, Binding("other", node))
        elif isinstance(node, ast.MatchMapping) and node.rest:
            scope.bind(node.rest, Binding("other", node))

    def _binding_of_name(self, node: ast.Name) -> Binding:
        parent = self._place[node][0]
        if isinstance(parent, ast.Assign) and node in parent.targets:
            return Binding("assignment", parent, parent.value)
        if isinstance(parent, (ast.AnnAssign, ast.NamedExpr)) and parent.value is not None:
            return Binding("assignment", parent, parent.value)
        return Binding("other", node)

    def _bind_import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.imported.append(alias.name)
                root = alias.name.partition(".")[0]
                bound, qualified = (alias.asname, alias.name) if alias.asname else (root, root)
                scope.bind(bound, Binding("import", node, qualified=qualified))
            return
        source = "." * node.level + (node.module or "")
        for alias in node.names:
            qualified = source + alias.name if source.endswith(".") else f"{source}.{alias.name}"
            self.imported.append(qualified)
            if alias.name == "*":
                self.star_import = True
            else:
                bound = alias.asname or alias.name
                scope.bind(bound, Binding("import", node, qualified=qualified))
