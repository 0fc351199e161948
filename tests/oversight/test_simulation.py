"""A small made-up month with every known fraud, on a seed that nobody tuned to."""

from flask import Flask
from sqlalchemy.orm import Session

from app.oversight.risk_rules import RULES
from simulation.month import simulate
from simulation.report import Line, Report, table

SEED, PEOPLE, DAYS = 31337, 18, 15


def test_the_rules_find_the_frauds_and_let_the_honest_be(app: Flask, tianjin: Session):
    report = simulate(SEED, carers=PEOPLE, days=DAYS)

    assert report.missed_bars == []
    assert {line.kind for line in report.lines} == set(RULES)
    assert all(line.done for line in report.lines)
    assert report.refused_by_machine == 0


def test_what_misses_a_bar_is_told():
    lines = (Line("carer_overlap", "visits", 100, 94, 0), Line("collusion", "persons", 10, 8, 3))

    report = Report(lines, visits=1000, honest=900, honest_held=28, refused_by_machine=1)

    assert report.missed_bars == ["carer_overlap", "honest visits held", "refused by a machine"]
    assert "| `carer_overlap` | visits | 94 of 100 | 94.0 % | 0 |" in table({1: report})
