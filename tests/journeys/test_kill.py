"""Killing server and worker with `kill -9` in the middle of both ways loses nothing and doubles nothing.

Two controls show that the check would notice: a client that makes new ids when it sends again, and a server that
commits a visit's progress before the event it follows from.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from demo import cast, family, payment, professional
from demo.client import Json
from demo.family import Family, Plan
from demo.professional import ITEMS, Professional, Tap
from demo.staff import Staff, hire
from demo.world import MONTH, World, at
from tests.conftest import Clone
from tests.journeys.chaos import PatientUser, Reaper
from tests.journeys.installation import living

SEED = 20261122
DAYS = tuple(MONTH + timedelta(days=number) for number in range(3))
ONE_DAY = DAYS[:1]  # is enough for the controls
HOURS = (8, 11, 14)
# Seconds from sending to the kill: before the server has read the request, while it works, after its answer.
DELAYS_S = (0.0, 0.003, 0.006, 0.012, 0.025, 0.05, 0.3)
AFTER_THE_ANSWER_S = (0.4, 0.4, 0.4)
IN_THE_GAP_S = (0.25, 0.25)  # of `commits_early`
AT_THE_DOOR = Tap("at the door", 0, 20, 15)

# Whether the worker closed a visit between its two taps is a matter of moments; the later tap's record supersedes.
LIVE_RECORD = (
    "tianjin.service_record live WHERE NOT EXISTS "
    "(SELECT FROM tianjin.service_record later WHERE later.supersedes_id = live.id)"
)
# How many holds, moves and reviews there are depends on which visits the sample falls on; none may be left open.
OPEN_HOLD = "tianjin.hold WHERE NOT EXISTS (SELECT FROM tianjin.hold_release WHERE hold_release.hold_id = hold.id)"
AUDITED = "SELECT count(*) FROM tianjin.audit_entry WHERE action ="
COUNTED = {
    "clock_event": "SELECT count(*) FROM tianjin.clock_event",
    "position": "SELECT count(*) FROM tianjin.position",
    "care_fact": "SELECT count(*) FROM tianjin.care_fact",
    "grade": "SELECT count(*) FROM tianjin.grade",
    "open_hold": f"SELECT count(*) FROM {OPEN_HOLD}",
    "audited_items": f"{AUDITED} 'visit.items_logged'",
    "audited_word": f"{AUDITED} 'visit.confirmed'",
    "audited_day": f"{AUDITED} 'care_day.logged'",
    "item_done": "SELECT count(*) FROM tianjin.item_done",
    "confirmation": "SELECT count(*) FROM tianjin.evidence",
    "visit": "SELECT count(*) FROM tianjin.visit",
    "visit_done": "SELECT count(*) FROM tianjin.visit WHERE state = 'done'",
    "visit_begun": "SELECT count(*) FROM tianjin.visit_change WHERE to_state = 'begun'",
    "visit_ended": "SELECT count(*) FROM tianjin.visit_change WHERE to_state = 'done'",
    "service_record": f"SELECT count(*) FROM {LIVE_RECORD}",
    "payable_minutes": "SELECT coalesce(sum(minutes), 0) FROM tianjin.payable_time",
    "care_day": "SELECT count(*) FROM tianjin.care_day",
    "payable_care_day": "SELECT count(*) FROM tianjin.payable_care_day",
    "repeated_event": "SELECT count(*) FROM tianjin.exception WHERE code = 'repeated_event'",
    "record_without_tap": f"SELECT count(*) FROM {LIVE_RECORD} AND (clock_in_id IS NULL OR clock_out_id IS NULL)",
}
PAID = {
    "subsidy": "SELECT count(*) FROM tianjin.subsidy",
    "batch": "SELECT count(*) FROM tianjin.batch",
    "payout_paid": "SELECT count(*) FROM tianjin.payout WHERE state = 'paid'",
    "bank_line": "SELECT count(*) FROM tianjin.bank_line",
    "transfer": "SELECT count(*) FROM tianjin.transfer",
}


@dataclass(frozen=True)
class People:
    """Who walks the two ways."""

    staff: Staff
    visited: Professional
    families: tuple[Family, ...]


def test_killing_server_and_worker_in_both_ways_loses_and_doubles_nothing(own_database: Clone, tmp_path: Path):
    with living(own_database, tmp_path) as here:
        people = settle_in(here.world)
        reaper = Reaper(here.system, seed=SEED, delays_s=DELAYS_S, every=9)

        arm(people, reaper)
        walk(here.world, people)
        paid_fen = pay(here.world, people)

        assert here.system.kills == len(DELAYS_S)
        assert counted(own_database, COUNTED) == expected(people)
        assert counted(own_database, PAID) == expected_payment(people)
        assert paid_fen == cash_paid_fen(people) > 0


@pytest.mark.slow
def test_a_client_that_makes_new_ids_when_it_sends_again_is_noticed(own_database: Clone, tmp_path: Path):
    with living(own_database, tmp_path) as here:
        people = settle_in(here.world)
        reaper = Reaper(here.system, seed=SEED, delays_s=AFTER_THE_ANSWER_S, every=4)

        arm(people, reaper, renames=True)
        walk(here.world, people, days=ONE_DAY)

        assert here.system.kills == len(AFTER_THE_ANSWER_S)
        assert doubled(own_database, people, days=ONE_DAY)


@pytest.mark.slow
def test_a_server_that_commits_before_the_event_is_noticed(own_database: Clone, tmp_path: Path):
    with living(own_database, tmp_path, application="tests.journeys.commits_early:application") as here:
        people = settle_in(here.world)
        reaper = Reaper(here.system, seed=SEED, delays_s=IN_THE_GAP_S, every=2, only="/clock-in")

        arm(people, reaper)
        walk(here.world, people, days=ONE_DAY)

        assert here.system.kills == len(IN_THE_GAP_S)
        assert doubled(own_database, people, days=ONE_DAY)


def settle_in(world: World) -> People:
    """Everybody registered and logged in."""
    staff = hire(world, region="tianjin", number=1)
    payment.name_paying_account(staff, number=1)
    visited = professional.register(world, staff)
    days = frozenset(DAYS)
    plans = (
        Plan(cast.FAMILY_CLIENT, cast.FAMILY_CARER, cast.TIANJIN_SECOND_HOME, 11, days),
        Plan(cast.SECOND_CLIENT, cast.SECOND_CARER, cast.TIANJIN_HOME, 12, days),
    )
    return People(staff, visited, tuple(family.register(world, staff, plan) for plan in plans))


def arm(people: People, reaper: Reaper, *, renames: bool = False) -> None:
    """From here on the system may be killed under any request of these people."""
    staff = (people.staff.dispatcher, people.staff.head, people.staff.reviewer)
    payers = (people.staff.preparer, people.staff.approver)
    carers = (people.visited.carer.user, *(each.carer.user for each in people.families))
    for user in (*staff, *payers, *carers, people.visited.guardian):
        assert isinstance(user, PatientUser)
        user.reaper, user.renames = reaper, renames


def walk(world: World, people: People, *, days: Sequence[date] = DAYS) -> None:
    """Both ways at once, day by day: what was done in the day is sent in the evening. Then what is held is reviewed."""
    visits = {day: [professional.visit_at(people.visited, at(day, hour)) for hour in HOURS] for day in days}
    people.staff.dispatcher.post("/visits", {"visits": [visit for day in days for visit in visits[day]]})
    with ThreadPoolExecutor(2) as side_by_side:
        for day in days:
            world.move_to(day, 20)
            ways = (
                side_by_side.submit(visit_all, people.visited, visits[day]),
                side_by_side.submit(care_all, world, people.families, day),
            )
            for way in ways:
                way.result()
    professional.review(world, people.staff)


def visit_all(people: Professional, visits: list[Json]) -> None:
    """A day of the professional carer's."""
    for visit in visits:
        begins_at, path = datetime.fromisoformat(visit["planned_from"]), f"/visits/{visit['id']}"
        ends_at = begins_at + timedelta(minutes=60)
        people.carer.user.post(f"{path}/clock-in", professional.clock_event(AT_THE_DOOR, begins_at))
        people.carer.user.post(f"{path}/items", {"items": professional.items_done(ends_at)})
        people.carer.user.post(f"{path}/clock-out", professional.clock_event(AT_THE_DOOR, ends_at))
        people.guardian.post(f"{path}/confirmation", professional.confirmation(ends_at))


def care_all(world: World, families: tuple[Family, ...], day: date) -> None:
    """A day of the families'."""
    for each in families:
        family.log_day(world, each, day)


def pay(world: World, people: People) -> int:
    """The month paid, and what the batch came to in fen."""
    world.move_to(payment.PAID_ON, 9)
    sent = payment.send(world, people.staff)
    payment.carry_to_bank(world, sent)
    payment.book_answer(world, people.staff, sent)
    return int(sent.batch["total_fen"])


def cash_paid_fen(people: People) -> int:
    """What left the fund's account by the ledger, in fen; its debits equal its credits."""
    balances = people.staff.preparer.get("/ledger/balances")
    assert balances["debit_fen"] == balances["credit_fen"]
    (cash,) = (each for each in balances["kinds"] if each["kind"] == "fund_cash")
    return int(cash["credit_fen"]) - int(cash["debit_fen"])


def counted(database: Clone, queries: Mapping[str, str]) -> dict[str, int]:
    """Rows as they stand."""
    engine = create_engine(database.urls.owner)
    with engine.connect() as connection:
        found = {name: int(connection.scalar(text(query))) for name, query in queries.items()}
    engine.dispose()
    return found


def doubled(database: Clone, people: People, *, days: Sequence[date]) -> set[str]:
    """What there is more of than the two ways leave."""
    right = expected(people, days=days)
    return {name for name, count in counted(database, COUNTED).items() if count > right[name]}


def expected(people: People, *, days: Sequence[date] = DAYS) -> dict[str, int]:
    """What the two ways leave when every request counts once."""
    visits, cared = len(days) * len(HOURS), len(days) * len(people.families)
    return {
        "clock_event": 2 * visits + 2 * cared,
        "position": 2 * visits + 2 * cared,
        "care_fact": visits + 2 * cared,  # each morning's tap is sent in the evening, and that is told
        "grade": 2 * visits + cared,  # of a visit before the client's word and after it
        "open_hold": 0,
        "audited_items": visits,
        "audited_word": visits,
        "audited_day": cared,
        "item_done": len(ITEMS) * visits,
        "confirmation": visits,
        "visit": visits,
        "visit_done": visits,
        "visit_begun": visits,  # whether the worker found it missed before is a matter of moments
        "visit_ended": visits,
        "service_record": visits,
        "payable_minutes": 60 * visits,
        "care_day": cared,
        "payable_care_day": cared,
        "repeated_event": 0,
        "record_without_tap": 0,
    }


def expected_payment(people: People) -> dict[str, int]:
    """What paying leaves: for each payee one transfer to owe, one to send, one when paid."""
    payees = len(people.families)
    return {"subsidy": payees, "batch": 1, "payout_paid": payees, "bank_line": payees, "transfer": 3 * payees}
