"""CRT904: a backoff without jitter sends all tasks back at the same moments."""

from shop import gateway


def countdowns(lab, source):
    gateway.fails()
    return lab.run(source, "charge_order", 7).countdowns


def test_tasks_that_failed_together_come_back_together(lab, page):
    assert countdowns(lab, page.example) == countdowns(lab, page.example) == [30, 60, 120]


def test_fixed_they_spread(lab, page, monkeypatch):
    draws = iter([20, 3, 90, 5])
    monkeypatch.setattr("random.randrange", lambda end: next(draws) % end)

    assert countdowns(lab, page.fixed) == [20, 3, 90]
