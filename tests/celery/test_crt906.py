"""CRT906: a delay that the broker does not wait for.

That the broker delivers the message again could be shown only by waiting for the visibility
timeout of a Redis server. What a run shows is the delay that the message asks for.
"""

from shop import gateway

#: Seconds; the default of Celery's Redis transport.
VISIBILITY_TIMEOUT = 3600


def countdown(lab, source):
    gateway.fails(times=1)
    return lab.run(source, "charge_order", 7).countdowns[0]


def test_the_retry_waits_longer_than_redis_does(lab, page):
    assert countdown(lab, page.example) == 4 * VISIBILITY_TIMEOUT


def test_a_shorter_wait_ends_in_time(lab, page):
    assert countdown(lab, page.use_instead) < VISIBILITY_TIMEOUT
