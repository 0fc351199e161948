"""How an agency insures the carers it employs."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, enum_column, no_overlap, regional
from app.registry.dated import Dated, ordered
from app.registry.types import InsuranceKind


class Insurance(Dated, Base):
    """Evidence that an agency insures a carer in a period: a paper on file."""

    __tablename__ = "insurance"
    __table_args__ = (ordered(), no_overlap("carer_id", "agency_id", "kind"), regional(update=("valid_to",)))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    carer_id: Mapped[UUID] = mapped_column(ForeignKey("region.carer.id"))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("region.agency.id"))
    kind: Mapped[InsuranceKind] = enum_column(InsuranceKind)
    document: Mapped[str]
