"""The document says honestly which keys no decision reads yet."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from app.policies.registry import REGISTRY

ROOT = Path(__file__).parents[2]
LISTED = re.compile(r"`([a-z]+\.[a-z_]+)`")


def names_read() -> Iterator[tuple[str, str]]:
    """Each `owner.attribute` in the program, outside the package that defines the terms."""
    for path in (ROOT / "app").rglob("*.py"):
        if path.is_relative_to(ROOT / "app/policies"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
                yield node.value.id if isinstance(node.value, ast.Name) else node.value.attr, node.attr


def test_the_list_of_keys_that_no_decision_reads_is_true():
    section = (ROOT / "docs/policies.md").read_text(encoding="utf-8").split("## Keys that no decision reads yet")[1]
    read = set(names_read())
    by_grade = (
        {key for key in REGISTRY if re.fullmatch(r"grading\.[a-d]_.*", key)} if ("terms", "rule_of") in read else set()
    )

    unread = {
        key
        for key, term in REGISTRY.items()
        if not read & {(term.group, term.attribute), ("terms", term.attribute)} and key not in by_grade
    }

    assert set(LISTED.findall(section.split("\n## ")[0])) == unread
