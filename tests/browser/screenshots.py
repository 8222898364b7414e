"""Pictures of the pages, wide and narrow, light and dark: `make screenshots` writes them to docs/images."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from dashboard.site import Site
from models.database import Database
from settings import DashboardSettings, Settings
from tests.browser.conftest import CHROMIUM, QUIET, Town, serving
from tests.dashboard.conftest import SECRET, play_season

IMAGES = Path(__file__).parents[2] / "docs" / "images"
PAGES = {
    "matrix": ("admin", "/2022"),
    "phase": ("admin", "/2022/shortlist"),
    "late-city": ("admin", "/2022/shortlist/yancheng"),
    "rerun": ("admin", "/2022/acts/rerun?phase=shortlist&city=yancheng"),
    "tasks": ("admin", "/2022/tasks"),
    "calendar": ("admin", "/2022/calendar"),
    "city": ("yancheng", "/2022/cities/yancheng"),
    "filing": ("nanjing", "/2022/interview/nanjing"),
    "letters": ("nanjing", "/2022/letters"),
}
LOOKS = {
    "": (1440, "light"),
    "-dark": (1440, "dark"),
    "-narrow": (390, "light"),
    "-narrow-dark": (390, "dark"),
}


def main() -> None:
    """Play the season, serve it, and take every picture."""
    assert CHROMIUM is not None, "no Chromium here"
    wanted = set(os.environ.get("ONLY", "").split(",")) - {""}
    IMAGES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="talent-") as name, sync_playwright() as playwright:
        folder = Path(name)
        database = Database(f"sqlite:///{folder / 'talent.db'}")
        play_season(database)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))

        def site(address: str) -> Site:
            plain = DashboardSettings(totp=False)
            return Site(database, Settings(base_url=address, maildir=folder / "mail", dashboard=plain), SECRET)

        with serving(site) as (address, made):
            town = Town(address, made, browser)
            for look, (width, scheme) in LOOKS.items():
                _take(town, look, width, scheme, wanted)
        browser.close()
        database.dispose()


def _take(town: Town, look: str, width: int, scheme: str, wanted: set[str]) -> None:
    pages: dict[str, Page] = {}
    for picture, (name, path) in PAGES.items():
        if wanted and picture not in wanted:
            continue
        if name not in pages:
            pages[name] = town.sign_in(town.context(width=width, scheme=scheme), name)
        pages[name].goto(path)
        pages[name].screenshot(path=IMAGES / f"{picture}{look}.png", full_page=True)


if __name__ == "__main__":
    main()
