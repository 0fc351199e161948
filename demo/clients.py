"""Registers carers and clients as an agency and the operator do."""

from dataclasses import dataclass
from datetime import date

from app.kernel.geo import CoordinateSystem, Point
from demo import cast
from demo.client import Json, User
from demo.invented import BANK_CODE, BANK_NAME, Invented, bank_account, coordinates
from demo.staff import Staff
from demo.world import World

ENTITLED_FROM = date(2026, 9, 1)
CONCLUDED_ON = date(2026, 8, 20)
CERTIFIED_FROM = date(2025, 6, 1)
CERTIFIED_TO = date(2028, 6, 1)
EXAM_ON = date(2026, 8, 31)
FORMAL_FROM = date(2026, 9, 1)


@dataclass(frozen=True)
class Registered:
    """A carer with a phone who is bound and logged in."""

    carer_id: str
    person_id: str
    user: User


def register_client(
    staff: Staff,
    who: Invented,
    *,
    home: Point,
    system: CoordinateSystem,
    home_type: str,
    number: int,
    street: str | None = None,
) -> Json:
    """A client with a home, an agreement with the agency, and an entitlement by the operator; answers the client."""
    district = street[:6] if street else cast.HEPING if staff.region == "tianjin" else cast.QINGJIANGPU
    registered = staff.dispatcher.post(
        "/clients",
        {
            "person": _person(who),
            "district_code": district,
            "street_code": street,
            "home": {"address": f"示例路{number}号", **coordinates(home, system)},
            "agreement": {
                "agency_id": staff.agency_id,
                "home_type": home_type,
                "valid_from": ENTITLED_FROM.isoformat(),
            },
        },
    )
    client: Json = registered["client"]
    staff.reviewer.post(
        f"/clients/{client['id']}/entitlements",
        {
            "level": "severe_3",
            "mode": "home",
            "home_types": [home_type],
            "concluded_on": CONCLUDED_ON.isoformat(),
        },
    )
    return client


def register_carer(staff: Staff, who: Invented, *, kind: str) -> Json:
    """A carer with an employment and a certificate where the kind asks for them; answers the carer."""
    body: Json = {"person": _person(who), "kind": kind}
    if kind == "professional":
        body["employment"] = {
            "agency_id": staff.agency_id,
            "contract_kind": "labour",
            "valid_from": ENTITLED_FROM.isoformat(),
        }
        body["certificates"] = [
            {
                "kind": "long_term_care",
                "number": f"DEMO-{who.id_number[-4:]}",
                "valid_from": CERTIFIED_FROM.isoformat(),
                "valid_to": CERTIFIED_TO.isoformat(),
            }
        ]
    carer: Json = staff.dispatcher.post("/carers", body)
    return carer


def let_in(world: World, staff: Staff, who: Invented, *, carer: Json) -> Registered:
    """Give a carer an account; he binds and is logged in."""
    access = staff.dispatcher.post(f"/carers/{carer['id']}/access")
    user = world.user(f"{staff.region}-{who.openid}", region=staff.region)
    user.bind(access["binding_code"])
    return Registered(carer["id"], carer["person"]["id"], user)


def register_guardian(world: World, staff: Staff, who: Invented, *, client_id: str) -> User:
    """A guardian who may confirm care; binds and logs in."""
    guardian = staff.dispatcher.post(
        f"/clients/{client_id}/guardians",
        {
            "person": _person(who),
            "relation": "child",
            "document": "DEMO-WT-1",
            "extent": "sign",
            "valid_from": ENTITLED_FROM.isoformat(),
        },
    )
    staff.reviewer.post(f"/guardians/{guardian['id']}/approval")
    access = staff.dispatcher.post(f"/guardians/{guardian['id']}/access")
    user = world.user(f"{staff.region}-{who.openid}", region=staff.region)
    user.bind(access["binding_code"])
    return user


def assign(staff: Staff, *, client_id: str, carer_id: str, relation: str | None = None) -> None:
    """Let a carer care for a client."""
    staff.dispatcher.post(
        f"/clients/{client_id}/assignments",
        {"carer_id": carer_id, "relation": relation, "valid_from": ENTITLED_FROM.isoformat()},
    )


def train(staff: Staff, *, client_id: str, carer_id: str) -> None:
    """A family carer who was trained before this record began, with the exam on file: the fund enters it."""
    formal = {
        "carer_id": carer_id,
        "stage": "formal",
        "valid_from": FORMAL_FROM.isoformat(),
        "exam_on": EXAM_ON.isoformat(),
        "exam_document": "DEMO-EXAM-1",
    }
    staff.admin.post(f"/clients/{client_id}/trainings", formal)


def register_account(staff: Staff, *, person_id: str, number: int) -> None:
    """A payee's bank account whose holder a second person found to be the payee."""
    account = staff.reviewer.post(
        f"/people/{person_id}/bank-accounts",
        {"number": bank_account(number), "bank_code": BANK_CODE, "bank_name": BANK_NAME},
    )
    staff.checker.post(f"/bank-accounts/{account['id']}/name-check", {"result": "matched"})


def _person(who: Invented) -> Json:
    return {"id_number": who.id_number, "name": who.name, "phone": who.phone}
