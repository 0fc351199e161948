"""The share of visits verified without hand edits, over HTTP: by carer, agency and all in one."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app.checkin.correction_models import CorrectionDecision, CorrectionRequest
from app.checkin.corrections import CorrectionKind, CorrectionReason, DeclineReason, Resolution
from app.checkin.models import PayableTime, ServiceRecord
from app.checkin.types import ReviewStep
from app.checkin.verified import VerifiedShare
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from tests.checkin.factories import API
from tests.schedules.factories import HOUR, NOW, Scene, a_scene, a_visit, add

DAY = timedelta(days=1)


def recorded(session: Session, scene: Scene, *, at: datetime = NOW, paid: bool = True, by_hand: bool = False) -> UUID:
    """A visit with its record, and one by hand beside it."""
    visit_id = a_visit(session, scene, start=at)
    record = {"visit_id": visit_id, "began_at": at, "ended_at": at + HOUR, "minutes": 60, "service_on": at.date()}
    add(session, ServiceRecord(id=new_id(at=at), policy_digest="-", recorded_at=at, **record))
    if by_hand:
        author = {"author_id": scene.dispatcher.account_id, "policy_digest": "-"}
        add(session, ServiceRecord(id=new_id(at=at + 40 * DAY), recorded_at=at, **record, **author))
    if paid:
        add(
            session,
            PayableTime(
                record_id=new_id(), visit_id=visit_id, carer_id=scene.carer_id, client_id=scene.client_id, slot=1,
                during=Range(at, at + HOUR), minutes=60, recorded_at=at,
            ),
        )  # fmt: skip
    return visit_id


def corrected(session: Session, visit_id: UUID, *, granted: bool) -> None:
    """Items asked for and granted, or declined: no record tells of it."""
    asked = CorrectionRequest(
        id=new_id(), visit_id=visit_id, kind=CorrectionKind.ITEMS, reason=CorrectionReason.ENTRY_ERROR, items=[],
        account_id=new_id(), command_digest=b"-", recorded_at=NOW,
    )  # fmt: skip
    decision = CorrectionDecision(
        correction_id=asked.id, granted=granted, step=ReviewStep.AGENCY, account_id=new_id(), policy_digest="-",
        resolution=Resolution.PAPER_KEPT if granted else None,
        decline_reason=None if granted else DeclineReason.NOT_PROVEN, recorded_at=NOW,
    )  # fmt: skip
    add(session, asked, decision)


def test_visits_verified_without_hand_edits_are_counted_by_carer_agency_and_in_one(
    client: FlaskClient,
    scene: Scene,
    head: Actor,
    operator: Actor,
    app: Flask,
    tianjin: Session,
    statements: list[str],
):
    other = a_scene(tianjin, app)
    for hour in range(3):
        recorded(tianjin, scene, at=NOW + 2 * hour * HOUR)
    corrected(tianjin, recorded(tianjin, scene, at=NOW + DAY, by_hand=True), granted=True)  # counted once
    recorded(tianjin, scene, at=NOW + 2 * DAY, paid=False)
    corrected(tianjin, recorded(tianjin, scene, at=NOW + 3 * DAY), granted=True)
    corrected(tianjin, recorded(tianjin, scene, at=NOW + 4 * DAY), granted=False)
    recorded(tianjin, scene, at=NOW - 25 * DAY)  # of the month before
    a_visit(tianjin, scene, start=NOW + 5 * DAY)  # without a record
    recorded(tianjin, other)
    tianjin.commit()

    def ask(actor: Actor, query: str) -> list[dict]:
        answer = client.get(f"{API}/verified-share?month=2026-11-01&{query}", headers=scene.headers(actor))
        assert answer.status_code == 200, answer.json
        return answer.json["items"]

    own = {"recorded": 7, "accepted": 6, "by_hand": 2, "verified": 4, "share": 0.5714}
    all_in_one = {"recorded": 8, "accepted": 7, "by_hand": 2, "verified": 5, "share": 0.625}
    theirs = {"recorded": 1, "accepted": 1, "by_hand": 0, "verified": 1, "share": 1.0}
    assert ask(head, "by=carer") == [{"of_id": str(scene.carer_id), **own}]
    assert ask(head, "by=region") == [{"of_id": None, **own}]  # what the agency sees
    statements.clear()
    assert ask(operator, "by=region") == [{"of_id": None, **all_in_one}]
    assert len([each for each in statements if "service_record" in each]) == 1
    lines = [{"of_id": str(scene.agency_id), **own}, {"of_id": str(other.agency_id), **theirs}]
    assert ask(operator, "by=agency") == sorted(lines, key=lambda line: line["of_id"])
    first = ask(operator, "by=agency&limit=1")
    assert first + ask(operator, f"by=agency&after={first[0]['of_id']}") == ask(operator, "by=agency")


@pytest.mark.parametrize(("verified", "of", "share"), [(0, 0, None), (0, 3, 0.0), (1, 3, 0.3333), (3, 3, 1.0)])
def test_a_share_is_that_of_recorded_visits_and_of_none_there_is_none(verified: int, of: int, share: float | None):
    assert VerifiedShare(None, of, of, 0, verified).share == share
