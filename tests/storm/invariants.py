"""What must hold of what the server holds, in every moment of a storm and after it. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

from app.kernel.clock import local_date
from demo.world import ZONE
from tests.storm.held import Held, Row
from tests.storm.script import Made

OF_ARRIVAL = frozenset({"late_sync", "clock_skew", "future_time", "late_entry"})  # speak of when something came
OF_ORDER = frozenset({"overlap", "second_care_day"})  # whoever came first is paid
NEAR = timedelta(minutes=3)  # a visit whose tap was repeated begins with whichever tap came first
BEGUN = frozenset({"begun", "done"})


def find_broken(held: Held, *, made: Mapping[str, Made], accepted: Iterable[str]) -> list[str]:
    """Sentences about all that must never be, empty when there is nothing."""
    return [
        *_lost(held, accepted),
        *_foreign(held, made),
        *_halved(held),
        *_stuck(held),
        *_doubled(held),
        *_unjudged(held),
        *_unheard(held),
        *_overlapping(held),
    ]


def find_unsettled(*, made: Mapping[str, Made], accepted: Iterable[str], refused: Mapping[str, int]) -> list[str]:
    """What lacks its right answer though the network was well and the outboxes are empty."""
    broken = {each.id for each in made.values() if each.is_broken}
    return [
        *(f"{made[each].kind} {each} was never answered" for each in made.keys() - set(accepted) - refused.keys()),
        *(f"{made[each].kind} {each} was refused with {refused[each]}" for each in refused.keys() - broken),
        *(f"{made[each].kind} {each} is unreadable and was accepted" for each in broken & set(accepted)),
    ]


def find_differences(one: Held, other: Held) -> list[str]:
    """What two systems make of the same records otherwise, but for what speaks of their arrival."""
    left, right = facts_of(one), facts_of(other)
    unsure = _unsure(one) | _unsure(other)
    compared = (left.keys() | right.keys()) - {f"paid {name}" for name in unsure}
    return [
        f"{name}: {left.get(name)} and {right.get(name)}"
        for name in sorted(compared)
        if not _same(left.get(name), right.get(name))
    ]


def facts_of(held: Held) -> dict[str, Any]:
    """What came of the records, by names that mean the same in every system."""
    facts: dict[str, Any] = {}
    names = visit_names(held)
    for tap in held.taps.values():
        facts[f"tap {tap['id']}"] = (tap["kind"], tap["verdict"], names.get(tap["visit_id"]))
    for attempt in held.attempts.values():
        facts[f"attempt {attempt['id']}"] = (attempt["reason"], attempt["verdict"])
    payable = {row["visit_id"] for row in held.payable}
    for visit_id, name in names.items():
        visit = held.visits[visit_id]
        facts[f"visit {name}"] = (visit["state"], *_judged(held, visit_id))
        facts[f"times {name}"] = (visit["began_at"], visit["ended_at"])
        facts[f"paid {name}"] = visit_id in payable
        for record in held.records.get(visit_id, ()):
            facts[f"record {name}"] = (record["service_on"], timedelta(minutes=record["minutes"]))
    for day in held.care_days.values():
        facts[f"care day {day['id']}"] = _judged(held, day["id"])
        facts[f"paid {day['id']}"] = day["id"] in held.payable_days
    return facts


def visit_names(held: Held) -> dict[str, str]:
    """A planned visit's id; of one nobody planned, which bears the id of the tap that came first, its lowest tap's.

    Those nobody planned for the same carer, client and day have none: to which of them a tap belongs depends on the
    order in which all came. They wait for a person in any case.
    """
    names = {each: each for each, visit in held.visits.items() if visit["source"] == "planned"}
    taps: defaultdict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for tap in held.taps.values():
        if tap["visit_id"] is not None and tap["visit_id"] not in names:
            taps[tap["carer_id"], tap["client_id"], local_date(tap["counted_at"], ZONE)].append(tap)
    for of_day in taps.values():
        if len({tap["kind"] for tap in of_day}) == len(of_day):
            names |= {tap["visit_id"]: f"unplanned {min(tap['id'] for tap in of_day)}" for tap in of_day}
    return names


def _judged(held: Held, fact_id: str) -> tuple[Any, ...]:
    grades = held.grades.get(fact_id, ())
    codes = Counter(row["code"] for row in held.exceptions.get(fact_id, ()))
    kept = {code: count for code, count in codes.items() if code not in OF_ARRIVAL | OF_ORDER}
    return grades[-1]["grade"] if grades else None, sorted(kept.items())


def _unsure(held: Held) -> set[str]:
    """Names of what is paid or not by when it came, or by who came first: what collides, and with what."""
    names, found = visit_names(held), set[str]()
    for fact_id, rows in held.exceptions.items():
        for row in rows:
            if row["code"] in OF_ORDER or (row["code"] in OF_ARRIVAL and row["severity"] == "must_fix"):
                partners = {fact_id, *map(str, row["details"].values())}
                found |= {names.get(each, each) for each in partners}
    return found


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        return all(_same(*pair) for pair in zip(one, other, strict=True))
    if isinstance(one, datetime | timedelta) and isinstance(other, datetime | timedelta):
        return abs(one - other) <= NEAR
    return bool(one == other)


def _lost(held: Held, accepted: Iterable[str]) -> Iterator[str]:
    known = _contents(held)
    yield from (f"{each} was accepted and is not held" for each in accepted if each not in known)


def _foreign(held: Held, made: Mapping[str, Made]) -> Iterator[str]:
    for record_id, content in _contents(held).items():
        if record_id not in made:
            yield f"{record_id} was made by no phone: {content}"
        elif content != (sent := _content_sent(made[record_id])) and not _is_stray(content, sent):
            yield f"{record_id} was sent as {sent} and is held as {content}"


def _is_stray(content: tuple[Any, ...], sent: tuple[Any, ...]) -> bool:
    """A tap at a client who was not the carer's that day, by the clock that counts: it is kept without him."""
    return content[0] in ("in", "out") and content[1] is None and content[2:] == sent[2:]


def _contents(held: Held) -> dict[str, tuple[Any, ...]]:
    """What is held of each record, in the form of `_content_sent`."""
    found: dict[str, tuple[Any, ...]] = {}
    for tap in held.taps.values():
        names = held.visits.get(tap["visit_id"], {}).get("source") == "planned"
        where = (tap["visit_id"] if names else tap["claimed_visit_id"]) or tap["client_id"]
        found[tap["id"]] = (tap["kind"], where, tap["occurred_at"], _point(held, tap["id"]))
    for row in held.attempts.values():
        found[row["id"]] = ("attempt", row["visit_id"], row["occurred_at"], row["reason"], _point(held, row["id"]))
    for row in held.items.values():
        told = (row["item_code"], row["outcome"], row["minutes"], row["consented"])
        found[row["id"]] = ("item", row["visit_id"], row["occurred_at"], *told)
    for row in held.checks.values():
        found[row["id"]] = ("checks", row["visit_id"], row["occurred_at"], row["identity"], row["voucher"])
    for row in held.words.values():
        found[row["id"]] = ("confirmation", row["fact_id"], row["occurred_at"], row["holds"])
    for row in held.care_days.values():
        events = (row["in_event_id"], row["out_event_id"])
        found[row["id"]] = ("care_day", row["client_id"], row["occurred_at"], str(row["day"]), *events, row["items"])
    return found


def _content_sent(made: Made) -> tuple[Any, ...]:
    sent, at = made.content, datetime.fromisoformat(made.content["occurred_at"])
    match made.kind:
        case "clock_in" | "clock_out":
            return made.kind.removeprefix("clock_"), made.visit_id, at, _point_sent(sent)
        case "clock_event":
            return sent["kind"], sent["client_id"], at, _point_sent(sent)
        case "attempt":
            return "attempt", made.visit_id, at, sent["reason"], _point_sent(sent)
        case "item":
            told = (sent["item_code"], sent["outcome"], sent.get("minutes"), sent.get("consented", False))
            return "item", made.visit_id, at, *told
        case "checks":
            return "checks", made.visit_id, at, sent["identity"], sent["voucher"]
        case "confirmation":
            return "confirmation", made.visit_id, at, sent["holds"]
    items = [(item["item_code"], item["minutes"]) for item in sent["items"]]
    events = (sent.get("in_event_id"), sent.get("out_event_id"))
    return "care_day", sent["client_id"], at, sent["day"], *events, items


def _point(held: Held, record_id: str) -> tuple[Any, ...] | None:
    row = held.positions.get(record_id)
    return None if row is None else (row["point"], row["system"], row["accuracy_m"], row["fixed_at"])


def _point_sent(sent: Mapping[str, Any]) -> tuple[Any, ...] | None:
    fix = sent["fix"]
    if fix is None:
        return None
    point = f"{fix['latitude']!r},{fix['longitude']!r}"
    return point, fix["system"], fix["accuracy_m"], datetime.fromisoformat(fix["fixed_at"])


def _halved(held: Held) -> Iterator[str]:
    """A record stored in part, and what names a tap that is none of its own."""
    placed = held.taps | held.attempts
    for row in placed.values():
        if (row["location_source"] is not None) != (row["id"] in held.positions):
            yield f"{row['id']} and its position are not both held"
    yield from (f"position {each} belongs to nothing" for each in held.positions.keys() - placed.keys())
    for row in (record for records in held.records.values() for record in records):
        for name, kind in (("clock_in_id", "in"), ("clock_out_id", "out")):
            tap = held.taps.get(row[name])
            if tap is None or (tap["visit_id"], tap["kind"]) != (row["visit_id"], kind):
                yield f"record {row['id']} names {row[name]}, which is no {kind} of its visit"


def _stuck(held: Held) -> Iterator[str]:
    """A visit that moved without its tap, and a tap that moved nothing."""
    ends = {(tap["visit_id"], tap["kind"]) for tap in held.taps.values()}
    for visit_id, visit in held.visits.items():
        known = {kind for kind in ("in", "out") if (visit_id, kind) in ends}
        told = {kind for kind, at in (("in", visit["began_at"]), ("out", visit["ended_at"])) if at is not None}
        if told != known or (visit["state"] in BEGUN) != bool(known):
            yield f"visit {visit_id} is {visit['state']}, knows {sorted(told)} and has taps {sorted(known)}"
        if known == {"in", "out"} and visit_id not in held.records:
            yield f"visit {visit_id} is over and has no record"


def _doubled(held: Held) -> Iterator[str]:
    for visit_id, records in held.records.items():
        if len(records) > 1:
            yield f"visit {visit_id} has {len(records)} records that count"
    paid = Counter(row["visit_id"] for row in held.payable)
    yield from (f"visit {each} is paid {times} times" for each, times in paid.items() if times > 1)
    for row in held.payable:
        if row["record_id"] not in {record["id"] for record in held.records.get(row["visit_id"], ())}:
            yield f"visit {row['visit_id']} is paid by a record that does not count"
    days = Counter((row["client_id"], row["day"]) for row in held.payable_days.values())
    yield from (f"{client}'s {day} is paid {times} times" for (client, day), times in days.items() if times > 1)


def _unjudged(held: Held) -> Iterator[str]:
    """A fact without its subject or grade, and one that is neither paid nor waits for a person, or both. Of the second
    care day of a day it is told that it is one, and nobody need look. What nobody planned is never paid unseen."""
    paid = {row["visit_id"] for row in held.payable} | held.payable_days.keys()
    second = {each for each, rows in held.exceptions.items() if any(row["code"] == "second_care_day" for row in rows)}
    for fact_id in (*held.records, *held.care_days):
        if fact_id not in held.subjects or fact_id not in held.grades:
            yield f"fact {fact_id} has no subject or no grade"
        if (fact_id in paid) == (fact_id in held.waiting) and (fact_id in paid or fact_id not in second):
            yield f"fact {fact_id} is {'paid and waits' if fact_id in paid else 'neither paid nor waits'}"
        if fact_id in paid and held.visits.get(fact_id, {}).get("source") == "unscheduled":
            yield f"visit {fact_id} was planned by nobody and is paid unseen"


def _unheard(held: Held) -> Iterator[str]:
    """A tap that belongs to nothing, and nobody looks."""
    for tap in held.taps.values():
        if tap["visit_id"] is None and tap["client_id"] is None and tap["id"] not in held.waiting:
            yield f"{tap['id']} is of no visit and no client, and waits for nobody"


def _overlapping(held: Held) -> Iterator[str]:
    for one, other in combinations(held.payable, 2):
        same_client = (one["client_id"], one["slot"]) == (other["client_id"], other["slot"])
        if (one["carer_id"] == other["carer_id"] or same_client) and _meet(one, other):
            yield f"visits {one['visit_id']} and {other['visit_id']} are paid for the same time"


def _meet(one: Row, other: Row) -> bool:
    first, second = one["during"], other["during"]
    return not first.isempty and not second.isempty and first.lower < second.upper and second.lower < first.upper
