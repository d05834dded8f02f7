"""Names, and what binds them."""

from __future__ import annotations

import pytest
from short_modules import codes

FREE = [
    ("@shared_task\ndef charge():\n    self.retry()", True),
    ("@shared_task\ndef charge():\n    retry()", True),
    ("from shop import *\n@shared_task\ndef charge():\n    self.retry()", False),
    ("from shop import retry\n@shared_task\ndef charge():\n    retry()", False),
    ("def retry(): pass\n@shared_task\ndef charge():\n    retry()", False),
    ("self = object()\n@shared_task\ndef charge():\n    self.retry()", False),
    ("@shared_task\ndef charge():\n    self = find()\n    self.retry()", False),
    ("def make(self):\n    @shared_task\n    def charge():\n        self.retry()", False),
    ("def make(self):\n    pass\n@shared_task\ndef charge():\n    self.retry()", True),
    ("@shared_task\ndef charge():\n    def inner(self):\n        self.retry()", False),
    ("@shared_task\ndef charge():\n    for self in []:\n        self.retry()", False),
    ("@shared_task\ndef charge():\n    with lock() as self:\n        self.retry()", False),
    ("@shared_task\ndef charge():\n    import self\n    self.retry()", False),
]


@pytest.mark.parametrize(("rest", "is_free"), FREE)
def test_a_name_is_free_if_nothing_around_it_binds_it(rest, is_free):
    source = f"from celery import shared_task\n{rest}\n"
    assert codes(source) == (["CRT102"] if is_free else [])
