"""CRT311: no run has a greater retry count than the limit, and `self.max_retries` may not be it."""

import pytest
from shop import gateway, mail

OPTIONS = "bind=True, max_retries=3"
TEST = "self.request.retries > self.max_retries"
RETRY = "self.retry(exc=exc, countdown=60)"


def retry_counts(seen):
    return [run.retries for run in seen.all_runs]


def test_the_last_run_has_the_limit_and_none_has_more(lab, page):
    gateway.fails()

    seen = lab.run(page.example, "charge_order", 7)

    assert retry_counts(seen) == [0, 1, 2, 3]
    assert seen.state == "FAILURE"
    assert mail.calls == []


def test_with_the_limit_itself_it_is_met_once(lab, page):
    gateway.fails()

    seen = lab.run(page.use_instead, "charge_order", 7)

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "SUCCESS"]
    assert len(mail.calls) == 1


@pytest.mark.parametrize("test", ["self.request.retries > 10", "self.request.retries + 1 == 5"])
def test_celerys_default_of_3_ends_it_before_a_greater_limit_of_ones_own(lab, page, test):
    gateway.fails()

    seen = lab.run(
        page.example.replace(OPTIONS, "bind=True").replace(TEST, test), "charge_order", 7
    )

    assert retry_counts(seen) == [0, 1, 2, 3]
    assert mail.calls == []


@pytest.mark.parametrize(
    "test", ["self.request.retries <= self.max_retries", "self.request.retries < 4"]
)
def test_one_that_every_run_meets(lab, page, test):
    gateway.fails()

    seen = lab.run(page.example.replace(TEST, test), "charge_order", 7)

    assert seen.ends == ["SUCCESS"], "it gives up in the first run"
    assert len(mail.calls) == 1


def test_the_limit_in_retry_kwargs_is_not_the_tasks_own(lab, page):
    automatic = "bind=True, autoretry_for=(GatewayDown,), retry_kwargs={'max_retries': 8}"
    source = page.use_instead.replace(OPTIONS, automatic)
    source = source.replace("return send_apology(order_id)", "send_apology(order_id)")
    source = source.replace(f"raise {RETRY}", "raise")
    gateway.fails()

    seen = lab.run(source, "charge_order", 7)

    assert retry_counts(seen) == list(range(9))
    assert len(mail.calls) == 6, "in the runs with 3 to 8"


def test_the_limit_of_the_retry_call_is_not_the_tasks_own(lab, page):
    call = RETRY.replace("countdown=60", "countdown=60, max_retries=8")
    source = page.use_instead.replace(RETRY, call).replace(", max_retries=3)", ")")
    source = source.replace("return send_apology(order_id)", "send_apology(order_id)")
    gateway.fails()

    seen = lab.run(source, "charge_order", 7)

    assert retry_counts(seen) == list(range(9))
    assert len(mail.calls) == 6


def test_annotations_replace_the_limit_at_the_task(lab, page):
    """Why the rule is silent where the module has them."""
    annotations = "charge_order.max_retries = 5"
    gateway.fails()

    seen = lab.run(page.use_instead + annotations, "charge_order", 7)

    assert retry_counts(seen) == [0, 1, 2, 3, 4, 5]
