"""JSON of what the registry shows: masked, but for the identity."""

from typing import Any

import marshmallow as ma

from app.kernel.codes import Sex
from app.kernel.geo import CoordinateSystem
from app.kernel.http.fields import Choice, Day, Id, Instant, Text, WholeNumber
from app.kernel.paging import page_schema
from app.policies.codes import HomeType, Relation
from app.registry.schemas.fields import DatedSchema
from app.registry.types import (
    AgencyState,
    CarerKind,
    ContractKind,
    GuardianExtent,
    InsuranceKind,
    NameCheck,
    PlaceState,
    ServiceMode,
    StayKind,
    TrainingStage,
)


class MaskedPersonSchema(ma.Schema):
    """A person, masked."""

    id = Id(required=True)
    name = Text(required=True, metadata={"description": "王*英"})
    id_number = Text(required=True, metadata={"description": "110105********002X"})
    phone = Text(required=True, allow_none=True)
    sex = Choice(Sex, required=True)
    birth_year = WholeNumber(required=True)
    died_on = Day(required=True, allow_none=True)


class IdentitySchema(ma.Schema):
    """A person's full identity."""

    person_id = Id(required=True)
    name = Text(required=True)
    id_number = Text(required=True)
    phone = Text(required=True, allow_none=True)
    addresses = ma.fields.List(Text(), required=True)


class AgencyAgreementSchema(DatedSchema):
    """The fund's agreement with an agency; null districts are the whole region."""

    id = Id(required=True)
    home_types = ma.fields.List(Choice(HomeType), required=True)
    district_codes = ma.fields.List(Text(), required=True, allow_none=True)


class AgencySchema(ma.Schema):
    """An agency."""

    id = Id(required=True)
    name = Text(required=True)
    credit_code = Text(required=True)
    district_code = Text(required=True)
    state = Choice(AgencyState, required=True)


class AgencyDetailSchema(AgencySchema):
    """An agency with the fund's agreements, where it is rung and where calls for help are told."""

    phone = Text(required=True, allow_none=True)
    alert_phone = Text(required=True, allow_none=True)
    agreements = ma.fields.List(ma.fields.Nested(AgencyAgreementSchema), required=True)


class EmploymentSchema(DatedSchema):
    """A contract."""

    id = Id(required=True)
    agency_id = Id(required=True)
    contract_kind = Choice(ContractKind, required=True)


class CertificateSchema(DatedSchema):
    """A certificate."""

    id = Id(required=True)
    kind = Text(required=True)
    number = Text(required=True)


class InsuranceSchema(DatedSchema):
    """By which paper an agency insures a carer."""

    id = Id(required=True)
    agency_id = Id(required=True)
    kind = Choice(InsuranceKind, required=True)
    document = Text(required=True)


class SuspensionSchema(DatedSchema):
    """Days on which an entitlement rests, or on which a carer may give no care."""

    id = Id(required=True)


class CarerSchema(ma.Schema):
    """A carer."""

    id = Id(required=True)
    person = ma.fields.Nested(MaskedPersonSchema, required=True)
    kind = Choice(CarerKind, required=True)
    employments = ma.fields.List(ma.fields.Nested(EmploymentSchema), required=True)
    certificates = ma.fields.List(ma.fields.Nested(CertificateSchema), required=True)
    insurances = ma.fields.List(ma.fields.Nested(InsuranceSchema), required=True)
    suspensions = ma.fields.List(ma.fields.Nested(SuspensionSchema), required=True)


class HomeSchema(DatedSchema):
    """A place of care, without address and position."""

    id = Id(required=True)
    system = Choice(CoordinateSystem, required=True)
    radius_m = WholeNumber(required=True, allow_none=True)
    state = Choice(PlaceState, required=True)


class AgreementSchema(DatedSchema):
    """Which agency serves a client for a home type."""

    id = Id(required=True)
    agency_id = Id(required=True)
    home_type = Choice(HomeType, required=True)


class EntitlementSchema(DatedSchema):
    """What a client is entitled to."""

    id = Id(required=True)
    level = Text(required=True)
    mode = Choice(ServiceMode, required=True)
    home_types = ma.fields.List(Choice(HomeType), required=True)


class StaySchema(ma.Schema):
    """A stay away from home; null discharge while it lasts."""

    id = Id(required=True)
    kind = Choice(StayKind, required=True)
    admitted_on = Day(required=True, attribute="period.valid_from")
    discharged_on = Day(required=True, allow_none=True)


class AssignmentSchema(DatedSchema):
    """A carer's standing task."""

    id = Id(required=True)
    carer_id = Id(required=True)
    kind = Choice(CarerKind, required=True)
    relation = Choice(Relation, required=True, allow_none=True)


class TrainingSchema(DatedSchema):
    """A family carer's stage."""

    id = Id(required=True)
    carer_id = Id(required=True)
    stage = Choice(TrainingStage, required=True)


class TrainingOutcomeSchema(ma.Schema):
    """A stage, and the first day paid as a formal carer's."""

    training = ma.fields.Nested(TrainingSchema, required=True)
    counts_from = Day(required=True, allow_none=True)


class GuardianSchema(DatedSchema):
    """Who may act for a client."""

    id = Id(required=True)
    client_id = Id(required=True)
    person = ma.fields.Nested(MaskedPersonSchema, required=True)
    relation = Choice(Relation, required=True)
    extent = Choice(GuardianExtent, required=True)
    document = Text(required=True)
    is_approved = ma.fields.Boolean(required=True)


class ClientSchema(ma.Schema):
    """A client as lists show him."""

    id = Id(required=True)
    person = ma.fields.Nested(MaskedPersonSchema, required=True)
    district_code = Text(required=True)
    street_code = Text(required=True, allow_none=True)


class ClientDetailSchema(ma.Schema):
    """A client with everything dated."""

    client = ma.fields.Nested(ClientSchema, required=True)
    homes = ma.fields.List(ma.fields.Nested(HomeSchema), required=True)
    agreements = ma.fields.List(ma.fields.Nested(AgreementSchema), required=True)
    entitlements = ma.fields.List(ma.fields.Nested(EntitlementSchema), required=True)
    suspensions = ma.fields.List(ma.fields.Nested(SuspensionSchema), required=True)
    stays = ma.fields.List(ma.fields.Nested(StaySchema), required=True)
    assignments = ma.fields.List(ma.fields.Nested(AssignmentSchema), required=True)
    trainings = ma.fields.List(ma.fields.Nested(TrainingSchema), required=True)
    guardians = ma.fields.List(ma.fields.Nested(GuardianSchema), required=True)


class BankAccountSchema(ma.Schema):
    """A bank account, masked."""

    id = Id(required=True)
    person_id = Id(required=True)
    number = Text(required=True, metadata={"description": "****5672"})
    holder = Text(required=True)
    bank_code = Text(required=True)
    bank_name = Text(required=True, allow_none=True)
    name_check = Choice(NameCheck, required=True)
    hold_until = Instant(required=True, allow_none=True)


class EndedRightSchema(DatedSchema):
    """A dated right after its end was changed."""

    id = Id(required=True)
    kind = Text(required=True)


class AccessSchema(ma.Schema):
    """An account that was opened, and the code that ties a WeChat user to it, shown this once, or null."""

    account_id = Id(required=True)
    grant_id = Id(required=True)
    binding_code = Text(required=True, allow_none=True)
    expires_at = Instant(required=True, allow_none=True)


AgencyPageSchema: Any = page_schema(AgencySchema)
CarerPageSchema: Any = page_schema(CarerSchema)
GuardianPageSchema: Any = page_schema(GuardianSchema)
ClientPageSchema: Any = page_schema(ClientSchema)
BankAccountPageSchema: Any = page_schema(BankAccountSchema)
