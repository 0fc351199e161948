"""Where clients are really cared for, as accepted visits tell. Points lie in rows that may be deleted, encrypted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.checkin.homes import ProposalDecline
from app.checkin.types import Verdict
from app.kernel.db import AppendOnly, Base, enum_column, regional

CENTRE_CONTEXT = "learned_home.centre"
PROPOSED_CONTEXT = "home_proposal.point"


class LearnedHome(Base):
    """What was learned of a client's home last; without a centre the taps were too few."""

    __tablename__ = "learned_home"
    __table_args__ = (
        CheckConstraint("(centre_enc IS NULL) = (spread_m IS NULL)", name="centre"),
        regional(update=("centre_enc", "spread_m", "taps", "days", "carers", "learned_at"), delete=True),
    )

    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"), primary_key=True)
    centre_enc: Mapped[bytes | None]  # "latitude,longitude" in WGS-84
    spread_m: Mapped[int | None]
    taps: Mapped[int]
    days: Mapped[int]
    carers: Mapped[int]
    learned_at: Mapped[datetime]  # up to which accepted visits were looked at


class HomeProposal(AppendOnly, Base):
    """Good visits lie farther from every approved place than allowed: one of them may be wrong (地址核实建议)."""

    __tablename__ = "home_proposal"
    __table_args__ = (Index("ix_home_proposal_client_id", "client_id"), regional())

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    distance_m: Mapped[int]  # to the nearest approved place
    spread_m: Mapped[int]
    taps: Mapped[int]
    days: Mapped[int]
    carers: Mapped[int]
    policy_digest: Mapped[str]


class HomeProposalPoint(Base):
    """The proposed point, encrypted; may be deleted."""

    __tablename__ = "home_proposal_point"
    __table_args__ = (regional(delete=True),)

    proposal_id: Mapped[UUID] = mapped_column(primary_key=True)
    point_enc: Mapped[bytes]  # "latitude,longitude" in WGS-84


class HomeProposalDecision(AppendOnly, Base):
    """A proposal accepted, with the place made of it, or declined with a reason; once."""

    __tablename__ = "home_proposal_decision"
    __table_args__ = (
        CheckConstraint("(home_id IS NULL) = (decline_reason IS NOT NULL)", name="one_of_two"),
        regional(),
    )

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("region.home_proposal.id"), primary_key=True)
    home_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.home_place.id"))
    decline_reason: Mapped[ProposalDecline | None] = enum_column(ProposalDecline)
    account_id: Mapped[UUID]


class TapVerdict(AppendOnly, Base):
    """What a tap's position says by a place that was approved after it; the first verdict stays with the tap."""

    __tablename__ = "tap_verdict"
    __table_args__ = (Index("ix_tap_verdict_event_id", "event_id"), regional())

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    home_id: Mapped[UUID] = mapped_column(ForeignKey("region.home_place.id"))
    verdict: Mapped[Verdict] = enum_column(Verdict)
    distance_m: Mapped[int | None]
