"""What families are told of their payments. Pure."""

from app.policies.types import Policy


def counter_of(policy: Policy, *, district_code: str, street_code: str | None) -> str:
    """Where a client's family goes with a payment that came back: the name of the street's counter, else of the
    district's, else the code of the body that takes applications."""
    names = {each.area: each.name for each in policy.payment.counters}
    found = names.get(street_code or "") or names.get(district_code)
    return found or policy.application.intake_body.value
