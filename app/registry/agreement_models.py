"""Who signed a service agreement, in which words; facts that nobody changes."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import AppendOnly, Base, regional


class AgreementSignature(AppendOnly, Base):
    """A guardian signed an agreement for the client (服务协议签署), once for each version of the words."""

    __tablename__ = "agreement_signature"
    __table_args__ = (CheckConstraint("version > 0", name="version"), regional())

    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("region.service_agreement.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    text_digest: Mapped[str]
    account_id: Mapped[UUID]
