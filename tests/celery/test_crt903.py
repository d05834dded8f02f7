"""CRT903: without a backoff all tasks retry three minutes later, in step."""

from shop import gateway


def countdowns(lab, source):
    gateway.fails()
    return lab.run(source, "charge_order", 7).countdowns


def test_every_retry_of_every_task_waits_the_same(lab, page):
    assert countdowns(lab, page.example) == countdowns(lab, page.example) == [180, 180, 180]


def test_fixed_the_delay_grows(lab, page, monkeypatch):
    monkeypatch.setattr("random.randrange", lambda end: end - 1)

    assert countdowns(lab, page.fixed) == [1, 2, 4]
