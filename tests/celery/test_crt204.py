"""CRT204: raising Retry by hand says that a retry was sent, and sends none."""

from shop import gateway, mail


def with_on_failure(source):
    """The module, with a task that sends an apology when it has failed."""
    told = source.replace("bind=True", "bind=True, on_failure=lambda *_: send_apology(7)")
    return f"from shop.mail import send_apology\n{told}"


def test_the_task_is_stuck(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == ["RETRY"]
    assert seen.state == "RETRY"
    assert len(seen.messages) == 1, "nothing but the first message was sent"


def test_on_failure_never_runs(lab, page):
    gateway.fails()

    lab.run(with_on_failure(page.example), "charge_order", 7)

    assert not mail.calls


def test_fixed_it_retries(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.fixed, "charge_order", 7)

    assert seen.ends == ["RETRY", "SUCCESS"]
    assert seen.countdowns == [60]


def test_fixed_on_failure_runs_after_the_last_retry(lab, page):
    gateway.fails()

    lab.run(with_on_failure(page.fixed), "charge_order", 7)

    assert [call.function for call in mail.calls] == ["send_apology"]
