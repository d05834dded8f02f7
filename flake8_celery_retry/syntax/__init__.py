"""Python code, read without running it: Python, and no word of Celery."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from .kinds import Kinds
from .names import Names
from .tree import Tree
from .values import NOTHING_KNOWN, Attributes, Values


class Syntax:
    """What can be asked of a module as Python: where its nodes stand (``tree``), what its names
    mean (``names``), what its expressions come to (``values``) and what kind of thing that is
    (``kinds``). How control flows is in :mod:`.flow`, which asks ``tree`` and ``values``."""

    def __init__(
        self,
        tree: ast.Module,
        lines: Sequence[str] = (),
        attributes: Attributes = NOTHING_KNOWN,
    ) -> None:
        """``lines`` are those that the tree was made of; without them there are no comments.
        ``attributes`` are what libraries give their objects."""
        self.tree = Tree(tree, lines)
        self.names = Names(self.tree)
        self.values = Values(self.names, attributes)
        self.kinds = Kinds(self.values)
