"""Writes staff, family carers and bank accounts through the registry's own services."""

from collections.abc import Sequence
from uuid import UUID

from app.imports.types import ReadRow, Reason, ReasonCode
from app.imports.writers.rows import Writing, refuse, values_of, write_each
from app.kernel.permissions import Actor
from app.registry import lookups
from app.registry.commands import (
    AssignmentEntry,
    BankAccountEntry,
    CertificateEntry,
    EmploymentEntry,
    PersonEntry,
    RegisterCarer,
    TrainingEntry,
)
from app.registry.service import assignments, bank_accounts, carers, trainings
from app.registry.types import CarerKind


def write_staff(writing: Writing, rows: Sequence[ReadRow]) -> list[Reason]:
    """Carers with contract and certificate; who is known is found, what is known of him is not doubled."""
    codes = values_of(rows, "agency_code")
    agencies = lookups.find_agencies(writing.session, credit_codes=codes, actor=writing.actor)

    def write(row: ReadRow) -> None:
        agency_id = agencies.get(row.values["agency_code"])
        if agency_id is None:
            raise refuse(row, ReasonCode.AGENCY_UNKNOWN, column="机构统一社会信用代码")
        command = RegisterCarer(
            person=_person(row),
            kind=CarerKind.PROFESSIONAL,
            employment=EmploymentEntry(
                agency_id, row.values["contract_kind"], row.values["employed_from"], row.values["employed_to"]
            ),
            certificates=_certificates(row),
        )
        carers.register_carer(writing.session, command, actor=writing.actor, at=writing.at)

    return write_each(writing, rows, write)


def write_families(writing: Writing, rows: Sequence[ReadRow]) -> list[Reason]:
    """Family carers with their client and, where given, the stage of their training."""
    numbers = values_of(rows, "client_number")
    clients = lookups.find_clients(writing.session, id_numbers=numbers, actor=writing.actor)

    def write(row: ReadRow) -> None:
        client_id = clients.get(row.values["client_number"])
        if client_id is None:
            raise refuse(row, ReasonCode.CLIENT_UNKNOWN, column="服务对象身份证号")
        registered = RegisterCarer(_person(row), CarerKind.FAMILY)
        carer_id = carers.register_carer(writing.session, registered, actor=writing.actor, at=writing.at).id
        _assign_family(writing, row, client_id=client_id, carer_id=carer_id)
        _train(writing, row, client_id=client_id, carer_id=carer_id)

    return write_each(writing, rows, write)


def write_bank_accounts(writing: Writing, rows: Sequence[ReadRow]) -> list[Reason]:
    """Where payees' money goes; the same account again changes nothing."""
    actor = writing.actor
    assert isinstance(actor, Actor)  # noqa: S101 - tells mypy what was checked when the file was taken in
    people = lookups.find_people(writing.session, id_numbers=values_of(rows, "number"), actor=actor)

    def write(row: ReadRow) -> None:
        person_id = people.get(row.values["number"])
        if person_id is None:
            raise refuse(row, ReasonCode.PERSON_UNKNOWN, column="收款人身份证号")
        if not lookups.is_named(writing.session, person_id=person_id, name=row.values["name"]):
            raise refuse(row, "person_differs", column="收款人姓名")
        entry = BankAccountEntry(
            number=row.values["account_number"],
            bank_code=row.values["bank_code"],
            bank_name=row.values["bank_name"],
            holder_name=row.values["holder"],
        )
        bank_accounts.set_bank_account(writing.session, entry, person_id=person_id, actor=actor, at=writing.at)

    return write_each(writing, rows, write)


def _person(row: ReadRow) -> PersonEntry:
    return PersonEntry(row.values["number"], row.values["name"], row.values["phone"])


def _certificates(row: ReadRow) -> tuple[CertificateEntry, ...]:
    if row.values["certificate_kind"] is None:
        return ()
    return (
        CertificateEntry(
            row.values["certificate_kind"],
            row.values["certificate_number"],
            row.values["certified_from"],
            row.values["certified_to"],
        ),
    )


def _assign_family(writing: Writing, row: ReadRow, *, client_id: UUID, carer_id: UUID) -> None:
    begins = row.values["assigned_from"]
    if lookups.is_assigned(writing.session, client_id=client_id, carer_id=carer_id, valid_from=begins):
        return
    entry = AssignmentEntry(carer_id, begins, row.values["assigned_to"], row.values["relation"])
    assignments.assign_carer(writing.session, entry, client_id=client_id, actor=writing.actor, at=writing.at)


def _train(writing: Writing, row: ReadRow, *, client_id: UUID, carer_id: UUID) -> None:
    stage = row.values["stage"]
    if stage is None or lookups.is_trained(writing.session, client_id=client_id, carer_id=carer_id, stage=stage):
        return
    entry = TrainingEntry(
        carer_id,
        stage,
        row.values["stage_from"],
        row.values["exam_on"],
        row.values["exam_document"],
    )
    trainings.record_training(writing.session, entry, client_id=client_id, actor=writing.actor, at=writing.at)
