"""CRT103: the first argument of retry is not the exception."""

from shop import gateway


def test_there_is_no_retry_and_the_real_error_is_lost(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == ["FAILURE"]
    assert seen.failure == "TypeError: 'GatewayDown' object is not iterable"


def test_so_it_is_with_a_task_sent_with_keywords(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.example, "charge_order", order_id=7)

    assert seen.ends == ["FAILURE"]
    # Celery 5.7 asks for its length first.
    assert seen.failure in {
        "TypeError: 'GatewayDown' object is not iterable",
        "TypeError: object of type 'GatewayDown' has no len()",
    }


def test_a_class_is_not_iterable_either(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.example.replace("retry(exc,", "retry(GatewayDown,"), "charge_order", 7)

    assert seen.failure == "TypeError: 'type' object is not iterable"


def test_fixed_it_retries_and_ends_with_the_real_error(lab, page):
    gateway.fails()

    seen = lab.run(page.fixed, "charge_order", 7)

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "FAILURE"]
    assert seen.failure == "GatewayDown: busy"
