"""A guardian reads and signs the agreement, sees whom he may choose and who comes."""

import hashlib

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.kernel.ids import new_id
from app.kernel.permissions import Role, Scope, ScopeKind
from app.registry.agreements import present_text
from app.registry.types import GuardianExtent
from tests.registry.factories import a_carer, a_client, a_guardian, an_agency, an_assignment
from tests.tokens import bearer, make_account

API = "/api/v1"


def test_an_agreement_is_signed_once_in_the_words_that_were_read_by_who_may_sign(
    client: FlaskClient, tianjin: Session, app: Flask
):
    agency, other = an_agency(tianjin), an_agency(tianjin)
    served, elsewhere = a_client(tianjin, agency=agency), a_client(tianjin, agency=other)
    carer = a_carer(tianjin, agency=agency)
    an_assignment(tianjin, client=served, carer=carer)
    family, helper, stranger = (
        make_account(tianjin, role=Role.GUARDIAN, person_id=a_guardian(tianjin, client=whose, extent=extent).person.id)
        for whose, extent in (
            (served, GuardianExtent.SIGN),
            (served, GuardianExtent.AGREE_MONEY),
            (elsewhere, GuardianExtent.SIGN),
        )
    )
    tianjin.commit()
    address = f"{API}/clients/{served.client.id}"

    def read(what: str, who=family):
        return client.get(f"{address}/{what}", headers=bearer(app, who))

    [before] = read("agreements").json["items"]

    def sign(who, version: int = before["text"]["version"]):
        headers = bearer(app, who) | {"Idempotency-Key": str(new_id())}
        return client.post(f"{API}/agreements/{before['id']}/signature", json={"version": version}, headers=headers)

    refused = [sign(stranger), sign(helper), sign(family, 99)]
    first, again = sign(family), sign(family)
    [after] = read("agreements").json["items"]

    assert (before["agency_id"], before["signed_at"]) == (str(agency.id), None)
    words = f"{before['text']['title']}\n{before['text']['text']}"
    assert before["text"]["digest"] == hashlib.sha256(words.encode()).hexdigest() == present_text().digest
    assert [(each.status_code, each.json["code"]) for each in refused] == [
        (404, "not_found"),
        (403, "signing_not_his"),
        (409, "agreement_outdated"),
    ]
    assert (first.status_code, again.status_code, first.json) == (201, 201, again.json)
    assert (after["signed_version"], after["signed_digest"]) == (1, before["text"]["digest"])
    [coming] = read("carers").json["items"]
    assert coming["carer_id"] == str(carer.id)
    assert "*" in coming["name"]
    chosen = {each["id"] for each in read("agencies-to-choose").json["items"]}
    assert {str(agency.id), str(other.id)} <= chosen
    assert [read(each, stranger).status_code for each in ("agreements", "carers", "agencies-to-choose")] == [404] * 3


def test_who_is_served_or_employed_knows_where_to_ring(client: FlaskClient, tianjin: Session, app: Flask):
    agency, other = an_agency(tianjin), an_agency(tianjin)
    served, carer = a_client(tianjin, agency=agency), a_carer(tianjin, agency=agency)
    family = make_account(tianjin, role=Role.GUARDIAN, person_id=a_guardian(tianjin, client=served).person.id)
    worker = make_account(tianjin, role=Role.CARER, person_id=carer.person.id)
    head, stranger = (
        make_account(tianjin, role=Role.AGENCY_HEAD, scope=Scope(ScopeKind.AGENCY, str(each.id)))
        for each in (agency, other)
    )
    tianjin.commit()

    def enter(who, phone: str = "022-8765 4321", **more: str):
        headers = bearer(app, who) | {"Idempotency-Key": str(new_id())}
        return client.post(f"{API}/agencies/{agency.id}/phone", json={"phone": phone} | more, headers=headers)

    wrong = [enter(stranger), enter(head, "请打前台"), enter(head, alert_phone="022-8765 4321")]
    entered = enter(head, alert_phone="138 0000 0001")
    shown = client.get(f"{API}/agencies/{agency.id}", headers=bearer(app, head)).json

    assert [(each.status_code, each.json["code"]) for each in wrong] == [
        (404, "not_found"),
        (422, "fields_invalid"),
        (422, "phone_invalid"),
    ]
    assert entered.json == {"id": str(agency.id), "name": agency.name, "phone": "022-8765 4321"}
    assert (shown["phone"], shown["alert_phone"]) == ("022-8765 4321", "13800000001")
    for who in (family, worker):
        known = client.get(f"{API}/agencies/own", headers=bearer(app, who)).json["items"]
        assert [(each["id"], each["phone"]) for each in known] == [(str(agency.id), "022-8765 4321")]
