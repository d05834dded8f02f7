"""CRT205: a retry that knows its exception never raises MaxRetriesExceededError."""

from shop import gateway, mail


def test_the_fallback_never_runs(lab, page):
    gateway.fails()

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "FAILURE"]
    assert seen.failure == "GatewayDown: busy"
    assert not mail.calls


def test_fixed_it_runs_after_the_last_retry(lab, page):
    gateway.fails()

    seen = lab.run(page.fixed, "charge_order", 7)

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "SUCCESS"]
    assert [call.function for call in mail.calls] == ["send_apology"]
