"""A provider of face checks: is the person before the phone the one enrolled under this pseudonym?

The protocol is one of our own, in the manner of such services (a token for the phone, a result with a trace id for the
server); a provider is met by an adapter that speaks it. No picture passes through here, and none is kept: the phone
shows the face to the provider. Requests are signed as `app.gateways.signed` says. Both calls may be repeated under one
reference.

- `POST /v1/tokens {"reference", "subject"}` → `{"code": 0, "trace_id", "token", "expires_in"}`
- `POST /v1/results {"reference"}` → `{"code": 0, "trace_id", "state": "waiting" | "done", "matched", "score"}`
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from app.gateways.signed import ProviderError, SignedClient, text_of, unreadable, whole_of

TOKENS_PATH, RESULTS_PATH = "/v1/tokens", "/v1/results"
NOT_ENROLLED, NO_SUCH_CHECK = 2001, 2002
HIGHEST_SCORE = 100


@dataclass(frozen=True, slots=True)
class FaceToken:
    """What the phone starts its check with."""

    token: str = field(repr=False)
    expires_in_s: int
    trace_id: str


@dataclass(frozen=True, slots=True)
class FaceResult:
    """How a check ended; `score` from 0 to 100 is the provider's own."""

    is_matched: bool
    score: int
    trace_id: str


class FaceNotEnrolled(ProviderError):
    """The provider knows no face under this pseudonym."""


class FaceClient(SignedClient):
    """Asks the provider of face checks."""

    refusals: ClassVar[Mapping[int, type[ProviderError]]] = {NOT_ENROLLED: FaceNotEnrolled}

    def request_token(self, *, reference: str, subject: str) -> FaceToken:
        """A token for the phone; the same reference has the same check. Raises FaceNotEnrolled, ProviderBusy,
        ProviderMisconfigured."""
        answer = self._ask(TOKENS_PATH, {"reference": reference, "subject": subject})
        trace_id, token = text_of(TOKENS_PATH, answer, "trace_id"), text_of(TOKENS_PATH, answer, "token")
        return FaceToken(token, whole_of(TOKENS_PATH, answer, "expires_in", highest=86_400), trace_id)

    def fetch_result(self, *, reference: str) -> FaceResult | None:
        """How the check ended; None while the phone has not finished. Raises ProviderBusy, ProviderMisconfigured."""
        answer = self._ask(RESULTS_PATH, {"reference": reference})
        if answer.get("state") == "waiting":
            return None
        is_matched = answer.get("matched")
        if answer.get("state") != "done" or not isinstance(is_matched, bool):
            unreadable(RESULTS_PATH)
        score = whole_of(RESULTS_PATH, answer, "score", highest=HIGHEST_SCORE)
        return FaceResult(is_matched, score, text_of(RESULTS_PATH, answer, "trace_id"))
