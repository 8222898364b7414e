"""A window on the season of 2022 as it stood on the morning of 7 February, with everybody signed in."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import insert

from calendars import files
from calendars.deadlines import TZ
from dashboard.serving.app import make_app
from dashboard.serving.forgery import token
from dashboard.serving.look import Looking
from dashboard.serving.site import Site
from dashboard.signing_in import passwords
from dashboard.signing_in.sessions import COOKIE, LASTS, digest
from models import migrate, sign_ins
from models.columns import table_of
from models.database import Database
from models.reports import Standings, standings
from models.tables.accounts import Account, SignIn
from phases.book import BOOK
from rehearsal.packs import read_pack
from rehearsal.play import Play
from settings import DashboardSettings, Settings
from tests.support.at_hand import AtHand

YEAR = 2022


UNTIL = datetime(2022, 2, 7, 9, 0, tzinfo=TZ)


PACK = Path(__file__).parents[2] / "deployments" / "demo" / "2022"


BASE = "http://window.example"


SECRET = b"a secret of the tests, 32 bytes!"


PASSWORD = "correct horse battery"
WEAK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
passwords.hasher = WEAK  # what is tried here is who gets in, not how long it takes to find out


ADMIN, VIEWER = "admin", "viewer"
CITIES = tuple(city.slug for city in files.load(YEAR).cities)


def play_season(database: Database) -> None:
    """Play the season on a database, and give everybody an account."""
    migrate.upgrade(database)
    for _ in Play(database, files.load(YEAR), read_pack(PACK), UNTIL, "省办", BASE).steps():
        pass
    give_accounts(database)


def give_accounts(database: Database) -> None:
    """One for each role and each city."""
    now, kept = datetime.now(TZ), passwords.kept(PASSWORD)
    people = [(ADMIN, "admin", None), (VIEWER, "viewer", None), *((city, "city", city) for city in CITIES)]
    with database.write() as connection:
        for name, role, city in people:
            row = {"name": name, "shown": f"{name} 某", "role": role, "city": city, "password": kept}
            connection.execute(insert(table_of(Account)).values(row | {"made_by": "测试", "made_at": now}))


class Browser(TestClient):
    """A browser that is signed in; `csrf` is what its forms carry."""

    def __init__(self, site: Site, cookie: str | None) -> None:
        here = ("127.0.0.1", 50000)  # as at the office's own machine, to which most is shown
        super().__init__(app := make_app(site), base_url=BASE, follow_redirects=False, client=here)
        self._transport = AtHand(app, here)
        self.headers["origin"] = BASE
        self.csrf = ""
        if cookie:
            self.cookies.set(COOKIE, cookie, domain="window.example", path="/")
            self.csrf = token(site.secret, digest(cookie))

    def submit(self, address: str, **fields: str) -> Response:
        """Send a form with its token."""
        answer: Response = self.post(address, data={"csrf": self.csrf, **fields})
        return answer


@dataclass
class Window:
    """One database with its site; `as_` gives a browser for an account's name, None for nobody."""

    site: Site
    accounts: dict[str, int] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        return self.site.database

    def standings(self, look: Looking) -> Standings:
        """The year's, as a page reads them."""
        with self.database.read() as connection:
            return standings(connection, look.opened.year.year, look.as_of)

    def as_(self, name: str | None) -> Browser:
        if name is None:
            return Browser(self.site, None)
        cookie, now = f"cookie of {name}", self.site.wall()
        table = table_of(Account)
        with self.database.write() as connection:
            account = connection.execute(table.select().where(table.c.name == name)).one().id
            row = {"digest": digest(cookie), "account": account, "pending": False, "since": now, "seen": now}
            sign_ins.end(connection, digest(cookie))
            connection.execute(insert(table_of(SignIn)).values(row | {"until": now + LASTS}))
        return Browser(self.site, cookie)


def a_window(season_url: str, folder: Path, *, totp: bool = False) -> Window:
    """A window on a season; without a second factor, as in the demonstration, unless it is asked for."""
    dashboard = DashboardSettings(totp=totp)
    settings = Settings(base_url=BASE, maildir=folder / "mail", letters=folder / "letters", dashboard=dashboard)
    return Window(Site(Database(season_url, BOOK), settings, SECRET))


def copied(season_file: Path, folder: Path) -> str:
    """A copy of an embedded season."""
    return f"sqlite:///{shutil.copy(season_file, folder / 'talent.db')}"
