"""How gunicorn serves Anhu. Worker type and pools were chosen by measurement."""

import os

bind = os.environ.get("ANHU_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("ANHU_WEB_WORKERS", "2"))
worker_class = "gthread"
threads = int(os.environ.get("ANHU_WEB_THREADS", "8"))
timeout = 30
graceful_timeout = 30
keepalive = 5
max_requests = int(os.environ.get("ANHU_WEB_MAX_REQUESTS", "0"))
accesslog = None
limit_request_line = 4094
limit_request_fields = 64
