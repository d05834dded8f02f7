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


def test_with_a_number_it_ends(lab, page):
    gateway.fails()

    seen = lab.run(page.use_instead, "charge_order", 7)

    assert seen.runs == 21
    assert seen.ends[-1] == "FAILURE"
    assert not seen.is_endless
