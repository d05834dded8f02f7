"""CRT905: a row that is not there yet was not committed when the task was sent."""

from django.db import transaction
from shop import mail


def place_order(lab, page_source):
    """Place an order in a transaction that the worker overtakes."""
    module = lab.load(page_source)

    @transaction.atomic
    def place_and_commit_late():
        module.place_order()
        lab.wait()

    return lab.watch(module, "mail_receipt", place_and_commit_late)


def test_before_the_commit_no_retry_finds_the_row(lab, page):
    seen = place_order(lab, page.example)

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "FAILURE"]
    assert seen.failure.startswith("DoesNotExist")
    assert not mail.calls


def test_sent_on_commit_the_first_run_finds_it(lab, page):
    seen = place_order(lab, page.use_instead)

    assert seen.ends == ["SUCCESS"]
    assert [call.function for call in mail.calls] == ["send_receipt"]
