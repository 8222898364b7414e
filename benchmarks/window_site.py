"""What the window is measured on: a year with so many cities in mid-season; and its servers, one process each.

`python -m benchmarks.window_site ours DATABASE PORT`, `… bare FILE PORT` (constant bytes from a bare ASGI app).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import insert, update
from starlette.types import ASGIApp, Receive, Scope, Send

from acts.open_year import open_year
from calendars.deadlines import TZ
from calendars.year import Year
from dashboard.serving.app import make_app
from dashboard.serving.site import Site
from dashboard.signing_in.sessions import digest
from models import migrate
from models.columns import table_of
from models.database import Database
from models.stamp import Stamp
from models.tables.accounts import Account, SignIn
from models.tables.season import CityPhase, ExtensionRow, Letter, LetterBody, Transition, WaiverRow
from phases.book import BOOK
from settings import Settings
from tests.support.scenes import calendar

COOKIE = "the session of a benchmark"
OPENED, FILED, PASSED, NOW = (
    datetime(2021, 12, 31, tzinfo=TZ),
    datetime(2022, 1, 12, 10, tzinfo=TZ),
    datetime(2022, 1, 14, 10, tzinfo=TZ),
    datetime(2022, 2, 7, 9, tzinfo=TZ),
)
SECRET = b"a secret of a benchmark, 32 long"
LATE, WAIVED, EXTENDED, AGAIN = 9, 5, 7, 11
"""Every so manieth city is late, has a waiver, has more time, is in its second attempt."""


def make(path: Path, cities: int) -> Year:
    """Make a season: three phases passed but for the late, the interview open, letters that did not arrive."""
    database, year = Database(f"sqlite:///{path}", BOOK), calendar(cities)
    database.make()
    migrate.upgrade(database)
    open_year(database, year, Stamp("bench", OPENED, OPENED), rehearsal=True)
    moves = [row for place, city in enumerate(year.cities) for row in _moves(year, city.slug, place)]
    with database.write(year.year) as connection:
        connection.execute(insert(table_of(Transition)), moves)
        for row in moves:
            _stand(connection, row)
        signed = {"year": year.year, "reason": "无", "by": "bench", "at": PASSED, "as_of": PASSED}
        extended = [
            {**signed, "phase": "interview", "city": city.slug, "attempt": 1, "cause": "extension"}
            | {"until": (NOW + timedelta(days=18)).date()}
            for city in year.cities[::EXTENDED]
        ]
        waived = [
            {**signed, "phase": "mentor-recommendation", "city": city.slug, "attempt": 1, "rule": "mentors.team"}
            for city in year.cities[::WAIVED]
        ]
        connection.execute(insert(table_of(ExtensionRow)), extended)
        connection.execute(insert(table_of(WaiverRow)), waived)
        connection.execute(insert(table_of(LetterBody)).values(digest="words", text="通知", html="<p>通知</p>"))
        connection.execute(insert(table_of(Letter)), [_letter(year, place) for place in range(500)])
        now = datetime.now(TZ)
        account = {"id": 1, "name": "bench", "shown": "省办", "role": "admin", "made_by": "bench", "made_at": now}
        connection.execute(insert(table_of(Account)).values(account))
        session = {"digest": digest(COOKIE), "account": 1, "pending": False, "since": NOW, "seen": NOW}
        connection.execute(insert(table_of(SignIn)).values(session | {"until": NOW + timedelta(days=365)}))
    database.dispose()
    return year


def _moves(year: Year, city: str, place: int) -> Iterator[Mapping[str, Any]]:
    """The log of a city; each row carries the city phase as it stood after it."""
    for at, phase in enumerate(year.phases[:4]):
        late = at == 2 and place % LATE == LATE - 1
        attempt = 2 if at == 1 and place % AGAIN == AGAIN - 1 else 1
        done = [("open", "waiting", "open")]
        if at < 3 and not late:
            done += [("submit", "open", "submitted"), ("pass", "submitted", "passed")]
        if at == 3 and place % LATE == LATE - 1:
            continue
        for seq, (event, before, after) in enumerate(done, 1):
            yield {
                "year": year.year, "phase": phase.slug, "city": city, "seq": seq, "event": event,
                "from_state": before, "to_state": after, "attempt": attempt, "filing": int(seq > 1), "since": OPENED,
                "filed_at": FILED if seq > 1 else None, "passed_at": PASSED if after == "passed" else None,
                "tally": None, "by": "bench", "at": PASSED, "as_of": PASSED, "reason": None, "refused": False,
            }  # fmt: skip


def _stand(connection: Any, row: Mapping[str, Any]) -> None:  # noqa: ANN401 -- SQLAlchemy's own
    table = table_of(CityPhase)
    here = (table.c.year == row["year"]) & (table.c.phase == row["phase"]) & (table.c.city == row["city"])
    stands = {name: row[name] for name in ("attempt", "since", "filed_at", "passed_at", "as_of")}
    connection.execute(update(table).where(here).values(stands | {"state": row["to_state"], "moves": row["seq"]}))


def _letter(year: Year, place: int) -> Mapping[str, Any]:
    city = year.cities[place % len(year.cities)].slug
    state = "failed" if place % 100 == 0 else "sent"
    return {
        "year": year.year, "phase": "application", "city": city, "attempt": "1", "recipient": f"mentor:{place}",
        "kind": "opened", "slot": "", "concerns": city, "state": state, "address": f"{place}@u.example",
        "subject": "通知", "body": "words", "message_id": f"<{place}@bench>",
        "queued_at": PASSED, "queued_as_of": PASSED, "due_at": PASSED,
    }  # fmt: skip


def site_of(path: Path) -> Site:
    """Give the window on such a season; its clock runs, from the morning of 7 February 2022."""
    behind = datetime.now(TZ) - NOW
    settings = Settings(base_url="http://127.0.0.1")
    return Site(Database(f"sqlite:///{path}", BOOK), settings, SECRET, wall=lambda: datetime.now(TZ) - behind)


def bare(body: bytes) -> ASGIApp:
    """Give an application that answers the same bytes to everybody."""
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-encoding", b"gzip")]
    headers.append((b"content-length", str(len(body)).encode()))

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    return app


if __name__ == "__main__":
    which, given, port = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    serving = make_app(site_of(given)) if which == "ours" else bare(given.read_bytes())
    uvicorn.run(serving, host="127.0.0.1", port=port, log_level="warning", access_log=False, lifespan="off")
