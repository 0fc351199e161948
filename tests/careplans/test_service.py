"""Care plans on a real database: who writes, what fits, when a version is in force."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.careplans.models import CarePlanChange
from app.careplans.queries import catalogue, find_live_plan
from app.careplans.service.catalogue import add_starter_items
from app.careplans.service.force import PlanAgencyUnknown, PlanByCommunityNurse, PlanSuperseded
from app.careplans.service.plans import (
    ConfirmationWayWrong,
    ItemsRepeated,
    ItemsUnknown,
    PlanConfirmed,
    PlanOver,
    PlanStartPassed,
    confirm_plan,
    write_plan,
)
from app.careplans.types import (
    ConfirmationWay,
    ConfirmPlan,
    Contraindication,
    ItemField,
    PlanDraft,
    PlannedItem,
    StaffKind,
)
from app.policies.service import EXTENSION, load_book
from app.policies.types import PolicyExpired
from app.registry.models import ServiceAgreement
from tests.careplans.factories import BATHING, FEEDING, a_draft, a_plan, an_item, morning_of
from tests.policies.factories import a_district, a_fund, entry, write
from tests.registry.factories import DISTRICT, ENTERED_AT, SINCE, SYSTEM, a_client, an_agency

PAPER = ConfirmPlan(ConfirmationWay.PAPER, "A1-0001")
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


def test_no_plan_starts_where_the_districts_own_document_has_ended(
    tianjin: Session, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    client = a_client(tianjin)
    over = a_district(DISTRICT, parent="tianjin", region="tianjin", end="2025-01-01")
    monkeypatch.setitem(app.extensions, EXTENSION, load_book(write(tmp_path, fund=a_fund("tianjin"), over=over)))

    with pytest.raises(PolicyExpired):
        write_plan(
            tianjin, PlanDraft(SINCE, (BATHING,)), client_id=client.client.id, actor=SYSTEM, at=morning_of(SINCE)
        )


def test_a_draft_is_not_put_in_force_once_the_policy_is_over(tianjin: Session):
    client = a_client(tianjin)
    last_day = date(2029, 12, 5)
    draft = a_draft(tianjin, client=client, valid_from=last_day)

    with pytest.raises(PolicyExpired):
        confirm_plan(tianjin, PAPER, plan_id=draft.id, actor=SYSTEM, at=morning_of(last_day + ONE_DAY))

    assert find_live_plan(tianjin, client_id=client.client.id, on=last_day + ONE_DAY) is None


def test_a_draft_of_an_agency_that_left_is_not_put_in_force(tianjin: Session):
    client = a_client(tianjin)
    draft = a_draft(tianjin, client=client)
    tianjin.execute(update(ServiceAgreement).values(valid_to=SINCE + ONE_DAY))

    with pytest.raises(PlanAgencyUnknown):
        confirm_plan(tianjin, PAPER, plan_id=draft.id, actor=SYSTEM, at=morning_of(SINCE + ONE_DAY))


def test_a_draft_is_not_confirmed_after_its_last_day(tianjin: Session):
    draft = a_draft(tianjin, client=a_client(tianjin), valid_to=SINCE + ONE_DAY)

    with pytest.raises(PlanOver):
        confirm_plan(tianjin, PAPER, plan_id=draft.id, actor=SYSTEM, at=morning_of(SINCE + ONE_DAY))


def test_a_plan_names_an_agency_that_serves_the_client_on_its_first_day(tianjin: Session):
    client = a_client(tianjin)
    an_item(tianjin)
    draft = PlanDraft(SINCE, (BATHING,), agency_id=an_agency(tianjin).id)

    with pytest.raises(PlanAgencyUnknown):
        write_plan(tianjin, draft, client_id=client.client.id, actor=SYSTEM, at=morning_of(SINCE))


def test_where_the_community_nurse_plans_an_agency_neither_writes_nor_confirms(
    tianjin: Session, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    client = a_client(tianjin)
    draft = a_draft(tianjin, client=client)
    nurse = a_fund("tianjin", body=entry("plan.author_role", '"community_nurse"'))
    monkeypatch.setitem(app.extensions, EXTENSION, load_book(write(tmp_path, tianjin=nurse)))

    with pytest.raises(PlanByCommunityNurse):
        write_plan(
            tianjin, PlanDraft(SINCE, (BATHING,)), client_id=client.client.id, actor=SYSTEM, at=morning_of(SINCE)
        )
    with pytest.raises(PlanByCommunityNurse):
        confirm_plan(tianjin, PAPER, plan_id=draft.id, actor=SYSTEM, at=morning_of(SINCE))


def test_every_change_of_a_plans_days_is_kept(tianjin: Session):
    client = a_client(tianjin)
    first = a_plan(tianjin, client=client)
    draft = a_draft(tianjin, client=client, valid_from=SINCE + ONE_DAY)

    confirm_plan(tianjin, PAPER, plan_id=draft.id, actor=SYSTEM, at=morning_of(SINCE + 3 * ONE_DAY))

    kept = {
        row.plan_id: (row.old_valid_from, row.new_valid_from, row.old_valid_to, row.new_valid_to, row.cause_plan_id)
        for row in tianjin.scalars(select(CarePlanChange))
    }
    assert kept == {
        first.id: (SINCE, SINCE, None, SINCE + 3 * ONE_DAY, draft.id),
        draft.id: (SINCE + ONE_DAY, SINCE + 3 * ONE_DAY, None, None, draft.id),
    }


def test_the_starter_list_is_added_once_and_says_what_is_assumed(tianjin: Session):
    first = add_starter_items(tianjin, actor=SYSTEM, at=ENTERED_AT)
    second = add_starter_items(tianjin, actor=SYSTEM, at=ENTERED_AT)

    assert (len(first), len(second)) == (42, 0)
    assert all("假定" in item.source or "占位" in item.source for item in first)
    fields = (ItemField.CODE, ItemField.STAFF_KINDS, ItemField.MINUTES, ItemField.CONTRAINDICATIONS)
    assert {item.assumed for item in first} == {fields}
    assert {item.code: item.contraindications[0].text for item in first if item.contraindications} == {
        "clinical-14": "没有造口的不适用",
        "life-26": "没有留置尿管的不适用",
    }
    assert sum(item.staff_kinds == (StaffKind.NURSE,) for item in first) == 13


def test_the_same_item_again_makes_no_new_version(tianjin: Session):
    assert [an_item(tianjin).version, an_item(tianjin).version, an_item(tianjin, minutes=25).version] == [1, 1, 2]


def test_a_contraindication_or_a_mark_of_what_is_assumed_makes_a_new_version(tianjin: Session):
    burns = Contraindication("皮肤破损处不适用", "测试")

    versions = [
        an_item(tianjin, contraindications=against, assumed=assumed).version
        for against, assumed in (((), ()), ((burns,), ()), ((burns,), ()), ((burns,), (ItemField.MINUTES,)), ((), ()))
    ]

    assert versions == [1, 2, 2, 3, 4]
