"""Vital signs (生命体征) as a carer measured them. Pure, as `types` is."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

# What a thermometer, a cuff, an oximeter and a strip can show of somebody who is cared for at home; what lies outside
# is a slip of the finger, and the phone asks again.
PLAUSIBLE: dict[str, tuple[float, float]] = {
    "temperature_c": (30, 45),
    "pulse_per_min": (20, 250),
    "systolic_mmhg": (50, 300),
    "diastolic_mmhg": (20, 200),
    "oxygen_percent": (50, 100),
    "glucose_mmol_l": (1, 40),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured, each if it was: temperature in °C (30 to 45), pulse a minute (20 to 250), blood pressure in
    mmHg (systolic 50 to 300, diastolic 20 to 200), oxygen saturation in % (50 to 100), blood glucose in mmol/L (1 to
    40). Kept encrypted: it is about health."""

    temperature_c: float | None = field(default=None, repr=False)
    pulse_per_min: int | None = field(default=None, repr=False)
    systolic_mmhg: int | None = field(default=None, repr=False)
    diastolic_mmhg: int | None = field(default=None, repr=False)
    oxygen_percent: int | None = field(default=None, repr=False)
    glucose_mmol_l: float | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class VitalSignsTold:
    """Command: a carer measured a client of his, in a visit or not."""

    id: UUID
    client_id: UUID
    occurred_at: datetime
    values: Measured
    visit_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class VitalSignsView:
    """What was measured, by whom and when."""

    id: UUID
    client_id: UUID
    carer_id: UUID
    visit_id: UUID | None
    values: Measured
    occurred_at: datetime
    received_at: datetime
