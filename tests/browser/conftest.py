"""A real browser on a real server: the season of 2022 on 7 February, looked at and acted on as people would."""

from __future__ import annotations

import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from dashboard.serving.app import make_app
from dashboard.serving.site import Site
from models.database import Database
from phases.book import BOOK
from settings import DashboardSettings, Settings
from tests.support.window import PASSWORD, SECRET

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless; gone with its module, for its driver keeps an event loop running."""
    if CHROMIUM is None:
        pytest.skip("本机没有 Chromium（Debian：apt-get install chromium）")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@contextmanager
def serving(site: Callable[[str], Site]) -> Iterator[tuple[str, Site]]:
    """Serve a site on a free port; `site` is given its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        made = site(address)
        server = uvicorn.Server(uvicorn.Config(make_app(made), log_level="error", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield address, made
        finally:
            server.should_exit = True
            thread.join(20)


@dataclass(frozen=True)
class Town:
    """A served season and the browser that looks at it."""

    address: str
    site: Site
    browser: Browser

    def context(self, *, width: int = 1440, scheme: str = "light", scripts: bool = True) -> BrowserContext:
        """A browser of its own, with nothing remembered."""
        return self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=scripts,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",  # a colour on its way to another is neither
        )

    def sign_in(self, context: BrowserContext, name: str) -> Page:
        """Sign in as people do, by the form."""
        page = context.new_page()
        page.goto("/sign-in")
        page.get_by_label("用户名").fill(name)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(re.compile(r"/\d{4}"))
        return page


@pytest.fixture
def town(season_file: Path, tmp_path: Path, chromium: Browser) -> Iterator[Town]:
    """A copy of the season for this test alone, served; no second factor, as in the demonstration."""
    database = Database(f"sqlite:///{shutil.copy(season_file, tmp_path / 'talent.db')}", BOOK)

    def site(address: str) -> Site:
        settings = Settings(
            base_url=address,
            maildir=tmp_path / "mail",
            letters=tmp_path / "letters",
            dashboard=DashboardSettings(totp=False),
        )
        return Site(database, settings, SECRET)

    with serving(site) as (address, made):
        yield Town(address, made, chromium)
    database.dispose()
