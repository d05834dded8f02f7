"""CRT206: with throw=False the rest of the task runs, its retry already sent."""

from shop import gateway, mail


def test_the_receipt_is_mailed_for_a_payment_that_failed(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == ["SUCCESS", "SUCCESS"]
    assert len(mail.calls) == 2


def test_fixed_the_retry_ends_the_run(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.fixed, "charge_order", 7)

    assert seen.ends == ["RETRY", "SUCCESS"]
    assert len(mail.calls) == 1
