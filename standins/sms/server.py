"""A provider that speaks the protocol of `app.gateways.sms`; beside the orders of `standins.signed` it takes

- `POST /_standin/refused {"phone"}`, this number is never reached
- `POST /_standin/sent {}` → `{"messages": [{"phone", "template", "values", "text", "message_id"}]}`, each once
"""

import secrets
import threading
from dataclasses import dataclass, field

from flask import Flask

from standins import signed
from standins.signed import Account, Answer, Refusal

DEFAULT_APP, DEFAULT_SECRET = "anhu-test", "sms-secret-of-the-stand-in"
NUMBER_REFUSED = 2001


@dataclass
class Messages:
    """What was sent to whom. Every public method may be called from any thread."""

    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        with self._lock:
            self._refused: set[str] = set()
            self._sent: dict[str, Answer] = {}

    def refuse(self, order: Answer) -> Answer:
        with self._lock:
            self._refused.add(order["phone"])
            return {}

    def sent(self, _: Answer) -> Answer:
        with self._lock:
            return {"messages": list(self._sent.values())}

    def send(self, body: Answer) -> Answer:
        with self._lock:
            if body["phone"] in self._refused:
                raise Refusal(NUMBER_REFUSED)
            reference = body.pop("reference")
            new = body | {"message_id": f"sms-{secrets.token_hex(8)}"}
            return {"message_id": self._sent.setdefault(reference, new)["message_id"]}


def create_app(messages: Messages) -> Flask:
    return signed.create_app(
        Account(DEFAULT_APP, DEFAULT_SECRET),
        calls={"/v1/messages": messages.send},
        orders={"refused": messages.refuse, "sent": messages.sent},
        reset=messages.reset,
    )
