"""The client of the provider of text messages against a stand-in that is a process of its own; how it is asked is
`test_face`'s."""

import pytest

from app.gateways.signed import ProviderBusy, ProviderMisconfigured
from app.gateways.sms import MESSAGES_PATH, SmsClient, SmsNumberRefused
from tests.standins_signed import StandIn
from tests.standins_sms import sms_process, sms_standin

__all__ = ["sms_process", "sms_standin"]

MESSAGE = {"phone": "13800000001", "template": "help_call", "values": {"carer": "周敏"}, "text": "周敏一键求助。"}


def test_a_message_goes_out_once_whatever_becomes_of_the_answer(sms_standin: StandIn):
    provider = SmsClient(sms_standin.settings())
    sms_standin.order("faults", path=MESSAGES_PATH, body='{"code": 0}')
    sms_standin.order("refused", phone="13800000002")

    with pytest.raises(ProviderBusy):
        provider.send(reference="r1", **MESSAGE)
    first, again = (provider.send(reference="r1", **MESSAGE) for _ in range(2))
    with pytest.raises(SmsNumberRefused):
        provider.send(reference="r2", **MESSAGE | {"phone": "13800000002"})
    with pytest.raises(ProviderMisconfigured):
        SmsClient(sms_standin.settings(secret="another")).send(reference="r3", **MESSAGE)
    provider.close()

    assert first == again
    assert sms_standin.order("sent")["messages"] == [MESSAGE | {"message_id": first}]
