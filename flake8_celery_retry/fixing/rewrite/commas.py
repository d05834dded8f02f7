"""Items between brackets: arguments, parameters, elements, imported names.

libcst keeps the whitespace between them in half a dozen places. Here it is one list of gaps, one
before each item and one after the last, so that an item can come or go together with what belongs
to it, and comments stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias, TypeVar, cast

import libcst as cst

Gap: TypeAlias = cst.BaseParenthesizableWhitespace
Item: TypeAlias = (
    cst.Arg
    | cst.BaseElement
    | cst.BaseDictElement
    | cst.ImportAlias
    | cst.Param
    | cst.ParamSlash
    | cst.ParamStar
)

NOTHING = cst.SimpleWhitespace("")
SPACE = cst.SimpleWhitespace(" ")
INDENTATION = "    "

#: Something with items between brackets.
Container = TypeVar(
    "Container", bound=cst.Call | cst.Tuple | cst.List | cst.Dict | cst.Import | cst.ImportFrom
)

ITEMS: dict[type[cst.CSTNode], str] = {
    cst.Call: "args",
    cst.Dict: "elements",
    cst.Import: "names",
    cst.ImportFrom: "names",
    cst.List: "elements",
    cst.Tuple: "elements",
}
BRACKETS: dict[type[cst.CSTNode], tuple[str, str]] = {
    cst.Dict: ("lbrace", "rbrace"),
    cst.ImportFrom: ("lpar", "rpar"),
    cst.List: ("lbracket", "rbracket"),
    cst.Tuple: ("lpar", "rpar"),
}

#: Where libcst keeps the whitespace after an item that no comma follows; else it is the bracket's.
OWN_GAP: dict[type[cst.CSTNode], str] = {
    cst.Arg: "whitespace_after_arg",
    cst.Param: "whitespace_after_param",
    cst.ParamSlash: "whitespace_after",
}


class Commas:
    """Items, the gaps around them, and whether a comma follows the last one.

    ``opening`` is what stands before the first item, ``closing`` what the closing bracket keeps
    before itself.
    """

    def __init__(self, items: Sequence[Item], opening: Gap, closing: Gap = NOTHING) -> None:
        self.items = list(items)
        self.gaps: list[Gap] = [opening, *map(_gap_after, items)]
        self.gaps[-1] = _either(self.gaps[-1], closing)
        self.has_last_comma = bool(items) and isinstance(items[-1].comma, cst.Comma)

    @classmethod
    def of(cls, container: cst.CSTNode) -> Commas:
        """What stands between the brackets of a call, a display or an import."""
        items = getattr(container, ITEMS[type(container)])
        if isinstance(container, cst.Call):
            return cls(items, container.whitespace_before_args)
        left, right = _brackets(container)
        if left is None or right is None:
            return cls(items, NOTHING)
        return cls(items, left.whitespace_after, right.whitespace_before)

    def put_into(self, container: Container) -> Container:
        """The container with these items."""
        changes: dict[str, object] = {}
        if isinstance(container, cst.Tuple) and len(self.items) < 2:
            changes = self._make_up_a_tuple(container)
        changes[ITEMS[type(container)]] = self.laid_out()
        left, right = _brackets(container)
        if isinstance(container, cst.Call):
            changes["whitespace_before_args"] = self.opening
        elif left is not None and right is not None:
            left = left.with_changes(whitespace_after=self.opening)
            right = right.with_changes(whitespace_before=self.closing)
            if isinstance(container, cst.Tuple):
                left, right = [*container.lpar[:-1], left], [right, *container.rpar[1:]]
            first, last = BRACKETS[type(container)]
            changes |= {first: left, last: right}
        # libcst's annotation forgets which type it is.
        return cast(Container, container.with_changes(**changes))

    def _make_up_a_tuple(self, container: cst.Tuple) -> dict[str, object]:
        """One element needs a comma, which is no reason for a line of its own; and nothing between
        parentheses needs those."""
        if not self.items:
            has_some = bool(container.lpar)
            return {} if has_some else {"lpar": [cst.LeftParen()], "rpar": [cst.RightParen()]}
        self.has_last_comma = True
        if not any(map(_has_comment, self.gaps)):
            self.gaps = [NOTHING, NOTHING]
        return {}

    def insert(self, index: int, item: Item) -> None:
        """Put an item before that with this index, or at the end, laid out like the others: one a
        line, where they are."""
        count = len(self.items)
        if not count:
            self._open(item)
            return
        alike = self._gap_to_follow(index)
        if count == 1 and _breaks(self.gaps[0]) and _breaks(self.gaps[1]):
            self.has_last_comma = True
        gap = self.gaps[index]
        if isinstance(alike, cst.ParenthesizedWhitespace):
            # The comment at the end of the line stays with the item before, those on lines of
            # their own with the item after.
            first, second = _split_after_item(gap, alike) if index else _split_at_start(gap, alike)
        elif index == count:
            first, second = _inline(alike, count), gap
        else:
            first, second = gap, _inline(alike, count)
        self.gaps[index : index + 1] = [first, second]
        self.items.insert(index, item)

    def remove(self, index: int) -> None:
        """Take out the item with this index; comments around it stay."""
        is_last = index == len(self.items) - 1
        del self.items[index]
        before, after = self.gaps[index : index + 2]
        self.gaps[index : index + 2] = [_joined(before, after, index == 0, is_last)]
        if not self.items:
            self.has_last_comma = False
            if not _has_comment(self.gaps[0]):
                self.gaps[0] = NOTHING

    def laid_out(self) -> list[Any]:
        """The items with their commas and the gaps after them.

        The gap after the last one is with it where libcst keeps it there, else it is ``closing``.
        """
        last = len(self.items) - 1
        return [
            _with_gap(item, gap, index < last or self.has_last_comma, index == last)
            for index, (item, gap) in enumerate(zip(self.items, self.gaps[1:], strict=False))
        ]

    @property
    def opening(self) -> Gap:
        """The gap before the first item."""
        return self.gaps[0]

    @property
    def closing(self) -> Gap:
        """The gap after the last item; nothing where there is no item."""
        return self.gaps[-1] if self.items else NOTHING

    def _gap_to_follow(self, index: int) -> Gap:
        """The gap between two items that is nearest to a new one, else that before the only one."""
        return self.gaps[min(max(index, 1), len(self.items) - 1)]

    def _open(self, item: Item) -> None:
        """Put the first item in."""
        self.items = [item]
        gap = self.gaps[0]
        if not isinstance(gap, cst.ParenthesizedWhitespace):
            self.gaps = [NOTHING, NOTHING]
            return
        deeper = cst.SimpleWhitespace(gap.last_line.value + INDENTATION)
        self.gaps = [gap.with_changes(last_line=deeper), _line_break(gap)]
        self.has_last_comma = True


def _brackets(container: cst.CSTNode) -> tuple[Any, Any]:
    """The opening and the closing bracket, where libcst has nodes for them."""
    if isinstance(container, cst.Tuple):
        return (container.lpar[-1], container.rpar[0]) if container.lpar else (None, None)
    first, last = BRACKETS.get(type(container), ("", ""))
    return getattr(container, first, None), getattr(container, last, None)


def _gap_after(item: Item) -> Gap:
    """The whitespace after an item, and after its comma if it has one."""
    after_comma = item.comma.whitespace_after if isinstance(item.comma, cst.Comma) else NOTHING
    own = getattr(item, OWN_GAP.get(type(item), ""), NOTHING)
    return _either(after_comma, own)


def _with_gap(item: Item, gap: Gap, has_comma: bool, is_last: bool) -> Item:
    own_gap = OWN_GAP.get(type(item))
    if is_last and not own_gap:
        gap = NOTHING
    changes: dict[str, object] = {own_gap: NOTHING if has_comma else gap} if own_gap else {}
    before = item.comma.whitespace_before if isinstance(item.comma, cst.Comma) else NOTHING
    changes["comma"] = cst.Comma(before, gap) if has_comma else cst.MaybeSentinel.DEFAULT
    return item.with_changes(**changes)


def _either(one: Gap, other: Gap) -> Gap:
    return other if one.empty else one


def _breaks(gap: Gap) -> bool:
    return isinstance(gap, cst.ParenthesizedWhitespace)


def _has_comment(gap: Gap) -> bool:
    if not isinstance(gap, cst.ParenthesizedWhitespace):
        return False
    comments = [gap.first_line.comment, *(line.comment for line in gap.empty_lines)]
    return any(comment is not None for comment in comments)


def _line_break(
    alike: cst.ParenthesizedWhitespace,
    end_of_line: cst.TrailingWhitespace | None = None,
    lines: Sequence[cst.EmptyLine] = (),
) -> cst.ParenthesizedWhitespace:
    """A line break that indents as another one does; what it begins with, and lines within it."""
    return cst.ParenthesizedWhitespace(
        end_of_line or cst.TrailingWhitespace(), lines, alike.indent, alike.last_line
    )


def _split_after_item(gap: Gap, alike: cst.ParenthesizedWhitespace) -> tuple[Gap, Gap]:
    """The gaps around a new item that comes after another one."""
    if not isinstance(gap, cst.ParenthesizedWhitespace):
        return _line_break(alike), gap
    return _line_break(alike, gap.first_line), _line_break(gap, lines=gap.empty_lines)


def _split_at_start(gap: Gap, alike: cst.ParenthesizedWhitespace) -> tuple[Gap, Gap]:
    """The gaps around a new first item."""
    if not isinstance(gap, cst.ParenthesizedWhitespace):
        return gap, _line_break(alike)
    return _line_break(gap, gap.first_line), _line_break(alike, lines=gap.empty_lines)


def _inline(alike: Gap, count: int) -> Gap:
    """What separates items on one line: a space, or nothing where the author writes none."""
    return NOTHING if count > 1 and alike.empty else SPACE


def _joined(before: Gap, after: Gap, is_first: bool, is_last: bool) -> Gap:
    """One gap for the two around an item that goes."""
    if not isinstance(after, cst.ParenthesizedWhitespace):
        return after if is_last and not _has_comment(before) else before
    if not isinstance(before, cst.ParenthesizedWhitespace):
        return before if is_first and not is_last and not _has_comment(after) else after
    lines = [*before.empty_lines, *_own_line(after.first_line, before), *after.empty_lines]
    return _line_break(after, before.first_line, lines)


def _own_line(
    end_of_line: cst.TrailingWhitespace, alike: cst.ParenthesizedWhitespace
) -> list[cst.EmptyLine]:
    """The comment at the end of a line as a line of its own."""
    comment = end_of_line.comment
    return [cst.EmptyLine(alike.indent, alike.last_line, comment)] if comment else []
