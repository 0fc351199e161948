"""The agency brings its files, and the people in them get their phones."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from demo.agency import files
from demo.agency.files import AgencyFile
from demo.agency.people import AgencyCast
from demo.client import Json, User
from demo.clients import register_guardian
from demo.installation import REGIONS
from demo.invented import Invented, credit_code
from demo.staff import Staff
from demo.world import World

WITHIN_S = 120.0
ASK_EVERY_S = 0.2


class ImportFailed(RuntimeError):
    """A file of the demo did not go in; the text tells the reasons."""


@dataclass(frozen=True)
class Bound:
    """Somebody of the agency's files with a phone of his own."""

    who: Invented
    carer_id: str
    user: User


@dataclass(frozen=True)
class Brought:
    """The agency as it is registered: ids by ID number, and who is logged in."""

    staff: Staff
    cast: AgencyCast
    client_ids: tuple[str, ...]
    carers: tuple[Bound, ...]
    relatives: tuple[Bound, ...]
    guardians: dict[str, User]


def bring(world: World, staff: Staff, cast: AgencyCast, *, number: int) -> Brought:
    """Upload all files as the offices would, each by who may, and give everybody an account.

    The worker takes them in the order in which they came, so nobody waits for the one before.
    """
    code = credit_code(number)
    plan = files.plans_file(cast, begins_on=world.clock.now().date())
    by_whom: Sequence[tuple[User, AgencyFile]] = (
        (staff.admin, files.staff_file(cast, credit_code=code)),
        (staff.admin, files.clients_file(cast, credit_code=code)),
        (staff.admin, files.families_file(cast, is_trained=staff.region == "tianjin")),
        (staff.reviewer, files.accounts_file(cast, region=staff.region)),
        (staff.head, files.assignments_file(cast)),
        (staff.head, plan),
    )
    uploaded = [(user, file, user.upload(f"/imports?kind={file.kind}", file.content)) for user, file in by_whom]
    for user, file, run in uploaded:
        done = _wait(user, file, run)
        world.say(f"{REGIONS[staff.region]}：{file.name} → {done['good']} 行导入 rows went in")
    _check_accounts(world, staff)
    return _let_in(world, staff, cast)


def _wait(user: User, file: AgencyFile, run: Json) -> Json:
    """Wait until the worker has done a file; answers the run. Raises ImportFailed with the reasons."""
    deadline = time.monotonic() + WITHIN_S
    while run["state"] in ("queued", "running"):
        if time.monotonic() > deadline:
            raise ImportFailed(f"{file.name} was not worked on within {WITHIN_S:.0f} s")
        time.sleep(ASK_EVERY_S)
        run = user.get(f"/imports/{run['id']}")
    if run["state"] != "written":
        reasons = user.list(f"/imports/{run['id']}/reasons")
        told = [f"line {each['line']} {each['column']}: {each['message']}" for each in reasons]
        raise ImportFailed(f"{file.name} {run['state']} {run['failure_code']}\n" + "\n".join(told))
    return run


def _check_accounts(world: World, staff: Staff) -> None:
    """A second person finds every holder to be the payee."""
    unchecked = staff.checker.list("/bank-accounts", name_check="unchecked")
    for account in unchecked:
        staff.checker.post(f"/bank-accounts/{account['id']}/name-check", {"result": "matched"})
    world.say(f"{REGIONS[staff.region]}：第二人核对了 {len(unchecked)} 个收款账户 A second person checked the accounts")


def _let_in(world: World, staff: Staff, cast: AgencyCast) -> Brought:
    carers = {_tail(each["person"]["id_number"]): each["id"] for each in staff.dispatcher.list("/carers")}
    clients = {_tail(each["person"]["id_number"]): each["id"] for each in staff.dispatcher.list("/clients")}
    client_ids = tuple(clients[_tail(client.who.id_number)] for client in cast.clients)
    bound = [_bind(world, staff, who, carers[_tail(who.id_number)]) for who in (*cast.carers, *cast.relatives)]
    guardians = {
        client_id: register_guardian(world, staff, client.guardian, client_id=client_id)
        for client, client_id in zip(cast.clients, client_ids, strict=True)
        if client.guardian is not None
    }
    world.say(
        f"{REGIONS[staff.region]}：{len(bound)} 位照护人员、{len(guardians)} 位监护人已登录 "
        "Carers and guardians are bound and logged in"
    )
    count = len(cast.carers)
    return Brought(staff, cast, client_ids, tuple(bound[:count]), tuple(bound[count:]), guardians)


def _bind(world: World, staff: Staff, who: Invented, carer_id: str) -> Bound:
    access = staff.dispatcher.post(f"/carers/{carer_id}/access")
    user = world.user(f"{staff.region}-{who.openid}", region=staff.region)
    user.bind(access["binding_code"])
    return Bound(who, carer_id, user)


def _tail(number: str) -> str:
    """What a masked number still shows; the demo's people differ in it."""
    return number[-4:]
