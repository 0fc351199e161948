"""What a tap is judged by, read in one statement."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from app.checkin.queries.door import load_client_door, load_visit_door
from app.checkin.queries.door_statement import door_statement
from app.kernel.ids import new_id
from app.registry.models import Client, Employment, Person
from app.registry.types import CarerKind, ContractKind
from tests.registry.factories import an_agency
from tests.schedules.factories import SINCE, TODAY, Scene, a_client, a_visit, add, settings_of

REMEMBERED_BYTES = 4096  # psycopg remembers a query up to this length
LONGEST_REGION = "r" * 20


def test_of_two_employers_the_one_that_serves_the_client_counts(app: Flask, tianjin: Session, scene: Scene):
    second = an_agency(tianjin).id
    served_by_second = a_client(tianjin, app, second)
    add(
        tianjin,
        Employment(
            id=new_id(),
            carer_id=scene.carer_id,
            agency_id=second,
            contract_kind=ContractKind.LABOUR,
            valid_from=SINCE,
        ),
    )

    doors = [
        load_client_door(
            tianjin,
            account_id=scene.carer.account_id,
            carer_kind=CarerKind.PROFESSIONAL,
            client_id=client_id,
            day=TODAY,
            keys=settings_of(app).key_ring,
        )
        for client_id in (scene.client_id, served_by_second)
    ]

    assert [door.employer_id for door in doors] == [scene.agency_id, second]


@pytest.mark.parametrize(
    ("died_on", "died"), [(None, False), (TODAY, False), (TODAY - timedelta(days=1), True), (SINCE, True)]
)
def test_a_client_who_died_before_the_day_is_told_by_both_doors(
    app: Flask, tianjin: Session, scene: Scene, died_on: date | None, died: bool
):
    visit_id = a_visit(tianjin, scene)
    person_id = select(Client.person_id).where(Client.id == scene.client_id).scalar_subquery()
    tianjin.execute(update(Person).where(Person.id == person_id).values(died_on=died_on))
    asked = {
        "account_id": scene.carer.account_id,
        "carer_kind": CarerKind.PROFESSIONAL,
        "day": TODAY,
        "keys": settings_of(app).key_ring,
    }

    doors = [
        load_visit_door(tianjin, visit_id=visit_id, **asked),
        load_client_door(tianjin, client_id=scene.client_id, **asked),
    ]

    assert [door.rights.died for door in doors] == [died, died]


@pytest.mark.parametrize("by_visit", [True, False])
def test_the_drivers_memory_of_queries_has_room_for_the_door(by_visit: bool):
    compiled = door_statement(by_visit=by_visit).compile(
        dialect=postgresql.psycopg.dialect(),
        schema_translate_map={"region": LONGEST_REGION},
        render_schema_translate=True,
    )

    assert len(str(compiled).encode()) < REMEMBERED_BYTES
