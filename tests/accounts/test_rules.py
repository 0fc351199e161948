"""Refresh tokens, grants, regions, scopes, duties and typed codes, as tables of cases."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.accounts.rules import (
    CODE_ALPHABET,
    LOST_ANSWER,
    SCOPES_OF,
    STAFF_ROLES,
    AccountLocked,
    BindingCodeMalformed,
    DutiesConflict,
    GrantNotHeld,
    NotBound,
    NoValidGrant,
    PhoneShared,
    PhoneUnknown,
    RegionNeeded,
    RoleNotGrantable,
    ScopeNotAllowed,
    TokenOutdated,
    check_duties,
    check_scope,
    check_staff_role,
    check_standing,
    choose_grant,
    choose_region,
    choose_route,
    judge_device,
    judge_refresh,
    may_open_door,
    normal_binding_code,
    show_binding_code,
)
from app.accounts.types import (
    AccountState,
    DeviceDoubt,
    Grant,
    KnownPhone,
    RefreshLink,
    RefreshVerdict,
    Route,
    Standing,
)
from app.kernel.permissions import Role, Scope, ScopeKind

AT = datetime(2026, 11, 20, 8, tzinfo=UTC)
LATER = AT + timedelta(days=30)
SECOND = timedelta(seconds=1)
MINE, OTHER = UUID(int=1), UUID(int=2)
AGENCY = "0190aaaa-0000-7000-8000-000000000001"


def used(ago: timedelta, *, by: UUID = MINE, expires_at: datetime = LATER) -> RefreshLink:
    return RefreshLink(expires_at, used_at=AT - ago, used_request_id=by)


REFRESHES = [
    ("first use", RefreshLink(LATER), RefreshVerdict.ROTATE),
    ("first use in the last moment", RefreshLink(AT + SECOND), RefreshVerdict.ROTATE),
    ("first use too late", RefreshLink(AT), RefreshVerdict.EXPIRED),
    ("answer lost, at once", used(timedelta(0)), RefreshVerdict.REPEAT),
    ("answer lost, after ten minutes", used(LOST_ANSWER), RefreshVerdict.REPEAT),
    ("answer lost, and the old one has ended since", used(SECOND, expires_at=AT), RefreshVerdict.REPEAT),
    ("same request too late", used(LOST_ANSWER + SECOND), RefreshVerdict.REUSED),
    ("another request at once", used(timedelta(0), by=OTHER), RefreshVerdict.REUSED),
    ("another request, expired too", used(SECOND, by=OTHER, expires_at=AT), RefreshVerdict.REUSED),
    ("revoked unused", RefreshLink(LATER, revoked_at=AT), RefreshVerdict.REVOKED),
    ("revoked and expired", RefreshLink(AT, revoked_at=AT), RefreshVerdict.REVOKED),
    ("revoked after use, same request", RefreshLink(LATER, AT, MINE, revoked_at=AT), RefreshVerdict.REVOKED),
    ("revoked after use, another request", RefreshLink(LATER, AT, OTHER, revoked_at=AT), RefreshVerdict.REVOKED),
]


@pytest.mark.parametrize(("link", "verdict"), [case[1:] for case in REFRESHES], ids=[case[0] for case in REFRESHES])
def test_a_refresh_token_is_judged(link: RefreshLink, verdict: RefreshVerdict):
    assert judge_refresh(link, request_id=MINE, at=AT) is verdict


def a_grant(number: int, *, begins: datetime = AT, ends: datetime | None = None, role: Role = Role.CARER) -> Grant:
    return Grant(UUID(int=number), role, Scope(ScopeKind.OWN_CLIENTS), "care", begins, ends)


OLD, NEW = a_grant(1, begins=AT - timedelta(days=9)), a_grant(2, begins=AT - timedelta(days=1))
ENDED, COMING = a_grant(3, begins=AT - SECOND, ends=AT), a_grant(4, begins=AT + SECOND)
ENDING = a_grant(5, begins=AT, ends=AT + SECOND)


@pytest.mark.parametrize(
    ("grants", "wanted", "present", "chosen"),
    [
        ([OLD], None, None, OLD),
        ([OLD, NEW], None, None, NEW),
        ([NEW, OLD, ENDED, COMING], None, None, NEW),
        ([OLD, NEW], OLD.id, None, OLD),
        ([OLD, NEW], None, OLD.id, OLD),
        ([OLD, NEW], NEW.id, OLD.id, NEW),
        ([OLD, ENDED], None, ENDED.id, OLD),
        ([OLD, ENDING], None, None, ENDING),
    ],
)
def test_the_grant_to_act_under_is_chosen(grants, wanted, present, chosen):
    assert choose_grant(grants, wanted=wanted, present=present, at=AT) == chosen


@pytest.mark.parametrize("wanted", [ENDED.id, COMING.id, UUID(int=99)])
def test_a_grant_that_is_not_valid_now_cannot_be_chosen(wanted):
    with pytest.raises(GrantNotHeld):
        choose_grant([OLD, ENDED, COMING], wanted=wanted, at=AT)


@pytest.mark.parametrize("grants", [[], [ENDED], [COMING, ENDED]])
def test_without_a_valid_grant_nobody_acts(grants):
    with pytest.raises(NoValidGrant):
        choose_grant(grants, wanted=None, at=AT)


@pytest.mark.parametrize(
    ("regions", "wanted", "chosen"),
    [(["tianjin"], None, "tianjin"), (["huaian", "tianjin"], "huaian", "huaian"), (["tianjin"], "tianjin", "tianjin")],
)
def test_the_region_is_the_named_or_the_only_one(regions, wanted, chosen):
    assert choose_region(regions, wanted=wanted) == chosen


@pytest.mark.parametrize(("regions", "wanted"), [([], None), ([], "tianjin"), (["tianjin"], "huaian")])
def test_a_region_where_nobody_is_bound_is_no_choice(regions, wanted):
    with pytest.raises(NotBound):
        choose_region(regions, wanted=wanted)


def test_several_regions_are_named_to_choose_from():
    with pytest.raises(RegionNeeded) as caught:
        choose_region(["tianjin", "huaian"], wanted=None)

    assert caught.value.details == {"regions": ["huaian", "tianjin"]}


HERE, THERE, ALSO_HERE = Route("tianjin", MINE), Route("huaian", OTHER), Route("tianjin", OTHER)


@pytest.mark.parametrize(
    ("routes", "wanted", "outcome"),
    [
        ([HERE], None, HERE),
        ([HERE, THERE], "huaian", THERE),
        ([], None, PhoneUnknown),
        ([HERE], "huaian", PhoneUnknown),
        ([HERE, THERE], None, RegionNeeded),
        ([HERE, ALSO_HERE], None, PhoneShared),
        ([HERE, ALSO_HERE, THERE], "huaian", THERE),
    ],
)
def test_a_phone_number_means_one_account_or_none(routes, wanted, outcome):
    if isinstance(outcome, Route):
        assert choose_route(routes, wanted=wanted) == outcome
    else:
        with pytest.raises(outcome):
            choose_route(routes, wanted=wanted)


SCOPE_CASES = [
    (Role.DISPATCHER, ScopeKind.AGENCY, AGENCY, True),
    (Role.AGENCY_HEAD, ScopeKind.AGENCY, AGENCY, True),
    (Role.AGENCY_HEAD, ScopeKind.AGENCY, None, False),
    (Role.AGENCY_HEAD, ScopeKind.AGENCY, AGENCY.upper(), False),
    (Role.AGENCY_HEAD, ScopeKind.AGENCY, "120101", False),
    (Role.AGENCY_HEAD, ScopeKind.FUND, None, False),
    (Role.DISPATCHER, ScopeKind.DISTRICT, "120101", False),
    (Role.OPERATOR_REVIEWER, ScopeKind.FUND, None, True),
    (Role.OPERATOR_REVIEWER, ScopeKind.FUND, "120101", False),
    (Role.OPERATOR_REVIEWER, ScopeKind.DISTRICT, "120101", True),
    (Role.OPERATOR_REVIEWER, ScopeKind.DISTRICT, "12010", False),
    (Role.OPERATOR_REVIEWER, ScopeKind.DISTRICT, "1201011", False),
    (Role.OPERATOR_REVIEWER, ScopeKind.DISTRICT, "１２０１０１", False),
    (Role.OPERATOR_REVIEWER, ScopeKind.STREET, "120101001", True),
    (Role.OPERATOR_REVIEWER, ScopeKind.STREET, "120101", False),
    (Role.OPERATOR_REVIEWER, ScopeKind.AGENCY, AGENCY, False),
    (Role.SUPERVISOR, ScopeKind.DISTRICT, "120101", True),
    (Role.SUPERVISOR, ScopeKind.AGENCY, AGENCY, False),
    (Role.PAYOUT_PREPARER, ScopeKind.FUND, None, True),
    (Role.PAYOUT_PREPARER, ScopeKind.DISTRICT, "120101", False),
    (Role.PAYOUT_APPROVER, ScopeKind.FUND, None, True),
    (Role.REGION_ADMIN, ScopeKind.FUND, None, True),
    (Role.REGION_ADMIN, ScopeKind.DISTRICT, "120101", False),
    (Role.CARER, ScopeKind.OWN_CLIENTS, None, True),
    (Role.CARER, ScopeKind.OWN_CLIENTS, "x", False),
    (Role.CARER, ScopeKind.FUND, None, False),
    (Role.FAMILY_CARER, ScopeKind.OWN_CLIENTS, None, True),
    (Role.GUARDIAN, ScopeKind.OWN_CLIENTS, None, True),
    (Role.GUARDIAN, ScopeKind.SELF, None, False),
]


@pytest.mark.parametrize(("role", "kind", "key", "fits"), SCOPE_CASES)
def test_a_scope_fits_its_role_or_not(role, kind, key, fits):
    if fits:
        check_scope(role, scope=Scope(kind, key))
    else:
        with pytest.raises(ScopeNotAllowed):
            check_scope(role, scope=Scope(kind, key))


def test_every_role_has_its_scopes():
    assert set(SCOPES_OF) == set(Role)


@pytest.mark.parametrize("role", list(Role))
def test_administrators_give_staff_roles_only(role):
    if role in STAFF_ROLES:
        check_staff_role(role)
    else:
        with pytest.raises(RoleNotGrantable):
            check_staff_role(role)


@pytest.mark.parametrize(
    ("held", "wanted", "allowed"),
    [
        ([], Role.PAYOUT_PREPARER, True),
        ([Role.PAYOUT_PREPARER], Role.PAYOUT_PREPARER, True),
        ([Role.SUPERVISOR, Role.OPERATOR_REVIEWER], Role.PAYOUT_APPROVER, True),
        ([Role.PAYOUT_PREPARER], Role.PAYOUT_APPROVER, False),
        ([Role.PAYOUT_APPROVER], Role.PAYOUT_PREPARER, False),
        ([Role.SUPERVISOR, Role.PAYOUT_APPROVER], Role.PAYOUT_PREPARER, False),
        ([Role.PAYOUT_APPROVER], Role.SUPERVISOR, True),
    ],
)
def test_who_prepares_a_payout_does_not_approve_it(held, wanted, allowed):
    if allowed:
        check_duties(held, wanted=wanted)
    else:
        with pytest.raises(DutiesConflict):
            check_duties(held, wanted=wanted)


@pytest.mark.parametrize(
    ("standing", "refusal"),
    [
        (Standing(AccountState.ACTIVE, 3), None),
        (Standing(AccountState.ACTIVE, 4), TokenOutdated),
        (Standing(AccountState.ACTIVE, 2), TokenOutdated),
        (Standing(AccountState.LOCKED, 3), AccountLocked),
        (Standing(AccountState.LOCKED, 4), AccountLocked),
        (None, TokenOutdated),
    ],
)
def test_an_account_acts_while_it_is_active_and_unchanged(standing, refusal):
    if refusal is None:
        check_standing(standing, grants_version=3)
    else:
        with pytest.raises(refusal):
            check_standing(standing, grants_version=3)


@pytest.mark.parametrize(
    "typed",
    [
        "7K3QM-01XWA",
        "7k3qm01xwa",
        " 7k3 qm 01 xwa ",
        "7K3QM–O1XWA",
        "7k3qmolxwa",
        "7K3QMOIXWA",
        "７Ｋ３ＱＭ－０１ＸＷＡ",
    ],
)
def test_a_binding_code_is_read_as_people_type_it(typed):
    assert normal_binding_code(typed) == "7K3QM01XWA"


@pytest.mark.parametrize(
    "typed", ["", "7K3QM01XW", "7K3QM01XWAA", "7K3QM01XWU", "7K3QM01XW!", "7K3QM.01XWA", "一二三四五六七八九十"]
)
def test_what_cannot_be_a_binding_code_is_told_so(typed):
    with pytest.raises(BindingCodeMalformed):
        normal_binding_code(typed)


def test_a_shown_code_is_read_back():
    code = CODE_ALPHABET[-10:]

    assert normal_binding_code(show_binding_code(code)) == code


@pytest.mark.parametrize(
    ("scope", "is_bound", "roles", "may"),
    [
        (ScopeKind.FUND, False, [Role.CARER, Role.AGENCY_HEAD], True),
        (ScopeKind.FUND, True, [Role.CARER, Role.AGENCY_HEAD], False),
        (ScopeKind.FUND, True, [Role.PAYOUT_APPROVER], False),
        (ScopeKind.FUND, True, [Role.CARER, Role.FAMILY_CARER, Role.GUARDIAN], True),
        (ScopeKind.AGENCY, False, [], True),
        (ScopeKind.AGENCY, False, [Role.CARER, Role.FAMILY_CARER, Role.GUARDIAN], True),
        (ScopeKind.AGENCY, True, [], False),
        (ScopeKind.AGENCY, True, [Role.CARER], False),
        *((ScopeKind.AGENCY, False, [Role.CARER, role], False) for role in (*sorted(STAFF_ROLES), Role.REGION_ADMIN)),
    ],
)
def test_an_agency_opens_the_door_of_new_carers_alone(scope: ScopeKind, is_bound: bool, roles: list[Role], may: bool):
    assert may_open_door(scope, is_bound=is_bound, roles=roles) is may


PHONE, OLD_PHONE = UUID(int=1), UUID(int=2)
DEVICES = [
    ("the first phone", [], False, None),
    ("another phone", [KnownPhone(OLD_PHONE, None)], False, DeviceDoubt.NEW),
    ("back to the first", [KnownPhone(PHONE, None), KnownPhone(OLD_PHONE, DeviceDoubt.NEW)], False, None),
    ("back to one never confirmed", [KnownPhone(OLD_PHONE, None), KnownPhone(PHONE, DeviceDoubt.NEW)], False, "new"),
    ("confirmed after it was doubted", [KnownPhone(PHONE, DeviceDoubt.NEW), KnownPhone(PHONE, None)], False, None),
    ("a colleague's, as the first", [], True, DeviceDoubt.OF_OTHER),
    ("a colleague's by now", [KnownPhone(PHONE, None)], True, DeviceDoubt.OF_OTHER),
]


@pytest.mark.parametrize(("_case", "earlier", "is_held_by_other", "doubt"), DEVICES)
def test_a_phone_is_an_accounts_own_when_it_is_the_first_or_known(_case, earlier, is_held_by_other, doubt):
    assert judge_device(PHONE, earlier=earlier, is_held_by_other=is_held_by_other) == doubt
