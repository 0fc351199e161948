"""Writes agreements, assignments and care plans through the services of their packages."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from app.careplans.queries import catalogue, is_planned_so
from app.careplans.service.plans import ItemsUnknown, confirm_plan, write_plan
from app.careplans.types import ConfirmationWay, ConfirmPlan, PlanDraft, PlannedItem
from app.imports.types import ReadRow, Reason, ReasonCode
from app.imports.writers.rows import Writing, reason_of, refuse, values_of, write_each
from app.kernel.errors import DomainError
from app.kernel.permissions import Permission
from app.registry import lookups
from app.registry.commands import AgreementEntry, AssignmentEntry
from app.registry.service import assignments, clients
from app.registry.types import CarerKind

Plan = tuple[str, date]


def write_assignments(writing: Writing, rows: Sequence[ReadRow]) -> list[Reason]:
    """Which agency serves a client, and which carers have a standing task there."""
    session, actor = writing.session, writing.actor
    found_clients = lookups.find_clients(session, id_numbers=values_of(rows, "client_number"), actor=actor)
    agencies = lookups.find_agencies(session, credit_codes=values_of(rows, "agency_code"), actor=actor)
    numbers = values_of(rows, "carer_number")
    carers = lookups.find_carers(session, id_numbers=numbers, kind=CarerKind.PROFESSIONAL, actor=actor)

    def write(row: ReadRow) -> None:
        client_id = found_clients.get(row.values["client_number"])
        if client_id is None:
            raise refuse(row, ReasonCode.CLIENT_UNKNOWN, column="服务对象身份证号")
        if row.values["agency_code"] is not None:
            _agree(writing, row, client_id=client_id, agency_id=agencies.get(row.values["agency_code"]))
        if row.values["carer_number"] is not None:
            _assign(writing, row, client_id=client_id, carer_id=carers.get(row.values["carer_number"]))

    return write_each(writing, rows, write)


def write_care_plans(writing: Writing, rows: Sequence[ReadRow]) -> list[Reason]:
    """Plans, each of several rows; what is wrong with one row keeps its whole plan out."""
    numbers = values_of(rows, "client_number")
    found = lookups.find_clients(writing.session, id_numbers=numbers, actor=writing.actor)
    known = catalogue(writing.session, codes=values_of(rows, "item_code"))
    plans: defaultdict[Plan, list[ReadRow]] = defaultdict(list)
    for row in rows:
        plans[row.values["client_number"], row.values["plan_from"]].append(row)
    reasons = []
    for (number, _), lines in plans.items():
        reasons += _refuse_lines(lines, is_known=number in found, known=known) or _write_plan(
            writing, lines, client_id=found[number]
        )
    return reasons


def _agree(writing: Writing, row: ReadRow, *, client_id: UUID, agency_id: UUID | None) -> None:
    if agency_id is None:
        raise refuse(row, ReasonCode.AGENCY_UNKNOWN, column="机构统一社会信用代码")
    home_type, begins = row.values["home_type"], row.values["agreed_from"]
    if not lookups.is_agreed(
        writing.session, client_id=client_id, agency_id=agency_id, home_type=home_type, valid_from=begins
    ):
        entry = AgreementEntry(agency_id, home_type, begins, row.values["agreed_to"])
        clients.add_agreement(writing.session, entry, client_id=client_id, actor=writing.actor, at=writing.at)


def _assign(writing: Writing, row: ReadRow, *, client_id: UUID, carer_id: UUID | None) -> None:
    if carer_id is None:
        raise refuse(row, ReasonCode.CARER_UNKNOWN, column="护理员身份证号")
    begins = row.values["assigned_from"]
    if not lookups.is_assigned(writing.session, client_id=client_id, carer_id=carer_id, valid_from=begins):
        entry = AssignmentEntry(carer_id, begins, row.values["assigned_to"])
        assignments.assign_carer(writing.session, entry, client_id=client_id, actor=writing.actor, at=writing.at)


def _refuse_lines(lines: Sequence[ReadRow], *, is_known: bool, known: Any) -> list[Reason]:
    """What is wrong with single lines of a plan."""
    reasons = []
    for row in lines:
        item = known.get(row.values["item_code"])
        if not is_known:
            reasons.append(Reason(row.line, "服务对象身份证号", ReasonCode.CLIENT_UNKNOWN))
        elif item is None:
            reasons.append(Reason(row.line, "项目编码", ItemsUnknown.code))
        elif row.values["item_name"] not in (None, item.name):
            reasons.append(Reason(row.line, "项目名称", ReasonCode.ITEM_NAME_DIFFERS, {"name": item.name}))
    return reasons


def _write_plan(writing: Writing, lines: Sequence[ReadRow], *, client_id: UUID) -> list[Reason]:
    items = tuple(
        PlannedItem(row.values["item_code"], row.values["times_per_week"], row.values["minutes"]) for row in lines
    )
    first = lines[0]
    draft = PlanDraft(first.values["plan_from"], items, first.values["plan_to"])
    document = next((row.values["document"] for row in lines if row.values["document"]), None)
    if document is not None and not writing.may(Permission.CONFIRM_PLANS):
        return [Reason(first.line, "确认文件编号", ReasonCode.COLUMN_NOT_PERMITTED)]
    if is_planned_so(writing.session, client_id=client_id, draft=draft):
        return []
    try:
        with writing.session.begin_nested():
            plan = write_plan(writing.session, draft, client_id=client_id, actor=writing.actor, at=writing.at)
            if document is not None and plan.confirmation is None:
                signed = ConfirmPlan(ConfirmationWay.PAPER, document)
                confirm_plan(writing.session, signed, plan_id=plan.id, actor=writing.actor, at=writing.at)
    except DomainError as error:
        return [reason_of(error, line=first.line)]
    return []
