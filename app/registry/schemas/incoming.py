"""JSON of what is asked of the registry."""

import marshmallow as ma

from app.kernel.geo import CoordinateSystem
from app.kernel.http.fields import Choice, Day, FileNumber, Flag, Id, Number, Several, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import PageRequestSchema, QueryFlag
from app.policies.codes import HomeType, Relation
from app.registry import commands, lists
from app.registry.schemas.fields import (
    certificate_number,
    district_code,
    reason_code,
    street_code,
)
from app.registry.types import (
    AgencyState,
    CarerKind,
    CertificateKind,
    ContractKind,
    GuardianExtent,
    NameCheck,
    ServiceMode,
    StayKind,
    TrainingStage,
)


class PersonSchema(CommandSchema):
    """A human being. The numbers are checked by form and check digit, their owner by name."""

    command = commands.PersonEntry

    id_number = Text(required=True, maximum=40, metadata={"description": "Resident ID number, 18 places"})
    name = Text(required=True, maximum=100)
    phone = Text(load_default=None, maximum=30)


class RegisterAgencySchema(CommandSchema):
    """A new agency."""

    command = commands.RegisterAgency

    name = Text(required=True, maximum=200)
    credit_code = Text(required=True, maximum=40, metadata={"description": "统一社会信用代码"})
    district_code = district_code(required=True)


class AgencyStateEntrySchema(CommandSchema):
    """Another state of an agency; one that left does not come back."""

    command = commands.AgencyStateEntry

    state = Choice(AgencyState, required=True)
    reason = reason_code(required=True)


class AgencyAgreementEntrySchema(CommandSchema):
    """The fund's agreement with an agency."""

    command = commands.AgencyAgreementEntry

    valid_from = Day(required=True)
    valid_to = Day(load_default=None)
    home_types = Several(Choice(HomeType), minimum=1, load_default=None)
    district_codes = Several(district_code(), minimum=1, load_default=None)


class EmploymentEntrySchema(CommandSchema):
    """A contract."""

    command = commands.EmploymentEntry

    agency_id = Id(required=True)
    contract_kind = Choice(ContractKind, required=True)
    valid_from = Day(required=True)
    valid_to = Day(load_default=None)


class CertificateEntrySchema(CommandSchema):
    """A certificate; `valid_to` is the first day it no longer holds."""

    command = commands.CertificateEntry

    kind = Choice(CertificateKind, required=True)
    number = certificate_number(required=True)
    valid_from = Day(required=True)
    valid_to = Day(load_default=None)


class RegisterCarerSchema(CommandSchema):
    """A carer; found again by the ID number."""

    command = commands.RegisterCarer

    person = ma.fields.Nested(PersonSchema, required=True)
    kind = Choice(CarerKind, required=True)
    employment = ma.fields.Nested(EmploymentEntrySchema, load_default=None)
    certificates = Several(ma.fields.Nested(CertificateEntrySchema), load_default=())


class HomeEntrySchema(CommandSchema):
    """A place of care; the position as it was received, with its system."""

    command = commands.HomeEntry

    address = Text(required=True, maximum=300)
    latitude = Number(required=True, validate=ma.validate.Range(-90, 90, error="latitude_within_90"))
    longitude = Number(required=True, validate=ma.validate.Range(-180, 180, error="longitude_within_180"))
    system = Choice(CoordinateSystem, required=True)
    radius_m = WholeNumber(load_default=None, validate=ma.validate.Range(20, 5000, error="radius_20_to_5000"))
    valid_from = Day(load_default=None)
    valid_to = Day(load_default=None)
    replaces_id = Id(load_default=None)


class AgreementEntrySchema(CommandSchema):
    """A client's agreement with an agency."""

    command = commands.AgreementEntry

    agency_id = Id(required=True)
    home_type = Choice(HomeType, required=True)
    valid_from = Day(required=True)
    valid_to = Day(load_default=None)
    replaces = Flag(load_default=False)


class RegisterClientSchema(CommandSchema):
    """A client; found again by the ID number."""

    command = commands.RegisterClient

    person = ma.fields.Nested(PersonSchema, required=True)
    district_code = district_code(required=True)
    street_code = street_code(load_default=None)
    home = ma.fields.Nested(HomeEntrySchema, load_default=None)
    agreement = ma.fields.Nested(AgreementEntrySchema, load_default=None)


class EntitlementEntrySchema(CommandSchema):
    """What a conclusion gives; the region's policy says from when."""

    command = commands.EntitlementEntry

    level = Text(required=True, maximum=20)
    home_types = Several(Choice(HomeType), required=True)
    concluded_on = Day(required=True)
    mode = Choice(ServiceMode, load_default=ServiceMode.HOME)
    valid_to = Day(load_default=None)
    cause_kind = Text(
        load_default="operator_entry",
        validate=ma.validate.OneOf(
            ("operator_entry", "conclusion", "mode_change", "import"), error="not_one_of_the_choices"
        ),
    )
    cause_id = Id(load_default=None)
    replaces = Flag(load_default=False)


class AssignmentEntrySchema(CommandSchema):
    """A carer's standing task; the relation for family carers only."""

    command = commands.AssignmentEntry

    carer_id = Id(required=True)
    valid_from = Day(required=True)
    valid_to = Day(load_default=None)
    relation = Choice(Relation, load_default=None)


class GuardianEntrySchema(CommandSchema):
    """Who may act for a client."""

    command = commands.GuardianEntry

    person = ma.fields.Nested(PersonSchema, required=True)
    relation = Choice(Relation, required=True)
    extent = Choice(GuardianExtent, required=True)
    document = FileNumber(required=True)
    valid_from = Day(required=True)
    valid_to = Day(load_default=None)


class StayEntrySchema(CommandSchema):
    """A stay away from home."""

    command = commands.StayEntry

    kind = Choice(StayKind, required=True)
    admitted_on = Day(required=True)
    discharged_on = Day(load_default=None)


class StayEndSchema(CommandSchema):
    """The day of discharge."""

    command = commands.StayEnd

    discharged_on = Day(required=True)
    reason = reason_code(load_default="discharged")


class SuspensionEntrySchema(CommandSchema):
    """Days on which an entitlement rests, or on which a carer may give no care."""

    command = commands.SuspensionEntry

    reason = reason_code(required=True)
    valid_from = Day(required=True)
    valid_to = Day(load_default=None)


class DeathEntrySchema(CommandSchema):
    """The day a client died, null to take it back; a reason when a recorded day changes."""

    command = commands.DeathEntry

    died_on = Day(required=True, allow_none=True)
    reason = reason_code(load_default=None)


class TrainingEntrySchema(CommandSchema):
    """A family carer's stage for a client."""

    command = commands.TrainingEntry

    carer_id = Id(required=True)
    stage = Choice(TrainingStage, required=True)
    valid_from = Day(load_default=None)
    exam_on = Day(load_default=None)
    exam_document = FileNumber(load_default=None)


class EndEntrySchema(CommandSchema):
    """A new end of a dated right; its first day withdraws it."""

    command = commands.EndEntry

    valid_to = Day(required=True)
    reason = reason_code(required=True)


class BankAccountEntrySchema(CommandSchema):
    """A payee's account; the holder is the person unless said otherwise."""

    command = commands.BankAccountEntry

    number = Text(required=True, maximum=60)
    bank_code = Text(required=True, maximum=30, metadata={"description": "CNAPS 联行号, 12 digits"})
    bank_name = Text(load_default=None, maximum=100)
    holder_name = Text(load_default=None, maximum=100)


class NameCheckEntrySchema(CommandSchema):
    """What comparing payee and holder gave."""

    command = commands.NameCheckEntry

    result = Choice(NameCheck, required=True)


class AgencyFilterSchema(PageRequestSchema):
    """Query keys of the list of agencies."""

    command = lists.AgencyFilter  # type: ignore[assignment]  # a filter has the keys of a page request and more

    district_code = district_code(load_default=None)


class CarerFilterSchema(PageRequestSchema):
    """Query keys of the list of carers."""

    command = lists.CarerFilter  # type: ignore[assignment]  # as above

    kind = Choice(CarerKind, load_default=None)
    agency_id = Id(load_default=None)
    uncertified_on = Day(load_default=None)
    uninsured_on = Day(load_default=None)


class BankAccountFilterSchema(PageRequestSchema):
    """Query keys of the list of bank accounts."""

    command = lists.BankAccountFilter  # type: ignore[assignment]  # as above

    name_check = Choice(NameCheck, load_default=None)
    person_id = Id(load_default=None)


class ClientFilterSchema(PageRequestSchema):
    """Query keys of the list of clients."""

    command = lists.ClientFilter  # type: ignore[assignment]  # as above

    district_code = district_code(load_default=None)
    agency_id = Id(load_default=None)
    overdue_review = QueryFlag(load_default=None)
