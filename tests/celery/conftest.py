"""The laboratory's fixtures: `lab`, `lab_on_disk`, and `page`, the page of the rule under test.

An experiment's file is named after its rule: ``test_crt101.py`` is given the page of CRT101.
There is no ``__init__.py`` here, for a package named ``celery`` would hide the real one.

``python -m pytest tests/celery -k test_crt -n0 --record=docs/runs.json`` writes down what the
worker made of the code on the rules' pages; the site shows it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import django  # noqa: E402
import file_broker  # noqa: E402
import shop.celery  # noqa: E402

django.setup()
# Celery and Django have read it; programs that other tests start are not to see it.
del os.environ["DJANGO_SETTINGS_MODULE"]

from celery import Celery  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402
from django.db.backends.signals import connection_created  # noqa: E402
from laboratory import Laboratory  # noqa: E402
from pages import Page, read_page  # noqa: E402
from recording import Recording, differences, rows_of  # noqa: E402
from shop import gateway, mail  # noqa: E402
from shop.models import Order, Payment  # noqa: E402

RECORDING = pytest.StashKey[Recording]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--record``."""
    parser.addoption(
        "--record", type=Path, metavar="FILE", help="write down what a worker made of the pages"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin a recording, where one is wanted."""
    if config.getoption("--record", None):
        config.stash[RECORDING] = Recording()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the recording of a session in which every experiment came out as it should."""
    recording = session.config.stash.get(RECORDING, None)
    if recording is not None and exitstatus == pytest.ExitCode.OK:
        recording.write(session.config.getoption("--record"))


@pytest.fixture(autouse=True)
def recorded(request: pytest.FixtureRequest) -> Iterator[None]:
    """Note what was seen of the page's own code, or compare it with what is written down."""
    names = [name for name in ("lab", "lab_on_disk") if name in request.fixturenames]
    if not names or "page" not in request.fixturenames:
        yield
        return
    laboratory: Laboratory = request.getfixturevalue(names[0])
    page: Page = request.getfixturevalue("page")
    yield
    experiment = request.node.originalname.removeprefix("test_").replace("_", " ")
    recording = request.config.stash.get(RECORDING, None)
    if recording is not None:
        recording.note(page, experiment, laboratory.observations)
        return
    parameters = getattr(request.node, "callspec", None)
    is_first = parameters is None or not any(parameters.indices.values())
    if is_first and "CELERY_BROKER_URL" not in os.environ:
        otherwise = differences(page, rows_of(page, experiment, laboratory.observations))
        assert not otherwise, f"{RECORD_AGAIN}: {otherwise}"


#: What to do when an experiment comes out otherwise than docs/runs.json says, and is right.
RECORD_AGAIN = "see docs/proof.md for how to record docs/runs.json again"


@pytest.fixture(scope="session")
def shop_database(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The shop's tables; for the disk, nobody waits."""
    connection_created.connect(_leave_writing_to_the_system)
    connections.databases["default"]["NAME"] = tmp_path_factory.mktemp("shop") / "shop.sqlite3"
    call_command("migrate", run_syncdb=True, verbosity=0)


def _leave_writing_to_the_system(connection: BaseDatabaseWrapper, **_: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous = OFF")


@pytest.fixture(scope="session")
def open_laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """The session's worker."""
    with Laboratory(shop.celery.app, tmp_path_factory.mktemp("examples")).open() as laboratory:
        yield laboratory


@pytest.fixture(scope="session")
def open_laboratory_on_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A second worker, whose broker writes messages to files, as JSON."""
    app = Celery("shop", backend="cache+memory://")
    app.conf.update(file_broker.options(tmp_path_factory.mktemp("broker")))
    with Laboratory(app, tmp_path_factory.mktemp("examples")).open() as laboratory:
        yield laboratory


@pytest.fixture
def lab(open_laboratory: Laboratory, shop_database: None) -> Iterator[Laboratory]:
    """A worker for one experiment, and a shop as on the first day."""
    with open_laboratory.experiment() as laboratory:
        open_shop()
        yield laboratory


@pytest.fixture
def lab_on_disk(open_laboratory_on_disk: Laboratory, shop_database: None) -> Iterator[Laboratory]:
    """Like `lab`, with a broker that has to write messages down."""
    with open_laboratory_on_disk.experiment() as laboratory:
        open_shop()
        yield laboratory


@pytest.fixture
def page(request: pytest.FixtureRequest) -> Page:
    """The page of the rule that the experiment's file is named after."""
    return read_page(request.path.stem.removeprefix("test_"))


def open_shop() -> None:
    """Empty the shop's books and let all services answer."""
    gateway.reset()
    mail.reset()
    Order.objects.all().delete()
    Payment.objects.all().delete()
