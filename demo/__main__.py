"""`python -m demo [--exit]`: Anhu's two ways, from a client's home to the bank, through HTTP on a demo clock."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from app.kernel import embedded
from app.kernel.embedded_host import EmbeddedServerFailed
from app.messaging.types import ReminderKind
from demo import phones, story
from demo.agency import shape
from demo.agency import story as agency
from demo.agency.bringing import ImportFailed
from demo.agency.counts import CountMissed
from demo.agency.month import Lived
from demo.agency.people import (
    CLIENTS,
    FEWEST_CLIENTS,
    FEWEST_IN_DISTRICT,
    IN_DISTRICT,
    MOST_CLIENTS,
    MOST_IN_DISTRICT,
)
from demo.agency.shape import Shape
from demo.client import StepFailed
from demo.installation import DemoTime, add_regions, lay_policies
from demo.processes import ROOT, Door, ProcessFailed, start_server, start_standin, start_worker
from demo.professional import AnswerDiffers
from demo.world import CommandFailed, TooSlow, World
from standins.sms import server as sms
from standins.voucher import server as voucher
from standins.wechat.service import DEFAULT_APPID, DEFAULT_SECRET

TEMPLATES = ",".join(f"{kind}=demo-{kind}/thing1/time2" for kind in ReminderKind)  # of WeChat messages
FAILURES = (
    StepFailed,
    ImportFailed,
    AnswerDiffers,
    ProcessFailed,
    CommandFailed,
    TooSlow,
    CountMissed,
    EmbeddedServerFailed,
)


class Stopped(BaseException):
    """Ctrl-C or SIGTERM."""


def main() -> int:
    """Run the demo; 0 when the whole story was told, 1 when a step failed, 130 when it was stopped on the way."""
    arguments = _arguments()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    told = False
    try:
        with _running(arguments) as world:
            lived = None
            if arguments.shape:
                lived = agency.tell(world, arguments.shape)
            else:
                story.tell(world)
            told = True
            if not arguments.exit:
                _stay(world, lived)
    except FAILURES as failure:
        print(f"\n演示中断 The demo failed: {failure}", file=sys.stderr, flush=True)
        return 1
    except Stopped:
        print("\n已停止 Stopped", flush=True)
        return 0 if told else 130
    return 0


def _stay(world: World, lived: Lived | None) -> None:
    """Stay up until Ctrl-C, with the mini-program for three of those whose month or story was told."""
    with ExitStack() as stack:
        shown = phones.of_agency(lived) if lived else phones.of_story(world)
        print(f"\n仍在运行 Still running: {world.server_url}/docs  (Ctrl-C 停止 stops it)", flush=True)
        print(f"\n{stack.enter_context(phones.serving(world, shown))}", flush=True)
        signal.pause()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description="安护演示 The demo of Anhu.")
    parser.add_argument("--exit", action="store_true", help="end after the report")
    parser.add_argument("--agency", action="store_true", help="an agency's month instead: files, phones, staff load")
    parser.add_argument("--port", type=int, default=0, help="of the server; 0 takes a free one")
    parser.add_argument("--data-dir", type=Path, help="an empty folder for the database; it is kept")
    parser.add_argument("--output", type=Path, default=ROOT / "var" / "demo", help="where the bank's files go")
    parser.add_argument(
        "--days", type=int, default=31, help="days of the month (1 to 31): the first, of an agency the last"
    )
    parser.add_argument("--district", action="store_true", help="a district's month: many of everything, and untidy")
    parser.add_argument(
        "--clients",
        type=int,
        help=f"of an agency ({FEWEST_CLIENTS} to {MOST_CLIENTS}), "
        f"of a district ({FEWEST_IN_DISTRICT} to {MOST_IN_DISTRICT})",
    )
    parser.add_argument("--keep", action="store_true", help="keep the database's folder")
    arguments = parser.parse_args()
    if not 1 <= arguments.days <= 31:
        parser.error("--days is 1 to 31")
    arguments.shape = _shape(parser, arguments)
    if arguments.data_dir and arguments.data_dir.exists() and any(arguments.data_dir.iterdir()):
        parser.error(f"{arguments.data_dir} is not empty: the demo needs a fresh folder")
    return arguments


def _shape(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> Shape | None:
    if arguments.district:
        default, fewest, most, shaped = IN_DISTRICT, FEWEST_IN_DISTRICT, MOST_IN_DISTRICT, shape.district
    elif arguments.agency:
        default, fewest, most, shaped = CLIENTS, FEWEST_CLIENTS, MOST_CLIENTS, shape.agency
    else:
        return None
    clients = arguments.clients or default
    if not fewest <= clients <= most:
        parser.error(f"--clients is {fewest} to {most}")
    return shaped(clients)


def _stop(*_: object) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # what follows is stopping, which must not be interrupted
    raise Stopped


@contextmanager
def _running(arguments: argparse.Namespace) -> Iterator[World]:
    """Everything started; all of it stopped at the end, whatever happens, the last started first."""
    started = time.monotonic()
    with ExitStack() as stack:
        data_dir = _data_dir(arguments, stack)
        arguments.output.mkdir(parents=True, exist_ok=True)
        print("启动数据库 Starting the database …", flush=True)
        stack.callback(embedded.stop, data_dir)
        urls = embedded.start(data_dir)
        clock = DemoTime(urls.owner)
        stack.callback(clock.close)
        policies = lay_policies(data_dir / "policies")
        add_regions(urls, at=story.BEGINS_AT, policies=policies)
        clock.move_to(story.BEGINS_AT)
        wechat, wechat_url = start_standin("wechat", logs=data_dir)
        stack.callback(wechat.stop)
        bank, bank_url = start_standin("bank", logs=data_dir)
        stack.callback(bank.stop)
        vouchers, voucher_url = start_standin("voucher", logs=data_dir)
        stack.callback(vouchers.stop)
        messages, sms_url = start_standin("sms", logs=data_dir)
        stack.callback(messages.stop)
        environment = os.environ | {
            "DATABASE_URL": urls.runtime,
            "ANHU_OWNER_URL": urls.owner,
            "ANHU_DATA_DIR": str(data_dir),
            "ANHU_MODE": "demo",
            "ANHU_DEMO_CLOCK": "on",
            "ANHU_POLICIES_DIR": str(policies),
            "ANHU_LOG_LEVEL": "WARNING",
            "ANHU_WECHAT_URL": wechat_url,
            "ANHU_WECHAT_APPID": DEFAULT_APPID,
            "ANHU_WECHAT_SECRET": DEFAULT_SECRET,
            "ANHU_WECHAT_TEMPLATES": TEMPLATES,
            "ANHU_VOUCHER_URL": voucher_url,
            "ANHU_VOUCHER_APP": voucher.DEFAULT_APP,
            "ANHU_VOUCHER_SECRET": voucher.DEFAULT_SECRET,
            "ANHU_SMS_URL": sms_url,
            "ANHU_SMS_APP": sms.DEFAULT_APP,
            "ANHU_SMS_SECRET": sms.DEFAULT_SECRET,
        }
        door = Door(arguments.port)
        stack.callback(door.close)
        server = start_server(door, environment=environment, logs=data_dir)
        stack.callback(server.stop)
        worker = start_worker(environment=environment, logs=data_dir)
        stack.callback(worker.stop)
        world = World(
            server_url=door.url,
            wechat_url=wechat_url,
            bank_url=bank_url,
            voucher_url=voucher_url,
            clock=clock,
            output=arguments.output,
            environment=environment,
            days=arguments.days,
            processes=(server, worker, wechat, bank, vouchers, messages),
            started=started,
        )
        for process in world.processes:
            stack.callback(process.ask_to_end)  # all at once: each takes a second or two
        stack.callback(world.close)
        yield world


def _data_dir(arguments: argparse.Namespace, stack: ExitStack) -> Path:
    if arguments.data_dir:
        return Path(arguments.data_dir)
    folder = Path(tempfile.mkdtemp(prefix="anhu-demo-"))
    if arguments.keep:
        print(f"数据保留在 The data stays in {folder}", flush=True)
    else:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


if __name__ == "__main__":
    sys.exit(main())
