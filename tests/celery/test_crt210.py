"""CRT210: another task has no running request, so there is nothing of it to retry."""

from shop import gateway


def test_the_exception_is_raised_and_nothing_is_retried(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.example, "refund_order", 7)

    assert seen.ends == ["FAILURE"]
    assert seen.failure == "GatewayDown: busy"
    assert len(seen.messages) == 1


def test_without_an_exception_the_task_is_stuck_in_retry(lab, page):
    source = page.example.replace("charge_order.retry(exc=exc, ", "charge_order.retry(")
    gateway.fails(times=1)

    seen = lab.run(source, "refund_order", 7)

    assert seen.ends == ["RETRY"]
    assert seen.state == "RETRY"
    assert len(seen.messages) == 1


def test_fixed_it_retries_itself(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.fixed, "refund_order", 7)

    assert seen.ends == ["RETRY", "SUCCESS"]
    assert seen.result == "refund-7"
