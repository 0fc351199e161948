"""Faults a test orders for the next calls of a path."""

import threading
from collections import Counter, defaultdict, deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call; exactly one of the first three, or none when the answer is only late."""

    errcode: int | None = None
    """WeChat refuses before it does anything, in its own form (HTTP 200)."""
    status: int | None = None
    """A machine in front of WeChat answers with this HTTP status; WeChat never saw the call."""
    body: str | None = None
    """WeChat does its work (a code is used up), but this text arrives in place of the answer."""
    wait_s: float = 0.0
    """WeChat does its work, and the answer leaves this much later."""


class Faults:
    """Ordered faults, first in first out for each path, and a count of calls. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ordered: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._calls: Counter[str] = Counter()

    def reset(self) -> None:
        with self._lock:
            self._ordered.clear()
            self._calls.clear()

    def order(self, path: str, fault: Fault, *, calls: int) -> None:
        with self._lock:
            self._ordered[path].extend([fault] * calls)

    def meet(self, path: str) -> Fault:
        """Count a call of this path and say what is wrong with it; by default nothing."""
        with self._lock:
            self._calls[path] += 1
            waiting = self._ordered[path]
            return waiting.popleft() if waiting else Fault()

    def calls(self) -> dict[str, int]:
        with self._lock:
            return dict(self._calls)
