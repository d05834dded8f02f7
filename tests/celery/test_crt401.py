"""CRT401: a task that sleeps and calls itself holds its worker, one frame deeper each time."""

from shop import gateway


def depths():
    return [call.depth for call in gateway.calls]


def test_the_worker_sleeps_through_every_wait_and_goes_deeper(lab, page):
    gateway.fails(times=3)

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.runs == 1
    assert seen.sleeps == [60, 60, 60]
    assert depths() == sorted(set(depths())), "each attempt is deeper than the one before"


def test_a_plain_function_does_the_same_to_whoever_calls_it(lab, page):
    gateway.fails(times=3)

    lab.load(page.example.replace("@shared_task\n", "")).charge_order(7)

    assert lab.sleeps == [60, 60, 60]
    assert depths() == sorted(set(depths()))


def test_fixed_it_waits_in_the_queue(lab, page):
    gateway.fails(times=3)

    seen = lab.run(page.fixed, "charge_order", 7)

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "SUCCESS"]
    assert seen.countdowns == [60, 60, 60]
    assert seen.sleeps == []
    assert len(set(depths())) == 1


def test_fixed_it_ends(lab, page):
    gateway.fails()

    seen = lab.run(page.fixed, "charge_order", 7)

    assert seen.runs == 4
    assert seen.failure == "GatewayDown: busy"
