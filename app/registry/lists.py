"""Lists and single records as screens show them: masked, scoped by the actor, paged."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from app.kernel.paging import DEFAULT_LIMIT, Page, fetch_page
from app.kernel.permissions import AnyActor, ScopeKind
from app.registry.conditions import lacks_certificate, touches
from app.registry.history_models import GuardianApproval
from app.registry.insurance_models import Insurance
from app.registry.insurances import lacks_insurance
from app.registry.models import (
    Agency,
    AgencyAgreement,
    Assignment,
    BankAccount,
    Carer,
    CarerSuspension,
    Certificate,
    Client,
    Employment,
    Entitlement,
    FamilyTraining,
    Guardian,
    HomePlace,
    Person,
    ServiceAgreement,
    Stay,
    Suspension,
)
from app.registry.overdue_reviews import review_overdue
from app.registry.queries import (
    one_or_not_found,
    visible_agencies,
    visible_carers,
    visible_clients,
    visible_people,
)
from app.registry.rules import overlaps
from app.registry.shown import (
    AgencyView,
    BankAccountView,
    CarerView,
    ClientSummary,
    ClientView,
    GuardianView,
)
from app.registry.types import CarerKind, NameCheck, Period
from app.registry.views import (
    agency_view,
    agreement_view,
    assigned_carer_view,
    bank_account_view,
    certificate_view,
    client_summary,
    employment_view,
    entitlement_view,
    guardian_view,
    home_view,
    insurance_view,
    masked_person,
    stay_view,
    suspension_view,
    training_view,
)

View = TypeVar("View")


@dataclass(frozen=True, slots=True)
class AgencyFilter:
    """Query keys of the list of agencies."""

    limit: int = DEFAULT_LIMIT
    after: UUID | None = None
    district_code: str | None = None


@dataclass(frozen=True, slots=True)
class CarerFilter:
    """Query keys of the list of carers."""

    limit: int = DEFAULT_LIMIT
    after: UUID | None = None
    kind: CarerKind | None = None
    agency_id: UUID | None = None
    uncertified_on: date | None = None
    uninsured_on: date | None = None


@dataclass(frozen=True, slots=True)
class ClientFilter:
    """Query keys of the list of clients."""

    limit: int = DEFAULT_LIMIT
    after: UUID | None = None
    district_code: str | None = None
    agency_id: UUID | None = None
    overdue_review: bool | None = None


@dataclass(frozen=True, slots=True)
class GuardianFilter:
    """Query keys of the list of guardians."""

    limit: int = DEFAULT_LIMIT
    after: UUID | None = None
    is_approved: bool | None = None


@dataclass(frozen=True, slots=True)
class BankAccountFilter:
    """Query keys of the list of live bank accounts."""

    limit: int = DEFAULT_LIMIT
    after: UUID | None = None
    name_check: NameCheck | None = None
    person_id: UUID | None = None


def list_agencies(session: Session, *, actor: AnyActor, wanted: AgencyFilter) -> Page[AgencyView]:
    """Agencies without their agreements."""
    statement = visible_agencies(actor)
    if wanted.district_code is not None:
        statement = statement.where(Agency.district_code == wanted.district_code)
    return fetch_page(
        session, statement, key=Agency.id, limit=wanted.limit, after=wanted.after, view=lambda row: agency_view(row, ())
    )


def get_agency(session: Session, *, agency_id: UUID, actor: AnyActor) -> AgencyView:
    """An agency with the fund's agreements; NotFound outside the actor's scope."""
    row = one_or_not_found(session, visible_agencies(actor).where(Agency.id == agency_id))
    return agency_view(row, _all(session, AgencyAgreement, AgencyAgreement.agency_id == agency_id))


def list_carers(session: Session, *, actor: AnyActor, wanted: CarerFilter) -> Page[CarerView]:
    """Carers, masked, with contracts, certificates, insurances and suspensions: five statements a page."""
    statement = visible_carers(actor).options(joinedload(Carer.person))
    if wanted.kind is not None:
        statement = statement.where(Carer.kind == wanted.kind)
    if wanted.agency_id is not None:
        employed = exists().where(Employment.carer_id == Carer.id, Employment.agency_id == wanted.agency_id)
        statement = statement.where(employed)
    if wanted.uncertified_on is not None:
        statement = statement.where(lacks_certificate(on=wanted.uncertified_on))
    if wanted.uninsured_on is not None:
        statement = statement.where(lacks_insurance(actor, on=wanted.uninsured_on))
    page = fetch_page(session, statement, key=Carer.id, limit=wanted.limit, after=wanted.after, view=lambda row: row)
    return Page(_carer_views(session, page.items), page.next_after)


def get_carer(session: Session, *, carer_id: UUID, actor: AnyActor) -> CarerView:
    """A carer, masked; NotFound outside the actor's scope."""
    statement = visible_carers(actor).where(Carer.id == carer_id).options(joinedload(Carer.person))
    return carer_view(session, one_or_not_found(session, statement))


def carer_view(session: Session, row: Carer) -> CarerView:
    """A carer found before, with contracts and certificates."""
    return _carer_views(session, (row,))[0]


def list_clients(session: Session, *, actor: AnyActor, wanted: ClientFilter, on: date) -> Page[ClientSummary]:
    """Clients of the actor's scope on the day `on`, masked: one statement a page."""
    statement = visible_clients(actor, on=on).options(joinedload(Client.person))
    if wanted.district_code is not None:
        statement = statement.where(Client.district_code == wanted.district_code)
    if wanted.agency_id is not None:
        served = exists().where(ServiceAgreement.client_id == Client.id, ServiceAgreement.agency_id == wanted.agency_id)
        statement = statement.where(served)
    if wanted.overdue_review is not None:
        is_overdue = review_overdue(actor.region, on=on)
        statement = statement.where(is_overdue if wanted.overdue_review else ~is_overdue)
    return fetch_page(session, statement, key=Client.id, limit=wanted.limit, after=wanted.after, view=client_summary)


def get_client(session: Session, *, client_id: UUID, actor: AnyActor, on: date) -> ClientView:
    """A client, masked, with all dated rights; NotFound outside the actor's scope on the day `on`."""
    statement = visible_clients(actor, on=on).where(Client.id == client_id).options(joinedload(Client.person))
    return client_view(session, one_or_not_found(session, statement), actor=actor, on=on)


def client_view(session: Session, row: Client, *, actor: AnyActor, on: date) -> ClientView:
    """A client found before, with all dated rights: one statement per kind.

    An agency that serves him no more on the day `on` sees what holds on a day of its own time.
    """
    view = _whole_view(session, row)
    if actor.scope.kind is not ScopeKind.AGENCY:
        return view
    own = [each.period for each in view.agreements if each.agency_id == actor.scope.agency_id]
    serves_still = any(overlaps(each, Period(on)) for each in own)
    return view if serves_still else _cut(view, own)


def _cut(view: ClientView, own: Sequence[Period]) -> ClientView:
    def within(rights: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(right for right in rights if any(overlaps(right.period, period) for period in own))

    names = [each.name for each in fields(view) if each.name != "client"]
    dated: dict[str, Any] = {name: within(getattr(view, name)) for name in names}
    return replace(view, **dated)


def _whole_view(session: Session, row: Client) -> ClientView:
    rights = {model: _all(session, model, model.client_id == row.id) for model in RIGHTS_OF_A_CLIENT}
    assigned = session.execute(
        select(Assignment, Carer.kind)
        .join(Carer, Carer.id == Assignment.carer_id)
        .where(Assignment.client_id == row.id)
        .order_by(Assignment.valid_from, Assignment.id)
    ).all()
    guardians = session.scalars(
        select(Guardian)
        .where(Guardian.client_id == row.id)
        .options(joinedload(Guardian.person), joinedload(Guardian.approval))
        .order_by(Guardian.valid_from, Guardian.id)
    ).all()
    return ClientView(
        client=client_summary(row),
        homes=tuple(home_view(each) for each in rights[HomePlace]),
        agreements=tuple(agreement_view(each) for each in rights[ServiceAgreement]),
        entitlements=tuple(entitlement_view(each) for each in rights[Entitlement]),
        suspensions=tuple(suspension_view(each) for each in rights[Suspension]),
        stays=tuple(stay_view(each) for each in rights[Stay]),
        assignments=tuple(assigned_carer_view(each, kind=kind) for each, kind in assigned),
        trainings=tuple(training_view(each) for each in rights[FamilyTraining]),
        guardians=tuple(guardian_view(each) for each in guardians),
    )


RIGHTS_OF_A_CLIENT: tuple[Any, ...] = (HomePlace, ServiceAgreement, Entitlement, Suspension, Stay, FamilyTraining)


def _carer_views(session: Session, rows: Sequence[Carer]) -> tuple[CarerView, ...]:
    ids = [row.id for row in rows]
    employments = _by_carer(session, Employment, ids, view=employment_view)
    certificates = _by_carer(session, Certificate, ids, view=certificate_view)
    insurances = _by_carer(session, Insurance, ids, view=insurance_view)
    suspensions = _by_carer(session, CarerSuspension, ids, view=suspension_view)
    return tuple(
        CarerView(
            id=row.id,
            person=masked_person(row.person),
            kind=row.kind,
            employments=tuple(employments[row.id]),
            certificates=tuple(certificates[row.id]),
            insurances=tuple(insurances[row.id]),
            suspensions=tuple(suspensions[row.id]),
        )
        for row in rows
    )


def _by_carer(
    session: Session, model: Any, ids: Sequence[UUID], *, view: Callable[[Any], View]
) -> defaultdict[UUID, list[View]]:
    found = defaultdict[UUID, list[View]](list)
    for row in _all(session, model, model.carer_id.in_(ids)):
        found[row.carer_id].append(view(row))
    return found


def _all(session: Session, model: Any, condition: Any) -> Sequence[Any]:
    return session.scalars(select(model).where(condition).order_by(model.valid_from, model.id)).all()


def list_guardians(session: Session, *, actor: AnyActor, wanted: GuardianFilter, on: date) -> Page[GuardianView]:
    """Guardianships that are not over, masked, with whose they are: the fund's work list of those to approve."""
    clients = visible_clients(actor, on=on).with_only_columns(Client.id)
    statement = (
        select(Guardian)
        .where(Guardian.client_id.in_(clients), touches(Guardian, first=on, beyond=None))
        .options(joinedload(Guardian.person), joinedload(Guardian.approval))
    )
    if wanted.is_approved is not None:
        approved = exists().where(GuardianApproval.guardian_id == Guardian.id)
        statement = statement.where(approved if wanted.is_approved else ~approved)
    return fetch_page(session, statement, key=Guardian.id, limit=wanted.limit, after=wanted.after, view=guardian_view)


def list_bank_accounts(session: Session, *, actor: AnyActor, wanted: BankAccountFilter) -> Page[BankAccountView]:
    """Live accounts of the people in scope, masked: the operator's work list of accounts to check."""
    people = visible_people(actor).with_only_columns(Person.id)
    statement = select(BankAccount).where(BankAccount.replaced_at.is_(None), BankAccount.person_id.in_(people))
    if wanted.name_check is not None:
        statement = statement.where(BankAccount.name_check == wanted.name_check)
    if wanted.person_id is not None:
        statement = statement.where(BankAccount.person_id == wanted.person_id)
    return fetch_page(
        session, statement, key=BankAccount.id, limit=wanted.limit, after=wanted.after, view=bank_account_view
    )
