"""Pictures of the pages, wide and narrow, light and dark: `make screenshots` writes them to docs/images."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from calendars import files
from calendars.deadlines import TZ
from dashboard.serving.site import Site
from dashboard.signing_in import passwords
from models import migrate
from models.database import Database
from phases.book import BOOK
from post.links import Links
from rehearsal.demo_people import invite
from rehearsal.packs import read_pack
from rehearsal.play import Play
from rehearsal.playing_on import postman
from settings import DashboardSettings, Settings
from tests.browser.conftest import CHROMIUM, QUIET, Town, serving
from tests.support.window import PACK, PASSWORD, SECRET, UNTIL, YEAR

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

IMAGES = Path(__file__).parents[2] / "docs" / "images"
PAGES = {
    "matrix": ("province", "/2022"),
    "phase": ("province", "/2022/shortlist"),
    "late-city": ("province", "/2022/shortlist/yancheng"),
    "rerun": ("province", "/2022/acts/rerun?phase=shortlist&city=yancheng"),
    "tasks": ("province", "/2022/tasks"),
    "calendar": ("province", "/2022/calendar"),
    "city": ("yancheng", "/2022/cities/yancheng"),
    "filing": ("nanjing", "/2022/interview/nanjing"),
    "letters": ("nanjing", "/2022/letters"),
    "preview": ("province", "/2022/acts/withdraw?city=wuxi"),
    "province-city": ("province", "/2022/cities/yancheng"),
    "evaluation": ("province", "/2022/evaluation"),
    "exports": ("province", "/2022/exports"),
    "fork": ("province", "/2022/fork"),
    "handover": ("province", "/2022/handover"),
    "log": ("province", "/2022/log"),
    "notice": ("province", "/2022/notice"),
    "offices": ("province", "/2022/offices"),
    "search": ("province", "/2022/search"),
    "setup": ("province", "/2022/setup"),
    "setup-offices": ("province", "/2022/setup/offices"),
    "write": ("province", "/2022/letters/write"),
    "draft": ("province", "/years/draft"),
    "users": ("province", "/users"),
    "filed": ("nanjing", "/2022/application/nanjing/filed?sheet=students"),
    "rows": ("nanjing", "/2022/interview/nanjing/rows"),
    "workbook": ("nanjing", "/2022/interview/nanjing/workbook"),
}
LOOKS = {
    "": (1440, "light"),
    "-dark": (1440, "dark"),
    "-narrow": (390, "light"),
    "-narrow-dark": (390, "dark"),
}


SHORT = frozenset({"matrix", "late-city"})
"""Those of the README: the first screen, where the others are whole."""

UNTRANSLATED = "浏览器自己的文字不是中文；Debian/Ubuntu 上请先 apt-get install chromium-l10n。"


def main() -> None:
    """Play the season, serve it, and take every picture."""
    assert CHROMIUM is not None, "no Chromium here"
    wanted = set(os.environ.get("ONLY", "").split(",")) - {""} or set(PAGES)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="talent-") as name:
        folder = Path(name)
        database = Database(f"sqlite:///{folder / 'talent.db'}", BOOK)
        _play(database, folder / "mail")  # before Playwright: the post has an event loop of its own
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM,
                args=[*QUIET, "--lang=zh-CN"],
                env={**os.environ, "LANGUAGE": "zh_CN"},  # the language of the browser's own controls
            )
            if not _chinese(browser):
                raise SystemExit(UNTRANSLATED)
            _take_all(database, folder, browser, wanted)
            browser.close()
        database.dispose()


def _chinese(browser: Browser) -> bool:
    """Tell whether the browser's own words are Chinese; where they are not installed it falls back to English."""
    page = browser.new_page()
    try:
        return str(page.evaluate("navigator.language")) == "zh-CN"
    finally:
        page.close()


def _play(database: Database, mail: Path) -> None:
    """Play to the morning of `talent demo`, with its people, and its letters sent."""
    migrate.upgrade(database)
    year, address = files.load(YEAR), Settings().base_url
    post = postman(database, mail, Settings().mail_from, Links(SECRET, address))
    for _ in Play(database, year, read_pack(PACK), UNTIL, "省办", address, post).steps():
        pass
    invite(database, year, passwords.kept(PASSWORD), datetime.now(TZ))


def _take_all(database: Database, folder: Path, browser: Browser, wanted: set[str]) -> None:
    def site(address: str) -> Site:
        plain = DashboardSettings(totp=False)
        return Site(database, Settings(base_url=address, maildir=folder / "mail", dashboard=plain), SECRET)

    with serving(site) as (address, made):
        town = Town(address, made, browser)
        for look, (width, scheme) in LOOKS.items():
            _take(town, look, width, scheme, wanted)


def _take(town: Town, look: str, width: int, scheme: str, wanted: set[str]) -> None:
    pages: dict[str, Page] = {}
    for picture, (name, path) in PAGES.items():
        if picture not in wanted:
            continue
        if name not in pages:
            pages[name] = town.sign_in(town.context(width=width, scheme=scheme), name)
        pages[name].goto(path)
        pages[name].screenshot(path=IMAGES / f"{picture}{look}.png", full_page=picture not in SHORT)


if __name__ == "__main__":
    main()
