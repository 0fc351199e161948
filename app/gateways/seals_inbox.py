"""Delivers seals to somebody who keeps them: one POST for each, under an id by which he knows a repetition."""

import httpx

from app.kernel.outbox import Outgoing, SendRefused

TIMEOUT_S = 10.0
NEVER = frozenset({400, 401, 403, 404, 405, 409, 410, 413, 415, 422})


class InboxUnavailable(Exception):
    """The inbox does not answer as it should: it is asked again later."""


class SealsInbox:
    """An HTTP inbox; `token` goes with each call where one is set."""

    def __init__(self, url: str, *, token: str | None) -> None:
        self._url = url
        self._login = {} if token is None else {"Authorization": f"Bearer {token}"}

    def __call__(self, message: Outgoing) -> None:
        """Deliver one seal. Raises SendRefused where it is never taken so, and InboxUnavailable."""
        headers = self._login | {"Idempotency-Key": str(message.id)}
        try:
            answer = httpx.post(self._url, json=dict(message.payload), headers=headers, timeout=TIMEOUT_S)
        except httpx.HTTPError as error:
            raise InboxUnavailable(type(error).__name__) from error
        if answer.status_code in NEVER:
            raise SendRefused(f"inbox_said_{answer.status_code}")
        if not answer.is_success:  # a redirect is not followed: it could lead anywhere
            raise InboxUnavailable(str(answer.status_code))
