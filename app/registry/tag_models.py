"""Home tags (入户码): a code on the wall of a client's home, printed or in a chip, that a carer's phone reads."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import AppendOnly, Base, enum_column, regional
from app.registry.types import TagEnd


class HomeTag(AppendOnly, Base):
    """A tag issued for a client's home; what it says is signed under the key of that id."""

    __tablename__ = "home_tag"
    __table_args__ = (Index("ix_home_tag_client_id", "client_id", "id"), regional())

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    key_id: Mapped[str]
    account_id: Mapped[UUID]


class HomeTagRevocation(AppendOnly, Base):
    """A tag that proves nothing from now on."""

    __tablename__ = "home_tag_revocation"
    __table_args__ = (regional(),)

    home_tag_id: Mapped[UUID] = mapped_column(ForeignKey("region.home_tag.id"), primary_key=True)
    reason: Mapped[TagEnd] = enum_column(TagEnd)
    account_id: Mapped[UUID]
