"""Which fixes can be carried out together: those whose edits touch different parts of a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ...linting.findings import Fix
from ..edits import Edit
from ..places import Region


def without_overlaps(fixes: Sequence[Fix]) -> tuple[Fix, ...]:
    """The fixes, in their order, less those that touch what an earlier one touches.

    An edit that is the very same in several fixes (each of them binds the task) is no overlap: it
    is carried out once. Nor is an import: any number can be added, or go.
    """
    taken: dict[int, list[tuple[Region, Edit]]] = defaultdict(list)
    known: set[Edit] = set()
    chosen: list[Fix] = []
    for fix in fixes:
        new = [
            (region, edit) for edit in fix.edits if edit not in known for region in edit.regions()
        ]
        if any(
            other not in fix.edits and _overlap(region, there)
            for region, _ in new
            for line in _lines(region)
            for there, other in taken[line]
        ):
            continue
        for region, edit in new:
            for line in _lines(region):
                taken[line].append((region, edit))
        known.update(fix.edits)
        chosen.append(fix)
    return tuple(chosen)


def _lines(region: Region) -> range:
    return range(region[0][0], region[1][0] + 1)


def _overlap(one: Region, other: Region) -> bool:
    if one == other:
        return True
    first, second = sorted((one, other))
    return second[0] < first[1] or second[0] == first[0]
