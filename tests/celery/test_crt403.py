"""CRT403: a sleep before the retry holds the worker, and the delay comes on top."""

from shop import gateway


def test_it_waits_twice(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.sleeps == [30]
    assert seen.countdowns == [180]


def test_fixed_it_waits_once_and_in_the_queue(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.fixed, "charge_order", 7)

    assert seen.sleeps == []
    assert seen.countdowns == [30]
    assert seen.ends == ["RETRY", "SUCCESS"]
