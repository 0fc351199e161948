"""The WSGI entry point: `gunicorn wsgi:application`."""

from app.kernel.loading import loading

with loading():
    from app.factory import create_app

    application = create_app()
