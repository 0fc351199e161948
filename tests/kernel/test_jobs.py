"""Due times as a table; leases with real workers, killed ones included."""

import logging
import signal
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from app.kernel.db import transaction
from app.kernel.jobs import USUAL_LEASE, Daily, Every, Job, JobRun, Missed, Turn, claim_statement, due_times
from app.kernel.worker import Worker, _tick, clear_runs, lanes_of
from tests.conftest import Clone
from tests.kernel.processes import environment_for, lines_of, start_module, wait_until

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHTLY = Daily(time(3, 0))  # 19:00 UTC the day before
HOURLY = Every(timedelta(hours=1))


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}+00:00")


def as_owner(database: Clone, statement: str) -> None:
    engine = create_engine(database.urls.owner)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


DUE = [
    ("first run", NIGHTLY, Missed.EACH, None, at("22T12:00"), [at("21T19:00")]),
    ("exactly at its time", NIGHTLY, Missed.EACH, at("20T19:00"), at("21T19:00"), [at("21T19:00")]),
    ("a moment before", NIGHTLY, Missed.EACH, at("20T19:00"), at("21T18:59"), []),
    ("done", NIGHTLY, Missed.EACH, at("21T19:00"), at("22T18:59"), []),
    ("two nights missed", NIGHTLY, Missed.EACH, at("19T19:00"), at("22T12:00"), [at("20T19:00"), at("21T19:00")]),
    ("two missed, one does", NIGHTLY, Missed.LATEST_ONLY, at("19T19:00"), at("22T12:00"), [at("21T19:00")]),
    ("by the hour", HOURLY, Missed.EACH, at("22T09:00"), at("22T11:30"), [at("22T10:00"), at("22T11:00")]),
    ("the clock went back", HOURLY, Missed.EACH, at("22T11:00"), at("22T09:30"), []),
]


@pytest.mark.parametrize(
    ("schedule", "missed", "after", "until", "expected"), [c[1:] for c in DUE], ids=[c[0] for c in DUE]
)
def test_due_times(schedule, missed, after, until, expected):
    assert list(due_times(schedule, missed=missed, after=after, until=until, zone=SHANGHAI)) == expected


def test_a_daily_job_keeps_its_local_hour_when_clocks_change():
    berlin = ZoneInfo("Europe/Berlin")
    march = datetime(2026, 3, 27, 12, tzinfo=UTC)

    found = due_times(Daily(time(3, 30)), missed=Missed.EACH, after=march, until=march + timedelta(days=4), zone=berlin)

    assert [due.astimezone(berlin).strftime("%d %H:%M") for due in found] == [
        "28 03:30",
        "29 03:30",
        "30 03:30",
        "31 03:30",
    ]


def test_catching_up_is_bounded():
    until = at("22T12:00")

    found = due_times(NIGHTLY, missed=Missed.EACH, after=until - timedelta(days=400), until=until, zone=SHANGHAI)

    assert len(found) == 40


def test_each_missed_day_of_each_region_is_run_once_in_order(swept_app: Flask):
    runs: list[tuple[str, int]] = []
    job = Job("nightly", NIGHTLY, lambda turn: runs.append((turn.actor.region, turn.due_at.day)), "notes", Missed.EACH)

    for day in (20, 20, 23):
        with time_machine.travel(at(f"{day}T20:00"), tick=False):
            Worker(swept_app, [job]).run_due()

    assert runs == [(region, day) for day in (20,) for region in ("huaian", "tianjin")] + [
        (region, day) for region in ("huaian", "tianjin") for day in (21, 22, 23)
    ]


def test_a_failed_run_waits_and_is_tried_again_before_later_ones(swept_app: Flask):
    tried: list[int] = []

    def fail_first(turn: Turn) -> None:
        tried.append(turn.due_at.day)
        if len(tried) == 1:
            raise LookupError

    job = Job("nightly", NIGHTLY, fail_first, "notes", Missed.EACH)
    with time_machine.travel(at("20T20:00"), tick=False) as traveller:
        worker = Worker(swept_app, [job])
        worker._regions = lambda: ["tianjin"]  # type: ignore[method-assign]  # one region is enough here
        worker.run_due()
        worker.run_due()
        traveller.shift(timedelta(days=1))
        worker.run_due()

    assert tried == [20, 20, 21]


def test_a_job_that_stops_between_runs_leaves_the_rest_for_later(swept_app: Flask):
    runs: list[str] = []
    job = Job("nightly", NIGHTLY, lambda turn: runs.append(turn.actor.region), "notes")

    Worker(swept_app, [job], stopping=lambda: len(runs) == 1).run_due()

    assert runs == ["huaian"]


def test_the_job_acts_as_the_system_in_a_bound_session(swept_app: Flask):
    seen: list[tuple[str, str]] = []

    def run(turn: Turn) -> None:
        with transaction() as session:
            seen.append((session.region, turn.actor.job))

    Worker(swept_app, [Job("nightly", NIGHTLY, run, "notes")]).run_due()

    assert seen == [("huaian", "nightly"), ("tianjin", "nightly")]


def test_a_broken_region_does_not_keep_the_next_from_its_jobs(own_app: Flask, own_database: Clone):
    as_owner(own_database, "DROP TABLE huaian.job_run")
    runs: list[str] = []
    job = Job("nightly", NIGHTLY, lambda turn: runs.append(turn.actor.region), "notes")

    with capture_logs() as logged:
        ended = Worker(own_app, [job]).run_due()

    assert (runs, ended) == (["tianjin"], 1)
    found = [(line["region"], line["sqlstate"]) for line in logged if line["event"] == "region_trouble"]
    assert found == [("huaian", "42P01")]


def test_a_tick_outlives_a_database_that_is_away(own_app: Flask, own_database: Clone):
    as_owner(own_database, "DROP TABLE public.region CASCADE")

    with capture_logs() as logged:
        _tick(Worker(own_app, [Job("nightly", NIGHTLY, lambda _: None, "notes")]))

    assert [(line["event"], line["sqlstate"]) for line in logged] == [("database_trouble", "42P01")]


def test_a_job_with_a_long_lease_waits_for_no_other_and_no_other_for_it():
    quick, also, long, longer = (
        Job(str(lease), NIGHTLY, lambda _: None, "notes", lease=lease)
        for lease in (USUAL_LEASE, USUAL_LEASE / 2, USUAL_LEASE * 2, USUAL_LEASE * 6)
    )

    alarm = replace(quick, name="alarm", waits_for_none=True)

    assert lanes_of([long, quick, alarm, longer, also]) == [[quick, also], [long], [alarm], [longer]]
    assert lanes_of([long]) == [[long]]


def test_a_run_longer_than_a_tick_is_not_logged_by_the_scheduler():
    assert not logging.getLogger("apscheduler.scheduler").isEnabledFor(logging.WARNING)
    assert logging.getLogger("apscheduler.executors.default").isEnabledFor(logging.ERROR)


def test_old_runs_are_cleared_but_each_jobs_last(swept_app: Flask, swept_database: Clone):
    job = Job("nightly", NIGHTLY, lambda _: None, "notes", Missed.EACH)
    for day in (1, 2, 3):
        with time_machine.travel(at(f"{day:02}T20:00"), tick=False):
            Worker(swept_app, [job]).run_due()

    with time_machine.travel(at("22T20:30"), tick=False):
        Worker(swept_app, [Job("clear", HOURLY, clear_runs, "deletes")]).run_due()

    engine = create_engine(swept_database.urls.runtime)
    with engine.connect() as connection:
        left = connection.scalars(text("SELECT due_at FROM tianjin.job_run WHERE job = 'nightly'"))
        assert [due.day for due in left] == [3]
    engine.dispose()


@pytest.mark.parametrize(("lease_s", "runs"), [(60, 1), (-1, 2)], ids=["leased", "without_a_lease"])
def test_two_workers_at_once_run_a_job_once(swept_database: Clone, tmp_path: Path, lease_s: int, runs: int):
    """The control holds a lease that is over at once: then both run it."""
    log = tmp_path / "log"
    environment = environment_for(swept_database.urls, tmp_path)
    arguments = ("tests.kernel.job_process", "work", str(log), "0.4", str(lease_s), "2")
    workers = [start_module(*arguments, environment=environment) for _ in range(2)]

    for worker in workers:
        assert worker.wait(timeout=60) == 0

    begun = [line[1] for line in lines_of(log) if line[0] == "begin"]
    times = {begun.count("tianjin"), begun.count("huaian")}
    assert times == {1} if runs == 1 else max(times) > 1


def test_a_killed_workers_job_is_taken_over_when_its_lease_ends(swept_database: Clone, tmp_path: Path):
    log = tmp_path / "log"
    environment = environment_for(swept_database.urls, tmp_path)
    arguments = ("tests.kernel.job_process", "work", str(log))
    killed = start_module(*arguments, "20", "2.5", "1", environment=environment)
    wait_until(lambda: any(line[0] == "begin" for line in lines_of(log)), what="the first run")
    killed.send_signal(signal.SIGKILL)
    killed.wait(timeout=10)

    second = start_module(*arguments, "1.2", "2.5", "1", environment=environment)
    assert second.wait(timeout=60) == 0

    ended = [line for line in lines_of(log) if line[0] == "end"]
    assert sorted(line[1] for line in ended) == ["huaian", "tianjin"]
    assert {line[2] for line in ended} == {str(second.pid)}


def test_a_claim_is_given_once_until_its_lease_ends(tianjin: Session):
    job = Job("nightly", NIGHTLY, lambda _: None, "notes", lease=timedelta(minutes=5))
    due, now = at("21T19:00"), at("21T19:01")

    answers = [
        tianjin.scalar(claim_statement(job, due_at=due, now=now + timedelta(minutes=minutes))) for minutes in (0, 5, 6)
    ]
    tianjin.execute(JobRun.__table__.update().values(finished_at=now))
    answers.append(tianjin.scalar(claim_statement(job, due_at=due, now=now + timedelta(days=1))))

    assert answers == [now, None, now + timedelta(minutes=6), None]
    assert tianjin.scalars(select(JobRun.due_at)).all() == [due]
