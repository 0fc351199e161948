"""The outbox's channel of text messages."""

from app.gateways.provider_access import asking_sms, log_unavailable
from app.gateways.signed import ProviderError
from app.gateways.sms import SmsNumberRefused
from app.kernel.outbox import Outgoing, SendRefused


def send_sms(message: Outgoing) -> None:
    """Hand a message to the provider under its own id. Raises SendRefused for a number that is never reached, and
    ProviderError to be asked again."""
    try:
        with asking_sms() as client:
            client.send(reference=str(message.id), template=message.template, **message.payload)
    except SmsNumberRefused as error:
        raise SendRefused("number_refused") from error
    except ProviderError as error:
        log_unavailable("sms_unavailable", error)
        raise
