"""CRT308: options that limit retries do not cause any."""

from shop import gateway


def test_one_failure_and_the_task_has_failed(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == ["FAILURE"]
    assert seen.failure == "GatewayDown: busy"


def test_with_autoretry_they_count(lab, page):
    gateway.fails()

    seen = lab.run(page.use_instead, "charge_order", 7)

    assert seen.runs == 6
    assert seen.countdowns == [60] * 5
