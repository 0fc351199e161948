"""Who acts, in which role and scope, and which role may do what. Pure; `app.kernel.access` enforces it."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """A role an account can be granted."""

    CARER = "carer"  # 专业照护人员
    FAMILY_CARER = "family_carer"  # 亲情照护人员
    GUARDIAN = "guardian"  # 监护人 / 代理人
    DISPATCHER = "dispatcher"  # 机构调度
    AGENCY_HEAD = "agency_head"  # 机构负责人
    COMMUNITY_NURSE = "community_nurse"  # 社区卫生服务中心执业护士
    OPERATOR_REVIEWER = "operator_reviewer"  # 经办审核
    PAYOUT_PREPARER = "payout_preparer"  # 发放经办
    PAYOUT_APPROVER = "payout_approver"  # 发放复核
    SUPERVISOR = "supervisor"  # 监管
    REGION_ADMIN = "region_admin"  # 统筹区管理员


class ScopeKind(StrEnum):
    """How far a grant reaches."""

    FUND = "fund"
    DISTRICT = "district"
    STREET = "street"
    AGENCY = "agency"
    OWN_CLIENTS = "own_clients"
    SELF = "self"


class Permission(StrEnum):
    """What a route asks for."""

    # own account
    SESSION = "session"
    CONSENT = "consent"
    READ_MESSAGES = "read_messages"
    # accounts
    GRANT_STAFF = "grant_staff"
    BIND_PEOPLE = "bind_people"
    CONFIRM_DEVICES = "confirm_devices"
    ENTER_DEVICE_CODE = "enter_device_code"
    # registry
    WRITE_AGENCIES = "write_agencies"
    READ_AGENCIES = "read_agencies"
    READ_OWN_AGENCIES = "read_own_agencies"
    KEEP_AGENCY_PHONE = "keep_agency_phone"
    WRITE_CARERS = "write_carers"
    READ_CARERS = "read_carers"
    SUSPEND_CARERS = "suspend_carers"
    WRITE_CLIENTS = "write_clients"
    READ_CLIENTS = "read_clients"
    READ_FULL_IDENTITY = "read_full_identity"
    CORRECT_PEOPLE = "correct_people"
    IMPORT_FILES = "import_files"
    WRITE_ENTITLEMENTS = "write_entitlements"
    WRITE_STAYS = "write_stays"
    APPROVE_HOMES = "approve_homes"
    ISSUE_HOME_TAGS = "issue_home_tags"
    PROGRAMME_HOME_TAGS = "programme_home_tags"
    APPROVE_GUARDIANS = "approve_guardians"
    CHOOSE_AGENCY = "choose_agency"
    CHOOSE_CASH = "choose_cash"
    ANSWER_CHOICES = "answer_choices"
    SIGN_AGREEMENTS = "sign_agreements"
    READ_CHOICES = "read_choices"
    GIVE_NOTICE = "give_notice"
    READ_NOTICES = "read_notices"
    ANSWER_NOTICES = "answer_notices"
    WRITE_BANK_ACCOUNTS = "write_bank_accounts"
    KEEP_OWN_BANK_ACCOUNT = "keep_own_bank_account"
    # care plans
    READ_CATALOGUE = "read_catalogue"
    WRITE_CATALOGUE = "write_catalogue"
    WRITE_PLANS = "write_plans"
    READ_PLANS = "read_plans"
    CONFIRM_PLANS = "confirm_plans"
    ANSWER_PLANS = "answer_plans"
    # schedules
    PLAN_VISITS = "plan_visits"
    READ_VISITS = "read_visits"
    READ_STAFF_LOAD = "read_staff_load"
    # check-in
    CLOCK_IN = "clock_in"
    CLOCK_OUT = "clock_out"
    SYNC_RECORDS = "sync_records"
    ATTEMPT_VISITS = "attempt_visits"
    CALL_FOR_HELP = "call_for_help"
    ANSWER_HELP_CALLS = "answer_help_calls"
    CHECK_FACE = "check_face"
    LOG_ITEMS = "log_items"
    LOG_CARE_DAYS = "log_care_days"
    SEND_PHOTOS = "send_photos"
    SEE_PHOTOS = "see_photos"
    READ_CARE_DAYS = "read_care_days"
    ANSWER_PROMPTS = "answer_prompts"
    CONFIRM_SERVICE = "confirm_service"
    CONFIRM_SHARES = "confirm_shares"
    ENTER_PAPER_RECORDS = "enter_paper_records"
    RATE_SERVICE = "rate_service"
    BRING_RATINGS = "bring_ratings"
    READ_RATINGS = "read_ratings"
    READ_RATING_TOTALS = "read_rating_totals"
    COUNT_UNRATED = "count_unrated"
    READ_RECORDS = "read_records"
    REVIEW_FOR_AGENCY = "review_for_agency"
    REVIEW_FOR_OPERATOR = "review_for_operator"
    READ_OWN_WORK = "read_own_work"
    APPEAL = "appeal"
    LEAVE_REMARKS = "leave_remarks"
    CARRY_CARE_CARDS = "carry_care_cards"
    READ_CARE_CARDS = "read_care_cards"
    WRITE_CARE_CARDS = "write_care_cards"
    REPORT_INCIDENTS = "report_incidents"
    READ_INCIDENTS = "read_incidents"
    ASK_CORRECTIONS = "ask_corrections"
    READ_CORRECTIONS = "read_corrections"
    READ_UNLOCKS = "read_unlocks"
    READ_RULE_OUTCOMES = "read_rule_outcomes"
    CHANGE_RULES = "change_rules"
    READ_HOME_PROPOSALS = "read_home_proposals"
    READ_VERIFIED_SHARES = "read_verified_shares"
    # claims
    READ_FEES = "read_fees"
    CONFIRM_FEES = "confirm_fees"
    # payouts
    COMPUTE_SUBSIDIES = "compute_subsidies"
    READ_SUBSIDIES = "read_subsidies"
    REVIEW_MONTHS = "review_months"
    PREPARE_BATCHES = "prepare_batches"
    APPROVE_BATCHES = "approve_batches"
    READ_BATCHES = "read_batches"
    WRITE_PAYING_ACCOUNTS = "write_paying_accounts"
    BOOK_BANK_ANSWERS = "book_bank_answers"
    FETCH_BANK_FILES = "fetch_bank_files"
    READ_LEDGER = "read_ledger"
    # oversight
    READ_AUDIT = "read_audit"
    READ_POLICIES = "read_policies"
    READ_SEALS = "read_seals"
    READ_FINDINGS = "read_findings"
    DECIDE_FINDINGS = "decide_findings"
    HOLD_EVIDENCE = "hold_evidence"
    COMPLAIN = "complain"
    READ_COMPLAINTS = "read_complaints"
    ANSWER_COMPLAINTS = "answer_complaints"
    CLOSE_PERIODS = "close_periods"


P = Permission
_EVERYBODY = frozenset({P.SESSION, P.READ_CATALOGUE, P.READ_POLICIES, P.READ_SEALS})
_READS_CARE = frozenset(
    {
        P.READ_CLIENTS,
        P.READ_CARERS,
        P.READ_PLANS,
        P.READ_VISITS,
        P.READ_RECORDS,
        P.READ_CARE_DAYS,
        P.READ_FEES,
    }
)
_SEES_RATINGS = frozenset({P.READ_RATINGS, P.READ_RATING_TOTALS, P.COUNT_UNRATED})
_ON_A_PHONE = frozenset(
    {
        P.ENTER_DEVICE_CODE,
        P.READ_OWN_AGENCIES,
        P.READ_MESSAGES,
        P.READ_OWN_WORK,
        P.APPEAL,
        P.LEAVE_REMARKS,
        P.CARRY_CARE_CARDS,
        P.REPORT_INCIDENTS,
        P.READ_INCIDENTS,
    }
)  # of every carer
_OF_AGENCIES = frozenset({P.READ_CARE_CARDS, P.WRITE_CARE_CARDS, P.READ_INCIDENTS, P.READ_NOTICES, P.ANSWER_NOTICES})
_OPERATOR = (
    _EVERYBODY
    | _READS_CARE
    | {P.READ_AGENCIES, P.READ_SUBSIDIES, P.READ_BATCHES, P.READ_STAFF_LOAD, P.READ_CORRECTIONS, P.READ_UNLOCKS}
    | {P.READ_HOME_PROPOSALS, P.READ_VERIFIED_SHARES}
)

GRANTED: dict[Role, frozenset[Permission]] = {
    Role.CARER: _EVERYBODY
    | {P.CLOCK_IN, P.CLOCK_OUT, P.ATTEMPT_VISITS, P.LOG_ITEMS, P.READ_VISITS, P.READ_RECORDS, P.READ_PLANS}
    | {P.READ_CLIENTS, P.CALL_FOR_HELP, P.SYNC_RECORDS, P.CONSENT, P.ASK_CORRECTIONS, P.READ_CORRECTIONS}
    | {P.SEND_PHOTOS, P.CHECK_FACE, P.BRING_RATINGS}
    | _ON_A_PHONE
    | {P.CONFIRM_SERVICE},  # only why nobody confirms
    Role.FAMILY_CARER: _EVERYBODY
    | {P.CLOCK_IN, P.CLOCK_OUT, P.LOG_CARE_DAYS, P.READ_CARE_DAYS, P.READ_PLANS, P.READ_CLIENTS, P.READ_SUBSIDIES}
    | {P.CALL_FOR_HELP, P.SYNC_RECORDS, P.CONSENT, P.SEND_PHOTOS, P.ANSWER_PROMPTS}
    | {P.GIVE_NOTICE, P.READ_NOTICES, P.KEEP_OWN_BANK_ACCOUNT, P.COMPLAIN, P.READ_COMPLAINTS}
    | _ON_A_PHONE,
    Role.GUARDIAN: _EVERYBODY
    | {P.CONFIRM_SERVICE, P.CONFIRM_PLANS, P.READ_PLANS, P.READ_VISITS, P.READ_RECORDS, P.READ_CARE_DAYS}
    | {P.READ_CLIENTS, P.READ_SUBSIDIES, P.CHOOSE_AGENCY, P.CHOOSE_CASH, P.READ_CHOICES, P.CONFIRM_SHARES}
    | {P.RATE_SERVICE, P.READ_RATINGS, P.SYNC_RECORDS, P.CONSENT}  # reads his own ratings
    | {P.READ_CARE_CARDS, P.GIVE_NOTICE, P.READ_NOTICES, P.READ_MESSAGES, P.SIGN_AGREEMENTS, P.READ_OWN_AGENCIES}
    | {P.COMPLAIN, P.READ_COMPLAINTS, P.READ_FEES, P.CONFIRM_FEES},
    Role.DISPATCHER: _EVERYBODY
    | _READS_CARE
    | {P.WRITE_CARERS, P.WRITE_CLIENTS, P.WRITE_STAYS, P.WRITE_PLANS, P.PLAN_VISITS, P.BIND_PEOPLE}
    | {P.READ_STAFF_LOAD, P.IMPORT_FILES, P.ANSWER_HELP_CALLS, P.ANSWER_CHOICES, P.READ_CHOICES, P.ANSWER_PLANS}
    | {
        P.ENTER_PAPER_RECORDS,
        P.READ_CORRECTIONS,
        P.CONFIRM_DEVICES,
        P.SEE_PHOTOS,
        P.ISSUE_HOME_TAGS,
        P.READ_HOME_PROPOSALS,
    }
    | _OF_AGENCIES,
    Role.AGENCY_HEAD: _EVERYBODY
    | _READS_CARE
    | {P.WRITE_CARERS, P.WRITE_CLIENTS, P.WRITE_STAYS, P.WRITE_PLANS, P.PLAN_VISITS, P.BIND_PEOPLE}
    | {P.READ_STAFF_LOAD, P.IMPORT_FILES, P.ANSWER_HELP_CALLS, P.ANSWER_CHOICES, P.READ_CHOICES, P.ANSWER_PLANS}
    | {P.REVIEW_FOR_AGENCY, P.READ_AGENCIES, P.READ_RATING_TOTALS, P.READ_CORRECTIONS, P.READ_UNLOCKS}
    | {P.CONFIRM_DEVICES, P.SEE_PHOTOS, P.ISSUE_HOME_TAGS, P.READ_HOME_PROPOSALS, P.READ_VERIFIED_SHARES}
    | {P.CONFIRM_PLANS, P.CONFIRM_SHARES}  # confirms from signed paper only
    | {P.READ_COMPLAINTS, P.ANSWER_COMPLAINTS, P.KEEP_AGENCY_PHONE}
    | _OF_AGENCIES,
    Role.COMMUNITY_NURSE: _EVERYBODY
    | {P.READ_CLIENTS, P.READ_PLANS, P.WRITE_PLANS, P.CONFIRM_PLANS}  # confirms from signed paper only
    | {P.READ_CARE_CARDS, P.WRITE_CARE_CARDS},
    Role.OPERATOR_REVIEWER: _OPERATOR
    | _SEES_RATINGS
    | {P.REVIEW_FOR_OPERATOR, P.WRITE_ENTITLEMENTS, P.WRITE_STAYS, P.WRITE_BANK_ACCOUNTS, P.READ_FULL_IDENTITY}
    | {P.APPROVE_HOMES, P.APPROVE_GUARDIANS, P.SUSPEND_CARERS, P.CORRECT_PEOPLE, P.IMPORT_FILES}
    | {P.CHOOSE_AGENCY, P.CHOOSE_CASH, P.READ_CHOICES, P.REVIEW_MONTHS}
    | {P.READ_FINDINGS, P.READ_RULE_OUTCOMES, P.CONFIRM_DEVICES, P.SEE_PHOTOS, P.CLOSE_PERIODS, P.ISSUE_HOME_TAGS}
    | {P.READ_INCIDENTS, P.READ_NOTICES, P.ANSWER_NOTICES, P.READ_COMPLAINTS, P.ANSWER_COMPLAINTS, P.DECIDE_FINDINGS},
    Role.PAYOUT_PREPARER: _OPERATOR
    | {P.COMPUTE_SUBSIDIES, P.PREPARE_BATCHES, P.BOOK_BANK_ANSWERS, P.FETCH_BANK_FILES, P.READ_LEDGER},
    Role.PAYOUT_APPROVER: _OPERATOR | {P.APPROVE_BATCHES, P.FETCH_BANK_FILES, P.READ_LEDGER},
    Role.SUPERVISOR: _OPERATOR
    | _SEES_RATINGS
    | {P.READ_LEDGER, P.READ_AUDIT, P.READ_FINDINGS, P.READ_RULE_OUTCOMES, P.SEE_PHOTOS, P.HOLD_EVIDENCE}
    | {P.READ_INCIDENTS, P.READ_COMPLAINTS, P.DECIDE_FINDINGS},
    Role.REGION_ADMIN: _OPERATOR
    | _SEES_RATINGS
    | {P.GRANT_STAFF, P.BIND_PEOPLE, P.WRITE_AGENCIES, P.WRITE_CATALOGUE, P.WRITE_CARERS, P.WRITE_CLIENTS}
    | {P.WRITE_ENTITLEMENTS, P.SUSPEND_CARERS, P.WRITE_PAYING_ACCOUNTS, P.IMPORT_FILES, P.READ_AUDIT}
    | {P.CHOOSE_AGENCY, P.READ_CHOICES, P.READ_RULE_OUTCOMES, P.CHANGE_RULES, P.ISSUE_HOME_TAGS, P.PROGRAMME_HOME_TAGS}
    | {P.KEEP_AGENCY_PHONE},
}


@dataclass(frozen=True, slots=True)
class Scope:
    """How far an actor sees: `key` is a district, street or agency id as text; None for fund, own clients and self."""

    kind: ScopeKind
    key: str | None = None

    @property
    def agency_id(self) -> UUID | None:
        """The agency of an agency scope."""
        return UUID(self.key) if self.kind is ScopeKind.AGENCY and self.key else None


@dataclass(frozen=True, slots=True)
class Actor:
    """An account acting in one role with one scope in one region. `person_id` is the registry's person behind it."""

    region: str
    account_id: UUID
    role: Role
    scope: Scope
    grant_id: UUID
    person_id: UUID | None = None
    device_id: UUID | None = None

    def may(self, permission: Permission) -> bool:
        """True when the role holds the permission."""
        return permission in GRANTED[self.role]


@dataclass(frozen=True, slots=True)
class SystemActor:
    """A job of one region. It sees the whole fund; what it does is audited under its job's name."""

    region: str
    job: str

    @property
    def scope(self) -> Scope:
        """A job sees the whole fund."""
        return Scope(ScopeKind.FUND)


AnyActor = Actor | SystemActor
