"""CRT207: a retry leaves the atomic block as an exception, and Django rolls it back."""

from shop import gateway
from shop.models import Payment


def test_nothing_that_was_written_is_there_but_the_gateway_was_called(lab, page):
    gateway.fails()

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == ["RETRY", "FAILURE"]
    assert Payment.objects.count() == 0
    assert len(gateway.calls) == 2


def test_a_decorator_below_the_task_decorator_does_the_same(lab, page):
    decorated = page.use_instead.replace("\ndef ", "\n@transaction.atomic\ndef ")
    gateway.fails()

    lab.run(f"from django.db import transaction\n{decorated}", "charge_order", 7)

    assert Payment.objects.count() == 0


def test_a_decorator_above_it_wraps_no_run(lab, page):
    decorated = page.use_instead.replace("@shared_task", "@transaction.atomic\n@shared_task")
    module = lab.load(f"from django.db import transaction\n{decorated}")
    # The name is that of the decorated task; what a worker runs is the task itself.
    module.charge_order = module.charge_order.__wrapped__
    gateway.fails()

    lab.run(module, "charge_order", 7)

    assert Payment.objects.count() == 2


def test_outside_the_block_every_attempt_is_on_record(lab, page):
    gateway.fails()

    seen = lab.run(page.use_instead, "charge_order", 7)

    assert seen.ends == ["RETRY", "FAILURE"]
    assert Payment.objects.count() == 2
