"""Commands, options and targets that README and documents name exist; and a command loads what it needs alone."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from app.cli.main import COMMANDS, main
from tests.conftest import ROOT

PAGES = sorted([*ROOT.glob("README*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "runbooks").glob("*.md")])
COMMAND = re.compile(r"(?:\.venv/bin/|`|^    )anhu ([a-z][^`#|>)\n]*)", re.MULTILINE)
MAKE = re.compile(r"(?:^    |`)make ([a-z][a-z0-9-]*)", re.MULTILINE)


def what_is_missing(words: list[str]) -> list[str]:
    """The words of a command line that the `anhu` command does not know: a command, or an option of it."""
    command: click.Command | None = main
    rest = iter(words)
    while isinstance(command, click.Group):
        word = next(rest, None)
        if word is None:  # a group by itself, as `anhu db`
            return []
        command = command.get_command(click.Context(command), word)
        if command is None:
            return [word]
    assert command is not None
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    return [word for word in rest if word.startswith("--") and word not in known]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_only_commands_and_options_that_exist(page: Path):
    named = [found.split() for found in COMMAND.findall(page.read_text())]

    assert {" ".join(words): what_is_missing(words) for words in named if what_is_missing(words)} == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_only_targets_that_make_has(page: Path):
    targets = re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert set(MAKE.findall(page.read_text())) <= set(targets)


def test_every_command_is_named_somewhere():
    named = {found.split()[0] for page in PAGES for found in COMMAND.findall(page.read_text())}

    assert named == set(COMMANDS)


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("nothing", ["nothing"]),
        ("db nothing", ["nothing"]),
        ("serve --port 1", ["--port"]),
        ("region add shili --name 示例市", []),
        ("db", []),
    ],
)
def test_what_does_not_exist_is_found_missing(line: str, missing: list[str]):
    assert what_is_missing(line.split()) == missing


@pytest.mark.parametrize(("command", "is_whole"), [("serve", False), ("policies", False), ("worker", True)])
def test_the_whole_product_is_loaded_for_the_commands_that_run_it_alone(command: str, *, is_whole: bool):
    """The last is the control."""
    program = (
        "import sys; from app.cli.main import main; "
        f"main(['{command}', '--help'], standalone_mode=False); sys.exit(7 * ('app.factory' in sys.modules))"
    )

    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True)

    assert ended.returncode == (7 if is_whole else 0)
