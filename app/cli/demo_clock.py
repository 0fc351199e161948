"""`anhu demo-clock`: what time it is where ANHU_DEMO_CLOCK is on, to try a past month out."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from sqlalchemy import create_engine

from app.cli.installation import data_dir_option, runtime_settings
from app.kernel import clock
from app.kernel.regions import move_demo_clock

CHINA = ZoneInfo("Asia/Shanghai")


@click.command("demo-clock")
@click.argument("to", type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M%z"]))
@data_dir_option
def demo_clock(to: datetime, data_dir: Path) -> None:
    """Let it be TO (2026-10-20T19:00 in China, or with a zone) for a demo; time goes on from there.

    Refused unless ANHU_DEMO_CLOCK is on, which production refuses.
    """
    settings = runtime_settings(data_dir)
    if not settings.demo_clock:
        raise click.ClickException("ANHU_DEMO_CLOCK is not on: the time is the machine's")
    demo_at = to if to.tzinfo else to.replace(tzinfo=CHINA)
    engine = create_engine(settings.database_url)
    with engine.begin() as connection:
        move_demo_clock(connection, demo_at=demo_at, real_at=clock.machine_now())
    engine.dispose()
    click.echo(f"It is {demo_at:%Y-%m-%d %H:%M %z}.")
