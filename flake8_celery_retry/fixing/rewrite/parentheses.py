"""Which expressions need parentheses where."""

from __future__ import annotations

import libcst as cst

#: Expressions that hold together by themselves.
CLOSED = (
    cst.Name
    | cst.Attribute
    | cst.Call
    | cst.Subscript
    | cst.BaseString
    | cst.Ellipsis
    | cst.BaseList
    | cst.BaseSet
    | cst.BaseDict
)

#: Places that an expression has to itself, between keywords, commas and brackets.
OWN_PLACE = (
    cst.AnnAssign
    | cst.Arg
    | cst.Assign
    | cst.AugAssign
    | cst.DictElement
    | cst.Element
    | cst.Expr
    | cst.If
    | cst.Index
    | cst.Raise
    | cst.Return
    | cst.While
)

#: Expressions whose parts may be comparisons: ``a is None or b``, ``a if b > 0 else c``.
BINDING_LESS = cst.BooleanOperation | cst.IfExp

#: Expressions that need parentheses there too, or in some of these places.
LOOSE = cst.NamedExpr | cst.Tuple | cst.GeneratorExp | cst.Yield


def parenthesised(expression: cst.BaseExpression) -> cst.BaseExpression:
    """The expression in parentheses, unless it has some."""
    if expression.lpar:
        return expression
    return expression.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def bare(expression: cst.BaseExpression) -> cst.BaseExpression:
    """The expression without parentheses around it; those that make a tuple or a generator
    expression are its own."""
    kept = 1 if isinstance(expression, cst.Tuple | cst.GeneratorExp) else 0
    return expression.with_changes(
        lpar=expression.lpar[len(expression.lpar) - kept :] if kept else [],
        rpar=expression.rpar[:kept],
    )


def fitted(
    expression: cst.BaseExpression, parent: cst.CSTNode | None, is_glued: bool = False
) -> cst.BaseExpression:
    """The expression as it can stand within ``parent``, a word right beside it or not."""
    if is_glued or _needs_parentheses(expression, parent):
        return parenthesised(expression)
    return expression


def _needs_parentheses(expression: cst.BaseExpression, parent: cst.CSTNode | None) -> bool:
    if isinstance(expression, cst.BaseNumber):
        return isinstance(parent, cst.Attribute)
    if isinstance(expression, CLOSED):
        return False
    if isinstance(expression, cst.Comparison) and isinstance(parent, BINDING_LESS):
        return False
    return not isinstance(parent, OWN_PLACE) or isinstance(expression, LOOSE)
