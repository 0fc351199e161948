"""Files as an agency writes them, made of rows by field; a test states only the cells it is about."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import count
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.imports.columns import COLUMNS
from app.imports.jobs import run_waiting
from app.imports.types import ImportKind
from app.kernel import clock
from app.kernel.permissions import Actor
from app.kernel.sheets import read_rows, write_csv, write_xlsx
from tests.registry.factories import an_id_number
from tests.registry.scene import Scene

IMPORTS = "/api/v1/imports"
_numbers = count(5_000)

Line = dict[str, str]


def a_line(kind: ImportKind, **texts: str) -> Line:
    """One row: the template's example, but nothing of what is optional, and a person nobody has entered before."""
    line = {column.field: column.example if column.required else "" for column in COLUMNS[kind]}
    if "number" in line:
        line["number"] = an_id_number(number=next(_numbers), born_on=date(1944, 5, 6))
    return line | texts


def as_rows(kind: ImportKind, lines: Sequence[Mapping[str, str]]) -> list[list[str]]:
    """Headings and cells."""
    columns = COLUMNS[kind]
    return [[column.heading for column in columns], *([line[column.field] for column in columns] for line in lines)]


def a_csv(kind: ImportKind, *lines: Mapping[str, str], encoding: str = "utf-8-sig") -> bytes:
    return write_csv(as_rows(kind, lines)).decode("utf-8-sig").encode(encoding)


def an_xlsx(kind: ImportKind, *lines: Mapping[str, str]) -> bytes:
    return write_xlsx({"导入": as_rows(kind, lines)})


def send(
    http: FlaskClient, scene: Scene, actor: Actor, content: bytes, *, kind: ImportKind, mode: str = "all_or_nothing"
) -> TestResponse:
    query = {"kind": kind.value, "mode": mode}
    return http.post(IMPORTS, query_string=query, data=content, headers=scene.headers(actor))


def run(
    http: FlaskClient, scene: Scene, actor: Actor, content: bytes, *, kind: ImportKind, mode: str = "all_or_nothing"
) -> dict[str, Any]:
    """Send a file, let the worker work, and give the run as it then is."""
    sent = send(http, scene, actor, content, kind=kind, mode=mode)
    assert sent.status_code == 202, sent.json
    run_waiting(actor.region, at=clock.now())
    return get(http, scene, actor, f"/{sent.json['id']}").json


def get(http: FlaskClient, scene: Scene, actor: Actor, path: str, **query: object) -> TestResponse:
    return http.get(f"{IMPORTS}{path}", query_string=query, headers=scene.headers(actor))


def reasons(http: FlaskClient, scene: Scene, actor: Actor, run_id: str) -> list[dict[str, Any]]:
    answer = get(http, scene, actor, f"/{run_id}/reasons", limit=200)
    assert answer.status_code == 200, answer.json
    return answer.json["items"]


def returned(http: FlaskClient, scene: Scene, actor: Actor, run_id: str) -> list[tuple[str, ...]]:
    """The rows of the file that came back, headings first."""
    answer = get(http, scene, actor, f"/{run_id}/returned")
    assert answer.status_code == 200, answer.json
    return [row.cells for row in read_rows(answer.data, most=1000)]
