"""Whom his agency does not insure as the fund's rules of a day ask; no district has rules of its own.

It is the agency's duty to its carers: nobody is refused a visit and no money waits for it.
"""

from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_, true
from sqlalchemy.orm import aliased

from app.kernel.permissions import AnyActor, ScopeKind
from app.policies.service import current_book
from app.registry.conditions import holds
from app.registry.insurance_models import Insurance
from app.registry.models import Carer, Employment
from app.registry.rules import insurances_asked
from app.registry.types import ContractKind, InsuranceKind


def lacks_insurance(actor: AnyActor, *, on: date) -> ColumnElement[bool]:
    """Condition: of a contract that holds on the day some insurance that policy asks for is not evidenced. An agency
    sees its own contracts only."""
    terms = current_book().policy_or_last(region=actor.region, district=None, on=on).agency
    asked = [(contract, kind) for contract in ContractKind for kind in insurances_asked(terms, contract=contract)]
    return or_(*(_lacks(actor, contract, kind, on=on) for contract, kind in asked)) if asked else ~true()


def _lacks(actor: AnyActor, contract: ContractKind, kind: InsuranceKind, *, on: date) -> ColumnElement[bool]:
    employment, insurance = aliased(Employment), aliased(Insurance)
    own = employment.agency_id == actor.scope.agency_id if actor.scope.kind is ScopeKind.AGENCY else true()
    evidenced = exists().where(
        insurance.carer_id == employment.carer_id,
        insurance.agency_id == employment.agency_id,
        insurance.kind == kind,
        holds(insurance, on=on),
    )
    contracts = and_(
        employment.carer_id == Carer.id, employment.contract_kind == contract, holds(employment, on=on), own
    )
    return exists().where(contracts, ~evidenced)
