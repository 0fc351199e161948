"""Writes clients with home, agreement and entitlement through the registry's own services."""

from collections.abc import Sequence
from uuid import UUID

from app.imports.types import ReadRow, Reason, ReasonCode
from app.imports.writers.rows import Writing, refuse, values_of, write_each
from app.kernel.permissions import Permission
from app.registry import lookups
from app.registry.commands import AgreementEntry, EntitlementEntry, HomeEntry, PersonEntry, RegisterClient
from app.registry.service import clients, entitlements


def write_clients(writing: Writing, rows: Sequence[ReadRow]) -> list[Reason]:
    """Clients; who is known is found, a home, an agreement or an entitlement known already is not doubled."""
    codes = values_of(rows, "agency_code")
    agencies = lookups.find_agencies(writing.session, credit_codes=codes, actor=writing.actor)

    def write(row: ReadRow) -> None:
        values = row.values
        agency_id = agencies.get(values["agency_code"])
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
        registered = clients.register_client(writing.session, command, actor=writing.actor, at=writing.at)
        if values["level"] is not None:
            _entitle(writing, row, client_id=registered.client.id)

    return write_each(writing, rows, write)


def _entitle(writing: Writing, row: ReadRow, *, client_id: UUID) -> None:
    values = row.values
    if lookups.is_entitled(writing.session, client_id=client_id, concluded_on=values["concluded_on"]):
        return
    entry = EntitlementEntry(
        level=values["level"],
        home_types=values["home_types"],
        concluded_on=values["concluded_on"],
        valid_to=values["entitled_to"],
        cause_kind="import",
    )
    entitlements.grant_entitlement(writing.session, entry, client_id=client_id, actor=writing.actor, at=writing.at)
