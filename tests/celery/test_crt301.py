"""CRT301: a broad handler retries bugs as if they were network trouble."""

from smtplib import SMTPServerDisconnected

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from shop import mail

ORDER = (7, "buyer@example.com")

BUGS = [NameError("name 'recipient' is not defined"), SoftTimeLimitExceeded()]


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: type(bug).__name__)
def test_a_bug_is_run_three_more_times(lab, page, bug):
    mail.fails(bug)

    seen = lab.run(page.example, "mail_receipt", *ORDER)

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "FAILURE"]
    assert seen.failure.startswith(type(bug).__name__)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: type(bug).__name__)
def test_fixed_a_bug_ends_the_task(lab, page, bug):
    mail.fails(bug)

    seen = lab.run(page.fixed, "mail_receipt", *ORDER)

    assert seen.ends == ["FAILURE"]
    assert seen.failure.startswith(type(bug).__name__)


@pytest.mark.parametrize("trouble", [SMTPServerDisconnected("gone"), TimeoutError("no answer")])
def test_fixed_it_still_retries_what_time_may_mend(lab, page, trouble):
    mail.fails(trouble, times=1)

    assert lab.run(page.fixed, "mail_receipt", *ORDER).ends == ["RETRY", "SUCCESS"]
