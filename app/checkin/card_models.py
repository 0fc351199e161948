"""Care cards, notes for the next carer and vital signs: about health, encrypted, may be replaced or deleted. Incidents
are facts; their words lie beside them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.checkin.cards import IncidentKind
from app.kernel.db import AppendOnly, Base, enum_column, regional


class CareCard(Base):
    """What whoever comes to a client must know (照护卡); one a client, each writing is audited."""

    __tablename__ = "care_card"
    __table_args__ = (regional(update=("text_enc", "account_id", "written_at"), delete=True),)

    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"), primary_key=True)
    text_enc: Mapped[bytes]
    account_id: Mapped[UUID]
    written_at: Mapped[datetime]


class ShiftNote(Base):
    """What the carer of a visit leaves for the next one (交接留言)."""

    __tablename__ = "shift_note"
    __table_args__ = (
        Index("ix_shift_note_client_id", "client_id", "recorded_at"),
        regional(update=("text_enc",), delete=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("region.visit.id"))
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    text_enc: Mapped[bytes]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    account_id: Mapped[UUID]
    command_digest: Mapped[bytes]


class VitalSigns(Base):
    """What a carer measured of a client (生命体征), encrypted; may be deleted."""

    __tablename__ = "vital_signs"
    __table_args__ = (
        Index("ix_vital_signs_client_id", "client_id", "occurred_at"),
        Index("ix_vital_signs_carer_id", "carer_id", "occurred_at"),
        regional(update=("values_enc",), delete=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    carer_id: Mapped[UUID] = mapped_column(ForeignKey("region.carer.id"))
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.visit.id"))
    values_enc: Mapped[bytes]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    account_id: Mapped[UUID]
    command_digest: Mapped[bytes]


class Incident(AppendOnly, Base):
    """Something happened to a client (意外事件). `agency_ids` are those told, as of a call for help."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_agency_ids", "agency_ids", postgresql_using="gin"),
        Index("ix_incident_client_id", "client_id"),
        regional(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[IncidentKind] = enum_column(IncidentKind)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    carer_id: Mapped[UUID] = mapped_column(ForeignKey("region.carer.id"))
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.visit.id"))
    agency_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    occurred_at: Mapped[datetime]
    account_id: Mapped[UUID]
    command_digest: Mapped[bytes]


class IncidentNote(Base):
    """Where it was, what happened and what was done, encrypted; may be deleted."""

    __tablename__ = "incident_note"
    __table_args__ = (regional(update=("text_enc",), delete=True),)

    incident_id: Mapped[UUID] = mapped_column(primary_key=True)
    text_enc: Mapped[bytes]


class IncidentAcknowledgement(AppendOnly, Base):
    """Somebody of the agency has seen an incident and takes care of it; the first one counts."""

    __tablename__ = "incident_acknowledgement"
    __table_args__ = (regional(),)

    incident_id: Mapped[UUID] = mapped_column(ForeignKey("region.incident.id"), primary_key=True)
    account_id: Mapped[UUID]
