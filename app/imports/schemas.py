"""JSON of imports."""

import marshmallow as ma

from app.imports.commands import TemplateWanted, UploadWanted
from app.imports.types import FileForm, ImportKind, ImportMode, RunState
from app.kernel.http.fields import Choice, Id, Instant, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import page_schema


class UploadQuerySchema(CommandSchema):
    """What a file holds, and what becomes of it when some rows are bad."""

    command = UploadWanted

    kind = Choice(ImportKind, required=True)
    mode = Choice(ImportMode, load_default=ImportMode.ALL_OR_NOTHING)


class TemplateQuerySchema(CommandSchema):
    """Of which kind a template is wanted, and in which form."""

    command = TemplateWanted

    kind = Choice(ImportKind, required=True)
    form = Choice(FileForm, load_default=FileForm.XLSX)


class RunSchema(ma.Schema):
    """A run. `good` rows went in when the state is `written`, and only then."""

    id = Id(required=True)
    kind = Choice(ImportKind, required=True)
    mode = Choice(ImportMode, required=True)
    form = Choice(FileForm, required=True)
    state = Choice(RunState, required=True)
    rows = WholeNumber(required=True)
    done = WholeNumber(required=True)
    good = WholeNumber(required=True)
    bad = WholeNumber(required=True)
    failure_code = Text(required=True, allow_none=True)
    created_at = Instant(required=True)
    started_at = Instant(required=True, allow_none=True)
    finished_at = Instant(required=True, allow_none=True)


class ReasonSchema(ma.Schema):
    """What is wrong in one line, counted from 1, headings included; `column` is null where it is the whole row."""

    id = Id(required=True)
    line = WholeNumber(required=True)
    column = Text(required=True, allow_none=True)
    code = Text(required=True)
    message = Text(required=True)


RunPageSchema = page_schema(RunSchema)
ReasonPageSchema = page_schema(ReasonSchema)
