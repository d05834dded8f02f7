"""CRT307: of a countdown and an eta, the countdown wins."""

from shop import gateway

A_DAY = 24 * 60 * 60


def test_the_eta_is_ignored(lab, page):
    gateway.fails(times=1)

    assert lab.run(page.example, "charge_order", 7).countdowns == [60]


def test_alone_the_eta_counts(lab, page):
    gateway.fails(times=1)

    assert lab.run(page.use_instead, "charge_order", 7).countdowns == [A_DAY]
