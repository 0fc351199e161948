"""What every dated right has."""

from datetime import date

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column


class Dated:
    """Days of validity, `[valid_from, valid_to)`."""

    valid_from: Mapped[date] = mapped_column(sort_order=90)
    valid_to: Mapped[date | None] = mapped_column(sort_order=91)


def ordered() -> CheckConstraint:
    """A period may be empty (withdrawn) but never runs backwards."""
    return CheckConstraint("valid_to >= valid_from", name="period")
