"""The words of consents, and what people answered."""

import hashlib
import tomllib
from functools import cache
from importlib.resources import files
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.consent_models import Consent
from app.accounts.consent_types import (
    AskedPerson,
    ConsentAnswer,
    ConsentPurpose,
    Consents,
    ConsentText,
    PersonAsked,
    holds,
    views,
)


@cache
def all_texts() -> tuple[ConsentText, ...]:
    """Every version of the words, old ones too, by purpose in order."""
    found = tomllib.loads(files("app.accounts").joinpath("consents.zh-CN.toml").read_text(encoding="utf-8"))
    return tuple(
        ConsentText(
            purpose=ConsentPurpose(each["purpose"]),
            version=each["version"],
            asked_of=tuple(AskedPerson(person) for person in each["asked_of"]),
            title=each["title"],
            text=each["text"],
            without=each["without"],
            digest=hashlib.sha256("\n".join((each["title"], each["text"], each["without"])).encode()).hexdigest(),
        )
        for each in found["texts"]
    )


@cache
def present_texts() -> dict[ConsentPurpose, ConsentText]:
    """The newest words of each purpose."""
    return {text.purpose: text for text in sorted(all_texts(), key=lambda each: each.version)}


def list_consents(session: Session, about: PersonAsked) -> Consents:
    """What a person is asked and what he said. Unscoped: the caller has found him by his actor."""
    answers = {}
    if about.person_id is not None:
        statement = select(Consent).where(Consent.person_id == about.person_id).order_by(Consent.seq)
        answers = {row.purpose: answer_of(row) for row in session.scalars(statement)}
    return views(present_texts().values(), answers, asked=about.asked)


def find_last(session: Session, *, person_id: UUID, purpose: ConsentPurpose) -> Consent | None:
    """The last row about a purpose. Unscoped, as `list_consents`."""
    statement = select(Consent).where(Consent.person_id == person_id, Consent.purpose == purpose)
    return session.scalars(statement.order_by(Consent.seq.desc()).limit(1)).one_or_none()


def find_answer(session: Session, *, person_id: UUID | None, purpose: ConsentPurpose) -> ConsentAnswer | None:
    """What a person said last about a purpose. Unscoped: for who uses the data."""
    last = find_last(session, person_id=person_id, purpose=purpose) if person_id is not None else None
    return None if last is None else answer_of(last)


def has_consent(session: Session, *, person_id: UUID, purpose: ConsentPurpose) -> bool:
    """Whether the person consents to the present words of a purpose. Unscoped: for who uses the data."""
    answer = find_answer(session, person_id=person_id, purpose=purpose)
    return holds(answer, version=present_texts()[purpose].version)


def answer_of(row: Consent) -> ConsentAnswer:
    """A row as others see it."""
    return ConsentAnswer(row.version, row.is_given, row.giver, row.recorded_at)
