"""Every code a field can be refused with has a sentence in both languages."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import marshmallow as ma
import pytest

import app
from app.kernel.http.field_messages import UNCLEAR, code_of
from app.kernel.http.fields import Several
from app.kernel.http.problems import LANGUAGES, catalogue
from app.kernel.http.schemas import CommandSchema

BOUND = re.compile(r"\{\w+\}")
RAISED = re.compile(r"""ValidationError\(\s*(?:\{[^{}]*:\s*\[)?["']([^"']+)["']""")


@pytest.fixture(scope="module", autouse=True)
def every_module_is_imported() -> None:
    for module in pkgutil.walk_packages(app.__path__, "app."):
        importlib.import_module(module.name)


def test_every_list_that_is_asked_for_says_how_long_it_may_be_before_it_is_read():
    """A list of hundreds of thousands fits into a body, and each element that is judged costs time."""
    ours = [schema for schema in all_below(CommandSchema) if schema.__module__.startswith("app.")]
    fields = [field for schema in ours for field in schema._declared_fields.values()]

    assert {type(field) for field in fields if isinstance(field, ma.fields.List)} == {Several}
    assert not [field for field in fields if isinstance(field, ma.fields.Nested) and field.many]


def all_below(base: type[Any]) -> Iterator[type[Any]]:
    for kind in base.__subclasses__():
        yield kind
        yield from all_below(kind)


def validators_of(field: ma.fields.Field[Any]) -> Iterator[Any]:
    yield from field.validators
    if isinstance(field, ma.fields.List):
        yield from validators_of(field.inner)


def messages_of_fields() -> Iterator[tuple[str, str]]:
    for kind in all_below(ma.fields.Field):
        if kind.__module__.startswith("app."):
            yield from ((kind.__name__, message) for message in kind.default_error_messages.values())


def messages_of_validators() -> Iterator[tuple[str, str]]:
    for schema in all_below(CommandSchema):
        for name, field in schema._declared_fields.items():
            errors = (getattr(validator, "error", None) for validator in validators_of(field))
            yield from ((f"{schema.__name__}.{name}", error) for error in errors if isinstance(error, str))


def messages_raised() -> Iterator[tuple[str, str]]:
    for path in Path(app.__path__[0]).rglob("*.py"):
        yield from ((path.name, message) for message in RAISED.findall(path.read_text(encoding="utf-8")))


def messages() -> Iterator[tuple[str, str]]:
    """Where a message comes from, and the message with any bounds."""
    for where, message in (*messages_of_fields(), *messages_of_validators(), *messages_raised()):
        yield where, BOUND.sub("1", message)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_a_field_has_a_sentence(language: str):
    lacking = {(where, message) for where, message in messages() if code_of(message)[0] not in catalogue(language)}

    assert lacking == set(), "add a sentence to the section [fields] of app/kernel/sentences/*.toml"


def test_every_message_of_a_field_is_a_code_and_not_a_sentence():
    unclear = {(where, message) for where, message in messages() if code_of(message)[0] == UNCLEAR}

    assert unclear == set()


def test_a_message_without_a_sentence_would_be_noticed():
    assert code_of("not_a_thing")[0] not in catalogue("en")
    assert code_of("Not a thing at all.")[0] == UNCLEAR
