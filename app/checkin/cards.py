"""Care cards, notes for the next carer, and incidents: what a phone sends and what is shown. Pure, as `types` is."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.kernel.geo import CoordinateSystem


@dataclass(frozen=True, slots=True)
class CardTexts:
    """Command, and what is kept: what whoever comes to a client must know before the door."""

    allergies: str | None = field(default=None, repr=False)
    risks: str | None = field(default=None, repr=False)
    way_in: str | None = field(default=None, repr=False)
    habits: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CareCardView:
    """A client's care card as it was written last."""

    client_id: UUID
    texts: CardTexts
    written_at: datetime


@dataclass(frozen=True, slots=True)
class ShiftNoteTold:
    """Command: what the carer of a visit leaves for the next one."""

    id: UUID
    text: str = field(repr=False)
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class ShiftNoteView:
    """The note of the visit before."""

    visit_id: UUID
    text: str = field(repr=False)
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class NoteOfCare:
    """What a carer wrote of a visit or a care day."""

    fact_id: UUID
    text: str = field(repr=False)
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class DoorPlace:
    """Where a client is cared for: the address, and its position in degrees as it was received."""

    address: str = field(repr=False)
    latitude: float = field(repr=False)
    longitude: float = field(repr=False)
    system: CoordinateSystem


@dataclass(frozen=True, slots=True)
class DoorCard:
    """All that a carer needs to find a client and to be careful there; reading it is audited."""

    client_id: UUID
    name: str = field(repr=False)
    places: tuple[DoorPlace, ...]
    card: CareCardView | None
    note: ShiftNoteView | None


@dataclass(frozen=True, slots=True)
class VitalSigns:
    """What was measured: mmHg, beats a minute, tenths of a degree Celsius, tenths of mmol/l, percent."""

    systolic: int | None = field(default=None, repr=False)
    diastolic: int | None = field(default=None, repr=False)
    pulse: int | None = field(default=None, repr=False)
    temperature_tenths: int | None = field(default=None, repr=False)
    glucose_tenths: int | None = field(default=None, repr=False)
    oxygen: int | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class VitalSignsTold:
    """Command: what the carer of a visit measured."""

    id: UUID
    signs: VitalSigns
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class VitalSignsView:
    """What was measured in a visit."""

    id: UUID
    visit_id: UUID
    signs: VitalSigns
    occurred_at: datetime


class IncidentKind(StrEnum):
    """What happened to a client (意外事件)."""

    FALL = "fall"  # 跌倒
    INJURY = "injury"  # 受伤
    PRESSURE_SORE = "pressure_sore"  # 压疮
    LOST_WAY = "lost_way"  # 走失
    ABUSE_SUSPECTED = "abuse_suspected"  # 疑似虐待
    MEDICINE = "medicine"  # 用药
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class IncidentTexts:
    """Where it was, what happened and what was done, in the reporter's words."""

    place: str | None = field(default=None, repr=False)
    happened: str = field(default="", repr=False)
    done: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class IncidentTold:
    """Command: a carer reports what happened to a client of his, in a visit or not."""

    id: UUID
    kind: IncidentKind
    client_id: UUID
    occurred_at: datetime
    texts: IncidentTexts
    visit_id: UUID | None = None


class IncidentState(StrEnum):
    """Whether somebody of the agency has seen it."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident as reporter, agency and fund see it; without `agency_ids` no agency was told."""

    id: UUID
    kind: IncidentKind
    client_id: UUID
    visit_id: UUID | None
    agency_ids: tuple[UUID, ...]
    texts: IncidentTexts | None
    reported_by: UUID
    occurred_at: datetime
    received_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: UUID | None

    @property
    def state(self) -> IncidentState:
        """Open until somebody took it."""
        return IncidentState.OPEN if self.acknowledged_at is None else IncidentState.ACKNOWLEDGED
