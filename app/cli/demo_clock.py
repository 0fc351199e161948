"""`anhu demo-clock`: what time it is where ANHU_DEMO_CLOCK is on, to try a past month out."""

from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import create_engine
from sqlalchemy.dialects.postgresql import insert

from app.cli.installation import data_dir_option, runtime_settings
from app.kernel import clock
from app.kernel.regions import DemoClockRow

FORM = "%Y-%m-%dT%H:%M%z"


@click.command("demo-clock")
@click.argument("instant", type=click.DateTime([FORM]))
@data_dir_option
def demo_clock(instant: datetime, data_dir: Path) -> None:
    """Set the demo's time to INSTANT (2026-10-20T19:00+08:00); it runs on from there. Refused unless it is on."""
    settings = runtime_settings(data_dir)
    if not settings.demo_clock:
        raise click.ClickException("ANHU_DEMO_CLOCK is not on: the time is the machine's")
    changed = {"demo_at": instant, "real_at": clock.machine_now()}
    statement = insert(DemoClockRow).values(id=1, **changed)
    engine = create_engine(settings.database_url)
    with engine.begin() as connection:
        connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed))
    engine.dispose()
    click.echo(f"It is {instant:%Y-%m-%d %H:%M %z}.")
