"""What a module's ``task_annotations`` set: they hold whatever stands at a task."""

from __future__ import annotations

import pytest
from short_modules import model

from flake8_celery_retry.facts.options import RETRY_OPTIONS
from flake8_celery_retry.model.configuration import annotated_options

EVERY_OPTION = set(RETRY_OPTIONS)


@pytest.mark.parametrize(
    ("annotations", "options"),
    [
        ('{"*": {"max_retries": 20}}', {"max_retries"}),
        ('{"*": {"rate_limit": "10/s"}}', set()),
        (
            '{"charge": {"retry_backoff": 2}, "refund": {"max_retries": 1}}',
            {"retry_backoff", "max_retries"},
        ),
        ("{}", set()),
        ("shop.ANNOTATIONS", EVERY_OPTION),
        ("{**shop.ANNOTATIONS}", EVERY_OPTION),
        ('{"*": shop.OPTIONS}', EVERY_OPTION),
        ('{"*": {"rate_limit": "10/s", **shop.OPTIONS}}', EVERY_OPTION),
        ('{"charge": {"rate_limit": "10/s"}, "refund": shop.OPTIONS}', EVERY_OPTION),
    ],
)
def test_annotations_set_what_they_name_and_anything_where_they_cannot_be_read(
    annotations: str, options: set[str]
) -> None:
    module = model(
        "import shop\nfrom celery import Celery\n"
        f"app = Celery()\napp.conf.task_annotations = {annotations}\n"
    )

    assert annotated_options(module) == options
