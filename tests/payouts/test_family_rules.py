"""Where a family goes with a payment that came back."""

from dataclasses import replace

import pytest

from app.payouts.family_rules import counter_of
from app.policies.entry_codes import IntakeBody
from app.policies.oversight_terms import ServiceCounter
from app.policies.service import load_book
from tests.policies.factories import day

POLICY = load_book().policy_for(region="tianjin", district=None, on=day("2026-11-03"))
DISTRICT, STREET = "120116", "120116003"
OF_DISTRICT = ServiceCounter(DISTRICT, "滨海新区医保分中心")
OF_STREET = ServiceCounter(STREET, "新港街道社区事务受理服务中心")
ELSEWHERE = ServiceCounter("120101001", "另一条街的窗口")
BOTH = (OF_DISTRICT, OF_STREET, ELSEWHERE)
CASES = [
    (BOTH, STREET, OF_STREET.name),
    (BOTH, "120116004", OF_DISTRICT.name),
    (BOTH, None, OF_DISTRICT.name),
    ((OF_STREET,), STREET, OF_STREET.name),
    ((OF_STREET,), None, "street_centre"),
    ((ELSEWHERE,), STREET, "street_centre"),
    ((), STREET, "street_centre"),
]


@pytest.mark.parametrize(("counters", "street_code", "counter"), CASES)
def test_a_family_is_sent_to_its_streets_counter_its_districts_or_to_who_takes_applications(
    counters: tuple[ServiceCounter, ...], street_code: str | None, counter: str
):
    application = replace(POLICY.application, intake_body=IntakeBody.STREET_CENTRE)
    policy = replace(POLICY, payment=replace(POLICY.payment, counters=counters), application=application)

    assert counter_of(policy, district_code=DISTRICT, street_code=street_code) == counter
