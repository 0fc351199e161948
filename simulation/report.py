"""What the rules found of a made-up month: of each kind of fraud how many were done and how many found, and what it
cost the honest."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.checkin.models import Hold, HoldRelease, Review
from app.checkin.types import Decision, ReviewStep
from app.oversight.models import Finding, FindingRecord
from app.oversight.risk_rules import RULES
from app.oversight.types import FindingKind
from simulation.honest import MonthOfWork

PAGE = """# What the risk rules find

Made-up months of one fund with every known fraud put into them, and with what goes wrong honestly: phones indoors
exact to 65 or 550 metres, wrong pins up to kilometres off, phones that die before the check-out, clocks so wrong that
the arrival counts, visits told up to 60 hours later, homes where every fix comes from one router, carers who stand in,
carers always on time, a couple with one phone, a team that taps on one phone, families with two parents, photos of one
room that differ in 8 of 64 bits and more, and dark ones that have no features. The months are written into the
product's tables, photos as hashes; these are compared, and the rules run, as they are at night. A copied photo has the
same bytes, or a few bits flipped: of another home as many as a cut or a brighter picture has (a normal spread of 4),
of the same home as one stored anew has (of 1). Nobody tuned a rule or a fraud to these seeds. Printed by

    {command}

A hard rule must find 95 % of the visits done, the rules about persons 80 % of the persons; of honest visits at most
3 % may be held, and a machine refuses none.

{table}

*Innocent named*: honest visits or persons that a rule named too. Most are the other half of a clash: of two visits at
once both wait, since no machine can tell which is false, and so does the visit before an impossible journey; of two
photos the first may be told so late that it counts as the second. What is found in a made-up month says that the rules
see what they are meant to see; it says nothing about how often such things happen, nor about frauds that nobody has
thought of. The published cases, each beside honest work, are replayed from the phone to the findings in
`tests/journeys/test_published_cases.py`.
"""
LEAST_OF_VISITS, LEAST_OF_PERSONS, MOST_HELD = 0.95, 0.80, 0.03


@dataclass(frozen=True, slots=True)
class Line:
    """One kind: `of` visits or persons, and how many beyond the guilty the rule named."""

    kind: str
    of: str
    done: int
    found: int
    innocent: int

    @property
    def share(self) -> float:
        """Of what was done, found."""
        return self.found / self.done if self.done else 1.0


@dataclass(frozen=True, slots=True)
class Report:
    """A month's figures."""

    lines: tuple[Line, ...]
    visits: int
    honest: int
    honest_held: int
    refused_by_machine: int

    @property
    def held_share(self) -> float:
        """Of honest visits, held."""
        return self.honest_held / self.honest

    @property
    def missed_bars(self) -> list[str]:
        """What is worse than it may be."""
        missed = [
            line.kind
            for line in self.lines
            if line.done and line.share < (LEAST_OF_VISITS if line.of == "visits" else LEAST_OF_PERSONS)
        ]
        missed += ["honest visits held"] if self.held_share > MOST_HELD else []
        return missed + (["refused by a machine"] if self.refused_by_machine else [])


def report_on(session: Session, month: MonthOfWork) -> Report:
    """Compare what was done with what was found."""
    honest = {work.id for work in month.works if work.fraud is None}
    held = set(session.scalars(select(Hold.fact_id).outerjoin(HoldRelease).where(HoldRelease.hold_id.is_(None))))
    refused = select(func.count()).where(Review.decision == Decision.REFUSED, Review.step == ReviewStep.MACHINE)
    return Report(
        lines=tuple(_lines(session, month)),
        visits=len(month.works),
        honest=len(honest),
        honest_held=len(honest & held),
        refused_by_machine=session.scalar(refused) or 0,
    )


def _lines(session: Session, month: MonthOfWork) -> Iterator[Line]:
    for name, rule in sorted(RULES.items(), key=lambda item: (item[1].kind, item[0])):
        if rule.kind is FindingKind.HARD:
            done = {work.id for work in month.works if work.fraud == name}
            guilty = {work.id for work in month.works if work.fraud is not None}
            named = select(FindingRecord.fact_id).join(Finding).where(Finding.rule == name)
        else:
            done = guilty = month.persons.get(name, set())
            named = select(Finding.subject_id).where(Finding.rule == name)
        found = set(session.scalars(named))
        of = "visits" if rule.kind is FindingKind.HARD else "persons"
        yield Line(name, of, len(done), len(found & done), len(found - guilty))


def table(reports: dict[int, Report]) -> str:
    """A table over several seeds, in Markdown."""
    first = next(iter(reports.values()))
    head = ["Kind", "Of", *(f"Seed {seed}" for seed in reports), "All", "Innocent named"]
    rows = [head, ["---"] * len(head)]
    for n, line in enumerate(first.lines):
        lines = [report.lines[n] for report in reports.values()]
        done, found = sum(each.done for each in lines), sum(each.found for each in lines)
        cells = [f"{each.found} of {each.done}" if each.done else "–" for each in lines]
        total = f"{100 * found / done:.1f} %" if done else "–"
        rows.append([f"`{line.kind}`", line.of, *cells, total, str(sum(each.innocent for each in lines))])
    shares = [f"{100 * report.held_share:.2f} %" for report in reports.values()]
    held, honest = (sum(getattr(each, name) for each in reports.values()) for name in ("honest_held", "honest"))
    rows.append(["honest visits held", "visits", *shares, f"{100 * held / honest:.2f} %", str(held)])
    refused = [str(report.refused_by_machine) for report in reports.values()]
    rows.append(["refused by a machine", "visits", *refused, str(sum(map(int, refused))), ""])
    rows.append(["visits in all", "visits", *(str(report.visits) for report in reports.values()), "", ""])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
