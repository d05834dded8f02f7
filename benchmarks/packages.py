"""Released packages that use Celery, downloaded and unpacked: real code to measure and lint.

Used by the other scripts of this folder; ``python benchmarks/packages.py [FOLDER]`` only fetches.
Nothing of a package is installed, imported or run.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

#: The packages of docs/field-report.md, at the versions that it judges.
PACKAGES = (
    "apache-superset==6.1.0",
    "celery==5.7.0",
    "django-celery-email==3.0.0",
    "edx-enterprise==8.18.0",
    "mayan-edms==4.12.2",
    "pretix==2026.8.0",
    "pulpcore==3.123.1",
    "weblate==5.14.3",
)

FOLDER = Path(__file__).parent / "packages"


def fetch(folder: Path = FOLDER) -> list[Path]:
    """Download what is not there yet; the folders with the packages' Python files, by name.

    Raises `subprocess.CalledProcessError` where pip can't have a package.
    """
    wheels = folder / "wheels"
    sources = []
    for requirement in PACKAGES:
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
