"""Until when a complaint is answered. Pure."""

from datetime import date

from app.policies.oversight_terms import ServiceTerms


def answer_due(received_on: date, *, terms: ServiceTerms) -> date:
    """The last local day on which a complaint is to be answered."""
    return received_on + terms.complaint_within


def is_overdue(due_on: date, *, answered_on: date | None, today: date) -> bool:
    """Say whether a complaint waits, or waited, beyond its last day."""
    return (answered_on or today) > due_on
