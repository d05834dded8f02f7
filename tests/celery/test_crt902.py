"""CRT902: without its exception, neither the log nor the end of a retry says what happened."""

from shop import gateway


def test_the_log_names_no_cause_and_the_end_hides_the_exception(lab, page):
    gateway.fails()

    seen = lab.run(page.example, "charge_order", 7)

    assert any(line.endswith("retry: Retry in 60s") for line in seen.log)
    assert seen.failure.startswith("MaxRetriesExceededError: Can't retry")


def test_fixed_both_do(lab, page):
    gateway.fails()

    seen = lab.run(page.fixed, "charge_order", 7)

    assert any(line.endswith("retry: Retry in 60s: GatewayDown('busy')") for line in seen.log)
    assert seen.failure == "GatewayDown: busy"
