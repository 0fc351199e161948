"""One agency with a client, a carer and a family, another agency beside it, and who acts for whom."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, Scope, ScopeKind
from app.registry.shown import AgencyView, CarerView, ClientView, GuardianView
from tests.registry.factories import a_carer, a_client, a_family_carer, a_guardian, an_agency, an_entitlement
from tests.tokens import bearer, make_account

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)


class Actors(dict[Role, Actor]):
    """Who acts, by role: an account is made, and committed, when a test first asks for it."""

    def __init__(self, session: Session, *, scopes: dict[Role, Scope], people: dict[Role, UUID]) -> None:
        super().__init__()
        self._session = session
        self._scopes = scopes
        self._people = people

    def on(self, session: Session) -> "Actors":
        """The same people, none of them with an account yet."""
        return Actors(session, scopes=self._scopes, people=self._people)

    def __missing__(self, role: Role) -> Actor:
        actor = make_account(self._session, role=role, scope=self._scopes.get(role), person_id=self._people.get(role))
        self._session.commit()
        self[role] = actor
        return actor


@dataclass(frozen=True)
class Scene:
    """What the API tests of registry and care plans start from; `actors` by role, `stranger` of another agency."""

    app: Flask
    agency: AgencyView
    other_agency: AgencyView
    client: ClientView
    carer: CarerView
    family_carer: CarerView
    guardian: GuardianView
    stranger: Actor
    actors: Actors

    def on(self, session: Session) -> "Scene":
        """A test's own, whose accounts are made in its session."""
        return replace(self, actors=self.actors.on(session))

    @property
    def client_id(self) -> UUID:
        """The client's id."""
        return self.client.client.id

    def headers(self, actor: Actor | None, *, key: str | None = None) -> dict[str, str]:
        """Login and idempotency key of a request; nobody without an actor."""
        login = {} if actor is None else bearer(self.app, actor)
        return login | {"Idempotency-Key": key or str(new_id())}

    def post(self, http: FlaskClient, path: str, body: object, actor: Actor | None, *, key: str | None = None):
        """Send a body as an actor."""
        return http.post(f"/api/v1{path}", json=body, headers=self.headers(actor, key=key))

    def get(self, http: FlaskClient, path: str, actor: Actor | None):
        """Ask as an actor."""
        return http.get(f"/api/v1{path}", headers=self.headers(actor))


def a_scene(session: Session, app: Flask) -> Scene:
    """Make and commit everything within the test's transaction."""
    agency, other = an_agency(session), an_agency(session)
    client = a_client(session, agency=agency)
    an_entitlement(session, client=client)
    guardian = a_guardian(session, client=client)
    carer, family = a_carer(session, agency=agency), a_family_carer(session, client=client, formal=False)
    scene = Scene(
        app=app,
        agency=agency,
        other_agency=other,
        client=client,
        carer=carer,
        family_carer=family,
        guardian=guardian,
        stranger=make_account(session, role=Role.AGENCY_HEAD, scope=Scope(ScopeKind.AGENCY, str(other.id))),
        actors=Actors(
            session,
            scopes=dict.fromkeys((Role.DISPATCHER, Role.AGENCY_HEAD), Scope(ScopeKind.AGENCY, str(agency.id))),
            people={
                Role.CARER: carer.person.id,
                Role.FAMILY_CARER: family.person.id,
                Role.GUARDIAN: guardian.person.id,
            },
        ),
    )
    session.commit()
    return scene
