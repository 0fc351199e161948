"""The ledger as JSON."""

import marshmallow as ma

from app.kernel.http.fields import Choice, WholeNumber
from app.ledger.types import AccountKind


class KindBalanceSchema(ma.Schema):
    """All accounts of one kind together."""

    kind = Choice(AccountKind, required=True)
    debit_fen = WholeNumber(required=True)
    credit_fen = WholeNumber(required=True)
    accounts = WholeNumber(required=True)


class TrialBalanceSchema(ma.Schema):
    """Every kind of account; debits equal credits."""

    kinds = ma.fields.List(ma.fields.Nested(KindBalanceSchema), required=True)
    debit_fen = WholeNumber(required=True)
    credit_fen = WholeNumber(required=True)
