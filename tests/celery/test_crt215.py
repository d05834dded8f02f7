"""CRT215: a response that says what went wrong is false."""

import pytest
from shop import web

TEST = "if exc.response and exc.response.status_code >= 500:"


@pytest.fixture
def server():
    with web.serve() as server:
        yield server


def test_what_was_to_be_retried_fails_at_once(lab, page, server):
    server.answers(503)

    seen = lab.run(page.example, "fetch_rates", server.url)

    assert seen.ends == ["FAILURE"]
    assert seen.failure.startswith("HTTPError: 503")


@pytest.mark.parametrize("status", [404, 503])
def test_with_not_it_is_retried_whatever_the_server_says(lab, page, server, status):
    server.answers(status)

    seen = lab.run(page.example.replace(TEST, "if not exc.response:"), "fetch_rates", server.url)

    assert seen.ends == ["RETRY"] * 3 + ["FAILURE"]


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_every_response_from_400_on_is_false(lab, page, server, status):
    server.answers(status)

    source = page.example.replace(TEST, "if exc.response:")

    assert lab.run(source, "fetch_rates", server.url).ends == ["FAILURE"]


def test_raised_again_for_autoretry_it_never_is(lab, server):
    server.answers(503)

    assert lab.run(AUTORETRY, "fetch_rates", server.url).ends == ["SUCCESS"]


def test_a_delay_that_the_server_asks_for_is_not_read(lab, page, server):
    server.answers(503, {"Retry-After": "7"})

    source = page.example.replace(TEST, "if True:").replace(
        "countdown=60",
        'countdown=int(exc.response.headers["Retry-After"]) if exc.response else 60',
    )

    assert lab.run(source, "fetch_rates", server.url).countdowns == [60, 60, 60]


def test_fixed_503_is_retried(lab, page, server):
    server.answers(503)

    seen = lab.run(page.fixed, "fetch_rates", server.url)

    assert seen.ends == ["RETRY"] * 3 + ["FAILURE"]


def test_fixed_404_is_not(lab, page, server):
    server.answers(404)

    assert lab.run(page.fixed, "fetch_rates", server.url).ends == ["FAILURE"]


def test_fixed_a_connection_without_a_response_is_no_error_of_its_own(lab, page):
    with web.serve() as server:
        url = server.url

    seen = lab.run(page.fixed, "fetch_rates", url)

    assert seen.failure.startswith("ConnectionError")


AUTORETRY = """
import requests
from celery import shared_task

@shared_task(autoretry_for=(requests.HTTPError,), max_retries=3)
def fetch_rates(url):
    try:
        requests.get(url, timeout=5).raise_for_status()
    except requests.RequestException as exc:
        if exc.response and exc.response.status_code >= 500:
            raise
"""
