"""The region's service item catalogue: versions are added, never changed; and a shipped list to start from."""

import tomllib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from importlib.resources import files
from typing import Any
from uuid import UUID

from sqlalchemy import exc, select
from sqlalchemy.orm import Session

from app.careplans.models import ServiceItem
from app.careplans.queries import item_view
from app.careplans.types import Contraindication, ItemField, ServiceItemEntry, ServiceItemView, StaffKind
from app.kernel import audit, codes
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import AnyActor
from app.kernel.settings import current_settings
from app.policies.codes import ItemCategory

STARTER = "starter/shanghai_names.toml"


class ItemCodeInvalid(DomainError):
    """Not an item code of a region, or not a national one of 17 letters and digits; `field` says which."""

    kind, code = ErrorKind.INVALID, "item_code_invalid"


class ItemBusy(DomainError):
    """Somebody else added a version of this item at the same moment."""

    kind, code = ErrorKind.CONFLICT, "item_busy"


def add_item(session: Session, command: ServiceItemEntry, *, actor: AnyActor, at: datetime) -> ServiceItemView:
    """Add an item, or a new version of it; what is the same as the latest version adds nothing."""
    entry = _normal(command)
    latest = session.scalars(
        select(ServiceItem).where(ServiceItem.code == entry["code"]).order_by(ServiceItem.version.desc()).limit(1)
    ).one_or_none()
    if latest is not None and _is_same(latest, entry, command):
        return item_view(latest)
    row = ServiceItem(
        **entry,
        version=1 if latest is None else latest.version + 1,
        retired_at=None if command.is_active else at,
        recorded_at=at,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except exc.IntegrityError:
        raise ItemBusy(item_code=entry["code"]) from None
    _note(session, row, actor, at)
    return item_view(row)


def add_starter_items(session: Session, *, actor: AnyActor, at: datetime) -> tuple[ServiceItemView, ...]:
    """Add the shipped list: names as found; the region confirms what each item says is `assumed`.

    Codes that the catalogue holds already are left as they are.
    """
    known = set(session.scalars(select(ServiceItem.code).distinct()))
    return tuple(add_item(session, entry, actor=actor, at=at) for entry in starter_items() if entry.code not in known)


def starter_items() -> Sequence[ServiceItemEntry]:
    """The shipped list of items."""
    text = files("app.careplans").joinpath(STARTER).read_text(encoding="utf-8")
    content = tomllib.loads(text)
    sources: dict[str, str] = content["sources"]
    assumed = tuple(ItemField(name) for name in content["assumed"])
    return tuple(
        ServiceItemEntry(
            code=item["code"],
            name=item["name"],
            category=ItemCategory(item["category"]),
            staff_kinds=tuple(StaffKind(kind) for kind in item["staff_kinds"]),
            minutes=item["minutes"],
            source=sources[item["source"]],
            contraindications=tuple(
                Contraindication(each["text"], sources[each["source"]]) for each in item.get("contraindications", ())
            ),
            assumed=assumed,
        )
        for item in content["items"]
    )


def _normal(command: ServiceItemEntry) -> dict[str, Any]:
    try:
        code = codes.normal_item_code(command.code)
    except codes.BadCode:
        raise ItemCodeInvalid(field="code") from None
    try:
        national = command.national_code and codes.normal_national_item_code(command.national_code)
    except codes.BadCode:
        raise ItemCodeInvalid(field="national_code") from None
    return {
        "code": code,
        "name": command.name,
        "category": command.category,
        "staff_kinds": [kind.value for kind in command.staff_kinds],
        "minutes": command.minutes,
        "national_code": national or None,
        "source": command.source,
        "contraindications": [asdict(each) for each in command.contraindications] or None,
        "assumed": [name.value for name in ItemField if name in command.assumed] or None,
    }


def _is_same(latest: ServiceItem, entry: dict[str, Any], command: ServiceItemEntry) -> bool:
    is_active = latest.retired_at is None
    return is_active is command.is_active and all(getattr(latest, name) == value for name, value in entry.items())


def _note(session: Session, row: ServiceItem, actor: AnyActor, at: datetime) -> None:
    no_id: UUID | None = None  # items are known by code and version
    audit.record(
        session,
        "service_item.added",
        actor=actor,
        at=at,
        subject=("service_item", no_id),
        details={"code": row.code, "version": row.version},
        keys=current_settings().key_ring,
    )
