"""The mini-program in a browser: its web host beside the demo's server; three of the demo's people may log in."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from app.kernel import clock
from app.kernel.geo import CoordinateSystem, Point
from app.kernel.ids import new_id
from demo import cast
from demo.agency import district
from demo.agency.month import Lived
from demo.client import User
from demo.invented import Invented, coordinates, north_of
from demo.processes import ROOT, start_listener
from demo.professional import VISITS_ON
from demo.world import ZONE, World

CLIENT = ROOT / "miniprogram"
PACKAGES = "miniprogram/node_modules/.installed"
REGION = "tianjin"
NAME = "小程序 The mini-program in a browser"
ON_A_BROWSER = """\
    点“微信登录”选人。浏览器对机构来说是新手机，护理员会先看到“换手机了”，照常用就行。
    演示的时间是 {now}，费用和补助在之前的月份里。
    Choose somebody after 微信登录. A browser is a new phone to the agency: the carer is told so first, and works on.
    The demo's time is {now}; fees and subsidies are those of the months before."""
TO_TYPE = {
    "node": "type `apt-get install nodejs npm` (Node 20 or newer), then `make demo` again",
    "packages": "its packages could not be fetched; type `make client` to see why, then `make demo` again",
    "build": "it could not be built; type `make client` to see why",
}
DAYS = 3
STEP = timedelta(minutes=15)
AT_DOOR_M, ACCURACY_M = 8, 12


@dataclass(frozen=True)
class Holder:
    """Somebody with a phone, which lies at the door of a home."""

    who: Invented
    note: str
    home: Point


@dataclass(frozen=True)
class Shown:
    """Who may log in, and who goes to whom, as this dispatcher plans it."""

    holders: tuple[Holder, Holder, Holder]
    client_id: str
    carer_id: str
    dispatcher: User


def of_story(world: World) -> Shown:
    """The people of the story, and the client whom its carer visited."""
    dispatcher = world.user(f"{REGION}-{cast.DISPATCHER.openid}", region=REGION)
    dispatcher.log_in()
    seen = dispatcher.list("/visits", day_from=VISITS_ON, day_to=VISITS_ON)[0]
    holders = _holders(
        carer=cast.CARER,
        family=cast.FAMILY_CARER,
        guardian=cast.GUARDIAN,
        home=cast.TIANJIN_HOME,
        family_home=cast.TIANJIN_SECOND_HOME,
    )
    return Shown(holders, seen["client_id"], seen["carer_id"], dispatcher)


def of_agency(lived: Lived) -> Shown:
    """A carer, a client and his guardian, and a relative, with whom nothing unusual happened in the month."""
    brought, people = lived.brought, lived.brought.cast
    unusual = {stay.client_id for stay in lived.stays} | {brought.client_ids[district.DIES]}
    clients = dict(zip(brought.client_ids, people.clients, strict=True))
    visit, guardian = next(
        (visit, guardian)
        for visit in reversed(lived.made)
        if visit.client_id not in unusual and visit.carer not in people.certified_to
        if (guardian := clients[visit.client_id].guardian) and clients[visit.client_id].filed is None
    )
    family = next(
        number
        for number in range(len(people.relatives))
        if brought.client_ids[number] not in unusual and number not in people.trained_since
    )
    carer = brought.carers[visit.carer]
    holders = _holders(
        carer=carer.who,
        family=people.relatives[family],
        guardian=guardian,
        home=clients[visit.client_id].home,
        family_home=people.clients[family].home,
    )
    return Shown(holders, visit.client_id, carer.carer_id, brought.staff.dispatcher)


@contextmanager
def serving(world: World, shown: Shown) -> Iterator[str]:
    """Serve the mini-program; gives lines to print: its address and people, or what to type to have it."""
    folder = Path(world.environment["ANHU_DATA_DIR"])
    lacks = built(folder / "client")
    if lacks:
        yield f"{NAME}: {TO_TYPE[lacks]}"
        return
    command = ["node", str(CLIENT / "webhost" / "serve.mjs"), "--folder", str(folder / "client")]
    command += ["--server", world.server_url, "--wechat", world.wechat_url]
    host, url = start_listener("webhost", command, logs=folder)
    try:
        shown.dispatcher.post("/visits", {"visits": visits_ahead(shown, now=world.clock.now())})
        state = state_of(shown.holders, shift=world.clock.now() - clock.now())
        httpx.put(f"{url}/__host/state", json=state, trust_env=False).raise_for_status()
        now = f"{world.clock.now().astimezone(ZONE):%Y-%m-%d %H:%M}"
        people = "".join(f"\n    {each.who.name}  {each.note}" for each in shown.holders)
        yield f"{NAME}: {url}{people}\n{ON_A_BROWSER.format(now=now)}"
    finally:
        host.stop()


def built(folder: Path) -> str | None:
    """Build it for a browser, its packages fetched first where they lack; answers what is in the way."""
    if not (shutil.which("node") and shutil.which("npm")):
        return "node"
    quietly = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    if not (ROOT / PACKAGES).exists():
        plain = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
        if subprocess.run(["make", PACKAGES], check=False, env=plain, **quietly).returncode:
            return "packages"
    build = ["node", str(CLIENT / "webhost" / "build.mjs"), str(folder)]
    return "build" if subprocess.run(build, check=False, **quietly).returncode else None


def _holders(
    *, carer: Invented, family: Invented, guardian: Invented, home: Point, family_home: Point
) -> tuple[Holder, Holder, Holder]:
    return (
        Holder(carer, "护理员 carer", home),
        Holder(family, "亲情照护人员 family carer", family_home),
        Holder(guardian, "监护人 guardian", home),
    )


def state_of(holders: tuple[Holder, ...], *, shift: timedelta) -> dict[str, object]:
    """What the web host is told: who may log in, where their phones lie, and how far the demo's time is moved."""
    people = [
        {
            "name": each.who.name,
            "openid": f"{REGION}-{each.who.openid}",
            "note": each.note,
            "place": {
                **coordinates(north_of(each.home, AT_DOOR_M), CoordinateSystem.GCJ02),
                "accuracy": ACCURACY_M,
            },
        }
        for each in holders
    ]
    return {"people": people, "shift_ms": round(shift.total_seconds() * 1000)}


def visits_ahead(shown: Shown, *, now: datetime) -> list[dict[str, str]]:
    """Something for the carer to do at once, and on each of the next days."""
    begun = now.replace(minute=0, second=0, microsecond=0)
    first = begun + STEP * ((now - begun) // STEP + 1)
    return [
        {
            "id": str(new_id(at=start)),
            "client_id": shown.client_id,
            "carer_id": shown.carer_id,
            "planned_from": start.isoformat(),
            "planned_to": (start + timedelta(hours=1)).isoformat(),
        }
        for start in (first + timedelta(days=day) for day in range(DAYS + 1))
    ]
