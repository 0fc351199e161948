"""Loads policy files from a folder, or those shipped with the program."""

import tomllib
import unicodedata
from pathlib import Path

from app.policies.layers import LayerReader
from app.policies.rules import PolicyBook, build_book
from app.policies.sentences import ProblemCode
from app.policies.types import Layer, PolicyFilesInvalid, Problem

SHIPPED = Path(__file__).parent / "files"


def load_book(folder: Path | None = None) -> PolicyBook:
    """Read all `*.toml` of the folder, which replaces the shipped files; None reads the shipped ones.

    Raises PolicyFilesInvalid with every problem of every file.
    """
    chosen = folder or SHIPPED
    layers: list[Layer] = []
    problems: list[Problem] = []
    paths = sorted(chosen.glob("*.toml"))
    if not paths:
        raise PolicyFilesInvalid((Problem(str(chosen), None, ProblemCode.NO_FILES),))
    for path in paths:
        layer, found = _read_file(path)
        problems += found
        if layer is not None:
            layers.append(layer)
    if len(layers) < len(paths):  # without a file the others would seem to lack what it says
        raise PolicyFilesInvalid(tuple(problems))
    return build_book(layers, problems=problems)


def _read_file(path: Path) -> tuple[Layer | None, list[Problem]]:
    try:
        raw = tomllib.loads(unicodedata.normalize("NFC", path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        return None, [Problem(path.name, None, ProblemCode.UNREADABLE, {"why": error})]
    except tomllib.TOMLDecodeError as error:
        return None, [Problem(path.name, None, ProblemCode.BAD_TOML, {"why": error})]
    reader = LayerReader(path.name)
    layer = reader.read(raw)
    return layer, reader.problems
