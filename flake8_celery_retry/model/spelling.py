"""Spelling: options of a task that Celery does not know, and which of its own they are meant to
be."""

from __future__ import annotations

from ..facts.misspellings import is_about_retries, meant_option
from ..facts.options import RETRY_OPTIONS, Takes
from ..syntax.values import UNKNOWN
from .module import Module
from .remembering import remembered
from .tasks import Option, Task
from .work.uses import reads_option


@remembered
def unknown_options(task: Task) -> list[Option]:
    """The options of a task's decorator that mean a retry setting and that nothing reads, in
    source order: neither Celery, nor the task's own body, nor a base class or decorator of the
    project's own."""
    is_read_elsewhere = task.is_house or task.has_base_elsewhere
    if task.is_class or task.may_be_foreign or is_read_elsewhere:
        return []
    if task.module.recognition.makes_app_with_task_class:
        return []
    found = [
        option
        for name, option in task.options.items()
        if option.is_own and is_about_retries(name) and not reads_option(task, name)
    ]
    return sorted(found, key=lambda option: (option.value.lineno, option.value.col_offset))


def is_meant(task: Task, name: str) -> bool:
    """Whether one of the task's unknown options is a misspelling of this one."""
    return any(meant_option(option.name) == name for option in unknown_options(task))


def fits(module: Module, option: Option, name: str) -> bool:
    """Whether the value of an option may be one of the option of this name; one that can't be read
    may, unless it is seen to be something else."""
    value = module.values.value(option.value)
    takes = RETRY_OPTIONS[name].takes
    if takes is Takes.CLASSES:
        return value is UNKNOWN and not (
            module.kinds.is_single_class(option.value)
            or module.kinds.is_text(option.value)
            or module.values.items(option.value) is not None
        )
    if takes is Takes.ENTRIES:
        return value is UNKNOWN and module.values.elements(option.value) is None
    if value is UNKNOWN:
        return not (
            module.kinds.is_container(option.value)
            or module.kinds.is_text(option.value)
            or module.kinds.is_timedelta(option.value)
        )
    is_switch = isinstance(value, bool)
    if takes is Takes.SWITCH:
        return is_switch
    if takes is Takes.LIMIT:
        return value is None or (isinstance(value, int) and not is_switch)
    return isinstance(value, (int, float)) and (takes is Takes.FACTOR or not is_switch)
