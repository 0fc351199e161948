"""What the database refuses, as errors a caller understands: one place that maps constraint names to codes."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc
from sqlalchemy.orm import Session

from app.kernel.db import Base, constraint_of
from app.kernel.errors import DomainError, ErrorKind


class PeriodBackwards(DomainError):
    """A period ends before it begins."""

    kind, code = ErrorKind.INVALID, "period_backwards"


class AgencyExists(DomainError):
    """An agency with this credit code is registered already."""

    kind, code = ErrorKind.CONFLICT, "agency_exists"


class AgencyAgreementOverlaps(DomainError):
    """The fund's agreement with this agency overlaps another one."""

    kind, code = ErrorKind.CONFLICT, "agency_agreement_overlaps"


class EmploymentOverlaps(DomainError):
    """The carer has a contract with this agency in these days already."""

    kind, code = ErrorKind.CONFLICT, "employment_overlaps"


class CertificateExists(DomainError):
    """The carer has a certificate of this kind and number already."""

    kind, code = ErrorKind.CONFLICT, "certificate_exists"


class InsuranceOverlaps(DomainError):
    """The agency insures the carer in this way in these days already."""

    kind, code = ErrorKind.CONFLICT, "insurance_overlaps"


class AgreementOverlaps(DomainError):
    """An agency serves this client for this home type in these days already."""

    kind, code = ErrorKind.CONFLICT, "agreement_overlaps"


class AssignmentOverlaps(DomainError):
    """The carer is assigned to this client in these days already."""

    kind, code = ErrorKind.CONFLICT, "assignment_overlaps"


class GuardianOverlaps(DomainError):
    """The person is this client's guardian in these days already."""

    kind, code = ErrorKind.CONFLICT, "guardian_overlaps"


class EntitlementOverlaps(DomainError):
    """The client has another entitlement in these days."""

    kind, code = ErrorKind.CONFLICT, "entitlement_overlaps"


class SuspensionOverlaps(DomainError):
    """The entitlement rests in these days already."""

    kind, code = ErrorKind.CONFLICT, "suspension_overlaps"


class CarerSuspensionOverlaps(DomainError):
    """The carer is suspended in these days already."""

    kind, code = ErrorKind.CONFLICT, "carer_suspension_overlaps"


class StayOverlaps(DomainError):
    """The client is away in these days already."""

    kind, code = ErrorKind.CONFLICT, "stay_overlaps"


class TrainingOverlaps(DomainError):
    """The family carer has another stage for this client in these days."""

    kind, code = ErrorKind.CONFLICT, "training_overlaps"


class BankAccountBusy(DomainError):
    """Somebody else is changing this person's bank account."""

    kind, code = ErrorKind.CONFLICT, "bank_account_busy"


CONFLICTS: dict[str, type[DomainError]] = {
    "uq_agency_credit_code": AgencyExists,
    "ex_agency_agreement_agency_id": AgencyAgreementOverlaps,
    "ex_employment_carer_id_agency_id": EmploymentOverlaps,
    "uq_certificate_carer_id_kind_number": CertificateExists,
    "ex_insurance_carer_id_agency_id_kind": InsuranceOverlaps,
    "ex_service_agreement_client_id_home_type": AgreementOverlaps,
    "ex_assignment_client_id_carer_id": AssignmentOverlaps,
    "ex_guardian_client_id_person_id": GuardianOverlaps,
    "ex_entitlement_client_id": EntitlementOverlaps,
    "ex_suspension_client_id": SuspensionOverlaps,
    "ex_carer_suspension_carer_id": CarerSuspensionOverlaps,
    "ex_stay_client_id": StayOverlaps,
    "ex_family_training_carer_id_client_id": TrainingOverlaps,
    "uq_bank_account_live": BankAccountBusy,
}


@contextmanager
def conflicts_named(session: Session) -> Iterator[None]:
    """Flush what the block wrote; what a constraint refuses is undone and raised as its error."""
    try:
        with session.begin_nested():
            yield
            session.flush()
    except exc.IntegrityError as error:
        found = CONFLICTS.get(constraint_of(error))
        if found is None:
            raise
        raise found from None  # the statement in the cause holds personal data


def add(session: Session, *rows: Base) -> None:
    """Insert rows, their conflicts named."""
    with conflicts_named(session):
        session.add_all(rows)
