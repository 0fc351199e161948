"""What a tap is judged by, read in one statement."""

from flask import Flask
from sqlalchemy.orm import Session

from app.checkin.queries.door import load_client_door
from app.kernel.ids import new_id
from app.registry.models import Employment
from app.registry.types import CarerKind, ContractKind
from tests.registry.factories import an_agency
from tests.schedules.factories import SINCE, TODAY, Scene, a_client, add, settings_of


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
