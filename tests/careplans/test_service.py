"""Care plans on a real database: who writes, what fits, when a version is in force."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from app.careplans.queries import catalogue, find_live_plan
from app.careplans.service.catalogue import add_starter_items
from app.careplans.service.plans import (
    ConfirmationWayWrong,
    ItemsRepeated,
    ItemsUnknown,
    PlanConfirmed,
    PlanStartPassed,
    PlanSuperseded,
    confirm_plan,
    write_plan,
)
from app.careplans.types import ConfirmationWay, ConfirmPlan, PlanDraft, PlannedItem, StaffKind
from app.policies.types import PolicyExpired
from tests.careplans.factories import BATHING, FEEDING, a_draft, a_plan, an_item, morning_of
from tests.registry.factories import ENTERED_AT, SINCE, SYSTEM, a_client

PAPER = ConfirmPlan(ConfirmationWay.PAPER, "档案柜1-1")
ONE_DAY = timedelta(days=1)


def test_a_draft_is_not_in_force(tianjin: Session):
    client = a_client(tianjin)

    a_draft(tianjin, client=client)

    assert find_live_plan(tianjin, client_id=client.client.id, on=SINCE) is None


def test_a_confirmed_plan_is_in_force_from_its_first_day(tianjin: Session):
    client = a_client(tianjin)

    plan = a_plan(tianjin, client=client)

    live = find_live_plan(tianjin, client_id=client.client.id, on=SINCE)
    assert live is not None
    assert (live.id, live.items) == (plan.id, (BATHING, FEEDING))
    assert find_live_plan(tianjin, client_id=client.client.id, on=SINCE - ONE_DAY) is None


def test_a_new_version_ends_the_old_one_the_day_it_starts(tianjin: Session):
    client = a_client(tianjin)
    old = a_plan(tianjin, client=client)
    starts = date(2026, 6, 1)

    new = a_plan(tianjin, client=client, valid_from=starts, items=(BATHING,))

    before = find_live_plan(tianjin, client_id=client.client.id, on=starts - ONE_DAY)
    after = find_live_plan(tianjin, client_id=client.client.id, on=starts)
    assert before is not None
    assert after is not None
    assert (before.id, before.version, after.id, after.version) == (old.id, 1, new.id, 2)


def test_a_late_confirmation_does_not_reach_back(tianjin: Session):
    client = a_client(tianjin)
    draft = a_draft(tianjin, client=client)

    plan = confirm_plan(tianjin, PAPER, plan_id=draft.id, actor=SYSTEM, at=morning_of(SINCE + 3 * ONE_DAY))

    assert plan.valid_from == SINCE + 3 * ONE_DAY
    assert plan.confirmation is not None
    assert plan.confirmation.way is ConfirmationWay.PAPER


def test_a_plan_is_confirmed_once(tianjin: Session):
    plan = a_plan(tianjin, client=a_client(tianjin))

    with pytest.raises(PlanConfirmed):
        confirm_plan(tianjin, PAPER, plan_id=plan.id, actor=SYSTEM, at=morning_of(SINCE))


def test_an_older_draft_cannot_be_confirmed_after_a_newer_one(tianjin: Session):
    client = a_client(tianjin)
    older = a_draft(tianjin, client=client)
    a_plan(tianjin, client=client)

    with pytest.raises(PlanSuperseded):
        confirm_plan(tianjin, PAPER, plan_id=older.id, actor=SYSTEM, at=morning_of(SINCE))


def test_paper_needs_the_place_where_it_is_kept(tianjin: Session):
    draft = a_draft(tianjin, client=a_client(tianjin))

    with pytest.raises(ConfirmationWayWrong):
        confirm_plan(tianjin, ConfirmPlan(ConfirmationWay.PAPER), plan_id=draft.id, actor=SYSTEM, at=morning_of(SINCE))


@pytest.mark.parametrize(
    ("items", "refusal"),
    [
        ((PlannedItem("dancing", 1, 30),), ItemsUnknown),
        ((BATHING, PlannedItem("bathing", 1, 30)), ItemsRepeated),
    ],
)
def test_a_plan_names_items_of_the_catalogue_once_each(tianjin: Session, items: tuple[PlannedItem, ...], refusal: type):
    client = a_client(tianjin)
    an_item(tianjin, "bathing")

    with pytest.raises(refusal):
        write_plan(tianjin, PlanDraft(SINCE, items), client_id=client.client.id, actor=SYSTEM, at=morning_of(SINCE))


def test_a_retired_item_is_planned_no_more_but_still_known(tianjin: Session):
    client = a_client(tianjin)
    an_item(tianjin, "bathing")
    an_item(tianjin, "bathing", is_active=False)

    with pytest.raises(ItemsUnknown):
        write_plan(
            tianjin, PlanDraft(SINCE, (BATHING,)), client_id=client.client.id, actor=SYSTEM, at=morning_of(SINCE)
        )

    assert catalogue(tianjin, codes=["bathing"])["bathing"].version == 2


def test_nothing_is_planned_backwards(tianjin: Session):
    client = a_client(tianjin)

    with pytest.raises(PlanStartPassed):
        write_plan(
            tianjin,
            PlanDraft(SINCE, (BATHING,)),
            client_id=client.client.id,
            actor=SYSTEM,
            at=morning_of(SINCE + ONE_DAY),
        )


def test_no_plan_starts_after_the_policys_end(tianjin: Session):
    client = a_client(tianjin)
    beyond = PlanDraft(date(2029, 12, 6), (BATHING,))

    with pytest.raises(PolicyExpired):
        write_plan(tianjin, beyond, client_id=client.client.id, actor=SYSTEM, at=ENTERED_AT)


def test_the_starter_list_is_added_once_and_says_what_is_assumed(tianjin: Session):
    first = add_starter_items(tianjin, actor=SYSTEM, at=ENTERED_AT)
    second = add_starter_items(tianjin, actor=SYSTEM, at=ENTERED_AT)

    assert (len(first), len(second)) == (42, 0)
    assert all("假定" in item.source or "占位" in item.source for item in first)
    assert sum(item.staff_kinds == (StaffKind.NURSE,) for item in first) == 13


def test_the_same_item_again_makes_no_new_version(tianjin: Session):
    assert [an_item(tianjin).version, an_item(tianjin).version, an_item(tianjin, minutes=25).version] == [1, 1, 2]
