"""What every part of the story needs: the running system's addresses, its clock, and a way to say how far we are."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import httpx

from demo.client import User, WeChatUser
from demo.installation import DemoTime
from demo.processes import ROOT, Running

Seen = TypeVar("Seen")
ZONE = ZoneInfo("Asia/Shanghai")
MONTH = date(2026, 10, 1)
PATIENCE_S = 60.0  # a killed worker's lease may have to end first
LOOK_EVERY_S = 0.2


@dataclass
class World:
    """One running demo."""

    server_url: str
    wechat_url: str
    bank_url: str
    clock: DemoTime
    output: Path
    environment: Mapping[str, str]
    days: int
    voucher_url: str | None = None  # none: nobody shows an e-voucher
    processes: Sequence[Running] = ()
    user_type: type[User] = User
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.server_url, timeout=30, trust_env=False)
        self.wechat = httpx.Client(base_url=self.wechat_url, timeout=30, trust_env=False)
        self.bank = httpx.Client(base_url=self.bank_url, timeout=30, trust_env=False)

    def user(self, openid: str, *, region: str) -> User:
        """Somebody with a phone of his own."""
        return self.user_type(self.http, WeChatUser(self.wechat, openid), self.clock.now, region=region)

    def say(self, text: str) -> None:
        """One line of progress: seconds since the start, the demo's time, what happened. Notices an ended process."""
        for process in self.processes:
            process.check()
        demo_time = self.clock.now().astimezone(ZONE)
        print(f"[{time.monotonic() - self.started:6.1f} s · {demo_time:%Y-%m-%d %H:%M}] {text}", flush=True)

    def move_to(self, day: date, hour: int, minute: int = 0) -> datetime:
        """Move the clock to a local time of a day; answers the instant."""
        instant = at(day, hour, minute)
        self.clock.move_to(instant)
        return instant

    def wait_for(self, look: Callable[[], Seen], *, until: Callable[[Seen], bool]) -> Seen:
        """Look until what the worker does is done; answers what was seen then. Notices an ended process."""
        deadline = time.monotonic() + PATIENCE_S
        while not until(seen := look()):
            for process in self.processes:
                process.check()
            if time.monotonic() > deadline:
                raise TooSlow(f"the worker has not done it: {seen}")
            time.sleep(LOOK_EVERY_S)
        return seen

    def command(self, *words: str) -> str:
        """Run the `anhu` command on this installation; answers what it printed."""
        anhu = str(Path(sys.executable).with_name("anhu"))
        done = subprocess.run(
            [anhu, *words], cwd=ROOT, env=dict(self.environment), capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise CommandFailed(f"anhu {' '.join(words)}\n{done.stdout}{done.stderr}")
        return done.stdout

    def close(self) -> None:
        """Let the connections go."""
        for client in (self.http, self.wechat, self.bank):
            client.close()
        self.clock.close()


class TooSlow(RuntimeError):
    """What the worker was asked for is not done yet; the text is how far it is."""


class CommandFailed(RuntimeError):
    """The `anhu` command refused; the text is what it said."""


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """The instant of a local time of a day."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)
