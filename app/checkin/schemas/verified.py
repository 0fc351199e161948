"""JSON of visits verified without hand edits."""

import marshmallow as ma

from app.checkin.queries.verified import ShareAsked
from app.checkin.verified import ShareBy
from app.kernel.http.fields import Choice, Id, Month, Number, WholeNumber
from app.kernel.paging import PageRequestSchema, page_schema


class ShareAskedSchema(PageRequestSchema):
    """Query keys: a month, named by its first day; whether by carer, by agency or all in one line; and the page."""

    command = ShareAsked  # type: ignore[assignment]  # a filter has the keys of a page request and more

    month = Month(required=True)
    by = Choice(ShareBy, required=True)


class VerifiedShareSchema(ma.Schema):
    """Recorded visits: those accepted, those changed by hand, and those accepted as recorded, with their share."""

    of_id = Id(required=True, allow_none=True)
    recorded = WholeNumber(required=True)
    accepted = WholeNumber(required=True)
    by_hand = WholeNumber(required=True)
    verified = WholeNumber(required=True)
    share = Number(required=True, allow_none=True)


VerifiedSharePageSchema = page_schema(VerifiedShareSchema)
