"""Offline is normal: a phone brings all that happened since it was online last, in one request (离线补传)."""

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from marshmallow import ValidationError

from app.checkin.schemas.sync import SyncAnswersSchema, SyncSchema, id_of, read_record
from app.checkin.schemas.taps import Sent, SentSchema
from app.checkin.service.syncing import take_group
from app.checkin.sync import SyncAnswer, SyncRecord, grouped, parted
from app.kernel import clock, resend
from app.kernel.access import current_actor, current_grants_version, requires
from app.kernel.db import transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.http.problems import asked_language, outcome_of, sentence
from app.kernel.permissions import Permission

bp = AnhuBlueprint("sync", __name__, description="Records brought together (离线补传)")
log = structlog.get_logger()


@bp.post("/sync")
@requires(Permission.SYNC_RECORDS)
@bp.arguments(SyncSchema)
@bp.arguments(SentSchema, location="headers")
@bp.response(200, SyncAnswersSchema)
def sync(body: dict[str, Any], sent: Sent) -> dict[str, Any]:
    """Take records of all kinds in, each answered by itself; sending them again changes nothing.

    What is refused or fails takes nothing else with it, and what was answered is stored.
    """
    contents = body["records"]
    records: list[SyncRecord] = []
    answers: dict[int, SyncAnswer] = {}
    for place, content in enumerate(contents):
        try:
            records.append(read_record(place, content))
        except ValidationError as error:
            answers[place] = _refused(place, error)
    for group in grouped(records):
        answers.update((answer.place, answer) for answer in _take(group, sent=sent))
    resend.forget_replay()
    return {"answers": [_shown(answers[place], content) for place, content in enumerate(contents)]}


def _take(group: Sequence[SyncRecord], *, sent: Sent) -> Iterator[SyncAnswer]:
    """A group in one transaction; where one of it is refused or fails, its parts each by itself."""
    try:
        with transaction() as current:
            answers = take_group(
                current,
                group,
                sent_at=sent.sent_at,
                actor=current_actor(),
                grants_version=current_grants_version(),
                at=clock.now(),
            )
    except Exception as error:  # one that fails, for whatever reason, must not keep the others from their place
        if len(group) > 1:
            for part in parted(group):
                yield from _take(part, sent=sent)
            return
        answers = [_refused(group[0].place, error)]
        if answers[0].status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("sync_record_failed", kind=group[0].kind.value, error=type(error).__name__)
    yield from answers


def _refused(place: int, error: Exception) -> SyncAnswer:
    status, code, details = outcome_of(error)
    return SyncAnswer(place, status, code, details)


def _shown(answer: SyncAnswer, content: object) -> dict[str, Any]:
    told = sentence(answer.code, language=asked_language()) if answer.code else None
    return {
        "id": id_of(content),
        "status": answer.status,
        "code": answer.code,
        "message": told,
        "details": answer.details,
        "exceptions": answer.exceptions,
        "verdict": answer.verdict,
        "distance_m": answer.distance_m,
    }
