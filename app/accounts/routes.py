"""Logging in, binding, refreshing; staff accounts."""

from uuid import UUID

from app.accounts import queries, service
from app.accounts.consent_schemas import ConsentActSchema, ConsentSchema, ConsentsSchema
from app.accounts.consent_types import ConsentAct, Consents, ConsentView
from app.accounts.schemas import (
    AccountPageSchema,
    AccountSchema,
    BindByPhoneSchema,
    BindSchema,
    GrantSchema,
    IssuedCodeSchema,
    LogInSchema,
    MeSchema,
    NewGrantSchema,
    NewStaffAccountSchema,
    OpenedAccountSchema,
    RefreshSchema,
    SessionSchema,
    StateChangeSchema,
)
from app.accounts.types import (
    AccountView,
    Bind,
    BindByPhone,
    Grant,
    IssuedCode,
    LogIn,
    Me,
    NewGrant,
    NewStaffAccount,
    OpenedAccount,
    Refresh,
    SessionTokens,
    StateChange,
)
from app.kernel import clock
from app.kernel.access import current_actor, open_to_all, requires
from app.kernel.db import public_transaction, session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page, PageRequest, PageRequestSchema
from app.kernel.permissions import Permission
from app.kernel.resend import idempotent

bp = AnhuBlueprint("accounts", __name__, description="Accounts and logging in (账号与登录)")


@bp.post("/auth/wechat")
@open_to_all
@bp.arguments(LogInSchema)
@bp.response(200, SessionSchema)
def log_in(command: LogIn) -> SessionTokens:
    """Log in by WeChat. 409 `not_bound` says that a binding code or a known phone number is needed first."""
    user = service.ask_user(command.code)
    with public_transaction() as public:
        entry = service.find_entry(public, user=user, region=command.region)
    session().bind_region(entry.region)
    with transaction() as own:
        return service.log_in(own, command, identity_id=entry.identity_id, at=clock.now())


@bp.post("/auth/bindings")
@open_to_all
@bp.arguments(BindSchema)
@bp.response(201, SessionSchema)
def bind_by_code(command: Bind) -> SessionTokens:
    """Tie the WeChat user to an account by its one-time code, and log in. Sent twice it changes nothing more."""
    code = service.read_binding_code(command.binding_code)
    user = service.ask_user(command.wechat_code)
    at = clock.now()
    with public_transaction() as public:
        service.count_try(public, user=user, at=at)
    with public_transaction() as public:
        ticket = service.find_ticket(public, code, user=user, at=at)
    session().bind_region(ticket.region)
    with transaction() as own:
        return service.bind_by_code(own, ticket, user=user, device=command.device, at=at)


@bp.post("/auth/phone-bindings")
@open_to_all
@bp.arguments(BindByPhoneSchema)
@bp.response(201, SessionSchema)
def bind_by_phone(command: BindByPhone) -> SessionTokens:
    """Tie the WeChat user to the account known by his phone number, and log in."""
    user = service.ask_user(command.wechat_code)
    phone_indexes = service.ask_phone(command.phone_code)
    with public_transaction() as public:
        route = service.find_route(public, phone_indexes=phone_indexes, region=command.region)
    session().bind_region(route.region)
    with transaction() as own:
        return service.bind_by_phone(own, route, user=user, device=command.device, at=clock.now())


@bp.post("/auth/refresh")
@open_to_all
@bp.arguments(RefreshSchema)
@bp.response(200, SessionSchema)
def refresh(command: Refresh) -> SessionTokens:
    """Follow a refresh token by the next. A lost answer comes again under the same `request_id` for 10 minutes."""
    session().bind_region(service.region_of(command.refresh_token))
    with transaction() as own:
        outcome = service.refresh(own, command, at=clock.now())
    return service.tokens_or_refusal(outcome)


@bp.post("/auth/logout")
@requires(Permission.SESSION)
@bp.response(204)
def log_out() -> None:
    """End the sessions of this account on this phone."""
    with transaction() as own:
        service.log_out(own, actor=current_actor(), at=clock.now())


@bp.get("/me")
@requires(Permission.SESSION)
@bp.response(200, MeSchema)
def show_me() -> Me:
    """Who acts, and the roles to choose from."""
    return queries.get_me(session(), actor=current_actor(), at=clock.now())


@bp.get("/consents")
@requires(Permission.CONSENT)
@bp.response(200, ConsentsSchema)
def list_consents() -> Consents:
    """What the actor is asked for about himself, and what he answered."""
    return service.list_own(session(), actor=current_actor())


@bp.post("/consents")
@requires(Permission.CONSENT)
@idempotent
@bp.arguments(ConsentActSchema)
@bp.response(201, ConsentSchema)
def answer_consent(command: ConsentAct) -> ConsentView:
    """Give or withdraw a consent about oneself; no check-in is refused for want of one."""
    with transaction() as own:
        return service.answer_own(own, command, actor=current_actor(), at=clock.now())


@bp.post("/accounts")
@requires(Permission.GRANT_STAFF)
@idempotent
@bp.arguments(NewStaffAccountSchema)
@bp.response(201, OpenedAccountSchema)
def open_account(command: NewStaffAccount) -> OpenedAccount:
    """Open an account for a post of the operator or an agency; the answer holds its binding code."""
    with transaction() as own:
        return service.open_staff_account(own, command, actor=current_actor(), at=clock.now())


@bp.get("/accounts")
@requires(Permission.GRANT_STAFF)
@bp.arguments(PageRequestSchema, location="query")
@bp.response(200, AccountPageSchema)
def list_accounts(page: PageRequest) -> Page[AccountView]:
    """Accounts in the order they were opened."""
    return queries.list_accounts(session(), actor=current_actor(), page=page)


@bp.post("/accounts/<uuid:account_id>/grants")
@requires(Permission.GRANT_STAFF)
@idempotent
@bp.arguments(NewGrantSchema)
@bp.response(201, GrantSchema)
def add_grant(command: NewGrant, account_id: UUID) -> Grant:
    """Give an account a further role. Its access tokens stop; the next refresh knows the new role."""
    with transaction() as own:
        return service.add_grant(own, account_id=account_id, grant=command, actor=current_actor(), at=clock.now())


@bp.post("/accounts/<uuid:account_id>/grants/<uuid:grant_id>/end")
@requires(Permission.GRANT_STAFF)
@bp.response(200, GrantSchema)
def end_grant(account_id: UUID, grant_id: UUID) -> Grant:
    """End a role now."""
    with transaction() as own:
        return service.end_grant(own, account_id=account_id, grant_id=grant_id, actor=current_actor(), at=clock.now())


@bp.post("/accounts/<uuid:account_id>/binding-codes")
@requires(Permission.GRANT_STAFF)
@idempotent
@bp.response(201, IssuedCodeSchema)
def issue_binding_code(account_id: UUID) -> IssuedCode:
    """Issue a new binding code; earlier unused ones stop working."""
    with transaction() as own:
        return service.new_binding_code(own, account_id=account_id, actor=current_actor(), at=clock.now())


@bp.post("/accounts/<uuid:account_id>/state")
@requires(Permission.GRANT_STAFF)
@bp.arguments(StateChangeSchema)
@bp.response(200, AccountSchema)
def change_state(command: StateChange, account_id: UUID) -> AccountView:
    """Lock an account at once, or unlock it."""
    with transaction() as own:
        return service.change_state(
            own, account_id=account_id, state=command.state, actor=current_actor(), at=clock.now()
        )
