"""The parameters of a function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import libcst as cst

from .commas import Commas, Item
from .names import as_read


def with_first_parameter(function: cst.FunctionDef, name: str) -> cst.FunctionDef:
    """The function with ``name`` as its first parameter.

    A parameter of that name is moved, without its default (it always gets a value there). Raises
    ``ValueError`` where ``*name`` or ``**name`` has the name.
    """
    items = list(_in_order(function.params))
    names = [as_read(item.name.value) if isinstance(item, cst.Param) else "" for item in items]
    if names[:1] == [name] and not _stars(items[0]):
        return function
    commas = Commas(items, function.whitespace_before_params)
    annotation = None
    if name in names:
        known = items[names.index(name)]
        assert isinstance(known, cst.Param)
        if _stars(known):
            raise ValueError(f"{known.star}{name} has the name already")
        annotation = known.annotation
        commas.remove(names.index(name))
        _remove_needless_star(commas)
    commas.insert(0, cst.Param(cst.Name(name), annotation))
    return function.with_changes(
        params=_parameters(commas.laid_out()), whitespace_before_params=commas.opening
    )


def _in_order(parameters: cst.Parameters) -> Iterator[Item]:
    yield from parameters.posonly_params
    if isinstance(parameters.posonly_ind, cst.ParamSlash):
        yield parameters.posonly_ind
    yield from parameters.params
    if isinstance(parameters.star_arg, cst.Param | cst.ParamStar):
        yield parameters.star_arg
    yield from parameters.kwonly_params
    if parameters.star_kwarg:
        yield parameters.star_kwarg


def _stars(item: Item) -> str:
    return item.star if isinstance(item, cst.Param) and isinstance(item.star, str) else ""


def _remove_needless_star(commas: Commas) -> None:
    """Take out a ``*`` that no keyword-only parameter follows any more."""
    for index, item in enumerate(commas.items):
        rest = commas.items[index + 1 :]
        if isinstance(item, cst.ParamStar) and (not rest or _stars(rest[0])):
            commas.remove(index)
            return


def _parameters(items: Sequence[Any]) -> cst.Parameters:
    """Parameters in their order as libcst groups them."""
    slash = next((i for i, item in enumerate(items) if isinstance(item, cst.ParamSlash)), None)
    ends = [i for i, item in enumerate(items) if isinstance(item, cst.ParamStar) or _stars(item)]
    double = ends[-1] if ends and _stars(items[ends[-1]]) == "**" else len(items)
    star = ends[0] if ends and ends[0] < double else double
    first = 0 if slash is None else slash + 1
    return cst.Parameters(
        posonly_params=items[: slash or 0],
        posonly_ind=cst.MaybeSentinel.DEFAULT if slash is None else items[slash],
        params=items[first:star],
        star_arg=items[star] if star < double else cst.MaybeSentinel.DEFAULT,
        kwonly_params=items[star + 1 : double],
        star_kwarg=items[double] if double < len(items) else None,
    )
