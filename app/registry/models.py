"""Agencies, people, homes and dated rights. Dated rights may change only their end, with a row in `history_models`."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.kernel.codes import Sex
from app.kernel.db import Base, enum_column, no_overlap, regional
from app.kernel.geo import CoordinateSystem
from app.policies.codes import HomeType, Relation
from app.registry.dated import Dated, ordered
from app.registry.history_models import GuardianApproval
from app.registry.types import (
    AgencyState,
    CarerKind,
    ContractKind,
    GuardianExtent,
    NameCheck,
    PlaceState,
    ServiceMode,
    StayKind,
    TrainingStage,
)

PERSONAL = ("id_number_enc", "id_number_index", "name_enc", "phone_enc", "phone_index", "sex", "born_on", "died_on")


class Agency(Base):
    """A designated care agency (定点护理机构)."""

    __tablename__ = "agency"
    __table_args__ = (regional(update=("state", "phone", "alert_phone")),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    credit_code: Mapped[str] = mapped_column(unique=True)
    district_code: Mapped[str]
    state: Mapped[AgencyState] = enum_column(AgencyState)
    created_at: Mapped[datetime]
    phone: Mapped[str | None]  # of the office, for carers and families to ring
    alert_phone: Mapped[str | None]  # a mobile that is told of calls for help; None: the office's, where it is one


class AgencyAgreement(Dated, Base):
    """The fund's agreement with an agency: which home types it may serve (scope), in which districts (area)."""

    __tablename__ = "agency_agreement"
    __table_args__ = (ordered(), no_overlap("agency_id"), regional(update=("valid_to",)))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("region.agency.id"))
    home_types: Mapped[list[str] | None] = mapped_column(ARRAY(Text()))  # None: all
    district_codes: Mapped[list[str] | None] = mapped_column(ARRAY(Text()))  # None: the whole region


class Person(Base):
    """A human being, once per region. Encrypted, searched by blind index; may be re-encrypted or emptied."""

    __tablename__ = "person"
    __table_args__ = (regional(update=PERSONAL),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    id_number_enc: Mapped[bytes]
    id_number_index: Mapped[bytes] = mapped_column(unique=True)
    name_enc: Mapped[bytes]
    phone_enc: Mapped[bytes | None]
    phone_index: Mapped[bytes | None] = mapped_column(index=True)
    sex: Mapped[Sex] = enum_column(Sex)
    born_on: Mapped[date]
    died_on: Mapped[date | None]
    created_at: Mapped[datetime]


class Carer(Base):
    """A person who gives care; one may be a professional and a relative, as two carers."""

    __tablename__ = "carer"
    __table_args__ = (UniqueConstraint("person_id", "kind"), regional())

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("region.person.id"))
    kind: Mapped[CarerKind] = enum_column(CarerKind)
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship()


class Employment(Dated, Base):
    """A professional carer's contract with an agency."""

    __tablename__ = "employment"
    __table_args__ = (ordered(), no_overlap("carer_id", "agency_id"), regional(update=("valid_to",)))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    carer_id: Mapped[UUID] = mapped_column(ForeignKey("region.carer.id"))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("region.agency.id"), index=True)
    contract_kind: Mapped[ContractKind] = enum_column(ContractKind)


class Certificate(Dated, Base):
    """A carer's licence or certificate with its expiry."""

    __tablename__ = "certificate"
    __table_args__ = (ordered(), UniqueConstraint("carer_id", "kind", "number"), regional(update=("valid_to",)))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    carer_id: Mapped[UUID] = mapped_column(ForeignKey("region.carer.id"))
    kind: Mapped[str]
    number: Mapped[str]


class FamilyTraining(Dated, Base):
    """Whether a family carer is still provisional for a client, or formal, and since when.

    A formal stage begins on the day of becoming formal; from when that counts for money is the policy of the day.
    """

    __tablename__ = "family_training"
    __table_args__ = (ordered(), no_overlap("carer_id", "client_id"), regional(update=("valid_to",)))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    carer_id: Mapped[UUID] = mapped_column(ForeignKey("region.carer.id"))
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    stage: Mapped[TrainingStage] = enum_column(TrainingStage)
    exam_on: Mapped[date | None]
    exam_document: Mapped[str | None]  # where the exam is on file
    policy_digest: Mapped[str | None]


class Client(Base):
    """A disabled person in care (服务对象)."""

    __tablename__ = "client"
    __table_args__ = (regional(update=("street_code",)),)  # a row can be locked only where a column may change

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("region.person.id"), unique=True)
    district_code: Mapped[str] = mapped_column(index=True)
    street_code: Mapped[str | None]
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship()


class Guardian(Dated, Base):
    """Who may confirm, agree or sign for a client, by which document."""

    __tablename__ = "guardian"
    __table_args__ = (ordered(), no_overlap("client_id", "person_id"), regional(update=("valid_to",)))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("region.person.id"), index=True)
    relation: Mapped[Relation] = enum_column(Relation)
    extent: Mapped[GuardianExtent] = enum_column(GuardianExtent)
    document: Mapped[str]

    person: Mapped[Person] = relationship()
    approval: Mapped[GuardianApproval | None] = relationship(viewonly=True)


class HomePlace(Dated, Base):
    """A place where a client is cared for. The position is kept as received, encrypted, with its coordinate system."""

    __tablename__ = "home_place"
    __table_args__ = (
        ordered(),
        ForeignKeyConstraint(
            ["id", "seq", "state"],
            ["region.home_change.home_id", "region.home_change.seq", "region.home_change.to_state"],
            deferrable=True,
            initially="DEFERRED",
            name="fk_home_place_history",
            use_alter=True,
        ),
        Index("ix_home_place_client_id", "client_id"),
        regional(update=("valid_to", "state", "seq", "address_enc", "position_enc")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    address_enc: Mapped[bytes]
    position_enc: Mapped[bytes]  # "latitude,longitude" in `system`
    system: Mapped[CoordinateSystem] = enum_column(CoordinateSystem)
    radius_m: Mapped[int | None]  # None: the policy's
    state: Mapped[PlaceState] = enum_column(PlaceState)
    seq: Mapped[int]
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.home_place.id"))


class ServiceAgreement(Dated, Base):
    """Which agency serves a client for a home type."""

    __tablename__ = "service_agreement"
    __table_args__ = (ordered(), no_overlap("client_id", "home_type"), regional(update=("valid_to",)))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("region.agency.id"), index=True)
    home_type: Mapped[HomeType] = enum_column(HomeType)


class Assignment(Dated, Base):
    """A carer's standing task at a client; a family carer's relation to the client."""

    __tablename__ = "assignment"
    __table_args__ = (ordered(), no_overlap("client_id", "carer_id"), regional(update=("valid_to",)))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    carer_id: Mapped[UUID] = mapped_column(ForeignKey("region.carer.id"), index=True)
    relation: Mapped[Relation | None] = enum_column(Relation)


class Entitlement(Dated, Base):
    """What a client may receive, by which cause (an assessment's conclusion, an import, an operator's entry)."""

    __tablename__ = "entitlement"
    __table_args__ = (ordered(), no_overlap("client_id"), regional(update=("valid_to",)))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    level: Mapped[str]
    mode: Mapped[ServiceMode] = enum_column(ServiceMode)
    home_types: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    cause_kind: Mapped[str]
    cause_id: Mapped[UUID | None]
    concluded_on: Mapped[date]
    policy_digest: Mapped[str | None]  # of the rules that fixed its days; None when they were given


class Suspension(Dated, Base):
    """A time in which an entitlement rests."""

    __tablename__ = "suspension"
    __table_args__ = (ordered(), no_overlap("client_id"), regional(update=("valid_to",)))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    reason: Mapped[str]
    known_at: Mapped[datetime]


class CarerSuspension(Dated, Base):
    """A time in which the fund lets a carer give no care that it pays for."""

    __tablename__ = "carer_suspension"
    __table_args__ = (ordered(), no_overlap("carer_id"), regional(update=("valid_to",)))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    carer_id: Mapped[UUID] = mapped_column(ForeignKey("region.carer.id"))
    reason: Mapped[str]
    known_at: Mapped[datetime]


class Stay(Dated, Base):
    """A stay away from home; `valid_from` is the admission day, `valid_to` the discharge day. News may come late."""

    __tablename__ = "stay"
    __table_args__ = (ordered(), no_overlap("client_id"), regional(update=("valid_to",)))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    kind: Mapped[StayKind] = enum_column(StayKind)
    known_at: Mapped[datetime]


class BankAccount(Base):
    """Where a payee's money goes: after `hold_until`, and once a second person has checked its holder."""

    __tablename__ = "bank_account"
    __table_args__ = (
        Index("uq_bank_account_live", "person_id", unique=True, postgresql_where=text("replaced_at IS NULL")),
        CheckConstraint("checked_by <> set_by", name="two_people"),
        CheckConstraint("(name_check = 'unchecked') = (checked_by IS NULL)", name="checked_by"),
        regional(update=("replaced_at", "name_check", "checked_by", "number_enc", "name_enc")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("region.person.id"))
    number_enc: Mapped[bytes]
    number_index: Mapped[bytes] = mapped_column(index=True)
    name_enc: Mapped[bytes]
    bank_code: Mapped[str]  # CNAPS, 12 digits
    bank_name: Mapped[str | None]
    set_by: Mapped[UUID]  # account
    name_check: Mapped[NameCheck] = enum_column(NameCheck)
    checked_by: Mapped[UUID | None]  # account
    hold_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
