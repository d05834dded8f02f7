"""The shop's books, which take long to add up."""

import os
import signal
import time

KILLED = "killed"


def add_up(month: str) -> str:
    """Add up a month; one has its process killed."""
    if month == KILLED:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(30)
    return month
