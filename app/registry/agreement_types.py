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
    agency_phone: str | None
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
class AgencyPhoneEntry:
    """Command: an agency's telephone number, for its carers and families to ring; None takes it out."""

    phone: str | None


@dataclass(frozen=True, slots=True)
class AgencyPhone:
    """An agency that may be rung."""

    id: UUID
    name: str
    phone: str | None
