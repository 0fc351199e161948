"""Copies over all carers hold the later fact; old photos go in two steps, and no object is ever without a row."""

from collections.abc import Collection
from datetime import datetime, timedelta
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from app.checkin.evidence_holds import HeldSubject, HoldCause
from app.checkin.hold_models import EvidenceHold
from app.checkin.jobs import compare_photos, delete_old_photos
from app.checkin.models import ExceptionFound, PayableCareDay, PayableTime
from app.checkin.photo_models import Photo
from app.checkin.photos import PhotoState, Upload
from app.checkin.queries.photos import near_statement
from app.checkin.rules.photos import probes_of
from app.checkin.schemas.photos import PhotoDescriptionSchema
from app.checkin.service import photo_jobs
from app.checkin.service.care_days import log_care_day
from app.checkin.service.photos import begin_upload, describe_one, end_upload, object_name, store_content
from app.gateways.object_store import EXTENSION as STORE
from app.gateways.object_store import ObjectStore, StoreBusy, asking_store
from app.kernel.db import db, session, transaction
from app.kernel.ids import new_id
from app.kernel.jobs import Turn
from app.kernel.permissions import Actor, SystemActor
from tests.checkin.factories import an_undrawn_id, confirm, done, fact
from tests.checkin.family_rows import EVENING, a_day, a_family, both_taps
from tests.checkin.photos import cropped, described, encoded, room, seen
from tests.checkin.test_photos_api import bring, tell
from tests.schedules.factories import HOUR, NOW, Scene, a_client, a_guardian, a_scene, a_visit, settings_of

JOB = SystemActor("tianjin", "test")
TURN = Turn(JOB, due_at=NOW, at=NOW)
KEPT = timedelta(days=1825)


@pytest.fixture
def paid(client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session) -> UUID:
    """A visit that is accepted, since its client confirmed it."""
    done(client, scene, past_visit)
    confirm(client, scene, past_visit, guardian)
    assert paid_visits(tianjin) == {past_visit}
    return past_visit


def paid_visits(current: Session) -> set[UUID]:
    return set(current.scalars(select(PayableTime.visit_id)))


def another_visit(client: FlaskClient, current: Session, app: Flask) -> tuple[Scene, UUID]:
    """Of another agency, carer and client; accepted."""
    scene = a_scene(current, app)
    guardian = a_guardian(current, app, scene.client_id)
    visit_id = a_visit(current, scene, id=an_undrawn_id(app), start=NOW - HOUR)
    current.commit()
    done(client, scene, visit_id)
    confirm(client, scene, visit_id, guardian)
    return scene, visit_id


def bring_one(client: FlaskClient, scene: Scene, fact_id: UUID, content: bytes, **told: Any) -> UUID:
    body = described(content, fact_id, **told)
    assert tell(client, scene, body).status_code == 201
    assert bring(client, scene, body["id"], content).status_code == 200
    return UUID(body["id"])


def copies(client: FlaskClient, scene: Scene, fact_id: UUID) -> list[dict[str, Any]]:
    found = fact(client, scene, fact_id)["exceptions"]
    return [each["details"] for each in found if each["code"] == "photo_copied"]


def test_a_copy_of_another_carers_photo_holds_the_later_visit_though_it_came_first(
    client: FlaskClient, scene: Scene, paid: UUID, tianjin: Session, app: Flask
):
    other, other_visit = another_visit(client, tianjin, app)
    copy = bring_one(client, other, other_visit, encoded(cropped(seen(5), 0.01), quality=60))
    compare_photos(TURN)
    assert paid_visits(tianjin) == {paid, other_visit}
    original = bring_one(client, scene, paid, encoded(seen(5)), at=NOW - 2 * HOUR)

    for _ in range(2):
        compare_photos(TURN)

    assert copies(client, scene, paid) == []
    assert copies(client, other, other_visit) == [
        {
            "photo_id": str(copy),
            "copied_photo_id": str(original),
            "copied_fact_id": str(paid),
        }
    ]
    held = fact(client, other, other_visit)
    assert (held["standing"], held["hold"]["step"]) == ("held", "operator")
    assert paid_visits(tianjin) == {paid}


def test_what_may_be_alike_is_found_by_the_indexes_of_its_bands(tianjin: Session):
    """An expression that is written otherwise than the index's finds the same, by reading every photo."""
    asked = near_statement(phash=-7, probes=probes_of(-7), most_bits_apart=10)
    sql = str(asked.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))
    named = sql.replace("region.photo", "tianjin.photo")
    tianjin.execute(text("SET LOCAL enable_seqscan = off"))

    plan = "\n".join(tianjin.connection().exec_driver_sql(f"EXPLAIN {named}").scalars())

    assert all(f"ix_photo_band_{band}" in plan for band in range(4)), plan


def test_honest_photos_and_one_sent_twice_hold_nothing(
    client: FlaskClient, scene: Scene, paid: UUID, tianjin: Session, app: Flask
):
    other, other_visit = another_visit(client, tianjin, app)
    next_day = a_visit(tianjin, scene, start=NOW + 24 * HOUR)
    tianjin.commit()
    content = encoded(seen(6))
    for _ in range(2):
        bring_one(client, scene, paid, content)
    bring_one(client, scene, next_day, encoded(seen(6, aside=-17, turned=2.0)))
    bring_one(client, other, other_visit, encoded(seen(7)))
    for visit_id, who in ((paid, scene), (other_visit, other)):  # two forms are alike
        form = encoded(seen(8), quality=50 if who is scene else 90)
        bring_one(client, who, visit_id, form, purpose="paper")

    compare_photos(TURN)

    assert tianjin.scalars(select(ExceptionFound.code)).all() == []
    assert paid_visits(tianjin) == {paid, other_visit}
    assert set(tianjin.scalars(select(Photo.state))) == {PhotoState.COMPARED}


def upload(
    current: Session, fact_id: UUID, content: bytes, *, actor: Actor, at: datetime = NOW, steps: int = 3
) -> UUID:
    """What the routes do, up to one of their three steps: intent, object, mark."""
    body = described(content, fact_id, at=at)
    told = PhotoDescriptionSchema().load(body)
    with transaction():
        describe_one(current, told, actor=actor, at=at)
    resume(current, told.id, content, actor=actor, at=at, steps=steps)
    return told.id


def resume(
    current: Session, photo_id: UUID, content: bytes, *, actor: Actor, at: datetime = NOW, steps: int = 3
) -> None:
    with transaction():
        begun = begin_upload(current, content, photo_id=photo_id, actor=actor, at=at)
    if steps > 1:
        store_content(begun, content, region="tianjin")
    if steps > 2:
        with transaction():
            end_upload(current, begun, actor=actor, at=at)


def test_a_copied_photo_of_a_care_day_takes_its_pay_back_until_the_operator_has_looked(
    client: FlaskClient, scene: Scene, paid: UUID, operator: Actor, tianjin: Session
):
    original = bring_one(client, scene, paid, encoded(seen(9)), at=NOW - HOUR)
    family = a_family(tianjin, client_id=a_client(tianjin, scene.app, scene.agency_id))
    day = log_care_day(tianjin, command=a_day(family, **both_taps(tianjin, family)), actor=family.actor, at=EVENING)
    assert tianjin.scalars(select(PayableCareDay.care_day_id)).one() == day.id
    upload(tianjin, day.id, encoded(seen(9)), actor=family.actor)

    compare_photos(TURN)

    (found,) = tianjin.scalars(select(ExceptionFound).where(ExceptionFound.fact_id == day.id))
    assert (found.code, found.severity, found.details["copied_photo_id"]) == ("photo_copied", "must_fix", str(original))
    assert tianjin.scalars(select(PayableCareDay)).all() == []
    assert fact(client, scene, day.id, operator)["hold"]["step"] == "operator"


def states(current: Session) -> dict[UUID, str]:
    current.expire_all()
    return {row[0]: row[1].value for row in current.execute(select(Photo.id, Photo.state))}


def objects(app: Flask) -> set[UUID]:
    """What lies in the store. Other tests of this worker left theirs: ask for those one knows."""
    folder = settings_of(app).data_dir / "photos"
    return {UUID(path.name) for path in folder.rglob("*") if path.is_file()}


def broken_promises(app: Flask, current: Session, mine: Collection[UUID]) -> list[tuple[str, UUID]]:
    """Objects without a row, rows that say deleted of what is there, rows that say stored of what is not."""
    known, there = states(current), objects(app)
    cases = {
        "orphan": lambda each: each in there and each not in known,
        "not gone": lambda each: each in there and known.get(each) == "deleted",
        "lost": lambda each: each not in there and known.get(each) in ("stored", "compared"),
    }
    return [(name, each) for each in mine for name, holds in cases.items() if holds(each)]


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_an_upload_cut_at_any_step_leaves_no_orphan_and_is_ended_by_sending_it_again(
    scene: Scene, visit_id: UUID, tianjin: Session, app: Flask, steps: int
):
    content = encoded(room(10))

    photo_id = upload(tianjin, visit_id, content, actor=scene.carer, steps=steps)

    assert broken_promises(app, tianjin, [photo_id]) == []
    resume(tianjin, photo_id, content, actor=scene.carer)
    assert (states(tianjin), broken_promises(app, tianjin, [photo_id])) == ({photo_id: "stored"}, [])


def test_without_the_intent_or_with_the_mark_too_early_a_promise_would_break(
    scene: Scene, visit_id: UUID, tianjin: Session, app: Flask
):
    orphan, stored = new_id(), upload(tianjin, visit_id, encoded(room(10)), actor=scene.carer)
    store_content(Upload(orphan, visit_id, None, is_stored=False), b"x", region="tianjin")
    lost = upload(tianjin, visit_id, encoded(room(11)), actor=scene.carer)
    with asking_store() as store:
        store.delete(object_name(lost, region="tianjin"))
    tianjin.execute(update(Photo).where(Photo.id == stored).values(state="deleting", phash=None))
    photo_jobs.end_deleting(tianjin, [stored], actor=JOB, at=NOW)

    found = broken_promises(app, tianjin, [orphan, stored, lost])

    assert found == [("orphan", orphan), ("not gone", stored), ("lost", lost)]


def long_after(*, days: int = 1) -> Turn:
    at = NOW + KEPT + timedelta(days=days)
    return Turn(JOB, due_at=at, at=at)


def test_old_photos_are_deleted_but_for_those_that_what_waits_needs(
    client: FlaskClient, scene: Scene, paid: UUID, tianjin: Session, app: Flask
):
    other, held_visit = another_visit(client, tianjin, app)
    original = bring_one(client, scene, paid, encoded(seen(12)), at=NOW - HOUR)
    copy = bring_one(client, other, held_visit, encoded(seen(12), quality=50))
    plain = bring_one(client, scene, paid, encoded(seen(13)))
    third, court_visit = another_visit(client, tianjin, app)
    asked_for = bring_one(client, third, court_visit, encoded(seen(16)))
    hold = EvidenceHold(
        id=new_id(), cause=HoldCause.LEGAL, document="(2026) 12", subject=HeldSubject.FACT, subject_id=court_visit,
        account_id=scene.dispatcher.account_id, recorded_at=NOW,
    )  # fmt: skip
    tianjin.add(hold)
    begun = upload(tianjin, paid, encoded(seen(14)), actor=scene.carer, steps=2)
    compare_photos(TURN)
    fresh = upload(tianjin, paid, encoded(seen(15)), actor=scene.carer, at=NOW + timedelta(days=2))
    mine = [original, copy, plain, begun, fresh, asked_for]

    delete_old_photos(long_after(days=-1))
    before = states(tianjin)
    delete_old_photos(long_after())

    assert set(before.values()) == {"compared", "receiving", "stored"}
    gone = {plain: "deleted", begun: "deleted"}
    assert states(tianjin) == before | gone
    assert objects(app) & set(mine) == {original, copy, fresh, asked_for}
    assert broken_promises(app, tianjin, mine) == []
    again = bring(client, scene, plain, encoded(seen(13)))
    assert (again.status_code, again.get_json()["code"]) == (409, "photo_deleted")
    shown = {each["id"]: each["state"] for each in fact(client, scene, paid)["photos"]}
    assert shown[str(plain)] == "deleted"  # what was told of it stays
    assert tianjin.scalars(select(Photo.phash).where(Photo.id == plain)).one() is None


def test_the_bytes_of_a_photo_deleted_long_ago_are_known_again(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session
):
    old = upload(tianjin, visit_id, encoded(seen(16)), actor=scene.carer)
    compare_photos(TURN)
    turn = long_after()
    delete_old_photos(turn)
    next_visit = a_visit(tianjin, scene, start=turn.at)
    upload(tianjin, next_visit, encoded(seen(16)), actor=scene.carer, at=turn.at)

    compare_photos(turn)

    (found,) = tianjin.scalars(select(ExceptionFound).where(ExceptionFound.code == "photo_copied"))
    assert (found.fact_id, found.details["copied_photo_id"]) == (next_visit, str(old))


class Stubborn(ObjectStore):
    """A store that deletes one object and then nothing more."""

    def __init__(self, store: ObjectStore) -> None:
        self._real, self._left = store, 1

    def delete(self, name: str) -> None:
        if not self._left:
            raise StoreBusy("delete")
        self._left -= 1
        self._real.delete(name)


def test_a_store_that_fails_while_photos_are_deleted_leaves_none_without_a_row(
    scene: Scene, visit_id: UUID, tianjin: Session, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    mine = [upload(tianjin, visit_id, encoded(room(seed)), actor=scene.carer) for seed in (17, 18, 19)]
    with asking_store() as store, monkeypatch.context() as patched:
        patched.setitem(app.extensions, STORE, Stubborn(store))
        with pytest.raises(StoreBusy):
            delete_old_photos(long_after())
    between = states(tianjin), broken_promises(app, tianjin, mine), len(objects(app) & set(mine))

    delete_old_photos(long_after())

    assert between == (dict.fromkeys(mine, "deleting"), [], 2)
    assert states(tianjin) == dict.fromkeys(mine, "deleted")
    assert not objects(app) & set(mine)


def test_of_two_photos_compared_at_one_moment_the_second_finds_the_first(swept_app: Flask):
    """Without taking turns, as the control does, neither sees the other's work, and the copy passes."""
    with swept_app.app_context():
        session().bind_region("tianjin")
        current = session()
        with transaction():
            scene = a_scene(current, swept_app)
            visits = [a_visit(current, scene, start=NOW + hours * HOUR) for hours in (1, 3)]
        for takes_turn in (False, True):
            content = encoded(room(20 + takes_turn))
            first, second = (upload(current, each, content, actor=scene.carer) for each in visits)
            other = Thread(target=lambda photo_id=second: _compare_alone(swept_app, photo_id))
            with transaction():
                if takes_turn:
                    photo_jobs.compare(current, photo_id=first, actor=JOB, at=NOW)
                else:
                    current.execute(update(Photo).where(Photo.id == first).values(state="compared"))
                other.start()
                other.join(0.3 if takes_turn else None)
                assert other.is_alive() == takes_turn
            other.join()

            found = current.scalars(select(ExceptionFound.fact_id)).all()
            assert found == (visits[1:] if takes_turn else [])
        db.session.remove()


def _compare_alone(app: Flask, photo_id: UUID) -> None:
    with app.app_context():
        session().bind_region("tianjin")
        with transaction() as current:
            photo_jobs.compare(current, photo_id=photo_id, actor=JOB, at=NOW)
        db.session.remove()
