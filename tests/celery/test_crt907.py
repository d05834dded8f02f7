"""CRT907: a task that polls by sending itself has no limit."""

import pytest
from shop import gateway, mail

SEND = "mail_receipt.apply_async((order_id,), countdown=60)"
NEVER = 1_000


@pytest.mark.parametrize(
    "send",
    [
        SEND,
        "mail_receipt.s(order_id).set(countdown=60).delay()",
        "time.sleep(60); mail_receipt.delay(order_id)",
        "mail_receipt.delay(order_id)",
    ],
)
def test_each_is_a_new_task_and_it_never_ends(lab, page, send):
    gateway.settles_after(NEVER)

    seen = lab.run("import time\n" + page.example.replace(SEND, send), "mail_receipt", 7)

    assert seen.is_endless
    assert {message.retries for message in seen.messages} == {0}
    assert len({message.id for message in seen.messages}) == len(seen.messages)
    assert set(seen.ends) == {"SUCCESS"}


def test_a_retry_keeps_the_id_and_ends(lab, page):
    gateway.settles_after(NEVER)

    seen = lab.run(page.use_instead, "mail_receipt", 7)

    assert len({message.id for message in seen.messages}) == 1
    assert seen.countdowns == [60] * 10
    assert seen.failure == "NotSettled: order 7"


def test_a_retry_waits_in_the_same_way(lab, page):
    gateway.settles_after(3)

    seen = lab.run(page.use_instead, "mail_receipt", 7)

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "SUCCESS"]
    assert len(mail.calls) == 1
