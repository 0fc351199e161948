"""The shipped policies with one text replaced by another, as a region would change its files."""

import shutil
from pathlib import Path

import app.policies
from app.policies.rules import PolicyBook
from app.policies.service import load_book


def book_with(folder: Path, file: str, old: str, new: str) -> PolicyBook:
    """Load a copy of the shipped files with `old` in `file` replaced; ValueError when it is not there."""
    copy = folder / "policies"
    shutil.copytree(Path(app.policies.__file__).parent / "files", copy, dirs_exist_ok=True)
    content = (copy / file).read_text(encoding="utf-8")
    if old not in content:
        raise ValueError(f"{file} has no {old!r}")
    (copy / file).write_text(content.replace(old, new), encoding="utf-8")
    return load_book(copy)


def book_reviewing(folder: Path, *, months: int, consequence: str = "holds_payment") -> PolicyBook:
    """Tianjin with an interval of reviews and what an overdue one does."""
    assumed = 'assumed = true, reason = "-"'
    added = (
        f"[entitlement]\nreview_interval_months = {{ value = {months}, {assumed} }}\n"
        f'overdue_review = {{ value = "{consequence}", {assumed} }}\n'
    )
    return book_with(folder, "tianjin.toml", "[entitlement]\n", added)
