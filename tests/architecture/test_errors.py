"""Every refusal has a sentence in both languages, and every sentence a use."""

import importlib
import pkgutil
import tomllib
from collections.abc import Iterator
from importlib.resources import files

import pytest

import app
from app.imports.types import ReasonCode
from app.kernel.errors import DomainError
from app.kernel.http.problems import CODES, LANGUAGES, OTHER, catalogue
from app.kernel.sheets import SheetProblem

REASONS = frozenset({*ReasonCode, *SheetProblem})  # of files' rows, told in a list


def all_errors(base: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for error in base.__subclasses__():
        yield error
        yield from all_errors(error)


@pytest.fixture(scope="module", autouse=True)
def every_module_is_imported() -> None:
    for module in pkgutil.walk_packages(app.__path__, "app."):
        importlib.import_module(module.name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_sentence(language: str):
    codes = {error.code for error in all_errors() if hasattr(error, "code")} | {*CODES.values(), *REASONS}

    assert codes - set(catalogue(language)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_belongs_to_an_error(language: str):
    codes = {error.code for error in all_errors() if hasattr(error, "code")} | {*CODES.values(), OTHER, *REASONS}
    sentences = files("app.kernel").joinpath(f"sentences/{language}.toml").read_text(encoding="utf-8")
    for_errors = {code for section, table in tomllib.loads(sentences).items() if section != "fields" for code in table}

    assert for_errors - codes == set()


def test_the_two_catalogues_hold_the_same_codes():
    chinese, english = (set(catalogue(language)) for language in LANGUAGES)

    assert chinese == english


def test_no_two_errors_share_a_code():
    seen: dict[str, type[DomainError]] = {}
    for error in all_errors():
        if "code" in error.__dict__:
            assert seen.setdefault(error.code, error) is error, error.code
