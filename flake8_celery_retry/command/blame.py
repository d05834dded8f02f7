"""Whose error it is: a program that loads other people's plugins can say which of them failed."""

from __future__ import annotations

import sys

#: What may call another plugin, or be called by one, without being it.
OUR_OWN = {"__main__", "flake8_celery_retry", "flake8", *sys.stdlib_module_names}


def plugin_to_blame(error: BaseException) -> str | None:
    """The package in whose code an exception arose, if that is another plugin of flake8's."""
    trace = error.__traceback__
    while trace is not None:
        package = str(trace.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
        if package and package not in OUR_OWN:
            return _distribution_of(package)
        trace = trace.tb_next
    return None


def _distribution_of(package: str) -> str:
    """The name under which a package is installed."""
    # Nobody is to blame in most runs.
    from importlib.metadata import packages_distributions

    return next(iter(packages_distributions().get(package, ())), package)
