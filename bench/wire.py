"""Hears what a client says to PostgreSQL: a proxy in front of the server's socket that reads the messages.

A round trip is a time when the client asks the server to answer and waits: a simple query, or the Sync or Flush that
ends a batch of the extended protocol. So a prepared statement is one and preparing it is another, BEGIN and COMMIT are
one each, and a pipeline counts its Syncs. As a check on that the proxy also counts turns: how often the client spoke
after the server had.
"""

import selectors
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

ASKING = ("Q", "S", "H", "F")  # Query, Sync, Flush, FunctionCall
READ_AT_ONCE = 65536
LENGTH = struct.Struct("!I")


class Message(NamedTuple):
    """One message of a client: its type letter and what follows its length."""

    kind: str
    body: bytes


@dataclass(slots=True)
class Tally:
    """What clients said since the last `take`, and turns."""

    messages: list[Message] = field(default_factory=list)
    turns: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, messages: list[Message], *, turn: bool) -> None:
        """Count the messages of one piece of talk."""
        with self._lock:
            self.messages += messages
            self.turns += turn

    def take(self) -> "Tally":
        """What was said so far; counting begins anew."""
        with self._lock:
            taken = Tally(self.messages, self.turns)
            self.messages, self.turns = [], 0
            return taken

    @property
    def round_trips(self) -> int:
        """How often clients asked and waited; the larger count, should messages and turns differ."""
        return max(sum(message.kind in ASKING for message in self.messages), self.turns)


@dataclass(slots=True)
class Reader:
    """Cuts a client's bytes into messages. The first has no type letter: it opens the session."""

    started: bool = False
    rest: bytes = b""

    def messages(self, part: bytes) -> list[Message]:
        """The messages that are whole by the bytes so far."""
        self.rest += part
        found: list[Message] = []
        while True:
            head = 1 if self.started else 0
            if len(self.rest) < head + LENGTH.size:
                return found
            end = head + int(LENGTH.unpack_from(self.rest, head)[0])
            if len(self.rest) < end:
                return found
            if self.started:
                found.append(Message(chr(self.rest[0]), self.rest[head + LENGTH.size : end]))
            self.started = True
            self.rest = self.rest[end:]


@contextmanager
def counting_proxy(server: Path, folder: Path) -> Iterator[Tally]:
    """Listen in `folder` under the name of the socket `server` and pass everything on, counting what clients say."""
    tally = Tally()
    with socket.socket(socket.AF_UNIX) as listener, selectors.DefaultSelector() as selector:
        listener.bind(str(folder / server.name))
        listener.listen()
        stopping, stop = socket.socketpair()
        selector.register(listener, selectors.EVENT_READ)
        selector.register(stopping, selectors.EVENT_READ)
        thread = threading.Thread(target=_pass_on, args=(selector, listener, stopping, server, tally), daemon=True)
        thread.start()
        try:
            yield tally
        finally:
            stop.send(b"x")
            thread.join()
            stop.close()
            stopping.close()


@dataclass(slots=True)
class _End:
    """One side of a passed-on session."""

    other: socket.socket
    reader: Reader | None  # of the client's side only
    talk: "_Talk"


@dataclass(slots=True)
class _Talk:
    """Who spoke last in a session."""

    client_spoke: bool = False


def _pass_on(
    selector: selectors.BaseSelector, listener: socket.socket, stopping: socket.socket, server: Path, tally: Tally
) -> None:
    ends: dict[socket.socket, _End] = {}
    while True:
        for key, _ in selector.select():
            source = key.fileobj
            assert isinstance(source, socket.socket)
            if source is stopping:
                _hang_up(selector, tuple(ends), ends)
                return
            if source is listener:
                _accept(selector, listener, server, ends)
            elif source in ends and not _forward(source, ends[source], tally):
                _hang_up(selector, (source, ends[source].other), ends)


def _accept(
    selector: selectors.BaseSelector, listener: socket.socket, server: Path, ends: dict[socket.socket, _End]
) -> None:
    client, _ = listener.accept()
    backend = socket.socket(socket.AF_UNIX)
    backend.connect(str(server))
    talk = _Talk()
    ends[client], ends[backend] = _End(backend, Reader(), talk), _End(client, None, talk)
    selector.register(client, selectors.EVENT_READ)
    selector.register(backend, selectors.EVENT_READ)


def _hang_up(
    selector: selectors.BaseSelector, sockets: tuple[socket.socket, ...], ends: dict[socket.socket, _End]
) -> None:
    for end in sockets:
        selector.unregister(end)
        del ends[end]
        end.close()


def _forward(source: socket.socket, end: _End, tally: Tally) -> bool:
    """Pass on what has come, counted before anybody can act on it; False when the session is over."""
    try:
        part = source.recv(READ_AT_ONCE)
        if end.reader is not None and part:
            tally.add(end.reader.messages(part), turn=not end.talk.client_spoke)
        end.talk.client_spoke = end.reader is not None
        end.other.sendall(part)
    except OSError:
        return False
    return bool(part)
