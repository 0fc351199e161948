"""`anhu openapi`: the API's document."""

import tempfile

import click

from app.factory import create_app
from app.kernel.http.document_file import document_text
from app.kernel.settings import read_settings


@click.command("openapi")
def openapi() -> None:
    """Print the OpenAPI document. Needs no database."""
    nowhere = {"DATABASE_URL": "postgresql+psycopg:///none"}
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings(nowhere | {"ANHU_DATA_DIR": folder, "ANHU_LOG_LEVEL": "WARNING"})
    click.echo(document_text(create_app(settings)), nl=False)
