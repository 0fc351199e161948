"""The application with the probe's routes, for a real gunicorn: `gunicorn tests.kernel.slow_app:application`."""

import time

from flask import Response, jsonify

from app.kernel.access import open_to_all
from app.kernel.settings import read_settings
from tests.kernel.probe import probe_app

SECONDS = 2.0
application = probe_app(read_settings())


@open_to_all
def answer_slowly(number: int) -> Response:
    time.sleep(SECONDS)
    return jsonify(number=number)


application.add_url_rule("/slow/<int:number>", view_func=answer_slowly)
