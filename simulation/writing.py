"""Writes a made-up month into a region's tables, by the product's models, a statement for each table."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app.accounts.models import Account, Device
from app.accounts.types import AccountState
from app.checkin.models import CareFact, ClockEvent, Evidence, ItemDone, ServiceRecord
from app.checkin.photo_models import Photo, PhotoTaken
from app.checkin.photos import MediaType, PhotoPurpose, PhotoState
from app.checkin.types import EventKind, EvidenceKind, FactKind, LocationSource, Verdict
from app.kernel.codes import Sex
from app.kernel.crypto import KeyRing
from app.kernel.geo import CoordinateSystem
from app.kernel.ids import new_id
from app.registry.history_models import HomeChange
from app.registry.models import Agency, Carer, Client, HomePlace, Person, Stay
from app.registry.types import AgencyState, CarerKind, PlaceState, StayKind
from app.schedules.models import Visit, VisitChange
from app.schedules.types import VisitSource, VisitState
from simulation.honest import FIRST, MIDNIGHT, Fix, MonthOfWork, Work
from simulation.people import Phone, Town, point_of

DISTRICT = "120101"
SINCE = date(2026, 1, 1)
BEFORE = MIDNIGHT - timedelta(days=60)
DIGEST, POLICY = bytes(32), "simulation"
RADIUS_M = 200

Row = dict[str, Any]


def write(session: Session, month: MonthOfWork, *, keys: KeyRing) -> None:
    """Everybody and everything that was told; the caller commits."""
    _people(session, month, keys=keys)
    _add(session, Visit, map(_visit, month.works))
    _add(session, VisitChange, (row for work in month.works for row in _changes(work)))
    _add(session, ClockEvent, (row for work in month.works for row in _taps(work)))
    _add(session, ServiceRecord, map(_record, month.works))
    _add(session, CareFact, map(_fact, month.works))
    _add(session, ItemDone, (row for work in month.works for row in _items(work)))
    _add(session, Evidence, (_word(work) for work in month.works if work.said_by))
    shown = [work for work in month.works if work.photo]
    _add(session, PhotoTaken, map(_told_photo, shown))
    _add(session, Photo, map(_photo, shown))


def _add(session: Session, model: Any, rows: Any) -> None:
    given = list(rows)
    if given:
        session.execute(insert(model.__table__), given)


def _people(session: Session, month: MonthOfWork, *, keys: KeyRing) -> None:
    town = month.town
    name, number = (keys.encrypt("甲", context=f"person.{field}") for field in ("name", "id_number"))
    died = {client.person_id: FIRST + timedelta(days=day - 1) for client, day in month.deaths}

    def person(id: UUID) -> Row:
        return {
            "id": id, "id_number_enc": number, "id_number_index": id.bytes, "name_enc": name, "sex": Sex.FEMALE,
            "born_on": date(1950, 1, 1), "died_on": died.get(id), "created_at": BEFORE,
        }  # fmt: skip

    _add(session, Agency, (_agency(id, n) for n, id in enumerate(town.agency_ids)))
    _add(session, Person, (person(each.person_id) for each in (*town.everybody, *town.clients)))
    _add(
        session,
        Carer,
        (
            {"id": each.id, "person_id": each.person_id, "kind": CarerKind.PROFESSIONAL, "created_at": BEFORE}
            for each in town.everybody
        ),
    )
    _add(
        session,
        Client,
        (
            {"id": each.id, "person_id": each.person_id, "district_code": DISTRICT, "created_at": BEFORE}
            for each in town.clients
        ),
    )
    _homes(session, town, keys=keys)
    _phones(session, town)
    _add(
        session,
        Stay,
        (
            {
                "id": new_id(), "client_id": client.id, "kind": StayKind.HOSPITAL, "known_at": MIDNIGHT,
                "valid_from": FIRST + timedelta(days=gone - 1), "valid_to": FIRST + timedelta(days=back - 1),
            }
            for client, gone, back in month.stays
        ),
    )  # fmt: skip


def _agency(id: UUID, n: int) -> Row:
    values = {"id": id, "name": f"机构{n}", "credit_code": id.hex[-18:].upper(), "district_code": DISTRICT}
    return {**values, "state": AgencyState.ACTIVE, "created_at": BEFORE}


def _homes(session: Session, town: Town, *, keys: KeyRing) -> None:
    address = keys.encrypt("天津市", context="home_place.address")
    homes = []
    for client in town.clients:
        pin = point_of(client.pin)
        position = keys.encrypt(f"{pin.latitude!r},{pin.longitude!r}", context="home_place.position")
        homes.append(
            {
                "id": client.id, "client_id": client.id, "address_enc": address, "position_enc": position,
                "system": CoordinateSystem.WGS84, "state": PlaceState.APPROVED, "seq": 1, "valid_from": SINCE,
            }
        )  # fmt: skip
    _add(session, HomePlace, homes)
    approved = {"seq": 1, "from_state": "new", "to_state": PlaceState.APPROVED.value, "recorded_at": BEFORE}
    _add(session, HomeChange, ({"home_id": client.id, **approved} for client in town.clients))


def _phones(session: Session, town: Town) -> None:
    persons = {carer.phone.account_id: carer.person_id for carer in town.everybody}
    families = {client.family.device_id: client.family for client in town.clients if client.family}
    phones: list[Phone] = [*(carer.phone for carer in town.everybody), *families.values(), *town.phones]
    account = {"label": "simulation", "state": AccountState.ACTIVE, "grants_version": 1, "created_at": BEFORE}
    accounts = {phone.account_id for phone in phones}
    _add(session, Account, ({"id": each, "person_id": persons.get(each), **account} for each in sorted(accounts)))
    _add(
        session,
        Device,
        (
            {
                "id": phone.device_id, "phone_key": phone.key, "account_id": phone.account_id, "platform": "android",
                "first_seen_at": BEFORE, "replaced_at": None if phone.is_live else BEFORE,
            }
            for phone in phones
        ),
    )  # fmt: skip


def _visit(work: Work) -> Row:
    ended = None if work.ended is None else work.at(work.ended)
    return {
        "id": work.id, "client_id": work.client.id, "carer_id": work.carer.id, "agency_id": work.carer.agency_id,
        "district_code": DISTRICT, "team_slot": work.slot, "planned": _planned(work),
        "state": VisitState.DONE if ended else VisitState.BEGUN, "seq": 3 if ended else 2,
        "began_at": work.at(work.began), "ended_at": ended,
        "source": VisitSource.UNSCHEDULED if work.planned is None else VisitSource.PLANNED, "created_at": BEFORE,
    }  # fmt: skip


def _planned(work: Work) -> Range[datetime] | None:
    return None if work.planned is None else Range(work.at(work.planned[0]), work.at(work.planned[1]))


def _changes(work: Work) -> Iterator[Row]:
    states = ["new", VisitState.PLANNED.value, VisitState.BEGUN.value]
    states += [VisitState.DONE.value] if work.ended is not None else []
    for seq in range(1, len(states)):
        known_at = BEFORE if seq == 1 else _told_at(work)
        step = {"visit_id": work.id, "seq": seq, "from_state": states[seq - 1], "to_state": states[seq]}
        yield {**step, "recorded_at": known_at}


def _told_at(work: Work) -> datetime:
    return work.at(work.began if work.ended is None else work.ended) + work.told_after


def _taps(work: Work) -> Iterator[Row]:
    phone = work.phone or work.carer.phone
    told = (("in", work.began, work.fixes[0]), ("out", work.ended, work.fixes[1]))
    for kind, minute, fix in told:
        if minute is not None:
            at = work.at(minute)
            yield {
                "id": new_id(at=at), "kind": EventKind(kind), "carer_id": work.carer.id, "client_id": work.client.id,
                "visit_id": work.id, "occurred_at": at, "counted_at": at, "device_id": phone.device_id, "skew_ms": 0,
                "verdict": verdict_of(fix), "distance_m": fix and fix[0], "accuracy_m": fix and fix[1],
                "location_source": LocationSource.SIMULATED if fix else None, "command_digest": DIGEST,
                "account_id": phone.account_id, "policy_digest": POLICY, "clock_policy_digest": POLICY,
                "recorded_at": at + work.told_after,
            }  # fmt: skip


def verdict_of(fix: Fix | None) -> Verdict:
    """What the door says of a fix."""
    if fix is None:
        return Verdict.NO_POSITION
    away, accuracy = fix
    if away + accuracy <= RADIUS_M:
        return Verdict.INSIDE
    return Verdict.OUTSIDE if away - accuracy > RADIUS_M else Verdict.UNCERTAIN


def _record(work: Work) -> Row:
    ended = work.began if work.ended is None else work.ended
    return {
        "id": new_id(at=work.at(ended)), "visit_id": work.id, "began_at": work.at(work.began),
        "ended_at": None if work.ended is None else work.at(ended), "minutes": round(min(60, ended - work.began)),
        "service_on": work.on, "policy_digest": POLICY, "recorded_at": _told_at(work),
    }  # fmt: skip


def _fact(work: Work) -> Row:
    return {
        "id": work.id, "kind": FactKind.VISIT, "client_id": work.client.id, "carer_id": work.carer.id,
        "agency_id": work.carer.agency_id, "district_code": DISTRICT, "recorded_at": _told_at(work),
    }  # fmt: skip


def _items(work: Work) -> Iterator[Row]:
    at = work.at(work.ended or work.began)
    for code, outcome, minutes in work.items:
        yield {
            "id": new_id(at=at), "visit_id": work.id, "item_code": code, "outcome": outcome, "minutes": minutes,
            "consented": False, "occurred_at": at, "account_id": work.carer.phone.account_id, "command_digest": DIGEST,
            "recorded_at": _told_at(work),
        }  # fmt: skip


def _word(work: Work) -> Row:
    at = work.at(work.ended or work.began) + timedelta(hours=1)
    return {
        "id": new_id(at=at), "fact_id": work.id, "kind": EvidenceKind.CONFIRMATION, "holds": True,
        "account_id": work.said_by, "occurred_at": at, "command_digest": DIGEST, "recorded_at": at,
    }  # fmt: skip


def _told_photo(work: Work) -> Row:
    assert work.photo is not None
    return {
        "id": work.photo.id, "fact_id": work.id, "carer_id": work.carer.id, "purpose": PhotoPurpose.CARE,
        "sha256": work.photo.sha256, "size": 200_000, "occurred_at": work.at(work.began),
        "account_id": work.carer.phone.account_id, "command_digest": DIGEST, "recorded_at": _told_at(work),
    }  # fmt: skip


def _photo(work: Work) -> Row:
    assert work.photo is not None
    phash = work.photo.phash
    return {
        "id": work.photo.id, "fact_id": work.id, "carer_id": work.carer.id, "state": PhotoState.STORED,
        "media_type": MediaType.JPEG, "phash": phash if phash is None or phash < 1 << 63 else phash - (1 << 64),
        "received_at": _told_at(work),
    }  # fmt: skip
