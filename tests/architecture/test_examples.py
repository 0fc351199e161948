"""The examples for operators fit what the server does."""

import json
import re

import pytest

from tests.conftest import ROOT

EXAMPLES = ROOT / "docs" / "examples"
SITE = (EXAMPLES / "nginx-anhu.conf").read_text()
LARGE = re.compile(next(iter(re.findall(r"location ~ (\S+) \{\s+client_max_body_size 20m;", SITE))))
ANY_ID = "01a212e3-b39e-7607-995e-6f8ec1cb8668"


def posts() -> list[tuple[str, bool]]:
    """Every address that takes a POST, and whether it takes a file."""
    paths = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"]
    return [
        (re.sub(r"\{\w+\}", ANY_ID, path), "application/json" not in methods["post"]["requestBody"]["content"])
        for path, methods in paths.items()
        if "requestBody" in methods.get("post", {})
    ]


def test_the_proxy_lets_large_bodies_through_where_files_are_taken_and_nowhere_else():
    assert {path for path, _ in posts() if LARGE.search(path)} == {path for path, is_file in posts() if is_file}
    assert sum(is_file for _, is_file in posts()) >= 4


def seconds(unit: str, setting: str) -> int:
    return int(re.findall(rf"^{setting}=(\d+)$", (EXAMPLES / unit).read_text(), re.MULTILINE)[0])


def test_a_stopping_server_is_not_killed_while_gunicorn_lets_requests_end():
    graceful = int(re.findall(r"^graceful_timeout = (\d+)$", (ROOT / "gunicorn.conf.py").read_text(), re.MULTILINE)[0])

    assert seconds("anhu.service", "TimeoutStopSec") > graceful


@pytest.mark.parametrize("unit", ["anhu.service", "anhu-worker.service"])
def test_a_unit_runs_a_command_that_exists_with_settings_that_are_shipped(unit: str):
    text = (EXAMPLES / unit).read_text()

    assert re.search(r"^ExecStart=/opt/anhu/\.venv/bin/anhu (serve|worker)$", text, re.MULTILINE)
    assert "EnvironmentFile=/etc/anhu/anhu.env" in text
    assert (EXAMPLES / "anhu.env").exists()
