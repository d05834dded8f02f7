"""The guide's pictures, drawn from real runs: ``python docs/pictures.py [FOLDER]``.

``doubling.svg``: which run sent which, of the page of CRT203 with a handler that retries as well
(a worker of the laboratory, max_retries=2). ``backoff.svg``: the delays that Celery's own function
computes for each setting of ``retry_backoff``.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from itertools import count
from math import log10
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).parent.parent
sys.path[:0] = [str(PROJECT / "tests" / "celery"), str(PROJECT / "tests")]

import shop.celery  # noqa: E402
from celery import signals  # noqa: E402
from celery.utils.time import get_exponential_backoff_interval  # noqa: E402
from laboratory import Laboratory  # noqa: E402
from pages import read_page  # noqa: E402
from shop import gateway  # noqa: E402

PICTURES = Path(__file__).parent / "pictures"

#: The site puts the pictures into its pages, whose colours they take; alone they follow the system.
STYLE = """<style>
.picture {
  --ink: var(--md-default-fg-color, #1f2328); --soft: var(--md-default-fg-color--light, #59636e);
  --a: #0b7a75; --b: #b4540a; --c: #6a4fb3; --box: none;
  font: 13px system-ui, sans-serif;
}
@media (prefers-color-scheme: dark) {
  .picture { --ink: var(--md-default-fg-color, #e6edf3);
    --soft: var(--md-default-fg-color--light, #9198a1); }
}
[data-md-color-scheme="slate"] .picture { --a: #35b8b0; --b: #f0954a; --c: #a993ea; }
.picture text { fill: var(--ink); }
.picture .soft { fill: var(--soft); }
.picture .line { fill: none; stroke: var(--soft); stroke-width: 1.2; }
</style>"""


class Run(NamedTuple):
    """A run: its number in time, the run that sent it (0: the caller), its end."""

    number: int
    sender: int
    retries: int
    end: str


def doubled_runs() -> list[Run]:
    """The runs of a task whose retry is swallowed by a handler that retries too."""
    source = read_page("CRT203").example.replace("max_retries=3", "max_retries=2")
    logs = '        logger.exception("order %s could not be charged", order_id)'
    assert logs in source
    source = source.replace(logs, "        raise self.retry(countdown=60)")
    numbers, senders, runs = count(1), [], []
    running: list[int] = []

    # The worker has one thread, and takes messages in the order in which they were sent.
    def sent(**_: object) -> None:
        senders.append(running[-1] if running else 0)

    def begin(**_: object) -> None:
        running.append(next(numbers))

    def end(**said: object) -> None:
        number = running.pop()
        request = said["sender"].request  # type: ignore[attr-defined]  # a task
        runs.append(Run(number, senders[number - 1], request.retries, str(said["state"])))

    gateway.reset()
    gateway.fails()
    with tempfile.TemporaryDirectory() as folder:
        laboratory = Laboratory(shop.celery.app, Path(folder))
        with laboratory.open(), laboratory.experiment():
            module = laboratory.load(source)
            task = module.charge_order
            only = {"sender": task, "weak": False}
            signals.task_prerun.connect(begin, **only)
            signals.task_postrun.connect(end, **only)
            signals.before_task_publish.connect(sent, sender=task.name, weak=False)
            laboratory.run(module, "charge_order", 7)
    return runs


def doubling(runs: list[Run]) -> str:
    """The tree of runs."""
    children = defaultdict(list)
    for run in runs:
        children[run.sender].append(run)
    places: dict[int, tuple[float, float]] = {}
    leaves = count()

    def place(run: Run) -> float:
        below = [place(child) for child in children[run.number]]
        x = sum(below) / len(below) if below else 80 + next(leaves) * 155
        places[run.number] = (x, 34 + run.retries * 92)
        return x

    for first in children[0]:
        place(first)
    width = 80 * 2 + (next(leaves) - 1) * 155
    drawn = []
    for run in runs:
        x, y = places[run.number]
        if run.sender:
            above_x, above_y = places[run.sender]
            drawn.append(f'<path class="line" d="M{above_x} {above_y + 24} L{x} {y - 24}"/>')
        colour = "--b" if run.end == "FAILURE" else "--a"
        drawn.append(
            f'<rect x="{x - 62}" y="{y - 24}" width="124" height="48" rx="6" fill="none" '
            f'stroke="var({colour})" stroke-width="1.6"/>'
        )
        drawn.append(text(x, y - 4, f"run {run.number}: retries={run.retries}"))
        drawn.append(text(x, y + 14, run.end))
    return svg(int(width), int(max(y for _, y in places.values())) + 40, drawn)


#: The settings whose delays are drawn: factor, longest delay, how one writes them, the colour.
BACKOFFS = [
    (1, 600, "retry_backoff=True", "--a"),
    (10, 600, "retry_backoff=10", "--b"),
    (600, 600, "retry_backoff=600", "--c"),
]
RETRIES = 12
LEFT, RIGHT, TOP, BOTTOM = 64, 700, 64, 330


def at(retry: int, seconds: float) -> tuple[float, float]:
    """The place of a delay: a column for each retry, a scale of powers of ten up to 1000 s."""
    x = LEFT + 28 + retry * (RIGHT - LEFT - 56) / (RETRIES - 1)
    return round(x, 1), round(BOTTOM - log10(seconds) / 3 * (BOTTOM - TOP), 1)


def backoff() -> str:
    """The delay before each retry; with jitter, it is drawn from zero up to there."""
    drawn = []
    for seconds in (1, 10, 100, 1000):
        _, y = at(0, seconds)
        drawn.append(f'<path class="line" opacity=".35" d="M{LEFT} {y} H{RIGHT}"/>')
        drawn.append(text(LEFT - 8, y + 4, f"{seconds} s", "end", soft=True))
    for retry in range(RETRIES):
        drawn.append(text(at(retry, 1)[0], BOTTOM + 38, str(retry + 1), soft=True))
    drawn.append(text((LEFT + RIGHT) / 2, BOTTOM + 60, "number of the retry", soft=True))
    for number, (factor, longest, written, colour) in enumerate(BACKOFFS):
        delays = [
            get_exponential_backoff_interval(factor, retry, longest, full_jitter=False)
            for retry in range(RETRIES)
        ]
        points = [at(retry, delay) for retry, delay in enumerate(delays)]
        path = " L".join(f"{x} {y}" for x, y in points)
        drawn.append(f'<path d="M{path}" fill="none" stroke="var({colour})" stroke-width="2"/>')
        is_first_at_the_top = True
        for (x, y), delay in zip(points, delays, strict=True):
            drawn.append(f'<circle cx="{x}" cy="{y}" r="3.5" fill="var({colour})"/>')
            if delay < longest:
                drawn.append(text(x, y + (20 if factor == 1 else -9), str(delay)))
            elif factor == longest and is_first_at_the_top:
                drawn.append(text(x, y - 9, str(delay)))
                is_first_at_the_top = False
        x = LEFT + 10 + number * 215
        drawn.append(f'<path d="M{x} 20 h26" stroke="var({colour})" stroke-width="3"/>')
        drawn.append(text(x + 34, 24, written, "start"))
    return svg(RIGHT + 20, BOTTOM + 72, drawn)


def text(x: float, y: float, words: str, anchor: str = "middle", *, soft: bool = False) -> str:
    """Words at a place."""
    kind = ' class="soft"' if soft else ""
    return f'<text{kind} x="{round(x, 1)}" y="{round(y, 1)}" text-anchor="{anchor}">{words}</text>'


def svg(width: int, height: int, drawn: list[str]) -> str:
    """A picture of what was drawn."""
    head = f'<svg class="picture" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
    return "\n".join([f'{head} width="{width}" height="{height}">', STYLE, *drawn, "</svg>\n"])


def main() -> None:
    """Draw both into docs/pictures, or into another folder."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    folder.mkdir(exist_ok=True)
    runs = doubled_runs()
    for name, picture in (("doubling", doubling(runs)), ("backoff", backoff())):
        (folder / f"{name}.svg").write_text(picture, encoding="utf-8")
    print(len(runs), "runs:", ", ".join(f"{run.number} from {run.sender}" for run in runs))


if __name__ == "__main__":
    main()
