"""The model of a module: what Celery will see in it."""

from .build import Module, read_module
from .handlers import Handler
from .retries import RetryCall
from .tasks import Option, Task
from .values import UNKNOWN

__all__ = ["UNKNOWN", "Handler", "Module", "Option", "RetryCall", "Task", "read_module"]
