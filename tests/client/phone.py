"""A phone in somebody's hand, and the town it is carried through."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect
from sqlalchemy import create_engine, text

from app.kernel import clock
from app.kernel.geo import CoordinateSystem, Point
from app.kernel.ids import new_id
from app.kernel.tag_codes import MAC_BYTES
from demo import cast
from demo.client import User
from demo.clients import assign, register_carer, register_client, register_guardian
from demo.invented import Invented, coordinates, north_of
from demo.professional import ITEMS
from demo.staff import Staff, hire
from demo.world import ZONE, World
from tests.journeys.installation import Living
from tests.standins_signed import StandIn

PATIENCE_MS = 15_000
# WeChat asks about messages only where a walk lets it: what a page tells when it is left meets the next hour's clock.
NO_MESSAGES = "location.protocol === 'about:' || localStorage.setItem('host:subscribe', 'none')"


def consent_to_photos(guardian: User, client_id: str) -> None:
    """Say yes for a client to the words as they are today: without it photos are refused."""
    asked = guardian.get(f"/clients/{client_id}/consents")["items"]
    version = next(each["text"]["version"] for each in asked if each["text"]["purpose"] == "photos")
    guardian.post(f"/clients/{client_id}/consents", {"purpose": "photos", "version": version, "is_given": True})


@dataclass(frozen=True)
class Newcomer:
    """Somebody who has never opened the mini-program here; `binding_code` is empty when WeChat knows him already."""

    who: Invented
    openid: str
    binding_code: str
    id: str


@dataclass(frozen=True)
class Household:
    """A client and who acts for him."""

    client_id: str
    guardian: Newcomer


@dataclass
class Town:
    """The running system, and what walks order from it."""

    here: Living
    url: str
    messages: StandIn
    region: str = "tianjin"
    known: dict[str, "Town"] = field(default_factory=dict)

    @property
    def world(self) -> World:
        """The demo's world around the server."""
        return self.here.world

    def in_region(self, region: str) -> "Town":
        """The same system's other fund; its staff is hired once, whichever walk comes first."""
        return self.known.setdefault(region, replace(self, region=region))

    @cached_property
    def staff(self) -> Staff:
        """An agency and the fund's people, hired when first asked for."""
        return hire(self.world, region=self.region, number=1)

    def carer(self, who: Invented = cast.CARER) -> Newcomer:
        """A professional carer of the agency, not bound yet."""
        carer = register_carer(self.staff, who, kind="professional")
        access = self.staff.dispatcher.post(f"/carers/{carer['id']}/access")
        return Newcomer(who, f"{self.region}-{who.openid}", access["binding_code"], carer["id"])

    def client(
        self,
        carer: Newcomer,
        who: Invented = cast.CLIENT,
        *,
        guardian: Invented = cast.GUARDIAN,
        home: Point = cast.TIANJIN_HOME,
    ) -> Household:
        """A client in the agency's care with a plan that the guardian confirmed, whom the carer may visit."""
        client = register_client(
            self.staff, who, home=home, system=CoordinateSystem.GCJ02, home_type="agency_care", number=1
        )
        assign(self.staff, client_id=client["id"], carer_id=carer.id)
        user = register_guardian(self.world, self.staff, guardian, client_id=client["id"])
        today = self.world.clock.now().astimezone(ZONE).date()
        items = [{"item_code": code, "times_per_week": 5, "minutes": minutes} for code, minutes in ITEMS]
        plan = {"valid_from": today.isoformat(), "items": items}
        plan_id = self.staff.dispatcher.post(f"/clients/{client['id']}/care-plans", plan)["id"]
        user.post(f"/care-plans/{plan_id}/confirmation", {"way": "own_phone"})
        consent_to_photos(user, client["id"])
        return Household(client["id"], Newcomer(guardian, f"{self.region}-{guardian.openid}", "", ""))

    def visit(self, carer: Newcomer, household: Household, start: datetime) -> str:
        """Plan an hour's visit; answers its id."""
        visit = {
            "id": str(new_id(at=start)),
            "client_id": household.client_id,
            "carer_id": carer.id,
            "planned_from": start.isoformat(),
            "planned_to": (start + timedelta(hours=1)).isoformat(),
        }
        self.staff.dispatcher.post("/visits", {"visits": [visit]})
        return visit["id"]

    def read_chip(self, household: Household) -> str:
        """The text of a first reading of the tag that hangs in a home: its chip's key was given to its maker."""
        tag = self.staff.dispatcher.post(f"/clients/{household.client_id}/home-tags")
        chip = self.staff.admin.post(f"/home-tags/{tag['id']}/chip-key")
        said = f"{chip['prefix']}1"
        mac = hmac.digest(bytes.fromhex(chip["key"]), said.encode(), hashlib.sha256)[:MAC_BYTES]
        return f"{said}:{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"

    def set_time(self, instant: datetime, *, people: Sequence[Newcomer] = ()) -> None:
        """Move the clocks of server and phones, and name those who may log in."""
        self.world.clock.move_to(instant)
        shift = self.world.clock.now() - clock.now()
        told = [{"name": each.who.name, "openid": each.openid, "note": "演示"} for each in people]
        state = {"people": told, "shift_ms": round(shift.total_seconds() * 1000)}
        httpx.put(f"{self.url}/__host/state", json=state, trust_env=False).raise_for_status()

    def alert_soon(self) -> None:
        """Let the worker send alerts by the time that is now: its last run may lie behind, where another walk was."""
        engine = create_engine(self.here.database.urls.owner)
        with engine.begin() as connection:
            connection.execute(text(f"DELETE FROM {self.region}.job_run WHERE job = 'send_alerts'"))
        engine.dispose()

    def rows(self, statement: str, **values: object) -> list[Any]:
        """What the database holds: tables of the region by their bare names."""
        engine = create_engine(self.here.database.urls.owner)
        try:
            with engine.connect() as connection:
                connection.execute(text(f"SET search_path TO {self.region}"))
                return list(connection.execute(text(statement), values).all())
        finally:
            engine.dispose()


@dataclass
class Phone:
    """One phone: its storage lasts until the test ends, its page can be closed and opened again."""

    context: BrowserContext
    page: Page
    town: Town
    shots: Path
    faults: list[str] = field(default_factory=list)

    @classmethod
    def new(cls, browser: Browser, town: Town, *, shots: Path, width: int = 360, storage: Any = None) -> "Phone":
        """A phone with its location allowed, lying at the demo's home; with what another one had stored."""
        context = browser.new_context(
            viewport={"width": width, "height": 740},
            device_scale_factor=2,
            has_touch=True,
            is_mobile=True,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            permissions=["geolocation"],
            storage_state=storage,
        )
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(NO_MESSAGES)
        shots.mkdir(exist_ok=True)
        phone = cls(context, context.new_page(), town, shots)
        phone.page.on("pageerror", lambda error: phone.faults.append(str(error)))
        phone.page.on("console", phone._hear)
        phone.stand(cast.TIANJIN_HOME, metres=20, accuracy_m=12)
        return phone

    def _hear(self, said: ConsoleMessage) -> None:
        """The template engine logs what it catches; answers like 409 are logged by the browser and are no faults."""
        if said.type in ("error", "warning") and not said.text.startswith("Failed to load resource"):
            self.faults.append(said.text)

    def close(self) -> None:
        """Put it away; what went wrong inside is said now."""
        self.context.close()
        assert self.faults == [], self.faults

    def stand(self, home: Point, *, metres: float = 0, accuracy_m: int = 12) -> None:
        """Where the phone is, so far north of a home, and what it believes of its accuracy."""
        place: Any = coordinates(north_of(home, metres), CoordinateSystem.GCJ02)
        self.context.set_geolocation(
            {"latitude": place["latitude"], "longitude": place["longitude"], "accuracy": accuracy_m}
        )

    def deny_location(self) -> None:
        """Take the permission away."""
        self.context.clear_permissions()

    def go_offline(self, *, offline: bool = True) -> None:
        """No network, or one again."""
        self.context.set_offline(offline)

    def open(self) -> None:
        """Open the mini-program from the start, as after it was killed."""
        self.page.goto("about:blank")
        self.page.goto(self.town.url)

    def log_in(self, person: Newcomer) -> None:
        """The first time: choose who it is, and use the binding code where there is one."""
        self.open()
        self.tap("微信登录")
        self.page.get_by_role("dialog").get_by_role("button", name=person.who.name).tap()
        if person.binding_code:
            self.page.get_by_label("登记码").fill(person.binding_code)
            self.tap("登记并登录")

    def tap(self, name: str) -> None:
        """Tap a button, or a line of a list, by its words."""
        self.page.get_by_role("button", name=name).first.tap()

    def tick(self, name: str) -> None:
        """Tick an item of a list."""
        self.page.get_by_role("checkbox", name=name).tap()

    def see(self, words: str) -> Locator:
        """Wait until these words are on the screen."""
        found = self.page.get_by_text(words).locator("visible=true").first  # pages below lie hidden
        expect(found).to_be_visible(timeout=PATIENCE_MS)
        return found

    def shot(self, name: str) -> None:
        """Leave a picture of the whole screen, and see that nothing has to be moved sideways."""
        wide = self.page.evaluate(
            "[...document.querySelectorAll('wx-page:not([hidden])')].some((p) => p.scrollWidth > p.clientWidth)"
        )
        assert not wide, f"{name}: wider than the screen"
        self.page.screenshot(path=self.shots / f"{name}.png")
