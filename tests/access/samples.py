"""A request for every route. A route without one fails the tests, so that none is forgotten."""

from typing import Any

from app.kernel.ids import new_id
from tests.access.sample import Sample, nothing
from tests.access.samples_registry import REGISTRY
from tests.access.world import World

NOW = "2026-11-02T01:00:00Z"


def tap(_: World) -> dict[str, Any]:
    return {"id": str(new_id()), "occurred_at": NOW, "fix": None}


def grant(_: World) -> dict[str, Any]:
    return {"role": "supervisor", "scope": {"kind": "fund"}, "purpose": "test"}


def staff(world: World) -> dict[str, Any]:
    return grant(world) | {"label": "test"}


def review(_: World) -> dict[str, Any]:
    return {"id": str(new_id()), "decision": "accepted", "reason": "other"}


def reopening(_: World) -> dict[str, Any]:
    return {"id": str(new_id()), "reason": "new_facts"}


def declined(_: World) -> dict[str, Any]:
    return {"granted": False, "decline_reason": "not_proven"}


STORED_WITHOUT_LINK = 201  # a fact of a known carer is kept, and tells nothing of the visit
REFUSED_AS_UNKNOWN = 409  # a list of visits is refused as a whole: client and carer are unknown

SAMPLES: dict[str, Sample] = {
    **REGISTRY,
    "GET /accounts": Sample(),
    "POST /accounts": Sample(staff),
    "POST /accounts/<uuid:account_id>/binding-codes": Sample(nothing),
    "POST /accounts/<uuid:account_id>/grants": Sample(grant),
    "POST /accounts/<uuid:account_id>/grants/<uuid:grant_id>/end": Sample(nothing),
    "POST /accounts/<uuid:account_id>/state": Sample(lambda _: {"state": "active"}),
    "GET /devices": Sample(),
    "POST /devices/<uuid:device_id>/confirmation": Sample(),
    "POST /devices/<uuid:device_id>/code": Sample(),
    "POST /me/device/confirmation": Sample(lambda _: {"code": "000000"}),
    "POST /clients/<uuid:client_id>/home-tags": Sample(),
    "GET /clients/<uuid:client_id>/home-tags": Sample(),
    "GET /home-tags/<uuid:home_tag_id>/print": Sample(),
    "POST /home-tags/<uuid:home_tag_id>/chip-key": Sample(),
    "POST /home-tags/<uuid:home_tag_id>/revocation": Sample(lambda _: {"reason": "lost"}),
    "POST /auth/logout": Sample(lambda _: {"refresh_token": "x" * 43}),
    "GET /me": Sample(),
    "GET /consents": Sample(),
    "POST /consents": Sample(lambda _: {"purpose": "location", "version": 1, "is_given": True}),
    "GET /ledger/balances": Sample(),
    "POST /subsidies/computations": Sample(lambda _: {"month": "2026-09-01"}),
    "GET /subsidies/computations": Sample(),
    "GET /subsidies/computations/<uuid:computation_id>": Sample(),
    "GET /subsidies": Sample(query="?month=2026-10-01"),
    "GET /subsidies/overdue": Sample(query="?within_days=7"),
    "GET /subsidies/<uuid:subsidy_id>": Sample(),
    "GET /subsidies/reviews": Sample(query="?month=2026-10-01"),
    "POST /subsidies/reviews/unflagged": Sample(lambda _: {"month": "2026-09-01"}),
    "POST /subsidies/<uuid:subsidy_id>/reviews": Sample(lambda _: {"decision": "held", "reason": "days_in_doubt"}),
    "POST /paying-accounts": Sample(
        lambda _: {"number": "12050160000000001234", "name": "长期护理保险支出户", "bank_code": "105110000015"}
    ),
    "GET /paying-accounts/current": Sample(),
    "POST /payout-batches": Sample(lambda _: {"month": "2026-09-01", "execute_on": "2099-12-31"}),
    "GET /payout-batches": Sample(),
    "GET /payout-batches/<uuid:batch_id>": Sample(),
    "GET /payout-batches/<uuid:batch_id>/payouts": Sample(),
    "POST /payout-batches/<uuid:batch_id>/approval": Sample(lambda _: {"digest": "0" * 64}),
    "POST /payout-batches/<uuid:batch_id>/withdrawal": Sample(),
    "POST /payout-batches/<uuid:batch_id>/freeze": Sample(),
    "GET /payout-batches/<uuid:batch_id>/files/<kind>": Sample(),
    "POST /payout-batches/<uuid:batch_id>/answers": Sample(raw=b"x"),
    "POST /payout-batches/<uuid:batch_id>/returns": Sample(raw=b"x"),
    "POST /payout-batches/<uuid:batch_id>/refusal": Sample(raw=b"x"),
    "GET /payout-batches/<uuid:batch_id>/answers/<uuid:file_id>": Sample(),
    "POST /payout-batches/<uuid:batch_id>/answers/<uuid:file_id>/confirmation": Sample(),
    "GET /visits": Sample(query="?day_from=2026-11-01&day_to=2026-11-30"),
    "POST /visits": Sample(
        lambda world: {
            "visits": [
                {
                    "id": str(new_id()),
                    "client_id": str(world.ids["client_id"]),
                    "carer_id": str(world.ids["carer_id"]),
                    "planned_from": "2026-12-01T01:00:00Z",
                    "planned_to": "2026-12-01T02:00:00Z",
                }
            ]
        },
        stranger=REFUSED_AS_UNKNOWN,
        elsewhere=REFUSED_AS_UNKNOWN,
    ),
    "GET /visits/snapshot": Sample(),
    "GET /imports": Sample(),
    "POST /imports": Sample(query="?kind=clients", raw=b"x"),
    "GET /imports/template": Sample(query="?kind=clients"),
    "GET /imports/<uuid:run_id>": Sample(),
    "GET /imports/<uuid:run_id>/reasons": Sample(),
    "GET /imports/<uuid:run_id>/returned": Sample(),
    "GET /sent-records": Sample(query="?day_from=2026-11-01&day_to=2026-11-30"),
    "GET /staff-load": Sample(query="?day_from=2026-11-01&day_to=2026-11-30&agency_id={agency_id}"),
    "GET /staff-load/sheet": Sample(query="?day_from=2026-11-01&day_to=2026-11-30&agency_id={agency_id}"),
    "GET /visits/<uuid:visit_id>": Sample(),
    "POST /visits/<uuid:visit_id>/cancellation": Sample(lambda _: {"reason": "client_away"}),
    "POST /visits/<uuid:visit_id>/clock-in": Sample(tap, stranger=STORED_WITHOUT_LINK),
    "POST /visits/<uuid:visit_id>/attempts": Sample(lambda world: tap(world) | {"reason": "nobody_opens"}),
    "GET /visits/<uuid:visit_id>/attempts": Sample(),
    "POST /visits/<uuid:visit_id>/away-words": Sample(
        lambda _: {"id": str(new_id()), "event_id": str(new_id()), "case": "at_door", "occurred_at": NOW}
    ),
    "POST /visits/<uuid:visit_id>/tag-scans": Sample(
        lambda world: {"id": str(new_id()), "event_id": str(world.ids["event_id"]), "tag": "-", "occurred_at": NOW}
    ),
    "POST /visits/<uuid:visit_id>/voucher-scans": Sample(
        lambda _: {"id": str(new_id()), "code": "28", "occurred_at": NOW}
    ),
    "POST /face-checks": Sample(
        lambda world: {
            "id": str(new_id()),
            "visit_id": str(world.ids["visit_id"]),
            "occurred_at": NOW,
        }
    ),
    "GET /carers/<uuid:carer_id>/face-subject": Sample(),
    "POST /face-checks/<uuid:face_check_id>/result": Sample(),
    "POST /help-calls": Sample(tap, stranger=201, elsewhere=403),
    "GET /help-calls": Sample(),
    "POST /help-calls/<uuid:help_call_id>/acknowledgement": Sample(),
    "POST /visits/<uuid:visit_id>/clock-out": Sample(tap, stranger=STORED_WITHOUT_LINK),
    "GET /care-days": Sample(query="?client_id={client_id}&month=2026-11-01"),
    "POST /care-days": Sample(
        lambda world: {
            "id": str(new_id()),
            "client_id": str(world.ids["client_id"]),
            "day": "2026-11-02",
            "items": [],
            "occurred_at": NOW,
        },
        stranger=STORED_WITHOUT_LINK,
    ),
    "POST /visits/<uuid:visit_id>/items": Sample(
        lambda _: {"items": [{"id": str(new_id()), "item_code": "bath", "outcome": "done", "occurred_at": NOW}]}
    ),
    "POST /visits/<uuid:visit_id>/checks": Sample(
        lambda _: {"id": str(new_id()), "identity": "known_person", "occurred_at": NOW}
    ),
    "POST /visits/<uuid:visit_id>/confirmation": Sample(
        lambda _: {"id": str(new_id()), "holds": True, "occurred_at": NOW}
    ),
    "POST /visits/<uuid:visit_id>/stated-end": Sample(
        lambda _: {"id": str(new_id()), "ended_at": NOW, "reason": "forgotten", "occurred_at": NOW}
    ),
    "POST /visits/<uuid:visit_id>/paper-record": Sample(
        lambda _: {"id": str(new_id()), "began_at": "2026-11-02T00:00:00Z", "ended_at": NOW, "reason": "no_phone"}
    ),
    "POST /clients/<uuid:client_id>/share-confirmations": Sample(
        lambda world: {"agency_id": str(world.ids["agency_id"]), "month": "2026-11-01", "share_fen": 12_000}
    ),
    "GET /clients/<uuid:client_id>/fee-list": Sample(query="?month=2026-11-01"),
    "POST /clients/<uuid:client_id>/fee-list/confirmations": Sample(
        lambda _: {"month": "2026-11-01", "digest": "0" * 64}
    ),
    "GET /clients/<uuid:client_id>/services": Sample(query="?month=2026-11-01"),
    "POST /visits/<uuid:visit_id>/rating": Sample(lambda _: {"id": str(new_id()), "score": 5, "occurred_at": NOW}),
    "GET /visits/<uuid:visit_id>/rating": Sample(),
    "POST /visits/<uuid:visit_id>/rating-handed-over": Sample(
        lambda _: {"id": str(new_id()), "box": "0" * 352, "occurred_at": NOW}
    ),
    "GET /ratings/handing-over": Sample(),
    "GET /ratings/unrated": Sample(),
    "GET /ratings/unrated-counts": Sample(query="?month=2026-10-01"),
    "GET /carers/<uuid:carer_id>/ratings": Sample(query="?month=2026-10-01"),
    "GET /visits/<uuid:visit_id>/record": Sample(),
    "POST /photos": Sample(
        lambda world: {
            "id": str(new_id()),
            "fact_id": str(world.ids["fact_id"]),
            "purpose": "care",
            "sha256": "0" * 64,
            "size": 1,
            "occurred_at": NOW,
        }
    ),
    "PUT /photos/<uuid:photo_id>/content": Sample(raw=b"x"),
    "POST /remarks": Sample(
        lambda world: {"id": str(new_id()), "fact_id": str(world.ids["fact_id"]), "text": "test", "occurred_at": NOW}
    ),
    "GET /photos/<uuid:photo_id>/content": Sample(),
    "GET /facts": Sample(),
    "GET /facts/<uuid:fact_id>": Sample(),
    "GET /facts/<uuid:fact_id>/receipt": Sample(),
    "GET /care-days/<uuid:care_day_id>/receipt": Sample(),
    "GET /prompts": Sample(),
    "POST /prompts/<uuid:prompt_id>/answer": Sample(tap),
    "POST /sync": Sample(
        lambda _: {"records": [{"kind": "help_call", "record": {"id": str(new_id()), "occurred_at": NOW}}]}
    ),
    "GET /findings": Sample(),
    "GET /findings/<uuid:finding_id>": Sample(),
    "POST /findings/<uuid:finding_id>/decisions": Sample(
        lambda _: {"outcome": "dismissed", "reason": "explained", "records": 1}
    ),
    "GET /finding-counts": Sample(),
    "GET /legal-holds": Sample(),
    "POST /legal-holds": Sample(
        lambda _: {"subject": "everything", "first_on": "2026-01-01", "beyond_on": "2026-02-01", "document": "BQ-1"}
    ),
    "POST /legal-holds/<uuid:legal_hold_id>/end": Sample(lambda _: {"document": "BQ-2"}),
    "GET /period-closes": Sample(),
    "POST /period-closes": Sample(
        lambda world: {
            "kind": "inspection",
            "first_on": "2025-01-01",
            "agency_id": str(world.ids["agency_id"]),
            "document": "NJ-2025",
        }
    ),
    "GET /seals": Sample(query="?month=2026-11-01"),
    "POST /facts/<uuid:fact_id>/agency-review": Sample(review),
    "POST /facts/<uuid:fact_id>/operator-review": Sample(review),
    "POST /facts/<uuid:fact_id>/reopening": Sample(reopening),
    "POST /clock-events": Sample(
        lambda world: tap(world) | {"kind": "in", "client_id": str(world.ids["client_id"])},
        stranger=STORED_WITHOUT_LINK,
    ),
    "GET /own-work": Sample(query="?day_from=2026-11-01&day_to=2026-11-30"),
    "GET /own-hours": Sample(query="?day_from=2026-11-01&day_to=2026-11-30"),
    "POST /facts/<uuid:fact_id>/appeal": Sample(lambda _: {"id": str(new_id()), "note": "test"}),
    "GET /carers/self": Sample(),
    "GET /clients/<uuid:client_id>/training-progress": Sample(),
    "GET /clients/<uuid:client_id>/family-month": Sample(query="?month=2026-11-01"),
    "GET /payouts": Sample(),
    "GET /bank-accounts/own": Sample(),
    "GET /clients/<uuid:client_id>/care-terms": Sample(),
    "POST /bank-accounts/own": Sample(lambda _: {"number": "6217000010001234567", "bank_code": "105110000015"}),
    "GET /clients/<uuid:client_id>/agreements": Sample(),
    "POST /agreements/<uuid:agreement_id>/signature": Sample(lambda _: {"version": 1}),
    "GET /clients/<uuid:client_id>/agencies-to-choose": Sample(),
    "GET /clients/<uuid:client_id>/carers": Sample(),
    "POST /complaints": Sample(
        lambda world: {
            "id": str(new_id()),
            "client_id": str(world.ids["client_id"]),
            "to": "fund",
            "kind": "payment",
            "text": "test",
            "occurred_at": NOW,
        }
    ),
    "GET /complaints": Sample(),
    "POST /complaints/<uuid:complaint_id>/answer": Sample(lambda _: {"outcome": "settled", "text": "test"}),
    "GET /agencies/own": Sample(),
    "POST /agencies/<uuid:agency_id>/phone": Sample(lambda _: {"phone": "022-12345678"}),
    "POST /visits/<uuid:visit_id>/vital-signs": Sample(
        lambda _: {"id": str(new_id()), "signs": {"pulse": 72}, "occurred_at": NOW}
    ),
    "GET /clients/<uuid:client_id>/vital-signs": Sample(),
    "GET /messages": Sample(),
    "POST /messages/read": Sample(lambda _: {"ids": ["payout_paid:1"]}),
    "GET /me/subscriptions": Sample(),
    "POST /me/subscriptions": Sample(
        lambda _: {"answers": [{"id": str(new_id()), "template_id": "none", "answer": "reject"}]}
    ),
    "GET /clients/<uuid:client_id>/care-notes": Sample(query="?day_from=2026-11-01&day_to=2026-11-02"),
    "GET /care-cards": Sample(),
    "GET /clients/<uuid:client_id>/care-card": Sample(),
    "PUT /clients/<uuid:client_id>/care-card": Sample(lambda _: {"allergies": "test"}),
    "POST /visits/<uuid:visit_id>/shift-note": Sample(
        lambda _: {"id": str(new_id()), "text": "test", "occurred_at": NOW}
    ),
    "POST /incidents": Sample(
        lambda world: {
            "id": str(new_id()),
            "kind": "fall",
            "client_id": str(world.ids["client_id"]),
            "occurred_at": NOW,
            "texts": {"happened": "test"},
        }
    ),
    "GET /incidents": Sample(),
    "POST /incidents/<uuid:incident_id>/acknowledgement": Sample(),
    "POST /notices": Sample(
        lambda world: {
            "id": str(new_id()),
            "client_id": str(world.ids["client_id"]),
            "kind": "hospital_in",
            "day": "2026-11-02",
            "occurred_at": NOW,
        }
    ),
    "GET /notices": Sample(),
    "POST /notices/<uuid:notice_id>/answer": Sample(lambda _: {"entered": True}),
    "POST /correction-requests": Sample(
        lambda world: {
            "id": str(new_id()),
            "visit_id": str(world.ids["visit_id"]),
            "kind": "times",
            "reason": "no_network",
            "began_at": NOW,
        }
    ),
    "GET /correction-requests": Sample(query="?state=open"),
    "POST /correction-requests/<uuid:correction_id>/agency-answer": Sample(declined),
    "POST /correction-requests/<uuid:correction_id>/operator-answer": Sample(declined),
    "POST /visits/<uuid:visit_id>/unlock-requests": Sample(lambda _: {"reason": "no_network"}),
    "GET /unlock-requests": Sample(),
    "GET /home-proposals": Sample(query="?state=open"),
    "POST /home-proposals/<uuid:proposal_id>/answer": Sample(lambda _: {"decline_reason": "address_is_right"}),
    "GET /verified-share": Sample(query="?month=2026-11-01&by=carer"),
    "GET /rule-outcomes": Sample(query="?month_from=2026-10-01&month_to=2026-11-01"),
    "POST /rule-stops": Sample(lambda _: {"code": "short", "stopped": True, "reason": "rule_errs"}),
    "POST /unlock-requests/<uuid:unlock_id>/answer": Sample(lambda _: {"unlocked_until": None}),
}
