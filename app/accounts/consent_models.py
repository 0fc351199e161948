"""What people consented to and withdrew; facts that nobody changes."""

from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.consent_types import ConsentGiver, ConsentPurpose
from app.kernel.db import AppendOnly, Base, enum_column, regional


class Consent(AppendOnly, Base):
    """A consent given or withdrawn (同意 / 撤回) to words that the digest names; the last of its `seq` counts."""

    __tablename__ = "consent"
    __table_args__ = (
        UniqueConstraint("person_id", "purpose", "seq"),
        CheckConstraint("seq > 0", name="seq"),
        regional(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]  # registry.person
    purpose: Mapped[ConsentPurpose] = enum_column(ConsentPurpose)
    seq: Mapped[int]
    version: Mapped[int]
    text_digest: Mapped[str]
    is_given: Mapped[bool]
    giver: Mapped[ConsentGiver] = enum_column(ConsentGiver)
    account_id: Mapped[UUID]
