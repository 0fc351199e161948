"""Imports by files: upload, progress, reasons line by line, the bad rows back, templates."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response, request

from app.imports import queries
from app.imports.commands import RunView, SheetFile, TemplateWanted, Upload, UploadWanted
from app.imports.schemas import (
    ReasonPageSchema,
    RunPageSchema,
    RunSchema,
    TemplateQuerySchema,
    UploadQuerySchema,
)
from app.imports.service import returning, upload
from app.kernel import clock
from app.kernel.access import current_actor, current_grants_version, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.http.limits import takes_import
from app.kernel.http.problems import asked_language, catalogue
from app.kernel.paging import Page, PageRequest, PageRequestSchema
from app.kernel.permissions import Permission
from app.kernel.sheets import CSV, XLSX

bp = AnhuBlueprint("imports", __name__, description="Imports by files (批量导入)")

FILE = {"required": True, "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (CSV, XLSX)}}


@bp.post("/imports")
@requires(Permission.IMPORT_FILES)
@takes_import
@bp.arguments(UploadQuerySchema, location="query")
@bp.doc(requestBody=FILE)
@bp.response(202, RunSchema)
def send_file(wanted: UploadWanted) -> RunView:
    """Send a CSV or XLSX as the body; it is worked on later. The same file again gives the first run."""
    command = Upload(wanted.kind, wanted.mode, request.get_data())
    with transaction() as current:
        return upload.receive(
            current, command, actor=current_actor(), grants_version=current_grants_version(), at=clock.now()
        )


@bp.get("/imports")
@requires(Permission.IMPORT_FILES)
@bp.arguments(PageRequestSchema, location="query")
@bp.response(200, RunPageSchema)
def list_runs(wanted: PageRequest) -> Page[RunView]:
    """Runs of the own scope."""
    return queries.list_runs(session(), actor=current_actor(), wanted=wanted)


@bp.get("/imports/<uuid:run_id>")
@requires(Permission.IMPORT_FILES)
@bp.response(200, RunSchema)
def read_run(run_id: UUID) -> RunView:
    """How far a run is, and what it came to."""
    return queries.get_run(session(), run_id=run_id, actor=current_actor())


@bp.get("/imports/<uuid:run_id>/reasons")
@requires(Permission.IMPORT_FILES)
@bp.arguments(PageRequestSchema, location="query")
@bp.response(200, ReasonPageSchema)
def list_reasons(wanted: PageRequest, run_id: UUID) -> dict[str, Any]:
    """What is wrong, line by line, and what would be right."""
    page = queries.list_reasons(session(), run_id=run_id, actor=current_actor(), wanted=wanted)
    sentences = catalogue(asked_language())
    items = [asdict(each) | {"message": returning.explain(each, sentences=sentences)} for each in page.items]
    return {"items": items, "next_after": page.next_after}


@bp.get("/imports/<uuid:run_id>/returned")
@requires(Permission.IMPORT_FILES)
@bp.response(200, content_type=XLSX)
def fetch_returned(run_id: UUID) -> Response:
    """The file as it came with a last column of reasons, to be mended and sent again; the reading is audited."""
    actor, at, sentences = current_actor(), clock.now(), catalogue(asked_language())
    with transaction() as current:
        file = returning.returned_file(current, run_id=run_id, actor=actor, at=at, sentences=sentences)
    return _download(file)


@bp.get("/imports/template")
@requires(Permission.IMPORT_FILES)
@bp.arguments(TemplateQuerySchema, location="query")
@bp.response(200, content_type=XLSX)
def fetch_template(wanted: TemplateWanted) -> Response:
    """An empty file of a kind, with its headings and one made-up example."""
    return _download(returning.template(wanted.kind, form=wanted.form))


def _download(file: SheetFile) -> Response:
    return Response(
        file.content,
        content_type=file.content_type,
        headers={"Content-Disposition": f'attachment; filename="{file.name}"', "Cache-Control": "no-store"},
    )
