"""The WSGI entry point: `gunicorn wsgi:application`."""

import gc

gc.disable()  # a fifth of the start went into looking for garbage among what is only being loaded, measured

from app.factory import create_app  # noqa: E402 - what is imported is what this is about

application = create_app()
gc.freeze()  # or the first look for garbage goes through all of it: an eighth of the start, and next to none is found
gc.enable()
