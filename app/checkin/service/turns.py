"""What arrives about one client at one moment is judged one after the other."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def take_turn(session: Session, *, client_id: UUID) -> None:
    """Wait until no other request judges a care day or a tap that names this client, and let none until the end of this
    transaction. Else a tap and the care day that names it, arriving together, would not see each other, and two taps
    that begin a visit nobody planned would begin two.

    A lock of the database and not of the client's row, which the registry changes.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"checkin:{client_id}", 0))))


def take_photo_turn(session: Session, *, region: str) -> None:
    """As `take_turn`, for all photos of a fund: of two that are compared at once neither would find the other."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"photos:{region}", 0))))
