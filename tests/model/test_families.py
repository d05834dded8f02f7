"""Which library's trouble a block is open to: the one that everything in it leads to."""

from __future__ import annotations

from textwrap import indent

import pytest
from short_modules import model

from flake8_celery_retry.model.work.families import MOST_FUNCTIONS, family_of, family_of_body

HEAD = """
import json
import logging
import redis
import requests
import requests_cache
import smtplib
from django.core.mail import send_mail
from django.db import connection, transaction
from shop import Order, pay
from urllib.request import urlopen

log = logging.getLogger()
session = requests.Session()

class Plain: pass

def asks():
    return requests.get("a")

def also_asks():
    return asks()

def fails():
    raise json.JSONDecodeError

def again():
    again()
"""

BODIES = {
    "requests.get('a')": "requests",
    "requests.get('a').json()": "requests",
    "session.get('a')": "requests",
    "requests_cache.get('a')": None,
    "urlopen('a')": "urllib.request",
    "send_mail('a')": "smtplib",
    "smtplib.SMTP('a')": "smtplib",
    "connection.cursor()": "django.db",
    "Order.objects.get(pk=1)": "django.db",
    "Order.objects.filter(pk=1).first()": "django.db",
    "Order.objects.filter(pk=1)[0].save()": "django.db",
    "Order.rows.get(pk=1)": None,
    "objects.get(pk=1)": None,
    "pay()": None,
    "pass": None,
    "requests.get('a')\nredis.Redis()": None,
    "requests.get('a')\nrequests.post('b')": "requests",
    "requests.get('a')\npay()": None,
    "requests.get('a')\njson.loads('b')": None,
    "requests.get('a')\nPlain()": None,
    "requests.get('a')\nlen('b')": "requests",
    "requests.get('a')\nint('b')": "requests",
    "requests.get('a')\nopen('b')": None,
    "requests.get('a')\neval('b')": None,
    "requests.get('a')\nValueError('b')": None,
    "requests.get('a')\nunheard_of('b')": "requests",
    "requests.get('a')\nlog.info('b')": "requests",
    "log.info('b')": None,
    "requests.get('a')\nraise ValueError": None,
    "requests.get('a')\nraise ValueError('b')": None,
    "requests.get('a')\nraise requests.HTTPError": "requests",
    "requests.get('a')\nraise requests.HTTPError('b')": "requests",
    "raise requests.HTTPError": "requests",
    "requests.get('a')\nraise session.errors[0]": None,
    "raise": None,
    "try: requests.get('a')\nexcept: raise": "requests",
    "asks()": "requests",
    "also_asks()": "requests",
    "requests.get('a')\nasks()": "requests",
    "asks()\nredis.Redis()": None,
    "asks()\nfails()": None,
    "again()": None,
    "again()\nasks()": "requests",
    "def inner(): redis.Redis()\nrequests.get('a')": "requests",
}


def block(module):
    """What stands in the function ``task``."""
    [task] = [scope.node for scope in module.functions if scope.node.name == "task"]
    return task.body


@pytest.mark.parametrize(("body", "family"), BODIES.items(), ids=BODIES)
def test_the_family_of_a_block(body, family):
    module = model(f"{HEAD}\ndef task():\n{indent(body, '    ')}\n")
    found = family_of_body(module, block(module))
    assert (found.names[0] if found is not None else None) == family


@pytest.mark.parametrize(
    ("qualified", "family"),
    [
        ("redis", "redis"),
        ("redis.Redis", "redis"),
        ("redislite.Redis", None),
        ("django.db.models.F", "django.db"),
        ("django.dbx", None),
        ("urllib.parse.quote", None),
        ("botocore.client", "boto3"),
        ("", None),
    ],
)
def test_a_dotted_name_belongs_to_a_family(qualified, family):
    found = family_of(qualified)
    assert (found.names[0] if found is not None else None) == family


def functions_in_a_row(number: int) -> str:
    links = "".join(f"def f{n}(): f{n + 1}()\n" for n in range(number - 1))
    return f"import redis\n{links}def f{number - 1}(): redis.Redis()\ndef task(): f0()\n"


@pytest.mark.parametrize(("number", "is_found"), [(MOST_FUNCTIONS, True), (200, False)])
def test_so_many_functions_are_followed(number, is_found):
    module = model(functions_in_a_row(number))
    found = family_of_body(module, block(module))
    assert (found is not None) is is_found
