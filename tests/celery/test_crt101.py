"""CRT101: a bound task whose function has no place for the task."""

from pathlib import Path

import pytest
from shop import mail
from shop.mail import MailDown

FIXTURES = Path(__file__).parents[2] / "fixtures" / "rules" / "crt101_bound_task_without_self"


def test_celery_refuses_to_send_the_task(lab, page):
    with pytest.raises(TypeError, match=r"mail_receipt\(\) takes 1 positional argument but 2 were"):
        lab.run(page.example, "mail_receipt", 7)


def test_sent_by_its_name_the_task_fails_in_the_worker(lab, page):
    seen = lab.run_unchecked(page.example, "mail_receipt", 7)

    assert seen.runs == 1
    assert seen.failure == (
        "TypeError: mail_receipt() takes 1 positional argument but 2 were given"
    )


def test_called_with_nothing_it_runs_with_the_task_for_an_order(lab, page):
    module = lab.load(page.example)

    seen = lab.run(module, "mail_receipt")

    assert seen.state == "SUCCESS"
    assert mail.calls[0].arguments == (module.mail_receipt,)


def test_fixed_it_runs_and_retries(lab, page):
    mail.fails(MailDown("no answer"), times=1)

    seen = lab.run(page.fixed, "mail_receipt", 7)

    assert seen.ends == ["RETRY", "SUCCESS"]
    assert mail.calls[-1].arguments == (7,)


def test_the_fixture_fails_on_a_worker(lab):
    bad = (FIXTURES / "bad_on_a_worker.py").read_text()

    nothing = lab.run_unchecked(bad, "count_shelves")
    one_too_many = lab.run_unchecked(bad, "count_shelf", "tea")

    assert nothing.failure.startswith("TypeError: count_shelves() takes 0 positional arguments")
    assert one_too_many.failure.startswith("TypeError: count_shelf() takes 1 positional argument")


def test_the_fixed_fixture_runs_to_the_end(lab):
    module = lab.load((FIXTURES / "unsafely_fixed_on_a_worker.py").read_text())

    assert lab.run(module, "count_shelves").result == 3
    assert lab.run(module, "count_shelf", "tea").result == 3
    seen = lab.run(module, "fill_shelf", "tea")
    assert seen.ends == ["RETRY", "RETRY", "SUCCESS"]
    assert seen.result == 12
