"""A worker with a process for its tasks (``prefork``), which may kill it: started by the command.

Messages and results are files, because the worker, its process and the one who sends a task share
no memory. Nothing is taken out of a message here, so an example must ask for no delay.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import file_broker
from celery import Celery

#: Seconds after which a worker that says nothing is taken for dead.
PATIENCE = 60

#: The module with the worker's app, and that of the example.
APP, EXAMPLE = "example_app", "example"
SOURCE_OF_APP = """
from pathlib import Path
from processes import make_app

app = make_app(Path(__file__).parent)

@app.task(name="bell")
def ring():
    pass
"""


@dataclass
class Ending:
    """How a task ended: its state, ``failure`` (the name of the exception's class), its runs."""

    state: str
    failure: str | None
    runs: int


def make_app(folder: Path) -> Celery:
    """An app whose messages and results are files in a folder."""
    broker, results = folder / "broker", folder / "results"
    for made in (broker, results):
        made.mkdir(exist_ok=True)
    app = Celery("shop", backend=f"file://{results}", set_as_current=False)
    app.conf.update(file_broker.options(broker), worker_lost_wait=1)
    return app


def run(folder: Path, source: str, task: str, *args: object) -> Ending:
    """Send a task of a module to a worker with one process, and watch until all has ended.

    ``folder`` is an empty one. The worker's log tells how often the task ran; a bell is rung behind
    the task and what it sent.
    """
    (folder / f"{EXAMPLE}.py").write_text(source, encoding="utf-8")
    (folder / f"{APP}.py").write_text(SOURCE_OF_APP, encoding="utf-8")
    log = folder / "log"
    app = make_app(folder)
    sent = app.send_task(f"{EXAMPLE}.{task}", args)
    with (
        log.open("w") as lines,
        subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", APP, "worker", "--include", EXAMPLE),
                *("--pool=prefork", "--concurrency=1", "--loglevel=INFO"),
                *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            ],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(folder), str(Path(__file__).parent)]),
            },
            stdout=lines,
            stderr=lines,
            cwd=folder,
            start_new_session=True,
        ) as worker,
    ):
        try:
            with suppress(Exception):
                sent.get(timeout=PATIENCE, interval=0.05)
            app.send_task("bell").get(timeout=PATIENCE, interval=0.05)
        finally:
            # Asked to stop, a worker whose process was killed may wait for it for ever.
            os.killpg(worker.pid, signal.SIGKILL)
    runs = log.read_text(encoding="utf-8").count(f"Task {EXAMPLE}.{task}[{sent.id}] received")
    failure = type(sent.result).__name__ if isinstance(sent.result, BaseException) else None
    return Ending(sent.state, failure, runs)
