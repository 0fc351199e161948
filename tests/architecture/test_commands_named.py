"""Commands that README and runbooks name exist."""

import re
from pathlib import Path

import click
import pytest

from app.cli.main import main

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("README*.md"), *(ROOT / "docs" / "runbooks").glob("*.md")])
COMMAND = re.compile(r"(?:\.venv/bin/|`)anhu ((?:[a-z][a-z-]*[ `\n]?){1,2})")
MAKE = re.compile(r"(?:^    |`)make ([a-z][a-z0-9-]*)", re.MULTILINE)


def missing_command(words: list[str]) -> bool:
    command = main.commands.get(words[0])
    is_group = isinstance(command, click.Group) and len(words) > 1
    return command is None or (is_group and words[1] not in command.commands)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_only_commands_that_exist(page: Path):
    named = [found.replace("`", "").split() for found in COMMAND.findall(page.read_text())]

    assert [words for words in named if missing_command(words)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_only_targets_that_make_has(page: Path):
    targets = re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert set(MAKE.findall(page.read_text())) <= set(targets)


@pytest.mark.parametrize("words", [["nothing"], ["db", "nothing"]])
def test_a_command_that_does_not_exist_is_found_missing(words: list[str]):
    assert missing_command(words)
