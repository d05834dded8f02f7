"""CRT304: without a limit a task retries for ever."""

from shop import gateway


def test_it_does_not_end(lab, page):
    gateway.fails()

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.is_endless


def test_none_in_the_retry_call_means_the_default(lab, page):
    source = page.example.replace(", max_retries=None", "").replace("60)", "60, max_retries=None)")
    gateway.fails()

    assert lab.run(source, "charge_order", 7).runs == 4


def test_none_in_retry_kwargs_means_the_default(lab, page):
    automatic = "autoretry_for=(OSError,), retry_kwargs={'max_retries': None}"
    gateway.fails(OSError("connection reset"))

    seen = lab.run(page.example.replace("max_retries=None", automatic), "charge_order", 7)

    assert seen.runs == 4


def test_fixed_it_ends_after_three_retries(lab, page):
    gateway.fails()

    seen = lab.run(page.fixed, "charge_order", 7)

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "FAILURE"]
    assert not seen.is_endless
