"""Where on the web a rule's page is."""

from __future__ import annotations

DOCUMENTATION = "https://flake8-celery-retry.readthedocs.io"


def page_url(code: str) -> str:
    """The address of the page of a rule's code (``CRT203``)."""
    return f"{DOCUMENTATION}/rules/{code}/"
