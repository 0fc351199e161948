"""A running Anhu for one test: real server, worker, stand-in WeChat and bank on a database of its own."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.installation import DemoTime, add_regions
from demo.processes import start_standin
from demo.story import BEGINS_AT
from demo.world import World
from standins.wechat.service import DEFAULT_APPID, DEFAULT_SECRET
from tests.conftest import Clone
from tests.journeys.chaos import PatientUser, System


@dataclass(frozen=True)
class Living:
    """A running system and the world around it."""

    world: World
    system: System
    database: Clone


@contextmanager
def living(
    database: Clone, folder: Path, *, application: str = "wsgi:application", policies: Path | None = None
) -> Iterator[Living]:
    """Start everything; stop it at the end. People in this world send again what was not answered. The rules are
    the shipped ones, or those of a folder."""
    with ExitStack() as stack:
        clock = DemoTime(database.urls.owner)
        stack.callback(clock.close)
        add_regions(database.urls, at=BEGINS_AT, policies=policies)
        clock.move_to(BEGINS_AT)
        wechat, wechat_url = start_standin("wechat", logs=folder)
        stack.callback(wechat.stop)
        bank, bank_url = start_standin("bank", logs=folder)
        stack.callback(bank.stop)
        environment = os.environ | {
            "DATABASE_URL": database.urls.runtime,
            "ANHU_OWNER_URL": database.urls.owner,
            "ANHU_DATA_DIR": str(folder),
            "ANHU_DEMO_CLOCK": "on",
            "ANHU_LOG_LEVEL": "WARNING",
            "ANHU_WECHAT_URL": wechat_url,
            "ANHU_WECHAT_APPID": DEFAULT_APPID,
            "ANHU_WECHAT_SECRET": DEFAULT_SECRET,
        }
        if policies is not None:
            environment["ANHU_POLICIES_DIR"] = str(policies)
        system = System(environment, folder, application)
        stack.callback(system.stop)
        system.start()
        world = World(
            server_url=system.door.url,
            wechat_url=wechat_url,
            bank_url=bank_url,
            clock=clock,
            output=folder,
            environment=environment,
            days=3,
            user_type=PatientUser,
        )
        stack.callback(world.close)
        yield Living(world, system, database)
