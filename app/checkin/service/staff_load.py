"""Puts an agency's staff load together: a page of carers, their spans, and what the policy calls a full post."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.checkin.load import CarerLoad, Column, Span, StaffLoad, Worked
from app.checkin.queries import staff_load as queries
from app.checkin.queries.staff_load import LoadFilter
from app.checkin.rules.staff_load import caseloads, cell, norm_minutes, spans_of
from app.checkin.service.settling import policy_on
from app.kernel.paging import LARGEST_LIMIT
from app.kernel.permissions import AnyActor
from app.kernel.regions import zone_of

NOTHING = Worked()


def read_staff_load(session: Session, wanted: LoadFilter, *, actor: AnyActor, at: datetime) -> StaffLoad:
    """A page of an agency's carers, in five statements whatever their number. Raises NotFound for another's agency."""
    agency_id = queries.find_agency(session, agency_id=wanted.agency_id, actor=actor)
    columns = tuple(
        _column(span, wanted, actor=actor, at=at) for span in spans_of(wanted.day_from, wanted.day_to, by=wanted.by)
    )
    around = Span(columns[0].span.first, columns[-1].span.beyond)
    page = queries.page_of_carers(session, agency_id=agency_id, wanted=wanted, around=around)
    carer_ids = [carer_id for carer_id, _ in page.items]
    worked = queries.sum_visits(
        session, agency_id=agency_id, carer_ids=carer_ids, around=around, by=wanted.by, zone=zone_of(actor.region)
    )
    employed = queries.list_employments(session, agency_id=agency_id, carer_ids=carer_ids, around=around)
    held = queries.list_held_clients(session, carer_ids=carer_ids, around=around)
    items = tuple(
        CarerLoad(
            carer_id,
            name,
            tuple(
                cell(
                    column,
                    worked.get((carer_id, column.span.first), NOTHING),
                    caseload=caseload,
                    employed=employed.get(carer_id, ()),
                )
                for column, caseload in zip(columns, caseloads(held.get(carer_id, ()), columns), strict=True)
            ),
        )
        for carer_id, name in page.items
    )
    return StaffLoad(wanted.by, agency_id, columns, items, page.next_after)


def read_all(session: Session, wanted: LoadFilter, *, actor: AnyActor, at: datetime) -> StaffLoad:
    """All carers of the agency at once, for a sheet."""
    page = read_staff_load(session, replace(wanted, limit=LARGEST_LIMIT, after=None), actor=actor, at=at)
    items = list(page.items)
    while page.next_after is not None:
        more = replace(wanted, limit=LARGEST_LIMIT, after=page.next_after)
        page = read_staff_load(session, more, actor=actor, at=at)
        items += page.items
    return replace(page, items=tuple(items))


def _column(span: Span, wanted: LoadFilter, *, actor: AnyActor, at: datetime) -> Column:
    policy = policy_on(span.first, region=actor.region, district=None, at=at)
    return Column(span, norm_minutes(policy.work, by=wanted.by), policy.carer)
