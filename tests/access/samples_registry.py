"""Sample requests of the registry and of care plans."""

from typing import Any

from tests.access.sample import Sample, nothing
from tests.access.world import World
from tests.registry.factories import a_credit_code, a_person

SINCE = "2026-01-01"
END = {"valid_to": "2027-12-01", "reason": "test"}
ENDINGS = (
    "agency-agreements",
    "agreements",
    "assignments",
    "carer-suspensions",
    "certificates",
    "employments",
    "entitlements",
    "guardians",
    "homes",
    "insurances",
    "suspensions",
    "trainings",
)


def person() -> dict[str, Any]:
    typed = a_person()
    return {"id_number": typed.id_number, "name": typed.name}


def home(_: World) -> dict[str, Any]:
    return {"address": "友谊路2号", "latitude": 39.1, "longitude": 117.2, "system": "gcj02"}


def agreement(world: World) -> dict[str, Any]:
    return {"agency_id": str(world.ids["agency_id"]), "home_type": "agency_care", "valid_from": SINCE}


def guardian(_: World) -> dict[str, Any]:
    return {"person": person(), "relation": "child", "extent": "sign", "document": "WT-1", "valid_from": SINCE}


def training(world: World) -> dict[str, Any]:
    return {"carer_id": str(world.ids["family_carer_id"]), "stage": "provisional", "valid_from": SINCE}


def agency(_: World) -> dict[str, Any]:
    return {"name": "test", "credit_code": a_credit_code(), "district_code": "120103"}


def entitlement(_: World) -> dict[str, Any]:
    return {"level": "5", "home_types": ["agency_care"], "concluded_on": "2026-01-01"}


def service_item(_: World) -> dict[str, Any]:
    kind = {"category": "basic_life_care", "staff_kinds": ["carer"], "minutes": 30}
    return kind | {"code": "test", "name": "test", "source": "test"}


def plan(_: World) -> dict[str, Any]:
    items = [{"item_code": "bathing", "times_per_week": 3, "minutes": 30}]
    return {"valid_from": "2028-01-01", "items": items}


REGISTRY: dict[str, Sample] = {
    "GET /agencies": Sample(),
    "POST /agencies": Sample(agency),
    "GET /agencies/<uuid:agency_id>": Sample(),
    "POST /agencies/<uuid:agency_id>/agreements": Sample(lambda _: {"valid_from": SINCE}),
    "POST /agencies/<uuid:agency_id>/hand-over": Sample(lambda _: {"begins_on": "2099-12-31", "reason": "test"}),
    "POST /agencies/<uuid:agency_id>/state": Sample(lambda _: {"state": "active", "reason": "test"}),  # refused: it is
    "GET /carers": Sample(),
    "POST /carers": Sample(lambda _: {"person": person(), "kind": "family"}),
    "GET /carers/<uuid:carer_id>": Sample(),
    "POST /carers/<uuid:carer_id>/insurances": Sample(
        lambda world: {
            "agency_id": str(world.ids["agency_id"]),
            "kind": "social",
            "document": "SB-2026",
            "valid_from": SINCE,
        }
    ),
    "POST /carers/<uuid:carer_id>/certificates": Sample(
        lambda _: {"kind": "other", "number": "1", "valid_from": SINCE}
    ),
    "POST /carers/<uuid:carer_id>/access": Sample(nothing),
    "GET /clients": Sample(),
    "POST /clients": Sample(
        lambda world: {"person": person(), "district_code": "120103", "agreement": agreement(world)}
    ),
    "GET /clients/<uuid:client_id>": Sample(),
    "POST /clients/<uuid:client_id>/homes": Sample(home),
    "POST /homes/<uuid:home_id>/approval": Sample(nothing),
    "POST /clients/<uuid:client_id>/agreements": Sample(agreement),
    "POST /clients/<uuid:client_id>/entitlements": Sample(entitlement),
    "POST /clients/<uuid:client_id>/assignments": Sample(
        lambda world: {"carer_id": str(world.ids["carer_id"]), "valid_from": SINCE}
    ),
    "POST /clients/<uuid:client_id>/guardians": Sample(guardian),
    "POST /clients/<uuid:client_id>/stays": Sample(lambda _: {"kind": "hospital", "admitted_on": "2026-03-01"}),
    "POST /clients/<uuid:client_id>/trainings": Sample(training),
    "POST /clients/<uuid:client_id>/suspensions": Sample(lambda _: {"reason": "test", "valid_from": "2026-02-01"}),
    "POST /carers/<uuid:carer_id>/suspensions": Sample(lambda _: {"reason": "test", "valid_from": "2026-02-01"}),
    "POST /clients/<uuid:client_id>/death": Sample(lambda _: {"died_on": "2099-12-31"}),  # refused: he lives on here
    "POST /stays/<uuid:stay_id>/end": Sample(lambda _: {"discharged_on": "2026-03-05"}),
    "GET /guardians": Sample(query="?is_approved=false"),
    "POST /guardians/<uuid:guardian_id>/approval": Sample(nothing),
    "POST /guardians/<uuid:guardian_id>/access": Sample(nothing),
    "POST /people/<uuid:person_id>/phone": Sample(lambda _: {"phone": "13900000009", "reason": "test"}),
    "POST /people/<uuid:person_id>/bank-accounts": Sample(
        lambda _: {"number": "6222021000112345672", "bank_code": "102110000011"}
    ),
    "GET /bank-accounts": Sample(query="?name_check=unchecked"),
    "POST /bank-accounts/<uuid:bank_account_id>/name-check": Sample(lambda _: {"result": "matched"}),
    "GET /people/<uuid:person_id>/identity": Sample(),
    "POST /clients/<uuid:client_id>/agency-choices": Sample(
        lambda world: {"agency_id": str(world.ids["agency_id"]), "home_type": "agency_care", "wanted_from": SINCE}
    ),
    "POST /clients/<uuid:client_id>/cash-choices": Sample(lambda _: {"takes_cash": True, "chosen_on": SINCE}),
    "GET /clients/<uuid:client_id>/cash-choices": Sample(),
    "GET /clients/<uuid:client_id>/consents": Sample(),
    "POST /clients/<uuid:client_id>/consents": Sample(
        lambda _: {"purpose": "sensitive_health", "version": 1, "is_given": True}
    ),
    "GET /agency-choices": Sample(query="?state=open"),
    "POST /agency-choices/<uuid:choice_id>/acceptance": Sample(nothing),
    "POST /agency-choices/<uuid:choice_id>/refusal": Sample(lambda _: {"reason": "test"}),
    "POST /agency-choices/<uuid:choice_id>/withdrawal": Sample(lambda _: {"reason": "test"}),
    "GET /service-items": Sample(),
    "POST /service-items": Sample(service_item),
    "POST /service-items/starter-list": Sample(nothing),
    "GET /clients/<uuid:client_id>/care-plans": Sample(),
    "POST /clients/<uuid:client_id>/care-plans": Sample(plan),
    "GET /care-plans/<uuid:plan_id>": Sample(),
    "POST /care-plans/<uuid:plan_id>/confirmation": Sample(lambda _: {"way": "paper", "document": "A1-0001"}),
    "GET /care-plans": Sample(),
    "POST /care-plans/<uuid:plan_id>/acceptance": Sample(nothing),
    "POST /care-plans/<uuid:plan_id>/return": Sample(lambda _: {"reason": "test"}),
}
for _kind in ENDINGS:
    _name = f"{_kind[:-1].replace('-', '_')}_id"
    REGISTRY[f"POST /{_kind}/<uuid:{_name}>/end"] = Sample(lambda _: END)
