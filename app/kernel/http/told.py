"""Sentences beside codes in answers: what an exception means, why a day is paid or not."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import marshmallow as ma

from app.kernel.http.problems import asked_language


class Told(ma.fields.String):
    """The sentence for the code in the attribute `of`, in the language asked for; `kind` is a section of the catalogue.

    A code without a sentence is shown as it is (a test keeps that from happening).
    """

    _CHECK_ATTRIBUTE = False  # it has no attribute of its own

    def __init__(self, kind: str, *, of: str) -> None:
        super().__init__(required=True)
        self._kind = kind
        self._of = of

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str:
        code = str(ma.utils.get_value(obj, self._of))
        return told(asked_language())[self._kind].get(code, code)


@cache
def told(language: str) -> Mapping[str, Mapping[str, str]]:
    """All sentences of a language by kind and code."""
    text = files("app.kernel").joinpath(f"sentences/told.{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
