"""`anhu audit`: what an inspector asks of the seals (当日封存)."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from app.cli.at_work import region_at_work
from app.cli.installation import data_dir_option, explained, runtime_settings
from app.kernel import clock
from app.kernel.db import session
from app.kernel.regions import zone_of
from app.kernel.sealing.receipts import ReceiptInvalid, check_receipt
from app.kernel.sealing.statements import Statement, StatementInvalid, is_signed, read_document
from app.kernel.sealing.verifying import verify

file_argument = click.Path(path_type=Path, exists=True, dir_okay=False)
kept_option = click.option(
    "--kept", multiple=True, type=file_argument, help="A seal as it was handed out and kept elsewhere; may be repeated."
)
keys_option = click.option(
    "--key", "keys", multiple=True, required=True, help="id:base64 of a public key, from `anhu audit keys`."
)


@click.group()
def audit() -> None:
    """Seals of days and receipts: check that nothing was changed afterwards."""


@audit.command("keys")
@data_dir_option
def print_keys(data_dir: Path) -> None:
    """Print the public keys by which seals and receipts are checked. Give them to inspectors beforehand."""
    for key_id, key in runtime_settings(data_dir).seal_keys.public.items():
        click.echo(f"{key_id}:{base64.b64encode(key).decode('ascii')}")


@audit.command("verify")
@click.option("--region", required=True, help="The fund's code.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Look at the rows of this day's seal and later ones.")
@kept_option
@data_dir_option
def verify_seals(region: str, since: datetime | None, kept: Sequence[Path], data_dir: Path) -> None:
    """Recompute the seals and name what was changed, removed or added. Exits with 1 when something was."""
    settings = runtime_settings(data_dir)
    public = settings.seal_keys.public
    statements = [_read_seal(path, region=region, public=public) for path in kept]
    faults = 0
    with region_at_work(settings, region):
        first, today = since.date() if since else None, clock.local_date(clock.now(), zone_of(region))
        for finding in verify(session(), region=region, public=public, kept=statements, since=first, today=today):
            row = f" {finding.table} {finding.key}" if finding.table else ""
            click.echo(f"{finding.day} {finding.kind}{row}")
            faults += finding.is_fault
    click.echo(f"{faults} findings." if faults else "Everything that was sealed is as it was.")
    if faults:
        raise SystemExit(1)


@audit.command("check-receipt")
@click.argument("receipt", type=file_argument)
@keys_option
@kept_option
def check(receipt: Path, keys: Sequence[str], kept: Sequence[Path]) -> None:
    """Check a receipt by the public keys alone, without a database, and print what it proves."""
    public = dict(_read_key(text) for text in keys)
    with explained(ReceiptInvalid):
        document = _read_json(receipt)
        rows = check_receipt(document, public=public)
    seals = {row.seal.day: row.seal for row in rows if row.seal}
    for path in kept:
        statement = _read_seal(path, region=document["region"], public=public)
        if seals.get(statement.day, statement) != statement:
            raise click.ClickException(f"the seal of {statement.day} is not the one in {path.name}")
    for row in rows:
        click.echo(f"{row.table}: {f'under the seal of {row.seal.day}' if row.seal else 'promised, not yet sealed'}")
        for name, value in row.values.items():
            click.echo(f"    {name} = {value.hex() if isinstance(value, bytes) else value}")


def _read_seal(path: Path, *, region: str, public: dict[str, bytes]) -> Statement:
    with explained(StatementInvalid):
        statement, signature = read_document(_read_json(path))
    if statement.region != region or not is_signed(statement.words, signature, public=public):
        raise click.ClickException(f"{path.name} is no seal of {region} signed by one of these keys")
    return statement


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise click.ClickException(f"{path.name} is not JSON") from error
    if not isinstance(found, dict):
        raise click.ClickException(f"{path.name} holds no JSON object")
    return found


def _read_key(text: str) -> tuple[str, bytes]:
    key_id, _, encoded = text.partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise click.ClickException(f"the key {key_id!r} is not base64") from error
    if len(key) != 32:
        raise click.ClickException(f"the key {key_id!r} is not 32 bytes")
    return key_id, key
