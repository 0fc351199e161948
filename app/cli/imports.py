"""`anhu import` and `anhu import-template`: registers by files, as `POST /imports` takes them, without a login."""

import os
from collections.abc import Mapping
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from app.cli.at_work import region_at_work
from app.cli.installation import data_dir_option, runtime_settings
from app.imports import queries
from app.imports.commands import RunView, Upload
from app.imports.jobs import receive_file, run_to_end
from app.imports.service.returning import NothingToReturn, explain, returned_file, template
from app.imports.types import FileForm, ImportKind, ImportMode, RunState
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import DomainError
from app.kernel.http.problems import LANGUAGES, catalogue
from app.kernel.permissions import SystemActor
from app.kernel.regions import zone_of

FORMS = {f".{form.value}": form for form in FileForm}
LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")
PRIVATE = 0o600  # what comes back holds people's data
WORDS: Mapping[str, Mapping[str, str]] = {
    "zh-CN": {
        "written_before": "同一个文件在 {at} 已经导入过，这次没有新写入任何内容。那一次的结果：",
        "taken_before": "同一个文件在 {at} 已经收过，还没有处理完，接着处理。",
        "progress": "已处理 {run.done}/{run.rows} 行",
        "written": "已导入：{run.rows} 行全部写入。",
        "written_in_part": "部分导入：写入 {run.good} 行，退回 {run.bad} 行。",
        "refused": "没有导入：{run.bad} 行有问题，一行都没有写入。",
        "failed": "没有导入：一行都没有写入。",
        "reason": "第 {line} 行 {place}：{told}",
        "whole_row": "整行",
        "given_back": "退回的行和原因已写入 {file}，改好后可以再次导入。",
        "import_failed": "系统出了问题，不在文件里：日志里的 import_failed 一行说明了原因，请告诉系统管理员。",
        "interrupted": "已中断，但文件已经收下：两分钟后由运行中的 worker 接着做，或再运行一次同样的命令。",
        "no_database": "连不上数据库，或它没有及时回答：请稍后再运行一次同样的命令。",
    },
    "en": {
        "written_before": "The same file was imported at {at}; nothing new is written now. What came of it then:",
        "taken_before": "The same file was taken in at {at} and is not done yet; this goes on with it.",
        "progress": "{run.done}/{run.rows} rows done",
        "written": "Imported: all {run.rows} rows were written.",
        "written_in_part": "Imported in part: {run.good} rows were written, {run.bad} came back.",
        "refused": "Not imported: {run.bad} rows are bad, and no row was written.",
        "failed": "Not imported: no row was written.",
        "reason": "Line {line}, {place}: {told}",
        "whole_row": "the whole row",
        "given_back": "The rows that came back are in {file} with their reasons; mended, import them again.",
        "import_failed": "The trouble is the system's, not the file's: the line import_failed in the log tells it.",
        "interrupted": "Interrupted, but the file was taken in: a running worker goes on with it after two minutes, "
        "or run the same command again.",
        "no_database": "The database cannot be reached or did not answer in time: run the same command again later.",
    },
}


def language_of(environment: Mapping[str, str]) -> str:
    """English where the terminal says so; else Chinese, as the API."""
    locale = next((environment[name] for name in LOCALES if environment.get(name)), "")
    return "en" if locale.lower().startswith("en") else LANGUAGES[0]


def _check_target(_context: click.Context, _option: click.Parameter, target: Path | None) -> Path | None:
    """Refuse before the work what could not be written after it."""
    if target is not None and target.suffix.lower() not in FORMS:
        raise click.BadParameter(f"{target.name} must end in {' or '.join(FORMS)}")
    if target is not None and not target.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {target.parent}")
    return target


_kind = click.option("--kind", type=click.Choice([each.value for each in ImportKind]), required=True)
_target = click.Path(path_type=Path, dir_okay=False, writable=True)


@click.command("import")
@click.option("--region", "code", required=True, help="The fund's code.")
@_kind
@click.option(
    "--mode",
    type=click.Choice([each.value for each in ImportMode]),
    default=ImportMode.ALL_OR_NOTHING.value,
    show_default=True,
    help="What becomes of a file with bad rows.",
)
@click.option("--returned", type=_target, callback=_check_target, help="Write the bad rows with their reasons here.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Default: by LANG, else Chinese.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@data_dir_option
def import_file(
    code: str, kind: str, mode: str, returned: Path | None, language: str | None, file: Path, data_dir: Path
) -> None:
    """Import a register from FILE (CSV or XLSX) to its end; exit code 0 only if every row went in.

    The same file again changes nothing. A worker that runs beside does not do it twice.
    """
    told = _Told(language or language_of(os.environ))
    settings = runtime_settings(data_dir)
    if file.stat().st_size > settings.limits.import_body:
        raise click.ClickException(told.sentences["body_too_large"])
    upload = Upload(ImportKind(kind), ImportMode(mode), file.read_bytes())
    actor = SystemActor(code, "cli.import")
    try:
        with region_at_work(settings, code):
            run = _import(upload, actor=actor, told=told)
            _tell_reasons(run, told=told)
            if returned is not None:
                _give_back(run, returned, actor=actor, told=told)
    except DomainError as error:
        raise click.ClickException(told.sentences[error.code]) from error
    except OperationalError as error:
        raise click.ClickException(told.words["no_database"]) from error
    if run.state is not RunState.WRITTEN or run.bad:
        raise SystemExit(1)


@click.command("import-template")
@_kind
@click.argument("file", type=_target, callback=_check_target)
def import_template(kind: str, file: Path) -> None:
    """Write an empty FILE (.xlsx or .csv) of a kind: its headings and one made-up example. Needs no database."""
    file.write_bytes(template(ImportKind(kind), form=FORMS[file.suffix.lower()]).content)


class _Told:
    """What is said in one language: progress on standard error, the rest on standard output."""

    def __init__(self, language: str) -> None:
        self.words = WORDS[language]
        self.sentences = catalogue(language)
        self._progress = ""

    def say(self, word: str, **values: object) -> None:
        click.echo(self.words[word].format(**values))

    def advanced(self, run: RunView) -> None:
        line = self.words["progress"].format(run=run)
        if line != self._progress:
            click.echo(line, err=True)
        self._progress = line


def _import(upload: Upload, *, actor: SystemActor, told: _Told) -> RunView:
    """Take the file in, do its run to its end, and say what it came to."""
    at = clock.now()
    run = receive_file(upload, actor=actor, at=at)
    if run.created_at < at:
        word = "written_before" if run.state is RunState.WRITTEN else "taken_before"
        told.say(word, at=f"{run.created_at.astimezone(zone_of(actor.region)):%Y-%m-%d %H:%M}")
    try:
        ended = run_to_end(run.id, actor=actor, at=at, advanced=told.advanced)
    except KeyboardInterrupt:
        raise click.ClickException(told.words["interrupted"]) from None
    in_part = ended.state is RunState.WRITTEN and ended.bad
    told.say("written_in_part" if in_part else ended.state, run=ended)
    return ended


def _tell_reasons(run: RunView, *, told: _Told) -> None:
    with transaction() as current:
        found = queries.reasons_by_line(current, run_id=run.id)
    for line, reasons in sorted(found.items()):
        for reason in reasons:
            place = reason.column or told.words["whole_row"]
            told.say("reason", line=line, place=place, told=explain(reason, sentences=told.sentences))
    if run.failure_code:
        click.echo({**told.sentences, **told.words}.get(run.failure_code, run.failure_code))


def _give_back(run: RunView, target: Path, *, actor: SystemActor, told: _Told) -> None:
    """Write the file that comes back, to be mended; say so when there is none."""
    form = FORMS[target.suffix.lower()]
    try:
        with transaction() as current:
            sheet = returned_file(
                current, run_id=run.id, actor=actor, at=clock.now(), sentences=told.sentences, form=form
            )
    except NothingToReturn as nothing:
        click.echo(told.sentences[nothing.code])
        return
    target.touch(mode=PRIVATE)
    target.write_bytes(sheet.content)
    told.say("given_back", file=target)
