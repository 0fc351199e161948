"""One address per kind of dated right to give it another end."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.permissions import Permission
from app.kernel.resend import idempotent
from app.registry.commands import EndEntry
from app.registry.schemas.incoming import EndEntrySchema
from app.registry.schemas.outgoing import EndedRightSchema
from app.registry.service.endings import end_right
from app.registry.shown import EndedRight

ENDED_BY: Mapping[str, Permission] = MappingProxyType(
    {
        "agency-agreements": Permission.WRITE_AGENCIES,
        "agreements": Permission.WRITE_CLIENTS,
        "assignments": Permission.WRITE_CLIENTS,
        "carer-suspensions": Permission.SUSPEND_CARERS,
        "certificates": Permission.WRITE_CARERS,
        "employments": Permission.WRITE_CARERS,
        "entitlements": Permission.WRITE_ENTITLEMENTS,
        "guardians": Permission.WRITE_CLIENTS,
        "homes": Permission.WRITE_CLIENTS,
        "insurances": Permission.WRITE_CARERS,
        "suspensions": Permission.WRITE_ENTITLEMENTS,
        "trainings": Permission.WRITE_CLIENTS,
    }
)

bp = AnhuBlueprint("registry-endings", __name__, description="Ends of dated rights (终止)")


def _add_route(kind: str, permission: Permission) -> None:
    name = f"{kind[:-1].replace('-', '_')}_id"

    def end(command: EndEntry, **in_path: UUID) -> EndedRight:
        """Give the right another end; its first day withdraws it."""
        right_id = in_path[name]
        with transaction() as current:
            return end_right(current, command, kind=kind, right_id=right_id, actor=current_actor(), at=clock.now())

    end.__name__ = f"end_{kind.replace('-', '_')}"
    view = bp.response(201, EndedRightSchema)(end)
    view = bp.arguments(EndEntrySchema)(view)
    bp.post(f"/{kind}/<uuid:{name}>/end")(requires(permission)(idempotent(view)))


for _kind, _permission in ENDED_BY.items():
    _add_route(_kind, _permission)
