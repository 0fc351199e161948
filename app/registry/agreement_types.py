"""Service agreements as families read and sign them. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.policies.codes import HomeType
from app.registry.types import Period


@dataclass(frozen=True, slots=True)
class AgreementText:
    """One version of the words."""

    version: int
    title: str
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class Signing:
    """Command: the words of this version were read and are agreed to."""

    version: int


@dataclass(frozen=True, slots=True)
class SignedAgreement:
    """A client's agreement with an agency, the present words, and which version was signed last."""

    id: UUID
    agency_id: UUID
    agency_name: str
    home_type: HomeType
    period: Period
    text: AgreementText
    signed_version: int | None
    signed_digest: str | None
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class AgencyToChoose:
    """An agency that may take a client today, and for which home types."""

    id: UUID
    name: str
    district_code: str
    home_types: tuple[HomeType, ...]


@dataclass(frozen=True, slots=True)
class ComingCarer:
    """Who comes to a client, by the masked name."""

    carer_id: UUID
    name: str
    period: Period


@dataclass(frozen=True, slots=True)
class AgencyPhone:
    """Command: the number of an agency's office, and the mobile that is told of calls for help."""

    phone: str
    alert_phone: str | None = None


@dataclass(frozen=True, slots=True)
class OwnAgency:
    """An agency that employs or serves the actor, and where to ring; None while nobody entered a number."""

    id: UUID
    name: str
    phone: str | None
