"""The stand-in bank as a process of its own, for tests."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx


@contextmanager
def running_bank(*options: str) -> Iterator[httpx.Client]:
    """Start the bank on a free port and give a client for it; stop it at the end."""
    command = [sys.executable, "-m", "standins.bank", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            greeting = process.stdout.readline()
            address = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", greeting)[1]
            with httpx.Client(base_url=address, timeout=10, trust_env=False) as client:
                yield client
        finally:
            process.kill()
