"""CRT112: a task's request has no max_retries."""

import pytest
from shop import gateway, mail


def test_the_attribute_is_missing_where_the_retry_is_needed(lab, page):
    gateway.fails()

    seen = lab.run(page.example, "charge_order", 7)

    assert seen.ends == ["FAILURE"]
    assert seen.failure == "AttributeError: 'Context' object has no attribute 'max_retries'"
    assert not mail.calls


@pytest.mark.parametrize(
    "name", ["retry_count", "retried", "attempts", "countdown", "default_retry_delay"]
)
def test_others_are_missing_too(lab, page, name):
    gateway.fails()
    source = page.example.replace("self.request.max_retries", f"self.request.{name}")

    seen = lab.run(source, "charge_order", 7)

    assert seen.ends == ["FAILURE"]
    assert seen.failure == f"AttributeError: 'Context' object has no attribute '{name}'"


def test_headers_are_attributes_of_the_request(lab, page):
    gateway.fails()
    module = lab.load(page.example.replace("max_retries=3", "max_retries=9"))

    def send():
        module.charge_order.apply_async((7,), headers={"max_retries": 1})

    seen = lab.watch(module, "charge_order", send)

    assert seen.ends == ["RETRY", "SUCCESS"]
    assert len(mail.calls) == 1


def test_the_current_task_has_the_same_request(lab, page):
    gateway.fails()
    source = page.example.replace("import shared_task", "import current_task, shared_task")

    seen = lab.run(source.replace("self.request", "current_task.request"), "charge_order", 7)

    assert seen.failure == "AttributeError: 'Context' object has no attribute 'max_retries'"


def test_fixed_it_retries_and_says_sorry_in_the_end(lab, page):
    gateway.fails()

    seen = lab.run(page.fixed, "charge_order", 7)

    assert seen.ends == ["RETRY", "RETRY", "RETRY", "SUCCESS"]
    assert len(mail.calls) == 1
