"""How gunicorn serves Anhu. Worker type and pools were chosen by measurement."""

import gc
import os
import shutil
import signal
from pathlib import Path

from prometheus_client import multiprocess

bind = os.environ.get("ANHU_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("ANHU_WEB_WORKERS", "2"))
worker_class = "gthread"
preload_app = True  # loaded once and forked: it starts in half the time; no connection is made before the fork
threads = int(os.environ.get("ANHU_WEB_THREADS", "8"))
timeout = 30
graceful_timeout = 30
keepalive = 5
max_requests = int(os.environ.get("ANHU_WEB_MAX_REQUESTS", "0"))
accesslog = None
limit_request_line = 4094
limit_request_fields = 64
control_socket_disable = True  # signals do; it would be one file for all servers of a user, in a home he may not have


_metrics = os.environ.get("PROMETHEUS_MULTIPROC_DIR")


def when_ready(_server):
    """The program is loaded and nothing is forked yet: what it is made of need never be looked through for garbage."""
    gc.collect()
    gc.freeze()


def _end_by_sigterm():
    """In a new worker, before it has a handler of its own."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


# A stop that reaches a worker just forked would find the master's handler there and be lost, and waited for until the
# worker is killed: from before the fork until the worker ends by it, it waits.
os.register_at_fork(
    before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM}),
    after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM}),
    after_in_child=_end_by_sigterm,
)


def child_exit(_server, worker):
    """Forget the gauges of a worker that is gone."""
    if _metrics:
        multiprocess.mark_process_dead(worker.pid)


def on_exit(_server):
    """Remove what the workers counted."""
    if _metrics and Path(_metrics).name.startswith("metrics-"):
        shutil.rmtree(_metrics, ignore_errors=True)
