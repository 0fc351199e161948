"""The mini-program in a browser: its web host beside the demo's server; three of the demo's people may log in."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx

from app.kernel import clock
from app.kernel.ids import new_id
from demo import cast
from demo.processes import ROOT, start_listener
from demo.professional import VISITS_ON
from demo.world import World

CLIENT = ROOT / "miniprogram"
REGION = "tianjin"
PEOPLE = ((cast.CARER, "护理员"), (cast.FAMILY_CARER, "亲情照护人员"), (cast.GUARDIAN, "监护人"))
DAYS = 3


@contextmanager
def serving(world: World) -> Iterator[str]:
    """Serve the mini-program; gives a line to print: its address, or what to type to have it."""
    node = shutil.which("node")
    if node is None or not (CLIENT / "node_modules" / ".installed").exists():
        yield "小程序 The mini-program in the browser: type `make client` (needs Node 20 and npm), then the demo again"
        return
    logs = Path(world.environment["ANHU_DATA_DIR"])
    folder = logs / "client"
    subprocess.run([node, "webhost/build.mjs", str(folder)], cwd=CLIENT, check=True)
    command = [node, str(CLIENT / "webhost" / "serve.mjs"), "--folder", str(folder)]
    command += ["--server", world.server_url, "--wechat", world.wechat_url]
    host, url = start_listener("webhost", command, logs=logs)
    try:
        _plan_visits(world)
        _tell_people(world, url)
        names = "、".join(who.name for who, _ in PEOPLE)
        yield f"小程序 The mini-program in the browser: {url}  ({names})"
    finally:
        host.stop()


def _tell_people(world: World, url: str) -> None:
    people = [{"name": who.name, "openid": f"{REGION}-{who.openid}", "note": note} for who, note in PEOPLE]
    shift = world.clock.now() - clock.now()
    state = {"people": people, "shift_ms": round(shift.total_seconds() * 1000)}
    httpx.put(f"{url}/__host/state", json=state, trust_env=False).raise_for_status()


def _plan_visits(world: World) -> None:
    """Something for the carer to do now and on the next days: at the client whom he visited in the story."""
    dispatcher = world.user(f"{REGION}-{cast.DISPATCHER.openid}", region=REGION)
    dispatcher.log_in()
    seen = dispatcher.list("/visits", day_from=VISITS_ON, day_to=VISITS_ON)[0]
    first = world.clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    starts = [first + timedelta(days=day) for day in range(DAYS + 1)]
    visits = [
        {
            "id": str(new_id(at=start)),
            "client_id": seen["client_id"],
            "carer_id": seen["carer_id"],
            "planned_from": start.isoformat(),
            "planned_to": (start + timedelta(hours=1)).isoformat(),
        }
        for start in starts
    ]
    dispatcher.post("/visits", {"visits": visits})
