"""The window in a process of its own: `python -P -m dashboard.serve`. One process; what it is told is in settings.

It says of each request the route's template and nothing that was typed. Links, tokens and names stay out of its log.
"""

from __future__ import annotations

import argparse
import gc
import socket
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from calendars.errors import TalentError
from dashboard.serving import log_lines
from dashboard.serving.app import make_app
from dashboard.serving.request_log import Observer, logged
from dashboard.serving.secret_key import secret_of
from dashboard.serving.site import Site
from dashboard.serving.slow_senders import PromptProtocol, hold_many
from letters.overrides import wording
from models.database import Database, NotPrepared
from models.migrate import prepared
from phases.book import BOOK
from post.collector_pause import leave_out_for_good
from settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LAST_REQUESTS_SECONDS = 10
"""How long requests that are under way may still take once it is asked to end."""

GARBAGE = 20_000
"""How many objects more there are before it is looked which of them nobody needs: a page makes as many, and keeps none.

With the interpreter's 700, and all that was imported looked through besides, a page took a sixth longer.
"""


class WebPortTaken(TalentError):
    """{host} 的端口 {port} 已被占用或不能使用；请停掉占用它的程序，或改 TALENT_DASHBOARD__PORT。"""


@contextmanager
def site_of(settings: Settings, folder: Path, pack: Path | None = None) -> Iterator[Site]:
    """Give the site that the settings name; raise NotPrepared, Newer or WeakSecret before anything listens."""
    database = Database(settings.database.url, BOOK, *settings.keys_in(folder))
    try:
        if database.absent:
            raise NotPrepared
        database.refuse_newer()
        if not prepared(database):
            raise NotPrepared
        yield Site(
            database,
            settings,
            secret_of(settings, folder),
            wording(settings.letters, BOOK).words,
            pack=pack,
        )
    finally:
        database.dispose()


def listening(host: str, port: int) -> socket.socket:
    """Give a socket that listens there; raise `WebPortTaken`.

    Its protocol is named, else asyncio does not know it for TCP, and the body of each answer waits 40 ms for the other
    side to acknowledge the head.
    """
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        raise WebPortTaken(host=host, port=port) from error
    return made


def configuration(site: Site) -> uvicorn.Config:
    """Say how a site is served; who asks is told by X-Forwarded-For only where a gateway that is named says so."""
    gateways = site.settings.dashboard.gateways
    return uvicorn.Config(
        Observer(make_app(site), logged),
        proxy_headers=bool(gateways),
        forwarded_allow_ips=list(gateways),
        server_header=False,
        access_log=False,
        log_config=None,
        log_level="warning",
        timeout_graceful_shutdown=LAST_REQUESTS_SECONDS,
        http=PromptProtocol,
    )


def serve(settings: Settings, folder: Path, pack: Path | None = None) -> None:
    """Serve until SIGINT or SIGTERM."""
    with site_of(settings, folder, pack) as site:
        run(site, settings.dashboard.host, settings.dashboard.port)


def run(site: Site, host: str, port: int) -> None:
    """Serve a site there until SIGINT or SIGTERM; raise `WebPortTaken`."""
    hold_many()
    log_lines.begin()
    server = uvicorn.Server(configuration(site))
    with listening(host, port) as heard, suppress(KeyboardInterrupt):
        gc.collect()
        leave_out_for_good()
        gc.set_threshold(GARBAGE)
        server.run(sockets=[heard])


def main(argv: Sequence[str] | None = None) -> int:
    """Run it as a command: 0 ended, 1 refused with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m dashboard.serve", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("var"), help="where the secret is kept")
    parser.add_argument("--pack", type=Path, help="the events that a rehearsal goes on with")
    given = parser.parse_args(argv)
    try:
        serve(Settings(), given.folder, given.pack)
    except TalentError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
