"""Which role may do what, written down apart from the code: a change of one must be a change of both."""

from app.kernel.permissions import Permission, Role

FUND = "operator_reviewer payout_preparer payout_approver supervisor region_admin"
STAFF = f"dispatcher agency_head {FUND}"
EVERYBODY = f"carer family_carer guardian community_nurse {STAFF}"

TABLE = {
    "session": EVERYBODY,
    "grant_staff": "region_admin",
    "bind_people": "dispatcher agency_head region_admin",
    "write_agencies": "region_admin",
    "read_agencies": f"agency_head {FUND}",
    "write_carers": "dispatcher agency_head region_admin",
    "read_carers": STAFF,
    "suspend_carers": "operator_reviewer region_admin",
    "write_clients": "dispatcher agency_head region_admin",
    "read_clients": EVERYBODY,
    "read_full_identity": "operator_reviewer",
    "correct_people": "operator_reviewer",
    "import_files": "dispatcher agency_head operator_reviewer region_admin",
    "write_entitlements": "operator_reviewer region_admin",
    "write_stays": "dispatcher agency_head operator_reviewer",
    "approve_homes": "operator_reviewer",
    "approve_guardians": "operator_reviewer",
    "choose_agency": "guardian operator_reviewer region_admin",
    "choose_cash": "guardian operator_reviewer",
    "answer_choices": "dispatcher agency_head",
    "read_choices": "guardian dispatcher agency_head operator_reviewer region_admin",
    "write_bank_accounts": "operator_reviewer",
    "read_catalogue": EVERYBODY,
    "write_catalogue": "region_admin",
    "write_plans": "dispatcher agency_head community_nurse",
    "read_plans": EVERYBODY,
    "confirm_plans": "guardian agency_head community_nurse",
    "answer_plans": "dispatcher agency_head",
    "plan_visits": "dispatcher agency_head",
    "read_visits": f"carer guardian {STAFF}",
    "read_staff_load": STAFF,
    "clock_in": "carer family_carer",
    "sync_records": "carer family_carer guardian",
    "attempt_visits": "carer",
    "call_for_help": "carer family_carer",
    "answer_help_calls": "dispatcher agency_head",
    "clock_out": "carer family_carer",
    "log_items": "carer",
    "log_care_days": "family_carer",
    "read_care_days": f"family_carer guardian {STAFF}",
    "answer_prompts": "family_carer",
    "confirm_service": "carer guardian",
    "confirm_shares": "guardian agency_head",
    "enter_paper_records": "dispatcher",
    "rate_service": "guardian",
    "read_ratings": "guardian operator_reviewer supervisor region_admin",
    "read_rating_totals": "agency_head operator_reviewer supervisor region_admin",
    "count_unrated": "operator_reviewer supervisor region_admin",
    "read_records": f"carer guardian {STAFF}",
    "review_for_agency": "agency_head",
    "review_for_operator": "operator_reviewer",
    "compute_subsidies": "payout_preparer",
    "read_subsidies": f"family_carer guardian {FUND}",
    "review_months": "operator_reviewer",
    "prepare_batches": "payout_preparer",
    "approve_batches": "payout_approver",
    "read_batches": FUND,
    "write_paying_accounts": "region_admin",
    "book_bank_answers": "payout_preparer",
    "fetch_bank_files": "payout_preparer payout_approver",
    "read_ledger": "payout_preparer payout_approver supervisor",
    "read_audit": "supervisor region_admin",
    "read_policies": EVERYBODY,
    "read_seals": EVERYBODY,
}


def roles_of(permission: Permission) -> frozenset[Role]:
    """The roles that hold a permission, by the table."""
    return frozenset(Role(name) for name in TABLE[permission.value].split())
