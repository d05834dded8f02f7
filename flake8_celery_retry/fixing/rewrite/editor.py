"""Carries edits out in a tree of libcst."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import libcst as cst

from ..edits import (
    AddDecorator,
    Edit,
    InsertHandler,
    NameArgument,
    RemoveArgument,
    RemoveItem,
    RemoveStatement,
    RenameKeyword,
    ReplaceExpression,
    ReplaceStatement,
    SetFirstParameter,
    SetHandlerType,
    SetKeyword,
    Source,
)
from ..places import place_of
from .commas import NOTHING, SPACE, Commas, Container
from .comments import code_of, comments_in, joined_lines, lost_comments, own_lines
from .imports import position_of
from .names import as_read
from .parameters import with_first_parameter
from .parentheses import bare, fitted, parenthesised

#: The nodes that are asked which of their statements or handlers stay. To ask for the type is
#: quicker than ``isinstance``, which libcst's nodes answer as abstract classes do.
HOLDERS = {
    *(cst.SimpleStatementLine, cst.SimpleStatementSuite, cst.IndentedBlock, cst.Module, cst.Try)
}


class Refusal(Exception):
    """An edit can't be carried out; says why."""


@dataclass(frozen=True)
class JoinImport(Edit):
    """Add a name to an import statement."""

    statement: ast.ImportFrom
    name: str
    alias: str | None


@dataclass(frozen=True)
class LeaveImport(Edit):
    """Take the name with this index (from 0) out of an import statement that keeps others."""

    statement: ast.Import | ast.ImportFrom
    index: int


@dataclass(frozen=True)
class Found:
    """What libcst has in the place of a node of ast, and whether a word stands right beside it."""

    node: cst.CSTNode
    is_glued: bool = False


class Editor(cst.CSTTransformer):
    """Changes a tree from the leaves up: where source is copied, it is copied with its own edits.

    ``found`` has the nodes that the edits name. Raises :class:`Refusal`, or what libcst raises
    (``ParserSyntaxError``, ``CSTValidationError``).
    """

    def __init__(self, edits: Iterable[Edit], found: Mapping[ast.AST, Found]) -> None:
        super().__init__()
        self.found = found
        self.named = {each.node for each in found.values()}
        self.edits: dict[cst.CSTNode, list[Edit]] = defaultdict(list)
        for edit in sorted(edits, key=lambda edit: edit.turn):
            self.edits[self._node(edit.node)].append(edit)
        #: What became of those named nodes that are done.
        self.current: dict[cst.CSTNode, cst.CSTNode] = {}
        self.parents: list[cst.CSTNode] = []
        #: Lines of which every statement goes.
        self.emptied: set[cst.CSTNode] = set()
        self.has_changed_line = False

    def on_visit(self, node: cst.CSTNode) -> bool:
        self.parents.append(node)
        if type(node) is cst.SimpleStatementLine:
            self.has_changed_line = False
        return True

    # Nothing is done at attributes: libcst would look for a method for each of each node.

    def on_visit_attribute(self, node: cst.CSTNode, attribute: str) -> None:
        pass

    def on_leave_attribute(self, original_node: cst.CSTNode, attribute: str) -> None:
        pass

    def on_leave(  # type: ignore[override]  # a node stays a node
        self, original_node: cst.CSTNode, updated_node: cst.CSTNode
    ) -> cst.CSTNode:
        self.parents.pop()
        result = updated_node
        for edit in self.edits.get(original_node, ()):
            self.has_changed_line = True
            self.current[original_node] = result
            result = self._edited(edit, original_node, result)
        if type(original_node) in HOLDERS:
            result = self._with_statements(original_node, result)
        if original_node in self.named:
            self.current[original_node] = result
        return result

    def _with_statements(self, original: cst.CSTNode, updated: cst.CSTNode) -> cst.CSTNode:
        """What holds statements or handlers, without those that go and with those that come."""
        match original, updated:
            case cst.SimpleStatementLine(), cst.SimpleStatementLine():
                return self._line(original, updated) if self.has_changed_line else updated
            case cst.SimpleStatementSuite(), cst.SimpleStatementSuite():
                kept = self._kept(original, updated)
                return updated.with_changes(body=kept or [cst.Pass()])
            case cst.IndentedBlock() | cst.Module(), cst.IndentedBlock() | cst.Module():
                return self._block(original, updated)
            case cst.Try(), cst.Try():
                return updated.with_changes(handlers=list(self._handlers(original, updated)))
        return updated

    def _node(self, node: ast.AST) -> cst.CSTNode:
        try:
            return self.found[node].node
        except KeyError:
            kind = type(node).__name__
            raise Refusal(f"libcst has no {kind} in line {place_of(node)[0]}") from None

    def _edited(self, edit: Edit, original: cst.CSTNode, updated: cst.CSTNode) -> cst.CSTNode:
        match edit, updated:
            case SetFirstParameter(), cst.FunctionDef():
                try:
                    return with_first_parameter(updated, edit.name)
                except ValueError as error:
                    raise Refusal(str(error)) from error
            case AddDecorator(), cst.FunctionDef():
                decorator = cst.Decorator(cst.parse_expression(edit.source))
                return updated.with_changes(decorators=[decorator, *updated.decorators])
            case SetKeyword(), cst.BaseExpression():
                return self._with_keyword(updated, edit)
            case RenameKeyword(), cst.Arg():
                return updated.with_changes(keyword=cst.Name(edit.name))
            case NameArgument(), cst.Call():
                return self._with_named(original, updated, edit)
            case RemoveArgument(), cst.Call():
                return self._without(edit.argument, original, updated)
            case RemoveItem(), cst.Tuple() | cst.List() | cst.Dict():
                return self._without(edit.item, original, updated)
            case ReplaceExpression(), cst.BaseExpression():
                return self._replaced(edit, updated)
            case ReplaceStatement(), cst.BaseSmallStatement():
                return self._statement(edit.source).with_changes(semicolon=updated.semicolon)
            case SetHandlerType(), cst.ExceptHandler() | cst.ExceptStarHandler():
                return self._with_type(updated, edit)
            case JoinImport(), cst.ImportFrom():
                return _with_name(updated, edit)
            case LeaveImport(), cst.Import() | cst.ImportFrom():
                commas = Commas.of(updated)
                commas.remove(edit.index)
                return commas.put_into(updated)
            case RemoveStatement(), cst.BaseSmallStatement():
                return updated  # the line, or the suite, leaves it out
            case InsertHandler(), cst.ExceptHandler():
                return updated  # the ``try`` puts it in
        raise Refusal(f"no {type(edit).__name__} for a {type(updated).__name__} of libcst")

    def _without(self, item: ast.AST, original: cst.CSTNode, updated: Container) -> Container:
        commas = Commas.of(updated)
        commas.remove(self._index(original, item))
        return commas.put_into(updated)

    def _index(self, container: cst.CSTNode, wanted: ast.AST) -> int:
        """Which of a container's items is, holds, or has as its key, what ast has as this node."""
        node = self._node(wanted)
        items = getattr(container, "args" if isinstance(container, cst.Call) else "elements")
        for index, item in enumerate(items):
            if node in (item, item.value, getattr(item, "key", None)):
                return index
        raise Refusal("what is to be changed is not where it should be")

    def _with_keyword(self, call: cst.BaseExpression, edit: SetKeyword) -> cst.Call:
        value = self._expression(edit.value)
        if not isinstance(call, cst.Call):
            call = cst.Call(fitted(call, cst.Call(call)))
        names = [as_read(arg.keyword.value) if arg.keyword else "" for arg in call.args]
        if edit.keyword in names:
            index = names.index(edit.keyword)
            changed = call.args[index].with_changes(value=fitted(value, call.args[index]))
            return call.with_changes(args=[*call.args[:index], changed, *call.args[index + 1 :]])
        commas = Commas.of(call)
        doubles = [index for index, arg in enumerate(call.args) if arg.star == "**"]
        added = _keyword(edit.keyword, value, call)
        commas.insert(doubles[0] if doubles else len(call.args), added)
        return commas.put_into(call)

    def _with_named(self, original: cst.CSTNode, call: cst.Call, edit: NameArgument) -> cst.Call:
        index = self._index(original, edit.argument)
        arg = call.args[index]
        if arg.star or arg.keyword:
            raise Refusal("only a positional argument can be named")
        value = bare(arg.value)
        if not _holds_together(value) or _loses_comments(arg.value):
            value = arg.value
        named = _keyword(edit.name, value, call)
        named = named.with_changes(comma=arg.comma, whitespace_after_arg=arg.whitespace_after_arg)
        return call.with_changes(args=[*call.args[:index], named, *call.args[index + 1 :]])

    def _replaced(self, edit: ReplaceExpression, updated: cst.BaseExpression) -> cst.BaseExpression:
        parent = self.parents[-1] if self.parents else None
        return fitted(self._expression(edit.source), parent, self.found[edit.expression].is_glued)

    def _with_type(
        self, handler: cst.ExceptHandler | cst.ExceptStarHandler, edit: SetHandlerType
    ) -> cst.CSTNode:
        type_ = handler.type
        if edit.type is not None:
            type_ = fitted(self._expression(edit.type), cst.Return())
        if type_ is None:
            raise Refusal("a bare except: needs a type before a name")
        name = handler.name
        if edit.name is not None:
            name = cst.AsName(cst.Name(edit.name)) if edit.name else None
        elif name is not None and name.whitespace_before_as.empty:
            name = name.with_changes(whitespace_before_as=SPACE)
        changes: dict[str, object] = {"type": type_, "name": name}
        if isinstance(handler, cst.ExceptHandler) and handler.whitespace_after_except.empty:
            changes["whitespace_after_except"] = SPACE
        return handler.with_changes(**changes)

    def _handlers(self, original: cst.Try, updated: cst.Try) -> Iterator[cst.ExceptHandler]:
        for old, new in zip(original.handlers, updated.handlers, strict=True):
            for edit in self.edits.get(old, ()):
                if isinstance(edit, InsertHandler):
                    yield _reraising_handler(edit.type, new.body)
            yield new

    def _kept(
        self,
        original: cst.SimpleStatementLine | cst.SimpleStatementSuite,
        updated: cst.SimpleStatementLine | cst.SimpleStatementSuite,
    ) -> list[cst.BaseSmallStatement]:
        """The statements on one line that no edit removes."""
        pairs = list(zip(original.body, updated.body, strict=True))
        kept = [new for old, new in pairs if not self._is_removed(old)]
        if kept and self._is_removed(original.body[-1]):
            kept[-1] = kept[-1].with_changes(semicolon=updated.body[-1].semicolon)
        return kept

    def _is_removed(self, statement: cst.CSTNode) -> bool:
        return any(isinstance(edit, RemoveStatement) for edit in self.edits.get(statement, ()))

    def _line(
        self, original: cst.SimpleStatementLine, updated: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine:
        kept = self._kept(original, updated)
        if not kept:
            self.emptied.add(original)
            return original
        updated = updated.with_changes(body=kept)
        lines = own_lines(lost_comments(code_of(original), code_of(updated)))
        return updated.with_changes(leading_lines=[*updated.leading_lines, *lines])

    def _block(
        self, original: cst.IndentedBlock | cst.Module, updated: cst.IndentedBlock | cst.Module
    ) -> cst.CSTNode:
        """The block without the lines that are emptied; their comments stay."""
        body: list[cst.BaseStatement] = []
        left: list[cst.EmptyLine] | None = None
        for old, new in zip(original.body, updated.body, strict=True):
            lines = new.leading_lines  # type: ignore[attr-defined]  # every statement has some
            if left is not None:
                lines = joined_lines(left, lines, at_start=not body)
            if old in self.emptied:
                inside = comments_in(code_of(new.with_changes(leading_lines=[])))
                left = [*lines, *own_lines(inside)]
                continue
            body.append(new if left is None else new.with_changes(leading_lines=lines))
            left = None
        if not body and isinstance(updated, cst.IndentedBlock):
            body, left = [cst.SimpleStatementLine([cst.Pass()], leading_lines=left or [])], None
        if left and any(line.comment for line in left):
            updated = updated.with_changes(footer=[*left, *updated.footer])
        return updated.with_changes(body=body)

    def _statement(self, source: Source) -> cst.BaseSmallStatement:
        line = cst.parse_statement(self._code(source, "exec"))
        if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
            raise Refusal("only one simple statement can stand in the place of another")
        return line.body[0]

    def _expression(self, source: Source) -> cst.BaseExpression:
        return cst.parse_expression(self._code(source, "eval"))

    def _code(self, source: Source, mode: Mode) -> str:
        """New source, with as few parentheses around what is copied as its meaning allows."""
        pieces = [(each, each) if isinstance(each, str) else self._copies(each) for each in source]
        chosen = [safe for safe, _ in pieces]
        meaning = _meaning("".join(chosen), mode)
        if meaning is None:
            raise Refusal(f"its new source is no Python: {''.join(chosen)}")
        for index, (_, short) in enumerate(pieces):
            attempt = [*chosen[:index], short, *chosen[index + 1 :]]
            if _meaning("".join(attempt), mode) == meaning:
                chosen = attempt
        return "".join(chosen).strip()

    def _copies(self, piece: ast.expr) -> tuple[str, str]:
        """The source of a node, with its own edits, in parentheses and without."""
        original = self._node(piece)
        node = self.current.get(original) or original.visit(self)
        if isinstance(node, cst.Arg | cst.StarredElement):
            starred = f"*{code_of(node.value)}"
            return starred, starred
        assert isinstance(node, cst.BaseExpression)
        safe = code_of(parenthesised(node))
        return safe, safe if _loses_comments(node) else code_of(bare(node))


#: What a piece of source is: an expression, or statements.
Mode: TypeAlias = Literal["eval", "exec"]


def _meaning(source: str, mode: Mode) -> str | None:
    """What Python reads in a piece of source; None if it is no Python."""
    try:
        return ast.dump(ast.parse(source.strip(), mode=mode))
    except SyntaxError:
        return None


def _holds_together(expression: cst.BaseExpression) -> bool:
    """Whether Python reads an expression as a whole without brackets around it."""
    return _meaning(code_of(expression), "eval") is not None


def _loses_comments(expression: cst.BaseExpression) -> bool:
    """Whether there are comments between an expression and the parentheses around it."""
    return bool(lost_comments(code_of(expression), code_of(parenthesised(bare(expression)))))


def _keyword(name: str, value: cst.BaseExpression, call: cst.Call) -> cst.Arg:
    """A keyword argument, with spaces around the equals sign as the call's others have them."""
    equals = (arg.equal for arg in call.args if isinstance(arg.equal, cst.AssignEqual))
    spaced = any(equal.deep_equals(cst.AssignEqual(SPACE, SPACE)) for equal in equals)
    equal = cst.AssignEqual(SPACE, SPACE) if spaced else cst.AssignEqual(NOTHING, NOTHING)
    arg = cst.Arg(value, keyword=cst.Name(name), equal=equal)
    return arg.with_changes(value=fitted(value, arg))


def _with_name(statement: cst.ImportFrom, edit: JoinImport) -> cst.ImportFrom:
    """The import with one more name, in its place where the names are sorted."""
    if isinstance(statement.names, cst.ImportStar):
        raise Refusal("a star import takes no names")
    names = [as_read(each.evaluated_name) for each in statement.names]
    asname = cst.AsName(cst.Name(edit.alias)) if edit.alias else None
    commas = Commas.of(statement)
    commas.insert(position_of(edit.name, names), cst.ImportAlias(cst.Name(edit.name), asname))
    return commas.put_into(statement)


def _reraising_handler(type_: str, alike: cst.BaseSuite) -> cst.ExceptHandler:
    """A handler that raises again what it catches, on one line if the one that follows it is."""
    body: cst.BaseSuite
    if isinstance(alike, cst.IndentedBlock):
        again = cst.SimpleStatementLine([cst.Raise()])
        body = cst.IndentedBlock([again], indent=alike.indent)
    else:
        body = cst.SimpleStatementSuite([cst.Raise()])
    return cst.ExceptHandler(body, fitted(cst.parse_expression(type_), cst.Return()))
