"""JSON of records that a phone brings together."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma

from app.checkin.schemas.cards import IncidentToldSchema, ShiftNoteToldSchema, VitalSignsToldSchema
from app.checkin.schemas.care_days import LogCareDaySchema
from app.checkin.schemas.checks import ChecksSchema
from app.checkin.schemas.door_words import AwayToldSchema, TagScannedSchema
from app.checkin.schemas.facts import ConfirmationSchema, ItemEntrySchema
from app.checkin.schemas.help_calls import HelpTapSchema
from app.checkin.schemas.photos import PhotoDescriptionSchema
from app.checkin.schemas.ratings import RatingHandedOverSchema
from app.checkin.schemas.remarks import RemarkToldSchema
from app.checkin.schemas.statements import StatedEndSchema
from app.checkin.schemas.taps import AttemptTapSchema, ClockTapSchema, FreeTapSchema
from app.checkin.sync import OF_A_VISIT, RecordKind, SyncRecord
from app.checkin.types import ExceptionCode, Verdict
from app.kernel.http.fields import Choice, Id, Several, Text, WholeNumber
from app.registry.schemas.notices import NoticeEntrySchema

MOST_RECORDS = 500
CONTENT: Mapping[RecordKind, ma.Schema] = {
    RecordKind.CHECKS: ChecksSchema(),
    RecordKind.CLOCK_IN: ClockTapSchema(),
    RecordKind.ITEM: ItemEntrySchema(),
    RecordKind.ATTEMPT: AttemptTapSchema(),
    RecordKind.CLOCK_OUT: ClockTapSchema(),
    RecordKind.STATED_END: StatedEndSchema(),
    RecordKind.CONFIRMATION: ConfirmationSchema(),
    RecordKind.CLOCK_EVENT: FreeTapSchema(),
    RecordKind.CARE_DAY: LogCareDaySchema(),
    RecordKind.HELP_CALL: HelpTapSchema(),
    RecordKind.PHOTO: PhotoDescriptionSchema(),
    RecordKind.SHIFT_NOTE: ShiftNoteToldSchema(),
    RecordKind.VITAL_SIGNS: VitalSignsToldSchema(),
    RecordKind.INCIDENT: IncidentToldSchema(),
    RecordKind.NOTICE: NoticeEntrySchema(),
    RecordKind.AWAY_WORD: AwayToldSchema(),
    RecordKind.TAG_SCAN: TagScannedSchema(),
    RecordKind.REMARK: RemarkToldSchema(),
    RecordKind.RATING: RatingHandedOverSchema(),
}


class SyncRecordSchema(ma.Schema):
    """One record. `record` is what a request of its own would send, of an item one line."""

    kind = Choice(RecordKind, required=True)
    visit_id = Id(load_default=None, allow_none=True, metadata={"description": "Of what belongs to a visit"})
    record = ma.fields.Dict(keys=ma.fields.String(), required=True)


class AsSent(ma.fields.Nested):
    """Documented as its schema, and read later: what is wrong with one is answered to it alone."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return value


class SyncSchema(ma.Schema):
    """Records in any order. One that cannot be read is refused by itself."""

    class Meta:
        """Unknown fields are mistakes."""

        unknown = ma.RAISE

    records = Several(AsSent(SyncRecordSchema), minimum=1, maximum=MOST_RECORDS, required=True)


class SyncAnswerSchema(ma.Schema):
    """What became of one record, as a request of its own would have been answered."""

    id = ma.fields.String(required=True, allow_none=True, metadata={"description": "As it was sent"})
    status = WholeNumber(required=True)
    code = Text(required=True, allow_none=True)
    message = Text(required=True, allow_none=True)
    details = ma.fields.Dict(required=True)
    exceptions = ma.fields.List(Choice(ExceptionCode), required=True)
    verdict = Choice(
        Verdict, required=True, allow_none=True, metadata={"description": "Of a tap, an attempt or a scanned tag"}
    )
    distance_m = WholeNumber(required=True, allow_none=True)


class SyncAnswersSchema(ma.Schema):
    """One answer for each record, in the order in which they were sent."""

    answers = ma.fields.List(ma.fields.Nested(SyncAnswerSchema), required=True)


def read_record(place: int, content: object) -> SyncRecord:
    """One record by the schema of its kind. Raises ValidationError."""
    frame = FRAME.load(content)  # type: ignore[arg-type]  # whatever was sent: it is refused
    kind, visit_id = frame["kind"], frame["visit_id"]
    if (kind in OF_A_VISIT) != (visit_id is not None):
        raise ma.ValidationError("visit_id_of_what_belongs_to_a_visit", "visit_id")
    try:
        return SyncRecord(place, kind, visit_id, CONTENT[kind].load(frame["record"]))
    except ma.ValidationError as error:
        raise ma.ValidationError({"record": error.messages}) from error


def id_of(content: object) -> Any:
    """The id a record was sent with, or None."""
    record = content.get("record") if isinstance(content, dict) else None
    found = record.get("id") if isinstance(record, dict) else None
    return found if isinstance(found, str) else None


FRAME = SyncRecordSchema()
