"""The stand-in inbox as a process of its own, for tests."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx


@contextmanager
def running_inbox() -> Iterator[httpx.Client]:
    """Start the inbox on a free port and give a client for it; stop it at the end."""
    command = [sys.executable, "-m", "standins.inbox", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            greeting = process.stdout.readline()
            address = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", greeting)[1]
            with httpx.Client(base_url=address, timeout=10, trust_env=False) as client:
                yield client
        finally:
            process.kill()
