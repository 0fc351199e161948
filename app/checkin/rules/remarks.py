"""Until when a carer's words on a visit or care day are taken."""

from app.checkin.types import Standing
from app.kernel.errors import DomainError, ErrorKind


class DecidedAlready(DomainError):
    """Nobody would read it: the visit or day is decided. What was refused is appealed against."""

    kind, code = ErrorKind.CONFLICT, "decided_already"


def check_undecided(standing: Standing) -> None:
    """Refuse words on what is decided; what waits or is not judged yet takes them."""
    if standing in (Standing.ACCEPTED, Standing.REFUSED):
        raise DecidedAlready
