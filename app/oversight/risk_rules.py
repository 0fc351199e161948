"""All risk rules: every file in `risk` is one, under the name of its file."""

from importlib import import_module
from pkgutil import iter_modules

from app.oversight import risk
from app.oversight.sources import RiskRule

RULES: dict[str, RiskRule] = {
    each.name: import_module(f"{risk.__name__}.{each.name}").RULE for each in iter_modules(risk.__path__)
}
