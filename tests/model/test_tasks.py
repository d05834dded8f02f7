"""A task's options, shared ones and those of its class, and whether it is bound."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest
from short_modules import codes, decorated, model, only_task

from flake8_celery_retry.linting.lint import lint
from flake8_celery_retry.model.recognition import MOST_BASES

SHARED = """
    from functools import partial
    from celery import shared_task

    POLICY = {{"max_retries": None}}
    task = partial(shared_task, bind=True, max_retries=None)
    retrying_task = shared_task(autoretry_for=(OSError,), retry_backoff=1, max_retries=None)

    @{decorator}
    def charge(self, order_id):
        raise self.retry(exc=OSError()) if order_id else OSError()

    @{decorator}
    def refund(self, order_id):
        raise self.retry(exc=OSError()) if order_id else OSError()
"""


@pytest.mark.parametrize(
    ("decorator", "line"), [("shared_task(bind=True, **POLICY)", 5), ("task", 6), ("task()", 6)]
)
def test_shared_options_count_for_every_use_and_are_reported_once_at_the_option(decorator, line):
    source = dedent(SHARED.format(decorator=decorator))
    tasks = model(source).tasks
    assert [(task.name, task.bound) for task in tasks] == [("charge", True), ("refund", True)]
    assert all(task.option("max_retries") for task in tasks)
    findings = lint(ast.parse(source), source.splitlines(keepends=True))
    assert [(finding.code, finding.line) for finding in findings] == [("CRT304", line)]


def test_a_ready_made_decorator_brings_its_options():
    task = model(SHARED.format(decorator="retrying_task")).tasks[0]
    assert set(task.options) == {"autoretry_for", "retry_backoff", "max_retries"}
    assert task.bound is False


def test_the_use_overrides_what_is_shared():
    task = only_task("""
        from functools import partial
        from celery import shared_task

        job = partial(shared_task, max_retries=5, bind=True)

        @job(max_retries=2)
        def charge(self): pass
    """)
    assert task.module.values.value(task.options["max_retries"].value) == 2
    assert task.bound is True


BINDS = [
    ("shared_task(bind=True)", True),
    ("shared_task(bind=ALWAYS)", True),
    ("shared_task(bind=False)", False),
    ("shared_task(bind=None)", False),
    ("shared_task()", False),
    ("shared_task", False),
    ("app.task", False),
    ("app.task(bind=True)", True),
    ("shared_task(bind=1)", None),
    ("shared_task(bind='yes')", None),
    ("shared_task(bind=settings.BIND)", None),
    ("shared_task(bind=is_bound())", None),
    ("shared_task(**options)", None),
    ("shared_task(**{'bind': True})", True),
    ("shared_task(**dict(bind=True))", True),
    ("shared_task(**BOUND)", True),
    ("shared_task(**{**BOUND, 'max_retries': 3})", True),
    ("shared_task(bind=True, **options)", True),
    ("house_task(acks_late=True)", None),
    ("house_task(bind=True)", True),
    ("house_task(bind=False)", False),
]


@pytest.mark.parametrize(("decorator", "bound"), BINDS)
def test_a_task_is_bound_by_the_constant_true(decorator, bound):
    imports = """
from celery import shared_task
from shop.celery import app, house_task, options, is_bound
from django.conf import settings
ALWAYS = True
BOUND = {"bind": True}
"""
    assert only_task(decorated(imports, decorator)).bound is bound


def test_its_options_are_its_class_attributes():
    task = only_task("""
        from celery import Task

        class Charge(Task):
            max_retries = 7
            default_retry_delay: int = 60
            autoretry_for = retry_for = (OSError,)

            def run(self):
                self.max_retries = 9
    """)
    values = {name: ast.unparse(option.value) for name, option in task.options.items()}
    assert values == {
        "max_retries": "7",
        "default_retry_delay": "60",
        "autoretry_for": "(OSError,)",
        "retry_for": "(OSError,)",
    }


@pytest.mark.parametrize(
    ("body", "is_base"),
    [
        ("max_retries = 0", True),
        ("abstract = True\n    def run(self): self.retry()", True),
        ("abstract = False\n    def run(self): self.retry()", False),
        ("def run(self): self.retry()", False),
    ],
)
def test_a_class_without_run_or_abstract_is_a_base(body, is_base):
    source = f"from celery import Task\nclass Charge(Task):\n    max_retries = 0\n    {body}\n"
    assert only_task(source).is_base is is_base
    assert ("CRT303" in codes(source)) is not is_base


def test_a_base_passes_its_options_on():
    module = model("""
        from celery import Task

        class Base(Task):
            abstract = True
            autoretry_for = (OSError,)
            max_retries = 7

        class Charge(Base):
            max_retries = 5

            def run(self):
                pass
    """)
    charge = module.tasks[1]
    assert charge.retries_automatically
    assert not charge.is_base
    assert charge.own_option("autoretry_for") is None
    assert module.values.value(charge.options["max_retries"].value) == 5


BASES = """
    from celery import Celery, Task, shared_task
    from shop.bases import Patient

    app = Celery("shop")

    class Base(Task):
        name = "base"
        autoretry_for = (OSError,)
        max_retries = 7

    class Middle(Base):
        abstract = True
        max_retries = 5

    class Leaving(Middle, Patient):
        max_retries = 4
"""


@pytest.mark.parametrize(
    ("base", "limit", "is_hidden"),
    [
        ("Base", 7, False),
        ("Middle", 5, False),
        ("Leaving", 4, True),
        ("Task", None, False),
        ("app.Task", None, False),
        ("Patient", None, True),
        ("'shop.bases:Patient'", None, True),
        ("Middle, max_retries=2", 2, False),
    ],
)
def test_a_base_of_a_function_is_read_up_to_where_its_chain_leaves_the_module(
    base, limit, is_hidden
):
    module = model(f"{BASES}\n    @shared_task(base={base})\n    def charge():\n        pass\n")
    charge = module.tasks[-1]
    option = charge.option("max_retries")
    assert module.values.number(option.value if option else None) == limit
    assert charge.has_hidden_options is is_hidden
    assert charge.option("name") is None
    assert [each.name for each in charge.bases] == {
        "Base": ["Base"],
        "Middle": ["Middle", "Base"],
        "Middle, max_retries=2": ["Middle", "Base"],
        "Leaving": ["Leaving", "Middle", "Base"],
    }.get(base, [])


@pytest.mark.parametrize(
    ("use", "is_replaced"),
    [
        ("@shared_task(base=Exporting)\ndef export(): pass", True),
        ("@shared_task(**{'base': Exporting})\ndef export(self: Exporting): pass", True),
        ("class Saving(Exporting): pass\n@shared_task(base=Saving)\ndef export(): pass", True),
        ("class Saving(Exporting): pass\n@shared_task(base=Exporting)\ndef export(): pass", False),
        ("@shared_task(base=Exporting)\ndef export(): pass\nexporting = Exporting()", False),
        (
            "@shared_task(base=Exporting)\ndef export(): pass\napp.register_task(Exporting())",
            False,
        ),
        ("def export(): pass", False),
    ],
)
def test_the_run_of_a_class_that_is_only_a_base_of_functions_never_runs(use, is_replaced):
    module = model(
        "from celery import Task, shared_task\nfrom shop.celery import app\n"
        "class Exporting(Task):\n"
        "    def run(self): self.retry()\n"
        "    def tidy(self): return super(Exporting, self)\n"
        f"{use}\n"
    )
    exporting = module.tasks[0]
    assert exporting.is_base is is_replaced
    assert (exporting.function is None) is is_replaced
    assert len(module.retry_calls) == (not is_replaced)


def test_a_task_has_the_retry_calls_of_the_methods_that_it_inherits():
    base, by_class, by_function = model("""
        from celery import Task, shared_task

        class Charging(Task):
            abstract = True

            def run(self):
                raise self.retry()

            def settle(self):
                raise self.retry(countdown=5)

        class Charge(Charging):
            def run(self):
                self.settle()

        @shared_task(base=Charging, bind=True)
        def charge(self):
            self.settle()
    """).tasks
    assert by_class.inherited_retry_calls == list(base.retry_calls)
    # The function stands in the place of ``run``.
    assert by_function.inherited_retry_calls == [base.retry_calls[1]]
    assert by_class.retries
    assert by_function.retries


@pytest.mark.parametrize("classes", ["class A(A): pass", "class A(B): pass\nclass B(A): pass"])
def test_a_class_that_inherits_from_itself_is_no_task(classes):
    source = (
        f"from celery import shared_task\n{classes}\n@shared_task(base=A)\ndef charge(): pass\n"
    )
    assert only_task(source).name == "charge"


def test_a_chain_of_classes_that_nobody_can_follow_hides_options():
    classes = "\n".join(f"class C{n + 1}(C{n}): pass" for n in range(1_000))
    module = model(
        f"from celery import Task, shared_task\nclass C0(Task): max_retries = 0\n{classes}\n"
        "@shared_task(base=C1000)\ndef charge(): pass\n"
    )
    assert module.tasks[-1].has_hidden_options
    assert len(module.tasks[-1].bases) <= MOST_BASES


@pytest.mark.parametrize(
    ("arguments", "names", "complete"),
    [
        ("**POLICY", {"max_retries", "acks_late"}, True),
        ("**MADE", {"max_retries", "acks_late"}, True),
        ("**{'max_retries': 5}", {"max_retries"}, True),
        ("**dict(POLICY, bind=True)", {"max_retries", "acks_late", "bind"}, True),
        ("**{**POLICY, 'bind': True}", {"max_retries", "acks_late", "bind"}, True),
        ("bind=True, **POLICY", {"max_retries", "acks_late", "bind"}, True),
        ("bind=True, **elsewhere", {"bind"}, False),
        ("bind=True, **policy()", {"bind"}, False),
        ("bind=True, **FILLED", {"bind", "max_retries"}, False),
        ("bind=True, **{key: 5}", {"bind"}, False),
    ],
)
def test_options_in_a_dict_are_read_key_by_key(arguments, names, complete):
    task = only_task(f"""
from celery import shared_task

POLICY = {{"max_retries": 5, "acks_late": True}}
MADE = dict(max_retries=5, acks_late=True)
FILLED = {{"max_retries": 5}}
FILLED["acks_late"] = True

@shared_task({arguments})
def charge(): pass
""")
    assert set(task.options) == names
    assert task.options_complete is complete


def test_a_class_without_run_takes_no_arguments() -> None:
    task = only_task("from celery import Task\nclass Patient(Task):\n    max_retries = 5\n")

    assert task.positional_parameters == []


@pytest.mark.parametrize(
    ("options", "retries"),
    [
        ("", False),
        ("autoretry_for=None", False),
        ("autoretry_for=()", False),
        ("autoretry_for=[]", False),
        ("autoretry_for=(OSError,)", True),
        ("autoretry_for=ERRORS", True),
    ],
)
def test_a_task_retries_automatically_for_what_is_not_known_to_be_nothing(options, retries):
    task = only_task(f"""
        from celery import shared_task
        from shop import ERRORS

        @shared_task({options})
        def charge(order): pass
    """)
    assert task.retries_automatically is retries


@pytest.mark.parametrize(("method", "names"), [("register_task", ["Charge"]), ("forget", [])])
def test_a_class_is_a_task_where_an_instance_is_registered(method, names):
    module = model(f"""
        from shop.celery import app

        class Charge:
            def run(self, order): pass

        app.{method}(Charge())
        app.{method}()
    """)
    assert [task.name for task in module.tasks] == names
