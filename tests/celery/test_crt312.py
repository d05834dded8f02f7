"""CRT312: the retry count is 0 in the first run, and so is what is multiplied by it."""

import pytest
from shop import gateway

COUNTDOWN = "60 * self.request.retries"


def countdowns(lab, source):
    gateway.fails()
    return lab.run(source, "charge_order", 7).countdowns


#: No delay: a countdown of 0 makes a message without one.
AT_ONCE = None


def test_the_first_retry_comes_at_once(lab, page):
    assert countdowns(lab, page.example) == [AT_ONCE, 60, 120]


@pytest.mark.parametrize(
    ("countdown", "expected"),
    [
        ("self.request.retries ** 2", [AT_ONCE, 1, 4]),
        ("self.request.retries * self.request.retries * 10", [AT_ONCE, 10, 40]),
        ("min(self.request.retries * 60, 90)", [AT_ONCE, 60, 90]),
        ("int(1.5 ** self.request.retries - 1)", [AT_ONCE, AT_ONCE, 1]),
    ],
)
def test_so_does_a_power_of_it(lab, page, countdown, expected):
    assert countdowns(lab, page.example.replace(COUNTDOWN, countdown)) == expected


def test_a_random_factor_changes_nothing(lab, page):
    source = "import random\n" + page.example.replace("60 *", "random.randint(60, 90) *")

    assert countdowns(lab, source)[0] is AT_ONCE


def test_one_of_the_few_tries_is_lost(lab, page):
    source = page.example.replace("max_retries=3", "max_retries=1")
    gateway.fails()

    seen = lab.run(source, "charge_order", 7)

    assert (seen.countdowns, seen.state) == ([AT_ONCE], "FAILURE"), "failed before a second passed"


@pytest.mark.parametrize(
    "countdown",
    [
        "60 * (self.request.retries + 1)",
        "60 * 2 ** self.request.retries",
        "max(60, 60 * self.request.retries)",
        "60 * self.request.retries or 60",
    ],
)
def test_what_is_silent_waits(lab, page, countdown):
    assert countdowns(lab, page.example.replace(COUNTDOWN, countdown))[0] == 60


def test_fixed_it_waits_from_the_first_retry_on(lab, page):
    assert countdowns(lab, page.fixed) == countdowns(lab, page.use_instead) == [60, 120, 180]
