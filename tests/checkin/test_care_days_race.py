"""Two phones at one moment: a database of its own, real commits."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import select

from app.checkin.models import CareDay, PayableCareDay
from app.checkin.service.care_days import log_care_day
from app.factory import create_app
from app.kernel.db import db, session, transaction
from app.kernel.regions import zone_of
from tests.checkin.family_rows import EVENING, a_day, a_family, both_taps
from tests.conftest import Clone, settings_for


def test_ten_phones_for_one_care_day_make_ten_facts_and_one_payable_day(swept_database: Clone, tmp_path: Path):
    app = create_app(settings_for(swept_database.urls, tmp_path))
    with app.app_context():
        zone_of("tianjin")  # a running process has looked it up before
        session().bind_region("tianjin")
        with transaction() as current:
            family = a_family(current)
            commands = [a_day(family, **both_taps(current, family)) for _ in range(10)]

    def send(command) -> str:
        with app.test_request_context():
            session().bind_region("tianjin")
            with transaction() as current:
                return log_care_day(current, command=command, actor=family.actor, at=EVENING).standing

    with ThreadPoolExecutor(10) as pool:
        standings = list(pool.map(send, commands))

    assert sorted(standings) == ["payable"] + ["second"] * 9
    with app.app_context():
        session().bind_region("tianjin")
        payable = session().scalars(select(PayableCareDay)).one()
        assert payable.care_day_id == commands[standings.index("payable")].id
        assert len(session().scalars(select(CareDay)).all()) == 10
        session().rollback()
        db.session.remove()
        db.engine.dispose()
