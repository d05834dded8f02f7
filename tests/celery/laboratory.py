"""The laboratory: one worker that runs an example as it stands, and what is seen of it.

Waiting is what retries are made of, so nothing here waits: the delay that a message asks for is
noted and taken out before it is published (and out of the time until it expires, too), and a sleep
in an example is noted and skipped. Where an experiment asks for it, messages do wait.
"""

from __future__ import annotations

import importlib.util
import itertools
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple
from unittest import mock

import celery
import shop.celery
from celery import Celery, Task, _state, signals
from celery.contrib.testing.worker import start_worker
from celery.exceptions import Reject
from celery.worker import state as worker_state

#: Runs of a task after which an experiment is stopped: it would go on for ever.
MOST_RUNS = 25

#: Seconds without a sign from the worker after which it is taken for dead.
PATIENCE = 20

BELL = "laboratory.bell"

#: The numbers of the examples of a session: a shared task is known to the apps of all
#: laboratories, and the second of a name would be the first one.
NUMBERS = itertools.count(1)

#: What the sender of a task reads in the end when the worker rejected its message.
STATE_OF_A_REJECTED_TASK = "FAILURE" if celery.VERSION >= (5, 7) else "PENDING"


@dataclass
class Message:
    """A task message; ``countdown`` is the delay it asked for, in whole seconds."""

    task: str
    id: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    retries: int
    countdown: int | None
    is_published: bool = False


class Run(NamedTuple):
    """A run of a task: ``before`` is the state stored when it began, ``end`` the one it came to.

    ``end`` is the worker's own word: SUCCESS, FAILURE, RETRY, REJECTED, IGNORED; None where the
    worker failed to handle the end of the run.
    """

    task: str
    id: str
    retries: int
    before: str
    end: str | None


@dataclass
class Observation:
    """What was seen of a task that was sent, and of all that it set off.

    ``state``, ``result`` and ``failure`` (``"ValueError: its message"``) are what the sender reads
    from the result backend at the end. ``state`` is ``UNREADABLE`` when the backend raises;
    ``failure`` is then what it raised. ``sleeps`` are in seconds.
    """

    task: str
    state: str = "PENDING"
    result: Any = None
    failure: str | None = None
    rejection: str | None = None
    is_endless: bool = False
    all_runs: list[Run] = field(default_factory=list)
    all_messages: list[Message] = field(default_factory=list)
    sleeps: list[float] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    @property
    def runs(self) -> int:
        """How often the task ran."""
        return len(self.ends)

    @property
    def ends(self) -> list[str | None]:
        """The state that each run of the task came to."""
        return [run.end for run in self.all_runs if run.task == self.task]

    @property
    def states(self) -> list[str]:
        """The states that someone who watches the result sees: before each run, and at the end."""
        return [*(run.before for run in self.all_runs if run.task == self.task), self.state]

    @property
    def messages(self) -> list[Message]:
        """The messages that reached the broker, in the order in which they were sent."""
        return [message for message in self.all_messages if message.is_published]

    @property
    def countdowns(self) -> list[int | None]:
        """The delay that each retry asked for, in whole seconds."""
        return [message.countdown for message in self.messages if message.retries]

    def runs_of(self, task: str) -> int:
        """How often another task of the module ran."""
        return sum(run.task == task for run in self.all_runs)


class Start(NamedTuple):
    """How the start of a worker ended: ready, or not, and the last line it wrote."""

    is_ready: bool
    last_line: str


class Laboratory:
    """A worker and its app, and the example on the bench: one at a time."""

    def __init__(self, app: Celery, folder: Path) -> None:
        """``folder`` is where the examples' modules are written."""
        self.app = app
        self.folder = folder
        self.sleeps: list[float] = []
        #: What was seen in this experiment, by the source that ran.
        self.observations: list[tuple[str, Observation]] = []
        self._seen: Observation | None = None
        self._module: ModuleType | None = None
        self._publishing = threading.local()
        self._began: dict[str, str] = {}
        self._stopped: set[str] = set()
        self._waits = False
        self._bell = threading.Event()
        self._real_sleep = time.sleep

        @app.task(name=BELL, ignore_result=True, shared=False)
        def ring() -> None:
            self._bell.set()

        app.finalize()
        self._own_tasks = set(app.tasks)

    # What an experiment asks for.

    def load(self, source: str) -> ModuleType:
        """Put a module on the bench in place of the one before; its tasks are known at once."""
        self.clear()
        name = f"example_{next(NUMBERS)}"
        path = self.folder / f"{name}.py"
        path.write_text(source, encoding="utf-8")
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = self._module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        self._worker.consumer.update_strategies()
        return module

    def run(
        self, example: str | ModuleType, task: str, *args: object, **kwargs: object
    ) -> Observation:
        """Send a task as ``task.delay(…)`` does, and watch until all that it set off has ended.

        ``example`` is the source of a module, or one that is on the bench already. What ``delay``
        raises is raised here.
        """
        module = example if isinstance(example, ModuleType) else self.load(example)
        seen = self.watch(module, task, lambda: getattr(module, task).delay(*args, **kwargs))
        if isinstance(example, str):
            self.observations.append((example, seen))
        return seen

    def run_unchecked(self, example: str, task: str, *args: object) -> Observation:
        """Send a task by its name alone, as another service does: nobody checks the arguments."""
        module = self.load(example)
        name = getattr(module, task).name
        seen = self.watch(module, task, lambda: self.app.send_task(name, args))
        self.observations.append((example, seen))
        return seen

    def watch(self, module: ModuleType, task: str, action: Callable[[], object]) -> Observation:
        """Watch a task that an action sends, until all that it set off has ended."""
        seen = self._seen = Observation(getattr(module, task).name)
        seen.sleeps = self.sleeps = []
        try:
            action()
            self.wait()
        finally:
            self._seen = None
            for task_id in self._stopped:
                worker_state.revoked.discard(task_id)
            self._stopped.clear()
        sent = [message.id for message in seen.messages if message.task == seen.task]
        if sent:
            self._read_end(seen, sent[0])
        return seen

    def wait(self) -> None:
        """Wait until all that was set off has ended; an action that is watched may ask for it.

        A bell is rung behind all messages, until nothing was published and nothing ran since the
        ring before (a message that a task puts back isn't published again).
        The worker takes one message after the other, so what stood before the bell has ended when
        it rings. Two quiet rings are asked for, because a broker of files may swap two messages
        of the same millisecond.
        """
        seen, quiet_rings = self._seen, 0
        assert seen is not None
        while quiet_rings < 2:
            happened = len(seen.all_messages), len(seen.all_runs)
            self._bell.clear()
            self.app.tasks[BELL].apply_async()
            if not self._bell.wait(PATIENCE):
                raise TimeoutError(f"the worker gave no sign for {PATIENCE} s: {seen}")
            is_quiet = happened == (len(seen.all_messages), len(seen.all_runs))
            quiet_rings = quiet_rings + 1 if is_quiet else 0

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Let messages wait as long as they ask for; a task that waits has not ended for `wait`."""
        self._waits = True
        try:
            yield
        finally:
            self._waits = False

    def start_worker(self, source: str) -> Start:
        """Start a worker of its own with the module, as the command ``celery worker`` does."""
        name = f"example_{next(NUMBERS)}"
        (self.folder / f"{name}.py").write_text(source, encoding="utf-8")
        command = [sys.executable, "-m", "celery", "-A", "shop.celery", "worker", "--include", name]
        quickly = ["--pool=solo", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        path = os.pathsep.join([str(self.folder), str(Path(__file__).parent)])
        environment = {**os.environ, "PYTHONPATH": path, "CELERY_BROKER_URL": shop.celery.MEMORY}
        with subprocess.Popen(
            [*command, *quickly, "--loglevel=INFO"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stderr is not None
            line = ""
            for line in process.stderr:
                if line.rstrip().endswith("ready."):
                    process.kill()
                    return Start(True, line.strip())
        return Start(False, line.strip())

    @property
    def writes_messages_down(self) -> bool:
        """Whether the broker keeps messages as JSON; the one in memory keeps the objects."""
        return self.app.conf.broker_url != shop.celery.MEMORY

    # What makes it work.

    @contextmanager
    def open(self) -> Iterator[Laboratory]:
        """Start the worker, and stop it in the end."""
        heard = {
            signals.setup_logging: self._leave_logging_alone,
            signals.before_task_publish: self._before_publish,
            signals.after_task_publish: self._after_publish,
            signals.task_prerun: self._before_run,
            signals.task_postrun: self._after_run,
        }
        for signal, receiver in heard.items():
            # The name tells two laboratories apart: up to Celery 5.6 a method of the second
            # counts as connected when the first one's is.
            signal.connect(receiver, weak=False, dispatch_uid=self._name_of(receiver))
        # What an interrupted session left at a broker that outlives it.
        self.app.control.purge()
        try:
            with start_worker(self.app, perform_ping_check=False) as self._worker:
                yield self
                # The worker looks whether it is to stop when a message has come, or after seconds,
                # and then waits for a last one.
                worker_state.should_terminate = os.EX_OK
                for _ in range(2):
                    self.app.tasks[BELL].apply_async()
        finally:
            for signal, receiver in heard.items():
                signal.disconnect(dispatch_uid=self._name_of(receiver))

    @contextmanager
    def experiment(self) -> Iterator[Laboratory]:
        """Make this laboratory's app the current one, and note sleeps and log lines."""
        self.app.set_current()
        self.app.set_default()
        self.observations = []
        listener = _Listener(self)
        logging.getLogger().addHandler(listener)
        with mock.patch.object(shop.celery, "app", self.app), mock.patch("time.sleep", self._sleep):
            try:
                yield self
            finally:
                self.clear()
                logging.getLogger().removeHandler(listener)

    def clear(self) -> None:
        """Take the module off the bench: nothing of it stays known to Celery."""
        self.sleeps = []
        if self._module is None:
            return
        for task in set(self.app.tasks) - self._own_tasks:
            del self.app.tasks[task]
            self._worker.consumer.strategies.pop(task, None)
        # Apps to come would be given the tasks of every module that was ever loaded.
        finalizers = _state._on_app_finalizers
        finalizers -= {call for call in finalizers if _comes_from(call, self._module.__name__)}
        del sys.modules[self._module.__name__]
        self._module = None

    def _read_end(self, seen: Observation, task_id: str) -> None:
        seen.state, value = self._read(task_id)
        if isinstance(value, BaseException):
            seen.failure = _in_words(value)
        else:
            seen.result = value

    def _read(self, task_id: str) -> tuple[str, Any]:
        try:
            result = self.app.AsyncResult(task_id)
            return result.state, result.result
        except Exception as error:
            return "UNREADABLE", error

    # What Celery tells.

    def _name_of(self, receiver: Callable[..., None]) -> str:
        return f"{receiver.__name__} of {id(self)}"

    def _leave_logging_alone(self, **_: object) -> None:
        """With a receiver here, Celery configures no logging; its own lines are wanted, though."""
        logging.getLogger("celery").setLevel(logging.INFO)

    def _before_publish(
        self, sender: str, headers: dict[str, Any], body: tuple[Any, ...], **_: object
    ) -> None:
        if self._seen is None or sender == BELL:
            return
        task_id, retries, countdown = headers["id"], headers["retries"], _seconds(headers["eta"])
        args, kwargs, _embedded = body
        message = Message(sender, task_id, tuple(args), kwargs, retries, countdown)
        self._seen.all_messages.append(message)
        self._publishing.message = message
        if not self._waits:
            _take_out_delay(headers)
        if self._seen.runs >= MOST_RUNS:
            self._seen.is_endless = True
            self._stopped.add(task_id)
            worker_state.revoked.add(task_id)

    def _after_publish(self, sender: str, **_: object) -> None:
        if self._seen is not None and sender != BELL:
            # The same thread, so the message is the one of `_before_publish`.
            self._publishing.message.is_published = True

    def _before_run(self, sender: Task, task_id: str, **_: object) -> None:
        if self._seen is not None and sender.name != BELL:
            self._began[task_id] = self._read(task_id)[0]

    def _after_run(
        self, sender: Task, task_id: str, state: str | None, retval: object, **_: object
    ) -> None:
        if self._seen is not None and sender.name != BELL:
            before, retries = self._began.pop(task_id), sender.request.retries
            self._seen.all_runs.append(Run(sender.name, task_id, retries, before, state))
            if isinstance(retval, Reject):
                self._seen.rejection = _in_words(retval.reason)

    def _sleep(self, seconds: float) -> None:
        caller = sys._getframe(1).f_globals["__name__"]
        if self._module is not None and caller == self._module.__name__:
            self.sleeps.append(seconds)
            return
        self._real_sleep(seconds)


class _Listener(logging.Handler):
    """Hands log lines to what is being observed."""

    def __init__(self, laboratory: Laboratory) -> None:
        super().__init__()
        self.laboratory = laboratory

    def emit(self, record: logging.LogRecord) -> None:
        seen, line = self.laboratory._seen, record.getMessage()
        if seen is not None and BELL not in line:
            seen.log.append(line)


def _in_words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _seconds(eta: str | None) -> int | None:
    """How many seconds from now a moment is."""
    if eta is None:
        return None
    moment = datetime.fromisoformat(eta)
    return round((moment - datetime.now(moment.tzinfo)).total_seconds())


def _take_out_delay(headers: dict[str, Any]) -> None:
    """Make it the moment at which a message falls due: its delay is over, and so much of the time
    until it expires."""
    if headers["eta"] is None:
        return
    if headers["expires"] is not None:
        due = datetime.fromisoformat(headers["eta"])
        expires = datetime.fromisoformat(headers["expires"])
        headers["expires"] = (expires - (due - datetime.now(due.tzinfo))).isoformat()
    headers["eta"] = None


def _comes_from(finalizer: Any, module: str) -> bool:
    """Whether a callback for apps to come registers a function of the module."""
    cells = [cell.cell_contents for cell in finalizer.__closure__ or ()]
    return any(getattr(content, "__module__", None) == module for content in cells)
