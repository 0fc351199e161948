"""The text of each policy ever used, by digest, so that any past month can be recomputed."""

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import AppendOnly, Base, regional


class PolicyText(AppendOnly, Base):
    """The merged policy of a district for a span of days; `district` is None for the fund as a whole."""

    __tablename__ = "policy_text"
    __table_args__ = (regional(),)

    digest: Mapped[str] = mapped_column(primary_key=True)
    district: Mapped[str | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    content: Mapped[str]
