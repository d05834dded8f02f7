"""Stops ``fix`` at random moments: nothing may be lost, half-written, or left for good.

``python benchmarks/interrupted.py [--times 100] [--seed 1] [--signals SIGKILL SIGTERM SIGINT]``
stops as many runs over a folder of tasks with each of these signals, then lets one come to its end.
Prints a line a signal; exits with a traceback where something is amiss.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

BAD = b"""\
from celery import shared_task

@shared_task(bind=True)
def send_receipt():
    print("sent")
"""
FIXED = BAD.replace(b"receipt()", b"receipt(self)")

LINE = [sys.executable, "-m", "flake8_celery_retry", "fix", "--isolated"]


def stop_runs(folder: Path, kind: signal.Signals, times: int, chance: random.Random) -> None:
    """Stop runs with a signal while they fix files; print what was seen."""
    names = [f"tasks{number:03}.py" for number in range(100)]
    seen: Counter[str] = Counter()
    for _ in range(times):
        for name in names:
            (folder / name).write_bytes(BAD)
        with subprocess.Popen(
            LINE, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as running:
            assert running.stdout
            if kind is signal.SIGINT or chance.random() < 0.8:
                # Else anywhere, its start too, at which Ctrl-C would end in Python's own words.
                running.stdout.readline()
            time.sleep(chance.random() * 0.3)
            running.send_signal(kind)
            _, errors = running.communicate()
        assert b"Traceback" not in errors, errors.decode()
        states = Counter((folder / name).read_bytes() for name in names)
        assert set(states) <= {BAD, FIXED}, "a file is neither what it was nor what it is to be"
        left = set(os.listdir(folder)) - set(names)
        assert kind is signal.SIGKILL or not left, f"{kind.name} left {left}"
        seen["in the middle"] += len(states) == 2
        seen["leftovers"] += len(left)
    subprocess.run(LINE, cwd=folder, stdout=subprocess.DEVNULL, check=True)
    assert sorted(os.listdir(folder)) == names, "the next run left something behind"
    assert {(folder / name).read_bytes() for name in names} == {FIXED}
    print(
        f"{kind.name}: {times} runs stopped, {seen['in the middle']} of them in the middle of the "
        f"files, {seen['leftovers']} leftovers, all gone after the next run"
    )


def main() -> None:
    """Read the arguments and stop runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--signals", nargs="+", default=["SIGKILL", "SIGTERM", "SIGINT"])
    arguments = parser.parse_args()
    # What a shell starts in the background ignores Ctrl-C, and so would what that starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    chance = random.Random(arguments.seed)
    for name in arguments.signals:
        with tempfile.TemporaryDirectory() as folder:
            stop_runs(Path(folder), signal.Signals[name], arguments.times, chance)


if __name__ == "__main__":
    main()
