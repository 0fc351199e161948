"""A blueprint with every field type and every way to be slow or to fail, for tests of the kernel."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Flask, Response, jsonify, request
from sqlalchemy import text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.factory import create_app
from app.kernel import clock, outbox, tokens
from app.kernel.access import current_actor, requires, use_account_check
from app.kernel.canonical import command_digest
from app.kernel.db import session, transaction
from app.kernel.errors import IllegalTransition
from app.kernel.http import fields
from app.kernel.http.api import PREFIX, AnhuBlueprint
from app.kernel.http.limits import takes_import
from app.kernel.http.schemas import CommandSchema
from app.kernel.ids import new_id
from app.kernel.paging import PageRequest, PageRequestSchema
from app.kernel.permissions import Actor, Permission, Role, Scope, ScopeKind
from app.kernel.resend import idempotent, insert_once, mark_replay
from app.kernel.settings import Settings, current_settings

bp = AnhuBlueprint("probe", __name__, description="Only in tests")
ACCOUNT = UUID("0190a6c4-7b1e-7cc3-98c4-dc0c0c07398f")


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Probe:
    id: UUID
    number: float
    whole: int
    flag: bool
    text: str
    at: datetime
    phone_at: datetime
    day: date
    other_id: UUID
    colour: Colour
    latitude: float
    parts: list[Part]


class PartSchema(CommandSchema):
    command = Part

    name = fields.Text(maximum=5, required=True)
    amount_fen = fields.WholeNumber(required=True)


class ProbeSchema(CommandSchema):
    command = Probe

    id = fields.PhoneId(required=True)
    number = fields.Number(required=True)
    whole = fields.WholeNumber(required=True)
    flag = fields.Flag(required=True)
    text = fields.Text(required=True)
    at = fields.Instant(required=True)
    phone_at = fields.PhoneInstant(required=True)
    day = fields.Day(required=True)
    other_id = fields.Id(required=True)
    colour = fields.Choice(Colour, required=True)
    latitude = fields.Number(required=True, validate=ma.validate.Range(-90, 90))
    parts = ma.fields.List(ma.fields.Nested(PartSchema), required=True, validate=ma.validate.Length(max=3))


@bp.post("/probes")
@requires(Permission.SESSION)
@bp.arguments(ProbeSchema)
@bp.response(201, ProbeSchema)
def add_probe(command: Probe) -> Probe:
    return command


@bp.get("/probes")
@requires(Permission.SESSION)
@bp.arguments(PageRequestSchema, location="query")
@bp.response(200)
def list_probes(page: PageRequest) -> Response:
    return jsonify(limit=page.limit)


@bp.get("/probes/<uuid:probe_id>")
@requires(Permission.SESSION)
@bp.response(200)
def get_probe(probe_id: UUID) -> Response:
    return jsonify(id=str(probe_id))


@bp.post("/probes/import")
@requires(Permission.SESSION)
@takes_import
@bp.response(200)
def import_probes() -> Response:
    return jsonify(bytes=len(request.get_data()))


@bp.get("/probes/slow")
@requires(Permission.SESSION)
@bp.response(200)
def be_slow() -> Response:
    session().execute(text("SELECT pg_sleep(3)"))
    return jsonify()


@bp.get("/probes/idle")
@requires(Permission.SESSION)
@bp.response(200)
def be_idle() -> Response:
    session().execute(text("SELECT 1"))
    time.sleep(1)
    session().execute(text("SELECT 1"))
    return jsonify()


@bp.get("/probes/failing")
@requires(Permission.SESSION)
@bp.response(200)
def fail() -> Response:
    raise LookupError("王芳 13800138000")


@bp.get("/probes/unfit")
@requires(Permission.SESSION)
@bp.response(200)
def send_unfit() -> Response:
    session().execute(text("SELECT CAST(:number AS integer)"), {"number": "王芳"})
    return jsonify()


class PurposeSchema(CommandSchema):
    command = dict

    cause_id = fields.Id(required=True)
    refuse = fields.Flag(load_default=False)


@bp.post("/probes/keyed")
@requires(Permission.SESSION)
@idempotent
@bp.arguments(PurposeSchema)
@bp.response(201)
def write_keyed(command: Mapping[str, Any]) -> Response:
    return _write(new_id(), refuse=command["refuse"])


@bp.post("/probes/unkeyed")
@requires(Permission.SESSION)
@bp.arguments(PurposeSchema)
@bp.response(201)
def write_unkeyed(command: Mapping[str, Any]) -> Response:
    return _write(new_id(), refuse=command["refuse"])


def _write(cause: UUID, *, refuse: bool) -> Response:
    with transaction() as current:
        message = outbox.enqueue(
            current,
            channel="test",
            cause_id=cause,
            template="probe",
            recipient_id=current_actor().account_id,
            payload={},
            at=clock.now(),
            keys=current_settings().key_ring,
        )
        if refuse:
            raise IllegalTransition
        answer = jsonify(id=str(message))
        answer.status_code = 201
        return answer


class ProbeBase(DeclarativeBase):
    """Apart from the application's tables: the catalogue tests know nothing of it."""


class ProbeEvent(ProbeBase):
    __tablename__ = "probe_event"
    __table_args__ = ({"schema": "region"},)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    command_digest: Mapped[bytes]
    note: Mapped[str]


@dataclass(frozen=True, slots=True)
class Note:
    id: UUID
    note: str


class NoteSchema(CommandSchema):
    command = Note

    id = fields.PhoneId(required=True)
    note = fields.Text(required=True)


@bp.post("/probes/events")
@requires(Permission.SESSION)
@bp.arguments(NoteSchema)
@bp.response(201, NoteSchema)
def add_event(command: Note) -> ProbeEvent:
    with transaction() as current:
        digest = command_digest(command, key=current_settings().key_ring.command_key)
        row, is_new = insert_once(current, ProbeEvent, digest=digest, id=command.id, note=command.note)  # type: ignore[type-var]  # not one of the application's tables
        if not is_new:
            mark_replay()
        return row


def probe_app(settings: Settings) -> Flask:
    """The application with the probe's routes and no look-up of accounts."""
    app = create_app(settings, blueprints=(bp,))
    use_account_check(app, lambda *_: None)
    return app


def login(app: Flask, *, region: str = "tianjin") -> dict[str, str]:
    """Headers of a logged-in supervisor."""
    settings: Settings = app.extensions["anhu.settings"]
    actor = Actor(region, ACCOUNT, Role.SUPERVISOR, Scope(ScopeKind.FUND), ACCOUNT)
    token = tokens.issue(
        actor, grants_version=1, keys=settings.token_keys, at=clock.now(), lifetime=timedelta(minutes=15)
    )
    return {"Authorization": f"Bearer {token}"}


def good_probe() -> dict[str, Any]:
    """A body that is accepted."""
    return {
        "id": str(new_id()),
        "number": 1.5,
        "whole": 7,
        "flag": True,
        "text": "好",
        "at": "2026-11-22T08:00:00+08:00",
        "phone_at": "1970-01-01T00:00:00Z",
        "day": "2026-11-22",
        "other_id": str(ACCOUNT),
        "colour": "red",
        "latitude": 39.1,
        "parts": [{"name": "a", "amount_fen": 100}],
    }


URL = f"{PREFIX}/probes"
