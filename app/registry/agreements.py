"""What a family reads of its agreements: the words, who serves, whom else it may choose, and who comes."""

import hashlib
import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, joinedload

from app.kernel.paging import Page, PageRequest, fetch_page
from app.kernel.permissions import Actor
from app.policies.codes import HomeType
from app.registry.agreement_models import AgreementSignature
from app.registry.agreement_types import AgencyToChoose, AgreementText, ComingCarer, SignedAgreement
from app.registry.conditions import holds, touches
from app.registry.models import Agency, AgencyAgreement, Assignment, Carer, Client, ServiceAgreement
from app.registry.queries import one_or_not_found, visible_clients
from app.registry.types import AgencyState
from app.registry.views import agency_agreement_view, masked_person, period_of


@cache
def present_text() -> AgreementText:
    """The newest words."""
    found = tomllib.loads(files("app.registry").joinpath("agreement_text.zh-CN.toml").read_text(encoding="utf-8"))
    newest = max(found["texts"], key=lambda each: int(each["version"]))
    digest = hashlib.sha256(f"{newest['title']}\n{newest['text']}".encode()).hexdigest()
    return AgreementText(newest["version"], newest["title"], newest["text"], digest)


def list_agreements(session: Session, *, client_id: UUID, actor: Actor, on: date) -> tuple[SignedAgreement, ...]:
    """A client's agreements that hold today or later; NotFound outside the actor's scope."""
    client = one_or_not_found(session, visible_clients(actor, on=on).where(Client.id == client_id))
    live = (ServiceAgreement.client_id == client.id, touches(ServiceAgreement, first=on, beyond=None))
    rows = session.execute(
        select(ServiceAgreement, Agency)
        .join(Agency, Agency.id == ServiceAgreement.agency_id)
        .where(*live)
        .order_by(ServiceAgreement.valid_from, ServiceAgreement.id)
    ).all()
    signed = {
        row.agreement_id: row
        for row in session.scalars(
            select(AgreementSignature)
            .where(AgreementSignature.agreement_id.in_([row.id for row, _ in rows]))
            .ext(distinct_on(AgreementSignature.agreement_id))
            .order_by(AgreementSignature.agreement_id, AgreementSignature.version.desc())
        )
    }
    return tuple(_view(row, agency, signed.get(row.id)) for row, agency in rows)


def list_agencies_to_choose(
    session: Session, *, client_id: UUID, actor: Actor, on: date, page: PageRequest
) -> Page[AgencyToChoose]:
    """Agencies with which the fund has an agreement today for the client's district; two statements."""
    client = one_or_not_found(session, visible_clients(actor, on=on).where(Client.id == client_id))
    serving = select(AgencyAgreement).where(
        holds(AgencyAgreement, on=on),
        or_(AgencyAgreement.district_codes.is_(None), AgencyAgreement.district_codes.contains([client.district_code])),
    )
    statement = select(Agency).where(
        Agency.state == AgencyState.ACTIVE,
        Agency.id.in_(serving.with_only_columns(AgencyAgreement.agency_id)),
    )
    found = fetch_page(session, statement, key=Agency.id, limit=page.limit, after=page.after, view=lambda row: row)
    ids = [row.id for row in found.items]
    scopes: dict[UUID, tuple[HomeType, ...]] = {
        row.agency_id: agency_agreement_view(row).home_types
        for row in session.scalars(serving.where(AgencyAgreement.agency_id.in_(ids)))
    }
    items = (AgencyToChoose(row.id, row.name, row.district_code, scopes[row.id]) for row in found.items)
    return Page(tuple(items), found.next_after)


def list_coming_carers(session: Session, *, client_id: UUID, actor: Actor, on: date) -> tuple[ComingCarer, ...]:
    """Carers with a task at a client today or later, by their masked names; NotFound outside the actor's scope."""
    client = one_or_not_found(session, visible_clients(actor, on=on).where(Client.id == client_id))
    rows = session.execute(
        select(Assignment, Carer)
        .join(Carer, Carer.id == Assignment.carer_id)
        .options(joinedload(Carer.person))
        .where(Assignment.client_id == client.id, touches(Assignment, first=on, beyond=None))
        .order_by(Assignment.valid_from, Assignment.id)
    )
    return tuple(ComingCarer(carer.id, masked_person(carer.person).name, period_of(task)) for task, carer in rows)


def _view(row: ServiceAgreement, agency: Agency, signature: AgreementSignature | None) -> SignedAgreement:
    return SignedAgreement(
        id=row.id,
        agency_id=row.agency_id,
        agency_name=agency.name,
        agency_phone=agency.phone,
        home_type=row.home_type,
        period=period_of(row),
        text=present_text(),
        signed_version=signature.version if signature else None,
        signed_digest=signature.text_digest if signature else None,
        signed_at=signature.recorded_at if signature else None,
    )
