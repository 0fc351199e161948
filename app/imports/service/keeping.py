"""How long uploaded files are kept: they hold people's data, which is in the registry once it went in."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.imports.models import ImportFile, ImportReason, ImportRun

KEEP = timedelta(days=30)


def delete_old(session: Session, *, at: datetime) -> None:
    """Delete files and reasons of runs that ended more than 30 days ago."""
    old = select(ImportRun.id).where(ImportRun.finished_at < at - KEEP)
    session.execute(delete(ImportReason).where(ImportReason.run_id.in_(old)))
    session.execute(delete(ImportFile).where(ImportFile.run_id.in_(old)))
