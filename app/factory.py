"""Makes the application: settings, database, clock, API, routes."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Connection, create_engine, select

import app.tables  # noqa: F401  # names across packages resolve only when all are imported
from app.accounts.routes import bp as accounts
from app.accounts.service import check_account
from app.careplans.routes import bp as careplans
from app.checkin.routes.cards import bp as cards
from app.checkin.routes.care_days import bp as care_days
from app.checkin.routes.corrections import bp as corrections
from app.checkin.routes.devices import bp as devices
from app.checkin.routes.door_words import bp as door_words
from app.checkin.routes.evidence_holds import bp as evidence_holds
from app.checkin.routes.faces import bp as faces
from app.checkin.routes.facts import bp as facts
from app.checkin.routes.help_calls import bp as help_calls
from app.checkin.routes.homes import bp as home_proposals
from app.checkin.routes.own_work import bp as own_work
from app.checkin.routes.photos import bp as photos
from app.checkin.routes.prompts import bp as prompts
from app.checkin.routes.ratings import bp as ratings
from app.checkin.routes.receipts import bp as receipts
from app.checkin.routes.remarks import bp as remarks
from app.checkin.routes.rule_stops import bp as rule_stops
from app.checkin.routes.sent import bp as sent
from app.checkin.routes.shares import bp as shares
from app.checkin.routes.staff_load import bp as staff_load
from app.checkin.routes.statements import bp as statements
from app.checkin.routes.sync import bp as sync
from app.checkin.routes.taps import bp as taps
from app.checkin.routes.verified import bp as verified
from app.checkin.routes.vouchers import bp as vouchers
from app.claims.routes import bp as fees
from app.gateways.seals_inbox import SealsInbox
from app.gateways.sms_channel import send_sms
from app.imports.routes import bp as imports
from app.kernel import clock, logs, outbox, resend
from app.kernel.access import check_permissions, use_account_check
from app.kernel.db import db, refuse_dead_connections
from app.kernel.http import api, limits, observe, problems, service_routes
from app.kernel.readiness import Readiness, gather, judge_rights, judge_schema, warn_of_silence
from app.kernel.regions import DemoClockRow, region_codes, zone_of
from app.kernel.sealing.handing_out import CHANNEL
from app.kernel.settings import EXTENSION, Limits, Settings, current_settings, read_settings
from app.ledger.routes import bp as ledger
from app.messaging.routes import bp as reminders
from app.messaging.service import reminding
from app.oversight.routes import bp as findings
from app.oversight.routes import complaints_bp as complaints
from app.payouts.routes.bank_files import bp as bank_files
from app.payouts.routes.families import bp as families
from app.payouts.routes.messages import bp as messages
from app.payouts.routes.payouts import bp as payouts
from app.payouts.routes.reviews import bp as month_reviews
from app.policies.readiness import judge_policies, warn_of_ends
from app.policies.service import EXTENSION as POLICIES
from app.policies.service import current_book, load_book
from app.registry.routes.agreements import bp as agreements
from app.registry.routes.choices import bp as choices
from app.registry.routes.endings import bp as registry_endings
from app.registry.routes.home_tags import bp as home_tags
from app.registry.routes.notices import bp as notices
from app.registry.routes.own import bp as own
from app.registry.routes.people import bp as people
from app.registry.routes.rights import bp as registry
from app.schedules.routes import bp as schedules

BLUEPRINTS: tuple[api.AnhuBlueprint, ...] = (
    accounts,
    agreements,
    bank_files,
    cards,
    care_days,
    careplans,
    choices,
    complaints,
    corrections,
    devices,
    door_words,
    evidence_holds,
    faces,
    vouchers,
    facts,
    families,
    fees,
    findings,
    help_calls,
    home_tags,
    home_proposals,
    imports,
    ledger,
    messages,
    month_reviews,
    notices,
    own,
    own_work,
    payouts,
    people,
    photos,
    prompts,
    ratings,
    receipts,
    registry,
    registry_endings,
    reminders,
    remarks,
    rule_stops,
    schedules,
    sent,
    shares,
    staff_load,
    statements,
    sync,
    taps,
    verified,
)


def create_app(settings: Settings | None = None, *, blueprints: Sequence[api.AnhuBlueprint] = BLUEPRINTS) -> Flask:
    """The WSGI application. Raises SettingsInvalid with every fault named, and RuntimeError for an unguarded route."""
    settings = settings or read_settings()
    logs.configure(settings.log_level)
    flask = observe.WatchedFlask("anhu", static_folder=None)
    flask.extensions[EXTENSION] = settings
    flask.extensions[POLICIES] = load_book(settings.policies_dir)
    flask.config.update(_flask_config(settings))
    db.init_app(flask)
    with flask.app_context():
        refuse_dead_connections(db.engine)
    _install_clock(settings)
    observe.install(flask)
    limits.install(flask)
    problems.install(flask)
    rest = api.configure(flask)
    for blueprint in blueprints:
        rest.register_blueprint(blueprint, url_prefix=api.PREFIX)
    service_routes.install(flask, judge=_judge_readiness)
    flask.after_request(resend.add_replay_header)
    use_account_check(flask, check_account)
    outbox.use_channel(flask, outbox.SMS, send_sms)
    if settings.seals_inbox is not None:
        outbox.use_channel(flask, CHANNEL, SealsInbox(settings.seals_inbox.url, token=settings.seals_inbox.token))
    reminding.check_templates(settings.wechat)
    outbox.use_channel(flask, reminding.CHANNEL, reminding.send)
    check_permissions(flask)
    return flask


def _judge_readiness(connection: Connection) -> Readiness:
    now, book = clock.now(), current_book()
    public = judge_schema(connection, "public", today=now.date())
    if public.problems:  # the list of regions may not be there yet
        return public
    regions, settings = region_codes(connection), current_settings()
    parts = [warn_of_ends(book, regions=regions, on=now.date()), warn_of_silence(settings.sms)]
    for region in regions:
        today = clock.local_date(now, zone_of(region))
        schema = judge_schema(connection, region, today=today)
        if schema.problems:
            parts.append(schema)
            continue
        rights = judge_rights(connection, region, is_production=settings.is_production)
        parts += [schema, rights, judge_policies(connection, book, region=region, on=today)]
    return gather(parts)


def _flask_config(settings: Settings) -> dict[str, Any]:
    return {
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.limits),
        "MAX_CONTENT_LENGTH": settings.limits.body,
        "PROPAGATE_EXCEPTIONS": False,
    }


def engine_options(bounds: Limits) -> dict[str, Any]:
    """A bounded pool whose connections carry the time limits of the runtime role, and compile no statement: where a
    server was built with LLVM that took seconds for those that join many partitions, ten times as long as to run them.
    """
    timeouts = {
        "statement_timeout": bounds.statement,
        "idle_in_transaction_session_timeout": bounds.idle_in_transaction,
        "lock_timeout": bounds.statement,
    }
    options = " ".join(f"-c {name}={int(value / timedelta(milliseconds=1))}" for name, value in timeouts.items())
    return {
        "hide_parameters": True,  # an error's text must not carry what somebody entered
        "pool_size": bounds.pool_size,
        "max_overflow": bounds.pool_overflow,
        "pool_timeout": bounds.pool_wait.total_seconds(),
        "connect_args": {"options": f"{options} -c timezone=UTC -c jit=off", "application_name": "anhu"},
    }


def _install_clock(settings: Settings) -> None:
    if not settings.demo_clock:
        clock.use_demo_clock(None)
        return

    engine = create_engine(  # of its own: a request that waits for the clock may hold the last connection of the pool
        settings.database_url,
        pool_size=1,
        max_overflow=0,
        isolation_level="AUTOCOMMIT",  # one round trip: nearly every request of a demo reads the clock
        connect_args=engine_options(settings.limits)["connect_args"],
    )
    refuse_dead_connections(engine)
    newest = select(DemoClockRow.demo_at, DemoClockRow.real_at)

    def read_shift() -> timedelta:
        with engine.connect() as connection:
            row = connection.execute(newest).one_or_none()
        return timedelta(0) if row is None else row.demo_at - row.real_at

    clock.use_demo_clock(clock.DemoClock(read_shift))
