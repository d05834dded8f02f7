"""CRT402: a loop of attempts that sleeps keeps its worker from all other work."""

from shop import gateway


def test_one_run_sleeps_through_every_wait(lab, page):
    gateway.fails(times=4)

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.runs == 1
    assert seen.sleeps == [30, 30, 30, 30]


def test_when_no_attempt_is_left_it_reports_success(lab, page):
    gateway.fails()

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == ["SUCCESS"]
    assert len(gateway.calls) == 5


def test_a_retry_waits_in_the_queue_and_fails_in_the_end(lab, page):
    gateway.fails()

    seen = lab.run(page.use_instead, "charge_order", 7)

    assert seen.sleeps == []
    assert seen.countdowns == [30, 30, 30, 30]
    assert seen.failure == "GatewayDown: busy"
