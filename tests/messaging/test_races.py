"""Two jobs at one moment: a permission is used up once, and a cause told once."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.db import session, transaction
from app.kernel.ids import new_id
from app.kernel.permissions import Role
from app.messaging.models import ReminderSent
from app.messaging.queries import find_oldest
from app.messaging.service.reminding import spend
from app.messaging.types import Reminder, ReminderKind
from tests.kernel.processes import wait_until
from tests.locks import HOW_MANY_WAIT
from tests.messaging.factories import accept, use_templates
from tests.tokens import make_account

KIND = ReminderKind.WORK_REFUSED


def of_carer(person_id: UUID, cause_id: UUID) -> Reminder:
    ids = {"person_id": person_id, "cause_id": cause_id, "subject_id": cause_id}
    return Reminder(kind=KIND, at=clock.now(), **ids)


@pytest.mark.parametrize(("permissions", "causes", "sent"), [(1, 2, [True, False]), (2, 1, [True, False])])
def test_two_jobs_at_once_never_send_twice_for_one_permission_or_one_cause(
    swept_app: Flask, monkeypatch: pytest.MonkeyPatch, permissions: int, causes: int, sent: list[bool]
):
    """Both have read before either writes, and found the same permission free: reading alone, the control, would let
    both send for it."""
    use_templates(swept_app, monkeypatch)
    person_id, found = new_id(), list[UUID]()
    told = [of_carer(person_id, cause_id) for cause_id in [new_id() for _ in range(causes)] * (3 - causes)]

    def job(reminder: Reminder, meanwhile=lambda: None) -> bool:
        with swept_app.app_context():
            session().bind_region("tianjin")
            with transaction() as own:
                found.append(look(own))
                done = spend(own, reminder, at=clock.now()) is not None
                meanwhile()
                return done

    def look(own: Session) -> UUID:
        oldest = find_oldest(own, KIND, person_id=person_id)
        assert oldest is not None
        return oldest[0]

    with swept_app.app_context():
        session().bind_region("tianjin")
        with transaction() as own:
            account = make_account(own, role=Role.CARER, person_id=person_id)
            accept(own, account.account_id, KIND, at=clock.now(), times=permissions)
    with ThreadPoolExecutor(1) as pool:
        later = []

        def the_other_comes() -> None:
            later.append(pool.submit(job, told[1]))
            wait_until(lambda: later[0].done() or bool(session().scalar(HOW_MANY_WAIT)))

        results = [job(told[0], the_other_comes), later[0].result(timeout=10)]

    assert found[0] == found[1]
    assert results == sent
    with swept_app.app_context():
        session().bind_region("tianjin")
        assert session().scalar(select(func.count()).select_from(ReminderSent)) == sum(sent)
        session().rollback()
