"""The README: what it shows is what a reader gets."""

from __future__ import annotations

import re

from programs import command, flake8
from project import PROJECT

README = (PROJECT / "README.md").read_text(encoding="utf-8")


def test_the_first_thing_it_shows_is_what_flake8_prints() -> None:
    shown = re.search(r"\$ flake8 (--isolated .*)\n((?:fixtures/.*\n)+)", README)
    assert shown
    run = flake8(*shown[1].split(), cwd=PROJECT)
    assert run.output.decode() == shown[2]


def test_every_command_line_it_shows_is_understood() -> None:
    options = re.findall(
        r"^\$ flake8-celery-retry (check|fix) .*?(--[a-z-]+)", README, re.MULTILINE
    )
    assert options
    for name, option in options:
        assert option in command(name, "--help", cwd=PROJECT).output.decode()


def test_the_links_lead_somewhere() -> None:
    pages = [PROJECT / "README.md", *PROJECT.glob("docs/*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} leads to {target}"
