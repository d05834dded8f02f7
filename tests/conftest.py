"""Shared by all rooms: the modules beside this file are theirs to import."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("drafts", "pages", "programs", "rewriting", "short_modules")
