"""Carers who call for help, and who of the agency took the call."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.checkin.types import LocationSource
from app.kernel.db import AppendOnly, Base, enum_column, regional


class HelpCall(AppendOnly, Base):
    """A carer calls for help (一键求助). The exact point of the phone is kept with those of taps.

    `agency_ids` are those told: the visit's, or all that employed or served at the time. Empty: nobody was told.
    """

    __tablename__ = "help_call"
    __table_args__ = (Index("ix_help_call_agency_ids", "agency_ids", postgresql_using="gin"), regional())

    id: Mapped[UUID] = mapped_column(primary_key=True)
    carer_id: Mapped[UUID] = mapped_column(ForeignKey("region.carer.id"))
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.visit.id"))
    claimed_visit_id: Mapped[UUID | None]  # what the phone named when it was not the carer's visit
    agency_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    occurred_at: Mapped[datetime]
    location_source: Mapped[LocationSource | None] = enum_column(LocationSource)
    command_digest: Mapped[bytes]
    position_digest: Mapped[bytes | None]
    account_id: Mapped[UUID]


class HelpAlert(AppendOnly, Base):
    """A text message about a call was written to an agency; what became of it is in the outbox while it is kept."""

    __tablename__ = "help_alert"
    __table_args__ = (regional(),)

    help_call_id: Mapped[UUID] = mapped_column(ForeignKey("region.help_call.id"), primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(primary_key=True)


class HelpAcknowledgement(AppendOnly, Base):
    """Somebody of the agency has seen a call and takes care of it; the first one counts."""

    __tablename__ = "help_acknowledgement"
    __table_args__ = (regional(),)

    help_call_id: Mapped[UUID] = mapped_column(ForeignKey("region.help_call.id"), primary_key=True)
    account_id: Mapped[UUID]
