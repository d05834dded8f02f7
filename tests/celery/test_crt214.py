"""CRT214: a message that is put back comes again at once, for ever."""

from shop import gateway

LATE = "acks_late=True"
#: Failures after which the gateway answers, so that an experiment ends: the one that the site
#: shows, and the others.
SHOWN, MANY = 200, 50


def test_acknowledged_late_it_runs_for_as_long_as_it_fails(lab, page):
    gateway.fails(times=SHOWN)

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == ["REJECTED"] * SHOWN + ["SUCCESS"]
    assert {run.retries for run in seen.all_runs} == {0}
    assert len(seen.messages) == 1, "the broker sends the same message again"


def test_a_limit_changes_nothing(lab, page):
    gateway.fails(times=MANY)

    seen = lab.run(page.example.replace(LATE, f"{LATE}, max_retries=3"), "charge_order", 7)

    assert seen.runs == MANY + 1


def test_acknowledged_early_it_is_rejected_and_gone(lab, page):
    gateway.fails(times=1)

    seen = lab.run(page.example.replace(LATE, "acks_late=False"), "charge_order", 7)

    assert seen.ends == ["REJECTED"]
    assert len(gateway.calls) == 1


def test_beside_an_autoretry_that_catches_it_the_loop_comes_after_the_last_retry(lab, page):
    gateway.fails(times=MANY)

    source = page.example.replace(LATE, f"{LATE}, autoretry_for=(Exception,), max_retries=3")
    seen = lab.run(source, "charge_order", 7)

    assert seen.ends == ["RETRY"] * 3 + ["REJECTED"] * (MANY - 3) + ["SUCCESS"]
    assert {run.retries for run in seen.all_runs[3:]} == {3}


def test_a_broker_in_memory_does_not_say_that_it_delivers_again(lab, page):
    gateway.fails(times=MANY)

    source = page.example.replace(
        "        raise Reject",
        '        if self.request.delivery_info["redelivered"]:\n            raise\n'
        "        raise Reject",
    )
    seen = lab.run(source, "charge_order", 7)

    says_so = not lab.app.conf.broker_url.startswith("memory")
    assert seen.runs == (2 if says_so else MANY + 1)


def test_without_requeue_it_ends(lab, page):
    gateway.fails(times=MANY)

    seen = lab.run(page.example.replace(", requeue=True", ""), "charge_order", 7)

    assert seen.ends == ["REJECTED"]


def test_a_retry_has_a_limit(lab, page):
    gateway.fails()

    seen = lab.run(page.use_instead, "charge_order", 7)

    assert seen.ends == ["RETRY"] * 3 + ["FAILURE"]
    assert seen.countdowns == [60] * 3
