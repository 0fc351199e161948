"""Writes clients with home, agreement and entitlement through the registry's own services."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from app.imports.types import ReadRow, Reason, ReasonCode
from app.imports.writers.rows import RowRefused, Writing, reason_of, refuse, values_of, write_each
from app.kernel.permissions import Permission
from app.registry import lookups
from app.registry.commands import AgreementEntry, EntitlementEntry, HomeEntry, PersonEntry, RegisterClient
from app.registry.service import clients, entitlements
from app.registry.service.new_clients import Enrolment, register_unknown

Wanted = tuple[ReadRow, Enrolment]


def write_clients(writing: Writing, rows: Sequence[ReadRow]) -> list[Reason]:
    """Clients; who is known is found, a home, an agreement or an entitlement known already is not doubled.

    Whoever is new goes in together with all that are; the others, whose records must be looked at, one by one.
    """
    codes = values_of(rows, "agency_code")
    agencies = lookups.find_agencies(writing.session, credit_codes=codes, actor=writing.actor)
    reasons: list[Reason] = []
    wanted = list(_understand(writing, rows, agencies=agencies, reasons=reasons))
    done = register_unknown(writing.session, [each for _, each in wanted], actor=writing.actor, at=writing.at)
    reasons += [reason_of(error, line=wanted[place][0].line) for place, error in done.items() if error is not None]
    known = {row.line: enrolment for place, (row, enrolment) in enumerate(wanted) if place not in done}
    left = [row for row, _ in wanted if row.line in known]
    return reasons + write_each(writing, left, lambda row: _write_known(writing, known[row.line]))


def _understand(
    writing: Writing, rows: Iterable[ReadRow], *, agencies: Mapping[str, UUID], reasons: list[Reason]
) -> Iterator[Wanted]:
    """What each row asks for; why it may not is added to the reasons."""
    for row in rows:
        try:
            yield row, _enrolment(writing, row, agency_id=agencies.get(row.values["agency_code"]))
        except RowRefused as refused:
            reasons.append(refused.reason)


def _enrolment(writing: Writing, row: ReadRow, *, agency_id: UUID | None) -> Enrolment:
    values = row.values
    if agency_id is None:
        raise refuse(row, ReasonCode.AGENCY_UNKNOWN, column="机构统一社会信用代码")
    if values["level"] is not None and not writing.may(Permission.WRITE_ENTITLEMENTS):
        raise refuse(row, ReasonCode.COLUMN_NOT_PERMITTED, column="失能等级")
    command = RegisterClient(
        person=PersonEntry(values["number"], values["name"], values["phone"]),
        district_code=values["district_code"],
        street_code=values["street_code"],
        home=HomeEntry(values["address"], values["latitude"], values["longitude"], values["system"]),
        agreement=AgreementEntry(agency_id, values["home_type"], values["agreed_from"], values["agreed_to"]),
    )
    return Enrolment(command, None if values["level"] is None else _entitlement(row))


def _entitlement(row: ReadRow) -> EntitlementEntry:
    return EntitlementEntry(
        level=row.values["level"],
        home_types=row.values["home_types"],
        concluded_on=row.values["concluded_on"],
        valid_to=row.values["entitled_to"],
        cause_kind="import",
    )


def _write_known(writing: Writing, enrolment: Enrolment) -> None:
    session, actor, at = writing.session, writing.actor, writing.at
    client_id = clients.register_client(session, enrolment.command, actor=actor, at=at).client.id
    entry = enrolment.entitlement
    if entry is None or lookups.is_entitled(session, client_id=client_id, concluded_on=entry.concluded_on):
        return
    entitlements.grant_entitlement(session, entry, client_id=client_id, actor=actor, at=at)
