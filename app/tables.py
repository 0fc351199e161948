"""Imports every module with tables, so that names across packages resolve."""

import app.accounts.consent_models
import app.accounts.models
import app.careplans.models
import app.checkin.attempt_models
import app.checkin.card_models
import app.checkin.check_models
import app.checkin.correction_models
import app.checkin.door_models
import app.checkin.face_models
import app.checkin.help_models
import app.checkin.hold_models
import app.checkin.home_models
import app.checkin.models
import app.checkin.note_models
import app.checkin.photo_models
import app.checkin.prompt_models
import app.checkin.rating_models
import app.checkin.remark_models
import app.checkin.rule_models
import app.checkin.share_models
import app.checkin.statement_models
import app.checkin.tag_models
import app.checkin.voucher_models
import app.claims.models
import app.imports.models
import app.kernel.audit
import app.kernel.jobs
import app.kernel.outbox
import app.kernel.regions
import app.kernel.resend
import app.kernel.sealing.models
import app.ledger.models
import app.messaging.models
import app.oversight.complaint_models
import app.oversight.models
import app.payouts.message_models
import app.payouts.models
import app.payouts.review_models
import app.payouts.run_models
import app.policies.models
import app.registry.agreement_models
import app.registry.choice_models
import app.registry.history_models
import app.registry.insurance_models
import app.registry.models
import app.registry.notice_models
import app.registry.tag_models
import app.schedules.models
from app.kernel.db import Base

METADATA = Base.metadata
