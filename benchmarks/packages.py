"""Released packages, most of which use Celery, downloaded and unpacked: real code to lint.

Used by the other scripts of this folder; ``python benchmarks/packages.py [FOLDER]`` only fetches.
Nothing of a package is installed, imported or run.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

#: The packages of docs/field-report.md, at the versions that it judges: those that use Celery …
PACKAGES = (
    "aa-killtracker==2.1.0",
    "aa-memberaudit==5.3.0",
    "aa-moonmining==3.2.0",
    "aa-structures==4.1.0",
    "allianceauth==5.5.0",
    "allianceauth-corptools==3.5.1",
    "apache-superset==6.1.0",
    "celery==5.7.0",
    "celery-haystack==0.10",
    "django-celery-email==3.0.0",
    "django-eveuniverse==2.2.0",
    "django-helpdesk==2.6.1",
    "django-webhook==0.0.15",
    "edx-celeryutils==2.0.0",
    "edx-enterprise==8.18.0",
    "geonode==5.1.1",
    "invenio-communities==29.3.0",
    "invenio-files-rest==6.1.0",
    "invenio-indexer==6.0.1",
    "invenio-rdm-records==36.0.0",
    "mayan-edms==4.12.2",
    "opencve==1.5.0",
    "openwisp-controller==1.3.2",
    "openwisp-firmware-upgrader==1.3.1",
    "openwisp-monitoring==1.3",
    "openwisp-notifications==1.3",
    "pretix==2026.8.0",
    "swh-loader-core==5.24.2",
    "swh-scheduler==3.6.0",
    "weblate==2026.10.1",
)

#: … and those that have tasks of another kind, which must not be taken for Celery's.
LOOKALIKES = (
    "apscheduler==3.11.3",
    "arq==0.28.0",
    "django-dramatiq==0.15.0",
    "dramatiq==2.2.1",
    "huey==3.5.4",
    "prefect==3.9.1",
    "prefect-aws==0.7.12",
    "procrastinate==3.10.0",
    "pulpcore==3.123.1",
    "scancodeio==38.2.0",
    "taskiq==0.13.0",
    "vulnerablecode==40.2.0",
    "zou==1.0.97",
)

#: Large libraries that most projects have some of: with what they need over 10,000 files.
LIBRARIES = (
    *("apache-airflow==3.3.2", "boto3==1.44.8", "Django==5.2.19", "matplotlib==3.11.2"),
    *("pandas==3.1.1", "scikit-learn==1.9.1", "Sphinx==9.0.4", "SQLAlchemy==2.1.9"),
    *("sympy==1.14.0", "Twisted==26.10.0"),
)

FOLDER = Path(__file__).parent / "packages"


def fetch(folder: Path = FOLDER) -> list[Path]:
    """Download what is not there yet; the folders with the packages' Python files, by name.

    Raises `subprocess.CalledProcessError` where pip can't have a package.
    """
    wheels = folder / "wheels"
    sources = []
    for requirement in (*PACKAGES, *LOOKALIKES):
        target = folder / requirement.replace("==", "-")
        if not target.exists():
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            options = ["--only-binary=:all:", "--ignore-requires-python", "--dest", str(wheels)]
            subprocess.run([*command, *options, requirement], check=True)
            name = requirement.replace("-", "_").replace("==", "-")
            (wheel,) = wheels.glob(f"{name}-*.whl")
            unpack(wheel, target)
        sources.append(target)
    return sources


def fetch_libraries(folder: Path = FOLDER) -> Path:
    """Download the large libraries and what they need, where they are not there yet; the folder
    with their files. They are unpacked, not run.

    Raises ``subprocess.CalledProcessError`` where pip can't have one.
    """
    target = folder / "libraries"
    if not target.exists():
        unfinished = folder / "libraries.unfinished"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--upgrade"]
        options = ["--only-binary=:all:", "--target", str(unfinished)]
        subprocess.run([*command, *options, *LIBRARIES], check=True)
        unfinished.rename(target)
    return target


def unpack(wheel: Path, target: Path) -> None:
    """The Python files of a wheel, in a folder that appears when it is whole."""
    unfinished = target.with_name(target.name + ".unfinished")
    with zipfile.ZipFile(wheel) as archive:
        members = [name for name in archive.namelist() if name.endswith(".py")]
        archive.extractall(unfinished, members)
    unfinished.rename(target)


if __name__ == "__main__":
    for source in fetch(*map(Path, sys.argv[1:2])):
        print(source, sum(1 for _ in source.rglob("*.py")), "files")
