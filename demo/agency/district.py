"""What changes people's rights in a district's month: stays, a death, other modes of care, training, a wrong address.

Who is meant follows from the order of the families and of the visited clients, 0 the first; when, from a share of the
month, so that a cut meets all of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from demo.agency.agenda import Step
from demo.agency.bringing import Brought
from demo.agency.people import BECOMES_FORMAL
from demo.agency.shape import moment
from demo.agency.visits import RIGHT_AT, Visit
from demo.invented import coordinates
from demo.staff import Staff
from demo.world import at

ONE_DAY = timedelta(days=1)
LATE_STAYS = {0: (0.15, 0.5, 0.6), 4: (0.3, 0.7, 0.9)}  # families: admitted, discharged, told
STAYS = {5: (0.2, 0.6)}  # families: told when it happens
VISITED_STAYS = {6: (0.2, 0.8)}  # visited clients: what was planned meanwhile is cancelled
MODE_CHANGES, MODE_CHANGES_AT = (6, 7, 8), 0.5
DIES, DIES_AT = 9, 0.6
FORMAL_AT = 0.4
EARLY, MIDDAY, AFTERNOON = (6, 0), (12, 0), (15, 0)


@dataclass(frozen=True, slots=True)
class Stay:
    """A client's stay in hospital and when it was told."""

    client_id: str
    admitted: date
    discharged: date
    told_on: date

    @property
    def is_told_late(self) -> bool:
        """Told when it was over already."""
        return self.told_on >= self.discharged

    def forbids(self, client_id: str, day: date) -> bool:
        """Whether the client cannot be cared for at home; on the days of admission and discharge he may have been."""
        return client_id == self.client_id and self.admitted < day < self.discharged

    def steps(self, staff: Staff) -> Iterator[Step]:
        """Told at once when it is over; else on the day of admission, and then the discharge."""
        body = {"kind": "hospital", "admitted_on": self.admitted.isoformat()}
        path = f"/clients/{self.client_id}/stays"
        if self.is_told_late:
            body["discharged_on"] = self.discharged.isoformat()
        yield Step(at(self.told_on, *MIDDAY), partial(staff.dispatcher.post, path, body))
        if not self.is_told_late:
            yield Step(at(self.discharged, *MIDDAY), partial(self._end, staff))

    def _end(self, staff: Staff) -> None:
        (stay,) = staff.dispatcher.get(f"/clients/{self.client_id}")["stays"]
        ending = {"discharged_on": self.discharged.isoformat(), "reason": "discharged"}
        staff.dispatcher.post(f"/stays/{stay['id']}/end", ending)


def stays(brought: Brought, days: Sequence[date]) -> list[Stay]:
    """The month's stays: two of families told late, one in time, and one of a visited client."""
    families, visited = brought.client_ids[: len(brought.relatives)], brought.client_ids[len(brought.relatives) :]
    told = [
        Stay(ids[order], moment(days, admitted), moment(days, discharged), moment(days, admitted))
        for ids, orders in ((families, STAYS), (visited, VISITED_STAYS))
        for order, (admitted, discharged) in orders.items()
    ]
    return [
        *(Stay(families[order], *(moment(days, share) for share in shares)) for order, shares in LATE_STAYS.items()),
        *told,
    ]


def died_on(days: Sequence[date]) -> date:
    """The day on which a client of a family dies."""
    return moment(days, DIES_AT)


def steps(
    brought: Brought, days: Sequence[date], *, away: Sequence[Stay], cancelled: Sequence[Visit]
) -> Iterator[Step]:
    """Everything that the offices enter in the month."""
    staff, clients = brought.staff, brought.client_ids
    for stay in away:
        yield from stay.steps(staff)
    for visit in cancelled:
        told_on = next(stay.told_on for stay in away if stay.client_id == visit.client_id)
        yield Step(at(told_on, *AFTERNOON), partial(_cancel, staff, visit))
    death = {"died_on": died_on(days).isoformat()}
    yield Step(
        at(died_on(days) + ONE_DAY, *MIDDAY), partial(staff.reviewer.post, f"/clients/{clients[DIES]}/death", death)
    )
    changing = moment(days, MODE_CHANGES_AT)
    for order in MODE_CHANGES:
        yield Step(at(changing, *MIDDAY), partial(_change_mode, staff, clients[order], changing))
    formal = moment(days, FORMAL_AT)
    yield Step(at(formal, *MIDDAY), partial(_become_formal, brought, formal))
    yield Step(at(moment(days, RIGHT_AT), *EARLY), partial(_put_right, brought))


def _cancel(staff: Staff, visit: Visit) -> None:
    staff.dispatcher.post(f"{visit.place}/cancellation", {"reason": "in_hospital"})


def _change_mode(staff: Staff, client_id: str, on: date) -> None:
    """From care at home to an institution, from the day that the policy says."""
    (held,) = staff.reviewer.get(f"/clients/{client_id}")["entitlements"]
    change = {
        "level": held["level"],
        "mode": "institution",
        "home_types": [],
        "concluded_on": on.isoformat(),
        "cause_kind": "mode_change",
        "replaces": True,
    }
    staff.reviewer.post(f"/clients/{client_id}/entitlements", change)


def _become_formal(brought: Brought, on: date) -> None:
    """The exam is passed; the fund enters it."""
    formal = {
        "carer_id": brought.relatives[BECOMES_FORMAL].carer_id,
        "stage": "formal",
        "exam_on": on.isoformat(),
        "exam_document": "PX-2026-10",
    }
    brought.staff.admin.post(f"/clients/{brought.client_ids[BECOMES_FORMAL]}/trainings", formal)


def _put_right(brought: Brought) -> None:
    """The agency enters where the client really lives; the fund approves, and the wrong place ends."""
    for client, client_id in zip(brought.cast.clients, brought.client_ids, strict=True):
        if client.filed is not None:
            (wrong,) = brought.staff.dispatcher.get(f"/clients/{client_id}")["homes"]
            home = {
                **coordinates(client.home, client.system),
                "address": client.address,
                "replaces_id": wrong["id"],
            }
            proposed = brought.staff.dispatcher.post(f"/clients/{client_id}/homes", home)
            brought.staff.reviewer.post(f"/homes/{proposed['id']}/approval")
