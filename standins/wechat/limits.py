"""Counting windows for WeChat's rate limits."""

from collections import Counter


class Limit:
    """At most `most` calls per key in each window of `window_s` seconds; WeChat's real windows may begin elsewhere."""

    def __init__(self, most: int, *, window_s: float) -> None:
        self._most = most
        self._window_s = window_s
        self._window = 0
        self._taken: Counter[str] = Counter()

    def take(self, key: str, *, now: float) -> bool:
        """Count one call; False when the window is full."""
        window = int(now // self._window_s)
        if window != self._window:
            self._window = window
            self._taken.clear()
        if self._taken[key] >= self._most:
            return False
        self._taken[key] += 1
        return True
