"""A provider that sends text messages (短信) to mobile numbers.

The protocol is one of our own; a provider is met by an adapter that speaks it. Such providers send approved templates
only, so a message names its template with its values; `text` is the whole of it in words, without the signature that
the provider puts before it. Requests are signed as `app.gateways.signed` says. A call may be repeated under one
reference: the message goes out once.

- `POST /v1/messages {"reference", "phone", "template", "values": {name: text}, "text"}` → `{"code": 0, "message_id"}`

Code 2001: this number is never reached (no such number, a landline, or one that has forbidden it). An answer of 0 says
that the provider has taken the message, not that somebody has read it.
"""

from collections.abc import Mapping
from typing import ClassVar

from app.gateways.signed import ProviderError, SignedClient, text_of

MESSAGES_PATH = "/v1/messages"
NUMBER_REFUSED = 2001


class SmsNumberRefused(ProviderError):
    """The provider reaches nobody under this number."""


class SmsClient(SignedClient):
    """Asks the provider of text messages."""

    refusals: ClassVar[Mapping[int, type[ProviderError]]] = {NUMBER_REFUSED: SmsNumberRefused}

    def send(self, *, reference: str, phone: str, template: str, values: Mapping[str, str], text: str) -> str:
        """Hand over a message; answers the provider's id of it, the same for the same reference. Raises
        SmsNumberRefused, ProviderBusy, ProviderMisconfigured."""
        body = {"reference": reference, "phone": phone, "template": template, "values": dict(values), "text": text}
        return text_of(MESSAGES_PATH, self._ask(MESSAGES_PATH, body), "message_id")
