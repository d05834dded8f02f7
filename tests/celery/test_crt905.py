"""CRT905: a row that is not there yet was not committed when the task was sent."""

from django.db import transaction
from shop import mail
from shop.models import Order


def test_before_the_commit_no_retry_finds_the_row(lab, page):
    module = lab.load(page.example)

    with transaction.atomic():
        order = Order.objects.create()
        seen = lab.run(module, "mail_receipt", order.pk)

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "FAILURE"]
    assert seen.failure.startswith("DoesNotExist")
    assert not mail.calls


def test_sent_on_commit_the_first_run_finds_it(lab, page):
    module = lab.load(page.use_instead)

    seen = lab.watch(module, "mail_receipt", module.place_order)

    assert seen.ends == ["SUCCESS"]
    assert [call.function for call in mail.calls] == ["send_receipt"]
