"""Drives an HTTP server with many clients from one process, as leanly as Python allows.

Requests are bytes made beforehand; each client is one keep-alive connection that sends the next request when its answer
is whole. The generator's own CPU time is part of the result, since it shares the machine with what it measures.
"""

import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

READ_AT_ONCE = 65536
STALLED_AFTER_S = 30.0
HEAD_END = b"\r\n\r\n"


class ServerFailed(RuntimeError):
    """The server did not answer, or not as it must."""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What the clients saw. Seconds; one latency per request, unordered."""

    seconds: float
    latencies: list[float]
    statuses: Counter[int]
    client_cpu_s: float

    @property
    def rps(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile_ms(self, share: float) -> float:
        """The latency that `share` of the requests did not exceed, in milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(slots=True)
class _Client:
    """One connection: what it sent last and what has come back so far."""

    address: tuple[str, int]
    connection: socket.socket = field(init=False)
    sent_at: float = 0.0
    received: bytes = b""

    def connect(self) -> None:
        self.connection = socket.create_connection(self.address, timeout=STALLED_AFTER_S)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> None:
        self.received = b""
        self.sent_at = time.perf_counter()
        self.connection.sendall(request)

    def receive(self) -> tuple[int, bool] | None:
        """Status and whether the connection stays open, once the answer is whole."""
        part = self.connection.recv(READ_AT_ONCE)
        if not part:
            raise ServerFailed("the server closed a connection in the middle of an answer")
        self.received += part
        head, found, body = self.received.partition(HEAD_END)
        if not found or len(body) < _header_number(head, b"content-length"):
            return None
        return int(head[9:12]), b"connection: close" not in head.lower()


def drive(address: tuple[str, int], requests: Iterable[bytes], *, clients: int) -> LoadResult:
    """Send every request once, `clients` of them at any time; each is taken when it is sent.

    Raises ServerFailed when nothing comes for 30 s.
    """
    waiting = iter(requests)
    latencies: list[float] = []
    statuses: Counter[int] = Counter()
    cpu = time.process_time()
    began = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        try:
            for request in islice(waiting, clients):
                starting = _Client(address)
                _open(starting, selector)
                starting.send(request)
            while selector.get_map():
                for client in _ready(selector):
                    answer = client.receive()
                    if answer is None:
                        continue
                    latencies.append(time.perf_counter() - client.sent_at)
                    statuses[answer[0]] += 1
                    _go_on(client, selector, next(waiting, None), stays_open=answer[1])
        finally:
            for key in list(selector.get_map().values()):
                key.data.connection.close()
    return LoadResult(time.perf_counter() - began, latencies, statuses, time.process_time() - cpu)


def _ready(selector: selectors.BaseSelector) -> list[_Client]:
    ready = selector.select(STALLED_AFTER_S)
    if not ready:
        raise ServerFailed(f"no answer for {STALLED_AFTER_S:.0f} s")
    return [key.data for key, _ in ready]


def _go_on(client: _Client, selector: selectors.BaseSelector, request: bytes | None, *, stays_open: bool) -> None:
    """Send the client's next request, over a new connection when the server closes this one."""
    if request is None or not stays_open:
        selector.unregister(client.connection)
        client.connection.close()
        if request is None:
            return
        _open(client, selector)
    client.send(request)


def _open(client: _Client, selector: selectors.BaseSelector) -> None:
    client.connect()
    selector.register(client.connection, selectors.EVENT_READ, client)


def _header_number(head: bytes, name: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.strip().lower() == name:
            return int(value)
    return 0
