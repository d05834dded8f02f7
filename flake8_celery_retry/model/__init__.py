"""The model of a module: what Celery will see in it."""

from ..syntax.values import UNKNOWN
from .handlers import Handler
from .module import Module, read_module
from .retries import RetryCall
from .tasks import Option, Task

__all__ = ["UNKNOWN", "Handler", "Module", "Option", "RetryCall", "Task", "read_module"]
