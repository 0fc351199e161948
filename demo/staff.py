"""The first accounts of a region: an administrator by command, everybody else by the administrator."""

import re
from dataclasses import dataclass
from datetime import date

from demo import cast
from demo.client import Json, User
from demo.installation import REGIONS
from demo.invented import Invented, credit_code
from demo.world import CommandFailed, World

AGREED_FROM = date(2026, 1, 1)


@dataclass(frozen=True)
class Staff:
    """The people of one region who work with Anhu, each logged in on a phone of his own."""

    region: str
    agency_id: str
    admin: User
    dispatcher: User
    head: User
    reviewer: User
    checker: User
    preparer: User
    approver: User


def hire(world: World, *, region: str, number: int) -> Staff:
    """Open the region's first accounts and one agency; `number` tells the regions' agencies apart."""
    admin = _administrator(world, region=region)
    admin.post("/service-items/starter-list")
    agency = admin.post("/agencies", _agency(region, number=number))
    admin.post(f"/agencies/{agency['id']}/agreements", {"valid_from": AGREED_FROM.isoformat()})
    admin.post(f"/agencies/{agency['id']}/phone", {"phone": "022-5550 0100", "alert_phone": cast.HEAD.phone})
    scope = {"kind": "agency", "key": agency["id"]}
    fund: Json = {"kind": "fund", "key": None}
    staff = Staff(
        region=region,
        agency_id=agency["id"],
        admin=admin,
        dispatcher=_employ(world, admin, cast.DISPATCHER, role="dispatcher", scope=scope, region=region),
        head=_employ(world, admin, cast.HEAD, role="agency_head", scope=scope, region=region),
        reviewer=_employ(world, admin, cast.REVIEWER, role="operator_reviewer", scope=fund, region=region),
        checker=_employ(world, admin, cast.CHECKER, role="operator_reviewer", scope=fund, region=region),
        preparer=_employ(world, admin, cast.PREPARER, role="payout_preparer", scope=fund, region=region),
        approver=_employ(world, admin, cast.APPROVER, role="payout_approver", scope=fund, region=region),
    )
    world.say(
        f"{REGIONS[region]}：管理员、机构和六位工作人员已绑定并登录 An agency and its staff are bound and logged in"
    )
    return staff


def _administrator(world: World, *, region: str) -> User:
    label = f"示例{REGIONS[region]}管理员"
    said = world.command("account", "add", "--region", region, "--role", "region_admin", "--label", label)
    admin = world.user(f"{region}-{cast.ADMIN.openid}", region=region)
    admin.bind(binding_code_in(said))
    admin.log_in()
    return admin


def binding_code_in(said: str) -> str:
    """The one-time code in what `anhu account add` prints."""
    found = re.search(r"binding code (\S+)", said)
    if found is None:
        raise CommandFailed(f"no binding code in: {said}")
    return found[1]


def _agency(region: str, *, number: int) -> Json:
    return {
        "credit_code": credit_code(number),
        "name": f"示例{REGIONS[region]}护理站",
        "district_code": cast.HEPING if region == "tianjin" else cast.QINGJIANGPU,
    }


def _employ(world: World, admin: User, who: Invented, *, role: str, scope: Json, region: str) -> User:
    account = admin.post("/accounts", {"label": who.name, "role": role, "scope": scope, "purpose": "演示 demo"})
    user = world.user(f"{region}-{who.openid}", region=region)
    user.bind(account["binding_code"])
    return user
