"""The known frauds, put into an honest month: each says what was done, not how a rule would see it."""

from collections.abc import Callable
from random import Random

from simulation.honest import MonthOfWork, Work, a_fix, some_items
from simulation.people import Carer, Client, a_carer, a_phone, apart_m

SHARE = 0.003  # of visits, for each kind that is done by single visits
PERSONS = 0.04  # of carers, for each kind that persons do

Done = tuple[Carer, Client, int, float, float]


def commit(month: MonthOfWork, rng: Random) -> None:
    """Every kind of fraud, each by others."""
    innocent = [carer for carer in month.town.carers if not any(carer in couple for couple in month.town.couples)]
    rng.shuffle(innocent)
    few = max(2, round(PERSONS * len(innocent)))
    _visit_the_absent(month, rng)
    _visit_the_dead(month, rng)
    groups: tuple[tuple[Callable[..., None], int], ...] = (
        (_tap_for, 2), (_collude, 1), (_mock, 1), (_copy, 1), (_lend, 2),
    )  # fmt: skip
    for act, size in groups:
        for _ in range(few):
            act(month, [innocent.pop() for _ in range(size)], rng)
    honest = [work for work in month.works if work.fraud is None and _is_timed(work)]
    for act in (_be_twice, _send_another, _fly):
        for work in rng.sample(honest, max(3, round(SHARE * len(honest)))):
            act(month, work, rng)


def _is_timed(work: Work) -> bool:
    """When it really was is known: the phone lived, and its clock was right."""
    return work.ended is not None and work.ended - work.began > 10


def _claim(month: MonthOfWork, kind: str, done: Done, rng: Random, **changed: object) -> Work:
    """A visit that nobody made, with taps as if somebody had been there."""
    carer, client, day, began, ended = done
    work = Work(carer, client, day, (round(began), round(began) + 60), began, ended, fraud=kind)
    work.fixes, work.items = (a_fix(client, rng), a_fix(client, rng)), some_items(rng)
    for name, value in changed.items():
        setattr(work, name, value)
    month.works.append(work)
    return work


def _be_twice(month: MonthOfWork, work: Work, rng: Random) -> None:
    """A carer bills a visit for another agency's client while at work."""
    began = work.began + rng.uniform(-40, 40)
    _claim(month, "carer_overlap", (work.carer, _elsewhere(month, work, rng), work.day, began, began + 60), rng)


def _send_another(month: MonthOfWork, work: Work, rng: Random) -> None:
    """A second carer is billed at a client's who has one."""
    others = [carer for carer in month.town.everybody if carer is not work.carer]
    began = work.began + rng.uniform(-35, 35)
    done = (rng.choice(others), work.client, work.day, began, began + 60)
    planned = rng.choice((None, (round(work.began) + 300, round(work.began) + 360)))
    _claim(month, "client_overlap", done, rng, slot=2, planned=planned)


def _fly(month: MonthOfWork, work: Work, rng: Random) -> None:
    """After the last visit of a day another is billed across the town, at once."""
    last = max(
        (each for each in month.works if each.carer is work.carer and each.day == work.day and each.ended is not None),
        key=lambda each: each.ended or 0,
    )
    far = [each for each in month.town.clients if apart_m(each.spot, last.client.spot) > 12_000]
    if far and last.fraud is None and last.ended is not None:
        began = last.ended + rng.uniform(0, 2.5)
        _claim(month, "impossible_travel", (work.carer, rng.choice(far), work.day, began, began + 60), rng)


def _elsewhere(month: MonthOfWork, work: Work, rng: Random) -> Client:
    return rng.choice([client for client in month.town.clients if client is not work.client])


def _visit_the_absent(month: MonthOfWork, rng: Random) -> None:
    """The carer goes on billing while the client is in hospital."""
    known = {client.id for client, *_ in (*month.stays, *month.deaths)}
    days = max(work.day for work in month.works)
    at_home = [client for client in month.town.clients if client.id not in known]
    for client in rng.sample(at_home, max(2, len(at_home) // 80)):
        gone = rng.randint(2, days - 6)
        back = gone + rng.randint(3, 6)
        month.stays.append((client, gone, back))
        for work in month.works:
            if work.client is client and gone < work.day < back and work.fraud is None:
                work.fraud = "service_in_hospital"


def _visit_the_dead(month: MonthOfWork, rng: Random) -> None:
    """The carer goes on billing after the client's death, for some days."""
    known = {client.id for client, *_ in (*month.stays, *month.deaths)}
    days = max(work.day for work in month.works)
    at_home = [client for client in month.town.clients if client.id not in known]
    for client in rng.sample(at_home, max(2, len(at_home) // 120)):
        died, stopped = rng.randint(4, days - 4), rng.randint(2, 6)
        month.deaths.append((client, died))
        month.works = [each for each in month.works if each.client is not client or each.day <= died + stopped]
        for work in month.works:
            if work.client is client and work.day > died and work.fraud is None:
                work.fraud = "service_after_death"


def _tap_for(month: MonthOfWork, pair: list[Carer], rng: Random) -> None:
    """A colleague taps for one who stays at home, on some days, with his own phone beside his own work."""
    taps, absent = pair
    at_work = sorted({work.day for work in month.works if work.carer is taps})
    days = rng.sample(at_work, max(2, len(at_work) // 5))
    phone = a_phone(key=taps.phone.key, account_id=absent.phone.account_id, is_live=False)
    month.town.phones.append(phone)
    for work in month.works:
        if work.carer is absent and work.day in days and work.fraud is None and work.ended is not None:
            work.phone, work.fraud = phone, "shared_device"


def _collude(month: MonthOfWork, alone: list[Carer], rng: Random) -> None:
    """A carer who comes, does nothing, and lets the families confirm: three of the habits that gives."""
    (carer,) = alone
    month.persons.setdefault("collusion", set()).add(carer.person_id)
    habits = set(rng.sample(("same times", "never late", "nothing refused", "own phone", "one phone"), 3))
    own = a_phone(key=carer.phone.key if "own phone" in habits else None)
    month.town.phones.append(own)
    offsets = {client.id: (rng.uniform(1, 9), rng.uniform(52, 61)) for _, client in carer.round}
    for work in month.works:
        if work.carer is not carer or work.fraud is not None or work.client.id not in offsets:
            continue
        work.fraud = "collusion"
        start, (offset, length) = (work.planned or (0, 0))[0], offsets[work.client.id]
        if "same times" in habits and rng.random() < 0.85:
            work.began, work.ended = start + offset, start + offset + length
        elif "never late" in habits:
            work.began = start + rng.uniform(-1, 2.5)
            work.ended = work.began + rng.gauss(57, 4)
        if "never late" in habits:
            work.began = start + min(work.began - start, 2.5)
        if "nothing refused" in habits:
            work.items = [(code, "done", minutes) for code, _, minutes in work.items]
        if habits & {"own phone", "one phone"} and rng.random() < 0.7:
            work.said_by = own.account_id


def _mock(month: MonthOfWork, alone: list[Carer], rng: Random) -> None:
    """A carer sets the position: always the same metre of each home."""
    (carer,) = alone
    month.persons.setdefault("constant_position", set()).add(carer.person_id)
    fixes = {client.id: (rng.randint(0, 20), rng.choice((5, 10, 20))) for _, client in carer.round}
    for work in month.works:
        if work.carer is carer and work.fraud is None and work.client.id in fixes:
            work.fixes, work.fraud = (fixes[work.client.id], fixes[work.client.id]), "constant_position"


def _copy(month: MonthOfWork, alone: list[Carer], rng: Random) -> None:
    """A carer tells the same record of a client nearly every day."""
    (carer,) = alone
    month.persons.setdefault("identical_patterns", set()).add(carer.person_id)
    records = {client.id: (rng.uniform(0, 9), rng.uniform(50, 62), some_items(rng)) for _, client in carer.round}
    for work in month.works:
        if work.carer is carer and work.fraud is None and work.planned and work.client.id in records:
            offset, length, items = records[work.client.id]
            if rng.random() < 0.95:
                work.began = work.planned[0] + offset
                work.ended, work.items, work.fraud = work.began + length, items, "identical_patterns"


def _lend(month: MonthOfWork, pair: list[Carer], rng: Random) -> None:
    """A carer works on in the evening under the names of a colleague and of one who no longer works, on his own phone;
    some of it at hours at which the colleague is at work himself."""
    works, lends = pair
    ghost = a_carer(lends.agency_id, rng)
    month.town.floaters.append(ghost)
    days = sorted({work.day for work in month.works if work.carer is works})
    for name in (lends, ghost):
        phone = a_phone(key=works.phone.key, account_id=name.phone.account_id, is_live=False)
        month.town.phones.append(phone)
        month.persons.setdefault("name_lending", set()).add(name.person_id)
        for day in rng.sample(days, min(9, len(days))):
            client = rng.choice([client for _, client in lends.round])
            hour = 17 * 60 if name is lends else 18 * 60 + 45
            began = hour + rng.gauss(15, 8)
            done = (name, client, day, began, began + rng.gauss(58, 5))
            _claim(month, "name_lending", done, rng, phone=phone)
