"""CRT202: a retry without a cause ends without one."""

from shop import gateway, mail


def test_the_log_and_the_end_say_nothing_about_what_was_waited_for(lab, page):
    gateway.settles_after(checks=10)

    seen = lab.run(page.example, "mail_receipt", 7)

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "FAILURE"]
    assert seen.failure.startswith("MaxRetriesExceededError: Can't retry")
    assert any(line.endswith("retry: Retry in 180s") for line in seen.log)


def test_polling_itself_works(lab, page):
    gateway.settles_after(checks=2)

    seen = lab.run(page.example, "mail_receipt", 7)

    assert seen.ends == ["RETRY", "RETRY", "SUCCESS"]
    assert len(mail.calls) == 1


def test_with_a_cause_both_name_it(lab, page):
    gateway.settles_after(checks=10)

    seen = lab.run(page.use_instead, "mail_receipt", 7)

    assert seen.failure == "NotSettled: order 7"
    assert any(line.endswith("retry: Retry in 180s: NotSettled('order 7')") for line in seen.log)
