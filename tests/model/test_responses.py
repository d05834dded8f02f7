"""The truth of a response: where it decides about a retry, and where it doesn't."""

from __future__ import annotations

import ast
from textwrap import indent

import pytest
from short_modules import model

from flake8_celery_retry.model.outcome.responses import response_tests

HEAD = """
import requests
import bank
from celery import shared_task
from shop import ask, judge, pay

client = requests.Session()

"""


def found_in(source: str) -> list[str]:
    """The function, the tested response, and ``pure`` and ``sure`` where it is so."""
    return [
        " ".join(
            [
                each.name,
                ast.unparse(each.tested),
                *(["pure"] if each.is_pure else []),
                *(["sure"] if each.is_sure else []),
            ]
        )
        for each in response_tests(model(HEAD + source))
    ]


def task(then: str, clause: str = "requests.HTTPError as exc", options: str = "bind=True") -> str:
    return f"""
@shared_task({options})
def fetch(self, url):
    try:
        client.get(url)
    except {clause}:
{indent(then, "        ")}
"""


R = "fetch exc.response"
RETRY = "raise self.retry(exc=exc)"

HANDLERS = [
    # Whether it is reached.
    (f"if exc.response: {RETRY}", [f"{R} pure sure"]),
    (f"if exc.response: pay(url)\n{RETRY}", []),
    (f"if exc.response: return None\n{RETRY}", [f"{R} pure sure"]),
    (f"if exc.response: {RETRY}\nelse: {RETRY}", []),
    (f"{RETRY}\nif exc.response: return None", []),
    (f"if exc.response is not None: {RETRY}", []),
    (f"if not exc.response: {RETRY}", [f"{R} pure sure"]),
    (f"if bool(exc.response): {RETRY}", [f"{R} pure sure"]),
    (f"if judge(exc.response): {RETRY}", []),
    (f"if bool(x=exc.response): {RETRY}", []),
    (f"if -exc.response: {RETRY}", []),
    (f"if exc.response.ok: {RETRY}", []),
    (f"if exc.request: {RETRY}", []),
    (f"if url.response: {RETRY}", []),
    (f"if self.exc.response: {RETRY}", []),
    (f"if exc.response and url: {RETRY}", [f"{R} pure sure"]),
    (f"if url and exc.response: {RETRY}", [f"{R} pure sure"]),
    (f"if url == (exc.response or 1): {RETRY}", [f"{R} sure"]),
    (f"if url == (1 or exc.response): {RETRY}", []),
    (f"if url == (1 or exc.response or 2): {RETRY}", [f"{R} sure"]),
    # Through a name.
    (f"r = exc.response\nif r: {RETRY}", ["fetch r pure sure"]),
    (f"r = exc.response\nif url: {RETRY}", []),
    (f"r = bool(exc.response)\nif r: {RETRY}", [f"{R} pure sure"]),
    (f"r = bool(exc.response)\nif url: {RETRY}", []),
    (f"r = s = bool(exc.response)\nif s: {RETRY}", [f"{R} pure sure"]),
    (f"r = bool(exc.response)\ns = not r\nif s: {RETRY}", [f"{R} pure sure"]),
    (f"r = bool(exc.response)\ns = r\nif url: {RETRY}\nr = s", []),
    (f"r = bool(exc.response)\nr = s = 1\nif s: {RETRY}", []),
    (f"self.seen = bool(exc.response)\nif self.seen: {RETRY}", []),
    ("r = 1 if exc.response else 2\nraise self.retry(countdown=r)", [f"{R} pure sure"]),
    ("r = 1 if exc.response else 2\nraise self.retry(exc=r)", []),
    # `getattr`.
    (f"if getattr(exc, 'response', None): {RETRY}",
     ["fetch getattr(exc, 'response', None) pure sure"]),
    (f"if getattr(exc, 'response'): {RETRY}", ["fetch getattr(exc, 'response') pure sure"]),
    (f"if getattr(exc, 'request', None): {RETRY}", []),
    (f"if getattr(url, 'response', None): {RETRY}", []),
    (f"if getattr(exc.inner, 'response', None): {RETRY}", []),
    (f"if hasattr(exc, 'response'): {RETRY}", []),
    (f"if judge(exc): {RETRY}", []),
    # How long it waits.
    ("raise self.retry(countdown=1 if exc.response else 2)", [f"{R} pure sure"]),
    ("raise self.retry(eta=1 if exc.response else 2)", [f"{R} pure sure"]),
    ("raise self.retry(kwargs={'a': 1 if exc.response else 2})", []),
    ("pay(countdown=1 if exc.response else 2)\nraise self.retry()", []),
    # An expression that retries.
    ("self.retry() if exc.response else pay(url)", [f"{R} pure sure"]),
    ("pay(url) if exc.response else self.retry()", [f"{R} pure sure"]),
    ("self.retry() if exc.response else self.retry()", []),
    ("pay(1) if exc.response else pay(2)\nself.retry()", []),
    ("exc.response and self.retry()", [f"{R} sure"]),
    ("exc.response and pay(url)\nself.retry()", []),
    ("pay(1 if exc.response else 2)\nself.retry()", []),
    # Other tests.
    (f"while exc.response: {RETRY}", []),
    (f"match bool(exc.response):\n    case True: {RETRY}", [f"{R} pure sure"]),
    (f"match bool(exc.response):\n    case True: pay(1)\n    case _: pay(2)\n{RETRY}", []),
    (f"match url:\n    case x if exc.response: {RETRY}", []),
    (f"if [x for x in url if exc.response]: {RETRY}", [f"{R} pure sure"]),
    (f"if any(exc.response for x in url): {RETRY}", []),
]  # fmt: skip


@pytest.mark.parametrize(("then", "found"), HANDLERS)
def test_the_truth_of_a_response_decides_in_a_handler(then, found):
    assert found_in(task(then)) == found


@pytest.mark.parametrize(
    ("clause", "found"),
    [
        ("requests.HTTPError as exc", [f"{R} pure sure"]),
        ("(KeyError, requests.HTTPError) as exc", [f"{R} pure sure"]),
        ("Exception as exc", [f"{R} pure"]),
        ("KeyError as exc", []),
        ("bank.Error as exc", []),
    ],
)
def test_an_exception_of_requests_holds_a_response(clause, found):
    source = task("if exc.response: raise self.retry()", clause)
    assert found_in(source) == found


@pytest.mark.parametrize(
    ("work", "found"),
    [
        ("client.get(url)", [f"{R} pure"]),
        ("requests.get(url)", [f"{R} pure"]),
        ("pay(url)\n        client.get(url)", [f"{R} pure"]),
        ("bank.get(url)", []),
        ("pay(requests)", []),
    ],
)
def test_a_broad_clause_is_for_requests_where_the_library_is_called(work, found):
    source = task("if exc.response: raise self.retry()", "Exception as exc")
    assert found_in(source.replace("client.get(url)", work)) == found


def test_a_clause_without_a_name_tests_no_response():
    source = task("if exc.response: raise self.retry()", "requests.HTTPError")
    assert found_in(source) == []


FUNCTIONS = [
    # What it returns decides in the handler.
    ("return bool(error.response)", "if of(exc): raise self.retry()", True),
    ("return bool(error.response)", "if of(exc): pay(url)\nraise self.retry()", False),
    ("return bool(error.response)", "if of(url): raise self.retry()", False),
    ("return bool(error.response)", "if of(error=exc): raise self.retry()", False),
    ("return bool(error.response)", "if of(exc.inner): raise self.retry()", False),
    ("return bool(error.response)", "raise self.retry(countdown=of(exc))", True),
    ("return 1 if error.response else 2", "if of(exc): raise self.retry()", True),
    ("return error.response", "if of(exc): raise self.retry()", False),
    ("return bool(self.response)", "if of(exc): raise self.retry()", False),
    ("if error.response: return 1\nreturn 2", "if of(exc): raise self.retry()", True),
    ("if error.response: pass\nelse: return 1\nreturn 2", "if of(exc): raise self.retry()", True),
    ("while error.response: return 1\nreturn 2", "if of(exc): raise self.retry()", True),
    ("if error.response: pay(1)\nreturn 2", "if of(exc): raise self.retry()", False),
    ("if judge(bool(error.response)): return 1", "if of(exc): raise self.retry()", True),
    ("x = bool(error.response)\nreturn x", "if of(exc): raise self.retry()", True),
    ("pay(bool(error.response))\nreturn 2", "if of(exc): raise self.retry()", False),
    # It retries itself.
    ("if error.response: task.retry()", "of(exc, self)\nself.retry()", True),
    ("x = bool(error.response)\nif x: task.retry()", "of(exc, self)\nself.retry()", True),
    ("if error.response: pay(1)\ntask.retry()", "of(exc, self)\nself.retry()", False),
    ("if error.response: return None\ntask.retry()", "of(exc, self)\nself.retry()", True),
]


@pytest.mark.parametrize(("body", "then", "is_found"), FUNCTIONS)
def test_a_function_is_given_the_exception(body, then, is_found):
    function = f"def of(error, task=None):\n{indent(body, '    ')}\n"
    for written in (function, f"async {function}"):
        found = ["of error.response pure sure"] if is_found else []
        assert found_in(written + task(then)) == found


def test_a_class_and_a_lambda_are_given_nothing():
    then = "if of(exc): raise self.retry()"
    assert found_in(f"class of:\n    pass\n{task(then)}") == []
    assert found_in(f"of = lambda error: bool(error.response)\n{task(then)}") == []


def test_the_second_argument_is_the_second_parameter():
    function = "def of(url, error):\n    return bool(error.response)\n"
    assert found_in(function + task("if of(url, exc): raise self.retry()"))
    assert not found_in(function + task("if of(exc, url): raise self.retry()"))
    assert found_in(function + task("if of(url, exc, 1): raise self.retry()"))


AUTOMATIC = "autoretry_for=(requests.HTTPError,)"


@pytest.mark.parametrize(
    ("then", "found"),
    [
        ("if exc.response: raise", [f"{R} pure sure"]),
        ("if exc.response: pay(url)", []),
        ("if exc.response: return None\nraise", [f"{R} pure sure"]),
        ("if exc.response: raise\nelse: raise", []),
    ],
)
def test_a_raise_is_a_retry_where_they_are_made_automatically(then, found):
    assert found_in(task(then, options=AUTOMATIC)) == found
    assert found_in(task(then)) == []


def test_a_retry_call_in_a_task_that_is_retried_automatically_is_asked_once():
    source = task("if exc.response: raise self.retry()", options=f"bind=True, {AUTOMATIC}")
    assert found_in(source) == [f"{R} pure sure"]


def test_each_handler_around_a_retry_call_is_asked_once():
    then = "if exc.response: raise self.retry()\nif url: raise self.retry()"
    assert found_in(task(then)) == [f"{R} pure sure"]
    inner = "try: pay(url)\nexcept KeyError as missing:\n    if exc.response: self.retry()"
    assert found_in(task(inner)) == [f"{R} pure sure"]


def test_names_for_names_are_followed_so_far():
    def chain(length: int) -> str:
        steps = "".join(f"n{place + 1} = n{place}\n" for place in range(length))
        return f"n0 = bool(exc.response)\n{steps}if n{length}: raise self.retry()"

    assert found_in(task(chain(5)))
    assert not found_in(task(chain(12)))
    assert not found_in(task("n0 = bool(exc.response)\nn1 = n0\nn0 = n1\nself.retry()"))
